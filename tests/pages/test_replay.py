"""The Replay page: opens, follows its controls, says what it found in words, refuses in words."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from alvh.lab.replay import replay_history
from alvh.market import MarketHistory
from alvh.market.sample import read_sample
from alvh.report.numbers import percent, plus_minus
from alvh.risk.replay import drawdown_of, growth_beyond_cash, wealth_of, worst_month
from alvh.risk.replay_smooth import Smoothness, smoothness
from alvh.strategy import CondorRule, Policy
from alvh.strategy.policy import Preset
from alvh.ui import replay_tabs
from alvh.ui.replay_words import exposure_sentence, fit_sentence, smoother
from tests.pages.driver import answers, open_page, pictures, tables

LABELS = ["Beyond cash, ALVH", "Less unhedged", "Max drawdown", "Ulcer index", "Worst month"]
TABS = ("Episodes", "Months", "Parts", "Trades", "Smoothness", "Fit of states", "How computed")


def opened(**link: str | list[str]) -> AppTest:
    """The page by a link, on the offline sample unless it says otherwise."""
    return open_page("compare/replay", {"market": "offline sample", **link})


def test_opens_with_the_answer_of_the_engine():
    app = opened()
    found = answers(app)
    assert [metric.label for metric in app.metric[:5]] == LABELS
    assert all(metric.help for metric in app.metric[:5])
    policies = [
        Policy.preset(name).model_copy(update={"condor": CondorRule()}) for name in get_args(Preset)
    ]
    run = replay_history(read_sample().frame, policies, 500_000.0)
    wealth = wealth_of({p.name: run.daily(i) for i, p in enumerate(policies)})
    smooth = smoothness(wealth, wealth, 0.03)
    growth = smooth.of("alvh", "growth")
    assert growth.estimate == pytest.approx(growth_beyond_cash(wealth, 0.03)["alvh"])
    half = 0.5 * (growth.high - growth.low) / 1.96
    beyond = plus_minus(growth.estimate, half, unit="%", signed=True)
    assert found[0] == f"{beyond} a year"
    gap = smooth.difference("alvh", "unhedged", "growth")
    half = 0.5 * (gap.high - gap.low) / 1.96
    assert found[1] == f"{plus_minus(gap.estimate, half, unit='%', signed=True)} a year"
    assert found[2].startswith(f"{percent(-drawdown_of(wealth)['alvh'].min())} [")
    assert found[4] == percent(worst_month(wealth)["return"]["alvh"])
    years = tables(app)[1]
    assert years["when"].tolist() == ["2018", "2017", "2016", "2015", "2014, part"]
    change = wealth["alvh"].loc["2017-12-29"] / wealth["alvh"].loc["2016-12-30"] - 1.0
    assert years["alvh"].iloc[1] == pytest.approx(100.0 * change)


def test_the_page_says_that_prices_are_model_prices_and_how_well_states_fit():
    app = opened()
    said = " ".join(caption.value for caption in app.caption)
    assert "Every option price here is a **model price** at the state of the day" in said
    assert "VIX within 0.05 points on 99.4 % of 1,257 days; VIX3M is not in the data" in said
    assert "Cash earns the model's interest every day" in said
    assert "Not investment advice" in said


CHANGES = [
    ("date_input", "from", dt.date(2015, 6, 1)),
    ("date_input", "to", dt.date(2017, 6, 1)),
    ("slider", "dte", 30),
    ("slider", "wing", 100),
    ("slider", "put_delta", 0.1),
    ("number_input", "contracts", 5),
    ("number_input", "capital", 1_000_000),
    ("slider", "profit_target", 0.5),
    ("toggle", "costs", False),
    ("button_group", "measure", "trading"),
    ("button_group", "policies", ["unhedged", "static_stop"]),
    ("button_group", "focus", "static_stop"),
]


@pytest.mark.parametrize(("kind", "key", "value"), CHANGES, ids=[x[1] for x in CHANGES])
def test_every_control_moves_numbers_and_pictures(kind, key, value):
    app = opened(tab__replay="Parts")
    before, drawn = answers(app), pictures(app)
    getattr(app, kind)(key=key).set_value(value).run()
    assert answers(app) != before
    assert pictures(app) != drawn


def test_the_scale_moves_the_picture_alone():
    app = opened()
    before, drawn = answers(app), pictures(app)
    app.button_group(key="scale").set_value("log").run()
    assert answers(app) == before
    assert pictures(app) != drawn


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize("link", [{}, {"policies": ["unhedged"]}], ids=["all", "one policy"])
def test_every_tab_opens_with_all_policies_and_with_one(tab, link):
    assert len(answers(opened(tab__replay=tab, **link))) == 5


def test_my_policy_is_replayed_beside_the_others():
    app = opened(policies=["unhedged", "my policy"], focus="my policy")
    assert answers(app)
    assert app.metric[0].label == "Beyond cash, my policy"


def test_the_sample_has_three_named_episodes():
    (table,) = [x for x in tables(opened(tab__replay="Episodes")) if "episode" in x]
    assert table["episode"].tolist() == ["China devaluation", "Volmageddon", "Q4 2018"]
    assert table["span"].iloc[1] == "2018-01-26 to 2018-02-08"
    np.testing.assert_allclose(table["spx"], [-11.2, -10.2, -19.8], atol=0.05)
    assert table["vix"].iloc[0] == "13.0 to 40.7"


def test_days_without_an_episode_say_so():
    link = {"from": "2016-01-04", "to": "2016-06-01"}
    app = opened(tab__replay="Episodes", **link)
    assert any("No named episode" in info.value for info in app.info)


def test_the_blotter_holds_every_round_trip_with_its_reasons():
    app = opened(tab__replay="Trades", focus="static stop")
    answers(app)
    (table,) = [x for x in tables(app) if "entry_reason" in x]
    assert (table["entry"] != "").all()
    stops = table[table["why"].str.startswith("stop: ")]
    assert len(stops) > 5
    assert (stops["profit"] < 0.0).all()
    words = next(x.value for x in app.markdown if x.value.startswith("**Round trips"))
    assert f"{(table['why'] != 'still held').sum():,} closed" in words
    saved = app.session_state["replay.trades.shown"]
    text = replay_tabs._file(saved).decode()
    assert text.startswith("# Data: offline sample")
    assert len(text.splitlines()) == len(table) + 2


def test_the_claim_needs_both_of_its_policies():
    app = opened(tab__replay="Smoothness", policies=["unhedged", "ALVH"])
    assert any("add static layers above" in info.value for info in app.info)


def test_the_claim_is_judged_by_both_measures_whichever_is_shown():
    said = {}
    for measure, other in (
        ("account", "before interest"),
        ("before interest", "on the account with its interest"),
    ):
        app = opened(tab__replay="Smoothness", measure=measure)
        text = next(x.value for x in app.markdown if "The claim that" in x.value)
        first, second = text.split(f" Measured {other}: ")
        said[measure] = ("The claim" + first.rsplit("The claim")[-1], second)
    assert said["account"][1].startswith(said["before interest"][0])
    assert said["before interest"][1].startswith(said["account"][0])


# --- Words ------------------------------------------------------------------------------------


def made(shift: float, spread: float = 0.01) -> Smoothness:
    """ALVH's measures a `shift` from those of static layers, drawn with a `spread`."""
    draws = np.random.default_rng(1).normal(0.0, spread, (500, 2, 5)) + 0.2
    draws[:, 1] += shift
    estimate = np.full((2, 5), 0.2)
    estimate[1] += shift
    return Smoothness(("static_layers", "alvh"), estimate, draws, 21, 1260)


