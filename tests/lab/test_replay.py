"""Replay of real days: nothing of a later day is known on an earlier one, and the engine is right.

The shared history is used where it lies beside the repository, the offline sample always.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from alvh.errors import DataError
from alvh.lab.replay import ACTIONS, replay, replay_history
from alvh.market import read_csv
from alvh.market.sample import read_sample
from alvh.model import ModelParameters
from alvh.pricing import PricingTables
from alvh.risk.replay_paths import span_of
from alvh.risk.replay_trades import round_trips
from alvh.simulation import historical_paths
from alvh.strategy import (
    VOTERS,
    CondorRule,
    HedgeLayer,
    Policy,
    RegimeRule,
    Vote,
)
from alvh.strategy.policy import Preset
from tests.strategy.slow_engine import Book, Market
from tests.strategy.test_replay import MONEY
from tests.strategy.test_replay import POLICIES as RULES

SHARED = Path(__file__).parents[2].parent / "shared/data/market_history.csv"
CAPITAL = 500_000.0
MODEL = ModelParameters.default()
PRESETS = [Policy.preset(name) for name in get_args(Preset)]
EVERY_SIGNAL = Policy.preset("alvh").model_copy(
    update={
        "name": "every signal",
        "regime": RegimeRule(
            votes=tuple(Vote.of(name) for name in VOTERS),
            watch_votes=1,
            stress_votes=2,
        ),
    }
)
POLICIES = [*PRESETS, EVERY_SIGNAL]
TRAIL = ["regime", "watch", "stress", "second", "condor", "hedge", "costs", "interest", "wealth"]


@cache
def frame_of(source: str) -> pd.DataFrame:
    if source == "sample":
        return read_sample().frame
    if not SHARED.exists():
        pytest.skip("expected: the market data is not beside this repository")
    return read_csv(SHARED).frame


@cache
def run_of(source: str, ends: int):
    """Policies on the days but for the last `ends`."""
    frame = frame_of(source)
    return replay_history(
        frame.iloc[: len(frame) - ends],
        POLICIES,
        CAPITAL,
        model=MODEL,
        tables=PricingTables.build(MODEL),
    )


@pytest.mark.parametrize("ends", [1, 252])
@pytest.mark.parametrize("source", ["sample", "shared"])
@pytest.mark.parametrize("p", range(len(POLICIES)), ids=[policy.name for policy in POLICIES])
def test_no_day_knows_a_later_one(p, source, ends):
    """Data that ends now, yesterday and a year ago agree on every day they share, to the bit.

    On the last day of data nothing is opened or rolled: the day itself is compared before trades.
    """
    whole, part = run_of(source, 0), run_of(source, ends)
    n = len(part.days)
    assert n == len(whole.days) - ends
    mine, other = part.daily(p), whole.daily(p).iloc[:n]
    pd.testing.assert_frame_equal(mine.iloc[:-1], other.iloc[:-1], check_exact=True)
    first, second = part.actions(p), whole.actions(p)
    pd.testing.assert_frame_equal(
        first[first["position"] < n - 1],
        second[second["position"] < n - 1].reset_index(drop=True),
        check_exact=True,
    )
    for names in (["regime", "watch", "stress", "second", "interest"],):
        pd.testing.assert_series_equal(mine[names].iloc[-1], other[names].iloc[-1])
    before = [
        float(daily["wealth"].iloc[-1] + actions.loc[actions["position"] == n - 1, "cost"].sum())
        for daily, actions in ((mine, first), (other, second))
    ]
    assert before[0] == pytest.approx(before[1], abs=1e-6)


@pytest.mark.parametrize("source", ["sample", "shared"])
def test_a_changed_future_changes_nothing_before_it(source):
    """A crash put where there was none, from a day on: all days before it are as they were."""
    frame = frame_of(source)
    cut = len(frame) // 2
    other = frame.copy()
    falls = [x for x in ("spx_open", "spx_high", "spx_low", "spx_close") if x in other]
    other.iloc[cut:, [other.columns.get_loc(x) for x in falls]] *= 0.8
    other.iloc[cut:, other.columns.get_loc("vix_close")] *= 1.5
    one, two = (
        replay_history(x, POLICIES, CAPITAL, model=MODEL, tables=PricingTables.build(MODEL))
        for x in (frame, other)
    )
    for p in range(len(POLICIES)):
        mine, theirs = one.daily(p), two.daily(p)
        pd.testing.assert_frame_equal(mine.iloc[:cut], theirs.iloc[:cut], check_exact=True)
        assert mine["wealth"].iloc[-1] != theirs["wealth"].iloc[-1]


SLOW = (
    Policy(name="condor", condor=CondorRule(dte=30, profit_target=0.6)),
    Policy(
        name="hedged",
        condor=CondorRule(dte=45),
        layers=(HedgeLayer(dte=30, roll_dte=14, quantity=4), HedgeLayer(dte=60, quantity=4)),
        regime=RegimeRule(
            votes=(Vote(signal="vix", watch=16.0, stress=22.0),),
            watch_votes=1,
            stress_votes=1,
            hold_days=1,
            suspend="in stress",
            watch_size=0.5,
        ),
    ),
)


@pytest.mark.parametrize("p", range(len(SLOW)), ids=[policy.name for policy in SLOW])
def test_a_span_of_the_sample_is_that_of_the_slow_engine(p):
    """August 2015, day by day with exact prices: the same trades, and wealth to the tables' budget.

    A VIX of 40 and a condor through its strikes are in these days.
    """
    frame = read_sample().frame.loc["2015-06-01":"2015-10-15"]
    run = replay_history(frame, SLOW, CAPITAL, model=MODEL, tables=PricingTables.build(MODEL))
    events = run.outcomes.events[p][0]
    hints, held, quantities = {}, {}, {}
    for day, what, reason, quantity, price, _ in events:
        if ACTIONS[int(reason)] == "opened":
            hints[int(day), int(what)] = price
        held[int(what)] = held.get(int(what), 0.0) + quantity
        quantities[int(day), int(what)] = held[int(what)]
    book = Book(SLOW[p], Market(MODEL, run.paths, 0), CAPITAL, hints, quantities).run()
    actions = run.actions(p)
    assert [(t.day, t.what, t.reason, t.quantity) for t in book.trades] == [
        (
            int(row["position"]),
            0 if row["what"] == "condor" else int(row["what"].removeprefix("layer ")),
            row["action"],
            row["quantity"],
        )
        for row in actions.to_dict(orient="records")
    ]
    assert set(actions["action"]) >= ({"target"} if p == 0 else {"expiry", "rolled"})
    # ten condors of four legs and eight calls, each leg to the tables' budget, traded and marked
    budget = 10 * 4 * 100 * 0.02 + 8 * 100 * 0.004
    gap = np.abs(np.asarray(book.wealth) - run.daily(p)["wealth"].to_numpy())
    assert gap.max() < budget * (1 + len(actions))
    assert gap.max() < 0.002 * CAPITAL
    # and so is a figure of the page: the profit of the first condor
    trips = round_trips(actions, SLOW[p])
    first = trips[trips["what"].eq("condor")].iloc[0]
    opened, closed = [t for t in book.trades if t.what == 0][:2]
    slow = -100.0 * (opened.quantity * opened.price + closed.quantity * closed.price)
    slow -= opened.cost + closed.cost
    assert first["profit"] == pytest.approx(slow, abs=2.0 * budget)


def test_a_span_keeps_the_states_of_the_past():
    frame = frame_of("sample")
    paths = historical_paths(frame, MODEL)
    part = span_of(paths, frame.index[300].date(), frame.index[400].date(), PRESETS)
    assert part.n_days == 100
    np.testing.assert_array_equal(part.variance[0], paths.variance[0, 300:401])
    np.testing.assert_array_equal(part.mean_variance[0], paths.mean_variance[0, 300:401])
    assert list(part.history.index) == list(frame.index[300:401])
    run = replay(part, PricingTables.build(MODEL), PRESETS, CAPITAL)
    assert run.days[0] == frame.index[300]
    # signals know the days before the span, and another span has its own
    whole = run_of("sample", 0)
    assert len(run.signals) > 3
    for key, values in run.signals.items():
        np.testing.assert_array_equal(values, whole.signals[key].iloc[300:401])
    assert (part.history.index == run.days).all()
    again = replay(span_of(paths), PricingTables.build(MODEL), PRESETS, CAPITAL)
    pd.testing.assert_frame_equal(again.daily(4), whole.daily(4))
    # the second variance is filtered: a history that begins there would not know it
    alone = historical_paths(frame.iloc[300:401], MODEL)
    assert abs(alone.mean_variance[0, 0] - part.mean_variance[0, 0]) > 1e-6


@pytest.mark.parametrize(("start", "end"), [("2030-01-01", None), ("2015-01-02", "2015-01-02")])
def test_a_span_without_days_is_refused(start, end):
    paths = historical_paths(frame_of("sample"), MODEL)
    days = [None if x is None else pd.Timestamp(x).date() for x in (start, end)]
    with pytest.raises(DataError, match="must hold at least 2 trading days of 2014-01-03 to"):
        span_of(paths, *days)


@pytest.mark.parametrize("p", range(len(POLICIES)), ids=[policy.name for policy in POLICIES])
def test_round_trips_and_what_is_held_add_up_to_the_profit(p):
    """Closed trips, and the last day's marks of what is held, are all that was traded."""
    run = run_of("sample", 0)
    trips, last = round_trips(run.actions(p), POLICIES[p]), run.daily(p).iloc[-1]
    actions = run.actions(p)
    assert len(trips) == (actions["action"] == "opened").sum()
    assert trips["costs"].sum() == pytest.approx(-last["costs"])
    held = trips["profit"].isna()
    condors = trips["what"].eq("condor")
    assert trips.loc[held, "what"].is_unique
    # one condor is held on the last day: bought back at its mark it makes the difference
    gross = (trips["profit"] + trips["costs"])[condors].sum()
    sold = trips[held & condors].iloc[0]
    mark = sold["entry_price"] + (last["condor"] - gross) / (100.0 * sold["quantity"])
    assert 0.0 <= mark < 50.0
    if not POLICIES[p].layers:
        traded = trips["profit"].sum() + (last["condor"] - gross) - sold["costs"]
        assert traded == pytest.approx(last["condor"] + last["hedge"] + last["costs"])
        assert last["wealth"] == pytest.approx(CAPITAL + traded + last["interest"])


@pytest.mark.parametrize("name", RULES)
def test_trades_of_every_rule_pair_into_trips(name):
    policy = RULES[name]
    run = replay_history(
        frame_of("sample"),
        [policy],
        MONEY.get(name, 1e6),
        model=MODEL,
        tables=PricingTables.build(MODEL),
    )
    actions, last = run.actions(0), run.daily(0).iloc[-1]
    trips = round_trips(actions, policy)
    assert len(trips) == (actions["action"] == "opened").sum() > 0
    assert trips["costs"].sum() == pytest.approx(-last["costs"])
    assert trips["entry"].is_monotonic_increasing
    closed = trips["exit"].notna()
    assert (trips["exit"] >= trips["entry"])[closed].all()
    if closed.all():
        traded = last["condor"] + last["hedge"] + last["costs"]
        assert trips["profit"].sum() == pytest.approx(traded)


def test_too_short_a_history_is_called_that_and_not_a_horizon():
    frame = read_sample().frame.iloc[:20]
    with pytest.raises(ValueError, match="trading days of the history must be at least the 31"):
        replay_history(frame, [Policy()], CAPITAL, model=MODEL, tables=PricingTables.build(MODEL))
