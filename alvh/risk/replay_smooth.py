r"""How smooth a history was for each policy, and whether the difference can be told from chance.

Histories are drawn by the stationary bootstrap: blocks of days of random length, the same days for
every policy, strung together until the history is as long as it was. Wealth is then compounded
along the drawn days and its drawdowns taken anew, so that differences are paired.

References
----------
Martin and McCann (1989), *The Investor's Guide to Fidelity Funds*, for the Ulcer index; Sortino and
van der Meer (1991), *Journal of Portfolio Management* 17; Politis and Romano (1994), *JASA* 89, for
the bootstrap; Politis and White (2004), *Econometric Reviews* 23, for the length of blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pandas as pd
from numba import njit, prange

from alvh._typing import FloatArray
from alvh.errors import DataError, require
from alvh.risk.bootstrap import REPLICATIONS, block_length, drawn_interval
from alvh.risk.inference import Interval
from alvh.risk.replay import checked_wealth

__all__ = ["METRICS", "MONTH", "Metric", "Smoothness", "drawn_days", "smoothness"]

YEAR: Final = 252  # trading days
MONTH: Final = 21
"""Trading days of a month where months are not the calendar's."""
TAIL: Final = 0.05
"""Share of months that the expected shortfall is the mean of."""
_GROWTH, _DEPTH, _ULCER, _SORTINO, _SHORTFALL = range(5)


@dataclass(frozen=True)
class Metric:
    """A measure: what it is called, its unit ("%" is a fraction, "" a plain number), and how read.

    Attributes
    ----------
    key, title, unit : str
    better : {"higher", "lower"}
    about : str
        A sentence.
    """

    key: str
    title: str
    unit: str
    better: str
    about: str


METRICS: Final = (
    Metric(
        "growth",
        "Growth beyond cash",
        "%",
        "higher",
        "A year, over the interest that cash alone would have earned.",
    ),
    Metric(
        "depth",
        "Maximum drawdown",
        "%",
        "lower",
        "Deepest fall from an earlier close, as a fraction of it.",
    ),
    Metric(
        "ulcer",
        "Ulcer index",
        "%",
        "lower",
        "Root mean square of the drawdowns of all days: depth and length together.",
    ),
    Metric(
        "sortino",
        "Sortino ratio",
        "",
        "higher",
        "Mean daily return beyond cash over the root mean square of those below it, a year.",
    ),
    Metric(
        "shortfall",
        "Worst 5 % of months",
        "%",
        "higher",
        "Mean return of the worst twentieth of all spans of 21 trading days, one after another.",
    ),
)
"""What is measured, in the order of the columns of `Smoothness`."""


