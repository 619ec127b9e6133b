"""Degenerate inputs give the limit and never nan; impossible ones are refused by name."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import example, given

from alvh.model import MarketState, ModelParameters
from alvh.pricing import (
    index_density,
    index_distribution,
    spx_greeks,
    spx_option,
    vix_future,
    vix_future_greeks,
    vix_index,
    vix_option,
    vix_option_greeks,
    vvix,
)
from tests.model.strategies import NO_JUMPS, few, models, states, tenors

FULL = ModelParameters.default()
STATE = MarketState(spot=5000.0, variance=0.02, mean_variance=0.03)
STILL = ModelParameters.black_scholes(volatility=0.0)
NOTHING = MarketState(spot=5000.0, variance=0.0, mean_variance=0.0)
LONELY_MEAN = FULL.model_copy(update={"sigma": 0.0, **NO_JUMPS})
VANISHING = STILL.model_copy(update={"kappa": 4.5, "sigma": 0.62, "rho": -0.5})


@given(model=models(), state=states(), tau=tenors())
@example(model=STILL, state=NOTHING, tau=0.1)
@example(model=LONELY_MEAN, state=STATE, tau=0.5)  # only the mean variance has noise
@example(model=VANISHING, state=NOTHING, tau=0.1893822444797707)  # noise of a variance of zero
@few()
def test_everything_is_finite(model, state, tau):
    spx = state.spot * np.array([1e-3, 0.5, 1.0, 2.0, 1e3])
    vix = np.array([0.1, 15.0, 40.0, 300.0])
    for tenor in (0.0, tau):
        for kind in ("call", "put"):
            assert np.isfinite(spx_option(model, state, spx, tenor, kind)).all()
            assert np.isfinite(vix_option(model, state, vix, tenor, kind)).all()
        assert np.isfinite(vix_future(model, state, tenor))
        for greeks in (
            spx_greeks(model, state, spx, tenor, "put"),
            vix_option_greeks(model, state, vix, tenor, "call"),
            vix_future_greeks(model, state, tenor),
        ):
            assert all(np.isfinite(x).all() for x in asdict(greeks).values())
    assert np.isfinite(vix_index(model, state))
    assert np.isfinite(vvix(model, state))


@given(model=models(), state=states())
@few(10)
def test_at_expiry_prices_are_intrinsic(model, state):
    strikes = state.spot * np.array([0.5, 1.0, 1.7])
    for kind, sign in (("call", 1.0), ("put", -1.0)):
        np.testing.assert_allclose(
            spx_option(model, state, strikes, 0.0, kind),
            np.maximum(sign * (state.spot - strikes), 0.0),
        )
        index = vix_index(model, state)
        np.testing.assert_allclose(
            vix_option(model, state, [5.0, 20.0, 60.0], 0.0, kind),
            np.maximum(sign * (index - np.array([5.0, 20.0, 60.0])), 0.0),
            atol=1e-9,
        )


@pytest.mark.parametrize("tau", [1 / 252, 0.3])
def test_without_any_volatility_the_forward_is_certain(tau):
    forward = 5000.0 * np.exp((STILL.rate - STILL.dividend_yield) * tau)
    strikes = np.array([4000.0, 5000.0, 6000.0])
    for kind, sign in (("call", 1.0), ("put", -1.0)):
        expected = np.exp(-STILL.rate * tau) * np.maximum(sign * (forward - strikes), 0.0)
        np.testing.assert_allclose(
            spx_option(STILL, NOTHING, strikes, tau, kind), expected, atol=1e-8
        )
    assert vix_index(STILL, NOTHING) == vix_future(STILL, NOTHING, tau) == 0.0
    assert vix_option(STILL, NOTHING, 10.0, tau, "call") == 0.0
    assert vix_option(STILL, NOTHING, 10.0, tau, "put") == pytest.approx(
        10.0 * np.exp(-STILL.rate * tau)
    )
    assert vvix(STILL, NOTHING) == 0.0


def test_variance_without_noise_makes_vix_certain():
    model = FULL.model_copy(update={"sigma": 0.0, "mean_sigma": 0.0, **NO_JUMPS})
    future = vix_future(model, STATE, 0.2)
    discount = np.exp(-model.rate * 0.2)
    for strike in (0.8 * future, 1.2 * future):
        call = vix_option(model, STATE, strike, 0.2, "call")
        assert call == pytest.approx(discount * max(future - strike, 0.0), abs=1e-9)
    assert vvix(model, STATE) == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("tau", [1 / 252, 0.5])
def test_deep_strikes(tau):
    discount, carried = np.exp(-FULL.rate * tau), 5000.0 * np.exp(-FULL.dividend_yield * tau)
    put, call = (spx_option(FULL, STATE, [1e-3, 1e7], tau, kind) for kind in ("put", "call"))
    np.testing.assert_allclose(put, [0.0, 1e7 * discount - carried], atol=1e-6)
    np.testing.assert_allclose(call, [carried - 1e-3 * discount, 0.0], atol=1e-3)
    future = vix_future(FULL, STATE, tau)
    low, high = vix_option(FULL, STATE, [0.01, 1000.0], tau, "call")
    assert low == pytest.approx(discount * (future - 0.01), abs=1e-8)
    assert 0.0 <= high < 1e-9


def test_short_tenors_tend_to_expiry():
    strikes = np.array([4900.0, 5000.0, 5100.0])
    for tau in (1e-4, 1e-6):
        soon = spx_option(FULL, STATE, strikes, tau, "put")
        at_the_money = 5000.0 * np.sqrt(0.02 * tau / (2 * np.pi))
        expected = [0.0, at_the_money, 100.0]
        np.testing.assert_allclose(soon, expected, atol=0.05 * at_the_money + 2e4 * tau)


def test_moments_of_jumps_alone_give_prices_at_zero_variance():
    # v = 0 and no pull away from it: the index moves by compensated jumps only
    model = ModelParameters.bates(theta=0.0)
    state = MarketState(spot=5000.0, variance=0.0, mean_variance=0.0)
    tau = 1 / 252
    put = spx_option(model, state, [4700.0, 4990.0, 5010.0], tau, "put")
    # at most one jump matters in a day: weight by its probability, normal size in closed form
    node, weight = np.polynomial.hermite_e.hermegauss(60)
    drift = model.rate - model.dividend_yield - model.jump_intensity * model.jump_compensator
    jump = np.exp(model.jump_mean + model.jump_std * node)
    level = 5000.0 * np.exp(drift * tau)
    strikes = np.array([4700.0, 4990.0, 5010.0])[:, None]
    jumped = np.maximum(strikes - level * jump, 0.0) @ weight / np.sqrt(2 * np.pi)
    calm = np.maximum(strikes[:, 0] - level, 0.0)
    chance = model.jump_intensity * tau
    expected = np.exp(-(model.rate + model.jump_intensity) * tau) * (calm + chance * jumped)
    np.testing.assert_allclose(put, expected, atol=0.02)


@pytest.mark.parametrize("function", [spx_option, vix_option, spx_greeks, vix_option_greeks])
@pytest.mark.parametrize(
    ("strike", "tau", "kind", "message"),
    [
        (0.0, 0.1, "put", "strike must be > 0, got 0"),
        ([20.0, -5.0], 0.1, "put", "strike must be > 0, got -5"),
        (np.nan, 0.1, "put", "strike must be finite, got nan"),
        ("high", 0.1, "put", "strike must be a number, got 'high'"),
        (20.0, -0.1, "put", "tau must be >= 0, got -0.1"),
        (20.0, np.inf, "put", "tau must be finite, got inf"),
        (20.0, 0.1, "Put", "kind must be 'call' or 'put', got 'Put'"),
        (20.0, 0.1, ["call", "x"], "kind must be 'call' or 'put', got .*'x'"),
    ],
)
def test_refusals_name_field_value_and_range(function, strike, tau, kind, message):
    with pytest.raises(ValueError, match=message):
        function(FULL, STATE, strike, tau, kind)


def test_other_refusals():
    with pytest.raises(ValueError, match="tau must be >= 0, got -1"):
        vix_future(FULL, STATE, -1.0)
    for function in (vix_index, vvix):
        with pytest.raises(ValueError, match="horizon must be > 0, got 0"):
            function(FULL, STATE, 0.0)
    for function in (index_density, index_distribution):
        with pytest.raises(ValueError, match="level must be > 0, got -1"):
            function(FULL, STATE, [-1.0], 0.1)
        with pytest.raises(ValueError, match="tau must be > 0, got 0"):
            function(FULL, STATE, [5000.0], 0.0)
