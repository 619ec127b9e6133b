"""Profit over the plane of index and VIX: the condor, the hedge, and both, on one colour scale."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, Final, TypeAlias

import altair as alt
import numpy as np
import pandas as pd
from numpy import typing as npt

from alvh._typing import FloatArray
from alvh.errors import DataError
from alvh.report import palette
from alvh.report.charts._parts import (
    PAD,
    dollar_texts,
    frame_of,
    ink,
    kept,
    panel_title,
    rows_of,
    template_of,
)
from alvh.report.figure import Figure
from alvh.report.raster import data_url, signed_root_colors

__all__ = ["plane"]

PANELS: Final[tuple[str, ...]] = ("Condor", "Hedge", "Both")
EDGES: Final = ["spot_low", "spot_high", "vix_low", "vix_high"]
IntArray: TypeAlias = npt.NDArray[np.int64]
Box: TypeAlias = tuple[float, float, float, float]  # spot from and to, VIX from and to
HUES: Final = {"gain": palette.GAIN, "loss": palette.LOSS}
TIPS: Final = (8, 12)  # rows and columns of the grid under the pointer
VIX_TICKS: Final = [10, 15, 20, 30, 40, 60, 80, 120]
CURVES: Final = ["vix", "vix_low", "vix_high"]


def plane(
    cells: pd.DataFrame,
    path: pd.DataFrame | None = None,
    *,
    today: pd.DataFrame | None = None,
    zero: pd.DataFrame | None = None,
    width: int = 960,
    height: int = 260,
    stacked: bool = False,
) -> Figure:
    """Profit on a grid of SPX and VIX, one panel a part of the book, with the model's path.

    Parameters
    ----------
    cells : DataFrame
        Columns ``spot_low``, ``spot_high`` (index points), ``vix_low``, ``vix_high`` (VIX points),
        ``profit`` (dollars), ``panel`` ("Condor", with a hedge "Hedge" and "Both" too); the same
        grid in every panel. The tooltip gives the middle of a cell, arithmetic in SPX and
        geometric in VIX.
    path : DataFrame, optional
        Columns ``spot`` (index points), ``vix``, ``vix_low``, ``vix_high`` (VIX points): the
        model's mean of VIX given SPX, and where VIX squared is one conditional standard deviation
        below and above its mean.
    today : DataFrame, optional
        Columns ``spot`` (index points), ``vix`` (VIX points); one row, left out off the grid.
    zero : DataFrame, optional
        Columns ``spot`` (index points), ``vix`` (VIX points), ``panel``, ``order`` (position along
        its line) and, where a panel has several lines, ``line``: where profit is nil.
    width, height : int
        Pixels of the whole picture, and of one panel.
    stacked : bool, default=False
        Panels below one another, for a narrow column, instead of side by side.

    Returns
    -------
    Figure
        One colour scale for all panels, symmetric about zero; its strength follows the square root
        of the profit, so that a credit of a few thousand is seen beside losses ten times larger.
        VIX on a log scale. The cells should be even in SPX and in log VIX: they become one picture
        a panel. A coarser grid answers the pointer with the exact values of its middle cells.

    Raises
    ------
    DataError
        If a column is missing, `cells` is empty, or the panels do not share one grid.
    """
    long = rows_of(cells, (*EDGES, "profit", "panel"), chart="plane cells")
    panels, edges, profit = _gridded(long)
    low, high = edges.min(axis=1).tolist(), edges.max(axis=1).tolist()
    box = (low[0], high[1], low[2], high[3])
    bound = _nice(float(np.nanmax(np.abs(profit), initial=0.0)))
    grid = profit.reshape(len(panels), -1, np.unique(edges[0]).size)  # (panel, vix, spot)
    pictures = {
        f"p{i}": [data_url(signed_root_colors(part[::-1], bound, **HUES))]
        for i, part in enumerate(grid)
    }
    datasets = {
        "plane": pd.DataFrame(pictures),
        **_tips(edges, grid, panels),
        "plane_bound": pd.DataFrame({"bound": [bound]}),
    }
    zeros: tuple[str, ...] = ()
    if zero is not None and not zero.empty:
        outlines = _outlines(zero, box)
        zeros = tuple(name for name in panels if name in set(outlines["panel"]))
        datasets["plane_zero"] = outlines
    if path is not None and not path.empty:
        datasets["plane_path"] = _clipped(
            frame_of(path, ("spot", *CURVES), chart="plane path"), box
        )
    if today is not None and not today.empty:
        now = frame_of(today, ("spot", "vix"), chart="plane today")
        datasets["plane_today"] = _inside(now[["spot", "vix"]], box)
    template = _template(
        panels=tuple(panels),
        zeros=zeros,
        path="plane_path" in datasets,
        today="plane_today" in datasets,
        width=width - 75 if stacked else max(120, (width - 150) // len(panels) - 14),
        height=height,
        stacked=stacked,
    )
    return Figure(template, datasets)


def _gridded(cells: pd.DataFrame) -> tuple[list[str], FloatArray, FloatArray]:
    """Panels, edges of shape (4, n_cells), profits of shape (n_panels, n_cells)."""
    codes, uniques = pd.factorize(cells["panel"])
    found = [str(name) for name in uniques]
    n = len(cells) // len(found)
    if n * len(found) != len(cells) or (np.bincount(codes) != n).any():
        raise DataError("plane cells must lie on one grid for all panels")
    numbers = cells[[*EDGES, "profit"]].to_numpy(dtype=float)
    if (np.diff(codes) < 0).any():
        numbers = numbers[np.argsort(codes, kind="stable")]
    blocks = numbers.reshape(len(found), n, len(EDGES) + 1)
    if (blocks[:, :, :-1] != blocks[0, :, :-1]).any():  # perhaps in another order
        order = [np.lexsort(block[:, :-1].T) for block in blocks]
        blocks = np.stack([block[rows] for block, rows in zip(blocks, order, strict=True)])
        if (blocks[:, :, :-1] != blocks[0, :, :-1]).any():
            raise DataError("plane cells must lie on one grid for all panels")
    panels = [name for name in PANELS if name in found]
    panels += [name for name in found if name not in PANELS]
    wanted = [found.index(name) for name in panels]
    edges = blocks[0, :, :-1].T
    rows = np.lexsort((edges[0], edges[2]))  # by VIX, then by index: the order of a picture
    return panels, np.round(edges[:, rows], 3), blocks[wanted][:, rows, -1]


def _tips(edges: FloatArray, grid: FloatArray, panels: list[str]) -> dict[str, pd.DataFrame]:
    """Cells of a coarser grid, for the pointer: edges, and in words the values in their middle."""
    n_vix, n_spot = grid.shape[1:]
    top, middle, end = _blocks(n_vix, TIPS[0])
    left, centre, right = _blocks(n_spot, TIPS[1])
    spot_low, spot_high = edges[:2].reshape(2, n_vix, n_spot)[:, 0]
    vix_low, vix_high = edges[2:].reshape(2, n_vix, n_spot)[:, :, 0]
    across = 0.5 * (spot_low[centre] + spot_high[centre])
    up = np.sqrt(vix_low[middle] * vix_high[middle])
    values = grid[:, middle][:, :, centre].reshape(len(grid), -1)
    cells = {
        "spot_low": np.tile(spot_low[left], top.size),
        "spot_high": np.tile(spot_high[right], top.size),
        "vix_low": np.repeat(vix_low[top], left.size),
        "vix_high": np.repeat(vix_high[end], left.size),
        "row": np.arange(top.size * left.size, dtype=np.int32),
    }
    # Texts are made here: the browser would format every cell anew whenever anything moves
    texts = {
        "SPX (points)": [f"{x:,.2f}" for x in np.tile(across, top.size).tolist()],
        "VIX (points)": [f"{x:.2f}" for x in np.repeat(up, left.size).tolist()],
        **{
            f"{name} (dollars)": dollar_texts(part)
            for name, part in zip(panels, values, strict=True)
        },
    }
    return {"plane_tips": pd.DataFrame(cells), "plane_texts": pd.DataFrame(texts)}


def _blocks(n: int, most: int) -> tuple[IntArray, IntArray, IntArray]:
    """First, middle and last of `n` places dealt into at most `most` blocks of nearly one size."""
    blocks = np.array_split(np.arange(n), min(n, most))
    picks = np.array([(block[0], block[block.size // 2], block[-1]) for block in blocks])
    return picks[:, 0], picks[:, 1], picks[:, 2]


def _clipped(path: pd.DataFrame, box: Box) -> pd.DataFrame:
    """Path inside the box, so that no curve stretches the axes: a curve ends where it leaves.

    Columns: spot, vix, vix_low, vix_high, with nothing outside; band_low, band_high, held at the
    border there.
    """
    left, right, bottom, top = box
    spot = path["spot"].to_numpy(dtype=float)
    order = np.argsort(spot, kind="stable")
    spot = spot[order]
    values = path[CURVES].to_numpy(dtype=float)[order].T
    cuts = [np.array([left, right])]
    for level in (bottom, top):
        above = values - level
        rows, at = np.nonzero(above[:, :-1] * above[:, 1:] < 0.0)
        share = above[rows, at] / (above[rows, at] - above[rows, at + 1])
        cuts.append(spot[at] + share * (spot[at + 1] - spot[at]))
    grid = np.union1d(spot, np.concatenate(cuts))
    grid = grid[(grid >= max(left, spot[0])) & (grid <= min(right, spot[-1]))]
    inner = np.array([np.interp(grid, spot, row) for row in values])
    held = np.clip(inner, bottom, top)
    shown = np.where(np.abs(inner - held) < 1e-9 * top, held, np.nan)
    columns = dict(zip([*CURVES, "band_low", "band_high"], [*shown, *held[1:]], strict=True))
    return pd.DataFrame({"spot": grid, **columns}).round(3)


def _outlines(zero: pd.DataFrame, box: Box) -> pd.DataFrame:
    frame = frame_of(zero, ("spot", "vix", "panel", "order"), chart="plane zero")
    frame = frame[["spot", "vix", "panel", "order"]].assign(
        line=frame["line"] if "line" in frame.columns else 0
    )
    return _inside(frame, box).round(3)


def _inside(points: pd.DataFrame, box: Box) -> pd.DataFrame:
    left, right, bottom, top = box
    inside = points["spot"].between(left, right) & points["vix"].between(bottom, top)
    return points[inside].reset_index(drop=True)


def _nice(x: float) -> float:
    """Round up to the next of 1, 2, 2.5, 5 times a power of ten, the end of the colour scale."""
    if not math.isfinite(x) or x <= 0.0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(x))
    return next(step * power for step in (1.0, 2.0, 2.5, 4.0, 5.0, 8.0, 10.0) if step * power >= x)


@lru_cache(maxsize=32)
def _template(
    panels: tuple[str, ...],
    zeros: tuple[str, ...],
    path: bool,
    today: bool,
    width: int,
    height: int,
    stacked: bool,
) -> dict[str, Any]:
    """Everything but the numbers."""
    charts = []
    for i, name in enumerate(panels):
        layers = [_picture(i, width, height), _cells(i, len(panels), stacked)]
        if name in zeros:
            layers.append(_zero(name))
        if path:
            layers += _path()
        if today:
            layers.append(_today())
        if i == 0:
            layers += [_colors(stacked), kept("plane_texts")]
        charts.append(
            alt.LayerChart(layer=layers).properties(
                width=width, height=height, title=panel_title(name)
            )
        )
    join = alt.vconcat if stacked else alt.hconcat
    joined = join(*charts, spacing=10 if stacked else 18, autosize=PAD).resolve_scale(
        color="shared", x="shared", y="shared"
    )
    return template_of(joined)


def _picture(index: int, width: int, height: int) -> alt.Chart:
    """The profits of a panel as one picture over all of it."""
    picture: alt.Chart = (
        alt.Chart(alt.NamedData("plane"))
        .mark_image(width=width, height=height, align="left", baseline="top", aspect=False)
        .encode(x=alt.value(0), y=alt.value(0), url=alt.Url(f"p{index}:N"))
    )
    return picture


def _cells(index: int, n_panels: int, stacked: bool) -> alt.Chart:
    """Axes, and what the pointer meets."""
    below = not stacked or index == n_panels - 1
    beside = stacked or index == 0
    x = (
        alt.X("spot_low:Q")
        .title("SPX (index points)" if below else None)
        .scale(nice=False, zero=False)
        .axis(
            format=",.0f", tickCount=6 if stacked else 3, grid=False, labelFlush=False, labels=below
        )
    )
    y = (
        alt.Y("vix_low:Q")
        .title("VIX (points)" if beside else None)
        .scale(type="log", nice=False)
        .axis(format=",.0f", values=VIX_TICKS, grid=False, labels=beside)
    )
    cells: alt.Chart = (
        alt.Chart(alt.NamedData("plane_tips"))
        .mark_rect(opacity=0.0, aria=False, tooltip=ink("data('plane_texts')[datum.row]"))
        .encode(x=x, x2=alt.X2("spot_high:Q"), y=y, y2=alt.Y2("vix_high:Q"))
    )
    return cells


def _colors(stacked: bool) -> alt.Chart:
    """The legend of the pictures, on a mark of its own that draws nothing.

    The scale is in shares of the bound and only the texts know it, so that a new bound is new data
    and not a new chart.
    """
    legend = alt.Legend(
        title="Profit (dollars)" if stacked else ["Profit", "(dollars)"],
        orient="bottom" if stacked else "right",
        labelExpr="format(datum.value * data('plane_bound')[0].bound, '$,.0f')",
        values=[-1.0, -0.25, 0.0, 0.25, 1.0],
        gradientLength=260 if stacked else 200,
        gradientOpacity=1.0,
        offset=8 if stacked else 14,
    )
    scale = alt.Scale(
        type="pow",
        exponent=0.5,
        domain=[-1.0, 0.0, 1.0],
        range=[palette.LOSS, ink(palette.PAPER), palette.GAIN],
        clamp=True,
        interpolate="rgb",
    )
    return kept("plane_bound").encode(color=alt.Color("bound:Q").scale(scale).legend(legend))


def _zero(panel: str) -> alt.Chart:
    chart: alt.Chart = (
        alt.Chart(alt.NamedData("plane_zero"))
        .transform_filter(alt.FieldEqualPredicate(field="panel", equal=panel))
        .mark_line(color=ink(palette.MUTED), strokeWidth=1.2, strokeDash=[2, 2], clip=True)
        .encode(
            x=alt.X("spot:Q"),
            y=alt.Y("vix:Q"),
            order=alt.Order("order:Q"),
            detail=alt.Detail("line:N"),
        )
    )
    return chart


def _path() -> list[alt.Chart]:
    """Band of one conditional deviation, its edges, and the mean, readable on any colour."""
    base = alt.Chart(alt.NamedData("plane_path")).encode(x=alt.X("spot:Q"))
    band = base.mark_area(color=ink(palette.INK), opacity=0.12, clip=True).encode(
        y=alt.Y("band_low:Q"), y2=alt.Y2("band_high:Q")
    )
    edges = [
        base.mark_line(color=ink(palette.INK), strokeWidth=0.9, opacity=0.65, clip=True).encode(
            y=alt.Y(f"{name}:Q")
        )
        for name in ("vix_low", "vix_high")
    ]
    halo = base.mark_line(color=ink(palette.PAPER), strokeWidth=4.5, opacity=0.55, clip=True)
    mean = base.mark_line(color=ink(palette.INK), strokeWidth=2, clip=True)
    return [band, *edges, halo.encode(y=alt.Y("vix:Q")), mean.encode(y=alt.Y("vix:Q"))]


def _today() -> alt.Chart:
    point: alt.Chart = (
        alt.Chart(alt.NamedData("plane_today"))
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
    return point
