"""What the VIX layers pay when VIX or the index moves, and the curve they are carried along."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from alvh.errors import DataError
from alvh.report import palette
from alvh.report.charts._lines import Looks, line_layers
from alvh.report.charts._parts import (
    dollar_axis,
    follow,
    frame_of,
    ink,
    kept,
    rows_of,
    series_legend,
    spread,
    template_of,
    tips_of,
    zero_line,
)
from alvh.report.figure import Figure
from alvh.report.numbers import dollars

__all__ = ["future_curve", "hedge_index", "hedge_instruments", "hedge_shock"]

CURVE: Final = "#0072B2"
LEVELS: Final = ("VIX spot", "VIX3M")
HEAVY, LIGHT = 3.4, 2.0
TOP: Final[Any] = alt.YValue(2)  # type: ignore[no-untyped-call]
RIGHT: Final[Any] = alt.XValue("width")  # type: ignore[no-untyped-call]
VIX_AXIS: Final = "VIX after the shock (points)"


def hedge_shock(
    frame: pd.DataFrame,
    *,
    vix: float | None = None,
    target: float | None = None,
    columns: int = 2,
    height: int = 360,
) -> Figure:
    """Hedge profit against the level VIX jumps to, one line a layer and one for all.

    Parameters
    ----------
    frame : DataFrame
        Columns ``vix`` (VIX points), ``profit`` (dollars), ``layer`` (name, in the order of the
        legend; a name beginning "Total" is the whole hedge, drawn heavier).
    vix : float, optional
        Today's VIX in points, drawn as a rule.
    target : float, optional
        Dollars the hedge would have to gain to pay the condor's maximum loss, drawn as a level
        where the picture reaches it.
    columns : int, default=2
        Names side by side in the legend.
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
    names = list(dict.fromkeys(str(name) for name in lines["layer"]))
    return _lines(
        lines, "layer", _layer_looks(names), mark=vix, target=target, columns=columns, height=height
    )


def hedge_index(
    frame: pd.DataFrame, *, spot: float | None = None, columns: int = 3, height: int = 360
) -> Figure:
    """Hedge profit against the level the index moves to, one line a layer and one for all.

    Parameters
    ----------
    frame : DataFrame
        Columns ``spot`` (index points), ``vix`` (VIX points there), ``profit`` (dollars),
        ``layer`` (name; one beginning "Total" is the whole hedge). Rows of the layer "Condor" are
        not drawn, their losses being of another size, but told to the pointer, as VIX is.
    spot : float, optional
        Today's index in points, drawn as a rule.
    columns, height
        As `hedge_shock`.

    Raises
    ------
    DataError
        If a column is missing or there is no row to draw.
    """
    every = frame_of(frame, ("spot", "vix", "profit", "layer"), chart="hedge index")
    condor = every["layer"] == "Condor"
    lines = every[~condor]
    names = list(dict.fromkeys(str(name) for name in lines["layer"]))
    told = {}
    if len(lines):
        level = lines.drop_duplicates("spot").sort_values("spot")
        told["VIX (points)"] = [f"{x:.2f}" for x in level["vix"]]
    if condor.any():
        ordered = every[condor].sort_values("spot")
        told["Condor"] = [dollars(x) for x in ordered["profit"]]
    return _lines(
        lines,
        "layer",
        _layer_looks(names),
        x="spot",
        axis="SPX after the move (index points)",
        mark=spot,
        columns=columns,
        height=height,
        told=told,
    )


def hedge_instruments(
    frame: pd.DataFrame, *, vix: float | None = None, height: int = 300
) -> Figure:
    """Profits of instruments of equal cost against the level VIX jumps to.

    Parameters
    ----------
    frame : DataFrame
        Columns ``vix`` (VIX points), ``profit`` (dollars), ``instrument`` (name beginning with a
        key of `palette.INSTRUMENT`).
    vix, height
        As `hedge_shock`.

    Raises
    ------
    DataError
        If a column is missing or the frame is empty.
    """
    lines = frame_of(frame, ("vix", "profit", "instrument"), chart="hedge instruments")
    looks = []
    for i, name in enumerate(dict.fromkeys(str(name) for name in lines["instrument"])):
        known = [color for key, color in palette.INSTRUMENT.items() if name.startswith(key)]
        color = known[-1] if known else palette.LAYERS[i % len(palette.LAYERS)]
        looks.append((color, palette.LAYER_DASHES[i % len(palette.LAYER_DASHES)], 2.6))
    return _lines(lines, "instrument", tuple(looks), mark=vix, columns=3, height=height)


def _layer_looks(names: Sequence[str]) -> Looks:
    colors, dashes = palette.layer_colors(names)
    return tuple(
        (color, tuple(dash), HEAVY if name.lower().startswith("total") else LIGHT)
        for name, color, dash in zip(names, colors, dashes, strict=True)
    )


