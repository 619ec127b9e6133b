"""Profit over the plane of index and VIX: the condor, the hedge, and both, on one colour scale."""

from __future__ import annotations

import math
from typing import Any, Final

import altair as alt
import pandas as pd

from alvh.errors import DataError
from alvh.report import palette
from alvh.report.charts._parts import PAD, finish, frame_of, ink, names_of, panel_title

__all__ = ["plane"]

PANELS: Final = ("Condor", "Hedge", "Both")
EDGES: Final = ["spot_low", "spot_high", "vix_low", "vix_high", "spot", "vix"]


def plane(
    cells: pd.DataFrame,
    path: pd.DataFrame | None = None,
    *,
    today: pd.DataFrame | None = None,
    zero: pd.DataFrame | None = None,
    width: int = 960,
    height: int = 260,
) -> alt.HConcatChart:
    """Profit on a grid of SPX and VIX, one panel a part of the book, with the model's path.

    Parameters
    ----------
    cells : DataFrame
        Columns ``spot_low``, ``spot_high``, ``spot`` (index points), ``vix_low``, ``vix_high``,
        ``vix`` (VIX points), ``profit`` (dollars), ``panel`` ("Condor", "Hedge", "Both"); the same
        grid in every panel.
    path : DataFrame, optional
        Columns ``spot`` (index points), ``vix``, ``vix_low``, ``vix_high`` (VIX points): the
        model's mean of VIX given SPX and its 10 to 90 % band.
    today : DataFrame, optional
        Columns ``spot`` (index points), ``vix`` (VIX points); one row.
    zero : DataFrame, optional
        Columns ``spot`` (index points), ``vix`` (VIX points), ``panel``, ``order`` (position along
        its line) and, where a panel has several lines, ``line``: where profit is nil.
    width, height : int
        Pixels of the whole picture, and of one panel.

    Returns
    -------
    HConcatChart
        One colour scale for all panels, symmetric about zero. Colour follows the square root of
        the profit, so that a credit of a few thousand is seen beside losses ten times larger.

    Raises
    ------
    DataError
        If a column is missing, `cells` is empty, or the panels do not share one grid.
    """
    long = frame_of(cells, (*EDGES, "profit", "panel"), chart="plane cells")
    panels = [name for name in PANELS if name in set(long["panel"])]
    panels += [name for name in names_of(long["panel"]) if name not in PANELS]
    if not panels:
        raise DataError("plane cells must have at least one row")
    wide = long.pivot_table(index=EDGES, columns="panel", values="profit", aggfunc="first")
    wide = wide.reindex(columns=panels).reset_index()
    wide.columns = pd.Index([*EDGES, *(f"p{i}" for i in range(len(panels)))])
    if len(wide) * len(panels) != len(long):
        raise DataError("plane cells must lie on one grid for all panels")
    wide = wide.round(2)

    bound = _nice(float(long["profit"].abs().max()))
    each = max(120, (width - 150) // len(panels) - 14)
    charts = [
        _panel(wide, i, panels, bound, path, today, zero).properties(
            width=each, height=height, title=panel_title(name)
        )
        for i, name in enumerate(panels)
    ]
    joined = alt.hconcat(*charts, spacing=18, autosize=PAD).resolve_scale(
        color="shared", x="shared", y="shared"
    )
    result: alt.HConcatChart = finish(joined)
    return result


def _nice(x: float) -> float:
    """Round up to the next of 1, 2, 2.5, 5 times a power of ten, the end of the colour scale."""
    if not math.isfinite(x) or x <= 0.0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(x))
    return next(step * power for step in (1.0, 2.0, 2.5, 4.0, 5.0, 8.0, 10.0) if step * power >= x)


