"""The Stress page: opens, follows every control, says what must be known, refuses, saves."""

from __future__ import annotations

import io
import math

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from alvh.lab import TypedMarket
from alvh.lab.stress import episode_named
from alvh.model import RiskPremia
from alvh.pricing import PricingTables
from alvh.report.numbers import dollars
from alvh.risk.stress import ALL_LAYERS, NO_HEDGE, run_stress
from alvh.risk.stress_reverse import smallest_shock
from alvh.simulation import EPISODES, Episode
from alvh.strategy import Policy
from alvh.ui import stress, stress_words
from tests.pages.driver import answers, open_page, pictures, tables

END, BARE, LOWEST, PAID, QUICK = range(5)
TABS = (
    "Condor and hedge",
    "Liquidity",
    "Reverse stress",
    "All episodes",
    "Policies",
    "How computed",
)
OWN = {"episode": "my own shock"}


@pytest.fixture(autouse=True)
def _few_episodes(monkeypatch):
    """Three of the episodes: the others are run in the same way."""
    few = tuple(episode_named(name) for name in ("Volmageddon", "Covid", "Big Top"))
    monkeypatch.setattr(stress, "EPISODES", few)
    monkeypatch.setattr(stress, "_NAMES", tuple(episode.name for episode in few))
    monkeypatch.setattr(stress, "LATEST", "Covid")


def opened(**link: str | list[str]) -> AppTest:
    """The page by a link; two policies unless it says otherwise."""
    start = {"market": "by hand", "policies": ["unhedged", "static layers"]}
    return open_page("compare/stress", {**start, **link})


def said(app: AppTest) -> str:
    return " ".join(caption.value for caption in app.caption)


def run_of(episode: Episode, policy: str = "static_layers"):
    market = TypedMarket()
    prices = PricingTables.build(market.model)
    return run_stress(prices, market.state, Policy.preset(policy), 500_000.0, episode)


def test_opens_with_the_numbers_of_the_core():
    app = opened()
    shown = answers(app)
    summary = run_of(episode_named("covid")).summary.set_index("variant")
    whole, bare = summary.loc[ALL_LAYERS], summary.loc[NO_HEDGE]
    assert shown[END] == dollars(whole["end_profit"])
    assert shown[BARE] == dollars(bare["end_profit"])
    assert shown[LOWEST] == f"{dollars(whole['lowest_profit'])}, day {whole['lowest_day']}"
    assert shown[QUICK] == f"{whole['lowest_quick']:.2f}, never out"
    assert all(metric.help for metric in app.metric[:5])
    assert not app.warning
    assert len(pictures(app)) == 3


def test_the_page_says_what_its_paths_lack_and_whose_the_facts_are():
    words = said(opened(policies=["ALVH"]))
    for part in (
        "long episodes flatter condors (see Replay",
        "Prices are model prices",
        "No interval: one path, nothing is estimated",
        "**Facts** (S&P 500 and Cboe closes of 1999-2021, 2020-02-19 to 2020-03-23)",
        "**Ours**: the even pace between",
        "cast no vote on the first days",
        "miss the VIX asked for by up to 1.5 points",
    ):
        assert part in words


def test_a_book_without_a_rule_is_not_told_about_votes():
    assert "cast no vote" not in said(opened())


@pytest.mark.parametrize("episode", EPISODES, ids=lambda x: x.name)
def test_every_episode_has_its_facts(episode):
    words = stress_words.facts(episode)
    assert f"{episode.depth:g} %" in words
    assert ("**Facts**" in words) == (episode.start is not None)
    assert (str(episode.end) in words) or "not history" in words


CHANGES = [
    ("selectbox", "episode", "Volmageddon", {}, {END, BARE, LOWEST, PAID, QUICK}),
    ("selectbox", "vix_rise", "ratio", {"vix": "12"}, {END, PAID}),
    ("slider", "dte", 30, {}, {END, BARE}),
    ("slider", "wing", 100, {}, {END, BARE, LOWEST, QUICK}),
    ("slider", "put_delta", 0.25, {}, {END, BARE}),
    ("number_input", "contracts", 20, {}, {END, BARE, LOWEST, QUICK}),
    ("number_input", "capital", 250_000, {}, {QUICK}),
    ("number_input", "vix", 30.0, {}, {END, BARE, PAID}),
    ("toggle", "costs", False, {}, {END, BARE}),
    ("slider", "oneday.rise", 20.0, {}, {QUICK}),
    ("button_group", "focus", "unhedged", {}, {END, PAID}),
    ("slider", "shock.depth", 6.0, OWN, {END, BARE}),
    ("slider", "shock.vix_peak", 80.0, OWN, {END, PAID}),
    ("number_input", "shock.days", 3, OWN, {END, PAID}),
    ("number_input", "shock.vix_half_life", 2.0, OWN, {END, PAID}),
    ("number_input", "shock.recovery_days", 60, OWN, {END, PAID}),
    ("slider", "shock.recovery", 100.0, OWN, {END, BARE}),
    ("toggle", "shock.worst", True, OWN, {END}),
    ("toggle", "shock.curve", True, OWN, {END}),
]


@pytest.mark.parametrize(
    ("kind", "key", "value", "link", "changes"), CHANGES, ids=[x[1] for x in CHANGES]
)
def test_every_control_moves_the_numbers_it_should(kind, key, value, link, changes):
    app = opened(**link)
    before, drawn = answers(app), pictures(app)
    getattr(app, kind)(key=key).set_value(value).run()
    after = answers(app)
    assert {i for i in range(5) if before[i] != after[i]} >= changes
    assert pictures(app) != drawn


