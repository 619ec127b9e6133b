"""The Hedge layers page: opens, edits layers, follows every control, restores from a link."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from alvh.lab import TypedMarket
from alvh.market import MarketHistory
from alvh.model import RiskPremia
from alvh.pricing import PricingTables
from alvh.report.numbers import dollars, plus_minus
from alvh.risk.hedge import TOTAL, covering_rise, hedged_book, layer_table
from alvh.strategy import LAYERS_442, CondorRule, HedgeLayer
from alvh.ui import cache, hedge, trade
from tests.pages.driver import answers, open_page

PREMIUM, COST, CARRY, GAIN, COVERS = range(5)
ALL = {PREMIUM, COST, CARRY, GAIN, COVERS}
TABS = ("SPX shock", "Equal cost", "Overlap", "Roll calendar", "How this is computed")
NO_LAYER = "No layer is held"
SIX = (
    *LAYERS_442,
    HedgeLayer(instrument="call_spread", dte=60, roll_dte=10, delta=0.3, width=5.0, quantity=-3),
    HedgeLayer(instrument="future", dte=90, roll_dte=30, quantity=1),
    HedgeLayer(dte=45, roll_dte=5, strike_by="multiple", multiple=1.5, quantity=7),
)


def opened(page: str = "hedge", **link: str) -> AppTest:
    return open_page(f"trade/{page}", {"market": "by hand", **link})


def link_of(layers: tuple[HedgeLayer, ...]) -> dict[str, str]:
    """The address of these layers."""
    words = {"call": "VIX call", "call_spread": "VIX call spread", "future": "VIX future"}
    strikes = {"delta": "delta", "multiple": "× future"}
    link = {"layers": str(len(layers))}
    for i, layer in enumerate(layers, 1):
        link[f"l{i}.instrument"] = words[layer.instrument]
        link[f"l{i}.strike_by"] = strikes[layer.strike_by]
        for name in ("dte", "roll_dte", "delta", "multiple", "width", "quantity"):
            link[f"l{i}.{name}"] = str(getattr(layer, name))
    return link


def rows(app: AppTest) -> list[list[str]]:
    """The table of layers, without their numbers."""
    return app.dataframe[0].value.drop(columns="layer").to_numpy().tolist()


def expected(layers: tuple[HedgeLayer, ...], capital: float = 500_000.0) -> list[str]:
    """The five numbers, from the core."""
    market, premia = TypedMarket(), RiskPremia()
    book = hedged_book(market.model, market.state, CondorRule(), layers)
    tables = PricingTables.build(market.model)
    found = layer_table(book, premia, tables, n_paths=cache.N_PATHS, seed=cache.SEED)
    total = found.set_index("layer").loc[TOTAL]
    rise = covering_rise(book, tables)
    return [
        dollars(book.premium_paid),
        plus_minus(total["cost"] / capital, total["cost_error"] / capital, unit="%"),
        dollars(total["carry"], signed=True),
        dollars(total["gain"], signed=True),
        "never" if rise != rise else f"VIX +{rise:.1f}",
    ]


def test_opens_with_the_answer_in_five_numbers():
    app = opened()
    assert [metric.label for metric in app.metric[:5]] == [
        "Hedge premium",
        "Cost a year, as rolled",
        "Carry a day",
        "Gain if VIX +10",
        "Pays the maximum loss",
    ]
    assert answers(app) == expected(LAYERS_442)
    assert all(metric.help for metric in app.metric[:5])
    assert len(rows(app)) == 4  # three layers and all
    assert len(app.get("vega_lite_chart")) == 3  # the shock, the curve and the first tab's


def test_six_layers_of_every_kind_come_from_a_link_and_equal_the_core():
    app = opened(**link_of(SIX))
    assert not app.warning
    assert answers(app) == expected(SIX)
    assert len(rows(app)) == 7
    assert app.button(key="l1.copy").disabled
    assert "at most 6 layers" in app.button(key="l1.copy").help


def test_the_condor_page_takes_six_layers_too():
    app = opened("condor", **link_of(SIX), tab="Legs")
    assert len(answers(app)) == 5
    assert app.slider(key="l6.multiple").value == 1.5
    legs = app.dataframe[0].value["group"]
    assert set(legs) == {"Condor", *(f"Layer {i}" for i in range(1, 7))}
    app.button(key="l6.remove").click().run()
    answers(app)
    assert "Layer 6" not in set(app.dataframe[0].value["group"])


@pytest.mark.parametrize(
    ("key", "value", "changes"),
    [
        ("l1.dte", 45, ALL),
        ("l1.delta", 0.25, ALL),
        ("l1.roll_dte", 5, {COST}),
        ("edge", 0.5, {COST}),
        ("wing", 100, {COVERS}),
    ],
)
def test_every_slider_moves_the_numbers_it_should(key, value, changes):
    app = opened()
    before = answers(app)
    app.slider(key=key).set_value(value).run()
    after = answers(app)
    assert {i for i in range(5) if before[i] != after[i]} == changes


def test_a_layer_is_added_at_the_end_and_starts_afresh_when_it_comes_back():
    app = opened()
    first = rows(app)
    app.number_input(key="layers").set_value(4).run()
    answers(app)
    assert rows(app)[:3] == first[:3]
    app.number_input(key="l4.quantity").set_value(9).run()
    app.number_input(key="layers").set_value(3).run()
    assert rows(app) == first
    app.number_input(key="layers").set_value(4).run()
    assert app.number_input(key="l4.quantity").value == LAYERS_442[0].quantity


def test_layers_change_places():
    app = opened()
    one, two, three, total = rows(app)
    app.button(key="l2.up").click().run()
    answers(app)
    assert rows(app) == [two, one, three, total]
    app.button(key="l2.down").click().run()
    assert rows(app) == [two, three, one, total]
    assert app.slider(key="l3.dte").value == LAYERS_442[0].dte
    assert app.slider(key="l3.roll_dte").value == LAYERS_442[0].roll_dte
    assert app.button(key="l1.up").disabled
    assert app.button(key="l3.down").disabled


def test_a_copy_stands_after_its_original():
    app = opened()
    one, two, three, _ = rows(app)
    app.button(key="l2.copy").click().run()
    answers(app)
    assert rows(app)[:4] == [one, two, two, three]
    assert app.number_input(key="layers").value == 4


def test_a_layer_is_removed_and_the_rest_moves_up():
    app = opened()
    _, two, three, _ = rows(app)
    app.button(key="l1.remove").click().run()
    answers(app)
    assert rows(app)[:2] == [two, three]
    app.button(key="l2.remove").click().run()
    assert rows(app) == [two]  # one layer needs no sum
    app.button(key="l1.remove").click().run()
    assert answers(app) == ["no hedge"] * 5
    assert any(NO_LAYER in info.value for info in app.info)


def test_kinds_are_moved_with_all_they_hold():
    app = opened(**link_of(SIX[3:]))
    spread, future, multiple, total = rows(app)
    app.button(key="l1.down").click().run()
    answers(app)
    assert rows(app) == [future, spread, multiple, total]
    assert app.selectbox(key="l1.instrument").value == "future"
    assert app.slider(key="l2.width").value == 5.0


def test_a_layer_that_is_not_held_keeps_the_numbers_of_the_others():
    app = opened()
    app.toggle(key="l1.on").set_value(False).run()
    answers(app)
    assert app.dataframe[0].value["layer"].tolist() == ["2", "3", "all"]


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("layers", [(), SIX[:1], SIX], ids=["none", "one", "six"])
def test_every_tab_opens_with_none_one_and_six_layers(tab, layers):
    app = opened(**link_of(layers), tab__hedge=tab)
    assert len(answers(app)) == 5
    saved = {button.key.split(".")[1] for button in app.get("download_button")}
    assert "curve" in saved
    if not layers:  # nothing else to save
        assert answers(app) == ["no hedge"] * 5
        assert saved == {"curve"}


def test_with_the_edge_off_the_hedge_costs_nothing_and_no_quantity_is_named():
    app = opened(edge="0", tab__hedge="Equal cost")
    cost, half = answers(app)[COST].removesuffix(" %").replace("−", "-").split(" ± ")
    assert abs(float(cost)) <= 1.6 * float(half)
    quantities = app.dataframe[1].value.set_index("instrument")["quantity"]
    assert quantities["VIX call"] == "4.00"
    assert quantities["VIX future"] == "n/a"
    assert any("cannot be told from zero" in caption.value for caption in app.caption)


def test_a_later_shock_redraws_without_touching_the_answer():
    app = opened()
    before, picture = answers(app), app.get("vega_lite_chart")[0].proto.SerializeToString()
    app.slider(key="later").set_value(10).run()
    assert answers(app) == before
    assert app.get("vega_lite_chart")[0].proto.SerializeToString() != picture


def test_roll_days_follow_the_tenor_and_a_link_beyond_it_is_refused():
    app = opened(l1__dte="30", l1__roll_dte="45", l2__dte="110", l2__roll_dte="40")
    answers(app)
    assert any("Layer 1: Roll at must be from 0 to 29" in w.value for w in app.warning)
    assert app.slider(key="l2.roll_dte").value == 40
    app.slider(key="l2.dte").set_value(20).run()
    answers(app)
    assert app.slider(key="l2.roll_dte").value == 19


@pytest.mark.parametrize(
    ("key", "raw", "message"),
    [
        ("layers", "9", "Layers must be from 0 to 6, got “9”"),
        ("layers", "many", "Layers must be from 0 to 6, got “many”"),
        ("l1__dte", "5", "Layer 1: Days to expiry must be from 7 to 270 days, got “5”"),
        ("l3__delta", "2", "Layer 3: Delta must be from 0.05 to 0.95, got “2”"),
        ("l1__instrument", "gold", "Instrument must be one of VIX call, VIX call spread"),
        ("l2__quantity", "1e9", "Layer 2: Quantity must be from -50 to 200"),
        ("later", "-3", "Shock met must be from 0 to 60"),
        ("hedge", "luck", "Preset must be one of"),
    ],
)
def test_nonsense_in_a_link_is_named_and_costs_nothing_else(key, raw, message):
    app = opened(**{key: raw, "l2__delta": "0.25"})
    answers(app)
    assert any(message in warning.value for warning in app.warning)
    assert app.slider(key="l2.delta").value == 0.25


def test_a_link_without_layers_holds_none_although_the_preset_has_three():
    app = opened(layers="0")
    assert answers(app) == ["no hedge"] * 5


def test_presets_replace_the_layers():
    app = opened(**link_of(SIX))
    app.selectbox(key="hedge").set_value("one future").run()
    assert answers(app) == expected(trade._PRESETS["one future"])


def test_the_model_vvix_stands_beside_the_markets_and_futures_of_a_file_are_drawn(monkeypatch):
    levels = {"spx_close": 2500.0, "vix_close": 25.0, "vix3m_close": 24.0, "vvix_close": 104.5}
    frame = pd.DataFrame(
        levels | {"vx1_close": 24.4, "vx2_close": 23.3},
        index=pd.DatetimeIndex(["2018-12-28", "2018-12-31"]),
    )
    given = MarketHistory.from_frame(frame, source="mine")
    monkeypatch.setattr(cache, "history", lambda *_: given)
    app = opened(market="offline sample")
    answers(app)
    assert any("of the market 104.5" in caption.value for caption in app.caption)
    drawn = json.loads(app.get("vega_lite_chart")[1].proto.spec)
    assert "listed future" in json.dumps(drawn)


def test_listed_futures_stand_at_the_days_left_to_their_settlement():
    index = pd.DatetimeIndex(["2018-12-28", "2018-12-31"])
    levels = {"spx_close": 2500.0, "vix_close": 25.0, "vx1_close": [24.4, float("nan")]}
    frame = pd.DataFrame({**levels, "vx2_close": [23.0, 23.3]}, index=index)
    given = MarketHistory.from_frame(frame, source="mine")

    def listed(day: str) -> tuple[tuple[float, float], ...]:
        return hedge._listed(SimpleNamespace(history=given, as_of=day))

    assert listed("2018-12-28") == ((19, 24.4), (47, 23.0))  # 2019-01-16 and 2019-02-13
    assert listed("2018-12-31") == ((44, 23.3),)
    assert hedge._listed(SimpleNamespace(history=None, as_of="by hand")) == ()
