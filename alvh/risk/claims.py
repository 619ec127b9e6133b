r"""Numbers a claim is judged by: drawdowns, tails and costs of books, paired, with intervals.

Profit is what a day adds beyond interest on the whole account, in dollars; a book's curve is the
sum of its days. Contracts are a fixed number, so nothing compounds: a fall of the curve is dollars
lost since its best close, and a share of the account when divided by it. Without premia and costs
such a day has mean zero, whatever the policy.

Here books run on many paths of the model; `alvh.risk.claims_history` has those of one history.

References
----------
Martin and McCann (1989), *The Investor's Guide to Fidelity Funds*, for the Ulcer index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numba import njit, prange

from alvh._typing import FloatArray
from alvh.clock import TRADING_DAYS
from alvh.errors import DataError, require
from alvh.risk._names import policy_names
from alvh.risk.bootstrap import drawn_interval
from alvh.risk.inference import Interval, Statistic, expected_shortfall, interval, mean, quantile
from alvh.strategy.engine import Outcomes

__all__ = [
    "COLUMNS",
    "METRICS",
    "TAIL",
    "PathBooks",
    "beyond_interest",
    "cut",
    "drawdown_cut",
    "join_books",
    "losses",
    "model_table",
    "numbers_of",
    "path_books",
]

TAIL: Final = 0.05
"""Share of paths, or of months of a history, that the worst of are."""
_DRAWS: Final = 300  # resamples of paths, for quantiles only

METRICS: Final[dict[str, tuple[str, str]]] = {
    "profit": ("Profit a year", "$"),
    "cost": ("Cost a year", "%"),
    "depth": ("Maximum drawdown", "%"),
    "depth_cut": ("Drawdown cut by", "%"),
    "depth95": ("Drawdown, worst 5 %", "%"),
    "depth95_cut": ("Worst drawdowns cut by", "%"),
    "ulcer": ("Ulcer index", "%"),
    "ulcer_cut": ("Ulcer index cut by", "%"),
    "loss95": ("Worst 5 %", "$"),
    "loss95_cut": ("Worst 5 % cut by", "%"),
    "saved": ("Worst 5 % less by", "$"),
}
"""Rows of the tables by key: title and unit ("%" is a fraction)."""


def beyond_interest(wealth: FloatArray, rate: float) -> FloatArray:
    r"""Profit of each day beyond interest on the whole account.

    Parameters
    ----------
    wealth : ndarray of shape (..., n_days + 1)
        Dollars at each close.
    rate : float
        Interest a year, continuously compounded, that cash earns.

    Returns
    -------
    ndarray of shape (..., n_days)
        :math:`W_t - e^{r/252} W_{t-1}` in dollars: a martingale difference without premia and
        costs.
    """
    return np.asarray(wealth[..., 1:] - np.exp(rate / TRADING_DAYS) * wealth[..., :-1])


@dataclass(frozen=True, eq=False)
class PathBooks:
    """What books came to on each path.

    Attributes
    ----------
    names : tuple of str
    capital : float
        Dollars.
    years : float
        Length of a path.
    profit : ndarray of shape (n_books, n_paths)
        Present value beyond interest, dollars.
    depth : ndarray of shape (n_books, n_paths)
        Largest fall of the curve from an earlier close, dollars >= 0.
    ulcer : ndarray of shape (n_books, n_paths)
        Root mean square of the falls of all days, dollars.
    trades : ndarray of shape (n_books, n_paths, 4)
        As `Outcomes.trades`.
    block : int
        Consecutive paths that depend on one another.
    """

    names: tuple[str, ...]
    capital: float
    years: float
    profit: FloatArray
    depth: FloatArray
    ulcer: FloatArray
    trades: FloatArray
    block: int = 1

    @property
    def n_paths(self) -> int:
        """Paths."""
        return int(self.profit.shape[1])

    def place(self, name: str) -> int:
        """Number of a book.

        Raises
        ------
        ValueError
            If there is none of that name.
        """
        require(name in self.names, "book", name, f"one of {', '.join(self.names)}")
        return self.names.index(name)

    def scaled(self, name: str, factor: float, called: str) -> PathBooks:
        """The books and one more: `factor` of everything that book `name` holds."""
        p = self.place(name)
        size = np.array([1.0, 1.0, factor, factor**2])
        return PathBooks(
            (*self.names, called),
            self.capital,
            self.years,
            np.vstack([self.profit, factor * self.profit[p]]),
            np.vstack([self.depth, factor * self.depth[p]]),
            np.vstack([self.ulcer, factor * self.ulcer[p]]),
            np.concatenate([self.trades, size * self.trades[p : p + 1]]),
            self.block,
        )


def path_books(
    outcomes: Outcomes, mixes: Mapping[str, Mapping[str, float]] | None = None
) -> PathBooks:
    """Books of a run, and mixtures of them.

    Parameters
    ----------
    outcomes : Outcomes
    mixes : mapping of str to mapping of str to float, optional
        Name of a mixture to its books and their shares; shares sum to anything, what is missing is
        cash. A share of 0.3 of the hedged and 0.7 of the unhedged book holds 0.3 of the hedge.

    Raises
    ------
    ValueError
        If a mixture names a book that is not there.
    """
    names, trades = policy_names(outcomes), outcomes.trades
    daily, profit = beyond_interest(outcomes.wealth, outcomes.rate), outcomes.profit
    for name, shares in (mixes or {}).items():
        for book in shares:
            require(book in names, "book", book, f"one of {', '.join(names)}")
        row = np.array([shares.get(book, 0.0) for book in names])
        daily = np.concatenate([daily, np.einsum("p,pij->ij", row, daily[: row.size])[None]])
        profit = np.concatenate([profit, (row @ profit[: row.size])[None]])
        trades = np.concatenate([trades, np.full((1, *trades.shape[1:]), np.nan)])
        names = [*names, name]
    depth, ulcer = _falls(daily)
    years = daily.shape[2] / TRADING_DAYS
    return PathBooks(
        tuple(names), outcomes.capital, years, profit, depth, ulcer, trades, outcomes.block
    )


def join_books(parts: Sequence[PathBooks]) -> PathBooks:
    """The same books on more paths, pieces in order."""
    first = parts[0]
    return PathBooks(
        first.names,
        first.capital,
        first.years,
        np.concatenate([part.profit for part in parts], axis=1),
        np.concatenate([part.depth for part in parts], axis=1),
        np.concatenate([part.ulcer for part in parts], axis=1),
        np.concatenate([part.trades for part in parts], axis=1),
        first.block,
    )


def _falls(daily: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Largest fall and root mean square of falls along the last axis of (n_books, n_paths, n)."""
    depth, ulcer = np.empty(daily.shape[:2]), np.empty(daily.shape[:2])
    _fall_pass(daily, depth, ulcer)
    return depth, ulcer


