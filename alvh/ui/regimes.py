"""The parts of the Regimes page: a rule on one path turned into words, figures and tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from pydantic import Field

from alvh.errors import ParameterError
from alvh.lab import Study
from alvh.lab.regimes import RegimeStudy
from alvh.market.fomc import schedule_note
from alvh.report import charts
from alvh.report.figure import Figure
from alvh.report.numbers import dollars, interval, plus_minus
from alvh.signals import SIGNALS
from alvh.strategy import SIMULATED, Policy, SecondEngine
from alvh.strategy.policy import ALVH_SIGNALS
from alvh.strategy.vote import SignalName
from alvh.ui import controls, regime, regimes_cache, shared, show, trade
from alvh.ui.live import Group, Page
from alvh.ui.market import Market
from alvh.ui.show import Number
from alvh.value import Value

__all__ = [
    "Desk",
    "Look",
    "choose_path",
    "choose_rule",
    "draw",
    "headline",
    "history",
    "minus",
    "now_of",
    "panels",
    "source",
]

_PATHS = {"real": "real days", "future": "a simulated future"}


class Look(Value):
    """What the page looks at, besides the rule."""

    future: int = Field(
        1,
        ge=1,
        le=2_000,
        title="Future",
        description="Which of the simulated futures; the same ones as on the Outcomes page.",
        json_schema_extra={"unit": "", "step": 1},
    )
    rise: float = Field(
        30.0,
        ge=10.0,
        le=100.0,
        title="Expansion: VIX rises by",
        description="A volatility expansion starts at a close from which VIX rises by so much.",
        json_schema_extra={"unit": "%", "step": 5.0},
    )
    within: int = Field(
        10,
        ge=2,
        le=63,
        title="Within",
        description="Closes in which it must have risen.",
        json_schema_extra={"unit": "trading days", "step": 1},
    )
    ahead: int = Field(
        21,
        ge=1,
        le=63,
        title="A vote counts",
        description="Closes before the start, and that of the start, in which a vote counts.",
        json_schema_extra={"unit": "trading days", "step": 1},
    )


@dataclass(frozen=True)
class Desk:
    """What the page shows now."""

    study: RegimeStudy
    dates: pd.DatetimeIndex

    @property
    def policy(self) -> Policy:
        """The policy in question."""
        return self.study.policy


# --- Controls ---------------------------------------------------------------------------------


def choose_path() -> None:
    """Draw what the rule is run on."""
    picked = controls.choice(
        "Run on",
        tuple(_PATHS),
        "path",
        shown=_PATHS,
        help="The days the market above comes from, or one future of the model from there.",
    )
    if picked == "future":
        controls.number(Look, "future", "future")
        controls.slider(Study, "horizon", "horizon")
        controls.number(Study, "seed", "seed")


def choose_rule() -> tuple[tuple[SignalName, ...], list[Group]]:
    """Draw which signals vote, and reserve the places of what is done with the votes."""
    signals = regime.choose_signals(ALVH_SIGNALS)
    groups: list[Group] = [(st.container(), partial(regime.choose_actions, signals, _start()))]
    with st.expander("How signals are computed"):
        groups.append((st.container(), partial(regime.choose_parameters, signals)))
    groups.append((st.container(), _choose_second))
    return signals, groups


def _choose_second() -> None:
    controls.slider(
        SecondEngine, "needed", "second.needed", default=Policy.preset("alvh").second.needed
    )


def _start() -> Any:
    return Policy.preset("alvh").regime


def _policy() -> Policy:
    """ALVH on the condor of the sidebar, with the rule of the controls.

    Raises
    ------
    ValidationError
        If settings contradict each other.
    """
    preset = Policy.preset("alvh")
    second = preset.second
    needed = st.session_state.get("second.needed", second.needed)
    return preset.model_copy(
        update={
            "condor": trade.condor(),
            "regime": regime.current(preset.regime),
            "second": second.model_copy(update={"needed": needed}),
        }
    )


_SETTINGS = ("vote.", "signal.", "regime.", "second.")
_OTHERS = (
    "signals", "path", "future", "horizon", "seed", "edge", "capital", "dte", "by", "put_delta",
    "call_delta", "put_moves", "call_moves", "credit", "wing", "contracts",
)  # fmt: skip


def now_of(seen: Market) -> Desk:
    """What the page shows now: the same for every part of a run, so kept while nothing moves.

    Raises
    ------
    ParameterError, ValidationError
        If the settings cannot be run; the message names them.
    """
    chosen = st.session_state
    names = [str(k) for k in chosen if str(k).startswith(_SETTINGS) or k in _OTHERS]
    asked = (seen, [(name, chosen[name]) for name in sorted(names)])
    kept: tuple[Any, Desk] | None = chosen.get("regimes.desk")
    if kept is None or kept[0] != asked:
        kept = chosen["regimes.desk"] = (asked, _made(seen))
    return kept[1]


def _made(seen: Market) -> Desk:
    chosen, policy, account = st.session_state, _policy(), trade.account()
    real = chosen.get("path", "real") == "real"
    if real and seen.history is None:
        raise ParameterError("Source must be days for a rule to run on, got levels typed in")
    if real:
        study = regimes_cache.on_history(seen, policy, account.capital)
        return Desk(study, pd.DatetimeIndex(study.run.days))
    study = regimes_cache.on_future(
        Study(
            model=seen.model,
            state=seen.state,
            edge=account.edge,
            horizon=chosen["horizon"],
            seed=chosen["seed"],
        ),
        policy,
        account.capital,
        int(chosen["future"]) - 1,
    )
    return Desk(study, regimes_cache.dated(study, seen.as_of))


def source(seen: Market) -> str:
    """Where the numbers of the page come from."""
    if st.session_state.get("path", "real") == "real":
        return shared.source(seen)
    return shared.source(seen, paths=1, seed=st.session_state.get("seed"))


# --- Parts ------------------------------------------------------------------------------------


def headline(seen: Market) -> None:
    """What the user must know, and the answer in five numbers; or why there is none."""
    notes = (*seen.notes, *_schedule(seen))
    shared.headline(notes, "regimes", lambda: _answer(now_of(seen)))


def _schedule(seen: Market) -> tuple[str, ...]:
    """A word if the table of FOMC decisions ends, and one votes."""
    if seen.history is None or "fomc" not in st.session_state["signals"]:
        return ()
    note = schedule_note(seen.history.as_of)
    return () if note is None else (note,)


def _answer(now: Desk) -> list[Number]:
    """The five numbers at the top."""
    study = now.study
    last: Any = study.daily.iloc[-1]
    n = len(now.policy.regime.votes)
    stress: Any = study.time.set_index("regime").loc["stress"]
    book: Any = study.year
    rule: Any = study.hits(rule_only=True).set_index("signal").loc["regime"]
    votes = f"{int(last['watch'])} of {n} vote for watch, {int(last['stress'])} for stress"
    numbers = [
        Number(
            "Regime on the last day",
            ("calm", "watch", "stress")[int(last["regime"])],
            f"In force after the last close. {votes}."
            if n
            else "No signal votes: it is always calm.",
        ),
        Number(
            "Time in stress",
            f"{plain(stress['share'])} % [{plain(stress['low'])}, {plain(stress['high'])}]",
            f"Share of days; {int(stress['visits'])} visits. 95 % interval of the stationary "
            "bootstrap.",
        ),
        Number(
            "Warned, v. chance",
            "n/a"
            if pd.isna(rule["recall"])
            else f"{plain(rule['recall'])} v. {plain(rule['base'])} %",
            "Of the times VIX rose by 30 % within 10 closes, share with watch or stress in force "
            "in the 21 closes before; and, after v., the same share of all days, which a rule as "
            "often on reaches without knowing anything. "
            f"{int(rule['events'])} expansions; difference {plain(rule['lift'])} points "
            f"[{plain(rule['lift_low'])}, {plain(rule['lift_high'])}].",
        ),
        Number(
            "Book a year",
            _about(book["year"], book["year_low"], book["year_high"]),
            "Condors, hedge and costs, before interest on the account; 95 % interval of the "
            f"stationary bootstrap {interval(book['year_low'], book['year_high'], form=dollars)}. "
            "One history says little of a mean.",
        ),
    ]
    gain: Any = study.through_signals
    if gain is None:
        return numbers
    return [
        *numbers,
        Number(
            "Of it through signals",
            _about(-gain["difference"], -gain["high"], -gain["low"]),
            "Profit a year with the votes less without them, on the same days; 95 % interval "
            f"{interval(-gain['high'], -gain['low'], form=dollars)}.",
        ),
    ]


def plain(share: float) -> str:
    """Percent without the sign."""
    return f"{100.0 * share:.1f}".replace("-", "\u2212")


def _about(value: float, low: float, high: float) -> str:
    """Dollars and half their interval, in no more digits than it has."""
    return plus_minus(value, 0.5 * (high - low) / 1.96, unit="$", signed=True)


def draw(drawn: Figure, key: str, title: str, data: pd.DataFrame, now: Desk, seen: Market) -> None:
    """Show a figure under the page's own words."""
    show.figure(
        drawn,
        key=f"regimes.{key}",
        title=title,
        data=data,
        subtitle=_describe(now),
        source=source(seen),
    )


