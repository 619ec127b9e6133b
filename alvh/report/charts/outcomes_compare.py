"""What sets policies apart: differences on the same paths, and where the money went."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from alvh.report import palette
from alvh.report.charts._parts import (
    PAD,
    dollar_axis,
    dollar_texts,
    ink,
    kept,
    names_of,
    panel_title,
    template_of,
)
from alvh.report.charts.outcomes_look import (
    RIGHT,
    checked,
    policy_color,
    policy_colors,
    policy_title,
    titles_frame,
    vertical_zero,
)
from alvh.report.figure import Figure
from alvh.report.numbers import dollars, plus_minus

__all__ = ["outcome_attribution", "outcome_differences"]

BETTER: Final = {1: "more is better", -1: "less is better", 0: ""}
SPACING: Final = 84  # px between waterfalls: numbers stand there


def outcome_differences(frame: pd.DataFrame, *, width: int = 240, row: int = 20) -> Figure:
    """Differences of policies from a base on the same paths: a dot and its interval.

    Parameters
    ----------
    frame : DataFrame
        Of `alvh.risk.outcomes.paired_differences`: ``policy``, ``base``, ``metric``, ``title``,
        ``better``, ``estimate``, ``low``, ``high`` (dollars), ``variance_reduction``.
    width, row : int
        Pixels of a panel, and of a policy in it.

    Returns
    -------
    Figure
        One panel a metric, all on one scale of dollars.

    Raises
    ------
    DataError
        If a column is missing or the frame is empty.
    """
    columns = ("base", "metric", "title", "better", "estimate", "low", "high")
    long, names = checked(frame, (*columns, "variance_reduction"), chart="outcome differences")
    rows = long[["series", "metric", "estimate", "low", "high"]].round(2)
    rows["policy"] = [policy_title(str(name)) for name in long["policy"]]
    rows["shown"] = [
        f"{dollars(x, signed=True)} [{dollars(a, signed=True)}, {dollars(b, signed=True)}]"
        for x, a, b in zip(long["estimate"], long["low"], long["high"], strict=True)
    ]
    rows["gain"] = ["∞" if g == np.inf else f"{g:,.3g}" for g in long["variance_reduction"]]
    rows["label"] = [
        plus_minus(x, (b - a) / 3.92, unit="$", signed=True)
        for x, a, b in zip(long["estimate"], long["low"], long["high"], strict=True)
    ]
    panels = long.drop_duplicates("metric")
    titles = tuple(
        (str(m), str(t), int(b))
        for m, t, b in zip(panels["metric"], panels["title"], panels["better"], strict=True)
    )
    base = policy_title(str(long["base"].iloc[0]))
    template = _differences_template(policy_colors(names), titles, base, width, row)
    return Figure(template, {"differences": rows, "differences_names": titles_frame(names)})


@lru_cache(maxsize=32)
def _differences_template(
    colors: tuple[str, ...],
    metrics: tuple[tuple[str, str, int], ...],
    base: str,
    width: int,
    row: int,
) -> dict[str, Any]:
    tips = [
        alt.Tooltip("policy:N", title="Policy"),
        alt.Tooltip("shown:N", title=f"Less {base}, 95 % interval"),
        alt.Tooltip("gain:N", title="Paths saved by pairing (×)"),
    ]
    color = policy_color(colors, None)
    y = alt.Y("series:N").title(None)
    y = y.axis(
        labelExpr="(data('differences_names')[+slice(datum.value, 1)] || datum).name || ''",
        grid=False,
        domain=False,
        ticks=False,
        labelFlush=False,
    )
    panels = []
    for i, (metric, title, better) in enumerate(metrics):
        last = i == len(metrics) - 1
        x = alt.X("estimate:Q").title(f"Difference from {base} (dollars)" if last else None)
        x = x.axis(dollar_axis(labels=last)).scale(zero=True)
        rows = alt.Chart(alt.NamedData("differences")).transform_filter(
            f"datum.metric == '{metric}'"
        )
        bars = rows.mark_rule(strokeWidth=2.6).encode(
            x=alt.X("low:Q"), x2="high:Q", y=y, color=color, tooltip=tips
        )
        dots = rows.mark_point(filled=True, size=80, opacity=1.0).encode(
            x=x, y=y, color=color, tooltip=tips
        )
        note = f"{title} ({BETTER[better]})" if BETTER[better] else title
        texts = rows.mark_text(
            align="left", baseline="middle", dx=8, fontSize=12, color=ink(palette.MUTED)
        ).encode(x=RIGHT, y=y, text=alt.Text("label:N"))
        layers = [vertical_zero("estimate").encode(x=x), bars, dots, texts]
        if not i:
            layers.append(kept("differences_names"))
        panels.append(
            alt.LayerChart(layer=layers).properties(
                width=width, height=row * len(colors), title=panel_title(note)
            )
        )
    joined = alt.vconcat(*panels, spacing=12, autosize=PAD)
    return template_of(joined.resolve_scale(x="shared", color="shared"))


def outcome_attribution(
    frame: pd.DataFrame, *, width: int = 760, row: int = 22, columns: int = 3
) -> Figure:
    """Where the mean change of wealth comes from: a waterfall a policy, on one scale.

    Parameters
    ----------
    frame : DataFrame
        Of `alvh.risk.outcomes.attribution`: ``policy``, ``part``, ``kind`` ("part", "subtotal",
        "total"), ``mean``, ``low``, ``high``, ``start``, ``end`` (dollars a path).
    width, row : int
        Pixels of the whole picture, and of one part.
    columns : int, default=3
        Waterfalls side by side.

    Returns
    -------
    Figure
        Parts from the top to the total; the total with its interval.

    Raises
    ------
    DataError
        If a column is missing or the frame is empty.
    """
    needed = ("part", "kind", "mean", "low", "high", "start", "end")
    long, names = checked(frame, needed, chart="outcome attribution")
    rows = long[["series", "part", "kind", "mean", "low", "high", "start", "end"]].round(2)
    half = (rows["high"] - rows["low"]) / 2.0
    rows["label"] = [text if x else "" for x, text in zip(rows["mean"], _signed(rows), strict=True)]
    rows["shown"] = [
        plus_minus(x, h / 1.96, unit="$", signed=True)
        for x, h in zip(rows["mean"], half, strict=True)
    ]
    total = rows["kind"] == "total"
    rows["low"] = rows["low"].where(total)
    rows["high"] = rows["high"].where(total)
    parts = names_of(rows["part"])
    template = _attribution_template(
        policy_colors(names),
        tuple(policy_title(name) for name in names),
        tuple(parts),
        max(100, (width - 120) // min(columns, len(names)) - SPACING),
        row,
        columns,
    )
    return Figure(template, {"attribution": rows})


def _signed(rows: pd.DataFrame) -> list[str]:
    """Means in whole dollars with their sign."""
    texts = dollar_texts(rows["mean"].to_numpy(float))
    return [f"+{text}" if x >= 0.5 else text for x, text in zip(rows["mean"], texts, strict=True)]


@lru_cache(maxsize=32)
def _attribution_template(
    colors: tuple[str, ...],
    titles: tuple[str, ...],
    parts: tuple[str, ...],
    width: int,
    row: int,
    columns: int,
) -> dict[str, Any]:
    tips = [
        alt.Tooltip("part:N", title="Part"),
        alt.Tooltip("shown:N", title="Mean of a path, 95 % interval"),
    ]
    panels = []
    for i, (color, title) in enumerate(zip(colors, titles, strict=True)):
        lowest = i + columns >= len(colors)
        x = alt.X("start:Q").title("Dollars a path" if lowest else None).scale(zero=True)
        x = x.axis(format="$~s", tickCount=3, grid=False)
        y = (
            alt.Y("part:N")
            .title(None)
            .sort(list(parts))
            .axis(labels=i % columns == 0, ticks=False, domain=False, grid=False)
        )
        rows = alt.Chart(alt.NamedData("attribution")).transform_filter(f"datum.series == 's{i}'")
        strength = alt.when("datum.kind == 'part'").then(alt.value(0.6)).otherwise(alt.value(1.0))
        bars = rows.transform_filter("datum.kind != 'subtotal'").mark_bar(
            color=color, height={"band": 0.68}
        )
        subtotals = rows.transform_filter("datum.kind == 'subtotal' && datum.mean != 0").mark_bar(
            height={"band": 0.68}, filled=False, stroke=color, strokeWidth=1.6
        )
        whiskers = rows.transform_filter("datum.kind == 'total'").mark_rule(
            color=ink(palette.INK), strokeWidth=1.6
        )
        texts = rows.mark_text(
            align="left", baseline="middle", dx=8, fontSize=12, color=ink(palette.MUTED)
        )
        layers = [
            vertical_zero("start").encode(x=x),
            bars.encode(x=x, x2="end:Q", y=y, opacity=strength, tooltip=tips),
            subtotals.encode(x=x, x2="end:Q", y=y, tooltip=tips),
            whiskers.encode(x=alt.X("low:Q"), x2="high:Q", y=y),
            texts.encode(x=RIGHT, y=y, text=alt.Text("label:N")),
        ]
        panels.append(
            alt.LayerChart(layer=layers).properties(
                width=width, height=row * len(parts), title=panel_title(title)
            )
        )
    joined = alt.concat(*panels, columns=columns, spacing={"row": 16, "column": 20}, autosize=PAD)
    return template_of(joined.resolve_scale(x="shared"))
