"""The Outcomes page: opens, follows every control, refuses in words, runs precisely, saves."""

from __future__ import annotations

import io
import json
import math

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from alvh.lab import Study
from alvh.lab.command import main
from alvh.risk.outcomes import outcome_table
from alvh.strategy import Policy
from alvh.ui import outcomes
from tests.pages.driver import answers, open_page, pictures

MEAN, LESS, WORST, ODDS, DRAWDOWN = range(5)
ALL = {MEAN, LESS, WORST, ODDS, DRAWDOWN}
TABS = ("Over time", "Where it came from", "Trades needed", "Worst 5 %", "Table", "How computed")
MINE = {"policies": ["unhedged", "my policy"]}


def opened(**link: str | list[str]) -> AppTest:
    """The page by a link; two policies over two months unless it says otherwise."""
    start = {"market": "by hand", "horizon": "42", "policies": ["unhedged", "ALVH"]}
    return open_page("compare/outcomes", {**start, **link})


def read(text: str) -> tuple[float, float]:
    """An estimate and half its interval."""
    for sign, plain in (("$", ""), (",", ""), ("−", "-"), ("%", "")):
        text = text.replace(sign, plain)
    estimate, half = text.split("±")
    return float(estimate), float(half)


def caption(app: AppTest) -> str:
    return app.caption[-1].value


def test_opens_with_the_answer_in_five_numbers_and_their_intervals():
    app = opened()
    assert [metric.label for metric in app.metric[:5]] == [
        "Mean profit, ALVH",
        "Less unhedged",
        "Worst 5 %",
        "P(loss)",
        "Mean drawdown",
    ]
    for text in answers(app):
        assert math.isfinite(read(text)[0])
        assert read(text)[1] > 0.0
    assert all(metric.help for metric in app.metric[:5])
    assert list(app.dataframe[0].value["policy"]) == ["unhedged", "ALVH"]
    assert "2,000 paths, seed 1" in caption(app)
    assert not app.warning


def test_without_a_link_it_compares_the_five_presets_over_a_year():
    app = opened(policies=["unhedged", "static calls", "static stop", "static layers", "ALVH"])
    plain = open_page("compare/outcomes", {"market": "by hand"})
    answers(plain)
    assert plain.button_group(key="policies").value == app.button_group(key="policies").value
    assert plain.slider(key="horizon").value == 252
    assert len(plain.dataframe[0].value) == 5


CHANGES = [
    ("slider", "dte", 30, ALL),
    ("slider", "put_delta", 0.25, ALL),
    ("slider", "call_delta", 0.1, ALL),
    ("slider", "wing", 100, ALL),
    ("slider", "edge", 0.0, ALL),
    ("slider", "horizon", 84, ALL),
    ("slider", "profit_target", 0.5, ALL),
    ("slider", "exit_dte", 21, ALL),
    ("number_input", "contracts", 20, ALL),
    ("number_input", "capital", 60_000, {MEAN, LESS, WORST}),
    ("number_input", "seed", 7, ALL),
    ("number_input", "spot", 4000.0, {MEAN, WORST, DRAWDOWN}),
    ("number_input", "vix", 30.0, ALL),
    ("number_input", "vix3m", 25.0, ALL),
    ("number_input", "rate", 6.0, {MEAN, WORST}),
    ("toggle", "costs", False, {MEAN, LESS, WORST}),
    ("button_group", "focus", "unhedged", {MEAN, WORST, ODDS, DRAWDOWN}),
]


@pytest.mark.parametrize(("kind", "key", "value", "changes"), CHANGES, ids=[x[1] for x in CHANGES])
def test_every_control_moves_the_numbers_it_should(kind, key, value, changes):
    app = opened()
    before, drawn = answers(app), pictures(app)
    getattr(app, kind)(key=key).set_value(value).run()
    after = answers(app)
    assert len(after) == len(before) or key == "focus"
    assert {i for i in range(5) if before[i] != after[i : i + 1]} >= changes
    assert pictures(app) != drawn


def test_what_a_number_was_stands_below_it():
    app = opened()
    before = answers(app)
    app.slider(key="wing").set_value(100).run()
    assert [metric.delta for metric in app.metric[:5]] == [f"was {text}" for text in before]


