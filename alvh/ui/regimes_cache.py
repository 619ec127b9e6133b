"""What the Regimes page keeps between runs."""

from __future__ import annotations

import datetime as dt
import hashlib

import pandas as pd
import streamlit as st

from alvh.errors import DataError
from alvh.lab import Study
from alvh.lab.powers import power_sweep
from alvh.lab.regimes import RegimeStudy, study_regimes
from alvh.market import MarketHistory
from alvh.market.calendars import add_trading_days
from alvh.market.fred import MacroHistory, load_macro
from alvh.model import ModelParameters
from alvh.risk.signal_study import event_study
from alvh.signals import Signals, signal_panel
from alvh.simulation import MarketPaths, historical_paths
from alvh.strategy import Policy
from alvh.ui import cache
from alvh.ui.market import Market

__all__ = ["coverage", "dated", "events", "hits", "on_future", "on_history", "stamp", "sweep"]


def stamp(history: MarketHistory, last: str) -> str:
    """What tells one history from another, as far as day `last`."""
    frame = history.frame.loc[:last]
    text = f"{history.source} {last} {list(frame.columns)} {len(frame)}"
    return hashlib.sha1(
        text.encode() + frame.to_numpy().tobytes(), usedforsecurity=False
    ).hexdigest()


@st.cache_resource(ttl=3600, show_spinner=False)
def macro() -> MacroHistory | None:
    """Monthly series, or None where they cannot be had: the signals then say so."""
    try:
        return load_macro()
    except DataError:
        return None


def _text_of(model: ModelParameters) -> str:
    return model.model_dump_json()


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs={ModelParameters: _text_of})
def _paths(key: str, model: ModelParameters, _history: MarketHistory, last: str) -> MarketPaths:  # noqa: ARG001
    return historical_paths(_history.frame.loc[:last], model, macro=macro())


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs={ModelParameters: _text_of})
def _study(
    key: str,  # noqa: ARG001 - stands for the paths
    policy_text: str,
    model: ModelParameters,
    capital: float,
    _paths: MarketPaths,
) -> RegimeStudy:
    policy = Policy.model_validate_json(policy_text)
    return study_regimes(_paths, model, cache.tables(model), policy, capital)


def on_history(seen: Market, policy: Policy, capital: float) -> RegimeStudy:
    """A policy on the days of the market."""
    assert seen.history is not None
    key = stamp(seen.history, seen.as_of)
    paths = _paths(key, seen.model, seen.history, seen.as_of)
    return _study(key, policy.model_dump_json(), seen.model, capital, paths)


@st.cache_resource(max_entries=64, show_spinner=False)
def _future_study(study_text: str, policy_text: str, number: int, capital: float) -> RegimeStudy:
    study, policy = Study.model_validate_json(study_text), Policy.model_validate_json(policy_text)
    paths = cache.paths(study).one(number)
    return study_regimes(paths, study.model, cache.tables(study.model), policy, capital)


def on_future(study: Study, policy: Policy, capital: float, number: int) -> RegimeStudy:
    """A policy on one of the study's futures."""
    same = study.model_copy(update={"policies": (Policy(),)})
    return _future_study(same.model_dump_json(), policy.model_dump_json(), number, capital)


def dated(study: RegimeStudy, as_of: str) -> pd.DatetimeIndex:
    """Trading days a simulated path would have, from the day it starts on."""
    try:
        start = pd.Timestamp(dt.date.fromisoformat(as_of))
    except ValueError:  # typed in
        start = pd.Timestamp.today().normalize()
    n = len(study.run.days)
    days = pd.bdate_range(start, periods=n + n // 20 + 5)
    opened = [day for day in days if add_trading_days(day.date(), 0) == day.date()]
    return pd.DatetimeIndex(opened[:n], name="date")


@st.cache_resource(
    max_entries=8, show_spinner=False, hash_funcs={Signals: lambda s: s.model_dump_json()}
)
def _coverage(key: str, parameters: Signals, _history: MarketHistory, last: str) -> pd.DataFrame:  # noqa: ARG001
    return signal_panel(_history.frame.loc[:last], parameters, macro=macro()).coverage


def coverage(seen: Market, parameters: Signals) -> pd.DataFrame:
    """Which signals the days have."""
    assert seen.history is not None
    key = stamp(seen.history, seen.as_of)
    return _coverage(key, parameters, seen.history, seen.as_of)


def hits(study: RegimeStudy, rise: float, within: int, ahead: int) -> pd.DataFrame:
    """How votes did before expansions."""
    return study.hits(rise, within, ahead)


def events(study: RegimeStudy) -> pd.DataFrame:
    """Changes of VIX after each signal's vote goes on."""
    vix = study.levels["vix"]
    frames = [
        event_study(study.votes[name], vix, (5, 10, 21)).assign(signal=str(name))
        for name in study.votes
        if study.votes[name].notna().any()
    ]
    if not frames:
        return pd.DataFrame(columns=["signal"])
    return pd.concat(frames, ignore_index=True)


@st.cache_resource(max_entries=8, show_spinner="Simulating five powers …")
def _sweep(study_text: str, policy_text: str) -> pd.DataFrame:
    study, policy = Study.model_validate_json(study_text), Policy.model_validate_json(policy_text)
    return power_sweep(study, policy, tables=cache.tables(study.model))


def sweep(study: Study, policy: Policy) -> pd.DataFrame:
    """What signals add by their power."""
    return _sweep(study.model_dump_json(), policy.model_dump_json())
