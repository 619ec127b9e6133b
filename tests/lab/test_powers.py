"""What signals from outside the market add, by their power."""

from __future__ import annotations

import numpy as np
import pytest

from alvh.lab import Study
from alvh.lab.powers import power_sweep
from alvh.risk.outcomes import paired_differences
from alvh.simulation import FactorModel
from alvh.strategy import CondorRule, Policy, RegimeRule, Vote
from tests.strategy.market import tables

STUDY = Study(n_paths=1_000, horizon=126, costs=False)
ON_BREADTH = Policy(
    condor=CondorRule(dte=7),
    regime=RegimeRule(votes=(Vote.of("cpi_surprise"),), hold_days=1, suspend="in watch and stress"),
)


def test_each_power_is_a_study_of_its_own():
    found = power_sweep(STUDY, ON_BREADTH, (0.0, 0.6), tables=tables())
    assert found["power"].tolist() == [0.0, 0.0, 0.6, 0.6]
    assert found["metric"].tolist() == ["mean", "es95"] * 2
    still = ON_BREADTH.model_copy(update={"name": "still", "regime": RegimeRule()})
    by_hand = STUDY.model_copy(
        update={
            "policies": (still, ON_BREADTH),
            "factors": FactorModel(breadth=0.6, inflation=0.6, exchange_rate=0.6),
        }
    )
    pairs = paired_differences(by_hand.simulate(tables())).set_index("metric")
    row = found.iloc[2]
    np.testing.assert_allclose(
        row[["difference", "low", "high"]].astype(float),
        pairs.loc["mean", ["estimate", "low", "high"]].astype(float),
    )


def test_knowing_the_coming_falls_pays_and_knowing_nothing_does_not():
    """At edge zero and without costs a signal without power is worth nothing."""
    study = STUDY.model_copy(update={"edge": 0.0, "n_paths": 4_000})
    found = power_sweep(study, ON_BREADTH, (0.0, 1.0), tables=tables())
    mean = found[found["metric"] == "mean"].set_index("power")
    assert mean.loc[0.0, "low"] <= 0.0 <= mean.loc[0.0, "high"]
    assert mean.loc[1.0, "low"] > 0.0


def test_a_policy_without_signals_gains_nothing_from_them():
    plain = ON_BREADTH.model_copy(update={"regime": RegimeRule()})
    found = power_sweep(STUDY, plain, (0.5,), tables=tables())
    assert (found[["difference", "low", "high"]] == 0.0).all(axis=None)


def test_progress_is_told_and_may_stop_the_sweep():
    seen = []

    def tell(done, total):
        seen.append((done, total))
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        power_sweep(STUDY, ON_BREADTH, (0.0, 0.5), tables=tables(), progress=tell)
    assert seen == [(0, 2), (1, 2)]


def test_a_power_above_one_is_refused():
    with pytest.raises(ValueError, match=r"power must be from 0 to 1, got 1\.5"):
        power_sweep(STUDY, ON_BREADTH, (0.0, 1.5))
