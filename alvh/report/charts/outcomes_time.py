"""Policies over time on thousands of paths: the fan of profit, and drawdowns."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from alvh.errors import DataError
from alvh.report import palette
from alvh.report.charts._parts import (
    dollar_axis,
    dollar_texts,
    folded,
    follow,
    frame_of,
    ink,
    kept,
    spread,
    template_of,
    zero_line,
)
from alvh.report.charts.outcomes_look import (
    PROFIT,
    checked,
    keys_of,
    log_percent_axis,
    picked,
    policy_color,
    policy_colors,
    policy_legend,
    policy_title,
    titles_frame,
    wide,
)
from alvh.report.figure import Figure

__all__ = ["outcome_drawdowns", "outcome_fan"]


def outcome_drawdowns(frame: pd.DataFrame, *, height: int = 440) -> Figure:
    """Probability that the maximum drawdown reaches a depth, on a log scale.

    Parameters
    ----------
    frame : DataFrame
        Of `alvh.risk.drawdown.drawdown_exceedance`: ``policy``, ``drawdown`` (dollars),
        ``probability`` (share > 0), ``low``, ``high``.
    height : int, default=440
        Pixels.

    Returns
    -------
    Figure
        As wide as its container.

    Raises
    ------
    DataError
        If a column is missing or the frame is empty.
    """
    long, names = checked(
        frame, ("drawdown", "probability", "low", "high"), chart="outcome drawdowns"
    )
    _, grid, odds = spread(long, "drawdown", "policy", "probability")
    _, _, low = spread(long, "drawdown", "policy", "low")
    _, _, high = spread(long, "drawdown", "policy", "high")
    tips = {"Drawdown of at least": dollar_texts(grid)}
    for name, p, a, b in zip(names, odds, low, high, strict=True):
        tips[policy_title(name)] = [
            "none" if v != v else f"{100 * v:.3g} % [{100 * u:.2g}, {100 * w:.2g}]"
            for u, v, w in zip(a.tolist(), p.tolist(), b.tolist(), strict=True)
        ]
    datasets = {
        "drawdown": wide("drawdown", np.round(grid, 2), odds, 8),
        "drawdown_tips": pd.DataFrame(tips),
        "drawdown_names": titles_frame(names),
    }
    return Figure(_drawdown_template(policy_colors(names), height), datasets)


@lru_cache(maxsize=32)
def _drawdown_template(colors: tuple[str, ...], height: int) -> dict[str, Any]:
    keys = [f"s{i}" for i in range(len(colors))]
    pick = picked()
    x = (
        alt.X("drawdown:Q")
        .title("Maximum drawdown (dollars)")
        .scale(nice=False, zero=True)
        .axis(dollar_axis(grid=False))
    )
    y = (
        alt.Y("probability:Q")
        .title("Probability of a drawdown so deep (%, log scale)")
        .scale(type="log", nice=False)
        .axis(log_percent_axis())
    )
    lines = (
        folded("drawdown", keys, group="series", value="probability")
        .transform_filter("isValid(datum.probability)")
        .mark_line(strokeWidth=2.4, strokeJoin="round")
        .encode(
            x=x,
            y=y,
            color=policy_color(colors, policy_legend("drawdown_names", columns=3)),
            opacity=alt.when(pick).then(alt.value(1.0)).otherwise(alt.value(0.12)),
        )
        .add_params(pick)
    )
    layers = [
        lines,
        follow("drawdown", "drawdown", name="drawdown_pointer", tip="drawdown_tips"),
        kept("drawdown_tips"),
        kept("drawdown_names"),
    ]
    return template_of(alt.layer(*layers).properties(width="container", height=height))


def outcome_fan(
    bands: pd.DataFrame,
    samples: pd.DataFrame | None = None,
    *,
    policy: str | None = None,
    height: int = 440,
) -> Figure:
    """Profit over time: quantiles of one policy, medians of the others.

    Parameters
    ----------
    bands : DataFrame
        Of `alvh.risk.distribution.Fan`: ``policy``, ``day`` and quantiles such as ``p05``, an odd
        number of them (dollars).
    samples : DataFrame, optional
        ``policy``, ``path``, ``day``, ``profit`` (dollars); those of the policy are drawn thin.
    policy : str, optional
        Name of the policy in focus; by default the last.
    height : int, default=440
        Pixels.

    Returns
    -------
    Figure
        As wide as its container.

    Raises
    ------
    DataError
        If a column is missing, a frame is empty, or there is no such policy.
    """
    long, names = checked(bands, ("day",), chart="outcome fan")
    quantiles = sorted(
        (c for c in long.columns if c[:1] == "p" and c[1:].replace(".", "").isdigit()),
        key=lambda c: float(c[1:]),
    )
    if len(quantiles) % 2 == 0:
        raise DataError("outcome fan needs an odd number of quantiles, such as p05, p50, p95")
    focus = names[-1] if policy is None else policy
    if focus not in names:
        raise DataError(f"outcome fan has no policy {focus}, only {', '.join(names)}")
    middle = quantiles[len(quantiles) // 2]
    _, days, medians = spread(long, "day", "policy", middle)
    mine = long[long["policy"] == focus].sort_values("day")
    pairs = len(quantiles) // 2
    frame = wide("day", days, medians, 2)
    for i in range(pairs):
        frame[f"low{i}"] = mine[quantiles[i]].to_numpy().round(2)
        frame[f"high{i}"] = mine[quantiles[-1 - i]].to_numpy().round(2)
    tips = {"Trading day": [f"{day:,.0f}" for day in days.tolist()]}
    for q in reversed(quantiles):
        label = f"{policy_title(focus)}, {'median' if q == 'p50' else f'{float(q[1:]):g} %'}"
        tips[label] = dollar_texts(mine[q].to_numpy(float))
    for name, row in zip(names, medians, strict=True):
        if name != focus:
            tips[f"{policy_title(name)}, median"] = dollar_texts(row)
    datasets = {
        "fan": frame,
        "fan_tips": pd.DataFrame(tips),
        "fan_names": titles_frame(names),
        "fan_edges": pd.DataFrame(
            {
                "day": float(days[-1]),
                "profit": [float(mine[q].iloc[-1]) for q in quantiles if q != middle],
                "label": [f"{float(q[1:]):g} %" for q in quantiles if q != middle],
            }
        ),
    }
    if samples is not None:
        paths = frame_of(samples, ("policy", "path", "day", "profit"), chart="outcome fan")
        paths = paths.loc[paths["policy"] == focus, ["path", "day", "profit"]]
        datasets["fan_samples"] = paths.round({"profit": 1}).reset_index(drop=True)
    template = _fan_template(
        policy_colors(names), names.index(focus), pairs, samples is not None, height
    )
    return Figure(template, datasets)


@lru_cache(maxsize=64)
def _fan_template(
    colors: tuple[str, ...], focus: int, pairs: int, sampled: bool, height: int
) -> dict[str, Any]:
    keys = keys_of(colors)
    x = (
        alt.X("day:Q")
        .title("Trading days since the start")
        .scale(nice=False, zero=True)
        .axis(format=",.0f", tickCount=7, grid=False)
    )
    y = alt.Y("profit:Q").title(PROFIT).axis(dollar_axis())
    layers: list[alt.Chart] = [
        alt.Chart(alt.NamedData("fan"))
        .mark_area(color=colors[focus], opacity=0.16, interpolate="monotone")
        .encode(x=x, y=alt.Y(f"low{i}:Q").title(PROFIT), y2=f"high{i}:Q")
        for i in range(pairs)
    ]
    layers.append(zero_line("profit").encode(y=y))
    if sampled:
        layers.append(
            alt.Chart(alt.NamedData("fan_samples"))
            .mark_line(color=colors[focus], strokeWidth=0.9, opacity=0.75)
            .encode(x=x, y=y, detail="path:N")
        )
    legend = policy_legend("fan_names", title="Median", columns=3)
    for wanted, strength in ((False, 1.6), (True, 3.2)):
        chosen = [key for i, key in enumerate(keys) if (i == focus) is wanted]
        if chosen:
            layers.append(
                folded("fan", chosen, group="series", value="profit")
                .mark_line(strokeWidth=strength, strokeJoin="round", interpolate="monotone")
                .encode(x=x, y=y, color=policy_color(colors, legend))
            )
    layers.append(
        alt.Chart(alt.NamedData("fan_edges"))
        .mark_text(align="right", baseline="middle", fontSize=11, dx=-4, color=ink(palette.MUTED))
        .encode(x=alt.X("day:Q"), y=alt.Y("profit:Q"), text=alt.Text("label:N"))
    )
    layers += [
        follow("fan", "day", name="fan_pointer", tip="fan_tips"),
        kept("fan_tips"),
        kept("fan_names"),
    ]
    return template_of(alt.layer(*layers).properties(width="container", height=height))
