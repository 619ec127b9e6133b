"""Controls of the trade: the condor, its hedge, the edge and the account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st
from pydantic import Field

from alvh.model import RiskPremia
from alvh.strategy import LAYERS_442, CondorRule, HedgeLayer
from alvh.strategy.policy import MOST_LAYERS
from alvh.ui import controls, layer_rules
from alvh.ui.live import Group
from alvh.value import Value

__all__ = [
    "Account",
    "Trade",
    "account",
    "account_groups",
    "choose_tenor",
    "condor",
    "condor_groups",
    "current",
    "groups",
    "layer_groups",
    "layers",
    "slots",
]

_PRESETS: dict[str, tuple[HedgeLayer, ...]] = {
    "4/4/2 calls": LAYERS_442,
    "4/4/2 call spreads": tuple(
        layer.model_copy(update={"instrument": "call_spread"}) for layer in LAYERS_442
    ),
    "one future": (HedgeLayer(instrument="future", dte=30, quantity=1),),
    "no hedge": (),
}
_INSTRUMENTS = {"call": "VIX call", "call_spread": "VIX call spread", "future": "VIX future"}
_STRIKES = {
    "delta": ("put_delta", "call_delta"),
    "expected move": ("put_moves", "call_moves"),
    "credit": ("credit",),
}
"""How the short strikes are chosen, and the fields that say where they are."""
_STRIKE_BY = {"delta": "delta", "multiple": "× future"}
_OF_LAYER = (
    "on", "instrument", "dte", "roll_dte", "strike_by", "delta", "multiple", "width", "quantity",
    *layer_rules.SETTINGS,
)  # fmt: skip
"""Controls of a layer, by the end of their keys: all that is moved when layers are edited."""


class HedgeSize(Value):
    """How many layers there are."""

    layers: int = Field(
        len(LAYERS_442),
        ge=0,
        le=MOST_LAYERS,
        title="Layers",
        description=f"+ adds a layer at the end, − removes the last; at most {MOST_LAYERS}.",
        json_schema_extra={"unit": "", "step": 1},
    )


class Account(Value):
    """What the trade is measured against.

    The default is ten condors of 50 points at about a tenth of the account, the most the method's
    public material puts at risk.
    """

    capital: int = Field(
        500_000,
        ge=1_000,
        le=1_000_000_000,
        title="Account",
        description="Hedge cost and risk are shown as a share of it.",
        json_schema_extra={"unit": "$", "step": 10_000},
    )
    edge: float = Field(
        1.0,
        ge=0.0,
        le=1.5,
        title="Edge",
        description="Every risk premium moved together: 0 is none, so that no position has an "
        "expected profit; 1 is the premium calibrated to 1999-2026.",
        json_schema_extra={"unit": "× premium", "step": 0.05},
    )


@dataclass(frozen=True)
class Trade:
    """The trade of a page."""

    rule: CondorRule
    layers: tuple[HedgeLayer, ...]
    account: Account

    @property
    def premia(self) -> RiskPremia:
        """Risk premia at the chosen edge."""
        return RiskPremia.default().scaled(self.account.edge)


def choose_tenor() -> None:
    """Draw the control other controls depend on: the days of the page are the condor's."""
    st.subheader("Condor")
    controls.slider(CondorRule, "dte", "dte")


def groups() -> list[Group]:
    """Reserve the places of the controls; `current` is the trade they say."""
    parts = condor_groups()
    st.subheader("Hedge")
    parts += layer_groups(rolled=False)
    st.subheader("Edge and account")
    return [*parts, *account_groups()]


def condor_groups() -> list[Group]:
    """Places of the condor's controls; `condor` is the rule they say."""
    return [
        (st.container(), _choose_strikes),
        (st.container(), partial(controls.slider, CondorRule, "wing", "wing")),
        (st.container(), partial(controls.number, CondorRule, "contracts", "contracts")),
    ]


