"""Controls of the trade: the condor, its hedge, the edge and the account."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import streamlit as st
from pydantic import Field

from alvh.model import RiskPremia
from alvh.strategy import LAYERS_442, CondorRule, HedgeLayer
from alvh.ui import controls
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
_LAYER_SLIDERS = {
    "call": ("dte", "delta"),
    "call_spread": ("dte", "delta", "width"),
    "future": ("dte",),
}
_N_LAYERS = 3


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
    parts += layer_groups()
    st.subheader("Edge and account")
    return [*parts, *account_groups()]


def condor_groups() -> list[Group]:
    """Places of the condor's controls; `condor` is the rule they say."""
    return [
        (st.container(), _choose_strikes),
        (st.container(), partial(controls.slider, CondorRule, "wing", "wing")),
        (st.container(), partial(controls.number, CondorRule, "contracts", "contracts")),
    ]


def layer_groups() -> list[Group]:
    """Places of the layers' controls; `layers` are those they say."""
    _choose_preset()
    start = _PRESETS.get(st.query_params.get("hedge", "4/4/2 calls"), LAYERS_442)
    places: list[Group] = []
    for i in range(_N_LAYERS):
        default = start[i] if i < len(start) else LAYERS_442[i]
        where = st.expander(f"Layer {i + 1}", expanded=False)
        places.append((where, partial(_choose_layer, i + 1, default, held=i < len(start))))
    return places


def account_groups() -> list[Group]:
    """Places of the edge's and the account's controls."""
    return [
        (st.container(), partial(controls.slider, Account, "edge", "edge")),
        (st.container(), partial(controls.number, Account, "capital", "capital")),
    ]


def current() -> Trade:
    """The trade the controls of this session say.

    Raises
    ------
    ValidationError
        If they contradict each other.
    """
    return Trade(condor(), layers(), account())


def account() -> Account:
    """Edge and account of the controls."""
    return Account(edge=st.session_state["edge"], capital=st.session_state["capital"])


def condor() -> CondorRule:
    """The rule of the condor's controls."""
    chosen = st.session_state
    names = ("dte", *_STRIKES[chosen["by"]], "wing", "contracts")
    return CondorRule(strikes_by=chosen["by"], **{name: chosen[name] for name in names})


def layers() -> tuple[HedgeLayer, ...]:
    """The layers of the controls that are held."""
    held = (i for i in range(1, _N_LAYERS + 1) if st.session_state[f"l{i}.on"])
    return tuple(_layer(f"l{i}") for i in held)


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


def _choose_layer(number: int, default: HedgeLayer, *, held: bool) -> None:
    key, owner = f"l{number}", f"Layer {number}: "
    controls.switch("Held", f"{key}.on", default=held, help="Whether the layer is held.")
    instrument = controls.choice(
        "Instrument",
        tuple(_INSTRUMENTS),
        f"{key}.instrument",
        default=default.instrument,
        shown=_INSTRUMENTS,
        style="list",
        help=HedgeLayer.model_fields["instrument"].description,
    )
    for name in _LAYER_SLIDERS[instrument]:
        controls.slider(
            HedgeLayer, name, f"{key}.{name}", default=getattr(default, name), owner=owner
        )
    controls.number(
        HedgeLayer, "quantity", f"{key}.quantity", default=default.quantity, owner=owner
    )


def _layer(key: str) -> HedgeLayer:
    instrument = st.session_state[f"{key}.instrument"]
    names = (*_LAYER_SLIDERS[instrument], "quantity")
    chosen = {name: st.session_state[f"{key}.{name}"] for name in names}
    return HedgeLayer(instrument=instrument, **chosen)


def _apply_preset() -> None:
    """Write the preset's layers into the controls."""
    layers = _PRESETS[st.session_state["hedge"]]
    for i in range(_N_LAYERS):
        held = i < len(layers)
        layer = layers[i] if held else LAYERS_442[i]
        st.session_state[f"l{i + 1}.on"] = held
        for name in ("instrument", "dte", "delta", "width", "quantity"):
            key = f"l{i + 1}.{name}"
            if key in st.session_state:
                st.session_state[key] = getattr(layer, name)
