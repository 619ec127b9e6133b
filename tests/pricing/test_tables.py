"""The tables against the exact transform over the reachable range, and what they promise.

Error budget: 0.05 index points for an SPX leg at spot 5000, 0.01 VIX points for a VIX leg. States
are those implied by VIX from 9.3 to 90 and VIX3M over VIX from 0.7 to 1.4, and random ones down to
a variance of exactly zero.
"""

from __future__ import annotations

import numpy as np
import pytest

from alvh.clock import VIX_HORIZON
from alvh.model import MarketState, ModelParameters
from alvh.pricing import implied_state, spx_option, vix_future, vix_index, vix_option
from alvh.pricing.tables import SPX_DAYS, VIX_DAYS, PricingTables
from alvh.pricing.variance import mean_variance_over

FULL = ModelParameters.default()
SPX_BUDGET, VIX_BUDGET = 0.05, 0.01
N_STATES = 16
SPX_TEST_DAYS = [1, 2, 3, 5, 8, 10, 15, 21, 31, 45, 60, SPX_DAYS]
VIX_TEST_DAYS = [1, 2, 3, 5, 8, 10, 15, 21, 31, 45, 60, 84, 110, 150, VIX_DAYS]


@pytest.fixture(scope="module")
def tables():
    return PricingTables.build(FULL)


def reachable_states(seed, n=N_STATES):
    """(variance, mean variance), half of them implied and half random, with the corners first.

    VIX3M over VIX has been seen from 0.75 to 1.4 in calm and below 1.05 in stress.
    """
    rng = np.random.default_rng(seed)
    vix = np.concatenate([[9.3, 80.0, 90.0, 90.0], np.exp(rng.uniform(np.log(9.3), np.log(90), n))])
    most = np.interp(vix, [15.0, 40.0, 60.0], [1.4, 1.05, 0.9])
    ratio = np.concatenate([[1.4, 0.8, 0.7, 0.85], 0.7 + (most[4:] - 0.7) * rng.random(n)])
    implied = implied_state(FULL, 5000.0, vix, ratio * vix)
    v = np.where(
        rng.random(n) < 0.5,
        rng.exponential(0.03, n),
        np.exp(rng.uniform(np.log(1e-5), np.log(0.9), n)),
    )
    v[:4] = 0.0
    m = np.where(
        rng.random(n) < 0.5,
        rng.gamma(1.8, 0.033 / 1.8, n),
        np.exp(rng.uniform(np.log(1e-3), np.log(0.3), n)),
    )
    return (
        np.concatenate([implied.variance, v]),
        np.concatenate([implied.mean_variance, m]),
    )


def as_state(v, m):
    return MarketState(spot=5000.0, variance=v[:, None], mean_variance=m[:, None])


def spx_strikes(v, m, tau):
    """Six deviations of the diffusion either side, and moneyness from -30 % to +15 %."""
    a, b, c = mean_variance_over(FULL, tau)
    root = np.sqrt(tau * (a * v + b * m + c))[:, None]
    scaled = 5000.0 * np.exp(np.linspace(-6.0, 6.0, 25) * root)
    fixed = np.broadcast_to(5000.0 * np.linspace(0.7, 1.15, 19), (v.size, 19))
    return np.concatenate([scaled, fixed], axis=1)


@pytest.mark.parametrize("n_days", SPX_TEST_DAYS)
def test_spx_budget(tables, n_days):
    v, m = reachable_states(n_days)
    strikes = spx_strikes(v, m, n_days / 252)
    kind = np.where(np.arange(strikes.shape[1]) % 2, "call", "put")
    exact = spx_option(FULL, as_state(v, m), strikes, n_days / 252, kind)
    quick = tables.spx_option(as_state(v, m), strikes, n_days, kind)
    assert np.abs(quick - exact).max() < SPX_BUDGET


@pytest.mark.parametrize("n_days", VIX_TEST_DAYS)
def test_vix_budget(tables, n_days):
    state = as_state(*reachable_states(1000 + n_days, n=40))
    future = vix_future(FULL, state, n_days / 252)
    assert np.abs(tables.vix_future(state, n_days) - future).max() < VIX_BUDGET
    strikes = future * np.concatenate([np.linspace(0.5, 1.5, 31), np.linspace(1.6, 4.0, 13)])
    kind = np.where(np.arange(strikes.shape[1]) % 2, "call", "put")
    exact = vix_option(FULL, state, strikes, n_days / 252, kind)
    quick = tables.vix_option(state, strikes, n_days, kind)
    assert np.abs(quick - exact).max() < VIX_BUDGET


def test_one_day_before_expiry_with_vix_at_eighty(tables):
    state = implied_state(FULL, 5000.0, 80.0, 65.0)
    assert vix_index(FULL, state) == pytest.approx(80.0)
    spx, vix = np.linspace(4000.0, 5600.0, 81), np.linspace(50.0, 130.0, 41)
    for kind in ("call", "put"):
        exact = spx_option(FULL, state, spx, 1 / 252, kind)
        np.testing.assert_allclose(
            tables.spx_option(state, spx, 1, kind), exact, rtol=0, atol=SPX_BUDGET
        )
        exact = vix_option(FULL, state, vix, 1 / 252, kind)
        np.testing.assert_allclose(
            tables.vix_option(state, vix, 1, kind), exact, rtol=0, atol=VIX_BUDGET
        )


