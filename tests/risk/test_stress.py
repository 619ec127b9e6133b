"""Books run through crashes: the engine's own numbers, repriced by hand; liquidity; reverse."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from alvh.clock import TRADING_DAYS
from alvh.errors import ParameterError
from alvh.market.contracts import SPX_MULTIPLIER
from alvh.model import MarketState, ModelParameters, RiskPremia
from alvh.pricing import PricingTables, implied_state, spx_option, vix_index, vix_option
from alvh.risk import stress_liquidity
from alvh.risk.stress import (
    ALL_LAYERS,
    NO_HEDGE,
    layer_variants,
    run_stress,
    stress_marks,
    stress_table,
)
from alvh.risk.stress_liquidity import (
    DayShock,
    day_losses,
    hedge_values,
    margins,
    quick_ratios,
    shocked,
)
from alvh.risk.stress_reverse import MOST_FALL, shock_paths, smallest_shock
from alvh.simulation import BIG_TOP, EPISODES, Episode, MarketPaths, stress_paths
from alvh.strategy import (
    LAYERS_442,
    CondorRule,
    Costs,
    HedgeLayer,
    Policy,
    StopRule,
    open_book,
    run_policies,
)
from alvh.strategy.book import leg_value
from tests.simulation.test_stress import closes

MODEL, PREMIA = ModelParameters.default(), RiskPremia.default()
STATE = implied_state(MODEL, 5000.0, 16.0, 18.0)
CAPITAL = 500_000.0
COVID = next(e for e in EPISODES if e.name == "Covid")
CRASH = Episode(name="one day", days=1, depth=10.0, vix_peak=40.0, recovery_days=0)
WEEK = Episode(name="a week", days=5, depth=12.0, vix_peak=45.0, recovery_days=0)
HEDGED = Policy.preset("static_layers")
FREE = HEDGED.model_copy(update={"costs": Costs.none()})
EVERY_KIND = (
    HedgeLayer(dte=30, roll_dte=21, quantity=4),
    HedgeLayer(instrument="call_spread", dte=60, width=10.0, quantity=6),
    HedgeLayer(instrument="future", dte=110, roll_dte=60, quantity=1),
)


@pytest.fixture(scope="module")
def tables():
    return PricingTables.build(MODEL)


@pytest.fixture(scope="module")
def covid(tables):
    return run_stress(tables, STATE, [HEDGED, Policy.preset("unhedged")], CAPITAL, COVID)


def of(run, policy, variant):
    days = run.days
    return days[(days["policy"] == policy) & (days["variant"] == variant)].reset_index(drop=True)


def at(paths, day):
    return MarketState(
        spot=paths.spot[0, day],
        variance=paths.variance[0, day],
        mean_variance=paths.mean_variance[0, day],
    )


# --- Variants --------------------------------------------------------------------------------


def test_variants_leave_out_each_layer_once():
    variants = layer_variants([HEDGED, Policy.preset("static_calls"), Policy.preset("unhedged")])
    assert [(v.policy, v.name) for v in variants] == [
        ("static_layers", "All layers"),
        ("static_layers", "Without layer 1"),
        ("static_layers", "Without layer 2"),
        ("static_layers", "Without layer 3"),
        ("static_layers", "No hedge"),
        ("static_calls", "All layers"),
        ("static_calls", "No hedge"),
        ("unhedged", "No hedge"),
    ]
    assert variants[2].book.layers == (LAYERS_442[0], LAYERS_442[2])
    assert all(v.book.condor == HEDGED.condor for v in variants)


def test_policies_of_one_name_are_numbered():
    names = {v.policy for v in layer_variants([HEDGED, HEDGED, HEDGED])}
    assert names == {"static_layers", "static_layers (2)", "static_layers (3)"}


# --- The engine's own numbers ----------------------------------------------------------------


def test_days_are_what_the_engine_says(tables, covid):
    days = of(covid, "static_layers", ALL_LAYERS)
    paths = stress_paths(MODEL, STATE, COVID, n_days=COVID.n_days + 1)
    outcomes = run_policies(paths, tables, [HEDGED], CAPITAL, recorded=1)
    assert len(days) == COVID.n_days + 1
    np.testing.assert_array_equal(days["wealth"], outcomes.wealth[0, 0, :-1])
    np.testing.assert_allclose(
        days["profit"], days["condor"] + days["hedge"] + days["costs"], atol=1e-9
    )
    interest = days["wealth"] - CAPITAL - days["profit"]
    assert interest.iloc[0] == pytest.approx(0.0, abs=1e-6)
    assert (interest.diff().iloc[1:] > 0.0).all()
    assert interest.iloc[-1] == pytest.approx(
        CAPITAL * np.expm1(MODEL.rate * COVID.n_days / TRADING_DAYS), rel=0.05
    )


def test_without_hedge_is_the_unhedged_policy(covid):
    alone = of(covid, "unhedged", NO_HEDGE)
    without = of(covid, "static_layers", NO_HEDGE)
    pd.testing.assert_frame_equal(alone.drop(columns="policy"), without.drop(columns="policy"))
    assert (without["hedge"] == 0.0).all()
    assert not np.allclose(of(covid, "static_layers", ALL_LAYERS)["profit"], alone["profit"])


def test_layers_of_nothing_change_nothing(tables):
    empty = tuple(layer.model_copy(update={"quantity": 0}) for layer in LAYERS_442)
    policy = Policy.preset("unhedged").model_copy(update={"layers": empty})
    run = run_stress(tables, STATE, policy, CAPITAL, WEEK)
    whole = of(run, "unhedged", ALL_LAYERS)
    for name in ("Without layer 1", "Without layer 2", "Without layer 3", NO_HEDGE):
        pd.testing.assert_frame_equal(
            whole.drop(columns="variant"), of(run, "unhedged", name).drop(columns="variant")
        )
    assert (run.summary["end_effect"] == 0.0).all()


def test_a_crash_in_one_day_is_the_book_repriced(tables):
    run = run_stress(tables, STATE, FREE, CAPITAL, CRASH)
    days = of(run, "static_layers", ALL_LAYERS)
    book = open_book(MODEL, STATE, FREE.condor, FREE.layers)
    after = at(stress_paths(MODEL, STATE, CRASH), 1)
    assert after.spot == 4500.0
    assert float(vix_index(MODEL, after)) == pytest.approx(40.0)
    sides = {"condor": 0.0, "hedge": 0.0}
    for leg in book.legs:
        tau = (leg.n_days - 1) / TRADING_DAYS
        if leg.product == "vix call":
            price = vix_option(MODEL, after, leg.strike, tau, "call")
        else:
            price = spx_option(MODEL, after, leg.strike, tau, leg.product.split()[1])
        side = "condor" if leg.group == "Condor" else "hedge"
        sides[side] += leg.scale * (float(price) - leg.price)
    # four legs of ten condors at 0.05 points, and ten VIX calls at 0.01, twice: the tables' budget
    assert days.loc[1, "condor"] == pytest.approx(sides["condor"], abs=2 * 4 * 10 * 100 * 0.05)
    assert days.loc[1, "hedge"] == pytest.approx(sides["hedge"], abs=2 * 10 * 100 * 0.01)
    # and by the same tables, exactly
    for side, legs in (("condor", book.condor), ("hedge", book.hedge)):
        values = [
            leg.scale
            * (
                leg_value(MODEL, after, leg, leg.n_days - 1, tables)
                - leg_value(MODEL, STATE, leg, leg.n_days, tables)
            )
            for leg in legs
        ]
        assert days.loc[1, side] == pytest.approx(float(np.sum(values)), abs=1e-6)
    assert sides["condor"] < -10_000.0 < 5_000.0 < sides["hedge"]


def test_costs_are_charged(tables):
    free, paid = (
        of(run_stress(tables, STATE, policy, CAPITAL, WEEK), "static_layers", ALL_LAYERS)
        for policy in (FREE, HEDGED)
    )
    assert (free["costs"] == 0.0).all()
    assert (paid["costs"] < -200.0).all()
    np.testing.assert_allclose(paid["condor"], free["condor"], atol=1e-6)


def test_horizon_is_at_least_the_condors(tables):
    run = run_stress(tables, STATE, HEDGED, CAPITAL, CRASH)
    days = of(run, "static_layers", ALL_LAYERS)
    assert len(days) == 31 + 1
    assert len(run.levels) == 31 + 1
    assert (run.levels["spot"].iloc[1:] == 4500.0).all()


def test_days_tell_where_the_market_is(covid):
    days = of(covid, "static_layers", NO_HEDGE)
    np.testing.assert_array_equal(days["spot"], covid.levels["spot"])
    np.testing.assert_array_equal(days["vix"], covid.levels["vix_shown"])


def test_marks_say_what_happens_when():
    assert stress_marks(COVID).to_numpy().tolist() == [
        [18, "Worst day \u221212 %, VIX peak"],
        [23, "Low \u221233.9 %"],
    ]
    assert stress_marks(CRASH).to_numpy().tolist() == [[1, "VIX peak, low \u221210 %"]]
    named = {e.name: stress_marks(e)["day"].tolist() for e in EPISODES}
    assert named["Financial crisis"] == [257, 283, 355]


# --- Tables ----------------------------------------------------------------------------------


def test_summary_restates_the_days(covid):
    for row in covid.summary.itertuples():
        days = of(covid, row.policy, row.variant)
        profit = days["profit"].to_numpy()
        assert row.episode == "Covid"
        assert row.end_profit == profit[-1]
        assert row.lowest_profit == profit.min() == profit[row.lowest_day]
        deepest = max(max(0.0, *profit[: t + 1]) - profit[t] for t in range(profit.size))
        assert row.worst_drawdown == pytest.approx(deepest)
        assert row.highest_margin == days["margin"].max()
        assert row.lowest_quick == days["quick_ratio"].min()
        assert np.isnan(row.liquidity_day)
        assert np.isnan(row.margin_day)
        assert row.vix_missed == pytest.approx(1.55, abs=0.01)  # a curve inverted beyond the model
        whole = of(covid, row.policy, ALL_LAYERS if row.policy != "unhedged" else NO_HEDGE)
        assert row.end_effect == pytest.approx(whole["profit"].iloc[-1] - profit[-1])
        assert row.lowest_effect == pytest.approx(whole["profit"].min() - profit.min())


def test_drawdown_is_from_the_capital_when_nothing_was_ever_earned(tables):
    hopeless = Episode(name="hopeless", days=1, depth=30.0, vix_peak=60.0, recovery_days=0)
    run = run_stress(tables, STATE, Policy.preset("unhedged"), CAPITAL, hopeless)
    row = run.summary.iloc[0]
    assert of(run, "unhedged", NO_HEDGE).loc[:5, "profit"].max() < 0.0
    assert row["worst_drawdown"] == pytest.approx(-row["lowest_profit"])


def test_table_is_every_episode_by_itself(tables):
    told = []
    policies = [HEDGED, Policy.preset("alvh")]
    chosen = (WEEK, BIG_TOP)
    table = stress_table(
        tables, STATE, policies, CAPITAL, chosen, progress=lambda *x: told.append(x)
    )
    assert told == [(0, 2), (1, 2), (2, 2)]
    alone = [run_stress(tables, STATE, policies, CAPITAL, e).summary for e in chosen]
    pd.testing.assert_frame_equal(table, pd.concat(alone, ignore_index=True))
    assert list(table["episode"].unique()) == ["a week", BIG_TOP.name]
    with pytest.raises(ParameterError, match="episodes must be at least one"):
        stress_table(tables, STATE, policies, CAPITAL, ())
    with pytest.raises(ParameterError, match="policies must be at least one"):
        run_stress(tables, STATE, (), CAPITAL, WEEK)


def test_more_variants_than_the_engine_takes_at_once(tables):
    many = [HEDGED.model_copy(update={"name": f"p{i}"}) for i in range(5)]  # 25 variants
    run = run_stress(tables, STATE, many, CAPITAL, WEEK)
    first = of(run, "p0", "Without layer 3").drop(columns="policy")
    pd.testing.assert_frame_equal(first, of(run, "p4", "Without layer 3").drop(columns="policy"))


# --- Liquidity -------------------------------------------------------------------------------


def test_margin_is_the_largest_loss_while_condors_are_open(tables):
    stopped = HEDGED.model_copy(
        update={
            "stop": StopRule(kind="credit multiple", multiple=2.0),
            "condor": CondorRule(reentry_days=60),
        }
    )
    paths = stress_paths(MODEL, STATE, WEEK, n_days=40)
    outcomes = run_policies(paths, tables, [HEDGED, stopped], CAPITAL, recorded=1)
    margin = margins(outcomes, paths)
    book = open_book(MODEL, STATE, HEDGED.condor)
    np.testing.assert_allclose(margin[:, 0], book.max_loss, rtol=0.002)
    assert (np.diff(margin[0, :31]) == 0.0).all()
    stop = outcomes.events[1][0][outcomes.events[1][0][:, 2] == 2.0][0]
    day = int(stop[0])
    assert 0 < day < 31
    assert (margin[1, :day] > 0.0).all()
    assert (margin[1, day:] == 0.0).all()
    assert margin[0, 31] != margin[0, 30]  # another condor, another credit


def test_strangles_are_asked_for_no_less_than_the_rule_does(tables):
    naked = CondorRule(wings=False, contracts=1)
    policy = Policy(name="strangle", condor=naked)
    paths = stress_paths(MODEL, STATE, WEEK, n_days=40)
    outcomes = run_policies(paths, tables, [policy], CAPITAL, recorded=1)
    margin = margins(outcomes, paths)[0]
    book = open_book(MODEL, STATE, naked.model_copy(update={"wings": True}))
    _, put, call, _ = book.strikes
    for day in range(6):
        state = at(paths, day)
        owed = sum(
            float(leg_value(MODEL, state, leg, leg.n_days - day)) for leg in book.condor[1:3]
        )
        rule = max(
            0.15 * state.spot - max(state.spot - put, 0.0),
            0.15 * state.spot - max(call - state.spot, 0.0),
            0.10 * state.spot,
        )
        asked = SPX_MULTIPLIER * (rule + owed)
        assert asked - 10.0 <= margin[day] <= 1.5 * asked


def test_hedge_is_worth_what_its_options_are(tables):
    policy = Policy(name="every kind", layers=EVERY_KIND, costs=Costs.none())
    paths = stress_paths(MODEL, STATE, WEEK, n_days=40)
    outcomes = run_policies(paths, tables, [policy], CAPITAL, recorded=1)
    worth = hedge_values(outcomes, paths, tables)[0]
    book = open_book(MODEL, STATE, policy.condor, EVERY_KIND)
    options = [leg for leg in book.hedge if leg.product == "vix call"]
    rolled = int(outcomes.events[0][0][outcomes.events[0][0][:, 2] == 10.0][0, 0])
    assert rolled >= 5
    for day in range(rolled):
        state = at(paths, day)
        priced = sum(
            leg.scale * float(leg_value(MODEL, state, leg, leg.n_days - day, tables))
            for leg in options
        )
        assert worth[day] == pytest.approx(priced, abs=1e-6)


def test_a_hedge_of_futures_is_worth_nothing_beyond_its_cash(tables):
    layers = (HedgeLayer(instrument="future", dte=60, roll_dte=40, quantity=2),)
    policy = Policy(name="futures", layers=layers)
    paths = stress_paths(MODEL, STATE, COVID, n_days=60)
    outcomes = run_policies(paths, tables, [policy], CAPITAL, recorded=1)
    rows = outcomes.events[0][0]
    assert (rows[:, 1] == 1).sum() > 4  # rolled more than once
    assert np.abs(outcomes.trail[0, 0, :, 5]).max() > 10_000.0
    np.testing.assert_allclose(hedge_values(outcomes, paths, tables)[0], 0.0, atol=1e-6)


def test_stressed_loss_is_the_book_one_shocked_day_later(tables, monkeypatch):
    shock = DayShock()
    paths = stress_paths(MODEL, STATE, COVID, n_days=40)
    books = [FREE, Policy.preset("alvh")]
    losses = day_losses(paths, tables, books, CAPITAL, shock)
    assert losses.shape == (2, 40)
    assert (losses >= 0.0).all()
    for day in (0, 3, 18, 39):
        worst = 0.0
        for percent in (-8.0, 6.0):
            there = shocked(MODEL, at(paths, day), percent, 1.5)
            arrays = []
            for name in ("spot", "variance", "mean_variance"):
                row = np.full(45, float(getattr(there, name)))
                row[: day + 1] = getattr(paths, name)[0, : day + 1]
                arrays.append(row[None])
            wealth = run_policies(MarketPaths(*arrays), tables, books, CAPITAL).wealth[:, 0]
            worst = np.maximum(worst, wealth[:, day] - wealth[:, day + 1])
        np.testing.assert_allclose(losses[:, day], worst, atol=1e-6)
    monkeypatch.setattr(stress_liquidity, "_BRANCHES", 7)
    np.testing.assert_array_equal(day_losses(paths, tables, books, CAPITAL, shock), losses)


def test_shock_of_a_day():
    down, up = (shocked(MODEL, STATE, percent, 1.5) for percent in (-8.0, 6.0))
    assert (float(down.spot), float(up.spot)) == pytest.approx((4600.0, 5300.0))
    assert float(vix_index(MODEL, down)) == pytest.approx(28.0)
    assert float(vix_index(MODEL, up)) == pytest.approx(9.414, abs=0.01)  # none lower than that


def test_vix_goes_with_the_index_as_on_its_worst_days():
    """The default of `DayShock.vix_per_percent`."""
    history = closes()
    falls = -100.0 * history["spx_close"].pct_change(fill_method=None)
    rises = history["vix_close"].diff()
    days = (falls > 3.0) & rises.notna()
    assert days.sum() == 87
    assert rises[days].sum() / falls[days].sum() == pytest.approx(1.5, abs=0.05)


def test_quick_ratio_by_hand(tables):
    wealth, hedge = np.array([[100.0, 80.0, 60.0]]), np.array([[10.0, 30.0, 0.0]])
    need = np.array([[45.0, 100.0, 0.0]])
    np.testing.assert_array_equal(quick_ratios(wealth, hedge, need), [[2.0, 0.5, np.inf]])
    run = run_stress(tables, STATE, FREE, CAPITAL, WEEK)
    first = of(run, "static_layers", ALL_LAYERS).iloc[0]
    book = open_book(MODEL, STATE, FREE.condor, FREE.layers)
    worse = min(float(book.profit(shocked(MODEL, STATE, x, 1.5), 1)) for x in (-8.0, 6.0))
    lost = -worse - CAPITAL * np.expm1(MODEL.rate / TRADING_DAYS)
    expected = (CAPITAL - book.premium_paid) / (book.max_loss + lost)
    assert first["quick_ratio"] == pytest.approx(expected, rel=0.005)


def test_liquidity_runs_out_when_the_account_is_small(tables):
    margin = open_book(MODEL, STATE, CondorRule()).max_loss
    run = run_stress(tables, STATE, Policy.preset("unhedged"), 1.4 * margin, COVID)
    row = run.summary.iloc[0]
    days = of(run, "unhedged", NO_HEDGE)
    assert days.loc[0, "quick_ratio"] < 1.0  # 40 % above the margin do not cover a shock
    assert row["liquidity_day"] == 0.0
    closed = int(row["margin_day"])
    assert 0 < closed < 18
    assert days.loc[closed - 1, "wealth"] >= days.loc[closed - 1, "margin"] > 0.0
    assert (days.loc[closed:, "margin"] == 0.0).all()
    assert np.isinf(days.loc[closed:, "quick_ratio"]).all()
    # no shock to reckon with: it runs out where the engine closes it, if not before
    calm = DayShock(fall=0.0, rise=0.0)
    later = run_stress(tables, STATE, Policy.preset("unhedged"), 1.4 * margin, COVID, shock=calm)
    assert later.summary.iloc[0]["liquidity_day"] <= closed
    assert later.summary.iloc[0]["margin_day"] == closed


# --- Reverse ---------------------------------------------------------------------------------


def lost(tables, policy, depth, n_days, per=None):
    """Percent of capital lost in a fall, along paths made by hand."""
    spot = 5000.0 * (1.0 - depth / 100.0) ** (np.arange(n_days + 1) / n_days)
    paths = shock_paths(
        tables, PREMIA, STATE, np.array([depth]), n_days, length=40, vix_per_percent=per
    )
    np.testing.assert_allclose(paths.spot[0, : n_days + 1], spot)
    wealth = run_policies(paths, tables, [policy], CAPITAL).wealth[0, 0, n_days]
    return 100.0 * (1.0 - wealth / CAPITAL)


@pytest.mark.parametrize("n_days", [1, 5, 21])
@pytest.mark.parametrize("per", [None, 1.5])
@pytest.mark.parametrize("name", ["unhedged", "static_layers"])
def test_smallest_shock_loses_so_much_and_none_smaller_does(tables, n_days, per, name):
    policy = Policy.preset(name)
    asked = {"loss": 3.0, "n_days": n_days, "vix_per_percent": per}
    found = smallest_shock(tables, PREMIA, STATE, policy, CAPITAL, **asked)
    assert 5.0 < found.depth < 15.0
    assert found.lost == pytest.approx(3.0, abs=1e-6)
    assert lost(tables, policy, found.depth, n_days, per) == pytest.approx(3.0, abs=1e-6)
    for share in (0.999999, 0.99, 0.8, 0.5, 0.2):
        assert lost(tables, policy, share * found.depth, n_days, per) < 3.0
    assert found.curve["depth"].iloc[-1] == MOST_FALL
    over = found.curve.loc[found.curve["depth"] >= found.depth, "lost"] >= 3.0
    assert found.deeper_too == over.all()


def test_a_hedge_asks_for_a_larger_shock_and_pays_beyond_it(tables):
    alone, hedged = (
        smallest_shock(
            tables, PREMIA, STATE, Policy.preset(name), CAPITAL, loss=3.0, vix_per_percent=1.5
        )
        for name in ("unhedged", "static_layers")
    )
    assert hedged.depth > alone.depth
    assert alone.deeper_too
    assert not hedged.deeper_too


def test_no_shock_loses_more_than_the_wings_let(tables):
    policy = Policy.preset("unhedged")
    most = open_book(MODEL, STATE, policy.condor).max_loss / CAPITAL * 100.0
    none = smallest_shock(tables, PREMIA, STATE, policy, CAPITAL, loss=1.01 * most)
    assert (none.depth, none.vix, none.lost) == (None, None, None)
    assert not none.deeper_too
    assert none.curve["lost"].max() < 1.01 * most


def test_vix_follows_the_model_or_the_points_given(tables):
    days = shock_paths(tables, PREMIA, STATE, np.array([0.0, 10.0]), 4, length=6)
    flat = shock_paths(
        tables, PREMIA, STATE, np.array([0.0, 10.0]), 4, length=6, vix_per_percent=2.0
    )
    assert days.spot.shape == (2, 7)
    np.testing.assert_allclose(flat.spot[0], 5000.0)
    np.testing.assert_allclose(flat.spot[1, 4:], 4500.0)
    end = MarketState(
        spot=4500.0, variance=flat.variance[1, 4], mean_variance=flat.mean_variance[1, 4]
    )
    assert float(vix_index(MODEL, end)) == pytest.approx(36.0, abs=1e-6)
    np.testing.assert_allclose(flat.variance[0], STATE.variance)
    assert days.variance[1, 4] > days.variance[0, 4]
    policy = Policy.preset("unhedged")
    found = smallest_shock(tables, PREMIA, STATE, policy, CAPITAL, loss=3.0, vix_per_percent=2.0)
    assert found.vix == pytest.approx(16.0 + 2.0 * found.depth)
    assert found.deepest_expected is None
    model = smallest_shock(tables, PREMIA, STATE, policy, CAPITAL, loss=3.0)
    beyond = model.curve[model.curve["depth"] >= model.deepest_expected]
    assert 5.0 < model.deepest_expected < MOST_FALL
    assert np.ptp(beyond["vix"]) == 0.0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"loss": 0.0}, "loss must be > 0"),
        ({"n_days": 0}, "n_days must be from 1 to 63"),
        ({"vix_per_percent": -1.0}, "vix_per_percent must be >= 0 points, got -1"),
    ],
)
def test_reverse_arguments_are_checked(tables, changes, words):
    with pytest.raises(ParameterError, match=words):
        smallest_shock(tables, PREMIA, STATE, HEDGED, CAPITAL, **changes)
    with pytest.raises(ParameterError, match="depths must be from 0 to 60 %, got 61"):
        shock_paths(tables, PREMIA, STATE, np.array([61.0]), 1, length=5)