def _panel(
    wide: pd.DataFrame,
    index: int,
    panels: list[str],
    bound: float,
    path: pd.DataFrame | None,
    today: pd.DataFrame | None,
    zero: pd.DataFrame | None,
) -> alt.LayerChart:
    x = (
        alt.X("spot_low:Q")
        .title("SPX (index points)")
        .scale(
            domain=[float(wide["spot_low"].min()), float(wide["spot_high"].max())],
            nice=False,
            zero=False,
        )
        .axis(format=",.0f", tickCount=3, grid=False, labelFlush=False)
    )
    y = (
        alt.Y("vix_low:Q")
        .title("VIX (points)" if index == 0 else None)
        .scale(
            domain=[float(wide["vix_low"].min()), float(wide["vix_high"].max())],
            nice=False,
            zero=False,
        )
        .axis(format=",.0f", tickCount=5, grid=False, labels=index == 0)
    )
    colors: list[Any] = [ink(stop) for stop in palette.diverging()]
    color = (
        alt.Color(f"p{index}:Q")
        .scale(
            type="pow",
            exponent=0.5,
            domain=[-bound, -bound / 4, 0.0, bound / 4, bound],
            range=colors,
            clamp=True,
            interpolate="rgb",
        )
        .legend(
            title=["Profit", "(dollars)"],
            orient="right",
            format="$,.0f",
            values=[-bound, -bound / 4, 0.0, bound / 4, bound],
            gradientLength=200,
            offset=14,
        )
    )
    tips = [
        alt.Tooltip("spot:Q", title="SPX (points)", format=",.2f"),
        alt.Tooltip("vix:Q", title="VIX (points)", format=".2f"),
    ]
    tips += [
        alt.Tooltip(f"p{i}:Q", title=f"{name} (dollars)", format="$,.0f")
        for i, name in enumerate(panels)
    ]
    layers: list[alt.Chart] = [
        alt.Chart(wide)
        .mark_rect(x2Offset=1, y2Offset=-1, clip=True)
        .encode(
            x=x, x2=alt.X2("spot_high:Q"), y=y, y2=alt.Y2("vix_high:Q"), color=color, tooltip=tips
        )
    ]
    if zero is not None and not zero.empty:
        layers += _zero(zero, panels[index])
    if path is not None and not path.empty:
        layers += _path(path)
    if today is not None and not today.empty:
        layers.append(
            alt.Chart(frame_of(today, ("spot", "vix"), chart="plane today"))
            .mark_point(
                filled=True,
                size=90,
                color=ink(palette.INK),
                stroke=ink(palette.PAPER),
                strokeWidth=1.5,
                opacity=1,
                clip=True,
            )
            .encode(
                x=alt.X("spot:Q"),
                y=alt.Y("vix:Q"),
                tooltip=[
                    alt.Tooltip("spot:Q", title="SPX today (points)", format=",.2f"),
                    alt.Tooltip("vix:Q", title="VIX today (points)", format=".2f"),
                ],
            )
        )
    panel: alt.LayerChart = alt.LayerChart(layer=layers)
    return panel


def _zero(zero: pd.DataFrame, panel: str) -> list[alt.Chart]:
    detail = ("line",) if "line" in zero.columns else ()
    frame = frame_of(zero, ("spot", "vix", "panel", "order", *detail), chart="plane zero")
    frame = frame[frame["panel"] == panel].drop(columns="panel").round(3)
    if frame.empty:
        return []
    chart = (
        alt.Chart(frame)
        .mark_line(color=ink(palette.MUTED), strokeWidth=1.2, strokeDash=[2, 2], clip=True)
        .encode(x=alt.X("spot:Q"), y=alt.Y("vix:Q"), order=alt.Order("order:Q"))
    )
    return [chart.encode(detail=alt.Detail("line:N")) if detail else chart]


def _path(path: pd.DataFrame) -> list[alt.Chart]:
    frame = frame_of(path, ("spot", "vix", "vix_low", "vix_high"), chart="plane path").round(3)
    base = alt.Chart(frame).encode(x=alt.X("spot:Q"), order=alt.Order("spot:Q"))
    edges = [
        base.mark_line(color=ink(palette.INK), strokeWidth=0.9, opacity=0.65, clip=True).encode(
            y=alt.Y(f"{name}:Q")
        )
        for name in ("vix_low", "vix_high")
    ]
    halo = base.mark_line(color=ink(palette.PAPER), strokeWidth=4.5, opacity=0.55, clip=True)
    mean = base.mark_line(color=ink(palette.INK), strokeWidth=2, clip=True)
    return [*edges, halo.encode(y=alt.Y("vix:Q")), mean.encode(y=alt.Y("vix:Q"))]
