"""Parameters: values that stay valid, presets that are special cases, and their derived moments."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from pydantic import ValidationError

from alvh.errors import explain
from alvh.model import ModelParameters
from tests.model.strategies import models

# The calibration, as published with the project's reference data.
CALIBRATED = {
    "rate": 0.03,
    "dividend_yield": 0.015,
    "kappa": 8.16,
    "sigma": 0.717,
    "rho": -0.877,
    "mean_kappa": 1.057,
    "theta": 0.0332,
    "mean_sigma": 0.1965,
    "jump_intensity": 0.694,
    "jump_intensity_slope": 18.5,
    "jump_mean": -0.0698,
    "jump_std": 0.0275,
    "variance_jump_mean": 0.0843,
    "jump_correlation": -0.239,
}
PRESETS = ["default", "black_scholes", "heston", "bates", "svcj"]


def test_default_is_the_calibration():
    assert ModelParameters.default().model_dump() == CALIBRATED


@given(model=models())
def test_json_round_trip(model):
    assert ModelParameters.model_validate_json(model.model_dump_json()) == model


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_values(name):
    model = getattr(ModelParameters, name)()
    again = ModelParameters.model_validate_json(model.model_dump_json())
    assert again == model
    assert hash(again) == hash(model)


def test_presets_switch_features_off():
    black, heston, bates, svcj = (getattr(ModelParameters, name)() for name in PRESETS[1:])
    assert black.sigma == black.mean_sigma == black.jump_intensity == 0.0
    assert heston.sigma > 0.0
    assert heston.mean_sigma == heston.jump_intensity == heston.jump_intensity_slope == 0.0
    assert bates.jump_intensity > 0.0
    assert bates.variance_jump_mean == bates.jump_intensity_slope == bates.mean_sigma == 0.0
    assert svcj.variance_jump_mean > 0.0
    assert svcj.jump_intensity_slope == svcj.mean_sigma == 0.0


def test_presets_take_their_arguments():
    assert ModelParameters.black_scholes(volatility=0.2, rate=0.01).theta == pytest.approx(0.04)
    kept = {"kappa": 3.0, "theta": 0.05, "sigma": 0.4, "rho": -0.3, "rate": 0.0}
    assert ModelParameters.heston(**kept).model_dump().items() >= kept.items()
    kept |= {"jump_intensity": 2.0, "jump_mean": -0.1, "jump_std": 0.2, "dividend_yield": 0.0}
    assert ModelParameters.bates(**kept).model_dump().items() >= kept.items()
    kept |= {"variance_jump_mean": 0.03, "jump_correlation": -0.5}
    assert ModelParameters.svcj(**kept).model_dump().items() >= kept.items()


def test_is_frozen():
    model = ModelParameters.default()
    with pytest.raises(ValidationError, match="frozen"):
        model.kappa = 1.0


def test_copy_is_validated_and_leaves_the_original():
    model = ModelParameters.default()
    assert model.model_copy(update={"kappa": 9.0}).kappa == 9.0
    assert model.kappa == 8.16
    with pytest.raises(ValueError, match="sigma"):
        model.model_copy(update={"sigma": -0.1})
    with pytest.raises(ValueError, match="no_such_field"):
        model.model_copy(update={"no_such_field": 1.0})


@pytest.mark.parametrize(
    ("field", "bad", "bound"),
    [
        ("rate", 0.6, "0.5"),
        ("dividend_yield", -0.6, "-0.5"),
        ("kappa", 0.0, "0"),
        ("sigma", -0.1, "0"),
        ("rho", -1.01, "-1"),
        ("rho", 1.01, "1"),
        ("mean_kappa", -1.0, "0"),
        ("theta", -0.01, "0"),
        ("mean_sigma", -0.1, "0"),
        ("jump_intensity", -1.0, "0"),
        ("jump_intensity_slope", -1.0, "0"),
        ("jump_mean", 1.5, "1"),
        ("jump_std", -0.1, "0"),
        ("variance_jump_mean", -0.1, "0"),
        ("jump_correlation", 21.0, "20"),
    ],
)
def test_bounds_name_field_value_and_range(field, bad, bound):
    with pytest.raises(ValidationError) as caught:
        ModelParameters(**{field: bad})
    (line,) = explain(caught.value)
    assert field.replace("_", " ") in line
    assert bound in line
    assert f"got {bad!r}" in line


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_refuses_what_is_not_finite(bad):
    with pytest.raises(ValueError, match="sigma"):
        ModelParameters(sigma=bad)


def test_index_without_a_mean_is_refused():
    with pytest.raises(
        ValueError, match=r"jump_correlation \* variance_jump_mean must be < 1 .* got 1\.2"
    ):
        ModelParameters(jump_correlation=12.0, variance_jump_mean=0.1, jump_intensity_slope=0.0)


def test_variance_without_a_mean_is_refused():
    with pytest.raises(
        ValueError,
        match=r"jump_intensity_slope \* variance_jump_mean must be < kappa .* got 10 .* kappa 8.16",
    ):
        ModelParameters(jump_intensity_slope=100.0, variance_jump_mean=0.1)


@given(model=models())
def test_jump_moments_against_quadrature(model):
    # Z_s given Z_v is normal, Z_v exponential: Gauss-Laguerre over Z_v, the normal in closed form
    node, weight = np.polynomial.laguerre.laggauss(40)
    mean = model.jump_mean + model.jump_correlation * model.variance_jump_mean * node
    growth = weight @ np.exp(mean + 0.5 * model.jump_std**2) - 1.0
    assert model.jump_compensator == pytest.approx(growth, abs=1e-12)
    assert model.jump_convexity == pytest.approx(growth - weight @ mean, abs=1e-12)
    assert model.jump_convexity >= -1e-15  # rounding of its two terms


def test_dynamics_follow_the_documented_order():
    model = ModelParameters.default()
    expected = list(CALIBRATED.values())[2:]
    expected.insert(8, model.jump_compensator)
    np.testing.assert_array_equal(model.dynamics(), expected)
