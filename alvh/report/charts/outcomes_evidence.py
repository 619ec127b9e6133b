"""What a record is worth: how many trades show the edge, and the hedge when it is needed."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from alvh.errors import DataError
from alvh.report import palette
from alvh.report.charts._parts import (
    dollar_axis,
    folded,
    follow,
    frame_of,
    ink,
    kept,
    rows_of,
    spread,
    template_of,
    zero_line,
)
from alvh.report.charts.outcomes_look import (
    RIGHT,
    checked,
    policy_color,
    policy_colors,
    policy_legend,
    policy_title,
    titles_frame,
    vertical_zero,
    wide,
)
from alvh.report.figure import Figure
from alvh.report.numbers import dollars, plus_minus

__all__ = ["outcome_offset", "outcome_trades"]

SHARES: Final = (0.1, 0.5, 1.0)  # of the condor's loss made up for
SHARE_TEXTS: Final = ("makes up 10 % of the loss", "50 %", "100 %")
FIRST: Final = 30  # trades from which averages are drawn: the cone is too wide before
TOP: Final[Any] = alt.YValue(4)  # type: ignore[no-untyped-call]


def outcome_trades(
    cone: pd.DataFrame, edge: pd.DataFrame, *, policy: str | None = None, height: int = 440
) -> Figure:
    """Average profit per trade as trades are added, with the cone it must stay in.

    Parameters
    ----------
    cone, edge : DataFrame
        Of `alvh.risk.evidence.LargeNumbers`, dollars a trade.
    policy : str, optional
        Name of the policy whose cone is drawn; by default the last.
    height : int, default=440
        Pixels.

    Returns
    -------
    Figure
        As wide as its container; trades on a log scale.

    Raises
    ------
    DataError
        If a column is missing, a frame is empty, or there is no such policy.
    """
    long, names = checked(
        cone, ("trades", "mean", "low", "high", "running"), chart="outcome trades"
    )
    ends = frame_of(
        edge, ("policy", "mean", "low", "high", "needed", "needed_low", "needed_high"),
        chart="outcome trades",
    )  # fmt: skip
    focus = names[-1] if policy is None else policy
    if focus not in names:
        raise DataError(f"outcome trades has no policy {focus}, only {', '.join(names)}")
    long = long[long["trades"] >= min(FIRST, long["trades"].max())]
    _, grid, running = spread(long, "trades", "policy", "running")
    mine = long[long["policy"] == focus].sort_values("trades")
    frame = wide("trades", grid, running, 2)
    for column in ("mean", "low", "high"):
        frame[column] = mine[column].to_numpy().round(2)
    tips = {"Trades": [f"{n:,.0f}" for n in grid.tolist()]}
    tips[f"{policy_title(focus)}, 95 % of averages"] = [
        f"{dollars(a)} to {dollars(b)}" for a, b in zip(mine["low"], mine["high"], strict=True)
    ]
    for name, row in zip(names, running, strict=True):
        tips[f"{policy_title(name)}, these paths"] = [dollars(x) for x in row.tolist()]
    found = ends[ends["policy"] == focus].iloc[0]
    datasets = {
        "trades": frame,
        "trades_tips": pd.DataFrame(tips),
        "trades_names": titles_frame(names),
        "trades_note": pd.DataFrame({"line": [0, 1], "text": _verdict(focus, found)}),
        "trades_needed": pd.DataFrame(
            {"trades": [n for n in [float(found["needed"])] if grid[0] <= n <= grid[-1]]}
        ),
    }
    return Figure(_trades_template(policy_colors(names), names.index(focus), height), datasets)


def _verdict(name: str, edge: pd.Series[Any]) -> list[str]:
    mean, low, high = (float(edge[c]) for c in ("mean", "low", "high"))
    if mean != mean:
        return [f"{policy_title(name)}: no trades", ""]
    head = f"{policy_title(name)}: {plus_minus(mean, (high - low) / 3.92, unit='$', signed=True)}"
    needed, soonest, latest = (float(edge[c]) for c in ("needed", "needed_low", "needed_high"))
    if not np.isfinite(needed):
        tail = "no positive edge to tell from zero"
    else:
        ends = [f"{_trades(n)}" for n in (soonest, latest)]
        tail = f"told from zero after {_trades(needed)} trades [{ends[0]}, {ends[1]}]"
    return [f"{head} a trade", tail]


def _trades(n: float) -> str:
    """Number of trades to two significant digits."""
    if not np.isfinite(n):
        return "∞"
    digits = max(int(np.floor(np.log10(max(n, 1.0)))) - 1, 0)
    return f"{round(n, -digits):,.0f}"


@lru_cache(maxsize=64)
def _trades_template(colors: tuple[str, ...], focus: int, height: int) -> dict[str, Any]:
    keys = [f"s{i}" for i in range(len(colors))]
    x = (
        alt.X("trades:Q")
        .title("Condor trades (log scale)")
        .scale(type="log", nice=False)
        .axis(values=[d * 10**p for p in range(7) for d in (1, 2, 5)], format=",.0f", grid=False)
    )
    y = alt.Y("profit:Q").title("Average profit of a trade (dollars)").axis(dollar_axis())
    base = alt.Chart(alt.NamedData("trades"))
    legend = policy_legend("trades_names")
    layers: list[alt.Chart] = [
        base.mark_area(color=colors[focus], opacity=0.16).encode(
            x=x, y=alt.Y("low:Q").title("Average profit of a trade (dollars)"), y2="high:Q"
        ),
        zero_line("profit").encode(y=y),
        base.mark_line(color=colors[focus], strokeDash=[5, 4], strokeWidth=1.4).encode(
            x=x, y=alt.Y("mean:Q")
        ),
    ]
    for wanted, strength in ((False, 1.4), (True, 2.8)):
        chosen = [key for i, key in enumerate(keys) if (i == focus) is wanted]
        if chosen:
            layers.append(
                folded("trades", chosen, group="series", value="profit")
                .transform_filter("isValid(datum.profit)")
                .mark_line(strokeWidth=strength, strokeJoin="round")
                .encode(x=x, y=y, color=policy_color(colors, legend))
            )
    layers += [
        alt.Chart(alt.NamedData("trades_needed"))
        .mark_rule(color=ink(palette.INK), strokeDash=[2, 3], strokeWidth=1.4)
        .encode(x=alt.X("trades:Q")),
        alt.Chart(alt.NamedData("trades_note"))
        .transform_calculate(pixel="12 + 18 * datum.line")
        .mark_text(align="right", baseline="middle", dx=-6, fontSize=13, color=ink(palette.INK))
        .encode(
            x=RIGHT,
            y=alt.Y("pixel:Q").axis(None).scale(None),
            text=alt.Text("text:N"),
        ),
        follow("trades", "trades", name="trades_pointer", tip="trades_tips"),
        kept("trades_tips"),
        kept("trades_names"),
    ]
    return template_of(alt.layer(*layers).properties(width="container", height=height))


def outcome_offset(points: pd.DataFrame, *, note: str = "", height: int = 440) -> Figure:
    """Condor against hedge in the condor's worst paths.

    Parameters
    ----------
    points : DataFrame
        Of `alvh.risk.evidence.TailScatter`: ``condor``, ``hedge`` (dollars).
    note : str, default=""
        A line in the corner, such as the share of paths in which the hedge paid.
    height : int, default=440
        Pixels.

    Returns
    -------
    Figure
        As wide as its container. On the dashed lines the hedge makes up for a tenth, a half
        and all of the condor's loss.

    Raises
    ------
    DataError
        If a column is missing or the frame is empty.
    """
    frame = rows_of(points, ("condor", "hedge"), chart="outcome offset")
    rows = frame[["condor", "hedge"]].round(0)
    rows["outcome"] = np.where(rows["hedge"] > 0.0, "gained", "lost or flat")
    loss = max(-float(rows["condor"].min()), 0.0)
    top = max(float(rows["hedge"].max()), SHARES[0] * loss, 0.0)
    ends = [min(loss, top / share) for share in SHARES]
    datasets = {
        "offset": rows.reset_index(drop=True),
        "offset_shares": pd.DataFrame(
            {
                "share": [share for share in SHARES for _ in range(2)],
                "text": [text for text in SHARE_TEXTS for _ in range(2)],
                "first": [share == SHARES[0] for share in SHARES for _ in range(2)],
                "condor": [x for end in ends for x in (-end, 0.0)],
                "hedge": [
                    y for end, share in zip(ends, SHARES, strict=True) for y in (share * end, 0.0)
                ],
            }
        ),
        "offset_note": pd.DataFrame({"text": [note]}),
    }
    return Figure(_offset_template(height), datasets)


@lru_cache(maxsize=4)
def _offset_template(height: int) -> dict[str, Any]:
    x = (
        alt.X("condor:Q")
        .title("Condor: collected less paid back (dollars)")
        .scale(zero=True, nice=False, padding=8)
        .axis(alt.Axis(format="$,.0f", tickCount=4, grid=False))
    )
    y = alt.Y("hedge:Q").title("Hedge: payoff less premium (dollars)").axis(dollar_axis())
    kinds = ["gained", "lost or flat"]
    legend = alt.Legend(title="Hedge", orient="top", titleOrient="left", symbolOpacity=1)
    color = (
        alt.Color("outcome:N")
        .scale(domain=kinds, range=[palette.GAIN, palette.LOSS])
        .legend(legend)
    )
    shape = (
        alt.Shape("outcome:N").scale(domain=kinds, range=["circle", "triangle-down"]).legend(None)
    )
    tips = [
        alt.Tooltip("condor:Q", title="Condor", format="$,.0f"),
        alt.Tooltip("hedge:Q", title="Hedge", format="$,.0f"),
    ]
    lines = alt.Chart(alt.NamedData("offset_shares"))
    layers = [
        zero_line("hedge").encode(y=y),
        vertical_zero("condor").encode(x=x),
        lines.mark_line(color=ink(palette.MUTED), strokeDash=[5, 4], strokeWidth=1.2).encode(
            x=x, y=y, detail="share:N"
        ),
        lines.transform_filter("datum.hedge > 0")
        .mark_text(
            align=alt.ExprRef(expr="datum.first ? 'left' : 'center'"),
            baseline="bottom",
            dy=-3,
            fontSize=11,
            color=ink(palette.MUTED),
        )
        .encode(x=x, y=y, text=alt.Text("text:N")),
        alt.Chart(alt.NamedData("offset"))
        .mark_point(filled=True, size=34, opacity=0.55)
        .encode(x=x, y=y, color=color, shape=shape, tooltip=tips),
        alt.Chart(alt.NamedData("offset_note"))
        .mark_text(align="left", baseline="top", dx=6, fontSize=12, color=ink(palette.INK))
        .encode(
            x=alt.XValue(0),  # type: ignore[no-untyped-call]
            y=TOP,
            text=alt.Text("text:N"),
        ),
    ]
    return template_of(alt.layer(*layers).properties(width="container", height=height))
