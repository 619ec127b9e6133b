"""What policies earned over thousands of paths, and how bad the worst of it is."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from alvh.report import palette
from alvh.report.charts._parts import (
    dollar_axis,
    dollar_texts,
    folded,
    follow,
    frame_of,
    ink,
    kept,
    spread,
    template_of,
)
from alvh.report.charts.outcomes_look import (
    PROFIT,
    RIGHT,
    checked,
    log_percent_axis,
    picked,
    policy_color,
    policy_colors,
    policy_legend,
    policy_title,
    titles_frame,
    vertical_zero,
    wide,
)
from alvh.report.figure import Figure

__all__ = ["outcome_distribution", "outcome_tail"]

THOUSAND: Final = 1000.0
SIDES: Final = ("below", "above")
LINE: Final = 17  # px between lines of text in a plot
LEFT: Final[Any] = alt.XValue(0)  # type: ignore[no-untyped-call]
TAIL: Final = "Probability of a profit of at most x (%, log scale)"


def outcome_distribution(
    bins: pd.DataFrame, density: pd.DataFrame, outside: pd.DataFrame, *, height: int = 440
) -> Figure:
    """Histogram and density of profit, all policies on one axis.

    Parameters
    ----------
    bins, density, outside : DataFrame
        Of `alvh.risk.distribution.Histogram`, profits in dollars.
    height : int, default=440
        Pixels.

    Returns
    -------
    Figure
        As wide as its container. What lies beyond the bins stands as text at the end it lies at.

    Raises
    ------
    DataError
        If a column is missing or there are no bins.
    """
    long, names = checked(bins, ("left", "right", "share"), chart="outcome distribution")
    smooth, _ = checked(density, ("profit", "density"), chart="outcome distribution")
    rest = frame_of(
        outside, ("policy", "below", "above", "below_mean"), chart="outcome distribution"
    )
    _, left, shares = spread(long, "left", "policy", "share")
    right = np.append(left[1:], float(long["right"].max()))
    percent = 100.0 * THOUSAND * shares / (right - left)
    edges, steps = np.append(left, right[-1]), np.column_stack([percent, percent[:, -1]])
    _, at, height_at = spread(smooth, "profit", "policy", "density")
    below = rest.set_index("policy")["below"].reindex(names).to_numpy(float)
    reached = below[:, None] + np.cumsum(shares, axis=1)
    tips = {
        "Profit": [f"{a} to {b}" for a, b in zip(*map(dollar_texts, (left, right)), strict=True)]
    }
    for name, here, so_far in zip(names, shares, reached, strict=True):
        tips[policy_title(name)] = [
            f"{100 * x:.2f} % here, {100 * y:.1f} % below the upper end"
            for x, y in zip(here.tolist(), so_far.tolist(), strict=True)
        ]
    middle = 0.5 * (left + right)
    datasets = {
        "outcome_bins": wide("profit", edges, steps, 5),
        "outcome_density": wide("profit", np.round(at, 2), 100.0 * THOUSAND * height_at, 5),
        "outcome_places": pd.DataFrame(
            {"row": np.arange(middle.size, dtype=np.int32), "profit": middle}
        ),
        "outcome_tips": pd.DataFrame(tips),
        "outcome_names": titles_frame(names),
        "outcome_outside": _outside(rest, names, float(left[0]), float(right[-1])),
    }
    return Figure(_distribution_template(policy_colors(names), height), datasets)


def _outside(rest: pd.DataFrame, names: list[str], low: float, high: float) -> pd.DataFrame:
    """Lines of text: what the bins leave out on either side; none where they leave out nothing."""
    rows: list[tuple[str, str, int, str]] = []
    columns = {side: rest.set_index("policy")[side].reindex(names).tolist() for side in SIDES}
    means = rest.set_index("policy")["below_mean"].reindex(names).to_numpy(float)
    texts = dollar_texts(np.array([float(f"{mean:.2g}") for mean in means.tolist()]))
    for side, edge in zip(SIDES, (low, high), strict=True):
        found = [(i, share) for i, share in enumerate(columns[side]) if share > 0.0]
        if not found:
            continue
        (end,) = dollar_texts(np.array([edge]))
        rows.append((side, "", 0, f"Not drawn, {side} {end}:"))
        for line, (i, share) in enumerate(found, start=1):
            tail = f", mean {texts[i]}" if side == "below" else ""
            rows.append(
                (side, f"s{i}", line, f"{policy_title(names[i])} {100 * share:.2g} %{tail}")
            )
    return pd.DataFrame(rows, columns=["side", "series", "line", "text"])


@lru_cache(maxsize=32)
def _distribution_template(colors: tuple[str, ...], height: int) -> dict[str, Any]:
    keys = [f"s{i}" for i in range(len(colors))]
    pick = picked()
    legend = policy_legend("outcome_names")
    x = alt.X("profit:Q").title(PROFIT).scale(nice=False, zero=False).axis(dollar_axis(grid=False))
    y = (
        alt.Y("share:Q")
        .title("Share of paths (% per $1,000)")
        .axis(format=",.3~r", tickCount=5)
        .scale(zero=True)
    )
    color = policy_color(colors, legend)
    steps = (
        folded("outcome_bins", keys, group="series", value="share")
        .mark_line(interpolate="step-after", strokeWidth=1)
        .encode(x=x, y=y, color=color)
        .encode(opacity=alt.when(pick).then(alt.value(0.45)).otherwise(alt.value(0.05)))
    )
    curves = (
        folded("outcome_density", keys, group="series", value="share")
        .mark_line(strokeWidth=2.6, strokeJoin="round")
        .encode(x=x, y=y, color=color)
        .encode(opacity=alt.when(pick).then(alt.value(1.0)).otherwise(alt.value(0.12)))
        .add_params(pick)
    )
    layers: list[alt.Chart] = [vertical_zero("profit").encode(x=x), steps, curves]
    layers += [*_notes("below", colors), *_notes("above", colors)]
    layers += [
        follow("outcome_places", "profit", name="outcome_pointer", tip="outcome_tips"),
        kept("outcome_tips"),
        kept("outcome_names"),
    ]
    return template_of(alt.layer(*layers).properties(width="container", height=height))


def _notes(side: str, colors: tuple[str, ...]) -> list[alt.Chart]:
    """Lines of text in a corner; on the left each policy behind a dot of its colour."""
    lines = (
        alt.Chart(alt.NamedData("outcome_outside"))
        .transform_filter(f"datum.side == '{side}'")
        .transform_calculate(pixel=f"10 + {LINE} * datum.line")
    )
    y = alt.Y("pixel:Q").axis(None).scale(None)
    left = side == "below"
    text = lines.mark_text(
        align="left" if left else "right",
        baseline="middle",
        fontSize=12,
        color=ink(palette.MUTED),
        dx=18 if left else -6,
    ).encode(x=LEFT if left else RIGHT, y=y, text=alt.Text("text:N"))
    if not left:
        return [text]
    dots = (
        lines.transform_filter("datum.series != ''")
        .mark_point(filled=True, size=44, opacity=1.0, xOffset=8)
        .encode(x=LEFT, y=y, color=policy_color(colors, policy_legend("outcome_names")))
    )
    return [text, dots]


def outcome_tail(frame: pd.DataFrame, *, height: int = 440) -> Figure:
    """Probability of a profit no larger than x, on a log scale, in the worst part.

    Parameters
    ----------
    frame : DataFrame
        Of `alvh.risk.distribution.tail`: ``policy``, ``profit`` (dollars), ``probability``,
        ``low``, ``high`` (shares > 0).
    height : int, default=440
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
    long, names = checked(frame, ("profit", "probability", "low", "high"), chart="outcome tail")
    rows = long[["series", "profit", "probability", "low", "high"]].copy()
    rows["policy"] = [policy_title(str(name)) for name in long["policy"]]
    least = float(rows["probability"].min())
    rows["low"] = rows["low"].clip(lower=0.5 * least)  # a log scale has no room for less
    datasets = {
        "tail": rows.round({"profit": 2, "probability": 8, "low": 8, "high": 8}),
        "tail_names": titles_frame(names),
    }
    return Figure(_tail_template(policy_colors(names), height), datasets)


