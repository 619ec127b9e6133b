"""Premia: no premium is no change, the whole premium is the calibrated physical measure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.model import ModelParameters, RiskPremia
from tests.model.strategies import models

# Physical parameters of the calibration, as published with the project's reference data.
PHYSICAL = {
    "theta": 0.0300,
    "jump_intensity": 0.462,
    "jump_intensity_slope": 12.3,
    "jump_mean": -0.0635,
    "variance_jump_mean": 0.01775,
}
EQUITY = 0.05


def test_whole_premium_is_the_calibration():
    model = ModelParameters.default()
    physical = RiskPremia.default().physical(model)
    for name, value in PHYSICAL.items():
        assert getattr(physical, name) == pytest.approx(value, rel=1e-12), name
    # the drift under P is r - q + premium while the rate still discounts
    assert physical.rate == model.rate
    assert model.dividend_yield - physical.dividend_yield == pytest.approx(EQUITY, rel=1e-12)
    untouched = set(ModelParameters.model_fields) - set(PHYSICAL) - {"dividend_yield"}
    assert all(getattr(physical, name) == getattr(model, name) for name in untouched)


@given(model=models())
def test_no_premium_is_the_model_itself(model):
    assert RiskPremia.none().physical(model) == model
    assert RiskPremia.default().scaled(0.0).physical(model) == model


def test_scaling_ends():
    assert RiskPremia.default().scaled(0.0) == RiskPremia.none()
    assert RiskPremia.default().scaled(1.0) == RiskPremia.default()


@given(x=st.floats(0.0, 1.5), y=st.floats(0.0, 1.5))
def test_scaling_composes(x, y):
    once = RiskPremia.default().scaled(x * y).model_dump()
    assert RiskPremia.default().scaled(x).scaled(y).model_dump() == pytest.approx(once, rel=1e-12)


@given(x=st.floats(0.0, 1.0), y=st.floats(0.0, 1.0))
def test_every_premium_moves_the_same_way(x, y):
    low, high = sorted((x, y))
    model = ModelParameters.default()
    near, far = (RiskPremia.default().scaled(edge).physical(model) for edge in (low, high))
    assert far.dividend_yield <= near.dividend_yield
    assert far.theta <= near.theta
    assert far.jump_intensity <= near.jump_intensity
    assert far.jump_intensity_slope <= near.jump_intensity_slope
    assert far.jump_mean >= near.jump_mean
    assert far.variance_jump_mean <= near.variance_jump_mean


def test_is_a_frozen_value():
    premia = RiskPremia.default()
    assert RiskPremia.model_validate_json(premia.model_dump_json()) == premia
    with pytest.raises(ValueError, match="frozen"):
        premia.equity = 0.0
    with pytest.raises(ValueError, match="theta"):
        premia.model_copy(update={"theta": 0.0})
    with pytest.raises(ValueError, match="equity"):
        RiskPremia(equity=0.6)
