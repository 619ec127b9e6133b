"""Results of a run: each is what the function of its name gives, and settled they stand alone."""

from __future__ import annotations

import gc
import weakref
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

from alvh.lab import Results, Study
from alvh.risk.distribution import profit_histogram, tail, wealth_fan
from alvh.risk.drawdown import drawdown_exceedance, drawdowns
from alvh.risk.evidence import law_of_large_numbers, tail_scatter
from alvh.risk.outcomes import attribution, outcome_table, paired_differences
from alvh.strategy import Policy

STUDY = Study(
    policies=[Policy.preset(name) for name in ("unhedged", "static_stop", "alvh")],
    n_paths=300,
    horizon=63,
)
EXPECTED = {
    "falls": drawdowns,
    "table": outcome_table,
    "differences": paired_differences,
    "histogram": profit_histogram,
    "tail": tail,
    "fan": wealth_fan,
    "exceedance": drawdown_exceedance,
    "attribution": lambda outcomes: attribution(outcomes, gross=True),
    "large_numbers": law_of_large_numbers,
}


@pytest.fixture(scope="module")
def outcomes():
    return STUDY.simulate()


def same(left, right) -> None:
    """Equal to the last bit, whatever they are made of."""
    assert type(left) is type(right)
    if isinstance(left, pd.DataFrame):
        pd.testing.assert_frame_equal(left, right, check_exact=True)
    elif hasattr(left, "__dataclass_fields__"):
        for part in fields(left):
            same(getattr(left, part.name), getattr(right, part.name))
    else:
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize("name", EXPECTED)
def test_each_is_what_its_function_gives(outcomes, name):
    results = Results(outcomes)
    same(getattr(results, name), EXPECTED[name](outcomes))
    assert getattr(results, name) is getattr(results, name)


@pytest.mark.parametrize("policy", range(3))
def test_the_worst_paths_are_of_the_policy_asked_for(outcomes, policy):
    results = Results(outcomes)
    same(results.scatter(policy), tail_scatter(outcomes, policy))
    assert results.scatter(policy) is results.scatter(policy)


def test_it_knows_its_size(outcomes):
    results = Results(outcomes)
    assert results.outcomes is outcomes
    assert results.policies == STUDY.policies
    assert (results.n_paths, results.n_days) == (300, 63)


def test_settled_it_keeps_everything_and_lets_the_paths_go(outcomes):
    run = STUDY.simulate()
    gone = weakref.ref(run)
    settled = Results(run).settle()
    del run
    gc.collect()
    assert gone() is None
    for name in EXPECTED.keys() - {"falls"}:
        same(getattr(settled, name), EXPECTED[name](outcomes))
    for policy in range(3):
        same(settled.scatter(policy), tail_scatter(outcomes, policy))
    assert (settled.policies, settled.n_paths, settled.n_days) == (STUDY.policies, 300, 63)
    with pytest.raises(AttributeError, match="the outcomes of a settled run are gone"):
        _ = settled.outcomes
    with pytest.raises(AttributeError, match="the outcomes of a settled run are gone"):
        _ = settled.falls