def layer_groups(*, rolled: bool = True, ruled: bool = False) -> list[Group]:
    """Places of the layers' controls, and the buttons that edit their list.

    `layers` are those they say; `rolled` is whether the page uses the days they are rolled on, and
    `ruled` whether it uses the rules that open, size and sell them.
    """
    _choose_preset()
    n = controls.number(
        HedgeSize, "layers", "layers", default=len(_preset()), on_change=_forget_removed
    )
    places: list[Group] = []
    for i in range(1, n + 1):
        with st.expander(f"Layer {i}", expanded=False):
            places.append((st.container(), partial(_choose_layer, i, rolled=rolled, ruled=ruled)))
            _edit_buttons(i, n)
    for i in range(n + 1, MOST_LAYERS + 1):
        _remember(i, _OF_LAYER)
    return places


def account_groups() -> list[Group]:
    """Places of the edge's and the account's controls."""
    return [
        (st.container(), partial(controls.slider, Account, "edge", "edge")),
        (st.container(), partial(controls.number, Account, "capital", "capital")),
    ]


def current(*, rolled: bool = False) -> Trade:
    """The trade the controls of this session say; `rolled` as `layer_groups`.

    Raises
    ------
    ValidationError
        If they contradict each other.
    """
    return Trade(condor(), layers(rolled=rolled), account())


def account() -> Account:
    """Edge and account of the controls."""
    return Account(edge=st.session_state["edge"], capital=st.session_state["capital"])


def condor() -> CondorRule:
    """The rule of the condor's controls."""
    chosen = st.session_state
    names = ("dte", *_STRIKES[chosen["by"]], "wing", "contracts")
    return CondorRule(strikes_by=chosen["by"], **{name: chosen[name] for name in names})


def layers(*, rolled: bool = True, ruled: bool = False) -> tuple[HedgeLayer, ...]:
    """The layers of the controls that are held; `rolled` and `ruled` as `layer_groups`."""
    return tuple(_layer(i, rolled=rolled, ruled=ruled) for i in slots())


def slots() -> tuple[int, ...]:
    """Numbers of the layers that are held, as the sidebar counts them."""
    numbers = range(1, st.session_state["layers"] + 1)
    return tuple(i for i in numbers if st.session_state[f"l{i}.on"])


def _choose_strikes() -> None:
    by = controls.choice(
        "Short strikes by",
        tuple(_STRIKES),
        "by",
        help=CondorRule.model_fields["strikes_by"].description,
    )
    for name in _STRIKES[by]:
        controls.slider(CondorRule, name, name)


def _choose_preset() -> None:
    controls.choice(
        "Preset",
        tuple(_PRESETS),
        "hedge",
        style="list",
        help="Sets the layers below. 4/4/2 is the method's: per ten condors, about 0.50 delta, "
        "30, 110 and 220 days.",
        on_change=_apply_preset,
    )


def _preset() -> tuple[HedgeLayer, ...]:
    return _PRESETS[st.session_state["hedge"]]


def _start(number: int) -> HedgeLayer:
    """What a layer is before anyone has changed it."""
    preset = _preset()
    if number <= len(preset):
        return preset[number - 1]
    return LAYERS_442[(number - 1) % len(LAYERS_442)]


def _layer_sliders(key: str, *, rolled: bool) -> tuple[str, ...]:
    """Sliders of a layer as it is now."""
    kind = st.session_state[f"{key}.instrument"]
    days = ("dte", "roll_dte") if rolled else ("dte",)
    if kind == "future":
        return days
    strike = st.session_state[f"{key}.strike_by"]
    return (*days, strike, "width") if kind == "call_spread" else (*days, strike)


def _choose_layer(number: int, *, rolled: bool, ruled: bool) -> None:
    key, owner, start = f"l{number}", f"Layer {number}: ", _start(number)
    controls.switch("Held", f"{key}.on", default=True, help="Whether the layer is held.")
    instrument = controls.choice(
        "Instrument",
        tuple(_INSTRUMENTS),
        f"{key}.instrument",
        default=start.instrument,
        shown=_INSTRUMENTS,
        style="list",
        help=HedgeLayer.model_fields["instrument"].description,
    )
    drawn = ["on", "instrument", "quantity"]
    if instrument != "future":
        controls.choice(
            "Strike by",
            tuple(_STRIKE_BY),
            f"{key}.strike_by",
            default=start.strike_by,
            shown=_STRIKE_BY,
            help=HedgeLayer.model_fields["strike_by"].description,
        )
        drawn.append("strike_by")
    for name in _layer_sliders(key, rolled=rolled):
        most = st.session_state[f"{key}.dte"] - 1 if name == "roll_dte" else None
        default = getattr(start, name)
        if most is not None:
            default = min(default, most)
        controls.slider(HedgeLayer, name, f"{key}.{name}", default=default, owner=owner, most=most)
        drawn.append(name)
    controls.number(HedgeLayer, "quantity", f"{key}.quantity", default=start.quantity, owner=owner)
    if ruled:
        drawn += layer_rules.choose(key, owner, start)
    _remember(number, [name for name in _OF_LAYER if name not in drawn])


