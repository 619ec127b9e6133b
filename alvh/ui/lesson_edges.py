"""Steps 3 to 5 of the lesson: the price of certainty, the edge turned off, motion."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
import streamlit as st

from alvh.lab.lesson_certainty import PROBABILITIES, Certainty
from alvh.lab.lesson_edge import EdgeOff
from alvh.lab.lesson_motion import WORST, Motion
from alvh.report import charts
from alvh.simulation import EPISODES
from alvh.ui import controls, lesson_cache, lesson_notes, lesson_words
from alvh.ui.lesson import Shown, Step, settings
from alvh.ui.lesson_barriers import defaults_of, read
from alvh.ui.lesson_cache import Tell
from alvh.ui.market import Market

__all__ = ["CERTAINTY", "EDGE", "MOTION"]

# --- Step 3 --------------------------------------------------------------------------------------

_SURE: Final = {"limit": "sure.limit", "probability": "sure.probability"}
_SOUGHT: Final = tuple(f"{100 * p:g} %" for p in PROBABILITIES)


def _choose_probability(_: Market) -> None:
    about = Certainty.model_fields["probability"]
    controls.choice(
        about.title or "",
        _SOUGHT,
        _SURE["probability"],
        default=about.default,
        help=about.description,
    )


def _choose_limit(_: Market) -> None:
    controls.slider(Certainty, "limit", _SURE["limit"])


def _certainty(seen: Market) -> Certainty:
    setting: Certainty = settings(seen, Certainty, **read(Certainty, _SURE))
    return setting


def _prepare_certainty(seen: Market, tell: Tell) -> None:
    lesson_cache.try_barriers(_certainty(seen), tell)


def _find_certainty(seen: Market) -> Shown:
    setting = _certainty(seen)
    found = lesson_cache.certainty(setting)
    drawn = charts.lesson_price(
        found.table, found.frontier, sought=setting.sought, chosen=found.chosen, width=740
    )
    return Shown(
        drawn,
        found.table,
        "The price of certainty",
        f"Loss limit {setting.limit:g} % of {setting.capital:,} dollars at every close of a year; "
        f"ten 16-delta condors of 45 days, {setting.wing} points wide",
        lesson_words.certainty(found),
        found.barriers.n_paths,
    )


CERTAINTY: Final = Step(
    "The price of certainty",
    "What does it cost to be sure of never losing more?",
    (_choose_limit, _choose_probability),
    defaults_of(Certainty, _SURE),
    _find_certainty,
    lesson_notes.CERTAINTY,
    ("absolute barrier", "carry", "iron condor"),
    prepare=_prepare_certainty,
)

# --- Step 4 --------------------------------------------------------------------------------------

_OFF: Final = {"left": "off.left", "which": "off.which", "charged": "off.charged"}
_WHICH: Final = {
    "all": "all of them",
    "equity": "equity alone",
    "variance": "diffusive variance alone",
    "jumps": "jumps alone",
}


def _choose_left(_: Market) -> None:
    controls.slider(EdgeOff, "left", _OFF["left"])


def _choose_which(_: Market) -> None:
    about = EdgeOff.model_fields["which"]
    controls.choice(
        about.title or "",
        tuple(_WHICH),
        _OFF["which"],
        shown=_WHICH,
        style="list",
        help=about.description,
    )


def _choose_charged(_: Market) -> None:
    about = EdgeOff.model_fields["charged"]
    controls.switch(about.title or "", _OFF["charged"], default=False, help=about.description or "")


def _edge(seen: Market) -> EdgeOff:
    setting: EdgeOff = settings(seen, EdgeOff, **read(EdgeOff, _OFF))
    return setting


def _prepare_edge(seen: Market, tell: Tell) -> None:
    lesson_cache.try_premia(_edge(seen), tell)


def _find_edge(seen: Market) -> Shown:
    setting = _edge(seen)
    found = lesson_cache.edge(setting)
    data = pd.concat(
        [
            found.means.assign(part="with the premia left on"),
            found.attribution,
        ],
        ignore_index=True,
    )
    trading = "costs charged" if setting.charged else "no costs"
    return Shown(
        charts.lesson_edge(found.means, found.attribution),
        data,
        "Turn the edge off",
        f"Premium left on: {setting.left:g} %, {_WHICH[setting.which]}, {trading}; full premia are "
        f"{setting.edge:g} × the calibrated ones",
        lesson_words.edge(found),
        setting.n_paths,
    )


EDGE: Final = Step(
    "Turn the edge off",
    "Whose profit is it?",
    (_choose_left, _choose_which, _choose_charged),
    defaults_of(EdgeOff, _OFF),
    _find_edge,
    lesson_notes.EDGE,
    (
        "immutable probabilistic edge",
        "volatility risk premium",
        "equity premium",
        "diffusive variance premium",
        "jump premium",
    ),
    charged=False,
    prepare=_prepare_edge,
)

# --- Step 5 --------------------------------------------------------------------------------------

_PATH, _DROP, _REAL = "motion.crash", "motion.drop", ", real days"


def _choose_crash(seen: Market) -> None:
    names = [WORST, *(f"{name}{_REAL}" for name in lesson_cache.real_names(seen))]
    names += [episode.name for episode in EPISODES]
    if st.session_state.get(_PATH, WORST) not in names:
        st.session_state[_PATH] = WORST  # the days it was of are gone
    about = Motion.model_fields["path"]
    controls.choice(about.title or "", names, _PATH, style="list", help=about.description)


def _choose_drop(_: Market) -> None:
    controls.slider(Motion, "drop", _DROP)


def _find_motion(seen: Market) -> Shown:
    chosen: dict[str, Any] = read(Motion, {"path": _PATH, "drop": _DROP})
    real = chosen["path"].endswith(_REAL)
    chosen |= {"path": chosen["path"].removesuffix(_REAL), "real": real}
    setting = settings(seen, Motion, **chosen)
    found = lesson_cache.moved(setting, seen)
    data = pd.concat([found.days, found.decisions.rename(columns={"profit": "profit_then"})])
    return Shown(
        charts.lesson_motion(found.days, found.decisions),
        data,
        "Motion, not loyalty",
        f"{setting.path}{_REAL if real else ''}; hedge dropped on day {setting.drop}; before "
        "interest, model prices",
        lesson_words.motion(found),
        setting.n_paths,
    )


MOTION: Final = Step(
    "Motion, not loyalty",
    "Hold the hedge, drop it, or move it?",
    (_choose_crash, _choose_drop),
    defaults_of(Motion, {"path": _PATH, "drop": _DROP}),
    _find_motion,
    lesson_notes.MOTION,
    (
        "False Binary (loyalty v. motion)",
        "regime",
        "layer one, two, three",
        "Second Engine, Private Leverage Layer",
        "law of large numbers",
    ),
)
