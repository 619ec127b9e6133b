"""Regimes on one path: what was seen and done, and what each signal was worth."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from alvh.lab.inspect import inspect
from alvh.lab.regimes import WITHOUT_SIGNALS, RegimeStudy, study_regimes, without
from alvh.lab.replay import ACTIONS, replay, replay_history
from alvh.market.sample import read_sample
from alvh.model import RiskPremia
from alvh.pricing import vix_index
from alvh.simulation import historical_paths, simulate_paths
from alvh.strategy import CondorRule, HedgeLayer, Policy, RegimeRule, Vote
from tests.strategy.market import CALM, MODEL, tables

CAPITAL = 500_000.0
RULE = RegimeRule(
    votes=(Vote.of("vix"), Vote.of("vix_to_average"), Vote.of("rsi_spx")),
    watch_votes=2,
    stress_votes=3,
    suspend="in stress",
)
POLICY = Policy(
    condor=CondorRule(dte=30),
    layers=(HedgeLayer(dte=60, quantity=4, watch_quantity=6, roll_dte=20),),
    regime=RULE,
)


@lru_cache(maxsize=1)
def sample() -> pd.DataFrame:
    return read_sample().frame.iloc[:700]


@lru_cache(maxsize=1)
def on_history() -> RegimeStudy:
    return study_regimes(historical_paths(sample(), MODEL), MODEL, tables(), POLICY, CAPITAL)


@lru_cache(maxsize=1)
def on_a_future() -> RegimeStudy:
    paths = simulate_paths(MODEL, RiskPremia.default(), CALM, 3, 252, seed=4).one(2)
    return study_regimes(paths, MODEL, tables(), POLICY, CAPITAL)


def test_dropping_a_signal_keeps_what_can_be_asked_for():
    less = without(POLICY, "vix")
    assert [vote.signal for vote in less.regime.votes] == ["vix_to_average", "rsi_spx"]
    assert (less.regime.watch_votes, less.regime.stress_votes) == (2, 2)
    assert less.regime.suspend == "in stress"
    only = without(without(less, "rsi_spx"), "vix_to_average")
    assert only.regime.votes == ()


@pytest.mark.parametrize("study", [on_history, on_a_future])
def test_the_book_is_the_one_the_policy_makes_alone(study):
    found = study()
    alone = replay(found.run.paths, tables(), [POLICY], CAPITAL)
    np.testing.assert_array_equal(alone.outcomes.wealth[0], found.run.outcomes.wealth[0])
    assert [len(policy.regime.votes) for policy in found.run.policies] == [3, 0]
    assert found.daily["wealth"].iloc[-1] == pytest.approx(
        CAPITAL + found.daily[["condor", "hedge", "costs", "interest"]].iloc[-1].sum()
    )


def test_levels_are_the_quoted_ones_or_the_models():
    levels = on_history().levels
    np.testing.assert_array_equal(levels["spx"], sample()["spx_close"])
    np.testing.assert_array_equal(levels["vix"], sample()["vix_close"])
    future = on_a_future()
    state = CALM.model_copy(
        update={
            name: float(getattr(future.run.paths, path)[0, 7])
            for name, path in (
                ("spot", "spot"),
                ("variance", "variance"),
                ("mean_variance", "mean_variance"),
            )
        }
    )
    assert future.levels["vix"].iloc[7] == pytest.approx(float(vix_index(MODEL, state)))


def test_votes_count_to_what_the_engine_counted():
    found = on_history()
    np.testing.assert_array_equal(found.votes.sum(axis=1), found.daily["watch"])
    assert found.votes["vix_to_average"].isna().sum() == 4  # the warm-up of five closes
    assert set(found.daily["regime"]) == {0, 1, 2}


def test_bands_and_shares_follow_the_regime():
    found = on_history()
    assert found.bands["days"].sum() == len(found.run.days)
    share = found.time.set_index("regime")["share"]
    assert share["stress"] == pytest.approx((found.daily["regime"] == 2).mean())
    assert found.transitions["count"].sum() == len(found.run.days) - 1


def test_profits_by_regime_add_up_to_the_book():
    table = on_history().profits
    book = table[table["part"] == "book"].set_index("regime")["total"]
    daily = on_history().daily
    whole = (
        daily[["condor", "hedge", "costs"]].iloc[-1].sum()
        - daily[["condor", "hedge", "costs"]].iloc[0].sum()
    )
    assert book["all"] == pytest.approx(whole)
    assert book["calm"] + book["watch"] + book["stress"] == pytest.approx(whole)


def test_ablation_is_the_difference_of_two_books():
    found = on_history()
    row = found.ablation.set_index("dropped").loc["rsi_spx"]
    books = []
    for policy in (POLICY, without(POLICY, "rsi_spx")):
        daily = replay_history(sample(), [policy], CAPITAL, model=MODEL, tables=tables()).daily(0)
        earned = daily["wealth"].diff() - daily["interest"].diff()
        books.append(252.0 * earned.iloc[1:].mean())
    assert row["full"] == pytest.approx(books[0])
    assert row["difference"] == pytest.approx(books[1] - books[0])
    assert row["low"] <= row["difference"] <= row["high"]
    names = [vote.signal for vote in POLICY.regime.votes]
    assert found.ablation["dropped"].tolist() == [*names, WITHOUT_SIGNALS]


def test_the_numbers_at_the_top_are_rows_of_the_tables():
    found = on_history()
    profits = found.profits
    row = profits[profits["part"].eq("book") & profits["regime"].eq("all")].iloc[0]
    for name in ("year", "year_low", "year_high"):
        assert found.year[name] == pytest.approx(row[name], rel=1e-6)
    last = found.ablation.iloc[-1]
    for name in ("full", "without", "difference", "low", "high"):
        assert found.through_signals[name] == pytest.approx(last[name], rel=1e-5)


def test_a_rule_without_signals_is_calm_and_drops_nothing():
    plain = POLICY.model_copy(update={"regime": RegimeRule()})
    found = study_regimes(historical_paths(sample(), MODEL), MODEL, tables(), plain, CAPITAL)
    assert found.run.policies == (plain,)
    assert found.through_signals is None
    assert (found.daily["regime"] == 0).all()
    assert found.ablation.empty
    assert found.hits()["signal"].tolist() == ["regime"]
    assert inspect(found.run, 0, 5).sentences == ("No signal votes: it is always calm.",)


def test_every_action_has_its_reason():
    actions = on_history().actions
    assert set(actions["action"]) <= set(ACTIONS.values())
    assert actions["reason"].str.len().gt(3).all()
    resized = actions[actions["action"] == "resized"]
    assert not resized.empty
    words = {f"the quantity of {regime}" for regime in ("calm", "watch", "stress")}
    assert set(resized["reason"]) <= words


def test_a_day_is_explained_by_its_votes():
    found = on_history()
    for position in (3, 150, 410, 600):
        seen = inspect(found.run, 0, position)
        row = found.daily.iloc[position]
        assert seen.day == found.run.days[position]
        assert seen.regime == ("calm", "watch", "stress")[int(row["regime"])]
        votes = seen.votes.set_index("signal")["votes"]
        assert votes.isin(["watch", "stress"]).sum() == row["watch"]
        assert (votes == "stress").sum() == row["stress"]
        assert seen.profit == pytest.approx(row["profit"])
        assert seen.votes["value"].iloc[0] == sample()["vix_close"].iloc[position]
        held = seen.held.set_index("what")["quantity"]
        traded = found.actions[found.actions["position"] <= position]
        for what, quantity in held.items():
            assert quantity == traded.loc[traded["what"] == what, "quantity"].sum()
    early = inspect(found.run, 0, 2).votes.set_index("signal")
    assert early.loc["vix_to_average", "votes"] == "unavailable"


def test_a_change_of_regime_is_said_on_its_day_and_not_before():
    found = on_history()
    regime = found.daily["regime"].to_numpy()
    turns = np.flatnonzero(np.diff(regime)) + 1
    assert turns.size > 5
    for position in turns[:10]:
        words = " ".join(inspect(found.run, 0, int(position)).sentences)
        assert "gives way to" in words
        before = " ".join(inspect(found.run, 0, int(position) - 1).sentences)
        assert "stays in force" in before or "gives way" in before
        assert all(
            sentence[:1].isupper() or sentence[:1].isdigit()
            for sentence in inspect(found.run, 0, int(position) - 1).sentences
        )


@pytest.mark.parametrize(("p", "day", "name"), [(5, 0, "policy"), (0, 700, "day"), (0, -1, "day")])
def test_there_is_nothing_to_inspect_elsewhere(p, day, name):
    with pytest.raises(ValueError, match=f"{name} must be from 0 to"):
        inspect(on_history().run, p, day)


def test_replay_takes_one_path():
    paths = simulate_paths(MODEL, RiskPremia.default(), CALM, 3, 63, seed=4)
    with pytest.raises(ValueError, match="paths must be one, got 3"):
        replay(paths, tables(), [POLICY], CAPITAL)
