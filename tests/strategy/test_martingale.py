"""No free lunch: without risk premia and costs no rule, hedge or stop earns anything.

Discounted wealth is a martingale under the risk-neutral measure whatever a book does, so its mean
profit is zero. To see that to a few hundredths of a point, profits are taken less their regression,
day by day, on increments of other martingales of the same paths: the discounted index, its log, the
forecast of squared VIX and of the mean variance, each times functions of what was known the day
before. Coefficients come from other paths, so the mean stays what it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pytest
from scipy.special import ndtr

from alvh.clock import VIX_HORIZON
from alvh.model import RiskPremia
from alvh.pricing import PricingTables
from alvh.pricing.variance import log_contract_variance
from alvh.pricing.vix import squared_vix_mean
from alvh.signals import Signals
from alvh.simulation import simulate_paths
from alvh.strategy import (
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
from tests.strategy.market import CALM, MODEL, STRESS, tables

N_DAYS = 31  # 45 calendar days: the default condor expires on the last
LIVES = (N_DAYS, 10)  # of the condors below, for the controls that know their strikes
FREE = Costs.none()
ALWAYS = Vote(signal="vix", watch=5.0, stress=5.0)
NO_CONDORS = RegimeRule(votes=(ALWAYS,), suspend="in stress")
STATES = {"calm": (CALM, 11), "stress": (STRESS, 12)}
SIZES = (10_000, 12_000, 44_000, 46_000)  # paths for coefficients, and pieces of those for means
CONDOR_TARGET, VIX_TARGET = 0.05, 0.01  # standard errors, in points of a condor and a contract


def condor(dte=14, **changes):
    parts = {
        name: changes.pop(name) for name in ("stop", "shift", "regime", "layers") if name in changes
    }
    return Policy(condor=CondorRule(dte=dte, contracts=1, **changes), costs=FREE, **parts)


def layer(**changes):
    """A layer alone: condors are suspended for good."""
    return Policy(layers=(HedgeLayer(**{"quantity": 1, **changes}),), regime=NO_CONDORS, costs=FREE)


def preset(name):
    return Policy.preset(name).model_copy(update={"costs": FREE})


SIGNALS = RegimeRule(
    votes=(
        Vote(signal="vix", watch=15.0, stress=30.0),
        Vote.of("vix_curve"),
        Vote.of("vix_to_average"),
    ),
    watch_votes=2,
    hold_days=1,
    watch_distance=1.3,
    stress_votes=2,
    suspend="in stress",
)
QUICK = Signals(
    macd_fast=5,
    macd_slow=15,
    macd_average=3,
    rsi_days=5,
    breadth_days=5,
    breadth_window=21,
    percentile_days=21,
    long_days=50,
    score_days=10,
    realised_days=10,
)
CONDORS = {
    **{
        name: preset(name)
        for name in ("unhedged", "static_stop", "static_calls", "static_layers", "alvh")
    },
    "by delta": condor(put_delta=0.2, call_delta=0.1),
    "by move": condor(strikes_by="expected move"),
    "strangle": condor(dte=5, wings=False, put_delta=0.1, call_delta=0.1),
    "straddle": condor(
        dte=2, wings=False, strikes_by="expected move", put_moves=0.0, call_moves=0.0
    ),
    "profit target": condor(profit_target=0.5),
    "time exit": condor(dte=30, exit_dte=15),
    "stop at a multiple": condor(stop=StopRule(kind="credit multiple", multiple=1.0)),
    "stop at a delta": condor(stop=StopRule(kind="short delta", delta=0.3), reentry_days=3),
    "time-shift": condor(shift=TimeShift(on=True, delta=0.3, vix=10.0)),
    "regimes": condor(
        regime=SIGNALS, scale=VixScale(low=15.0, middle=25.0, high=60.0, at_high=2.0)
    ),
    "tested hedge": condor(
        layers=(HedgeLayer(dte=30, quantity=2, opens="short strike tested", credit_share=1.0),),
    ),
    "neutral": condor(
        layers=(HedgeLayer(instrument="future", dte=45, quantity=2, neutral_band=0.02),),
    ),
    "every signal": condor(
        dte=7,
        regime=RegimeRule(
            votes=tuple(Vote.of(name) for name in VOTERS),
            parameters=QUICK,
            watch_votes=5,
            stress_votes=7,
            hold_days=1,
            watch_dte=14,
            suspend="in stress",
        ),
    ),
}
ONE_DAY = {"credit at one day": condor(dte=1, strikes_by="credit")}
VIX = {
    "call": layer(dte=30),
    "far call": layer(dte=90, delta=0.10),
    "call spread": layer(dte=30, instrument="call_spread"),
    "future": layer(dte=30, instrument="future"),
    "short future": layer(dte=90, instrument="future", quantity=-1),
    "monetised": layer(dte=30, take_profit=1.5, reopen_days=3),
    "second engine": layer(dte=30, opens="second engine").model_copy(
        update={"second": SecondEngine(conditions=(Condition(level=16.0),), needed=1)}
    ),
    "rolled": layer(dte=60, roll_dte=45, strike_by="multiple"),
    "resized": layer(dte=60, stress_quantity=3).model_copy(
        update={
            "regime": RegimeRule(
                votes=(Vote(signal="vix", watch=5.0, stress=22.0),), suspend="in watch and stress"
            )
        }
    ),
}
HARD = (
    "unhedged",
    "static_stop",
    "static_calls",
    "static_layers",
    "alvh",
    "strangle",
    "regimes",
    "every signal",
)
GROUPS = (  # policies, and how many pieces of paths they need
    (ONE_DAY, 1),
    (VIX, 2),
    ({name: policy for name, policy in CONDORS.items() if name not in HARD}, 2),
    ({name: CONDORS[name] for name in HARD}, 3),
)


@dataclass(frozen=True)
class Mean:
    """Mean profit in points of one condor traded, or of one contract."""

    value: float
    error: float

    @property
    def z(self) -> float:
        return self.value / self.error


def points(name, policy):
    """Dollars of a point of the policy."""
    if name in VIX:
        held = policy.layers[0]
        most = max(abs(quantity) for quantity in held.quantities)
        return most * (1000.0 if held.instrument == "future" else 100.0)
    return 100.0 * policy.condor.contracts


def increments(paths, t):
    """Increments of martingales from day t to t + 1, times functions of day t; (n_paths, k)."""
    dt, carry = 1.0 / 252.0, MODEL.rate - MODEL.dividend_yield
    s, v, m = paths.spot, paths.variance, paths.mean_variance
    index = s[:, t + 1] / s[:, t] * np.exp(-carry * dt) - 1.0
    p, q, c = log_contract_variance(MODEL, dt)
    log = np.log(s[:, t + 1] / s[:, t]) - carry * dt + 0.5 * dt * (p * v[:, t] + q * m[:, t] + c)
    p, q, c = log_contract_variance(MODEL, VIX_HORIZON)
    ahead = squared_vix_mean(MODEL, dt) @ np.array([v[:, t], m[:, t], np.ones(len(s))])
    squared = p * v[:, t + 1] + q * m[:, t + 1] + c - ahead
    pull = np.exp(-MODEL.mean_kappa * dt)
    mean = m[:, t + 1] - MODEL.theta - (m[:, t] - MODEL.theta) * pull

    vix = np.sqrt(p * v[:, t] + q * m[:, t] + c)
    root = np.sqrt(v[:, t] + 1e-4)
    one = np.ones(len(s))
    of_index, of_gap = [one, vix], [one]
    of_squared, of_mean = [one, vix, 1.0 / vix, root, 1.0 / root], [one, vix, 1.0 / vix]
    for life in LIVES:
        start = t - t % life
        moved = np.log(s[:, t] / s[:, start])
        sold_at = np.sqrt(p * v[:, start] + q * m[:, start] + c) * np.sqrt(life * dt)
        left = vix * np.sqrt((life - t % life) * dt)
        for place in (-1.5, -1.0, 0.0, 1.0, 1.5):
            d = (moved - place * sold_at) / left
            bell = np.exp(-0.5 * d * d)
            of_index.append(ndtr(d))
            of_gap.append(bell / left)
            of_squared.append(bell)
        of_mean.append(np.exp(-0.5 * (moved / left) ** 2))
    return np.column_stack(
        [index * f for f in of_index]
        + [(index - log) * f for f in of_gap]
        + [squared * f for f in of_squared]
        + [mean * f for f in of_mean]
    )


def daily_profits(paths, policies, priced_by):
    """Increments of discounted wealth in points, (n_days, n_paths, n_policies); condors traded."""
    outcomes = run_policies(paths, priced_by, list(policies.values()), 1e9)
    discount = np.exp(-MODEL.rate * np.arange(N_DAYS + 1) / 252.0)
    units = np.array([points(name, policy) for name, policy in policies.items()])
    gains = np.diff(outcomes.wealth * discount, axis=2) / units[:, None, None]
    return gains.transpose(2, 1, 0), outcomes.trades[:, :, 0].mean(axis=1)


def fitted(x, y):
    """Least squares, a little towards zero where controls are nearly the same."""
    scale = x.std(axis=0)
    x = x / scale
    gram = x.T @ x
    gram += 1e-6 * np.trace(gram) / len(gram) * np.eye(len(gram))
    return np.linalg.solve(gram, x.T @ y) / scale[:, None]


def means(state, seed, groups, premia=None, priced_by=None):
    """Mean profit of each policy; and of the controls, over all days, the largest in its errors.

    Under premia (where the controls are no martingales) without controls.
    """
    plain = premia is not None
    premia, priced_by = premia or RiskPremia.none(), priced_by or tables()
    coefficients = {}
    profits = {name: [] for policies, _ in groups for name in policies}
    trades = {name: [] for name in profits}
    totals = []
    for piece in range(1 + max(n for _, n in groups)):
        first, size = sum(SIZES[:piece]), SIZES[piece]
        paths = simulate_paths(MODEL, premia, state, size, N_DAYS, seed, first=first)
        x = None if plain else [increments(paths, t) for t in range(N_DAYS)]
        for g, (policies, most) in enumerate(groups):
            if piece > most:
                continue
            gains, traded = daily_profits(paths, policies, priced_by)
            if piece == 0:
                pairs = () if plain else zip(x, gains, strict=True)
                coefficients[g] = [fitted(*pair) for pair in pairs]
                continue
            profit = gains.sum(axis=0)
            for day, fit in enumerate(coefficients[g]):
                profit -= x[day] @ fit
            for i, name in enumerate(policies):
                profits[name].append(profit[:, i])
                trades[name].append(traded[i])
        if not plain and piece > 0:
            totals.append(sum(x))
    results = {}
    for name, pieces in profits.items():
        sample = np.concatenate(pieces) / (1.0 if name in VIX else max(1.0, np.mean(trades[name])))
        results[name] = Mean(sample.mean(), sample.std() / np.sqrt(sample.size))
    controls = np.concatenate(totals) if totals else np.ones((1, 1))
    z = controls.mean(axis=0) / np.maximum(controls.std(axis=0), 1e-300) * np.sqrt(len(controls))
    return results, np.abs(z).max()


@lru_cache(maxsize=2)
def risk_neutral(state):
    """Every policy from one state, on the same paths."""
    return means(*STATES[state], GROUPS)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", [name for policies, _ in GROUPS for name in policies])
def test_earns_nothing_without_premia_and_costs(name, state):
    found = risk_neutral(state)[0][name]
    assert found.error < (VIX_TARGET if name in VIX else CONDOR_TARGET)
    assert abs(found.z) < 3.0, found


@pytest.mark.parametrize("state", STATES)
def test_the_controls_are_martingales(state):
    assert risk_neutral(state)[1] < 4.0  # the largest of 43


@pytest.mark.parametrize(
    ("state", "name", "sign"), [("stress", "unhedged", 1), ("calm", "call", -1)]
)
def test_premia_are_earned_and_paid(state, name, sign):
    """The test can fail: what the market pays for is seen."""
    chosen = {name: (CONDORS | VIX)[name]}
    results, _ = means(*STATES[state], [(chosen, 2)], premia=RiskPremia.default())
    assert sign * results[name].z > 5.0


@pytest.fixture(scope="module")
def wrong_tables():
    return PricingTables.build(MODEL.model_copy(update={"jump_intensity": 1.0}))


@pytest.mark.parametrize("name", ["unhedged", "by delta", "rolled"])
def test_tables_of_another_model_are_caught(name, wrong_tables):
    """The test can fail: condors and VIX calls of slightly wrong prices are seen."""
    chosen = {name: (CONDORS | VIX)[name]}
    results, _ = means(*STATES["calm"], [(chosen, 1)], priced_by=wrong_tables)
    assert abs(results[name].z) > 5.0
