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
_1, _2, _3 = np.uint64(1), np.uint64(2), np.uint64(3)


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


@njit(cache=True, error_model="numpy", inline="always")
def _clip(position, n):  # type: ignore[no-untyped-def]
    return min(max(position, 0.0), n - 1.0)


@njit(cache=True, error_model="numpy")
def state_weights(axes, n_v, n_m, v, m):  # type: ignore[no-untyped-def]
    """Cubic weights of a state: shared by every price of one path and day."""
    at_v = _clip((1.0 - (1.0 + v / axes[0, 0]) ** -AXIS_POWER) / axes[0, 2], n_v)
    at_m = _clip((1.0 - (1.0 + m / axes[1, 0]) ** -AXIS_POWER) / axes[1, 2], n_m)
    return cubic_weights(at_v, n_v), cubic_weights(at_m, n_m)


@njit(cache=True, error_model="numpy", inline="always")
def _add(t, w, table, n, i, j, k):  # type: ignore[no-untyped-def]
    """`t` plus `w` times four neighbouring strikes."""
    return (
        t[0] + w * table[n, i, j, k],
        t[1] + w * table[n, i, j, k + _1],
        t[2] + w * table[n, i, j, k + _2],
        t[3] + w * table[n, i, j, k + _3],
    )


@njit(cache=True, error_model="numpy", fastmath={"contract", "nsz", "reassoc"})
def _surface(table, n, wv, wm, wx):  # type: ignore[no-untyped-def]
    """Cubic interpolation in (v, m, x) on day n of a table.

    Written out, on unsigned indices, four sums side by side: this is where a simulation spends its
    time, and a loop over tuples of weights, a check for negative indices, or sums a compiler cannot
    put into one register each cost it twofold.
    """
    (i, (a0, a1, a2, a3)), (j, (b0, b1, b2, b3)), (k, (x0, x1, x2, x3)) = wv, wm, wx
    n, i, j, k = np.uint64(n - 1), np.uint64(i), np.uint64(j), np.uint64(k)
    t = (0.0, 0.0, 0.0, 0.0)
    t = _add(t, a0 * b0, table, n, i, j, k)
    t = _add(t, a0 * b1, table, n, i, j + _1, k)
    t = _add(t, a0 * b2, table, n, i, j + _2, k)
    t = _add(t, a0 * b3, table, n, i, j + _3, k)
    t = _add(t, a1 * b0, table, n, i + _1, j, k)
    t = _add(t, a1 * b1, table, n, i + _1, j + _1, k)
    t = _add(t, a1 * b2, table, n, i + _1, j + _2, k)
    t = _add(t, a1 * b3, table, n, i + _1, j + _3, k)
    t = _add(t, a2 * b0, table, n, i + _2, j, k)
    t = _add(t, a2 * b1, table, n, i + _2, j + _1, k)
    t = _add(t, a2 * b2, table, n, i + _2, j + _2, k)
    t = _add(t, a2 * b3, table, n, i + _2, j + _3, k)
    t = _add(t, a3 * b0, table, n, i + _3, j, k)
    t = _add(t, a3 * b1, table, n, i + _3, j + _1, k)
    t = _add(t, a3 * b2, table, n, i + _3, j + _2, k)
    t = _add(t, a3 * b3, table, n, i + _3, j + _3, k)
    return t[0] * x0 + t[1] * x1 + t[2] * x2 + t[3] * x3


@njit(cache=True, error_model="numpy", inline="always")
def strike_position(axis, n_puts, n_strikes, x, call):  # type: ignore[no-untyped-def]
    """First node of the half, its number of nodes, and where `x` lies among them."""
    z = abs(x) / axis[0]
    at = np.log(z + np.sqrt(z * z + 1.0))  # arcsinh: the library's is twice as slow
    if x < 0.0:
        at = -at
    if call:  # the calls start OVERLAP nodes below the money, after all the puts
        return n_puts, n_strikes - n_puts, at / axis[2] + OVERLAP
    return 0, n_puts, at / axis[1] + (n_puts - 1 - OVERLAP)


@njit(cache=True, error_model="numpy", inline="always")
def _otm(table, n, axis, n_puts, wv, wm, x, call):  # type: ignore[no-untyped-def]
    """Out-of-the-money value at scaled strike `x`: the put half, or the call half; zero beyond."""
    first, count, position = strike_position(axis, n_puts, table.shape[3], x, call)
    if position <= 0.0 or position >= count - 1:
        return 0.0
    node, weights = cubic_weights(position, count)
    return max(_surface(table, n, wv, wm, (first + node, weights)), 0.0)


@njit(cache=True, error_model="numpy", inline="always")
def spx_root(grid, n, v, m):  # type: ignore[no-untyped-def]
    """What log moneyness is divided by: root of the expected diffusive variance over `n` days."""
    scale = grid.spx_scale
    return np.sqrt(scale[n - 1, 0] * v + scale[n - 1, 1] * m + scale[n - 1, 2])


