"""Regimes along one history: when they were in force, how they followed, what was made in them.

A regime is 0 (calm), 1 (watch) or 2 (stress) at the close of each trading day. Shares and
probabilities are decimals, profits dollars, lengths trading days; intervals are 95 %.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from alvh._typing import FloatArray
from alvh.errors import DataError
from alvh.risk.bootstrap import (
    REPLICATIONS,
    block_length,
    drawn_interval,
    drawn_ratios,
    drawn_share,
    ratio_of,
    weights,
)
from alvh.risk.inference import wilson

__all__ = [
    "ALL",
    "NAMES",
    "profit_by_regime",
    "regime_bands",
    "time_in_regime",
    "transition_matrix",
]

NAMES: Final = ("calm", "watch", "stress")
"""Regimes by number."""
ALL: Final = "all"
"""Name of the row of every regime together."""
YEAR: Final = 252  # trading days
_FEWEST: Final = 5  # visits from which their mean length has an interval


def regime_bands(regime: pd.Series[Any]) -> pd.DataFrame:
    """Runs of days in one regime.

    Parameters
    ----------
    regime : Series of int of shape (n_days,)
        By day, ascending.

    Returns
    -------
    DataFrame
        start, end (both in the band), regime (number), name, days (trading days in it). Bands
        follow one another and leave no day out.

    Raises
    ------
    DataError
        If there is no day, a regime is not 0, 1 or 2, or days are not ascending.
    """
    codes, days = _codes(regime)
    first = np.flatnonzero(np.r_[True, codes[1:] != codes[:-1]])
    last = np.r_[first[1:], codes.size] - 1
    return pd.DataFrame(
        {
            "start": days[first],
            "end": days[last],
            "regime": codes[first],
            "name": [NAMES[code] for code in codes[first]],
            "days": last - first + 1,
        }
    )


def transition_matrix(regime: pd.Series[Any]) -> pd.DataFrame:
    """How often each regime is followed by each, one close later.

    Parameters
    ----------
    regime : Series of int of shape (n_days,)
        By day, ascending. Days that follow one another in it count as neighbours, whatever the
        calendar says.

    Returns
    -------
    DataFrame of 9 rows
        start, end (names), count, probability, low, high. Probabilities of a start sum to one;
        nan for a regime that was never left nor held.

    Raises
    ------
    DataError
        As `regime_bands`.

    Notes
    -----
    Intervals are Wilson's: days in one regime are taken to be independent trials, as they are in a
    Markov chain. A rule that waits some days before it turns is not quite one.
    """
    codes, _ = _codes(regime)
    counts = np.zeros((3, 3), dtype=int)
    np.add.at(counts, (codes[:-1], codes[1:]), 1)
    rows = []
    for i, start in enumerate(NAMES):
        total = int(counts[i].sum())
        for j, end in enumerate(NAMES):
            p = counts[i, j] / total if total else np.nan
            low, high = np.nan, np.nan
            if total:
                found = wilson(p, total)
                low, high = found.low, found.high
            rows.append((start, end, int(counts[i, j]), p, low, high))
    return pd.DataFrame(rows, columns=["start", "end", "count", "probability", "low", "high"])


def time_in_regime(
    regime: pd.Series[Any],
    *,
    block: int | None = None,
    replications: int = REPLICATIONS,
    seed: int = 1,
) -> pd.DataFrame:
    """Share of days in each regime, and how long a visit lasts.

    Parameters
    ----------
    regime : Series of int of shape (n_days,)
        By day, ascending; at least 2 days.
    block : int, optional
        Mean length of the bootstrap's blocks in days. Default: chosen from the data.
    replications, seed : int
        Of the stationary bootstrap.

    Returns
    -------
    DataFrame of 3 rows
        regime (name), days, share with low and high, visits, length (mean days of a visit) with
        length_low and length_high.

    Raises
    ------
    DataError
        As `regime_bands`, or for fewer than 2 days.

    Notes
    -----
    Intervals of shares are Wilson's with the deviation of the stationary bootstrap, those of
    lengths its percentiles; fewer than 5 visits say too little of their length. The first and the
    last visit are as long as the data show them, cut by the ends of the history.
    """
    codes, _ = _codes(regime)
    if codes.size < 2:
        raise DataError(f"time in regime needs at least 2 days, got {codes.size}")
    inside = (codes[:, None] == np.arange(3)).astype(np.float64)
    begun = np.r_[True, codes[1:] != codes[:-1]].astype(np.float64)[:, None] * inside
    drawn = weights(codes.size, block or block_length(*inside.T), replications, seed)
    below = np.concatenate([np.ones_like(inside), begun], axis=1)
    shares, lengths = np.split(drawn_ratios(drawn, np.tile(inside, 2), below), 2, axis=1)
    length = ratio_of(inside, begun)
    rows = []
    for i, name in enumerate(NAMES):
        days, visits = int(inside[:, i].sum()), int(begun[:, i].sum())
        share = drawn_share(days / codes.size, shares[:, i], codes.size)
        known = lengths[:, i] if visits >= _FEWEST else np.full(len(drawn), np.nan)
        mean = drawn_interval(float(length[i]), known)
        ends = (share.low, share.high)
        rows.append((name, days, share.estimate, *ends, visits, mean.estimate, mean.low, mean.high))
    columns = ["regime", "days", "share", "low", "high", "visits"]
    return pd.DataFrame(rows, columns=[*columns, "length", "length_low", "length_high"])


def profit_by_regime(
    regime: pd.Series[Any],
    parts: pd.DataFrame,
    *,
    block: int | None = None,
    replications: int = REPLICATIONS,
    seed: int = 1,
) -> pd.DataFrame:
    """Profit of each part of a book by the regime in force at the close before.

    Parameters
    ----------
    regime : Series of int of shape (n_days,)
        By day, ascending.
    parts : DataFrame of shape (n_days, n_parts)
        Profit of each day by part (condor, hedge, ...), dollars, on the same days. A sum of parts
        is one more column: its interval does not follow from those of the parts.
    block : int, optional
        Mean length of the bootstrap's blocks in days. Default: chosen from the data.
    replications, seed : int
        Of the stationary bootstrap.

    Returns
    -------
    DataFrame of 4 rows a part
        part, regime (name, or "all"), days, total (dollars), year (dollars a year of the whole
        history, with year_low and year_high; those of the regimes sum to that of all), mean
        (dollars a day in the regime, with low and high; nan without days).

    Raises
    ------
    DataError
        As `regime_bands`, if days differ or a profit is missing, or for fewer than 3 days.

    Notes
    -----
    A day's profit is that of positions held since the close before, so it counts for what was known
    then; the first day has no close before and is left out. A year is 252 days. Intervals are
    percentiles of the stationary bootstrap.
    """
    codes, days = _codes(regime)
    if not parts.index.equals(days):
        raise DataError("profits must be on the same days as the regime")
    profits = parts.to_numpy(dtype=np.float64)
    if not np.isfinite(profits).all():
        raise DataError("profits must be finite on every day")
    if codes.size < 3:
        raise DataError(f"profit by regime needs at least 3 days, got {codes.size}")
    profits, before = profits[1:], codes[:-1]
    n = before.size
    held = np.column_stack([before == i for i in range(3)] + [np.ones(n, dtype=bool)])
    counts = held.astype(np.float64)
    drawn = weights(n, block or block_length(*profits.T), replications, seed)
    gained = counts[:, None, :] * profits[:, :, None]
    shape = (len(drawn), *gained.shape[1:])
    whole = np.ones_like(counts)
    # one pass for every part: the draws are far larger than what is drawn from
    flat, repeated = gained.reshape(n, -1), np.tile(counts, profits.shape[1])
    means = drawn_ratios(drawn, flat, repeated).reshape(shape)
    years = means * (drawn_ratios(drawn, counts, whole) * YEAR)[:, None, :]
    frames = [
        _profit_rows(str(name), gained[:, k], counts, means[:, k], years[:, k])
        for k, name in enumerate(parts.columns)
    ]
    return pd.concat(frames, ignore_index=True)


def _profit_rows(
    part: str,
    gained: FloatArray,
    counts: FloatArray,
    drawn_means: FloatArray,
    drawn_years: FloatArray,
) -> pd.DataFrame:
    means, years = ratio_of(gained, counts), ratio_of(gained, np.ones_like(counts)) * YEAR
    # a history that drew no day of a regime earned nothing in it
    drawn_years = np.where(np.isnan(drawn_years) & (counts.sum(axis=0) > 0), 0.0, drawn_years)
    rows = []
    for i, name in enumerate((*NAMES, ALL)):
        mean = drawn_interval(float(means[i]), drawn_means[:, i])
        year = drawn_interval(float(years[i]), drawn_years[:, i])
        head = (part, name, int(counts[:, i].sum()), float(gained[:, i].sum()))
        ends = (year.estimate, year.low, year.high)
        rows.append((*head, *ends, mean.estimate, mean.low, mean.high))
    columns = ["part", "regime", "days", "total", "year", "year_low", "year_high"]
    return pd.DataFrame(rows, columns=[*columns, "mean", "low", "high"])


def _codes(regime: pd.Series[Any]) -> tuple[np.ndarray[Any, np.dtype[np.int64]], pd.Index[Any]]:
    """Regimes and their days, checked."""
    if regime.empty:
        raise DataError("regime must have at least one day")
    values = regime.to_numpy()
    wrong = ~np.isin(values, (0, 1, 2))
    if wrong.any():
        raise DataError(f"regime must be 0, 1 or 2, got {values[wrong][0]}")
    if not (regime.index.is_monotonic_increasing and regime.index.is_unique):
        raise DataError("days of the regime must be ascending, each once")
    return values.astype(np.int64), regime.index
