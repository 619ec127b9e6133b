"""The parts of the Outcomes page: a study turned into words, figures and tables."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from pydantic import ValidationError

from alvh import __version__
from alvh.errors import ParameterError, explain
from alvh.lab import Results, Study
from alvh.report import charts, export
from alvh.report.figure import Figure
from alvh.report.numbers import dollars, interval, percent, plus_minus
from alvh.simulation import FactorModel
from alvh.ui import cache, controls, policies, show, trade
from alvh.ui.live import Group, Page
from alvh.ui.market import Market
from alvh.ui.show import Number

__all__ = [
    "attribution",
    "choose_focus",
    "choose_view",
    "distribution",
    "evidence",
    "groups",
    "headline",
    "run_precisely",
    "source",
    "summary",
    "table",
    "wealth",
    "worst",
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
        names = [policy.name for policy in self.study.policies]
        chosen = st.session_state.get("focus")
        return names.index(chosen) if chosen in names else len(names) - 1


def groups() -> list[Group]:
    """Reserve the places of the study's own controls."""
    numbers = (("horizon", controls.slider), ("seed", controls.number))
    places: list[Group] = [
        (st.container(), partial(draw, Study, name, name)) for name, draw in numbers
    ]
    places.append((st.container(), _choose_costs))
    with st.expander("Signals from outside"):
        places += [
            (st.container(), partial(controls.slider, FactorModel, name, f"power.{name}"))
            for name in _POWERS
        ]
    return places


def _choose_costs() -> None:
    about = Study.model_fields["costs"]
    controls.switch(
        f"{about.title}", "costs", default=True, help=about.description or "no description"
    )


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


def _now(seen: Market) -> Desk:
    """Results of the study: of many paths where they have been run, else of a few."""
    study = _study(seen)
    kept: tuple[str, Results] | None = st.session_state.get(_PRECISE)
    if kept is not None and kept[0] == study.model_dump_json():
        return Desk(study, kept[1])
    return Desk(study, cache.results(study))


def run_precisely(seen: Market) -> None:
    """Button that runs the study on many paths, with progress; another press stops it."""
    pressed = st.button(
        f"Run {PRECISE_PATHS:,} paths",
        icon=":material/target:",
        help="Intervals shrink to a fifth of those of the few paths shown while a slider moves.",
    )
    if not pressed:
        return
    try:
        few, many = _study(seen), _study(seen, PRECISE_PATHS)
    except ValidationError:
        return  # the headline says why
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0)
        st.button("Stop", icon=":material/close:", help="Keeps what was shown before.")

    def tell(done: int, total: int) -> None:
        # a press on Stop, or any control, ends the script here
        bar.progress(done / total, text=f"{done:,} of {total:,} paths")

    try:
        run = many.simulate(cache.tables(many.model), progress=tell)
    except ParameterError:
        return
    bar.progress(1.0, text="Statistics …")
    st.session_state[_PRECISE] = (few.model_dump_json(), Results(run).settle())
    place.empty()


def source(seen: Market) -> str:
    """Where the numbers of the page come from."""
    try:
        now = _now(seen)
        size, seed = now.results.n_paths, now.study.seed
    except (ParameterError, ValidationError):
        size, seed = None, None
    return export.source_line(
        data=seen.source,
        as_of=seen.as_of,
        model="two-factor SVCJ, default parameters",
        paths=size,
        seed=seed,
        version=__version__,
    )


def choose_focus() -> None:
    """The policy that the numbers at the top and some pictures are about."""
    names = st.session_state["policies"]
    shown = {name: words for name, words in policies.NAMES.items() if name in names}
    if not shown:
        return
    controls.choice(
        "In focus",
        tuple(shown),
        "focus",
        default=tuple(shown)[-1],
        shown=shown,
        help="The five numbers above, the fan and the worst paths are of this policy.",
    )


def choose_view() -> None:
    """Which picture of the distribution is shown."""
    controls.choice(
        "Picture", _VIEWS, "view", help="All profits, or the worst ones on a log scale."
    )


def headline(seen: Market) -> None:
    """What the user must know, and the answer in five numbers; or why there is none."""
    show.messages(seen.notes)
    if not st.session_state["policies"]:
        st.error("Compared must name at least one policy, got none.", icon=":material/error:")
        return
    try:
        now = _now(seen)
        _warn_of_no_trades(now)
        show.strip(_answer(now), "outcomes")
    except ParameterError as error:
        st.error(f"{error}.", icon=":material/error:")
    except ValidationError as error:
        st.error(". ".join(explain(error)), icon=":material/error:")


def _warn_of_no_trades(now: Desk) -> None:
    """Say which policies never traded: a hedge alone must not pass for a hedged condor."""
    table = now.results.table
    idle = table[table["metric"].eq("trade_profit") & table["estimate"].isna()]
    if idle.empty:
        return
    words = ", ".join(policies.NAMES.get(name, name) for name in idle["policy"])
    st.warning(
        f"No condor could be opened on any path by {words}: its strikes are not to be had at these "
        "levels (wings, deltas, credit), or the regime never allowed one.",
        icon=":material/info:",
    )


