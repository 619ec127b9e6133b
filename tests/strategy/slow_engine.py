"""The rules of a policy once more, in plain Python: one path, exact prices, no tables.

Written from the documented rules and not from the compiled engine, to be compared with it. Every
price comes from the transform, every delta from `implied_volatility` and `black_delta`, every
strike from the listed grids. The order of a close is that of `Book.close_of`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from alvh.clock import VIX3M_HORIZON, trading_days
from alvh.market import spx_strike, vix_strike, vix_strikes
from alvh.model import MarketState, ModelParameters
from alvh.pricing import (
    black_delta,
    implied_volatility,
    skew_index,
    spx_option,
    vix_future,
    vix_index,
    vix_option,
    vvix,
)
from alvh.signals import Signals, signal_panel
from alvh.simulation import MarketPaths
from alvh.strategy import HedgeLayer, Policy

KINDS = ("put", "put", "call", "call")  # long put, short put, short call, long call
SIDES = np.array([1.0, -1.0, -1.0, 1.0])
# An interpolated strike this near the middle of two listed ones may be rounded either way: twenty
# times the interpolation error of a strike (tables are good to 0.05 points a leg, and the price of
# a short strike changes by more than 0.1 a point), and for VIX twice the 2 % of a step that 0.01
# points are worth.
SPX_TIE, VIX_TIE = 0.5, 0.05
# Contracts by which a neutral quantity may be off: 10 condors good to 0.02 points a leg, moved by
# one per cent of the index, in futures of a tenth of an SPX delta.
NEUTRAL_TIE = 0.1


class Market:
    """One path, day by day, with exact prices (remembered: policies are compared on one path)."""

    def __init__(self, model: ModelParameters, paths: MarketPaths, i: int) -> None:
        self.model = model
        self.spot = paths.spot[i]
        self.states = [
            MarketState(spot=s, variance=v, mean_variance=m)
            for s, v, m in zip(
                paths.spot[i], paths.variance[i], paths.mean_variance[i], strict=True
            )
        ]
        self.last = paths.n_days
        self.vix = [float(vix_index(model, state)) for state in self.states]
        self.vix3m = [float(vix_index(model, state, VIX3M_HORIZON)) for state in self.states]
        self.factors = paths.factors()
        self.i = i
        for name in ("legs", "call", "future", "delta_strike", "vix_delta_strike", "signals"):
            setattr(self, name, cache(getattr(self, name)))

    def signals(self, parameters: Signals) -> dict[str, np.ndarray]:
        """Every signal day by day, by the functions for whole series."""
        days = pd.bdate_range("2001-01-01", periods=len(self.spot), name="date")
        vvixes = [float(vvix(self.model, state)) for state in self.states]
        futures = [self.future(day, 21) for day in range(len(days))]
        frame = pd.DataFrame(
            {
                "spx_close": self.spot,
                "vix_close": self.vix,
                "vix3m_close": self.vix3m,
                "vvix_close": vvixes,
                "vx1_close": futures,
                "skew_close": [float(skew_index(self.model, state)) for state in self.states],
            },
            index=days,
        )
        line = None
        if self.factors is not None:
            line = pd.Series(self.factors.breadth[self.i], index=days)
        rule = parameters.model_copy(update={"forecast": "trailing"})
        values, _ = signal_panel(frame, rule, proxy=line)
        found = {name: values[name].to_numpy() for name in values}
        found |= self.from_outside(parameters)
        return found

    def from_outside(self, parameters: Signals) -> dict[str, np.ndarray]:
        """Surprises, the dollar and the FOMC, day by day."""
        n = len(self.spot)
        meetings = [16 + int(np.floor(31.5 * k)) for k in range(n)]
        before, after = parameters.fomc_before, parameters.fomc_after
        found = {
            "fomc": [
                float(any(at - before <= day <= at + after for at in meetings)) for day in range(n)
            ]
        }
        for name, first in (("cpi", 8), ("ppi", 9)):
            values = [np.nan] * n
            if self.factors is not None:
                latest = getattr(self.factors, name)[self.i]
                for day in range(first, n):
                    since = (day - first) % 21
                    values[day] = latest[day] if since < parameters.surprise_days else 0.0
            found[f"{name}_surprise"] = values
        dollar = [np.nan] * n if self.factors is None else self.factors.exchange_rate[self.i]
        return {name: np.asarray(x) for name, x in (found | {"exchange_rate": dollar}).items()}

    def forward(self, day: int, n: int) -> float:
        carry = self.model.rate - self.model.dividend_yield
        return float(self.spot[day] * np.exp(carry * n / 252))

    def legs(self, day: int, n: int, strikes: tuple[float, ...]) -> np.ndarray:
        """The four legs of a condor, `n` days to expiry, in index points."""
        if n == 0:
            signs = np.array([-1.0, -1.0, 1.0, 1.0])
            return np.maximum(signs * (self.spot[day] - np.array(strikes)), 0.0)
        return np.asarray(spx_option(self.model, self.states[day], strikes, n / 252, KINDS))

    def call(self, day: int, n: int, strike: float) -> float:
        """A VIX call in VIX points."""
        if n == 0:
            return max(self.vix[day] - strike, 0.0)
        return float(vix_option(self.model, self.states[day], strike, n / 252, "call"))

    def future(self, day: int, n: int) -> float:
        """A VIX future in VIX points."""
        if n == 0:
            return self.vix[day]
        return float(vix_future(self.model, self.states[day], n / 252))

    def deltas(self, prices, forward, strikes, n, kind):
        """Absolute Black deltas, each at the implied volatility of its own price."""
        tau = n / 252
        volatility = implied_volatility(prices, forward, strikes, tau, kind, rate=self.model.rate)
        deviation = np.nan_to_num(volatility) * np.sqrt(tau)
        return np.abs(np.asarray(black_delta(forward, strikes, deviation, kind)))

    def delta_strike(self, day: int, n: int, delta: float, kind: str) -> float:
        """The SPX strike, not rounded, of an absolute delta."""
        forward, state = self.forward(day, n), self.states[day]
        width = self.vix[day] / 100 * np.sqrt(n / 252) * forward
        side = -1.0 if kind == "put" else 1.0
        strikes = np.maximum(forward + side * np.linspace(-1.0, 5.0, 61) * width, 1.0)
        for _ in range(2):  # again between the two nearest
            prices = np.asarray(spx_option(self.model, state, strikes, n / 252, kind))
            deltas = self.deltas(prices, forward, strikes, n, kind)
            order = np.argsort(deltas)
            found = float(np.interp(delta, deltas[order], strikes[order]))
            step = np.abs(np.diff(strikes)).max()
            strikes = found + np.linspace(-step, step, 21)
        return found

    def vix_delta_strike(self, day: int, n: int, delta: float) -> float:
        """The VIX strike, not rounded, of a call delta."""
        future, strikes = self.future(day, n), vix_strikes()
        for _ in range(2):
            prices = np.asarray(vix_option(self.model, self.states[day], strikes, n / 252, "call"))
            deltas = self.deltas(prices, future, strikes, n, "call")
            order = np.argsort(deltas)
            found = float(np.interp(delta, deltas[order], strikes[order]))
            strikes = found + np.linspace(-2.0, 2.0, 41)
        return found


def beyond(value: float, level: float, side: str) -> bool:
    """Whether a signal is at or beyond a level; an unavailable one is not."""
    return bool(value >= level if side == "above" else value <= level)


@dataclass
class Condor:
    strikes: tuple[float, ...]
    expiry: int
    contracts: float
    credit: float


@dataclass
class Position:
    strike: float
    upper: float
    expiry: int
    quantity: float
    cost: float
    mark: float
    factor: float


@dataclass(frozen=True)
class Trade:
    """One row of the record; the same fields as an event of the engine."""

    day: int
    what: int
    reason: str
    quantity: float
    price: float
    cost: float


@dataclass
class Book:
    """One policy on one path.

    `quantities`: what the engine holds of a layer after a close at which it traded it.
    `hints`: prices at which the engine opened things, by (day, what); asked only where a strike
    lies so near the middle of two listed ones that interpolation may decide.
    """

    policy: Policy
    market: Market
    cash: float
    hints: dict[tuple[int, int], float] = field(default_factory=dict)
    quantities: dict[tuple[int, int], float] = field(default_factory=dict)
    trades: list[Trade] = field(default_factory=list)
    wealth: list[float] = field(default_factory=list)
    regimes: list[int] = field(default_factory=list)
    ties: int = 0

    def __post_init__(self) -> None:
        self.condor: Condor | None = None
        self.layers: list[Position | None] = [None] * len(self.policy.layers)
        self.reopen = [0] * len(self.policy.layers)
        self.wait_until, self.rolls, self.closed = 0, 0, False
        self.votes: list[int] = []

    def run(self) -> Book:
        for day in range(self.market.last + 1):
            self.wealth.append(self.close_of(day))
        return self

    # --- The order of a day -----------------------------------------------------------------

    def close_of(self, day: int) -> float:
        """Everything that happens at one close; wealth after it."""
        if day > 0:
            self.cash *= np.exp(self.market.model.rate / 252)
        if self.closed:
            return self.cash
        self.settle_futures(day)
        regime = self.regime(day)
        shifted = self.manage_condor(day)
        for j, layer in enumerate(self.policy.layers):
            self.manage_layer(day, j, layer, layer.quantities[regime])
        if self.condor is None and day < self.market.last and day >= self.wait_until:
            self.open_condor(day, regime, shifted)
        wealth = self.cash + self.options(day) - self.owed(day)
        if self.condor is not None and day < self.market.last:
            legs = self.market.legs(day, self.condor.expiry - day, self.condor.strikes)
            need = self.condor.contracts * self.margin(day, self.condor.strikes, legs)
            if wealth < need:
                self.close_for_good(day)
                wealth = self.cash
        return wealth

    # --- Regime -----------------------------------------------------------------------------

    def regime(self, day: int) -> int:
        """The regime in force: one asked for on `hold_days` closes in a row replaces the last."""
        rule = self.policy.regime
        self.votes.append(self.vote(day))
        asked, recent = self.votes[-1], self.votes[-rule.hold_days :]
        if day == 0:
            self.regimes.append(asked)
        else:
            confirmed = len(recent) == rule.hold_days and set(recent) == {asked}
            self.regimes.append(asked if confirmed else self.regimes[-1])
        return self.regimes[-1]

    def value(self, signal: str, day: int) -> float:
        return float(self.market.signals(self.policy.regime.parameters)[signal][day])

    def vote(self, day: int) -> int:
        rule = self.policy.regime
        stress = sum(beyond(self.value(v.signal, day), v.stress, v.side) for v in rule.votes)
        watch = sum(beyond(self.value(v.signal, day), v.watch, v.side) for v in rule.votes)
        if not rule.votes:
            return 0
        if stress >= rule.stress_votes:
            return 2
        return 1 if watch >= rule.watch_votes else 0

    def second(self, day: int) -> bool:
        """Whether the second engine is on."""
        rule = self.policy.second
        held = [beyond(self.value(c.signal, day), c.level, c.side) for c in rule.conditions]
        return bool(held) and sum(held) >= rule.needed

    # --- Condors ----------------------------------------------------------------------------

    def owed(self, day: int) -> float:
        """Dollars it takes to buy the condor back."""
        if self.condor is None:
            return 0.0
        legs = self.market.legs(day, self.condor.expiry - day, self.condor.strikes)
        return self.condor.contracts * 100.0 * self.debt(legs)

    def used(self, legs: np.ndarray) -> np.ndarray:
        """Legs there are: without wings the short ones only."""
        return legs if self.policy.condor.wings else legs[1:3]

    def debt(self, legs: np.ndarray) -> float:
        sides = SIDES if self.policy.condor.wings else SIDES[1:3]
        return float(-(sides * self.used(legs)).sum())

    def manage_condor(self, day: int) -> bool:
        """Expiry, stop, target, time or time-shift; whether it was shifted."""
        if self.condor is None:
            return False
        rule, left = self.policy.condor, self.condor.expiry - day
        legs = self.market.legs(day, left, self.condor.strikes)
        if left == 0:
            reason = "expiry"
        elif day == self.market.last:
            return False
        else:
            reason = self.exit_reason(day, left, self.debt(legs), legs)
        if reason is None:
            return False
        self.sell_condor(day, legs, reason)
        early = reason not in ("expiry", "shift")
        self.wait_until = day + (rule.reentry_days if early else 0)
        self.rolls = self.rolls + 1 if reason == "shift" else 0
        return reason == "shift"

    def exit_reason(self, day: int, left: int, debt: float, legs: np.ndarray) -> str | None:
        rule, stop, shift = self.policy.condor, self.policy.stop, self.policy.shift
        credit = self.condor.credit
        if stop.kind == "credit multiple" and debt - credit >= stop.multiple * credit:
            return "stop"
        if stop.kind == "short delta" and self.most_delta(day, left, legs) >= stop.delta:
            return "stop"
        if rule.profit_target < 1.0 and credit - debt >= rule.profit_target * credit:
            return "target"
        if rule.exit_dte > 0 and left <= trading_days(rule.exit_dte):
            return "time"
        if (
            shift.on
            and self.regimes[-1] >= {"any": 0, "watch and stress": 1, "stress": 2}[shift.regime]
            and self.rolls < shift.most
            and self.market.vix[day] >= shift.vix
            and self.most_delta(day, left, legs) >= shift.delta
        ):
            return "shift"
        return None

    def most_delta(self, day: int, left: int, legs: np.ndarray) -> float:
        """The larger absolute delta of the short strikes."""
        forward = self.market.forward(day, left)
        return max(
            float(self.market.deltas(legs[k], forward, self.condor.strikes[k], left, KINDS[k]))
            for k in (1, 2)
        )

    def sell_condor(self, day: int, legs: np.ndarray, reason: str) -> None:
        contracts, debt = self.condor.contracts, self.debt(legs)
        cost = 0.0 if reason == "expiry" else contracts * self.condor_cost(day, legs)
        self.cash -= contracts * 100.0 * debt + cost
        self.trades.append(Trade(day, 0, reason, contracts, debt, cost))
        self.last_contracts, self.condor = contracts, None

    def open_condor(self, day: int, regime: int, shifted: bool) -> None:
        policy, rule, vix = self.policy, self.policy.condor, self.market.vix[day]
        if not shifted:
            self.rolls = 0
            barred = {"never": (), "in stress": (2,), "in watch and stress": (1, 2)}
            if regime in barred[policy.regime.suspend]:
                return
        name = ("calm", "watch", "stress")[regime]
        size = 1.0 if regime == 0 else getattr(policy.regime, f"{name}_size")
        distance = 1.0 if regime == 0 else getattr(policy.regime, f"{name}_distance")
        if shifted:
            n = trading_days(policy.shift.dte)
            contracts = np.rint(self.last_contracts * policy.shift.size)
        else:
            tenor = getattr(policy.regime, f"{name}_dte", None)
            n = trading_days(tenor or rule.dte)
            contracts = np.rint(rule.contracts * float(rule.scale.factor(vix)) * size)
        strikes = self.short_strikes(day, n, distance)
        if strikes is None:
            return
        legs = self.market.legs(day, n, strikes)
        credit = self.debt(legs)
        if credit <= 0.0:
            return
        each, charge = self.margin(day, strikes, legs, credit), self.condor_cost(day, legs)
        if each > 0.0:
            spare = self.cash + self.options(day)
            contracts = min(contracts, np.floor(spare / (each + charge)))
        if contracts < 1.0:
            return
        self.cash += contracts * (100.0 * credit - charge)
        self.condor = Condor(strikes, day + n, contracts, credit)
        self.trades.append(Trade(day, 0, "opened", -contracts, credit, contracts * charge))

    def short_strikes(self, day: int, n: int, distance: float) -> tuple[float, ...] | None:
        """Listed strikes of the four legs, or None if the rule finds none."""
        rule, market = self.policy.condor, self.market
        spot, forward = market.spot[day], market.forward(day, n)
        if rule.strikes_by == "delta":
            put = market.delta_strike(day, n, rule.put_delta, "put")
            call = market.delta_strike(day, n, rule.call_delta, "call")
        else:
            move = market.vix[day] / 100 * np.sqrt(n / 252)

            def places(times: float) -> tuple[float, float]:
                return (
                    spot * (1.0 - times * rule.put_moves * move),
                    spot * (1.0 + times * rule.call_moves * move),
                )

            def surplus(times: float) -> float:
                low, high = places(times)
                strikes = (max(low - rule.wing, 0.5), max(low, 1.0), high, high + rule.wing)
                return self.debt(market.legs(day, n, strikes)) - rule.credit

            times = 1.0
            if rule.strikes_by == "credit":
                if surplus(0.0) < 0.0:
                    return None
                times = brentq(surplus, 0.0, 12.0, xtol=1e-6)
            put, call = places(times)
        if put <= 0.0:
            return None
        put, call = (forward * (strike / forward) ** distance for strike in (put, call))
        choices = [
            (short - rule.wing, short, long, long + rule.wing)
            for short in self.listed(put, spx_strike, 5.0, SPX_TIE)
            for long in self.listed(call, spx_strike, 5.0, SPX_TIE)
        ]
        strikes = self.settled(
            day, 0, choices, lambda strikes: self.debt(market.legs(day, n, strikes))
        )
        wings_below_zero = rule.wings and strikes[0] <= 0.0
        return None if strikes[1] > strikes[2] or wings_below_zero else strikes

    def margin(self, day, strikes, legs, credit=None) -> float:
        """Dollars a condor: its largest loss, or the exchange's rule for a short strangle."""
        if self.policy.condor.wings:
            width = max(strikes[1] - strikes[0], strikes[3] - strikes[2])
            credit = self.condor.credit if credit is None else credit
            return 100.0 * max(width - credit, 0.0)
        spot = self.market.spot[day]
        out = (max(spot - strikes[1], 0.0), max(strikes[2] - spot, 0.0))
        side = max(max(0.15 * spot - x, 0.10 * spot) for x in out)
        return 100.0 * (side + legs[1] + legs[2])

    def close_for_good(self, day: int) -> None:
        """Everything is closed: the book stays in cash."""
        legs = self.market.legs(day, self.condor.expiry - day, self.condor.strikes)
        self.sell_condor(day, legs, "margin")
        for j, held in enumerate(self.layers):
            if held is not None:
                self.trade_layer(day, j, held, -held.quantity, "margin")
                self.layers[j] = None
        self.closed = True

    # --- Layers -----------------------------------------------------------------------------

    def legs_of(self, day: int, j: int) -> tuple[float, float]:
        """Prices of the long and the short leg of a layer; a future is its long leg."""
        held, layer = self.layers[j], self.policy.layers[j]
        left = held.expiry - day
        if layer.instrument == "future":
            return self.market.future(day, left), 0.0
        long = self.market.call(day, left, held.strike)
        spread = layer.instrument == "call_spread"
        return long, self.market.call(day, left, held.upper) if spread else 0.0

    def price(self, day: int, j: int) -> float:
        long, short = self.legs_of(day, j)
        return long - short

    def options(self, day: int) -> float:
        """Dollars the options of the layers are worth."""
        return sum(
            held.quantity * 100.0 * self.price(day, j)
            for j, held in enumerate(self.layers)
            if held is not None and self.policy.layers[j].instrument != "future"
        )

    def settle_futures(self, day: int) -> None:
        for j, held in enumerate(self.layers):
            if held is not None and self.policy.layers[j].instrument == "future":
                price = self.price(day, j)
                self.cash += held.quantity * 1000.0 * (price - held.mark)
                held.mark = price

    def manage_layer(self, day: int, j: int, layer: HedgeLayer, wanted: int) -> None:
        held = self.layers[j]
        if layer.neutral_band is not None:
            wanted = self.neutral(day, j, layer, wanted)
        if held is not None:
            left, price = held.expiry - day, self.price(day, j)
            resized = np.rint(wanted * held.factor)
            if left == 0:
                self.end_layer(day, j, "settled", day)
            elif day < self.market.last:
                if left <= trading_days(layer.roll_dte):
                    self.end_layer(day, j, "rolled", day)
                elif (
                    layer.take_profit is not None
                    and held.cost > 0.0
                    and price >= layer.take_profit * held.cost
                ):
                    self.end_layer(day, j, "monetised", day + layer.reopen_days)
                elif resized == 0.0:
                    self.end_layer(day, j, "resized", day + 1)
                elif resized != held.quantity:
                    self.trade_layer(day, j, held, resized - held.quantity, "resized")
        if self.layers[j] is None and self.reopen[j] <= day < self.market.last:
            self.open_layer(day, j, layer, wanted)

    def end_layer(self, day: int, j: int, reason: str, reopen: int) -> None:
        held = self.layers[j]
        self.trade_layer(day, j, held, -held.quantity, reason)
        self.layers[j], self.reopen[j] = None, reopen

    def open_layer(self, day: int, j: int, layer: HedgeLayer, wanted: int) -> None:
        factor = float(layer.scale.factor(self.market.vix[day]))
        if layer.neutral_band is not None:
            factor = 1.0  # it is in what is wanted
        quantity = np.rint(wanted * factor)
        if quantity == 0.0 or not self.may_open(day, layer):
            return
        n = trading_days(layer.dte)
        strike = upper = np.nan
        if layer.instrument != "future":
            level = self.market.future(day, n) * layer.multiple
            if layer.strike_by == "delta":
                level = self.market.vix_delta_strike(day, n, layer.delta)
            choices = self.listed(level, vix_strike, None, VIX_TIE)
            strike = self.settled(
                day, j + 1, choices, lambda strike: self.spread_at(day, n, layer, strike)
            )
            upper = self.upper(layer, strike)
        held = Position(strike, upper, day + n, 0.0, 0.0, 0.0, factor)
        self.layers[j] = held
        held.cost = held.mark = self.price(day, j)
        if layer.credit_share is not None:
            quantity = self.financed(day, j, layer, quantity)
            held.factor = quantity / wanted
            if quantity == 0.0:
                self.layers[j] = None
                return
        self.trade_layer(day, j, held, quantity, "opened")

    def may_open(self, day: int, layer: HedgeLayer) -> bool:
        """Whether what the layer waits for is there."""
        if layer.opens == "second engine":
            return self.second(day)
        if layer.opens == "short strike tested":
            if self.condor is None:
                return False
            left = self.condor.expiry - day
            legs = self.market.legs(day, left, self.condor.strikes)
            return self.most_delta(day, left, legs) >= layer.tested_delta
        return True

    def financed(self, day: int, j: int, layer: HedgeLayer, quantity: float) -> float:
        """As many as the share of the condor's credit pays for."""
        if self.condor is None:
            return 0.0
        each = max(100.0 * self.price(day, j), 1e-9)
        credit = self.condor.contracts * 100.0 * self.condor.credit
        return min(quantity, np.floor(layer.credit_share * credit / each))

    def neutral(self, day: int, j: int, layer: HedgeLayer, wanted: int) -> float:
        """Futures that bring the book's delta nearest zero, or what is held inside the band."""
        market, model, state = self.market, self.market.model, self.market.states[day]
        v = float(state.variance)
        up, lean = model.variance_jump_mean, model.jump_correlation
        intensity = model.jump_intensity + model.jump_intensity_slope * v
        both = model.jump_mean * up + lean * 2.0 * up**2
        own = model.jump_std**2 + model.jump_mean**2 + 2.0 * model.jump_mean * lean * up
        own += 2.0 * (lean * up) ** 2
        beta = (model.rho * model.sigma * v + intensity * both) / (v + intensity * own)
        values, units = [], []
        for h in (-0.01, 0.01):
            there = MarketState(
                spot=state.spot * np.exp(h),
                variance=max(v + h * beta, 0.0),
                mean_variance=state.mean_variance,
            )
            total = 0.0
            if self.condor is not None:
                left, strikes = self.condor.expiry - day, self.condor.strikes
                legs = np.asarray(spx_option(model, there, strikes, left / 252, KINDS))
                total -= self.condor.contracts * 100.0 * self.debt(legs)
            for k, other in enumerate(self.layers):
                if k == j or other is None or other.expiry == day:
                    continue
                tau, rule = (other.expiry - day) / 252, self.policy.layers[k]
                if rule.instrument == "future":
                    total += other.quantity * 1000.0 * float(vix_future(model, there, tau))
                    continue
                price = float(vix_option(model, there, other.strike, tau, "call"))
                if rule.instrument == "call_spread":
                    price -= float(vix_option(model, there, other.upper, tau, "call"))
                total += other.quantity * 100.0 * price
            held = self.layers[j]
            left = trading_days(layer.dte) if held is None else held.expiry - day
            values.append(total)
            units.append(1000.0 * float(vix_future(model, there, left / 252)) if left else 0.0)
        point = 100.0 * 2.0 * market.spot[day] * np.sinh(0.01)
        others, unit = np.diff(values)[0] / point, np.diff(units)[0] / point
        quantity = 0.0 if self.layers[j] is None else self.layers[j].quantity
        if abs(others + quantity * unit) <= layer.neutral_band or unit == 0.0:
            return quantity
        most = abs(wanted * float(layer.scale.factor(market.vix[day])))
        exact = min(max(-others / unit, -most), most)
        hint = self.quantities.get((day, j + 1))
        if hint is not None and abs(hint - exact) < 0.5 + NEUTRAL_TIE:
            self.ties += hint != np.rint(exact)
            return hint
        return np.rint(exact)

    def upper(self, layer: HedgeLayer, strike: float) -> float:
        """The short strike of a spread: at least the next one listed."""
        above = vix_strikes(strike, strike + 10.0)
        return max(float(vix_strike(strike + layer.width)), float(above[above > strike][0]))

    def spread_at(self, day: int, n: int, layer: HedgeLayer, strike: float) -> float:
        price = self.market.call(day, n, strike)
        if layer.instrument == "call_spread":
            price -= self.market.call(day, n, self.upper(layer, strike))
        return price

    def trade_layer(self, day: int, j: int, held: Position, change: float, reason: str) -> None:
        layer = self.policy.layers[j]
        future = layer.instrument == "future"
        price = self.price(day, j)
        cost = 0.0 if reason == "settled" else abs(change) * self.layer_cost(day, j)
        self.cash -= (0.0 if future else change * 100.0 * price) + cost
        held.quantity += change
        self.trades.append(Trade(day, j + 1, reason, change, price, cost))

    # --- Costs ------------------------------------------------------------------------------

    def half_spread(self, day: int, product: str) -> float:
        """Points of each leg, before the share of its premium."""
        costs = self.policy.costs
        base = getattr(costs, f"{product}_half_spread")
        wider = getattr(costs, f"{product}_widening") * max(self.market.vix[day] - 12.0, 0.0)
        return min(base + wider, costs.widest * base)

    def condor_cost(self, day: int, legs: np.ndarray) -> float:
        """Dollars to trade one condor."""
        costs, used = self.policy.costs, self.used(legs)
        points = len(used) * self.half_spread(day, "spx") + costs.spx_fraction * used.sum()
        points += costs.adverse * abs(self.debt(legs))
        return float(100.0 * points + len(used) * costs.commission)

    def layer_cost(self, day: int, j: int) -> float:
        """Dollars to trade one contract of a layer."""
        costs, layer = self.policy.costs, self.policy.layers[j]
        if layer.instrument == "future":
            return 1000.0 * self.half_spread(day, "vix") + costs.commission
        n_legs = 2 if layer.instrument == "call_spread" else 1
        premium = costs.vix_fraction * sum(self.legs_of(day, j))
        return 100.0 * (n_legs * self.half_spread(day, "vix") + premium) + n_legs * costs.commission

    # --- Listed strikes ---------------------------------------------------------------------

    def listed(self, level: float, nearest, step: float | None, tie: float) -> list[float]:
        """The nearest listed strike, first, and the other one where it is a tie."""
        strike = float(nearest(level))
        step = step or float(np.diff(vix_strikes(max(strike - 0.01, 0.5), strike + 10.0))[0])
        slack = tie if nearest is spx_strike else tie * step
        return list(dict.fromkeys([strike, *(float(nearest(level + x)) for x in (-slack, slack))]))

    def settled(self, day: int, what: int, choices: list, price) -> object:
        """The first choice, unless there is a tie and the engine has opened at another's price."""
        hint = self.hints.get((day, what))
        if len(choices) == 1 or hint is None:
            return choices[0]
        chosen = min(choices, key=lambda choice: abs(price(choice) - hint))
        self.ties += chosen != choices[0]
        return chosen
