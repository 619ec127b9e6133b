"""Claims about trades as experiments: one-day credit tiers, and entries held back above VIX 20.

Each answers with one frame, columns `alvh.lab.claims.FOUND`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from alvh._typing import FloatArray
from alvh.lab.claims import CASES, FOUND, Progress, row_of, run_books, run_days
from alvh.lab.claims_shift import trades_of
from alvh.lab.replay import replay_history
from alvh.lab.study import Study
from alvh.model import ModelParameters
from alvh.pricing import PricingTables
from alvh.risk.bootstrap import drawn_interval, drawn_ratios, drawn_share, ratio_of, weights
from alvh.risk.claims import TAIL, PathBooks, numbers_of
from alvh.risk.claims_history import MONTH, DayBooks, history_table
from alvh.risk.inference import (
    Interval,
    Statistic,
    expected_shortfall,
    interval,
    mean,
    ratio,
    share,
)
from alvh.strategy import CondorRule, Costs, Policy
from alvh.strategy.regime import RegimeRule
from alvh.strategy.vote import Vote

__all__ = [
    "TIERS",
    "suspend_history",
    "suspend_model",
    "suspend_policies",
    "tier_history",
    "tier_model",
    "tier_policies",
]

TIERS: Final = {"conservative 0.70": 0.70, "balanced 1.15": 1.15, "aggressive 1.60": 1.60}
"""Tier of the method to its credit in points."""
TIER_WING: Final = 10
"""Points; the claimed win rates are those of wings of 10 (the method names none)."""


DEEP: Final = 100_000_000
"""Dollars of an account that never limits how many condors are sold: trades are what is judged."""
_FEWER: Final = 8  # a path holds hundreds of one-day trades: an eighth of the paths will do


def tier_policies(wing: int = TIER_WING) -> tuple[Policy, ...]:
    """Ten condors of one day for each credit, opened at every close and held to the next."""
    return tuple(
        Policy(name=name, condor=CondorRule(dte=1, strikes_by="credit", credit=credit, wing=wing))
        for name, credit in TIERS.items()
    )


def _won(books: PathBooks, name: str) -> Statistic:
    trades = books.trades[books.place(name)]
    return ratio(trades[:, 1], trades[:, 0])


def tier_model(
    study: Study,
    tables: PricingTables | None = None,
    *,
    wing: int = TIER_WING,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """One-day condors in the model, with the premium and costs, and without either.

    Returns
    -------
    DataFrame
        Metrics ``win`` (share of condors that made money), ``trade`` (dollars a condor) and
        ``year`` (dollars a year of ten a day).
    """
    tables = PricingTables.build(study.model) if tables is None else tables
    policies = tier_policies(wing)
    n_paths = max(study.n_paths // _FEWER, 100)
    study = study.model_copy(update={"capital": DEEP, "n_paths": n_paths})
    free = study.model_copy(update={"edge": 0.0, "costs": False})
    rows: list[tuple[Any, ...]] = []
    for case, one in zip(CASES, (study, free), strict=False):
        books = run_books(one, policies, tables, progress=progress)
        for p, policy in enumerate(policies):
            trades = books.trades[p] / np.array([1.0, 1.0, policy.condor.contracts, 1.0])
            earned = interval(ratio(trades[:, 2], trades[:, 0]))
            rows.append(row_of(case, policy.name, "win", "%", share(_won(books, policy.name))))
            rows.append(row_of(case, policy.name, "trade", "$", earned))
            year = interval(mean(books.profit[p] / books.years))
            rows.append(row_of(case, policy.name, "year", "$", year))
    return pd.DataFrame(rows, columns=FOUND)


def _replayed(
    frame: pd.DataFrame,
    policies: Sequence[Policy],
    costs: bool,
    model: ModelParameters | None,
    tables: PricingTables | None,
) -> tuple[list[FloatArray], DayBooks]:
    """Trades by day of every policy, and what they earned day by day."""
    if not costs:
        policies = [p.model_copy(update={"costs": Costs.none()}) for p in policies]
    run = replay_history(frame, policies, DEEP, model=model, tables=tables)
    n = len(frame)
    trades = [trades_of(events, n) for events in run.outcomes.events]
    return trades, run_days(frame, policies, DEEP, model=model, tables=tables)


def tier_history(
    frame: pd.DataFrame,
    *,
    wing: int = TIER_WING,
    costs: bool = True,
    model: ModelParameters | None = None,
    tables: PricingTables | None = None,
) -> pd.DataFrame:
    """`tier_model` on real days: model credits, real next closes."""
    policies = tier_policies(wing)
    trades, books = _replayed(frame, policies, costs, model, tables)
    table = history_table(books, policies[0].name)
    drawn = weights(len(frame), MONTH)
    rows: list[tuple[Any, ...]] = []
    for policy, found in zip(policies, trades, strict=True):
        number, won, profit = found.T
        profit = profit / policy.condor.contracts
        wins = drawn_share(
            float(ratio_of(won, number)), drawn_ratios(drawn, won, number), float(number.sum())
        )
        earned = drawn_interval(
            float(ratio_of(profit, number)), drawn_ratios(drawn, profit, number)
        )
        rows.append(row_of(CASES[2], policy.name, "win", "%", wins))
        rows.append(row_of(CASES[2], policy.name, "trade", "$", earned))
        year = numbers_of(table, policy.name)["profit"]
        rows.append(row_of(CASES[2], policy.name, "year", "$", year))
    return pd.DataFrame(rows, columns=FOUND)


# --- Claim 5: no entries above VIX 20 ------------------------------------------------------------


def suspend_policies(wing: int = 50) -> tuple[Policy, ...]:
    """Two condors, each sold always, and only while VIX is below 20: 45 days, and one day."""
    hold = RegimeRule(
        votes=(Vote(signal="vix", watch=20.0, stress=20.0),), hold_days=1, suspend="in stress"
    )
    condors = {
        "45 days": CondorRule(wing=wing),
        "1 day": tier_policies()[0].condor,
    }
    return tuple(
        Policy(name=f"{name}, {how}", condor=condor, regime=rule)
        for name, condor in condors.items()
        for how, rule in (("always", RegimeRule()), ("below VIX 20", hold))
    )


_PAIRS: Final = (("45 days", 0, 1), ("1 day", 2, 3))


def suspend_model(
    study: Study,
    tables: PricingTables | None = None,
    *,
    wing: int = 50,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Entries held back above VIX 20, in the model.

    Returns
    -------
    DataFrame
        ``win``, ``year`` (dollars a year) and ``tail`` (mean of the worst twentieth of paths,
        dollars) of each book; for books "45 days" and "1 day" the gain by holding back:
        ``win_gain`` (share), ``year_gain`` and ``tail_gain`` (dollars), paired.
    """
    policies = suspend_policies(wing)
    study = study.model_copy(update={"capital": DEEP})
    books = run_books(study, policies, tables, progress=progress)
    rows: list[tuple[Any, ...]] = []
    wins = [_won(books, policy.name) for policy in policies]
    years = [mean(x / books.years) for x in books.profit]
    tails = [expected_shortfall(x, TAIL) for x in books.profit]
    case = CASES[0]
    for p, policy in enumerate(policies):
        rows.append(row_of(case, policy.name, "win", "%", share(wins[p])))
        rows.append(row_of(case, policy.name, "year", "$", interval(years[p])))
        rows.append(row_of(case, policy.name, "tail", "$", interval(tails[p])))
    for name, base, held in _PAIRS:
        rows.append(row_of(case, name, "win_gain", "%", interval(wins[held] - wins[base])))
        rows.append(row_of(case, name, "year_gain", "$", interval(years[held] - years[base])))
        rows.append(row_of(case, name, "tail_gain", "$", interval(tails[held] - tails[base])))
    return pd.DataFrame(rows, columns=FOUND)


