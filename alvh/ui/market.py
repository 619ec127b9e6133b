"""The market a page looks at: from data or by hand, and how well the model shows it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from alvh.clock import VIX3M_HORIZON
from alvh.errors import DataError
from alvh.lab import TypedMarket
from alvh.market import MarketHistory, read_csv
from alvh.model import MarketState, ModelParameters
from alvh.pricing import filtered_state, implied_state, vix_index, vvix
from alvh.ui import cache, controls

__all__ = ["Market", "choose"]

_SOURCES = {
    "auto": "latest close",
    "sample": "offline sample",
    "csv": "my CSV",
    "hand": "by hand",
}


@dataclass(frozen=True)
class Market:
    """A market as the model sees it.

    Attributes
    ----------
    model : ModelParameters
        With the interest rate of the day.
    state : MarketState
    source, as_of : str
        For the source line.
    vix, vix3m, vvix : float or None
        As quoted, in points.
    shown_vix, shown_vix3m, shown_vvix : float
        As the model shows them at `state`.
    notes : tuple of str
        What the user must know about the data.
    history : MarketHistory or None
        The days the market was taken from, to the last; None if it was typed in.
    """

    model: ModelParameters
    state: MarketState
    source: str
    as_of: str
    vix: float
    vix3m: float | None
    vvix: float | None
    shown_vix: float
    shown_vix3m: float
    shown_vvix: float
    notes: tuple[str, ...]
    history: MarketHistory | None = None


def choose() -> Market:
    """Draw the market's controls and return the market; stops the page when there is none."""
    st.subheader("Market")
    source = controls.choice(
        "Source",
        tuple(_SOURCES),
        "market",
        shown=_SOURCES,
        style="list",
        help="Latest close (Yahoo Finance, else the offline sample), the sample of 2014 to 2018, "
        "a CSV of yours, or levels typed in.",
    )
    if source == "hand":
        return _by_hand()
    found = _uploaded() if source == "csv" else _loaded(source)
    day = _day(found)
    return _on(found, day)


def _by_hand() -> Market:
    left, right = st.columns(2)
    with left:
        spot = controls.number(TypedMarket, "spot", "spot", form="%.2f")
        vix = controls.number(TypedMarket, "vix", "vix", form="%.2f")
    with right:
        rate = controls.number(TypedMarket, "rate", "rate", form="%.2f")
        vix3m = controls.number(TypedMarket, "vix3m", "vix3m", form="%.2f")
    typed = TypedMarket(spot=spot, vix=vix, vix3m=vix3m, rate=rate)
    return _seen(typed.model, typed.state, "typed in", "by hand", typed.vix, typed.vix3m, None, ())


def _loaded(source: str) -> MarketHistory:
    stamp = int(st.session_state.get("market.refresh", 0))
    if source == "auto" and st.button(
        "Refresh", icon=":material/refresh:", type="tertiary", help="Download again now."
    ):
        stamp += 1
        st.session_state["market.refresh"] = stamp
    return cache.history("sample" if source == "sample" else "auto", stamp)


def _uploaded() -> MarketHistory:
    given = st.file_uploader(
        "Daily history (CSV)",
        type=["csv", "txt"],
        help="Columns date, spx_close and vix_close; also spx_open, spx_high, spx_low, "
        "vix3m_close, vvix_close, rate; for signals vix9d_close, skew_close, vx1_close, vx2_close, "
        "spy_close, rsp_close, advances, declines, breadth. One row a trading day, oldest first; "
        "at most 20 MB.",
    )
    if given is not None:
        try:
            return read_csv(given.getvalue())
        except DataError as error:
            st.error(f"{given.name}: {error}", icon=":material/error:")
    st.caption("Until a file is read, the offline sample is shown.")
    return cache.history("sample", 0)


def _day(found: MarketHistory) -> dt.date:
    first, last = found.frame.index[0].date(), found.as_of
    key = f"day.{found.source}.{last}"
    picked = st.date_input(
        "Day", value=last, min_value=first, max_value=last, key=key, help="Close of that day."
    )
    return picked if isinstance(picked, dt.date) else last


def _on(found: MarketHistory, day: dt.date) -> Market:
    frame = found.frame.loc[: pd.Timestamp(day)]
    if frame.empty:
        frame = found.frame.iloc[:1]
    last = frame.iloc[-1]
    quoted = {name: _level(last, name) for name in ("vix3m_close", "vvix_close", "rate")}
    model = ModelParameters.default()
    if quoted["rate"] is not None:
        model = model.model_copy(update={"rate": round(quoted["rate"], 4)})
    spot, vix = float(last["spx_close"]), float(last["vix_close"])
    if quoted["vix3m_close"] is not None:
        state = implied_state(model, spot, vix, quoted["vix3m_close"])
    else:
        past = filtered_state(model, frame["spx_close"].to_numpy(), frame["vix_close"].to_numpy())
        state = MarketState(
            spot=spot,
            variance=float(np.asarray(past.variance)[-1]),
            mean_variance=float(np.asarray(past.mean_variance)[-1]),
        )
    return _seen(
        model,
        state,
        found.source,
        str(frame.index[-1].date()),
        vix,
        quoted["vix3m_close"],
        quoted["vvix_close"],
        found.notes,
        found,
    )


def _level(row: pd.Series[Any], name: str) -> float | None:
    value = row.get(name)
    return None if value is None or pd.isna(value) else float(value)


def _seen(
    model: ModelParameters,
    state: MarketState,
    source: str,
    as_of: str,
    vix: float,
    vix3m: float | None,
    quoted_vvix: float | None,
    notes: tuple[str, ...],
    history: MarketHistory | None = None,
) -> Market:
    shown = float(vix_index(model, state))
    shown3m = float(vix_index(model, state, VIX3M_HORIZON))
    found = list(notes)
    if abs(shown - vix) > 0.05 or (vix3m is not None and abs(shown3m - vix3m) > 0.05):
        wanted = f"VIX {vix:.2f}" + (f" and VIX3M {vix3m:.2f}" if vix3m is not None else "")
        found.append(
            f"No state of the model shows {wanted}; the closest shows VIX {shown:.2f} and VIX3M "
            f"{shown3m:.2f}, and prices are those."
        )
    return Market(
        model=model,
        state=state,
        source=source,
        as_of=as_of,
        vix=vix,
        vix3m=vix3m,
        vvix=quoted_vvix,
        shown_vix=shown,
        shown_vix3m=shown3m,
        shown_vvix=float(vvix(model, state)),
        notes=tuple(found),
        history=history,
    )
