"""Picture of the lesson's fifth step: one crash, three books, and what was decided when."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from alvh.errors import DataError
from alvh.report import palette
from alvh.report.charts._parts import PAD, dollar_texts, follow, frame_of, ink, zero_line
from alvh.report.charts.lesson import LARGE, heading, projected
from alvh.report.figure import Figure

__all__ = ["BOOKS", "MOST_NUMBERED", "lesson_motion", "numbered"]

BOOKS: Final = {
    "hold": ("Hold", palette.POLICY["static_layers"]),
    "drop": ("Drop", palette.POLICY["unhedged"]),
    "move": ("Move (ALVH)", palette.POLICY["alvh"]),
}
"""Book to its name in the legend and its colour."""
MOST_NUMBERED: Final = 9
"""Decisions that are numbered and listed; the others are marked."""
_WEIGHT: Final = ("dropped", "monetised", "opened", "resized", "stress", "watch", "calm")


def numbered(decisions: pd.DataFrame, most: int = MOST_NUMBERED) -> pd.DataFrame:
    """Decisions with a column ``number``: text of those listed, in order of time, else empty.

    Dropping and monetising come first, then what is opened and resized, then regimes; of equals the
    earlier.
    """
    weight = [
        next((i for i, word in enumerate(_WEIGHT) if word in what), len(_WEIGHT))
        for what in decisions["what"]
    ]
    picked = sorted(sorted(range(len(weight)), key=lambda i: (weight[i], i))[:most])
    numbers = {place: str(i) for i, place in enumerate(picked, 1)}
    return decisions.assign(number=[numbers.get(i, "") for i in range(len(decisions))])


def lesson_motion(
    days: pd.DataFrame,
    decisions: pd.DataFrame,
    *,
    width: int = 430,
    side: int = 220,
    height: int = 264,
    below: int = 100,
) -> Figure:
    """Profit of three books through one crash, over the index and VIX, with what they decided.

    Parameters
    ----------
    days : DataFrame
        ``day``, ``date``, ``spot``, ``vix`` (points), and profit of each of `BOOKS`, dollars.
    decisions : DataFrame
        ``book``, ``day``, ``what``, ``reason``, ``profit``; may be empty.
    width, side, height, below : int
        Pixels: of the large panel across, of the list, of the large panel down, of the market's.

    Returns
    -------
    Figure
        Decisions are marked on the line of their book; the weightiest are numbered and listed.

    Raises
    ------
    DataError
        If a column is missing or there is no day.
    """
    rows = frame_of(days, ("day", "date", "spot", "vix", *BOOKS), chart="lesson motion").copy()
    asked = ("book", "day", "what", "reason", "profit")
    made = numbered(frame_of(decisions, asked, chart="lesson motion"))
    if rows.empty:
        raise DataError("lesson motion must have at least one day")
    rows = rows.round({"spot": 2, "vix": 2, **dict.fromkeys(BOOKS, 2)})
    for name in BOOKS:
        rows[f"{name}_words"] = dollar_texts(rows[name].to_numpy(dtype=float))
    rows["when"] = [
        f"day {day}" + (f", {date}" if date else "")
        for day, date in zip(rows["day"], rows["date"], strict=True)
    ]
    made["title"] = [BOOKS[name][0] for name in made["book"]]
    made["when"] = [f"day {day}" for day in made["day"]]
    listed = made[made["number"] != ""].copy()
    listed["line"] = [
        f"{n}  day {day}: {what}"
        for n, day, what in zip(listed["number"], listed["day"], listed["what"], strict=True)
    ]
    listed["row"] = np.arange(len(listed), dtype=float)
    return Figure(
        _template(width, side, height, below),
        {
            "days": rows,
            "decisions": made[["title", "day", "when", "what", "reason", "profit", "number"]].round(
                2
            ),
            "listed": listed[["title", "line", "row", "reason"]],
        },
    )


@lru_cache(maxsize=4)
def _template(width: int, side: int, height: int, below: int) -> dict[str, Any]:
    names, colors = zip(*BOOKS.values(), strict=True)
    color = (
        alt.Color("title:N")
        .scale(domain=list(names), range=list(colors))
        .legend(alt.Legend(title=None, orient="top", symbolType="stroke", symbolOpacity=1))
    )
    days = alt.Chart(alt.NamedData("days"))
    titles = " : ".join(f"datum.key == '{key}' ? '{name}'" for key, (name, _) in BOOKS.items())
    folded = days.transform_fold(list(BOOKS), as_=["key", "profit"]).transform_calculate(
        title=f"{titles} : ''"
    )
    quiet = alt.Axis(labels=False, ticks=False, title=None)
    x = alt.X("day:Q").scale(nice=False, padding=6)
    y = alt.Y("profit:Q").title("Profit, dollars").axis(format="$,.2~s", tickCount=6)
    made = alt.Chart(alt.NamedData("decisions"))
    tips = [
        alt.Tooltip("title:N", title="Book"),
        alt.Tooltip("when:N", title="When"),
        alt.Tooltip("what:N", title="Decision"),
        alt.Tooltip("reason:N", title="Because"),
    ]
    told = [
        alt.Tooltip("when:N", title="Day"),
        alt.Tooltip("spot:Q", title="SPX", format=",.0f"),
        alt.Tooltip("vix:Q", title="VIX", format=".1f"),
        *(alt.Tooltip(f"{key}_words:N", title=name) for key, (name, _) in BOOKS.items()),
    ]
    profit = alt.layer(
        zero_line("profit"),
        folded.mark_line(strokeWidth=3.0).encode(x=x.axis(quiet), y=y, color=color),
        follow("days", "day", name="at", tip=told),
        made.mark_point(
            filled=True, size=110, opacity=1.0, stroke=ink(palette.PAPER), strokeWidth=1.4
        ).encode(x=x, y=y, color=color, tooltip=tips),
        made.mark_text(
            dy=-15, fontSize=LARGE - 1, fontWeight="bold", color=ink(palette.INK)
        ).encode(x=x, y=y, text="number:N"),
    ).properties(width=width, height=height)
    index = days.mark_line(color=ink(palette.INK), strokeWidth=1.8).encode(
        x=x.title("Trading day"),
        y=alt.Y("spot:Q").title("SPX").scale(zero=False).axis(format=",.0f", tickCount=3),
    )
    vix = days.mark_area(color=palette.LOSS, opacity=0.35, line={"color": palette.LOSS}).encode(
        x=x.title("Trading day"),
        y=alt.Y("vix:Q")
        .title("VIX")
        .axis(format=".0f", tickCount=3, orient="right", grid=False, titleColor=palette.LOSS),
    )
    market = alt.layer(vix, index).resolve_scale(y="independent")
    left = alt.vconcat(
        profit, market.properties(width=width, height=below), spacing=8
    ).resolve_scale(x="shared")
    lines = alt.Chart(alt.NamedData("listed"))
    down = alt.Y("row:Q").axis(None).scale(domain=[-0.5, MOST_NUMBERED - 0.5], reverse=True)
    right = (
        lines.mark_text(align="left", x=0, fontSize=LARGE - 1, limit=side, fontWeight="bold")
        .encode(
            y=down,
            text="line:N",
            color=color,
            tooltip=[alt.Tooltip("line:N", title="Decision"), alt.Tooltip("reason:N", title="Why")],
        )
        .properties(width=side, height=height, title=heading("Decisions"))
    )
    return projected(
        alt.hconcat(left, right, spacing=24, autosize=PAD).resolve_scale(color="shared")
    )
