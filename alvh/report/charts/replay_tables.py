"""Months of a policy as a heat map, differences in smoothness, and the fit of the states."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from alvh.report import palette
from alvh.report.charts._parts import PAD, ink, kept, panel_title, rows_of, template_of
from alvh.report.charts.outcomes_look import (
    checked,
    policy_color,
    policy_colors,
    policy_title,
    titles_frame,
    vertical_zero,
)
from alvh.report.charts.regimes_look import MOST, day_axis, day_numbers, day_texts, milliseconds
from alvh.report.figure import Figure
from alvh.report.numbers import MINUS, dollars, interval, percent

__all__ = ["replay_differences", "replay_fit", "replay_months"]

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun",
                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # fmt: skip
_FIT_COLORS: Final = {"VIX": palette.BLUE, "VIX3M": "#E69F00"}


def replay_months(frame: pd.DataFrame, *, cell: int = 66, row: int = 22) -> Figure:
    """Returns of calendar months: a row a year, a column a month.

    Parameters
    ----------
    frame : DataFrame
        Of one policy, of `alvh.risk.replay.monthly_returns`: ``year``, ``month``, ``return``
        (fraction; nan is drawn empty), ``profit`` (dollars).
    cell, row : int
        Pixels of a month across and of a year down.

    Returns
    -------
    Figure
        Gains blue and losses orange, as strong as their size; zero is the colour of the page, and
        the largest of either sign the full tone.

    Raises
    ------
    DataError
        If a column is missing or there is no row.
    """
    rows = rows_of(frame, ("year", "month", "return", "profit"), chart="months")
    values = rows["return"].to_numpy(dtype=float)
    most = max(float(np.nanmax(np.abs(values), initial=0.0)), 1e-12)
    cells = pd.DataFrame(
        {
            "year": rows["year"].astype(str).to_numpy(),
            "month": [_MONTHS[int(m) - 1] for m in rows["month"]],
            "value": np.nan_to_num(np.round(values, 5)),
            "strength": np.round(0.72 * np.nan_to_num(np.abs(values)) / most, 3),
            "text": [
                "" if x != x else f"{100.0 * x:.1f}".replace("-0.0", "0.0").replace("-", MINUS)
                for x in values
            ],
            "shown": [percent(x, signed=True) for x in values],
            "money": [dollars(x, signed=True) for x in rows["profit"].astype(float)],
        }
    )
    return Figure(_months_template(rows["year"].nunique(), cell, row), {"months": cells})


@lru_cache(maxsize=32)
def _months_template(n_years: int, cell: int, row: int) -> dict[str, Any]:
    plain: dict[str, Any] = {"ticks": False, "domain": False, "grid": False, "labelFlush": False}
    base = alt.Chart(alt.NamedData("months")).encode(
        x=alt.X("month:O")
        .title(None)
        .scale(domain=list(_MONTHS))
        .axis(orient="top", labelAngle=0, **plain),
        y=alt.Y("year:O").title(None).axis(**plain),
        tooltip=[
            alt.Tooltip("month:N", title="Month"),
            alt.Tooltip("year:N", title="Year"),
            alt.Tooltip("shown:N", title="Return"),
            alt.Tooltip("money:N", title="Profit"),
        ],
    )
    hue = alt.when("datum.value < 0").then(alt.value(palette.LOSS))
    layers = [
        base.mark_rect(stroke=ink(palette.PAPER), strokeWidth=1.5).encode(
            color=hue.otherwise(alt.value(palette.GAIN)),
            opacity=alt.Opacity("strength:Q").scale(None).legend(None),
        ),
        base.mark_text(color=ink(palette.INK), fontSize=12).encode(text=alt.Text("text:N")),
    ]
    chart = alt.LayerChart(layer=layers)
    return template_of(chart.properties(width=cell * 12, height=row * n_years, autosize=PAD))


def replay_differences(frame: pd.DataFrame, *, base: str, row: int = 30) -> Figure:
    """Drawdown and Ulcer index of policies less those of one, with intervals.

    Parameters
    ----------
    frame : DataFrame
        Of `alvh.risk.replay_smooth.Smoothness.differences`: ``policy``, ``title``, ``estimate``,
        ``low``, ``high`` (fractions); rows of one title make a panel.
    base : str
        The policy that is subtracted.
    row : int, default=30
        Pixels of a policy.

    Raises
    ------
    DataError
        If a column is missing or there is no row.
    """
    long, names = checked(
        frame, ("title", "estimate", "low", "high"), chart="smoothness differences"
    )
    titles = tuple(str(x) for x in long["title"].unique())
    numbers = long[["estimate", "low", "high"]].to_numpy(dtype=float) * 100.0
    rows = pd.DataFrame(
        {
            "series": long["series"].to_numpy(),
            "panel": long["title"].to_numpy(),
            "policy": [policy_title(str(name)) for name in long["policy"]],
            "estimate": np.round(numbers[:, 0], 3),
            "low": np.round(numbers[:, 1], 3),
            "high": np.round(numbers[:, 2], 3),
            "shown": [
                f"{percent(a, signed=True)} {interval(b, c, form=percent)}"
                for a, b, c in long[["estimate", "low", "high"]].itertuples(index=False)
            ],
        }
    )
    template = _differences_template(policy_colors(names), titles, policy_title(base), row)
    datasets = {"smooth": rows, "smooth_names": titles_frame(names)}
    return Figure(template, datasets)


@lru_cache(maxsize=32)
def _differences_template(
    colors: tuple[str, ...], titles: tuple[str, ...], base: str, row: int
) -> dict[str, Any]:
    color = policy_color(colors, None)
    panels = []
    for title in titles:
        y = alt.Y("policy:N").title(None).sort(None)
        data = alt.Chart(alt.NamedData("smooth")).transform_filter(f"datum.panel == '{title}'")
        title_x = f"Less {base} (percentage points); left is smoother"
        x = alt.X("estimate:Q").title(title_x).axis(tickCount=6, grid=True)
        tips = [
            alt.Tooltip("policy:N", title="Policy"),
            alt.Tooltip("shown:N", title="Difference, 95 % interval"),
        ]
        layers = [
            vertical_zero("estimate"),
            data.mark_rule(strokeWidth=3).encode(
                x=alt.X("low:Q").title(title_x), x2="high:Q", y=y, color=color, tooltip=tips
            ),
            data.mark_point(filled=True, size=110, opacity=1).encode(
                x=x, y=y, color=color, tooltip=tips
            ),
            kept("smooth_names"),
        ]
        panels.append(
            alt.layer(*layers).properties(
                width=330, height=row * len(colors), title=panel_title(title)
            )
        )
    return template_of(alt.hconcat(*panels, spacing=40, autosize=PAD))


def replay_fit(frame: pd.DataFrame, *, height: int = 300) -> Figure:
    """By how much the model's VIX and VIX3M miss the quoted ones, day by day.

    Parameters
    ----------
    frame : DataFrame
        Of `alvh.risk.replay_paths.state_fit`.
    height : int, default=300
        Pixels.

    Returns
    -------
    Figure
        As wide as its container. Of more than 2,500 days an index shows the largest gap of each
        week, so that none is hidden.

    Raises
    ------
    DataError
        If a column is missing or there is no row.
    """
    rows = rows_of(frame, ("date", "index", "quoted", "shown", "gap"), chart="fit of states")
    day = day_numbers(rows["date"])
    parts = rows.assign(day=day, week=(day + 3) // 7, size=rows["gap"].abs())
    if len(np.unique(day)) > MOST:
        largest = parts.groupby(["index", "week"], sort=False)["size"].idxmax()
        parts = parts.loc[largest.to_numpy()]
    data = parts[["index", "quoted", "shown", "gap"]].round(3).rename(columns={"shown": "model"})
    data = data.assign(date=milliseconds(parts["date"]), shown=day_texts(parts["date"]))
    return Figure(_fit_template(height), {"fit": data.reset_index(drop=True)})


@lru_cache(maxsize=4)
def _fit_template(height: int) -> dict[str, Any]:
    color = (
        alt.Color("index:N")
        .scale(domain=list(_FIT_COLORS), range=list(_FIT_COLORS.values()))
        .legend(title=None, orient="top", symbolOpacity=1)
    )
    base = alt.Chart(alt.NamedData("fit"))
    marks = base.mark_point(filled=True, size=16, opacity=0.6).encode(
        x=day_axis(),
        y=alt.Y("gap:Q").title("Model less quoted (VIX points)").axis(tickCount=7),
        color=color,
        tooltip=[
            alt.Tooltip("shown:N", title="Day"),
            alt.Tooltip("index:N", title="Index"),
            alt.Tooltip("quoted:Q", title="Quoted", format=".2f"),
            alt.Tooltip("model:Q", title="Model", format=".2f"),
            alt.Tooltip("gap:Q", title="Gap", format="+.2f"),
        ],
    )
    zero = (
        alt.Chart(alt.sequence(0, 1, as_="gap"))
        .mark_rule(color=ink(palette.MUTED), strokeWidth=1.2)
        .encode(y=alt.Y("gap:Q"))
    )
    return template_of(alt.layer(zero, marks).properties(width="container", height=height))