def _describe(now: Desk) -> str:
    rule = now.policy.regime
    names = ", ".join(SIGNALS[vote.signal].title for vote in rule.votes) or "no signals"
    return (
        f"{now.dates[0]:%F} to {now.dates[-1]:%F}; {names}; {rule.watch_votes} votes for watch, "
        f"{rule.stress_votes} for stress, {rule.hold_days} closes in a row"
    )


_MARKS = {
    "opened": "opened",
    "expiry": "closed",
    "target": "closed",
    "time": "closed",
    "settled": "closed",
    "stop": "stopped",
    "margin": "stopped",
    "shift": "rolled",
    "rolled": "rolled",
    "monetised": "monetised",
    "resized": "resized",
}


def history(seen: Market) -> None:
    """The large picture: SPX and VIX, regimes behind, actions on the line."""
    now = now_of(seen)
    study = now.study
    frame = study.levels.assign(date=now.dates)
    bands = study.bands.assign(
        start=now.dates[study.run.days.get_indexer(pd.Index(study.bands["start"]))],
        end=now.dates[study.run.days.get_indexer(pd.Index(study.bands["end"]))],
    )
    actions = study.actions
    # a layer rolled on its day is routine and would cover the rest
    wanted = ~(actions["what"].ne("condor") & actions["action"].isin(["rolled", "opened"]))
    actions = actions[wanted].assign(
        date=lambda x: now.dates[x["position"].to_numpy()], action=lambda x: x["action"].map(_MARKS)
    )
    drawn = charts.regime_history(frame, bands, actions, width=470, height=170)
    title = "Regimes, the market, and what the book did"
    draw(drawn, "history", title, frame, now, seen)


