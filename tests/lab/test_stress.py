"""Stress tests as results that can be printed: the same numbers as the core's."""

from __future__ import annotations

import json

import pytest

from alvh.errors import ParameterError
from alvh.lab.stress import episode_named, stress_report
from alvh.lab.study import Study
from alvh.pricing import PricingTables
from alvh.risk.stress import run_stress
from alvh.risk.stress_reverse import smallest_shock
from alvh.simulation import BIG_TOP
from alvh.strategy import Policy

STUDY = Study(policies=(Policy.preset("static_layers"), Policy.preset("static_layers")))


def test_report_is_what_the_core_says():
    tables = PricingTables.build(STUDY.model)
    covid = episode_named("covid")
    told = []
    report = stress_report(
        STUDY, [covid], loss=3.0, n_days=2, tables=tables, progress=lambda *x: told.append(x)
    )
    assert told == [(0, 1), (1, 1)]
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    run = run_stress(tables, STUDY.state, STUDY.policies, float(STUDY.capital), covid)
    assert [row["policy"] for row in report["episodes"]] == list(run.summary["policy"])
    for row, core in zip(report["episodes"], run.summary.itertuples(), strict=True):
        assert row["end_profit"] == pytest.approx(core.end_profit)
        assert row["margin_day"] is None
    found = smallest_shock(
        tables,
        STUDY.premia,
        STUDY.state,
        STUDY.policies[0],
        float(STUDY.capital),
        loss=3.0,
        n_days=2,
    )
    assert [row["policy"] for row in report["smallest_shock"]] == [
        "static_layers",
        "static_layers (2)",
    ]
    assert report["smallest_shock"][0]["depth"] == found.depth
    assert "smallest_shock" not in stress_report(STUDY, [covid], tables=tables)


def test_free_trading_is_the_studys_to_choose():
    tables = PricingTables.build(STUDY.model)
    free = STUDY.model_copy(update={"costs": False})
    paid, unpaid = (
        stress_report(study, [BIG_TOP], tables=tables)["episodes"][0]["end_profit"]
        for study in (STUDY, free)
    )
    assert unpaid > paid + 200.0


@pytest.mark.parametrize(
    ("said", "name"),
    [("big top", BIG_TOP.name), ("Q4 2018", "Q4 2018"), ("lehman", "Lehman quarter")],
)
def test_episodes_by_name(said, name):
    assert episode_named(said).name == name


@pytest.mark.parametrize("said", ["", "crash of", "shock"])
def test_unknown_and_ambiguous_names_are_refused(said):
    with pytest.raises(ParameterError, match="episode must be one of Dot-com slide, September"):
        episode_named(said)