@dataclass(frozen=True, eq=False)
class Smoothness:
    """Measures of every policy on the history, and on drawn ones.

    Attributes
    ----------
    policies : tuple of str
    estimate : ndarray of shape (n_policies, n_metrics)
        On the history itself; columns as `METRICS`, drawdowns as fractions >= 0.
    draws : ndarray of shape (n_replications, n_policies, n_metrics)
        On each drawn history.
    block : int
        Mean length of a block, trading days.
    n_days : int
    """

    policies: tuple[str, ...]
    estimate: FloatArray
    draws: FloatArray
    block: int
    n_days: int

    def of(self, policy: str, metric: str, *, level: float = 0.95) -> Interval:
        """A measure of a policy with its interval."""
        p, k = self._place(policy, metric)
        return drawn_interval(float(self.estimate[p, k]), self.draws[:, p, k], level=level)

    def difference(self, policy: str, base: str, metric: str, *, level: float = 0.95) -> Interval:
        """A measure of `policy` less that of `base`, on the same days."""
        found, draws = self._paired(policy, base, metric)
        return drawn_interval(found, draws, level=level)

    def p_value(self, policy: str, base: str, metric: str) -> float:
        """Two-sided: twice the share of drawn histories on the rarer side of no difference."""
        _, draws = self._paired(policy, base, metric)
        known = draws[np.isfinite(draws)]
        if known.size < 0.9 * draws.size:
            return float("nan")
        rarer = min(int((known <= 0.0).sum()), int((known >= 0.0).sum()))
        return min(2.0 * (rarer + 1.0) / (known.size + 1.0), 1.0)

    def table(self) -> pd.DataFrame:
        """Every measure: ``policy``, ``metric``, ``title``, ``unit``, ``estimate``, ends."""
        rows = []
        for name in self.policies:
            for metric in METRICS:
                found = self.of(name, metric.key)
                rows.append(
                    (name, metric.key, metric.title, metric.unit, *_ends(found), metric.better)
                )
        return pd.DataFrame(rows, columns=[*_COLUMNS, "better"])

    def differences(self, base: str) -> pd.DataFrame:
        """Every measure of every other policy less that of `base`, with ``p_value``."""
        rows = []
        for name in self.policies:
            if name == base:
                continue
            for metric in METRICS:
                found = self.difference(name, base, metric.key)
                rows.append(
                    (
                        *(name, metric.key, metric.title, metric.unit, *_ends(found)),
                        *(metric.better, self.p_value(name, base, metric.key)),
                    )
                )
        return pd.DataFrame(rows, columns=[*_COLUMNS, "better", "p_value"])

    def _paired(self, policy: str, base: str, metric: str) -> tuple[float, FloatArray]:
        p, k = self._place(policy, metric)
        q, _ = self._place(base, metric)
        found = float(self.estimate[p, k] - self.estimate[q, k])
        return found, self.draws[:, p, k] - self.draws[:, q, k]

    def _place(self, policy: str, metric: str) -> tuple[int, int]:
        keys = [m.key for m in METRICS]
        require(policy in self.policies, "policy", policy, f"one of {', '.join(self.policies)}")
        require(metric in keys, "metric", metric, f"one of {', '.join(keys)}")
        return self.policies.index(policy), keys.index(metric)


_COLUMNS: Final = ("policy", "metric", "title", "unit", "estimate", "low", "high")


def _ends(found: Interval) -> tuple[float, float, float]:
    return found.estimate, found.low, found.high


