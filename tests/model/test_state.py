"""The state: scalars or read-only arrays, checked, and serialised without loss."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given

from alvh.model import MarketState
from tests.model.strategies import states


@given(state=states())
def test_json_round_trip(state):
    assert MarketState.model_validate_json(state.model_dump_json()) == state


def test_json_round_trip_of_arrays():
    state = MarketState(spot=[5000.0, 5100.0], variance=[[0.02], [0.04]], mean_variance=0.03)
    dumped = json.loads(state.model_dump_json())
    assert dumped == {
        "spot": [5000.0, 5100.0],
        "variance": [[0.02], [0.04]],
        "mean_variance": 0.03,
    }
    again = MarketState.model_validate(dumped)
    np.testing.assert_array_equal(again.variance, state.variance)


def test_scalars_become_floats_and_arrays_read_only_copies():
    variance = np.array([0.02, 0.04])
    state = MarketState(spot=np.float32(5000.0), variance=variance, mean_variance=0)
    assert type(state.spot) is float
    assert type(state.mean_variance) is float
    assert not state.variance.flags.writeable
    variance[0] = 9.0
    assert state.variance[0] == 0.02
    with pytest.raises(ValueError, match="read-only"):
        state.variance[0] = 9.0
    with pytest.raises(ValueError, match="frozen"):
        state.spot = 1.0


def test_copy_is_validated():
    state = MarketState(spot=5000.0, variance=0.02, mean_variance=0.03)
    assert state.model_copy(update={"variance": 0.05}).variance == 0.05
    with pytest.raises(ValueError, match=r"variance must be a finite number >= 0, got -0\.05"):
        state.model_copy(update={"variance": -0.05})


@pytest.mark.parametrize(
    ("field", "bad", "message"),
    [
        ("spot", 0.0, "spot must be a finite number > 0, got 0"),
        ("spot", -5.0, "spot must be a finite number > 0, got -5"),
        ("spot", np.inf, "spot must be a finite number > 0, got inf"),
        ("spot", [5000.0, -1.0], "spot must be a finite number > 0, got -1"),
        ("variance", -0.01, "variance must be a finite number >= 0, got -0.01"),
        ("variance", np.nan, "variance must be a finite number >= 0, got nan"),
        ("variance", "wild", "variance must be a finite number >= 0, got 'wild'"),
        ("mean_variance", [0.1, -0.2], "mean_variance must be a finite number >= 0, got -0.2"),
    ],
)
def test_refusals_name_field_value_and_range(field, bad, message):
    good = {"spot": 5000.0, "variance": 0.02, "mean_variance": 0.03}
    with pytest.raises(ValueError, match=message):
        MarketState(**{**good, field: bad})
