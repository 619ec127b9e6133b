"""An open book: the legs of a condor and of its hedge, priced by one model at one state.

Prices are model mid prices; no cost of trading is included. Signs: a positive quantity is long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from alvh._typing import ArrayLike, FloatArray, OptionKind
from alvh.clock import trading_days, year_fraction
from alvh.errors import ParameterError, require
from alvh.market.contracts import (
    SPX_MULTIPLIER,
    VIX_FUTURE_MULTIPLIER,
    VIX_OPTION_MULTIPLIER,
    spx_strike,
    vix_strike,
    vix_strikes,
)
from alvh.model.parameters import ModelParameters
from alvh.model.state import MarketState
from alvh.pricing import (
    PricingTables,
    black_delta,
    implied_volatility,
    spx_option,
    vix_future,
    vix_index,
    vix_option,
)
from alvh.strategy.condor import CondorRule
from alvh.strategy.layer import HedgeLayer

__all__ = ["CONDOR", "Book", "Leg", "expected_move", "leg_value", "open_book"]

CONDOR = "Condor"
Product = Literal["spx put", "spx call", "vix call", "vix future"]


@dataclass(frozen=True)
class Leg:
    """One position.

    Attributes
    ----------
    group : str
        "Condor", or the name of a hedge layer.
    product : {"spx put", "spx call", "vix call", "vix future"}
    strike : float
        Index or VIX points; nan for a future.
    dte, n_days : int
        Calendar and trading days to expiry when the book was opened.
    quantity : int
        Contracts; positive is long.
    multiplier : float
        Dollars a point.
    price : float
        When the book was opened, in points.
    reference : float
        What moneyness is measured against: spot, or the VIX future of that expiry.
    """

    group: str
    product: Product
    strike: float
    dte: int
    n_days: int
    quantity: int
    multiplier: float
    price: float
    reference: float

    @property
    def intrinsic(self) -> float:
        """Value if it expired with the reference where it is, in points."""
        if self.product == "vix future":
            return self.price
        sign = -1.0 if self.product == "spx put" else 1.0
        return max(sign * (self.reference - self.strike), 0.0)

    @property
    def scale(self) -> float:
        """Dollars of the position a point of price: signed quantity times multiplier."""
        return self.quantity * self.multiplier


@dataclass(frozen=True)
class Book:
    """A condor and its hedge on the day they are opened.

    Attributes
    ----------
    model : ModelParameters
    state : MarketState
        Scalar.
    rule : CondorRule
    layers : tuple of HedgeLayer
    legs : tuple of Leg
        The four of the condor first: long put, short put, short call, long call.
    """

    model: ModelParameters
    state: MarketState
    rule: CondorRule
    layers: tuple[HedgeLayer, ...]
    legs: tuple[Leg, ...]

    @property
    def condor(self) -> tuple[Leg, ...]:
        """The four SPX legs."""
        return tuple(leg for leg in self.legs if leg.group == CONDOR)

    @property
    def hedge(self) -> tuple[Leg, ...]:
        """Every VIX leg."""
        return tuple(leg for leg in self.legs if leg.group != CONDOR)

    @property
    def groups(self) -> tuple[str, ...]:
        """The condor, then each layer held."""
        return tuple(dict.fromkeys(leg.group for leg in self.legs))

    @property
    def strikes(self) -> tuple[float, float, float, float]:
        """Long put, short put, short call, long call, in index points."""
        long_put, short_put, short_call, long_call = (leg.strike for leg in self.condor)
        return long_put, short_put, short_call, long_call

    @property
    def n_days(self) -> int:
        """Trading days to the condor's expiry."""
        return self.condor[0].n_days

    @property
    def credit(self) -> float:
        """Premium received for one condor, in index points."""
        return float(-sum(np.sign(leg.quantity) * leg.price for leg in self.condor))

    @property
    def max_loss(self) -> float:
        """Largest loss of all condors at expiry, in dollars (a positive number)."""
        long_put, short_put, short_call, long_call = self.strikes
        width = max(short_put - long_put, long_call - short_call)
        return (width - self.credit) * SPX_MULTIPLIER * self.rule.contracts

    @property
    def max_profit(self) -> float:
        """Largest profit of all condors at expiry, in dollars: the credit kept."""
        return self.credit * SPX_MULTIPLIER * self.rule.contracts

    @property
    def premium_paid(self) -> float:
        """Premium of the hedge's options, in dollars; futures cost nothing to enter."""
        return sum(leg.scale * leg.price for leg in self.hedge if leg.product != "vix future")

    def profit(
        self,
        state: MarketState,
        day: int,
        legs: Sequence[Leg] | None = None,
        tables: PricingTables | None = None,
    ) -> FloatArray:
        """Profit of `legs` (all by default) `day` trading days after opening, in dollars.

        Parameters
        ----------
        state : MarketState
            Arrays broadcast to the shape of the result.
        day : int
            Trading days since opening. A leg that has expired by then is worth its payoff at
            `state`, as if the market had stood there at its expiry.
        legs : sequence of Leg, optional
        tables : PricingTables, optional
            Price by interpolation, within the budget of the tables; exactly if omitted.

        Notes
        -----
        Cash earns nothing.
        """
        require(day >= 0, "day", day, ">= 0")
        chosen = self.legs if legs is None else legs
        shape = np.broadcast_shapes(
            *(np.shape(x) for x in (state.spot, state.variance, state.mean_variance))
        )
        total = np.zeros(shape)
        for leg in chosen:
            value = leg_value(self.model, state, leg, max(leg.n_days - day, 0), tables)
            total = total + leg.scale * (value - leg.price)
        return total


