"""The Condor page: opens, reacts to every control, refuses, and restores from a link."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.driver import answers, open_page

CREDIT, LOSS, ODDS, PROFIT, COST = range(5)


def opened(**link: str) -> AppTest:
    return open_page(None, {"market": "by hand", **link})


def test_opens_with_the_answer_in_five_numbers():
    app = opened()
    assert [metric.label for metric in app.metric[:5]] == [
        "Credit, one condor",
        "Maximum loss",
        "P(profit)  P / Q",
        "Expected profit",
        "Hedge cost a year",
    ]
    values = answers(app)
    assert values[CREDIT].endswith(" pts")
    assert values[LOSS].startswith("−$")
    assert "±" in values[PROFIT]
    assert "±" in values[COST]
    assert all(metric.help for metric in app.metric[:5])


@pytest.mark.parametrize(
    ("key", "value", "changes"),
    [
        ("dte", 30, {CREDIT, LOSS, ODDS, PROFIT}),
        ("put_delta", 0.25, {CREDIT, LOSS, ODDS, PROFIT}),
        ("call_delta", 0.10, {CREDIT, LOSS, ODDS, PROFIT}),
        ("wing", 100, {CREDIT, LOSS, PROFIT}),
        ("edge", 0.0, {PROFIT, COST}),
        ("l1.dte", 45, {PROFIT, COST}),
        ("l2.delta", 0.25, {PROFIT, COST}),
    ],
)
def test_every_slider_moves_the_numbers_it_should(key, value, changes):
    app = opened()
    before = answers(app)
    app.slider(key=key).set_value(value).run()
    after = answers(app)
    assert {i for i in range(5) if before[i] != after[i]} >= changes


@pytest.mark.parametrize(
    ("key", "value", "changes"),
    [
        ("contracts", 20, {LOSS, PROFIT}),
        ("capital", 1_000_000, {COST}),
        ("l3.quantity", 6, {PROFIT, COST}),
        ("spot", 4000.0, {CREDIT}),
        ("vix", 30.0, {CREDIT, LOSS}),
        ("vix3m", 25.0, {CREDIT}),
        ("rate", 5.0, {CREDIT}),
    ],
)
def test_every_number_box_moves_the_numbers_it_should(key, value, changes):
    app = opened()
    before = answers(app)
    app.number_input(key=key).set_value(value).run()
    after = answers(app)
    assert {i for i in range(5) if before[i] != after[i]} >= changes


def test_strikes_by_expected_move_have_sliders_of_their_own():
    app = opened(by="expected move")
    before = answers(app)
    app.slider(key="put_moves").set_value(1.5).run()
    app.slider(key="call_moves").set_value(1.5).run()
    assert answers(app)[CREDIT] != before[CREDIT]


def test_the_model_vvix_stands_beside_the_markets():
    app = opened()
    shown = next(metric.value for metric in app.metric if metric.label == "VVIX  model / market")
    model, market = shown.split(" / ")
    assert 40.0 < float(model) < 200.0
    assert market == "not quoted"


def test_presets_set_the_layers():
    app = opened()
    app.selectbox(key="hedge").set_value("no hedge").run()
    assert answers(app)[COST] == "no hedge"
    app.selectbox(key="hedge").set_value("one future").run()
    assert app.selectbox(key="l1.instrument").value == "future"
    assert answers(app)[COST] != "no hedge"
    app.selectbox(key="hedge").set_value("4/4/2 call spreads").run()
    assert app.selectbox(key="l3.instrument").value == "call_spread"
    app.slider(key="l1.width").set_value(5.0).run()
    answers(app)


def test_a_layer_can_be_dropped_alone():
    app = opened()
    before = answers(app)
    app.toggle(key="l1.on").set_value(False).run()
    assert answers(app)[COST] != before[COST]


def test_day_and_follow_redraw_without_touching_the_answer():
    app = opened()
    before = answers(app)
    app.slider(key="day.31").set_value(3).run()
    app.toggle(key="follow").set_value(False).run()
    assert answers(app) == before


def test_with_the_edge_off_nothing_is_earned():
    app = opened(edge="0")
    profit, half = answers(app)[PROFIT].replace("$", "").replace("−", "-").split(" ± ")
    assert abs(float(profit.replace(",", ""))) <= 1.6 * float(half.replace(",", ""))


@pytest.mark.parametrize("tab", ["Greeks", "Legs", "Odds and returns", "How this is computed"])
def test_every_tab_opens(tab):
    app = opened(tab=tab)
    answers(app)
    if tab == "Legs":
        assert len(app.dataframe[0].value) == 7
    if tab == "Greeks":
        assert "Net" in set(app.dataframe[0].value["group"])
    if tab == "Odds and returns":
        assert "P(touch short put)" in {metric.label for metric in app.metric}


def test_a_link_restores_every_setting():
    app = opened(dte="60", put_delta="0.2", wing="75", l1__dte="45", edge="0.5", spot="4321")
    assert app.slider(key="dte").value == 60
    assert app.slider(key="put_delta").value == 0.2
    assert app.slider(key="wing").value == 75
    assert app.slider(key="l1.dte").value == 45
    assert app.slider(key="edge").value == 0.5
    assert app.number_input(key="spot").value == 4321.0


@pytest.mark.parametrize(
    ("key", "raw", "message"),
    [
        ("wing", "900", "Wing width must be from 5 to 500 points in steps of 5, got “900”"),
        ("wing", "52", "Wing width must be from 5 to 500 points in steps of 5, got “52”"),
        ("dte", "banana", "Days to expiry must be from 1 to 120 days, got “banana”"),
        ("put_delta", "0.9", "Short put delta must be from 0.02 to 0.5, got “0.9”"),
        ("by", "luck", "Short strikes by must be one of delta, expected move, credit, got “luck”"),
        ("l2__dte", "5", "Layer 2: Days to expiry must be from 7 to 270 days, got “5”"),
        ("spot", "nan", "SPX must be from 10 to 1,000,000 points, got “nan”"),
        ("edge", "1e9", "Edge must be from 0 to 1.5"),
    ],
)
def test_nonsense_in_a_link_is_named_and_costs_nothing_else(key, raw, message):
    app = opened(**{key: raw, "call_delta": "0.11"})
    answers(app)
    assert any(message in warning.value for warning in app.warning)
    assert app.slider(key="call_delta").value == 0.11


def test_a_wing_wider_than_the_index_is_refused_and_the_app_lives_on():
    app = opened(spot="100", wing="500")
    assert not app.exception
    assert "Wing width must be below the short put strike" in app.error[0].value
    app.slider(key="wing").set_value(10).run()
    assert not app.error
    answers(app)


def test_an_impossible_pair_of_levels_says_what_is_shown_instead():
    app = opened(vix="12", vix3m="40")
    answers(app)
    assert any("No state of the model shows VIX 12.00" in w.value for w in app.warning)


def test_the_sample_is_labelled_with_its_date():
    app = opened(market="offline sample")
    answers(app)
    assert any("2018-12-31" in caption.value for caption in app.caption)


def test_without_a_network_the_banner_says_which_data_is_shown(monkeypatch):
    from alvh.errors import DataError
    from alvh.market import source
    from alvh.ui import cache

    def refuse(**_):
        raise DataError("the network is unreachable")

    monkeypatch.setattr(source, "fetch_yahoo", refuse)
    cache.history.clear()
    app = opened(market="latest close")
    answers(app)
    cache.history.clear()
    banner = app.warning[0].value
    assert "the network is unreachable" in banner
    assert "offline sample, 2014-01-03 to 2018-12-31" in banner