@lru_cache(maxsize=32)
def _tail_template(colors: tuple[str, ...], height: int) -> dict[str, Any]:
    pick = picked()
    legend = policy_legend("tail_names")
    x = alt.X("profit:Q").title(f"x: {PROFIT[:1].lower()}{PROFIT[1:]}")
    x = x.scale(nice=False, zero=False).axis(dollar_axis(grid=False))
    y = alt.Y("probability:Q").title(TAIL).scale(type="log", nice=False).axis(log_percent_axis())
    color = policy_color(colors, legend)
    tips = [
        alt.Tooltip("policy:N", title="Policy"),
        alt.Tooltip("profit:Q", title="Profit at most", format="$,.0f"),
        alt.Tooltip("probability:Q", title="Probability", format=".3~%"),
        alt.Tooltip("low:Q", title="95 % interval from", format=".2~%"),
        alt.Tooltip("high:Q", title="to", format=".2~%"),
    ]
    base = alt.Chart(alt.NamedData("tail"))
    shown = alt.when(pick).then(alt.value(1.0)).otherwise(alt.value(0.12))
    bands = base.mark_area(interpolate="monotone").encode(
        x=x,
        y=alt.Y("low:Q").title(TAIL),
        y2="high:Q",
        color=color,
        opacity=alt.when(pick).then(alt.value(0.10)).otherwise(alt.value(0.0)),
    )
    lines = base.mark_line(strokeWidth=2.4, strokeJoin="round").encode(
        x=x, y=y, color=color, opacity=shown
    )
    dots = (
        base.mark_point(size=90, filled=True)
        .encode(x=x, y=y, color=color, tooltip=tips, opacity=alt.value(0.0))
        .add_params(pick)
    )
    layers = [bands, lines, dots, kept("tail_names")]
    return template_of(alt.layer(*layers).properties(width="container", height=height))
