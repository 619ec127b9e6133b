"""The hedge: shocks add up, carry is a slope, costs are expected losses, comparisons are fair."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.clock import TRADING_DAYS, VIX_HORIZON, trading_days, year_fraction
from alvh.model import ModelParameters, RiskPremia
from alvh.pricing import (
    PricingTables,
    black_price,
    implied_state,
    implied_volatility,
    vix_future,
    vix_index,
    vix_option,
)
from alvh.pricing.variance import log_contract_variance
from alvh.risk import hedge, hedge_compare
from alvh.risk.inference import interval
from alvh.risk.outlook import book_outlook
from alvh.simulation import simulate_paths
from alvh.strategy import LAYERS_442, CondorRule, HedgeLayer, Policy, open_book, run_policies
from alvh.strategy.engine import COUNTS

MODEL, PREMIA = ModelParameters.default(), RiskPremia.default()
STATE = implied_state(MODEL, 5000.0, 16.4, 18.1)
PANIC = implied_state(MODEL, 5000.0, 60.0, 48.0)
EVERY_KIND = (
    HedgeLayer(dte=30, roll_dte=21, quantity=4),
    HedgeLayer(instrument="call_spread", dte=60, width=10.0, quantity=6),
    HedgeLayer(instrument="future", dte=110, roll_dte=60, quantity=1),
)
RISES = np.linspace(-4.0, 60.0, 33)


@pytest.fixture(scope="module")
def tables():
    return PricingTables.build(MODEL)


@pytest.fixture(scope="module")
def book():
    return open_book(MODEL, STATE, CondorRule(), EVERY_KIND)


def of(frame, layer):
    return frame.loc[frame["layer"] == layer, "profit"].to_numpy()


# --- Strikes -------------------------------------------------------------------------------------


def test_a_multiple_is_a_listed_strike_near_it_at_the_models_price():
    layers = (
        HedgeLayer(dte=60, strike_by="multiple", multiple=1.5, quantity=2),
        HedgeLayer(dte=60, strike_by="multiple", multiple=1.5, instrument="call_spread"),
        HedgeLayer(dte=60, strike_by="multiple", instrument="future", quantity=1),
        *LAYERS_442,
    )
    plain = open_book(MODEL, STATE, CondorRule(), layers)
    book = hedge.hedged_book(MODEL, STATE, CondorRule(), layers)
    call, long, short, future, *others = book.hedge
    assert call.strike == long.strike == pytest.approx(1.5 * call.reference, abs=0.51)
    assert short.strike == pytest.approx(long.strike + 10.0, abs=1.26)
    for leg in (call, short):
        exact = vix_option(MODEL, STATE, leg.strike, year_fraction(leg.n_days), "call")
        assert leg.price == pytest.approx(float(exact), abs=1e-12)
    assert (future, others) == (plain.hedge[3], [*plain.hedge[4:]])
    assert book.condor == plain.condor
    assert call.strike != plain.hedge[0].strike  # by delta it would be another


def test_the_simulation_buys_the_same_strike(tables):
    layer = HedgeLayer(dte=60, strike_by="multiple", multiple=1.5, quantity=2)
    book = hedge.hedged_book(MODEL, STATE, CondorRule(), (layer,))
    paths = simulate_paths(MODEL, PREMIA, STATE, 1, 45, seed=1)
    run = run_policies(paths, tables, [Policy(layers=(layer,))], capital=500_000, recorded=1)
    _, _, _, quantity, price, _ = next(row for row in run.events[0][0] if row[1] > 0)
    assert quantity == 2
    assert price == pytest.approx(book.hedge[0].price, abs=0.01)


# --- Shocks --------------------------------------------------------------------------------------


def test_the_layers_sum_to_the_hedge_and_no_shock_is_no_profit(book, tables):
    for priced in (None, tables):
        shock = hedge.vix_shock(book, RISES, tables=priced)
        layers = [of(shock, name) for name in book.groups[1:]]
        np.testing.assert_allclose(sum(layers), of(shock, hedge.TOTAL), atol=1e-9)
        still = hedge.vix_shock(book, [0.0], tables=priced)["profit"]
        np.testing.assert_allclose(still, 0.0, atol=1e-6)


def test_a_shock_is_the_change_of_the_price_at_that_vix(book):
    shock = hedge.vix_shock(book, [10.0])
    state = STATE.model_copy(
        update={"variance": STATE.variance + _by_vix(float(vix_index(MODEL, STATE)), 10.0)}
    )
    assert float(vix_index(MODEL, state)) == pytest.approx(26.4, abs=1e-9)
    tau = year_fraction(trading_days(110))
    rise = float(vix_future(MODEL, state, tau)) - float(vix_future(MODEL, STATE, tau))
    assert of(shock, "Layer 3")[0] == pytest.approx(1000.0 * rise, abs=1e-6)
    leg = book.hedge[0]
    worth = float(vix_option(MODEL, state, leg.strike, year_fraction(leg.n_days), "call"))
    assert of(shock, "Layer 1")[0] == pytest.approx(400.0 * (worth - leg.price), abs=1e-6)
    assert 0.0 < rise < 10.0  # a future moves less than the VIX


def _by_vix(vix, rise):
    """Variance that lifts the VIX by `rise`."""
    p = log_contract_variance(MODEL, VIX_HORIZON)[0]
    return ((vix + rise) ** 2 - vix**2) / 1e4 / p


def test_tables_stay_within_their_budget(book, tables):
    exact, near = (hedge.vix_shock(book, RISES, tables=t)["profit"] for t in (None, tables))
    budget = 0.02 * max(abs(leg.scale) for leg in book.hedge)  # twice: before and after
    np.testing.assert_allclose(near, exact, atol=budget)
    assert np.abs(near - exact).max() > 0.0


def test_beyond_the_edge_of_the_tables_prices_are_exact(book, tables):
    far = [180.0]
    exact, near = (hedge.vix_shock(book, far, tables=t)["profit"] for t in (None, tables))
    np.testing.assert_allclose(near, exact)


def test_calls_rise_and_bend_up_and_spreads_are_bounded_by_their_width(book):
    shock = hedge.vix_shock(book, np.linspace(0.0, 110.0, 23))
    call, spread = of(shock, "Layer 1"), of(shock, "Layer 2")
    assert (np.diff(call) > 0.0).all()
    low, high = book.hedge[1:3]
    width = (high.strike - low.strike) * low.scale
    paid = (low.price - high.price) * low.scale
    assert (spread < width - paid).all()
    assert (spread > -paid).all()
    assert spread[-1] > 0.6 * (width - paid)


def test_futures_are_linear_in_their_quantity():
    layers = (
        HedgeLayer(instrument="future", dte=60, quantity=1),
        HedgeLayer(instrument="future", dte=60, quantity=-3),
    )
    shock = hedge.vix_shock(open_book(MODEL, STATE, CondorRule(), layers), RISES)
    np.testing.assert_allclose(of(shock, "Layer 2"), -3.0 * of(shock, "Layer 1"), atol=1e-6)


def test_days_later_an_expired_call_is_its_payoff(book):
    leg = book.hedge[0]
    shock = hedge.vix_shock(book, RISES, day=leg.n_days + 3)
    vix = 16.4 + RISES
    expected = 400.0 * (np.maximum(vix - leg.strike, 0.0) - leg.price)
    np.testing.assert_allclose(of(shock, "Layer 1"), expected, atol=1e-4)
    later, sooner = (of(hedge.vix_shock(book, [0.0], day=d), "Total")[0] for d in (10, 5))
    assert later < sooner < 0.0


def test_what_the_model_cannot_show_is_refused(book):
    with pytest.raises(ValueError, match=r"VIX after the shock must be >= 9\.41"):
        hedge.vix_shock(book, [-10.0])
    with pytest.raises(ValueError, match="day must be >= 0"):
        hedge.vix_shock(book, [1.0], day=-1)
    with pytest.raises(ValueError, match="day must be >= 1"):
        hedge.spx_shock(book, PREMIA, np.array([5000.0]), 0, None)


@pytest.mark.parametrize("state", [STATE, PANIC, implied_state(MODEL, 5000.0, 9.0, 9.5)])
def test_the_rises_drawn_hold_no_shock_and_ten_points_and_can_be_shown(state):
    book = open_book(MODEL, state, CondorRule(wing=25), LAYERS_442[:1])
    rises = hedge.shock_rises(book)
    assert {0.0, 10.0} <= set(rises)
    assert len(hedge.vix_shock(book, rises)) == 2 * rises.size


def test_an_index_shock_takes_the_vix_along(book, tables):
    spots = np.array([4500.0, 4800.0, 5000.0, 5100.0])
    shock = hedge.spx_shock(book, PREMIA, spots, 5, tables)
    vix = shock.loc[shock["layer"] == hedge.TOTAL, "vix"].to_numpy()
    assert vix[0] > vix[1] > vix[2]
    layers = [of(shock, name) for name in book.groups[1:]]
    np.testing.assert_allclose(sum(layers), of(shock, hedge.TOTAL), atol=1e-9)
    assert of(shock, hedge.TOTAL)[0] > 0.0 > of(shock, "Condor")[0]
    assert shock["move"].iloc[0] == pytest.approx(-0.1)


def test_the_covering_rise_is_where_the_hedge_gains_the_maximum_loss(tables):
    book = open_book(MODEL, STATE, CondorRule(contracts=2), LAYERS_442)
    rise = hedge.covering_rise(book, tables)
    at = hedge.vix_shock(book, [rise, rise - 1.0], tables=tables)
    assert of(at, hedge.TOTAL)[0] == pytest.approx(book.max_loss, rel=2e-3)
    assert of(at, hedge.TOTAL)[1] < book.max_loss
    spread = (HedgeLayer(instrument="call_spread", quantity=1),)
    assert np.isnan(hedge.covering_rise(open_book(MODEL, STATE, CondorRule(), spread), tables))
    assert np.isnan(hedge.covering_rise(open_book(MODEL, STATE, CondorRule()), tables))
    high = open_book(MODEL, implied_state(MODEL, 5000.0, 140.0, 90.0), CondorRule(wing=25))
    assert np.isnan(hedge.covering_rise(high, tables))


# --- Carry and cost ------------------------------------------------------------------------------


def test_carry_is_the_slope_in_time_and_roll_down_blacks_share_of_it(book, tables):
    table = hedge.layer_table(book, PREMIA, tables, n_paths=200).set_index("layer")
    step = 0.05  # trading days
    for name, legs in hedge.layer_legs(book).items():
        carry = slide = 0.0
        for leg in legs:
            tau, less = (year_fraction(leg.n_days - d) for d in (-step, step))
            middle = year_fraction(leg.n_days)
            f0, f1 = (float(vix_future(MODEL, STATE, t)) for t in (tau, less))
            if leg.product == "vix future":
                change = rolled = f1 - f0
            else:
                p0, p1 = (
                    float(vix_option(MODEL, STATE, leg.strike, t, "call")) for t in (tau, less)
                )
                change = p1 - p0
                sigma = float(
                    implied_volatility(
                        leg.price, leg.reference, leg.strike, middle, "call", rate=MODEL.rate
                    )
                )
                a, b = (
                    float(black_price(f, leg.strike, sigma * middle**0.5, "call")) for f in (f0, f1)
                )
                rolled = np.exp(-MODEL.rate * middle) * (b - a)
            carry += leg.scale * change / (2.0 * step)
            slide += leg.scale * rolled / (2.0 * step)
        assert table.loc[name, "carry"] == pytest.approx(carry, rel=2e-4, abs=1e-3)
        assert table.loc[name, "roll_down"] == pytest.approx(slide, rel=2e-3, abs=1e-3)
    assert table.loc["Layer 3", "carry"] == table.loc["Layer 3", "roll_down"]


def test_the_table_adds_up_and_convexity_is_gain_over_a_years_carry(book, tables):
    table = hedge.layer_table(book, PREMIA, tables, n_paths=500).set_index("layer")
    for column in ("premium", "carry", "roll_down", "gain"):
        layers = table.loc[list(book.groups[1:]), column].sum()
        assert table.loc[hedge.TOTAL, column] == pytest.approx(layers)
    assert table.loc[hedge.TOTAL, "premium"] == pytest.approx(book.premium_paid)
    one = table.loc["Layer 1"]
    assert one["convexity"] == pytest.approx(one["gain"] / (-252.0 * one["carry"]))
    # costs are regressed on different controls: equal to what the paths resolve
    costs = table.loc[list(book.groups[1:]), "cost"].sum()
    assert table.loc[hedge.TOTAL, "cost"] == pytest.approx(costs, rel=0.05)


def test_a_layer_that_earns_by_waiting_has_no_convexity_a_dollar(tables):
    book = open_book(MODEL, PANIC, CondorRule(), (HedgeLayer(dte=60, quantity=4),))
    table = hedge.layer_table(book, PREMIA, tables, n_paths=200)
    assert (table["carry"] > 0.0).all()
    assert table["convexity"].isna().all()


def test_no_layers_is_an_empty_hedge(tables):
    book = open_book(MODEL, STATE, CondorRule())
    table = hedge.layer_table(book, PREMIA, tables)
    assert table["layer"].tolist() == [hedge.TOTAL]
    assert table[["premium", "carry", "gain", "cost"]].to_numpy().tolist() == [[0.0] * 4]
    assert (hedge.vix_shock(book, RISES)["profit"] == 0.0).all()
    assert hedge_compare.overlap(book, PREMIA, tables).empty


def test_costs_are_expected_losses_and_nil_without_premia(book, tables):
    costs = hedge.yearly_costs(book, RiskPremia.none(), tables, n_paths=100_000, seed=5)
    for name, cost in costs.items():
        # resolves 0.003 VIX points a holding; the tables may add 0.002 on average
        scale = sum(
            abs(leg.scale) * TRADING_DAYS / hedge.holding_days(hedge.layer_of(book, group))
            for group, legs in hedge.layer_legs(book).items()
            for leg in legs[:1]
            if name in (group, hedge.TOTAL)
        )
        assert abs(cost.value) < 3.5 * cost.standard_error + 0.002 * scale
    paid = hedge.yearly_costs(book, PREMIA, tables, n_paths=20_000)
    assert all(cost.value > 5.0 * cost.standard_error > 0.0 for cost in paid.values())


def test_closed_with_the_condor_the_cost_is_the_outlooks(tables):
    layers = tuple(layer.model_copy(update={"roll_dte": 0}) for layer in LAYERS_442[:1])
    book = open_book(MODEL, STATE, CondorRule(), layers)
    mine = hedge.yearly_costs(book, PREMIA, tables)
    theirs = book_outlook(book, PREMIA, tables).hedge_cost
    assert mine[hedge.TOTAL].value == pytest.approx(theirs.value, rel=1e-9)
    assert mine[hedge.TOTAL].standard_error == pytest.approx(theirs.standard_error, rel=1e-9)


def test_the_curve_begins_at_vix_and_meets_the_future_of_each_layer(book, tables):
    curve = hedge.future_curve(book, tables)
    assert curve.iloc[0].tolist() == pytest.approx([0.0, 16.4], abs=1e-6)
    assert curve["dte"].is_monotonic_increasing
    for leg in book.hedge:
        here = np.interp(leg.n_days * 365 / 252, curve["dte"], curve["vix"])
        assert here == pytest.approx(leg.reference, abs=0.02)


# --- Equal cost ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Layer 1", "Layer 2", "Layer 3"])
def test_equal_cost_is_equal(book, tables, name):
    found = hedge_compare.equal_cost(book, name, PREMIA, tables, RISES, n_paths=2000)
    table = found.table.set_index("instrument")
    assert set(table.index) == {"call", "call_spread", "future"}
    np.testing.assert_allclose(table["quantity"] * table["unit_cost"], found.cost.value, rtol=1e-6)
    layer = hedge.layer_of(book, name)
    assert table.index[0] == layer.instrument
    assert table["quantity"].iloc[0] == layer.quantity
    assert (table["low"] <= table["quantity"]).all()
    assert (table["quantity"] <= table["high"]).all()
    whole = hedge.vix_shock(book, RISES, tables=tables)
    own = found.curves[found.curves["instrument"] == layer.instrument]["profit"]
    np.testing.assert_allclose(own, of(whole, name), atol=1e-6)
    alone = hedge.yearly_costs(book, PREMIA, tables, n_paths=2000)[name]
    assert alone.value == pytest.approx(found.cost.value)


def test_the_interval_of_a_quantity_holds_that_of_many_paths(book, tables):
    few = hedge_compare.equal_cost(book, "Layer 1", PREMIA, tables, RISES, n_paths=4000)
    many = hedge_compare.equal_cost(book, "Layer 1", PREMIA, tables, RISES, n_paths=100_000, seed=9)
    one, other = few.table.set_index("instrument"), many.table.set_index("instrument")
    for kind in ("call_spread", "future"):
        width = one.loc[kind, "high"] - one.loc[kind, "low"]
        assert abs(one.loc[kind, "quantity"] - other.loc[kind, "quantity"]) < 0.8 * width
        assert width < 0.5 * one.loc[kind, "quantity"]


def test_without_an_expected_cost_no_quantity_is_named(book, tables):
    found = hedge_compare.equal_cost(book, "Layer 1", RiskPremia.none(), tables, RISES)
    assert found.table["quantity"].notna().tolist() == [True, False, False]
    assert found.curves["instrument"].unique().tolist() == ["call"]
    with pytest.raises(ValueError, match="Layer 1, Layer 2, Layer 3"):
        hedge_compare.equal_cost(book, "Layer 9", PREMIA, tables, RISES)


# --- Overlap -------------------------------------------------------------------------------------


def test_twins_overlap_wholly_and_opposites_not_at_all(tables):
    layer = HedgeLayer(dte=60, quantity=4)
    opposite = layer.model_copy(update={"quantity": -4})
    book = open_book(MODEL, STATE, CondorRule(), (layer, layer, opposite))
    pairs = hedge_compare.overlap(book, PREMIA, tables, n_paths=2000)
    pairs = pairs.set_index(["layer", "other"])
    twin, foe = pairs.loc[("Layer 1", "Layer 2")], pairs.loc[("Layer 1", "Layer 3")]
    assert (twin["correlation"], twin["shared"]) == (pytest.approx(1.0), pytest.approx(1.0))
    assert (foe["correlation"], foe["shared"]) == (pytest.approx(-1.0), 0.0)
    assert pairs.loc[("Layer 3", hedge_compare.ANY), "shared"] == 0.0


def test_overlap_is_symmetric_in_correlation_and_bounded(book, tables):
    pairs = hedge_compare.overlap(book, PREMIA, tables, n_paths=2000)
    wide = pairs.pivot(index="layer", columns="other", values="correlation")
    square = wide[list(book.groups[1:])].to_numpy()
    np.testing.assert_allclose(square, square.T)
    np.testing.assert_allclose(np.diag(square), 1.0)
    known = pairs.dropna(subset="shared")
    assert (known["shared_low"] <= known["shared"]).all()
    assert known[["shared", "shared_low", "shared_high"]].stack().between(0.0, 1.0).all()
    together = pairs.pivot(index="layer", columns="other", values="shared")
    others = together.drop(columns=hedge_compare.ANY).max(axis=1)
    assert (together[hedge_compare.ANY] >= others).all()


def test_the_interval_of_a_correlation_covers():
    rng = np.random.default_rng(3)
    inside = 0
    for _ in range(400):
        x, z = rng.normal(size=(2, 300))
        y = 0.6 * x + 0.8 * z
        found = interval(hedge_compare._correlation(x, y))
        inside += found.low <= 0.6 <= found.high
    assert 0.91 < inside / 400 < 0.98


# --- Calendar ------------------------------------------------------------------------------------


@given(dte=st.integers(7, 270), left=st.integers(0, 269))
def test_a_calendar_has_no_gap_and_keeps_the_days(dte, left):
    layer = HedgeLayer(dte=dte, roll_dte=min(left, dte - 1), quantity=1)
    calendar = hedge.roll_calendar([layer], 252)
    assert calendar["opened"].tolist() == [0, *calendar["closed"].tolist()[:-1]]
    assert calendar["closed"].iloc[-1] == 252
    held = (calendar["closed"] - calendar["opened"]).to_numpy()
    assert (held[:-1] == hedge.holding_days(layer)).all()
    assert held[-1] <= hedge.holding_days(layer)


def test_the_calendar_is_the_simulations(tables):
    layers = (*LAYERS_442, HedgeLayer(dte=45, quantity=1))
    paths = simulate_paths(MODEL, PREMIA, STATE, 1, 252, seed=1)
    policy = Policy(layers=layers)
    run = run_policies(paths, tables, [policy], capital=5_000_000)
    rolled = run.counts[0, 0][COUNTS.index("layer rolled")]
    calendar = hedge.roll_calendar(layers)
    assert (calendar["how"] == "rolled").sum() - rolled in (0, 1)  # none on the last day
    assert set(calendar.loc[calendar["layer"] == "Layer 4", "how"]) == {"settled", "held"}


def test_layers_of_no_quantity_have_no_calendar():
    assert hedge.roll_calendar([HedgeLayer(quantity=0)]).empty
    with pytest.raises(ValueError, match="n_days must be >= 1"):
        hedge.roll_calendar(LAYERS_442, 0)
