"""The parts of the Stress page: a book in a crash, turned into words, figures and tables."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.errors import StreamlitAPIException

from alvh.report import charts
from alvh.report.charts.stress_table import TABLE
from alvh.report.figure import Figure
from alvh.report.numbers import dollars
from alvh.risk.stress import ALL_LAYERS, NO_HEDGE, StressRun, stress_marks
from alvh.risk.stress_liquidity import DayShock
from alvh.simulation import BIG_TOP, EPISODES, Episode
from alvh.strategy import Policy
from alvh.ui import controls, policies, shared, show, stress_cache, stress_words
from alvh.ui.live import Group
from alvh.ui.market import Market
from alvh.ui.show import Number
from alvh.ui.stress_cache import Setting

__all__ = [
    "OWN_NAME",
    "Desk",
    "caveats",
    "choose_column",
    "choose_focus",
    "draw",
    "episode_groups",
    "facts",
    "headline",
    "now_of",
    "prepare",
    "profit",
    "ratio",
    "running",
    "short",
    "source",
    "table",
]

OWN = "my own shock"
LATEST = max(EPISODES, key=lambda episode: episode.end or date.min).name
_NAMES = tuple(episode.name for episode in EPISODES)
_RISES = {
    "as listed": "as listed",
    "level": "to its level",
    "ratio": "by its ratio",
    "points": "by its points",
}
_SHOCK: dict[str, Callable[..., Any]] = {
    "depth": controls.slider,
    "days": controls.number,
    "vix_peak": controls.slider,
    "vix_half_life": controls.number,
    "recovery": controls.slider,
    "recovery_days": controls.number,
}
"""Fields of a shock of one's own; days go to years, too fine for a slider."""
_WORST = ("worst_day", "worst_at")
_DAY = ("fall", "rise", "vix_per_percent")
_SHORT = {BIG_TOP.name: "Big Top Cash Press", ALL_LAYERS: "All", NO_HEDGE: "None"}
_COLUMNS = dict(
    zip(TABLE, ("end", "lowest", "layers' part, end", "layers' part, lowest"), strict=True)
)


OWN_NAME = {policies.MINE: policies.NAMES[policies.MINE]}
"""The policy whose name in the core is not its name on the page."""
_SLICE = 0.35
"""Seconds of work after which a control that was moved meanwhile has its turn."""
_CELL, _ACROSS = 80, 430
"""Pixels of a cell of the table at most, and of all cells of a row."""


@dataclass(frozen=True)
class Desk:
    """What the page shows now."""

    setting: Setting
    policies: tuple[Policy, ...]
    focus: int
    episode: Episode
    episodes: tuple[Episode, ...]
    costs: bool

    @property
    def policy(self) -> Policy:
        """The policy in focus."""
        return self.policies[self.focus]

    @property
    def words(self) -> str:
        """Its name on the page."""
        return policies.NAMES[self.policy.name]

    @property
    def run(self) -> StressRun:
        """The policy in focus through the episode."""
        return stress_cache.run(self.setting, self.policy, self.episode)

    def days(self, variant: str) -> pd.DataFrame:
        """Day by day, of one variant; of the one without hedge where there is no other."""
        days = self.run.days
        found = days[days["variant"] == variant]
        return found if len(found) else days[days["variant"] == NO_HEDGE]


# --- Controls ---------------------------------------------------------------------------------


def episode_groups() -> list[Group]:
    """Reserve the places of the episode's controls."""
    st.subheader("Episode")
    places: list[Group] = [(st.container(), _choose_episode), (st.container(), _choose_rise)]
    with st.expander("One-day stressed loss"):
        places.append((st.container(), _choose_day))
    return places


def _choose_episode() -> None:
    chosen = controls.choice(
        "Episode",
        (*_NAMES, OWN),
        "episode",
        default=LATEST,
        style="list",
        help="Fifteen crashes by their closes, the method's scenario, or a shock of your own. "
        "Falls are in percent of today's index. The latest is shown first.",
    )
    if chosen != OWN:
        return
    for name, kind in _SHOCK.items():
        kind(Episode, name, f"shock.{name}")
    worst = controls.switch(
        "One worst day", "shock.worst", default=False, help="Off: an even pace down."
    )
    if worst:
        most = {"worst_day": st.session_state["shock.depth"], "worst_at": _shock("days")}
        start = {"worst_day": _shock("depth") / 2.0, "worst_at": _shock("days")}
        for name in _WORST:
            controls.slider(
                Episode, name, f"shock.{name}", default=start[name], most=float(most[name])
            )
    inverted = controls.switch(
        "Curve given",
        "shock.curve",
        default=False,
        help="Off: VIX/VIX3M goes where the model expects it at that VIX.",
    )
    if inverted:
        controls.slider(Episode, "curve_peak", "shock.curve_peak", default=1.1)


