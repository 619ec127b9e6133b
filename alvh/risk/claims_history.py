"""Numbers a claim is judged by on one history: the same books, days drawn again for intervals.

The stationary bootstrap strings blocks of days of random length together until the history is as
long as it was, the same days for every book; falls are then taken anew along the drawn days.

References
----------
Politis and Romano (1994), *JASA* 89, for the bootstrap; Hansen (2005), *Journal of Business &
Economic Statistics* 23, for the test of superior predictive ability.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
from numba import njit, prange

from alvh._typing import FloatArray
from alvh.clock import TRADING_DAYS
from alvh.errors import require
from alvh.risk.bootstrap import REPLICATIONS, block_length, drawn_interval
from alvh.risk.claims import COLUMNS, METRICS, TAIL
from alvh.risk.inference import Interval
from alvh.risk.replay_smooth import drawn_days

__all__ = ["MONTH", "DayBooks", "history_cut", "history_table", "superior"]

MONTH: Final = 21
"""Trading days of the spans whose worst twentieth is measured on history."""


@dataclass(frozen=True, eq=False)
class DayBooks:
    """What books earned on each day of one history.

    Attributes
    ----------
    names : tuple of str
    days : ndarray of datetime64[D] of shape (n_days,)
    profit : ndarray of shape (n_days, n_books)
        Beyond interest, dollars.
    capital : float
        Dollars.
    replications : int
        Histories drawn for intervals.
    seed : int
    """

    names: tuple[str, ...]
    days: Any
    profit: FloatArray
    capital: float
    replications: int = REPLICATIONS
    seed: int = 1

    def place(self, name: str) -> int:
        """Number of a book; raises as `PathBooks.place`."""
        require(name in self.names, "book", name, f"one of {', '.join(self.names)}")
        return self.names.index(name)

    def mixed(self, shares: Mapping[str, float], called: str) -> DayBooks:
        """The books and one more: shares of those there are, the rest cash."""
        more = sum(share * self.profit[:, self.place(name)] for name, share in shares.items())
        profit = np.column_stack([self.profit, more])
        names = (*self.names, called)
        return DayBooks(names, self.days, profit, self.capital, self.replications, self.seed)

    @property
    def years(self) -> float:
        """Length of the history."""
        return len(self.profit) / TRADING_DAYS

    @cached_property
    def block(self) -> int:
        """Mean length of a block: what profits or their sizes ask for, a month at least."""
        n = len(self.profit)
        series = [x for p in self.profit.T for x in (p, np.abs(p))]
        return min(max(MONTH, block_length(*series)), max(n // 4, 1))

    @cached_property
    def walked(self) -> tuple[FloatArray, FloatArray]:
        """Sums, falls, Ulcer index and worst months; (n_books, 4) and the same drawn again."""
        n = self.profit.shape[0]
        whole = np.arange(n, dtype=np.uint16)[None]
        drawn = drawn_days(n, self.block, self.replications, self.seed)
        return _walk(self.profit, whole)[0], _walk(self.profit, drawn)

    @property
    def falls(self) -> FloatArray:
        """Fall of each curve from its best close so far, dollars >= 0; (n_days, n_books)."""
        curve = np.cumsum(self.profit, axis=0)
        return np.asarray(np.maximum(np.maximum.accumulate(curve, axis=0), 0.0) - curve)

    def n_falls(self, name: str, share: float = 0.5) -> int:
        """Separate falls at least `share` as deep as the deepest: what the history can tell of."""
        fall = self.falls[:, self.place(name)]
        if fall.max() == 0.0:
            return 0
        numbers = np.cumsum(fall == 0.0)  # days between two best closes have one number
        deepest = pd.Series(fall).groupby(numbers).max()
        return int((deepest >= share * fall.max()).sum())


_SUM, _DEPTH, _ULCER, _MONTHS = range(4)


def _walk(profit: FloatArray, days: Any) -> FloatArray:
    """Measures along each row of `days`, (n_rows, n_books, 4), dollars."""
    n_rows, n_days = days.shape
    n_months = max(n_days // MONTH, 1)
    found = np.empty((n_rows, profit.shape[1], 4))
    months = np.empty((n_rows, profit.shape[1], n_months))
    _walk_pass(np.ascontiguousarray(profit), days, min(MONTH, n_days), found, months)
    worst = max(int(np.ceil(TAIL * n_months - 1e-9)), 1)
    months.partition(worst - 1, axis=2)
    found[..., _MONTHS] = -months[..., :worst].mean(axis=2)
    return found


@njit(cache=True, parallel=True, error_model="numpy")
def _walk_pass(profit, days, month, found, months):  # type: ignore[no-untyped-def]
    n_rows, n_days = days.shape
    n_books, n_months = months.shape[1], months.shape[2]
    for row in prange(n_rows):
        for p in range(n_books):
            level, peak, deepest, squares, before, at = 0.0, 0.0, 0.0, 0.0, 0.0, 0
            for i in range(n_days):
                level += profit[days[row, i], p]
                peak = max(peak, level)
                fall = peak - level
                deepest = max(deepest, fall)
                squares += fall * fall
                if (i + 1) % month == 0 and at < n_months:
                    months[row, p, at] = level - before
                    before, at = level, at + 1
            found[row, p, 0], found[row, p, 1] = level, deepest
            found[row, p, 2] = np.sqrt(squares / n_days)


def history_table(books: DayBooks, base: str, *, level: float = 0.95) -> pd.DataFrame:
    """`model_table` of one history, with bootstrap intervals.

    Returns
    -------
    DataFrame
        As `model_table`, without the quantiles of drawdowns: one history has one deepest fall of
        each book. ``loss95`` is of the worst twentieth of spans of 21 days.

    Raises
    ------
    ValueError
        As `model_table`.

    Notes
    -----
    A drawn history breaks what lasts longer than its blocks, so that its long falls are shorter.
    The intervals say how much chance there is in which days came, and in what order.
    """
    b, scale = books.place(base), 1.0 / books.capital
    whole, draws = books.walked
    rows: list[tuple[Any, ...]] = []
    for p, name in enumerate(books.names):
        for metric, measure in _MEASURES.items():
            found = measure(whole[None], p, b, scale, books.years)[0]
            drawn = measure(draws, p, b, scale, books.years)
            seen = drawn_interval(float(found), drawn, level=level)
            rows.append((name, metric, METRICS[metric][1], seen.estimate, seen.low, seen.high))
    return pd.DataFrame(rows, columns=COLUMNS)


def history_cut(books: DayBooks, name: str, base: str, *, level: float = 0.95) -> Interval:
    """Share by which the maximum drawdown of one book is below that of another; a history each.

    Raises
    ------
    ValueError
        If there is no book of either name.
    """
    p, b = books.place(name), books.place(base)
    whole, draws = books.walked
    found = float(_share_less(whole[None], p, b, _DEPTH)[0])
    return drawn_interval(found, _share_less(draws, p, b, _DEPTH), level=level)


def _share_less(x: FloatArray, p: int, b: int, k: int) -> FloatArray:
    base = np.where(x[:, b, k] > 0.0, x[:, b, k], np.nan)
    return np.asarray(1.0 - x[:, p, k] / base)


_MEASURES: Final[dict[str, Any]] = {
    "profit": lambda x, p, _, __, years: x[:, p, _SUM] / years,
    "cost": lambda x, p, b, s, years: (x[:, b, _SUM] - x[:, p, _SUM]) * s / years,
    "depth": lambda x, p, _, s, __: s * x[:, p, _DEPTH],
    "depth_cut": lambda x, p, b, *_: _share_less(x, p, b, _DEPTH),
    "ulcer": lambda x, p, _, s, __: s * x[:, p, _ULCER],
    "ulcer_cut": lambda x, p, b, *_: _share_less(x, p, b, _ULCER),
    "loss95": lambda x, p, *_: x[:, p, _MONTHS],
    "loss95_cut": lambda x, p, b, *_: _share_less(x, p, b, _MONTHS),
    "saved": lambda x, p, b, *_: x[:, b, _MONTHS] - x[:, p, _MONTHS],
}


def superior(
    books: DayBooks, base: str, names: Sequence[str], *, replications: int = 500
) -> pd.DataFrame:
    """Whether the best of many books is better than one of them, or only the luckiest of many.

    Parameters
    ----------
    books : DayBooks
    base : str
        The benchmark.
    names : sequence of str
        The variants tried; one that never differs from the benchmark is left out.
    replications : int, default=500

    Returns
    -------
    DataFrame
        A row a criterion, ``profit`` (of a day, dollars) and ``downside`` (mean square of losses
        of 21 days, dollars squared): ``criterion``, ``best`` (name), ``better`` (by how much the
        best variant beats the benchmark; negative where none does), ``p_value`` (consistent, Hansen
        2005), ``tried``.

    Notes
    -----
    Drawdowns themselves are no criterion: the test wants differences that return to their mean, and
    a history of one or two deep falls has none.
    """
    from arch.bootstrap import SPA  # imported here: it is slow to load

    b = books.place(base)
    sums = np.lib.stride_tricks.sliding_window_view(books.profit, MONTH, axis=0).sum(axis=2)
    spans = np.minimum(sums, 0.0) ** 2
    rows = []
    for criterion, losses in (("profit", -books.profit), ("downside", spans)):
        places = [books.place(name) for name in names]
        places = [p for p in places if float(np.std(losses[:, p] - losses[:, b])) > 0.0]
        if not places:
            rows.append((criterion, "", np.nan, np.nan, 0))
            continue
        better = losses[:, b].mean() - losses[:, places].mean(axis=0)
        # spans overlap: blocks are what the differences ask for, and two months at least
        block = max(2 * MONTH, block_length(*(losses[:, [b]] - losses[:, places]).T))
        test = SPA(
            losses[:, b],
            losses[:, places],
            block_size=block,
            reps=replications,
            bootstrap="stationary",
            seed=np.random.default_rng(books.seed),
        )
        test.compute()
        best = int(np.argmax(better))
        rows.append(
            (
                criterion,
                books.names[places[best]],
                float(better[best]),
                float(test.pvalues["consistent"]),
                len(places),
            )
        )
    return pd.DataFrame(rows, columns=["criterion", "best", "better", "p_value", "tried"])
