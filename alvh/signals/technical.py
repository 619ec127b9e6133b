r"""Averages, MACD, RSI and ranks of one daily series.

Each function maps a series to a series (or frame) on the same days and looks at the day itself and
the past only. Before it has seen as many numbers as it needs it is nan (its warm-up, stated for
each), and so it is on days that are missing; `alvh.signals._series` states the rule for gaps.
`alvh.signals._steps` holds the same recursions one day at a time, for use inside kernels.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from alvh._typing import FloatArray
from alvh.errors import ParameterError
from alvh.signals._series import (
    Series,
    by_observation,
    named,
    side,
    turns,
    values_of,
    whole,
    windowed,
)

__all__ = [
    "exponential_average",
    "macd",
    "moving_average",
    "percentile_rank",
    "ratio_to_average",
    "rsi",
    "trailing_maximum",
    "trailing_slope",
    "z_score",
]


def exponential_average(x: Series, span: int) -> Series:
    r"""Exponential moving average with :math:`\alpha = 2/(\mathrm{span}+1)`.

    :math:`y_t = y_{t-1} + \alpha (x_t - y_{t-1})`, begun with the simple mean of the first `span`
    numbers. That start, and not the first number alone, is the convention of the technical
    literature [1]_ and of the published tables the tests hold it against.

    Parameters
    ----------
    x : Series of shape (n_days,)
    span : int
        Numbers, >= 1.

    Returns
    -------
    Series of shape (n_days,)
        Unit of `x`. Warm-up: valid from the number `span` on.

    Raises
    ------
    ParameterError, DataError
        If `span` or `x` is not as said; the message names it.

    References
    ----------
    .. [1] Murphy, J. J. (1999). *Technical Analysis of the Financial Markets*, ch. 9.

    Examples
    --------
    >>> exponential_average(pd.Series([1.0, 2.0, 3.0, 5.0]), 3).tolist()
    [nan, nan, 2.0, 3.5]
    """
    whole("span", span, 1)
    values = values_of(x, "x")
    return named(x, by_observation(values, span, lambda part: _spanned(part, span)), "average")


def _spanned(x: FloatArray, span: int) -> FloatArray:
    return _exponential(x, span, 2.0 / (span + 1.0))


def _exponential(x: FloatArray, first: int, alpha: float) -> FloatArray:
    """Exponential average of numbers without gaps, begun with the mean of the `first`."""
    result = np.full(x.size, np.nan)
    if x.size >= first:
        seeded = np.concatenate([[x[:first].mean()], x[first:]])
        result[first - 1 :] = pd.Series(seeded).ewm(alpha=alpha, adjust=False).mean()
    return result


def macd(x: Series, fast: int = 12, slow: int = 26, average: int = 9) -> pd.DataFrame:
    """Moving average convergence and divergence: line, its average, histogram and crossings.

    Parameters
    ----------
    x : Series of shape (n_days,)
    fast, slow, average : int
        Spans of the two exponential averages and of the average of their difference; >= 1, and
        `fast` below `slow`.

    Returns
    -------
    DataFrame of shape (n_days, 4)
        ``line`` (fast less slow average), ``average`` (exponential average of the line) and
        ``histogram`` (line less average) in the unit of `x`; ``cross`` is +1 on the day the line
        passes above its average, -1 below, 0 otherwise. Warm-up: the line from the number `slow`
        on, the rest from ``slow + average - 1`` on (26 and 34 by default).

    Raises
    ------
    ParameterError, DataError
        If a span or `x` is not as said; the message names it.

    Notes
    -----
    Each average starts as `exponential_average` does, the fast one at its own number `fast`. A
    histogram within 1e-12 of the size of `x` is zero, and zero keeps the side before it, so a
    constant series never crosses. All of it begins anew after more than `slow` missing days.

    Source: Appel, G. (2005). *Technical Analysis: Power Tools for Active Investors*; 12, 26 and 9
    are his.
    """
    _check_spans(fast, slow, average)

    def lines(part: FloatArray) -> FloatArray:
        quick, long = _spanned(part, fast), _spanned(part, slow)
        line = quick - long
        mean = np.full(part.size, np.nan)
        mean[slow - 1 :] = _spanned(line[slow - 1 :], average)
        histogram = line - mean
        cross = turns(side(histogram, np.abs(quick) + np.abs(long)))
        return np.stack([line, mean, histogram, cross], axis=1)

    table = by_observation(values_of(x, "x"), slow, lines)
    return pd.DataFrame(table, index=x.index, columns=["line", "average", "histogram", "cross"])


def _check_spans(fast: int, slow: int, average: int) -> None:
    for name, span in (("fast", fast), ("slow", slow), ("average", average)):
        whole(name, span, 1)
    if fast >= slow:
        raise ParameterError(f"fast must be below slow, which is {slow}, got {fast}")


def rsi(close: Series, days: int = 14) -> Series:
    r"""Wilder's relative strength index, :math:`100\, G / (G + L)`.

    G and L are the averages of rises and falls from close to close: the simple mean of the first
    `days` changes, then :math:`G_t = G_{t-1} + (g_t - G_{t-1}) / \mathrm{days}` [1]_.

    Parameters
    ----------
    close : Series of shape (n_days,)
    days : int
        Changes, >= 1.

    Returns
    -------
    Series of shape (n_days,)
        From 0 to 100; nan as long as no close has differed from another. Warm-up: valid from the
        close ``days + 1`` on. The change over missing days counts once, from the last close known.

    Raises
    ------
    ParameterError, DataError
        If `days` or `close` is not as said; the message names it.

    References
    ----------
    .. [1] Wilder, J. W. (1978). *New Concepts in Technical Trading Systems*, section VI.
    """
    whole("days", days, 1)

    def strength(part: FloatArray) -> FloatArray:
        result = np.full(part.size, np.nan)
        change = np.diff(part)
        gain = _exponential(np.maximum(change, 0.0), days, 1.0 / days)
        loss = _exponential(np.maximum(-change, 0.0), days, 1.0 / days)
        moved = gain + loss > 0.0
        result[1:][moved] = 100.0 * (gain[moved] / (gain[moved] + loss[moved]))
        return result

    return named(close, by_observation(values_of(close, "close"), days, strength), "rsi")


def moving_average(x: Series, days: int) -> Series:
    """Simple mean of the last `days` numbers, today's among them.

    Parameters
    ----------
    x : Series of shape (n_days,)
    days : int
        Numbers, >= 1.

    Returns
    -------
    Series of shape (n_days,)
        Unit of `x`. Warm-up: valid from the number `days` on.

    Raises
    ------
    ParameterError, DataError
        If `days` or `x` is not as said; the message names it.
    """
    return _trailing(x, days, 1, lambda w: w.mean(axis=1), "average")


def ratio_to_average(x: Series, days: int) -> Series:
    """Today's number over its `moving_average`, dimensionless; `x` must be > 0."""
    values = values_of(x, "x", above=0.0)
    return named(x, values / values_of(moving_average(x, days), "average"), "ratio")


