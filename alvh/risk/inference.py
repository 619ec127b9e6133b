r"""Estimates from simulated paths, and intervals that mean what they say.

A statistic is a number with its influence function: what each path adds to its first-order error,
so that :math:`\hat\theta - \theta \approx n^{-1} \sum_i \psi_i`. Everything else follows from that:
standard errors, of differences on common paths too, and paths that depend on one another in blocks.

References
----------
Hampel (1974), *JASA* 69, for influence functions; Hall (1992), *JRSS B* 54, for intervals without
skew; Wilson (1927), *JASA* 22, for probabilities; Rockafellar and Uryasev (2000), *Journal of
Risk* 2, for expected shortfall.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.special import ndtri, stdtrit

from alvh._typing import FloatArray
from alvh.errors import require

__all__ = [
    "LEAST_IN_TAIL",
    "Interval",
    "Statistic",
    "deviation",
    "expected_shortfall",
    "interval",
    "mean",
    "quantile",
    "ratio",
    "share",
    "skewness",
    "standard_error",
    "wilson",
]

LEAST_IN_TAIL: Final = 10
"""Paths that must lie in a tail before its mean is given an interval."""


@dataclass(frozen=True)
class Interval:
    """An estimate between two ends, in one unit; an unknown end is nan, an unbounded one infinite.

    Intervals of skewed estimates are not symmetric.
    """

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Statistic:
    """A number and the influence of each path on it.

    Attributes
    ----------
    value : float
    influence : ndarray of shape (n_paths,)
        Unit of the value; mean zero up to terms of order 1/n.
    """

    value: float
    influence: FloatArray

    def __sub__(self, other: Statistic) -> Statistic:
        """Difference on common paths."""
        return Statistic(self.value - other.value, self.influence - other.influence)


# --- Statistics -----------------------------------------------------------------------------


def mean(x: FloatArray) -> Statistic:
    """Mean of `x` of shape (n_paths,)."""
    value = float(x.mean())
    return Statistic(value, x - value)


def deviation(x: FloatArray) -> Statistic:
    r"""Standard deviation of `x` of shape (n_paths,); influence :math:`((x-m)^2-s^2)/2s`."""
    centred = x - x.mean()
    n = x.size
    variance = float(centred @ centred) / max(n - 1, 1)
    value = float(np.sqrt(variance))
    if value == 0.0:
        return Statistic(0.0, np.zeros(n))
    return Statistic(value, (centred**2 - variance) / (2.0 * value))


def skewness(x: FloatArray) -> Statistic:
    r"""Third standardised moment of `x` of shape (n_paths,); nan when all are equal.

    Influence :math:`z^3 - 3z - g - \frac32 g (z^2 - 1)` with :math:`z = (x-m)/s`.
    """
    centred = x - x.mean()
    scale = float(np.sqrt(np.mean(centred**2)))
    if not scale > 1e-12 * float(np.max(np.abs(x), initial=0.0)):
        return Statistic(np.nan, np.full(x.size, np.nan))
    z = centred / scale
    square = z * z
    g = float(np.mean(square * z))
    return Statistic(g, z * square - 3.0 * z - g - 1.5 * g * (square - 1.0))


def expected_shortfall(x: FloatArray, tail: float) -> Statistic:
    r"""Mean of the worst `tail` of profits: :math:`q - E[(q - x)^+] / p`, a profit and not a loss.

    Parameters
    ----------
    x : ndarray of shape (n_paths,)
        Profits; a loss is negative, and so is the answer where the tail loses.
    tail : float
        Share of paths, p, in (0, 1]: 0.05 for the expected shortfall at 95 %.

    Returns
    -------
    Statistic
        With fewer than `LEAST_IN_TAIL` paths in the tail the influence is nan: so few say little
        about how uncertain their mean is.
    """
    require(0.0 < tail <= 1.0, "tail", tail, "in (0, 1]")
    n = x.size
    rank = max(int(np.ceil(tail * n - 1e-9)), 1)
    q = float(np.partition(x, rank - 1)[rank - 1])
    below = np.maximum(q - x, 0.0) / tail
    value = q - float(below.mean())
    if tail * n < LEAST_IN_TAIL - 1e-9:
        return Statistic(max(value, float(x.min())), np.full(n, np.nan))
    return Statistic(value, q - value - below)


def ratio(top: FloatArray, bottom: FloatArray) -> Statistic:
    r"""Ratio of sums of `top` and `bottom`, each of shape (n_paths,); nan where the latter is zero.

    Influence :math:`(t - r b) / \bar b`.
    """
    total = float(bottom.sum())
    if total == 0.0:
        return Statistic(np.nan, np.full(top.size, np.nan))
    value = float(top.sum()) / total
    return Statistic(value, (top - value * bottom) * (bottom.size / total))


# --- Intervals ------------------------------------------------------------------------------


def _blocks(influence: FloatArray, block: int) -> FloatArray:
    """Means of blocks; a last one that is not full weighs what it holds."""
    if block == 1:
        return influence
    starts = np.arange(0, influence.size, block)
    sums = np.add.reduceat(influence, starts)
    return np.asarray(sums * (starts.size / influence.size))


def standard_error(influence: FloatArray, block: int = 1) -> float:
    """Standard error of a statistic from its influence function.

    Parameters
    ----------
    influence : ndarray of shape (n_paths,)
    block : int, default=1
        Consecutive paths that depend on one another, as `MarketPaths.block`; influence is averaged
        within blocks first.

    Returns
    -------
    float
        Unit of the statistic; nan for fewer than two blocks.
    """
    independent = _blocks(influence, block)
    if independent.size < 2:
        return float("nan")
    return float(independent.std(ddof=1) / np.sqrt(independent.size))


def _z(level: float) -> float:
    require(0.0 < level < 1.0, "level", level, "in (0, 1)")
    return float(ndtri(0.5 + 0.5 * level))


def interval(
    statistic: Statistic, *, level: float = 0.95, block: int = 1, unskewed: bool = True
) -> Interval:
    """Confidence interval of a statistic.

    Parameters
    ----------
    statistic : Statistic
    level : float, default=0.95
        Nominal coverage.
    block : int, default=1
        As in `standard_error`.
    unskewed : bool, default=True
        Hall's cubic transformation of the studentised statistic with the skewness of the influence
        values; else Student's interval.

    Returns
    -------
    Interval
        Ends are nan for fewer than two blocks or an unknown influence.

    Notes
    -----
    A few large losses make tail means skewed, and the symmetric interval of the worst 1 % of 1,000
    profits covers 84 to 88 % instead of 95; the transformation brings it to 94 to 95 (measured in
    the tests' setting on normal, Student t(5), gamma and condor-like laws).
    """
    require(0.0 < level < 1.0, "level", level, "in (0, 1)")
    psi = _blocks(statistic.influence, block)
    n = psi.size
    if n < 2 or not np.isfinite(statistic.value):
        return Interval(statistic.value, np.nan, np.nan)
    spread = float(psi.std(ddof=1))
    if spread == 0.0:
        return Interval(statistic.value, statistic.value, statistic.value)
    t = float(stdtrit(n - 1, 0.5 + 0.5 * level))
    low, high = -t, t
    if unskewed:
        z = (psi - psi.mean()) / spread
        g = float(np.mean(z * z * z)) / np.sqrt(n)
        low, high = _unskew(-t, g), _unskew(t, g)
    error = spread / np.sqrt(n)
    return Interval(
        statistic.value,
        min(float(statistic.value - error * high), statistic.value),
        max(float(statistic.value - error * low), statistic.value),
    )


def _unskew(t: float, g: float) -> float:
    """Inverse of Hall's cubic transformation; `g` is skewness over the root of the number."""
    if abs(g) < 1e-6:
        return t - g / 6.0 - g * t * t / 3.0
    return float(3.0 / g * (np.cbrt(1.0 + g * (t - g / 6.0)) - 1.0))


def wilson(p: float, n: float, *, level: float = 0.95) -> Interval:
    """Wilson's interval of a share `p` among `n` independent trials (any number > 0)."""
    z2 = _z(level) ** 2
    centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n)
    half = np.sqrt(z2 * (p * (1.0 - p) / n + z2 / (4.0 * n * n))) / (1.0 + z2 / n)
    low, high = max(float(centre - half), 0.0), min(float(centre + half), 1.0)
    return Interval(p, min(low, p), max(high, p))


