"""Expected variance and the log contract: affine coefficients against the drifts themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alvh.model import MarketState, ModelParameters
from alvh.pricing import index_density, vix_index
from alvh.pricing.variance import log_contract_variance, mean_variance_over
from tests.model.strategies import models, states

EQUAL_SPEEDS = ModelParameters.heston(kappa=2.0).model_copy(update={"mean_kappa": 2.0})
NEAR_SPEEDS = EQUAL_SPEEDS.model_copy(update={"mean_kappa": 2.0 * (1 + 1e-5)})


@given(model=models(), state=states(), tau=st.floats(1e-4, 3.0))
@example(model=EQUAL_SPEEDS, state=MarketState(spot=1.0, variance=0.1, mean_variance=0.02), tau=0.5)
@example(model=NEAR_SPEEDS, state=MarketState(spot=1.0, variance=0.1, mean_variance=0.02), tau=0.5)
def test_mean_variance_solves_its_equation(model, state, tau):
    # the integral I of E[v] satisfies I'' = dE[v]/dt = kappa (E[m] - E[v]) + (l0 + l1 E[v]) mu_v
    v, m = state.variance, state.mean_variance
    h = 1e-3 * tau

    def integral(t):
        a, b, c = mean_variance_over(model, t)
        return t * (a * v + b * m + c)

    low, middle, high = integral(tau - h), integral(tau), integral(tau + h)
    mean_v, slope = (high - low) / (2 * h), (high - 2 * middle + low) / (h * h)
    mean_m = model.theta + (m - model.theta) * np.exp(-model.mean_kappa * tau)
    intensity = model.jump_intensity + model.jump_intensity_slope * mean_v
    drift = model.kappa * (mean_m - mean_v) + intensity * model.variance_jump_mean
    size = model.kappa * (v + m + model.theta + 0.01)
    assert slope == pytest.approx(drift, abs=1e-4 * size + 1e-9 / (h * h) * middle * 1e-5)
    assert mean_v >= -1e-12


@given(model=models(), state=states())
def test_short_horizon_is_the_variance_itself(model, state):
    a, b, c = mean_variance_over(model, 1e-9)
    assert (a, b, c) == pytest.approx((1.0, 0.0, 0.0), abs=1e-6)
    p, q, c = log_contract_variance(model, 1e-9)
    intensity = model.jump_intensity + model.jump_intensity_slope * state.variance
    expected = state.variance + 2.0 * model.jump_convexity * intensity
    assert p * state.variance + q * state.mean_variance + c == pytest.approx(expected, abs=1e-6)


@given(model=models(), state=states(), tau=st.floats(0.001, 2.0), longer=st.floats(1e-4, 1.0))
def test_total_variance_rises_with_the_horizon(model, state, tau, longer):
    total = []
    for horizon in (tau, tau + longer):
        p, q, c = log_contract_variance(model, horizon)
        assert min(p, q, c) >= -1e-14
        total.append(horizon * (p * state.variance + q * state.mean_variance + c))
    assert total[1] >= total[0] - 1e-14


@given(model=models(), tau=st.floats(0.001, 2.0))
def test_without_jumps_counts_less(model, tau):
    every, bare = mean_variance_over(model, tau), mean_variance_over(model, tau, jumps=False)
    assert np.all(np.array(every) >= np.array(bare) - 1e-12)


@pytest.mark.parametrize("v", [0.003, 0.02, 0.2])
def test_index_is_the_log_contract_of_the_density(v):
    # -2 E[log(S/F)] / T by quadrature over the exact density: definition against shortcut
    model = ModelParameters.default()
    state = MarketState(spot=5000.0, variance=v, mean_variance=0.03)
    tau = 30 / 365
    forward = 5000.0 * np.exp((model.rate - model.dividend_yield) * tau)
    x = np.linspace(-2.5, 1.5, 40001)
    level = forward * np.exp(x)
    density = index_density(model, state, level, tau) * level
    expected = 100.0 * np.sqrt(-2.0 * np.trapezoid(density * x, x) / tau)
    assert vix_index(model, state) == pytest.approx(expected, abs=1e-5)
