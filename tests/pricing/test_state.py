"""From VIX to the state and back, with and without VIX3M, and without looking ahead."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.clock import VIX3M_HORIZON
from alvh.model import MarketState, ModelParameters
from alvh.pricing import filtered_state, implied_state, state_at_vix, vix_index
from tests.model.strategies import states

FULL = ModelParameters.default()
FLOOR = vix_index(FULL, MarketState(spot=1.0, variance=0.0, mean_variance=0.0))


@given(state=states())
def test_both_levels_give_back_the_state(state):
    near, far = vix_index(FULL, state), vix_index(FULL, state, VIX3M_HORIZON)
    again = implied_state(FULL, state.spot, near, far)
    assert again.spot == state.spot
    assert vix_index(FULL, again) == pytest.approx(near, abs=1e-6)
    assert vix_index(FULL, again, VIX3M_HORIZON) == pytest.approx(far, abs=1e-6)
    assert again.variance == pytest.approx(state.variance, abs=1e-9)
    assert again.mean_variance == pytest.approx(state.mean_variance, abs=1e-9)


@given(vix=st.floats(5.0, 120.0), ratio=st.floats(0.5, 2.0))
def test_infeasible_levels_give_the_closest_boundary(vix, ratio):
    state = implied_state(FULL, 5000.0, vix, ratio * vix)
    v, m = state.variance, state.mean_variance
    assert v >= 0.0
    assert m >= 0.0

    def miss(variance, mean):
        at = MarketState(spot=1.0, variance=variance, mean_variance=mean)
        near, far = vix_index(FULL, at), vix_index(FULL, at, VIX3M_HORIZON)
        return (near**2 - vix**2) ** 2 + (far**2 - (ratio * vix) ** 2) ** 2

    best = miss(v, m)
    if best > 1e-6 * vix**4:
        assert min(v, m) == 0.0
    steps = np.array([0.0, 1e-4, -1e-4, 0.01, -0.01])
    near_v, near_m = np.meshgrid(np.maximum(v + steps, 0), np.maximum(m + steps, 0))
    assert np.all(miss(near_v, near_m) >= best - 1e-7 * vix**4)


@given(vix=st.floats(FLOOR + 0.01, 120.0))
def test_vix_alone_is_reproduced(vix):
    state = implied_state(FULL, 5000.0, vix)
    assert vix_index(FULL, state) == pytest.approx(vix, abs=1e-8)


def test_vix_below_the_floor_gives_the_floor():
    for state in (implied_state(FULL, 5000.0, 5.0), filtered_state(FULL, [5000.0], [5.0])):
        assert np.max(state.variance) == np.max(state.mean_variance) == 0.0
        assert vix_index(FULL, state) == pytest.approx(FLOOR)


def test_missing_vix3m_falls_back_on_vix_alone():
    vix, vix3m = np.array([15.0, 20.0, 35.0]), np.array([17.0, np.nan, 32.0])
    state = implied_state(FULL, 5000.0, vix, vix3m)
    alone = implied_state(FULL, 5000.0, 20.0)
    assert state.variance[1] == alone.variance
    assert state.mean_variance[1] == alone.mean_variance
    np.testing.assert_allclose(vix_index(FULL, state), vix, atol=1e-9)
    both = vix_index(FULL, state, VIX3M_HORIZON)[[0, 2]]
    np.testing.assert_allclose(both, vix3m[[0, 2]], atol=1e-9)


@pytest.mark.parametrize("name", ["default", "black_scholes", "heston", "bates", "svcj"])
def test_presets_reproduce_vix(name):
    model = getattr(ModelParameters, name)()
    vix = np.array([18.0, 25.0, 60.0])
    assert vix_index(model, implied_state(model, 5000.0, vix)) == pytest.approx(vix, abs=1e-9)
    filtered = filtered_state(model, np.full(3, 5000.0), vix)
    assert vix_index(model, filtered) == pytest.approx(vix, abs=1e-9)


@pytest.fixture
def history():
    rng = np.random.default_rng(11)
    steps = np.cumsum(0.06 * rng.standard_normal(400))
    return 18.0 * np.exp(steps - 0.05 * np.maximum(steps, 0.0) ** 2)


def test_filter_reproduces_vix(history):
    vix = np.maximum(history, FLOOR + 0.1)
    state = filtered_state(FULL, np.full(vix.size, 5000.0), vix)
    np.testing.assert_allclose(vix_index(FULL, state), vix, atol=1e-8)
    assert np.all(state.variance >= 0.0)
    assert np.all(state.mean_variance >= 0.0)


def test_filter_uses_no_future(history):
    changed = history.copy()
    changed[200:] = 60.0
    spot = np.full(history.size, 5000.0)
    before, after = filtered_state(FULL, spot, history), filtered_state(FULL, spot, changed)
    for name in ("variance", "mean_variance"):
        one, other = getattr(before, name), getattr(after, name)
        np.testing.assert_array_equal(one[:200], other[:200])
        assert not np.any(one[200:210] == other[200:210])


def test_filter_uses_the_past():
    calm, wild = np.r_[np.full(300, 12.0), 25.0], np.r_[np.full(300, 40.0), 25.0]
    spot = np.full(301, 5000.0)
    after_calm, after_wild = (filtered_state(FULL, spot, vix) for vix in (calm, wild))
    assert after_calm.mean_variance[-1] < after_wild.mean_variance[-1]
    # the first day has no past: the stationary law, as `implied_state` takes it
    first = implied_state(FULL, 5000.0, 12.0)
    assert after_calm.mean_variance[0] == pytest.approx(first.mean_variance, rel=1e-9)


@given(vix=st.floats(FLOOR + 0.01, 100.0), mean=st.floats(0.0, 0.3))
def test_state_at_vix_keeps_the_mean_while_it_can(vix, mean):
    state = state_at_vix(FULL, 5000.0, vix, mean)
    assert vix_index(FULL, state) == pytest.approx(vix, abs=1e-8)
    assert state.mean_variance == mean or state.variance == pytest.approx(0.0, abs=1e-12)
    assert state.mean_variance <= mean


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1.0, 20.0), "spot must be > 0, got -1"),
        ((5000.0, 0.0), "vix must be > 0, got 0"),
        ((5000.0, [20.0, -3.0]), "vix must be > 0, got -3"),
        ((5000.0, np.nan), "vix must be finite, got nan"),
        ((5000.0, 20.0, -2.0), "vix3m must be > 0, got -2"),
        ((5000.0, 20.0, [21.0, 0.0]), "vix3m must be > 0, got 0"),
    ],
)
def test_refusals_name_field_value_and_range(arguments, message):
    with pytest.raises(ValueError, match=message):
        implied_state(FULL, *arguments)
    if len(arguments) == 2:
        with pytest.raises(ValueError, match=message):
            filtered_state(FULL, *arguments)
