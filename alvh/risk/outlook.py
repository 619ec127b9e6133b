"""What a book is expected to do: odds, expected profit and touches, with their uncertainty.

What has a closed form is exact (the condor's odds and expected payoff); what depends on the path,
or on VIX at the end of it, is simulated and carries a standard error. Present values, in dollars:
with no risk premium the expectation of every position is zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from alvh._typing import FloatArray
from alvh.clock import TRADING_DAYS, VIX_HORIZON, year_fraction
from alvh.errors import require
from alvh.market.contracts import SPX_MULTIPLIER
from alvh.model.parameters import ModelParameters
from alvh.model.premia import RiskPremia
from alvh.model.state import MarketState
from alvh.pricing import PricingTables, index_distribution, spx_option, vix_index
from alvh.pricing.variance import log_contract_variance
from alvh.pricing.vix import squared_vix_mean
from alvh.risk.exposure import condor_break_evens
from alvh.simulation import MarketPaths, simulate_paths
from alvh.strategy.book import CONDOR, Book, Leg, leg_value

__all__ = [
    "Estimate",
    "Outlook",
    "book_outlook",
    "controlled",
    "estimate",
    "expected_condor_profit",
    "layer_profit",
    "market_paths",
    "profit_probability",
    "squared_vix_surprise",
]


@dataclass(frozen=True)
class Estimate:
    """A number and its standard error (zero when it is exact)."""

    value: float
    standard_error: float = 0.0


@dataclass(frozen=True)
class Outlook:
    """Expectations of a book held to the condor's expiry.

    Attributes
    ----------
    n_paths, seed : int
        Of the simulation behind every estimate with a standard error.
    profit : dict of str to Estimate
        Expected profit by group and "Both", present value in dollars.
    probability_of_profit : dict of str to Estimate
        Of the condor under "P" and "Q" (exact) and of the "Both" under P.
    touch : dict of str to Estimate
        Probability under P that a daily close passes the short "put", "call", or "either".
    hedge_cost : Estimate
        Expected loss of the hedge a year, in dollars, if every layer is opened anew when it
        expires or the condor does.
    """

    n_paths: int
    seed: int
    profit: dict[str, Estimate]
    probability_of_profit: dict[str, Estimate]
    touch: dict[str, Estimate]
    hedge_cost: Estimate


def expected_condor_profit(book: Book, model: ModelParameters) -> float:
    """Expected profit of all condors under the law of `model`, present value in dollars; exact.

    `model` is `book.model` (Q: zero up to rounding) or ``premia.physical(book.model)`` (P).
    """
    tau = year_fraction(book.n_days)
    total = 0.0
    for leg in book.condor:
        kind = "put" if leg.product == "spx put" else "call"
        payoff = spx_option(model, book.state, leg.strike, tau, kind)
        total += leg.scale * (float(payoff) - leg.price)
    return total


def profit_probability(book: Book, model: ModelParameters) -> float:
    """Probability that the condor alone ends with a profit, under the law of `model`; exact."""
    tau = year_fraction(book.n_days)
    low, high = book.strikes[1] - book.credit, book.strikes[2] + book.credit
    inside = condor_break_evens(book)
    below = float(index_distribution(model, book.state, low, tau)) if low in inside else 0.0
    above = float(index_distribution(model, book.state, high, tau)) if high in inside else 1.0
    return above - below


def book_outlook(
    book: Book, premia: RiskPremia, tables: PricingTables, *, n_paths: int = 4000, seed: int = 1
) -> Outlook:
    """Simulate the book under P to the condor's expiry.

    Parameters
    ----------
    book : Book
    premia : RiskPremia
        Already scaled by the edge.
    tables : PricingTables
        Of `book.model`; mark the hedge's options.
    n_paths, seed : int
        As `alvh.simulation.simulate_paths`.

    Notes
    -----
    The hedge's expected profit is regressed on squared VIX, whose mean is known in closed form, at
    every day a layer is closed (control variates); the condor's is not simulated at all.
    """
    require(n_paths >= 100, "n_paths", n_paths, ">= 100")
    model, physical = book.model, premia.physical(book.model)
    paths = market_paths(model, premia, book.state, n_paths, book.n_days, seed)
    condor = _condor_profit(book, paths.spot[:, -1])
    profit = {CONDOR: Estimate(expected_condor_profit(book, physical))}
    hedge, yearly = np.zeros(n_paths), np.zeros(n_paths)
    controls = []
    for group in book.groups[1:]:
        legs = tuple(leg for leg in book.hedge if leg.group == group)
        day = min(legs[0].n_days, book.n_days)
        state = MarketState(
            spot=1.0, variance=paths.variance[:, day], mean_variance=paths.mean_variance[:, day]
        )
        gain = layer_profit(model, legs, state, day, tables)
        controls.append(squared_vix_surprise(model, physical, book.state, state, day))
        profit[group] = estimate(gain, controls[-1:])
        hedge += gain
        yearly -= gain * (TRADING_DAYS / day)
    profit["Hedge"] = estimate(hedge, controls)
    profit["Both"] = Estimate(
        profit[CONDOR].value + profit["Hedge"].value, profit["Hedge"].standard_error
    )
    lowest, highest = paths.spot.min(axis=1), paths.spot.max(axis=1)
    put, call = lowest <= book.strikes[1], highest >= book.strikes[2]
    return Outlook(
        n_paths=n_paths,
        seed=seed,
        profit=profit,
        probability_of_profit={
            "P": Estimate(profit_probability(book, physical)),
            "Q": Estimate(profit_probability(book, model)),
            "Both": _share(condor + hedge > 0.0),
        },
        touch={"put": _share(put), "call": _share(call), "either": _share(put | call)},
        hedge_cost=estimate(yearly, controls),
    )


def _condor_profit(book: Book, spot: FloatArray) -> FloatArray:
    """Profit of all condors at expiry in dollars, not discounted."""
    long_put, short_put, short_call, long_call = book.strikes
    loss = np.clip(short_put - spot, 0.0, short_put - long_put)
    loss = loss + np.clip(spot - short_call, 0.0, long_call - short_call)
    return (book.credit - loss) * SPX_MULTIPLIER * book.rule.contracts


@lru_cache(maxsize=8)
def market_paths(
    model: ModelParameters,
    premia: RiskPremia,
    state: MarketState,
    n_paths: int,
    n_days: int,
    seed: int,
) -> MarketPaths:
    """Paths, remembered: neither strikes nor layers change them."""
    return simulate_paths(model, premia, state, n_paths, n_days, seed)


def layer_profit(
    model: ModelParameters,
    legs: tuple[Leg, ...],
    state: MarketState,
    day: int,
    tables: PricingTables,
) -> FloatArray:
    """Present value of a layer's profit when it is closed on `day`, in dollars."""
    discount = float(np.exp(-model.rate * day / TRADING_DAYS))
    total = np.zeros(np.shape(state.variance))
    for leg in legs:
        value = leg_value(model, state, leg, leg.n_days - day, tables)
        paid = leg.price
        if leg.product == "vix future":  # nothing is paid to enter: the gain comes at the end
            total += leg.scale * discount * (value - paid)
        else:
            total += leg.scale * (discount * value - paid)
    return total


