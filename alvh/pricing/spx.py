"""SPX options: prices and Greeks, exact to about 1e-8 index points at spot 5000."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from alvh._typing import ArrayLike, FloatArray, FloatOrArray, OptionKind
from alvh.clock import TRADING_DAYS, VIX_HORIZON
from alvh.model.parameters import ModelParameters
from alvh.model.state import MarketState
from alvh.pricing._arguments import is_call, non_negative, positive, shaped
from alvh.pricing.law import IndexLaw, index_law
from alvh.pricing.variance import log_contract_variance

__all__ = ["Greeks", "index_density", "index_distribution", "spx_greeks", "spx_option"]


@dataclass(frozen=True)
class Greeks:
    """Sensitivities of a price in index points; floats or arrays of one shape.

    Attributes
    ----------
    delta : per index point of spot, variance held.
    gamma : delta per index point.
    vega : per VIX point, by the variance, the mean variance held.
    theta : per trading day, the state held (the negative of decay is positive carry).
    rho : per 1.00 of the interest rate (0.01 is one percentage point).
    vanna : delta per VIX point.
    volga : vega per VIX point.
    """

    delta: FloatOrArray
    gamma: FloatOrArray
    vega: FloatOrArray
    theta: FloatOrArray
    rho: FloatOrArray
    vanna: FloatOrArray
    volga: FloatOrArray


def spx_option(
    model: ModelParameters,
    state: MarketState,
    strike: ArrayLike,
    tau: ArrayLike,
    kind: OptionKind | ArrayLike,
) -> FloatOrArray:
    """Price of a European SPX option, discounted, in index points.

    Parameters
    ----------
    model : ModelParameters
        Risk-neutral parameters.
    state : MarketState
        Spot (index points), variance and mean variance (decimals a year).
    strike : array_like of shape (...)
        Index points, > 0.
    tau : array_like of shape (...)
        Years of 252 trading days, >= 0; at zero the price is the intrinsic value.
    kind : {"call", "put"} or array_like of them

    Returns
    -------
    float or ndarray of shape (...)

    Raises
    ------
    ValueError
        If a strike, tenor or kind is out of range; the message names it.

    Notes
    -----
    Fourier-cosine expansion (Fang and Oosterlee 2008) of the law of the log return, split by
    whether a jump has happened; intervals by Chernoff's bound, see `alvh.pricing.law`.
    """
    spot, v, m, k, t, call = _broadcast(state, strike, tau, kind)
    price = np.empty(spot.shape)
    for where, law, forward, discount in _laws(model, spot, v, m, t):
        put = law.put(np.log(k[where] / forward)) if law else np.maximum(k[where] / forward - 1, 0)
        parity = np.where(call[where], 1.0 - k[where] / forward, 0.0)
        price[where] = discount * forward * np.maximum(put + parity, 0.0)
    return shaped(price)


def spx_greeks(
    model: ModelParameters,
    state: MarketState,
    strike: ArrayLike,
    tau: ArrayLike,
    kind: OptionKind | ArrayLike,
) -> Greeks:
    """Greeks of a European SPX option; arguments as `spx_option`, units as `Greeks`.

    Notes
    -----
    Every Greek is a derivative of the same series, not a bump: those by the variance and by time
    come from the Riccati coefficients and their slopes at expiry. At ``tau = 0`` delta is that of
    the payoff and the others are zero.
    """
    spot, v, m, k, t, call = _broadcast(state, strike, tau, kind)
    names = ("delta", "gamma", "vega", "theta", "rho", "vanna", "volga")
    out = {name: np.zeros(spot.shape) for name in names}
    p, q, c = log_contract_variance(model, VIX_HORIZON)
    vix = 100.0 * np.sqrt(np.maximum(p * v + q * m + c, 0.0))
    by_vix = 2.0e-4 * vix / p  # dv / dVIX at fixed m
    by_vix_twice = 2.0e-4 / p
    rate, dividend = model.rate, model.dividend_yield
    for where, law, forward, discount in _laws(model, spot, v, m, t):
        strikes, spots, tenor, calls = k[where], spot[where], t[where], call[where]
        carried = np.exp(-dividend * tenor)
        if law is None:
            in_the_money = np.where(calls, spots > strikes, spots < strikes)
            out["delta"][where] = np.where(calls, 1.0, -1.0) * in_the_money
            continue
        log_strike = np.log(strikes / forward)
        value, first, second = _sums(law, log_strike)
        put = discount * forward * value[0]
        delta = carried * (value[0] - first[0])
        by_v, by_vv = discount * forward * value[1], discount * forward * value[2]
        by_tau = -rate * put + (rate - dividend) * spots * delta + discount * forward * value[4]
        price = np.where(calls, put + spots * carried - strikes * discount, put)
        whole = np.where(calls, delta + carried, delta)
        time_slope = np.where(
            calls, by_tau - dividend * spots * carried + rate * strikes * discount, by_tau
        )
        dv = by_vix[where]
        out["delta"][where] = whole
        out["gamma"][where] = carried * (second[0] - first[0]) / spots
        out["vega"][where] = by_v * dv
        out["theta"][where] = -time_slope / TRADING_DAYS
        out["rho"][where] = tenor * (spots * whole - price)
        out["vanna"][where] = carried * (value[1] - first[1]) * dv
        out["volga"][where] = by_vv * dv * dv + by_v * by_vix_twice
    return Greeks(**{name: shaped(array) for name, array in out.items()})


def index_density(
    model: ModelParameters, state: MarketState, level: ArrayLike, tau: float
) -> FloatArray:
    """Density of the index at `tau` years, per index point, at `level` of shape (n,).

    `state` must be scalar. Under P, pass ``premia.physical(model)``.
    """
    levels = positive("level", level).ravel()
    law, forward = _scalar_law(model, state, tau)
    return law.density(np.log(levels / forward)) / levels


def index_distribution(
    model: ModelParameters, state: MarketState, level: ArrayLike, tau: float
) -> FloatOrArray:
    """Probability that the index is at most `level` at `tau` years; `state` must be scalar."""
    levels = positive("level", level)
    law, forward = _scalar_law(model, state, tau)
    return shaped(law.distribution(np.log(levels.ravel() / forward)).reshape(levels.shape))


def _scalar_law(model: ModelParameters, state: MarketState, tau: float) -> tuple[IndexLaw, float]:
    tenor = float(positive("tau", tau))
    law = index_law(model, tenor, float(state.variance), float(state.mean_variance))
    return law, float(state.spot) * float(np.exp((model.rate - model.dividend_yield) * tenor))


def _sums(law: IndexLaw, log_strike: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Put and its log-strike slopes, for the law and its derivatives: each (5, n)."""
    strike = np.exp(log_strike)
    n = log_strike.size
    value, first, second = np.zeros((5, n)), np.zeros((5, n)), np.zeros((5, n))
    if law.atom:
        value[0] = law.atom * np.maximum(strike - np.exp(law.atom_at), 0.0)
        first[0] = law.atom * strike * (log_strike > law.atom_at)
        second[0] = first[0]
    for part in law.parts:
        sums = part.series_with_derivatives().put_and_slopes(log_strike)
        value, first, second = value + sums[0], first + sums[1], second + sums[2]
    return value, first, second


def _broadcast(state: MarketState, strike: ArrayLike, tau: ArrayLike, kind: Any) -> Any:
    return np.broadcast_arrays(
        np.asarray(state.spot, dtype=np.float64),
        np.asarray(state.variance, dtype=np.float64),
        np.asarray(state.mean_variance, dtype=np.float64),
        positive("strike", strike),
        non_negative("tau", tau),
        is_call(kind),
    )


def _laws(
    model: ModelParameters, spot: FloatArray, v: FloatArray, m: FloatArray, tau: FloatArray
) -> Iterator[tuple[Any, IndexLaw | None, FloatArray, FloatArray]]:
    """Each distinct (tenor, state) with its places; no law at a tenor of zero."""
    keys = np.stack([tau.ravel(), v.ravel(), m.ravel()], axis=1)
    distinct, group = np.unique(keys, axis=0, return_inverse=True)
    group = group.reshape(spot.shape)
    for i, (t, variance, mean) in enumerate(distinct):
        where = group == i
        forward = spot[where] * np.exp((model.rate - model.dividend_yield) * t)
        discount = np.full(forward.shape, np.exp(-model.rate * t))
        law = index_law(model, float(t), float(variance), float(mean)) if t > 0.0 else None
        yield where, law, forward, discount
