"""What a chart looks like away from the dashboard, and the little that is safe inside it.

Inside Streamlit the client's own theme colours axes, labels and legends, light or dark; a chart
then sets only what that theme gets wrong and what does not depend on the background.
"""

from __future__ import annotations

from typing import Any, Final

__all__ = ["FONT", "display_config", "export_config"]

FONT: Final = "Helvetica Neue, Arial, Liberation Sans, DejaVu Sans, sans-serif"

_LIGHT: Final = {"paper": "#FFFFFF", "ink": "#262730", "muted": "#5B606B", "grid": "#E6E8EC"}
_DARK: Final = {"paper": "#0E1117", "ink": "#F2F3F5", "muted": "#A9AFBA", "grid": "#262B36"}


def display_config() -> dict[str, Any]:
    """Colourless settings, safe inside the dashboard.

    Returns
    -------
    dict
        A Vega-Lite ``config``: no cut labels, no frame, legend strokes that can be seen.
    """
    return {
        "axis": {
            "labelFontSize": 12,
            "titleFontSize": 13,
            "labelLimit": 160,
            "titleLimit": 400,
            "labelPadding": 6,
            "titlePadding": 10,
        },
        "legend": {"labelLimit": 260, "symbolStrokeWidth": 2.5},
        "view": {"stroke": None},
    }


def export_config(*, dark: bool = False) -> dict[str, Any]:
    """Complete look of an exported chart.

    Parameters
    ----------
    dark : bool, default=False
        Dark paper instead of white.

    Returns
    -------
    dict
        A Vega-Lite ``config``: system sans-serif, thin grid, sizes in pixels for 1000 px width.
    """
    tone = _DARK if dark else _LIGHT
    text = {"labelColor": tone["muted"], "titleColor": tone["ink"]}
    plain = {"labelFontSize": 12, "titleFontSize": 13, "titleFontWeight": "normal"}
    return {
        "background": tone["paper"],
        "font": FONT,
        "padding": {"left": 16, "right": 16, "top": 14, "bottom": 12},
        "view": {"stroke": None},
        "axis": {
            **text,
            **plain,
            "grid": True,
            "gridColor": tone["grid"],
            "domain": False,
            "ticks": False,
            "labelPadding": 8,
            "titlePadding": 12,
            "labelLimit": 160,
            "titleLimit": 400,
            "labelFlush": True,
        },
        "legend": {
            **text,
            **plain,
            "labelLimit": 260,
            "symbolStrokeWidth": 2.5,
            "titlePadding": 8,
            "columnPadding": 14,
        },
        "header": {**text, "labelFontSize": 13, "titleFontSize": 13},
        "title": {
            "anchor": "start",
            "color": tone["ink"],
            "subtitleColor": tone["muted"],
            "fontSize": 14,
            "fontWeight": "bold",
            "subtitleFontSize": 13,
            "subtitlePadding": 6,
        },
        "text": {"font": FONT},
    }
