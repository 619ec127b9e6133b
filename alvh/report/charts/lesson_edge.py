"""Picture of the lesson's fourth step: profit without an edge, and whose profit it was."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import altair as alt
import pandas as pd

from alvh.errors import DataError
from alvh.report import palette
from alvh.report.charts._parts import PAD, frame_of, ink
from alvh.report.charts.lesson import LARGE, heading, projected
from alvh.report.charts.outcomes_look import policy_title, vertical_zero
from alvh.report.figure import Figure
from alvh.report.verdict import reads
from alvh.risk.inference import Interval

__all__ = ["PARTS", "lesson_edge"]

PARTS: Final = {
    "equity": ("equity", palette.MORE_POLICIES[1]),
    "variance": ("diffusive variance", palette.MORE_POLICIES[2]),
    "jumps": ("jumps", palette.MORE_POLICIES[3]),
    "together": ("premia together", palette.MORE_POLICIES[5]),
    "costs": ("costs", palette.MORE_POLICIES[4]),
    "profit": ("profit", palette.BLUE),
}
"""Part of the attribution to its name in the legend and its colour."""


def lesson_edge(
    means: pd.DataFrame,
    attribution: pd.DataFrame,
    *,
    width: int = 270,
    side: int = 330,
    row: int = 66,
) -> Figure:
    """Mean profit of policies with their premia turned down, beside whose profit it was.

    Parameters
    ----------
    means : DataFrame
        ``policy``, ``estimate``, ``low``, ``high``, dollars a year.
    attribution : DataFrame
        ``policy``, ``part`` (of `PARTS`), ``estimate``, ``low``, ``high``, dollars a year.
    width, side, row : int
        Pixels of the two panels, and of a policy in either.

    Returns
    -------
    Figure
        Intervals are 95 %.

    Raises
    ------
    DataError
        If a column is missing, there is no row, or a part is unknown.
    """
    needed = ("policy", "estimate", "low", "high")
    left = frame_of(means, needed, chart="lesson edge")[list(needed)].copy()
    right = frame_of(attribution, (*needed, "part"), chart="lesson edge").copy()
    if left.empty or right.empty or not set(right["part"]) <= set(PARTS):
        raise DataError(f"lesson edge must have policies, and parts among {', '.join(PARTS)}")
    for frame in (left, right):
        frame["words"] = [
            reads(Interval(x, a, b), "$", signed=True)
            for x, a, b in zip(frame["estimate"], frame["low"], frame["high"], strict=True)
        ]
    policies = tuple(str(name) for name in left["policy"])
    for frame in (left, right):
        frame["title"] = [policy_title(str(name)) for name in frame["policy"]]
    right["part"] = [PARTS[name][0] for name in right["part"]]
    return Figure(
        _template(policies, width, side, row),
        {"means": left.round(2), "parts": right.round(2)},
    )


@lru_cache(maxsize=4)
def _template(policies: tuple[str, ...], width: int, side: int, row: int) -> dict[str, Any]:
    titles = [policy_title(name) for name in policies]
    colors = [palette.POLICY.get(name, palette.GREY) for name in policies]
    height = row * len(policies)
    y = alt.Y("title:N").title(None).sort(titles).scale(domain=titles)
    named = y.axis(ticks=False, domain=False, labelFontSize=LARGE, labelColor=ink(palette.INK))
    x = alt.X("estimate:Q").title("Mean profit, dollars a year")
    x = x.axis(format="$,.2~s", tickCount=5).scale(zero=True, padding=14)
    means = alt.Chart(alt.NamedData("means"))
    tips = [
        alt.Tooltip("title:N", title="Policy"),
        alt.Tooltip("words:N", title="Mean profit a year, 95 %"),
    ]
    color = alt.Color("policy:N").scale(domain=list(policies), range=colors).legend(None)
    left = alt.layer(
        vertical_zero("estimate"),
        means.mark_rule(strokeWidth=9, opacity=0.4).encode(
            x=alt.X("low:Q"), x2="high:Q", y=named, color=color, tooltip=tips
        ),
        means.mark_point(filled=True, size=150, opacity=1.0).encode(
            x=x, y=named, color=color, tooltip=tips
        ),
    ).properties(width=width, height=height, title=heading("With the premia left on"))
    names, hues = zip(*PARTS.values(), strict=True)
    hue = (
        alt.Color("part:N")
        .scale(domain=list(names), range=list(hues))
        .legend(
            alt.Legend(title=None, orient="bottom", columns=3, symbolType="circle", symbolOpacity=1)
        )
    )
    parts = alt.Chart(alt.NamedData("parts"))
    told = [
        alt.Tooltip("title:N", title="Policy"),
        alt.Tooltip("part:N", title="Part"),
        alt.Tooltip("words:N", title="Dollars a year, 95 %"),
    ]
    off = alt.YOffset("part:N").sort(list(names)).scale(paddingOuter=0.6)
    bare = y.axis(labels=False, ticks=False, domain=False)
    across = alt.X("estimate:Q").title("Dollars a year, at full premia")
    across = across.axis(format="$,.2~s", tickCount=5).scale(zero=True, padding=14)
    right = alt.layer(
        vertical_zero("estimate"),
        parts.mark_rule(strokeWidth=2.6).encode(
            x=alt.X("low:Q"), x2="high:Q", y=bare, yOffset=off, color=hue, tooltip=told
        ),
        parts.mark_point(filled=True, size=60, opacity=1.0).encode(
            x=across, y=bare, yOffset=off, color=hue, tooltip=told
        ),
    ).properties(width=side, height=height, title=heading("Whose profit it was"))
    return projected(
        alt.hconcat(left, right, spacing=30, bounds="flush", autosize=PAD)
        .resolve_scale(color="independent")
        .resolve_legend(color="independent")
    )
