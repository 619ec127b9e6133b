"""The large picture: what the book earns at every level of the index, and how likely each is."""

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

__all__ = ["payoff"]

NOMINAL_WIDTH: Final = 560.0  # px: labels are laid out for the narrowest page column
CHARACTER: Final = 6.3  # px: mean width of a character at 12 px
ROW: Final = 15  # px between rows of labels
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
) -> alt.LayerChart:
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
    LayerChart
        As wide as its container.

    Raises
    ------
    DataError
        If a column is missing, `curves` is empty, or a kind or measure is unknown.
    """
    lines = frame_of(curves, ("spot", "profit", "series"), chart="payoff curves")
    if lines.empty:
        raise DataError("payoff curves must have at least one row")
    lines = lines.round({"spot": 4, "profit": 2})
    low, high = float(lines["spot"].min()), float(lines["spot"].max())
    marks = _placed(levels, low, high)
    rows = 0 if marks.empty else int(marks["row"].max()) + 1
    legend_gap = 14 + ROW * rows

    x = alt.X("spot:Q").title("SPX at expiry (index points)")
    x = x.scale(domain=[low, high], nice=False, zero=False).axis(
        format=",.0f", tickCount=7, grid=False
    )
    y = alt.Y("profit:Q").title("Profit (dollars)").axis(dollar_axis())
    names = names_of(lines["series"])
    looks = [palette.series_color(name) for name in names]
    order = alt.Scale(domain=names, range=[look[0] for look in looks])
    dashes = alt.Scale(domain=names, range=[look[1] for look in looks])
    legend = alt.Legend(
        title="Profit",
        orient="top",
        titleOrient="left",
        offset=legend_gap,
        symbolType="stroke",
        columns=3,
    )

    drawn = (
        alt.Chart(lines)
        .mark_line(strokeWidth=2.4, strokeJoin="round")
        .encode(
            x=x,
            y=y,
            color=alt.Color("series:N").scale(order).legend(legend),
            strokeDash=alt.StrokeDash("series:N").scale(dashes).legend(legend),
        )
    )
    profit_layers = [
        _shade(lines, names[0], "max(datum.profit, 0)", palette.GAIN),
        _shade(lines, names[0], "min(datum.profit, 0)", palette.LOSS),
        zero_line("profit"),
        drawn,
        follow(
            lines,
            "spot",
            "series",
            "profit",
            title="SPX (points)",
            formats=(",.2f", "$,.0f"),
            name="payoff_pointer",
        ),
    ]
    groups: list[Any] = [alt.layer(*profit_layers)]
    if not marks.empty:
        groups.insert(0, alt.layer(*_levels(marks)))
    behind = _densities(densities, low, high)
    if behind is not None:
        groups.insert(0, behind)
    picture = alt.layer(*groups).resolve_scale(
        y="independent", color="independent", strokeDash="independent"
    )
    result: alt.LayerChart = finish(picture.properties(width="container", height=height))
    return result


def _shade(lines: pd.DataFrame, series: str, part: str, color: str) -> alt.Chart:
    area: alt.Chart = (
        alt.Chart(lines)
        .transform_filter(alt.FieldEqualPredicate(field="series", equal=series))
        .transform_calculate(shade=part)
        .mark_area(color=color, opacity=ink(palette.SHADE))
        .encode(alt.X("spot:Q"), alt.Y("shade:Q"), alt.Y2Datum(0))
    )
    return area


def _densities(densities: pd.DataFrame | None, low: float, high: float) -> alt.Chart | None:
    if densities is None or densities.empty:
        return None
    frame = frame_of(densities, ("spot", "density", "measure"), chart="payoff densities")
    frame = frame[frame["spot"].between(low, high)].round({"spot": 4, "density": 9})
    names = names_of(frame["measure"])
    unknown = [name for name in names if name not in palette.MEASURE]
    if unknown:
        raise DataError(f"measure must be one of {', '.join(palette.MEASURE)}, got {unknown[0]}")
    if not names:
        return None
    top = 3.2 * float(frame["density"].max())
    legend = alt.Legend(
        title="Probability", orient="bottom", titleOrient="left", offset=6, symbolOpacity=0.8
    )
    scale = alt.Scale(domain=names, range=[palette.MEASURE[name] for name in names])
    areas: alt.Chart = (
        alt.Chart(frame)
        .mark_area(opacity=0.16, line={"strokeWidth": 1, "opacity": 0.7}, interpolate="monotone")
        .encode(
            x=alt.X("spot:Q"),
            y=alt.Y("density:Q", stack=False).axis(None).scale(domain=[0.0, top]),
            color=alt.Color("measure:N").scale(scale).legend(legend),
        )
    )
    return areas


def _placed(levels: pd.DataFrame | None, low: float, high: float) -> pd.DataFrame:
    """Rows and sides for the labels, so that no text meets another text or another's leader.

    Texts face away from the index level: left of their rule below it, right of it above. Coming in
    from either edge, each label takes the lowest row where it is free.
    """
    columns = ["spot", "label", "kind", "row", "side"]
    if levels is None or levels.empty:
        return pd.DataFrame(columns=columns)
    frame = frame_of(levels, ("spot", "label", "kind"), chart="payoff levels")
    unknown = [kind for kind in names_of(frame["kind"]) if kind not in KINDS]
    if unknown:
        raise DataError(f"kind must be one of {', '.join(KINDS)}, got {unknown[0]}")
    frame = frame[frame["spot"].between(low, high)]
    centres = frame.loc[frame["kind"] == "spot", "spot"]
    centre = float(centres.iloc[0]) if len(centres) else (low + high) / 2.0
    left = frame[frame["spot"] < centre].sort_values("spot").assign(side="left")
    right = frame[frame["spot"] >= centre].sort_values("spot", ascending=False)
    frame = pd.concat([left, right.assign(side="right")], ignore_index=True)
    scale = NOMINAL_WIDTH / (high - low) if high > low else 1.0
    taken: list[tuple[float, float, float, int]] = []  # rule, text from, text to (px), row
    sides: list[str] = []
    for spot, label, wanted in zip(frame["spot"], frame["label"], frame["side"], strict=True):
        at = (float(spot) - low) * scale
        width = 8.0 + CHARACTER * len(str(label))
        side = "left" if wanted == "right" and at + width > NOMINAL_WIDTH + EDGE else wanted
        start, end = (at - width, at) if side == "left" else (at, at + width)
        row = next(
            (
                row
                for row in range(len(frame))
                if not any(_meets(at, start, end, row, other) for other in taken)
            ),
            max((other[3] for other in taken), default=-1) + 1,
        )
        taken.append((at, start, end, row))
        sides.append(side)
    return frame.assign(row=[place[3] for place in taken], side=sides)


def _meets(
    at: float, start: float, end: float, row: int, other: tuple[float, float, float, int]
) -> bool:
    other_at, other_start, other_end, other_row = other
    same_row = row == other_row and start < other_end and other_start < end
    own_leader = row > other_row and other_start < at < other_end
    other_leader = other_row >= row and start < other_at < end
    return same_row or own_leader or other_leader


def _levels(marks: pd.DataFrame) -> list[alt.Chart]:
    """Rules down from their row above the plot, one layer a kind, and texts, one layer a side."""
    layers: list[alt.Chart] = []
    marks = marks.assign(base=-4 - ROW * marks["row"], top=-14 - ROW * marks["row"])
    for kind, (color, dash, width) in KINDS.items():
        group = marks.loc[marks["kind"] == kind, ["spot", "top"]]
        if not group.empty:
            layers.append(
                alt.Chart(group)
                .mark_rule(color=ink(color), strokeDash=dash, strokeWidth=width)
                .encode(alt.X("spot:Q"), alt.Y("top:Q", scale=None, axis=None), FOOT)
            )
    for side, dx in (("left", -4), ("right", 4)):
        group = marks.loc[marks["side"] == side, ["spot", "base", "label"]]
        if not group.empty:
            layers.append(
                alt.Chart(group)
                .mark_text(
                    color=ink(palette.INK),
                    fontSize=12,
                    align="right" if side == "left" else "left",
                    baseline="alphabetic",
                    dx=dx,
                )
                .encode(
                    alt.X("spot:Q"), alt.Y("base:Q", scale=None, axis=None), alt.Text("label:N")
                )
            )
    return layers
