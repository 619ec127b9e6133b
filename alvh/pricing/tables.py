"""Pricing tables: every SPX and VIX price a simulation can meet, by interpolation.

Built once a model. The state is exponential-affine in every coefficient, so the Riccati equations
are solved once for all states, and prices are computed on a coarse grid of days and spread to every
day by a spline; both are smooth because strikes are scaled by the standard deviation to expiry.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit, prange
from scipy.interpolate import make_interp_spline

from alvh._typing import ArrayLike, FloatArray, FloatOrArray, OptionKind
from alvh.clock import TRADING_DAYS, VIX_HORIZON
from alvh.errors import require
from alvh.model.parameters import ModelParameters
from alvh.model.state import MarketState
from alvh.model.transform import affine_coefficients, real_coefficients
from alvh.pricing import _build
from alvh.pricing._arguments import is_call, positive, shaped
from alvh.pricing.grid import (
    Grid,
    spx_call,
    spx_put,
    state_weights,
    strike_axis,
    variance_axis,
    vix_call,
    vix_forward,
)
from alvh.pricing.variance import log_contract_variance, mean_variance_over
from alvh.pricing.vix import (
    future_squared,
    squared_vix_floor,
    squared_vix_mean,
    squared_vix_variance,
    strip_of_finiteness,
)

__all__ = ["PricingTables"]

SPX_DAYS = 83  # 120 calendar days
VIX_DAYS = 186  # 270 calendar days
_V_AXIS = (0.0002, 2.0, 33)  # knee, highest, nodes
_M_AXIS = (0.0003, 0.8, 13)
_X_AXIS = (1.0, -400.0, 30.0, 0.1, 0.115)  # knee, lowest, highest, step of puts, of calls
_Y_AXIS = (1.0, -8.0, 300.0, 0.095, 0.165)
_Y_FLOOR = 1e-8  # added to the variance of squared VIX that scales strikes
_LOG_REACH = 12.0  # strikes above 400 futures are worth nothing
_HIGHEST_STRIKE = 2.2  # VIX options above 220 points are worth nothing
_SCALE_FLOOR = 4e-5  # variance a year added to the scale of strikes, so that it never vanishes
_TAIL = 13.0  # log of the bound on the mass (2e-6; the mass itself is smaller) outside
_ORDERS = 0.5 * 1.6 ** np.arange(24)
_TERMS = 448
_SHORT_TERMS = 1024  # up to `_SHORT_DAYS` days, where the law at low variance is narrowest
_SHORT_DAYS = 8
_JUMP_TERMS = 288
_PANELS, _LONG_PANELS, _NODES = 9, 6, 8  # Gauss-Legendre along the contour, in its log length
_LONG_DAYS = 18  # days from which the law is smooth enough for the fewer panels
_REACH = 300.0  # length of the contour in inverse standard deviations of squared VIX
_ANGLE = np.exp(1j * np.radians(75.0))


@dataclass(frozen=True)
class PricingTables:
    """Interpolated prices of one model.

    Attributes
    ----------
    model : ModelParameters
    grid : Grid
        The arrays, read-only, for compiled kernels (`alvh.pricing.grid`).

    Notes
    -----
    Error budget, held by a test against the exact transform over the reachable range: 0.05 index
    points for an SPX leg at spot 5000, 0.01 VIX points for a VIX leg. Variances beyond 2.0 (VIX
    about 130) and mean variances beyond 0.8 are priced at the edge of the grid.
    """

    model: ModelParameters
    grid: Grid

    @classmethod
    def build(cls, model: ModelParameters) -> PricingTables:
        """Solve and tabulate `model`: SPX to 120, VIX to 270 calendar days to expiry."""
        v, v_axis = variance_axis(*_V_AXIS)
        m, m_axis = variance_axis(*_M_AXIS)
        x, x_puts, x_axis = strike_axis(*_X_AXIS)
        y, y_puts, y_axis = strike_axis(*_Y_AXIS)
        states_v, states_m = (s.ravel() for s in np.meshgrid(v, m, indexing="ij"))
        spx, spx_scale = _tabulate_spx(model, states_v, states_m, x, x_puts)
        vix, future, mean, variance = _tabulate_vix(model, states_v, states_m, y, y_puts)
        shape = (v.size, m.size)
        grid = Grid(
            spx=_frozen(spx.reshape(SPX_DAYS, *shape, x.size), np.float32),
            vix=_frozen(vix.reshape(VIX_DAYS, *shape, y.size), np.float32),
            future=_frozen(future.reshape(VIX_DAYS, *shape), np.float32),
            spx_scale=_frozen(spx_scale, np.float64),
            vix_mean=_frozen(mean, np.float64),
            vix_variance=_frozen(variance, np.float64),
            axes=_frozen(np.array([v_axis, m_axis, x_axis, y_axis]), np.float64),
            puts=_frozen(np.array([x_puts, y_puts]), np.int64),
            floor=log_contract_variance(model, VIX_HORIZON)[2],
            rate=model.rate,
            carry=model.rate - model.dividend_yield,
        )
        return cls(model, grid)

    def with_carry(self, model: ModelParameters) -> PricingTables:
        """These tables for a `model` that differs in interest and dividends only.

        Raises
        ------
        ValueError
            If the dynamics differ.
        """
        same = model.without_carry() == self.model.without_carry()
        require(same, "model", "other dynamics", "the tables' own but for rate and dividend yield")
        grid = self.grid._replace(rate=model.rate, carry=model.rate - model.dividend_yield)
        return PricingTables(model, grid)

    @property
    def nbytes(self) -> int:
        """Memory of the tables, in bytes."""
        return sum(x.nbytes for x in self.grid if isinstance(x, np.ndarray))

    def spx_option(
        self, state: MarketState, strike: ArrayLike, n_days: ArrayLike, kind: OptionKind | ArrayLike
    ) -> FloatOrArray:
        """As `alvh.pricing.spx_option`, at `n_days` trading days (1 to 83) to expiry."""
        return self._price(state, strike, n_days, kind, SPX_DAYS, _spx_prices)

    def vix_option(
        self, state: MarketState, strike: ArrayLike, n_days: ArrayLike, kind: OptionKind | ArrayLike
    ) -> FloatOrArray:
        """As `alvh.pricing.vix_option`, at `n_days` trading days (1 to 186) to expiry."""
        return self._price(state, strike, n_days, kind, VIX_DAYS, _vix_prices)

    def vix_future(self, state: MarketState, n_days: ArrayLike) -> FloatOrArray:
        """As `alvh.pricing.vix_future`, at `n_days` trading days (1 to 186) to settlement."""
        _, v, m, n = np.broadcast_arrays(
            state.spot, state.variance, state.mean_variance, _days(n_days, VIX_DAYS)
        )
        out = np.empty(n.shape)
        _futures(self.grid, _flat(v), _flat(m), _flat(n, np.int64), out.reshape(-1))
        return shaped(out)

    def _price(
        self,
        state: MarketState,
        strike: ArrayLike,
        n_days: ArrayLike,
        kind: Any,
        most: int,
        kernel: Any,
    ) -> FloatOrArray:
        spot, v, m, k, n, call = np.broadcast_arrays(
            state.spot,
            state.variance,
            state.mean_variance,
            positive("strike", strike),
            _days(n_days, most),
            is_call(kind),
        )
        out = np.empty(n.shape)
        kernel(
            self.grid,
            *(_flat(a) for a in (spot, v, m, k)),
            _flat(n, np.int64),
            _flat(call, np.bool_),
            out.reshape(-1),
        )
        return shaped(out)


def _days(n_days: ArrayLike, most: int) -> Any:
    days = np.asarray(n_days)
    require(
        (days >= 1) & (days <= most) & (days == np.rint(days)),
        "n_days",
        days,
        f"a whole number of trading days from 1 to {most}",
    )
    return days.astype(np.int64)


def _flat(array: Any, dtype: Any = np.float64) -> Any:
    return np.array(array, dtype=dtype).reshape(-1)  # a copy: broadcast views must not be written


def _frozen(array: Any, dtype: Any) -> Any:
    out = np.ascontiguousarray(array, dtype=dtype)
    out.setflags(write=False)
    return out


def _coarse_days(most: int, ratio: float) -> Any:
    """Days on which prices are computed: every day at first, then ever further apart."""
    days = [1, 2, 3, 4, 5, 6]
    while days[-1] < most:
        days.append(min(most, int(np.ceil(days[-1] * ratio))))
    return np.array(days)


def _spread(days: Any, values: FloatArray, most: int) -> FloatArray:
    """Cubic spline in log days from the coarse days to every day (a linear map: one product)."""
    every = np.log(np.arange(1, most + 1))
    basis = make_interp_spline(np.log(days), np.eye(days.size), k=3)(every)
    return np.asarray(basis @ values.reshape(days.size, -1))


def _tabulate_spx(
    model: ModelParameters, v: FloatArray, m: FloatArray, x: FloatArray, n_puts: int
) -> tuple[FloatArray, FloatArray]:
    days = _coarse_days(SPX_DAYS, 1.25)
    taus = days / TRADING_DAYS
    every = np.arange(1, SPX_DAYS + 1) / TRADING_DAYS
    scale = np.array([np.array(mean_variance_over(model, t, jumps=False)) * t for t in every])
    scale[:, 2] += _SCALE_FLOOR * every
    roots = np.sqrt(_affine(scale[days - 1], v, m))  # (n_days, n)
    log_strikes = roots[..., None] * x
    puts = np.zeros_like(log_strikes)
    jumping = model.jump_intensity > 0.0 or model.jump_intensity_slope > 0.0
    for jumps in (False, True) if jumping else (False,):
        low, high = _intervals(model, taus, v, m, jumps)
        _add_part(model, taus, v, m, low, high, jumps, log_strikes, puts)
    puts[..., n_puts:] += 1.0 - np.exp(log_strikes[..., n_puts:])
    normal = np.maximum(puts, 0.0) / roots[..., None]
    return _spread(days, normal, SPX_DAYS), scale


def _affine(coefficients: FloatArray, v: FloatArray, m: FloatArray) -> FloatArray:
    """``p v + q m + c`` for rows (p, q, c): (rows, n)."""
    p, q, c = (coefficients[:, i, None] for i in range(3))
    return p * v + q * m + c


def _intervals(
    model: ModelParameters, taus: FloatArray, v: FloatArray, m: FloatArray, jumps: bool
) -> tuple[FloatArray, FloatArray]:
    """Chernoff intervals of the log return, each (n_taus, n); see `alvh.pricing.law`."""
    orders = np.concatenate([-_ORDERS, _ORDERS])
    a, b, c = real_coefficients(model, orders, taus, jumps=jumps, tolerance=1e-5)
    reach = np.full((2, taus.size, v.size), np.inf)
    with np.errstate(invalid="ignore", over="ignore"):
        for i, order in enumerate(orders):
            bound = a[:, i, None] + b[:, i, None] * v + c[:, i, None] * m + _TAIL
            bound = np.where(np.isfinite(bound), bound, np.inf) / abs(order)
            reach[int(order > 0)] = np.minimum(reach[int(order > 0)], bound)
    return -reach[0], reach[1]


def _add_part(
    model: ModelParameters,
    taus: FloatArray,
    v: FloatArray,
    m: FloatArray,
    low: FloatArray,
    high: FloatArray,
    jumps: bool,
    log_strikes: FloatArray,
    puts: FloatArray,
) -> None:
    """Add one part of the law (without jumps, or with at least one) to `puts`, day by day."""
    span = np.maximum(high - low, 1e-6)
    levels = np.ceil(2.0 * np.log2(span)).astype(np.int64)
    first = levels.min()
    widths = 2.0 ** (0.5 * np.arange(first, levels.max() + 1))
    levels -= first
    low = low - 0.5 * (widths[levels] - span)
    most = _JUMP_TERMS if jumps else _SHORT_TERMS
    shape = (taus.size, widths.size, most)
    kept = [np.full(shape, -np.inf if k in (0, 3) else 0.0, dtype=np.complex128) for k in range(6)]
    for level, width in enumerate(widths):
        used = np.nonzero((levels == level).any(axis=1))[0]
        if used.size == 0:
            continue
        short = taus[used[-1]] * TRADING_DAYS <= _SHORT_DAYS
        n_terms = most if jumps or short else _TERMS
        s = 1j * np.arange(n_terms) * (np.pi / width)
        for k, with_jumps in enumerate((True, False) if jumps else (False,)):
            solved = affine_coefficients(model, s, taus[used], jumps=with_jumps, tolerance=1e-6)
            for target, coefficient in zip(kept[3 * k : 3 * k + 3], solved, strict=True):
                target[used, level, :n_terms] = coefficient
    fill: Any = _build.index_puts  # compiled: its signature is not known to type checkers
    for day in range(taus.size):
        fill(
            v,
            m,
            low[day],
            levels[day],
            widths,
            *(k[day] for k in kept),
            jumps,
            log_strikes[day],
            puts[day],
        )


def _tabulate_vix(
    model: ModelParameters, v: FloatArray, m: FloatArray, y: FloatArray, n_puts: int
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    days = _coarse_days(VIX_DAYS, 1.25)
    every = np.arange(1, VIX_DAYS + 1) / TRADING_DAYS
    mean = np.array([squared_vix_mean(model, t) for t in every])
    # the variance is smooth in the tenor: no need to difference the transform every day
    coarse = np.array([squared_vix_variance(model, t) for t in days / TRADING_DAYS])
    coarse[:, 2] += _Y_FLOOR
    variance = _spread(days, coarse, VIX_DAYS)
    futures = np.stack([future_squared(model, t, v, m) for t in days / TRADING_DAYS])
    values = np.zeros((days.size, v.size, y.size))
    ratio = np.empty_like(futures)
    for i, n in enumerate(days):
        root = np.sqrt(futures[i])
        deviation = np.sqrt(_affine(coarse[i : i + 1], v, m)[0])
        middle = _affine(mean[n - 1 : n], v, m)[0]
        ratio[i] = futures[i] / middle
        floor = log_contract_variance(model, VIX_HORIZON)[2]
        own = np.maximum(futures[i] - floor, 1e-12)
        reach = np.minimum(y * (deviation / np.maximum(middle - floor, 1e-12))[:, None], _LOG_REACH)
        strikes = np.sqrt(floor + own[:, None] * np.exp(reach))
        relative = strikes / root[:, None]
        calls = _vix_day(model, n / TRADING_DAYS, v, m, deviation, strikes)
        calls /= root[:, None]
        calls[:, :n_puts] += relative[:, :n_puts] - 1.0  # puts, by parity
        values[i] = np.maximum(calls, 0.0)
    return (
        _spread(days, values, VIX_DAYS),
        _spread(days, ratio, VIX_DAYS),
        mean,
        variance,
    )


def _vix_day(
    model: ModelParameters,
    tau: float,
    v: FloatArray,
    m: FloatArray,
    deviation: FloatArray,
    strikes: FloatArray,
) -> FloatArray:
    """Undiscounted calls (decimal) of one tenor; `strikes` and the result (n, n_y)."""
    p, q, constant = log_contract_variance(model, VIX_HORIZON)
    level = np.rint(np.log2(deviation)).astype(np.int64)
    first = level.min()
    scale = 2.0 ** -np.arange(first, level.max() + 1, dtype=np.float64)[:, None]
    start = np.minimum(0.4 * strip_of_finiteness(model, tau, 0.05), 0.5 * scale)
    nodes, weights = _panels(_PANELS if tau * TRADING_DAYS < _LONG_DAYS else _LONG_PANELS)
    span = np.log1p(_REACH * scale / start)  # s = start (e^u - 1): even near zero, log beyond
    z = start + start * np.expm1(span * nodes) * _ANGLE
    step = start * np.exp(span * nodes) * span * weights
    weight = _ANGLE * step * z**-1.5 * (0.5 / np.sqrt(np.pi))
    flat = z.ravel()
    a, b, c = (
        k[0].reshape(z.shape)
        for k in affine_coefficients(
            model, 0.0, [tau], omega_variance=flat * p, omega_mean=flat * q, tolerance=1e-6
        )
    )
    floor = squared_vix_floor(model, tau, v, m, deviations=5.0)[:, None]
    below = strikes**2 <= floor  # the put is worthless there
    asked = np.where(below | (strikes > _HIGHEST_STRIKE), -1.0, strikes)
    out = np.zeros_like(strikes)
    fill: Any = _build.vix_calls
    fill(v, m, level - first, constant, z, weight, a, b, c, asked, *_build.FADDEEVA, out)
    future = np.sqrt(future_squared(model, tau, v, m))[:, None]
    return np.where(below, future - strikes, out)


def _panels(n: int) -> tuple[FloatArray, FloatArray]:
    """Composite Gauss-Legendre nodes and weights on [0, 1], in `n` panels."""
    x, w = np.polynomial.legendre.leggauss(_NODES)
    nodes = (np.arange(n)[:, None] + 0.5 * (x + 1.0)) / n
    return nodes.ravel(), np.tile(0.5 * w / n, n)


_FEW = 20_000  # prices below which waking a second thread costs more than it saves


def _either(loop: Any) -> Any:
    """`loop` compiled twice, for one thread and for all, and chosen by the length of its result.

    A page asks for a few hundred prices while the browser beside it keeps the other core busy:
    waiting for a second thread then takes twenty times what the prices take.
    """
    alone = njit(cache=True, error_model="numpy")(loop)
    shared = njit(cache=True, parallel=True, error_model="numpy")(loop)

    def run(*arguments: Any) -> None:
        (alone if arguments[-1].size < _FEW else shared)(*arguments)

    return run


@_either
def _spx_prices(grid, spot, v, m, strike, n, call, out):  # type: ignore[no-untyped-def]
    n_v, n_m = grid.spx.shape[1], grid.spx.shape[2]
    for i in prange(out.size):
        wv, wm = state_weights(grid.axes, n_v, n_m, v[i], m[i])
        tau = n[i] / 252.0
        forward = spot[i] * np.exp(grid.carry * tau)
        k = np.log(strike[i] / forward)
        if call[i]:
            value = spx_call(grid, n[i], v[i], m[i], wv, wm, k)
        else:
            value = spx_put(grid, n[i], v[i], m[i], wv, wm, k)
        out[i] = np.exp(-grid.rate * tau) * forward * value


@_either
def _vix_prices(grid, _spot, v, m, strike, n, call, out):  # type: ignore[no-untyped-def]
    n_v, n_m = grid.spx.shape[1], grid.spx.shape[2]
    for i in prange(out.size):
        wv, wm = state_weights(grid.axes, n_v, n_m, v[i], m[i])
        future = vix_forward(grid, n[i], v[i], m[i], wv, wm)
        k = 0.01 * strike[i]
        value = vix_call(grid, n[i], v[i], m[i], wv, wm, future, k)
        if not call[i]:
            value = max(value - future + k, 0.0)
        out[i] = 100.0 * np.exp(-grid.rate * n[i] / 252.0) * value


@_either
def _futures(grid, v, m, n, out):  # type: ignore[no-untyped-def]
    n_v, n_m = grid.spx.shape[1], grid.spx.shape[2]
    for i in prange(out.size):
        wv, wm = state_weights(grid.axes, n_v, n_m, v[i], m[i])
        out[i] = 100.0 * vix_forward(grid, n[i], v[i], m[i], wv, wm)
