"""A book in a crash: profit, its parts and liquidity by day."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, Literal

import altair as alt
import numpy as np
import pandas as pd

from alvh._typing import FloatArray
from alvh.report import palette
from alvh.report.charts._lines import Looks, line_layers
from alvh.report.charts._parts import (
    dollar_axis,
    dollar_texts,
    follow,
    frame_of,
    ink,
    kept,
    rows_of,
    series_legend,
    spread,
    template_of,
    zero_line,
)
from alvh.report.charts.outcomes_look import RIGHT, keys_of
from alvh.report.charts.stress_look import variant_looks
from alvh.report.figure import Figure
from alvh.report.numbers import dollars

__all__ = ["stress_liquidity", "stress_parts", "stress_profit"]

PARTS: Final = {"condor": "Condor", "hedge": "Hedge", "costs": "Costs", "profit": "Both"}
COST: Final = "#A89100"
DAY: Final = "Trading days from today"
LINE: Final = 16  # px between the texts of marks
LEAST, MOST = 0.1, 50.0  # quick ratios drawn
TICKS: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
SHORT: Final = "liquidity runs out below one"


def stress_profit(
    days: pd.DataFrame, marks: pd.DataFrame, *, columns: int = 5, height: int = 400
) -> Figure:
    """Profit by day through an episode: the book with all layers, without each, and without any.

    Parameters
    ----------
    days : DataFrame
        Of one policy, of `alvh.risk.stress.StressRun.days`: ``variant``, ``day``, ``profit``
        (dollars), and ``spot``, ``vix`` (points) for the pointer where they are there.
    marks : DataFrame
        ``day`` and ``label``: what happened then.
    columns : int, default=5
        Names side by side in the legend.
    height : int, default=400
        Pixels.

    Returns
    -------
    Figure
        As wide as its container.

    Raises
    ------
    DataError
        If a column is missing or there is no row.
    """
    long = rows_of(days, ("variant", "day", "profit"), chart="stress profit")
    names, grid, values = spread(long, "day", "variant", "profit")
    told = _market(long, grid) | {
        name: dollar_texts(row) for name, row in zip(names, values, strict=True)
    }
    datasets = _datasets(names, grid, np.round(values, 2), told, marks)
    datasets["stress_marks"]["profit"] = _headroom(values, len(datasets["stress_marks"]))
    template = _lines_template(variant_looks(names), "profit", columns, height)
    return Figure(template, datasets)


def stress_parts(days: pd.DataFrame, marks: pd.DataFrame, *, height: int = 300) -> Figure:
    """Where the profit of one book comes from by day: condor, hedge, costs, and both.

    Parameters
    ----------
    days : DataFrame
        Of one policy and variant: ``day``, ``condor``, ``hedge``, ``costs`` and ``profit``, their
        sum (dollars); ``spot``, ``vix`` (points) for the pointer where they are there.
    marks : DataFrame
        As `stress_profit`.
    height : int, default=300
        Pixels.

    Raises
    ------
    DataError
        If a column is missing or there is no row.
    """
    rows = rows_of(days, ("day", *PARTS), chart="stress parts").sort_values("day")
    grid = rows["day"].to_numpy(float)
    values = np.stack([rows[name].to_numpy(float) for name in PARTS])
    names = list(PARTS.values())
    told = _market(rows, grid) | {
        name: dollar_texts(row) for name, row in zip(names, values, strict=True)
    }
    datasets = _datasets(names, grid, np.round(values, 2), told, marks)
    datasets["stress_marks"]["profit"] = _headroom(values, len(datasets["stress_marks"]))
    looks: Looks = (
        (palette.GROUP["Condor"], (1, 0), 2.2),
        (palette.GROUP["Hedge"], (1, 0), 2.2),
        (COST, (3, 2), 1.8),
        (palette.GROUP["Both"], (1, 0), 3.2),
    )
    return Figure(_lines_template(looks, "profit", 4, height), datasets)


def stress_liquidity(
    days: pd.DataFrame, marks: pd.DataFrame, *, columns: int = 5, height: int = 300
) -> Figure:
    """Quick ratio by day through an episode, with the line at one below which liquidity runs out.

    Parameters
    ----------
    days : DataFrame
        Of one policy: ``variant``, ``day``, ``quick_ratio`` (infinite where nothing is needed: not
        drawn), ``margin`` and ``day_loss`` (dollars) for the pointer.
    marks : DataFrame
        As `stress_profit`.
    columns, height
        As `stress_profit`.

    Returns
    -------
    Figure
        On a log scale from 0.1 to 50: ratios beyond are drawn at its ends.

    Raises
    ------
    DataError
        If a column is missing or there is no row.
    """
    needed = ("variant", "day", "quick_ratio", "margin", "day_loss")
    long = rows_of(days, needed, chart="stress liquidity")
    names, grid, ratios = spread(long, "day", "variant", "quick_ratio")
    drawn = np.where(np.isfinite(ratios), np.clip(ratios, LEAST, MOST), np.nan)
    told = _market(long, grid)
    asked = [spread(long, "day", "variant", column)[2] for column in ("margin", "day_loss")]
    for name, row, margin, lost in zip(names, ratios, *asked, strict=True):
        told[name] = [
            f"{x:.2f}: margin {dollars(a)}, one-day loss {dollars(b)}"
            if np.isfinite(x)
            else "nothing is needed"
            for x, a, b in zip(row.tolist(), margin.tolist(), lost.tolist(), strict=True)
        ]
    datasets = _datasets(names, grid, np.asarray(np.round(drawn, 4)), told, marks)
    top = np.nanmax(drawn, initial=1.0)
    datasets["stress_marks"]["ratio"] = min(MOST, 2.0 * float(top))
    bottom = min(0.5, 0.8 * float(np.nanmin(drawn, initial=1.0)))
    datasets["stress_one"] = pd.DataFrame({"ratio": [1.0], "floor": [max(LEAST, bottom)]})
    template = _lines_template(variant_looks(names), "ratio", columns, height)
    return Figure(template, datasets)


def _market(rows: pd.DataFrame, grid: FloatArray) -> dict[str, list[str]]:
    """First lines of the tooltip: the day, and where the market is."""
    told = {"Day": [f"{day:.0f}" for day in grid.tolist()]}
    first = rows.drop_duplicates("day").sort_values("day")
    if "spot" in rows:
        told["SPX"] = [f"{x:,.0f}" for x in first["spot"]]
    if "vix" in rows:
        told["VIX"] = [f"{x:.1f}" for x in first["vix"]]
    return told


def _headroom(values: FloatArray, n_marks: int) -> float:
    """Level to which the axis goes so that the texts of marks stand above the lines."""
    top, bottom = max(float(np.nanmax(values)), 0.0), min(float(np.nanmin(values)), 0.0)
    return top + 0.055 * n_marks * (top - bottom)


def _datasets(
    names: list[str],
    grid: FloatArray,
    values: FloatArray,
    told: dict[str, list[str]],
    marks: pd.DataFrame,
) -> dict[str, pd.DataFrame]:
    shown = frame_of(marks, ("day", "label"), chart="stress marks")
    inside = shown[shown["day"].between(grid[0], grid[-1])].reset_index(drop=True)
    late = (inside["day"] > grid[0] + 0.6 * (grid[-1] - grid[0])).to_numpy(bool)
    # no rule may cross a text: the later ones start below the texts that run into them
    early = np.arange(len(inside) - late.sum())
    rows = np.concatenate([early, np.arange(len(inside) - 1, early.size - 1, -1)])
    days = dict(zip(keys_of(names), values, strict=True))
    return {
        "stress": pd.DataFrame({"row": np.arange(grid.size, dtype=np.int32), "day": grid, **days}),
        "stress_tips": pd.DataFrame(told),
        "stress_names": pd.DataFrame({"name": names}),
        "stress_marks": pd.DataFrame(
            {
                "day": inside["day"].to_numpy(float),
                "label": inside["label"].to_numpy(),
                "at": 3.0 + LINE * rows,
                "late": late,
            }
        ),
    }


@lru_cache(maxsize=32)
def _lines_template(looks: Looks, field: str, columns: int, height: int) -> dict[str, Any]:
    """Everything but the numbers; `field` is "profit" or "ratio"."""
    x = alt.X("day:Q").title(DAY).scale(nice=False).axis(format=",.0f", tickCount=8, grid=False)
    y = alt.Y(f"{field}:Q")
    if field == "profit":
        y = y.title("Profit since the start (dollars)").axis(dollar_axis()).scale(zero=True)
    else:
        y = y.title("Quick ratio (log scale)").scale(type="log", nice=False)
        y = y.axis(values=list(TICKS), format="~g")
    legend = series_legend("stress_names", title=None, columns=columns)
    layers = [zero_line("profit").encode(y=y)] if field == "profit" else _one(y)
    layers += _marks(x, y)
    layers += line_layers(
        "stress", looks, group="series", value=field, x=x, y=y, legend=legend, gaps=True
    )
    layers += [
        follow("stress", "day", name="stress_pointer", tip="stress_tips"),
        kept("stress_tips"),
        kept("stress_names"),
    ]
    return template_of(alt.layer(*layers).properties(width="container", height=height))


def _one(y: alt.Y) -> list[Any]:
    """The line at one, and what is below it shaded."""
    base = alt.Chart(alt.NamedData("stress_one"))
    text = base.mark_text(
        color=ink(palette.MUTED), align="right", baseline="bottom", dx=-5, dy=-4, fontSize=12
    )
    return [
        base.mark_rect(color=palette.LOSS, opacity=0.13).encode(y=y, y2="floor:Q"),
        base.mark_rule(color=palette.LOSS, strokeWidth=1.6).encode(y=y),
        text.encode(x=RIGHT, y=alt.Y("floor:Q"), text=alt.value(SHORT)),
    ]


def _marks(x: alt.X, y: alt.Y) -> list[Any]:
    """Rules at what happened, with texts one under the other at the top."""
    base = alt.Chart(alt.NamedData("stress_marks"))
    top = alt.ExprRef(expr="datum.at")
    rule = base.mark_rule(
        color=ink(palette.RULE), strokeWidth=1.2, strokeDash=[2, 3], y="height", y2=top
    )
    # holds the axis open for the texts
    room = base.mark_point(opacity=0, size=0, aria=False)
    layers: list[Any] = [rule.encode(x=x), room.encode(x=x, y=y)]
    sides: tuple[tuple[str, Literal["left", "right"], int], ...] = (
        ("!datum.late", "left", 5),
        ("datum.late", "right", -5),
    )
    for side, align, dx in sides:
        text = base.transform_filter(side).mark_text(
            color=ink(palette.MUTED), align=align, baseline="top", dx=dx, fontSize=12, y=top
        )
        layers.append(text.encode(x=x, text=alt.Text("label:N")))
    return layers