def _shock(name: str) -> Any:
    return st.session_state[f"shock.{name}"]


def _choose_rise() -> None:
    controls.choice(
        "VIX rises",
        tuple(_RISES),
        "vix_rise",
        shown=_RISES,
        style="list",
        help="How the peak is put on today's VIX: to the level of the time (today's, if that is "
        "higher), or as far above today's as it was above the VIX before, by ratio or by points. "
        "As listed: to its level; Big Top by points. A shock of your own always goes to its peak.",
    )


def _choose_day() -> None:
    for name in _DAY:
        controls.slider(DayShock, name, f"oneday.{name}")


def choose_focus() -> None:
    """The policy that the page is about.

    Static layers at first: they hold condors in any regime. ALVH opens none in stress, and its
    hedge alone would pass for a book that gains in every crash.
    """
    shared.choose_focus("All but the tab Policies is about this one.", first="static_layers")


def choose_column() -> None:
    """Which number the table of episodes shows."""
    controls.choice(
        "Table",
        tuple(_COLUMNS),
        "cell",
        shown=_COLUMNS,
        help="Profit at the end; the lowest on the way; or what the layers left out made of "
        "either: all layers less the book of the column.",
    )


# --- State ------------------------------------------------------------------------------------


def now_of(seen: Market) -> Desk:
    """What the page shows now.

    Raises
    ------
    ParameterError, ValidationError
        If the settings cannot be run; the message names them.
    """
    chosen = st.session_state
    rules = shared.compared()
    own = chosen["episode"] == OWN
    rise = chosen["vix_rise"]
    listed = tuple(
        episode if rise == "as listed" else episode.model_copy(update={"vix_rise": rise})
        for episode in EPISODES
    )
    episode = _own(seen) if own else listed[_NAMES.index(chosen["episode"])]
    return Desk(
        setting=Setting(
            seen.model,
            seen.state,
            float(chosen["capital"]),
            DayShock(**{name: chosen[f"oneday.{name}"] for name in _DAY}),
        ),
        policies=rules,
        focus=shared.focus_of([rule.name for rule in rules]),
        episode=episode,
        episodes=(episode, *listed) if own else listed,
        costs=bool(chosen["costs"]),
    )


def _own(seen: Market) -> Episode:
    """The shock of the sliders; its rise is from today's VIX, so that it ends at its peak."""
    fields = {name: _shock(name) for name in _SHOCK}
    if _shock("worst"):
        fields |= {name: _shock(name) for name in _WORST}
    if _shock("curve"):
        fields["curve_peak"] = _shock("curve_peak")
    before = min(max(seen.shown_vix, 5.0), 150.0, fields["vix_peak"])
    return Episode(name=OWN.capitalize(), vix_before=before, **fields)


def source(seen: Market) -> str:
    """Where the numbers of the page come from."""
    return shared.source(
        seen,
        model=f"{shared.MODEL}; option prices are model prices along a smooth path through the "
        "facts of an episode",
    )


def draw(drawn: Figure, key: str, title: str, data: pd.DataFrame, now: Desk, seen: Market) -> None:
    """Show a figure under the page's own words."""
    show.figure(
        drawn,
        key=f"stress.{key}",
        title=title,
        data=data,
        subtitle=_describe(now, seen),
        source=source(seen),
    )


def _describe(now: Desk, seen: Market) -> str:
    rule = now.policy.condor
    return (
        f"{now.words}: {rule.contracts} condors of {rule.dte} days, {rule.wing:g} points wide; SPX "
        f"{float(seen.state.spot):,.0f}, VIX {seen.shown_vix:.1f}; "
        f"{'costs' if now.costs else 'no costs'}, before interest"
    )


def ratio(x: float) -> str:
    """A quick ratio; infinite where nothing is needed."""
    return f"{x:.2f}" if math.isfinite(x) else "\u221e"


def short(names: Sequence[str]) -> dict[str, str]:
    """Names of episodes and variants as a table heads them."""
    return {name: _SHORT.get(name, name.replace("Without layer ", "No L")) for name in names}


# --- Parts ------------------------------------------------------------------------------------


def headline(seen: Market) -> None:
    """What the user must know, and the answer in five numbers; or why there is none."""

    def answer() -> list[Number]:
        now = now_of(seen)
        if not now.days(ALL_LAYERS)["margin"].any():
            shared.warn_of_no_trades(f"by {now.words} on this path")
        return _answer(now)

    shared.headline(seen.notes, "stress", answer)


