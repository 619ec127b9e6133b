r"""What a stop promised and what it paid: condors marked close by close, and where they are left.

A stop watches a measure (loss over credit, or the larger short delta) and promises the loss at
which the measure meets its level. It is looked at at closes: the condor is bought back at the first
close at or beyond the level. What it promised lies between that close and the one before, where the
measure would have met the level had both moved on a straight line,

.. math:: p = \ell_0 + (\ell_1 - \ell_0) \frac{x - x_0}{x_1 - x_0},

which for a multiple of the credit is that multiple exactly. Losses are index points of one condor.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from alvh._typing import FloatArray
from alvh.clock import TRADING_DAYS, trading_days
from alvh.errors import require
from alvh.market.contracts import SPX_MULTIPLIER
from alvh.model.state import MarketState
from alvh.pricing import PricingTables, black_delta, implied_volatility
from alvh.risk.inference import Interval, interval, quantile, ratio, share
from alvh.simulation import MarketPaths
from alvh.strategy._records import OPENED, STOP
from alvh.strategy.book import Book
from alvh.strategy.condor import CondorRule
from alvh.strategy.engine import Outcomes

__all__ = [
    "CondorMarks",
    "StopExits",
    "condor_marks",
    "exits_of_record",
    "first_exits",
    "levels_table",
    "short_deltas",
    "short_strikes",
    "stop_numbers",
]

_FLAT = 0.05  # delta of a strike so far away that nobody asks for more digits


@dataclass(frozen=True, eq=False)
class CondorMarks:
    """One condor along many paths, from its opening to the close before its expiry.

    Attributes
    ----------
    credit : float
        Points received.
    loss : ndarray of shape (n_paths, n_days)
        Points to buy it back, less the credit; column 0 is the opening.
    delta : ndarray of shape (n_paths, n_days)
        Larger absolute Black delta of its short strikes; those surely below 0.15 stand at 0.05.
    """

    credit: float
    loss: FloatArray
    delta: FloatArray


@dataclass(frozen=True, eq=False)
class StopExits:
    """Condors that were stopped, one entry each; points of one condor.

    Attributes
    ----------
    path, day : int64 ndarray of shape (n,)
        Which path (or trade), and the trading day of the exit.
    loss : ndarray of shape (n,)
        As bought back, at mid.
    promise : ndarray of shape (n,)
        Where the level was met.
    credit : ndarray of shape (n,)
    """

    path: Any
    day: Any
    loss: FloatArray
    promise: FloatArray
    credit: FloatArray

    @property
    def beyond(self) -> FloatArray:
        """Loss beyond the promise, as a multiple of the credit."""
        return np.asarray((self.loss - self.promise) / self.credit)


def condor_marks(book: Book, paths: MarketPaths, tables: PricingTables) -> CondorMarks:
    """Mark the condor of a book at every close before its expiry.

    Parameters
    ----------
    book : Book
        Opened at the first close of the paths.
    paths : MarketPaths
        At least as long as the condor.
    tables : PricingTables
        Of the book's model.

    Raises
    ------
    ValueError
        If the paths end before the condor does.
    """
    n = book.n_days
    require(paths.n_days >= n, "horizon", paths.n_days, f"at least the {n} days of the condor")
    state = MarketState(
        spot=paths.spot[:, :n],
        variance=paths.variance[:, :n],
        mean_variance=paths.mean_variance[:, :n],
    )
    left = np.arange(n, 0, -1)[None, :]
    owed = np.zeros((paths.n_paths, n))
    for strike, kind, sign in zip(
        book.strikes, ("put", "put", "call", "call"), (-1.0, 1.0, 1.0, -1.0), strict=True
    ):
        owed += sign * np.asarray(tables.spx_option(state, strike, left, kind))
    delta = short_deltas(tables, state, book.strikes[1], book.strikes[2], left)
    return CondorMarks(book.credit, owed - owed[:, :1], delta)


def short_deltas(
    tables: PricingTables, state: MarketState, put: Any, call: Any, n_days: Any
) -> FloatArray:
    """Larger absolute Black delta of a short put and call, each at its own implied volatility.

    Parameters
    ----------
    tables : PricingTables
    state : MarketState
        Of shape (...).
    put, call : array_like
        Strikes, index points; broadcast to the state.
    n_days : array_like of int
        Trading days to expiry, > 0; broadcast likewise.

    Returns
    -------
    ndarray of shape (...)
        0.05 where both are surely below 0.15, for which no volatility is solved.
    """
    spot, v, m, k_put, k_call, n = np.broadcast_arrays(
        state.spot, state.variance, state.mean_variance, put, call, n_days
    )
    model = tables.model
    tau = n / TRADING_DAYS
    forward = spot * np.exp((model.rate - model.dividend_yield) * tau)
    wide = 2.1 * np.sqrt((np.maximum(v, m) + 0.01) * tau)  # twice where a delta is 0.15
    most = np.full(spot.shape, _FLAT)
    for strike, kind in ((k_put, "put"), (k_call, "call")):
        away = np.log(strike / forward) * (-1.0 if kind == "put" else 1.0)
        near = away < wide
        at = MarketState(spot=spot[near], variance=v[near], mean_variance=m[near])
        price = np.asarray(tables.spx_option(at, strike[near], n[near], kind))
        most[near] = np.maximum(
            most[near],
            _black_delta(price, forward[near], strike[near], tau[near], kind, model.rate),
        )
    return most


def _black_delta(
    price: FloatArray,
    forward: FloatArray,
    strike: FloatArray,
    tau: FloatArray,
    kind: Any,
    rate: float,
) -> FloatArray:
    """Absolute; an option at its bare intrinsic value has no volatility and a delta of 0 or 1."""
    volatility = np.nan_to_num(implied_volatility(price, forward, strike, tau, kind, rate=rate))
    return np.asarray(np.abs(black_delta(forward, strike, volatility * np.sqrt(tau), kind)))


def short_strikes(
    tables: PricingTables, state: MarketState, rule: CondorRule
) -> tuple[FloatArray, FloatArray]:
    """Listed short strikes nearest to the deltas of a rule, at many states at once.

    Parameters
    ----------
    tables : PricingTables
    state : MarketState
        Of shape (n,).
    rule : CondorRule
        By delta.

    Returns
    -------
    put, call : ndarray of shape (n,)
        Index points, multiples of five.
    """
    require(rule.strikes_by == "delta", "strikes_by", rule.strikes_by, "delta")
    n = trading_days(rule.dte)
    tau = np.full(np.shape(state.spot), n / TRADING_DAYS)
    model = tables.model
    forward = np.asarray(state.spot) * np.exp((model.rate - model.dividend_yield) * tau)
    found = []
    for kind, sign, target in (("put", -1.0, rule.put_delta), ("call", 1.0, rule.call_delta)):
        near, far = np.zeros(forward.shape), np.full(forward.shape, 1.2)
        for _ in range(14):
            middle = 0.5 * (near + far)
            strike = forward * np.exp(sign * middle)
            price = np.asarray(tables.spx_option(state, strike, n, kind))
            high = _black_delta(price, forward, strike, tau, kind, model.rate) > target
            near, far = np.where(high, middle, near), np.where(high, far, middle)
        found.append(5.0 * np.rint(forward * np.exp(sign * 0.5 * (near + far)) / 5.0))
    return found[0], found[1]


def first_exits(loss: FloatArray, measure: FloatArray, credit: float, level: float) -> StopExits:
    """Where a measure first meets a level, path by path.

    Parameters
    ----------
    loss, measure : ndarray of shape (n_paths, n_days)
        Points of one condor, and what the stop watches; column 0 is the opening.
    credit : float
        Points.
    level : float
        Of the measure.

    Returns
    -------
    StopExits
        Only of paths on which the level was met, in their order.
    """
    met = measure[:, 1:] >= level
    path = np.flatnonzero(met.any(axis=1))
    day = met[path].argmax(axis=1) + 1
    before, now = (path, day - 1), (path, day)
    promise = _promised(loss[before], loss[now], measure[before], measure[now], level)
    return StopExits(path, day, loss[now], promise, np.full(path.size, credit))


def _promised(
    l0: FloatArray, l1: FloatArray, x0: FloatArray, x1: FloatArray, level: float
) -> FloatArray:
    """Loss where the level was met; see the module."""
    width = np.where(x1 > x0, x1 - x0, 1.0)
    return np.asarray(l0 + (l1 - l0) * np.clip((level - x0) / width, 0.0, 1.0))


def exits_of_record(
    outcomes: Outcomes,
    p: int,
    i: int,
    deltas: Callable[[Any, Any], tuple[FloatArray, FloatArray]] | None = None,
) -> StopExits:
    """Stops of one policy on one recorded path; `path` numbers them.

    Parameters
    ----------
    outcomes : Outcomes
        Recorded.
    p, i : int
        Policy and path.
    deltas : callable, optional
        From opening and exit days, each of shape (n,), to the short deltas at the close before the
        exit and at it; needed for a stop by delta.

    Raises
    ------
    ValueError
        If the policy stops by delta and `deltas` is not given.
    """
    stop = outcomes.policies[p].stop
    events = outcomes.events[p][i]
    condor = events[events[:, 1] == 0.0]
    opened = {"day": [], "credit": [], "size": []}  # type: dict[str, list[float]]
    closed = {"day": [], "price": []}  # type: dict[str, list[float]]
    last: tuple[float, float, float] | None = None
    for day, _, reason, quantity, price, _ in condor:
        if reason == OPENED:
            last = (day, price, -quantity)
        elif last is not None:
            if reason == STOP:
                for name, value in zip(("day", "credit", "size"), last, strict=True):
                    opened[name].append(value)
                closed["day"].append(day)
                closed["price"].append(price)
            last = None
    first, out = (np.array(x["day"], dtype=np.int64) for x in (opened, closed))
    credit, size = np.array(opened["credit"]), np.array(opened["size"])
    loss = np.array(closed["price"]) - credit
    booked = outcomes.trail[p, i, :, 4]  # profit of all condors at mid
    before = (booked[first] - booked[out - 1]) / (np.maximum(size, 1.0) * SPX_MULTIPLIER)
    if stop.kind == "short delta":
        require(deltas is not None, "deltas", "missing", "given for a stop by delta")
        assert deltas is not None
        x0, x1 = deltas(first, out)
        level = stop.delta
    else:
        x0, x1, level = before / credit, loss / credit, stop.multiple
    promise = _promised(before, loss, x0, x1, level)
    return StopExits(np.arange(out.size), out, loss, promise, credit)


def stop_numbers(exits: StopExits, n_paths: int) -> dict[str, Interval]:
    """What stops of a level came to, with 95 % intervals.

    Parameters
    ----------
    exits : StopExits
        At most one a path.
    n_paths : int
        Condors sold.

    Returns
    -------
    dict of str to Interval
        ``stopped`` (share of the condors), ``mean`` and ``worst`` (mean and 95 % quantile of the
        loss beyond the promise, × credit), ``loss`` and ``promise`` (means, × credit), ``half``
        (share of stops that lost at least half a credit more than promised). nan with no stop.
    """
    hit = np.zeros(n_paths)
    hit[exits.path] = 1.0
    unknown = Interval(np.nan, np.nan, np.nan)
    found = {"stopped": share(hit > 0.0)}
    if exits.path.size == 0:
        return found | dict.fromkeys(("mean", "worst", "loss", "promise", "half"), unknown)
    for name, values in (
        ("mean", exits.beyond),
        ("loss", exits.loss / exits.credit),
        ("promise", exits.promise / exits.credit),
    ):
        whole = np.zeros(n_paths)
        whole[exits.path] = values
        found[name] = interval(ratio(whole, hit))
    found["worst"] = quantile(exits.beyond, 0.95)
    found["half"] = share(exits.beyond >= 0.5)
    return found


def levels_table(rows: list[tuple[str, float, dict[str, Interval]]]) -> pd.DataFrame:
    """Numbers of many levels: kind, level, and estimate, low and high of each, long."""
    return pd.DataFrame(
        [
            (kind, level, name, x.estimate, x.low, x.high)
            for kind, level, numbers in rows
            for name, x in numbers.items()
        ],
        columns=["kind", "level", "metric", "estimate", "low", "high"],
    )
