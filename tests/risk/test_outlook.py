"""Expectations: nothing is earned without a premium, and what is exact agrees with simulation."""

from __future__ import annotations

import numpy as np
import pytest

from alvh.model import ModelParameters, RiskPremia
from alvh.pricing import PricingTables, implied_state
from alvh.risk import outlook as looks
from alvh.simulation import simulate_paths
from alvh.strategy import LAYERS_442, CondorRule, HedgeLayer, open_book

MODEL, PREMIA = ModelParameters.default(), RiskPremia.default()
CALM = implied_state(MODEL, 5000.0, 14.0, 17.0)
STRESS = implied_state(MODEL, 5000.0, 45.0, 38.0)
EVERY_KIND = (
    *LAYERS_442,
    HedgeLayer(instrument="call_spread", dte=60, quantity=4),
    HedgeLayer(instrument="future", dte=30, quantity=1),
)


@pytest.fixture(scope="module")
def tables():
    return PricingTables.build(MODEL)


@pytest.mark.parametrize("state", [CALM, STRESS], ids=["calm", "stress"])
def test_without_a_premium_nothing_is_earned(tables, state):
    book = open_book(MODEL, state, CondorRule(), EVERY_KIND)
    seen = looks.book_outlook(book, RiskPremia.none(), tables, n_paths=400_000, seed=11)
    assert seen.profit["Condor"].value == pytest.approx(0.0, abs=1e-4)
    dollars_a_point = {"Layer 1": 400, "Layer 2": 400, "Layer 3": 200, "Layer 4": 400}
    for group, scale in {**dollars_a_point, "Layer 5": 1000}.items():
        estimate = seen.profit[group]
        # resolves 0.01 VIX points a contract; the tables may add 0.002 on average
        assert estimate.standard_error < 0.01 * scale
        assert abs(estimate.value) < 3.5 * estimate.standard_error + 0.002 * scale
    p, q = seen.probability_of_profit["P"], seen.probability_of_profit["Q"]
    assert p.value == pytest.approx(q.value, abs=1e-9)


def test_exact_expectations_agree_with_simulation():
    book = open_book(MODEL, CALM, CondorRule())
    physical = PREMIA.physical(MODEL)
    paths = simulate_paths(MODEL, PREMIA, CALM, 400_000, book.n_days, seed=3)
    spot = paths.spot[:, -1]
    put, call = book.strikes[1], book.strikes[2]
    loss = np.clip(put - spot, 0, 50) + np.clip(spot - call, 0, 50)
    discount = np.exp(-MODEL.rate * book.n_days / 252)
    profit = (book.credit - discount * loss) * 1000
    error = profit.std() / np.sqrt(profit.size)
    assert error < 40.0
    assert abs(profit.mean() - looks.expected_condor_profit(book, physical)) < 4 * error
    wins = np.mean((spot > put - book.credit) & (spot < call + book.credit))
    assert looks.profit_probability(book, physical) == pytest.approx(wins, abs=4 * 0.0008)


def test_control_variates_leave_the_mean_and_shrink_the_error(tables):
    book = open_book(MODEL, CALM, CondorRule(), LAYERS_442)
    few = looks.book_outlook(book, PREMIA, tables, n_paths=4000, seed=1)
    many = looks.book_outlook(book, PREMIA, tables, n_paths=200_000, seed=2)
    gap = few.profit["Hedge"].value - many.profit["Hedge"].value
    both = np.hypot(few.profit["Hedge"].standard_error, many.profit["Hedge"].standard_error)
    assert abs(gap) < 4 * both
    assert few.profit["Hedge"].standard_error < 0.02 * book.premium_paid


def test_both_is_condor_plus_hedge_and_touch_exceeds_expiry(tables):
    book = open_book(MODEL, CALM, CondorRule(), LAYERS_442)
    seen = looks.book_outlook(book, PREMIA, tables)
    assert seen.profit["Both"].value == pytest.approx(
        seen.profit["Condor"].value + seen.profit["Hedge"].value
    )
    either, put, call = (seen.touch[k].value for k in ("either", "put", "call"))
    assert max(put, call) <= either <= put + call
    assert either > 1.0 - seen.probability_of_profit["P"].value - 0.05


def test_the_hedge_costs_what_the_variance_premium_says(tables):
    book = open_book(MODEL, CALM, CondorRule(), LAYERS_442)
    costs = [
        looks.book_outlook(book, PREMIA.scaled(x), tables, n_paths=50_000).hedge_cost.value
        for x in (0.0, 0.5, 1.0)
    ]
    assert costs[0] == pytest.approx(0.0, abs=200.0)
    assert costs[0] < costs[1] < costs[2]


def test_a_bare_condor_has_no_hedge_to_simulate(tables):
    seen = looks.book_outlook(open_book(MODEL, CALM, CondorRule()), PREMIA, tables)
    assert seen.hedge_cost == looks.Estimate(0.0, 0.0)
    assert seen.profit["Both"] == seen.profit["Condor"]


def test_refuses_too_few_paths(tables):
    with pytest.raises(ValueError, match="n_paths must be >= 100"):
        looks.book_outlook(open_book(MODEL, CALM, CondorRule()), PREMIA, tables, n_paths=10)