def smoothness(
    wealth: pd.DataFrame,
    account: pd.DataFrame,
    rate: float,
    *,
    block: int | None = None,
    replications: int = REPLICATIONS,
    seed: int = 1,
) -> Smoothness:
    """Growth, drawdowns, Sortino ratio and worst months, with intervals of the bootstrap.

    Parameters
    ----------
    wealth : DataFrame of shape (n_days, n_policies)
        Dollars, whose drawdowns and months are measured.
    account : DataFrame of shape (n_days, n_policies)
        Dollars with interest, whose growth and Sortino ratio beyond cash are measured; may be
        `wealth` itself.
    rate : float
        Interest a year, continuously compounded, that cash earns.
    block : int, optional
        Mean length of blocks, trading days. If omitted, the longest that the sizes of daily
        returns ask for (sizes come in clusters, signs hardly do), a month at least, rounded up to
        a quarter of an octave, so that settings close together are judged on the same draws.
    replications : int, default=1000
        Histories drawn.
    seed : int, default=1
        Of the draws.

    Returns
    -------
    Smoothness
        nan for a policy whose wealth was ever zero or below.

    Raises
    ------
    DataError
        As `alvh.risk.replay.checked_wealth`, or if the frames are not of the same days and
        policies.

    Notes
    -----
    A drawn history breaks what lasts longer than its blocks, so that long slides come out shorter
    than they were: intervals say how much chance there is in the order and choice of days.
    """
    for frame in (wealth, account):
        checked_wealth(frame)
    if not (wealth.index.equals(account.index) and wealth.columns.equals(account.columns)):
        raise DataError("wealth and account must be of the same days and policies")
    returns, excess = _returns(wealth), np.log1p(_returns(account)) - rate / YEAR
    if block is None:
        sizes = [np.abs(x) for x in excess.T if np.isfinite(x).all()]
        block = min(_rounded(max(MONTH, block_length(*sizes))), max(len(returns) // 4, 1))
    whole = np.arange(len(returns), dtype=np.uint16)[None]
    estimate = _measured(returns, excess, whole)[0]
    draws = _measured(returns, excess, drawn_days(len(returns), block, replications, seed))
    names = tuple(str(name) for name in wealth.columns)
    return Smoothness(names, estimate, draws, block, len(returns))


def _rounded(block: int) -> int:
    """Up to the next length of months times 2 to the quarters."""
    steps = np.ceil(4.0 * np.log2(block / MONTH) - 1e-9)
    return int(np.ceil(MONTH * 2.0 ** (steps / 4.0) - 1e-9))


def _returns(frame: pd.DataFrame) -> FloatArray:
    """Daily returns, (n_days - 1, n_policies); nan for a policy that was ever at or below zero."""
    values = np.ascontiguousarray(frame.to_numpy(dtype=float))
    found = values[1:] / np.where(values > 0.0, values, np.nan)[:-1] - 1.0
    found[:, (values <= 0.0).any(axis=0)] = np.nan
    return found


@lru_cache(maxsize=4)
def drawn_days(
    n: int, block: int, replications: int = REPLICATIONS, seed: int = 1
) -> np.ndarray[Any, np.dtype[np.uint16]]:
    """Days of drawn histories, in order.

    Parameters
    ----------
    n : int
        Days of the history, from 2 to 65,535.
    block : int
        Mean length of a block in days, at least 1.
    replications : int, default=1000
    seed : int, default=1
        The same arguments always give the same.

    Returns
    -------
    ndarray of uint16 of shape (replications, n)
        Numbers of days. Shared: not to be written to.
    """
    require(2 <= n <= np.iinfo(np.uint16).max, "n", n, "from 2 to 65,535 days")
    require(block >= 1, "block", block, ">= 1 day")
    require(replications >= 100, "replications", replications, ">= 100")
    from arch.bootstrap import StationaryBootstrap  # imported here: it is slow to load

    draws = StationaryBootstrap(block, np.arange(n), seed=np.random.default_rng(seed))
    found = np.empty((replications, n), dtype=np.uint16)
    for row, ((days,), _) in zip(found, draws.bootstrap(replications), strict=True):
        row[:] = days
    found.flags.writeable = False
    return found


def _measured(returns: FloatArray, excess: FloatArray, days: Any) -> FloatArray:
    """Measures along each row of `days`, (n_rows, n_policies, n_metrics)."""
    n_rows, n_days = days.shape
    found = np.empty((n_rows, returns.shape[1], len(METRICS)))
    n_months = max(n_days // MONTH, 1)
    months = np.empty((n_rows, returns.shape[1], n_months))
    _pass(returns, excess, days, min(MONTH, n_days), found, months)
    worst = max(int(np.ceil(TAIL * n_months - 1e-9)), 1)
    months.partition(worst - 1, axis=2)
    found[..., _SHORTFALL] = months[..., :worst].mean(axis=2)
    return found


@njit(cache=True, parallel=True, error_model="numpy")
def _pass(returns, excess, days, month, found, months):  # type: ignore[no-untyped-def]
    n_rows, n_days = days.shape
    n_policies, n_months = months.shape[1], months.shape[2]
    for row in prange(n_rows):
        for p in range(n_policies):
            level, peak, deepest, squares = 1.0, 1.0, 0.0, 0.0
            total, below = 0.0, 0.0
            before, at = 1.0, 0
            for i in range(n_days):
                day = days[row, i]
                level *= 1.0 + returns[day, p]
                if level > peak:
                    peak = level
                else:
                    fall = 1.0 - level / peak
                    deepest = max(deepest, fall)
                    squares += fall * fall
                x = excess[day, p]
                total += x
                if x < 0.0:
                    below += x * x
                if (i + 1) % month == 0 and at < n_months:
                    months[row, p, at] = level / before - 1.0
                    before, at = level, at + 1
            spread = np.sqrt(below / n_days)
            found[row, p, _GROWTH] = np.exp(total / n_days * YEAR) - 1.0
            found[row, p, _DEPTH] = deepest + 0.0 * level
            found[row, p, _ULCER] = np.sqrt(squares / n_days) + 0.0 * level
            found[row, p, _SORTINO] = np.nan
            if spread > 0.0:
                found[row, p, _SORTINO] = total / n_days / spread * np.sqrt(YEAR)
