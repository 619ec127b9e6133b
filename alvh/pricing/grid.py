"""Layout of the pricing tables: axes of days, states and scaled strikes, and cubic interpolation.

Every function here is compiled and free of validation; `alvh.pricing.tables` owns the checks.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from alvh._typing import FloatArray

__all__ = [
    "OVERLAP",
    "Grid",
    "cubic_weights",
    "spx_call",
    "spx_put",
    "state_weights",
    "strike_axis",
    "variance_axis",
    "vix_call",
    "vix_forward",
]


OVERLAP = 2  # nodes of each half beyond the money


class Grid(NamedTuple):
    """The arrays a kernel reads. Day n of an axis is n trading days to expiry, n >= 1.

    Attributes
    ----------
    spx : float32 ndarray of shape (n_spx_days, n_v, n_m, n_x)
        Undiscounted out-of-the-money options over forward over the root of `spx_scale`: puts on
        the first strikes, calls on the rest.
    vix : float32 ndarray of shape (n_vix_days, n_v, n_m, n_y)
        The same for VIX options, over the future.
    future : float32 ndarray of shape (n_vix_days, n_v, n_m)
        Square of the VIX future over `vix_mean`: one less the relative variance of VIX.
    spx_scale : ndarray of shape (n_spx_days, 3)
        Expected diffusive variance to expiry, affine in (v, m, 1).
    vix_mean, vix_variance : ndarray of shape (n_vix_days, 3)
        Mean of the squared VIX at expiry, and its variance without jumps; affine in (v, m, 1).
    axes : ndarray of shape (4, 3)
        The axes v, m (knee, start, step) and x, y (knee, put step, call step); see
        `variance_axis` and `strike_axis`.
    puts : int64 ndarray of shape (2,)
        How many of the strikes of x and of y are puts.
    floor : float
        Constant below which squared VIX (decimal) never falls.
    rate, carry : float
        Interest rate, and rate less dividend yield, a year.
    """

    spx: Any
    vix: Any
    future: Any
    spx_scale: FloatArray
    vix_mean: FloatArray
    vix_variance: FloatArray
    axes: FloatArray
    puts: Any
    floor: float
    rate: float
    carry: float


AXIS_POWER = 0.05  # spacing relative to the level grows as its power


def variance_axis(
    knee: float, high: float, n: int
) -> tuple[FloatArray, tuple[float, float, float]]:
    """Levels from zero to `high`, equally spaced in ``1 - (1 + level / knee)**-AXIS_POWER``.

    Almost logarithmic: finest near zero, where the law changes shape fastest. Returns levels and
    (knee, start, step).
    """
    top = 1.0 - (1.0 + high / knee) ** -AXIS_POWER
    levels = knee * ((1.0 - np.linspace(0.0, top, n)) ** (-1.0 / AXIS_POWER) - 1.0)
    return levels, (knee, 0.0, top / (n - 1))


def strike_axis(
    knee: float, low: float, high: float, put_step: float, call_step: float
) -> tuple[FloatArray, int, tuple[float, float, float]]:
    """Scaled strikes equally spaced in ``asinh(x / knee)``: puts from `low`, then calls to `high`.

    Either half reaches past the money by `OVERLAP` nodes, so that interpolation at the money never
    straddles the change from puts to calls. Returns strikes, number of puts, and
    (knee, put step, call step).
    """
    below = int(np.ceil(np.arcsinh(-low / knee) / put_step))
    above = int(np.ceil(np.arcsinh(high / knee) / call_step))
    puts = np.arange(-below, OVERLAP + 1) * put_step
    calls = np.arange(-OVERLAP, above + 1) * call_step
    nodes = knee * np.sinh(np.concatenate([puts, calls]))
    return nodes, puts.size, (knee, put_step, call_step)


@njit(cache=True, error_model="numpy")
def cubic_weights(position, n):  # type: ignore[no-untyped-def]
    """First node, and the four Lagrange weights, of a cubic at `position` on nodes 0..n-1."""
    first = int(position) - 1
    if first < 0:
        first = 0
    elif first > n - 4:
        first = n - 4
    t = position - first - 1.0
    a, b, c = t + 1.0, t - 1.0, t - 2.0
    weights = (
        t * b * c * (-1.0 / 6.0),
        a * b * c * 0.5,
        a * t * c * (-0.5),
        a * t * b * (1.0 / 6.0),
    )
    return first, weights


@njit(cache=True, error_model="numpy")
def _clip(position, n):  # type: ignore[no-untyped-def]
    return min(max(position, 0.0), n - 1.0)


@njit(cache=True, error_model="numpy")
def state_weights(axes, n_v, n_m, v, m):  # type: ignore[no-untyped-def]
    """Cubic weights of a state: shared by every price of one path and day."""
    at_v = _clip((1.0 - (1.0 + v / axes[0, 0]) ** -AXIS_POWER) / axes[0, 2], n_v)
    at_m = _clip((1.0 - (1.0 + m / axes[1, 0]) ** -AXIS_POWER) / axes[1, 2], n_m)
    return cubic_weights(at_v, n_v), cubic_weights(at_m, n_m)


@njit(cache=True, error_model="numpy")
def _surface(block, wv, wm, wx):  # type: ignore[no-untyped-def]
    """Cubic interpolation in (v, m, x) of one day's block."""
    (i, in_v), (j, in_m), (k, in_x) = wv, wm, wx
    total = 0.0
    for a in range(4):
        row = 0.0
        for b in range(4):
            line = block[i + a, j + b]
            row += in_m[b] * (
                in_x[0] * line[k]
                + in_x[1] * line[k + 1]
                + in_x[2] * line[k + 2]
                + in_x[3] * line[k + 3]
            )
        total += in_v[a] * row
    return total