@njit(cache=True, parallel=True, error_model="numpy")
def _fall_pass(daily, depth, ulcer):  # type: ignore[no-untyped-def]
    n_books, n_paths, n_days = daily.shape
    for row in prange(n_books * n_paths):
        p, i = row // n_paths, row % n_paths
        level, peak, deepest, squares = 0.0, 0.0, 0.0, 0.0
        for day in range(n_days):
            level += daily[p, i, day]
            peak = max(peak, level)
            fall = peak - level
            deepest = max(deepest, fall)
            squares += fall * fall
        depth[p, i], ulcer[p, i] = deepest, np.sqrt(squares / n_days)


def cut(one: Statistic, base: Statistic) -> Statistic:
    r"""Share by which `one` is below `base`, :math:`1 - a/b`, on common paths.

    Influence :math:`-(\psi_a - (a/b) \psi_b) / b`; nan where `base` is not above zero.
    """
    if not base.value > 0.0:
        return Statistic(np.nan, np.full(base.influence.size, np.nan))
    ratio = one.value / base.value
    return Statistic(1.0 - ratio, (ratio * base.influence - one.influence) / base.value)


def drawdown_cut(books: PathBooks, name: str, base: str, *, level: float = 0.95) -> Interval:
    """Share by which the mean maximum drawdown of one book is below that of another.

    Raises
    ------
    ValueError
        If there is no book of either name.
    """
    one, two = (mean(books.depth[books.place(x)]) for x in (name, base))
    return interval(cut(one, two), level=level, block=books.block)


