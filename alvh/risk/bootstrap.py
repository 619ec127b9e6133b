r"""Intervals of statistics of one history, whose days depend on one another.

The stationary bootstrap draws blocks of days of geometric length until the history is full again.
Every statistic here is made of sums over days, so a drawn history is nothing but how often each day
was drawn: all draws are one matrix, and all statistics of all draws one matrix product.

References
----------
Politis and Romano (1994), *JASA* 89, for the bootstrap; Politis and White (2004), *Econometric
Reviews* 23, with Patton's correction (2009, 28), for the length of blocks.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np

from alvh._typing import FloatArray
from alvh.errors import DataError, require
from alvh.risk.inference import Interval, wilson

__all__ = [
    "REPLICATIONS",
    "block_length",
    "drawn_interval",
    "drawn_p_value",
    "drawn_ratios",
    "drawn_share",
    "ratio_of",
    "weights",
]

REPLICATIONS: Final = 1000
"""Histories drawn."""
_LONGEST: Final = 4  # a block is at most this fraction of the history: fewer say nothing of spread


@lru_cache(maxsize=6)
def weights(
    n: int, block: int, replications: int = REPLICATIONS, seed: int = 1
) -> np.ndarray[Any, np.dtype[np.float32]]:
    """How often each day of a history is drawn.

    Parameters
    ----------
    n : int
        Days of the history, at least 2.
    block : int
        Mean length of a block in days, at least 1.
    replications : int, default=1000
        Histories drawn.
    seed : int, default=1
        Of the draws; the same arguments always give the same.

    Returns
    -------
    ndarray of float32 of shape (replications, n)
        Rows sum to `n`. Shared: not to be written to.
    """
    require(n >= 2, "n", n, ">= 2 days")
    require(block >= 1, "block", block, ">= 1 day")
    require(replications >= 100, "replications", replications, ">= 100")
    from arch.bootstrap import StationaryBootstrap  # imported here: it is slow to load

    days = np.arange(n)
    draws = StationaryBootstrap(block, days, seed=np.random.default_rng(seed))
    counts = np.empty((replications, n), dtype=np.float32)
    for row, ((drawn,), _) in zip(counts, draws.bootstrap(replications), strict=True):
        row[:] = np.bincount(drawn, minlength=n)
    counts.flags.writeable = False
    return counts


def block_length(*series: FloatArray) -> int:
    """Mean block length for daily `series`: the longest that any of them asks for.

    Parameters
    ----------
    *series : ndarray of shape (n_days,)

    Returns
    -------
    int
        Days, from 1 to a quarter of the history.
        A constant series asks for none.
    """
    from arch.bootstrap import optimal_block_length  # imported here: it is slow to load

    found = 1
    for x in series:
        # arch fits autocorrelations up to a lag it wants well inside the history
        if x.size < 20 or float(np.ptp(x)) == 0.0:
            continue
        asked = float(optimal_block_length(x)["stationary"].iloc[0])
        if np.isfinite(asked):
            found = max(found, min(int(np.ceil(asked)), x.size // _LONGEST))
    return found


def ratio_of(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """Sums of `top` over sums of `bottom`, both of shape (n_days, ...); nan where that is zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = np.asarray(top.sum(axis=0) / bottom.sum(axis=0), dtype=np.float64)
    return np.where(np.isinf(whole), np.nan, whole)


def drawn_ratios(
    drawn: np.ndarray[Any, np.dtype[np.float32]], top: FloatArray, bottom: FloatArray
) -> FloatArray:
    """`ratio_of` in every drawn history.

    Parameters
    ----------
    drawn : ndarray of shape (replications, n_days)
        Of `weights`.
    top, bottom : ndarray of shape (n_days,) or (n_days, n)
        No nan: what does not count is zero in both.

    Returns
    -------
    ndarray of shape (replications,) or (replications, n)
        nan in a history that drew nothing to count.
    """
    if not (np.isfinite(top).all() and np.isfinite(bottom).all()):
        raise DataError("what is resampled must be finite")
    both = np.concatenate(
        [np.asarray(x, dtype=np.float32).reshape(len(x), -1) for x in (top, bottom)], axis=1
    )
    sums = drawn @ both  # one pass over what is drawn, which is far larger
    n = sums.shape[1] // 2
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = (sums[:, :n] / sums[:, n:]).reshape(len(drawn), *np.shape(top)[1:])
    return np.where(np.isfinite(ratios), ratios, np.nan).astype(np.float64)


def drawn_interval(estimate: float, draws: FloatArray, *, level: float = 0.95) -> Interval:
    """Percentile interval, widened to its estimate where the draws all lie on one side.

    Parameters
    ----------
    estimate : float
    draws : ndarray of shape (replications,)
        The estimate in each drawn history; nan where there was nothing to count.
    level : float, default=0.95
        Nominal coverage, in (0, 1).

    Returns
    -------
    Interval
        Ends are nan if more than one history in ten had nothing to count.
    """
    require(0.0 < level < 1.0, "level", level, "in (0, 1)")
    known = draws[np.isfinite(draws)]
    if not np.isfinite(estimate) or known.size < 0.9 * draws.size:
        return Interval(estimate, np.nan, np.nan)
    low, high = np.quantile(known, [0.5 - 0.5 * level, 0.5 + 0.5 * level])
    # draws are single precision: a spread below it is none
    if high - low <= 1e-5 * max(abs(float(low)), abs(float(high))):
        return Interval(estimate, estimate, estimate)
    return Interval(estimate, min(float(low), estimate), max(float(high), estimate))


def drawn_share(p: float, draws: FloatArray, trials: float, *, level: float = 0.95) -> Interval:
    """Wilson's interval of a share, with as many trials as would have the draws' deviation.

    Parameters
    ----------
    p : float
        The share, in [0, 1].
    draws : ndarray of shape (replications,)
        The share in each drawn history.
    trials : float
        What it is a share of; the trials where all or none happened and the draws never differ.
        Days or events that depend on one another count for fewer, never for more.
    level : float, default=0.95

    Returns
    -------
    Interval
        In [0, 1]; ends are nan without trials.

    Notes
    -----
    The percentile interval of a share of zero or one would be a point, as if it were certain.
    """
    if not np.isfinite(p) or trials <= 0.0:
        return Interval(p, np.nan, np.nan)
    known = draws[np.isfinite(draws)]
    error = float(known.std()) if known.size > 1 else 0.0
    if 0.0 < p < 1.0 and error > 0.0:
        trials = min(p * (1.0 - p) / error**2, trials)
    return wilson(p, trials, level=level)


def drawn_p_value(estimate: float, draws: FloatArray) -> float:
    """Two-sided p-value of an estimate of zero: how often draws lie as far from it as it from zero.

    At least one over the number of draws plus one; nan where the estimate is.
    """
    known = draws[np.isfinite(draws)]
    if not np.isfinite(estimate) or known.size < 0.9 * draws.size:
        return float("nan")
    if estimate == 0.0:
        return 1.0
    beyond = int(np.sum(np.abs(known - estimate) >= abs(estimate)))
    return (1.0 + beyond) / (1.0 + known.size)
