"""The Riccati transform against closed forms, a general ODE solver, and its own identities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from alvh.model import ModelParameters
from alvh.model.transform import affine_coefficients, coefficient_slopes, real_coefficients
from tests.model.strategies import diffusions, few, models, tenors

FULL = ModelParameters.default()
FREQUENCIES = np.array([0.5, 3.0, 20.0, 80.0, 300.0])


def heston_exponent(model, u, tau):
    """Coefficients of (1, v) for m = theta, in the stable branch of Albrecher et al. (2007)."""
    kappa, sigma, theta = model.kappa, model.sigma, model.theta
    b = kappa - 1j * model.rho * sigma * u
    d = np.sqrt(b * b + sigma**2 * (u * u + 1j * u))
    g = (b - d) / (b + d)
    decay = np.exp(-d * tau)
    a = kappa * theta / sigma**2 * ((b - d) * tau - 2.0 * np.log((1 - g * decay) / (1 - g)))
    return a, (b - d) / sigma**2 * (1 - decay) / (1 - g * decay)


def general_solver(model, s, w1, w2, tau):
    """The equations of Duffie, Pan and Singleton (2000), written out, by an eighth-order method."""

    def slope(_, y):
        b, c, _ = y
        jump = np.exp(s * model.jump_mean + 0.5 * s * s * model.jump_std**2)
        jump = jump / (1 - model.variance_jump_mean * (s * model.jump_correlation + b))
        jump = jump - 1 - s * model.jump_compensator
        return [
            model.sigma**2 * b * b / 2
            + (model.rho * model.sigma * s - model.kappa) * b
            + (s * s - s) / 2
            + model.jump_intensity_slope * jump,
            model.mean_sigma**2 * c * c / 2 - model.mean_kappa * c + model.kappa * b,
            model.mean_kappa * model.theta * c + model.jump_intensity * jump,
        ]

    start = np.array([w1, w2, 0.0], dtype=complex)
    end = solve_ivp(slope, (0.0, tau), start, "DOP853", rtol=1e-12, atol=1e-14).y[:, -1]
    return end[[2, 0, 1]]


@pytest.mark.parametrize("tau", [1 / 252, 0.1, 1.0])
def test_matches_heston_closed_form(tau):
    model = ModelParameters.heston()
    a, b, c = (x[0] for x in affine_coefficients(model, 1j * FREQUENCIES, [tau]))
    closed_a, closed_b = heston_exponent(model, FREQUENCIES, tau)
    np.testing.assert_allclose(b, closed_b, rtol=1e-9)
    # m stays at theta, so that all of C m belongs to the constant
    np.testing.assert_allclose(a + c * model.theta, closed_a, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("tau", [1 / 252, 0.1, 0.7])
@pytest.mark.parametrize(
    ("s", "w1", "w2"),
    [(5j, 0.0, 0.0), (60j, 0.0, 0.0), (0.5 + 8j, -2.0 + 1j, 0.3), (0.0, 3.0 + 40j, 1.0 + 9j)],
)
def test_matches_a_general_solver(s, w1, w2, tau):
    ours = affine_coefficients(FULL, s, [tau], omega_variance=w1, omega_mean=w2)
    np.testing.assert_allclose(
        np.ravel(ours), general_solver(FULL, s, w1, w2, tau), rtol=1e-8, atol=1e-9
    )


@given(model=models(), tau=tenors())
@example(model=ModelParameters.svcj(), tau=1 / 252)
def test_mass_and_martingale(model, tau):
    for solve in (affine_coefficients, real_coefficients):
        for coefficient in solve(model, [0.0, 1.0], [tau]):
            np.testing.assert_allclose(coefficient, 0.0, atol=1e-9)


@given(model=models(), u=st.floats(0.1, 300.0), first=tenors(), second=tenors())
@few()
def test_semigroup(model, u, first, second):
    a, b, c = affine_coefficients(model, 1j * u, [first, first + second])
    rest = affine_coefficients(
        model, 1j * u, [second], omega_variance=b[0], omega_mean=c[0], tolerance=1e-10
    )
    for whole, there, offset in zip((a, b, c), rest, (a[0], 0.0, 0.0), strict=True):
        np.testing.assert_allclose(offset + there[0], whole[1], rtol=2e-8, atol=2e-8)


@pytest.mark.parametrize("s", [7j, 200j, 2000j])
def test_looser_tolerance_changes_no_more_than_it_says(s):
    exact = affine_coefficients(FULL, s, [1 / 252, 0.25], tolerance=1e-13)
    for tolerance in (1e-6, 1e-10):
        rough = affine_coefficients(FULL, s, [1 / 252, 0.25], tolerance=tolerance)
        for near, far in zip(rough, exact, strict=True):
            np.testing.assert_allclose(near, far, rtol=20 * tolerance, atol=20 * tolerance)


def test_tenors_together_or_alone():
    taus = np.array([1.0, 5.0, 40.0]) / 252
    together = affine_coefficients(FULL, 1j * FREQUENCIES, taus)
    for i, tau in enumerate(taus):
        alone = affine_coefficients(FULL, 1j * FREQUENCIES, [tau])
        for some, one in zip(together, alone, strict=True):
            np.testing.assert_allclose(some[i], one[0], rtol=1e-8, atol=1e-9)


@given(model=models(), tau=tenors(), v=st.floats(0.0, 0.8), m=st.floats(0.0, 0.3))
@few()
def test_first_moments_are_slopes_at_zero(model, tau, v, m):
    h = 1e-4
    s = np.array([-h, h, 0, 0, 0, 0])
    w1 = np.array([0, 0, -h, h, 0, 0])
    w2 = np.array([0, 0, 0, 0, -h, h])
    a, b, c = (
        x[0]
        for x in real_coefficients(
            model, s, [tau], omega_variance=w1, omega_mean=w2, tolerance=1e-13
        )
    )
    log_mean, mean_v, mean_m = np.diff(a + b * v + c * m)[::2] / (2 * h)
    # the same by integrating the drifts over fine steps (a linear system, midpoint rule)
    speed = model.kappa - model.jump_intensity_slope * model.variance_jump_mean
    push = model.jump_intensity * model.variance_jump_mean
    drift = np.array(
        [
            [-speed, model.kappa, push],
            [0.0, -model.mean_kappa, model.mean_kappa * model.theta],
            [0.0, 0.0, 0.0],
        ]
    )
    step = np.eye(3) + sum(
        np.linalg.matrix_power(drift * tau / 512, k) / factorial
        for k, factorial in ((1, 1), (2, 2), (3, 6), (4, 24))
    )
    path = [np.array([v, m, 1.0])]
    for _ in range(512):
        path.append(step @ path[-1])
    assert mean_v == pytest.approx(path[-1][0], abs=1e-6)
    assert mean_m == pytest.approx(path[-1][1], abs=1e-6)
    average = np.array(path)[:, 0]
    integral = tau / 512 * (average.sum() - 0.5 * (average[0] + average[-1]))
    gain = 0.5 + model.jump_convexity * model.jump_intensity_slope
    expected = -gain * integral - model.jump_convexity * model.jump_intensity * tau
    assert log_mean == pytest.approx(expected, abs=2e-5)


@pytest.mark.parametrize("sigma", [0.0, 0.3, 0.62, 2.0])
def test_moments_of_any_size_are_solved_and_fall(sigma):
    # from e^16 on one less B over its pole is nothing in double precision, and from there on no
    # more than rounding: a division by it ended the frequency, whose memory was then read
    model = ModelParameters.heston(kappa=4.5, sigma=sigma, rho=-0.5)
    s = np.exp(np.arange(0.0, 58.0, 0.25))
    _, b, c = (
        x[0].real for x in affine_coefficients(model, 0.0, [0.19], omega_variance=-s, omega_mean=-s)
    )
    for x in (b, c):
        assert np.isfinite(x).all()
        assert (x < 0.0).all()
        assert (np.diff(x) <= 1e-9 * np.abs(x[1:])).all()


@given(model=models(), u=st.floats(0.1, 100.0), tau=tenors())
@few()
def test_slopes_are_derivatives_by_the_tenor(model, u, tau):
    h = 1e-4 * tau
    solved = affine_coefficients(model, 1j * u, [tau - h, tau, tau + h], tolerance=1e-12)
    _, b, c = solved
    slopes = coefficient_slopes(model, 1j * u, b[1], c[1])
    for coefficient, slope in zip(solved, slopes, strict=True):
        bump = (coefficient[2] - coefficient[0]) / (2 * h)
        np.testing.assert_allclose(slope, bump, rtol=1e-4, atol=1e-4)


@given(model=models(), tau=tenors(), v=st.floats(0.0, 0.8), m=st.floats(0.0, 0.3))
@few()
def test_paths_without_a_jump_are_part_of_all(model, tau, v, m):
    a, b, c = (x[0, 0].real for x in affine_coefficients(model, 0.0, [tau], jumps=False))
    mass = np.exp(a + b * v + c * m)
    assert 0.0 < mass <= 1.0 + 1e-12
    if model.jump_intensity_slope == 0.0:  # a constant intensity: the Poisson probability of none
        assert mass == pytest.approx(np.exp(-model.jump_intensity * tau), rel=1e-9)


@given(model=diffusions(), u=st.floats(0.1, 100.0), tau=tenors())
@few()
def test_without_jumps_both_laws_are_one(model, u, tau):
    every = affine_coefficients(model, 1j * u, [tau])
    none = affine_coefficients(model, 1j * u, [tau], jumps=False)
    for one, other in zip(every, none, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


def test_real_and_complex_solvers_agree_where_moments_exist():
    orders = np.array([-3.0, -1.0, 0.5, 2.0])
    real = real_coefficients(FULL, orders, [0.1], omega_variance=1.0, tolerance=1e-12)
    both = affine_coefficients(FULL, orders, [0.1], omega_variance=1.0)
    for one, other in zip(real, both, strict=True):
        np.testing.assert_allclose(one, other.real, rtol=1e-8, atol=1e-9)


def test_cir_moment_explodes_where_theory_says():
    # without jumps, at m = theta = 0:
    # E[e^{zv}] is finite iff z < 2 kappa / (sigma^2 (1 - e^{-kappa tau}))
    model = ModelParameters.heston(kappa=3.0, sigma=0.8, theta=0.0)
    tau = 0.25
    edge = 2 * model.kappa / (model.sigma**2 * -np.expm1(-model.kappa * tau))
    inside, outside = edge * (1 - 1e-3), edge * (1 + 1e-3)
    _, b, _ = real_coefficients(model, 0.0, [tau], omega_variance=[inside, outside])
    assert np.isfinite(b[0, 0])
    assert np.isinf(b[0, 1])


def test_moment_explodes_at_the_pole_of_the_jumps():
    # variance that only jumps: E[e^{zv}] is finite iff z e^{-kappa t} stays below 1 / jump mean
    model = ModelParameters.svcj(sigma=0.0).model_copy(update={"jump_intensity_slope": 0.0})
    edge = 1.0 / model.variance_jump_mean
    _, b, _ = real_coefficients(model, 0.0, [0.1], omega_variance=[0.999 * edge, 1.001 * edge])
    assert np.isfinite(b[0, 0])
    assert np.isinf(b[0, 1])
