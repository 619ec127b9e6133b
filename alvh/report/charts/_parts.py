"""Pieces the charts share: checked columns, named axes, a rule that follows the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from alvh._typing import FloatArray
from alvh.errors import DataError
from alvh.report import palette
from alvh.report.numbers import MINUS
from alvh.report.theme import display_config

__all__ = [
    "PAD",
    "dollar_axis",
    "dollar_texts",
    "folded",
    "follow",
    "frame_of",
    "ink",
    "kept",
    "names_of",
    "number_axis",
    "panel_title",
    "rows_of",
    "series_legend",
    "spread",
    "template_of",
    "tips_of",
    "zero_line",
]


PAD = alt.AutoSizeParams(type="pad", contains="padding")
"""Sizing of several views side by side: as large as they need."""

RENDERER: Final = "canvas"
"""How the dashboard paints: new data is on screen sooner than with SVG, and as sharp."""


def frame_of(frame: pd.DataFrame, columns: Sequence[str], *, chart: str) -> pd.DataFrame:
    """`frame` itself, or an error that names the chart and what is missing."""
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise DataError(f"{chart} needs columns {', '.join(missing)}")
    return frame


def rows_of(frame: pd.DataFrame, columns: Sequence[str], *, chart: str) -> pd.DataFrame:
    """`frame` itself, or an error that names the chart and what is missing: columns, or any row."""
    rows = frame_of(frame, columns, chart=chart)
    if rows.empty:
        raise DataError(f"{chart} must have at least one row")
    return rows


def names_of(column: pd.Series[Any]) -> list[str]:
    """Distinct names in order of appearance."""
    return [str(name) for name in column.unique()]


def spread(
    frame: pd.DataFrame, x: str, group: str, value: str
) -> tuple[list[str], FloatArray, FloatArray]:
    """Long frame as a table with one row a group.

    Parameters
    ----------
    frame : DataFrame
        Columns `x` and `value` (numbers) and `group` (names).
    x, group, value : str
        Column names.

    Returns
    -------
    names : list of str
        Groups in order of appearance.
    grid : ndarray of shape (n_x,)
        Distinct positions, ascending.
    values : ndarray of shape (n_groups, n_x)
        Not a number where a group has no value; the first where it has several.
    """
    codes, uniques = pd.factorize(frame[group])
    names = [str(name) for name in uniques]
    grid, places = np.unique(frame[x].to_numpy(dtype=float), return_inverse=True)
    values = np.full((len(names), grid.size), np.nan)
    backwards = slice(None, None, -1)  # the first of several is written last
    values[codes[backwards], places[backwards]] = frame[value].to_numpy(dtype=float)[backwards]
    return names, grid, values


def ink(expression: str) -> alt.ExprRef:
    """Colour that follows the background, from `palette`."""
    return alt.ExprRef(expr=expression)


def dollar_axis(**more: Any) -> alt.Axis:
    """Axis in whole dollars with a real minus sign and few ticks."""
    return alt.Axis(format="$,.0f", tickCount=6, **more)


def number_axis(**more: Any) -> alt.Axis:
    """Axis of plain numbers, thousands separated, at most four significant digits."""
    return alt.Axis(**{"format": ",.4~r", "tickCount": 6, **more})


def panel_title(text: str) -> alt.TitleParams:
    """Title of one small panel, close to its picture."""
    return alt.TitleParams(
        text, anchor="start", frame="group", fontSize=13, offset=8, fontWeight="bold"
    )


def zero_line(field: str) -> alt.Chart:
    """Line at zero on the vertical axis; `field` names the axis it joins."""
    line: alt.Chart = (
        alt.Chart(alt.sequence(0, 1, as_=field))
        .mark_rule(color=ink(palette.MUTED), strokeWidth=1.2)
        .encode(y=alt.Y(f"{field}:Q"))
    )
    return line


def folded(data: str, keys: Sequence[str], *, group: str, value: str) -> alt.Chart:
    """Rows of a named dataset, one a column of `keys`: its name as `group`, its number `value`."""
    chart: alt.Chart = alt.Chart(alt.NamedData(data)).transform_fold(list(keys), as_=[group, value])
    return chart


def series_legend(names: str, **more: Any) -> alt.Legend:
    """Legend of strokes whose texts are the rows of dataset `names`, column ``name``.

    The template then does not know what its series are called, and a name may hold a day or a
    strike that moves with a slider.
    """
    return alt.Legend(
        orient="top",
        titleOrient="left",
        symbolType="stroke",
        labelExpr=f"(data('{names}')[datum.index] || datum).name || ''",
        **more,
    )


def dollar_texts(values: FloatArray) -> list[str]:
    """Whole dollars as text, thousands separated; empty where there is no number."""
    return [
        "" if x != x else f"{MINUS if x <= -0.5 else ''}${abs(x):,.0f}"  # NaN is not itself
        for x in values.tolist()
    ]


def tips_of(title: str, grid: FloatArray, names: Sequence[str], values: FloatArray) -> pd.DataFrame:
    """What the tooltip shows at each position of `grid`: a column a line of it, dollars as text."""
    positions = [f"{x:,.2f}" for x in grid.tolist()]
    columns = {name: dollar_texts(row) for name, row in zip(names, values, strict=True)}
    return pd.DataFrame({title: positions, **columns})


def follow(data: str, x: str, *, name: str, tip: Any) -> alt.Chart:
    """Rule at the position nearest to the pointer, with the exact value of every group.

    Parameters
    ----------
    data : str
        Name of the dataset, one row a position.
    x : str
        Column of positions.
    name : str
        Name of the selection, unique in the chart.
    tip : str or list of altair.Tooltip
        Name of the dataset whose row of the same number is shown whole, see `tips_of`; or the
        columns of `data` to show.
    """
    nearest = alt.selection_point(
        name=name, nearest=True, on="pointermove", clear="pointerout", fields=[x], empty=False
    )
    mark: dict[str, Any] = {"color": ink(palette.MUTED), "strokeWidth": 1, "aria": False}
    shown: dict[str, Any] = {}
    if isinstance(tip, str):
        # The pointer meets cells around the rules; the datum of a cell is its rule.
        mark["tooltip"] = ink(f"data('{tip}')[(datum.datum || datum).row]")
    else:
        shown["tooltip"] = tip
    rule: alt.Chart = (
        alt.Chart(alt.NamedData(data))
        .mark_rule(**mark)
        .encode(
            x=alt.X(f"{x}:Q"),
            opacity=alt.when(nearest).then(alt.value(0.9)).otherwise(alt.value(0.0)),
            **shown,
        )
        .add_params(nearest)
    )
    return rule


def kept(data: str) -> alt.Chart:
    """Layer that draws nothing, for a dataset that only expressions read: else it is left out."""
    nothing: alt.Chart = alt.Chart(alt.NamedData(data)).transform_filter("false").mark_point()
    return nothing


def template_of(chart: Any) -> dict[str, Any]:
    """Specification of a chart without data, with only what is safe to set in the dashboard."""
    spec: dict[str, Any] = chart.to_dict()
    spec["config"] = display_config()
    spec["usermeta"] = {"embedOptions": {"renderer": RENDERER}}
    return spec