def _answer(now: Desk) -> list[Number]:
    """The five numbers at the top."""
    summary = now.run.summary.set_index("variant")
    whole: Any = summary.iloc[0]
    bare: Any = summary.loc[NO_HEDGE]
    hedged = len(summary) > 1
    days = now.days(ALL_LAYERS)
    out = whole["liquidity_day"]
    closed = "" if pd.isna(whole["margin_day"]) else " The book was closed for lack of margin."
    return [
        Number(
            "Profit at the end",
            dollars(whole["end_profit"]),
            f"Of {now.words} with all its layers on day {int(days['day'].iloc[-1])}, before "
            "interest, after costs. One path, model prices: no interval, nothing is estimated.",
        ),
        Number(
            "Without hedge",
            dollars(bare["end_profit"]),
            "The same policy with no layers, on the same path, at the end.",
        ),
        Number(
            "Lowest on the way",
            f"{dollars(whole['lowest_profit'])}, day {whole['lowest_day']}",
            f"With all layers; without hedge {dollars(bare['lowest_profit'])} on day "
            f"{bare['lowest_day']}.",
        ),
        Number(
            "Hedge paid",
            dollars(days["hedge"].iloc[-1]) if hedged else "no hedge",
            "Profit of all layers to the end, before their costs of trading; at its best "
            f"{dollars(days['hedge'].max())}.",
        ),
        Number(
            "Lowest quick ratio",
            f"{ratio(whole['lowest_quick'])}, "
            + ("never out" if pd.isna(out) else f"out on day {int(out)}"),
            "Cash over margin and one-day stressed loss, with all layers; liquidity runs out at "
            f"the first close below one.{closed}",
        ),
    ]


def profit(seen: Market) -> None:
    """The large picture, and what must be known of it."""
    now = now_of(seen)
    run = now.run
    drawn = charts.stress_profit(run.days, stress_marks(now.episode), columns=3, height=400)
    title = f"Profit through {now.episode.name}"
    draw(drawn, "profit", title, run.days, now, seen)


def facts(seen: Market) -> None:
    """Whose the numbers of the episode are, and when the rule of the book saw it."""
    now = now_of(seen)
    votes = bool(now.policy.regime.votes)
    said = (
        stress_words.facts(now.episode),
        stress_words.regimes_met(now.days(ALL_LAYERS), votes),
    )
    st.caption(" ".join(text for text in said if text))


def caveats(seen: Market) -> None:
    """What the path lacks, and where the model misses its levels."""
    missed = stress_words.missed(now_of(seen).run.summary)
    st.caption(f"{stress_words.SMOOTH} {missed}")


def running(seen: Market) -> None:
    """Run all episodes, and say how far it is: the table below is drawn once they are there."""
    now = now_of(seen)
    place = st.empty()
    found = prepare(now, (now.policy,), place)
    place.caption(
        f"{now.words} at today's market, all episodes; columns: which layer is left out. "
        + ("Framed: liquidity runs out." if found["liquidity_day"].notna().any() else "")
    )


def prepare(now: Desk, books: Sequence[Policy], place: Any) -> pd.DataFrame:
    """The table of `books` through all episodes, with progress written at `place`.

    The run of a fragment cannot be ended by a control of another one, and the table takes longer
    than a slider may wait: after a slice of it the fragment ends and is run again, with what has
    been done at hand and the controls as they are then.
    """
    started = time.monotonic()

    def tell(done: int, total: int, name: str) -> None:
        place.caption(f":material/hourglass_top: {done} of {total} run, now {name} …")
        if time.monotonic() - started > _SLICE:
            # the whole page is being run: its controls do end it
            with suppress(StreamlitAPIException):
                st.rerun(scope="fragment")

    return stress_cache.table(now.setting, books, now.episodes, tell)


def table(seen: Market) -> None:
    """Every episode and variant of the policy in focus."""
    now = now_of(seen)
    found = stress_cache.table(now.setting, (now.policy,), now.episodes, lambda *_: None)
    column = st.session_state.get("cell", next(iter(TABLE)))
    names = short([*found["episode"].unique(), *found["variant"].unique()])
    shown = found.replace({"episode": names, "variant": names, "policy": OWN_NAME})
    cell = min(_CELL, _ACROSS // found["variant"].nunique())
    drawn = charts.stress_table(shown, column=column, cell=cell, row=24)
    draw(drawn, "table", f"All episodes: {TABLE[column].lower()}", found, now, seen)