@njit(cache=True, error_model="numpy", inline="always")
def spx_otm(grid, n, root, wv, wm, log_moneyness):  # type: ignore[no-untyped-def]
    """Undiscounted out-of-the-money option over forward: a put below the forward, a call above."""
    x = log_moneyness / root
    return root * _otm(grid.spx, n, grid.axes[2], grid.puts[0], wv, wm, x, log_moneyness > 0.0)


@njit(cache=True, error_model="numpy", inline="always")
def spx_put(grid, n, v, m, wv, wm, log_moneyness):  # type: ignore[no-untyped-def]
    """Undiscounted put over forward, `n` >= 1 days to expiry, at log(strike / forward)."""
    value = spx_otm(grid, n, spx_root(grid, n, v, m), wv, wm, log_moneyness)
    return value + np.exp(log_moneyness) - 1.0 if log_moneyness > 0.0 else value


@njit(cache=True, error_model="numpy", inline="always")
def spx_call(grid, n, v, m, wv, wm, log_moneyness):  # type: ignore[no-untyped-def]
    """Undiscounted call over forward; arguments as `spx_put`."""
    value = spx_otm(grid, n, spx_root(grid, n, v, m), wv, wm, log_moneyness)
    return value if log_moneyness > 0.0 else value + 1.0 - np.exp(log_moneyness)


@njit(cache=True, error_model="numpy", inline="always")
def _row(table, n, i, j, w):  # type: ignore[no-untyped-def]
    w0, w1, w2, w3 = w
    return (
        w0 * table[n, i, j]
        + w1 * table[n, i, j + _1]
        + w2 * table[n, i, j + _2]
        + w3 * table[n, i, j + _3]
    )


@njit(cache=True, error_model="numpy", inline="always")
def vix_forward(grid, n, v, m, wv, wm):  # type: ignore[no-untyped-def]
    """VIX future `n` >= 1 days to expiry, decimal (0.16)."""
    (i, (w0, w1, w2, w3)), (j, in_m) = wv, wm
    day, i, j = np.uint64(n - 1), np.uint64(i), np.uint64(j)
    total = (
        w0 * _row(grid.future, day, i, j, in_m)
        + w1 * _row(grid.future, day, i + _1, j, in_m)
        + w2 * _row(grid.future, day, i + _2, j, in_m)
        + w3 * _row(grid.future, day, i + _3, j, in_m)
    )
    mean = grid.vix_mean
    middle = mean[n - 1, 0] * v + mean[n - 1, 1] * m + mean[n - 1, 2]
    return np.sqrt(max(total * middle, 0.0))


@njit(cache=True, error_model="numpy", inline="always")
def vix_scaled_strike(grid, n, v, m, future, excess):  # type: ignore[no-untyped-def]
    """Scaled strike of a squared strike `excess` above the floor of squared VIX."""
    a, b = grid.vix_mean, grid.vix_variance
    mean = max(a[n - 1, 0] * v + a[n - 1, 1] * m + a[n - 1, 2] - grid.floor, 1e-12)
    deviation = np.sqrt(max(b[n - 1, 0] * v + b[n - 1, 1] * m + b[n - 1, 2], 1e-16))
    own = max(future * future - grid.floor, 1e-12)
    return np.log(excess / own) * mean / deviation


@njit(cache=True, error_model="numpy", inline="always")
def vix_call(grid, n, v, m, wv, wm, future, strike):  # type: ignore[no-untyped-def]
    """Undiscounted VIX call, `n` >= 1 days to expiry; decimals. `future` as `vix_forward`.

    Strikes are scaled as squares over the floor of squared VIX, where its law may pile up: the log
    of that ratio to the future's, in deviations.
    """
    excess = strike * strike - grid.floor
    if excess <= 0.0:
        return future - strike
    y = vix_scaled_strike(grid, n, v, m, future, excess)
    value = future * _otm(grid.vix, n, grid.axes[3], grid.puts[1], wv, wm, y, y > 0.0)
    return value if y > 0.0 else value + future - strike


@njit(cache=True, error_model="numpy")
def cubic_surface(maps, which, wv, wm):  # type: ignore[no-untyped-def]
    """Cubic interpolation in (v, m) of one of several maps, (n_maps, n_v, n_m)."""
    (i, (w0, w1, w2, w3)), (j, in_m) = wv, wm
    which, i, j = np.uint64(which), np.uint64(i), np.uint64(j)
    return (
        w0 * _row(maps, which, i, j, in_m)
        + w1 * _row(maps, which, i + _1, j, in_m)
        + w2 * _row(maps, which, i + _2, j, in_m)
        + w3 * _row(maps, which, i + _3, j, in_m)
    )
