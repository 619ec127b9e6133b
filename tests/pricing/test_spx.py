"""SPX options: closed-form limits, and what no price may violate.

A new model and tenor costs some ten milliseconds of Riccati equations, hence the few examples.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammaln
from scipy.stats import norm

from alvh.model import MarketState, ModelParameters
from alvh.pricing import index_density, index_distribution, spx_option
from tests.model.strategies import NO_JUMPS, diffusions, few, kinds, models, states, tenors

FULL = ModelParameters.default()
STATE = MarketState(spot=5000.0, variance=0.02, mean_variance=0.03)


def black(spot, strike, tau, model, total_variance, kind):
    """Black and Scholes, written out; `total_variance` to expiry."""
    discounted = spot * np.exp(-model.dividend_yield * tau), strike * np.exp(-model.rate * tau)
    d1 = np.log(discounted[0] / discounted[1]) / np.sqrt(total_variance)
    d1 = d1 + 0.5 * np.sqrt(total_variance)
    sign = 1.0 if kind == "call" else -1.0
    d2 = d1 - np.sqrt(total_variance)
    return sign * (discounted[0] * norm.cdf(sign * d1) - discounted[1] * norm.cdf(sign * d2))


def grid_around(model, state, tau, reach=8.0, n=81):
    """Strikes evenly spaced over `reach` rough deviations, and never below a tenth of spot."""
    move = reach * np.sqrt((0.02 + state.variance + state.mean_variance) * tau)
    forward = state.spot * np.exp((model.rate - model.dividend_yield) * tau)
    return np.linspace(max(0.1, 1.0 - move), 1.0 + move, n) * forward


@given(
    volatility=st.floats(0.03, 1.0),
    tau=tenors(),
    moneyness=st.floats(0.6, 1.6),
    kind=kinds(),
)
@few()
def test_black_scholes_limit(volatility, tau, moneyness, kind):
    model = ModelParameters.black_scholes(volatility=volatility)
    variance = volatility**2
    state = MarketState(spot=5000.0, variance=variance, mean_variance=variance)
    closed = black(5000.0, 5000.0 * moneyness, tau, model, variance * tau, kind)
    price = spx_option(model, state, 5000.0 * moneyness, tau, kind)
    assert price == pytest.approx(closed, abs=1e-6)


@given(v=st.floats(0.001, 0.5), m=st.floats(0.001, 0.2), tau=tenors(), kind=kinds())
@few()
def test_variance_that_reverts_without_noise(v, m, tau, kind):
    # v and m follow their drifts: Black and Scholes at the variance accumulated on the way
    model = FULL.model_copy(update={"sigma": 0.0, "mean_sigma": 0.0, **NO_JUMPS})
    kappa, slow, theta = model.kappa, model.mean_kappa, model.theta
    at = np.polynomial.legendre.leggauss(40)
    t, weight = 0.5 * tau * (at[0] + 1.0), 0.5 * tau * at[1]
    fade, fade_slow = np.exp(-kappa * t), np.exp(-slow * t)
    path = theta + (v - theta) * fade + kappa * (m - theta) * (fade_slow - fade) / (kappa - slow)
    state = MarketState(spot=5000.0, variance=v, mean_variance=m)
    for strike in (4500.0, 5000.0, 5400.0):
        closed = black(5000.0, strike, tau, model, weight @ path, kind)
        price = spx_option(model, state, strike, tau, kind)
        assert price == pytest.approx(closed, abs=1e-6)


@pytest.mark.parametrize("tau", [1 / 252, 0.1, 0.6])
@pytest.mark.parametrize("variance", [0.0, 1e-4, 0.03])
def test_merton_series(variance, tau):
    # constant variance, normal jumps: a Poisson mixture of Black-Scholes prices (Merton 1976)
    jumps = {"jump_intensity": 2.0, "jump_mean": -0.06, "jump_std": 0.05}
    model = ModelParameters.black_scholes(volatility=np.sqrt(variance)).model_copy(update=jumps)
    state = MarketState(spot=5000.0, variance=variance, mean_variance=variance)
    growth = np.exp(-0.06 + 0.5 * 0.05**2) - 1.0
    strikes = np.array([4000.0, 4800.0, 4990.0, 5025.0, 5400.0])
    series = np.zeros(strikes.size)
    for n in range(25):
        weight = np.exp(-2.0 * tau + n * np.log(2.0 * tau) - gammaln(n + 1))
        level = 5000.0 * (1.0 + growth) ** n * np.exp(-2.0 * growth * tau)
        total = variance * tau + n * 0.05**2
        if total > 0.0:
            series += weight * black(level, strikes, tau, model, total, "put")
        else:
            forward = level * np.exp(-model.dividend_yield * tau)
            series += weight * np.maximum(strikes * np.exp(-model.rate * tau) - forward, 0.0)
    price = spx_option(model, state, strikes, tau, "put")
    np.testing.assert_allclose(price, series, rtol=0, atol=1e-6)


@given(model=diffusions(), v=st.floats(0.001, 0.5), tau=tenors(), moneyness=st.floats(0.8, 1.2))
@few()
def test_jumps_that_never_happen_change_nothing(model, v, tau, moneyness):
    # jump sizes are kept and only the intensity is off: Heston with a moving mean
    sizes = {
        "jump_mean": -0.1,
        "jump_std": 0.1,
        "variance_jump_mean": 0.1,
        "jump_correlation": -1.0,
    }
    state = MarketState(spot=5000.0, variance=v, mean_variance=0.03)
    plain = spx_option(model, state, 5000.0 * moneyness, tau, "put")
    sized = spx_option(model.model_copy(update=sizes), state, 5000.0 * moneyness, tau, "put")
    assert sized == pytest.approx(plain, abs=1e-7)


@given(model=models(), state=states(), tau=tenors(), moneyness=st.floats(0.3, 3.0))
@few()
def test_put_call_parity(model, state, tau, moneyness):
    strike = moneyness * state.spot
    call, put = (spx_option(model, state, strike, tau, kind) for kind in ("call", "put"))
    carried = state.spot * np.exp(-model.dividend_yield * tau) - strike * np.exp(-model.rate * tau)
    assert call - put == pytest.approx(carried, abs=1e-8 * state.spot)


@given(model=models(), state=states(), tau=tenors())
@few()
def test_monotone_convex_and_within_bounds(model, state, tau):
    strikes = grid_around(model, state, tau)
    put = spx_option(model, state, strikes, tau, "put")
    call = spx_option(model, state, strikes, tau, "call")
    tiny = 1e-9 * state.spot
    discount, carried = np.exp(-model.rate * tau), state.spot * np.exp(-model.dividend_yield * tau)
    assert np.all(np.diff(put) >= -tiny)
    assert np.all(np.diff(call) <= tiny)
    # not as slopes: strikes may lie so close that a price's last digits would be a slope
    assert np.all(np.diff(put) <= discount * np.diff(strikes) + 2 * tiny)
    assert np.all(np.diff(put, 2) >= -2 * tiny)
    assert np.all(put >= np.maximum(strikes * discount - carried, 0.0) - tiny)
    assert np.all(put <= strikes * discount + tiny)
    assert np.all(call >= np.maximum(carried - strikes * discount, 0.0) - tiny)
    assert np.all(call <= carried + tiny)


@given(model=models(), state=states(spot=5000.0), tau=tenors(), scale=st.floats(0.01, 10.0))
@few()
def test_homogeneous_in_spot(model, state, tau, scale):
    strikes = np.array([4000.0, 4900.0, 5100.0])
    scaled = state.model_copy(update={"spot": scale * 5000.0})
    price = spx_option(model, state, strikes, tau, "put")
    again = spx_option(model, scaled, scale * strikes, tau, "put")
    np.testing.assert_allclose(again, scale * price, rtol=1e-10, atol=1e-8 * scale)


@given(model=models(), state=states(spot=5000.0), tau=tenors())
@few()
def test_index_is_a_martingale(model, state, tau):
    # a call struck near zero is the index itself: E[S] = forward
    call = spx_option(model, state, 1e-6, tau, "call")
    carried = 5000.0 * np.exp(-model.dividend_yield * tau)
    assert call == pytest.approx(carried, abs=2e-6)
    # and the same without parity: the index rebuilt from puts, E[S] = K - E[(K - S)+] for large K
    # (a positive correlation fattens the right tail so much that no strike is large enough)
    skewed = model.model_copy(update={"rho": -abs(model.rho)})
    strike = 1e5
    put = spx_option(skewed, state, strike, tau, "put") * np.exp(model.rate * tau)
    forward = 5000.0 * np.exp((model.rate - model.dividend_yield) * tau)
    assert strike - put == pytest.approx(forward, abs=1e-3)


@pytest.mark.parametrize("kind", ["call", "put"])
def test_dearer_with_more_variance(kind):
    v = np.array([0.0, 0.005, 0.01, 0.03, 0.1, 0.4])
    for tau in (1 / 252, 0.1):
        by_v = MarketState(spot=5000.0, variance=v, mean_variance=0.03)
        by_m = MarketState(spot=5000.0, variance=0.02, mean_variance=v)
        for strike in (4700.0, 5000.0, 5200.0):
            assert np.all(np.diff(spx_option(FULL, by_v, strike, tau, kind)) > 0.0)
            assert np.all(np.diff(spx_option(FULL, by_m, strike, tau, kind)) > 0.0)


@pytest.mark.parametrize("n_days", [1, 3, 10, 35])
def test_longer_puts_on_the_forward_are_dearer(n_days):
    # undiscounted, per unit of forward, at fixed moneyness: by convexity longer is dearer
    values = []
    for n in (n_days, n_days + 5):
        tau = n / 252
        forward = 5000.0 * np.exp((FULL.rate - FULL.dividend_yield) * tau)
        moneyness = np.array([0.8, 0.95, 1.0, 1.05])
        put = spx_option(FULL, STATE, moneyness * forward, tau, "put")
        values.append(put * np.exp(FULL.rate * tau) / forward)
    assert np.all(values[1] > values[0])


@given(model=models(), v=st.floats(1e-4, 0.5), m=st.floats(1e-3, 0.2), tau=tenors())
@few(8)
def test_density_integrates_to_one_and_to_the_forward(model, v, m, tau):
    state = MarketState(spot=5000.0, variance=v, mean_variance=m)
    forward = 5000.0 * np.exp((model.rate - model.dividend_yield) * tau)
    # the law without jumps is narrow and with them wide: even steps in the asinh of the log return
    width = np.sqrt(1e-6 + min(v, 0.01) * tau) / 8
    x = width * np.sinh(np.linspace(-np.arcsinh(6.0 / width), np.arcsinh(4.0 / width), 3001))
    level = forward * np.exp(x)
    density = index_density(model, state, level, tau)
    assert np.all(density >= 0.0)
    assert np.trapezoid(density, level) == pytest.approx(1.0, abs=1e-4)
    assert np.trapezoid(density * level, level) == pytest.approx(forward, rel=1e-4)
    assert np.trapezoid(density * np.maximum(5000 - level, 0.0), level) * np.exp(
        -model.rate * tau
    ) == pytest.approx(spx_option(model, state, 5000.0, tau, "put"), abs=0.05)


@given(model=models(), v=st.floats(1e-4, 0.5), m=st.floats(1e-3, 0.2), tau=tenors())
@few()
def test_distribution_is_monotone_from_zero_to_one(model, v, m, tau):
    # with some diffusion: without any, and without a spread of jumps, the law is a set of points
    state = MarketState(spot=5000.0, variance=v, mean_variance=m)
    level = np.concatenate([[1.0], grid_around(model, state, tau, n=201), [5e5]])
    probability = index_distribution(model, state, level, tau)
    assert np.all(np.diff(probability) >= -1e-9)
    assert probability[0] == pytest.approx(0.0, abs=1e-8)
    assert probability[-1] == pytest.approx(1.0, abs=1e-8)


def test_distribution_is_the_slope_of_the_put():
    level = np.array([4000.0, 4800.0, 5000.0, 5150.0])
    probability = index_distribution(FULL, STATE, level, 0.1)
    h = 0.5
    up, down = (spx_option(FULL, STATE, level + step, 0.1, "put") for step in (h, -h))
    np.testing.assert_allclose(
        probability, np.exp(FULL.rate * 0.1) * (up - down) / (2 * h), atol=1e-5
    )
    density = index_density(FULL, STATE, level, 0.1)
    above, below = (index_distribution(FULL, STATE, level + step, 0.1) for step in (h, -h))
    np.testing.assert_allclose(density, (above - below) / (2 * h), rtol=1e-4)


def test_broadcasts_and_returns_floats_for_scalars():
    assert type(spx_option(FULL, STATE, 5000, 0.1, "put")) is float
    state = MarketState(spot=5000.0, variance=[0.01, 0.04, 0.09], mean_variance=0.03)
    strikes, taus = np.array([[4800.0], [5100.0]]), np.array([[0.05], [0.2]])
    kind = np.array([["put"], ["call"]])
    price = spx_option(FULL, state, strikes, taus, kind)
    assert price.shape == (2, 3)
    for i in range(2):
        for j, v in enumerate(state.variance):
            alone = state.model_copy(update={"variance": v})
            assert price[i, j] == spx_option(
                FULL, alone, strikes[i, 0], taus[i, 0], str(kind[i, 0])
            )
