r"""VIX index, futures, options and VVIX, all from the law of :math:`X = \mathrm{VIX}_T^2`.

X (decimal) is affine in the terminal state and never below a positive constant, so its transform
:math:`E[e^{zX}]` is the model's transform at ``s = 0``. VIX points outside, decimals inside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from scipy.special import wofz

from alvh._typing import ArrayLike, ComplexArray, FloatArray, FloatOrArray, OptionKind
from alvh.clock import TRADING_DAYS, VIX_HORIZON
from alvh.model.parameters import ModelParameters
from alvh.model.state import MarketState
from alvh.model.transform import affine_coefficients, coefficient_slopes, real_coefficients
from alvh.pricing._arguments import is_call, non_negative, positive, shaped
from alvh.pricing.spx import Greeks
from alvh.pricing.variance import log_contract_variance

__all__ = [
    "VixContour",
    "future_squared",
    "squared_vix_floor",
    "squared_vix_mean",
    "squared_vix_variance",
    "strip_of_finiteness",
    "vix_future",
    "vix_future_greeks",
    "vix_index",
    "vix_option",
    "vix_option_greeks",
    "vvix",
]

Loading: TypeAlias = tuple[float, float, float]  # X = p v + q m + c

_ANGLE = np.exp(1j * np.radians(75.0))  # direction of the contour in the upper half plane
_STEP = 1.0 / 14.0
_NODES = np.arange(-3.6, 14.0, _STEP)  # s = exp(t - exp(-t)): double exponential at zero
_LAPLACE_STEP = 0.22
_LAPLACE_NODES = np.arange(-24.0, 30.0, _LAPLACE_STEP)  # log(s * mean)
_GROWTH = 30.0  # log of the growth of the integrand that only a worthless put explains
_DEEP = 9.0  # standard deviations in the money beyond which the put is worth nothing


def vix_index(
    model: ModelParameters, state: MarketState, horizon: float = VIX_HORIZON
) -> FloatOrArray:
    r"""VIX level over `horizon` years of 365 days, in VIX points.

    The log-contract definition, :math:`100\sqrt{-2E[\log(S_T/F)]/T}`, which is affine in the state
    under the square root. ``horizon=93/365`` is VIX3M.

    Raises
    ------
    ValueError
        If `horizon` is not positive.
    """
    tau = float(positive("horizon", horizon))
    p, q, c = log_contract_variance(model, tau)
    squared = p * np.asarray(state.variance) + q * np.asarray(state.mean_variance) + c
    level = 100.0 * np.sqrt(np.maximum(squared, 0.0))  # rounding may leave a zero below itself
    return shaped(np.asarray(level + 0.0 * np.asarray(state.spot)))


def vix_future(model: ModelParameters, state: MarketState, tau: ArrayLike) -> FloatOrArray:
    r"""Price of a VIX future, in VIX points.

    Parameters
    ----------
    tau : array_like of shape (...)
        Years of 252 trading days to settlement, >= 0; at zero the VIX itself.

    Notes
    -----
    From :math:`\sqrt x = \frac{1}{2\sqrt\pi}\int_0^\infty (1 - e^{-sx}) s^{-3/2} ds`, written as a
    correction to :math:`\sqrt{E X}` so that the integrand vanishes at both ends of log s and the
    trapezoidal rule converges exponentially.
    """
    return shaped(_laplace(model, state, tau, slopes=False)[0])


def vix_future_greeks(model: ModelParameters, state: MarketState, tau: ArrayLike) -> Greeks:
    """Sensitivities of a VIX future: vega, volga and theta in VIX points, the rest zero."""
    value = _laplace(model, state, tau, slopes=True)
    return _vix_greeks(model, state, value, np.zeros_like(value[0]))


def vvix(model: ModelParameters, state: MarketState, horizon: float = VIX_HORIZON) -> FloatOrArray:
    r"""VVIX of the model, in points.

    Definition: the variance swap rate of the 30-day VIX future by its log contract,
    :math:`100\sqrt{-2E[\log(\mathrm{VIX}_T/F)]/T}` with T = 30/365 years on both clocks.
    """
    tau = float(positive("horizon", horizon))
    forward = np.asarray(_laplace(model, state, tau, slopes=False)[0]) / 100.0
    log_mean = _mean_log(model, state, tau)
    log_forward = np.log(np.maximum(forward, 1e-150))  # a VIX of zero has no VVIX: zero
    return shaped(100.0 * np.sqrt(np.maximum(2.0 * log_forward - log_mean, 0.0) / tau))


def vix_option(
    model: ModelParameters,
    state: MarketState,
    strike: ArrayLike,
    tau: ArrayLike,
    kind: OptionKind | ArrayLike,
) -> FloatOrArray:
    r"""Price of a VIX option, discounted, in VIX points.

    Parameters
    ----------
    strike : array_like of shape (...)
        VIX points, > 0.
    tau : array_like of shape (...)
        Years of 252 trading days to settlement, >= 0.
    kind : {"call", "put"} or array_like of them

    Raises
    ------
    ValueError
        If a strike, tenor or kind is out of range; the message names it.

    Notes
    -----
    :math:`E[(\sqrt X - K)^+] = \frac1\pi\,\mathrm{Im}\int E[e^{zX}]\,\frac{\sqrt\pi}{2}
    z^{-3/2}\,\mathrm{erfc}(K\sqrt z)\,dz` along a ray from a real point inside the strip where
    the transform is finite. The strip is found, not assumed: variance jumps and the intensity
    slope shrink it. The ray leans to the right, where the integrand decays exponentially; the
    Riccati flow maps the open upper half plane into itself, so the transform continues there.
    """
    return shaped(_option(model, state, strike, tau, kind, slopes=False)[0])


def vix_option_greeks(
    model: ModelParameters,
    state: MarketState,
    strike: ArrayLike,
    tau: ArrayLike,
    kind: OptionKind | ArrayLike,
) -> Greeks:
    """Sensitivities of a VIX option in VIX points: vega and volga to the VIX, theta a day, rho."""
    value = _option(model, state, strike, tau, kind, slopes=True)
    tenor = np.broadcast_to(np.asarray(tau, dtype=np.float64), value[0].shape)
    return _vix_greeks(model, state, value, -tenor * value[0])


@lru_cache(maxsize=4096)
def strip_of_finiteness(model: ModelParameters, tau: float, precision: float = 1e-3) -> float:
    """Largest z with :math:`E[e^{zX}]` finite at `tau` years, the same for every state.

    Bisected to the relative `precision`, from below; infinite where no variance is random.
    """
    p, q, _ = log_contract_variance(model, VIX_HORIZON)

    def finite(z: float) -> bool:
        a, b, c = real_coefficients(
            model, 0.0, [tau], omega_variance=z * p, omega_mean=z * q, tolerance=1e-6
        )
        return bool(np.isfinite(a + b + c).all())

    low, high = 0.0, 1.0
    while finite(high):
        low, high = high, 4.0 * high
        if high > 1e9:
            return np.inf
    for _ in range(24):
        middle = 0.5 * (low + high) if low > 0.0 else high / 16.0
        low, high = (middle, high) if finite(middle) else (low, middle)
        if high - low < precision * high:
            break
    return low


@dataclass(frozen=True)
class VixContour:
    """Nodes of the option integral at one tenor and scale, with their Riccati coefficients.

    Attributes
    ----------
    z : ndarray of shape (n,)
        Points in the upper half plane, a year (the argument of X).
    weight : ndarray of shape (n,)
        Quadrature weight times the part of the integrand that does not depend on the strike.
    a, b, c, slope_a, slope_b, slope_c : ndarray of shape (n,)
        Riccati coefficients and their derivatives by the tenor.
    """

    z: ComplexArray
    weight: ComplexArray
    a: ComplexArray
    b: ComplexArray
    c: ComplexArray
    slope_a: ComplexArray
    slope_b: ComplexArray
    slope_c: ComplexArray


@lru_cache(maxsize=4096)
def _contour(model: ModelParameters, tau: float, level: int) -> VixContour:
    """The contour for a standard deviation of X near ``2**level``."""
    p, q, _ = log_contract_variance(model, VIX_HORIZON)
    scale = 2.0**-level
    start = min(0.4 * strip_of_finiteness(model, tau, 0.05), 0.5 * scale)
    s = scale * np.exp(_NODES - np.exp(-_NODES))
    z = start + s * _ANGLE
    step = _ANGLE * s * (1.0 + np.exp(-_NODES)) * _STEP
    weight = step * z**-1.5 * (0.5 / np.sqrt(np.pi))
    a, b, c = _given_up(
        affine_coefficients(model, 0.0, [tau], omega_variance=z * p, omega_mean=z * q)
    )
    return VixContour(z, weight, a, b, c, *coefficient_slopes(model, 0.0, b, c))


def _given_up(solved: tuple[ComplexArray, ...]) -> tuple[ComplexArray, ComplexArray, ComplexArray]:
    """Coefficients of one tenor; a nil transform where the solver gave up.

    It gives up only at arguments so large that the equation for C is stiff beyond reason, and
    there the transform is nil.
    """
    a, b, c = (x[0] for x in solved)
    good = np.isfinite(a) & np.isfinite(b) & np.isfinite(c)
    return np.where(good, a, -1e6), np.where(good, b, 0.0), np.where(good, c, 0.0)


@lru_cache(maxsize=4096)
def _laplace_coefficients(
    model: ModelParameters, tau: float, level: int
) -> tuple[FloatArray, tuple[FloatArray, ...]]:
    """Arguments s > 0 around ``2**-level`` and A, B, C and their slopes at -s, each real (n,)."""
    p, q, _ = _loading(model)
    s = np.exp(_LAPLACE_NODES) * 2.0**-level
    a, b, c = _given_up(
        affine_coefficients(
            model, 0.0, [tau], omega_variance=-s * p, omega_mean=-s * q, tolerance=1e-11
        )
    )
    slopes = coefficient_slopes(model, 0.0, b, c)
    return s, tuple(x.real for x in (a, b, c, *slopes))


def _mean(
    model: ModelParameters, tau: float, v: FloatArray, m: FloatArray, loading: Loading
) -> Any:
    """E[X] at `tau` for X of that loading, with its derivatives by v and by tau."""
    p, q, c = loading
    feedback = model.jump_intensity_slope * model.variance_jump_mean
    speed = model.kappa - feedback
    drift = model.kappa * model.theta + model.jump_intensity * model.variance_jump_mean
    fade_m, fade_v = np.exp(-model.mean_kappa * tau), np.exp(-speed * tau)
    gap = speed - model.mean_kappa
    mix = (fade_m - fade_v) / gap if abs(gap) > 1e-6 * model.kappa else tau * fade_v
    mean_m = model.theta + (m - model.theta) * fade_m
    level = drift / speed
    mean_v = level + (v - level) * fade_v + model.kappa * (m - model.theta) * mix
    slope_m = -model.mean_kappa * (mean_m - model.theta)
    slope_v = model.kappa * (mean_m - model.theta) + drift - speed * mean_v
    return np.maximum(p * mean_v + q * mean_m + c, 0.0), p * fade_v, p * slope_v + q * slope_m


def _laplace(
    model: ModelParameters, state: MarketState, tau: ArrayLike, *, slopes: bool
) -> FloatArray:
    """Future, d/dv, d2/dv2, d/dtau (rows as asked), in VIX points: (1 or 4, ...)."""
    model = model.without_carry()
    v, m, t = _broadcast_state(state, tau)
    out = np.zeros((4 if slopes else 1, *t.shape))
    for where, tenor in _tenors(t):
        vs, ms = v[where], m[where]
        mean, mean_v, mean_t = _mean(model, tenor, vs, ms, _loading(model))
        root = np.sqrt(np.maximum(mean, 1e-60))
        block = np.stack(
            [
                np.sqrt(mean),
                mean_v / (2 * root),
                -(mean_v**2) / (4 * root * root * root),
                mean_t / (2 * root),
            ]
        )[: out.shape[0]]
        if tenor > 0.0 and mean.max() > 0.0:
            for some, s, coefficients, c0 in _by_level(model, tenor, mean):
                block[:, some] += _laplace_correction(
                    s,
                    coefficients,
                    c0,
                    vs[some],
                    ms[some],
                    mean[some],
                    mean_v,
                    mean_t[some],
                    slopes,
                )
        out[:, where] = 100.0 * block
    return out


def _by_level(
    model: ModelParameters, tenor: float, mean: FloatArray
) -> Iterator[tuple[Any, FloatArray, tuple[FloatArray, ...], float]]:
    """Groups of states whose mean of X shares a power of four, with the nodes for it."""
    c0 = log_contract_variance(model, VIX_HORIZON)[2]
    levels = (2 * np.rint(0.5 * np.log2(np.maximum(mean, 1e-12)))).astype(int)
    for level in np.unique(levels):
        s, coefficients = _laplace_coefficients(model, tenor, int(level))
        yield levels == level, s, coefficients, c0


def _laplace_correction(
    s: FloatArray,
    coefficients: tuple[FloatArray, ...],
    c0: float,
    v: FloatArray,
    m: FloatArray,
    mean: FloatArray,
    mean_v: FloatArray | float,
    mean_t: FloatArray,
    slopes: bool,
) -> FloatArray:
    a, b, c, da, db, dc = coefficients
    moment = np.exp(a + np.multiply.outer(v, b) + np.multiply.outer(m, c) - s * c0)
    point = np.exp(-np.multiply.outer(mean, s))
    weight = _LAPLACE_STEP * s**-0.5 * (0.5 / np.sqrt(np.pi))
    rows = [(point - moment) @ weight]
    if slopes:
        rows.append((-s * mean_v * point - b * moment) @ weight)
        rows.append((s * s * mean_v**2 * point - b * b * moment) @ weight)
        by_tau = da + np.multiply.outer(v, db) + np.multiply.outer(m, dc)
        rows.append((-s * mean_t[:, None] * point - by_tau * moment) @ weight)
    return np.stack(rows)


def future_squared(model: ModelParameters, tau: float, v: FloatArray, m: FloatArray) -> FloatArray:
    """Square of the VIX future (decimal) at `tau` > 0 years from states (v, m) of shape (n,)."""
    model = model.without_carry()
    p, q, c = _loading(model)
    mean = _mean(model, tau, v, m, (p, q, c))[0]
    # one grid of arguments for every state, to six digits: from where the integrand is nil to
    # where the largest moment is
    top = 40.0 / max(c, 1e-3 * float(mean.max()))
    s = np.exp(np.arange(np.log(1e-4 / max(float(mean.max()), 1e-12)), np.log(top), _LAPLACE_STEP))
    solved = affine_coefficients(
        model, 0.0, [tau], omega_variance=-s * p, omega_mean=-s * q, tolerance=1e-8
    )
    coefficients = tuple(x[0].real for x in solved)
    padded = (*coefficients, *coefficients)  # the slopes are not asked for
    root = _laplace_correction(s, padded, c, v, m, mean, 0.0, mean, slopes=False)[0]
    return np.asarray((np.sqrt(mean) + root) ** 2)


def squared_vix_mean(
    model: ModelParameters, tau: float, loading: Loading | None = None
) -> tuple[float, float, float]:
    """E[X] at `tau` years as coefficients of (v, m, 1).

    `loading` (p, q, c) of X if it is not the model's own: squared VIX is a risk-neutral quantity
    even when the dynamics are physical.
    """
    probe_v, probe_m = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0])
    base, by_v, by_m = _mean(model, tau, probe_v, probe_m, loading or _loading(model))[0]
    return by_v - base, by_m - base, base


def squared_vix_variance(model: ModelParameters, tau: float) -> tuple[float, float, float]:
    """Var[X] at `tau` > 0 years without jumps, as coefficients of (v, m, 1)."""
    constant, by_v, by_m = _second_moment(_bare(model), tau, _loading(model))
    return by_v, by_m, constant


def _mean_log(model: ModelParameters, state: MarketState, tau: float) -> FloatArray:
    """E[log X] at `tau` > 0."""
    model = model.without_carry()
    v, m, t = _broadcast_state(state, tau)
    shape = t.shape
    v, m = v.ravel(), m.ravel()
    mean = _mean(model, tau, v, m, _loading(model))[0]
    out = np.log(np.maximum(mean, 1e-300))
    for some, s, (a, b, c, *_), c0 in _by_level(model, tau, mean):
        moment = np.exp(a + np.multiply.outer(v[some], b) + np.multiply.outer(m[some], c) - s * c0)
        point = np.exp(-np.multiply.outer(mean[some], s))
        out[some] += _LAPLACE_STEP * (point - moment).sum(axis=-1)
    return np.asarray(out.reshape(shape))


def _option(
    model: ModelParameters,
    state: MarketState,
    strike: ArrayLike,
    tau: ArrayLike,
    kind: Any,
    *,
    slopes: bool,
) -> FloatArray:
    """Price, d/dv, d2/dv2, d/dtau (rows as asked), in VIX points: (1 or 4, ...)."""
    strikes, calls = positive("strike", strike), is_call(kind)
    v, m, t = _broadcast_state(state, tau)
    v, m, t, k, call = np.broadcast_arrays(v, m, t, strikes, calls)
    future = np.broadcast_to(
        _laplace(model, MarketState(spot=1.0, variance=v, mean_variance=m), t, slopes=slopes),
        (4 if slopes else 1, *t.shape),
    )
    out = np.empty(future.shape)
    for where, tenor in _tenors(t):
        discount = float(np.exp(-model.rate * tenor))
        forward = future[:, where]
        parity = forward.copy()
        parity[0] -= k[where]
        value = np.where(parity[0] > 0.0, parity, 0.0)  # deterministic limit
        if tenor > 0.0:
            _integrate(model, tenor, v[where], m[where], k[where] / 100.0, value, parity)
        value[0] = np.maximum(value[0], np.maximum(parity[0], 0.0))
        block = discount * np.where(call[where], value, value - parity)
        if slopes:
            block[3] -= model.rate * block[0]
        out[:, where] = block
    return out


def _integrate(
    model: ModelParameters,
    tenor: float,
    v: FloatArray,
    m: FloatArray,
    strike: FloatArray,
    value: FloatArray,
    parity: FloatArray,
) -> None:
    """Fill `value` (rows, n) with undiscounted calls; strikes are decimals here."""
    model = model.without_carry()
    c0 = _loading(model)[2]
    mean = _mean(model, tenor, v, m, _loading(model))[0]
    deviation = _deviation(model, tenor, v, m, _loading(model))
    spread = deviation > 1e-7 * mean
    deep = spread & (strike**2 <= squared_vix_floor(model, tenor, v, m))
    value[:, deep] = parity[:, deep]
    levels = np.zeros(mean.shape, dtype=int)
    levels[spread] = np.rint(np.log2(deviation[spread]))
    open_ = spread & ~deep
    for level in np.unique(levels[open_]):
        some = open_ & (levels == level)
        line = _contour(model, tenor, int(level))
        ks = strike[some][:, None]
        root = np.sqrt(line.z)
        exponent = (
            line.a
            + np.multiply.outer(v[some], line.b)
            + np.multiply.outer(m[some], line.c)
            + line.z * (c0 - ks**2)
        )
        # a transform that grows this much along the ray says that X is all but surely above the
        # strike: the put is worthless, and the rest is the forward
        sure = exponent.real.max(axis=1) > _GROWTH
        exponent[sure] = -1e3
        terms = np.exp(exponent) * wofz(1j * ks * root) * line.weight
        value[0, some] = 100.0 * terms.sum(axis=1).imag
        if value.shape[0] > 1:
            by_tau = (
                line.slope_a
                + np.multiply.outer(v[some], line.slope_b)
                + np.multiply.outer(m[some], line.slope_c)
            )
            value[1, some] = 100.0 * (terms @ line.b).imag
            value[2, some] = 100.0 * (terms @ (line.b * line.b)).imag
            value[3, some] = 100.0 * (terms * by_tau).sum(axis=1).imag
        certain = np.flatnonzero(some)[sure]
        value[:, certain] = parity[:, certain]


@lru_cache(maxsize=4096)
def _second_moment(
    model: ModelParameters, tau: float, loading: Loading
) -> tuple[float, float, float]:
    """Var[X] at `tau` as (constant, by v, by m): second differences of the log transform at 0."""
    p, q, _ = loading
    h = min(1e-2 * strip_of_finiteness(model, tau, 0.05), 1e-2)
    z = np.array([-h, h])
    sums = [
        float(x[0].sum()) / (h * h)
        for x in real_coefficients(
            model, 0.0, [tau], omega_variance=z * p, omega_mean=z * q, tolerance=1e-13
        )
    ]
    return sums[0], sums[1], sums[2]


def _deviation(
    model: ModelParameters, tau: float, v: FloatArray, m: FloatArray, loading: Loading
) -> FloatArray:
    """Standard deviation of X at `tau`."""
    constant, by_v, by_m = _second_moment(model, tau, loading)
    return np.sqrt(np.maximum(constant + by_v * v + by_m * m, 0.0))


def squared_vix_floor(
    model: ModelParameters, tau: float, v: FloatArray, m: FloatArray, deviations: float = _DEEP
) -> FloatArray:
    """A level X does not fall below: jumps only raise it, so the process without them bounds it.

    So many standard deviations under the mean of that process, whose left tail is lighter than
    normal, for X as a whole or for each of its two terms, neither of which falls below zero.
    """
    bare = _bare(model)
    p, q, c = _loading(model)

    def least(loading: Loading) -> FloatArray:
        mean = _mean(bare, tau, v, m, loading)[0]
        low: FloatArray = mean - deviations * _deviation(bare, tau, v, m, loading)
        return np.maximum(low, 0.0)

    return c + np.maximum(least((p, q, 0.0)), least((p, 0.0, 0.0)) + least((0.0, q, 0.0)))


def _bare(model: ModelParameters) -> ModelParameters:
    return model.model_copy(update={"jump_intensity": 0.0, "jump_intensity_slope": 0.0})


def _loading(model: ModelParameters) -> Loading:
    return log_contract_variance(model, VIX_HORIZON)


def _vix_greeks(
    model: ModelParameters, state: MarketState, value: FloatArray, rho: FloatArray
) -> Greeks:
    """Greeks of (price, d/dv, d2/dv2, d/dtau) in VIX points: by the VIX level, by the day."""
    p = log_contract_variance(model, VIX_HORIZON)[0]
    vix = np.asarray(vix_index(model, state))
    by_vix = 2.0e-4 * vix / p
    zero = np.zeros_like(value[0])
    return Greeks(
        delta=shaped(zero),
        gamma=shaped(zero),
        vega=shaped(np.asarray(value[1] * by_vix)),
        theta=shaped(np.asarray(-value[3] / TRADING_DAYS)),
        rho=shaped(np.asarray(rho)),
        vanna=shaped(zero),
        volga=shaped(np.asarray(value[2] * by_vix**2 + value[1] * 2.0e-4 / p)),
    )


def _broadcast_state(state: MarketState, tau: ArrayLike) -> Any:
    _, v, m, t = np.broadcast_arrays(
        np.asarray(state.spot, dtype=np.float64),
        np.asarray(state.variance, dtype=np.float64),
        np.asarray(state.mean_variance, dtype=np.float64),
        non_negative("tau", tau),
    )
    return v, m, t


def _tenors(t: FloatArray) -> Iterator[tuple[Any, float]]:
    for tenor in np.unique(t):
        yield t == tenor, float(tenor)
