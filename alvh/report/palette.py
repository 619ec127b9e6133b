"""One colour for each thing, on every page, readable on white and on a dark page.

Hues are Okabe and Ito (2008), completed by colour-blind-safe neighbours where eight are too few.
Marks keep one colour on both backgrounds (at least 2.9:1 against either). What must follow the
background - text, the colour of zero - is an expression on the background itself, see `adaptive`.
Profit is blue and loss is orange, never green and red.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

__all__ = [
    "BAND",
    "DAY_DASH",
    "DIVERGING_DARK",
    "DIVERGING_LIGHT",
    "GAIN",
    "GROUP",
    "INK",
    "INSTRUMENT",
    "LAYERS",
    "LOSS",
    "MEASURE",
    "MORE_POLICIES",
    "MUTED",
    "PAPER",
    "POLICY",
    "RULE",
    "SHADE",
    "adaptive",
    "diverging",
    "layer_colors",
    "series_color",
]

BLUE: Final = "#0072B2"
GREY: Final = "#7F8590"
GREEN: Final = "#009E73"

POLICY: Final[dict[str, str]] = {
    "unhedged": GREY,
    "static_calls": "#E69F00",
    "static_stop": "#D55E00",
    "static_layers": "#56B4E9",
    "alvh": BLUE,
}
"""Policy name to colour."""

MORE_POLICIES: Final = (GREEN, "#CC79A7", "#A89100", "#7570B3", "#B5651D", "#4C9A9A")
"""Colours of policies of other names, in order of appearance."""

GROUP: Final[dict[str, str]] = {
    "Condor": GREY,
    "Condors": GREY,
    "Hedge": GREEN,
    "Costs": "#D55E00",
    "Net": BLUE,
    "Both": BLUE,
    "Book": BLUE,
    "Total": GREEN,
}
"""Part of the book to colour: the condor alone is the unhedged policy, the net book the hedged."""

LAYERS: Final[tuple[str, ...]] = (
    "#CC79A7", "#A89100", "#7570B3", "#B5651D", "#4C9A9A", "#6B8E23",
)  # fmt: skip
"""Colours of layers one to six."""

LAYER_DASHES: Final[tuple[tuple[int, ...], ...]] = (
    (1, 0), (8, 3), (2, 2), (8, 3, 2, 3), (5, 5), (12, 3),
)  # fmt: skip

INSTRUMENT: Final[dict[str, str]] = {
    "VIX call": "#CC79A7",
    "VIX call spread": "#A89100",
    "VIX future": "#7570B3",
}
"""VIX instrument to colour, where instruments are compared and no layer is drawn."""

MEASURE: Final[dict[str, str]] = {"physical (P)": "#44AA99", "risk-neutral (Q)": "#AA4499"}
"""Probability measure to colour."""

GAIN: Final = "#0072B2"
LOSS: Final = "#D55E00"

DIVERGING_LIGHT: Final = ("#A83E00", "#EE9A57", "#FFFFFF", "#67AEDB", "#00598C")
DIVERGING_DARK: Final = ("#FF9A4D", "#A6581D", "#1B1F29", "#1D6796", "#62BDF2")
"""Loss to gain with zero in the middle: white on a light page, the page's own tone on a dark."""

BAND: Final[dict[str, str]] = {"calm": "#56B4E9", "watch": "#E69F00", "stress": "#D55E00"}
"""Market regime to colour."""

DAY_DASH: Final = (5, 3)
"""Dash of a curve before expiry; expiry curves are solid."""


def adaptive(light: str, dark: str) -> str:
    """Vega expression choosing a colour by the background the chart is drawn on.

    Parameters
    ----------
    light, dark : str
        Colours on a light and on a dark background.

    Returns
    -------
    str
        Expression over the signal ``background``; an unknown background counts as light.
    """
    return f"luminance(background) < 0.4 ? '{dark}' : '{light}'"


INK: Final = adaptive("#262730", "#F2F3F5")
MUTED: Final = adaptive("#5B606B", "#A9AFBA")
PAPER: Final = adaptive("#FFFFFF", "#0E1117")
RULE: Final = adaptive("#9AA0AB", "#6B7280")
SHADE: Final = "luminance(background) < 0.4 ? 0.3 : 0.2"
"""Expressions: text, quieter text, the page itself, reference lines, and opacity of shading."""


def diverging() -> list[str]:
    """Five expressions, loss to gain, whose middle is the colour of zero.

    Returns
    -------
    list of str
        Vega expressions, from the largest loss to the largest gain.
    """
    return [adaptive(a, b) for a, b in zip(DIVERGING_LIGHT, DIVERGING_DARK, strict=True)]


def layer_colors(names: Iterable[str]) -> tuple[list[str], list[list[int]]]:
    """Colours and dashes of hedge layers in order; a name beginning "Total" is the whole hedge.

    Parameters
    ----------
    names : iterable of str
        Names in the order of the legend. A name that begins "Layer 3" has the look of the third
        layer, wherever it stands; others follow in order.

    Returns
    -------
    colors : list of str
        One colour a name.
    dashes : list of list of int
        One stroke dash in pixels a name; the total is solid.
    """
    colors: list[str] = []
    dashes: list[list[int]] = []
    index = 0
    for name in names:
        if name.lower().startswith("total"):
            colors.append(GROUP["Total"])
            dashes.append([1, 0])
            continue
        numbered = re.match(r"layer (\d+)", name.lower())
        place = (int(numbered[1]) - 1 if numbered else index) % len(LAYERS)
        colors.append(LAYERS[place])
        dashes.append(list(LAYER_DASHES[place]))
        index += 1
    return colors, dashes


def series_color(name: str) -> tuple[str, list[int]]:
    """Colour and dash of a payoff curve, read from its name.

    Parameters
    ----------
    name : str
        Such as ``"Condor at expiry"`` or ``"With hedge, day 12"``.

    Returns
    -------
    color : str
        Blue for a curve with the hedge (or net, both), green for the hedge alone, else grey.
    dash : list of int
        Stroke dash in pixels: solid at expiry, dashed before.
    """
    lowered = name.lower()
    if any(word in lowered for word in ("with hedge", "net", "both", "book")):
        color = GROUP["Net"]
    elif "hedge" in lowered and "without" not in lowered:
        color = GROUP["Hedge"]
    else:
        color = GROUP["Condor"]
    return color, [1, 0] if "expiry" in lowered else list(DAY_DASH)
