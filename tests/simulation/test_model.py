"""Paths against the transform: the martingale test, moments, and reproducibility."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from alvh.model import MarketState, ModelParameters, RiskPremia
from alvh.pricing import spx_option, vix_future, vix_index, vix_option
from alvh.pricing.vix import squared_vix_mean
from alvh.simulation import MarketPaths, simulate_paths

MODEL = ModelParameters.default()
CALM = MarketState(spot=5000.0, variance=0.0143, mean_variance=0.0165)
STRESS = MarketState(spot=5000.0, variance=0.12, mean_variance=0.05)
ZERO = MarketState(spot=5000.0, variance=0.0, mean_variance=0.0)
N_PATHS, N_DAYS = 400_000, 31


def agrees(sample, expected, *, resolution):
    """Four standard errors, and a standard error that can see `resolution`."""
    error = sample.std() / np.sqrt(sample.size)
    assert error < resolution
    assert abs(sample.mean() - expected) < 4.0 * error


@pytest.fixture(scope="module", params=[CALM, STRESS, ZERO], ids=["calm", "stress", "zero"])
def risk_neutral(request):
    return request.param, simulate_paths(
        MODEL, RiskPremia.none(), request.param, N_PATHS, N_DAYS, seed=20
    )


@pytest.mark.parametrize("day", [1, 10, N_DAYS])
def test_index_is_a_martingale(risk_neutral, day):
    state, paths = risk_neutral
    growth = np.exp((MODEL.rate - MODEL.dividend_yield) * day / 252)
    agrees(paths.spot[:, day] / growth, state.spot, resolution=2.0)


@pytest.mark.parametrize("strike", [4600.0, 5000.0, 5250.0])
def test_spx_options_are_worth_their_price(risk_neutral, strike):
    state, paths = risk_neutral
    tau = N_DAYS / 252
    payoff = np.exp(-MODEL.rate * tau) * np.maximum(strike - paths.spot[:, -1], 0.0)
    agrees(payoff, spx_option(MODEL, state, strike, tau, "put"), resolution=1.5)


def test_a_condor_costs_nothing_in_expectation(risk_neutral):
    state, paths = risk_neutral
    tau = N_DAYS / 252
    strikes, kinds = [4650.0, 4700.0, 5250.0, 5300.0], ["put", "put", "call", "call"]
    value = spx_option(MODEL, state, strikes, tau, kinds) @ [1.0, -1.0, -1.0, 1.0]
    spot = paths.spot[:, -1]
    loss = np.clip(4700.0 - spot, 0, 50) + np.clip(spot - 5250.0, 0, 50)
    agrees(-np.exp(-MODEL.rate * tau) * loss, value, resolution=0.05)


@pytest.mark.parametrize("day", [5, N_DAYS])
def test_vix_products_are_worth_their_price(risk_neutral, day):
    state, paths = risk_neutral
    tau = day / 252
    end = MarketState(
        spot=1.0, variance=paths.variance[:, day], mean_variance=paths.mean_variance[:, day]
    )
    vix = vix_index(MODEL, end)
    agrees(vix, vix_future(MODEL, state, tau), resolution=0.016)
    mean = np.dot(squared_vix_mean(MODEL, tau), [state.variance, state.mean_variance, 1.0])
    agrees((vix / 100) ** 2, mean, resolution=2e-4)
    for strike in (15.0, 20.0, 30.0):
        payoff = np.exp(-MODEL.rate * tau) * np.maximum(vix - strike, 0.0)
        agrees(payoff, vix_option(MODEL, state, strike, tau, "call"), resolution=0.016)


@pytest.mark.parametrize(
    "model",
    [ModelParameters.black_scholes(), ModelParameters.heston(), ModelParameters.svcj()],
    ids=["black-scholes", "heston", "svcj"],
)
def test_presets_are_simulated_by_the_same_code(model):
    state = MarketState(spot=100.0, variance=model.theta, mean_variance=model.theta)
    paths = simulate_paths(model, RiskPremia.none(), state, 200_000, 21, seed=4)
    tau = 21 / 252
    payoff = np.exp(-model.rate * tau) * np.maximum(98.0 - paths.spot[:, -1], 0.0)
    agrees(payoff, spx_option(model, state, 98.0, tau, "put"), resolution=0.02)


def test_physical_measure_adds_the_equity_premium():
    premia = RiskPremia.default()
    paths = simulate_paths(MODEL, premia, CALM, 200_000, 63, seed=5)
    drift = MODEL.rate - MODEL.dividend_yield + premia.equity
    agrees(paths.spot[:, -1], 5000.0 * np.exp(drift * 63 / 252), resolution=2.0)


def test_same_seed_same_paths_on_any_number_of_threads():
    threads = numba.get_num_threads()
    many = simulate_paths(MODEL, RiskPremia.default(), CALM, 500, 40, seed=9)
    try:
        numba.set_num_threads(1)
        one = simulate_paths(MODEL, RiskPremia.default(), CALM, 500, 40, seed=9)
    finally:
        numba.set_num_threads(threads)
    np.testing.assert_array_equal(many.spot, one.spot)
    np.testing.assert_array_equal(many.variance, one.variance)


def test_a_path_does_not_depend_on_how_many_there_are():
    few = simulate_paths(MODEL, RiskPremia.none(), CALM, 3, 20, seed=9)
    more = simulate_paths(MODEL, RiskPremia.none(), CALM, 30, 20, seed=9)
    np.testing.assert_array_equal(few.spot, more.spot[:3])


def test_another_seed_other_paths():
    first = simulate_paths(MODEL, RiskPremia.none(), CALM, 3, 20, seed=9)
    second = simulate_paths(MODEL, RiskPremia.none(), CALM, 3, 20, seed=10)
    assert not np.any(first.spot[:, 1:] == second.spot[:, 1:])


def test_paths_are_finite_positive_and_read_only():
    paths = simulate_paths(MODEL, RiskPremia.none(), ZERO, 2000, 252, seed=1)
    for array in (paths.spot, paths.variance, paths.mean_variance):
        assert np.isfinite(array).all()
        assert (array >= 0.0).all()
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1.0
    assert (paths.n_paths, paths.n_days) == (2000, 252)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_paths": 0}, "n_paths must be from 1 to"),
        ({"n_days": 0}, "n_days must be from 1 to"),
        ({"seed": -1}, "seed must be from 0"),
    ],
)
def test_refuses_impossible_sizes(change, message):
    sizes = {"n_paths": 10, "n_days": 10, "seed": 1, **change}
    with pytest.raises(ValueError, match=message):
        simulate_paths(MODEL, RiskPremia.none(), CALM, **sizes)


def test_refuses_paths_of_different_shapes():
    with pytest.raises(ValueError, match="variance must be of the shape of spot"):
        MarketPaths(np.ones((2, 3)), np.ones((2, 2)), np.ones((2, 3)))
