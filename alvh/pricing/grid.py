"""Layout of the pricing tables: axes of days, states and scaled strikes, and cubic interpolation.

Every function here is compiled and free of validation; `alvh.pricing.tables` owns the checks.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from alvh._compiled import OPTIONS, inlined
from alvh._typing import FloatArray
from alvh.pricing._cells import cubics, evaluate

__all__ = [
    "AXIS_POWER",
    "OVERLAP",
    "Grid",
    "cubic_surface",
    "cubic_weights",
    "spx_call",
    "spx_otm",
    "spx_put",
    "spx_root",
    "state_weights",
    "strike_axis",
    "variance_axis",
    "vix_call",
    "vix_call_scaled",
    "vix_forward",
    "vix_log_excess",
    "vix_scale",
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


_POWER = cubics(lambda y: 1.0 - y**-AXIS_POWER)
_ARCSINH = cubics(lambda y: np.arcsinh(y - 1.0))
_FAST = {"contract", "nsz", "reassoc"}  # what putting four sums side by side needs


@inlined
def cubic_weights(position, n):  # type: ignore[no-untyped-def]
    """First node, and the four Lagrange weights, of a cubic at `position` on nodes 0..n-1."""
    first = min(max(int(position) - 1, 0), n - 4)
    t = position - first - 1.0
    a, b, c = t + 1.0, t - 1.0, t - 2.0
    weights = (
        t * b * c * (-1.0 / 6.0),
        a * b * c * 0.5,
        a * t * c * (-0.5),
        a * t * b * (1.0 / 6.0),
    )
    return first, weights


@inlined
def _variance_weights(knee, step, n, level):  # type: ignore[no-untyped-def]
    position = evaluate(_POWER, 1.0 + level * (1.0 / knee)) * (1.0 / step)
    return cubic_weights(min(max(position, 0.0), n - 1.0), n)


@inlined
def state_weights(axes, n_v, n_m, v, m):  # type: ignore[no-untyped-def]
    """Cubic weights of a state: shared by every price of one path and day."""
    at_v = _variance_weights(axes[0, 0], axes[0, 2], n_v, v)
    return at_v, _variance_weights(axes[1, 0], axes[1, 2], n_m, m)


@njit(forceinline=True, fastmath={"contract"}, **OPTIONS)
def _row(table, n, i, j, k, b):  # type: ignore[no-untyped-def]
    """Four neighbouring strikes, interpolated in m.

    Without leave to reorder, which would make one long sum of sixteen out of four short ones.
    """
    b0, b1, b2, b3 = b
    j1, j2, j3, k1, k2, k3 = j + _1, j + _2, j + _3, k + _1, k + _2, k + _3
    t, u, v, w = table[n, i, j, k], table[n, i, j, k1], table[n, i, j, k2], table[n, i, j, k3]
    t, u, v, w = b0 * t, b0 * u, b0 * v, b0 * w
    t, u, v, w = (
        t + b1 * table[n, i, j1, k],
        u + b1 * table[n, i, j1, k1],
        v + b1 * table[n, i, j1, k2],
        w + b1 * table[n, i, j1, k3],
    )
    t, u, v, w = (
        t + b2 * table[n, i, j2, k],
        u + b2 * table[n, i, j2, k1],
        v + b2 * table[n, i, j2, k2],
        w + b2 * table[n, i, j2, k3],
    )
    return (
        t + b3 * table[n, i, j3, k],
        u + b3 * table[n, i, j3, k1],
        v + b3 * table[n, i, j3, k2],
        w + b3 * table[n, i, j3, k3],
    )


@njit(forceinline=True, fastmath=_FAST, **OPTIONS)
def _surface(table, n, wv, wm, wx):  # type: ignore[no-untyped-def]
    """Cubic interpolation in (v, m, x) on day n of a table.

    Written out, on unsigned indices, four sums side by side: this is where a simulation spends its
    time, and a loop over tuples of weights, a check for negative indices, or sums a compiler cannot
    put into one register each cost it twofold.
    """
    (i, (a0, a1, a2, a3)), (j, b), (k, (x0, x1, x2, x3)) = wv, wm, wx
    n, i, j, k = np.uint64(n - 1), np.uint64(i), np.uint64(j), np.uint64(k)
    p, q = _row(table, n, i, j, k, b), _row(table, n, i + _1, j, k, b)
    r, s = _row(table, n, i + _2, j, k, b), _row(table, n, i + _3, j, k, b)
    return (
        (a0 * p[0] + a1 * q[0] + a2 * r[0] + a3 * s[0]) * x0
        + (a0 * p[1] + a1 * q[1] + a2 * r[1] + a3 * s[1]) * x1
        + (a0 * p[2] + a1 * q[2] + a2 * r[2] + a3 * s[2]) * x2
        + (a0 * p[3] + a1 * q[3] + a2 * r[3] + a3 * s[3]) * x3
    )


@inlined
def strike_position(axes, which, n_puts, n_strikes, x, call):  # type: ignore[no-untyped-def]
    """First node of the half, its number of nodes, and where `x` lies among them."""
    at = evaluate(_ARCSINH, 1.0 + abs(x) * (1.0 / axes[which, 0]))  # no division waits for x
    if x < 0.0:
        at = -at
    if call:  # the calls start OVERLAP nodes below the money, after all the puts
        return n_puts, n_strikes - n_puts, at * (1.0 / axes[which, 2]) + OVERLAP
    return 0, n_puts, at * (1.0 / axes[which, 1]) + (n_puts - 1 - OVERLAP)


@inlined
def _otm(table, n, axes, which, n_puts, wv, wm, x, call):  # type: ignore[no-untyped-def]
    """Out-of-the-money value at scaled strike `x`: the put half, or the call half; zero beyond."""
    first, count, position = strike_position(axes, which, n_puts, table.shape[3], x, call)
    if position <= 0.0 or position >= count - 1:
        return 0.0
    node, weights = cubic_weights(position, count)
    return max(_surface(table, n, wv, wm, (first + node, weights)), 0.0)


@inlined
def spx_root(grid, n, v, m):  # type: ignore[no-untyped-def]
    """What log moneyness is divided by: root of the expected diffusive variance over `n` days."""
    scale = grid.spx_scale
    return np.sqrt(scale[n - 1, 0] * v + scale[n - 1, 1] * m + scale[n - 1, 2])


@inlined
def spx_otm(grid, n, root, wv, wm, log_moneyness):  # type: ignore[no-untyped-def]
    """Undiscounted out-of-the-money option over forward: a put below the forward, a call above."""
    x = log_moneyness * (1.0 / root)
    return root * _otm(grid.spx, n, grid.axes, 2, grid.puts[0], wv, wm, x, log_moneyness > 0.0)


@inlined
def spx_put(grid, n, v, m, wv, wm, log_moneyness):  # type: ignore[no-untyped-def]
    """Undiscounted put over forward, `n` >= 1 days to expiry, at log(strike / forward)."""
    value = spx_otm(grid, n, spx_root(grid, n, v, m), wv, wm, log_moneyness)
    return value + np.exp(log_moneyness) - 1.0 if log_moneyness > 0.0 else value


@inlined
def spx_call(grid, n, v, m, wv, wm, log_moneyness):  # type: ignore[no-untyped-def]
    """Undiscounted call over forward; arguments as `spx_put`."""
    value = spx_otm(grid, n, spx_root(grid, n, v, m), wv, wm, log_moneyness)
    return value if log_moneyness > 0.0 else value + 1.0 - np.exp(log_moneyness)


@njit(forceinline=True, fastmath=_FAST, **OPTIONS)
def cubic_surface(maps, which, wv, wm):  # type: ignore[no-untyped-def]
    """Cubic interpolation in (v, m) of one of several maps, (n_maps, n_v, n_m)."""
    (i, (a0, a1, a2, a3)), (j, (b0, b1, b2, b3)) = wv, wm
    n, i, j = np.uint64(which), np.uint64(i), np.uint64(j)
    i1, i2, i3, j1, j2, j3 = i + _1, i + _2, i + _3, j + _1, j + _2, j + _3
    p, q, r, s = maps[n, i, j], maps[n, i, j1], maps[n, i, j2], maps[n, i, j3]
    p, q, r, s = a0 * p, a0 * q, a0 * r, a0 * s
    p, q, r, s = (
        p + a1 * maps[n, i1, j],
        q + a1 * maps[n, i1, j1],
        r + a1 * maps[n, i1, j2],
        s + a1 * maps[n, i1, j3],
    )
    p, q, r, s = (
        p + a2 * maps[n, i2, j],
        q + a2 * maps[n, i2, j1],
        r + a2 * maps[n, i2, j2],
        s + a2 * maps[n, i2, j3],
    )
    p, q, r, s = (
        p + a3 * maps[n, i3, j],
        q + a3 * maps[n, i3, j1],
        r + a3 * maps[n, i3, j2],
        s + a3 * maps[n, i3, j3],
    )
    return p * b0 + q * b1 + r * b2 + s * b3


@inlined
def vix_forward(grid, n, v, m, wv, wm):  # type: ignore[no-untyped-def]
    """VIX future `n` >= 1 days to expiry, decimal (0.16)."""
    share = cubic_surface(grid.future, n - 1, wv, wm)
    mean = grid.vix_mean
    middle = mean[n - 1, 0] * v + mean[n - 1, 1] * m + mean[n - 1, 2]
    return np.sqrt(max(share * middle, 0.0))


@inlined
def vix_log_excess(grid, strike):  # type: ignore[no-untyped-def]
    """Log of what a squared strike (or future) has over the floor of squared VIX; decimals."""
    excess = strike * strike - grid.floor
    return np.log(excess) if excess > 0.0 else -np.inf


@inlined
def vix_scale(grid, n, v, m, future):  # type: ignore[no-untyped-def]
    """Log excess of the future, and the scaled strikes in a unit of log excess over it."""
    a, b = grid.vix_mean, grid.vix_variance
    mean = max(a[n - 1, 0] * v + a[n - 1, 1] * m + a[n - 1, 2] - grid.floor, 1e-12)
    deviation = np.sqrt(max(b[n - 1, 0] * v + b[n - 1, 1] * m + b[n - 1, 2], 1e-16))
    own = max(future * future - grid.floor, 1e-12)
    return np.log(own), mean / deviation


@inlined
def vix_call_scaled(grid, n, wv, wm, future, strike, y):  # type: ignore[no-untyped-def]
    """`vix_call` of a strike whose scaled strike is known."""
    value = future * _otm(grid.vix, n, grid.axes, 3, grid.puts[1], wv, wm, y, y > 0.0)
    return value if y > 0.0 else value + future - strike


@inlined
def vix_call(grid, n, v, m, wv, wm, future, strike):  # type: ignore[no-untyped-def]
    """Undiscounted VIX call, `n` >= 1 days to expiry; decimals. `future` as `vix_forward`.

    Strikes are scaled as squares over the floor of squared VIX, where its law may pile up: the log
    of that ratio to the future's, in deviations. Below the floor a call is worth its forward.
    """
    own, unit = vix_scale(grid, n, v, m, future)
    y = (vix_log_excess(grid, strike) - own) * unit
    return vix_call_scaled(grid, n, wv, wm, future, strike, y)
