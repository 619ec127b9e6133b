"""Figures of the Regimes page by plain Python and exact prices, on real days and on a future."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from alvh.lab.regimes import RegimeStudy, study_regimes, without
from alvh.market.sample import read_sample
from alvh.model import RiskPremia
from alvh.simulation import MarketPaths, historical_paths, simulate_paths
from alvh.strategy import CondorRule, HedgeLayer, Policy, RegimeRule, Vote
from tests.lab.slow_days import SlowDays, slow_days
from tests.strategy.market import CALM, MODEL, tables
from tests.strategy.slow_engine import Market

CAPITAL = 500_000.0
BUDGET = 2 * 10 * 4 * 100 * 0.02  # ten condors of four legs by the tables, opened and marked
POLICY = Policy(
    condor=CondorRule(dte=30),
    layers=(HedgeLayer(dte=30, quantity=4, watch_quantity=6, roll_dte=20),),
    regime=RegimeRule(
        votes=(Vote.of("vix"), Vote.of("vix_to_average"), Vote.of("rsi_spx")),
        watch_votes=2,
        stress_votes=3,
        suspend="in stress",
        watch_size=0.5,
    ),
)
BOOKS = {None: POLICY, "vix": without(POLICY, "vix")}


@cache
def path(of: str) -> MarketPaths:
    """The summer of 2015, with a VIX of 40 in it, or the third future of a seed."""
    if of == "real days":
        return historical_paths(read_sample().frame.loc["2015-06-01":"2015-09-30"], MODEL)
    return simulate_paths(MODEL, RiskPremia.default(), CALM, 3, 84, seed=4).one(2)


@cache
def study(of: str) -> RegimeStudy:
    return study_regimes(path(of), MODEL, tables(), POLICY, CAPITAL)


@cache
def market_of(of: str) -> Market:
    return Market(MODEL, path(of), 0)


@cache
def slow(of: str, dropped: str | None) -> SlowDays:
    return slow_days(BOOKS[dropped], market_of(of), CAPITAL)


@pytest.mark.parametrize("of", ["real days", "a future"])
def test_regimes_and_what_they_earned_are_those_of_the_slow_engine(of):
    """Regime of each day, and profit by the regime of the close before."""
    found, book = study(of), slow(of, None)
    np.testing.assert_array_equal(found.daily["regime"], book.regimes)
    table = found.profits[found.profits["part"] == "book"].set_index("regime")
    earned, before = np.diff(book.profit), book.regimes[:-1]
    for code, name in enumerate(("calm", "watch", "stress")):
        assert table.loc[name, "days"] == (before == code).sum()
        assert table.loc[name, "total"] == pytest.approx(earned[before == code].sum(), abs=BUDGET)
    assert table.loc["all", "total"] == pytest.approx(earned.sum(), abs=BUDGET)


@pytest.mark.parametrize("of", ["real days", "a future"])
def test_what_a_signal_was_worth_is_that_of_the_slow_engine(of):
    """Profit a year of the rule without a signal less that of the rule."""
    whole, less = (slow(of, dropped) for dropped in BOOKS)
    row = study(of).ablation.set_index("dropped").loc["vix"]
    n = whole.profit.size - 1
    gained = [252.0 / n * (book.profit[-1] - book.profit[0]) for book in (whole, less)]
    allowed = 252.0 / n * BUDGET
    assert row["full"] == pytest.approx(gained[0], abs=allowed)
    assert row["difference"] == pytest.approx(gained[1] - gained[0], abs=allowed)
