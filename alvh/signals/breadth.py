"""How many stocks carry the index: a line, the breach of its average, and its divergence.

The line comes from what is supplied, the best first; `breadth_source` says which:

1. ``advances`` and ``declines``, stocks of the day: the advance-decline line, the running sum of
   net advances over their total. Its level has no meaning, only its changes have.
2. ``breadth``, percent of members above their 200-day average: the line itself.
3. a proxy: 100 times the log of an equal-weight over a cap-weight fund (RSP over SPY), which rises
   when the average stock beats the index.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from alvh._typing import FloatArray
from alvh.errors import DataError, require
from alvh.signals._series import Series, column, named, same_days, side, turns, values_of, whole
from alvh.signals.technical import moving_average, trailing_maximum, trailing_slope

__all__ = [
    "SOURCES",
    "BreadthSource",
    "advance_decline_line",
    "breach",
    "breadth_line",
    "breadth_source",
    "divergence",
    "equal_weight_line",
    "sector_advances",
]


class BreadthSource(NamedTuple):
    """Where a breadth line comes from: its columns, in words, and the unit of the line."""

    columns: tuple[str, ...]
    title: str
    unit: str


SOURCES: Final = (
    BreadthSource(
        ("advances", "declines"), "advance-decline line", "sum of daily shares of net advances"
    ),
    BreadthSource(("breadth",), "members above their 200-day average", "percent"),
    BreadthSource(
        ("rsp_close", "spy_close"), "proxy: equal-weight over cap-weight fund", "100 × log"
    ),
)
"""Sources of a breadth line, the best first."""


def advance_decline_line(advances: Series, declines: Series) -> Series:
    """Running sum of net advances as a share of both.

    Parameters
    ----------
    advances, declines : Series of shape (n_days,)
        Stocks that rose and fell, >= 0, on the same days.

    Returns
    -------
    Series of shape (n_days,)
        Sum over days of ``(advances - declines) / (advances + declines)``, from -n to n. A missing
        day, or one on which nothing moved, is nan and adds nothing.

    Raises
    ------
    DataError
        If an argument is not as said; the message names it.

    Notes
    -----
    Shares, not counts, so that a year of three thousand stocks weighs as one of two thousand.
    """
    same_days(advances, declines, "advances and declines")
    up, down = values_of(advances, "advances"), values_of(declines, "declines")
    for name, count in (("advances", up), ("declines", down)):
        if (count < 0.0).any():
            raise DataError(f"{name} must be >= 0, got {np.nanmin(count):g}")
    moved = up + down > 0.0
    net = np.zeros(up.size)
    net[moved] = (up[moved] - down[moved]) / (up[moved] + down[moved])
    return named(advances, np.where(moved, np.cumsum(net), np.nan), "line")


def sector_advances(closes: pd.DataFrame) -> pd.DataFrame:
    """Funds of a frame that rose and fell each day: a proxy of advances and declines.

    Parameters
    ----------
    closes : DataFrame of shape (n_days, n_funds)
        Closes, > 0, one column a fund (the sector ETFs).

    Returns
    -------
    DataFrame of shape (n_days, 2)
        ``advances`` and ``declines``; nan on the first day and wherever a close of the day or of
        the day before is missing, as a count of some is not a count of all.

    Raises
    ------
    DataError
        If a column is not as said; the message names it.
    """
    closes = closes.rename(columns=str)
    funds = pd.DataFrame(
        {name: values_of(column(closes, name), name, above=0.0) for name in closes.columns},
        index=range(len(closes)),
    )
    change = funds.diff().to_numpy()
    counted = ~np.isnan(change).any(axis=1) & (funds.shape[1] > 0)
    return pd.DataFrame(
        {
            "advances": np.where(counted, (change > 0.0).sum(axis=1), np.nan),
            "declines": np.where(counted, (change < 0.0).sum(axis=1), np.nan),
        },
        index=closes.index,
    )


def equal_weight_line(equal: Series, cap: Series) -> Series:
    """100 times the log of an equal-weight over a cap-weight fund, both > 0 on the same days."""
    same_days(equal, cap, "equal and cap")
    ratio = values_of(equal, "equal", above=0.0) / values_of(cap, "cap", above=0.0)
    return named(equal, 100.0 * np.log(ratio), "line")


def breadth_source(frame: pd.DataFrame) -> BreadthSource | None:
    """Best source whose columns the frame has; None if there is none.

    Empty columns count: were a source passed over until it holds a number, the line of the days
    before would change on the day it does. Leave out a column that is not to be used.
    """
    for source in SOURCES:
        if set(source.columns) <= set(frame.columns):
            return source
    return None


def breadth_line(frame: pd.DataFrame, proxy: Series | None = None) -> Series:
    """Breadth line of a daily frame; see the module for its sources.

    Parameters
    ----------
    frame : DataFrame of shape (n_days, n_columns)
    proxy : Series of shape (n_days,), optional
        Line to use if the frame has neither advances and declines nor breadth.

    Returns
    -------
    Series of shape (n_days,)
        Unit of its source. nan where its data are missing; never two sources in one line.

    Raises
    ------
    DataError
        If no source is there, or its columns are not as said; the message names them.
    """
    source = breadth_source(frame)
    if proxy is not None and source in (None, SOURCES[2]):
        if not proxy.index.equals(frame.index):
            raise DataError("proxy must have the days of the frame")
        return named(proxy, values_of(proxy, "proxy"), "line")
    if source is None:
        wanted = "; ".join(" and ".join(each.columns) for each in SOURCES)
        raise DataError(f"no column of breadth; allowed: {wanted}")
    first = column(frame, source.columns[0])
    if source is SOURCES[1]:
        return named(first, values_of(first, "breadth"), "line")
    second = column(frame, source.columns[1])
    return (advance_decline_line if source is SOURCES[0] else equal_weight_line)(first, second)


def breach(line: Series, days: int = 21) -> pd.DataFrame:
    """Whether a line stands below its moving average, and when it passes it.

    Parameters
    ----------
    line : Series of shape (n_days,)
    days : int, default=21
        Numbers of the average, today's among them; >= 2.

    Returns
    -------
    DataFrame of shape (n_days, 3)
        ``average`` in the unit of the line; ``below``, 1 or 0; ``cross``, -1 on the day the line
        falls below, +1 when it is back above, 0 otherwise. Warm-up: from the number `days` on.

    Raises
    ------
    ParameterError, DataError
        If an argument is not as said; the message names it.
    """
    whole("days", days, 2)
    average = moving_average(line, days)
    sides = _above(line, average)
    below = np.where(np.isnan(sides), np.nan, sides < 0.0)
    return pd.DataFrame(
        {"average": average, "below": below, "cross": turns(sides)}, index=line.index
    )


def divergence(
    price: Series,
    line: Series,
    window: int = 63,
    *,
    near: float = 0.8,
    days: int = 21,
) -> Series:
    """Price near its high while fewer stocks carry it.

    A day diverges when all three hold (rule of the method's public material, 63 days, 0.8 % and 21
    days by default):

    - the price is at most `near` percent below its highest close of the last `window` days;
    - the line is below its average of `days` days;
    - the least-squares slope of the line over those `days` days is negative.

    Parameters
    ----------
    price, line : Series of shape (n_days,)
        Closes, > 0, and the line, on the same days.
    window, days : int
        Numbers, today's among them; >= 1 and >= 2.
    near : float
        Percent, >= 0.

    Returns
    -------
    Series of shape (n_days,)
        1 or 0; nan while any of the three is unknown. Warm-up: from the number ``max(window,
        days)`` on.

    Raises
    ------
    ParameterError, DataError
        If an argument is not as said; the message names it.
    """
    require(np.isfinite(near) and near >= 0.0, "near", near, ">= 0 percent")
    whole("days", days, 2)
    same_days(price, line, "price and line")
    close = values_of(price, "price", above=0.0)
    high = trailing_maximum(price, window).to_numpy()
    sides = _above(line, moving_average(line, days))
    slope = values_of(trailing_slope(line, days), "slope")
    falls = side(slope, values_of(line, "line")) < 0.0
    unknown = np.isnan(close + high + sides + slope)
    diverges = (close >= (1.0 - near / 100.0) * high) & (sides < 0.0) & falls
    return named(price, np.where(unknown, np.nan, diverges), "divergence")


def _above(line: Series, average: Series) -> FloatArray:
    x, mean = values_of(line, "line"), values_of(average, "average")
    return side(x - mean, np.abs(x) + np.abs(mean))