OF_MINE = [
    ({}, "selectbox", "stop", "credit multiple"),
    ({"stop": "credit multiple"}, "slider", "stop.multiple", 0.5),
    ({"stop": "short delta"}, "slider", "stop.delta", 0.6),
    ({}, "toggle", "shift", True),
    ({"shift": "true"}, "slider", "shift.delta", 0.3),
    ({"shift": "true"}, "slider", "shift.vix", 25.0),
    ({"shift": "true"}, "slider", "shift.dte", 30),
    ({"shift": "true"}, "slider", "shift.size", 2.0),
    ({"signals": "VIX", "regime__watch_size": "0.5"}, "slider", "vote.vix.watch", 18.0),
    ({"signals": "VIX", "regime__stress_size": "0.5"}, "slider", "vote.vix.stress", 30.0),
    ({"signals": "VIX", "regime__watch_size": "0.5"}, "slider", "regime.hold_days", 10),
    ({"signals": "VIX"}, "slider", "regime.watch_size", 0.5),
    ({"signals": "VIX"}, "slider", "regime.stress_size", 0.5),
    ({"signals": "VIX"}, "slider", "regime.watch_distance", 1.5),
    ({"signals": "VIX"}, "slider", "regime.stress_distance", 1.5),
    ({"signals": "VIX"}, "selectbox", "regime.suspend", "in stress"),
    ({"regime__watch_size": "0.5"}, "multiselect", "signals", ["vix_curve"]),
    ({}, "selectbox", "hedge", "no hedge"),
    ({}, "selectbox", "l1.opens", "short strike tested"),
    ({"l1__opens": "short strike tested"}, "slider", "l1.tested_delta", 0.5),
    ({}, "selectbox", "l1.opens", "second engine"),
    ({"l1__opens": "second engine"}, "slider", "second.needed", 1),
    ({"l1__opens": "second engine"}, "slider", "second.rsi_vix.level", 60.0),
    ({"l1__opens": "second engine"}, "multiselect", "second.signals", ["vix"]),
    ({}, "toggle", "l1.monetised", True),
    ({"l1__monetised": "true"}, "slider", "l1.take_profit", 1.25),
    ({"l1__monetised": "true", "l1__take_profit": "1.25"}, "slider", "l1.reopen_days", 20),
    ({}, "toggle", "l1.financed", True),
    ({"l1__financed": "true"}, "slider", "l1.credit_share", 1.0),
    ({"signals": "VIX", "l1__by_regime": "true"}, "number_input", "l1.watch_quantity", 9),
    ({"hedge": "one future"}, "toggle", "l1.neutral", True),
    ({"shift": "true", "signals": "VIX"}, "selectbox", "shift.regime", "stress"),
    ({}, "selectbox", "l1.instrument", "future"),
    ({}, "number_input", "l1.quantity", 20),
    ({}, "slider", "l1.delta", 0.2),
    ({}, "slider", "l2.dte", 60),
    ({}, "toggle", "l1.on", False),
]


@pytest.mark.parametrize(
    ("link", "kind", "key", "value"), OF_MINE, ids=[f"{x[2]}={x[3]}" for x in OF_MINE]
)
def test_every_control_of_my_policy_moves_its_mean(link, kind, key, value):
    link = {"dte": "14", "horizon": "63", **MINE, **link}
    app = opened(**link)
    before, base = answers(app), app.dataframe[0].value.iloc[0].to_dict()
    assert app.metric[MEAN].label == "Mean profit, my policy"
    if key == "signals":
        app.multiselect(key="signals").set_value(["vix"]).run()
        app.slider(key="regime.watch_size").set_value(0.5).run()
        before = answers(app)
    getattr(app, kind)(key=key).set_value(value).run()
    after = answers(app)
    assert after[LESS] != before[LESS]
    assert app.dataframe[0].value.iloc[0].to_dict() == base  # the presets stay what they are


def test_my_policy_has_controls_only_when_compared():
    app = opened()
    assert "stop" not in {box.key for box in app.selectbox}
    app.button_group(key="policies").set_value(["mine"]).run()
    assert len(answers(app)) == 4  # nothing to be less than
    assert "stop" in {box.key for box in app.selectbox}


def test_policies_compared_can_be_chosen():
    app = opened()
    before = answers(app)
    app.button_group(key="policies").set_value(["alvh", "unhedged", "static_stop"]).run()
    assert answers(app) == before
    assert list(app.dataframe[0].value["policy"]) == ["unhedged", "static stop", "ALVH"]
    app.button_group(key="focus").set_value("static_stop").run()
    assert app.metric[MEAN].label == "Mean profit, static stop"
    app.button_group(key="policies").set_value(["static_stop", "alvh"]).run()
    assert answers(app)
    assert app.metric[MEAN].label == "Mean profit, static stop"
    app.button_group(key="policies").set_value(["unhedged", "alvh"]).run()
    assert answers(app) == before  # what is no longer compared is not in focus