@njit(cache=True, error_model="numpy")
def _otm(block, axis, n_puts, wv, wm, x, call):  # type: ignore[no-untyped-def]
    """Out-of-the-money value at scaled strike `x`: the put half, or the call half; zero beyond."""
    at = np.arcsinh(x / axis[0])
    if call:  # the calls start OVERLAP nodes below the money, after all the puts
        first, count, position = n_puts, block.shape[2] - n_puts, at / axis[2] + OVERLAP
    else:
        first, count, position = 0, n_puts, at / axis[1] + (n_puts - 1 - OVERLAP)
    if position <= 0.0 or position >= count - 1:
        return 0.0
    node, weights = cubic_weights(position, count)
    return max(_surface(block, wv, wm, (first + node, weights)), 0.0)


@njit(cache=True, error_model="numpy")
def spx_put(grid, n, v, m, wv, wm, log_moneyness):  # type: ignore[no-untyped-def]
    """Undiscounted put over forward, `n` >= 1 days to expiry, at log(strike / forward)."""
    scale = grid.spx_scale[n - 1]
    root = np.sqrt(scale[0] * v + scale[1] * m + scale[2])
    above = log_moneyness > 0.0
    value = root * _otm(
        grid.spx[n - 1], grid.axes[2], grid.puts[0], wv, wm, log_moneyness / root, above
    )
    return value + np.exp(log_moneyness) - 1.0 if above else value


@njit(cache=True, error_model="numpy")
def spx_call(grid, n, v, m, wv, wm, log_moneyness):  # type: ignore[no-untyped-def]
    """Undiscounted call over forward; arguments as `spx_put`."""
    scale = grid.spx_scale[n - 1]
    root = np.sqrt(scale[0] * v + scale[1] * m + scale[2])
    above = log_moneyness > 0.0
    value = root * _otm(
        grid.spx[n - 1], grid.axes[2], grid.puts[0], wv, wm, log_moneyness / root, above
    )
    return value if above else value + 1.0 - np.exp(log_moneyness)


@njit(cache=True, error_model="numpy")
def vix_forward(grid, n, v, m, wv, wm):  # type: ignore[no-untyped-def]
    """VIX future `n` >= 1 days to expiry, decimal (0.16)."""
    (i, in_v), (j, in_m) = wv, wm
    block = grid.future[n - 1]
    total = 0.0
    for a in range(4):
        line = block[i + a]
        total += in_v[a] * (
            in_m[0] * line[j]
            + in_m[1] * line[j + 1]
            + in_m[2] * line[j + 2]
            + in_m[3] * line[j + 3]
        )
    mean = grid.vix_mean[n - 1]
    return np.sqrt(max(total * (mean[0] * v + mean[1] * m + mean[2]), 0.0))


@njit(cache=True, error_model="numpy")
def vix_call(grid, n, v, m, wv, wm, future, strike):  # type: ignore[no-untyped-def]
    """Undiscounted VIX call, `n` >= 1 days to expiry; decimals. `future` as `vix_forward`.

    Strikes are scaled as squares over the floor of squared VIX, where its law may pile up: the log
    of that ratio to the future's, in deviations.
    """
    excess = strike * strike - grid.floor
    if excess <= 0.0:
        return future - strike
    a, b = grid.vix_mean[n - 1], grid.vix_variance[n - 1]
    mean = max(a[0] * v + a[1] * m + a[2] - grid.floor, 1e-12)
    deviation = np.sqrt(max(b[0] * v + b[1] * m + b[2], 1e-16))
    own = max(future * future - grid.floor, 1e-12)
    y = np.log(excess / own) * mean / deviation
    value = future * _otm(grid.vix[n - 1], grid.axes[3], grid.puts[1], wv, wm, y, y > 0.0)
    return value if y > 0.0 else value + future - strike
