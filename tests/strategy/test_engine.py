"""The engine by its books: sums, independence, and rules seen on hand-made markets."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.clock import trading_days
from alvh.market import spx_strike, vix_strike
from alvh.model import MarketState, RiskPremia
from alvh.pricing import (
    PricingTables,
    black_delta,
    implied_volatility,
    spx_option,
    vix_future,
    vix_index,
    vix_option,
)
from alvh.pricing.grid import cubic_surface, spx_root, state_weights, vix_forward
from alvh.signals import Signals
from alvh.simulation import MarketPaths, simulate_paths
from alvh.strategy import (
    CondorRule,
    Costs,
    HedgeLayer,
    Policy,
    RegimeRule,
    StopRule,
    TimeShift,
    Vote,
    run_policies,
)
from alvh.strategy import _strikes as strikes_of
from alvh.strategy.engine import COUNTS, EXITS
from tests.strategy.market import CALM, MODEL, STRESS, market, rows, tables
from tests.strategy.strategies import policies, scales

CAPITAL = 1e6
INTEREST = np.expm1(MODEL.rate / 252)
OPENED, SETTLED, RESIZED, ROLLED, MONETISED = 6, 7, 8, 10, 11
MARGIN, SHIFTED, STOP = (EXITS.index(name) for name in ("margin", "shift", "stop"))
FREE = Costs.none()
SHORT = CondorRule(dte=5)  # three trading days


@pytest.fixture(scope="module")
def simulated():
    """Thirty-two paths of 90 days, half of them from stress."""
    parts = [
        simulate_paths(MODEL, RiskPremia.default(), state, 16, 90, seed=3)
        for state in (CALM, STRESS)
    ]
    names = ("spot", "variance", "mean_variance")
    return MarketPaths(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))


def run_one(paths, policy, capital=CAPITAL, **options):
    return run_policies(paths, tables(), [policy], capital, recorded=paths.n_paths, **options)


def count(outcomes, name, policy=0):
    return outcomes.counts[policy, :, COUNTS.index(name)]


def part(outcomes, name, policy=0):
    return outcomes.parts[policy, :, outcomes.part_names.index(name)]


# --- Sums -----------------------------------------------------------------------------------


@settings(max_examples=60)
@given(st.lists(policies(), min_size=1, max_size=3), st.floats(1e5, 1e7))
def test_parts_sum_to_the_change_in_wealth_to_the_cent(simulated, chosen, capital):
    outcomes = run_policies(simulated, tables(), chosen, capital)
    change = outcomes.wealth[..., -1] - capital
    np.testing.assert_allclose(outcomes.parts.sum(axis=2), change, atol=0.005)


@settings(max_examples=30)
@given(policies())
def test_the_books_are_consistent(simulated, policy):
    outcomes = run_one(simulated, policy)
    assert np.isfinite(outcomes.wealth).all()
    counts = dict(zip(COUNTS, outcomes.counts[0].T, strict=True))
    closed, won, profit, squares = outcomes.trades[0].T
    np.testing.assert_array_equal(closed, sum(counts[name] for name in EXITS))
    assert (won <= closed).all()
    assert (squares * closed >= profit**2 * (1.0 - 1e-9)).all()
    assert (counts["calm"] + counts["watch"] + counts["stress"] <= simulated.n_days + 1).all()
    assert (part(outcomes, "costs") <= 0.0).all()
    for i, events in enumerate(outcomes.events[0]):
        day, what, reason, quantity, price, cost = events.T
        assert (np.diff(day) >= 0.0).all()
        assert (quantity == np.rint(quantity)).all()
        assert (cost >= 0.0).all()
        np.testing.assert_allclose(part(outcomes, "costs")[i], -cost.sum(), atol=0.005)
        condor = what == 0
        sold = condor & (reason == OPENED)
        assert (price[sold] > 0.0).all()
        received = -100.0 * (quantity * price)[sold].sum()
        np.testing.assert_allclose(part(outcomes, "credits")[i], received, atol=0.005)
        # one condor at a time, bought back in the size it was sold
        np.testing.assert_array_equal(quantity[condor][1::2], -quantity[condor][:-1:2])
        # never two closings or two openings in a row
        assert (np.diff(reason[condor] == OPENED) != 0).all()
        assert sold.sum() - (condor & ~sold).sum() in (0, 1)


def test_trades_reconcile_with_wealth_without_interest():
    # everything settles on the last day, so wealth is capital and what was traded
    free = MODEL.model_copy(update={"rate": 0.0})
    paths = simulate_paths(free, RiskPremia.default(), STRESS, 64, 20, seed=8)
    policy = Policy(
        condor=CondorRule(dte=14, contracts=3),
        layers=(
            HedgeLayer(dte=29, quantity=5),
            HedgeLayer(instrument="call_spread", dte=14, quantity=-2),
            HedgeLayer(instrument="future", dte=29, quantity=1, stress_quantity=2),
            HedgeLayer(instrument="future", dte=14, quantity=-1),
        ),
        regime=by_vix(stress=40.0),
    )
    outcomes = run_policies(paths, tables().with_carry(free), [policy], CAPITAL, recorded=64)
    multiplier = np.array([100.0, 100.0, 100.0, 1000.0, 1000.0])
    resized = 0
    for i, events in enumerate(outcomes.events[0]):
        _, what, reason, quantity, price, cost = events.T
        for k in range(5):
            assert quantity[what == k].sum() == 0.0
        resized += (reason == RESIZED).sum()
        earned = -(quantity * multiplier[what.astype(int)] * price).sum() - cost.sum()
        assert outcomes.wealth[0, i, -1] - CAPITAL == pytest.approx(earned, abs=0.01)
    assert resized > 10


def test_cash_earns_interest_from_the_day_of_each_trade(simulated):
    policy = Policy(condor=CondorRule(dte=14, contracts=3), layers=(HedgeLayer(dte=29),))
    names = ("spot", "variance", "mean_variance")
    paths = rows(*(getattr(simulated, name)[:, :21] for name in names))
    outcomes = run_one(paths, policy)
    for i, events in enumerate(outcomes.events[0]):
        day, _, _, quantity, price, cost = events.T
        flows = -100.0 * quantity * price - cost
        expected = CAPITAL * (1 + INTEREST) ** 20 + (flows * (1 + INTEREST) ** (20 - day)).sum()
        assert outcomes.wealth[0, i, -1] == pytest.approx(expected, abs=0.01)


def test_gains_of_a_future_earn_interest_from_the_next_day():
    vix = [16.0, 18.0, 30.0, 25.0, 40.0, 38.0, 20.0]
    paths = market(5000.0 * np.ones(7), vix)
    never = by_vix(watch=5.0, suspend="in watch and stress")
    layer = HedgeLayer(instrument="future", dte=60, quantity=50)
    policy = Policy(condor=SHORT, layers=(layer,), regime=never, costs=FREE)
    wealth = run_one(paths, policy).wealth[0, 0]
    n, cash, mark = trading_days(60), CAPITAL, 0.0
    for day in range(7):
        state = MarketState(
            spot=5000.0, variance=paths.variance[0, day], mean_variance=paths.mean_variance[0, day]
        )
        price = tables().vix_future(state, n - day)
        if day > 0:
            cash = cash * (1.0 + INTEREST) + 50_000.0 * (price - mark)
        mark = price
        assert wealth[day] == pytest.approx(cash, abs=0.01)


def test_profit_is_discounted_wealth_less_capital(simulated):
    outcomes = run_one(simulated, Policy())
    discounted = outcomes.wealth[0, :, -1] * np.exp(-MODEL.rate * 90 / 252)
    np.testing.assert_allclose(outcomes.profit[0], discounted - CAPITAL, atol=1e-6)


# --- Independence ---------------------------------------------------------------------------


@settings(max_examples=15)
@given(st.lists(policies(), min_size=2, max_size=4))
def test_a_policy_does_not_depend_on_its_company(simulated, chosen):
    # twins among them, so that positions are held in common and priced once
    twin = chosen[0].model_copy(update={"stop": StopRule(kind="credit multiple", multiple=1.0)})
    chosen = [*chosen, twin]
    together = run_policies(simulated, tables(), chosen, CAPITAL)
    for p, policy in enumerate(chosen):
        alone = run_policies(simulated, tables(), [policy], CAPITAL)
        np.testing.assert_array_equal(together.wealth[p], alone.wealth[0])
        np.testing.assert_array_equal(together.trades[p], alone.trades[0])
        np.testing.assert_array_equal(together.counts[p], alone.counts[0])
        width = alone.parts.shape[2]
        np.testing.assert_array_equal(together.parts[p, :, :width], alone.parts[0])
        assert not together.parts[p, :, width:].any()


def test_a_path_does_not_depend_on_its_company(simulated):
    chosen = [Policy.preset("alvh"), Policy.preset("static_stop")]
    all_paths = run_policies(simulated, tables(), chosen, CAPITAL)
    last = MarketPaths(simulated.spot[-3:], simulated.variance[-3:], simulated.mean_variance[-3:])
    few = run_policies(last, tables(), chosen, CAPITAL)
    np.testing.assert_array_equal(few.wealth, all_paths.wealth[:, -3:])


def test_the_number_of_threads_changes_nothing(simulated):
    chosen = [Policy.preset(name) for name in ("static_stop", "static_layers", "alvh")]
    threads = numba.get_num_threads()
    runs = []
    try:
        for n in (1, 2):
            numba.set_num_threads(n)
            runs.append(run_policies(simulated, tables(), chosen, CAPITAL, recorded=4))
    finally:
        numba.set_num_threads(threads)
    for name in ("wealth", "parts", "trades", "counts"):
        np.testing.assert_array_equal(getattr(runs[0], name), getattr(runs[1], name))
    for one, two in zip(runs[0].events[2], runs[1].events[2], strict=True):
        np.testing.assert_array_equal(one, two)


def test_a_layer_of_nothing_and_a_rule_switched_off_change_nothing(simulated):
    plain = Policy(condor=CondorRule(dte=20))
    idle = plain.model_copy(
        update={
            "layers": (HedgeLayer(quantity=0), HedgeLayer(instrument="future", quantity=0)),
            "shift": TimeShift(on=True, delta=0.999),
            "stop": StopRule(kind="credit multiple", multiple=20.0),
            "regime": by_vix(watch=5.0, stress=100.0),
        }
    )
    outcomes = run_policies(simulated, tables(), [plain, idle], 1e7)
    same = count(outcomes, "shift", 1) + count(outcomes, "stop", 1) == 0
    assert same.sum() > 20
    np.testing.assert_array_equal(outcomes.wealth[0][same], outcomes.wealth[1][same])
    assert (count(outcomes, "watch", 1) == simulated.n_days + 1).all()


# --- Strikes --------------------------------------------------------------------------------


@settings(max_examples=300)
@given(st.floats(0.01, 300.0) | st.integers(1, 1200).map(lambda k: k / 4.0))
def test_compiled_vix_strikes_are_the_listed_ones(level):
    strike = strikes_of.listed_vix(level)
    assert strike == vix_strike(level)
    above = vix_strike(np.nextafter(strike + 0.5 * strikes_of.vix_step(strike), np.inf))
    assert above == strike + strikes_of.vix_step(strike)


@settings(max_examples=300)
@given(st.floats(0.01, 20_000.0) | st.integers(1, 4000).map(lambda k: 2.5 * k))
def test_compiled_index_strikes_are_the_listed_ones(level):
    assert strikes_of.listed_spx(level) == spx_strike(level)


def exact_delta(price, forward, strike, n_days, kind):
    tau = n_days / 252
    volatility = implied_volatility(price, forward, strike, tau, kind, rate=MODEL.rate)
    return abs(float(black_delta(forward, strike, volatility * np.sqrt(tau), kind)))


@pytest.mark.parametrize("n_days", [1, 5, 31, 83])
@pytest.mark.parametrize(
    ("delta", "kind"), [(0.02, "put"), (0.16, "put"), (0.5, "put"), (0.05, "call"), (0.3, "call")]
)
def test_index_strikes_from_the_map_have_the_asked_delta(n_days, delta, kind):
    grid = tables().grid
    maps = strikes_of.spx_delta_map(grid, n_days, delta, put=kind == "put")[None]
    forward = 5000.0 * np.exp((MODEL.rate - MODEL.dividend_yield) * n_days / 252)
    for v, m in ((0.004, 0.012), (0.0143, 0.0165), (0.05, 0.03), (0.2, 0.06), (0.6, 0.1)):
        weights = state_weights(grid.axes, *grid.future.shape[1:], v, m)
        y = cubic_surface(maps, 0, *weights)
        strike = forward * np.exp(y * spx_root(grid, n_days, v, m))
        state = MarketState(spot=5000.0, variance=v, mean_variance=m)
        price = spx_option(MODEL, state, strike, n_days / 252, kind)
        assert exact_delta(price, forward, strike, n_days, kind) == pytest.approx(delta, abs=0.003)


@pytest.mark.parametrize("n_days", [5, 21, 76, 186])
@pytest.mark.parametrize("delta", [0.05, 0.10, 0.5, 0.95])
def test_vix_strikes_from_the_map_have_the_asked_delta(n_days, delta):
    grid = tables().grid
    maps = strikes_of.vix_delta_map(grid, n_days, delta)[None]
    for v, m in ((0.004, 0.012), (0.0143, 0.0165), (0.05, 0.03), (0.2, 0.06), (0.6, 0.1)):
        weights = state_weights(grid.axes, *grid.future.shape[1:], v, m)
        y = cubic_surface(maps, 0, *weights)
        decimal = vix_forward(grid, n_days, v, m, *weights)
        strike = 100.0 * decimal * np.exp(strikes_of.vix_log_strike(grid, n_days, v, m, decimal, y))
        state = MarketState(spot=5000.0, variance=v, mean_variance=m)
        future = vix_future(MODEL, state, n_days / 252)
        price = vix_option(MODEL, state, strike, n_days / 252, "call")
        assert exact_delta(price, future, strike, n_days, "call") == pytest.approx(delta, abs=0.003)


@pytest.mark.parametrize(
    "rule",
    [
        CondorRule(put_delta=0.16, call_delta=0.08),
        CondorRule(strikes_by="expected move", put_moves=1.2, call_moves=0.8, dte=20),
        CondorRule(strikes_by="credit", credit=3.0, dte=10),
        CondorRule(strikes_by="credit", credit=30.0, wings=False),
    ],
    ids=["delta", "move", "credit", "strangle"],
)
def test_condors_are_sold_at_listed_strikes(rule):
    """The credit is that of two listed short strikes, and of no others by chance."""
    paths = market(np.linspace(4800.3, 5204.7, 6)[:, None] * np.ones(90), 18.0)
    outcomes = run_one(paths, Policy(condor=rule, costs=FREE), 1e7)
    n = trading_days(rule.dte)
    for i, events in enumerate(outcomes.events[0]):
        spot = paths.spot[i, 0]
        state = MarketState(
            spot=spot, variance=paths.variance[i, 0], mean_variance=paths.mean_variance[i, 0]
        )
        puts = spx_strike(spot) - 5.0 * np.arange(0, 140)
        calls = spx_strike(spot) + 5.0 * np.arange(0, 140)
        price = tables().spx_option
        put, call = price(state, puts, n, "put"), price(state, calls, n, "call")
        if rule.wings:
            put = put - price(state, puts - rule.wing, n, "put")
            call = call - price(state, calls + rule.wing, n, "call")
        gap = np.abs(put[:, None] + call - events[0, 4])
        assert gap.min() < 1e-9
        at_put, at_call = np.unravel_index(gap.argmin(), gap.shape)
        if rule.strikes_by == "delta":
            tau = n / 252
            forward = spot * np.exp((MODEL.rate - MODEL.dividend_yield) * tau)
            for strike, kind, wanted in (
                (puts[at_put], "put", rule.put_delta),
                (calls[at_call], "call", rule.call_delta),
            ):
                exact = spx_option(MODEL, state, strike, tau, kind)
                delta = exact_delta(exact, forward, strike, n, kind)
                assert delta == pytest.approx(wanted, abs=0.009)  # half a listed strike
        elif rule.strikes_by == "expected move":
            move = spot * 0.18 * np.sqrt(n / 252)
            assert puts[at_put] == spx_strike(spot - 1.2 * move)
            assert calls[at_call] == spx_strike(spot + 0.8 * move)
        else:
            # one listed strike more or less on both sides
            step = np.abs(put[at_put - 1] - put[at_put + 1])
            step += np.abs(call[at_call - 1] - call[at_call + 1])
            assert events[0, 4] == pytest.approx(rule.credit, abs=0.5 * step)


# --- Sizes and costs ------------------------------------------------------------------------


@settings(max_examples=50)
@given(scales())
def test_sizes_follow_the_scale_of_vix(scale):
    vix = np.linspace(10.5, 70.0, 120)
    paths = market(5000.0 * np.ones((120, 4)), vix[:, None] * np.ones(4))
    state = MarketState(
        spot=5000.0, variance=paths.variance[:, 0], mean_variance=paths.mean_variance[:, 0]
    )
    rule = SHORT.model_copy(update={"contracts": 1000, "scale": scale})
    layer = HedgeLayer(quantity=200, scale=scale)
    outcomes = run_one(paths, Policy(condor=rule, layers=(layer,)), 1e9)
    factor = scale.factor(vix_index(MODEL, state))
    for i, events in enumerate(outcomes.events[0]):
        first = events[events[:, 0] == 0]
        for what, asked in ((0, -1000.0), (1, 200.0)):
            sold = first[first[:, 1] == what, 3].sum()
            assert sold == pytest.approx(asked * factor[i], abs=0.5 + 1e-6)


@pytest.mark.parametrize("vix", [11.0, 12.0, 18.0, 45.0, 90.0])
def test_costs_are_as_documented(vix):
    costs = Costs(
        spx_half_spread=0.02,
        vix_half_spread=0.04,
        vix_widening=0.005,
        vix_fraction=0.03,
        widest=8.0,
        commission=1.5,
        adverse=0.02,
    )
    layers = (
        HedgeLayer(quantity=-3),
        HedgeLayer(instrument="future", quantity=2),
    )
    paths = market(5000.0 * np.ones(4), vix)
    policy = Policy(condor=SHORT, layers=layers, costs=costs)
    events = run_one(paths, policy, 1e7).events[0][0]
    call, future, condor = events[events[:, 0] == 0]
    excess = max(vix - 12.0, 0.0)
    spx = min(0.02 + 0.0075 * excess, 8 * 0.02)
    half = min(0.04 + 0.005 * excess, 8 * 0.04)
    assert condor[5] == pytest.approx(10 * (400 * spx + 2 * condor[4] + 4 * 1.5))
    assert call[5] == pytest.approx(3 * (100 * (half + 0.03 * call[4]) + 1.5))
    assert future[5] == pytest.approx(2 * (1000 * half + 1.5))


def test_a_spread_is_charged_a_share_of_both_its_premiums():
    costs = FREE.model_copy(update={"vix_fraction": 0.1})
    layer = HedgeLayer(instrument="call_spread", strike_by="multiple", multiple=1.0, width=5.0)
    paths = market(5000.0 * np.ones(4), 20.0)
    events = run_one(paths, Policy(condor=SHORT, layers=(layer,), costs=costs)).events[0][0]
    state = MarketState(
        spot=5000.0, variance=paths.variance[0, 0], mean_variance=paths.mean_variance[0, 0]
    )
    low = vix_strike(vix_future(MODEL, state, 21 / 252))
    legs = vix_option(MODEL, state, [low, vix_strike(low + 5.0)], 21 / 252, "call")
    assert events[0, 4] == pytest.approx(legs[0] - legs[1], abs=0.02)
    assert events[0, 5] == pytest.approx(4 * 100 * 0.1 * legs.sum(), rel=0.01)


@settings(max_examples=20)
@given(policies())
def test_costs_lower_wealth_by_what_they_are(simulated, policy):
    free = policy.model_copy(update={"costs": FREE})
    dear = policy.model_copy(update={"costs": Costs(adverse=0.02, vix_fraction=0.01)})
    outcomes = run_policies(simulated, tables(), [free, dear], 1e9, recorded=simulated.n_paths)
    assert not part(outcomes, "costs", 0).any()
    left = np.zeros(simulated.n_paths)
    for i in range(simulated.n_paths):
        one, two = outcomes.events[0][i], outcomes.events[1][i]
        np.testing.assert_array_equal(one[:, :5], two[:, :5])
        left[i] = (two[:, 5] * (1 + INTEREST) ** (simulated.n_days - two[:, 0])).sum()
    lost = outcomes.wealth[0, :, -1] - outcomes.wealth[1, :, -1]
    np.testing.assert_allclose(lost, left, atol=0.02)
    np.testing.assert_allclose(
        lost,
        -part(outcomes, "costs", 1) + part(outcomes, "interest", 0) - part(outcomes, "interest", 1),
        atol=0.02,
    )


# --- Regimes --------------------------------------------------------------------------------


def by_vix(watch=15.0, stress=20.0, **changes):
    """Regimes by the level of VIX alone."""
    return RegimeRule(votes=(Vote(signal="vix", watch=watch, stress=stress),), **changes)


def regime_days(rule, vix, vix3m=None):
    """The regime of each close, read off a future of which 1, 2 or 3 are held."""
    layer = HedgeLayer(
        instrument="future", dte=270, quantity=1, watch_quantity=2, stress_quantity=3
    )
    policy = Policy(condor=SHORT, layers=(layer,), regime=rule)
    outcomes = run_one(market(5000.0 * np.ones(len(vix)), vix, vix3m), policy)
    events = outcomes.events[0][0]
    days = np.zeros(len(vix))
    for day, what, _, quantity, _, _ in events:
        if what == 1:
            days[int(day) :] += quantity
    days[-1] = np.nan  # nothing is traded on the last day
    asked = [count(outcomes, name)[0] for name in ("calm", "watch", "stress")]
    assert sum(asked) == len(vix)
    return (days[:-1] - 1).astype(int).tolist()


def test_a_regime_changes_only_when_confirmed():
    vix = [14.0, 16.0, 14.0, 16.0, 16.0, 16.0, 22.0, 14.0, 22.0, 22.0, 14.0, 14.0, 14.0]
    rule = by_vix(hold_days=2)
    assert regime_days(rule, vix) == [0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 0]
    at_once = by_vix(hold_days=1)
    assert regime_days(at_once, vix) == [0, 1, 0, 1, 1, 1, 2, 0, 2, 2, 0, 0]
    slow = by_vix(hold_days=3)
    assert regime_days(slow, vix) == [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1]


def test_the_first_close_decides_at_once_and_without_signals_all_is_calm():
    assert regime_days(by_vix(hold_days=5), [30.0] * 4) == [2, 2, 2]
    assert regime_days(RegimeRule(), [30.0] * 4) == [0, 0, 0]


def test_the_curve_votes():
    vix, far = [20.0, 20.0, 20.0, 20.0, 20.0], [22.0, 20.8, 19.8, 25.0, 25.0]
    rule = RegimeRule(votes=(Vote.of("vix_curve"),), hold_days=1)
    assert regime_days(rule, vix, far) == [0, 1, 2, 0]


def test_the_average_votes_once_it_has_enough_days():
    vix = [20.0, 30.0, 20.0, 26.0, 40.0, 20.0, 20.0]
    rule = RegimeRule(
        votes=(Vote.of("vix_to_average"),), parameters=Signals(average_days=3), hold_days=1
    )
    # averages from day 2 on: 23.3, 25.3, 28.7, 28.7
    assert regime_days(rule, vix) == [0, 0, 0, 1, 2, 0]


def test_votes_are_counted():
    vix, far = [22.0, 22.0, 19.0, 22.0, 22.0], [25.0, 21.0, 18.0, 22.5, 30.0]
    both = (Vote.of("vix"), Vote.of("vix_curve"))
    rule = RegimeRule(votes=both, watch_votes=2, stress_votes=2, hold_days=1)
    assert regime_days(rule, vix, far) == [0, 2, 1, 1]
    either = RegimeRule(votes=both, watch_votes=2, stress_votes=1, hold_days=1)
    assert regime_days(either, vix, far) == [2, 2, 2, 2]


def test_no_condor_is_opened_while_suspended_and_those_open_run_on():
    vix = [14.0, 14.0, 14.0, 25.0, 25.0, 25.0, 25.0, 14.0, 14.0, 14.0, 14.0]
    regime = by_vix(hold_days=1, suspend="in stress")
    policy = Policy(condor=CondorRule(dte=7), regime=regime)  # five trading days
    outcomes = run_one(market(5000.0 * np.ones(11), vix), policy)
    days = outcomes.events[0][0][:, [0, 2]]
    assert days.tolist() == [[0, OPENED], [5, 0], [7, OPENED]]
    assert count(outcomes, "blocked")[0] == 2


def test_condors_are_smaller_and_further_away_in_stress():
    regime = by_vix(stress_size=0.3, stress_distance=1.5)
    plain, careful = Policy(costs=FREE), Policy(costs=FREE, regime=regime)
    paths = market(5000.0 * np.ones(40), 30.0)
    outcomes = run_policies(paths, tables(), [plain, careful], CAPITAL, recorded=1)
    first, second = (events[0][0] for events in outcomes.events)
    assert (first[3], second[3]) == (-10.0, -3.0)
    assert second[4] < 0.6 * first[4]


def test_a_strike_at_or_below_zero_is_none_whatever_the_distance():
    rule = CondorRule(strikes_by="expected move", put_moves=4.0, dte=120, wings=False)
    regime = by_vix(watch=5.0, stress=100.0, watch_distance=0.5)
    paths = market(5000.0 * np.ones(84), 90.0)
    for chosen in (Policy(condor=rule), Policy(condor=rule, regime=regime)):
        assert count(run_one(paths, chosen, 1e7), "blocked")[0] == 83


def test_a_roll_that_finds_no_strikes_ends_the_row():
    """A condor opened afresh has not been rolled, whatever became of the one before."""
    spot = np.full(40, 5000.0)
    spot[3:6], spot[6:] = 4700.0, 4400.0
    rule = CondorRule(strikes_by="credit", credit=30.0)
    shift = TimeShift(on=True, delta=0.6, vix=0.0, dte=1, most=1)
    outcomes = run_one(market(spot, 16.0), Policy(condor=rule, shift=shift))
    shifts = outcomes.events[0][0][:, [0, 2]].tolist()
    assert shifts[:4] == [[0, OPENED], [3, SHIFTED], [4, OPENED], [6, SHIFTED]]


# --- Stops and margin -----------------------------------------------------------------------


def crash(days=8, at=3, spot=4400.0, vix=45.0):
    """Calm until day `at`, then a crash overnight."""
    spots, levels = np.full(days, 5000.0), np.full(days, 15.0)
    spots[at:], levels[at:] = spot, vix
    return market(spots, levels)


@pytest.mark.parametrize(
    "stop",
    [StopRule(kind="credit multiple", multiple=2.0), StopRule(kind="short delta", delta=0.4)],
    ids=["multiple", "delta"],
)
def test_a_stop_is_gapped_through(stop):
    rule = CondorRule(dte=7, strikes_by="expected move", reentry_days=10)
    policy = Policy(condor=rule, stop=stop, costs=FREE)
    paths = crash()
    outcomes = run_one(paths, policy)
    opened, closed = outcomes.events[0][0]
    assert closed[[0, 2]].tolist() == [3, STOP]
    # filled at the price of that close, not at the level of the stop
    put = spx_strike(5000.0 * (1.0 - 0.15 * np.sqrt(5 / 252)))
    call = spx_strike(5000.0 * (1.0 + 0.15 * np.sqrt(5 / 252)))
    state = MarketState(
        spot=4400.0, variance=paths.variance[0, 3], mean_variance=paths.mean_variance[0, 3]
    )
    legs = spx_option(
        MODEL, state, [put - 50, put, call, call + 50], 2 / 252, ["put", "put", "call", "call"]
    )
    assert closed[4] == pytest.approx(float(legs @ [-1, 1, 1, -1]), abs=0.1)
    assert closed[4] - opened[4] > 5.0 * opened[4]
    loss = 1000.0 * (closed[4] - opened[4])
    assert outcomes.trades[0, 0].tolist() == pytest.approx([1, 0, -loss, loss**2])
    assert count(outcomes, "stop")[0] == 1
    assert part(outcomes, "payouts")[0] == pytest.approx(-1000.0 * closed[4])


def test_a_book_that_cannot_meet_margin_is_closed_for_good():
    layers = (HedgeLayer(quantity=1), HedgeLayer(instrument="future", quantity=-1))
    policy = Policy(condor=CondorRule(dte=7, contracts=1), layers=layers)
    outcomes = run_one(crash(), policy, 6000.0)
    events = outcomes.events[0][0]
    assert count(outcomes, "margin")[0] == 1
    assert events[events[:, 0] == 3][:, [1, 2]].tolist() == [[0, MARGIN], [1, MARGIN], [2, MARGIN]]
    assert events[:, 0].max() == 3
    for what in range(3):
        assert events[events[:, 1] == what, 3].sum() == 0.0
    wealth = outcomes.wealth[0, 0]
    assert wealth[3] < 6000.0
    np.testing.assert_allclose(wealth[4:], wealth[3:-1] * (1.0 + INTEREST), rtol=1e-14)
    # closed books have no regime
    assert count(outcomes, "calm")[0] == 4


def test_without_condors_there_is_no_margin_to_meet():
    never = by_vix(watch=5.0, stress=5.0, suspend="in stress")
    policy = Policy(layers=(HedgeLayer(instrument="future", quantity=-2),), regime=never)
    paths = crash(days=40)
    outcomes = run_one(paths, policy, 6000.0)
    assert outcomes.wealth[0, 0, 3] < 0.0
    assert count(outcomes, "margin")[0] == 0


@pytest.mark.parametrize("wings", [True, False])
def test_no_more_condors_are_sold_than_capital_can_margin(wings):
    paths = market(5000.0 * np.ones((60, 4)), 16.0)
    rule = SHORT.model_copy(update={"contracts": 1000, "wings": wings})
    margin = 100.0 * (50.0 if wings else 750.0)
    for capital in np.linspace(1.02, 2.5, 75) * margin:  # some just above a whole number of them
        outcomes = run_one(paths, Policy(condor=rule), capital)
        first = outcomes.events[0][0]
        assert not ((first[:, 0] == 0) & (first[:, 2] == MARGIN)).any(), capital


# --- Refusals -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "capital", "message"),
    [
        ([], CAPITAL, "policies must be one to 20, got 0 of them"),
        ([Policy()] * 21, CAPITAL, "policies must be one to 20, got 21 of them"),
        ([Policy()], 0.0, "capital must be > 0"),
        ([Policy()], float("nan"), "capital must be > 0"),
        ([Policy()], float("inf"), "capital must be > 0"),
        ([Policy()], 4999.0, "capital must be at least the margin of one condor of policy, 5,000"),
        (
            [Policy(), Policy(name="far", condor=CondorRule(dte=60))],
            CAPITAL,
            "horizon must be at least the 41 trading days of a condor of far, got 40",
        ),
    ],
)
def test_refuses_what_cannot_be_run(chosen, capital, message):
    with pytest.raises(ValueError, match=message):
        run_policies(market(5000.0 * np.ones(41), 16.0), tables(), chosen, capital)


def test_refuses_no_paths():
    none = np.ones((0, 60))
    with pytest.raises(ValueError, match="paths"):
        run_policies(MarketPaths(none, none, none), tables(), [Policy()], CAPITAL)


def test_twenty_policies_on_the_shortest_horizon_are_run():
    outcomes = run_policies(market(5000.0 * np.ones(32), 16.0), tables(), [Policy()] * 20, 5000.0)
    assert outcomes.wealth.shape == (20, 1, 32)
    assert (outcomes.wealth == outcomes.wealth[0]).all()


def test_results_are_read_only(simulated):
    outcomes = run_one(simulated, Policy())
    with pytest.raises(ValueError, match="read-only"):
        outcomes.wealth[0, 0, 0] = 1.0
    assert outcomes.part_names[:4] == ("credits", "payouts", "costs", "interest")


def test_tables_of_another_carry_price_the_same_strikes(simulated):
    """Strike maps are remembered by the model without its carry."""
    dear = MODEL.model_copy(update={"rate": 0.08, "dividend_yield": 0.0})
    rebuilt = PricingTables.build(dear)
    chosen = [Policy.preset("static_layers")]
    one = run_policies(simulated, tables().with_carry(dear), chosen, CAPITAL)
    two = run_policies(simulated, rebuilt, chosen, CAPITAL)
    np.testing.assert_allclose(one.wealth, two.wealth, rtol=1e-9)
    assert one.rate == 0.08