def losses(profit: FloatArray) -> Statistic:
    """Mean of the worst twentieth, as a loss."""
    found = expected_shortfall(profit, TAIL)
    return Statistic(-found.value, -found.influence)


def model_table(books: PathBooks, base: str, *, level: float = 0.95) -> pd.DataFrame:
    """Every book's numbers, and how they compare with one of them, with Monte Carlo intervals.

    Parameters
    ----------
    books : PathBooks
    base : str
        The book the others are compared with, on the same paths.
    level : float, default=0.95

    Returns
    -------
    DataFrame
        Columns ``policy``, ``metric`` (of `METRICS`), ``unit``, ``estimate``, ``low``, ``high``.
        ``depth`` and ``ulcer`` are means over paths and ``depth95`` a quantile, all shares of the
        account; ``cost`` is the mean profit given up against the base, a share of the account a
        year; ``loss95`` the mean of the worst twentieth of profits as a loss over the whole path,
        and ``saved`` how much less it is; cuts are 1 less the ratio to the base.
        The interval of ``depth95_cut`` is of paths drawn again; others as `alvh.risk.inference`.

    Raises
    ------
    ValueError
        If there is no book of that name.
    """
    b, scale, block = books.place(base), 1.0 / books.capital, books.block
    tails = _quantile_cuts(books.depth, b, block)
    rows: list[tuple[Any, ...]] = []

    def put(name: str, metric: str, found: Interval) -> None:
        rows.append((name, metric, METRICS[metric][1], found.estimate, found.low, found.high))

    worst = [losses(x) for x in books.profit]
    depths = [mean(scale * x) for x in books.depth]
    ulcers = [mean(scale * x) for x in books.ulcer]
    for p, name in enumerate(books.names):
        given_up = mean((books.profit[b] - books.profit[p]) * (scale / books.years))
        stats = {
            "profit": mean(books.profit[p] / books.years),
            "cost": given_up,
            "depth": depths[p],
            "depth_cut": cut(depths[p], depths[b]),
            "ulcer": ulcers[p],
            "ulcer_cut": cut(ulcers[p], ulcers[b]),
            "loss95": worst[p],
            "loss95_cut": cut(worst[p], worst[b]),
            "saved": worst[b] - worst[p],
        }
        for metric, statistic in stats.items():
            put(name, metric, interval(statistic, level=level, block=block))
        put(name, "depth95", quantile(scale * books.depth[p], 1.0 - TAIL, level=level, block=block))
        found = drawn_interval(*tails[p], level=level)
        put(name, "depth95_cut", found)
    return pd.DataFrame(rows, columns=COLUMNS)


COLUMNS: Final = ["policy", "metric", "unit", "estimate", "low", "high"]


def _quantile_cuts(depth: FloatArray, base: int, block: int) -> list[tuple[float, FloatArray]]:
    """Cut of the 95 % quantile of each book, and the same on paths drawn again, in blocks."""
    n = depth.shape[1]
    rng = np.random.default_rng(1)
    draws = np.empty((_DRAWS, depth.shape[0]))
    for row in draws:
        starts = rng.integers(0, max(n // block, 1), max(n // block, 1)) * block
        picked = (starts[:, None] + np.arange(block)).ravel()
        row[:] = np.quantile(depth[:, picked], 1.0 - TAIL, axis=1)
    whole = np.quantile(depth, 1.0 - TAIL, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        cuts = 1.0 - draws / draws[:, base : base + 1]
        found = 1.0 - whole / whole[base]
    return [(float(x), cuts[:, p]) for p, x in enumerate(found)]


def numbers_of(table: pd.DataFrame, policy: str) -> dict[str, Interval]:
    """One book's rows of a table as intervals by metric.

    Raises
    ------
    DataError
        If the table has no such book.
    """
    mine = table[table["policy"] == policy]
    if mine.empty:
        raise DataError(f"there is no book {policy} in the table")
    return {
        str(metric): Interval(float(x), float(a), float(b))
        for metric, x, a, b in zip(
            mine["metric"], mine["estimate"], mine["low"], mine["high"], strict=True
        )
    }
