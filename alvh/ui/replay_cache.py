"""What the Replay page keeps between runs: the days as a path, the run, and all that is shown."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

import pandas as pd
import streamlit as st

from alvh.lab.replay import Replay, replay
from alvh.market import MarketHistory
from alvh.model import ModelParameters
from alvh.risk.replay import (
    calendar_years,
    drawdown_of,
    episode_table,
    growth_beyond_cash,
    monthly_returns,
    wealth_of,
    worst_month,
)
from alvh.risk.replay_paths import fit_summary, span_of, state_fit
from alvh.risk.replay_smooth import Smoothness, smoothness
from alvh.risk.replay_trades import condors_sold, round_trips
from alvh.simulation import MarketPaths, historical_paths
from alvh.strategy import Policy
from alvh.ui import cache, regimes_cache

__all__ = ["Days", "on_history"]

_FROM_OUTSIDE = ("cpi_surprise", "ppi_surprise", "exchange_rate")
"""Signals that need monthly series."""


class Days:
    """Policies on real days, and everything that is shown of them, each when first asked for.

    Parameters
    ----------
    run : Replay
    model : ModelParameters
        Of the run.
    interest : bool
        Whether drawdowns, months, years and smoothness are of the account with its interest.
    """

    def __init__(self, run: Replay, model: ModelParameters, *, interest: bool) -> None:
        self.run, self.model, self.interest = run, model, interest
        self.names = tuple(policy.name for policy in run.policies)
        self._trips: dict[int, pd.DataFrame] = {}

    @cached_property
    def days(self) -> pd.DatetimeIndex:
        """Trading days."""
        return pd.DatetimeIndex(self.run.days)

    @cached_property
    def dailies(self) -> dict[str, pd.DataFrame]:
        """`Replay.daily` by policy."""
        return {name: self.run.daily(p) for p, name in enumerate(self.names)}

    @cached_property
    def account(self) -> pd.DataFrame:
        """Wealth as booked, dollars."""
        return wealth_of(self.dailies)

    @cached_property
    def wealth(self) -> pd.DataFrame:
        """Wealth that is measured: as booked, or before interest."""
        return self.account if self.interest else wealth_of(self.dailies, interest=False)

    @cached_property
    def drawdown(self) -> pd.DataFrame:
        """`drawdown_of`."""
        return drawdown_of(self.wealth)

    @cached_property
    def growth(self) -> pd.Series[float]:
        """`growth_beyond_cash`."""
        return growth_beyond_cash(self.account, self.model.rate)

    @cached_property
    def years(self) -> pd.DataFrame:
        """`calendar_years`."""
        return calendar_years(self.wealth)

    @cached_property
    def months(self) -> pd.DataFrame:
        """`monthly_returns`."""
        return monthly_returns(self.wealth)

    @cached_property
    def worst(self) -> pd.DataFrame:
        """`worst_month`."""
        return worst_month(self.wealth)

    @cached_property
    def episodes(self) -> pd.DataFrame:
        """`episode_table`."""
        history = self.run.paths.history
        levels = pd.DataFrame(
            {"spx": history["spx_close"].to_numpy(), "vix": history["vix_close"].to_numpy()},
            index=self.wealth.index,
        )
        return episode_table(self.wealth, levels)

    @cached_property
    def smooth(self) -> Smoothness:
        """`smoothness`."""
        return smoothness(self.wealth, self.account, self.model.rate)

    @cached_property
    def smooth_otherwise(self) -> Smoothness:
        """`smoothness` of the other measure: before interest, or of the account."""
        other = wealth_of(self.dailies, interest=not self.interest)
        return smoothness(other, self.account, self.model.rate)

    @cached_property
    def fit(self) -> pd.DataFrame:
        """`state_fit`."""
        return state_fit(self.run.paths, self.model)

    @cached_property
    def fit_of(self) -> pd.DataFrame:
        """`fit_summary`."""
        return fit_summary(self.fit)

    @cached_property
    def sold(self) -> dict[str, float]:
        """Condors each policy sold."""
        actions = (self.run.actions(p) for p in range(len(self.names)))
        return {name: condors_sold(table) for name, table in zip(self.names, actions, strict=True)}

    def trips(self, p: int) -> pd.DataFrame:
        """`round_trips` of policy `p`."""
        if p not in self._trips:
            self._trips[p] = round_trips(self.run.actions(p), self.run.policies[p])
        return self._trips[p]


@st.cache_resource(max_entries=8, show_spinner="Finding the state of each day …")
def _paths(key: str, macro: bool, _history: MarketHistory, last: str) -> MarketPaths:  # noqa: ARG001
    series = regimes_cache.macro() if macro else None
    return historical_paths(_history.frame.loc[:last], ModelParameters.default(), macro=series)


@st.cache_resource(max_entries=32, show_spinner=False)
def _days(
    key: str,  # noqa: ARG001 - stands for the paths
    start: dt.date,
    end: dt.date,
    policies: tuple[str, ...],
    capital: float,
    interest: bool,
    _paths: MarketPaths,
) -> Days:
    model = ModelParameters.default()
    rules = [Policy.model_validate_json(text) for text in policies]
    run = replay(span_of(_paths, start, end, rules), cache.tables(model), rules, capital)
    return Days(run, model, interest=interest)


def on_history(
    history: MarketHistory,
    last: str,
    span: tuple[dt.date, dt.date],
    policies: tuple[Policy, ...],
    capital: float,
    *,
    interest: bool,
) -> Days:
    """Policies over a span of a history known until day `last`.

    The model and its interest rate are the default ones whatever the last day's rate is: a rate of
    the end must not be known at the start.

    Raises
    ------
    ParameterError, DataError, ValidationError
        If policies cannot be run or the span holds too few days; the message names them.
    """
    votes = {vote.signal for policy in policies for vote in policy.regime.votes}
    votes |= {it.signal for policy in policies for it in policy.second.conditions}
    macro = not votes.isdisjoint(_FROM_OUTSIDE)
    key = f"{regimes_cache.stamp(history, last)} {macro}"
    paths = _paths(key, macro, history, last)
    texts = tuple(policy.model_dump_json() for policy in policies)
    return _days(key, *span, texts, float(capital), interest, paths)