def trailing_maximum(x: Series, days: int) -> Series:
    """Largest of the last `days` numbers, today's among them; warm-up as `moving_average`."""
    return _trailing(x, days, 1, lambda w: w.max(axis=1), "maximum")


def trailing_slope(x: Series, days: int) -> Series:
    """Slope of the least-squares line through the last `days` numbers (>= 2), unit of `x` a day.

    Days are counted by numbers, today's the last; warm-up as `moving_average`.
    """
    whole("days", days, 2)
    centred = np.arange(days) - 0.5 * (days - 1)
    weights = centred / (centred @ centred)
    # A sum and no product of matrices: those round by how many rows there are.
    return _trailing(x, days, 2, lambda w: ((w - w[:, -1:]) * weights).sum(axis=1), "slope")


def percentile_rank(x: Series, days: int = 252) -> Series:
    """Rank of today's number among the ``days - 1`` before it, in percent.

    Parameters
    ----------
    x : Series of shape (n_days,)
    days : int
        Numbers in the window, today's among them; >= 2.

    Returns
    -------
    Series of shape (n_days,)
        Share of the earlier numbers below today's, equal ones counted half: 0 at a new low, 100 at
        a new high, 50 when nothing moves. Warm-up: valid from the number `days` on.

    Raises
    ------
    ParameterError, DataError
        If `days` or `x` is not as said; the message names it.
    """

    def rank(w: FloatArray) -> FloatArray:
        today, earlier = w[:, -1:], w[:, :-1]
        below = (earlier < today).sum(axis=1) + 0.5 * (earlier == today).sum(axis=1)
        return np.asarray(100.0 * below / (days - 1))

    return _trailing(x, days, 2, rank, "percentile")


def z_score(x: Series, days: int = 20) -> Series:
    """Distance of today's number from the mean of its window, in standard deviations.

    Parameters
    ----------
    x : Series of shape (n_days,)
    days : int
        Numbers in the window, today's among them; >= 2. Their deviation is the sample's (n - 1).

    Returns
    -------
    Series of shape (n_days,)
        Dimensionless, at most ``(days - 1) / sqrt(days)`` in size; nan where all numbers of the
        window are equal. Warm-up: valid from the number `days` on.

    Raises
    ------
    ParameterError, DataError
        If `days` or `x` is not as said; the message names it.
    """

    def score(w: FloatArray) -> FloatArray:
        result = np.full(len(w), np.nan)
        moved = w.max(axis=1) > w.min(axis=1)
        w = w[moved]
        result[moved] = (w[:, -1] - w.mean(axis=1)) / w.std(axis=1, ddof=1)
        return result

    return _trailing(x, days, 2, score, "z_score")


def _trailing(
    x: Series, days: int, least: int, reduce: Callable[[FloatArray], FloatArray], name: str
) -> Series:
    whole("days", days, least)
    values = values_of(x, "x")
    return named(x, by_observation(values, days, lambda p: windowed(p, days, reduce)), name)
