"""The state of the model a market is in: from VIX and VIX3M, or from VIX alone."""

from __future__ import annotations

import numpy as np
from numba import njit

from alvh._typing import ArrayLike, FloatArray
from alvh.clock import TRADING_DAYS, VIX3M_HORIZON, VIX_HORIZON
from alvh.model.parameters import ModelParameters
from alvh.model.state import MarketState
from alvh.pricing._arguments import positive, shaped
from alvh.pricing.variance import log_contract_variance

__all__ = ["filtered_state", "implied_state", "state_at_vix"]


def implied_state(
    model: ModelParameters, spot: ArrayLike, vix: ArrayLike, vix3m: ArrayLike | None = None
) -> MarketState:
    """State at which the model shows these VIX levels.

    Parameters
    ----------
    spot : array_like of shape (...)
        Index points, > 0.
    vix, vix3m : array_like of shape (...)
        VIX points, > 0. Where `vix3m` is None or nan, the mean variance is its best linear
        estimate given VIX under the model's stationary law (`filtered_state` uses the past too).

    Returns
    -------
    MarketState
        Reproduces both levels where some v, m >= 0 does; otherwise the closest point of the
        boundary in squared variance. With VIX alone it reproduces VIX whenever VIX is at or above
        the lowest level the model can show.

    Raises
    ------
    ValueError
        If a level is not positive; the message names it.
    """
    spots, near = np.broadcast_arrays(positive("spot", spot), positive("vix", vix))
    y1 = (near / 100.0) ** 2
    if vix3m is None:
        v, m = _from_vix(model, y1)
        return MarketState(spot=spots, variance=shaped(v), mean_variance=shaped(m))
    far = np.asarray(vix3m, dtype=np.float64)
    missing = np.isnan(far)
    y2 = (positive("vix3m", np.where(missing, 1.0, far)) / 100.0) ** 2
    spots, y1, y2, missing = np.broadcast_arrays(spots, y1, y2, missing)
    v, m = _from_both(model, y1, y2)
    if missing.any():
        alone_v, alone_m = _from_vix(model, y1)
        v, m = np.where(missing, alone_v, v), np.where(missing, alone_m, m)
    return MarketState(spot=spots, variance=shaped(v), mean_variance=shaped(m))


def filtered_state(model: ModelParameters, spot: ArrayLike, vix: ArrayLike) -> MarketState:
    """States of consecutive trading days from their VIX closes, oldest first.

    The mean variance is tracked by a Kalman filter on the model's own conditional means and
    covariances (a linear filter for a non-Gaussian state: best among linear estimates), and the
    variance then set so that VIX is reproduced. Only past and present closes enter a day.

    Parameters
    ----------
    spot, vix : array_like of shape (n_days,)
        Index points and VIX points, > 0.
    """
    spots, near = np.broadcast_arrays(positive("spot", spot), positive("vix", vix))
    p, q, c = log_contract_variance(model, VIX_HORIZON)
    mean, cov = _stationary(model)
    v, m = _filter(
        np.ascontiguousarray((near.ravel() / 100.0) ** 2 - c),
        np.array([p, q]),
        np.array(mean),
        np.array(cov),
        *_daily(model),
    )
    return MarketState(
        spot=spots, variance=v.reshape(near.shape), mean_variance=m.reshape(near.shape)
    )


def state_at_vix(
    model: ModelParameters, spot: ArrayLike, vix: ArrayLike, mean_variance: ArrayLike
) -> MarketState:
    """State that shows `vix` (VIX points) with that mean variance, lowered where VIX is too low.

    For pictures along a VIX axis: the variance moves, the mean variance stays as long as it can.
    """
    spots, near, means = np.broadcast_arrays(
        positive("spot", spot), positive("vix", vix), np.asarray(mean_variance, dtype=np.float64)
    )
    p, q, c = log_contract_variance(model, VIX_HORIZON)
    x = np.maximum((near / 100.0) ** 2 - c, 0.0)
    m = np.minimum(means, x / q)
    return MarketState(spot=spots, variance=np.maximum(x - q * m, 0.0) / p, mean_variance=m)


def _from_both(
    model: ModelParameters, y1: FloatArray, y2: FloatArray
) -> tuple[FloatArray, FloatArray]:
    p1, q1, c1 = log_contract_variance(model, VIX_HORIZON)
    p2, q2, c2 = log_contract_variance(model, VIX3M_HORIZON)
    x1, x2 = y1 - c1, y2 - c2
    determinant = p1 * q2 - p2 * q1
    v = (x1 * q2 - x2 * q1) / determinant
    m = (p1 * x2 - p2 * x1) / determinant
    # boundary: v = 0 with the best m >= 0, or m = 0 with the best v >= 0
    m0 = np.maximum((q1 * x1 + q2 * x2) / (q1 * q1 + q2 * q2), 0.0)
    v0 = np.maximum((p1 * x1 + p2 * x2) / (p1 * p1 + p2 * p2), 0.0)
    miss_m = (q1 * m0 - x1) ** 2 + (q2 * m0 - x2) ** 2
    miss_v = (p1 * v0 - x1) ** 2 + (p2 * v0 - x2) ** 2
    inside = (v >= 0.0) & (m >= 0.0)
    on_m = miss_m <= miss_v
    return (
        np.where(inside, v, np.where(on_m, 0.0, v0)),
        np.where(inside, m, np.where(on_m, m0, 0.0)),
    )