def _answer(now: Desk) -> list[Number]:
    """The five numbers at the top."""
    table, name = now.results.table, now.study.policies[now.focus].name
    mine = table[table["policy"] == name].set_index("metric")
    words = policies.NAMES[name]
    years = now.study.horizon / 252
    span = f"over {now.study.horizon} trading days ({years:.2g} years)"
    pairs = now.results.differences
    pairs = pairs[pairs["policy"] == name].set_index("metric")
    base = policies.NAMES[now.study.policies[0].name]
    numbers = [
        Number(
            f"Mean profit, {words}",
            _reads(mine.loc["mean"]),
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
                _reads(row, signed=True),
                "Difference of mean profits on the same futures. Two separate simulations would "
                f"need {row['variance_reduction']:,.1f} times as many paths for this interval.",
            )
        )
    return [
        *numbers,
        *(Number(title, _reads(mine.loc[key]), _HELP[key]) for key, title in _TITLES.items()),
    ]


_TITLES = {"es95": "Worst 5 %", "p_loss": "P(loss)", "drawdown": "Mean drawdown"}
_HELP = {
    "mean": "Mean present value beyond interest on the account.",
    "es95": "Mean of the worst twentieth of the futures: expected shortfall at 95 %.",
    "p_loss": "Share of futures that end with less than the account and its interest.",
    "drawdown": "Mean over futures of the largest fall of wealth from an earlier close.",
}


def _reads(row: Any, *, signed: bool = False) -> str:
    """Estimate with half its interval, in no more digits than it has."""
    half = 0.5 * (row["high"] - row["low"]) / 1.96
    return plus_minus(row["estimate"], half, unit=row["unit"], signed=signed)


def distribution(seen: Market) -> None:
    """The large picture."""
    now = _now(seen)
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
    _figure(drawn, "outcomes.distribution", title, data, now, seen)


