"""Adaptive against static, and static barriers, as experiments at equal spend.

Hedges are made as dear as one another by holding a share of them: a book that holds 0.7 of a hedge
is 0.7 of the hedged book and 0.3 of the unhedged one.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from alvh._typing import FloatArray
from alvh.lab.claims import (
    ADAPTIVE,
    CASES,
    FOUND,
    STATIC,
    UNHEDGED,
    Progress,
    main_policies,
    row_of,
    run_books,
    run_days,
)
from alvh.lab.study import Study
from alvh.model import ModelParameters
from alvh.pricing import PricingTables
from alvh.risk.bootstrap import drawn_interval
from alvh.risk.claims import PathBooks, losses, model_table
from alvh.risk.claims_history import MONTH, DayBooks, history_table
from alvh.risk.inference import interval, mean
from alvh.strategy import Policy

__all__ = [
    "BARRIERS",
    "EQUAL",
    "FEWER_SAME",
    "barrier_history",
    "barrier_model",
    "barrier_policies",
    "equal_spend",
    "smooth_history",
    "smooth_model",
    "smooth_policies",
]

EQUAL: Final = "static, equal spend"
FEWER_SAME: Final = "fewer condors, equal drawdown"
"""Books ALVH is compared with: the static hedge at its spend, and no hedge at its drawdown."""
_A, _A0, _S = f"{ADAPTIVE} ×1", f"{ADAPTIVE} ×0", f"{STATIC} ×1"


# --- Claim 4: adaptive against static ------------------------------------------------------------


def smooth_policies(wing: int = 50) -> tuple[Policy, ...]:
    """The unhedged condor, static 4/4/2, ALVH, and ALVH's condors without its layers."""
    wanted = (UNHEDGED, _S, _A, _A0)
    by_name = {policy.name: policy for policy in main_policies(wing)}
    return tuple(by_name[name] for name in wanted)


def equal_spend(books: PathBooks) -> float:
    """Share of the static hedge whose expected cost is that of ALVH's layers.

    A hedge costs what the mean profit is lower by with it than with the same condors without it.
    One where either cost is not above zero.
    """
    p = {name: float(books.profit[books.place(name)].mean()) for name in books.names}
    static, adaptive = p[UNHEDGED] - p[_S], p[_A0] - p[_A]
    return adaptive / static if static > 0.0 and adaptive > 0.0 else 1.0


def _mixes(books: PathBooks) -> dict[str, dict[str, float]]:
    h = equal_spend(books)
    depth = {name: float(books.depth[books.place(name)].mean()) for name in (UNHEDGED, _A)}
    return {
        EQUAL: {UNHEDGED: 1.0 - h, _S: h},
        FEWER_SAME: {UNHEDGED: depth[_A] / depth[UNHEDGED]},
    }


_SMOOTH: Final = {"ulcer": "%", "depth": "%", "ulcer_cut": "%", "depth_cut": "%", "profit": "$"}


def _smooth_rows(table: pd.DataFrame, case: str) -> list[tuple[Any, ...]]:
    kept = table[table["metric"].isin(list(_SMOOTH))]
    return [
        (case, r["policy"], r["metric"], _SMOOTH[r["metric"]], r["estimate"], r["low"], r["high"])
        for r in kept.to_dict("records")
    ]


def smooth_model(
    study: Study,
    tables: PricingTables | None = None,
    *,
    wing: int = 50,
    progress: Progress | None = None,
) -> tuple[pd.DataFrame, dict[str, dict[str, float]]]:
    """ALVH against the static hedge at equal spend, in the model.

    Returns
    -------
    found : DataFrame
        ``ulcer`` and ``depth`` (shares of the account), ``profit`` (dollars a year), and the cuts
        of the first two against the static hedge at equal spend.
    mixes : dict
        Shares of the mixed books, found on the same paths; `smooth_history` takes them as they are.
    """
    tables = PricingTables.build(study.model) if tables is None else tables
    policies = smooth_policies(wing)
    mixes = _mixes(run_books(study, policies, tables, progress=progress))
    books = run_books(study, policies, tables, mixes=mixes, progress=progress)
    rows = _smooth_rows(model_table(books, EQUAL), CASES[0])
    return pd.DataFrame(rows, columns=FOUND), mixes


