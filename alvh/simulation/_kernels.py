r"""One day of the joint SPX and variance dynamics, compiled.

Variances step by the quadratic-exponential scheme, the log index by its martingale-corrected
companion (Andersen 2008), with :math:`\int v` by its mean given both ends. A jump in variance is
kept as a component of its own for the rest of its day: a square-root process is the sum of
independent ones with the same speed and volatility, so the component that starts at the jump steps
by the same scheme over what is left of the day. Nothing about a jump is then approximated by the
day's length.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from alvh.simulation._random import exponential, normal, seed_stream, uniform

__all__ = ["fill_paths"]

_SWITCH = 1.5  # relative variance above which the exponential branch is used


@njit(cache=True, error_model="numpy")
def _draw_variance(mean, square, lift, stream, sign):  # type: ignore[no-untyped-def]
    """A variance of that mean and variance, and log E[exp(lift * it)] (quadratic-exponential).

    `sign`, here and below: 1, or -1 for the mirrored draws of an antithetic path.
    """
    if mean <= 1e-300:
        return 0.0, 0.0
    relative = square / (mean * mean)
    if relative <= 1e-14:
        return mean, lift * mean
    if relative <= _SWITCH:
        half = 2.0 / relative
        b2 = half - 1.0 + np.sqrt(half * (half - 1.0))
        a = mean / (1.0 + b2)
        x = np.sqrt(b2) + sign * normal(stream)
        gap = 1.0 - 2.0 * lift * a
        log_moment = lift * b2 * a / gap - 0.5 * np.log(gap) if lift != 0.0 else 0.0
        return a * x * x, log_moment
    p = (relative - 1.0) / (relative + 1.0)
    beta = (1.0 - p) / mean
    u = uniform(stream)
    if sign < 0.0:
        u = 1.0 - u
    value = np.log((1.0 - p) / (1.0 - u)) / beta if u > p else 0.0
    log_moment = np.log(p + beta * (1.0 - p) / (beta - lift)) if lift != 0.0 else 0.0
    return value, log_moment


@njit(cache=True, error_model="numpy")
def _constants(p, dt):  # type: ignore[no-untyped-def]
    """What a step of length `dt` needs of the parameters `p`; see `_step`."""
    kappa, sigma, rho = p[0], p[1], p[2]
    fade = np.exp(-kappa * dt)
    gone = -np.expm1(-kappa * dt)
    late = 1.0 - gone / (kappa * dt)  # weight of the mean variance at the end of the step
    by_v = sigma * sigma * fade * gone / kappa
    by_m = sigma * sigma * gone * gone / (2.0 * kappa)
    leverage = rho / sigma if sigma > 1e-12 else 0.0
    of_integral = (kappa * leverage - 0.5) * dt
    own = (1.0 - rho * rho) * dt if sigma > 1e-12 else dt
    return fade, gone, late, by_v, by_m, leverage, of_integral, own


@njit(cache=True, error_model="numpy")
def _step(k, v, early, end, stream, sign):  # type: ignore[no-untyped-def]
    """Variance after a step, and the martingale part of the log return.

    `early`, `end`: the mean variance at both ends of the step. The log return is ``leverage`` times
    the new variance, plus a normal whose mean and variance are multiples of the average variance
    between; E[exp(log return)] is one exactly, whatever the scheme's error in the law of the
    variance, for what is subtracted is conditional on v (Andersen 2008, K0*).

    The average between is the mean of a squared Brownian bridge between the roots of both
    variances, (v + sqrt(v v') + v') / 3 and a constant: with Andersen's trapezium the fourth
    cumulant of a day's return is three per cent too large, and a call three deviations out six.
    """
    fade, gone, late, by_v, by_m, leverage, of_integral, own = k
    mean = v * fade + late * end + (gone - late) * early
    square = by_v * v + by_m * 0.5 * (early + end)
    relative = square / (mean * mean) if mean > 1e-300 else 0.0
    weight = of_integral + 0.5 * own
    if 1e-14 < relative <= _SWITCH:
        half = 2.0 / relative
        b2 = half - 1.0 + np.sqrt(half * (half - 1.0))
        a = mean / (1.0 + b2)
        z = np.sqrt(b2) + sign * normal(stream)
        new = a * z * z
        cross = np.sqrt(v * a)
        # makes the expected average that of the trapezium
        constant = 0.5 * (v + mean) - (v + cross * np.sqrt(b2) + mean) / 3.0
        average = (v + cross * z + new) / 3.0 + constant
        lift, tilt = (leverage + weight / 3.0) * a, weight / 3.0 * cross
        gap = 1.0 - 2.0 * lift
        log_moment = (
            (lift * b2 + tilt * (np.sqrt(b2) + 0.5 * tilt)) / gap
            - 0.5 * np.log(gap)
            + weight * (v / 3.0 + constant)
        )
    else:
        new, log_moment = _draw_variance(mean, square, leverage + 0.5 * weight, stream, sign)
        average = 0.5 * (v + new)
        log_moment += 0.5 * weight * v
    move = leverage * new + of_integral * average - log_moment
    if average > 0.0:
        move += np.sqrt(own * average) * sign * normal(stream)
    return new, move


@njit(cache=True, error_model="numpy")
def _jumps(p, dt, hazard, remaining, stream, sign):  # type: ignore[no-untyped-def]
    """A day with a jump: variance and log return it adds, and the hazard left after it.

    `hazard` is what the variance without today's jumps adds to the intensity, `remaining` what is
    missing to the next jump. Each jump in variance is a component that carries a hazard of its own.
    """
    rests, starts, lefts = np.empty(32), np.empty(32), np.empty(32)
    rests[0], starts[0], lefts[0] = hazard, 0.0, remaining
    count, done = 1, 0
    added, move, carried = 0.0, 0.0, 0.0
    while done < count:
        rest, start, left = rests[done], starts[done], lefts[done]
        while left < rest:
            start += (1.0 - start) * left / rest  # a component's hazard is even over the day
            rest -= left
            left = exponential(stream)
            size = p[11] * exponential(stream)
            move += p[9] + p[12] * size
            if p[10] > 0.0:
                move += p[10] * sign * normal(stream)
            span = (1.0 - start) * dt
            if size <= 0.0 or span < 1e-12:
                added += size
                continue
            end, drift = _step(_constants(p, span), size, 0.0, 0.0, stream, sign)
            own = p[7] * 0.5 * (size + end) * span
            move += drift - own * p[8]
            added += end
            if count < rests.size:
                rests[count], starts[count], lefts[count] = own, start, exponential(stream)
                count += 1
        if done == 0:
            carried = left - rest
        done += 1
    return added, move, carried


@njit(cache=True, parallel=True, error_model="numpy")
def fill_paths(p, drift, dt, seed, first, block, spot, variance, mean_variance):  # type: ignore[no-untyped-def]
    """Fill the days after column 0; path i draws stream ``first + i`` of `seed`.

    block : 1, or 2 for antithetic pairs that share a stream.

    p : the dynamics (`ModelParameters.dynamics`); drift : r - q a year, without compensators.
    """
    n_paths, n_columns = spot.shape
    k = _constants(p, dt)
    fade_m = np.exp(-p[3] * dt)
    gone_m = -np.expm1(-p[3] * dt)
    m_by_m = p[5] * p[5] * fade_m * gone_m / p[3]
    m_constant = p[5] * p[5] * p[4] * gone_m * gone_m / (2.0 * p[3])
    jumping = p[6] > 0.0 or p[7] > 0.0
    for i in prange(n_paths):
        stream = np.empty(4, dtype=np.uint64)
        seed_stream(stream, seed, first + i // block)
        sign = -1.0 if i % block == 1 else 1.0
        remaining = exponential(stream) if jumping else np.inf
        v, m = variance[i, 0], mean_variance[i, 0]
        level = np.log(spot[i, 0])
        for day in range(1, n_columns):
            end_m, _ = _draw_variance(
                m * fade_m + p[4] * gone_m, m_by_m * m + m_constant, 0.0, stream, sign
            )
            end_v, move = _step(k, v, m, end_m, stream, sign)
            level += drift * dt + move
            if jumping:
                hazard = (p[6] + p[7] * 0.5 * (v + end_v)) * dt
                level -= hazard * p[8]
                if remaining < hazard:
                    added, jump, remaining = _jumps(p, dt, hazard, remaining, stream, sign)
                    end_v += added
                    level += jump
                else:
                    remaining -= hazard
            v, m = end_v, end_m
            spot[i, day] = np.exp(level)
            variance[i, day] = v
            mean_variance[i, day] = m