def test_parity(tables):
    v, m = reachable_states(7)
    state = as_state(v, m)
    strikes = np.linspace(3000.0, 6000.0, 31)
    for n in (1, 10, SPX_DAYS):
        tau = n / 252
        call, put = (tables.spx_option(state, strikes, n, kind) for kind in ("call", "put"))
        carried = 5000.0 * np.exp(-FULL.dividend_yield * tau) - strikes * np.exp(-FULL.rate * tau)
        np.testing.assert_allclose(call - put, carried + 0.0 * call, atol=1e-8)
    for n in (1, 40, VIX_DAYS):
        future = tables.vix_future(state, n)
        strikes = future * np.linspace(0.6, 3.0, 25)
        call, put = (tables.vix_option(state, strikes, n, kind) for kind in ("call", "put"))
        carried = np.exp(-FULL.rate * n / 252) * (future - strikes)
        np.testing.assert_allclose(call - put, carried, atol=1e-3)  # puts are kept from going < 0
        assert min(call.min(), put.min()) >= 0.0


def test_prices_scale_with_spot(tables):
    state = MarketState(spot=5000.0, variance=0.02, mean_variance=0.03)
    half = state.model_copy(update={"spot": 2500.0})
    price = tables.spx_option(state, [4800.0, 5200.0], 21, "call")
    np.testing.assert_allclose(
        tables.spx_option(half, [2400.0, 2600.0], 21, "call"), 0.5 * price, rtol=1e-12
    )


def test_shapes_and_scalars(tables):
    state = MarketState(spot=5000.0, variance=0.02, mean_variance=0.03)
    assert type(tables.spx_option(state, 5000.0, 21, "put")) is float
    assert type(tables.vix_future(state, 21)) is float
    many = MarketState(spot=[5000.0, 5100.0], variance=[[0.02], [0.05], [0.1]], mean_variance=0.03)
    price = tables.spx_option(many, 5000.0, [10, 20], "put")
    assert price.shape == (3, 2)
    one = MarketState(spot=5100.0, variance=0.05, mean_variance=0.03)
    assert price[1, 1] == tables.spx_option(one, 5000.0, 20, "put")
    assert tables.vix_option(many, 20.0, 10, ["call", "put"]).shape == (3, 2)


def test_memory_and_read_only_arrays(tables):
    assert tables.nbytes < 40e6
    arrays = [x for x in tables.grid if isinstance(x, np.ndarray)]
    assert sum(x.nbytes for x in arrays) == tables.nbytes
    assert all(np.isfinite(x).all() for x in arrays)
    for array in arrays:
        assert not array.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


@pytest.mark.parametrize("name", ["black_scholes", "heston", "bates", "svcj"])
def test_presets(name):
    model = getattr(ModelParameters, name)()
    tables = PricingTables.build(model)
    assert all(np.isfinite(x).all() for x in tables.grid)
    for v in (0.01, model.theta, 0.1):
        # with constant volatility no other state than its own can be reached
        level = model.theta if name == "black_scholes" else v
        state = MarketState(spot=5000.0, variance=level, mean_variance=model.theta)
        for n in (1, 5, 21, 63):
            strikes = 5000.0 * np.linspace(0.85, 1.1, 11)
            exact = spx_option(model, state, strikes, n / 252, "put")
            np.testing.assert_allclose(
                tables.spx_option(state, strikes, n, "put"), exact, rtol=0, atol=SPX_BUDGET
            )
            future = vix_future(model, state, n / 252)
            assert tables.vix_future(state, n) == pytest.approx(future, abs=VIX_BUDGET)
            strikes = future * np.linspace(0.7, 2.0, 11)
            exact = vix_option(model, state, strikes, n / 252, "call")
            np.testing.assert_allclose(
                tables.vix_option(state, strikes, n, "call"), exact, rtol=0, atol=VIX_BUDGET
            )


@pytest.mark.parametrize("bad", [0, SPX_DAYS + 1, 1.5, -3, [5, 0]])
def test_refuses_days_off_the_grid(tables, bad):
    state = MarketState(spot=5000.0, variance=0.02, mean_variance=0.03)
    shown = bad[-1] if isinstance(bad, list) else bad
    message = rf"n_days must be a whole number of trading days from 1 to {SPX_DAYS}, got {shown}"
    with pytest.raises(ValueError, match=message):
        tables.spx_option(state, 5000.0, bad, "put")


def test_other_refusals(tables):
    state = MarketState(spot=5000.0, variance=0.02, mean_variance=0.03)
    for call in (
        lambda: tables.vix_option(state, 20.0, VIX_DAYS + 1, "put"),
        lambda: tables.vix_future(state, VIX_DAYS + 1),
    ):
        with pytest.raises(ValueError, match=rf"n_days must be .* 1 to {VIX_DAYS}, got 187"):
            call()
    for function in (tables.spx_option, tables.vix_option):
        with pytest.raises(ValueError, match="strike must be > 0, got 0"):
            function(state, 0.0, 5, "put")
        with pytest.raises(ValueError, match="kind must be 'call' or 'put', got 'both'"):
            function(state, 20.0, 5, "both")


def test_tables_cover_the_tenors_of_the_interface():
    assert round(120 * 252 / 365) == SPX_DAYS
    assert round(270 * 252 / 365) == VIX_DAYS
    assert VIX_HORIZON == 30 / 365
