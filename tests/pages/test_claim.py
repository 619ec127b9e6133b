"""The claim page: opens with the numbers of the core, follows its controls, keeps its word."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from alvh.lab import Study, TypedMarket
from alvh.lab.claims import main_history, main_model
from alvh.lab.claims_shift import shift_model
from alvh.market.sample import read_sample
from alvh.report.findings import main_verdicts
from alvh.report.verdict import reads
from alvh.report.verdict_claims import number
from alvh.risk.claims import numbers_of
from alvh.ui.notes import DISCLAIMER
from tests.pages.driver import open_page

TABS = {
    "Rolling": "Recovered by rolling",
    "One-day tiers": "0.70 wins",
    "Adaptive v. static": "Ulcer index cut by",
    "Above VIX 20": "Win rate, 45 days",
    "Static barriers": "Stop costs",
}


@pytest.fixture(autouse=True)
def _few_paths(monkeypatch):
    monkeypatch.setattr("alvh.ui.claim.PRECISE_PATHS", 2_500)


def opened(**link: str) -> AppTest:
    return open_page("learn/claim", {"market": "by hand", **link}, timeout=180.0)


def words(app: AppTest) -> str:
    assert not app.exception
    assert not app.error
    return " ".join(part.value for part in app.markdown).replace("\\$", "$")


def numbers(app: AppTest) -> list[str]:
    return [metric.value for metric in app.metric[:5]]


def test_opens_with_the_verdict_of_the_core():
    app = opened()
    said = words(app)
    claim = main_model(Study())
    for verdict in main_verdicts(claim):
        assert verdict.sentence in said
        assert f"**{verdict.answer.capitalize()}.**" in said
    seen = numbers_of(claim.table, "static_layers ×1")
    assert numbers(app)[0] == reads(seen["depth_cut"], "%")
    assert numbers(app)[2] == reads(seen["cost"], "%")
    assert numbers(app)[4] == "n/a"  # levels typed in have no history
    assert all(metric.help for metric in app.metric[:5])


def test_real_days_are_a_replay_of_the_sample():
    app = opened(market="offline sample", claim__where="on real days")
    said = words(app)
    frame = read_sample().frame
    claim = main_history(frame, 500_000.0)
    for verdict in main_verdicts(claim):
        assert verdict.sentence in said
    assert any("at least half as deep" in caption.value for caption in app.caption)
    assert "In the model" in said


@pytest.mark.parametrize("tab", TABS)
def test_each_claim_has_numbers_sentences_and_a_source(tab):
    app = opened(tab__claim=tab, market="offline sample")
    said = words(app)
    assert TABS[tab] in [metric.label for metric in app.metric[:5]]
    assert "In the model" in said
    assert "On real days" in said
    assert len(app.get("vega_lite_chart")) == 1
    assert len(app.dataframe) == 1
    assert any(DISCLAIMER in caption.value for caption in app.caption)


def test_rolling_is_the_experiment_a_notebook_can_call():
    app = opened(tab__claim="Rolling")
    found = shift_model(Study())
    seen = number(found, "in the model", "rolled to 7 d, ×1", "recovered")
    assert numbers(app)[1] == reads(seen, "%")


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("slider", "wing", 75),
        ("slider", "edge", 0.5),
        ("number_input", "capital", 300_000),
        ("slider", "horizon", 126),
        ("number_input", "seed", 2),
        ("toggle", "costs", False),
    ],
)
def test_every_control_is_followed(kind, key, value):
    app = opened()
    before = numbers(app)
    getattr(app, kind)(key=key).set_value(value).run()
    words(app)
    assert numbers(app) != before


def test_the_button_runs_as_many_paths_as_it_says():
    app = opened()
    said = words(app)
    assert "2,000 futures" in said
    app.button(key="claim.main.run").click().run()
    again = words(app)
    many = main_model(Study(n_paths=2_500))
    assert "2,500 futures" in again
    assert main_verdicts(many)[0].sentence in again
    app.slider(key="edge").set_value(0.5).run()
    assert "2,000 futures" in words(app)


def test_a_link_restores_settings_and_a_bad_one_is_told():
    study = Study(state=TypedMarket(vix=30.0).state, edge=0.5)
    app = opened(vix="30", edge="0.5", wing="7")
    assert any("Wing width must be" in warning.value for warning in app.warning)
    assert main_verdicts(main_model(study))[0].sentence in words(app)


def test_settings_that_contradict_each_other_are_refused_in_words():
    app = opened(capital="1000")
    assert not app.exception
    assert any("capital must be" in error.value for error in app.error)
