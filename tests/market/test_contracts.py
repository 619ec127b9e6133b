"""Listed strikes: known ones, and that rounding always lands on the grid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.errors import ParameterError
from alvh.market import contracts
from alvh.market.contracts import spx_strike, vix_strike, vix_strikes


def test_multipliers():
    assert contracts.SPX_MULTIPLIER == 100
    assert contracts.VIX_OPTION_MULTIPLIER == 100
    assert contracts.VIX_FUTURE_MULTIPLIER == 1000


def test_known_strikes():
    assert spx_strike(5001.0) == 5000.0
    assert isinstance(spx_strike(5001.0), float)
    np.testing.assert_array_equal(spx_strike([5002.5, 4998.0, 0.1]), [5005.0, 5000.0, 5.0])
    levels = [0.1, 14.6, 14.8, 15.4, 29.6, 31.0, 49.9, 52.0, 203.0]
    np.testing.assert_array_equal(
        vix_strike(levels), [0.5, 14.5, 15.0, 15.0, 30.0, 30.0, 50.0, 50.0, 205.0]
    )


def test_vix_grid():
    grid = vix_strikes()
    assert (grid[0], grid[-1]) == (5.0, 200.0)
    assert len(grid) == 20 + 15 + 8 + 31  # below 15, to 30, to 50, to 200
    np.testing.assert_array_equal(
        vix_strikes(14.0, 35.0)[[0, 1, 2, 3, -2, -1]], [14.0, 14.5, 15.0, 16.0, 32.5, 35.0]
    )
    assert vix_strikes(16.2, 16.8).size == 0


@given(level=st.floats(0.5, 400.0))
def test_vix_strike_is_the_nearest_of_the_grid(level):
    grid = vix_strikes(0.5, 500.0)
    strike = vix_strike(level)
    assert strike in grid
    assert abs(strike - level) <= np.abs(grid - level).min() + 1e-12


@given(price=st.floats(5.0, 1e5))
def test_spx_strike_is_the_nearest_multiple(price):
    strike = spx_strike(price)
    assert strike % 5.0 == 0.0
    assert abs(strike - price) <= 2.5


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf, [10.0, -2.0]])
@pytest.mark.parametrize("function", [spx_strike, vix_strike])
def test_refuses_impossible_levels(function, bad):
    with pytest.raises(ParameterError, match="points > 0"):
        function(bad)


@pytest.mark.parametrize("bounds", [(0.0, 10.0), (20.0, 10.0), (5.0, np.inf), (np.nan, 10.0)])
def test_refuses_impossible_bounds(bounds):
    with pytest.raises(ParameterError, match="must be"):
        vix_strikes(*bounds)
