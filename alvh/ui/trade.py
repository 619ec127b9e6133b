"""Controls of the trade: the condor, its hedge, the edge and the account."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from pydantic import Field

from alvh.model import RiskPremia
from alvh.strategy import LAYERS_442, CondorRule, HedgeLayer
from alvh.ui import controls
from alvh.value import Value

__all__ = ["Account", "Trade", "choose"]

_PRESETS: dict[str, tuple[HedgeLayer, ...]] = {
    "4/4/2 calls": LAYERS_442,
    "4/4/2 call spreads": tuple(
        layer.model_copy(update={"instrument": "call_spread"}) for layer in LAYERS_442
    ),
    "one future": (HedgeLayer(instrument="future", dte=30, quantity=1),),
    "no hedge": (),
}
_INSTRUMENTS = {"call": "VIX call", "call_spread": "VIX call spread", "future": "VIX future"}
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


def choose() -> Trade:
    """Draw the controls and return the trade."""
    st.subheader("Condor")
    rule = _condor()
    st.subheader("Hedge")
    layers = _hedge()
    st.subheader("Edge and account")
    account = Account(
        edge=controls.slider(Account, "edge", "edge"),
        capital=controls.number(Account, "capital", "capital"),
    )
    return Trade(rule, layers, account)


def _condor() -> CondorRule:
    chosen: dict[str, object] = {"dte": controls.slider(CondorRule, "dte", "dte")}
    by = controls.choice(
        "Short strikes by",
        controls.options_of(CondorRule, "strikes_by"),
        "by",
        help=CondorRule.model_fields["strikes_by"].description,
    )
    chosen["strikes_by"] = by
    pair = ("put_delta", "call_delta") if by == "delta" else ("put_moves", "call_moves")
    for name in pair:
        chosen[name] = controls.slider(CondorRule, name, name)
    chosen["wing"] = controls.slider(CondorRule, "wing", "wing")
    chosen["contracts"] = controls.number(CondorRule, "contracts", "contracts")
    return CondorRule.model_validate(chosen)


def _hedge() -> tuple[HedgeLayer, ...]:
    controls.choice(
        "Preset",
        tuple(_PRESETS),
        "hedge",
        style="list",
        help="Sets the layers below. 4/4/2 is the method's: per ten condors, about 0.50 delta, "
        "30, 110 and 220 days.",
        on_change=_apply_preset,
    )
    start = _PRESETS.get(st.query_params.get("hedge", "4/4/2 calls"), LAYERS_442)
    layers = []
    for i in range(_N_LAYERS):
        default = start[i] if i < len(start) else LAYERS_442[i]
        layer = _layer(i + 1, default, held=i < len(start))
        if layer is not None:
            layers.append(layer)
    return tuple(layers)


def _layer(number: int, default: HedgeLayer, *, held: bool) -> HedgeLayer | None:
    key, owner = f"l{number}", f"Layer {number}: "
    with st.expander(f"Layer {number}", expanded=False):
        on = controls.switch("Held", f"{key}.on", default=held, help="Whether the layer is held.")
        instrument = controls.choice(
            "Instrument",
            tuple(_INSTRUMENTS),
            f"{key}.instrument",
            default=default.instrument,
            shown=_INSTRUMENTS,
            style="list",
            help=HedgeLayer.model_fields["instrument"].description,
        )
        chosen: dict[str, object] = {"instrument": instrument}
        chosen["dte"] = controls.slider(
            HedgeLayer, "dte", f"{key}.dte", default=default.dte, owner=owner
        )
        if instrument != "future":
            chosen["delta"] = controls.slider(
                HedgeLayer, "delta", f"{key}.delta", default=default.delta, owner=owner
            )
        if instrument == "call_spread":
            chosen["width"] = controls.slider(
                HedgeLayer, "width", f"{key}.width", default=default.width, owner=owner
            )
        chosen["quantity"] = controls.number(
            HedgeLayer, "quantity", f"{key}.quantity", default=default.quantity, owner=owner
        )
    return HedgeLayer.model_validate(chosen) if on else None


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
