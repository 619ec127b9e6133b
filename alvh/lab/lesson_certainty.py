"""Step 3, the price of certainty: the least expensive static barrier that keeps losses in a limit.

Barriers are tried over a year of the same futures: stops, VIX calls that are always on, narrower
wings. One keeps the limit on a future if at no close its account is further below the start than
the limit, interest taken out. It qualifies for a probability if the lower end of the 95 % interval
of the share of futures on which it keeps the limit is at least that. The least expensive is the one
of largest mean profit; since the best of many looks better than it is, its own numbers are then
taken from other futures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from alvh._typing import FloatArray
from alvh.clock import TRADING_DAYS
from alvh.errors import require
from alvh.lab.claims import over_pieces
from alvh.lab.lesson import Lesson
from alvh.pricing import PricingTables
from alvh.risk.inference import Interval, interval, mean, share
from alvh.strategy import HedgeLayer, Outcomes, Policy, StopRule

__all__ = [
    "FEWER",
    "NO_TRADE",
    "PROBABILITIES",
    "Barriers",
    "Certainty",
    "CertaintyFinding",
    "barrier_batches",
    "barrier_policies",
    "barrier_table",
    "barriers_of",
    "frontier_of",
    "join_barriers",
    "least_expensive",
    "measured_again",
    "price_of_certainty",
    "run_barriers",
]

PROBABILITIES: Final = (0.95, 0.99, 0.999)
NO_TRADE: Final = "no trade"
FEWER: Final = (0.8, 0.6, 0.4, 0.2)
"""Shares of the condors of books that trade less, drawn for comparison."""
_WINGS: Final = (5, 10, 15, 20, 25, 30, 40)
_MULTIPLES: Final = (0.5, 1.0, 1.5, 2.0, 3.0)
_DELTAS: Final = (0.35, 0.50)
_CALLS: Final = (20, 40, 80)
_CALL_DELTAS: Final = (0.05, 0.10, 0.20, 0.30)
_YEAR: Final = 252
_CHUNK: Final = 1_000

Sought = Literal["95 %", "99 %", "99.9 %"]


class Certainty(Lesson):
    """Settings of the step."""

    limit: float = Field(
        10.0,
        ge=1.0,
        le=30.0,
        title="Loss limit",
        description="At no close of the year may the account be further below its start.",
        json_schema_extra={"unit": "% of the account", "step": 0.5},
    )
    probability: Sought = Field(
        "99 %",
        title="Kept with",
        description="Probability with which the limit is to be kept.",
    )

    @property
    def dollars(self) -> float:
        """The limit."""
        return 0.01 * self.limit * self.capital

    @property
    def sought(self) -> float:
        """The probability as a share."""
        return float(self.probability.removesuffix(" %")) / 100.0


@dataclass(frozen=True, eq=False)
class Barriers:
    """What books behind barriers came to on each future.

    Attributes
    ----------
    families, names : tuple of str
        "no barrier", "stop", "calls", "wings", or "fewer"; and what the barrier is.
    profit : ndarray of shape (n_books, n_paths)
        Present value beyond interest, dollars a year.
    lowest : ndarray of shape (n_books, n_paths)
        Lowest close of the account less its start, present values, dollars <= 0.
    """

    families: tuple[str, ...]
    names: tuple[str, ...]
    profit: FloatArray
    lowest: FloatArray

    @property
    def n_paths(self) -> int:
        """Futures."""
        return int(self.profit.shape[1])


def barrier_policies(setting: Lesson) -> list[tuple[str, str, Policy]]:
    """Family, name and policy of the condor alone and of every barrier that is tried."""
    found = [("no barrier", "no barrier", setting.preset("unhedged"))]

    def put(family: str, name: str, **changes: Any) -> None:
        found.append((family, name, setting.preset("unhedged", **changes)))

    for wing in (wing for wing in _WINGS if wing < setting.wing):
        rule = setting.condor.model_copy(update={"wing": wing})
        put("wings", f"wings of {wing} points", condor=rule)
    for multiple in _MULTIPLES:
        stop = StopRule(kind="credit multiple", multiple=multiple)
        put("stop", f"a stop at {multiple:g} × the credit", stop=stop)
    for delta in _DELTAS:
        stop = StopRule(kind="short delta", delta=delta)
        put("stop", f"a stop at a delta of {delta:.2f}", stop=stop)
    for quantity in _CALLS:
        for delta in _CALL_DELTAS:
            layer = HedgeLayer(dte=90, delta=delta, quantity=quantity)
            put("calls", f"{quantity} VIX calls of {delta:.2f} delta", layers=(layer,))
    return found


def barrier_batches(setting: Lesson) -> list[list[tuple[str, str, Policy]]]:
    """The same in batches that are run one after the other, each of one kind."""
    batches: list[list[tuple[str, str, Policy]]] = []
    last: Any = None
    for row in barrier_policies(setting):
        layers = row[2].layers
        kind = (row[0] == "stop", layers[0].quantity if layers else 0)
        if kind != last:
            batches.append([])
        batches[-1].append(row)
        last = kind
    return batches


def run_barriers(
    setting: Lesson,
    policies: Sequence[tuple[str, str, Policy]],
    tables: PricingTables | None = None,
    *,
    seed: int | None = None,
) -> Barriers:
    """Books over a year of twice `n_paths` futures; other ones with another `seed`.

    Raises
    ------
    ValueError
        As `run_policies`.
    """
    books = [policy for _, _, policy in policies]
    seed = setting.seed if seed is None else seed
    study = setting.study(books, _YEAR, n_paths=2 * setting.n_paths, seed=seed)
    parts = over_pieces(study, books, _reduced, tables, chunk=_CHUNK)
    profit, lowest = (np.concatenate(x, axis=1) for x in zip(*parts, strict=True))
    families, names = (tuple(str(x[i]) for x in policies) for i in range(2))
    return Barriers(families, names, profit, lowest)


def join_barriers(parts: Sequence[Barriers]) -> Barriers:
    """Batches together, and books of fewer condors without a barrier; the first book is bare."""
    profit, lowest = (np.concatenate([getattr(x, n) for x in parts]) for n in ("profit", "lowest"))
    fewer = [(f"{100 * x:.0f} % of the condors", x) for x in FEWER]
    return Barriers(
        (*(x for part in parts for x in part.families), *("fewer" for _ in fewer)),
        (*(x for part in parts for x in part.names), *(name for name, _ in fewer)),
        np.vstack([profit, *(x * profit[:1] for _, x in fewer)]),
        np.vstack([lowest, *(x * lowest[:1] for _, x in fewer)]),
    )


def _reduced(outcomes: Outcomes) -> tuple[FloatArray, FloatArray]:
    """Profit, and lowest close below the start; present values."""
    n = outcomes.wealth.shape[2]
    fade = np.exp(-outcomes.rate * np.arange(n) / TRADING_DAYS)
    below = (outcomes.wealth * fade).min(axis=2) - outcomes.capital
    return outcomes.profit, np.minimum(below, 0.0)


def barriers_of(
    setting: Lesson,
    tables: PricingTables | None = None,
    *,
    progress: Callable[[int, int], object] | None = None,
) -> Barriers:
    """Every barrier, and books of fewer condors, on the same futures.

    `progress` is called with batches done and in all; an exception it raises ends the run.
    """
    tables = PricingTables.build(setting.model) if tables is None else tables
    batches = barrier_batches(setting)
    parts = []
    for i, batch in enumerate(batches):
        if progress is not None:
            progress(i, len(batches))
        parts.append(run_barriers(setting, batch, tables))
    if progress is not None:
        progress(len(batches), len(batches))
    return join_barriers(parts)


@dataclass(frozen=True, eq=False)
class CertaintyFinding:
    """What the step shows.

    Attributes
    ----------
    setting : Certainty
    barriers : Barriers
        What is chosen from.
    measured : Barriers or None
        The barrier chosen on other futures; None where none qualifies.
    """

    setting: Certainty
    barriers: Barriers
    measured: Barriers | None

    @cached_property
    def table(self) -> pd.DataFrame:
        """`barrier_table` for the limit."""
        return barrier_table(self.barriers, self.setting.dollars)

    @cached_property
    def frontier(self) -> pd.DataFrame:
        """`frontier_of` the table."""
        return frontier_of(self.table)

    @cached_property
    def chosen(self) -> str:
        """Name of the least expensive barrier that qualifies, or `NO_TRADE`."""
        return least_expensive(self.table, self.setting.sought)

    @cached_property
    def profit(self) -> Interval:
        """Expected profit of the one chosen, dollars a year, on other futures."""
        if self.measured is None:
            return Interval(0.0, 0.0, 0.0)
        return interval(mean(self.measured.profit[0]))

    @cached_property
    def kept(self) -> Interval:
        """Probability with which it keeps the limit, on other futures."""
        if self.measured is None:
            return Interval(1.0, 1.0, 1.0)
        return share(self.measured.lowest[0] >= -self.setting.dollars)

    @cached_property
    def bare(self) -> tuple[Interval, Interval]:
        """Expected profit of the condor without barrier, and how likely it keeps the limit."""
        row = self.table.iloc[0]
        return (
            Interval(*(float(row[x]) for x in ("profit", "profit_low", "profit_high"))),
            Interval(*(float(row[x]) for x in ("kept", "kept_low", "kept_high"))),
        )


def barrier_table(barriers: Barriers, limit: float) -> pd.DataFrame:
    """Profit of every book, and how likely it keeps a limit.

    Parameters
    ----------
    barriers : Barriers
    limit : float
        Dollars, > 0.

    Returns
    -------
    DataFrame
        A row a book: ``family``, ``name``, ``profit``, ``profit_low``, ``profit_high`` (dollars a
        year), ``kept``, ``kept_low``, ``kept_high`` (probabilities, Wilson's interval), 95 %.
    """
    require(limit > 0.0, "limit", limit, "> 0 dollars")
    rows = []
    for i, (family, name) in enumerate(zip(barriers.families, barriers.names, strict=True)):
        earned = interval(mean(barriers.profit[i]))
        held = share(barriers.lowest[i] >= -limit)
        ends = [(x.estimate, x.low, x.high) for x in (earned, held)]
        rows.append((family, name, *ends[0], *ends[1]))
    names = [f"{x}{end}" for x in ("profit", "kept") for end in ("", "_low", "_high")]
    return pd.DataFrame(rows, columns=["family", "name", *names])


def frontier_of(table: pd.DataFrame) -> pd.DataFrame:
    """Barriers than which none earns more and keeps the limit as likely, down to no trade.

    Returns
    -------
    DataFrame
        ``name``, ``kept``, ``profit``; likelier and dearer row by row. The last is no trade: kept
        with certainty, profit zero. A barrier that earns less than nothing is still on it if it is
        likelier than all that earn more: what certainty costs short of not trading.
    """
    own = table[table["family"] != "fewer"].sort_values(
        ["kept", "profit"], ascending=[False, False], kind="stable"
    )
    best = own["profit"].cummax()
    first = own["profit"] > best.shift(fill_value=-np.inf)
    rows = own[first].iloc[::-1][["name", "kept", "profit"]]
    end = pd.DataFrame({"name": [NO_TRADE], "kept": [1.0], "profit": [0.0]})
    return pd.concat([rows, end], ignore_index=True)


def least_expensive(table: pd.DataFrame, probability: float) -> str:
    """Name of the barrier of largest mean profit that surely keeps the limit so likely.

    `NO_TRADE` if the lower end of no barrier's interval is at least `probability`.
    """
    able = table[(table["family"] != "fewer") & (table["kept_low"] >= probability)]
    if able.empty:
        return NO_TRADE
    return str(able["name"].iloc[int(able["profit"].to_numpy().argmax())])


def price_of_certainty(
    setting: Certainty,
    tables: PricingTables | None = None,
    *,
    barriers: Barriers | None = None,
    measure: Callable[[str], Barriers] | None = None,
) -> CertaintyFinding:
    """The least expensive static barrier that keeps a limit with a probability.

    Parameters
    ----------
    setting : Certainty
    tables : PricingTables, optional
        Of its model; built if omitted.
    barriers : Barriers, optional
        Of `barriers_of`, where at hand; limit and probability do not matter to them.
    measure : callable, optional
        From the name of a barrier to its run on other futures; `measured_again` if omitted.
    """
    if barriers is None or measure is None:
        tables = PricingTables.build(setting.model) if tables is None else tables
    barriers = barriers_of(setting, tables) if barriers is None else barriers
    name = least_expensive(barrier_table(barriers, setting.dollars), setting.sought)
    again = None
    if name != NO_TRADE:
        again = measured_again(setting, name, tables) if measure is None else measure(name)
    return CertaintyFinding(setting, barriers, again)


def measured_again(setting: Lesson, name: str, tables: PricingTables | None = None) -> Barriers:
    """One barrier on the futures of the next seed.

    Raises
    ------
    ValueError
        If there is no barrier of that name.
    """
    mine = [row for row in barrier_policies(setting) if row[1] == name]
    require(len(mine) == 1, "barrier", name, "one that is tried")
    return run_barriers(setting, mine, tables, seed=setting.seed + 1)
