"""The large picture: what the book earns at every level of the index, and how likely each is."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from alvh._typing import FloatArray
from alvh.errors import DataError
from alvh.report import palette
from alvh.report.charts._parts import (
    dollar_axis,
    folded,
    follow,
    frame_of,
    ink,
    kept,
    names_of,
    rows_of,
    series_legend,
    spread,
    template_of,
    tips_of,
    zero_line,
)
from alvh.report.figure import Figure

__all__ = ["payoff"]

NOMINAL_WIDTH: Final = 560.0  # px: labels are laid out for the narrowest page column
CHARACTER: Final = 6.3  # px: mean width of a character at 12 px
ROW: Final = 15  # px between rows of labels
ROWS: Final = 4  # of labels there is always room for: another number of them is another chart
HEADROOM: Final = 3.2  # height of the plot in units of the highest density
EDGE: Final = 12.0  # px a text may pass the right edge of the plot
FOOT: Final[Any] = alt.Y2Value("height")  # type: ignore[no-untyped-call]

KINDS: Final[dict[str, tuple[str, list[int], float]]] = {
    "spot": (palette.INK, [1, 0], 1.6),
    "break-even": (f"'{palette.GROUP['Condor']}'", [6, 3], 1.4),
    "break-even with hedge": (f"'{palette.GROUP['Net']}'", [6, 3], 1.4),
    "short strike": (palette.RULE, [2, 3], 1.4),
    "expected move": (palette.RULE, [10, 4], 1.2),
}
"""Kind of level to colour expression, dash in pixels and stroke width in pixels."""


def payoff(
    curves: pd.DataFrame,
    densities: pd.DataFrame | None = None,
    levels: pd.DataFrame | None = None,
    *,
    height: int = 460,
) -> Figure:
    """Profit against the index at expiry, with densities behind and levels marked above.

    Parameters
    ----------
    curves : DataFrame
        Columns ``spot`` (index points), ``profit`` (dollars), ``series`` (name, in the order of
        the legend; the first one is shaded). One grid of spots for all series.
    densities : DataFrame, optional
        Columns ``spot`` (index points), ``density`` (per index point), ``measure``
        ("physical (P)" or "risk-neutral (Q)"); drawn on a hidden scale of their own.
    levels : DataFrame, optional
        Columns ``spot`` (index points), ``label`` (text), ``kind`` ("spot", "break-even",
        "break-even with hedge", "short strike", "expected move").
    height : int, default=460
        Pixels.

    Returns
    -------
    Figure
        As wide as its container. Its datasets are "payoff_tips" (what the tooltip says, one row an
        index level), "payoff" (``spot``, a column a series, and the first one's gain and loss),
        "payoff_names" (texts of the legend), "payoff_levels" and, with densities,
        "payoff_densities" (relative to the highest).

    Raises
    ------
    DataError
        If a column is missing, `curves` is empty, or a kind or measure is unknown.
    """
    lines = rows_of(curves, ("spot", "profit", "series"), chart="payoff curves")
    names, grid, profit = spread(lines, "spot", "series", "profit")
    low, high = float(grid[0]), float(grid[-1])
    marks = _placed(levels, low, high)
    chances = _densities(densities, low, high)
    datasets = {
        "payoff_tips": tips_of("SPX (points)", grid, names, profit),
        "payoff": _table(grid, profit),
        "payoff_names": pd.DataFrame({"name": names}),
        "payoff_levels": marks.drop(columns="row"),
    }
    if not chances.empty:
        datasets["payoff_densities"] = chances
    template = _template(
        looks=tuple((color, tuple(dash)) for color, dash in map(palette.series_color, names)),
        measures=tuple(chances.columns[1:]),
        rows=0 if marks.empty else max(ROWS, int(marks["row"].max()) + 1),
        height=height,
    )
    return Figure(template, datasets)


def _table(grid: FloatArray, profit: FloatArray) -> pd.DataFrame:
    """One row an index level: its number, each series, and the first one's two shaded parts."""
    rounded = np.round(profit, 2)
    return pd.DataFrame(
        {
            "row": np.arange(grid.size, dtype=np.int32),
            "spot": np.round(grid, 4),
            **{f"s{i}": values for i, values in enumerate(rounded)},
            "gain": np.maximum(rounded[0], 0.0),
            "loss": np.minimum(rounded[0], 0.0),
        }
    )


@lru_cache(maxsize=64)
def _template(
    looks: tuple[tuple[str, tuple[int, ...]], ...],
    measures: tuple[str, ...],
    rows: int,
    height: int,
) -> dict[str, Any]:
    """Everything but the numbers: one curve a look, `rows` of labels above the plot."""
    keys = [f"s{i}" for i in range(len(looks))]
    x = (
        alt.X("spot:Q")
        .title("SPX at expiry (index points)")
        .scale(nice=False, zero=False)
        .axis(format=",.0f", tickCount=7, grid=False)
    )
    legend = series_legend("payoff_names", title="Profit", offset=14 + ROW * rows, columns=3)
    colors = alt.Scale(domain=keys, range=[color for color, _ in looks])
    dashes = alt.Scale(domain=keys, range=[list(dash) for _, dash in looks])
    drawn = (
        folded("payoff", keys, group="series", value="profit")
        .mark_line(strokeWidth=2.4, strokeJoin="round")
        .encode(
            x=x,
            y=_dollars("profit"),
            color=alt.Color("series:N").scale(colors).legend(legend),
            strokeDash=alt.StrokeDash("series:N").scale(dashes).legend(legend),
        )
    )
    profit = [
        _shade("gain", palette.GAIN),
        _shade("loss", palette.LOSS),
        zero_line("profit").encode(y=_dollars("profit")),
        drawn,
        follow("payoff", "spot", name="payoff_pointer", tip="payoff_tips"),
        kept("payoff_tips"),
        kept("payoff_names"),
    ]
    groups: list[Any] = [alt.layer(*_levels()), alt.layer(*profit)]
    if measures:
        groups.insert(0, _chances(measures))
    picture = alt.layer(*groups).resolve_scale(
        y="independent", color="independent", strokeDash="independent"
    )
    return template_of(picture.properties(width="container", height=height))


def _dollars(field: str) -> alt.Y:
    y: alt.Y = alt.Y(f"{field}:Q").title("Profit (dollars)").axis(dollar_axis())
    return y


def _shade(field: str, color: str) -> alt.Chart:
    area: alt.Chart = (
        alt.Chart(alt.NamedData("payoff"))
        .mark_area(color=color, opacity=ink(palette.SHADE))
        .encode(alt.X("spot:Q"), _dollars(field), alt.Y2Datum(0))
    )
    return area


def _densities(densities: pd.DataFrame | None, low: float, high: float) -> pd.DataFrame:
    """``spot`` and a column a measure, the highest density being one."""
    if densities is None or densities.empty:
        return pd.DataFrame()
    frame = frame_of(densities, ("spot", "density", "measure"), chart="payoff densities")
    names, grid, density = spread(frame, "spot", "measure", "density")
    unknown = [name for name in names if name not in palette.MEASURE]
    if unknown:
        raise DataError(f"measure must be one of {', '.join(palette.MEASURE)}, got {unknown[0]}")
    inside = (grid >= low) & (grid <= high)
    if not inside.any():
        return pd.DataFrame()
    density = density[:, inside]
    top = float(np.nanmax(density))
    relative = np.round(density / top if top > 0.0 else density, 5)
    columns = dict(zip(names, relative, strict=True))
    return pd.DataFrame({"spot": np.round(grid[inside], 4), **columns})


def _chances(measures: tuple[str, ...]) -> alt.Chart:
    """Areas behind the curves, on a hidden scale that leaves them the lower third."""
    names = list(measures)
    scale = alt.Scale(domain=names, range=[palette.MEASURE[name] for name in names])
    legend = alt.Legend(
        title="Probability", orient="bottom", titleOrient="left", offset=6, symbolOpacity=0.8
    )
    areas: alt.Chart = (
        folded("payoff_densities", names, group="measure", value="density")
        .mark_area(opacity=0.16, line={"strokeWidth": 1, "opacity": 0.7}, interpolate="monotone")
        .encode(
            x=alt.X("spot:Q"),
            y=alt.Y("density:Q", stack=False).axis(None).scale(domain=[0.0, HEADROOM]),
            color=alt.Color("measure:N").scale(scale).legend(legend),
        )
    )
    return areas


def _placed(levels: pd.DataFrame | None, low: float, high: float) -> pd.DataFrame:
    """Rows and sides for the labels, so that no text meets another text or another's leader.

    Texts face away from the index level: left of their rule below it, right of it above. Coming in
    from either edge, each label takes the lowest row where it is free.

    Columns: spot, label, kind, side, row (0 is the lowest), and top and base, the pixels above the
    plot where the rule ends and the text stands.
    """
    rows: list[tuple[float, str, str]] = []
    if levels is not None and not levels.empty:
        frame = frame_of(levels, ("spot", "label", "kind"), chart="payoff levels")
        unknown = [kind for kind in names_of(frame["kind"]) if kind not in KINDS]
        if unknown:
            raise DataError(f"kind must be one of {', '.join(KINDS)}, got {unknown[0]}")
        columns = (frame[name].tolist() for name in ("spot", "label", "kind"))
        rows = [row for row in zip(*columns, strict=True) if low <= row[0] <= high]
    centre = next((spot for spot, _, kind in rows if kind == "spot"), (low + high) / 2.0)
    left = sorted((row for row in rows if row[0] < centre), key=lambda row: row[0])
    right = sorted((row for row in rows if row[0] >= centre), key=lambda row: -row[0])
    scale = NOMINAL_WIDTH / (high - low) if high > low else 1.0
    taken: list[tuple[float, float, float, int]] = []  # rule, text from, text to (px), row
    sides: list[str] = []
    for i, (spot, label, _) in enumerate(left + right):
        at = (spot - low) * scale
        width = 8.0 + CHARACTER * len(label)
        side = "left" if i < len(left) or at + width > NOMINAL_WIDTH + EDGE else "right"
        start, end = (at - width, at) if side == "left" else (at, at + width)
        row = next(
            (
                row
                for row in range(len(rows))
                if not any(_meets(at, start, end, row, other) for other in taken)
            ),
            max((other[3] for other in taken), default=-1) + 1,
        )
        taken.append((at, start, end, row))
        sides.append(side)
    spots, labels, kinds = zip(*(left + right), strict=True) if rows else ((), (), ())
    row_of = np.array([place[3] for place in taken], dtype=np.int32)
    return pd.DataFrame(
        {
            "spot": np.array(spots, dtype=float),
            "label": list(labels),
            "kind": list(kinds),
            "side": sides,
            "top": -14 - ROW * row_of,
            "base": -4 - ROW * row_of,
            "row": row_of,
        }
    )


def _meets(
    at: float, start: float, end: float, row: int, other: tuple[float, float, float, int]
) -> bool:
    other_at, other_start, other_end, other_row = other
    same_row = row == other_row and start < other_end and other_start < end
    own_leader = row > other_row and other_start < at < other_end
    other_leader = other_row >= row and start < other_at < end
    return same_row or own_leader or other_leader


def _levels() -> list[alt.Chart]:
    """Rules down from their row above the plot, and their texts."""
    kinds = list(KINDS)
    colors: list[Any] = [ink(color) for color, _, _ in KINDS.values()]
    base = alt.Chart(alt.NamedData("payoff_levels"))
    left = "datum.side === 'left'"
    rules = base.mark_rule(aria=False).encode(
        alt.X("spot:Q"),
        alt.Y("top:Q", scale=None, axis=None),
        FOOT,
        alt.Color("kind:N").scale(domain=kinds, range=colors).legend(None),
        alt.StrokeDash("kind:N")
        .scale(domain=kinds, range=[dash for _, dash, _ in KINDS.values()])
        .legend(None),
        alt.StrokeWidth("kind:N")
        .scale(domain=kinds, range=[width for _, _, width in KINDS.values()])
        .legend(None),
    )
    texts = base.mark_text(
        color=ink(palette.INK),
        fontSize=12,
        align=ink(f"{left} ? 'right' : 'left'"),
        baseline="alphabetic",
        dx=ink(f"{left} ? -4 : 4"),
    ).encode(alt.X("spot:Q"), alt.Y("base:Q", scale=None, axis=None), alt.Text("label:N"))
    return [rules, texts]
