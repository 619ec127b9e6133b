"""The claim as a picture: drawdown cut against cost, by size of the hedge; and numbers by panel."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import altair as alt
import pandas as pd

from alvh.errors import DataError
from alvh.report import palette
from alvh.report.charts._parts import PAD, frame_of, ink, names_of, panel_title, template_of
from alvh.report.charts.outcomes_look import vertical_zero
from alvh.report.figure import Figure
from alvh.report.verdict import reads
from alvh.risk.inference import Interval

__all__ = ["FAMILIES", "claim_box", "claim_panels"]

FAMILIES: Final = {
    "static_layers": "Static 4/4/2",
    "alvh": "ALVH",
    "fewer": "Fewer condors, no hedge",
}
"""Families of books, and how the legend calls them."""
_COLORS: Final = {
    "static_layers": palette.POLICY["static_layers"],
    "alvh": palette.POLICY["alvh"],
    "fewer": palette.POLICY["unhedged"],
}
CASES: Final = {
    "in the model": palette.BLUE,
    "no premium, no costs": palette.POLICY["static_calls"],
    "on real days": palette.GREEN,
}
"""Where a claim is tried, and its colour in panels."""
_ENDS: Final = ("cost", "cost_low", "cost_high", "cut", "cut_low", "cut_high")


def claim_box(
    frame: pd.DataFrame,
    *,
    cut: tuple[float, float],
    cost: tuple[float, float],
    what: str = "Mean maximum drawdown cut by (%)",
    width: int | str = "container",
    height: int = 400,
) -> Figure:
    """Drawdown cut against cost a year, a point a size of hedge, with intervals both ways.

    Parameters
    ----------
    frame : DataFrame
        Of `alvh.lab.claims.Claim.points`: ``family``, ``size``, ``cost``, ``cut`` and their ends,
        fractions.
    cut, cost : (float, float)
        The claimed box, fractions.
    what : str
        Title of the vertical axis.
    width : int or "container"
        Pixels, or as wide as the page allows.
    height : int
        Pixels.

    Returns
    -------
    Figure
        Sizes of a family are joined by a line; the claimed box is drawn.

    Raises
    ------
    DataError
        If a column is missing, there is no row, or a family is unknown.
    """
    rows = frame_of(frame, ("family", "size", *_ENDS), chart="claim box").reset_index(drop=True)
    if rows.empty or not set(rows["family"]) <= set(FAMILIES):
        raise DataError(f"claim box must have rows of {', '.join(FAMILIES)}")
    rows = rows.copy()
    for metric in ("cost", "cut"):
        rows[f"{metric}_words"] = [
            reads(Interval(x, a, b), "%")
            for x, a, b in zip(
                rows[metric], rows[f"{metric}_low"], rows[f"{metric}_high"], strict=True
            )
        ]
    rows[list(_ENDS)] = (100.0 * rows[list(_ENDS)]).round(3)
    origin = (rows["family"] != "alvh") & (rows["cost"] == 0.0) & (rows["cut"] == 0.0)
    rows["label"] = [
        "" if bare else f"×{size:g}" for bare, size in zip(origin, rows["size"], strict=True)
    ]
    rows["family"] = rows["family"].map(FAMILIES)
    box = pd.DataFrame(
        {
            "left": [100.0 * cost[0]],
            "right": [100.0 * cost[1]],
            "bottom": [100.0 * cut[0]],
            "top": [100.0 * cut[1]],
            "label": ["claimed"],
        }
    )
    return Figure(_box_template(what, width, height), {"claim": rows, "claimed": box})


@lru_cache(maxsize=8)
def _box_template(what: str, width: int | str, height: int) -> dict[str, Any]:
    color = (
        alt.Color("family:N")
        .scale(domain=list(FAMILIES.values()), range=list(_COLORS.values()))
        .legend(alt.Legend(title=None, orient="top", symbolType="circle", symbolOpacity=1))
    )
    x = alt.X("cost:Q").title("Cost a year (% of the account, mean profit given up)")
    x = x.scale(zero=True, nice=True, padding=18).axis(tickCount=8)
    y = alt.Y("cut:Q").title(what).scale(zero=True, nice=True, padding=14).axis(tickCount=8)
    rows = alt.Chart(alt.NamedData("claim"))
    tips = [
        alt.Tooltip("family:N", title="Book"),
        alt.Tooltip("label:N", title="Size"),
        alt.Tooltip("cut_words:N", title="Drawdown cut by, 95 %"),
        alt.Tooltip("cost_words:N", title="Cost a year, 95 %"),
    ]
    area = alt.Chart(alt.NamedData("claimed"))
    edge = palette.LOSS
    box = area.mark_rect(
        fill=edge, fillOpacity=0.14, stroke=edge, strokeWidth=1.8, strokeDash=[5, 3]
    ).encode(x=alt.X("left:Q"), x2="right:Q", y=alt.Y("bottom:Q"), y2="top:Q")
    named = area.mark_text(
        align="left", baseline="bottom", dy=-4, fontSize=13, fontWeight="bold", color=edge
    ).encode(x=alt.X("left:Q"), y=alt.Y("top:Q"), text="label:N")
    zero = (
        alt.Chart(alt.sequence(0, 1, as_="cut"))
        .mark_rule(color=ink(palette.MUTED), strokeWidth=1.2)
        .encode(y=alt.Y("cut:Q"))
    )
    fewer = FAMILIES["fewer"]
    layers = [
        vertical_zero("cost").encode(x=x),
        zero.encode(y=y),
        box,
        named,
        rows.mark_line(strokeWidth=1.4, opacity=0.7).encode(
            x=x, y=y, color=color, order=alt.Order("size:Q")
        ),
        rows.mark_rule(strokeWidth=2.0, opacity=0.85).encode(
            x=alt.X("cost_low:Q"), x2="cost_high:Q", y=y, color=color
        ),
        rows.mark_rule(strokeWidth=2.0, opacity=0.85).encode(
            x=x, y=alt.Y("cut_low:Q"), y2="cut_high:Q", color=color
        ),
        rows.mark_point(filled=True, size=85, opacity=1.0).encode(
            x=x, y=y, color=color, tooltip=tips
        ),
        rows.transform_filter(f"datum.family != '{fewer}'")
        .mark_text(align="left", dx=8, dy=-8, fontSize=11, color=ink(palette.INK))
        .encode(x=x, y=y, text="label:N"),
        rows.transform_filter(f"datum.family == '{fewer}'")
        .mark_text(align="right", dx=-8, dy=-8, fontSize=11, color=ink(palette.INK))
        .encode(x=x, y=y, text="label:N"),
    ]
    return template_of(alt.layer(*layers).properties(width=width, height=height))


def claim_panels(
    frame: pd.DataFrame,
    *,
    colors: dict[str, str] | None = None,
    width: int = 190,
    row: int = 34,
    columns: int = 3,
) -> Figure:
    """Numbers of books with their intervals: a panel a measure, a row a book, a colour a case.

    Parameters
    ----------
    frame : DataFrame
        ``panel`` (title of a measure), ``unit`` ("%" for fractions, "$"), ``book``, ``case`` (such
        as "in the model"), ``estimate``, ``low``, ``high``; ``mark`` (a level to draw), nan where
        there is none.
    colors : dict of str to str, optional
        Case to colour; by default those of `CASES`.
    width, row : int
        Pixels of a panel, and of a book in it.
    columns : int, default=3
        Panels side by side.

    Returns
    -------
    Figure
        Each panel on its own scale; a line at zero and at the mark of a panel.

    Raises
    ------
    DataError
        If a column is missing, there is no row, or a case is unknown.
    """
    needed = ("panel", "unit", "book", "case", "estimate", "low", "high", "mark")
    rows = frame_of(frame, needed, chart="claim panels").reset_index(drop=True)
    cases = names_of(rows["case"])
    known = CASES if colors is None else colors
    if rows.empty or not set(cases) <= set(known):
        raise DataError(f"claim panels must have rows of cases {', '.join(known)}")
    rows = rows.copy()
    rows["words"] = [
        reads(Interval(x, a, b), u)
        for x, a, b, u in zip(
            rows["estimate"], rows["low"], rows["high"], rows["unit"], strict=True
        )
    ]
    scale = [100.0 if unit == "%" else 1.0 for unit in rows["unit"]]
    for name in ("estimate", "low", "high", "mark"):
        rows[name] = (rows[name] * scale).round(4)
    units = rows.drop_duplicates("panel")
    panels = tuple(
        (str(title), str(unit), bool(mark == mark))  # NaN is not itself
        for title, unit, mark in zip(units["panel"], units["unit"], units["mark"], strict=True)
    )
    template = _panel_template(
        panels,
        tuple(names_of(rows["book"])),
        tuple(cases),
        tuple(known[case] for case in cases),
        width,
        row,
        columns,
    )
    return Figure(template, {"panels": rows})


@lru_cache(maxsize=32)
def _panel_template(
    panels: tuple[tuple[str, str, bool], ...],
    books: tuple[str, ...],
    cases: tuple[str, ...],
    colors: tuple[str, ...],
    width: int,
    row: int,
    columns: int,
) -> dict[str, Any]:
    color = (
        alt.Color("case:N")
        .scale(domain=list(cases), range=list(colors))
        .legend(alt.Legend(title=None, orient="top", symbolType="circle", symbolOpacity=1))
    )
    tips = [
        alt.Tooltip("book:N", title="Book"),
        alt.Tooltip("case:N", title="Case"),
        alt.Tooltip("words:N", title="Estimate, 95 % interval"),
    ]
    drawn = []
    for i, (title, unit, marked) in enumerate(panels):
        rows = alt.Chart(alt.NamedData("panels")).transform_filter(f"datum.panel == '{title}'")
        x = alt.X("estimate:Q").title("dollars" if unit == "$" else unit or None)
        form = "$,.2~s" if unit == "$" else ",.4~r"
        x = x.axis(alt.Axis(format=form, tickCount=4)).scale(zero=True, padding=10)
        first = i % columns == 0
        y = alt.Y("book:N").title(None).sort(list(books)).scale(domain=list(books))
        y = y.axis(alt.Axis(labels=first, ticks=False, domain=False, labelLimit=170))
        off = alt.YOffset("case:N").sort(list(cases))
        layers = [
            vertical_zero("estimate").encode(x=x),
            rows.mark_rule(strokeWidth=2.4).encode(
                x=alt.X("low:Q"), x2="high:Q", y=y, yOffset=off, color=color, tooltip=tips
            ),
            rows.mark_point(filled=True, size=70, opacity=1.0).encode(
                x=x, y=y, yOffset=off, color=color, tooltip=tips
            ),
        ]
        if marked:
            layers.append(
                rows.mark_rule(
                    color=palette.LOSS, strokeWidth=1.4, strokeDash=[5, 3], opacity=0.8
                ).encode(x=alt.X("mark:Q"))
            )
        drawn.append(
            alt.layer(*layers).properties(
                width=width, height=row * len(books), title=panel_title(title)
            )
        )
    lines = [
        alt.hconcat(*drawn[k : k + columns], spacing=18) for k in range(0, len(drawn), columns)
    ]
    return template_of(alt.vconcat(*lines, spacing=14, autosize=PAD))
