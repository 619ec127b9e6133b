"""What the lesson keeps between runs: futures and real days by what they depend on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import streamlit as st

from alvh._typing import FloatArray
from alvh.clock import trading_days
from alvh.lab.lesson import Lesson
from alvh.lab.lesson_certainty import (
    Barriers,
    Certainty,
    CertaintyFinding,
    barrier_batches,
    join_barriers,
    measured_again,
    price_of_certainty,
    run_barriers,
)
from alvh.lab.lesson_edge import EdgeFinding, EdgeOff, edge_cases, edge_off, profits_of
from alvh.lab.lesson_insurance import Insurance, InsuranceFinding, always_on, books_of
from alvh.lab.lesson_motion import (
    WORST,
    Futures,
    Motion,
    MotionFinding,
    futures_of,
    motion,
    real_episodes,
    replay_days,
)
from alvh.lab.lesson_stop import (
    JumpedStop,
    RealStops,
    StopFinding,
    jumped_stop,
    marks_of,
    real_stops,
)
from alvh.lab.replay import Replay
from alvh.market import MarketHistory
from alvh.model import ModelParameters, RiskPremia
from alvh.risk.claims import PathBooks
from alvh.risk.lesson_stops import CondorMarks
from alvh.simulation import MarketPaths, historical_paths
from alvh.ui import cache, regimes_cache
from alvh.ui.market import Market

__all__ = [
    "Tell",
    "certainty",
    "days",
    "edge",
    "insurance",
    "moved",
    "real_names",
    "stop",
    "try_barriers",
    "try_premia",
]

Tell: TypeAlias = Callable[[str], object]
"""Shows what is being done, and how far it is."""
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


# --- Step 3 --------------------------------------------------------------------------------------


@st.cache_resource(max_entries=32, show_spinner=False)
def _batch(text: str, i: int) -> Barriers:
    setting = Certainty.model_validate_json(text)
    return run_barriers(setting, barrier_batches(setting)[i], cache.tables(setting.model))


@st.cache_resource(max_entries=4, show_spinner=False)
def _barriers(text: str) -> Barriers:
    setting = Certainty.model_validate_json(text)
    return join_barriers([_batch(text, i) for i in range(len(barrier_batches(setting)))])


def try_barriers(setting: Certainty, tell: Tell) -> None:
    """Run every batch of barriers; those that have been run are kept."""
    text = setting.shared().model_dump_json()
    n = len(barrier_batches(setting))
    for i in range(n):
        tell(f"{i} of {n} kinds of barrier tried on {2 * setting.n_paths:,} futures …")
        _batch(text, i)


@st.cache_resource(max_entries=64, show_spinner="Measuring it on other futures …")
def _measured(text: str, name: str) -> Barriers:
    setting = Certainty.model_validate_json(text)
    return measured_again(setting, name, cache.tables(setting.model))


def certainty(setting: Certainty) -> CertaintyFinding:
    """`price_of_certainty`; another limit or probability needs no other futures."""
    text = setting.shared().model_dump_json()
    return price_of_certainty(
        setting, barriers=_barriers(text), measure=lambda name: _measured(text, name)
    )


# --- Step 4 --------------------------------------------------------------------------------------


@st.cache_resource(max_entries=64, show_spinner=False)
def _profits(text: str, premia: str, charged: bool) -> FloatArray:
    setting = Lesson.model_validate_json(text)
    return profits_of(
        setting,
        RiskPremia.model_validate_json(premia),
        cache.tables(setting.model),
        charged=charged,
    )


def _profits_of(setting: EdgeOff, premia: RiskPremia, charged: bool) -> FloatArray:
    same = {name: getattr(setting, name) for name in Lesson.model_fields}
    text = Lesson(**same | {"edge": 1.0, "costs": True}).model_dump_json()
    return _profits(text, premia.model_dump_json(), charged)


def try_premia(setting: EdgeOff, tell: Tell) -> None:
    """Run each case of premia; those that have been run are kept."""
    cases = edge_cases(setting)
    for i, case in enumerate(cases.values()):
        tell(f"{i} of {len(cases)} cases of premia run on {setting.n_paths:,} futures …")
        _profits_of(setting, *case)


def edge(setting: EdgeOff) -> EdgeFinding:
    """`edge_off`; each case of premia is run once."""
    return edge_off(setting, run=partial(_profits_of, setting))


# --- Step 5 --------------------------------------------------------------------------------------


@st.cache_resource(max_entries=8, show_spinner=_WAIT)
def _futures(text: str) -> Futures:
    setting = Motion.model_validate_json(text)
    return futures_of(setting, cache.tables(setting.model))


@st.cache_resource(max_entries=8, show_spinner=False)
def _replayed(key: str, text: str, _days: MarketPaths) -> Replay:  # noqa: ARG001
    setting = Motion.model_validate_json(text)
    return replay_days(_days, setting, cache.tables(ModelParameters.default()))


@st.cache_resource(max_entries=64, show_spinner=False)
def _moved(text: str, key: str, _run: Replay | None) -> MotionFinding:  # noqa: ARG001
    setting = Motion.model_validate_json(text)
    return motion(
        setting,
        cache.tables(setting.model),
        futures=_futures(setting.shared().model_dump_json()),
        run=_run,
    )


def moved(setting: Motion, seen: Market) -> MotionFinding:
    """`motion`; neither another crash nor another day of the drop needs other futures."""
    known = days(seen) if setting.real and setting.path != WORST else None
    text = setting.shared().model_dump_json()
    run = None if known is None else _replayed(known[0], text, known[1])
    return _moved(setting.model_dump_json(), "" if known is None else known[0], run)


def real_names(seen: Market) -> list[str]:
    """Episodes whose real days the market's history holds."""
    known = days(seen)
    return [] if known is None else list(real_episodes(known[1]))
