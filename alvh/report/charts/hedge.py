"""What the VIX layers pay when VIX moves, and the futures curve they are carried along."""

from __future__ import annotations

from typing import Any, Final

import altair as alt
import pandas as pd

from alvh.errors import DataError
from alvh.report import palette
from alvh.report.charts._parts import (
    dollar_axis,
    finish,
    follow,
    frame_of,
    ink,
    names_of,
    zero_line,
)

__all__ = ["future_curve", "hedge_shock"]

CURVE: Final = "#0072B2"
TOP: Final[Any] = alt.YValue(2)  # type: ignore[no-untyped-call]


def hedge_shock(
    frame: pd.DataFrame, *, vix: float | None = None, height: int = 360
) -> alt.LayerChart:
    """Hedge profit against the level VIX jumps to, one line a layer and one for all.

    Parameters
    ----------
    frame : DataFrame
        Columns ``vix`` (VIX points), ``profit`` (dollars), ``layer`` (name, in the order of the
        legend; a name beginning "Total" is the whole hedge, drawn heavier).
    vix : float, optional
        Today's VIX in points, drawn as a rule.
    height : int, default=360
        Pixels.

    Returns
    -------
    LayerChart
        As wide as its container.

    Raises
    ------
    DataError
        If a column is missing or the frame is empty.
    """
    lines = frame_of(frame, ("vix", "profit", "layer"), chart="hedge shock")
    if lines.empty:
        raise DataError("hedge shock must have at least one row")
    lines = lines.round({"vix": 4, "profit": 2})
    names = names_of(lines["layer"])
    colors, dashes = palette.layer_colors(names)
    total = lines["layer"].str.lower().str.startswith("total")
    legend = alt.Legend(
        title="Layer", orient="top", titleOrient="left", symbolType="stroke", columns=2
    )
    drawn = [
        alt.Chart(part)
        .mark_line(strokeJoin="round", strokeWidth=stroke)
        .encode(
            x=alt.X("vix:Q")
            .title("VIX after the shock (points)")
            .scale(
                domain=[float(lines["vix"].min()), float(lines["vix"].max())],
                nice=False,
                zero=False,
            )
            .axis(format=",.0f", tickCount=7, grid=False),
            y=alt.Y("profit:Q").title("Hedge profit (dollars)").axis(dollar_axis()),
            color=alt.Color("layer:N").scale(domain=names, range=colors).legend(legend),
            strokeDash=alt.StrokeDash("layer:N").scale(domain=names, range=dashes).legend(legend),
        )
        for part, stroke in ((lines[~total], 2.0), (lines[total], 3.4))
        if not part.empty
    ]
    layers = [zero_line("profit"), *drawn]
    if vix is not None:
        layers += _today(vix)
    layers.append(
        follow(
            lines,
            "vix",
            "layer",
            "profit",
            title="VIX (points)",
            formats=(".2f", "$,.0f"),
            name="shock_pointer",
        )
    )
    result: alt.LayerChart = finish(alt.layer(*layers).properties(width="container", height=height))
    return result


def _today(vix: float) -> list[alt.Chart]:
    base = alt.Chart(pd.DataFrame({"vix": [vix], "label": [f"VIX today {vix:.2f}"]}))
    return [
        base.mark_rule(color=ink(palette.INK), strokeWidth=1.4, strokeDash=[2, 3]).encode(
            x=alt.X("vix:Q")
        ),
        base.mark_text(
            color=ink(palette.INK), align="left", baseline="top", dx=5, fontSize=12
        ).encode(x=alt.X("vix:Q"), y=TOP, text=alt.Text("label:N")),
    ]


def future_curve(frame: pd.DataFrame, *, height: int = 260) -> alt.LayerChart:
    """VIX futures by days to expiry, beside the spot VIX.

    Parameters
    ----------
    frame : DataFrame
        Columns ``dte`` (calendar days), ``vix`` (VIX points), ``series`` ("model future",
        "VIX spot", or further curves such as "listed future"). The spot may be one row at zero days
        or one for every tenor; either way it is drawn as a level across.
    height : int, default=260
        Pixels.

    Returns
    -------
    LayerChart
        As wide as its container.

    Raises
    ------
    DataError
        If a column is missing or the frame is empty.
    """
    long = frame_of(frame, ("dte", "vix", "series"), chart="future curve")
    if long.empty:
        raise DataError("future curve must have at least one row")
    long = long.round({"vix": 4})
    names = names_of(long["series"])
    looks = {"model future": CURVE, "VIX spot": palette.GROUP["Condor"]}
    spare = iter([*palette.LAYERS, *palette.LAYERS])
    colors = [looks.get(name) or next(spare) for name in names]
    color = (
        alt.Color("series:N")
        .scale(domain=names, range=colors)
        .legend(title="VIX", orient="top", titleOrient="left", symbolType="stroke")
    )
    x = (
        alt.X("dte:Q")
        .title("Days to expiry (calendar days)")
        .scale(domain=[0.0, float(long["dte"].max())], nice=False)
        .axis(format=",.0f", tickCount=6, grid=False)
    )
    y = alt.Y("vix:Q").title("VIX (points)").scale(zero=False).axis(format=".1f", tickCount=5)
    tips = [
        alt.Tooltip("series:N", title="Series"),
        alt.Tooltip("dte:Q", title="Days to expiry", format=",.0f"),
        alt.Tooltip("vix:Q", title="VIX (points)", format=".2f"),
    ]
    spot = long["series"] == "VIX spot"
    layers: list[alt.Chart] = [
        alt.Chart(long[~spot])
        .mark_line(
            strokeWidth=2.4, interpolate="monotone", point=alt.OverlayMarkDef(size=36, filled=True)
        )
        .encode(x=x, y=y, color=color, tooltip=tips)
    ]
    if spot.any():
        layers.append(
            alt.Chart(long[spot].head(1))
            .mark_rule(strokeWidth=1.8, strokeDash=[6, 3])
            .encode(y=y, color=color, tooltip=tips)
        )
    result: alt.LayerChart = finish(alt.layer(*layers).properties(width="container", height=height))
    return result