def test_a_shock_of_ones_own_is_the_episode_of_its_sliders():
    app = opened(**OWN, shock__depth="20", shock__vix_peak="14", shock__days="4")
    asked = Episode(depth=20.0, days=4, vix_peak=14.0, vix_before=5.0)
    end = run_of(asked).summary["end_profit"].iloc[0]
    assert answers(app)[END] == dollars(end)
    assert "the shape between them is ours" in said(app)


@pytest.mark.parametrize("tab", TABS)
def test_every_tab_opens_for_every_kind_of_book(tab):
    for policy in ("unhedged", "my policy"):
        app = opened(policies=[policy], tab__stress=tab)
        assert all(text for text in answers(app))
        assert not app.warning


def test_the_reverse_test_is_that_of_the_core():
    app = opened(tab__stress="Reverse stress", reverse__loss="3", reverse__days="2", edge="0.5")
    market = TypedMarket()
    found = smallest_shock(
        PricingTables.build(market.model),
        RiskPremia.default().scaled(0.5),
        market.state,
        Policy.preset("static_layers"),
        500_000.0,
        loss=3.0,
        n_days=2,
    )
    sentence = f"A fall of {found.depth:.1f} % in 2 days, VIX at {found.vix:.1f}, costs static"
    assert any(sentence in markdown.value for markdown in app.markdown)
    app.slider(key="reverse.loss").set_value(50.0).run()
    assert not app.exception
    assert any("No fall up to 60 % in 2 days" in markdown.value for markdown in app.markdown)
    app.selectbox(key="reverse.vix").set_value("points").run()
    assert app.slider(key="reverse.per").value == 1.5
    assert not app.exception


def test_a_book_that_cannot_lose_loses_nothing_and_not_less():
    """With VIX at 25 ALVH sells no condor, and without its layers holds nothing."""
    app = opened(market="offline sample", policies=["ALVH"], tab__stress="Reverse stress")
    most = next(table for table in tables(app) if "most" in table)["most"]
    assert list(most)[-1] == "0.0 %"


def test_all_episodes_say_what_was_asked_and_what_is_shown():
    app = opened(tab__stress="All episodes")
    answers(app)
    rows = app.dataframe[0].value.set_index("episode")
    run = run_of(episode_named("covid"))
    covid = rows.loc["Covid"]
    assert covid["asked"] == pytest.approx(run.levels["vix"].max())
    assert covid["shown"] == pytest.approx(run.levels["vix_shown"].max())
    assert covid["missed"] == pytest.approx(run.summary["vix_missed"].iloc[0])
    assert covid["end"] == round(run.summary["end_profit"].iloc[0])
    assert covid["missed"] > 1.0
    assert len(rows) == 3


@pytest.mark.parametrize(
    ("link", "message", "kind", "key", "cure"),
    [
        ({"policies": ""}, "Compared must name at least one policy", "button_group", "policies",
         ["alvh"]),
        ({"capital": "2000"}, "capital must be at least the margin", "number_input", "capital",
         200_000),
        (
            {**OWN, "shock__worst": "true", "shock__worst_day": "0.5"},
            "worst_day must be from the even pace",
            "slider",
            "shock.worst_day",
            9.0,
        ),
    ],
    ids=["policies", "capital", "worst_day"],
)  # fmt: skip
def test_what_is_refused_is_said_and_costs_nothing_else(link, message, kind, key, cure):
    app = opened(**link, call_delta="0.11")
    assert not app.exception
    assert len(app.error) == 1
    assert message in app.error[0].value
    assert not app.metric
    assert not app.get("vega_lite_chart")
    getattr(app, kind)(key=key).set_value(cure).run()
    assert answers(app)
    assert app.slider(key="call_delta").value == 0.11


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ({"episode": "luck"}, "Episode must be one of Volmageddon, Covid"),
        ({**OWN, "shock__depth": "99"}, "Depth must be from 0.5 to 90 %, got “99”"),
        ({"vix_rise": "luck"}, "VIX rises must be one of as listed, to its level"),
        ({"oneday__fall": "x"}, "Index down must be from 0 to 60 %, got “x”"),
    ],
    ids=["episode", "depth", "vix_rise", "oneday"],
)
def test_nonsense_in_a_link_is_named_and_costs_nothing_else(link, message):
    app = opened(**link, call_delta="0.11")
    assert answers(app)
    assert any(message in warning.value for warning in app.warning)
    assert app.slider(key="call_delta").value == 0.11


def test_a_condor_that_never_opens_is_said():
    app = opened(spot="100", wing="500")
    assert any("No condor could be opened by static layers" in x.value for x in app.warning)
    app.button_group(key="focus").set_value("unhedged").run()
    assert answers(app)[QUICK] == "\u221e, never out"


@pytest.mark.parametrize(
    ("tab", "key"),
    [
        ("Condor and hedge", "stress.profit"),
        ("Condor and hedge", "stress.table"),
        ("Condor and hedge", "stress.parts"),
        ("Liquidity", "stress.liquidity"),
        ("Reverse stress", "stress.reverse"),
        ("Policies", "stress.compared"),
    ],
)
def test_every_picture_is_saved_with_its_numbers_and_source(saved, tab, key):
    app = opened(tab__stress=tab)
    answers(app)
    text = saved[f"{key}.CSV"]().decode()
    assert "model prices along a smooth path" in text
    assert "Not investment advice" in text
    frame = pd.read_csv(io.StringIO(text), comment="#")
    assert len(frame) > 1
    assert math.isfinite(frame.select_dtypes("number").iloc[0, 0])
    assert "<svg" in saved[f"{key}.SVG"]()