def _lines(
    lines: pd.DataFrame,
    group: str,
    looks: Looks,
    *,
    x: str = "vix",
    axis: str = VIX_AXIS,
    mark: float | None,
    target: float | None = None,
    columns: int,
    height: int,
    told: dict[str, list[str]] | None = None,
) -> Figure:
    if lines.empty:
        raise DataError(f"hedge {'index' if x == 'spot' else 'shock'} must have at least one row")
    names, grid, profit = spread(lines, x, group, "profit")
    rounded = {f"s{i}": values for i, values in enumerate(np.round(profit, 2))}
    tips = tips_of(axis.partition(" after")[0] + " (points)", grid, names, profit)
    for title, texts in (told or {}).items():
        tips[title] = texts
    datasets = {
        "shock_tips": tips,
        "shock": pd.DataFrame(
            {"row": np.arange(grid.size, dtype=np.int32), x: np.round(grid, 4), **rounded}
        ),
        "shock_names": pd.DataFrame({"name": names}),
    }
    if mark is not None:
        words = f"VIX today {mark:.2f}" if x == "vix" else f"SPX today {mark:,.2f}"
        today = pd.DataFrame({x: [float(mark)], "label": [words]})
        datasets["shock_today"] = today[today[x].between(grid[0], grid[-1])]
    if target is not None:
        level = pd.DataFrame(
            {"profit": [float(target)], "label": [f"condors' maximum loss {dollars(target)}"]}
        )
        datasets["shock_target"] = level[level["profit"] <= float(np.nanmax(profit))]
    shape = (looks, x, axis, group, mark is not None, target is not None, columns, height)
    return Figure(_lines_template(*shape), datasets)


@lru_cache(maxsize=32)
def _lines_template(
    looks: Looks,
    field: str,
    title: str,
    group: str,
    marked: bool,
    aimed: bool,
    columns: int,
    height: int,
) -> dict[str, Any]:
    """Everything but the numbers."""
    x = (
        alt.X(f"{field}:Q")
        .title(title)
        .scale(nice=False, zero=False)
        .axis(format=",.0f", tickCount=7, grid=False)
    )
    legend = series_legend("shock_names", title=None, columns=columns)
    y = alt.Y("profit:Q").title("Hedge profit (dollars)").axis(dollar_axis())
    layers: list[alt.Chart] = [zero_line("profit").encode(y=y)]
    layers += line_layers("shock", looks, group=group, value="profit", x=x, y=y, legend=legend)
    if aimed:
        layers += _target()
    if marked:
        layers += _today(field)
    layers += [
        follow("shock", field, name="shock_pointer", tip="shock_tips"),
        kept("shock_tips"),
        kept("shock_names"),
    ]
    return template_of(alt.layer(*layers).properties(width="container", height=height))


def _today(field: str) -> list[alt.Chart]:
    base = alt.Chart(alt.NamedData("shock_today"))
    return [
        base.mark_rule(color=ink(palette.INK), strokeWidth=1.4, strokeDash=[2, 3]).encode(
            x=alt.X(f"{field}:Q")
        ),
        base.mark_text(
            color=ink(palette.INK), align="left", baseline="top", dx=5, fontSize=12
        ).encode(x=alt.X(f"{field}:Q"), y=TOP, text=alt.Text("label:N")),
    ]


def _target() -> list[alt.Chart]:
    base = alt.Chart(alt.NamedData("shock_target")).encode(y=alt.Y("profit:Q"))
    return [
        base.mark_rule(color=palette.LOSS, strokeWidth=1.4, strokeDash=[6, 3]),
        base.mark_text(
            color=ink(palette.INK), align="right", baseline="bottom", dx=-4, dy=-3, fontSize=12
        ).encode(x=RIGHT, text=alt.Text("label:N")),
    ]


