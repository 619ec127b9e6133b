"""Controls of the policies that are compared: presets, and one of the user's own.

All of them trade the condor of the sidebar; what differs is what a policy is: stop, time-shift,
layers, regimes.
"""

from __future__ import annotations

from functools import partial
from typing import Any, get_args

import streamlit as st

from alvh.strategy import CondorRule, Policy, StopRule, TimeShift
from alvh.strategy.policy import Preset
from alvh.ui import controls, regime, trade
from alvh.ui.live import Group
from alvh.value import Value

__all__ = ["MINE", "NAMES", "choose", "current", "groups"]

MINE = "mine"
NAMES = {
    "unhedged": "unhedged",
    "static_calls": "static calls",
    "static_stop": "static stop",
    "static_layers": "static layers",
    "alvh": "ALVH",
    MINE: "my policy",
}
"""Policy to the words for it."""
_EXITS = ("profit_target", "exit_dte")
_SHIFTS = ("delta", "vix", "dte", "size", "most")
_STOPS = {"none": (), "credit multiple": ("multiple",), "short delta": ("delta",)}


def choose() -> None:
    """Draw the control of which policies are compared."""
    controls.several(
        "Compared",
        NAMES,
        "policies",
        default=get_args(Preset),
        help="All on the same futures, each with the condor above. Static calls: forty 10-delta "
        "VIX calls of 90 days, expected to cost as much a year as the 4/4/2 of static layers. "
        "Static stop: closed at a loss of twice the credit. ALVH: two of five signals make a "
        "regime, smaller condors in watch, none in stress; first layer sold once up 150 %; a "
        "Second Engine of call spreads.",
    )


def groups() -> list[Group]:
    """Reserve the places of the controls; `current` is the policies they say."""
    with st.expander("Exits"):
        exits: list[Group] = [
            (st.container(), partial(_slider, CondorRule, name, name)) for name in _EXITS
        ]
    if MINE not in st.session_state.get("policies", ()):
        return exits
    st.subheader("My policy")
    mine: list[Group] = [
        (st.container(), draw) for draw in (_choose_stop, _choose_shift, _choose_regime)
    ]
    layers = trade.layer_groups(ruled=True)
    with st.expander("Second Engine"):
        second: Group = (st.container(), regime.choose_second)
    return [*exits, *mine, *layers, second]


def current() -> tuple[Policy, ...]:
    """The policies the controls of this session say, on the condor of the sidebar.

    Raises
    ------
    ValidationError
        If settings contradict each other.
    """
    chosen = st.session_state
    rule = trade.condor().model_copy(update={name: chosen[name] for name in _EXITS})
    policies = []
    for name in NAMES:
        if name not in chosen["policies"]:
            continue
        if name == MINE:
            policies.append(_mine(rule))
        else:
            preset = Policy.preset(name)  # type: ignore[arg-type]
            policies.append(preset.model_copy(update={"condor": rule}))
    return tuple(policies)


def _slider(kind: type[Value], name: str, key: str) -> Any:
    return controls.slider(kind, name, key)


def _choose_stop() -> None:
    kind = controls.choice(
        "Stop",
        tuple(_STOPS),
        "stop",
        style="list",
        help=StopRule.model_fields["kind"].description,
    )
    for name in _STOPS[kind]:
        _slider(StopRule, name, f"stop.{name}")


def _choose_shift() -> None:
    about = TimeShift.model_fields["on"]
    on = controls.switch(about.title or "", "shift", default=False, help=about.description or "")
    if on:
        for name in _SHIFTS:
            _slider(TimeShift, name, f"shift.{name}")
        controls.choice(
            "Roll only in",
            controls.options_of(TimeShift, "regime"),
            "shift.regime",
            style="list",
            help=TimeShift.model_fields["regime"].description,
        )


def _choose_regime() -> None:
    signals = regime.choose_signals()
    for signal in signals:
        regime.choose_levels(signal)
    if signals:
        regime.choose_actions(signals)
        regime.choose_parameters(signals)


def _mine(rule: CondorRule) -> Policy:
    chosen = st.session_state
    kind = chosen["stop"]
    stop = {name: chosen[f"stop.{name}"] for name in _STOPS[kind]}
    shift = {}
    if chosen["shift"]:
        shift = {name: chosen[f"shift.{name}"] for name in (*_SHIFTS, "regime")}
    return Policy(
        name=MINE,
        condor=rule,
        stop=StopRule(kind=kind, **stop),
        shift=TimeShift(on=chosen["shift"], **shift),
        layers=trade.layers(ruled=True),
        regime=regime.current(),
        second=regime.current_second(),
    )
