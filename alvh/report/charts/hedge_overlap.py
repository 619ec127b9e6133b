"""How much layers repeat one another, and when each of them is rolled."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from alvh.report import palette
from alvh.report.charts._parts import (
    PAD,
    ink,
    kept,
    names_of,
    panel_title,
    rows_of,
    template_of,
)
from alvh.report.figure import Figure
from alvh.report.numbers import MINUS

__all__ = ["hedge_overlap", "hedge_rolls"]

PANELS: Final = {
    "correlation": "Correlation of profits",
    "shared": "Share of the row's gain while the column gains too",
}
UNDER: Final = 62  # pixels of the days and their name, which a page counts into the height
STRENGTH: Final = "0.06 + 0.5 * abs(datum.value)"  # of a cell's colour: text stays readable on it


def hedge_overlap(frame: pd.DataFrame, *, cell: int = 62, row: int = 40) -> Figure:
    """Correlation of the layers' profits, and the share of gains that come together.

    Parameters
    ----------
    frame : DataFrame
        Of `alvh.risk.hedge_compare.overlap`: ``layer``, ``other``, ``correlation`` and ``shared``,
        each with ``_low`` and ``_high``.
    cell, row : int
        Pixels of a cell across and down.

    Raises
    ------
    DataError
        If a column is missing or the frame is empty.
    """
    columns = [f"{x}{end}" for x in PANELS for end in ("", "_low", "_high")]
    cells = rows_of(frame, ("layer", "other", *columns), chart="hedge overlap")
    rows, across = names_of(cells["layer"]), names_of(cells["other"])
    places = cells.assign(
        row=[rows.index(str(name)) for name in cells["layer"]],
        column=[across.index(str(name)) for name in cells["other"]],
    )
    datasets = {f"overlap_{panel}": _cells(places.dropna(subset=panel), panel) for panel in PANELS}
    datasets["overlap_names"] = pd.DataFrame({"name": across})
    return Figure(_overlap_template(len(rows), len(across), cell, row), datasets)


def _cells(places: pd.DataFrame, panel: str) -> pd.DataFrame:
    def words(x: float) -> str:
        return f"{x:.2f}".replace("-", MINUS) if panel == "correlation" else f"{100 * x:.0f} %"

    shown = [
        f"{words(x)} [{words(a)}, {words(b)}]"
        for x, a, b in places[[panel, f"{panel}_low", f"{panel}_high"]].itertuples(index=False)
    ]
    return pd.DataFrame(
        {
            "row": places["row"].to_numpy(),
            "column": places["column"].to_numpy(),
            "layer": places["layer"].to_numpy(),
            "other": places["other"].to_numpy(),
            "value": places[panel].round(4).to_numpy(),
            "text": [words(x) for x in places[panel]],
            "shown": shown,
        }
    )


@lru_cache(maxsize=32)
def _overlap_template(n_rows: int, n_columns: int, cell: int, row: int) -> dict[str, Any]:
    """Everything but the numbers; rows and columns are numbers there, names are data."""
    label = "(data('overlap_names')[+datum.value] || datum).name || ''"
    panels = []
    for i, (panel, title) in enumerate(PANELS.items()):
        wide = n_rows if panel == "correlation" else n_columns
        x = (
            alt.X("column:O")
            .title(None)
            .scale(domain=list(range(wide)))
            .axis(
                labelExpr=label,
                orient="top",
                labelAngle=0,
                labelFlush=False,
                ticks=False,
                domain=False,
            )
        )
        y = (
            alt.Y("row:O")
            .title(None)
            .scale(domain=list(range(n_rows)))
            .axis(labelExpr=label, labelFlush=False, ticks=False, domain=False)
        )
        tips = [
            alt.Tooltip("layer:N", title="Layer"),
            alt.Tooltip("other:N", title="Beside"),
            alt.Tooltip("shown:N", title="95 % interval"),
        ]
        base = alt.Chart(alt.NamedData(f"overlap_{panel}")).encode(x=x, y=y, tooltip=tips)
        hue = alt.when("datum.value < 0").then(alt.value(palette.LOSS))
        layers = [
            base.transform_calculate(strength=STRENGTH)
            .mark_rect(stroke=ink(palette.PAPER), strokeWidth=2)
            .encode(
                color=hue.otherwise(alt.value(palette.GAIN)),
                opacity=alt.Opacity("strength:Q").scale(None).legend(None),
            ),
            base.mark_text(color=ink(palette.INK), fontSize=13).encode(text=alt.Text("text:N")),
        ]
        if not i:
            layers.append(kept("overlap_names"))
        panels.append(
            alt.LayerChart(layer=layers).properties(
                width=cell * wide, height=row * n_rows, title=panel_title(title)
            )
        )
    return template_of(alt.hconcat(*panels, spacing=40, autosize=PAD))


def hedge_rolls(frame: pd.DataFrame, *, row: int = 34) -> Figure:
    """When each layer is opened and closed over the days to come.

    Parameters
    ----------
    frame : DataFrame
        Columns ``layer`` (name), ``opened``, ``closed`` (trading days from today), ``how``
        ("rolled", "settled", "held"), ``dates`` (of both days in words, or empty).
    row : int, default=34
        Pixels of a layer.

    Returns
    -------
    Figure
        As wide as its container; neighbouring holdings of a layer in two strengths.

    Raises
    ------
    DataError
        If a column is missing or the frame is empty.
    """
    rows = rows_of(frame, ("layer", "opened", "closed", "how", "dates"), chart="hedge rolls")
    names = names_of(rows["layer"])
    colors, _ = palette.layer_colors(names)
    number = rows["layer"].map({name: i for i, name in enumerate(names)})
    turn = rows.groupby("layer", sort=False).cumcount()
    bars = rows[["layer", "opened", "closed", "how", "dates"]].assign(
        row=number.to_numpy(),
        color=[colors[i] for i in number],
        strength=np.where(turn % 2 == 0, 0.9, 0.5),
        days=rows["closed"] - rows["opened"],
    )
    datasets = {
        "rolls": bars.reset_index(drop=True),
        "rolls_names": pd.DataFrame({"name": names}),
    }
    return Figure(_rolls_template(len(names), int(rows["closed"].max()), row), datasets)


@lru_cache(maxsize=32)
def _rolls_template(n_rows: int, n_days: int, row: int) -> dict[str, Any]:
    y = (
        alt.Y("row:O")
        .title(None)
        .scale(domain=list(range(n_rows)))
        .axis(
            labelExpr="(data('rolls_names')[+datum.value] || datum).name || ''",
            ticks=False,
            domain=False,
            labelFlush=False,
            labelOverlap=False,
            labelLimit=260,
        )
    )
    x = (
        alt.X("opened:Q")
        .title("Trading days from today (21 a month)")
        .scale(domain=[0, n_days], nice=False)
        .axis(format=",.0f", values=list(range(0, n_days + 1, 21)))
    )
    bars = (
        alt.Chart(alt.NamedData("rolls"))
        .mark_bar(stroke=ink(palette.PAPER), strokeWidth=1, height={"band": 0.62})
        .encode(
            x=x,
            x2="closed:Q",
            y=y,
            color=alt.Color("color:N").scale(None).legend(None),
            opacity=alt.Opacity("strength:Q").scale(None).legend(None),
            tooltip=[
                alt.Tooltip("layer:N", title="Layer"),
                alt.Tooltip("opened:Q", title="Opened on day"),
                alt.Tooltip("closed:Q", title="Until day"),
                alt.Tooltip("how:N", title="Then"),
                alt.Tooltip("days:Q", title="Trading days held"),
                alt.Tooltip("dates:N", title="Dates"),
            ],
        )
    )
    layers = alt.layer(bars, kept("rolls_names"))
    return template_of(layers.properties(width="container", height=row * n_rows + UNDER))
