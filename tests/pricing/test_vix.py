"""VIX products: closed laws as a second opinion, and what no price may violate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import ncx2

from alvh.clock import VIX_HORIZON
from alvh.model import MarketState, ModelParameters
from alvh.model.transform import real_coefficients
from alvh.pricing import vix_future, vix_index, vix_option, vvix
from alvh.pricing.variance import log_contract_variance
from alvh.pricing.vix import squared_vix_mean, squared_vix_variance, strip_of_finiteness
from tests.model.strategies import few, models, states, tenors

FULL = ModelParameters.default()
HESTON = ModelParameters.heston()


def squared_mean(model, state, tau):
    p, q, c = squared_vix_mean(model, tau)
    return 1e4 * (p * state.variance + q * state.mean_variance + c)


def heston_mean_of(function, model, v, tau, points=()):
    """Mean of a function of VIX when v alone is random: noncentral chi-squared (Cox 1985)."""
    fade = np.exp(-model.kappa * tau)
    scale = model.sigma**2 * (1.0 - fade) / (4.0 * model.kappa)
    law = ncx2(4.0 * model.kappa * model.theta / model.sigma**2, v * fade / scale, scale=scale)
    p, q, c = log_contract_variance(model, VIX_HORIZON)

    def integrand(x):
        return function(100.0 * np.sqrt(p * x + q * model.theta + c)) * law.pdf(x)

    kinks = [((k / 100.0) ** 2 - c - q * model.theta) / p for k in points]
    edges = np.unique(np.clip([0.0, *law.ppf([1e-6, 1e-3, 0.1, 0.5, 0.9, 1 - 1e-4]), *kinks], 0, 9))
    edges = [*edges, 9.0]
    return sum(quad(integrand, a, b, epsabs=1e-12, limit=200)[0] for a, b in zip(edges, edges[1:]))  # noqa: B905, RUF007


@pytest.mark.parametrize("tau", [0.02, 0.25, 0.7])
@pytest.mark.parametrize("v", [0.01, 0.2])
def test_matches_the_chi_squared_law(v, tau):
    # degrees of freedom 2.56 (above two) keep the density bounded at zero
    model = HESTON.model_copy(update={"theta": 0.08})
    state = MarketState(spot=5000.0, variance=v, mean_variance=model.theta)
    future = heston_mean_of(lambda x: x, model, v, tau)
    assert vix_future(model, state, tau) == pytest.approx(future, abs=1e-6)
    for strike in (0.8 * future, future, 1.3 * future):
        call = heston_mean_of(lambda x, k=strike: np.maximum(x - k, 0.0), model, v, tau, (strike,))
        price = vix_option(model, state, strike, tau, "call")
        assert price == pytest.approx(np.exp(-model.rate * tau) * call, abs=1e-6)


def test_vvix_matches_the_chi_squared_law():
    model = HESTON.model_copy(update={"theta": 0.08})
    state = MarketState(spot=5000.0, variance=0.03, mean_variance=0.08)
    future = heston_mean_of(lambda x: x, model, 0.03, VIX_HORIZON)
    log_mean = heston_mean_of(np.log, model, 0.03, VIX_HORIZON)
    expected = 100.0 * np.sqrt(2.0 * (np.log(future) - log_mean) / VIX_HORIZON)
    assert vvix(model, state) == pytest.approx(expected, abs=1e-4)


@given(model=models(), state=states(), tau=tenors(), ratio=st.floats(0.3, 3.0))
@few()
def test_parity_with_the_future(model, state, tau, ratio):
    future = vix_future(model, state, tau)
    strike = max(ratio * future, 0.5)
    call, put = (vix_option(model, state, strike, tau, kind) for kind in ("call", "put"))
    assert call - put == pytest.approx(np.exp(-model.rate * tau) * (future - strike), abs=1e-8)


@given(model=models(), state=states(), tau=tenors())
@few()
def test_calls_fall_convexly_in_strike_within_bounds(model, state, tau):
    future = vix_future(model, state, tau)
    # where VIX is all but gone or all but certain its law is a spike, and the contour is good to a
    # thousandth of a point only: no market has been near (VIX 9, VVIX 60 at the least)
    assume(future >= 3.0 and vvix(model, state, tau) >= 10.0)
    strikes = np.linspace(0.3, 4.0, 75) * max(future, 1.0)
    call = vix_option(model, state, strikes, tau, "call")
    discount = np.exp(-model.rate * tau)
    assert np.all(np.diff(call) <= 1e-3)
    assert np.all(np.diff(call) >= -discount * np.diff(strikes) - 1e-3)
    assert np.all(np.diff(call, 2) >= -2e-3)
    assert np.all(call >= discount * np.maximum(future - strikes, 0.0) - 1e-6)
    assert np.all(call <= discount * future + 1e-6)


@given(model=models(), state=states(), tau=tenors())
@few()
def test_future_lies_below_the_root_of_the_mean_square(model, state, tau):
    # Jensen: E[VIX]^2 <= E[VIX^2], and the gap is at most the variance over the mean square
    future = vix_future(model, state, tau)
    mean = squared_mean(model, state, tau)
    assert future**2 <= mean * (1 + 2e-7) + 1e-9
    assert future > 0.0 or mean < 1e-3


@given(model=models(), state=states())
@few()
def test_future_tends_to_the_index(model, state):
    index = vix_index(model, state)
    assert vix_future(model, state, 0.0) == pytest.approx(index, abs=1e-9)
    soon = vix_future(model, state, 1e-7)
    assert soon == pytest.approx(index, abs=1e-3 * max(index, 1.0))


@given(model=models(), state=states(), first=tenors())
@few()
def test_squared_index_obeys_the_tower_property(model, state, first):
    # log contract to T + h today = log contract to T + mean of the one from T to T + h, at T
    horizon = first + VIX_HORIZON
    whole, near = ((0.01 * vix_index(model, state, t)) ** 2 * t for t in (horizon, first))
    forward = 1e-4 * squared_mean(model, state, first) * VIX_HORIZON
    assert whole == pytest.approx(near + forward, rel=1e-9, abs=1e-12)


def test_strip_of_options_rebuilds_the_mean_square():
    # E[VIX^2] = F^2 + 2 (puts below F + calls above), undiscounted: ties options to the affine mean
    for v, tau in ((0.0, 0.02), (0.02, 0.1), (0.3, 0.4)):
        state = MarketState(spot=5000.0, variance=v, mean_variance=0.03)
        future = vix_future(FULL, state, tau)
        x, w = np.polynomial.legendre.leggauss(300)
        total = 0.0
        for low, high, kind in (
            (1e-3, future, "put"),
            (future, 3 * future, "call"),
            (3 * future, 400.0, "call"),
        ):
            strikes = 0.5 * (high - low) * x + 0.5 * (high + low)
            total += 0.5 * (high - low) * w @ vix_option(FULL, state, strikes, tau, kind)
        square = future**2 + 2.0 * total * np.exp(FULL.rate * tau)
        assert square == pytest.approx(squared_mean(FULL, state, tau), rel=1e-6)


@pytest.mark.parametrize("tau", [1 / 252, 0.1, 0.5])
def test_dearer_with_more_variance(tau):
    v = np.array([0.0, 0.01, 0.03, 0.1, 0.4])
    for state in (
        MarketState(spot=5000.0, variance=v, mean_variance=0.03),
        MarketState(spot=5000.0, variance=0.02, mean_variance=v),
    ):
        assert np.all(np.diff(vix_index(FULL, state)) > 0.0)
        assert np.all(np.diff(vix_future(FULL, state, tau)) > 0.0)
        assert np.all(np.diff(vix_option(FULL, state, 22.0, tau, "call")) > 0.0)
        assert np.all(np.diff(vix_option(FULL, state, 22.0, tau, "put")) <= 1e-9)


def test_variance_of_the_square_without_jumps():
    # Cox et al. (1985): Var[v_T] = v sigma^2/kappa (f - f^2) + theta sigma^2/(2 kappa) (1 - f)^2
    tau, fade = 0.1, np.exp(-HESTON.kappa * 0.1)
    p = log_contract_variance(HESTON, VIX_HORIZON)[0]
    by_v, by_m, constant = squared_vix_variance(HESTON, tau)
    noise = HESTON.sigma**2 / HESTON.kappa
    assert by_v == pytest.approx(p * p * noise * (fade - fade**2), rel=1e-5)
    total = constant + by_m * HESTON.theta
    assert total == pytest.approx(p * p * 0.5 * HESTON.theta * noise * (1 - fade) ** 2, rel=1e-5)


def exponential_moment(model, tau, z):
    p, q, _ = log_contract_variance(model, VIX_HORIZON)
    return np.ravel(
        sum(real_coefficients(model, 0.0, [tau], omega_variance=z * p, omega_mean=z * q))
    )


@pytest.mark.parametrize("tau", [1 / 252, 0.1, 0.6])
@pytest.mark.parametrize("name", ["default", "heston", "bates", "svcj"])
def test_strip_is_finite_inside_and_infinite_outside(name, tau):
    model = getattr(ModelParameters, name)()
    edge = strip_of_finiteness(model, tau)
    assert np.isfinite(edge)
    assert np.all(np.isfinite(exponential_moment(model, tau, np.array([0.5, 0.99]) * edge)))
    assert np.all(np.isinf(exponential_moment(model, tau, np.array([1.01, 3.0]) * edge)))


def test_strip_shrinks_as_jumps_grow():
    for tau in (0.02, 0.3):
        by_jump, by_slope, by_tenor = (
            [
                strip_of_finiteness(FULL.model_copy(update=changes), tenor)
                for changes, tenor in cases
            ]
            for cases in (
                [({"variance_jump_mean": x}, tau) for x in (0.02, 0.05, 0.0843, 0.2)],
                [({"jump_intensity_slope": x}, tau) for x in (0.0, 18.5, 60.0)],
                [({}, tau), ({}, 2 * tau)],
            )
        )
        assert np.all(np.diff(by_jump) < 0.0)
        assert np.all(np.diff(by_slope) < 0.0)
        assert np.all(np.diff(by_tenor) < 0.0)


def test_strip_is_the_whole_line_without_noise():
    assert strip_of_finiteness(ModelParameters.black_scholes(), 0.1) == np.inf


def test_broadcasts_and_returns_floats_for_scalars():
    state = MarketState(spot=5000.0, variance=0.02, mean_variance=0.03)
    for value in (
        vix_index(FULL, state),
        vix_future(FULL, state, 0.1),
        vix_option(FULL, state, 20, 0.1, "put"),
        vvix(FULL, state),
    ):
        assert type(value) is float
    many = MarketState(spot=5000.0, variance=[0.0, 0.02, 0.4], mean_variance=[[0.0], [0.03]])
    taus = np.array([0.02, 0.1, 0.02])
    price = vix_option(FULL, many, 20.0, taus, ["call", "put", "put"])
    assert price.shape == vix_future(FULL, many, taus).shape == vvix(FULL, many).shape == (2, 3)
    alone = vix_option(FULL, state, 20.0, 0.1, "put")
    assert price[1, 1] == pytest.approx(alone, rel=1e-12)
