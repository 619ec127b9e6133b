"""Greeks against central differences of prices, in the units their docstring states."""

from __future__ import annotations

import numpy as np
import pytest

from alvh.clock import VIX_HORIZON
from alvh.model import MarketState, ModelParameters
from alvh.pricing import (
    spx_greeks,
    spx_option,
    vix_future,
    vix_future_greeks,
    vix_index,
    vix_option,
    vix_option_greeks,
)
from alvh.pricing.variance import log_contract_variance

FULL = ModelParameters.default()
STATE = MarketState(spot=5000.0, variance=0.02, mean_variance=0.03)
SPX_STRIKES = np.array([4600.0, 4950.0, 5000.0, 5200.0])
VIX_STRIKES = np.array([15.0, 19.0, 22.0, 35.0])
MODELS = [FULL, ModelParameters.heston(), ModelParameters.svcj()]


def bumped(**changes):
    return STATE.model_copy(update=changes)


def at_vix(model, points):
    """The state whose VIX is that much higher, the mean variance held."""
    p, q, c = log_contract_variance(model, VIX_HORIZON)
    vix = vix_index(model, STATE) + points
    return bumped(variance=((0.01 * vix) ** 2 - q * STATE.mean_variance - c) / p)


def differences(price, model, h=0.02):
    """First and second central differences by VIX points."""
    down, middle, up = (price(at_vix(model, s)) for s in (-h, 0.0, h))
    return (up - down) / (2 * h), (up - 2 * middle + down) / (h * h)


@pytest.mark.parametrize("kind", ["call", "put"])
@pytest.mark.parametrize("tau", [5 / 252, 40 / 252])
@pytest.mark.parametrize("model", MODELS)
def test_spx_greeks(model, tau, kind):
    greeks = spx_greeks(model, STATE, SPX_STRIKES, tau, kind)

    def price(state=STATE, tenor=tau, of=model):
        return spx_option(of, state, SPX_STRIKES, tenor, kind)

    h = 0.5  # index points
    down, middle, up = (price(bumped(spot=5000.0 + s)) for s in (-h, 0.0, h))
    np.testing.assert_allclose(greeks.delta, (up - down) / (2 * h), atol=1e-6)
    np.testing.assert_allclose(greeks.gamma, (up - 2 * middle + down) / (h * h), atol=1e-6)

    vega, volga = differences(price, model)
    np.testing.assert_allclose(greeks.vega, vega, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(greeks.volga, volga, rtol=1e-3, atol=1e-3)

    def delta(state):
        return spx_greeks(model, state, SPX_STRIKES, tau, kind).delta

    np.testing.assert_allclose(greeks.vanna, differences(delta, model)[0], rtol=1e-4, atol=1e-6)

    h = 1e-4 * tau
    by_tau = (price(tenor=tau + h) - price(tenor=tau - h)) / (2 * h)
    np.testing.assert_allclose(greeks.theta, -by_tau / 252, rtol=1e-5, atol=1e-5)

    h = 1e-4
    high, low = (model.model_copy(update={"rate": model.rate + s}) for s in (h, -h))
    rho = (price(of=high) - price(of=low)) / (2 * h)
    np.testing.assert_allclose(greeks.rho, rho, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("kind", ["call", "put"])
@pytest.mark.parametrize("tau", [5 / 252, 40 / 252])
@pytest.mark.parametrize("model", MODELS)
def test_vix_option_greeks(model, tau, kind):
    greeks = vix_option_greeks(model, STATE, VIX_STRIKES, tau, kind)

    def price(state=STATE, tenor=tau, of=model):
        return vix_option(of, state, VIX_STRIKES, tenor, kind)

    vega, volga = differences(price, model)
    np.testing.assert_allclose(greeks.vega, vega, atol=1e-5)
    np.testing.assert_allclose(greeks.volga, volga, atol=1e-4)
    h = 1e-3 * tau
    by_tau = (price(tenor=tau + h) - price(tenor=tau - h)) / (2 * h)
    np.testing.assert_allclose(greeks.theta, -by_tau / 252, atol=1e-5)
    h = 1e-4
    high, low = (model.model_copy(update={"rate": model.rate + s}) for s in (h, -h))
    np.testing.assert_allclose(greeks.rho, (price(of=high) - price(of=low)) / (2 * h), atol=1e-5)
    # spot is no argument of a VIX option while the variance is held
    for name in ("delta", "gamma", "vanna"):
        np.testing.assert_array_equal(getattr(greeks, name), 0.0)


@pytest.mark.parametrize("tau", [0.0, 5 / 252, 40 / 252])
@pytest.mark.parametrize("model", MODELS)
def test_vix_future_greeks(model, tau):
    greeks = vix_future_greeks(model, STATE, tau)
    vega, volga = differences(lambda state: vix_future(model, state, tau), model)
    assert greeks.vega == pytest.approx(vega, abs=1e-6)
    assert greeks.volga == pytest.approx(volga, abs=1e-5)
    if tau == 0.0:
        assert greeks.vega == pytest.approx(1.0)
        assert greeks.volga == pytest.approx(0.0, abs=1e-9)
        return
    h = 1e-3 * tau
    by_tau = (vix_future(model, STATE, tau + h) - vix_future(model, STATE, tau - h)) / (2 * h)
    assert greeks.theta == pytest.approx(-by_tau / 252, abs=1e-6)
    assert greeks.rho == 0.0


def test_parity_of_greeks():
    tau = 0.1
    call, put = (spx_greeks(FULL, STATE, SPX_STRIKES, tau, kind) for kind in ("call", "put"))
    np.testing.assert_allclose(call.delta - put.delta, np.exp(-FULL.dividend_yield * tau))
    for name in ("gamma", "vega", "vanna", "volga"):
        np.testing.assert_allclose(getattr(call, name), getattr(put, name), atol=1e-10)
    calls, puts = (vix_option_greeks(FULL, STATE, VIX_STRIKES, tau, k) for k in ("call", "put"))
    future = vix_future_greeks(FULL, STATE, tau)
    np.testing.assert_allclose(
        calls.vega - puts.vega, np.exp(-FULL.rate * tau) * future.vega, atol=1e-9
    )


def test_at_expiry_delta_is_that_of_the_payoff():
    for kind, delta in (("call", [1.0, 0.0]), ("put", [0.0, -1.0])):
        greeks = spx_greeks(FULL, STATE, [4900.0, 5100.0], 0.0, kind)
        np.testing.assert_array_equal(greeks.delta, delta)
        for name in ("gamma", "vega", "theta", "rho", "vanna", "volga"):
            np.testing.assert_array_equal(getattr(greeks, name), 0.0)