def share(
    statistic: Statistic | np.ndarray[Any, np.dtype[np.bool_]],
    *,
    level: float = 0.95,
    block: int = 1,
) -> Interval:
    """Wilson's interval of a share of paths, or of a share that is a ratio.

    Parameters
    ----------
    statistic : Statistic or ndarray of bool of shape (n_paths,)
        Whether it happened on each path, or a share in [0, 1] with its influence.
    level, block
        As in `interval`.

    Returns
    -------
    Interval
        In [0, 1]. The number of trials is the one at which independent trials would have the
        standard error found; where that is unknown (none or all happened), the number of blocks.
    """
    known = statistic if isinstance(statistic, Statistic) else mean(statistic.astype(np.float64))
    p = known.value
    if not np.isfinite(p):
        return Interval(p, np.nan, np.nan)
    trials = float(-(-known.influence.size // block))
    error = standard_error(known.influence, block)
    if 0.0 < p < 1.0 and error > 0.0:
        trials *= p * (1.0 - p) / (error**2 * (trials - 1.0))
    return wilson(p, trials, level=level)


def quantile(x: FloatArray, p: float, *, level: float = 0.95, block: int = 1) -> Interval:
    """Quantile with an interval between order statistics, whatever the law of `x`.

    Parameters
    ----------
    x : ndarray of shape (n_paths,)
    p : float
        In (0, 1).
    level, block
        As in `interval`; blocks widen or narrow the ranks by the standard error of the share below.

    Returns
    -------
    Interval
        In the unit of `x`. An end that would lie beyond the last order statistic is infinite.
    """
    require(0.0 < p < 1.0, "p", p, "in (0, 1)")
    ordered = np.sort(x)
    n = x.size
    value = float(np.quantile(ordered, p))
    ranks = np.sqrt(n * p * (1.0 - p))
    if block > 1:
        below = (x <= ordered[max(int(np.ceil(n * p)), 1) - 1]).astype(np.float64)
        error = standard_error(below - below.mean(), block)
        if not np.isfinite(error):
            return Interval(value, np.nan, np.nan)
        ranks = n * error
    reach = _z(level) * ranks
    first, last = int(np.floor(n * p - reach)), int(np.ceil(n * p + reach)) + 1  # counted from 1
    low = float(ordered[first - 1]) if first >= 1 else -np.inf
    high = float(ordered[last - 1]) if last <= n else np.inf
    return Interval(value, min(low, value), max(high, value))