def test_the_view_changes_the_large_picture_alone():
    app = opened()
    before, drawn = answers(app), pictures(app)
    app.button_group(key="view").set_value("worst outcomes").run()
    assert answers(app) == before
    now = pictures(app)
    assert now[0] != drawn[0]
    assert now[1:] == drawn[1:]


def test_the_focus_changes_the_fan_but_not_the_comparison():
    app = opened()
    table, drawn = app.dataframe[0].value, pictures(app)
    app.button_group(key="focus").set_value("unhedged").run()
    pd.testing.assert_frame_equal(app.dataframe[0].value, table)
    changed = [a != b for a, b in zip(drawn, pictures(app), strict=True)]
    assert sum(changed) == 1


def test_without_edge_and_costs_nobody_earns():
    presets = {"unhedged": "unhedged", "static_calls": "static calls", "static_stop": "static stop"}
    presets |= {"static_layers": "static layers", "alvh": "ALVH", "mine": "my policy"}
    app = opened(edge="0", costs="false", policies=list(presets.values()))
    for name in presets:
        app.button_group(key="focus").set_value(name).run()
        mean, half = read(answers(app)[MEAN])
        assert app.metric[MEAN].label == f"Mean profit, {presets[name]}"
        assert abs(mean) <= 1.05 * half  # both are rounded


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens(tab):
    app = opened(tab__outcomes=tab)
    answers(app)
    charts, tables = len(app.get("vega_lite_chart")), len(app.dataframe)
    expected = {"Over time": (4, 1), "Where it came from": (3, 1), "Trades needed": (3, 2)}
    expected |= {"Worst 5 %": (3, 1), "Table": (2, 2), "How computed": (2, 1)}
    assert (charts, tables) == expected[tab]
    if tab == "Worst 5 %":
        assert {"Hedge gained in", "Of the condor's loss it paid", "Worst 5 % begin at"} <= {
            metric.label for metric in app.metric
        }
    if tab == "How computed":
        assert any("same futures" in text.value for text in app.markdown)


@pytest.mark.parametrize("tab", TABS[:5])
def test_every_tab_can_show_one_policy_alone(tab):
    app = opened(policies="unhedged", tab__outcomes=tab)
    assert len(answers(app)) == 4 or tab == "Worst 5 %"


def test_numbers_are_those_of_the_study_and_of_the_command_line(capsys):
    app = opened(tab__outcomes="Table", seed="5", edge="0.5", wing="75")
    answers(app)
    shown = app.dataframe[1].value
    presets = [Policy.preset("unhedged"), Policy.preset("alvh")]
    rule = presets[0].condor.model_copy(update={"wing": 75})
    wide = [policy.model_copy(update={"condor": rule}) for policy in presets]
    expected = outcome_table(Study(policies=wide, seed=5, edge=0.5, horizon=42).simulate())
    assert list(shown["title"]) == list(expected["title"])
    factor = np.where(expected["unit"] == "%", 100.0, 1.0)
    for name in ("estimate", "low", "high"):
        np.testing.assert_allclose(shown[name], expected[name] * factor, rtol=1e-12)

    command = "simulate --policy unhedged --policy alvh --seed 5 --edge 0.5 --horizon 42 --json"
    assert main([*command.split(), "--set", "condor.wing=75"]) == 0
    rows = json.loads(capsys.readouterr().out)["outcomes"]
    np.testing.assert_allclose([row["estimate"] for row in rows], expected["estimate"], rtol=1e-9)


def test_a_precise_run_replaces_the_numbers_until_a_setting_changes(monkeypatch):
    monkeypatch.setattr(outcomes, "PRECISE_PATHS", 8_000)
    app = opened()
    few = answers(app)
    run = next(button for button in app.button if button.label == "Run 8,000 paths")
    run.click().run()
    many = answers(app)
    assert "8,000 paths, seed 1" in caption(app)
    assert all(a != b for a, b in zip(few, many, strict=True))
    for i in range(5):
        assert read(many[i])[1] == pytest.approx(read(few[i])[1] / 2.0, rel=0.3)
    assert not any(button.label == "Stop" for button in app.button)
    expected = outcome_table(
        Study(
            policies=[Policy.preset("unhedged"), Policy.preset("alvh")], horizon=42, n_paths=8_000
        ).simulate()
    )
    mean = expected[expected["policy"].eq("alvh") & expected["metric"].eq("mean")]
    assert read(many[MEAN])[0] == pytest.approx(float(mean["estimate"].iloc[0]), abs=50.0)

    app.button_group(key="focus").set_value("unhedged").run()  # a way of looking, not a setting
    assert "8,000 paths" in caption(app)
    app.button_group(key="focus").set_value("alvh").run()
    for tab in TABS:
        app.session_state["tab.outcomes"] = tab
        app.run()
        assert answers(app) == many
    app.slider(key="wing").set_value(55).run()
    answers(app)
    assert "2,000 paths, seed 1" in caption(app)


