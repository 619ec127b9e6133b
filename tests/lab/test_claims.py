"""Claims as experiments: sizes, chains of rolls, equal spend; nothing is to be had for nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from alvh.lab import Study, TypedMarket
from alvh.lab.claims import (
    ADAPTIVE,
    FEWER,
    SIZES,
    STATIC,
    UNHEDGED,
    main_history,
    main_model,
    main_policies,
    run_books,
    sized,
)
from alvh.lab.claims_barriers import (
    EQUAL,
    FEWER_SAME,
    barrier_history,
    barrier_model,
    equal,
    smooth_history,
    smooth_model,
    smooth_policies,
)
from alvh.lab.claims_shift import (
    WINDOW,
    chains_of,
    shift_history,
    shift_model,
    shift_policies,
    trades_of,
)
from alvh.lab.claims_trades import (
    suspend_history,
    suspend_model,
    suspend_policies,
    tier_history,
    tier_model,
    tier_policies,
)
from alvh.market.sample import read_sample
from alvh.pricing import PricingTables
from alvh.risk.claims import numbers_of
from alvh.risk.claims_history import DayBooks
from alvh.simulation import simulate_paths
from alvh.strategy import CondorRule, Costs, HedgeLayer, Policy, run_policies
from alvh.strategy._records import EXPIRY, OPENED, SHIFT
from tests.strategy.slow_engine import Book, Market

STUDY = Study(n_paths=400)
FAIR = Study(n_paths=4000, edge=0.0, costs=False)


@pytest.fixture(scope="module")
def tables():
    return PricingTables.build(STUDY.model)


@pytest.fixture(scope="module")
def days():
    return read_sample().frame.iloc[-400:]


def read(found, case, book, metric):
    rows = found[(found["case"] == case) & (found["book"] == book) & (found["metric"] == metric)]
    return rows.iloc[0]


def outcomes(policies, tables, study=STUDY, *, n_days=None, recorded=0):
    paths = simulate_paths(
        study.model, study.premia, study.state, study.n_paths, n_days or study.horizon, study.seed
    )
    charged = study.model_copy(update={"policies": tuple(policies)}).charged
    return run_policies(paths, tables, charged, float(study.capital), recorded=recorded)


# --- Claim 1 -------------------------------------------------------------------------------------


def test_sizes_multiply_the_hedge_and_nothing_else():
    policy = Policy.preset("alvh")
    double = sized(policy, 2.0)
    assert [layer.quantity for layer in double.layers[:3]] == [8, 8, 4]
    assert double.layers[3].credit_share == pytest.approx(0.30)
    assert double.condor == policy.condor
    assert double.regime == policy.regime
    assert sized(policy, 0.0).layers == ()
    with pytest.raises(ValueError, match="size must be"):
        sized(policy, -1.0)


def test_a_size_moves_the_quantities_of_every_regime():
    layer = HedgeLayer(quantity=4, watch_quantity=0, stress_quantity=10)
    (half,) = sized(Policy(layers=(layer,)), 0.5).layers
    assert half.quantities == (2, 0, 5)


def test_the_condor_is_the_one_of_the_claim():
    for policy in main_policies():
        condor = policy.condor
        assert (condor.dte, condor.put_delta, condor.call_delta, condor.contracts) == (
            45, 0.16, 0.16, 10,
        )  # fmt: skip
    assert [layer.dte for layer in main_policies()[2].layers] == [30, 110, 220]
    assert len(main_policies()) == 2 * len(SIZES)


def test_the_main_claim_is_plain_arithmetic_on_wealth(tables):
    claim = main_model(STUDY, tables)
    run = outcomes(main_policies(), tables)
    grown = np.exp(STUDY.model.rate / 252)
    daily = run.wealth[..., 1:] - grown * run.wealth[..., :-1]
    curve = np.concatenate([np.zeros((*daily.shape[:2], 1)), daily.cumsum(axis=2)], axis=2)
    depth = (np.maximum.accumulate(curve, axis=2) - curve).max(axis=2).mean(axis=1)
    names = [policy.name for policy in run.policies]
    for name in (f"{STATIC} ×1", f"{ADAPTIVE} ×2"):
        seen, p = numbers_of(claim.table, name), names.index(name)
        assert seen["depth_cut"].estimate == pytest.approx(1.0 - depth[p] / depth[0])
        gone = (run.profit[0] - run.profit[p]).mean() / STUDY.capital
        assert seen["cost"].estimate == pytest.approx(gone)
    points = claim.points.set_index(["family", "size"])
    assert points.loc[("fewer", 0.7), "cut"] == pytest.approx(0.3)
    assert (points.loc[(STATIC, 0.0), ["cut", "cost"]] == 0.0).all()
    assert len(points) == 2 * len(SIZES) + 1 + len(FEWER)
    with pytest.raises(TypeError):
        _ = claim.superior


def test_pieces_make_no_difference(tables):
    policies = main_policies()[:2]
    whole = run_books(STUDY, policies, tables)
    seen = []
    again = run_books(
        STUDY.model_copy(update={"n_paths": 300}),
        policies,
        tables,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert np.array_equal(again.depth, whole.depth[:, :300])
    assert seen == [(0, 300), (300, 300)]


def test_one_path_of_the_hedged_book_is_that_of_the_slow_engine(tables):
    """Profit of the static 4/4/2 of the claim on one future, by exact prices and plain Python."""
    study = STUDY.model_copy(update={"n_paths": 100, "horizon": 63})
    policy = sized(Policy.preset("static_layers"), 1.0)
    books = run_books(study, (policy,), tables)
    slow = Book(policy, Market(study.model, study.paths(), 0), float(study.capital))
    slow.run()
    years = 63 / 252
    profit = slow.wealth[-1] * np.exp(-study.model.rate * years) - study.capital
    assert books.profit[0, 0] == pytest.approx(
        profit, abs=250.0
    )  # ten condors at 0.05 points a leg
    grown = np.exp(study.model.rate / 252)
    wealth = np.array(slow.wealth)
    curve = np.concatenate([[0.0], np.cumsum(wealth[1:] - grown * wealth[:-1])])
    depth = (np.maximum.accumulate(curve) - curve).max()
    assert books.depth[0, 0] == pytest.approx(depth, abs=250.0)


def test_without_edge_or_costs_no_hedge_changes_the_mean(tables):
    claim = main_model(FAIR, tables)
    books = claim.books
    for p in range(1, 2 * len(SIZES)):
        gain = books.profit[p] - books.profit[0]
        error = gain.std(ddof=1) / np.sqrt(gain.size)
        assert abs(gain.mean()) < 4.0 * error + 60.0  # interpolated prices are good to some dollars
        assert abs(books.profit[p].mean()) < 4.0 * books.profit[p].std() / np.sqrt(gain.size) + 60.0


def test_the_claim_on_real_days_is_a_replay(days, tables):
    claim = main_history(days, 500_000.0, model=STUDY.model, tables=tables)
    assert isinstance(claim.books, DayBooks)
    assert claim.historical
    curve = np.concatenate([[0.0], claim.books.profit[:, 0].cumsum()])
    depth = (np.maximum.accumulate(curve) - curve).max()
    seen = numbers_of(claim.table, UNHEDGED)["depth"]
    assert seen.estimate == pytest.approx(depth / 500_000.0)
    assert claim.superior["tried"].between(5, 11).all()
    assert claim.superior["p_value"].between(0.0, 1.0).all()
    free = main_history(days, 500_000.0, costs=False, model=STUDY.model, tables=tables)
    assert free.books.profit.sum() > claim.books.profit.sum()


# --- Claim 2 -------------------------------------------------------------------------------------


def events(*rows):
    return np.array(rows, dtype=float)


def test_chains_join_what_was_rolled_and_leave_out_what_is_open():
    path = events(
        (0, 0, OPENED, -10, 4.0, 20.0),
        (0, 1, OPENED, 4, 1.5, 9.0),  # a layer
        (9, 0, SHIFT, 10, 10.0, 30.0),
        (9, 0, OPENED, -15, 6.0, 25.0),
        (14, 0, EXPIRY, 15, 1.0, 0.0),
        (14, 0, OPENED, -10, 4.0, 20.0),
        (45, 0, EXPIRY, 10, 0.0, 0.0),
        (45, 0, OPENED, -10, 4.0, 20.0),
        (50, 0, SHIFT, 10, 9.0, 30.0),
        (50, 0, OPENED, -10, 4.0, 20.0),  # never closed
    )
    other = events(
        (3, 0, OPENED, -1, 2.0, 1.0), (5, 0, SHIFT, 1, 5.0, 1.0)
    )  # no roll was to be had
    found = chains_of([path, other])
    assert found.path.tolist() == [0, 0, 1]
    assert found.day.tolist() == [0, 14, 3]
    assert found.rolls.tolist() == [1, 0, 0]
    first = -6.0 * 1000.0 - 50.0
    assert found.first == pytest.approx([first, 3980.0, -302.0])
    assert found.total == pytest.approx([first + 5.0 * 1500.0 - 25.0, 3980.0, -302.0])
    by_day = trades_of([path], 60)
    assert by_day.sum(axis=0) == pytest.approx([2.0, 2.0, found.total[:2].sum()])


def test_no_events_are_no_chains():
    assert chains_of([np.zeros((0, 6))]).total.size == 0


def test_chains_sum_to_what_the_engine_counted(tables):
    policies = shift_policies()
    study = STUDY.model_copy(update={"n_paths": 100})
    run = outcomes(policies, tables, study, recorded=100)
    for p in (0, 1):
        chains = chains_of(run.events[p])
        closed = run.trades[p, :, 2].sum()
        going = 0.0  # condors of chains that go on
        for rows in run.events[p]:
            condor = rows[rows[:, 1] == 0.0]
            if condor[-1, 2] == OPENED and len(condor) > 1 and condor[-2, 2] == SHIFT:
                last = len(condor) - 2
                while last >= 0:
                    a, b = condor[last - 1], condor[last]
                    going += 100.0 * b[3] * (a[4] - b[4]) - a[5] - b[5]
                    if last < 3 or condor[last - 2, 2] != SHIFT:
                        break
                    last -= 2
        assert chains.total.sum() + going == pytest.approx(closed)


def test_rolling_is_plain_counting(tables):
    found = shift_model(STUDY, tables)
    run = outcomes(shift_policies(), tables, n_days=WINDOW, recorded=400)
    rolled = [chains_of([rows]) for rows in run.events[1]]
    held = [chains_of([rows]) for rows in run.events[0]]
    tested = np.array([chain.rolls[0] > 0 for chain in rolled])
    total = np.array([chain.total[0] for chain in rolled])[tested]
    lost = -np.array([chain.first[0] for chain in rolled])[tested]
    kept = np.array([chain.total[0] for chain in held])[tested]
    model = "in the model"
    name = shift_policies()[1].name
    assert read(found, model, "held", "tested")["estimate"] == pytest.approx(tested.mean())
    assert read(found, model, name, "recovered")["estimate"] == pytest.approx((total > 0).mean())
    assert read(found, model, "held", "recovered")["estimate"] == pytest.approx((kept > 0).mean())
    back = (total + lost).sum() / lost.sum()
    assert read(found, model, name, "returned")["estimate"] == pytest.approx(back)
    assert read(found, model, "held", "mean")["estimate"] == pytest.approx(kept.mean())


def test_without_premium_or_costs_rolling_recovers_nothing_on_average(tables):
    found = shift_model(FAIR.model_copy(update={"n_paths": 3000}), tables)
    for policy in shift_policies():
        back = read(found, "no premium, no costs", policy.name, "returned")
        half = 0.5 * (back["high"] - back["low"])
        assert abs(back["estimate"]) < 2.0 * half  # four standard errors


def test_rolling_on_real_days_follows_a_condor_from_every_day(days, tables):
    found = shift_history(days, 500_000.0, model=STUDY.model, tables=tables)
    assert set(found["case"]) == {"on real days"}
    held = read(found, "on real days", "held", "recovered")
    assert 0.0 <= held["low"] <= held["estimate"] <= held["high"] <= 1.0
    # some hundred overlapping condors tell little more than a few windows
    assert held["high"] - held["low"] > 0.2
    worst = read(found, "on real days", shift_policies()[2].name, "tail")["estimate"]
    assert worst < read(found, "on real days", shift_policies()[2].name, "mean")["estimate"]


# --- Claims 3 and 5 ------------------------------------------------------------------------------


def test_win_rates_are_counts_of_the_engine(tables):
    study = STUDY.model_copy(update={"n_paths": 800, "horizon": 63})
    found = tier_model(study, tables)
    few = study.model_copy(update={"n_paths": 100, "capital": 100_000_000})
    run = outcomes(tier_policies(), tables, few)
    for p, policy in enumerate(tier_policies()):
        n, won, profit, _ = run.trades[p].sum(axis=0)
        win = read(found, "in the model", policy.name, "win")
        assert win["estimate"] == pytest.approx(won / n)
        assert win["low"] < won / n < win["high"]
        trade = read(found, "in the model", policy.name, "trade")["estimate"]
        assert trade == pytest.approx(profit / n / 10.0)


def test_one_day_condors_are_fair_without_premium_or_costs(tables):
    found = tier_model(FAIR.model_copy(update={"n_paths": 4000}), tables)
    for policy in tier_policies():
        trade = read(found, "no premium, no costs", policy.name, "trade")
        half = 0.5 * (trade["high"] - trade["low"])
        assert abs(trade["estimate"]) < 2.0 * half + 1.0  # a dollar is 0.01 points: a table's error
        win = read(found, "no premium, no costs", policy.name, "win")["estimate"]
        costly = read(found, "in the model", policy.name, "win")["estimate"]
        assert win >= costly


def test_tiers_on_real_days_settle_at_the_next_close(days, tables):
    """Profit of the first tier by plain arithmetic: credit less what the next close takes."""
    policy = tier_policies()[0].model_copy(update={"costs": Costs.none()})
    found = tier_history(days, costs=False, model=STUDY.model, tables=tables)
    row = read(found, "on real days", policy.name, "trade")
    assert -1000.0 < row["low"] <= row["estimate"] <= row["high"] < 70.0
    win = read(found, "on real days", policy.name, "win")
    assert win["low"] < win["estimate"] < win["high"]


def test_holding_back_is_paired_and_plain(tables):
    study = STUDY.model_copy(update={"state": TypedMarket(vix=19.5, vix3m=20.0).state})
    found = suspend_model(study, tables)
    run = outcomes(suspend_policies(), tables, study.model_copy(update={"capital": 100_000_000}))
    years = study.horizon / 252
    gain = (run.profit[1] - run.profit[0]).mean() / years
    seen = read(found, "in the model", "45 days", "year_gain")
    assert seen["estimate"] == pytest.approx(gain)
    wins = [run.trades[p, :, 1].sum() / run.trades[p, :, 0].sum() for p in (0, 1)]
    seen = read(found, "in the model", "45 days", "win_gain")
    assert seen["estimate"] == pytest.approx(wins[1] - wins[0])
    assert run.trades[1, :, 0].sum() < run.trades[0, :, 0].sum()


def test_holding_back_on_real_days_opens_none_above_20(days, tables):
    found = suspend_history(days, model=STUDY.model, tables=tables)
    for name in ("45 days", "1 day"):
        gain = read(found, "on real days", name, "year_gain")
        always, below = (
            read(found, "on real days", f"{name}, {how}", "year")["estimate"]
            for how in ("always", "below VIX 20")
        )
        assert gain["estimate"] == pytest.approx(below - always)
        assert gain["low"] <= gain["estimate"] <= gain["high"]


# --- Claims 4 and 6 ------------------------------------------------------------------------------


def test_equal_spend_is_equal(tables):
    found, mixes = smooth_model(STUDY, tables)
    books = run_books(STUDY, smooth_policies(), tables, mixes=mixes)
    mean = {name: books.profit[books.place(name)].mean() for name in books.names}
    spent = mean[f"{ADAPTIVE} ×0"] - mean[f"{ADAPTIVE} ×1"]
    assert mean[UNHEDGED] - mean[EQUAL] == pytest.approx(spent)
    depth = {name: books.depth[books.place(name)].mean() for name in books.names}
    assert depth[FEWER_SAME] == pytest.approx(depth[f"{ADAPTIVE} ×1"])
    cut = read(found, "in the model", f"{ADAPTIVE} ×1", "depth_cut")["estimate"]
    assert cut == pytest.approx(1.0 - depth[f"{ADAPTIVE} ×1"] / depth[EQUAL])


def test_a_share_of_the_hedge_is_a_smaller_hedge(tables):
    """Half of the 4/4/2 by mixture is the 2/2/1: the books are linear in the hedge."""
    policies = main_policies()[:3]
    mixes = {"half": {UNHEDGED: 0.5, f"{STATIC} ×1": 0.5}}
    books = run_books(STUDY, policies, tables, mixes=mixes)
    mixed, traded = books.place("half"), books.place(f"{STATIC} ×0.5")
    assert books.profit[mixed].mean() == pytest.approx(books.profit[traded].mean(), abs=2.0)
    assert books.depth[mixed].mean() == pytest.approx(books.depth[traded].mean(), abs=5.0)


def test_real_days_take_the_shares_of_the_model(days, tables):
    _, mixes = smooth_model(STUDY, tables)
    found = smooth_history(days, 500_000.0, mixes, model=STUDY.model, tables=tables)
    one, base = (
        read(found, "on real days", x, "profit")["estimate"] for x in (FEWER_SAME, UNHEDGED)
    )
    assert one == pytest.approx(mixes[FEWER_SAME][UNHEDGED] * base)
    assert read(found, "on real days", EQUAL, "depth_cut")["estimate"] == 0.0


def test_barriers_are_plain_arithmetic(days, tables):
    found, mixes = barrier_model(STUDY, tables)
    run = outcomes([Policy.preset(x) for x in ("unhedged", "static_calls")], tables)
    worst = np.sort(run.profit, axis=1)[:, :20].mean(axis=1)
    cost = (run.profit[0] - run.profit[1]).mean()
    model = "in the model"
    assert read(found, model, "static_calls", "cost")["estimate"] == pytest.approx(cost)
    saved = worst[1] - worst[0]
    assert read(found, model, "static_calls", "saved")["estimate"] == pytest.approx(saved)
    net = read(found, model, "static_calls", "net")
    assert net["estimate"] == pytest.approx(saved - cost)
    dear = read(found, model, equal("static_calls"), "cost")
    assert dear["estimate"] == pytest.approx(0.01 * STUDY.capital)
    real = barrier_history(days, 500_000.0, mixes, model=STUDY.model, tables=tables)
    for metric in ("cost", "saved", "net"):
        row = read(real, "on real days", "static_stop", metric)
        assert row["low"] <= row["estimate"] <= row["high"]


def test_answers_share_their_columns(tables):
    found, _ = barrier_model(STUDY.model_copy(update={"n_paths": 100}), tables)
    assert isinstance(found, pd.DataFrame)
    assert list(found.columns) == ["case", "book", "metric", "unit", "estimate", "low", "high"]
    assert CondorRule().contracts == 10
