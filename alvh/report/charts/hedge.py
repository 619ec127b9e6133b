"""What the VIX layers pay when VIX moves, and the futures curve they are carried along."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from alvh.errors import DataError
from alvh.report import palette
from alvh.report.charts._parts import (
    dollar_axis,
    folded,
    follow,
    frame_of,
    ink,
    kept,
    series_legend,
    spread,
    template_of,
    tips_of,
    zero_line,
)
from alvh.report.figure import Figure

__all__ = ["future_curve", "hedge_shock"]

CURVE: Final = "#0072B2"
TOP: Final[Any] = alt.YValue(2)  # type: ignore[no-untyped-call]


def hedge_shock(frame: pd.DataFrame, *, vix: float | None = None, height: int = 360) -> Figure:
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
    Figure
        As wide as its container.

    Raises
    ------
    DataError
        If a column is missing or the frame is empty.
    """
    lines = frame_of(frame, ("vix", "profit", "layer"), chart="hedge shock")
    if lines.empty:
        raise DataError("hedge shock must have at least one row")
    names, grid, profit = spread(lines, "vix", "layer", "profit")
    rounded = {f"s{i}": values for i, values in enumerate(np.round(profit, 2))}
    datasets = {
        "shock_tips": tips_of("VIX (points)", grid, names, profit),
        "shock": pd.DataFrame(
            {"row": np.arange(grid.size, dtype=np.int32), "vix": np.round(grid, 4), **rounded}
        ),
        "shock_names": pd.DataFrame({"name": names}),
    }
    if vix is not None:
        today = pd.DataFrame({"vix": [float(vix)], "label": [f"VIX today {vix:.2f}"]})
        datasets["shock_today"] = today[today["vix"].between(grid[0], grid[-1])]
    colors, dashes = palette.layer_colors(names)
    looks = tuple(
        (color, tuple(dash), 3.4 if name.lower().startswith("total") else 2.0)
        for name, color, dash in zip(names, colors, dashes, strict=True)
    )
    return Figure(_shock_template(looks, vix is not None, height), datasets)


@lru_cache(maxsize=32)
def _shock_template(
    looks: tuple[tuple[str, tuple[int, ...], float], ...], marked: bool, height: int
) -> dict[str, Any]:
    """Everything but the numbers; a look is colour, dash and width in pixels, heaviest on top."""
    keys = [f"s{i}" for i in range(len(looks))]
    x = (
        alt.X("vix:Q")
        .title("VIX after the shock (points)")
        .scale(nice=False, zero=False)
        .axis(format=",.0f", tickCount=7, grid=False)
    )
    legend = series_legend("shock_names", title="Layer", columns=2)
    colors = alt.Scale(domain=keys, range=[color for color, _, _ in looks])
    dashes = alt.Scale(domain=keys, range=[list(dash) for _, dash, _ in looks])

    y = alt.Y("profit:Q").title("Hedge profit (dollars)").axis(dollar_axis())
    layers: list[alt.Chart] = [zero_line("profit").encode(y=y)]
    for width in sorted({width for _, _, width in looks}):
        drawn = [key for key, look in zip(keys, looks, strict=True) if look[2] == width]
        layers.append(
            folded("shock", drawn, group="layer", value="profit")
            .mark_line(strokeJoin="round", strokeWidth=width)
            .encode(
                x=x,
                y=y,
                color=alt.Color("layer:N").scale(colors).legend(legend),
                strokeDash=alt.StrokeDash("layer:N").scale(dashes).legend(legend),
            )
        )
    if marked:
        layers += _today()
    layers += [
        follow("shock", "vix", name="shock_pointer", tip="shock_tips"),
        kept("shock_tips"),
        kept("shock_names"),
    ]
    return template_of(alt.layer(*layers).properties(width="container", height=height))


def _today() -> list[alt.Chart]:
    base = alt.Chart(alt.NamedData("shock_today"))
    return [
        base.mark_rule(color=ink(palette.INK), strokeWidth=1.4, strokeDash=[2, 3]).encode(
            x=alt.X("vix:Q")
        ),
        base.mark_text(
            color=ink(palette.INK), align="left", baseline="top", dx=5, fontSize=12
        ).encode(x=alt.X("vix:Q"), y=TOP, text=alt.Text("label:N")),
    ]


def future_curve(frame: pd.DataFrame, *, height: int = 260) -> Figure:
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
    Figure
        As wide as its container.

    Raises
    ------
    DataError
        If a column is missing or the frame is empty.
    """
    long = frame_of(frame, ("dte", "vix", "series"), chart="future curve")
    if long.empty:
        raise DataError("future curve must have at least one row")
    long = long[["dte", "vix", "series"]].round({"vix": 4})
    names = tuple(str(name) for name in long["series"].unique())
    spot = long["series"] == "VIX spot"
    datasets = {"future": long[~spot].reset_index(drop=True)}
    if spot.any():
        datasets["future_spot"] = long[spot].head(1).reset_index(drop=True)
    return Figure(_curve_template(names, bool(spot.any()), height), datasets)


@lru_cache(maxsize=32)
def _curve_template(names: tuple[str, ...], level: bool, height: int) -> dict[str, Any]:
    """Everything but the numbers; `level` draws the spot across."""
    looks = {"model future": CURVE, "VIX spot": palette.GROUP["Condor"]}
    spare = iter([*palette.LAYERS, *palette.LAYERS])
    colors = [looks.get(name) or next(spare) for name in names]
    color = (
        alt.Color("series:N")
        .scale(domain=list(names), range=colors)
        .legend(title="VIX", orient="top", titleOrient="left", symbolType="stroke")
    )
    x = (
        alt.X("dte:Q")
        .title("Days to expiry (calendar days)")
        .scale(domainMin=0, nice=False)
        .axis(format=",.0f", tickCount=6, grid=False)
    )
    y = alt.Y("vix:Q").title("VIX (points)").scale(zero=False).axis(format=".1f", tickCount=5)
    tips = [
        alt.Tooltip("series:N", title="Series"),
        alt.Tooltip("dte:Q", title="Days to expiry", format=",.0f"),
        alt.Tooltip("vix:Q", title="VIX (points)", format=".2f"),
    ]
    layers: list[alt.Chart] = [
        alt.Chart(alt.NamedData("future"))
        .mark_line(
            strokeWidth=2.4, interpolate="monotone", point=alt.OverlayMarkDef(size=36, filled=True)
        )
        .encode(x=x, y=y, color=color, tooltip=tips)
    ]
    if level:
        layers.append(
            alt.Chart(alt.NamedData("future_spot"))
            .mark_rule(strokeWidth=1.8, strokeDash=[6, 3])
            .encode(y=y, color=color, tooltip=tips)
        )
    return template_of(alt.layer(*layers).properties(width="container", height=height))