def leg_value(
    model: ModelParameters,
    state: MarketState,
    leg: Leg,
    n_days: int,
    tables: PricingTables | None = None,
) -> FloatArray:
    """Price of a leg with `n_days` trading days to expiry, in points; shape of the state."""
    kind: OptionKind = "put" if leg.product == "spx put" else "call"
    if tables is not None and n_days > 0:
        if leg.product == "vix future":
            return np.asarray(tables.vix_future(state, n_days))
        priced = tables.vix_option if leg.product == "vix call" else tables.spx_option
        return np.asarray(priced(state, leg.strike, n_days, kind))
    if n_days == 0:
        reference = vix_index(model, state) if leg.product.startswith("vix") else state.spot
        if leg.product == "vix future":
            return np.asarray(reference)
        sign = -1.0 if kind == "put" else 1.0
        return np.maximum(sign * (np.asarray(reference) - leg.strike), 0.0)
    tau = year_fraction(n_days)
    if leg.product == "vix future":
        return np.asarray(vix_future(model, state, tau))
    if leg.product == "vix call":
        return np.asarray(vix_option(model, state, leg.strike, tau, "call"))
    return np.asarray(spx_option(model, state, leg.strike, tau, kind))


def expected_move(vix: ArrayLike, tau: ArrayLike) -> FloatArray:
    r"""One-standard-deviation move of the index to expiry, as a fraction of spot.

    :math:`\mathrm{VIX}/100 \cdot \sqrt{\tau}`; the method's expected daily range at one day.

    Raises
    ------
    ValueError
        If `vix` or `tau` is negative.
    """
    level, tenor = np.asarray(vix, dtype=np.float64), np.asarray(tau, dtype=np.float64)
    require(level >= 0.0, "vix", level, ">= 0")
    require(tenor >= 0.0, "tau", tenor, ">= 0")
    return np.asarray(level / 100.0 * np.sqrt(tenor))


def open_book(
    model: ModelParameters,
    state: MarketState,
    rule: CondorRule,
    layers: Sequence[HedgeLayer] = (),
) -> Book:
    """Choose listed strikes by the rules and price every leg.

    Raises
    ------
    ValueError
        If the strikes would cross or a wing would reach below the index's zero; the message names
        the field to change.
    """
    legs = [*_condor_legs(model, state, rule)]
    for number, layer in enumerate(layers, start=1):
        legs.extend(_layer_legs(model, state, layer, f"Layer {number}"))
    return Book(model, state, rule, tuple(layers), tuple(legs))


def _condor_legs(model: ModelParameters, state: MarketState, rule: CondorRule) -> list[Leg]:
    if not rule.wings:
        raise ParameterError("Wings must be on in a priced book; strangles are simulated only")
    n_days = trading_days(rule.dte)
    tau = year_fraction(n_days)
    short_put, short_call = _short_strikes(model, state, rule, tau)
    if short_put - rule.wing <= 0.0:
        raise ParameterError(
            f"Wing width must be below the short put strike of {short_put:,.0f}, got {rule.wing:,}"
        )
    if short_put > short_call:
        raise ParameterError(
            f"Short strikes cross: put {short_put:,.0f} above call {short_call:,.0f}; lower a "
            "delta or widen a distance"
        )
    plan: list[tuple[Product, float, int]] = [
        ("spx put", short_put - rule.wing, rule.contracts),
        ("spx put", short_put, -rule.contracts),
        ("spx call", short_call, -rule.contracts),
        ("spx call", short_call + rule.wing, rule.contracts),
    ]
    strikes = np.array([strike for _, strike, _ in plan])
    kinds = np.array(["put", "put", "call", "call"])
    prices = spx_option(model, state, strikes, tau, kinds)
    return [
        Leg(
            CONDOR,
            product,
            strike,
            rule.dte,
            n_days,
            quantity,
            SPX_MULTIPLIER,
            float(price),
            float(state.spot),
        )
        for (product, strike, quantity), price in zip(plan, prices, strict=True)
    ]