def panels(page: Page, seen: Market, signals: tuple[SignalName, ...]) -> list[Group]:
    """Lay out a small panel a signal with its levels, and the count of votes."""
    groups: list[Group] = []
    page.element(partial(_votes, seen), partial(_votes_from, seen))
    for name in signals:
        page.element(partial(_panel, seen, name), partial(_panel_from, seen, name))
        groups.append((st.container(), partial(regime.choose_levels_in_a_row, name)))
    return groups


def _votes(seen: Market) -> None:
    now = now_of(seen)
    rule = now.policy.regime
    if not rule.votes:
        st.info("No signal votes: choose some in the sidebar.", icon=":material/how_to_vote:")
        return
    frame = now.study.daily[["watch", "stress"]].assign(date=now.dates)
    drawn = charts.vote_count(
        frame, watch_needed=rule.watch_votes, stress_needed=rule.stress_votes, height=130
    )
    draw(drawn, "votes", "Votes", frame, now, seen)


def _votes_from(seen: Market) -> Any:
    now = now_of(seen)
    rule = now.policy.regime
    counts = now.study.daily[["watch", "stress"]].to_numpy()
    return counts.tobytes(), len(rule.votes), rule.watch_votes, rule.stress_votes


def _panel_from(seen: Market, name: SignalName) -> Any:
    now = now_of(seen)
    votes = [vote for vote in now.policy.regime.votes if vote.signal == name]
    return votes, [now.study.readings[name].to_numpy().tobytes() for _ in votes]


def _panel(seen: Market, name: SignalName) -> None:
    now = now_of(seen)
    about = SIGNALS[name]
    vote = next((v for v in now.policy.regime.votes if v.signal == name), None)
    if vote is None:
        return
    values = now.study.readings[name]
    if values.isna().all():
        st.caption(f":material/block: **{about.title}** unavailable: {_missing(now, seen, name)}")
        return
    frame = pd.DataFrame({"date": now.dates, "value": values.to_numpy()})
    drawn = charts.signal_panel_chart(
        frame,
        watch=vote.watch,
        stress=vote.stress,
        side=vote.side,
        title=about.title,
        unit=about.unit,
        height=135,
    )
    draw(drawn, f"signal.{name}", about.title, frame, now, seen)


def _missing(now: Desk, seen: Market, name: SignalName) -> str:
    """Why a signal is not there."""
    if now.study.run.paths.history is None:
        return f"On simulated paths: {SIMULATED.get(name, 'its warm-up is longer than the path')}."
    found = regimes_cache.coverage(seen, now.policy.regime.parameters)
    return f"{found['reason'].to_dict()[name]}."


def minus(text: str) -> str:
    """A text with real minus signs."""
    return text.replace("-", "\u2212")
