"""Controls of what opens, sizes and sells a layer: a part of its editor, where a policy is run."""

from __future__ import annotations

from typing import Any

import streamlit as st

from alvh.strategy import HedgeLayer
from alvh.ui import controls

__all__ = ["SETTINGS", "choose", "read", "settings"]

_OPTIONAL: dict[str, tuple[str, tuple[str, ...], str]] = {
    "by_regime": (
        "Quantity by regime",
        ("watch_quantity", "stress_quantity"),
        "Hold other quantities in watch and in stress.",
    ),
    "monetised": (
        "Sold at a multiple of its cost",
        ("take_profit", "reopen_days"),
        "Take the profit of a layer, and open it again.",
    ),
    "financed": (
        "Financed by the credit",
        ("credit_share",),
        "Buy no more than a share of the open condor's credit pays for.",
    ),
    "neutral": (
        "Delta neutral",
        ("neutral_band",),
        "Set the number of futures anew whenever the book's delta leaves a band.",
    ),
}
"""Switch to its title, the fields it opens, and what it is for."""
_START: dict[str, Any] = {"take_profit": 2.5, "credit_share": 0.15, "neutral_band": 0.5}
"""Values of optional fields when their switch is first turned on."""
SETTINGS = (
    "opens",
    "tested_delta",
    *_OPTIONAL,
    *(name for _, names, _ in _OPTIONAL.values() for name in names),
)
"""Ends of the keys of these controls."""


def settings(layer: HedgeLayer) -> dict[str, Any]:
    """What the controls show of a layer."""
    found: dict[str, Any] = {"opens": layer.opens, "tested_delta": layer.tested_delta}
    for switch, (_, names, _) in _OPTIONAL.items():
        values = {name: getattr(layer, name) for name in names}
        found[switch] = any(values[name] is not None for name in names if name != "reopen_days")
        for name, value in values.items():
            found[name] = _START.get(name, layer.quantity) if value is None else value
    return found


def choose(key: str, owner: str, start: HedgeLayer) -> list[str]:
    """Draw the controls of the layer of `key`; the ends of the keys that were drawn."""
    first = settings(start)
    drawn = ["opens"]
    opens = controls.choice(
        "Opens",
        controls.options_of(HedgeLayer, "opens"),
        f"{key}.opens",
        default=start.opens,
        style="list",
        help=HedgeLayer.model_fields["opens"].description,
    )
    if opens == "short strike tested":
        controls.slider(
            HedgeLayer,
            "tested_delta",
            f"{key}.tested_delta",
            default=first["tested_delta"],
            owner=owner,
        )
        drawn.append("tested_delta")
    future = st.session_state[f"{key}.instrument"] == "future"
    for switch, (title, names, about) in _OPTIONAL.items():
        if switch == ("financed" if future else "neutral"):
            continue
        on = controls.switch(title, f"{key}.{switch}", default=first[switch], help=about)
        drawn.append(switch)
        for name in names if on else ():
            draw = controls.number if name.endswith("_quantity") else controls.slider
            draw(HedgeLayer, name, f"{key}.{name}", default=first[name], owner=owner)
            drawn.append(name)
    return drawn


def read(key: str) -> dict[str, Any]:
    """Fields of the layer that its controls say; an optional one only if it is switched on."""
    chosen = st.session_state
    future = chosen[f"{key}.instrument"] == "future"
    fields: dict[str, Any] = {"opens": chosen[f"{key}.opens"]}
    if fields["opens"] == "short strike tested":
        fields["tested_delta"] = chosen[f"{key}.tested_delta"]
    for switch, (_, names, _) in _OPTIONAL.items():
        if switch != ("financed" if future else "neutral") and chosen[f"{key}.{switch}"]:
            fields |= {name: chosen[f"{key}.{name}"] for name in names}
    return fields