say = partial(smoother, adaptive="alvh", static="static_layers")


def test_the_claim_is_said_to_hold_only_where_both_intervals_lie_below_zero():
    said = say(made(-0.1))
    assert "The Ulcer index of ALVH is 10.0 %, that of Static layers 20.0 %: lower by 10.0" in said
    assert said.endswith("holds on these 5.0 years: both intervals lie below zero.")


def test_the_claim_is_said_to_be_contradicted_where_an_interval_lies_above_zero():
    said = say(made(0.1))
    assert "higher by 10.0 points, difference [" in said
    assert "is contradicted on these 5.0 years: an interval lies above zero." in said
    assert "holds" not in said


@pytest.mark.parametrize("shift", [-0.005, 0.0, 0.005])
def test_the_claim_is_not_said_to_hold_where_chance_could_do_it(shift):
    said = say(made(shift, 0.02))
    assert said.endswith("is not shown on these 5.0 years: the intervals hold zero.")


def test_one_measure_of_two_is_said_to_be_one():
    found = made(-0.1)
    found.draws[:, 1, 1] += 0.1  # drawdowns do not differ
    found.estimate[1, 1] += 0.1
    said = say(found)
    assert "no difference [" in said
    assert said.endswith("is shown on these 5.0 years by one measure of the two only.")


def test_on_the_sample_the_words_follow_the_numbers():
    """Swapping the two policies turns the verdict round."""
    policies = [Policy.preset(x) for x in ("static_layers", "alvh")]
    run = replay_history(read_sample().frame, policies, 500_000.0)
    wealth = wealth_of({p.name: run.daily(i) for i, p in enumerate(policies)})
    found = smoothness(wealth, wealth, 0.03)
    gaps = [found.difference("alvh", "static_layers", x) for x in ("ulcer", "depth")]
    said, turned = say(found), smoother(found, "static_layers", "alvh")
    below = [gap.high < 0.0 for gap in gaps]
    assert ("holds on these" in said) == all(below)
    assert ("is contradicted" in turned) == any(below)
    assert f"{percent(found.of('alvh', 'ulcer').estimate)}, that of Static layers" in said