def future_curve(
    frame: pd.DataFrame, *, layers: pd.DataFrame | None = None, height: int = 260
) -> Figure:
    """VIX futures by days to expiry, beside the spot VIX.

    Parameters
    ----------
    frame : DataFrame
        Columns ``dte`` (calendar days), ``vix`` (VIX points), ``series`` ("model future",
        "VIX spot", "VIX3M", or further curves such as "listed future"). VIX and VIX3M may be one
        row or one for every tenor; either way each is a level across with its name.
    layers : DataFrame, optional
        Columns ``dte``, ``vix``, ``layer`` (name beginning "Layer 1"): the future each layer is
        on, a dot in its colour with its number.
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
    long = rows_of(frame, ("dte", "vix", "series"), chart="future curve")
    long = long[["dte", "vix", "series"]].round({"dte": 2, "vix": 4})
    level = long["series"].isin(LEVELS)
    names = tuple(str(name) for name in long.loc[~level, "series"].unique())
    datasets = {"future": long[~level].reset_index(drop=True)}
    if level.any():
        firsts = long[level].drop_duplicates("series").reset_index(drop=True)
        words = [str(name).replace(" spot", "") for name in firsts["series"]]
        firsts["label"] = [f"{w} {x:.2f}" for w, x in zip(words, firsts["vix"], strict=True)]
        datasets["future_spot"] = firsts
    if layers is not None and len(layers):
        datasets["future_layers"] = _dots(layers)
    levels = tuple(datasets["future_spot"]["series"]) if level.any() else ()
    return Figure(_curve_template(names, levels, "future_layers" in datasets, height), datasets)


def _dots(layers: pd.DataFrame) -> pd.DataFrame:
    """One dot a tenor: layers on the same future share it, in the colour of the first."""
    dots = frame_of(layers, ("dte", "vix", "layer"), chart="future curve layers")
    names = [str(name) for name in dots["layer"]]
    colors, _ = palette.layer_colors(names)
    numbers = [name.partition(":")[0].rpartition(" ")[2] for name in names]
    dots = dots[["dte", "vix"]].assign(color=colors, label=numbers, layer=names)
    shared = dots.groupby("dte", sort=False).agg(
        vix=("vix", "first"), color=("color", "first"), label=("label", ", ".join),
        layer=("layer", ", ".join),
    )  # fmt: skip
    return shared.reset_index().round({"dte": 2, "vix": 4})


@lru_cache(maxsize=32)
def _curve_template(
    names: tuple[str, ...], levels: tuple[str, ...], dotted: bool, height: int
) -> dict[str, Any]:
    """Everything but the numbers; `levels` are drawn across, `dotted` marks the layers."""
    spare = iter(palette.MORE_POLICIES)
    colors = [CURVE if name == "model future" else next(spare) for name in names]
    color = (
        alt.Color("series:N")
        .scale(domain=list(names), range=colors)
        .legend(
            alt.Legend(title=None, orient="top", symbolType="stroke") if len(names) > 1 else None
        )
    )
    x = (
        alt.X("dte:Q")
        .title("Days to expiry (calendar days)")
        .scale(domainMin=0, nice=False)
        .axis(format=",.0f", tickCount=6, grid=False)
    )
    y = (
        alt.Y("vix:Q")
        .title("VIX (points)")
        .scale(zero=False, nice=False, padding=18)  # room for the numbers over the dots
        .axis(format=".1f", tickCount=5)
    )
    tips = [
        alt.Tooltip("series:N", title="Series"),
        alt.Tooltip("dte:Q", title="Days to expiry", format=",.0f"),
        alt.Tooltip("vix:Q", title="VIX (points)", format=".2f"),
    ]
    layers: list[alt.Chart] = [
        alt.Chart(alt.NamedData("future"))
        .mark_line(
            strokeWidth=2.4,
            interpolate="monotone",
            point=alt.OverlayMarkDef(size=24, filled=True, opacity=0.35),
        )
        .encode(x=x, y=y, color=color, tooltip=tips)
    ]
    for i, name in enumerate(levels):
        layers += _level(i, name, y, tips)
    if dotted:
        layers += _layer_dots()
    return template_of(alt.layer(*layers).properties(width="container", height=height))


def _level(place: int, name: str, y: alt.Y, tips: list[alt.Tooltip]) -> list[alt.Chart]:
    """A level across and its name, each name at a place of its own so that they do not meet."""
    base = (
        alt.Chart(alt.NamedData("future_spot"))
        .transform_filter(alt.FieldEqualPredicate(field="series", equal=name))
        .encode(y=y)
    )
    dash = [6, 3] if place == 0 else [2, 3]
    return [
        base.mark_rule(color=ink(palette.MUTED), strokeWidth=1.6, strokeDash=dash).encode(
            tooltip=[tips[0], tips[2]]
        ),
        base.mark_text(
            color=ink(palette.MUTED),
            align="right",
            baseline="bottom",
            dx=-4 - 100 * place,
            dy=-2,
            fontSize=12,
        ).encode(x=RIGHT, text=alt.Text("label:N")),
    ]


def _layer_dots() -> list[alt.Chart]:
    base = alt.Chart(alt.NamedData("future_layers")).encode(
        x=alt.X("dte:Q"),
        y=alt.Y("vix:Q"),
        tooltip=[
            alt.Tooltip("layer:N", title="On this future"),
            alt.Tooltip("dte:Q", title="Days to expiry", format=",.0f"),
            alt.Tooltip("vix:Q", title="Future (points)", format=".2f"),
        ],
    )
    return [
        base.mark_point(
            filled=True, size=110, opacity=1, stroke=ink(palette.PAPER), strokeWidth=1.5
        ).encode(color=alt.Color("color:N").scale(None).legend(None)),
        base.mark_text(
            color=ink(palette.INK), baseline="bottom", dy=-8, fontSize=12, fontWeight="bold"
        ).encode(text=alt.Text("label:N")),
    ]
