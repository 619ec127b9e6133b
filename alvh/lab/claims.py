"""The method's main claim as an experiment: drawdown, cost and profit by the size of the hedge.

"4/4/2 VIX calls for ten condors cut drawdowns by 35 to 40 % at 1 to 2 % of the account a year"
(public material of the method). Books are run from half the hedge to three times, held whatever
happens and adaptive, in the model and on a history, beside books of fewer condors and no hedge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
import pandas as pd

from alvh.errors import require
from alvh.lab.replay import replay_history
from alvh.lab.study import Study
from alvh.model import ModelParameters
from alvh.pricing import PricingTables
from alvh.risk.claims import (
    PathBooks,
    beyond_interest,
    drawdown_cut,
    join_books,
    model_table,
    numbers_of,
    path_books,
)
from alvh.risk.claims_history import DayBooks, history_cut, history_table, superior
from alvh.risk.inference import Interval
from alvh.simulation.model import simulate_paths
from alvh.strategy import Costs, Outcomes, Policy, run_policies

__all__ = [
    "ADAPTIVE",
    "CASES",
    "CLAIMED_COST",
    "CLAIMED_CUT",
    "FEWER",
    "FOUND",
    "SIZES",
    "STATIC",
    "UNHEDGED",
    "Claim",
    "main_history",
    "main_model",
    "main_policies",
    "over_pieces",
    "row_of",
    "run_books",
    "run_days",
    "sized",
]

CLAIMED_CUT: Final = (0.35, 0.40)
CLAIMED_COST: Final = (0.01, 0.02)
"""Share of the drawdown cut, and share of the account a year, as the method's pages claim."""
SIZES: Final = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0)
"""Sizes of the hedge, as multiples of 4/4/2 for ten condors."""
FEWER: Final = (0.9, 0.8, 0.7, 0.6, 0.5)
"""Books of fewer condors and no hedge, as shares of the unhedged one."""
UNHEDGED: Final = "unhedged"
STATIC: Final = "static_layers"
ADAPTIVE: Final = "alvh"
CHUNK: Final = 2_500
CASES: Final = ("in the model", "no premium, no costs", "on real days")
"""Where a claim is tried."""
FOUND: Final = ["case", "book", "metric", "unit", "estimate", "low", "high"]
"""Columns of the answers to the other claims."""

Progress: TypeAlias = Callable[[int, int], object]
T = TypeVar("T")


def row_of(case: str, book: str, metric: str, unit: str, x: Interval) -> tuple[Any, ...]:
    """A row of an answer, columns `FOUND`."""
    return case, book, metric, unit, x.estimate, x.low, x.high


def sized(policy: Policy, size: float) -> Policy:
    """A policy with so many times its hedge, named by it; its condors are left alone.

    Parameters
    ----------
    policy : Policy
    size : float
        Multiple of the quantities of every layer, which are rounded, and of the share of the credit
        that finances one. Nothing is left of a layer that is rounded to none.

    Raises
    ------
    ValueError
        If `size` is negative.
    """
    require(size >= 0.0, "size", size, ">= 0")
    layers = []
    for layer in policy.layers:
        changed: dict[str, Any] = {
            name: None if held is None else round(held * size)
            for name, held in (
                ("quantity", layer.quantity),
                ("watch_quantity", layer.watch_quantity),
                ("stress_quantity", layer.stress_quantity),
            )
        }
        if not any(changed.values()):
            continue
        if layer.credit_share is not None:
            changed["credit_share"] = min(layer.credit_share * size, 1.0)
        layers.append(layer.model_copy(update=changed))
    return policy.model_copy(update={"layers": tuple(layers), "name": f"{policy.name} ×{size:g}"})


def main_policies(wing: int = 50) -> tuple[Policy, ...]:
    """The unhedged condor, the static hedge by size, and the adaptive one by size.

    The condor is the claim's: ten, 16-delta, 45 days, held to expiry. The adaptive policy at size
    zero is its smaller and suspended condors alone.
    """
    presets = {}
    for name in (UNHEDGED, STATIC, ADAPTIVE):
        policy = Policy.preset(name)
        rule = policy.condor.model_copy(update={"wing": wing})
        presets[name] = policy.model_copy(update={"condor": rule})
    return (
        presets[UNHEDGED],
        *(sized(presets[STATIC], size) for size in SIZES if size > 0.0),
        *(sized(presets[ADAPTIVE], size) for size in SIZES),
    )


# --- Running books -------------------------------------------------------------------------------


def run_books(
    study: Study,
    policies: Sequence[Policy],
    tables: PricingTables | None = None,
    *,
    mixes: Mapping[str, Mapping[str, float]] | None = None,
    progress: Progress | None = None,
) -> PathBooks:
    """Policies on the paths of a study, piece by piece, kept as a few numbers a path.

    Parameters
    ----------
    study : Study
        Market, edge, costs, account, horizon, paths and seed; its policies are not used.
    policies : sequence of Policy
    tables : PricingTables, optional
        Of the study's model; built if omitted.
    mixes : mapping, optional
        As `path_books`.
    progress : callable, optional
        Called with paths done and paths in all; an exception it raises ends the run.

    Raises
    ------
    ValueError
        As `run_policies` and `path_books`.
    """
    parts = over_pieces(study, policies, lambda o: path_books(o, mixes), tables, progress=progress)
    return join_books(parts)


