"""Pieces the charts share: checked columns, named axes, a rule that follows the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from alvh.errors import DataError
from alvh.report import palette
from alvh.report.theme import display_config

__all__ = [
    "PAD",
    "dollar_axis",
    "finish",
    "follow",
    "frame_of",
    "ink",
    "names_of",
    "number_axis",
    "panel_title",
    "zero_line",
]


PAD = alt.AutoSizeParams(type="pad", contains="padding")
"""Sizing of several views side by side: as large as they need."""


def frame_of(frame: pd.DataFrame, columns: Sequence[str], *, chart: str) -> pd.DataFrame:
    """Named columns of `frame`, or an error that names the chart and what is missing."""
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise DataError(f"{chart} needs columns {', '.join(missing)}")
    return frame.loc[:, list(columns)].reset_index(drop=True)


def names_of(column: pd.Series[Any]) -> list[str]:
    """Distinct names in order of appearance."""
    return [str(name) for name in column.drop_duplicates()]


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


def zero_line(field: str = "zero") -> alt.Chart:
    """Line at zero on the vertical axis."""
    line: alt.Chart = (
        alt.Chart(pd.DataFrame({field: [0.0]}))
        .mark_rule(color=ink(palette.MUTED), strokeWidth=1.2)
        .encode(y=alt.Y(f"{field}:Q"))
    )
    return line


def follow(
    frame: pd.DataFrame,
    x: str,
    group: str,
    value: str,
    *,
    title: str,
    formats: tuple[str, str],
    name: str,
) -> alt.Chart:
    """Rule at the position nearest to the pointer, with the exact value of every group.

    Parameters
    ----------
    frame : DataFrame
        Long: position `x`, name `group`, number `value`.
    x, group, value : str
        Column names.
    title : str
        What the position is, with its unit.
    formats : tuple of str
        d3 formats of the position and of the values.
    name : str
        Name of the selection, unique in the page.
    """
    names = names_of(frame[group])
    wide = frame.pivot_table(index=x, columns=group, values=value, aggfunc="first", sort=True)
    wide = wide.reindex(columns=names)
    wide.columns = pd.Index([f"s{i}" for i in range(len(names))])
    wide = wide.reset_index()
    nearest = alt.selection_point(
        name=name, nearest=True, on="pointermove", clear="pointerout", fields=[x], empty=False
    )
    tips = [alt.Tooltip(f"{x}:Q", title=title, format=formats[0])]
    tips += [alt.Tooltip(f"s{i}:Q", title=text, format=formats[1]) for i, text in enumerate(names)]
    rule: alt.Chart = (
        alt.Chart(wide)
        .mark_rule(color=ink(palette.MUTED), strokeWidth=1)
        .encode(
            x=alt.X(f"{x}:Q"),
            opacity=alt.when(nearest).then(alt.value(0.9)).otherwise(alt.value(0.0)),
            tooltip=tips,
        )
        .add_params(nearest)
    )
    return rule


def finish(chart: Any) -> Any:
    """Chart with what is safe to set inside the dashboard."""
    return chart.configure(**display_config())
