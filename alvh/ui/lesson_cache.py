"""What the lesson keeps between runs: futures and real days by what they depend on."""

from __future__ import annotations

import streamlit as st

from alvh.clock import trading_days
from alvh.lab.lesson_insurance import Insurance, InsuranceFinding, always_on, books_of
from alvh.lab.lesson_stop import (
    JumpedStop,
    RealStops,
    StopFinding,
    jumped_stop,
    marks_of,
    real_stops,
)
from alvh.market import MarketHistory
from alvh.model import ModelParameters
from alvh.risk.claims import PathBooks
from alvh.risk.lesson_stops import CondorMarks
from alvh.simulation import MarketPaths, historical_paths
from alvh.ui import cache, regimes_cache
from alvh.ui.market import Market

__all__ = ["days", "insurance", "stop"]

_FEWEST = trading_days(120)
_WAIT = "Running thousands of futures …"


@st.cache_resource(max_entries=4, show_spinner="Finding the state of each day …")
def _days(key: str, _history: MarketHistory, last: str) -> MarketPaths:  # noqa: ARG001
    return historical_paths(_history.frame.loc[:last], ModelParameters.default())


def days(seen: Market) -> tuple[str, MarketPaths] | None:
    """Real days to the one chosen, and a text that stands for them; None where there are few.

    They are states of the default model at its own rate: a rate of the last day must not be known
    on the first.
    """
    if seen.history is None or len(seen.history.frame.loc[: seen.as_of]) <= _FEWEST:
        return None
    key = regimes_cache.stamp(seen.history, seen.as_of)
    return key, _days(key, seen.history, seen.as_of)


# --- Step 1 --------------------------------------------------------------------------------------


@st.cache_resource(max_entries=8, show_spinner=_WAIT)
def _marks(text: str) -> CondorMarks:
    setting = JumpedStop.model_validate_json(text)
    return marks_of(setting, cache.tables(setting.model))


@st.cache_resource(max_entries=8, show_spinner="Trying every stop on real days …")
def _real_stops(key: str, text: str, _days: MarketPaths) -> RealStops:  # noqa: ARG001
    setting = JumpedStop.model_validate_json(text)
    return real_stops(_days, setting, cache.tables(ModelParameters.default()))


def stop(setting: JumpedStop, seen: Market) -> StopFinding:
    """`jumped_stop`; a level costs nothing once its market is known."""
    text = setting.shared().model_dump_json()
    known = days(seen)
    real = None if known is None else _real_stops(known[0], text, known[1])
    return jumped_stop(setting, marks=_marks(text), real=real)


# --- Step 2 --------------------------------------------------------------------------------------


@st.cache_resource(max_entries=16, show_spinner=_WAIT)
def _call_books(text: str) -> PathBooks:
    setting = Insurance.model_validate_json(text)
    return books_of(setting, cache.tables(setting.model))


@st.cache_resource(max_entries=32, show_spinner=False)
def _insurance(text: str, key: str, _days: MarketPaths | None) -> InsuranceFinding:  # noqa: ARG001
    setting = Insurance.model_validate_json(text)
    books = _call_books(setting.model_copy(update={"delta": 0.10}).model_dump_json())
    return always_on(setting, cache.tables(setting.model), books=books, days=_days)


def insurance(setting: Insurance, seen: Market) -> InsuranceFinding:
    """`always_on`; another delta needs no other futures."""
    known = days(seen)
    key, real = ("", None) if known is None else known
    return _insurance(setting.model_dump_json(), key, real)
