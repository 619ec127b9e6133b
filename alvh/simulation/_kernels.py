r"""One day of the joint SPX and variance dynamics, compiled.

Variances step by the quadratic-exponential scheme, the log index by its martingale-corrected
companion (Andersen 2008), with :math:`\int v` by its mean given both ends. A jump in variance is
kept as a component of its own for the rest of its day: a square-root process is the sum of
independent ones with the same speed and volatility, so the component that starts at the jump steps
by the same scheme over what is left of the day. Nothing about a jump is then approximated by the
day's length.

A stream of random numbers is four words, taken and given back by whatever draws from it: a compiler
keeps them in registers. `sign` is 1, or -1 for the mirrored draws of an antithetic path.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from alvh.simulation._random import exponential, normal, seed_stream, uniform

__all__ = ["fill_paths"]

_SWITCH = 1.5  # relative variance above which the exponential branch is used
_CERTAIN = 1e-14  # relative variance below which there is nothing to draw
_JUMPS = 32  # most jumps a day whose variance has jumps of its own


@njit(cache=True, error_model="numpy", forceinline=True)
def _relative(mean, square):  # type: ignore[no-untyped-def]
    """Variance over the square of the mean."""
    return square / (mean * mean) if mean > 1e-300 else 0.0


@njit(cache=True, error_model="numpy", forceinline=True)
def _squared_normal(mean, relative):  # type: ignore[no-untyped-def]
    """`a` and `b` of a variance ``a * (b + normal)**2`` of that mean and relative variance."""
    half = 2.0 / relative
    b2 = half - 1.0 + np.sqrt(half * (half - 1.0))
    return mean / (1.0 + b2), np.sqrt(b2)


@njit(cache=True, error_model="numpy")
def _zero_or_exponential(mean, relative, lift, stream, sign):  # type: ignore[no-untyped-def]
    """A variance that may be zero, else is exponential; E[exp(lift * it)]; what is left to draw."""
    if relative <= _CERTAIN:
        return mean, np.exp(lift * mean), stream
    p = (relative - 1.0) / (relative + 1.0)
    beta = (1.0 - p) / mean
    u, stream = uniform(stream)
    if sign < 0.0:
        u = 1.0 - u
    value = np.log((1.0 - p) / (1.0 - u)) / beta if u > p else 0.0
    return value, p + beta * (1.0 - p) / (beta - lift), stream


@njit(cache=True, error_model="numpy", forceinline=True)
def _draw(mean, square, stream, sign):  # type: ignore[no-untyped-def]
    """A variance of that mean and variance (quadratic-exponential)."""
    relative = _relative(mean, square)
    if _CERTAIN < relative <= _SWITCH:
        a, b = _squared_normal(mean, relative)
        z, stream = normal(stream)
        z = b + sign * z
        value = a * z * z
    else:
        value, _, stream = _zero_or_exponential(mean, relative, 0.0, stream, sign)
    return value, stream


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


@njit(cache=True, error_model="numpy", forceinline=True)
def _step(k, v, early, end, stream, sign):  # type: ignore[no-untyped-def]
    """Variance after a step, and log return and factor of the martingale part of the index.

    `early`, `end`: the mean variance at both ends of the step. The log return is ``leverage`` times
    the new variance, plus a normal whose mean and variance are multiples of the average variance
    between; the expectation of the index is one exactly, whatever the scheme's error in the law of
    the variance, for what is divided by is conditional on v (Andersen 2008, K0*). Some of that is
    a square root: it is given as a factor, for logs cost more than the rest of a step.

    The average between is the mean of a squared Brownian bridge between the roots of both
    variances, (v + sqrt(v v') + v') / 3 and a constant: with Andersen's trapezium the fourth
    cumulant of a day's return is three per cent too large, and a call three deviations out six.
    """
    fade, gone, late, by_v, by_m, leverage, of_integral, own = k
    mean = v * fade + late * end + (gone - late) * early
    relative = _relative(mean, by_v * v + by_m * 0.5 * (early + end))
    weight = of_integral + 0.5 * own
    if _CERTAIN < relative <= _SWITCH:
        a, b = _squared_normal(mean, relative)
        z, stream = normal(stream)
        z = b + sign * z
        new = a * z * z
        cross = np.sqrt(v * a)
        # makes the expected average that of the trapezium
        constant = 0.5 * (v + mean) - (v + cross * b + mean) * (1.0 / 3.0)
        average = (v + cross * z + new) * (1.0 / 3.0) + constant
        lift, tilt = (leverage + weight * (1.0 / 3.0)) * a, weight * (1.0 / 3.0) * cross
        gap = 1.0 - 2.0 * lift
        certain = (lift * b * b + tilt * (b + 0.5 * tilt)) / gap + weight * (v / 3.0 + constant)
        factor = np.sqrt(gap)
    else:
        new, moment, stream = _zero_or_exponential(
            mean, relative, leverage + 0.5 * weight, stream, sign
        )
        average = 0.5 * (v + new)
        certain = 0.5 * weight * v
        factor = 1.0 / moment
    move = leverage * new + of_integral * average - certain
    if average > 0.0:
        z, stream = normal(stream)
        move += np.sqrt(own * average) * sign * z
    return new, move, factor, stream


@njit(cache=True, error_model="numpy")
def _jumps(p, dt, hazard, remaining, stream, sign):  # type: ignore[no-untyped-def]
    """A day with a jump: variance and log return it adds, and the hazard left after it.

    `hazard` is what the variance without today's jumps adds to the intensity, `remaining` what is
    missing to the next jump. Each jump in variance is a component that carries a hazard of its own.
    """
    rests, starts, lefts = np.empty(_JUMPS), np.empty(_JUMPS), np.empty(_JUMPS)
    rests[0], starts[0], lefts[0] = hazard, 0.0, remaining
    count, done = 1, 0
    added, move, carried = 0.0, 0.0, 0.0
    while done < count:
        rest, start, left = rests[done], starts[done], lefts[done]
        while left < rest:
            start += (1.0 - start) * left / rest  # a component's hazard is even over the day
            rest -= left
            left, stream = exponential(stream)
            size, stream = exponential(stream)
            size *= p[11]
            move += p[9] + p[12] * size
            if p[10] > 0.0:
                z, stream = normal(stream)
                move += p[10] * sign * z
            span = (1.0 - start) * dt
            if size <= 0.0 or span < 1e-12:
                added += size
                continue
            end, drift, factor, stream = _step(_constants(p, span), size, 0.0, 0.0, stream, sign)
            own = p[7] * 0.5 * (size + end) * span
            move += drift + np.log(factor) - own * p[8]
            added += end
            if count < _JUMPS:
                rests[count], starts[count] = own, start
                lefts[count], stream = exponential(stream)
                count += 1
        if done == 0:
            carried = left - rest
        done += 1
    return added, move, carried, stream


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
    to_m = p[4] * gone_m
    m_by_m = p[5] * p[5] * fade_m * gone_m / p[3]
    m_constant = p[5] * p[5] * p[4] * gone_m * gone_m / (2.0 * p[3])
    always, by_variance, compensator = p[6] * dt, p[7] * 0.5 * dt, p[8]
    jumping = p[6] > 0.0 or p[7] > 0.0
    for i in prange(n_paths):
        stream = seed_stream(seed, first + i // block)
        sign = -1.0 if i % block == 1 else 1.0
        remaining = np.inf
        if jumping:
            remaining, stream = exponential(stream)
        level, v, m = spot[i, 0], variance[i, 0], mean_variance[i, 0]
        for day in range(1, n_columns):
            end_m, stream = _draw(m * fade_m + to_m, m_by_m * m + m_constant, stream, sign)
            end_v, move, factor, stream = _step(k, v, m, end_m, stream, sign)
            move += drift * dt
            if jumping:
                hazard = always + by_variance * (v + end_v)
                move -= hazard * compensator
                if remaining < hazard:
                    added, jump, remaining, stream = _jumps(p, dt, hazard, remaining, stream, sign)
                    end_v += added
                    move += jump
                else:
                    remaining -= hazard
            level *= np.exp(move) * factor
            v, m = end_v, end_m
            spot[i, day] = level
            variance[i, day] = v
            mean_variance[i, day] = m
