"""The tabs of the Outcomes page: over time, attribution, trades needed, worst paths, the table."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from alvh.report import charts, export
from alvh.report.numbers import dollars, interval, percent
from alvh.ui import outcomes, policies, show
from alvh.ui.live import Page
from alvh.ui.market import Market
from alvh.ui.show import Number

__all__ = ["attribution", "evidence", "table", "wealth", "worst"]


def wealth(page: Page, seen: Market) -> None:
    """Lay out profit over time and drawdowns."""
    left, right = st.columns(2, gap="medium")
    with left:
        page.element(partial(_fan, seen))
        show.saving("outcomes.fan")
    with right:
        page.element(partial(_drawdowns, seen))
        show.saving("outcomes.drawdowns")


def _fan(seen: Market) -> None:
    now = outcomes.now_of(seen)
    fan = now.results.fan
    drawn = charts.outcome_fan(fan.bands, fan.samples, policy=now.name)
    outcomes.draw(drawn, "fan", "Profit over time", fan.bands, now, seen)


def _drawdowns(seen: Market) -> None:
    now = outcomes.now_of(seen)
    data = now.results.exceedance
    drawn = charts.outcome_drawdowns(data)
    outcomes.draw(drawn, "drawdowns", "Maximum drawdown", data, now, seen)


def attribution(page: Page, seen: Market) -> None:
    """Lay out where the change of wealth comes from."""
    page.element(partial(_attribution, seen))
    show.saving("outcomes.attribution")


def _attribution(seen: Market) -> None:
    now = outcomes.now_of(seen)
    data = now.results.attribution
    drawn = charts.outcome_attribution(data, width=1000)
    outcomes.draw(drawn, "attribution", "Where the money came from", data, now, seen)


def evidence(page: Page, seen: Market) -> None:
    """Lay out the law of large numbers."""
    left, right = st.columns([3, 2], gap="medium")
    with left:
        page.element(partial(_cone, seen))
        show.saving("outcomes.trades")
    with right:
        page.part(partial(_needed, seen))


def _cone(seen: Market) -> None:
    now = outcomes.now_of(seen)
    found = now.results.large_numbers
    drawn = charts.outcome_trades(found.cone, found.edge, policy=now.name)
    title = f"Mean profit a trade, {now.words}"
    outcomes.draw(drawn, "trades", title, found.cone, now, seen)


def _needed(seen: Market) -> None:
    now = outcomes.now_of(seen)
    edge = now.results.large_numbers.edge
    rows = [
        {
            "policy": policies.NAMES.get(row["policy"], row["policy"]),
            "mean": outcomes.reads(row | {"estimate": row["mean"], "unit": "$"}),
            "sd": dollars(row["sd"]),
            "needed": _count(row["needed"]),
            "between": f"{_count(row['needed_low'])} to {_count(row['needed_high'])}",
        }
        for row in edge.to_dict(orient="records")
    ]
    show.table(
        pd.DataFrame(rows),
        {
            "policy": ("Policy", "", "All on the same futures"),
            "mean": ("Profit a trade", "", "Whole book, hedge and costs among it, a condor closed"),
            "sd": ("Deviation", "", "Long-run, a trade; all dependence within a path counts"),
            "needed": ("Trades needed", "", "Until the edge is told from zero: (1.645 sd/mean)²"),
            "between": ("95 % interval", "", "From the two ends of the mean's interval"),
        },
        key="outcomes.needed",
    )
    st.caption(
        "After the trades needed, half of all records show the edge at 95 % (one-sided), half do "
        "not. ∞: the mean is not positive, and no number of trades will show an edge."
    )


def _count(x: float) -> str:
    if pd.isna(x):
        return "n/a"
    return "∞" if x == float("inf") else f"{x:,.0f}"


def worst(page: Page, seen: Market) -> None:
    """Lay out condor against hedge in the worst paths."""
    left, right = st.columns([3, 2], gap="medium")
    with left:
        page.element(partial(_scatter, seen))
        show.saving("outcomes.worst")
    with right:
        page.part(partial(_offset, seen))


def _scatter(seen: Market) -> None:
    now = outcomes.now_of(seen)
    found = now.results.scatter(now.focus)
    drawn = charts.outcome_offset(found.points)
    title = f"Hedge against condor in the worst 5 % of futures, {now.words}"
    outcomes.draw(drawn, "worst", title, found.points, now, seen)


def _offset(seen: Market) -> None:
    now = outcomes.now_of(seen)
    found = now.results.scatter(now.focus)
    paid, offset = found.paid, found.offset
    show.numbers(
        [
            Number(
                "Hedge gained in",
                f"{percent(paid.estimate)} {interval(paid.low, paid.high, form=percent)}",
                "Share of the worst futures of the condor in which the layers gained, before "
                "costs; 95 % interval.",
            ),
            Number(
                "Of the condor's loss it paid",
                f"{percent(offset.estimate)} {interval(offset.low, offset.high, form=percent)}",
                "Mean gain of the hedge over mean loss of the condor in those futures; negative: "
                "the hedge lost too. 95 % interval.",
            ),
            Number(
                "Worst 5 % begin at",
                dollars(found.threshold),
                f"Condor's result, premium less what was paid back; {found.n_tail:,} futures.",
            ),
        ],
        width=330,
    )


def table(page: Page, seen: Market) -> None:
    """Lay out every metric, and its files."""
    shown: dict[str, Any] = st.session_state.setdefault("outcomes.table.shown", {})
    page.part(partial(_table, seen, shown))
    with st.container(horizontal=True):
        for name, mime in (("csv", "text/csv"), ("parquet", "application/vnd.apache.parquet")):
            st.download_button(
                name.upper() if name == "csv" else "Parquet",
                data=partial(_file, shown, name),
                file_name=f"alvh-outcomes.{name}",
                mime=mime,
                key=f"outcomes.file.{name}",
                type="tertiary",
                icon=":material/download:",
                on_click="ignore",
                help="Save every metric of every policy with its interval.",
            )


def _table(seen: Market, saved: dict[str, Any]) -> None:
    frame = outcomes.now_of(seen).results.table
    saved.update(frame=frame, source=outcomes.source(seen))
    shown = frame.assign(policy=frame["policy"].map(lambda name: policies.NAMES.get(name, name)))
    numbers, share = ["estimate", "low", "high"], frame["unit"] == "%"
    shown[numbers] = shown[numbers].mul(share.map({True: 100.0, False: 1.0}), axis=0)
    show.table(
        shown,
        {
            "policy": ("Policy", "", "All on the same futures"),
            "title": ("Metric", "", "Profits are present values beyond interest"),
            "unit": ("Unit", "", "Dollars, percent, or none"),
            "estimate": ("Estimate", "%.4g", "Of these paths"),
            "low": ("Low", "%.4g", "Of the 95 % interval"),
            "high": ("High", "%.4g", "Of the 95 % interval"),
        },
        key="outcomes.table",
    )


def _file(saved: Mapping[str, Any], kind: str) -> bytes:
    """The table as it is on the page; called outside of any session."""
    frame: pd.DataFrame = saved["frame"]
    if kind == "csv":
        return export.csv(frame, source=saved["source"])
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()