def summary(seen: Market) -> None:
    """Metrics of every policy beside the large picture, and paired differences below."""
    now = _now(seen)
    table = now.results.table
    rows = []
    for policy in now.study.policies:
        mine = table[table["policy"] == policy.name].set_index("metric")
        rows.append(
            {
                "policy": policies.NAMES[policy.name],
                **{key: _reads(mine.loc[key]) for key in _SHOWN},
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
        _figure(
            charts.outcome_differences(pairs, row=17),
            "outcomes.differences",
            f"Difference from {policies.NAMES[now.study.policies[0].name]}, same futures",
            pairs,
            now,
            seen,
        )


def wealth(page: Page, seen: Market) -> None:
    """Lay out profit over time and drawdowns."""
    left, right = st.columns(2, gap="medium")
    with left:
        page.part(partial(_fan, seen))
        show.saving("outcomes.fan")
    with right:
        page.part(partial(_drawdowns, seen))
        show.saving("outcomes.drawdowns")


def _fan(seen: Market) -> None:
    now = _now(seen)
    fan = now.results.fan
    name = now.study.policies[now.focus].name
    drawn = charts.outcome_fan(fan.bands, fan.samples, policy=name)
    _figure(drawn, "outcomes.fan", "Profit over time", fan.bands, now, seen)


def _drawdowns(seen: Market) -> None:
    now = _now(seen)
    data = now.results.exceedance
    drawn = charts.outcome_drawdowns(data)
    _figure(drawn, "outcomes.drawdowns", "Maximum drawdown", data, now, seen)


def attribution(page: Page, seen: Market) -> None:
    """Lay out where the change of wealth comes from."""
    page.part(partial(_attribution, seen))
    show.saving("outcomes.attribution")


def _attribution(seen: Market) -> None:
    now = _now(seen)
    data = now.results.attribution
    drawn = charts.outcome_attribution(data, width=1000)
    _figure(drawn, "outcomes.attribution", "Where the money came from", data, now, seen)


def evidence(page: Page, seen: Market) -> None:
    """Lay out the law of large numbers."""
    left, right = st.columns([3, 2], gap="medium")
    with left:
        page.part(partial(_cone, seen))
        show.saving("outcomes.trades")
    with right:
        page.part(partial(_needed, seen))


def _cone(seen: Market) -> None:
    now = _now(seen)
    found = now.results.large_numbers
    name = now.study.policies[now.focus].name
    drawn = charts.outcome_trades(found.cone, found.edge, policy=name)
    title = f"Mean profit a trade, {policies.NAMES[name]}"
    _figure(drawn, "outcomes.trades", title, found.cone, now, seen)


def _needed(seen: Market) -> None:
    now = _now(seen)
    edge = now.results.large_numbers.edge
    rows = [
        {
            "policy": policies.NAMES.get(row["policy"], row["policy"]),
            "mean": _reads(row | {"estimate": row["mean"], "unit": "$"}),
            "sd": dollars(row["sd"]),
            "needed": _count(row["needed"]),
            "between": f"{_count(row['needed_low'])} to {_count(row['needed_high'])}",
        }
        for row in edge.to_dict(orient="records")
    ]
    show.table(
        pd.DataFrame(rows),
        {
            "policy": ("Policy", "", "All on the same futures"),
            "mean": ("Profit a trade", "", "Whole book, hedge and costs among it, a condor closed"),
            "sd": ("Deviation", "", "Long-run, a trade; all dependence within a path counts"),
            "needed": ("Trades needed", "", "Until the edge is told from zero: (1.645 sd/mean)²"),
            "between": ("95 % interval", "", "From the two ends of the mean's interval"),
        },
        key="outcomes.needed",
    )
    st.caption(
        "After the trades needed, half of all records show the edge at 95 % (one-sided), half do "
        "not. ∞: the mean is not positive, and no number of trades will show an edge."
    )


def _count(x: float) -> str:
    if pd.isna(x):
        return "n/a"
    return "∞" if x == float("inf") else f"{x:,.0f}"


def worst(page: Page, seen: Market) -> None:
    """Lay out condor against hedge in the worst paths."""
    left, right = st.columns([3, 2], gap="medium")
    with left:
        page.part(partial(_scatter, seen))
        show.saving("outcomes.worst")
    with right:
        page.part(partial(_offset, seen))


def _scatter(seen: Market) -> None:
    now = _now(seen)
    found = now.results.scatter(now.focus)
    name = now.study.policies[now.focus].name
    drawn = charts.outcome_offset(found.points)
    title = f"Hedge against condor in the worst 5 % of futures, {policies.NAMES[name]}"
    _figure(drawn, "outcomes.worst", title, found.points, now, seen)


def _offset(seen: Market) -> None:
    now = _now(seen)
    found = now.results.scatter(now.focus)
    paid, offset = found.paid, found.offset
    show.numbers(
        [
            Number(
                "Hedge gained in",
                f"{percent(paid.estimate)} {interval(paid.low, paid.high, form=percent)}",
                "Share of the worst futures of the condor in which the layers gained, before "
                "costs; 95 % interval.",
            ),
            Number(
                "Of the condor's loss it paid",
                f"{percent(offset.estimate)} {interval(offset.low, offset.high, form=percent)}",
                "Mean gain of the hedge over mean loss of the condor in those futures; negative: "
                "the hedge lost too. 95 % interval.",
            ),
            Number(
                "Worst 5 % begin at",
                dollars(found.threshold),
                f"Condor's result, premium less what was paid back; {found.n_tail:,} futures.",
            ),
        ],
        width=330,
    )


def table(page: Page, seen: Market) -> None:
    """Lay out every metric, and its files."""
    shown: dict[str, Any] = st.session_state.setdefault("outcomes.table.shown", {})
    page.part(partial(_table, seen, shown))
    with st.container(horizontal=True):
        for name, mime in (("csv", "text/csv"), ("parquet", "application/vnd.apache.parquet")):
            st.download_button(
                name.upper() if name == "csv" else "Parquet",
                data=partial(_file, shown, name),
                file_name=f"alvh-outcomes.{name}",
                mime=mime,
                key=f"outcomes.file.{name}",
                type="tertiary",
                icon=":material/download:",
                on_click="ignore",
                help="Save every metric of every policy with its interval.",
            )


def _table(seen: Market, saved: dict[str, Any]) -> None:
    frame = _now(seen).results.table
    saved.update(frame=frame, source=source(seen))
    shown = frame.assign(policy=frame["policy"].map(lambda name: policies.NAMES.get(name, name)))
    numbers, share = ["estimate", "low", "high"], frame["unit"] == "%"
    shown[numbers] = shown[numbers].mul(share.map({True: 100.0, False: 1.0}), axis=0)
    show.table(
        shown,
        {
            "policy": ("Policy", "", "All on the same futures"),
            "title": ("Metric", "", "Profits are present values beyond interest"),
            "unit": ("Unit", "", "Dollars, percent, or none"),
            "estimate": ("Estimate", "%.4g", "Of these paths"),
            "low": ("Low", "%.4g", "Of the 95 % interval"),
            "high": ("High", "%.4g", "Of the 95 % interval"),
        },
        key="outcomes.table",
    )


def _file(saved: Mapping[str, Any], kind: str) -> bytes:
    """The table as it is on the page; called outside of any session."""
    frame: pd.DataFrame = saved["frame"]
    if kind == "csv":
        return export.csv(frame, source=saved["source"])
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


def _figure(
    drawn: Figure, key: str, title: str, data: pd.DataFrame, now: Desk, seen: Market
) -> None:
    show.figure(
        drawn,
        key=key,
        title=title,
        data=data,
        subtitle=describe(now.study, seen),
        source=source(seen),
    )


def describe(study: Study, seen: Market) -> str:
    """The study and its market in one line."""
    rule = study.policies[0].condor
    return (
        f"{rule.contracts} condors of {rule.dte} days, {rule.wing} points wide; "
        f"{study.horizon} trading days from SPX {float(study.state.spot):,.0f}, VIX "
        f"{seen.shown_vix:.1f}; edge {study.edge:g}, {'costs' if study.costs else 'no costs'}"
    )
