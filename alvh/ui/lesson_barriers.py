"""Steps 1 and 2 of the lesson: the stop that was jumped, the insurance that eats the house."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import pandas as pd
import streamlit as st

from alvh.lab.lesson_insurance import Insurance
from alvh.lab.lesson_stop import JumpedStop
from alvh.report import charts
from alvh.ui import controls, lesson_cache, lesson_notes, lesson_words
from alvh.ui.lesson import Shown, Step, settings
from alvh.ui.market import Market
from alvh.value import Value

__all__ = ["INSURANCE", "STOP", "defaults_of", "read"]

_KINDS: Final = {"credit multiple": "a loss", "short delta": "a delta"}


def defaults_of(kind: type[Value], names: dict[str, str]) -> dict[str, Any]:
    """Key of each control to the default of its field; `names` are keys by field."""
    return {key: kind.model_fields[name].default for name, key in names.items()}


def read(kind: type[Value], names: dict[str, str]) -> dict[str, Any]:
    """What the controls say, by field; the default of one that is not on the page."""
    given = {name: st.session_state.get(key) for name, key in names.items()}
    return {
        name: kind.model_fields[name].default if value is None else value
        for name, value in given.items()
    }


# --- Step 1 --------------------------------------------------------------------------------------

_STOP: Final = {"kind": "jump.kind", "multiple": "jump.multiple", "delta": "jump.delta"}


def _choose_stop(_: Market) -> None:
    about = JumpedStop.model_fields["kind"]
    kind = controls.choice(
        about.title or "", tuple(_KINDS), _STOP["kind"], shown=_KINDS, help=about.description
    )
    name = "multiple" if kind == "credit multiple" else "delta"
    controls.slider(JumpedStop, name, _STOP[name])


def _find_stop(seen: Market) -> Shown:
    setting = settings(seen, JumpedStop, **read(JumpedStop, _STOP))
    found = lesson_cache.stop(setting, seen)
    by_credit = setting.kind == "credit multiple"
    drawn = charts.lesson_stop(
        found.bins(),
        found.happened,
        found.levels,
        level=setting.level,
        what="Stop (× credit)" if by_credit else "Stop (short delta)",
    )
    rule = f"{setting.level:g} × credit" if by_credit else f"a short delta of {setting.level:.2f}"
    model = pd.DataFrame(
        {"source": "model", "day": found.exits.day, "beyond": found.exits.beyond}
    ).assign(loss=found.exits.loss / found.exits.credit)
    real = found.happened.assign(source="real days", day=found.happened["date"].astype(str))
    data = pd.concat([real[["source", "day", "beyond", "loss", "promise"]], model])
    return Shown(
        drawn,
        data,
        "The stop that was jumped",
        f"Stop at {rule}; ten 16-delta condors of 45 days, {setting.wing} points wide",
        lesson_words.stop(found),
        found.n_paths,
    )


STOP: Final = Step(
    "The stop that was jumped",
    "What does a stop promise, and what does it pay?",
    (_choose_stop,),
    defaults_of(JumpedStop, _STOP),
    _find_stop,
    lesson_notes.STOP,
    ("iron condor", "absolute barrier", "gap-through"),
    charged=False,
)

# --- Step 2 --------------------------------------------------------------------------------------

_CALLS: Final = {"delta": "calls.delta", "dte": "calls.dte", "quantity": "calls.quantity"}


def _choose_call(name: str, _: Market) -> None:
    controls.slider(Insurance, name, _CALLS[name])


def _find_insurance(seen: Market) -> Shown:
    setting = settings(seen, Insurance, **read(Insurance, _CALLS))
    found = lesson_cache.insurance(setting, seen)
    drawn = charts.lesson_insurance(
        found.table, found.shocks, earned=found.earned, delta=round(setting.delta, 2)
    )
    data = pd.concat(
        [found.table.assign(picture="cost a year"), found.shocks.assign(picture="paid in shocks")]
    )
    return Shown(
        drawn,
        data,
        "The insurance that eats the house",
        f"{setting.quantity} VIX calls, {setting.delta:.2f} delta, {setting.dte} days, always on; "
        f"ten 16-delta condors, {setting.wing} points wide",
        lesson_words.insurance(found),
        setting.n_paths,
    )


INSURANCE: Final = Step(
    "The insurance that eats the house",
    "What do far calls cost, and when do they pay?",
    tuple(partial(_choose_call, name) for name in _CALLS),
    defaults_of(Insurance, _CALLS),
    _find_insurance,
    lesson_notes.INSURANCE,
    ("absolute barrier", "carry", "break-even point", "time value (extrinsic)"),
)
