"""Books: listed strikes by rule, signs, payoffs, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from alvh.market import spx_strike, vix_strike
from alvh.model import MarketState, ModelParameters
from alvh.pricing import (
    PricingTables,
    black_delta,
    implied_state,
    implied_volatility,
    spx_option,
    vix_future,
    vix_option,
)
from alvh.strategy import LAYERS_442, CondorRule, HedgeLayer, expected_move, open_book

MODEL = ModelParameters.default()
STATE = implied_state(MODEL, 5000.0, 16.4, 18.1)


@pytest.fixture(scope="module")
def book():
    return open_book(MODEL, STATE, CondorRule(), LAYERS_442)


def test_four_legs_in_order_on_listed_strikes(book):
    long_put, short_put, short_call, long_call = book.strikes
    assert long_put < short_put < STATE.spot < short_call < long_call
    assert short_put - long_put == long_call - short_call == 50.0
    assert all(spx_strike(k) == k for k in book.strikes)
    assert [np.sign(leg.quantity) for leg in book.condor] == [1, -1, -1, 1]


@pytest.mark.parametrize(("put", "call"), [(0.16, 0.16), (0.30, 0.10), (0.05, 0.45)])
def test_short_strikes_have_the_wanted_black_delta(put, call):
    chosen = open_book(MODEL, STATE, CondorRule(put_delta=put, call_delta=call))
    tau = chosen.n_days / 252
    forward = 5000.0 * np.exp((MODEL.rate - MODEL.dividend_yield) * tau)
    for leg, wanted in ((chosen.condor[1], put), (chosen.condor[2], call)):
        kind = leg.product.split()[1]
        volatility = implied_volatility(leg.price, forward, leg.strike, tau, kind, rate=MODEL.rate)
        delta = abs(black_delta(forward, leg.strike, volatility * np.sqrt(tau), kind))
        assert delta == pytest.approx(wanted, abs=0.009)  # half a listed strike


def test_short_strikes_by_expected_move():
    rule = CondorRule(strikes_by="expected move", put_moves=1.0, call_moves=1.5)
    chosen = open_book(MODEL, STATE, rule)
    move = 5000.0 * 0.164 * np.sqrt(chosen.n_days / 252)
    assert chosen.strikes[1] == spx_strike(5000.0 - move)
    assert chosen.strikes[2] == spx_strike(5000.0 + 1.5 * move)


def test_credit_and_extremes_are_those_of_the_payoff(book):
    spots = np.linspace(4000.0, 6000.0, 4001)
    end = STATE.model_copy(update={"spot": spots})
    profit = book.profit(end, book.n_days, book.condor)
    assert profit.max() == pytest.approx(book.max_profit, abs=1e-6)
    assert profit.min() == pytest.approx(-book.max_loss, abs=1e-6)
    prices = spx_option(
        MODEL, STATE, book.strikes, book.n_days / 252, ["put", "put", "call", "call"]
    )
    assert book.credit == pytest.approx(float(prices @ [-1, 1, 1, -1]), abs=1e-9)


def test_layers_hold_near_the_money_calls_on_their_own_future(book):
    for leg, layer in zip(book.hedge, LAYERS_442, strict=True):
        tau = leg.n_days / 252
        assert vix_strike(leg.strike) == leg.strike
        assert leg.reference == pytest.approx(vix_future(MODEL, STATE, tau))
        assert leg.price == pytest.approx(vix_option(MODEL, STATE, leg.strike, tau, "call"))
        assert leg.quantity == layer.quantity
    assert [leg.n_days for leg in book.hedge] == [21, 76, 152]
    # public arithmetic of the method: one 4/4/2 set costs about 2.1 to 2.2 thousand dollars
    assert 1500.0 < book.premium_paid < 3000.0


def test_call_spread_and_future():
    layers = (
        HedgeLayer(instrument="call_spread", dte=60, width=10.0, quantity=3),
        HedgeLayer(instrument="future", dte=30, quantity=-1),
    )
    spread_low, spread_high, future = open_book(MODEL, STATE, CondorRule(), layers).hedge
    assert (spread_low.quantity, spread_high.quantity) == (3, -3)
    assert spread_high.strike == vix_strike(spread_low.strike + 10.0)
    assert (future.quantity, future.multiplier) == (-1, 1000)
    assert np.isnan(future.strike)


def test_a_layer_of_quantity_zero_is_no_layer():
    chosen = open_book(MODEL, STATE, CondorRule(), [HedgeLayer(quantity=0)])
    assert chosen.hedge == ()
    assert chosen.premium_paid == 0.0


def test_profit_starts_at_zero(book):
    assert book.profit(STATE, 0) == pytest.approx(0.0, abs=1e-6)


def test_tables_and_exact_prices_agree(book):
    tables = PricingTables.build(MODEL)
    state = MarketState(
        spot=np.linspace(4500.0, 5400.0, 7), variance=np.linspace(0.005, 0.2, 7), mean_variance=0.02
    )
    exact, fast = book.profit(state, 12), book.profit(state, 12, tables=tables)
    # 0.05 points on four legs of ten condors, 0.01 VIX points on ten options
    np.testing.assert_allclose(fast, exact, atol=4 * 0.05 * 1000 + 10 * 0.01 * 100)


@settings(max_examples=25)
@given(
    spot=st.floats(500.0, 20_000.0),
    vix=st.floats(10.0, 80.0),
    delta=st.floats(0.02, 0.5),
    wing=st.integers(1, 40).map(lambda k: 5 * k),
)
def test_any_market_opens_a_condor_with_a_credit_inside_its_wing(spot, vix, delta, wing):
    state = implied_state(MODEL, spot, vix)
    rule = CondorRule(put_delta=delta, call_delta=delta, wing=wing)
    long_put = spx_strike(spot) - wing
    assume(long_put > 0.7 * spot)  # else the wing may reach below zero, which is refused
    chosen = open_book(MODEL, state, rule)
    width = max(chosen.strikes[1] - chosen.strikes[0], chosen.strikes[3] - chosen.strikes[2])
    assert 0.0 <= chosen.credit < 2.0 * width
    assert chosen.max_loss >= -1e-9 or chosen.credit > width


def test_refuses_wings_wider_than_the_index():
    with pytest.raises(ValueError, match="Wing width must be below the short put strike"):
        open_book(MODEL, implied_state(MODEL, 100.0, 20.0), CondorRule(wing=500))


def test_refuses_distances_beyond_zero():
    rule = CondorRule(strikes_by="expected move", put_moves=4.0, dte=120)
    with pytest.raises(ValueError, match="Short put distance"):
        open_book(MODEL, implied_state(MODEL, 5000.0, 80.0, 70.0), rule)


@pytest.mark.parametrize(
    ("field", "value"),
    [("wing", 7), ("wing", 505), ("dte", 0), ("put_delta", 0.6), ("contracts", 0)],
)
def test_rule_refuses_what_is_out_of_range(field, value):
    with pytest.raises(ValueError, match=field):
        CondorRule(**{field: value})


def test_rules_are_values():
    rule = CondorRule(wing=75)
    assert CondorRule.model_validate_json(rule.model_dump_json()) == rule
    assert rule.model_copy(update={"wing": 100}).wing == 100
    with pytest.raises(ValueError, match="wing"):
        rule.model_copy(update={"wing": 3})


def test_expected_move():
    assert expected_move(16.0, 1.0) == pytest.approx(0.16)
    assert expected_move(16.0, 1 / 252) == pytest.approx(0.0100791, abs=1e-6)
    with pytest.raises(ValueError, match="vix must be >= 0"):
        expected_move(-1.0, 1.0)
