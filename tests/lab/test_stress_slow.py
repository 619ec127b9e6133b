"""Figures of the Stress page by plain Python and exact prices, on the path of an episode."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from alvh.lab.stress import episode_named
from alvh.lab.study import Study
from alvh.model import MarketState
from alvh.pricing import PricingTables, state_at_vix, vix_index
from alvh.risk.stress import ALL_LAYERS, NO_HEDGE, StressRun, layer_variants, run_stress
from alvh.simulation import MarketPaths, stress_paths
from alvh.strategy import Policy
from tests.lab.slow_days import SlowDays, slow_days
from tests.strategy.slow_engine import Market

STUDY = Study()
MODEL, STATE = STUDY.model, STUDY.state
POLICY = Policy.preset("alvh")
VARIANTS = (ALL_LAYERS, "Without layer 1", NO_HEDGE)
EPISODES = ("China devaluation", "Volmageddon")
N_DAYS = 31  # of both: the condor's tenor, longer than either episode
CAPITAL, POOR = float(STUDY.capital), 40_000.0


@cache
def path_of(episode: str) -> MarketPaths:
    return stress_paths(MODEL, STATE, episode_named(episode), n_days=N_DAYS + 1)


@cache
def market_of(episode: str) -> Market:
    return Market(MODEL, path_of(episode), 0)


@cache
def fast(episode: str, capital: float) -> StressRun:
    tables = PricingTables.build(MODEL)
    return run_stress(tables, STATE, POLICY, capital, episode_named(episode))


def days_of(episode: str, variant: str, capital: float = CAPITAL) -> pd.DataFrame:
    days = fast(episode, capital).days
    return days[days["variant"] == variant]


@cache
def slow(episode: str, variant: str, capital: float = CAPITAL) -> SlowDays:
    book = {x.name: x.book for x in layer_variants(POLICY)}[variant]
    return slow_days(book, market_of(episode), capital, last=N_DAYS)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("episode", EPISODES)
def test_profit_by_day_is_that_of_the_slow_engine(episode, variant):
    """With the hedge, with a layer less and with none: profit, costs, regime, margin each day."""
    days, book = days_of(episode, variant), slow(episode, variant)
    assert len(days) == N_DAYS + 1
    assert (np.abs(days["profit"] - book.profit) < book.slack).all()
    assert book.slack.max() < 400.0 < 0.05 * np.abs(book.profit).max()
    np.testing.assert_allclose(days["costs"], book.costs, atol=1e-6)
    np.testing.assert_array_equal(days["regime"], book.regimes)
    np.testing.assert_array_equal(days["margin"] > 0.0, book.margin > 0.0)
    np.testing.assert_allclose(days["margin"], book.margin, atol=80.0)  # ten credits of four legs


def test_what_layers_made_of_an_episode_is_that_of_the_slow_engine():
    """The effect the page names: profit of the whole book less that of the book without them."""
    for episode in EPISODES:
        whole = slow(episode, ALL_LAYERS)
        summary = fast(episode, CAPITAL).summary.set_index("variant")
        for variant in VARIANTS[1:]:
            less = slow(episode, variant)
            # the condors are the same: only the tables' error of the hedge is left
            for name, of in (("end", whole.profit[-1] - less.profit[-1]),
                             ("lowest", whole.profit.min() - less.profit.min())):  # fmt: skip
                effect = summary.loc[variant, f"{name}_effect"]
                assert effect == pytest.approx(of, abs=25.0), (episode, variant, name)
    assert abs(summary.loc[NO_HEDGE, "lowest_effect"]) > 500.0


def shocked(paths: MarketPaths, day: int, percent: float) -> MarketPaths:
    """The path to a close, and the next one after a move of so many percent: VIX 1.5 against each.

    As the page says of its one-day stressed loss; VIX no lower than a point.
    """
    at = MarketState(
        spot=paths.spot[0, day],
        variance=paths.variance[0, day],
        mean_variance=paths.mean_variance[0, day],
    )
    there = state_at_vix(
        MODEL,
        at.spot * (1.0 + percent / 100.0),
        max(float(vix_index(MODEL, at)) - 1.5 * percent, 1.0),
        at.mean_variance,
    )
    arrays = []
    for name in ("spot", "variance", "mean_variance"):
        row = getattr(paths, name)[:, : day + 3].copy()
        row[:, day + 1 :] = float(getattr(there, name))
        arrays.append(row)
    return MarketPaths(*arrays)


@pytest.mark.parametrize("day", [0, 4, 20])
def test_quick_ratio_is_that_of_the_slow_engine(day):
    """Cash over margin and the loss of the worse of two shocks, each run by plain Python."""
    paths = path_of("Volmageddon")
    book = slow("Volmageddon", ALL_LAYERS)
    lost = 0.0
    for percent in (-8.0, 6.0):
        market = Market(MODEL, shocked(paths, day, percent), 0)
        wealth = slow_days(POLICY, market, CAPITAL, last=day + 1).wealth
        lost = max(lost, wealth[day] - wealth[day + 1])
    row = days_of("Volmageddon", ALL_LAYERS).iloc[day]
    assert row["day_loss"] == pytest.approx(lost, abs=book.slack[day])
    assert lost > 10_000.0
    ratio = (book.wealth[day] - book.options[day]) / (book.margin[day] + lost)
    assert row["quick_ratio"] == pytest.approx(ratio, rel=0.002)


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_small_account_is_closed_on_the_day_the_slow_engine_closes_it(variant):
    episode = EPISODES[0]
    book = slow(episode, variant, POOR)
    days = days_of(episode, variant, POOR)
    (closed,) = {trade.day for trade in book.trades if trade.reason == "margin"}
    row = fast(episode, POOR).summary.set_index("variant").loc[variant]
    assert row["margin_day"] == closed
    assert row["end_profit"] == pytest.approx(book.profit[-1], abs=book.slack[-1])
    assert (np.abs(days["profit"] - book.profit) < book.slack).all()
    assert np.isinf(days["quick_ratio"].iloc[closed])
