"""Step 1, the stop that was jumped: what a static stop promised, and what was lost instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from alvh._typing import FloatArray
from alvh.clock import trading_days
from alvh.errors import require
from alvh.lab.lesson import Lesson
from alvh.market.contracts import SPX_MULTIPLIER
from alvh.model import MarketState
from alvh.pricing import PricingTables
from alvh.risk.inference import Interval
from alvh.risk.lesson_stops import (
    CondorMarks,
    StopExits,
    condor_marks,
    exits_of_record,
    first_exits,
    levels_table,
    short_deltas,
    short_strikes,
    stop_numbers,
)
from alvh.simulation import MarketPaths, simulate_paths
from alvh.strategy import Policy, StopRule, open_book, run_policies

__all__ = [
    "DELTAS",
    "MULTIPLES",
    "JumpedStop",
    "RealStops",
    "StopFinding",
    "deltas_between",
    "jumped_stop",
    "marks_of",
    "real_stops",
]

MULTIPLES: Final = (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0)
DELTAS: Final = (0.20, 0.25, 0.30, 0.35, 0.40, 0.45, 0.50)
"""Levels of the two stops that are compared."""

StopKind = Literal["credit multiple", "short delta"]


class JumpedStop(Lesson):
    """Settings of the step."""

    kind: StopKind = Field(
        "credit multiple",
        title="Stop at",
        description="A loss of so many times the credit, or a Black delta of either short strike.",
    )
    multiple: float = Field(
        2.0,
        ge=MULTIPLES[0],
        le=MULTIPLES[-1],
        multiple_of=0.5,
        title="Loss",
        description="Loss at which the condor is bought back, as a multiple of its credit.",
        json_schema_extra={"unit": "× credit", "step": 0.5},
    )
    delta: float = Field(
        0.30,
        ge=DELTAS[0],
        le=DELTAS[-1],
        title="Short delta",
        description="Delta of either short strike, sold at 0.16, at which it is bought back.",
        json_schema_extra={"unit": "", "step": 0.05},
    )

    @property
    def level(self) -> float:
        """Of the stop chosen."""
        return round(self.multiple if self.kind == "credit multiple" else self.delta, 2)


@dataclass(frozen=True, eq=False)
class RealStops:
    """Stops of every level on real days.

    Attributes
    ----------
    exits : mapping of (kind, level) to DataFrame
        ``date``, ``beyond``, ``loss``, ``promise`` (× credit), ``credit`` (points), ``dollars``
        (loss beyond the promise, all condors).
    first, last : Timestamp
    """

    exits: Mapping[tuple[str, float], pd.DataFrame]
    first: pd.Timestamp
    last: pd.Timestamp


@dataclass(frozen=True, eq=False)
class StopFinding:
    """What the step shows.

    Attributes
    ----------
    setting : JumpedStop
    marks : CondorMarks
    exits : StopExits
        Of the stop chosen, in the model.
    real : RealStops or None
    """

    setting: JumpedStop
    marks: CondorMarks
    exits: StopExits
    real: RealStops | None

    @property
    def n_paths(self) -> int:
        """Condors sold in the model."""
        return int(self.marks.loss.shape[0])

    @property
    def dollars(self) -> float:
        """Dollars of one credit, all condors."""
        return self.marks.credit * SPX_MULTIPLIER * self.setting.condor.contracts

    @cached_property
    def numbers(self) -> dict[str, Interval]:
        """`stop_numbers` of the stop chosen."""
        return stop_numbers(self.exits, self.n_paths)

    @cached_property
    def levels(self) -> pd.DataFrame:
        """`levels_table` of every level of the kind chosen; ``real`` is the mean on real days."""
        kind = self.setting.kind
        table = levels_table(
            [
                (kind, level, stop_numbers(_exits(self.marks, kind, level), self.n_paths))
                for level in (MULTIPLES if kind == "credit multiple" else DELTAS)
            ]
        )
        known = {} if self.real is None else self.real.exits
        means = {key[1]: float(x["beyond"].mean()) for key, x in known.items() if key[0] == kind}
        return table.assign(real=[means.get(level, np.nan) for level in table["level"]])

    @cached_property
    def happened(self) -> pd.DataFrame:
        """Stops of the level chosen on real days, worst first; empty where there are no days."""
        if self.real is None:
            return pd.DataFrame(columns=["date", "beyond", "loss", "promise", "credit", "dollars"])
        found = self.real.exits[self.setting.kind, self.setting.level]
        return found.sort_values("beyond", ascending=False, kind="stable", ignore_index=True)

    def bins(self, n: int = 40) -> pd.DataFrame:
        """Histogram of the loss beyond the promise.

        Returns
        -------
        DataFrame
            ``low``, ``high`` (× credit) and ``share`` of the stops; zero is an edge.
        """
        x = self.exits.beyond
        low, high = (float(x.min()), float(x.max())) if x.size else (0.0, 0.0)
        step = max(high, 0.4) / n
        edges = step * np.arange(np.floor(min(low, 0.0) / step), n + 1)
        counts, _ = np.histogram(np.clip(x, edges[0], edges[-1]), edges)
        return pd.DataFrame(
            {"low": edges[:-1], "high": edges[1:], "share": counts / max(x.size, 1)}
        )


def marks_of(setting: Lesson, tables: PricingTables | None = None) -> CondorMarks:
    """The condor sold today, on twice `n_paths` futures to its expiry; no stop matters to it."""
    tables = PricingTables.build(setting.model) if tables is None else tables
    book = open_book(setting.model, setting.state, setting.condor)
    paths = simulate_paths(
        setting.model, setting.premia, setting.state, 2 * setting.n_paths, book.n_days, setting.seed
    )
    return condor_marks(book, paths, tables)


def _exits(marks: CondorMarks, kind: str, level: float) -> StopExits:
    measure = marks.loss / marks.credit if kind == "credit multiple" else marks.delta
    return first_exits(marks.loss, measure, marks.credit, level)


def jumped_stop(
    setting: JumpedStop,
    tables: PricingTables | None = None,
    *,
    marks: CondorMarks | None = None,
    real: RealStops | None = None,
) -> StopFinding:
    """What a stop promised and what it paid.

    Parameters
    ----------
    setting : JumpedStop
    tables : PricingTables, optional
        Of its model; built if omitted.
    marks : CondorMarks, optional
        Of `marks_of` for these settings, where at hand.
    real : RealStops, optional
        Of `real_stops`; without it nothing is said of real days.
    """
    marks = marks_of(setting, tables) if marks is None else marks
    return StopFinding(setting, marks, _exits(marks, setting.kind, setting.level), real)


def real_stops(days: MarketPaths, setting: Lesson, tables: PricingTables) -> RealStops:
    """Every stop of both kinds on real days: condors sold again as soon as they are closed.

    Parameters
    ----------
    days : MarketPaths
        Of `alvh.simulation.historical_paths`.
    setting : Lesson
        Its wings, costs and account; the model is the one of the days.
    tables : PricingTables
        Of the model whose states the days are.

    Raises
    ------
    ValueError
        If the days are not real ones, and as `run_policies`.
    """
    require(days.dates is not None, "days", "simulated", "real ones")
    rules = [StopRule(kind="credit multiple", multiple=x) for x in MULTIPLES]
    rules += [StopRule(kind="short delta", delta=x) for x in DELTAS]
    policies = [
        setting.preset("unhedged", stop=rule, name=f"stop {i}") for i, rule in enumerate(rules)
    ]
    dates = pd.DatetimeIndex(days.dates)
    exits = {}
    for policy in policies:  # one at a time: a record of many years is large
        out = run_policies(days, tables, [policy], float(setting.capital), recorded=1)
        deltas = deltas_between(days, tables, policy)
        found = exits_of_record(out, 0, 0, deltas)
        rule = policy.stop
        level = rule.multiple if rule.kind == "credit multiple" else rule.delta
        exits[str(rule.kind), level] = _frame(found, dates, policy)
    return RealStops(exits, dates[0], dates[-1])


def _frame(exits: StopExits, dates: pd.DatetimeIndex, policy: Policy) -> pd.DataFrame:
    size = SPX_MULTIPLIER * policy.condor.contracts
    return pd.DataFrame(
        {
            "date": dates[exits.day],
            "beyond": exits.beyond,
            "loss": exits.loss / exits.credit,
            "promise": exits.promise / exits.credit,
            "credit": exits.credit,
            "dollars": (exits.loss - exits.promise) * size,
        }
    )


def deltas_between(paths: MarketPaths, tables: PricingTables, policy: Policy) -> Any:
    """Short deltas of condors opened and closed on given days of one path.

    Parameters
    ----------
    paths : MarketPaths
        One path.
    tables : PricingTables
        Of the model whose states the days are.
    policy : Policy
        Whose condors they are, sold by delta.

    Returns
    -------
    callable
        From days of opening and of closing, each of shape (n,), to the larger short delta at the
        close before the last and at the last, as `exits_of_record` asks for.
    """

    def state(days: Any) -> MarketState:
        return MarketState(
            spot=paths.spot[0, days],
            variance=paths.variance[0, days],
            mean_variance=paths.mean_variance[0, days],
        )

    def found(opened: Any, closed: Any) -> tuple[FloatArray, FloatArray]:
        if opened.size == 0:
            return np.empty(0), np.empty(0)
        put, call = short_strikes(tables, state(opened), policy.condor)
        expiry = opened + trading_days(policy.condor.dte)
        before, now = (
            short_deltas(tables, state(days), put, call, expiry - days)
            for days in (closed - 1, closed)
        )
        return before, now

    return found