def _from_vix(model: ModelParameters, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    p, q, c = log_contract_variance(model, VIX_HORIZON)
    (mean_v, mean_m), ((vv, vm), (_, mm)) = _stationary(model)
    x = y - c
    spread = p * p * vv + 2.0 * p * q * vm + q * q * mm
    gain = (p * vm + q * mm) / spread if spread > 0.0 else 0.0
    m = np.clip(mean_m + gain * (x - p * mean_v - q * mean_m), 0.0, None)
    m = np.where(x - q * m < 0.0, np.maximum(x, 0.0) / q, m)
    return np.maximum(x - q * m, 0.0) / p, m


def _moments(model: ModelParameters) -> tuple[float, float]:
    """Net reversion speed and stationary mean of the variance, jumps included."""
    kick = model.variance_jump_mean
    speed = model.kappa - model.jump_intensity_slope * kick
    return speed, (model.kappa * model.theta + model.jump_intensity * kick) / speed


def _stationary(
    model: ModelParameters,
) -> tuple[tuple[float, float], tuple[tuple[float, float], tuple[float, float]]]:
    """Stationary mean and covariance of (v, m)."""
    speed, mean_v = _moments(model)
    mean_m = model.theta
    noise_m = model.mean_sigma**2 * mean_m
    noise_v = model.sigma**2 * mean_v + 2.0 * model.variance_jump_mean**2 * (
        model.jump_intensity + model.jump_intensity_slope * mean_v
    )
    mm = noise_m / (2.0 * model.mean_kappa)
    vm = model.kappa * mm / (speed + model.mean_kappa)
    vv = (noise_v + 2.0 * model.kappa * vm) / (2.0 * speed)
    return (mean_v, mean_m), ((vv, vm), (vm, mm))


def _daily(model: ModelParameters) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Drift matrix, drift constant and noise variances (constant, by v; by m) of one day."""
    dt = 1.0 / TRADING_DAYS
    speed, _ = _moments(model)
    push = model.jump_intensity * model.variance_jump_mean
    fade_v, fade_m = np.exp(-speed * dt), np.exp(-model.mean_kappa * dt)
    gap = speed - model.mean_kappa
    mix = (fade_m - fade_v) / gap if abs(gap) > 1e-9 else dt * fade_v
    drift = np.array([[fade_v, model.kappa * mix], [0.0, fade_m]])
    constant_m = model.theta * (1.0 - fade_m)
    level_v = (model.kappa * model.theta + push) / speed
    constant_v = level_v * (1.0 - fade_v) - model.kappa * model.theta * mix
    jump = 2.0 * model.variance_jump_mean**2 * dt
    noise = np.array(
        [
            jump * model.jump_intensity,
            jump * model.jump_intensity_slope + model.sigma**2 * dt,
            model.mean_sigma**2 * dt,
        ]
    )
    return drift, np.array([constant_v, constant_m]), noise


@njit(cache=True)
def _filter(x, load, mean, cov, drift, constant, noise):  # type: ignore[no-untyped-def]
    """Kalman recursion; `x` is VIX squared less its constant, observed without error."""
    n = x.size
    out_v, out_m = np.empty(n), np.empty(n)
    v, m = mean[0], mean[1]
    vv, vm, mm = cov[0, 0], cov[0, 1], cov[1, 1]
    p, q = load[0], load[1]
    for i in range(n):
        if i > 0:
            a, b, d = drift[0, 0], drift[0, 1], drift[1, 1]
            new_vv = a * a * vv + 2 * a * b * vm + b * b * mm
            new_vm = d * (a * vm + b * mm)
            noise_v, noise_m = noise[0] + noise[1] * max(v, 0.0), noise[2] * max(m, 0.0)
            v, m = a * v + b * m + constant[0], d * m + constant[1]
            vv, vm, mm = new_vv + noise_v, new_vm, d * d * mm + noise_m
        spread = p * p * vv + 2 * p * q * vm + q * q * mm
        if spread > 0.0:
            gain_v, gain_m = (p * vv + q * vm) / spread, (p * vm + q * mm) / spread
            surprise = x[i] - p * v - q * m
            v, m = v + gain_v * surprise, m + gain_m * surprise
            vv, vm, mm = (
                vv - gain_v * gain_v * spread,
                vm - gain_v * gain_m * spread,
                (mm - gain_m * gain_m * spread),
            )
        m = max(m, 0.0)
        if x[i] - q * m < 0.0:
            m = max(x[i], 0.0) / q
        v = max(x[i] - q * m, 0.0) / p
        out_v[i], out_m[i] = v, m
    return out_v, out_m
