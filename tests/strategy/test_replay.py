"""The compiled engine against the rules in plain Python with exact prices, trade by trade."""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np
import pytest

from alvh.model import RiskPremia
from alvh.pricing import implied_state
from alvh.signals import Signals
from alvh.simulation import MarketPaths, simulate_paths
from alvh.strategy import (
    SECOND_LAYER,
    VOTERS,
    Condition,
    CondorRule,
    Costs,
    HedgeLayer,
    Policy,
    RegimeRule,
    SecondEngine,
    StopRule,
    TimeShift,
    VixScale,
    Vote,
    run_policies,
)
from alvh.strategy.engine import COUNTS, EXITS
from tests.strategy.market import MODEL, tables
from tests.strategy.slow_engine import Book, Market

CAPITAL = 1e6
REASONS = (*EXITS, "opened", "settled", "resized", "", "rolled", "monetised")
# Points of a leg: two fifths of the budget of the tables, of which these paths use a quarter.
SPX_ERROR, VIX_ERROR = 0.02, 0.004

ALL_SIGNALS = RegimeRule(
    votes=(
        Vote(signal="vix", watch=16.0, stress=24.0),
        Vote(signal="vix_curve", watch=-0.1, stress=0.0),
        Vote(signal="vix_to_average", watch=1.0, stress=1.25),
    ),
    parameters=Signals(average_days=8),
    watch_votes=2,
    stress_votes=2,
    hold_days=2,
    suspend="in stress",
    watch_size=0.55,
    watch_distance=1.25,
)
SHORT = Signals(  # warm-ups that end within the paths
    macd_fast=5,
    macd_slow=15,
    macd_average=3,
    rsi_days=6,
    breadth_days=10,
    breadth_window=21,
    percentile_days=40,
    average_days=4,
    long_days=50,
    score_days=10,
    surprise_days=8,
    fomc_after=2,
)
EVERY_SIGNAL = RegimeRule(
    votes=tuple(Vote.of(name) for name in VOTERS),
    parameters=SHORT,
    watch_votes=6,
    stress_votes=4,
    hold_days=1,
    suspend="in stress",
    watch_size=0.7,
    watch_dte=20,
    stress_dte=8,
)
SCALE = VixScale(low=12.0, middle=20.0, high=40.0, at_low=0.3, at_middle=1.0, at_high=2.0)
DEAR = Costs(
    spx_fraction=0.02,
    vix_fraction=0.03,
    adverse=0.05,
    widest=4.0,
    commission=2.0,
    vix_half_spread=0.08,
)

