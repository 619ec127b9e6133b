"""Cumulants of the log return and SKEW: limits, simulation, and definitions."""

from __future__ import annotations

import numpy as np
import pytest

from alvh.model import MarketState, ModelParameters, RiskPremia
from alvh.model.transform import affine_coefficients
from alvh.pricing import implied_state, return_cumulants, skew_index
from alvh.simulation import simulate_paths

MODEL = ModelParameters.default()


def test_black_scholes_has_its_variance_and_no_skew():
    model = ModelParameters.black_scholes(volatility=0.2)
    second, third = return_cumulants(model, 0.25)
    state = np.array([0.04, 0.04, 1.0])
    assert second @ state == pytest.approx(0.01, rel=1e-8)
    assert third @ state == pytest.approx(0.0, abs=1e-10)
    flat = MarketState(spot=5000.0, variance=0.04, mean_variance=0.04)
    assert skew_index(model, flat) == pytest.approx(100.0, abs=1e-4)


def test_they_are_the_derivatives_of_the_exponent():
    """Against central differences of the exponent itself, in a state of its own."""
    tau, h = 30 / 365, 0.5
    state = np.array([0.03, 0.02, 1.0])

    def exponent(u):
        a, b, c = (x[0, 0] for x in affine_coefficients(MODEL, [1j * u], [tau]))
        return b * state[0] + c * state[1] + a

    second, third = return_cumulants(MODEL, tau) @ state
    curve = (exponent(h) - 2.0 * 0.0 + exponent(-h)) / h**2
    assert -curve.real == pytest.approx(second, rel=2e-3)
    bend = (exponent(2 * h) - 2.0 * exponent(h) + 2.0 * exponent(-h) - exponent(-2 * h)) / (
        2.0 * h**3
    )
    assert -bend.imag == pytest.approx(third, rel=2e-2)


@pytest.mark.parametrize(("vix", "vix3m"), [(16.0, 18.0), (45.0, 35.0)])
def test_simulated_returns_have_them(vix, vix3m):
    state = implied_state(MODEL, 5000.0, vix, vix3m)
    paths = simulate_paths(MODEL, RiskPremia.none(), state, 200_000, 21, seed=3)
    x = np.log(paths.spot[:, -1] / 5000.0)
    c = x - x.mean()
    second, third = return_cumulants(MODEL, 21 / 252) @ np.array(
        [float(state.variance), float(state.mean_variance), 1.0]
    )
    for power, exact in ((2, second), (3, third)):
        error = (c**power).std() / np.sqrt(c.size)
        assert (c**power).mean() == pytest.approx(exact, abs=4.0 * error)


def test_the_left_tail_is_the_heavier_and_calm_has_more_of_it():
    calm, stress = (
        skew_index(MODEL, implied_state(MODEL, 5000.0, *levels))
        for levels in ((12.0, 14.0), (45.0, 35.0))
    )
    assert calm > stress > 100.0


def test_states_broadcast_and_nothing_moves_without_variance():
    states = MarketState(spot=1.0, variance=np.array([0.0, 0.02]), mean_variance=0.0)
    found = skew_index(ModelParameters.black_scholes(volatility=0.2), states)
    assert found.shape == (2,)
    assert found[0] == pytest.approx(100.0, abs=0.5)
    with pytest.raises(ValueError, match="tau must be > 0"):
        return_cumulants(MODEL, 0.0)
