"""Stress tests behind Streamlit's caches: a run an episode and policy, a reverse test a book.

Results are shared and read-only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from alvh.model import MarketState, ModelParameters, RiskPremia
from alvh.risk.stress import StressRun, Variant, layer_variants, run_stress
from alvh.risk.stress_liquidity import DayShock
from alvh.risk.stress_reverse import ReverseStress, smallest_shock
from alvh.simulation import Episode
from alvh.strategy import Policy
from alvh.ui import cache

__all__ = ["Setting", "reverse", "run", "table", "variants"]


@dataclass(frozen=True)
class Setting:
    """Everything a stress test depends on but the episode and the policy."""

    model: ModelParameters
    state: MarketState
    capital: float
    shock: DayShock

    def text(self) -> str:
        """A key for the caches."""
        parts = (self.model, self.state, self.shock)
        return "|".join([*(part.model_dump_json() for part in parts), f"{self.capital}"])


@st.cache_resource(max_entries=400, show_spinner=False)
def _run(key: str, policy: str, episode: str, _setting: Setting) -> StressRun:  # noqa: ARG001
    return run_stress(
        cache.tables(_setting.model),
        _setting.state,
        Policy.model_validate_json(policy),
        _setting.capital,
        Episode.model_validate_json(episode),
        shock=_setting.shock,
    )


def run(setting: Setting, policy: Policy, episode: Episode) -> StressRun:
    """A policy, with and without each layer, through one episode."""
    return _run(setting.text(), policy.model_dump_json(), episode.model_dump_json(), setting)


def table(
    setting: Setting,
    policies: Sequence[Policy],
    episodes: Sequence[Episode],
    tell: Callable[[int, int, str], object],
) -> pd.DataFrame:
    """Every episode, policy and variant in one row each, as `alvh.risk.stress.stress_table`.

    `tell` is called with runs done, runs in all and what is run next. What has been run is kept
    when it ends the work by an exception: the long runs come last, for one cannot be ended.
    """
    pairs = [(policy, episode) for policy in policies for episode in episodes]
    order = sorted(range(len(pairs)), key=lambda i: pairs[i][1].n_days)
    rows: dict[int, pd.DataFrame] = {}
    for i in order:
        tell(len(rows), len(pairs), pairs[i][1].name)
        rows[i] = run(setting, *pairs[i]).summary
    return pd.concat([rows[i] for i in range(len(pairs))], ignore_index=True)


def variants(policy: Policy) -> list[Variant]:
    """The policy with all its layers, without each, and without any."""
    return layer_variants(policy)


@st.cache_resource(max_entries=400, show_spinner=False)
def _reverse(
    key: str,  # noqa: ARG001 - stands for the setting
    book: str,
    edge: float,
    loss: float,
    n_days: int,
    per: float | None,
    _setting: Setting,
) -> ReverseStress:
    return smallest_shock(
        cache.tables(_setting.model),
        RiskPremia.default().scaled(edge),
        _setting.state,
        Policy.model_validate_json(book),
        _setting.capital,
        loss=loss,
        n_days=n_days,
        vix_per_percent=per,
    )


def reverse(
    setting: Setting, book: Policy, edge: float, loss: float, n_days: int, per: float | None
) -> ReverseStress:
    """The smallest fall that costs a book so much; `per` as `smallest_shock`."""
    if per is not None:
        edge = 1.0  # plays no part: one entry of the cache for all
    return _reverse(setting.text(), book.model_dump_json(), edge, loss, n_days, per, setting)
