"""The day inspector of the Regimes page: why the policy did what it did."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pandas as pd
import streamlit as st
from pydantic import ValidationError

from alvh.errors import ParameterError
from alvh.lab.inspect import Inspection, inspect
from alvh.report.numbers import dollars
from alvh.signals import SIGNALS
from alvh.ui import show
from alvh.ui.live import Group, Page
from alvh.ui.market import Market
from alvh.ui.regimes import minus, now_of

__all__ = ["day"]


def day(page: Page, seen: Market) -> list[Group]:
    """Lay out the inspector of a day."""
    place = st.container()
    page.part(partial(_day, seen))
    return [(place, partial(_choose_day, seen))]


def _choose_day(seen: Market) -> None:
    try:
        dates = now_of(seen).dates
    except (ParameterError, ValidationError):
        return
    first, last = dates[0].date(), dates[-1].date()
    key = f"inspect.{first}.{last}"
    st.date_input(
        "Day",
        value=last,
        min_value=first,
        max_value=last,
        key=key,
        width=220,
        help="A day without trading shows the one before it.",
    )
    st.session_state["inspect.key"] = key


def _day(seen: Market) -> None:
    now = now_of(seen)
    picked = st.session_state.get(st.session_state.get("inspect.key", ""), now.dates[-1].date())
    stamp = pd.Timestamp(picked if isinstance(picked, dt.date) else now.dates[-1])
    position = max(int(now.dates.searchsorted(stamp, side="right")) - 1, 0)
    seen_day = inspect(now.study.run, 0, position)
    st.markdown(f"**{now.dates[position]:%F}: {seen_day.regime}.** " + " ".join(seen_day.sentences))
    left, right = st.columns(2, gap="medium")
    with left:
        _vote_table(seen_day)
    with right:
        _what_was_done(seen_day)


def _value(x: float) -> str:
    return "unavailable" if pd.isna(x) else minus(f"{x:.4g}")


def _vote_table(seen: Inspection) -> None:
    rows = [
        {
            "signal": SIGNALS[row["signal"]].title,
            "value": _value(row["value"]),
            "levels": minus(f"{row['side']} {row['watch']:g} / {row['stress']:g}"),
            "votes": row["votes"],
        }
        for row in seen.votes.to_dict(orient="records")
    ]
    rows += [
        {
            "signal": SIGNALS[row["signal"]].title,
            "value": _value(row["value"]),
            "levels": minus(f"{row['side']} {row['level']:g}"),
            "votes": f"Second Engine: {row['holds']}",
        }
        for row in seen.conditions.to_dict(orient="records")
    ]
    show.table(
        pd.DataFrame(rows, columns=["signal", "value", "levels", "votes"]),
        {
            "signal": ("Signal", "", "Votes of the regime, then conditions of the Second Engine"),
            "value": ("Value", "", "At this close"),
            "levels": ("Levels", "", "Watch / stress"),
            "votes": ("Votes for", "", "A signal that is unavailable votes for nothing"),
        },
        key="regimes.day.votes",
    )


def _what_was_done(seen: Inspection) -> None:
    done = seen.actions.assign(
        price=seen.actions["price"].map("{:.2f}".format),
        cost=seen.actions["cost"].map(dollars),
    )
    if done.empty:
        st.caption("Nothing was traded at this close.")
    else:
        show.table(
            done,
            {
                "what": ("What", "", "The condor, or a layer as numbered"),
                "action": ("Action", "", "At this close"),
                "quantity": ("Contracts", "%d", "Signed"),
                "price": ("Price", "", "Points, each"),
                "cost": ("Cost", "", "Spread and commission"),
                "reason": ("Why", "", "The rule that made it"),
            },
            key="regimes.day.actions",
        )
    held = ", ".join(
        f"{row['what']}: {row['quantity']:+.0f}".replace("-", "\u2212")
        for row in seen.held.to_dict(orient="records")
    )
    st.caption(
        f"Held after the close: {held or 'nothing'}. Profit of the day, interest included: "
        f"{dollars(seen.profit, signed=True)}."
    )
