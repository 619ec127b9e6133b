"""Sensitivities of condor, hedge and net as small multiples, each with its own scale and unit."""

from __future__ import annotations

import altair as alt
import pandas as pd

from alvh.errors import DataError
from alvh.report import palette
from alvh.report.charts._parts import (
    PAD,
    finish,
    follow,
    frame_of,
    names_of,
    number_axis,
    panel_title,
    zero_line,
)

__all__ = ["greeks_by_day", "greeks_by_spot"]


def greeks_by_spot(
    frame: pd.DataFrame,
    *,
    spot: float | None = None,
    width: int = 960,
    height: int = 170,
    columns: int = 3,
) -> alt.ConcatChart:
    """Each Greek against the index level.

    Parameters
    ----------
    frame : DataFrame
        Columns ``spot`` (index points), ``greek`` (name), ``group`` ("Condor", "Hedge", "Net"),
        ``value`` (in `unit`), ``unit`` (text, such as "dollars per index point").
    spot : float, optional
        Today's index level in points, drawn as a rule.
    width, height : int
        Pixels of the whole picture, and of one panel.
    columns : int, default=3
        Panels a row.

    Returns
    -------
    ConcatChart
        One panel a Greek in order of appearance.

    Raises
    ------
    DataError
        If a column is missing or the frame is empty.
    """
    return _multiples(frame, "spot", "SPX (index points)", spot, width, height, columns)


def greeks_by_day(
    frame: pd.DataFrame, *, width: int = 960, height: int = 170, columns: int = 3
) -> alt.ConcatChart:
    """Each Greek against the trading days since entry.

    Parameters
    ----------
    frame : DataFrame
        Columns ``day`` (trading days since entry), ``greek``, ``group``, ``value``, ``unit`` as in
        `greeks_by_spot`.
    width, height : int
        Pixels of the whole picture, and of one panel.
    columns : int, default=3
        Panels a row.

    Returns
    -------
    ConcatChart
        One panel a Greek in order of appearance.

    Raises
    ------
    DataError
        If a column is missing or the frame is empty.
    """
    return _multiples(frame, "day", "Trading days since entry", None, width, height, columns)


def _multiples(
    frame: pd.DataFrame,
    field: str,
    title: str,
    mark: float | None,
    width: int,
    height: int,
    columns: int,
) -> alt.ConcatChart:
    long = frame_of(frame, (field, "greek", "group", "value", "unit"), chart=f"greeks by {field}")
    if long.empty:
        raise DataError(f"greeks by {field} must have at least one row")
    each = max(140, width // columns - 70)
    panels = [
        _one(part, field, title, mark, f"{name}_{i}").properties(
            width=each, height=height, title=panel_title(f"{name} ({part['unit'].iloc[0]})")
        )
        for i, (name, part) in enumerate(long.groupby("greek", sort=False))
    ]
    joined = alt.concat(*panels, columns=columns, spacing=26, autosize=PAD)
    result: alt.ConcatChart = finish(joined.resolve_scale(color="shared"))
    return result


def _one(
    part: pd.DataFrame, field: str, title: str, mark: float | None, name: str
) -> alt.LayerChart:
    groups = names_of(part["group"])
    colors = [palette.GROUP.get(group, palette.LAYERS[0]) for group in groups]
    x = (
        alt.X(f"{field}:Q")
        .title(title)
        .scale(domain=[float(part[field].min()), float(part[field].max())], nice=False, zero=False)
        .axis(number_axis(format=",.0f", tickCount=3, grid=False, labelFlush=False))
    )
    lines = (
        alt.Chart(part.drop(columns=["greek", "unit"]))
        .mark_line(strokeWidth=2)
        .encode(
            x=x,
            y=alt.Y("value:Q").title(None).axis(number_axis(tickCount=4, minExtent=44)),
            color=alt.Color("group:N")
            .scale(domain=groups, range=colors)
            .legend(title="Book", orient="top", titleOrient="left", symbolType="stroke"),
        )
    )
    layers = [zero_line("value"), lines]
    if mark is not None:
        layers.insert(0, _today(field, mark))
    pointer = "".join(c if c.isalnum() else "_" for c in f"{field}_{name}_pointer".lower())
    layers.append(
        follow(part, field, "group", "value", title=title, formats=(",.2~f", ",.4~r"), name=pointer)
    )
    panel: alt.LayerChart = alt.LayerChart(layer=layers)
    return panel


def _today(field: str, mark: float) -> alt.Chart:
    rule: alt.Chart = (
        alt.Chart(pd.DataFrame({field: [mark]}))
        .mark_rule(color=alt.ExprRef(expr=palette.RULE), strokeDash=[2, 3])
        .encode(x=alt.X(f"{field}:Q"))
    )
    return rule