def smooth_history(
    frame: pd.DataFrame,
    capital: float,
    mixes: dict[str, dict[str, float]],
    *,
    wing: int = 50,
    costs: bool = True,
    model: ModelParameters | None = None,
    tables: PricingTables | None = None,
) -> pd.DataFrame:
    """`smooth_model` on real days, hedges held in the shares that cost the same in the model."""
    policies = smooth_policies(wing)
    books = run_days(frame, policies, capital, costs=costs, model=model, tables=tables)
    for name, shares in mixes.items():
        books = books.mixed(shares, name)
    return pd.DataFrame(_smooth_rows(history_table(books, EQUAL), CASES[2]), columns=FOUND)


# --- Claim 6: static barriers --------------------------------------------------------------------

BARRIERS: Final = ("static_stop", "static_calls", STATIC, ADAPTIVE)
SPEND: Final = 0.01
"""Share of the account a year that every barrier is made to cost, where it costs anything."""


def barrier_policies(wing: int = 50) -> tuple[Policy, ...]:
    """The unhedged condor, the stop, far calls, static 4/4/2 and ALVH."""
    presets = (Policy.preset(name) for name in (UNHEDGED, *BARRIERS))
    return tuple(
        p.model_copy(update={"condor": p.condor.model_copy(update={"wing": wing})}) for p in presets
    )


def equal(name: str) -> str:
    """Name of a barrier's book at equal spend."""
    return f"{name}, at 1 %"


def _shares(given_up: dict[str, float]) -> dict[str, dict[str, float]]:
    """Mixtures in which each barrier costs `SPEND`; without those that cost too little for it."""
    shares = {name: SPEND / cost for name, cost in given_up.items() if cost > SPEND / 3.0}
    return {equal(name): {UNHEDGED: 1.0 - h, name: h} for name, h in shares.items()}


def barrier_model(
    study: Study,
    tables: PricingTables | None = None,
    *,
    wing: int = 50,
    progress: Progress | None = None,
) -> tuple[pd.DataFrame, dict[str, dict[str, float]]]:
    """What each barrier costs and what it saves in the worst twentieth of futures.

    Returns
    -------
    found : DataFrame
        ``cost`` (mean profit given up), ``saved`` (how much better the mean of the worst twentieth
        is, the cost paid) and ``net`` (saved less cost): dollars over the horizon. Books at equal
        spend have a name of their own (`equal`).
    mixes : dict
        Shares of the books at equal spend, for `barrier_history`.
    """
    tables = PricingTables.build(study.model) if tables is None else tables
    policies = barrier_policies(wing)
    first = run_books(study, policies, tables, progress=progress)
    base = first.profit[0].mean()
    scale = 1.0 / (first.capital * first.years)
    given_up = {
        name: float((base - first.profit[first.place(name)].mean()) * scale) for name in BARRIERS
    }
    mixes = _shares(given_up)
    books = run_books(study, policies, tables, mixes=mixes, progress=progress)
    rows: list[tuple[Any, ...]] = []
    worst = losses(books.profit[0])
    for name, profit in zip(books.names[1:], books.profit[1:], strict=True):
        cost, saved = mean(books.profit[0] - profit), worst - losses(profit)
        for metric, statistic in (("cost", cost), ("saved", saved), ("net", saved - cost)):
            found = interval(statistic, block=books.block)
            rows.append(row_of(CASES[0], name, metric, "$", found))
    return pd.DataFrame(rows, columns=FOUND), mixes


def barrier_history(
    frame: pd.DataFrame,
    capital: float,
    mixes: dict[str, dict[str, float]],
    *,
    wing: int = 50,
    costs: bool = True,
    model: ModelParameters | None = None,
    tables: PricingTables | None = None,
) -> pd.DataFrame:
    """`barrier_model` on real days: costs and savings of spans of 21 days."""
    policies = barrier_policies(wing)
    books = run_days(frame, policies, capital, costs=costs, model=model, tables=tables)
    for name, shares in mixes.items():
        books = books.mixed(shares, name)
    whole, draws = books.walked
    rows: list[tuple[Any, ...]] = []
    for p, name in enumerate(books.names[1:], 1):
        found = _span(whole[None], p, books)
        drawn = _span(draws, p, books)
        for k, metric in enumerate(("cost", "saved", "net")):
            seen = drawn_interval(float(found[k][0]), drawn[k])
            rows.append(row_of(CASES[2], name, metric, "$", seen))
    return pd.DataFrame(rows, columns=FOUND)


def _span(x: FloatArray, p: int, books: DayBooks) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Cost, saving and their difference in a span of 21 days."""
    sums, months = 0, 3  # columns of `DayBooks.walked`
    cost = (x[:, 0, sums] - x[:, p, sums]) * (MONTH / len(books.profit))
    saved = x[:, 0, months] - x[:, p, months]
    return cost, saved, np.asarray(saved - cost)
