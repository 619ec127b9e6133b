"""The parts of the lesson: five steps, each one picture with two sentences and its own controls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any, Final

import pandas as pd
import streamlit as st

from alvh.lab.lesson import Lesson
from alvh.report.figure import Figure
from alvh.report.glossary import explained
from alvh.report.numbers import MINUS
from alvh.strategy import CondorRule
from alvh.ui import controls, shared, show, trade
from alvh.ui.live import Group, Page
from alvh.ui.market import Market

__all__ = ["Shown", "Step", "choose_step", "groups", "lay_out", "settings", "source"]

_SHARED: Final[Mapping[str, Any]] = {
    name: Lesson.model_fields[name].default for name in ("wing", "edge", "costs", "capital", "seed")
}
"""Controls of the sidebar and what the lesson sets them to."""


@dataclass(frozen=True, eq=False)
class Shown:
    """What a step shows now.

    Attributes
    ----------
    drawn : Figure
    data : DataFrame
        What the picture was drawn from.
    title, subtitle : str
        Of the picture where it is saved.
    sentences : (str, str)
    n_paths : int
        Futures behind the numbers.
    """

    drawn: Figure
    data: pd.DataFrame
    title: str
    subtitle: str
    sentences: tuple[str, str]
    n_paths: int


@dataclass(frozen=True)
class Step:
    """A step of the lesson.

    Attributes
    ----------
    title, question : str
    choose : sequence of callables
        Draw its controls from the market, in order.
    defaults : mapping
        Key of a control to what the lesson sets it to.
    find : callable
        From the market, and the session's settings, to what is shown.
    notes : str
        For the speaker.
    terms : sequence of str
        Of the glossary.
    charged : bool, default=True
        Whether the sidebar's switch of costs changes anything.
    prepare : callable, optional
        Does what takes long before `find`, and tells how far it is.
    """

    title: str
    question: str
    choose: Sequence[Callable[[Market], None]]
    defaults: Mapping[str, Any]
    find: Callable[[Market], Shown]
    notes: str
    terms: Sequence[str]
    charged: bool = True
    prepare: Callable[[Market, Callable[[str], object]], None] | None = None


def groups(step: Step) -> list[Group]:
    """Reserve the places of the sidebar's controls, of those that a step uses."""
    st.subheader("Condor")
    wing = (st.container(), partial(controls.slider, CondorRule, "wing", "wing"))
    st.subheader("Edge and account")
    places = trade.account_groups()
    seed = (st.container(), partial(controls.number, Lesson, "seed", "seed"))
    costs: list[Group] = [(st.container(), shared.choose_costs)] if step.charged else []
    return [wing, *places, seed, *costs]


def settings(seen: Market, kind: type[Lesson], /, **own: Any) -> Any:
    """Settings of a step: the sidebar's, and its own.

    Raises
    ------
    ValidationError
        If they are refused.
    """
    shared = {name: st.session_state.get(name, value) for name, value in _SHARED.items()}
    return kind(model=seen.model, state=seen.state, **(shared | own))


def choose_step(steps: Sequence[Step]) -> Step:
    """Draw the control of the step, and what the step is called."""
    numbers = [str(i) for i in range(1, len(steps) + 1)]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        picked = controls.choice(
            "Step", numbers, "step", help="The lesson goes from left to right."
        )
        step = steps[int(picked) - 1]
        _large(f"<b>{escape(step.title)}</b><br>{escape(step.question)}")
    return step


def lay_out(step: Step, steps: Sequence[Step], page: Page, seen: Market) -> list[Group]:
    """Lay out a step: picture, controls beside it, sentences below; its groups of controls."""
    at = steps.index(step)
    top = st.container()
    left, right = st.columns([4, 1], gap="medium")
    with right:
        mine: list[Group] = [(st.container(), partial(draw, seen)) for draw in step.choose]
        st.button(
            "Reset to the lesson's settings",
            key="lesson.reset",
            icon=":material/restart_alt:",
            on_click=_reset,
            args=({name: value for x in steps for name, value in x.defaults.items()},),
            help="Every step, the condor, the edge and the account as the lesson has them; the "
            "market stays.",
            width="stretch",
        )
        with st.popover("Words used here", icon=":material/dictionary:", width="stretch"):
            st.markdown(explained(step.terms))
        place = st.container()
    with top:
        page.part(partial(_messages, step, seen))
    with left:
        page.element(partial(_picture, step, at, seen))
    page.part(partial(_sentences, step, seen))
    with place:
        show.saving(f"lesson.{at + 1}")
    with st.expander("Speaker notes", icon=":material/co_present:"):
        st.markdown(step.notes)
    return mine


def _reset(defaults: Mapping[str, Any]) -> None:
    for key, value in ({**_SHARED, **defaults}).items():
        if key in st.session_state:
            st.session_state[key] = value


def _messages(step: Step, seen: Market) -> None:
    show.messages(seen.notes)
    place = st.empty()

    def tell(text: str) -> None:
        # any control that moves ends the script here
        place.caption(f":material/hourglass_top: {text}")

    with shared.refusals():
        if step.prepare is not None:
            step.prepare(seen, tell)
        place.empty()
        step.find(seen)


def _picture(step: Step, at: int, seen: Market) -> None:
    found = step.find(seen)
    show.figure(
        found.drawn,
        key=f"lesson.{at + 1}",
        title=found.title,
        subtitle=found.subtitle,
        source=source(seen, found.n_paths),
        data=found.data,
    )


def _sentences(step: Step, seen: Market) -> None:
    for sentence in step.find(seen).sentences:
        # no line ends between a sign and its number, and a dollar begins no formula
        text = escape(sentence, quote=False).replace(MINUS, f"{MINUS}&NoBreak;")
        _large(text.replace("$", "&#36;"))


def _large(text: str) -> None:
    """Text for the last row of a class; `text` is HTML already."""
    st.markdown(
        f'<p style="font-size:1.22rem;line-height:1.4;margin:0">{text}</p>',
        unsafe_allow_html=True,
    )


def source(seen: Market, n_paths: int | None = None) -> str:
    """Where the numbers of the page come from."""
    return shared.source(seen, paths=n_paths, seed=st.session_state.get("seed"))
