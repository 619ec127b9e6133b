"""VIX where the index has gone: averaged over the index it is the VIX law again."""

from __future__ import annotations

import numpy as np
import pytest

from alvh.model import MarketState, ModelParameters, RiskPremia
from alvh.pricing import index_density, vix_given_index, vix_index
from alvh.pricing.vix import squared_vix_mean

FULL = ModelParameters.default()
STATE = MarketState(spot=5000.0, variance=0.02, mean_variance=0.03)


def mean_square(model, tau, state=STATE):
    p, q, c = squared_vix_mean(model, tau)
    return 1e4 * (p * state.variance + q * state.mean_variance + c)


@pytest.mark.parametrize("n_days", [2, 21, 63])
@pytest.mark.parametrize("model", [FULL, ModelParameters.heston(), ModelParameters.svcj()])
def test_law_of_total_expectation(model, n_days):
    tau = n_days / 252
    level = np.linspace(2000.0, 7500.0, 4001)
    weight = index_density(model, STATE, level, tau)
    square = vix_given_index(model, STATE, level, tau).mean ** 2
    whole = np.trapezoid(weight * square, level)
    # the difference quotient behind it costs up to 0.3 % of squared VIX: 0.04 VIX points at 25
    assert whole == pytest.approx(mean_square(model, tau), rel=4e-3)


def test_band_spans_the_mean_and_vix_rises_as_the_index_falls():
    level = np.linspace(4300.0, 5300.0, 41)
    given_index = vix_given_index(FULL, STATE, level, 21 / 252)
    assert np.all(given_index.low <= given_index.mean)
    assert np.all(given_index.mean <= given_index.high)
    assert np.all(np.diff(given_index.mean[level < 5000.0]) < 0.0)


def test_unlikely_levels_keep_the_nearest_likely_value():
    tau = 5 / 252
    far, near = vix_given_index(FULL, STATE, [100.0, 1e6, 5000.0, 4990.0], tau).mean[[0, 2]]
    assert np.isfinite([far, near]).all()
    assert far > near


def test_order_of_levels_does_not_matter():
    level = np.array([5100.0, 4800.0, 5000.0])
    mixed = vix_given_index(FULL, STATE, level, 0.1).mean
    np.testing.assert_allclose(mixed[1], vix_given_index(FULL, STATE, np.sort(level), 0.1).mean[0])


def test_physical_dynamics_show_risk_neutral_vix():
    physical = RiskPremia.default().physical(FULL)
    level = [4900.0, 5000.0]
    under_p = vix_given_index(physical, STATE, level, 1 / 252, loading_model=FULL)
    # a day ahead the state has hardly moved: VIX is near today's risk-neutral VIX
    assert under_p.mean[1] == pytest.approx(vix_index(FULL, STATE), abs=0.5)


def test_refusals():
    with pytest.raises(ValueError, match="level must be > 0, got -1"):
        vix_given_index(FULL, STATE, [-1.0], 0.1)
    with pytest.raises(ValueError, match="tau must be > 0, got 0"):
        vix_given_index(FULL, STATE, [5000.0], 0.0)
