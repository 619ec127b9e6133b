"""Picture of the lesson's third step: what certainty costs."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from alvh.errors import DataError
from alvh.report import palette
from alvh.report.charts._parts import frame_of, ink, zero_line
from alvh.report.charts.lesson import LARGE, projected
from alvh.report.figure import Figure
from alvh.report.verdict import reads
from alvh.risk.inference import Interval

__all__ = ["FAMILIES", "lesson_price"]

FAMILIES: Final = {
    "no barrier": ("No barrier", palette.POLICY["unhedged"]),
    "stop": ("Stops", palette.POLICY["static_stop"]),
    "calls": ("VIX calls", palette.POLICY["static_calls"]),
    "wings": ("Narrower wings", palette.GREEN),
    "fewer": ("Fewer condors", palette.MORE_POLICIES[3]),
}
"""Family of a barrier to its name in the legend and its colour."""
_END: Final = 3.7  # where certainty is drawn, in nines
_TICKS: Final = (0.5, 0.8, 0.9, 0.95, 0.99, 0.999)


def _nines(kept: Any) -> Any:
    """Position of a probability: 1 at 90 %, 2 at 99 %; certainty at the end of the axis."""
    return np.minimum(-np.log10(np.maximum(1.0 - np.asarray(kept, dtype=float), 1e-9)), _END)


def lesson_price(
    table: pd.DataFrame,
    frontier: pd.DataFrame,
    *,
    sought: float,
    chosen: str,
    width: int | str = "container",
    height: int = 470,
) -> Figure:
    """Expected profit of static barriers against the probability that a limit is kept.

    Parameters
    ----------
    table : DataFrame
        Of `alvh.lab.lesson_certainty.barrier_table`.
    frontier : DataFrame
        Of `alvh.lab.lesson_certainty.frontier_of`; its last row is no trade.
    sought : float
        Probability.
    chosen : str
        Name of the barrier that is ringed, or of no trade.
    width : int or "container"
    height : int
        Pixels.

    Returns
    -------
    Figure
        Probabilities are spaced by their nines; certainty stands at the right end.

    Raises
    ------
    DataError
        If a column is missing, there is no row, or a family is unknown.
    """
    needed = ("family", "name", "profit", "profit_low", "profit_high", "kept", "kept_low")
    rows = frame_of(table, (*needed, "kept_high"), chart="lesson price").copy()
    line = frame_of(frontier, ("name", "kept", "profit"), chart="lesson price").copy()
    if rows.empty or line.empty or not set(rows["family"]) <= set(FAMILIES):
        raise DataError(f"lesson price must have rows of {', '.join(FAMILIES)}")
    for name in ("profit", "kept"):
        unit = "$" if name == "profit" else "%"
        rows[f"{name}_words"] = [
            reads(Interval(x, a, b), unit)
            for x, a, b in zip(rows[name], rows[f"{name}_low"], rows[f"{name}_high"], strict=True)
        ]
    rows["family"] = [FAMILIES[name][0] for name in rows["family"]]
    for frame in (rows, line):
        frame["x"] = _nines(frame["kept"]).round(4)
    for end in ("low", "high"):
        rows[f"x_{end}"] = _nines(rows[f"kept_{end}"]).round(4)
    line["order"] = np.arange(len(line))
    ring = line[line["name"] == chosen] if chosen in set(line["name"]) else rows
    ring = ring[ring["name"] == chosen][["name", "x", "profit"]]
    return Figure(
        _template(width, height),
        {
            "barriers": rows.drop(columns=["kept_low", "kept_high"]).round(2),
            "frontier": line[["name", "x", "profit", "order"]].round(2),
            "nothing": line.iloc[-1:][["name", "x", "profit"]],
            "ring": ring.round(2),
            "sought": pd.DataFrame({"x": [float(_nines(sought))], "end": [_END]}),
        },
    )


@lru_cache(maxsize=4)
def _template(width: int | str, height: int) -> dict[str, Any]:
    rows = alt.Chart(alt.NamedData("barriers"))
    names, colors = zip(*FAMILIES.values(), strict=True)
    color = (
        alt.Color("family:N")
        .scale(domain=list(names), range=list(colors))
        .legend(alt.Legend(title=None, orient="top", symbolType="circle", symbolOpacity=1))
    )
    labels = " : ".join(
        f"abs(datum.value - {_nines(p):.4f}) < 0.001 ? '{100 * p:g} %'" for p in _TICKS
    )
    axis = alt.Axis(
        values=[*(float(_nines(p)) for p in _TICKS), _END], labelExpr=f"{labels} : 'certain'"
    )
    x = alt.X("x:Q").title("Probability that the limit is kept").axis(axis)
    x = x.scale(domain=[0.2, _END + 0.12], nice=False, clamp=True)
    y = alt.Y("profit:Q").title("Expected profit, dollars a year").axis(format="$,.0f", tickCount=6)
    y = y.scale(padding=18)
    tips = [
        alt.Tooltip("name:N", title="Barrier"),
        alt.Tooltip("profit_words:N", title="Profit a year, 95 %"),
        alt.Tooltip("kept_words:N", title="Limit kept, 95 %"),
    ]
    line = alt.Chart(alt.NamedData("frontier"))
    ring, nothing = alt.Chart(alt.NamedData("ring")), alt.Chart(alt.NamedData("nothing"))
    layers = [
        alt.Chart(alt.NamedData("sought"))
        .mark_rect(color=palette.BLUE, opacity=0.10)
        .encode(x=alt.X("x:Q"), x2="end:Q"),
        zero_line("profit"),
        line.mark_line(strokeWidth=2.4, color=ink(palette.INK), interpolate="step-before").encode(
            x=x, y=y, order=alt.Order("order:Q")
        ),
        rows.mark_rule(strokeWidth=1.6, opacity=0.6).encode(
            x=alt.X("x_low:Q"), x2="x_high:Q", y=y, color=color
        ),
        rows.mark_rule(strokeWidth=1.6, opacity=0.6).encode(
            x=x, y=alt.Y("profit_low:Q"), y2="profit_high:Q", color=color
        ),
        rows.mark_point(filled=True, size=80, opacity=0.95).encode(
            x=x, y=y, color=color, tooltip=tips
        ),
        nothing.mark_point(shape="diamond", filled=True, size=190, color=ink(palette.INK)).encode(
            x=x, y=y
        ),
        nothing.mark_text(
            align="right", dx=-14, dy=-14, fontSize=LARGE, color=ink(palette.INK)
        ).encode(x=x, y=y, text="name:N"),
        ring.mark_point(size=420, strokeWidth=2.6, color=palette.BLUE).encode(x=x, y=y),
    ]
    return projected(alt.layer(*layers).properties(width=width, height=height))