def test_a_precise_run_that_is_left_keeps_what_was_shown(monkeypatch):
    monkeypatch.setattr(outcomes, "PRECISE_PATHS", 6_000)
    app = opened()
    few = answers(app)
    told = []

    def stopped(_, done, total):
        told.append((done, total))
        if done:
            st.stop()

    simulate = Study.simulate
    monkeypatch.setattr(
        Study,
        "simulate",
        lambda study, tables, paths=None, progress=None: simulate(
            study, tables, paths, progress and (lambda *at: stopped(progress, *at))
        ),
    )
    app.button[0].click().run()
    assert told == [(0, 6_000), (2_500, 6_000)]
    app.run()
    assert answers(app) == few
    assert "2,000 paths" in caption(app)


def test_a_precise_run_of_what_is_refused_says_why():
    app = opened(capital="2000")
    app.button[0].click().run()
    assert not app.exception
    assert "capital must be at least" in app.error[0].value
    assert not any(button.label == "Stop" for button in app.button)


REFUSED = [
    (
        {"policies": ""},
        "Compared must name at least one policy, got none",
        "button_group",
        "policies",
        ["alvh"],
    ),
    (
        {"capital": "2000"},
        "capital must be at least the margin of one condor",
        "number_input",
        "capital",
        200_000,
    ),
    ({"horizon": "21"}, "horizon must be at least the 31 trading days", "slider", "horizon", 42),
    (
        {"exit_dte": "60"},
        "exit_dte must be below dte, which is 45 days, got 60",
        "slider",
        "exit_dte",
        5,
    ),
    (
        {**MINE, "stop": "short delta", "stop__delta": "0.1"},
        "stop.delta must be above the deltas sold, up to 0.16, got 0.1",
        "slider",
        "stop.delta",
        0.3,
    ),
    (
        {**MINE, "shift": "true", "shift__dte": "5", "exit_dte": "10"},
        "shift.dte must be above condor.exit_dte, which is 10 days, got 5",
        "slider",
        "shift.dte",
        20,
    ),
    (
        {**MINE, "signals": "VIX", "vote__vix__watch": "40"},
        "watch of vix must be at most its stress, which is 20, got 40",
        "slider",
        "vote.vix.watch",
        15.0,
    ),
    (
        {**MINE, "signals": ["VIX", "VIX/VIX3M less one"], "regime__watch_votes": "3"},
        "watch_votes must be at most the number of signals, 2, got 3",
        "slider",
        "regime.watch_votes",
        1,
    ),
]


@pytest.mark.parametrize(
    ("link", "message", "kind", "key", "cure"), REFUSED, ids=[x[3] for x in REFUSED]
)
def test_what_is_refused_is_said_and_costs_nothing_else(link, message, kind, key, cure):
    app = opened(**link, call_delta="0.11", seed="9", tab__outcomes="Table")
    assert not app.exception
    assert len(app.error) == 1
    assert message in app.error[0].value
    assert not app.metric
    assert not app.get("vega_lite_chart")
    assert not app.dataframe
    getattr(app, kind)(key=key).set_value(cure).run()
    assert answers(app)
    assert app.slider(key="call_delta").value == 0.11
    assert app.number_input(key="seed").value == 9


