"""What the charts of outcomes share: policies by colour, in one legend that also picks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from alvh._typing import FloatArray
from alvh.report import palette
from alvh.report.charts._parts import ink, names_of, rows_of, series_legend

__all__ = [
    "PROFIT",
    "RIGHT",
    "checked",
    "keys_of",
    "log_percent_axis",
    "picked",
    "policy_color",
    "policy_colors",
    "policy_legend",
    "policy_title",
    "titles_frame",
    "vertical_zero",
    "wide",
]

PROFIT: Final = "Profit, present value (dollars)"
RIGHT: Final[Any] = alt.XValue("width")  # type: ignore[no-untyped-call]


def policy_title(name: str) -> str:
    """A policy's name as a legend writes it: "alvh" is ALVH, "static_stop" is Static stop."""
    head, _, number = name.partition(" (")
    text = "ALVH" if head == "alvh" else head.replace("_", " ")
    text = text[:1].upper() + text[1:]
    return f"{text} ({number}" if number else text


def policy_colors(names: Sequence[str]) -> tuple[str, ...]:
    """One colour a policy: its own where it is a preset, else the next of those left."""
    spare = iter(palette.MORE_POLICIES * (len(names) // len(palette.MORE_POLICIES) + 1))
    return tuple(palette.POLICY.get(name) or next(spare) for name in names)


def keys_of(names: Sequence[str]) -> list[str]:
    """Column of each policy in the data: the template does not know what they are called."""
    return [f"s{i}" for i in range(len(names))]


def titles_frame(names: Sequence[str]) -> pd.DataFrame:
    """Dataset of the legend's texts, see `series_legend`."""
    return pd.DataFrame({"name": [policy_title(name) for name in names]})


def checked(
    frame: pd.DataFrame, columns: Sequence[str], *, chart: str
) -> tuple[pd.DataFrame, list[str]]:
    """Frame with a column ``series`` (key of its policy), and the policies in order.

    Raises
    ------
    DataError
        If a column is missing or there is no row.
    """
    long = rows_of(frame, ("policy", *columns), chart=chart)
    names = names_of(long["policy"])
    keys = dict(zip(names, keys_of(names), strict=True))
    return long.assign(series=[keys[str(name)] for name in long["policy"]]), names


def wide(position: str, grid: FloatArray, values: FloatArray, decimals: int) -> pd.DataFrame:
    """One row a position, a column a policy; `values` of shape (n_policies, n_positions)."""
    columns = {f"s{i}": np.round(row, decimals) for i, row in enumerate(values)}
    return pd.DataFrame({"row": np.arange(grid.size, dtype=np.int32), position: grid, **columns})


def picked() -> alt.Parameter:
    """Selection by a click in the legend; nothing picked is all."""
    pick: alt.Parameter = alt.selection_point(name="pick", fields=["series"], bind="legend")
    return pick


def policy_color(colors: Sequence[str], legend: alt.Legend | None) -> alt.Color:
    """Colour by the key of a policy."""
    keys = [f"s{i}" for i in range(len(colors))]
    color: alt.Color = alt.Color("series:N").scale(domain=keys, range=list(colors)).legend(legend)
    return color


def policy_legend(names: str, **more: Any) -> alt.Legend:
    """Legend of policies whose titles are dataset `names`; strokes as strong as the lines."""
    return series_legend(names, **{"title": None, "columns": 5, "symbolOpacity": 1, **more})


def log_percent_axis() -> alt.Axis:
    """Axis of shares on a log scale, labelled in percent at 1, 2 and 5 of each decade."""
    ticks = [digit * 10.0**-power for power in range(7, 0, -1) for digit in (1, 2, 5)]
    return alt.Axis(values=[*ticks, 1.0], labelExpr="format(100 * datum.value, ',.4~r') + ' %'")


def vertical_zero(field: str) -> alt.Chart:
    """Line at zero on the horizontal axis; `field` names the axis it joins."""
    line: alt.Chart = (
        alt.Chart(alt.sequence(0, 1, as_=field))
        .mark_rule(color=ink(palette.MUTED), strokeWidth=1.2)
        .encode(x=alt.X(f"{field}:Q"))
    )
    return line
