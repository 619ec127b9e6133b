"""Black (1976): undiscounted prices, deltas and implied volatility on a forward."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import log_ndtr, ndtr

from alvh._typing import ArrayLike, FloatArray, FloatOrArray, OptionKind
from alvh.pricing._arguments import as_array, is_call, non_negative, positive, shaped

__all__ = ["black_delta", "black_price", "implied_volatility"]


def black_price(
    forward: ArrayLike,
    strike: ArrayLike,
    deviation: ArrayLike,
    kind: OptionKind | ArrayLike,
) -> FloatOrArray:
    """Undiscounted price in the units of `forward`.

    Parameters
    ----------
    forward, strike : array_like of shape (...)
        Same units, > 0.
    deviation : array_like of shape (...)
        Volatility times the root of the tenor, dimensionless, >= 0.
    kind : {"call", "put"} or array_like of them
    """
    f, k, w = (
        positive("forward", forward),
        positive("strike", strike),
        non_negative("deviation", deviation),
    )
    sign = np.where(is_call(kind), 1.0, -1.0)
    return shaped(np.asarray(_price(f, k, w, sign)))


def black_delta(
    forward: ArrayLike,
    strike: ArrayLike,
    deviation: ArrayLike,
    kind: OptionKind | ArrayLike,
) -> FloatOrArray:
    """Forward delta: N(d1) for calls, N(d1) - 1 for puts; arguments as `black_price`."""
    f, k = positive("forward", forward), positive("strike", strike)
    w = np.maximum(non_negative("deviation", deviation), 1e-300)
    sign = np.where(is_call(kind), 1.0, -1.0)
    return shaped(np.asarray(sign * ndtr(sign * (np.log(f / k) / w + 0.5 * w))))


def implied_volatility(
    price: ArrayLike,
    forward: ArrayLike,
    strike: ArrayLike,
    tau: ArrayLike,
    kind: OptionKind | ArrayLike,
    *,
    rate: float = 0.0,
) -> FloatOrArray:
    r"""Black volatility of an option price.

    Parameters
    ----------
    price : array_like of shape (...)
        Discounted at `rate`; same units as `forward`.
    forward, strike : array_like of shape (...)
        > 0.
    tau : array_like of shape (...)
        Years, > 0.
    kind : {"call", "put"} or array_like of them
    rate : float, default=0.0
        Continuous, a year.

    Returns
    -------
    float or ndarray of shape (...)
        Decimal (0.16 is 16 %). Zero where the price is the intrinsic value, nan where it lies
        outside the bounds without arbitrage.

    Notes
    -----
    Newton's method on the log of the out-of-the-money price, which is concave and increasing in
    the deviation there, kept inside a bracket; at worst it bisects.
    """
    p, f, k, t, call = np.broadcast_arrays(
        as_array("price", price),
        positive("forward", forward),
        positive("strike", strike),
        positive("tau", tau),
        is_call(kind),
    )
    undiscounted = p * np.exp(rate * t)
    sign = np.where(call, 1.0, -1.0)
    out_of_money = np.where(f <= k, 1.0, -1.0)  # solve on the side without intrinsic value
    value = undiscounted - np.where(sign == out_of_money, 0.0, sign * (f - k))
    ceiling = np.where(out_of_money > 0.0, f, k)
    tiny = 1e-14 * np.minimum(f, k)
    good = (value > tiny) & (value < ceiling)
    result = np.where(np.abs(value) <= tiny, 0.0, np.nan)
    if np.any(good):
        solved = _solve(value[good], f[good], k[good], out_of_money[good])
        result[good] = solved / np.sqrt(t[good])
    return shaped(result)


def _price(f: FloatArray, k: FloatArray, w: FloatArray, sign: FloatArray) -> Any:
    safe = np.maximum(w, 1e-300)
    d1 = np.log(f / k) / safe + 0.5 * safe
    value = sign * (f * ndtr(sign * d1) - k * ndtr(sign * (d1 - safe)))
    return np.where(w > 0.0, value, np.maximum(sign * (f - k), 0.0))


def _solve(value: FloatArray, f: FloatArray, k: FloatArray, sign: FloatArray) -> FloatArray:
    """Deviation of an out-of-the-money price strictly inside its bounds."""
    x = np.log(f / k)
    target = np.log(value)
    low, high = np.full_like(x, 1e-10), np.full_like(x, 40.0)
    # the inflexion point sqrt(2|x|), or the at-the-money approximation where x is near zero
    w = np.clip(np.maximum(np.sqrt(2.0 * np.abs(x)), value / f * np.sqrt(2.0 * np.pi)), 1e-8, 20.0)
    for _ in range(100):
        d1 = x / w + 0.5 * w
        # log of f N(s d1) - k N(s d2), from log_ndtr so that deep strikes keep their digits
        upper = np.log(f) + log_ndtr(sign * d1)
        lower = np.log(k) + log_ndtr(sign * (d1 - w))
        first, second = np.where(sign > 0, upper, lower), np.where(sign > 0, lower, upper)
        with np.errstate(divide="ignore", invalid="ignore"):
            log_price = first + np.log(-np.expm1(np.minimum(second - first, 0.0)))
        gap = log_price - target
        above = gap > 0.0
        high, low = np.where(above, w, high), np.where(above, low, w)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            log_vega = np.log(f) - 0.5 * d1 * d1 - 0.5 * np.log(2.0 * np.pi)
            step = gap / np.exp(np.minimum(log_vega - log_price, 700.0))
        trial = w - step
        trial = np.where((trial > low) & (trial < high), trial, 0.5 * (low + high))
        done = np.abs(trial - w) <= 1e-14 * w
        w = trial
        if np.all(done):
            break
    return np.asarray(w)