def over_pieces(
    study: Study,
    policies: Sequence[Policy],
    reduce: Callable[[Outcomes], T],
    tables: PricingTables | None = None,
    *,
    chunk: int = CHUNK,
    recorded: bool = False,
    progress: Progress | None = None,
) -> list[T]:
    """What `reduce` makes of each piece of a run; the same numbers whatever the pieces.

    Parameters
    ----------
    study, policies, tables, progress
        As `run_books`.
    reduce : callable
        From the outcomes of a piece, which are then let go.
    chunk : int
        Paths of a piece.
    recorded : bool, default=False
        Whether every trade of every path is recorded: large, so pieces must be small.
    """
    tables = PricingTables.build(study.model) if tables is None else tables
    charged = study.model_copy(update={"policies": tuple(policies)}).charged
    found: list[T] = []
    chunk -= chunk % 2  # antithetic pairs stay together
    for first in range(0, study.n_paths, chunk):
        if progress is not None:
            progress(first, study.n_paths)
        paths = simulate_paths(
            study.model,
            study.premia,
            study.state,
            min(chunk, study.n_paths - first),
            study.horizon,
            study.seed,
            sampling=study.sampling,
            first=first,
            factors=study.factors,
        )
        kept = paths.n_paths if recorded else 0
        found.append(
            reduce(run_policies(paths, tables, charged, float(study.capital), recorded=kept))
        )
    if progress is not None:
        progress(study.n_paths, study.n_paths)
    return found


def run_days(
    frame: pd.DataFrame,
    policies: Sequence[Policy],
    capital: float,
    *,
    costs: bool = True,
    model: ModelParameters | None = None,
    tables: PricingTables | None = None,
) -> DayBooks:
    """Policies over real days, as what each day added beyond interest.

    Parameters
    ----------
    frame, policies, capital, model, tables
        As `replay_history`. No monthly series: surprises of prices are unavailable.
    costs : bool, default=True
        Whether spreads and commissions are charged.

    Raises
    ------
    ValueError
        As `replay_history`.
    """
    if not costs:
        policies = [p.model_copy(update={"costs": Costs.none()}) for p in policies]
    run = replay_history(frame, policies, capital, model=model, tables=tables)
    outcomes = run.outcomes
    daily = beyond_interest(outcomes.wealth[:, 0], outcomes.rate).T
    names = tuple(policy.name for policy in policies)
    days = np.asarray(run.days.to_numpy()[1:], dtype="datetime64[D]")
    return DayBooks(names, days, np.ascontiguousarray(daily), float(capital))


# --- The claim -----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Claim:
    """The main claim in the model or on a history.

    Attributes
    ----------
    books : PathBooks or DayBooks
    """

    books: PathBooks | DayBooks

    @property
    def historical(self) -> bool:
        """Whether it is of real days."""
        return isinstance(self.books, DayBooks)

    @cached_property
    def table(self) -> pd.DataFrame:
        """Numbers of every book against the unhedged: `model_table` or `history_table`."""
        if isinstance(self.books, DayBooks):
            return history_table(self.books, UNHEDGED)
        return model_table(self.books, UNHEDGED)

    def cut(self, name: str, base: str) -> Interval:
        """Share by which the (mean) maximum drawdown of one book is below that of another."""
        if isinstance(self.books, DayBooks):
            return history_cut(self.books, name, base)
        return drawdown_cut(self.books, name, base)

    @cached_property
    def points(self) -> pd.DataFrame:
        """What the large picture shows.

        Returns
        -------
        DataFrame
            A row a book: ``family`` ("static_layers", "alvh", "fewer"), ``size`` (of the hedge, or
            share of condors), ``cost``, ``cost_low``, ``cost_high``, ``cut``, ``cut_low``,
            ``cut_high`` (fractions). The unhedged book is the origin of the first and last.
        """
        rows = []
        for family, size, name in family_members():
            found = numbers_of(self.table, name)
            ends = [(x.estimate, x.low, x.high) for x in (found["cost"], found["depth_cut"])]
            rows.append((family, size, *ends[0], *ends[1]))
        columns = ["cost", "cost_low", "cost_high", "cut", "cut_low", "cut_high"]
        return pd.DataFrame(rows, columns=["family", "size", *columns])

    @cached_property
    def superior(self) -> pd.DataFrame:
        """`superior` among all sizes of both hedges; on history only.

        Raises
        ------
        TypeError
            In the model, whose paths are as many as wanted.
        """
        if not isinstance(self.books, DayBooks):
            raise TypeError("the test of superior predictive ability is of one history")
        names = [n for f, s, n in family_members() if f != "fewer" and n != UNHEDGED]
        return superior(self.books, UNHEDGED, names)


def family_members() -> list[tuple[str, float, str]]:
    """Families of the large picture: family, size, and the book's name."""
    return [
        (STATIC, 0.0, UNHEDGED),
        *((STATIC, size, f"{STATIC} ×{size:g}") for size in SIZES if size > 0.0),
        *((ADAPTIVE, size, f"{ADAPTIVE} ×{size:g}") for size in SIZES),
        ("fewer", 1.0, UNHEDGED),
        *(("fewer", share, f"fewer ×{share:g}") for share in FEWER),
    ]


def main_model(
    study: Study,
    tables: PricingTables | None = None,
    *,
    wing: int = 50,
    progress: Progress | None = None,
) -> Claim:
    """The main claim in the model; arguments as `run_books` and `main_policies`."""
    books = run_books(study, main_policies(wing), tables, progress=progress)
    for share in FEWER:
        books = books.scaled(UNHEDGED, share, f"fewer ×{share:g}")
    return Claim(books)


def main_history(
    frame: pd.DataFrame,
    capital: float,
    *,
    wing: int = 50,
    costs: bool = True,
    model: ModelParameters | None = None,
    tables: PricingTables | None = None,
) -> Claim:
    """The main claim on real days; arguments as `run_days` and `main_policies`."""
    policies = main_policies(wing)
    books = run_days(frame, policies, capital, costs=costs, model=model, tables=tables)
    for share in FEWER:
        books = books.mixed({UNHEDGED: share}, f"fewer ×{share:g}")
    return Claim(books)
