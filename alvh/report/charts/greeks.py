"""Sensitivities of condor, hedge and net as small multiples, each with its own scale and unit."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from alvh._typing import FloatArray
from alvh.report import palette
from alvh.report.charts._parts import (
    PAD,
    folded,
    follow,
    ink,
    names_of,
    number_axis,
    panel_title,
    rows_of,
    spread,
    template_of,
    zero_line,
)
from alvh.report.figure import Figure

__all__ = ["greeks_by_day", "greeks_by_spot"]

DIGITS = 6  # significant digits sent to the browser


def greeks_by_spot(
    frame: pd.DataFrame,
    *,
    spot: float | None = None,
    width: int = 960,
    height: int = 170,
    columns: int = 3,
) -> Figure:
    """Each Greek against the index level.

    Parameters
    ----------
    frame : DataFrame
        Columns ``spot`` (index points), ``greek`` (name, such as "delta"), ``group`` ("Condor",
        "Hedge", "Net"), ``value`` (in `unit`), ``unit`` (text, such as "$ per index point").
    spot : float, optional
        Today's index level in points, drawn as a rule.
    width, height : int
        Pixels of the whole picture, and of one panel.
    columns : int, default=3
        Panels a row.

    Returns
    -------
    Figure
        One panel a Greek in order of appearance; its dataset "greeks" has a column a curve.

    Raises
    ------
    DataError
        If a column is missing or the frame is empty.
    """
    return _multiples(frame, "spot", "SPX (index points)", spot, width, height, columns)


def greeks_by_day(
    frame: pd.DataFrame, *, width: int = 960, height: int = 170, columns: int = 3
) -> Figure:
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
    Figure
        One panel a Greek in order of appearance; its dataset "greeks" has a column a curve.

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
) -> Figure:
    long = rows_of(frame, (field, "greek", "group", "value", "unit"), chart=f"greeks by {field}")
    greeks, groups = names_of(long["greek"]), names_of(long["group"])
    first = np.unique(pd.factorize(long["greek"])[0], return_index=True)[1]
    units = [str(unit) for unit in long["unit"].iloc[first]]
    curve = long["greek"].astype(str) + "_" + long["group"].astype(str)
    keys, grid, values = spread(long.assign(curve=curve), field, "curve", "value")
    datasets = {
        "greeks": pd.DataFrame({field: grid, **dict(zip(keys, _short(values), strict=True))})
    }
    if mark is not None:
        at = [float(mark)] if grid[0] <= mark <= grid[-1] else []
        datasets["greeks_today"] = pd.DataFrame({field: np.array(at)})
    template = _template(
        field,
        title,
        tuple(zip(greeks, units, strict=True)),
        tuple(groups),
        mark is not None,
        max(140, width // columns - 70),
        height,
        columns,
    )
    return Figure(template, datasets)


def _short(values: FloatArray) -> FloatArray:
    """Values rounded where a line of a few hundred pixels cannot show it."""
    top = float(np.nanmax(np.abs(values), initial=0.0))
    if not (np.isfinite(top) and top > 0.0):
        return values
    small = np.nanmax(np.abs(values), axis=1, initial=0.0)
    digits = DIGITS - np.ceil(np.log10(np.where(small > 0.0, small, 1.0)))
    scale = 10.0 ** digits[:, None]
    rounded: FloatArray = np.round(values * scale) / scale
    return rounded


@lru_cache(maxsize=32)
def _template(
    field: str,
    title: str,
    greeks: tuple[tuple[str, str], ...],
    groups: tuple[str, ...],
    marked: bool,
    width: int,
    height: int,
    columns: int,
) -> dict[str, Any]:
    """One panel a Greek, one curve a group; `greeks` are names with their units."""
    panels = [
        _panel(field, title, greek, groups, marked).properties(
            width=width,
            height=height,
            title=panel_title(f"{greek[:1].upper()}{greek[1:]} ({unit})"),
        )
        for greek, unit in greeks
    ]
    joined = alt.concat(*panels, columns=columns, spacing=26, autosize=PAD)
    return template_of(joined.resolve_scale(color="shared"))


def _panel(
    field: str, title: str, greek: str, groups: tuple[str, ...], marked: bool
) -> alt.LayerChart:
    x = (
        alt.X(f"{field}:Q")
        .title(title)
        .scale(nice=False, zero=False)
        .axis(number_axis(format=",.0f", tickCount=3, grid=False, labelFlush=False))
    )
    names = list(groups)
    scale = alt.Scale(
        domain=names, range=[palette.GROUP.get(name, palette.LAYERS[0]) for name in names]
    )
    legend = alt.Legend(title="Book", orient="top", titleOrient="left", symbolType="stroke")

    y = alt.Y("value:Q").title(None).axis(number_axis(tickCount=4, minExtent=44))
    columns = [f"{greek}_{name}" for name in names]
    lines = (
        folded("greeks", columns, group="column", value="value")
        .transform_calculate(group=f"slice(datum.column, {len(greek) + 1})")
        .mark_line(strokeWidth=2, strokeJoin="round")
        .encode(x=x, y=y, color=alt.Color("group:N").scale(scale).legend(legend))
    )
    layers: list[alt.Chart] = [zero_line("value").encode(y=y), lines]
    if marked:
        layers.insert(0, _today(field))
    tips = [alt.Tooltip(f"{field}:Q", title=title, format=",.2~f")]
    tips += [
        alt.Tooltip(f"{column}:Q", title=name, format=",.4~r")
        for column, name in zip(columns, names, strict=True)
    ]
    pointer = "".join(c if c.isalnum() else "_" for c in f"{field}_{greek}_pointer".lower())
    layers.append(follow("greeks", field, name=pointer, tip=tips))
    panel: alt.LayerChart = alt.LayerChart(layer=layers)
    return panel


def _today(field: str) -> alt.Chart:
    rule: alt.Chart = (
        alt.Chart(alt.NamedData("greeks_today"))
        .mark_rule(color=ink(palette.RULE), strokeDash=[2, 3])
        .encode(x=alt.X(f"{field}:Q"))
    )
    return rule