def _short_strikes(
    model: ModelParameters, state: MarketState, rule: CondorRule, tau: float
) -> tuple[float, float]:
    spot = float(state.spot)
    if rule.strikes_by != "delta":
        move = float(expected_move(vix_index(model, state), tau))
        times = 1.0 if rule.strikes_by == "expected move" else _times(model, state, rule, tau, move)
        put = spot * (1.0 - times * rule.put_moves * move)
        call = spot * (1.0 + times * rule.call_moves * move)
        if put <= 0.0:
            raise ParameterError(
                f"Short put distance puts the strike at or below zero: {times * rule.put_moves:g} "
                f"moves of {100 * move:.0f} %"
            )
        return float(spx_strike(put)), float(spx_strike(call))
    forward = spot * float(np.exp((model.rate - model.dividend_yield) * tau))
    return (
        _strike_of_delta(model, state, tau, forward, "put", rule.put_delta),
        _strike_of_delta(model, state, tau, forward, "call", rule.call_delta),
    )


@lru_cache(maxsize=256)
def _times(
    model: ModelParameters, state: MarketState, rule: CondorRule, tau: float, move: float
) -> float:
    """Multiple of the rule's distances at which the condor earns its credit, strikes not listed."""
    spot = float(state.spot)
    kinds = np.array(["put", "put", "call", "call"])
    low, high = 0.0, 12.0
    for _ in range(6):  # eight points at a time: each solve of the model prices them all
        times = np.linspace(low, high, 9)
        put = np.maximum(spot * (1.0 - times * rule.put_moves * move), 1.0)
        call = spot * (1.0 + times * rule.call_moves * move)
        strikes = np.stack([np.maximum(put - rule.wing, 0.5), put, call, call + rule.wing])
        prices = spx_option(model, state, strikes, tau, kinds[:, None])
        credit = np.array([-1.0, 1.0, 1.0, -1.0]) @ prices
        if credit[0] < rule.credit and low == 0.0:
            raise ParameterError(
                f"Credit wanted must be below {credit[0]:.2f} points, what these wings can earn at "
                f"most, got {rule.credit:g}"
            )
        above = int(np.searchsorted(-credit, -rule.credit)) - 1  # credits fall with the distance
        above = min(max(above, 0), times.size - 2)
        low, high = float(times[above]), float(times[above + 1])
    return 0.5 * (low + high)


@lru_cache(maxsize=256)
def _strike_of_delta(
    model: ModelParameters,
    state: MarketState,
    tau: float,
    forward: float,
    kind: Literal["put", "call"],
    delta: float,
) -> float:
    """Listed strike whose Black delta at its own implied volatility is nearest `delta`."""
    deviation = float(expected_move(vix_index(model, state), tau))
    side = -1.0 if kind == "put" else 1.0
    # half-way past the money to six deviations out: every admissible delta lies inside
    reach = side * np.linspace(-1.0, 6.0, 57) * max(deviation, 1e-3)
    grid = np.unique(np.maximum(spx_strike(forward * np.exp(reach)), 5.0))
    deltas = _black_deltas(
        spx_option(model, state, grid, tau, kind), forward, grid, tau, kind, model.rate
    )
    order = np.argsort(deltas)
    target = float(np.interp(delta, deltas[order], grid[order]))
    near = np.unique(np.maximum(spx_strike(target + 5.0 * np.arange(-2, 3)), 5.0))
    fine = _black_deltas(
        spx_option(model, state, near, tau, kind), forward, near, tau, kind, model.rate
    )
    return float(near[np.argmin(np.abs(fine - delta))])


def _black_deltas(
    price: FloatArray, forward: float, strike: FloatArray, tau: float, kind: str, rate: float
) -> FloatArray:
    """Absolute Black deltas at the implied volatility of each price."""
    volatility = np.nan_to_num(
        implied_volatility(price, forward, strike, tau, np.asarray(kind), rate=rate)
    )
    deltas = black_delta(forward, strike, volatility * np.sqrt(tau), np.asarray(kind))
    return np.asarray(np.abs(np.asarray(deltas)))


@lru_cache(maxsize=256)
def _layer_legs(
    model: ModelParameters, state: MarketState, layer: HedgeLayer, name: str
) -> tuple[Leg, ...]:
    """Legs of a layer; remembered, for a change of the condor leaves them as they are."""
    if layer.quantity == 0:
        return ()
    n_days = trading_days(layer.dte)
    tau = year_fraction(n_days)
    future = float(vix_future(model, state, tau))
    if layer.instrument == "future":
        size = (layer.dte, n_days, layer.quantity, VIX_FUTURE_MULTIPLIER)
        return (Leg(name, "vix future", float("nan"), *size, future, future),)
    listed = vix_strikes()
    prices = np.asarray(vix_option(model, state, listed, tau, "call"))
    deltas = _black_deltas(prices, future, listed, tau, "call", model.rate)
    long_strike = float(listed[np.argmin(np.abs(deltas - layer.delta))])
    plan = [(long_strike, layer.quantity)]
    if layer.instrument == "call_spread":
        upper = float(vix_strike(long_strike + layer.width))
        if upper <= long_strike:
            upper = float(listed[listed > long_strike][0])
        plan.append((upper, -layer.quantity))
    return tuple(
        Leg(
            name,
            "vix call",
            strike,
            layer.dte,
            n_days,
            quantity,
            VIX_OPTION_MULTIPLIER,
            float(prices[np.argmin(np.abs(listed - strike))]),
            future,
        )
        for strike, quantity in plan
    )
