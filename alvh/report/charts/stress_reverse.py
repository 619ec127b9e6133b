"""The reverse stress test: what every fall costs, and the smallest one that costs so much."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from alvh.report import palette
from alvh.report.charts._lines import Looks, line_layers
from alvh.report.charts._parts import (
    follow,
    ink,
    kept,
    number_axis,
    rows_of,
    series_legend,
    spread,
    template_of,
    zero_line,
)
from alvh.report.charts.outcomes_look import RIGHT, keys_of
from alvh.report.charts.stress_look import variant_looks
from alvh.report.figure import Figure

__all__ = ["stress_reverse"]


def stress_reverse(
    curves: pd.DataFrame,
    *,
    loss: float,
    depth: float | None,
    columns: int = 3,
    height: int = 300,
) -> Figure:
    """Loss against the depth of a fall, one line a book, with the loss asked for.

    Parameters
    ----------
    curves : DataFrame
        Of `alvh.risk.stress_reverse.ReverseStress.curve`, with ``variant``: the book; ``depth``
        (percent), ``vix`` (points), ``lost`` (percent of capital).
    loss : float
        Loss asked for, percent of capital.
    depth : float or None
        Smallest fall that costs as much, percent: marked; None if there is none.
    columns : int, default=3
        Names side by side in the legend.
    height : int, default=300
        Pixels.

    Returns
    -------
    Figure
        As wide as its container.

    Raises
    ------
    DataError
        If a column is missing or there is no row.
    """
    rows = rows_of(curves, ("variant", "depth", "vix", "lost"), chart="stress reverse")
    names, grid, values = spread(rows, "depth", "variant", "lost")
    first = rows.drop_duplicates("depth").sort_values("depth")
    told = {"Fall": [f"{x:.1f} %" for x in grid], "VIX": [f"{x:.1f}" for x in first["vix"]]}
    told |= {
        name: [f"{x:.2f} %".replace("-", "\u2212") for x in row]
        for name, row in zip(names, values, strict=True)
    }
    days = dict(zip(keys_of(names), np.round(values, 4), strict=True))
    at = [] if depth is None else [depth]
    datasets = {
        "reverse": pd.DataFrame({"row": np.arange(grid.size), "depth": grid, **days}),
        "reverse_tips": pd.DataFrame(told),
        "reverse_names": pd.DataFrame({"name": names}),
        "reverse_loss": pd.DataFrame({"lost": [loss], "text": [f"{loss:g} % lost"]}),
        "reverse_found": pd.DataFrame(
            {
                "depth": np.array(at, dtype=float),
                "lost": np.full(len(at), loss),
                "text": pd.Series([f"\u2212{x:.1f} %" for x in at], dtype=object),
            }
        ),
    }
    return Figure(_template(variant_looks(names), columns, height), datasets)


@lru_cache(maxsize=32)
def _template(looks: Looks, columns: int, height: int) -> dict[str, Any]:
    x = alt.X("depth:Q").title("Fall of SPX (%)").scale(nice=False)
    x = x.axis(format=".0f", tickCount=8, grid=False)
    y = alt.Y("lost:Q").title("Loss (% of the account)").axis(number_axis())
    legend = series_legend("reverse_names", title=None, columns=columns)
    asked = alt.Chart(alt.NamedData("reverse_loss"))
    found = alt.Chart(alt.NamedData("reverse_found"))
    label: dict[str, Any] = {"fontSize": 12, "baseline": "bottom", "dy": -4}
    layers: list[Any] = [
        zero_line("lost").encode(y=y),
        asked.mark_rule(color=palette.LOSS, strokeWidth=1.4, strokeDash=[6, 3]).encode(y=y),
        asked.mark_text(color=ink(palette.MUTED), align="right", dx=-4, **label).encode(
            x=RIGHT, y=y, text=alt.Text("text:N")
        ),
    ]
    layers += line_layers("reverse", looks, group="series", value="lost", x=x, y=y, legend=legend)
    layers += [
        found.mark_point(filled=True, size=80, opacity=1.0, color=palette.LOSS).encode(x=x, y=y),
        found.mark_text(
            color=ink(palette.INK), fontWeight="bold", align="right", dx=-8, **label
        ).encode(x=x, y=y, text=alt.Text("text:N")),
        follow("reverse", "depth", name="reverse_pointer", tip="reverse_tips"),
        kept("reverse_tips"),
        kept("reverse_names"),
    ]
    return template_of(alt.layer(*layers).properties(width="container", height=height))