def _edit_buttons(number: int, n: int) -> None:
    """Buttons that move, copy and remove a layer; one that can do nothing says why."""
    full = f"A hedge has at most {MOST_LAYERS} layers: remove one first."
    first, last = "This is the first layer already.", "This is the last layer already."
    up, down = number > 1, number < n
    buttons = (
        ("Up", "arrow_upward", up, "Put it before the layer above." if up else first, _swap, -1),
        ("Down", "arrow_downward", down, "Put it after the layer below." if down else last, _swap,
         1),
        ("Copy", "content_copy", n < MOST_LAYERS,
         "Put the same layer once more after it." if n < MOST_LAYERS else full, _copy, 0),
        ("Remove", "delete", True, "Take the layer out of the hedge.", _remove, 0),
    )  # fmt: skip
    for column, pair in zip(st.columns(2, gap=None), (buttons[::2], buttons[1::2]), strict=True):
        for name, icon, possible, text, act, step in pair:
            column.button(
                name,
                key=f"l{number}.{name.lower()}",
                icon=f":material/{icon}:",
                type="tertiary",
                help=text,
                disabled=not possible,
                on_click=act,
                args=(number, number + step),
            )


def _read(number: int) -> dict[str, Any]:
    """Every setting of a layer, on the page or not."""
    start = _settings(_start(number))
    return {x: st.session_state.get(f"l{number}.{x}", start[x]) for x in _OF_LAYER}


def _write(number: int, settings: Mapping[str, Any]) -> None:
    for name, value in settings.items():
        st.session_state[f"l{number}.{name}"] = value


def _settings(layer: HedgeLayer) -> dict[str, Any]:
    plain = _OF_LAYER[1 : -len(layer_rules.SETTINGS)]
    named = {name: getattr(layer, name) for name in plain}
    return {"on": True, **named, **layer_rules.settings(layer)}


def _remember(number: int, names: Sequence[str]) -> None:
    """Give settings that no control shows a value, unless the link may still bring one.

    Streamlit writes a value set by a program into the link only if the session knew the key before.
    """
    start = _settings(_start(number))
    for name in names:
        key = f"l{number}.{name}"
        if key not in st.query_params:
            st.session_state.setdefault(key, start[name])


def _swap(number: int, other: int) -> None:
    one, two = _read(number), _read(other)
    _write(number, two)
    _write(other, one)


def _copy(number: int, _: int) -> None:
    n = st.session_state["layers"]
    for i in range(n, number - 1, -1):
        _write(i + 1, _read(i))
    st.session_state["layers"] = n + 1


def _remove(number: int, _: int) -> None:
    n = st.session_state["layers"]
    for i in range(number, n):
        _write(i, _read(i + 1))
    st.session_state["layers"] = n - 1
    _forget_removed()


def _forget_removed() -> None:
    """A layer that is added later starts afresh."""
    for i in range(st.session_state["layers"] + 1, MOST_LAYERS + 1):
        _write(i, _settings(_start(i)))


def _layer(number: int, *, rolled: bool, ruled: bool) -> HedgeLayer:
    key, chosen = f"l{number}", st.session_state
    names = [*_layer_sliders(key, rolled=rolled), "quantity"]
    if chosen[f"{key}.instrument"] != "future":
        names.append("strike_by")
    return HedgeLayer(
        instrument=chosen[f"{key}.instrument"],
        **{name: chosen[f"{key}.{name}"] for name in names},
        **(layer_rules.read(key) if ruled else {}),
    )


def _apply_preset() -> None:
    """Write the preset's layers into the controls."""
    st.session_state["layers"] = len(_preset())
    for i in range(1, MOST_LAYERS + 1):
        _write(i, _settings(_start(i)))
