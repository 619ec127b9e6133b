"""The Regimes page: opens, follows its controls, explains a day, refuses in words."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from alvh.lab.regimes import WITHOUT_SIGNALS, study_regimes
from alvh.market import MarketHistory
from alvh.market.sample import read_sample
from alvh.model import ModelParameters
from alvh.pricing import PricingTables
from alvh.report.numbers import plus_minus
from alvh.simulation import historical_paths
from alvh.strategy import CondorRule, Policy
from tests.pages.driver import answers, open_page, pictures, tables

LABELS = [
    "Regime on the last day",
    "Time in stress",
    "Warned, v. chance",
    "Book a year",
    "Of it through signals",
]
TABS = (
    "Day inspector",
    "Profit by regime",
    "Hits and lead",
    "Dropping a signal",
    "Time and transitions",
    "Signals there are",
    "How computed",
)


def opened(**link: str | list[str]) -> AppTest:
    """The page by a link, on the offline sample unless it says otherwise."""
    return open_page("trade/regimes", {"market": "offline sample", **link})


def test_opens_with_the_answer_of_the_engine():
    app = opened()
    found = answers(app)
    assert [metric.label for metric in app.metric[:5]] == LABELS
    model = ModelParameters.default()
    frame = read_sample().frame
    condor = CondorRule()
    policy = Policy.preset("alvh").model_copy(update={"condor": condor})
    study = study_regimes(
        historical_paths(frame, model), model, PricingTables.build(model), policy, 500_000.0
    )
    stress = study.time.set_index("regime").loc["stress"]
    assert found[0] == ("calm", "watch", "stress")[int(study.daily["regime"].iloc[-1])]
    assert found[1].startswith(f"{100 * stress['share']:.1f} %")
    rule = study.hits().set_index("signal").loc["regime"]
    assert found[2] == f"{100 * rule['recall']:.1f} v. {100 * rule['base']:.1f} %"
    gain = study.ablation.set_index("dropped").loc[WITHOUT_SIGNALS]
    half = 0.5 * (gain["high"] - gain["low"]) / 1.96
    assert found[4] == plus_minus(-gain["difference"], half, unit="$", signed=True)
    assert all(metric.help for metric in app.metric[:5])


def test_a_signal_without_data_is_unavailable_and_says_why():
    app = opened()
    said = " ".join(caption.value for caption in app.caption)
    assert "**VIX/VIX3M less one** unavailable: vix3m_close is not in the data." in said
    assert "**MACD histogram** unavailable: vvix_close is not in the data." in said
    assert "advances and declines" in said


CHANGES = [
    ("slider", "vote.vix.watch", 18.0),
    ("slider", "vote.vix.stress", 40.0),
    ("slider", "vote.rsi_spx.watch", 55.0),
    ("slider", "regime.watch_votes", 1),
    ("slider", "regime.stress_votes", 1),
    ("slider", "regime.hold_days", 8),
    ("slider", "regime.watch_size", 0.2),
    ("slider", "signal.rsi_days", 5),
    ("slider", "dte", 20),
    ("slider", "wing", 100),
    ("button_group", "vote.vix.side", "below"),
    ("selectbox", "regime.suspend", "in watch and stress"),
    ("multiselect", "signals", ["vix"]),
    ("button_group", "path", "future"),
]


@pytest.mark.parametrize(("kind", "key", "value"), CHANGES, ids=[x[1] for x in CHANGES])
def test_every_control_moves_numbers_and_pictures(kind, key, value):
    link = {"vote__vix__stress": "15"} if key == "vote.vix.side" else {}
    app = opened(**link)
    before, drawn = answers(app), pictures(app)
    getattr(app, kind)(key=key).set_value(value).run()
    assert answers(app) != before
    assert pictures(app) != drawn


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("path", ["real days", "a simulated future"])
def test_every_tab_opens_on_real_days_and_on_a_future(tab, path):
    app = opened(tab__regimes=tab, path=path)
    answers(app)
    if tab == "Day inspector":
        assert any("signals vote for watch or stress" in text.value for text in app.markdown)


def test_no_chance_is_none_at_all():
    app = opened(tab__regimes="Hits and lead")
    chances = next(table for table in tables(app) if "p" in table)["p"]
    assert "< 0.01" in set(chances)
    assert "0.00" not in set(chances)


def test_a_simulated_future_needs_no_days():
    app = opened(market="by hand", path="a simulated future")
    assert len(answers(app)) == 5
    app.number_input(key="future").set_value(2).run()
    assert answers(app)


def test_typed_levels_are_no_days_to_run_on():
    app = opened(market="by hand")
    assert not app.exception
    assert app.error[0].value == ("Source must be days for a rule to run on, got levels typed in.")
    app.button_group(key="path").set_value("future").run()
    assert answers(app)


def test_the_inspector_explains_the_day_that_is_picked():
    app = opened()
    picker = next(x for x in app.date_input if x.label == "Day" and x.key.startswith("inspect"))
    picker.set_value(dt.date(2015, 8, 24)).run()
    answers(app)
    words = next(x.value for x in app.markdown if "signals vote" in x.value)
    assert words.startswith("**2015-08-24: ")
    votes = next(
        frame.value for frame in app.dataframe if "votes" in frame.value and "levels" in frame.value
    )
    vix = votes.set_index("signal").loc["VIX"]
    assert vix["value"] == "40.74"
    assert vix["votes"] == "stress"


def test_no_signals_is_always_calm():
    app = opened(signals="")
    app.multiselect(key="signals").set_value([]).run()
    assert not app.exception
    assert app.metric[0].value == "calm"
    assert app.metric[1].value.startswith("0.0 %")
    assert len(app.metric) == 4


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ({"vote__vix__watch": "4"}, "VIX: Watch at must be from 5 to 100 points, got “4”"),
        ({"signals": "luck"}, "Regime signals must be among VIX, Percentile of VIX"),
        ({"path": "luck"}, "Run on must be one of real days, a simulated future, got “luck”"),
        ({"signal__rsi_days": "99"}, "RSI must be from 2 to 30 trading days, got “99”"),
        ({"regime__hold_days": "0"}, "Days to confirm must be from 1 to 60 trading days, got “0”"),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, dict) else "",
)
def test_nonsense_in_a_link_is_named_and_costs_nothing_else(link, message):
    app = opened(**link, wing="75")
    assert len(app.metric) >= 4
    assert any(message in warning.value for warning in app.warning)
    assert app.slider(key="wing").value == 75


def test_levels_that_contradict_each_other_are_refused_in_words():
    app = opened()
    app.slider(key="vote.vix.watch").set_value(30.0).run()
    assert not app.exception
    assert "watch of vix must be at most its stress, which is 20, got 30" in app.error[0].value
    app.slider(key="vote.vix.stress").set_value(35.0).run()
    assert answers(app)


def test_a_link_restores_the_rule():
    app = opened(
        signals=["VIX", "RSI of VIX"],
        vote__rsi_vix__watch="65",
        vote__rsi_vix__stress="75",
        regime__hold_days="4",
        signal__rsi_days="10",
        path="a simulated future",
        future="7",
    )
    assert answers(app)
    assert app.multiselect(key="signals").value == ["vix", "rsi_vix"]
    assert app.slider(key="vote.rsi_vix.watch").value == 65.0
    assert app.slider(key="regime.hold_days").value == 4
    assert app.slider(key="signal.rsi_days").value == 10
    assert app.number_input(key="future").value == 7


def test_uploaded_days_bring_the_signals_they_hold(monkeypatch):
    """Days with VIX3M make the curve vote."""
    history = read_sample()
    frame = history.frame.assign(vix3m_close=history.frame["vix_close"] * 0.98)
    monkeypatch.setattr(
        "alvh.ui.cache.history", lambda *_: MarketHistory.from_frame(frame, source="mine")
    )
    app = opened()
    assert answers(app)
    said = " ".join(caption.value for caption in app.caption)
    assert "VIX/VIX3M less one** unavailable" not in said
    assert "MACD histogram** unavailable" in said


def test_caches_are_of_values():
    """Two sessions with the same settings share one run."""
    st.cache_resource.clear()
    one, two = opened(), opened()
    assert answers(one) == answers(two)
    assert pd.notna(one.metric[0].value)


def test_what_is_no_number_is_chosen_from_a_list():
    app = opened(signals=["Variance risk premium", "VIX"])
    before = answers(app)
    assert app.selectbox(key="signal.forecast").options == ["har", "garch", "trailing"]
    app.selectbox(key="signal.forecast").set_value("trailing").run()
    assert answers(app) != before


def test_the_end_of_the_fomc_table_is_said_where_it_votes(monkeypatch):
    monkeypatch.setattr("alvh.ui.regimes.schedule_note", lambda _: "The table ends.")
    assert not any("The table ends." in x.value for x in opened().warning)
    assert any("The table ends." in x.value for x in opened(signals="FOMC window").warning)