def test_a_condor_that_never_opens_is_said():
    app = opened(spot="100", wing="500")
    assert not app.exception
    assert any(
        "No condor could be opened" in warning.value and "unhedged, ALVH" in warning.value
        for warning in app.warning
    )
    app.slider(key="wing").set_value(5).run()
    answers(app)
    assert not app.warning


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ({"horizon": "banana"}, "Horizon must be from 21 to 2,520 trading days, got “banana”"),
        ({"horizon": "9999"}, "Horizon must be from 21 to 2,520 trading days, got “9999”"),
        ({"seed": "-4"}, "Seed must be from 0 to 2,147,483,647, got “-4”"),
        ({"seed": "1.5"}, "Seed must be from 0 to 2,147,483,647, got “1.5”"),
        ({"costs": "maybe"}, "Costs must be one of true, false, got “maybe”"),
        ({"profit_target": "0"}, "Profit target must be from 0.05 to 1 of credit, got “0”"),
        ({"focus": "luck"}, "In focus must be one of unhedged, ALVH, got “luck”"),
        ({"view": "luck"}, "Picture must be one of profit, worst outcomes, got “luck”"),
        ({"policies": ["luck", "ALVH"]}, "Compared must be among unhedged, static calls, stat"),
        ({**MINE, "signals": "luck"}, "Regime signals must be among VIX, Percentile of VIX"),
        ({**MINE, "stop": "luck"}, "Stop must be one of none, credit multiple, short delta, got"),
        (
            {**MINE, "stop": "short delta", "stop__delta": "7"},
            "Stop at a short delta of must be from 0.05 to 0.95, got “7”",
        ),
        (
            {**MINE, "signals": "VIX", "vote__vix__watch": "400"},
            "VIX: watch at must be from 5 to 100 points, got “400”",
        ),
        ({**MINE, "l2__dte": "5"}, "Layer 2: Days to expiry must be from 7 to 270 days, got “5”"),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, dict) else "",
)
def test_nonsense_in_a_link_is_named_and_costs_nothing_else(link, message):
    app = opened(**link, call_delta="0.11")
    assert answers(app)
    assert any(message in warning.value for warning in app.warning)
    assert app.slider(key="call_delta").value == 0.11
    app.run()
    assert not app.warning


def test_a_link_restores_every_setting():
    app = opened(
        policies=["static stop", "my policy"],
        focus="static stop",
        view="worst outcomes",
        horizon="63",
        seed="9",
        costs="false",
        exit_dte="5",
        stop="short delta",
        stop__delta="0.4",
        shift="true",
        shift__size="1.5",
        signals=["VIX", "VIX over its average"],
        regime__suspend="in stress",
        vote__vix_to_average__watch="1.1",
        l1__quantity="7",
    )
    assert answers(app)
    assert not app.warning
    for kind, key, value in (
        ("button_group", "policies", ["static_stop", "mine"]),
        ("button_group", "focus", "static_stop"),
        ("button_group", "view", "worst outcomes"),
        ("slider", "horizon", 63),
        ("number_input", "seed", 9),
        ("toggle", "costs", False),
        ("slider", "exit_dte", 5),
        ("selectbox", "stop", "short delta"),
        ("slider", "stop.delta", 0.4),
        ("toggle", "shift", True),
        ("slider", "shift.size", 1.5),
        ("multiselect", "signals", ["vix", "vix_to_average"]),
        ("selectbox", "regime.suspend", "in stress"),
        ("slider", "vote.vix_to_average.watch", 1.1),
        ("number_input", "l1.quantity", 7),
    ):
        assert getattr(app, kind)(key=key).value == value, key


def test_the_table_is_saved_as_csv_and_as_parquet(saved):
    app = opened(tab__outcomes="Table")
    answers(app)
    app.slider(key="wing").set_value(60).run()
    expected = app.dataframe[1].value
    text = saved["outcomes.file.csv"]().decode()
    assert text.startswith("#")
    assert "Not investment advice" in text
    csv = pd.read_csv(io.StringIO(text), comment="#")
    parquet = pd.read_parquet(io.BytesIO(saved["outcomes.file.parquet"]()))
    factor = np.where(parquet["unit"] == "%", 100.0, 1.0)
    for frame in (csv, parquet):
        assert list(frame["title"]) == list(expected["title"])
        np.testing.assert_allclose(frame["estimate"] * factor, expected["estimate"], rtol=1e-9)


@pytest.mark.parametrize(
    ("tab", "key"),
    [
        ("Over time", "outcomes.distribution"),
        ("Over time", "outcomes.fan"),
        ("Over time", "outcomes.drawdowns"),
        ("Where it came from", "outcomes.attribution"),
        ("Trades needed", "outcomes.trades"),
        ("Worst 5 %", "outcomes.worst"),
    ],
)
def test_every_picture_is_saved_with_its_numbers_and_source(saved, tab, key):
    app = opened(tab__outcomes=tab)
    answers(app)
    text = saved[f"{key}.CSV"]().decode()
    assert "2,000 paths, seed 1" in text
    assert len(pd.read_csv(io.StringIO(text), comment="#")) > 1
    assert "<svg" in saved[f"{key}.SVG"]()
