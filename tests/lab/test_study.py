"""A study as a value: written and read back, refused in words, and run either way alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alvh.clock import VIX3M_HORIZON
from alvh.errors import ParameterError, explain
from alvh.lab import Study, TypedMarket
from alvh.pricing import vix_index
from alvh.strategy import Policy
from alvh.strategy.engine import PARTS
from tests.strategy.strategies import policies

HEDGED = (Policy.preset("unhedged"), Policy.preset("alvh"))


@given(
    chosen=st.lists(policies(), min_size=1, max_size=3),
    edge=st.floats(0.0, 1.5),
    costs=st.booleans(),
    capital=st.integers(500, 10**9),
    seed=st.integers(0, 2**31 - 1),
)
def test_written_as_json_and_read_back_it_is_the_same(chosen, edge, costs, capital, seed):
    study = Study(policies=chosen, edge=edge, costs=costs, capital=capital, seed=seed)
    again = Study.model_validate_json(study.model_dump_json())
    assert again == study
    assert hash(again) == hash(study)
    assert again.model_dump_json() == study.model_dump_json()


@pytest.mark.parametrize(
    "change",
    [
        {"edge": 0.5},
        {"costs": False},
        {"capital": 600_000},
        {"horizon": 63},
        {"n_paths": 500},
        {"seed": 2},
        {"sampling": "antithetic"},
        {"policies": HEDGED},
        {"model": TypedMarket(rate=1.0).model},
        {"state": TypedMarket(vix=25.0).state},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_field_is_part_of_what_it_is(change):
    study = Study()
    other = study.model_copy(update=change)
    assert other != study
    assert hash(other) != hash(study)
    assert other.model_dump_json() != study.model_dump_json()


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("edge", -0.1, "greater than or equal to 0, got -0.1"),
        ("edge", 1.6, "less than or equal to 1.5, got 1.6"),
        ("edge", float("nan"), "finite number, got nan"),
        ("capital", 499, "greater than or equal to 500, got 499"),
        ("capital", 2 * 10**9, "less than or equal to 1000000000, got 2000000000"),
        ("horizon", 4, "greater than or equal to 21, got 4"),
        ("horizon", 2521, "less than or equal to 2520, got 2521"),
        ("n_paths", 0, "greater than or equal to 100, got 0"),
        ("n_paths", 1_000_001, "less than or equal to 1000000, got 1000001"),
        ("seed", -1, "greater than or equal to 0, got -1"),
        ("sampling", "luck", "'independent' or 'antithetic', got 'luck'"),
        ("policies", (), "at least 1 item"),
        ("policies", (Policy(),) * 21, "at most 20 items"),
    ],
)
def test_what_is_out_of_range_is_named_with_its_range(field, value, says):
    with pytest.raises(ValidationError) as refused:
        Study(**{field: value})
    (line,) = explain(refused.value)
    assert line.startswith(field.replace("_", " "))
    assert says in line


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("spot", 0.0, "greater than or equal to 10, got 0"),
        ("vix", 151.0, "less than or equal to 150, got 151"),
        ("vix3m", 8.0, "greater than or equal to 9, got 8"),
        ("rate", 25.0, "less than or equal to 20, got 25"),
    ],
)
def test_what_is_out_of_range_of_a_market_is_named_with_its_range(field, value, says):
    with pytest.raises(ValidationError) as refused:
        TypedMarket(**{field: value})
    (line,) = explain(refused.value)
    assert line.startswith(field)
    assert says in line


@pytest.mark.parametrize(
    ("vix", "vix3m"), [(16.0, 18.0), (11.0, 14.0), (22.0, 22.0), (35.0, 31.0), (60.0, 50.0)]
)
def test_a_typed_market_shows_what_was_typed(vix, vix3m):
    typed = TypedMarket(spot=4321.0, vix=vix, vix3m=vix3m, rate=4.5)
    assert typed.model.rate == pytest.approx(0.045)
    assert typed.state.spot == 4321.0
    assert float(vix_index(typed.model, typed.state)) == pytest.approx(vix, abs=1e-6)
    shown = float(vix_index(typed.model, typed.state, VIX3M_HORIZON))
    assert shown == pytest.approx(vix3m, abs=1e-6)


def test_without_costs_nothing_is_charged():
    costs = PARTS.index("costs")
    study = Study(policies=HEDGED, n_paths=200, horizon=42)
    assert (study.simulate().parts[:, :, costs] < 0.0).all()
    free = study.model_copy(update={"costs": False})
    assert (free.simulate().parts[:, :, costs] == 0.0).all()
    assert [policy.name for policy in free.charged] == [policy.name for policy in study.charged]


@pytest.mark.parametrize("sampling", ["independent", "antithetic"])
def test_paths_at_hand_give_the_same_numbers_as_paths_in_pieces(sampling):
    study = Study(policies=HEDGED, n_paths=2_600, horizon=33, seed=5, sampling=sampling)
    done = []
    pieces = study.simulate(progress=lambda *at: done.append(at))
    whole = study.simulate(paths=study.paths())
    assert done == [(0, 2_600), (2_500, 2_600), (2_600, 2_600)]
    for name in ("wealth", "parts", "trades", "counts"):
        np.testing.assert_array_equal(getattr(pieces, name), getattr(whole, name), name)
    assert (pieces.policies, pieces.block) == (whole.policies, whole.block)


def test_without_edge_and_costs_nothing_is_earned():
    profit = Study(edge=0.0, costs=False, n_paths=4_000, horizon=126).simulate().profit
    error = profit.std(axis=1, ddof=1) / np.sqrt(profit.shape[1])
    assert (np.abs(profit.mean(axis=1)) < 3.5 * error).all()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"capital": 600}, "capital must be at least the margin of one condor of unhedged, 5,000"),
        ({"horizon": 21}, "horizon must be at least the 31 trading days of a condor of unhedged"),
    ],
)
def test_a_study_that_cannot_be_run_says_why(change, says):
    study = Study(policies=HEDGED, n_paths=100, horizon=42).model_copy(update=change)
    with pytest.raises(ParameterError, match=says):
        study.simulate()
    with pytest.raises(ParameterError, match=says):
        study.simulate(paths=study.paths())