POLICIES = {
    **{
        name: Policy.preset(name)
        for name in ("unhedged", "static_calls", "static_stop", "static_layers", "alvh")
    },
    "move": Policy(
        condor=CondorRule(dte=20, strikes_by="expected move", put_moves=1.3, call_moves=0.7),
        costs=DEAR,
    ),
    "credit": Policy(condor=CondorRule(dte=14, strikes_by="credit", credit=4.0, wing=30)),
    "strangle": Policy(
        condor=CondorRule(dte=30, wings=False, put_delta=0.1, call_delta=0.2, contracts=2),
        costs=DEAR,
    ),
    "straddle": Policy(
        condor=CondorRule(
            dte=10, wings=False, strikes_by="expected move", put_moves=0.0, call_moves=0.0
        )
    ),
    "scaled": Policy(condor=CondorRule(dte=14, contracts=50, scale=SCALE)),
    "target": Policy(condor=CondorRule(dte=30, profit_target=0.5, reentry_days=4)),
    "time": Policy(condor=CondorRule(dte=45, exit_dte=21, reentry_days=2)),
    "stop by delta": Policy(
        condor=CondorRule(dte=30, reentry_days=5), stop=StopRule(kind="short delta", delta=0.35)
    ),
    "stop by multiple": Policy(
        condor=CondorRule(dte=30, profit_target=0.7),
        stop=StopRule(kind="credit multiple", multiple=0.8),
    ),
    "shift": Policy(
        condor=CondorRule(dte=30, put_delta=0.2, call_delta=0.2),
        shift=TimeShift(on=True, delta=0.32, vix=14.0, dte=12, size=1.4, most=2),
    ),
    "regimes": Policy(
        condor=CondorRule(dte=10),
        layers=(
            HedgeLayer(dte=60, quantity=3, watch_quantity=6, stress_quantity=0),
            HedgeLayer(instrument="future", dte=40, quantity=1, watch_quantity=-1),
        ),
        regime=ALL_SIGNALS,
    ),
    "layers": Policy(
        condor=CondorRule(dte=45),
        layers=(
            HedgeLayer(
                instrument="call_spread",
                dte=60,
                roll_dte=20,
                strike_by="multiple",
                multiple=1.2,
                width=7.0,
                quantity=5,
                scale=SCALE,
            ),
            HedgeLayer(dte=45, delta=0.3, quantity=10, take_profit=1.4, reopen_days=6),
            HedgeLayer(instrument="future", dte=30, roll_dte=7, quantity=-1),
            HedgeLayer(dte=20, delta=0.7, quantity=-2),
        ),
        costs=DEAR,
    ),
    "every signal": Policy(
        condor=CondorRule(dte=10),
        layers=(HedgeLayer(dte=60, quantity=3, watch_quantity=5, stress_quantity=8),),
        regime=EVERY_SIGNAL,
        shift=TimeShift(on=True, delta=0.3, vix=10.0, dte=5, regime="watch and stress"),
    ),
    "log ratio": Policy(
        condor=CondorRule(dte=10),
        regime=RegimeRule(
            votes=(Vote(signal="macd_histogram", watch=0.0, stress=0.01), Vote.of("rsi_vix")),
            parameters=SHORT.model_copy(update={"macd_of": "log ratio"}),
            hold_days=1,
            suspend="in watch and stress",
        ),
    ),
    "second engine": Policy(
        condor=CondorRule(dte=20),
        layers=(
            SECOND_LAYER.model_copy(update={"credit_share": 0.3}),
            HedgeLayer(dte=30, quantity=2, opens="second engine", stress_quantity=4),
        ),
        regime=RegimeRule(parameters=SHORT),
        second=SecondEngine(
            conditions=(
                Condition(signal="rsi_vix", level=55.0),
                Condition(signal="breadth_below", level=1.0),
                Condition(signal="rsi_spx", level=45.0, side="below"),
            ),
        ),
    ),
    "tested": Policy(
        condor=CondorRule(dte=20, put_delta=0.15, call_delta=0.15),
        layers=(
            HedgeLayer(dte=30, quantity=3, opens="short strike tested"),
            HedgeLayer(dte=45, quantity=20, opens="short strike tested", credit_share=0.5),
        ),
    ),
    "neutral": Policy(
        condor=CondorRule(dte=30),
        layers=(
            HedgeLayer(dte=60, quantity=2),
            HedgeLayer(
                instrument="future",
                dte=45,
                roll_dte=10,
                quantity=12,
                stress_quantity=6,
                neutral_band=0.3,
                scale=SCALE,
            ),
        ),
        regime=RegimeRule(votes=(Vote(signal="vix", watch=15.0, stress=25.0),)),
    ),
    "poor": Policy(condor=CondorRule(dte=20, contracts=1000), layers=(HedgeLayer(quantity=1),)),
}
MONEY = {"poor": 20_000.0}
# VIX and VIX3M at the start, and a seed
MARKETS = {"calm": ((14.0, 16.5), 21), "stress": ((45.0, 34.0), 23)}
N_DAYS, N_PATHS = 95, 2


