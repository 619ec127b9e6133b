r"""The one transform: :math:`E_Q[\exp(s X_\tau + \omega_1 v_\tau + \omega_2 m_\tau)]`.

X is the log of the index over its forward (carry is left to the callers), so the transform is
:math:`\exp(A + B v + C m)` with coefficients that depend on the tenor and not on the state. They
solve the generalised Riccati equations of Duffie, Pan and Singleton (2000), with `s` in place of
their :math:`iu`:

.. math::
    B' &= \sigma^2 B^2/2 + (\rho\sigma s - \kappa) B + (s^2 - s)/2 + \lambda_1 (J - 1 - s\bar\mu)\\
    C' &= \sigma_m^2 C^2/2 - \kappa_m C + \kappa B\\
    A' &= \kappa_m\theta C + \lambda_0 (J - 1 - s\bar\mu)\\
    J  &= \exp(s\mu_s + s^2\delta^2/2) / (1 - \mu_v (s\rho_J + B))

Solved frequency by frequency with an adaptive Dormand-Prince 5(4) pair. Two choices make it robust
where a fixed step fails:

- B is carried in the chart :math:`y = (B - b)/(1 - B/a)` with a, b the fixed points of the
  equation without J. A start at huge (real or complex) B, which the VIX transform needs, is a
  bounded start in y; and where J vanishes (no jumps, or a frequency above the inverse width of a
  jump) the flow is :math:`y = y_0 e^{-dt}` exactly, however stiff.
- The step adapts, so short transients at large frequencies cost steps only where they happen.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from alvh._typing import ArrayLike, ComplexArray, FloatArray
from alvh.model.parameters import ModelParameters

__all__ = ["affine_coefficients", "coefficient_slopes", "real_coefficients"]

_TOLERANCE = 1e-10
_MAX_STEPS = 50_000

# Dormand and Prince (1980), 5(4), first-same-as-last.
_A21 = 1 / 5
_A31, _A32 = 3 / 40, 9 / 40
_A41, _A42, _A43 = 44 / 45, -56 / 15, 32 / 9
_A51, _A52, _A53, _A54 = 19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729
_A61, _A62, _A63, _A64, _A65 = 9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656
_B1, _B3, _B4, _B5, _B6 = 35 / 384, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84
_E1, _E3, _E4 = 71 / 57600, -71 / 16695, 71 / 1920
_E5, _E6, _E7 = -17253 / 339200, 22 / 525, -1 / 40


@njit(cache=True, inline="always", error_model="numpy")
def _lift(y, inv_a):  # type: ignore[no-untyped-def]
    """Denominator of B in the chart, which is known to rounding: zero stands for less than that.

    A complex division by zero would end the frequency where it stands.
    """
    lift = 1.0 + y * inv_a
    if lift == 0.0:
        lift = 2.3e-16 + 0j
    return lift


@njit(cache=True, inline="always", error_model="numpy")
def _slopes(p, y, c, k):  # type: ignore[no-untyped-def]
    """Slopes of (y, C, A); `k` holds the constants of one frequency (see `_constants`)."""
    d, inv_a, b, q2, c0, jump, s_rho_j, scale, killing = k
    lift = _lift(y, inv_a)
    big = (b + y) / lift
    pole = 1.0 - p[11] * (s_rho_j + big)
    if pole == 0.0:
        pole = 1e-300 + 0j
    gain = jump / pole
    dy = -d * y + q2 * y * y + c0 + p[7] * gain * lift * lift * scale
    dc = 0.5 * p[5] * p[5] * c * c - p[3] * c + p[0] * big
    da = p[3] * p[4] * c + p[6] * (gain - killing)
    return dy, dc, da


@njit(cache=True, error_model="numpy")
def _constants(p, s, keep, chart):  # type: ignore[no-untyped-def]
    sigma2 = p[1] * p[1]
    reversion = p[0] - p[2] * p[1] * s
    killing = 1.0 + s * p[8]
    free = 0.5 * (s * s - s) - p[7] * killing
    jump = 0j  # not zero times a size that may overflow
    if keep > 0.0:
        jump = np.exp(s * p[9] + 0.5 * s * s * p[10] * p[10])
    if chart:
        d = np.sqrt(reversion * reversion - 2.0 * sigma2 * free)
        if d.real < 0.0:
            d = -d
        inv_a = sigma2 / (reversion + d)
        b = 2.0 * free / (reversion + d)
        scale = 1.0 / (1.0 - b * inv_a)
        return d, inv_a, b, 0j, 0j, jump, s * p[12], scale, killing
    return reversion, 0j, 0j, 0.5 * sigma2 + 0j, free, jump, s * p[12], 1.0 + 0j, killing


@njit(cache=True, error_model="numpy")
def _solve_one(p, s, w1, w2, keep, chart, taus, tol, out_a, out_b, out_c):  # type: ignore[no-untyped-def]
    """One frequency through every tenor of `taus` (ascending); inf where the moment explodes."""
    k = _constants(p, s, keep, chart)
    d, inv_a, b = k[0], k[1], k[2]
    linear = chart and abs(k[5]) * (p[7] + p[6]) < 1e-18  # no J: y decays exactly
    y = (w1 - b) / _lift(-w1, inv_a)
    y0 = y
    c = w2
    a = 0j
    t = 0.0
    steps = 0
    n = taus.size
    y1, c1, a1 = _slopes(p, y, c, k)
    rate = (abs(y1) / (1.0 + abs(y))) + (abs(c1) / (1.0 + abs(c))) + abs(a1) + abs(d)
    h_next = min(taus[n - 1], 0.02 / (rate + 1e-300))
    for i in range(n):
        end = taus[i]
        while t < end:
            h = min(h_next, end - t)
            landing = h >= end - t
            yt = y + h * _A21 * y1
            if linear:
                yt = y0 * np.exp(-d * (t + h / 5))
            y2, c2, _ = _slopes(p, yt, c + h * _A21 * c1, k)
            yt = y + h * (_A31 * y1 + _A32 * y2)
            if linear:
                yt = y0 * np.exp(-d * (t + 3 * h / 10))
            y3, c3, a3 = _slopes(p, yt, c + h * (_A31 * c1 + _A32 * c2), k)
            yt = y + h * (_A41 * y1 + _A42 * y2 + _A43 * y3)
            if linear:
                yt = y0 * np.exp(-d * (t + 4 * h / 5))
            y4, c4, a4 = _slopes(p, yt, c + h * (_A41 * c1 + _A42 * c2 + _A43 * c3), k)
            yt = y + h * (_A51 * y1 + _A52 * y2 + _A53 * y3 + _A54 * y4)
            if linear:
                yt = y0 * np.exp(-d * (t + 8 * h / 9))
            y5, c5, a5 = _slopes(p, yt, c + h * (_A51 * c1 + _A52 * c2 + _A53 * c3 + _A54 * c4), k)
            yt = y + h * (_A61 * y1 + _A62 * y2 + _A63 * y3 + _A64 * y4 + _A65 * y5)
            if linear:
                yt = y0 * np.exp(-d * (t + h))
            y6, c6, a6 = _slopes(
                p, yt, c + h * (_A61 * c1 + _A62 * c2 + _A63 * c3 + _A64 * c4 + _A65 * c5), k
            )
            yn = y + h * (_B1 * y1 + _B3 * y3 + _B4 * y4 + _B5 * y5 + _B6 * y6)
            if linear:
                yn = yt
            cn = c + h * (_B1 * c1 + _B3 * c3 + _B4 * c4 + _B5 * c5 + _B6 * c6)
            an = a + h * (_B1 * a1 + _B3 * a3 + _B4 * a4 + _B5 * a5 + _B6 * a6)
            y7, c7, a7 = _slopes(p, yn, cn, k)
            ey = h * abs(_E1 * y1 + _E3 * y3 + _E4 * y4 + _E5 * y5 + _E6 * y6 + _E7 * y7)
            if linear:
                ey = 0.0
            ec = h * abs(_E1 * c1 + _E3 * c3 + _E4 * c4 + _E5 * c5 + _E6 * c6 + _E7 * c7)
            ea = h * abs(_E1 * a1 + _E3 * a3 + _E4 * a4 + _E5 * a5 + _E6 * a6 + _E7 * a7)
            error = max(ey / (1.0 + abs(yn)), max(ec / (1.0 + abs(cn)), ea / (1.0 + abs(an)))) / tol
            steps += 1
            if error <= 1.0:
                t = end if landing else t + h
                y, c, a = yn, cn, an
                y1, c1, a1 = y7, c7, a7
            elif not error < 1e300:  # not a number: the trial step left the domain
                error = 1e5
            h_next = h * min(5.0, max(0.1, 0.9 * (error + 1e-12) ** -0.2))
            big = (b + y) / _lift(y, inv_a)
            exploded = steps > _MAX_STEPS
            if not chart:
                exploded = (
                    exploded
                    or h_next < 1e-14 * taus[n - 1]
                    or abs(big) > 1e9
                    or abs(c) > 1e9
                    or (keep > 0.0 and (1.0 - p[11] * (k[6] + big)).real <= 0.0)
                )
            if exploded:
                for j in range(i, n):
                    out_a[j], out_b[j], out_c[j] = np.inf, np.inf, np.inf
                return
        out_a[i] = a
        out_b[i] = (b + y) / _lift(y, inv_a)
        out_c[i] = c


@njit(cache=True, parallel=True, error_model="numpy")
def _solve(p, s, w1, w2, keep, chart, taus, tol):  # type: ignore[no-untyped-def]
    n = s.size
    # an error in a parallel loop is not raised: what it leaves unsolved must not look solved
    a = np.full((n, taus.size), np.inf, dtype=np.complex128)
    b, c = a.copy(), a.copy()
    for i in prange(n):
        _solve_one(p, s[i], w1[i], w2[i], keep, chart, taus, tol, a[i], b[i], c[i])
    return a, b, c


def _run(
    dynamics: FloatArray,
    s: ArrayLike,
    taus: ArrayLike,
    omega_variance: ArrayLike,
    omega_mean: ArrayLike,
    jumps: bool,
    chart: bool,
    tolerance: float,
) -> tuple[ComplexArray, ComplexArray, ComplexArray]:
    s, w1, w2 = np.broadcast_arrays(
        *(
            np.atleast_1d(np.asarray(x, dtype=np.complex128))
            for x in (s, omega_variance, omega_mean)
        )
    )
    tau = np.atleast_1d(np.asarray(taus, dtype=np.float64))
    a, b, c = _solve(
        dynamics,
        np.ascontiguousarray(s),
        np.ascontiguousarray(w1),
        np.ascontiguousarray(w2),
        1.0 if jumps else 0.0,
        chart,
        tau,
        tolerance,
    )
    return a.T, b.T, c.T


def affine_coefficients(
    model: ModelParameters,
    s: ArrayLike,
    taus: ArrayLike,
    *,
    omega_variance: ArrayLike = 0.0,
    omega_mean: ArrayLike = 0.0,
    jumps: bool = True,
    tolerance: float = _TOLERANCE,
) -> tuple[ComplexArray, ComplexArray, ComplexArray]:
    r"""Coefficients of :math:`E[e^{sX + \omega_1 v + \omega_2 m}] = e^{A + Bv + Cm}`.

    Parameters
    ----------
    model : ModelParameters
    s : array_like of complex, shape (n,)
        Argument of the log return; ``1j * u`` for the characteristic function, 0 for VIX products.
    taus : array_like of shape (n_tau,)
        Tenors in years of 252 trading days, ascending, > 0.
    omega_variance, omega_mean : array_like of complex, shape (n,), default=0
        Arguments of the terminal variance and mean variance. With ``s = 0`` any pair in the open
        upper half plane is admissible, whatever its real part: the flow maps that half plane into
        itself, which is what lets the contour of a VIX option bend to the right.
    jumps : bool, default=True
        False restricts the expectation to paths without a jump (a sub-probability), by killing at
        the jump intensity.
    tolerance : float
        Relative local error of a step.

    Returns
    -------
    tuple of three ndarrays of shape (n_tau, n)
        A, B, C.
    """
    return _run(model.dynamics(), s, taus, omega_variance, omega_mean, jumps, True, tolerance)


def real_coefficients(
    model: ModelParameters,
    s: ArrayLike,
    taus: ArrayLike,
    *,
    omega_variance: ArrayLike = 0.0,
    omega_mean: ArrayLike = 0.0,
    jumps: bool = True,
    tolerance: float = 1e-8,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """As `affine_coefficients`, for real arguments: moments, +inf where they do not exist.

    A moment explodes when B reaches infinity or the pole of the jump transform in finite time; both
    are detected, so the answer is the strip of finiteness itself and not an estimate of it.
    """
    a, b, c = _run(model.dynamics(), s, taus, omega_variance, omega_mean, jumps, False, tolerance)
    return a.real, b.real, c.real


def coefficient_slopes(
    model: ModelParameters, s: ArrayLike, b: ComplexArray, c: ComplexArray, *, jumps: bool = True
) -> tuple[ComplexArray, ComplexArray, ComplexArray]:
    """Derivatives of A, B, C by the tenor: the right-hand side of the Riccati equations.

    Parameters
    ----------
    s : array_like of complex, shape (n,)
    b, c : ndarray of shape (..., n)
        B and C at the tenor in question.
    jumps : bool
        As in `affine_coefficients`.

    Returns
    -------
    tuple of three ndarrays of shape (..., n)
        A', B', C', a year.
    """
    z = np.asarray(s, dtype=np.complex128)
    jump = np.exp(z * model.jump_mean + 0.5 * z * z * model.jump_std**2) / (
        1.0 - model.variance_jump_mean * (z * model.jump_correlation + b)
    )
    gain = (jump if jumps else 0.0) - 1.0 - z * model.jump_compensator
    slope_b = (
        0.5 * model.sigma**2 * b * b
        + (model.rho * model.sigma * z - model.kappa) * b
        + 0.5 * (z * z - z)
        + model.jump_intensity_slope * gain
    )
    slope_c = 0.5 * model.mean_sigma**2 * c * c - model.mean_kappa * c + model.kappa * b
    slope_a = model.mean_kappa * model.theta * c + model.jump_intensity * gain
    return slope_a, slope_b, slope_c
