"""The five steps of the lesson: held to the engine's own records, to identities and to sums."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from alvh.lab import lesson_certainty as certainty
from alvh.lab import lesson_edge as edge
from alvh.lab import lesson_insurance as insurance
from alvh.lab import lesson_motion as motion
from alvh.lab import lesson_stop as stop
from alvh.lab.lesson import Lesson
from alvh.market import load_history
from alvh.model import MarketState, ModelParameters, RiskPremia
from alvh.pricing import PricingTables, black_delta, implied_volatility
from alvh.risk.claims import PathBooks
from alvh.risk.exposure import condor_break_evens
from alvh.risk.lesson_stops import exits_of_record, first_exits, short_deltas, short_strikes
from alvh.risk.lesson_trades import TWO_SIDED, trades_until_visible
from alvh.simulation import EPISODES, historical_paths, simulate_paths, stress_paths
from alvh.strategy import Costs, HedgeLayer, Policy, StopRule, open_book, run_policies

FEW = {"n_paths": 200}


@pytest.fixture(scope="module")
def tables():
    return PricingTables.build(Lesson().model)


@pytest.fixture(scope="module")
def days():
    return historical_paths(load_history("sample").frame, ModelParameters.default())


# --- Shared --------------------------------------------------------------------------------------


def test_what_a_steps_futures_rest_on_forgets_its_own_choices():
    chosen = stop.JumpedStop(kind="short delta", delta=0.45, wing=100, seed=7)
    assert chosen.shared() == stop.JumpedStop(wing=100, seed=7)


def test_a_lesson_without_costs_charges_nobody():
    assert Lesson(costs=False).preset("alvh").costs == Costs.none()
    assert Lesson().preset("alvh").costs == Costs()


# --- Step 1 --------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [("credit multiple", 1.5), ("short delta", 0.35)])
def test_the_models_stops_are_those_the_engine_makes(tables, rule):
    kind, level = rule
    name = "multiple" if kind == "credit multiple" else "delta"
    setting = stop.JumpedStop(kind=kind, wing=100, **{name: level}, **FEW)
    found = stop.jumped_stop(setting, tables)
    book = open_book(setting.model, setting.state, setting.condor)
    paths = simulate_paths(
        setting.model, setting.premia, setting.state, 60, book.n_days, setting.seed
    )
    policy = setting.preset("unhedged", stop=StopRule(kind=kind, **{name: level}))
    out = run_policies(paths, tables, [policy], 500_000.0, recorded=60)
    seen = {}
    for i, events in enumerate(out.events[0]):
        opened, *later = events[events[:, 1] == 0.0]
        if later and later[0][2] == 2.0:  # stopped
            seen[i] = (int(later[0][0]), later[0][4] - opened[4])
    mine = found.exits.path < 60
    assert len(seen) > 5
    assert found.exits.path[mine].tolist() == list(seen)
    assert found.exits.day[mine].tolist() == [day for day, _ in seen.values()]
    losses = [loss for _, loss in seen.values()]
    assert found.exits.loss[mine] == pytest.approx(losses, abs=0.1)  # strikes by the same rule


def test_a_promise_is_the_multiple_and_lies_between_two_closes(tables):
    setting = stop.JumpedStop(wing=200, **FEW)
    marks = stop.marks_of(setting, tables)
    by_credit = stop.jumped_stop(setting, marks=marks)
    assert by_credit.exits.promise == pytest.approx(2.0 * marks.credit)
    by_delta = stop.jumped_stop(setting.model_copy(update={"kind": "short delta"}), marks=marks)
    exits = by_delta.exits
    before = marks.loss[exits.path, exits.day - 1]
    low, high = np.minimum(before, exits.loss), np.maximum(before, exits.loss)
    assert np.all((exits.promise >= low - 1e-9) & (exits.promise <= high + 1e-9))


def test_a_first_exit_is_the_first():
    loss = np.array([[0.0, 1.0, 4.0, 9.0], [0.0, 1.0, 1.0, 1.0], [0.0, 3.0, 1.0, 5.0]])
    found = first_exits(loss, loss, 2.0, 3.0)
    assert found.path.tolist() == [0, 2]
    assert found.day.tolist() == [2, 1]
    assert found.promise.tolist() == [3.0, 3.0]
    assert found.beyond.tolist() == [0.5, 0.0]


def test_numbers_of_a_stop_are_sums(tables):
    found = stop.jumped_stop(stop.JumpedStop(multiple=1.0, **FEW), tables)
    beyond = (found.exits.loss - found.exits.promise) / found.marks.credit
    assert found.numbers["mean"].estimate == pytest.approx(beyond.mean())
    assert found.numbers["worst"].estimate == pytest.approx(np.quantile(beyond, 0.95))
    assert found.numbers["stopped"].estimate == pytest.approx(beyond.size / 400)
    assert found.numbers["half"].estimate == pytest.approx(np.mean(beyond >= 0.5))
    assert found.bins()["share"].sum() == pytest.approx(1.0)
    row = found.levels.query("level == 1.0 and metric == 'mean'").iloc[0]
    assert row["estimate"] == pytest.approx(beyond.mean())
    assert np.isnan(row["real"])


def test_wings_end_a_loss_before_a_late_stop_does(tables):
    found = stop.jumped_stop(stop.JumpedStop(multiple=4.0, wing=50, **FEW), tables)
    assert found.exits.path.size == 0
    assert np.isnan(found.numbers["mean"].estimate)
    assert found.numbers["stopped"].high > 0.0


def test_real_stops_are_those_of_the_events(tables, days):
    setting = stop.JumpedStop()
    real = stop.real_stops(days, setting, tables)
    policy = setting.preset("unhedged", stop=StopRule(kind="credit multiple", multiple=1.5))
    out = run_policies(days, tables, [policy], 500_000.0, recorded=1)
    losses, dates, credit = [], [], 0.0
    for day, what, reason, _, price, _ in out.events[0][0]:
        if what == 0.0 and reason == 6.0:  # opened
            credit = price
        elif what == 0.0 and reason == 2.0:
            losses.append((price - credit) / credit)
            dates.append(pd.Timestamp(days.dates[int(day)]))
    frame = real.exits["credit multiple", 1.5]
    assert len(losses) > 5
    assert frame["date"].tolist() == dates
    assert frame["loss"].to_numpy() == pytest.approx(losses)
    assert frame["promise"].to_numpy() == pytest.approx(1.5)
    assert frame["beyond"].to_numpy() == pytest.approx(np.array(losses) - 1.5)
    assert (frame["beyond"] >= 0.0).all()
    worst = stop.jumped_stop(setting.model_copy(update={"multiple": 1.5}), tables, real=real)
    assert worst.happened["beyond"].is_monotonic_decreasing


def test_only_deltas_that_nobody_asks_for_are_left_out(tables):
    rng, model = np.random.default_rng(3), Lesson().model
    n, spot = rng.integers(1, 32, 300), np.full(300, 5000.0)
    v, m = rng.exponential(0.04, 300) + 0.001, rng.exponential(0.04, 300) + 0.005
    away = np.sqrt((v + m) * n / 504.0) * rng.uniform(0.0, 5.0, (2, 300))
    state = MarketState(spot=spot, variance=v, mean_variance=m)
    put, call = 5000.0 * np.exp(-away[0]), 5000.0 * np.exp(away[1])
    found = short_deltas(tables, state, put, call, n)
    forward = spot * np.exp((model.rate - model.dividend_yield) * n / 252.0)
    each = []
    for strike, kind in ((put, "put"), (call, "call")):
        price = tables.spx_option(state, strike, n, kind)
        vol = implied_volatility(price, forward, strike, n / 252.0, kind, rate=model.rate)
        each.append(np.abs(black_delta(forward, strike, vol * np.sqrt(n / 252.0), kind)))
    most = np.maximum(*each)
    left_out = found == 0.05
    assert 0.02 < left_out.mean() < 0.9
    assert most[left_out].max() < 0.15
    asked = most >= 0.15
    assert asked.any()
    assert found[asked] == pytest.approx(most[asked])


def test_a_real_stop_by_delta_was_met_between_its_closes(tables, days):
    seen = {}
    policy = stop.JumpedStop().preset("unhedged", stop=StopRule(kind="short delta", delta=0.3))
    out = run_policies(days, tables, [policy], 500_000.0, recorded=1)

    def deltas(opened, closed):
        seen["before"], seen["now"] = stop.deltas_between(days, tables, policy)(opened, closed)
        return seen["before"], seen["now"]

    exits_of_record(out, 0, 0, deltas)
    assert np.mean(seen["before"] < 0.3) > 0.98  # strikes are the engine's but for roundings
    assert np.mean(seen["now"] >= 0.3) > 0.98
    frame = stop.real_stops(days, stop.JumpedStop(), tables).exits["short delta", 0.3]
    assert len(frame) > 20
    # a close before with a delta below the level, a close with one above: what was lost grew
    assert frame["beyond"].mean() > 0.0
    assert frame["beyond"].max() < 4.0


def test_strikes_of_many_states_are_those_of_the_book(tables):
    setting = Lesson()
    spot = np.array([4000.0, 5000.0, 5000.0, 2500.0])
    v, m = np.array([0.01, 0.02, 0.15, 0.05]), np.array([0.02, 0.03, 0.08, 0.04])
    put, call = short_strikes(
        tables, MarketState(spot=spot, variance=v, mean_variance=m), setting.condor
    )
    for i in range(4):
        state = MarketState(spot=spot[i], variance=v[i], mean_variance=m[i])
        book = open_book(setting.model, state, setting.condor)
        assert (put[i], call[i]) == pytest.approx(book.strikes[1:3], abs=5.0)  # one listed strike


def test_real_stops_need_real_days(tables):
    paths = simulate_paths(Lesson().model, RiskPremia.none(), Lesson().state, 1, 40, 1)
    with pytest.raises(ValueError, match="days must be real ones"):
        stop.real_stops(paths, Lesson(), tables)


# --- Step 2 --------------------------------------------------------------------------------------


def test_cost_is_profit_given_up_on_the_same_futures(tables):
    setting = insurance.Insurance(dte=60, quantity=20, **FEW)
    found = insurance.always_on(setting, tables)
    policies = [setting.preset("unhedged"), setting.policy]
    out = run_policies(setting.study(policies, 252).paths(), tables, policies, 500_000.0)
    assert found.cost.estimate == pytest.approx((out.profit[0] - out.profit[1]).mean())
    assert found.earned.estimate == pytest.approx(out.profit[0].mean())
    row = found.table.set_index("delta").loc[0.10]
    assert row["cost"] + row["left"] == pytest.approx(found.earned.estimate)


def test_calls_that_trade_free_paid_what_wealth_says(tables):
    model = Lesson().model.model_copy(update={"rate": 0.0})
    setting = insurance.Insurance(model=model, costs=False)
    mine = tables.with_carry(model)
    episode = next(e for e in EPISODES if e.name == "Volmageddon")
    row = insurance.paid_in_shocks(setting, mine, [episode]).iloc[0]
    paths = stress_paths(model, setting.state, episode, n_days=63)
    policies = [setting.preset("unhedged"), setting.policy]
    out = run_policies(paths, mine, policies, 500_000.0)
    gained = out.wealth[1, 0, episode.days] - out.wealth[0, 0, episode.days]
    assert row["paid"] == pytest.approx(gained)
    assert row["source"] == "drawn"


def test_break_evens_of_the_bare_condor_are_its_own(tables):
    found = insurance.always_on(insurance.Insurance(**FEW), tables)
    setting = found.setting
    book = open_book(setting.model, setting.state, setting.condor)
    assert found.bare == pytest.approx(tuple(condor_break_evens(book)), abs=0.05)
    some, many = (
        insurance.always_on(setting.model_copy(update=more), tables, books=found.books)
        for more in ({"dte": 45}, {"dte": 45, "delta": 0.30, "quantity": 200})
    )
    assert some.moved[1] > found.moved[1] > 0.0  # premium lost where VIX is low
    assert np.isnan(many.moved[1])  # no index at which the condor pays for so many


def test_shocks_of_real_days_are_those_the_history_holds(tables, days):
    found = insurance.always_on(insurance.Insurance(**FEW), tables, days=days)
    real = found.shocks[found.shocks["source"] == "real days"]
    assert real["episode"].tolist() == ["China devaluation", "Volmageddon", "Q4 2018"]
    assert real["depth"].round(1).tolist() == [11.2, 10.2, 19.8]


def made_books(bare, costs):
    n = 400
    noise = np.linspace(-1.0, 1.0, n) * 10.0
    rows = [bare + noise, *(bare - cost + noise for cost in costs)]
    profit = np.array(rows)
    names = ("unhedged", *(f"{x:.2f}" for x in insurance.DELTAS))
    zero = np.zeros_like(profit)
    return PathBooks(names, 5e5, 1.0, profit, zero, zero, np.zeros((*profit.shape, 4)))


@pytest.mark.parametrize(
    ("bare", "expected"), [(250.0, 0.125), (1e9, np.inf), (50.0, 0.0), (-10.0, 0.0)]
)
def test_the_uneconomic_delta_is_where_nothing_is_left(bare, expected):
    books = made_books(bare, [100.0, 200.0, 300.0, 400.0, 500.0, 600.0])
    found = insurance.InsuranceFinding(
        insurance.Insurance(), books, (0.0, 1.0), (0.0, 1.0), pd.DataFrame()
    )
    at = found.uneconomic
    assert at.estimate == pytest.approx(expected)
    assert at.low <= at.estimate <= at.high


# --- Step 3 --------------------------------------------------------------------------------------


def made_barriers():
    profit = np.array([[100.0] * 1000, [60.0] * 1000, [80.0] * 1000, [-5.0] * 1000])
    lowest = np.zeros((4, 1000))
    lowest[0, :400], lowest[1, :10], lowest[2, :100] = -50.0, -50.0, -50.0
    names = ("no barrier", "dear", "cheap", "surest")
    return certainty.Barriers(("no barrier", "wings", "stop", "calls"), names, profit, lowest)


@pytest.mark.parametrize(
    ("probability", "name"),
    [(0.5, "no barrier"), (0.85, "cheap"), (0.95, "dear"), (0.995, "surest"), (0.999, "no trade")],
)
def test_the_least_expensive_barrier_is_the_one_that_earns_most_of_those_sure(probability, name):
    table = certainty.barrier_table(made_barriers(), 40.0)
    assert certainty.least_expensive(table, probability) == name


def test_the_frontier_bends_to_no_trade():
    table = certainty.barrier_table(made_barriers(), 40.0)
    line = certainty.frontier_of(table)
    assert line["name"].tolist() == ["no barrier", "cheap", "dear", "surest", "no trade"]
    assert line["kept"].is_monotonic_increasing
    assert line["profit"].tolist()[-1] == 0.0
    loose = certainty.barrier_table(made_barriers(), 60.0)  # a limit nobody breaks
    assert certainty.frontier_of(loose)["name"].tolist() == ["no barrier", "no trade"]


def test_a_limit_is_kept_if_no_close_is_below_it(tables):
    setting = certainty.Certainty(limit=5.0, **FEW)
    picked = [row for row in certainty.barrier_policies(setting) if row[1] == "no barrier"]
    run = certainty.run_barriers(setting, picked, tables)
    study = setting.study([picked[0][2]], 252, n_paths=400)
    out = study.simulate(tables)
    fade = np.exp(-out.rate * np.arange(253) / 252)
    kept = np.all(out.wealth[0] * fade >= 500_000.0 - 25_000.0, axis=1)
    table = certainty.barrier_table(run, setting.dollars)
    assert 0.1 < kept.mean() < 0.9
    assert table["kept"].iloc[0] == pytest.approx(kept.mean())
    assert table["profit"].iloc[0] == pytest.approx(out.profit[0].mean())


def test_the_barrier_chosen_is_measured_on_other_futures(tables):
    setting = certainty.Certainty(limit=20.0, probability="95 %", **FEW)
    policies = certainty.barrier_policies(setting)
    some = [row for row in policies if row[0] in ("no barrier", "wings")]
    run = certainty.run_barriers(setting, some, tables)
    found = certainty.price_of_certainty(setting, tables, barriers=run)
    assert found.chosen.startswith("wings of")
    at = run.names.index(found.chosen)
    assert found.measured.names == (found.chosen,)
    assert not np.array_equal(found.measured.profit[0], run.profit[at])
    again = certainty.run_barriers(setting, [some[at]], tables, seed=setting.seed + 1)
    assert found.profit.estimate == pytest.approx(again.profit[0].mean())


def test_three_nines_take_four_thousand_futures_without_a_breach():
    profit, lowest = np.ones((1, 4000)), np.zeros((1, 4000))
    clean = certainty.Barriers(("wings",), ("clean",), profit, lowest)
    assert certainty.least_expensive(certainty.barrier_table(clean, 1.0), 0.999) == "clean"
    fewer = certainty.Barriers(("wings",), ("clean",), profit[:, :3000], lowest[:, :3000])
    assert certainty.least_expensive(certainty.barrier_table(fewer, 1.0), 0.999) == "no trade"


def test_every_barrier_is_in_one_batch_and_fewer_condors_are_scaled(tables):
    setting = certainty.Certainty(wing=10, **FEW)
    batches = certainty.barrier_batches(setting)
    assert [row for batch in batches for row in batch] == certainty.barrier_policies(setting)
    done = []
    few = setting.model_copy(update={"n_paths": 200})
    whole = certainty.barriers_of(few, tables, progress=lambda i, n: done.append((i, n)))
    assert done == [(i, len(batches)) for i in range(len(batches) + 1)]
    at = whole.names.index("40 % of the condors")
    assert whole.profit[at] == pytest.approx(0.4 * whole.profit[0])
    assert whole.lowest[at] == pytest.approx(0.4 * whole.lowest[0])
    assert len(whole.names) == len(set(whole.names)) == whole.profit.shape[0]


def test_wider_wings_than_the_condors_are_not_tried():
    wide = certainty.barrier_policies(certainty.Certainty(wing=20))
    assert [name for family, name, _ in wide if family == "wings"] == [
        f"wings of {x} points" for x in (5, 10, 15)
    ]
    with pytest.raises(ValueError, match="barrier must be one that is tried"):
        certainty.measured_again(certainty.Certainty(wing=20), "wings of 40 points")


# --- Step 4 --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def turned_off(tables):
    return edge.edge_off(edge.EdgeOff(n_paths=400), tables)


def test_without_premia_and_costs_every_policy_is_zero_within_its_error(turned_off):
    profit = turned_off.profit
    error = profit.std(axis=1, ddof=1) / np.sqrt(profit.shape[1])
    assert np.all(np.abs(profit.mean(axis=1)) < 4.0 * error)
    means = turned_off.means
    assert means["policy"].tolist() == list(edge.POLICIES)
    assert means["estimate"].to_numpy() == pytest.approx(profit.mean(axis=1))


def test_parts_sum_to_the_whole(turned_off):
    table = turned_off.attribution
    parts = table[table["part"] != "profit"].groupby("policy", sort=False)["estimate"].sum()
    whole = table[table["part"] == "profit"].set_index("policy")["estimate"]
    assert parts.to_numpy() == pytest.approx(whole.to_numpy(), abs=1e-6)
    cases = turned_off.cases
    direct = (cases["charged"] - cases["none"]).mean(axis=1)
    assert whole.to_numpy() == pytest.approx(direct)


def test_jumps_pay_the_condor_and_costs_only_take(turned_off):
    assert turned_off.part("unhedged", "jumps").low > 0.0
    assert turned_off.part("static_layers", "costs").high < 0.0
    for policy in ("static_calls", "static_layers"):  # who buys calls pays part of it back
        assert (
            turned_off.part(policy, "jumps").estimate
            < turned_off.part("unhedged", "jumps").estimate
        )


def test_a_premium_alone_leaves_the_others_off():
    whole, none = RiskPremia.default(), RiskPremia.none()
    touched = []
    for name, fields in edge.PREMIA.items():
        alone = edge.premia_of(name, 1.0)
        for field in RiskPremia.model_fields:
            source = whole if field in fields else none
            assert getattr(alone, field) == pytest.approx(getattr(source, field))
        touched += fields
    assert sorted(touched) == sorted(RiskPremia.model_fields)  # every premium is in one part
    assert edge.premia_of("jumps", 0.0) == none
    with pytest.raises(ValueError, match="which must be one of"):
        edge.premia_of("luck", 1.0)


def test_what_is_left_on_scales_the_sidebars_edge():
    setting = edge.EdgeOff(edge=0.5, left=50.0)
    assert setting.on == RiskPremia.default().scaled(0.25)
    assert edge.EdgeOff(left=0.0, which="equity").on == RiskPremia.none()


# --- Step 5 --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def futures(tables):
    return motion.futures_of(motion.Motion(**FEW), tables)


def test_the_worst_future_is_the_one_percent_worst_of_the_condors(tables, futures):
    profit = futures.profit(futures.bare[:, -1])
    shown = motion.motion(motion.Motion(**FEW), tables, futures=futures)
    at = int(np.argsort(profit, kind="stable")[1])  # two of 200 are one per cent
    assert futures.worst.first == at
    assert shown.days["spot"].to_numpy() == pytest.approx(futures.worst.spot[0])


def test_a_dropped_hedge_is_the_held_one_before_and_none_after(tables):
    model = Lesson().model.model_copy(update={"rate": 0.0})
    setting = motion.Motion(model=model, drop=40, **FEW)
    mine = tables.with_carry(model)
    futures = motion.futures_of(setting, mine)
    found = motion.motion(setting, mine, futures=futures)
    days, at = found.days, 40
    assert days["drop"][:at].to_numpy() == pytest.approx(days["hold"][:at].to_numpy())
    # ten calls sold at a half-spread that widens by 0.003 a point of VIX above 12
    vix = days["vix"].iloc[at]
    paid = 10 * (100 * (0.05 + 0.003 * max(vix - 12.0, 0.0)) + 1.30)
    assert days["hold"].iloc[at] - days["drop"].iloc[at] == pytest.approx(paid)
    i = futures.worst.first
    bare = futures.bare[i] - futures.bare[i, at]
    since = (days["drop"] - days["drop"].iloc[at])[at:].to_numpy()
    assert since == pytest.approx(bare[at:], abs=1e-6)
    costs = setting.preset("static_layers").costs
    whole = futures.dropped(at, costs, found.contracts)[i]  # the same by present values
    assert whole == pytest.approx(days["drop"].iloc[-1], abs=1e-6)


def test_hold_is_the_presets_own_profit(tables, futures):
    setting = motion.Motion(**FEW)
    found = motion.motion(setting, tables, futures=futures)
    policy = setting.preset("static_layers")
    out = run_policies(futures.worst, tables, [policy], 500_000.0, recorded=1)
    made = out.wealth[0, 0] - out.trail[0, 0, :, 7] - 500_000.0  # before interest
    assert found.days["hold"].to_numpy() == pytest.approx(made)


def test_decisions_are_the_adaptive_books_own(tables, futures):
    found = motion.motion(motion.Motion(path="Covid", **FEW), tables, futures=futures)
    decided = found.decisions
    assert decided["day"].is_monotonic_increasing
    dropped = decided[decided["book"] == "drop"]
    assert dropped["day"].tolist() == [21]
    regime = found.run.daily(2)["regime"].to_numpy()
    turned = np.flatnonzero(np.diff(regime)) + 1
    words = decided[decided["what"].isin(["calm", "watch", "stress"])]
    assert words["day"].tolist() == turned.tolist()
    sold = found.run.actions(2).query("action == 'monetised'")
    mine = decided[decided["what"].str.contains("monetised")]
    assert len(mine) == len(sold) > 0
    assert mine["reason"].str.contains("times its cost").all()


def test_real_days_begin_before_the_episode(tables, days):
    setting = motion.Motion(path="Volmageddon", real=True, drop=30, **FEW)
    run = motion.replay_days(days, setting, tables)
    futures = motion.futures_of(setting, tables)
    found = motion.motion(setting, tables, futures=futures, run=run)
    dates = found.days["date"].tolist()
    assert dates[42] == "2018-01-26"
    assert found.days["spot"].iloc[42] == pytest.approx(2872.87)
    assert found.days[["hold", "drop", "move"]].iloc[0].tolist() == [0.0, 0.0, 0.0]
    with pytest.raises(ValueError, match=r"path must be one of .* on these real days"):
        motion.motion(
            setting.model_copy(update={"path": "Covid"}), tables, futures=futures, run=run
        )
    with pytest.raises(ValueError, match="run must be given for real days"):
        motion.motion(setting, tables, futures=futures)
    with pytest.raises(ValueError, match="path must be 1 % worst future or one of"):
        motion.motion(motion.Motion(path="Flood"), tables, futures=futures)


def test_trades_needed_are_where_a_two_sided_test_has_its_boundary():
    rng = np.random.default_rng(1)
    trades = np.full(500, 8.0)
    difference = 8.0 * rng.normal(-50.0, 400.0, 500)
    seen = trades_until_visible(difference, trades)
    mu, sigma = difference.mean() / 8.0, difference.std(ddof=1) / np.sqrt(8.0)
    assert seen.difference.estimate == pytest.approx(mu)
    assert seen.trades.estimate == pytest.approx((TWO_SIDED * sigma / mu) ** 2)
    assert seen.trades.low < seen.trades.estimate < seen.trades.high
    turned = trades_until_visible(-difference, trades)
    assert turned.trades.estimate == pytest.approx(seen.trades.estimate)
    noise = trades_until_visible(difference - difference.mean() + 1.0, trades)
    assert noise.trades.high == np.inf
    assert np.isnan(trades_until_visible(difference, np.zeros(500)).trades.estimate)
    assert trades_until_visible(np.zeros(500), trades).trades.estimate == np.inf


def test_differences_pair_the_books_future_by_future(tables, futures):
    setting = motion.Motion(**FEW)
    found = motion.motion(setting, tables, futures=futures)
    hold = futures.profit(futures.held[:, -1])
    expected = (futures.moved - hold).sum() / futures.trades.sum()
    assert found.visible["move less hold"].difference.estimate == pytest.approx(expected)
    ends = [found.visible[x].difference.estimate for x in found.visible]
    assert ends[0] == pytest.approx(ends[1] + ends[2])  # move-hold is move-drop and drop-hold


def test_the_layers_of_the_lesson_are_the_presets():
    policy = Policy.preset("static_calls")
    default = insurance.Insurance()
    assert default.policy == policy
    assert default.layer() == HedgeLayer(dte=90, delta=0.10, quantity=40)
