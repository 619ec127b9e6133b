"""Step 2, the insurance that eats the house: far VIX calls that are always on, and what they cost.

Cost is profit given up against the same condor without calls, on the same futures: premium less
payoff, spreads and commissions among it. Calls become uneconomic at the delta from which the condor
with them is expected to earn nothing, that is where they cost as much as it earns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
from pydantic import Field

from alvh._typing import FloatArray
from alvh.errors import require
from alvh.lab.claims import run_books
from alvh.lab.lesson import Lesson
from alvh.pricing import PricingTables
from alvh.risk.claims import PathBooks
from alvh.risk.exposure import AT_EXPIRY, WITH_HEDGE, break_evens, payoff_curves, spot_range
from alvh.risk.hedge import hedged_book
from alvh.risk.inference import Interval, interval, mean
from alvh.simulation import EPISODES, Episode, MarketPaths, stress_paths
from alvh.strategy import HedgeLayer, Policy, run_policies
from alvh.strategy.engine import TRAIL, Outcomes

__all__ = ["DELTAS", "Insurance", "InsuranceFinding", "always_on", "books_of", "paid_in_shocks"]

DELTAS: Final = (0.05, 0.10, 0.15, 0.20, 0.25, 0.30)
"""Deltas that are compared."""
_HEDGE: Final = TRAIL.index("hedge")
_YEAR: Final = 252


class Insurance(Lesson):
    """Settings of the step; the defaults are the barrier of the other pages."""

    delta: float = Field(
        0.10,
        ge=DELTAS[0],
        le=DELTAS[-1],
        multiple_of=0.05,
        title="Delta",
        description="Black delta of the calls when they are bought, on the VIX future.",
        json_schema_extra={"unit": "", "step": 0.05},
    )
    dte: int = Field(
        90,
        ge=30,
        le=220,
        title="Days to expiry",
        description="Calendar days; held to settlement and bought again.",
        json_schema_extra={"unit": "days", "step": 10},
    )
    quantity: int = Field(
        40,
        ge=5,
        le=200,
        title="Calls",
        description="Contracts held at all times, for ten condors.",
        json_schema_extra={"unit": "", "step": 5},
    )

    def layer(self, delta: float | None = None) -> HedgeLayer:
        """The calls; at another delta if given."""
        return HedgeLayer(
            dte=self.dte, delta=self.delta if delta is None else delta, quantity=self.quantity
        )

    @property
    def policy(self) -> Policy:
        """The condor with the calls."""
        return self.preset("static_calls", layers=(self.layer(),))


@dataclass(frozen=True, eq=False)
class InsuranceFinding:
    """What the step shows.

    Attributes
    ----------
    setting : Insurance
    books : PathBooks
        "unhedged", and the condor with calls by delta ("0.10").
    bare, hedged : (float, float)
        Break-evens at the condor's expiry, index points, without and with the calls; nan where
        there is none.
    shocks : DataFrame
        Of `paid_in_shocks`; days drawn and, where there are any, real ones.
    """

    setting: Insurance
    books: PathBooks
    bare: tuple[float, float]
    hedged: tuple[float, float]
    shocks: pd.DataFrame

    @cached_property
    def table(self) -> pd.DataFrame:
        """Cost and what is left, by delta.

        Returns
        -------
        DataFrame
            A row a delta: ``delta``, ``cost``, ``cost_low``, ``cost_high``, ``left``, ``left_low``,
            ``left_high`` (mean profit of the condor with the calls): dollars a year, 95 %.
        """
        rows = []
        for delta in DELTAS:
            cost, left = self._of(delta)
            rows.append((delta, *_ends(cost), *_ends(left)))
        columns = ["delta", "cost", "cost_low", "cost_high", "left", "left_low", "left_high"]
        return pd.DataFrame(rows, columns=columns)

    def _of(self, delta: float) -> tuple[Interval, Interval]:
        books = self.books
        own, bare = books.profit[books.place(_name(delta))], books.profit[books.place("unhedged")]
        return tuple(  # type: ignore[return-value]
            interval(mean(x / books.years), block=books.block) for x in (bare - own, own)
        )

    @cached_property
    def cost(self) -> Interval:
        """Of the calls chosen, dollars a year."""
        return self._of(self.setting.delta)[0]

    @cached_property
    def earned(self) -> Interval:
        """Expected profit of the condor without calls, dollars a year."""
        books = self.books
        bare = books.profit[books.place("unhedged")] / books.years
        return interval(mean(bare), block=books.block)

    @cached_property
    def uneconomic(self) -> Interval:
        """Delta from which the calls cost more than the condor earns.

        Of the estimate and of the ends of its interval; infinite where no delta compared is so
        dear, zero where the least one is.
        """
        table = self.table
        ends = [_crossing(table["delta"], table[x]) for x in ("left", "left_low", "left_high")]
        return Interval(*ends)

    @property
    def moved(self) -> tuple[float, float]:
        """Points by which the lower and the upper break-even come nearer to the index."""
        return self.hedged[0] - self.bare[0], self.bare[1] - self.hedged[1]


def _ends(found: Interval) -> tuple[float, float, float]:
    return found.estimate, found.low, found.high


def _name(delta: float) -> str:
    return f"{delta:.2f}"


def _crossing(deltas: Any, left: Any) -> float:
    """Delta at which what is left passes zero downwards, straight lines between."""
    x, y = np.asarray(deltas, dtype=float), np.asarray(left, dtype=float)
    if y[0] <= 0.0:
        return 0.0
    below = np.flatnonzero(y <= 0.0)
    if below.size == 0:
        return float("inf")
    i = int(below[0])
    return float(x[i - 1] + (x[i] - x[i - 1]) * y[i - 1] / (y[i - 1] - y[i]))


def books_of(setting: Insurance, tables: PricingTables | None = None) -> PathBooks:
    """The condor alone and with calls of each of `DELTAS`, over a year of the same futures."""
    policies = [setting.preset("unhedged")]
    policies += [
        setting.preset("static_calls", layers=(setting.layer(x),), name=_name(x)) for x in DELTAS
    ]
    return run_books(setting.study(policies, _YEAR), policies, tables)


def always_on(
    setting: Insurance,
    tables: PricingTables | None = None,
    *,
    books: PathBooks | None = None,
    days: MarketPaths | None = None,
) -> InsuranceFinding:
    """What calls that are always on cost, move and paid.

    Parameters
    ----------
    setting : Insurance
    tables : PricingTables, optional
        Of its model; built if omitted.
    books : PathBooks, optional
        Of `books_of`, where at hand; the delta chosen does not matter to them.
    days : MarketPaths, optional
        Real ones (`alvh.simulation.historical_paths`), of the same model but for its rate.

    Raises
    ------
    ValueError
        As `run_policies`.
    """
    tables = PricingTables.build(setting.model) if tables is None else tables
    books = books_of(setting, tables) if books is None else books
    shocks = paid_in_shocks(setting, tables)
    if days is not None:
        shocks = pd.concat([shocks, _paid_on_days(setting, tables, days)], ignore_index=True)
    return InsuranceFinding(setting, books, *_break_evens(setting, tables), shocks)


def _break_evens(
    setting: Insurance, tables: PricingTables
) -> tuple[tuple[float, float], tuple[float, float]]:
    book = hedged_book(setting.model, setting.state, setting.condor, (setting.layer(),))
    spots = spot_range(book, 401)
    curves = payoff_curves(book, setting.premia, book.n_days, spots, tables)
    spot = float(setting.state.spot)
    both = []
    for series in (AT_EXPIRY, WITH_HEDGE):
        found = np.array(break_evens(curves, series))
        low, high = found[found < spot], found[found > spot]
        both.append(
            (float(low[-1]) if low.size else np.nan, float(high[0]) if high.size else np.nan)
        )
    return both[0], both[1]


def paid_in_shocks(
    setting: Insurance, tables: PricingTables, episodes: Sequence[Episode] = EPISODES
) -> pd.DataFrame:
    """What the calls had gained when the index was lowest, through episodes drawn from today.

    Parameters
    ----------
    setting : Insurance
    tables : PricingTables
    episodes : sequence of Episode

    Returns
    -------
    DataFrame
        A row an episode: ``episode``, ``source`` ("drawn", or "real days"), ``days`` to the low,
        ``depth`` (% fallen), ``paid`` (dollars since the first close, before costs of trading:
        every premium paid on the way among it).
    """
    require(len(episodes) > 0, "episodes", "none", "at least one")
    longest = max(max(episode.days for episode in episodes), 63)
    paths = stress_paths(setting.model, setting.state, episodes, n_days=longest)
    out = _run(setting, tables, paths)
    rows = [
        (episode.name, "drawn", episode.days, episode.depth, out.trail[0, i, episode.days, _HEDGE])
        for i, episode in enumerate(episodes)
    ]
    return pd.DataFrame(rows, columns=["episode", "source", "days", "depth", "paid"])


def _run(setting: Insurance, tables: PricingTables, paths: MarketPaths) -> Outcomes:
    return run_policies(
        paths, tables, [setting.policy], float(setting.capital), recorded=paths.n_paths
    )


def _paid_on_days(setting: Insurance, tables: PricingTables, days: MarketPaths) -> pd.DataFrame:
    """The same over the real days of each episode that the history holds."""
    require(days.dates is not None, "days", "simulated", "real ones")
    hedge: FloatArray = _run(setting, tables, days).trail[0, 0, :, _HEDGE]
    dates = pd.DatetimeIndex(days.dates)
    rows = []
    for episode in EPISODES:
        if episode.start is None or episode.end is None:
            continue
        first, last = pd.Timestamp(episode.start), pd.Timestamp(episode.end)
        if first not in dates or last not in dates:
            continue
        a, b = int(dates.searchsorted(first)), int(dates.searchsorted(last))
        depth = 100.0 * (1.0 - float(days.spot[0, b] / days.spot[0, a]))
        rows.append((episode.name, "real days", b - a, depth, float(hedge[b] - hedge[a])))
    return pd.DataFrame(rows, columns=["episode", "source", "days", "depth", "paid"])
