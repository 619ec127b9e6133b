"""The parts of the Outcomes page: a study turned into words, figures and tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from pydantic import ValidationError
from streamlit.delta_generator import DeltaGenerator

from alvh.errors import ParameterError
from alvh.lab import Results, Study
from alvh.report import charts
from alvh.report.figure import Figure
from alvh.report.numbers import plus_minus
from alvh.simulation import FactorModel
from alvh.ui import cache, controls, policies, precise, shared, show, trade
from alvh.ui.live import Group
from alvh.ui.market import Market
from alvh.ui.show import Number

__all__ = [
    "Desk",
    "choose_focus",
    "choose_view",
    "distribution",
    "draw",
    "groups",
    "headline",
    "now_of",
    "reads",
    "run_precisely",
    "source",
    "summary",
]

PRECISE_PATHS = 50_000
_PRECISE = "outcomes.precise"
_POWERS = ("breadth", "inflation", "exchange_rate", "horizon")
_VIEWS = ("profit", "worst outcomes")
_SHOWN = ("mean", "es95", "p_loss", "drawdown")


@dataclass(frozen=True)
class Desk:
    """What the page shows now."""

    study: Study
    results: Results

    @property
    def focus(self) -> int:
        """Number of the policy in focus."""
        return shared.focus_of([policy.name for policy in self.study.policies])

    @property
    def name(self) -> str:
        """Its name in the core."""
        return self.study.policies[self.focus].name

    @property
    def words(self) -> str:
        """Its name on the page."""
        return policies.NAMES[self.name]


def groups() -> list[Group]:
    """Reserve the places of the study's own controls."""
    places = shared.study_groups()
    with st.expander("Signals from outside"):
        places += [
            (st.container(), partial(controls.slider, FactorModel, name, f"power.{name}"))
            for name in _POWERS
        ]
    return places


def _study(seen: Market, n_paths: int | None = None) -> Study:
    """The study the controls ask for.

    Raises
    ------
    ValidationError
        If settings contradict each other or no policy is chosen.
    """
    chosen, account = st.session_state, trade.account()
    size = {} if n_paths is None else {"n_paths": n_paths}
    return Study(
        model=seen.model,
        state=seen.state,
        policies=policies.current(),
        edge=account.edge,
        capital=account.capital,
        costs=chosen["costs"],
        horizon=chosen["horizon"],
        seed=chosen["seed"],
        factors=FactorModel(**{name: chosen[f"power.{name}"] for name in _POWERS}),
        **size,
    )


def now_of(seen: Market) -> Desk:
    """Results of the study: of many paths where they have been run, else of a few."""
    study = _study(seen)
    kept: tuple[str, Results] | None = st.session_state.get(_PRECISE)
    if kept is not None and kept[0] == study.model_dump_json():
        return Desk(study, kept[1])
    return Desk(study, cache.results(study))


def run_precisely(seen: Market) -> None:
    """Button that runs the study on many paths, with progress; another press stops it."""

    def work(bar: DeltaGenerator) -> None:
        few, many = _study(seen), _study(seen, PRECISE_PATHS)
        run = many.simulate(cache.tables(many.model), progress=precise.telling(bar))
        bar.progress(1.0, text="Statistics …")
        st.session_state[_PRECISE] = (few.model_dump_json(), Results(run).settle())

    precise.run_precisely(
        PRECISE_PATHS,
        "outcomes",
        work,
        text="Intervals shrink to a fifth of those of the few paths shown while a slider moves.",
    )


def source(seen: Market) -> str:
    """Where the numbers of the page come from."""
    try:
        now = now_of(seen)
        size, seed = now.results.n_paths, now.study.seed
    except (ParameterError, ValidationError):
        size, seed = None, None
    return shared.source(seen, paths=size, seed=seed)


def choose_focus() -> None:
    """The policy that the numbers at the top and some pictures are about."""
    shared.choose_focus("The five numbers above, the fan and the worst paths are of this policy.")


def choose_view() -> None:
    """Which picture of the distribution is shown."""
    controls.choice(
        "Picture", _VIEWS, "view", help="All profits, or the worst ones on a log scale."
    )


def headline(seen: Market) -> None:
    """What the user must know, and the answer in five numbers; or why there is none."""

    def answer() -> list[Number]:
        shared.require_policies()
        now = now_of(seen)
        _warn_of_no_trades(now)
        return _answer(now)

    shared.headline(seen.notes, "outcomes", answer)