def suspend_history(
    frame: pd.DataFrame,
    *,
    wing: int = 50,
    costs: bool = True,
    model: ModelParameters | None = None,
    tables: PricingTables | None = None,
) -> pd.DataFrame:
    """`suspend_model` on real days; ``tail`` is of spans of 21 days."""
    policies = suspend_policies(wing)
    trades, books = _replayed(frame, policies, costs, model, tables)
    drawn = weights(len(frame), books.block)
    estimates = [float(ratio_of(x[:, 1], x[:, 0])) for x in trades]
    draws = [drawn_ratios(drawn, x[:, 1], x[:, 0]) for x in trades]
    case, rows = CASES[2], []
    table = history_table(books, policies[0].name)
    for p, policy in enumerate(policies):
        n = float(trades[p][:, 0].sum())
        seen = numbers_of(table, policy.name)
        loss = seen["loss95"]
        rows.append(row_of(case, policy.name, "win", "%", drawn_share(estimates[p], draws[p], n)))
        rows.append(row_of(case, policy.name, "year", "$", seen["profit"]))
        tail = Interval(-loss.estimate, -loss.high, -loss.low)
        rows.append(row_of(case, policy.name, "tail", "$", tail))
    for name, base, held in _PAIRS:
        gain = drawn_interval(estimates[held] - estimates[base], draws[held] - draws[base])
        rows.append(row_of(case, name, "win_gain", "%", gain))
        paired = numbers_of(history_table(books, policies[base].name), policies[held].name)
        cost = paired["cost"]
        year = Interval(*(-books.capital * x for x in (cost.estimate, cost.high, cost.low)))
        rows.append(row_of(case, name, "year_gain", "$", year))
        rows.append(row_of(case, name, "tail_gain", "$", paired["saved"]))
    return pd.DataFrame(rows, columns=FOUND)