def squared_vix_surprise(
    model: ModelParameters,
    physical: ModelParameters,
    start: MarketState,
    end: MarketState,
    day: int,
) -> FloatArray:
    """Squared VIX on `day` less its mean under P, which is known."""
    loading = log_contract_variance(model, VIX_HORIZON)
    by_v, by_m, constant = squared_vix_mean(physical, day / TRADING_DAYS, loading)
    mean = by_v * float(start.variance) + by_m * float(start.mean_variance) + constant
    return np.asarray((np.asarray(vix_index(model, end)) / 100.0) ** 2 - mean)


def controlled(value: FloatArray, controls: list[FloatArray]) -> FloatArray:
    """`value` less what zero-mean `controls` explain of it, all of shape (n_paths,)."""
    if not controls or not np.any(value):
        return value
    design = np.column_stack([np.ones(value.size), *controls])
    slope, *_ = np.linalg.lstsq(design, value, rcond=None)
    return np.asarray(value - design[:, 1:] @ slope[1:])


def estimate(value: FloatArray, controls: list[FloatArray]) -> Estimate:
    """Mean of `value` of shape (n_paths,), the part explained by zero-mean controls taken out."""
    rest, n = controlled(value, controls), value.size
    spent = 1 + len(controls) if rest is not value else 0
    return Estimate(float(rest.mean()), float(rest.std(ddof=spent) / np.sqrt(n)))


def _share(happened: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Estimate:
    p = float(happened.mean())
    return Estimate(p, float(np.sqrt(max(p * (1.0 - p), 0.25 / happened.size) / happened.size)))