def _warn_of_no_trades(now: Desk) -> None:
    """Say which policies never traded."""
    table = now.results.table
    idle = table[table["metric"].eq("trade_profit") & table["estimate"].isna()]
    if idle.empty:
        return
    words = ", ".join(policies.NAMES.get(name, name) for name in idle["policy"])
    shared.warn_of_no_trades(f"on any path by {words}")


def _answer(now: Desk) -> list[Number]:
    """The five numbers at the top."""
    table, name = now.results.table, now.name
    mine = table[table["policy"] == name].set_index("metric")
    years = now.study.horizon / 252
    span = f"over {now.study.horizon} trading days ({years:.2g} years)"
    pairs = now.results.differences
    pairs = pairs[pairs["policy"] == name].set_index("metric")
    base = policies.NAMES[now.study.policies[0].name]
    numbers = [
        Number(
            f"Mean profit, {now.words}",
            reads(mine.loc["mean"]),
            f"Present value beyond interest on the account, {span}, under P at the chosen edge; "
            f"95 % interval of {now.results.n_paths:,} paths. At edge 0 without costs it is zero "
            "for every policy.",
        )
    ]
    if len(pairs):
        row = pairs.loc["mean"]
        numbers.append(
            Number(
                f"Less {base}",
                reads(row, signed=True),
                "Difference of mean profits on the same futures. Two separate simulations would "
                f"need {row['variance_reduction']:,.1f} times as many paths for this interval.",
            )
        )
    return [
        *numbers,
        *(Number(title, reads(mine.loc[key]), _HELP[key]) for key, title in _TITLES.items()),
    ]


_TITLES = {"es95": "Worst 5 %", "p_loss": "P(loss)", "drawdown": "Mean drawdown"}
_HELP = {
    "mean": "Mean present value beyond interest on the account.",
    "es95": "Mean of the worst twentieth of the futures: expected shortfall at 95 %.",
    "p_loss": "Share of futures that end with less than the account and its interest.",
    "drawdown": "Mean over futures of the largest fall of wealth from an earlier close.",
}


def reads(row: Any, *, signed: bool = False) -> str:
    """Estimate with half its interval, in no more digits than it has."""
    half = 0.5 * (row["high"] - row["low"]) / 1.96
    return plus_minus(row["estimate"], half, unit=row["unit"], signed=signed)


def distribution(seen: Market) -> None:
    """The large picture."""
    now = now_of(seen)
    if st.session_state.get("view", _VIEWS[0]) == _VIEWS[0]:
        found = now.results.histogram
        drawn, data = (
            charts.outcome_distribution(found.bins, found.density, found.outside),
            (found.bins),
        )
        title = "Distribution of profit"
    else:
        data = now.results.tail
        drawn, title = charts.outcome_tail(data), "Probability of the worst outcomes"
    draw(drawn, "distribution", title, data, now, seen)


def summary(seen: Market) -> None:
    """Metrics of every policy beside the large picture, and paired differences below."""
    now = now_of(seen)
    table = now.results.table
    rows = []
    for policy in now.study.policies:
        mine = table[table["policy"] == policy.name].set_index("metric")
        rows.append(
            {
                "policy": policies.NAMES[policy.name],
                **{key: reads(mine.loc[key]) for key in _SHOWN},
            }
        )
    show.table(
        pd.DataFrame(rows),
        {
            "policy": ("Policy", "", "All on the same futures"),
            "mean": ("Mean profit", "", _HELP["mean"]),
            "es95": ("Worst 5 %", "", _HELP["es95"]),
            "p_loss": ("P(loss)", "", _HELP["p_loss"]),
            "drawdown": ("Drawdown", "", _HELP["drawdown"]),
        },
        key="outcomes.summary",
    )
    if len(now.study.policies) > 1:
        pairs = now.results.differences
        draw(
            charts.outcome_differences(pairs, row=17),
            "differences",
            f"Difference from {policies.NAMES[now.study.policies[0].name]}, same futures",
            pairs,
            now,
            seen,
        )


def draw(drawn: Figure, key: str, title: str, data: pd.DataFrame, now: Desk, seen: Market) -> None:
    """Show a figure under the page's own words."""
    show.figure(
        drawn,
        key=f"outcomes.{key}",
        title=title,
        data=data,
        subtitle=_describe(now.study, seen),
        source=source(seen),
    )


def _describe(study: Study, seen: Market) -> str:
    """The study and its market in one line."""
    rule = study.policies[0].condor
    return (
        f"{rule.contracts} condors of {rule.dte} days, {rule.wing} points wide; "
        f"{study.horizon} trading days from SPX {float(study.state.spot):,.0f}, VIX "
        f"{seen.shown_vix:.1f}; edge {study.edge:g}, {'costs' if study.costs else 'no costs'}"
    )