def test_who_sells_less_is_said_to():
    sold = {"alvh": 392.0, "static_layers": 410.0}
    said = exposure_sentence(sold, "alvh", "static_layers")
    assert said.startswith("ALVH sold 392 condors on these days, Static layers 410")
    assert "selling fewer" in said
    assert "selling more" in exposure_sentence(sold, "static_layers", "alvh")
    same = exposure_sentence({"alvh": 4.0, "static_layers": 4.0}, "alvh", "static_layers")
    assert same.endswith("the difference is not one of size.")


def test_the_fit_names_both_indices_where_both_are_known():
    table = pd.DataFrame({"index": ["VIX", "VIX3M"], "close": [0.989, 0.5], "days": [5787, 3094]})
    said = fit_sentence(table)
    assert "VIX within 0.05 points on 98.9 % of 5,787 days, VIX3M within 0.05 points on" in said
    assert "not in the data" not in said
    assert "VIX3M is not in the data" in fit_sentence(table.iloc[:1])


# --- Links and refusals -----------------------------------------------------------------------


def test_a_link_restores_the_page():
    app = opened(
        **{"from": "2015-03-02", "to": "2017-03-01"},
        focus="static layers",
        measure="before interest",
        scale="log scale",
        costs="false",
        tab__replay="Months",
    )
    assert answers(app)
    assert app.metric[0].label == "Beyond cash, static layers"
    assert app.date_input(key="from").value == dt.date(2015, 3, 2)
    assert app.date_input(key="to").value == dt.date(2017, 3, 1)
    assert app.toggle(key="costs").value is False
    assert tables(app)[1]["when"].tolist() == ["2017, part", "2016", "2015, part"]


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ({"from": "soon"}, "From must be a day from 2014-01-03 to 2018-12-31, got “soon”"),
        ({"to": "2031-01-01"}, "To must be a day from 2014-01-03 to 2018-12-31, got “2031-01-01”"),
        ({"measure": "luck"}, "Measure must be one of account, before interest, got “luck”"),
        ({"scale": "luck"}, "Scale must be one of dollars, log scale, got “luck”"),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, dict) else "",
)
def test_nonsense_in_a_link_is_named_and_costs_nothing_else(link, message):
    app = opened(**link, wing="75")
    assert len(app.metric) >= 5
    assert any(message in warning.value for warning in app.warning)
    assert app.slider(key="wing").value == 75


def test_typed_levels_are_no_days_to_replay():
    app = opened(market="by hand")
    assert not app.exception
    assert app.error[0].value == "Source must be days to replay, got levels typed in."


def test_no_policy_and_no_days_are_refused_in_words():
    app = opened()
    app.button_group(key="policies").set_value([]).run()
    assert not app.exception
    assert app.error[0].value == "Compared must name at least one policy, got none."
    app = opened(**{"from": "2017-03-01", "to": "2016-03-01"})
    assert not app.exception
    assert "From and to must hold at least 2 trading days" in app.error[0].value
    app.date_input(key="to").set_value(dt.date(2018, 3, 1)).run()
    assert answers(app)


def test_other_days_bring_their_own_span(monkeypatch):
    """A span that was all of the days stays all of them; one that was picked stays picked."""
    sample = read_sample()
    later = sample.frame.iloc[200:900]
    app, picked = opened(), opened(**{"from": "2016-01-04"})
    monkeypatch.setattr(
        "alvh.ui.cache.history", lambda *_: MarketHistory.from_frame(later, source="other")
    )
    for it in (app, picked):
        it.run()
        assert not it.exception
        assert it.date_input(key="to").value == later.index[-1].date()
    assert app.date_input(key="from").value == later.index[0].date()
    assert picked.date_input(key="from").value == dt.date(2016, 1, 4)


def test_a_year_that_gained_nothing_lost_nothing():
    app = opened(policies=["unhedged"], measure="before interest", wing="5", contracts="1",
                 capital="1000000000")  # fmt: skip
    years = next(x for x in tables(app) if "when" in x)
    assert (years["unhedged"] == 0.0).all()
    assert not np.signbit(years["unhedged"]).any()


def test_the_rate_of_the_last_day_changes_nothing(monkeypatch):
    """A rate known only at the end must not be paid from the start."""
    sample = read_sample()
    before = answers(opened())
    frame = sample.frame.assign(rate=0.055)
    monkeypatch.setattr(
        "alvh.ui.cache.history", lambda *_: MarketHistory.from_frame(frame, source="rates")
    )
    assert answers(opened()) == before


def test_vix3m_is_fitted_where_it_is_known(monkeypatch):
    frame = read_sample().frame
    frame = frame.assign(vix3m_close=frame["vix_close"] * 1.05)
    monkeypatch.setattr(
        "alvh.ui.cache.history", lambda *_: MarketHistory.from_frame(frame, source="mine")
    )
    app = opened(tab__replay="Fit of states")
    answers(app)
    assert any("VIX3M within 0.05 points on" in caption.value for caption in app.caption)
    (table,) = [x for x in tables(app) if "close" in x]
    assert table["index"].tolist() == ["VIX", "VIX3M"]
