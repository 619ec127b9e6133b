"""What signals add to a policy, by how much they know of the coming days."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import altair as alt
import pandas as pd

from alvh.errors import DataError
from alvh.report import palette
from alvh.report.charts._parts import PAD, dollar_axis, frame_of, template_of, zero_line
from alvh.report.figure import Figure
from alvh.report.numbers import dollars, interval

__all__ = ["signal_powers"]

_METRICS: Final = {"mean": "Mean profit", "es95": "Mean of the worst 5 %"}


def signal_powers(frame: pd.DataFrame, *, width: int = 430, height: int = 300) -> Figure:
    """Difference that signals make against their power, a panel a metric, with intervals.

    Parameters
    ----------
    frame : DataFrame
        Of `alvh.lab.powers.power_sweep`: ``power``, ``metric``, ``difference``, ``low``, ``high``.
    width, height : int
        Pixels of a panel.

    Returns
    -------
    Figure
        Above zero the policy did better with signals.

    Raises
    ------
    DataError
        If a column is missing, the frame is empty, or a metric is unknown.
    """
    columns = ("power", "metric", "difference", "low", "high")
    rows = frame_of(frame, columns, chart="signal powers").reset_index(drop=True)
    if rows.empty or not set(rows["metric"]) <= set(_METRICS):
        raise DataError(f"signal powers must have rows of {' and '.join(_METRICS)}")
    rows["words"] = [
        f"{dollars(x, signed=True)} {interval(a, b, form=dollars)}"
        for x, a, b in zip(rows["difference"], rows["low"], rows["high"], strict=True)
    ]
    numbers = ["difference", "low", "high"]
    rows[numbers] = rows[numbers].round(2)
    metrics = tuple(metric for metric in _METRICS if metric in set(rows["metric"]))
    return Figure(_template(metrics, width, height), {"powers": rows})


@lru_cache(maxsize=8)
def _template(metrics: tuple[str, ...], width: int, height: int) -> dict[str, Any]:
    panels = []
    for metric in metrics:
        base = (
            alt.Chart(alt.NamedData("powers"))
            .transform_filter(f"datum.metric === '{metric}'")
            .encode(
                x=alt.X("power:Q")
                .title("Power (correlation with the coming fall)")
                .scale(domain=[0.0, 1.0], padding=12),
                tooltip=[
                    alt.Tooltip("power:Q", title="Power", format=".2f"),
                    alt.Tooltip("words:N", title="Difference, 95 % interval"),
                ],
            )
        )
        y = alt.Y("difference:Q").title("With signals less without (dollars)")
        y = y.axis(dollar_axis())
        panels.append(
            alt.layer(
                zero_line("difference").encode(y=y),
                base.mark_line(color=palette.BLUE, strokeWidth=1.5).encode(y=y),
                base.mark_rule(color=palette.BLUE, strokeWidth=2.4).encode(
                    y=alt.Y("low:Q"), y2="high:Q"
                ),
                base.mark_point(filled=True, size=70, opacity=1.0, color=palette.BLUE).encode(y=y),
            ).properties(width=width, height=height, title=_METRICS[metric])
        )
    return template_of(alt.hconcat(*panels, spacing=28, autosize=PAD))
