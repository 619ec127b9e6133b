"""The parts of the claim page: a finding turned into numbers, a picture, sentences and a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import pandas as pd
import streamlit as st
from pydantic import ValidationError
from streamlit.delta_generator import DeltaGenerator

from alvh.errors import ParameterError
from alvh.lab import Study
from alvh.report.figure import Figure
from alvh.report.verdict import Verdict
from alvh.strategy import CondorRule
from alvh.ui import controls, precise, regimes_cache, shared, show, trade
from alvh.ui.live import Group, Page
from alvh.ui.market import Market
from alvh.ui.show import Number

__all__ = ["Asked", "Finding", "Tab", "asked", "groups", "lay_out", "source"]

PRECISE_PATHS: Final = 50_000
_ICONS: Final = {
    "holds": ":material/check_circle:",
    "fails": ":material/cancel:",
    "cannot be told": ":material/help:",
}
_KEPT: Final = "claim.precise"


@dataclass(frozen=True, eq=False)
class Asked:
    """What a tab is asked: settings, and the days of the market."""

    study: Study
    wing: int
    seen: Market

    @property
    def key(self) -> str:
        """Text of everything the answer depends on."""
        days = "" if self.seen.history is None else self.stamp
        return f"{self.study.model_dump_json()} {self.wing} {days}"

    @property
    def stamp(self) -> str:
        """What tells the days of the market from others."""
        assert self.seen.history is not None
        return regimes_cache.stamp(self.seen.history, self.seen.as_of)

    @property
    def frame(self) -> pd.DataFrame | None:
        """Days to the one chosen; None where levels were typed in."""
        history = self.seen.history
        return None if history is None else history.frame.loc[: self.seen.as_of]


@dataclass(frozen=True, eq=False)
class Finding:
    """What a tab shows.

    Attributes
    ----------
    strip : sequence of Number
    verdicts : sequence of Verdict
    drawn : Figure
    data : DataFrame
        What the picture was drawn from.
    title : str
        Of the picture.
    table : DataFrame
    columns : mapping
        As `show.table`.
    note : str
        What to read the numbers with.
    """

    strip: Sequence[Number]
    verdicts: Sequence[Verdict]
    drawn: Figure
    data: pd.DataFrame
    title: str
    table: pd.DataFrame
    columns: Mapping[str, tuple[str, str, str]]
    note: str


@dataclass(frozen=True)
class Tab:
    """A claim: its key, the claim in words, and what finds the answer.

    Attributes
    ----------
    key : str
    claim : str
    find : callable
        From what is asked and a results object (None: run a few paths, cached) to a finding.
    run : callable
        From what is asked and progress to a results object, on as many paths as asked.
    choose : callable, optional
        Draws a control of its own above the picture.
    """

    key: str
    claim: str
    find: Callable[[Asked, Any], Finding]
    run: Callable[[Asked, Callable[[int, int], object]], Any]
    choose: Callable[[], None] | None = None


def groups() -> list[Group]:
    """Reserve the places of the page's controls."""
    st.subheader("Condor")
    wing = (st.container(), partial(controls.slider, CondorRule, "wing", "wing"))
    st.subheader("Edge and account")
    places = trade.account_groups()
    st.subheader("Study")
    return [wing, *places, *shared.study_groups()]


def asked(seen: Market, n_paths: int | None = None) -> Asked:
    """What the controls ask for.

    Raises
    ------
    ValidationError
        If settings contradict each other.
    """
    chosen, account = st.session_state, trade.account()
    size = {} if n_paths is None else {"n_paths": n_paths}
    study = Study(
        model=seen.model,
        state=seen.state,
        edge=account.edge,
        capital=account.capital,
        costs=chosen["costs"],
        horizon=chosen["horizon"],
        seed=chosen["seed"],
        **size,
    )
    return Asked(study, chosen["wing"], seen)


def _found(tab: Tab, seen: Market) -> Finding:
    """The finding now: of many paths where they have been run, else of a few."""
    now = asked(seen)
    kept: dict[str, tuple[str, Any]] = st.session_state.setdefault(_KEPT, {})
    text, results = kept.get(tab.key, ("", None))
    return tab.find(now, results if text == now.key else None)


def lay_out(tab: Tab, page: Page, seen: Market) -> list[Group]:
    """Lay out a tab: numbers, picture and table, sentences beside it; its own controls."""
    st.markdown(f"**The claim:** {tab.claim}")
    page.part(partial(_headline, tab, seen))
    left, right = st.columns([5, 4], gap="medium")
    own: list[Group] = []
    with left:
        if tab.choose is not None:
            own.append((st.container(), tab.choose))
        page.element(partial(_picture, tab, seen))
        show.saving(f"claim.{tab.key}")
    with right:
        page.part(partial(_words, tab, seen))
        _run_precisely(tab, seen)
    page.part(partial(_table, tab, seen))
    return own


def _headline(tab: Tab, seen: Market) -> None:
    shared.headline(seen.notes, f"claim.{tab.key}", lambda: _found(tab, seen).strip)


def _picture(tab: Tab, seen: Market) -> None:
    found = _found(tab, seen)
    show.figure(
        found.drawn,
        key=f"claim.{tab.key}",
        title=found.title,
        subtitle=found.note,
        source=source(seen, tab),
        data=found.data,
    )


def _words(tab: Tab, seen: Market) -> None:
    found = _found(tab, seen)
    for verdict in found.verdicts:
        with st.container(border=True):
            words = verdict.sentence.replace("$", "\\$")
            st.markdown(f"{_ICONS[verdict.answer]} **{verdict.answer.capitalize()}.** {words}")
    st.caption(found.note.replace("$", "\\$"))


def _table(tab: Tab, seen: Market) -> None:
    found = _found(tab, seen)
    show.table(found.table, found.columns, key=f"claim.{tab.key}")


def _run_precisely(tab: Tab, seen: Market) -> None:
    """Button that runs the tab on many paths, with progress; another press stops it."""

    def work(bar: DeltaGenerator) -> None:
        few, many = asked(seen), asked(seen, PRECISE_PATHS)
        results = tab.run(many, precise.telling(bar))
        kept: dict[str, tuple[str, Any]] = st.session_state.setdefault(_KEPT, {})
        kept[tab.key] = (few.key, results)

    precise.run_precisely(
        PRECISE_PATHS,
        f"claim.{tab.key}",
        work,
        text="Intervals of the model shrink to a fifth of those shown while a slider moves; those "
        "of history stay as wide as one history makes them.",
    )


def source(seen: Market, tab: Tab | None = None) -> str:
    """Where the numbers of the page come from."""
    size, seed = None, None
    try:
        now = asked(seen)
        kept = st.session_state.get(_KEPT, {})
        text, _ = kept.get(tab.key, ("", None)) if tab is not None else ("", None)
        size = PRECISE_PATHS if text == now.key else now.study.n_paths
        seed = now.study.seed
    except (ParameterError, ValidationError):
        pass
    return shared.source(seen, paths=size, seed=seed)
