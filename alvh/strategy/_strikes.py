"""Strikes inside the compiled engine: listed grids, Black deltas, and where a delta lies.

Searching for the strike of a delta at every entry would cost more than a year of marks. For each
rule the scaled strike of its delta is found once at every node of the tables, where prices need no
interpolation, and then interpolated in the state like any price.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange

from alvh._compiled import called, inlined
from alvh._typing import FloatArray
from alvh.model import MarketState, ModelParameters
from alvh.pricing import vvix
from alvh.pricing.grid import (
    AXIS_POWER,
    Grid,
    spx_otm,
    spx_root,
    state_weights,
    vix_call,
    vix_forward,
    vix_scale,
)

__all__ = [
    "black_delta_of",
    "listed_spx",
    "listed_vix",
    "spx_call_delta",
    "spx_delta_map",
    "vix_delta_map",
    "vix_log_strike",
    "vix_step",
    "vvix_map",
    "vvix_scale",
]

_ROOT_HALF = math.sqrt(0.5)
_MONTH = 21


@inlined
def listed_spx(level):  # type: ignore[no-untyped-def]
    """`alvh.market.contracts.spx_strike` of one level."""
    return max(math.floor(level / 5.0 + 0.5), 1.0) * 5.0


@inlined
def vix_step(level):  # type: ignore[no-untyped-def]
    """Distance between the listed VIX strikes at and above a level."""
    if level < 15.0:
        return 0.5
    if level < 30.0:
        return 1.0
    return 2.5 if level < 50.0 else 5.0


@inlined
def listed_vix(level):  # type: ignore[no-untyped-def]
    """`alvh.market.contracts.vix_strike` of one level."""
    step = vix_step(level)
    return max(math.floor(level / step + 0.5), 1.0) * step


@called
def _normal_cdf(x):  # type: ignore[no-untyped-def]
    return 0.5 * math.erfc(-x * _ROOT_HALF)


@called
def black_delta_of(otm, k, guess):  # type: ignore[no-untyped-def]
    """Black delta of the call, from the out-of-the-money price.

    `otm`: undiscounted price over forward, at log(strike / forward) `k`; `guess`: deviation to
    expiry to start from. Newton on the log of the price, which is close to a parabola in it.
    """
    if otm <= 1e-14:
        return 0.0 if k > 0.0 else 1.0
    target = math.log(otm)
    w = max(guess, 0.02 * abs(k), 1e-6)
    sign = 1.0 if k > 0.0 else -1.0
    ratio = math.exp(k)
    for _ in range(24):
        d1 = -k / w + 0.5 * w
        up, down = _normal_cdf(sign * d1), _normal_cdf(sign * (d1 - w))
        price = sign * (up - ratio * down)
        if price <= 1e-300:
            w *= 1.5
            continue
        vega = math.exp(-0.5 * d1 * d1) * 0.3989422804014327
        step = (target - math.log(price)) * price / vega if vega > 1e-300 else w
        step = min(max(step, -0.5 * w), w)
        w += step
        if abs(step) < 1e-7 * w:
            break
    return _normal_cdf(-k / w + 0.5 * w)


@called
def spx_call_delta(grid, n, root, wv, wm, k):  # type: ignore[no-untyped-def]
    """Black delta, at its own implied volatility, of the call at log(strike / forward) `k`."""
    return black_delta_of(spx_otm(grid, n, root, wv, wm, k), k, root)


@inlined
def vix_log_strike(grid, n, v, m, future, y):  # type: ignore[no-untyped-def]
    """log(strike / future) of a scaled strike; see `alvh.pricing.grid.vix_call`."""
    own, unit = vix_scale(grid, n, v, m, future)
    squared = grid.floor + math.exp(own + min(y / unit, 12.0))
    return 0.5 * math.log(squared / (future * future))


@called
def _vix_call_delta(grid, n, v, m, wv, wm, future, y):  # type: ignore[no-untyped-def]
    k = vix_log_strike(grid, n, v, m, future, y)
    price = vix_call(grid, n, v, m, wv, wm, future, future * math.exp(k)) / future
    otm = price if k > 0.0 else price - 1.0 + math.exp(k)
    return black_delta_of(otm, k, 0.5 * math.sqrt(n / 252.0))


@njit(cache=True, parallel=True, error_model="numpy")
def _delta_map(grid, vix, n, low, high, call_delta, v, m):  # type: ignore[no-untyped-def]
    """Scaled strike of a call delta at every node of the states, by bisection; (n_v, n_m)."""
    out = np.empty((v.size, m.size))
    for i in prange(v.size):
        for j in range(m.size):
            wv, wm = state_weights(grid.axes, v.size, m.size, v[i], m[j])
            root = spx_root(grid, n, v[i], m[j]) if not vix else 0.0
            future = vix_forward(grid, n, v[i], m[j], wv, wm) if vix else 0.0
            a, b = low, high
            for _ in range(32):
                x = 0.5 * (a + b)
                if vix:
                    delta = _vix_call_delta(grid, n, v[i], m[j], wv, wm, future, x)
                else:
                    delta = spx_call_delta(grid, n, root, wv, wm, x * root)
                if delta > call_delta:
                    a = x
                else:
                    b = x
            out[i, j] = 0.5 * (a + b)
    return out


def spx_delta_map(grid: Grid, n: int, delta: float, *, put: bool) -> FloatArray:
    """Scaled log strike, `n` days to expiry, of an absolute Black delta; (n_v, n_m)."""
    target = 1.0 - delta if put else delta
    return np.asarray(_delta_map(grid, False, n, -20.0, 12.0, target, *_states(grid)))


def vix_delta_map(grid: Grid, n: int, delta: float) -> FloatArray:
    """Scaled VIX strike, `n` days to expiry, of a Black call delta; (n_v, n_m)."""
    return np.asarray(_delta_map(grid, True, n, -20.0, 60.0, delta, *_states(grid)))


def vvix_map(model: ModelParameters, grid: Grid) -> FloatArray:
    """VVIX at every node of the states, over `vvix_scale`; (n_v, n_m)."""
    v, m = np.meshgrid(*_states(grid), indexing="ij")
    level = vvix(model, MarketState(spot=1.0, variance=v, mean_variance=m))
    return np.asarray(level / np.vectorize(lambda a, b: vvix_scale(grid, a, b))(v, m))


@inlined
def vvix_scale(grid, v, m):  # type: ignore[no-untyped-def]
    """Relative deviation of squared VIX in a month, without jumps; VVIX is nearly a multiple of it.

    So scaled it is interpolated to 0.05 points, and to 0.1 as it is.
    """
    a, b, n = grid.vix_mean, grid.vix_variance, _MONTH - 1
    mean = a[n, 0] * v + a[n, 1] * m + a[n, 2]
    return np.sqrt(max(b[n, 0] * v + b[n, 1] * m + b[n, 2], 1e-16)) / max(mean, 1e-12)


def _states(grid: Grid) -> tuple[FloatArray, FloatArray]:
    """Levels of v and m at the nodes."""
    levels = [
        knee * ((1.0 - step * np.arange(n)) ** (-1.0 / AXIS_POWER) - 1.0)
        for (knee, _, step), n in zip(grid.axes[:2], grid.future.shape[1:], strict=True)
    ]
    return levels[0], levels[1]