@lru_cache(maxsize=1)
def simulated() -> MarketPaths:
    """Two paths of each market, one after another."""
    parts = [
        simulate_paths(
            MODEL, RiskPremia.none(), implied_state(MODEL, 5000.0, *levels), N_PATHS, N_DAYS, seed
        )
        for levels, seed in MARKETS.values()
    ]
    names = ("spot", "variance", "mean_variance")
    arrays = (np.concatenate([getattr(p, name) for p in parts]) for name in names)
    return MarketPaths(*arrays, seed=31)


@lru_cache(maxsize=8)
def market_of(i: int) -> Market:
    return Market(MODEL, simulated(), i)


@cache
def replayed(name, i):
    """Outcomes of the engine, its trades on path i, and the same book in plain Python."""
    policy, capital = POLICIES[name], MONEY.get(name, CAPITAL)
    outcomes = run_policies(simulated(), tables(), [policy], capital, recorded=i + 1)
    events = outcomes.events[0][i]
    hints = {
        (int(day), int(what)): price
        for day, what, reason, _, price, _ in events
        if REASONS[int(reason)] == "opened"
    }
    held: dict[int, float] = {}
    quantities = {}
    for day, what, _, quantity, _, _ in events:
        held[what] = held.get(what, 0.0) + quantity
        quantities[int(day), int(what)] = held[what]
    return outcomes, events, Book(policy, market_of(i), capital, hints, quantities).run()


def budget(policy, what, quantity):
    """Dollars by which the price of a position may differ."""
    if what == 0:
        return abs(quantity) * 100.0 * SPX_ERROR * (4 if policy.condor.wings else 2)
    layer = policy.layers[what - 1]
    unit = 1000.0 if layer.instrument == "future" else 100.0
    return abs(quantity) * unit * VIX_ERROR * (2 if layer.instrument == "call_spread" else 1)


@pytest.mark.parametrize("i", range(N_PATHS * len(MARKETS)))
@pytest.mark.parametrize("name", POLICIES)
def test_same_trades_and_same_wealth(name, i):
    policy = POLICIES[name]
    outcomes, events, book = replayed(name, i)
    fast = [
        (int(day), int(what), REASONS[int(reason)], quantity)
        for day, what, reason, quantity, _, _ in events
    ]
    assert fast == [(t.day, t.what, t.reason, t.quantity) for t in book.trades]
    slack = np.zeros(N_DAYS + 1)
    held = np.zeros((1 + len(policy.layers), N_DAYS + 1))
    for trade, (_, _, _, _, price, cost) in zip(book.trades, events, strict=True):
        allowed = budget(policy, trade.what, trade.quantity)
        points = 100.0 * abs(trade.quantity)
        if trade.what and policy.layers[trade.what - 1].instrument == "future":
            points *= 10.0
        assert abs(price - trade.price) <= allowed / points + 1e-9
        # shares of premium are at most 5 % of the price and 3 % of each leg
        assert cost == pytest.approx(trade.cost, abs=0.1 * allowed + 1e-6)
        slack[trade.day :] += 1.2 * allowed
        held[trade.what, trade.day :] += trade.quantity
    for what, quantities in enumerate(held):
        slack += [budget(policy, what, quantity) for quantity in quantities]
    gap = np.abs(outcomes.wealth[0, i] - book.wealth)
    assert (gap <= slack + 1e-6).all()
    for at, regime in enumerate(("calm", "watch", "stress")):
        assert outcomes.counts[0, i, COUNTS.index(regime)] == book.regimes.count(at)


def test_the_replays_use_every_rule():
    """Each reason to trade, each regime, and few ties, over all the replays together."""
    reasons, regimes, ties, trades = set(), set(), 0, 0
    for name in POLICIES:
        for i in range(N_PATHS * len(MARKETS)):
            _, events, book = replayed(name, i)
            reasons |= {REASONS[int(reason)] for reason in events[:, 2]}
            regimes |= set(book.regimes)
            ties += book.ties
            trades += len(book.trades)
    assert reasons == set(REASONS) - {""}
    assert regimes == {0, 1, 2}
    assert trades > 1000
    assert ties < 0.01 * trades
