"""The full model against a simulation that shares nothing with it but the equations.

Euler steps of a twentieth of a day, full truncation (Lord et al. 2010), jumps drawn step by step,
antithetic normals. Prices must lie within four standard errors, and the errors be small.
"""

from __future__ import annotations

import numpy as np
import pytest

from alvh.model import MarketState, ModelParameters
from alvh.pricing import spx_option, vix_future, vix_index, vix_option

MODEL = ModelParameters.default()
STATE = MarketState(spot=5000.0, variance=0.03, mean_variance=0.04)
N_DAYS, PER_DAY, N_PAIRS = 15, 20, 20_000


@pytest.fixture(scope="module")
def terminal():
    """Log return, variance and mean variance at expiry; the second half mirrors the first."""
    p = MODEL
    rng = np.random.default_rng(20240102)
    dt = 1.0 / (252 * PER_DAY)
    n = 2 * N_PAIRS
    x, v, m = np.zeros(n), np.full(n, STATE.variance), np.full(n, STATE.mean_variance)
    growth = np.exp(p.jump_mean + 0.5 * p.jump_std**2)
    growth = growth / (1.0 - p.jump_correlation * p.variance_jump_mean) - 1.0
    normals = np.empty((3, n))
    for _ in range(N_DAYS * PER_DAY):
        half = rng.standard_normal((3, N_PAIRS), dtype=np.float32)
        normals[:, :N_PAIRS], normals[:, N_PAIRS:] = half, -half
        first, second, third = normals
        plus, mean = np.maximum(v, 0.0), np.maximum(m, 0.0)
        root = np.sqrt(plus * dt)
        intensity = p.jump_intensity + p.jump_intensity_slope * plus
        jumped = np.nonzero(rng.random(n, dtype=np.float32) < -np.expm1(-intensity * dt))[0]
        x += (p.rate - p.dividend_yield - intensity * growth - 0.5 * plus) * dt + root * first
        noise = p.rho * first + np.sqrt(1.0 - p.rho**2) * second
        v += p.kappa * (mean - plus) * dt + p.sigma * root * noise
        m += p.mean_kappa * (p.theta - mean) * dt + p.mean_sigma * np.sqrt(mean * dt) * third
        kick = rng.exponential(p.variance_jump_mean, jumped.size)
        v[jumped] += kick
        size = p.jump_mean + p.jump_correlation * kick
        x[jumped] += size + p.jump_std * rng.standard_normal(jumped.size)
    return x, np.maximum(v, 0.0), np.maximum(m, 0.0)


def estimate(values):
    """Mean and standard error over antithetic pairs."""
    pairs = 0.5 * (values[:N_PAIRS] + values[N_PAIRS:])
    return pairs.mean(), pairs.std() / np.sqrt(N_PAIRS)


def check(values, expected, worst):
    mean, error = estimate(values)
    assert error < worst * expected  # small enough to mean something
    assert abs(mean - expected) < 4.0 * error


TAU = N_DAYS / 252
DISCOUNT = np.exp(-MODEL.rate * TAU)


def test_index_is_a_martingale(terminal):
    forward = 5000.0 * np.exp((MODEL.rate - MODEL.dividend_yield) * TAU)
    check(5000.0 * np.exp(terminal[0]), forward, worst=2e-4)


@pytest.mark.parametrize(("strike", "worst"), [(5000.0, 0.01), (4700.0, 0.025)])
def test_put(terminal, strike, worst):
    payoff = DISCOUNT * np.maximum(strike - 5000.0 * np.exp(terminal[0]), 0.0)
    check(payoff, spx_option(MODEL, STATE, strike, TAU, "put"), worst)


def test_vix_future_and_calls(terminal):
    _, v, m = terminal
    vix = vix_index(MODEL, MarketState(spot=1.0, variance=v, mean_variance=m))
    check(vix, vix_future(MODEL, STATE, TAU), worst=0.001)
    for strike, worst in ((22.0, 0.01), (30.0, 0.025)):
        payoff = DISCOUNT * np.maximum(vix - strike, 0.0)
        check(payoff, vix_option(MODEL, STATE, strike, TAU, "call"), worst)
