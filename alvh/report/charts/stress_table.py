"""Every episode and variant of a book in one table, coloured by what it made."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from alvh.errors import DataError
from alvh.report import palette
from alvh.report.charts._parts import (
    PAD,
    dollar_texts,
    ink,
    kept,
    names_of,
    panel_title,
    rows_of,
    template_of,
)
from alvh.report.charts.outcomes_look import policy_title
from alvh.report.figure import Figure

__all__ = ["TABLE", "stress_table"]

STRENGTH: Final = "0.6 * sqrt(min(1, abs(datum.value) / datum.bound))"
"""Of a cell's colour: text stays readable on it, and nothing is the page itself."""
TABLE: Final = {
    "end_profit": "Profit at the end",
    "lowest_profit": "Lowest profit on the way",
    "end_effect": "What the layers left out add at the end",
    "lowest_effect": "What the layers left out add at the worst",
}
"""Columns of the table that can be drawn, and their titles."""


def stress_table(
    table: pd.DataFrame, *, column: str = "end_profit", cell: int = 88, row: int = 25
) -> Figure:
    """Every episode and variant as a cell: its number printed, coloured by its sign and size.

    Parameters
    ----------
    table : DataFrame
        Of `alvh.risk.stress.stress_table`: ``episode``, ``policy``, ``variant``, the columns of
        `TABLE` (dollars), ``lowest_quick``, ``liquidity_day``.
    column : str, default="end_profit"
        Which of `TABLE` is drawn.
    cell, row : int
        Pixels of a cell across and down.

    Returns
    -------
    Figure
        One panel a policy, all on one scale of colour; cells are framed where liquidity runs out.

    Raises
    ------
    DataError
        If a column is missing, there is no row, or `column` is not one that can be drawn.
    """
    if column not in TABLE:
        raise DataError(f"stress table draws one of {', '.join(TABLE)}, got {column}")
    needed = ("episode", "policy", "variant", column, "lowest_quick", "liquidity_day")
    rows = rows_of(table, needed, chart="stress table")
    episodes, policies = names_of(rows["episode"]), names_of(rows["policy"])
    bound = max(float(rows[column].abs().max()), 1.0)
    panels: list[tuple[str, int]] = []
    datasets = {"stress_episodes": pd.DataFrame({"name": episodes})}
    for i, policy in enumerate(policies):
        own = rows[rows["policy"] == policy]
        variants = names_of(own["variant"])
        panels.append((policy_title(policy), len(variants)))
        datasets[f"stress_variants{i}"] = pd.DataFrame({"name": variants})
        datasets[f"stress_cells{i}"] = pd.DataFrame(
            {
                "row": [episodes.index(str(name)) for name in own["episode"]],
                "column": [variants.index(str(name)) for name in own["variant"]],
                "episode": own["episode"].to_numpy(),
                "variant": own["variant"].to_numpy(),
                "value": own[column].round(2).to_numpy(),
                "bound": bound,
                "text": dollar_texts(own[column].to_numpy(float)),
                "quick": [f"{x:.2f}" if np.isfinite(x) else "∞" for x in own["lowest_quick"]],
                "out": [f"day {x:.0f}" if x == x else "no" for x in own["liquidity_day"]],
            }
        )
    framed = bool(rows["liquidity_day"].notna().any())
    template = _table_template(tuple(panels), TABLE[column], framed, len(episodes), cell, row)
    return Figure(template, datasets)


@lru_cache(maxsize=32)
def _table_template(
    panels: tuple[tuple[str, int], ...],
    title: str,
    framed: bool,
    n_rows: int,
    cell: int,
    row: int,
) -> dict[str, Any]:
    """Everything but the numbers; rows and columns are numbers there, names are data."""
    heading = f"{title} (framed: liquidity runs out)" if framed else title
    drawn = []
    for i, (policy, n_columns) in enumerate(panels):
        label = f"(data('stress_variants{i}')[+datum.value] || datum).name || ''"
        x = (
            alt.X("column:O")
            .title(None)
            .scale(domain=list(range(n_columns)))
            .axis(
                labelExpr=f"replace({label}, 'Without', 'No')",
                orient="top",
                labelAngle=0,
                labelFlush=False,
                grid=False,
                ticks=False,
                domain=False,
            )
        )
        y = (
            alt.Y("row:O")
            .title(None)
            .scale(domain=list(range(n_rows)))
            .axis(
                labelExpr="(data('stress_episodes')[+datum.value] || datum).name || ''",
                labels=not i,
                labelLimit=280,
                labelFlush=False,
                grid=False,
                ticks=False,
                domain=False,
            )
        )
        tips = [
            alt.Tooltip("episode:N", title="Episode"),
            alt.Tooltip("variant:N", title="Book"),
            alt.Tooltip("text:N", title=title),
            alt.Tooltip("quick:N", title="Lowest quick ratio"),
            alt.Tooltip("out:N", title="Liquidity runs out"),
        ]
        base = alt.Chart(alt.NamedData(f"stress_cells{i}")).encode(x=x, y=y, tooltip=tips)
        hue = alt.when("datum.value < 0").then(alt.value(palette.LOSS))
        layers = [
            base.transform_calculate(strength=STRENGTH)
            .mark_rect(stroke=ink(palette.PAPER), strokeWidth=2)
            .encode(
                color=hue.otherwise(alt.value(palette.GAIN)),
                opacity=alt.Opacity("strength:Q").scale(None).legend(None),
            ),
            base.transform_filter("datum.out != 'no'").mark_rect(
                fill="transparent", stroke=ink(palette.INK), strokeWidth=1.6
            ),
            base.mark_text(color=ink(palette.INK), fontSize=12.5).encode(text=alt.Text("text:N")),
            kept(f"stress_variants{i}"),
        ]
        if not i:
            layers.append(kept("stress_episodes"))
        drawn.append(
            alt.LayerChart(layer=layers).properties(
                width=cell * n_columns,
                height=row * n_rows,
                title=_heading(policy, heading if not i else ""),
            )
        )
    return template_of(alt.hconcat(*drawn, spacing=24, autosize=PAD))


def _heading(policy: str, what: str) -> alt.TitleParams:
    """The policy of a panel; over the first, what the table shows."""
    title = panel_title(policy)
    title.subtitle = what or " "
    title.subtitleColor = ink(palette.MUTED)
    return title
