"""The law of the index at one tenor: intervals, series length, and its two parts.

The log return on the forward is split by whether a jump has happened. Without a jump it is narrow
(a day at low variance: 0.3 %), with one it is wide (several per cent) but smooth on the scale of a
jump. One cosine series for both would need thousands of terms a day before expiry; one for each
needs a few hundred, and stays exact as the variance goes to zero.

Riccati coefficients do not depend on the state, so they are cached by (model, tenor, interval
width), with widths rounded up to powers of the square root of two: moving spot, variance or strike
solves nothing again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from alvh._typing import ComplexArray, FloatArray
from alvh.model.parameters import ModelParameters
from alvh.model.transform import affine_coefficients, coefficient_slopes, real_coefficients
from alvh.pricing.cosine import CosineSeries, cosine_frequencies
from alvh.pricing.variance import mean_variance_over

__all__ = ["IndexLaw", "Part", "index_law", "tilted_densities"]

_TAIL = 24.0  # log of the bound on the mass (4e-11; the mass itself is smaller) outside
_DECAY = 1e-12  # size of the last term kept
_MOMENTS = 0.5 * 1.6 ** np.arange(50)  # orders tried for the tail bound; the top fits std 1e-9
_MAX_TERMS = 1 << 14
_ATOM = 1e-17  # diffusive variance to expiry below which the no-jump part is a point


class _Coefficients:
    """Riccati solutions of one (model, tenor), solved on demand and kept."""

    def __init__(self, model: ModelParameters, tau: float, tolerance: float = 1e-10) -> None:
        self.model = model
        self.tau = tau
        self.tolerance = tolerance
        self._moments: dict[bool, tuple[FloatArray, FloatArray, FloatArray]] = {}
        self._series: dict[
            tuple[float, bool, tuple[float, float]],
            tuple[ComplexArray, ComplexArray, ComplexArray],
        ] = {}

    def moments(self, jumps: bool) -> tuple[FloatArray, FloatArray, FloatArray]:
        """A, B, C at the orders -/+ `_MOMENTS` (lower tail first), each (2, n)."""
        if jumps not in self._moments:
            orders = np.concatenate([-_MOMENTS, _MOMENTS])
            solved = real_coefficients(self.model, orders, [self.tau], jumps=jumps)
            a, b, c = (x[0].reshape(2, -1) for x in solved)
            self._moments[jumps] = a, b, c
        return self._moments[jumps]

    def series(
        self,
        width: float,
        n_terms: int,
        jumps: bool,
        omega: tuple[float, float] = (0.0, 0.0),
    ) -> tuple[ComplexArray, ComplexArray, ComplexArray]:
        """A, B, C at the first `n_terms` frequencies of that width, each (n_terms,).

        `omega` are real arguments of the terminal variance and mean variance.
        """
        key = (width, jumps, omega)
        known = self._series.get(key)
        have = 0 if known is None else known[0].size
        if have < n_terms:
            u = cosine_frequencies(width, n_terms)[have:]
            fresh = affine_coefficients(
                self.model,
                1j * u,
                [self.tau],
                omega_variance=omega[0],
                omega_mean=omega[1],
                jumps=jumps,
                tolerance=self.tolerance,
            )
            parts = [x[0] for x in fresh]
            if known is not None:
                parts = [np.concatenate(pair) for pair in zip(known, parts, strict=True)]
            known = (parts[0], parts[1], parts[2])
            self._series[key] = known
        assert known is not None
        a, b, c = known
        return a[:n_terms], b[:n_terms], c[:n_terms]


@lru_cache(maxsize=1024)
def _coefficients(model: ModelParameters, tau: float) -> _Coefficients:
    return _Coefficients(model, tau)


@lru_cache(maxsize=1024)
def _draft(model: ModelParameters, tau: float) -> _Coefficients:
    """Coefficients good to six digits: for pictures."""
    return _Coefficients(model, tau, tolerance=1e-7)


@dataclass(frozen=True)
class Part:
    """One part of the law on its interval: its transform, and the transform's derivatives.

    `phi` is the transform at the series' frequencies; `by_variance`, `by_variance_twice`,
    `by_mean_variance` and `by_tau` its derivatives by the state and the tenor (decimals, years).
    """

    low: float
    width: float
    frequencies: FloatArray
    phi: ComplexArray
    by_variance: ComplexArray
    by_variance_twice: ComplexArray
    by_mean_variance: ComplexArray
    by_tau: ComplexArray

    def series(self) -> CosineSeries:
        """The law alone."""
        return CosineSeries.of(self.low, self.width, self.frequencies, self.phi)

    def series_with_derivatives(self) -> CosineSeries:
        """The law and its derivatives by v, v twice, m and tau, on a leading axis of five."""
        stacked = np.stack(
            [self.phi, self.by_variance, self.by_variance_twice, self.by_mean_variance, self.by_tau]
        )
        return CosineSeries.of(self.low, self.width, self.frequencies, stacked)


@dataclass(frozen=True)
class IndexLaw:
    """The risk-neutral (or, for physical parameters, physical) law of log(S_T / forward).

    Attributes
    ----------
    parts : tuple of Part
        Densities: without a jump, and with at least one.
    atom : float
        Mass of a point at `atom_at` (only when the diffusive variance to expiry is zero).
    atom_at : float
        Log return on the forward where that point lies.
    """

    parts: tuple[Part, ...]
    atom: float
    atom_at: float

    def put(self, log_strike: FloatArray) -> FloatArray:
        """Puts per unit of forward at log strikes (of the forward) of shape (n,)."""
        total = self.atom * np.maximum(np.exp(log_strike) - np.exp(self.atom_at), 0.0)
        for part in self.parts:
            total = total + part.series().put(log_strike)
        floor = np.maximum(np.exp(log_strike) - 1.0, 0.0)
        return np.asarray(
            np.maximum(total, floor)
        )  # no-arbitrage bound; guards the last digits only

    def density(self, x: FloatArray) -> FloatArray:
        """Density of the log return on the forward at `x` of shape (n,); the atom is left out."""
        total = np.zeros_like(x)
        for part in self.parts:
            total = total + part.series().density(x)
        return np.maximum(total, 0.0)

    def distribution(self, x: FloatArray) -> FloatArray:
        """Probability that the log return on the forward is at most `x` of shape (n,)."""
        total = self.atom * (x >= self.atom_at)
        for part in self.parts:
            total = total + part.series().distribution(x)
        return np.clip(total, 0.0, 1.0)


def _interval(
    moments: tuple[FloatArray, FloatArray, FloatArray], v: float, m: float
) -> tuple[float, float]:
    """Interval outside which at most e^-_TAIL lies: Chernoff's bound, best of the orders tried."""
    a, b, c = moments
    with np.errstate(invalid="ignore", over="ignore"):
        log_moment = a + b * v + c * m
        reach = (log_moment + _TAIL) / _MOMENTS
    reach = np.where(np.isfinite(reach), reach, np.inf)
    low, high = reach.min(axis=1)
    if not np.isfinite(low + high):
        raise ArithmeticError("no moment of the log return exists at this tenor")
    return -float(low), float(high)


def _rounded(low: float, high: float) -> tuple[float, float]:
    """The interval, widened evenly to a width that is a power of the square root of two."""
    width = max(high - low, 1e-12)
    wide = float(2.0 ** (0.5 * np.ceil(2.0 * np.log2(width))))
    return low - 0.5 * (wide - width), wide


def _part(
    solved: _Coefficients, interval: tuple[float, float], v: float, m: float, jumps: bool
) -> Part:
    """The law on `interval`: without jumps, or (`jumps`) its excess over that."""
    low, width = _rounded(*interval)
    n = 128
    while True:
        u = cosine_frequencies(width, n)
        phi, slopes = _transform(solved, u, width, v, m, jumps)
        tail = np.abs(phi[-8:]).max()
        if tail < _DECAY or n >= _MAX_TERMS:
            break
        n *= 2
    keep = int(np.nonzero(np.abs(phi) >= 0.1 * _DECAY)[0][-1]) + 2 if np.any(phi) else 2
    keep = min(keep, n)
    return Part(low, width, u[:keep], phi[:keep], *(x[:keep] for x in slopes))


def _transform(
    solved: _Coefficients, u: FloatArray, width: float, v: float, m: float, jumps: bool
) -> tuple[ComplexArray, list[ComplexArray]]:
    total: ComplexArray = np.zeros(u.size, dtype=np.complex128)
    slopes = [np.zeros(u.size, dtype=np.complex128) for _ in range(4)]
    for with_jumps, sign in ((True, 1.0), (False, -1.0)) if jumps else ((False, 1.0),):
        a, b, c = solved.series(width, u.size, with_jumps)
        value = sign * np.exp(a + b * v + c * m)
        da, db, dc = coefficient_slopes(solved.model, 1j * u, b, c, jumps=with_jumps)
        total = total + value
        for k, factor in enumerate((b, b * b, c, da + db * v + dc * m)):
            slopes[k] = slopes[k] + value * factor
    return total, slopes


def index_law(
    model: ModelParameters, tau: float, variance: float, mean_variance: float
) -> IndexLaw:
    """Law of the log return on the forward at tenor `tau` > 0 (years) from that state."""
    return _index_law(model.without_carry(), tau, variance, mean_variance)


@lru_cache(maxsize=4096)
def _index_law(
    model: ModelParameters, tau: float, variance: float, mean_variance: float
) -> IndexLaw:
    solved = _coefficients(model, tau)
    v, m = variance, mean_variance
    jumping = model.jump_intensity > 0.0 or model.jump_intensity_slope > 0.0
    parts: list[Part] = []
    atom, atom_at = 0.0, 0.0
    diffusive = mean_variance_over(model, tau, jumps=False)
    if tau * float(diffusive[0] * v + diffusive[1] * m + diffusive[2]) < _ATOM:
        atom = float(np.exp(-model.jump_intensity * tau))
        atom_at = -model.jump_intensity * model.jump_compensator * tau
    else:
        parts.append(_part(solved, _interval(solved.moments(False), v, m), v, m, jumps=False))
    if jumping:
        parts.append(_part(solved, _interval(solved.moments(True), v, m), v, m, jumps=True))
    return IndexLaw(tuple(parts), atom, atom_at)


def tilted_densities(
    model: ModelParameters,
    tau: float,
    variance: float,
    mean_variance: float,
    loading: tuple[float, float],
    x: FloatArray,
) -> FloatArray:
    r"""Density of the log return, and its first two moments in Y = p v + q m, at `x` of shape (n,).

    Rows are :math:`f(x)`, :math:`E[Y; X = x]` and :math:`E[Y^2; X = x]` with (p, q) = `loading`:
    derivatives of the transform in the direction of Y, by central differences, inverted by the
    same series as the density. Shape (3, n). Needs a diffusive variance above zero.
    """
    model = model.without_carry()
    solved = _draft(model, tau)
    v, m = variance, mean_variance
    h = 0.05 / (loading[0] * (v + 0.01) + loading[1] * (m + 0.01))  # error (h Y)^2 / 12 or less
    jumping = model.jump_intensity > 0.0 or model.jump_intensity_slope > 0.0
    total = np.zeros((3, x.size))
    for jumps in (False, True) if jumping else (False,):
        low, width = _rounded(*_interval(solved.moments(jumps), v, m))
        n = 64
        while n < 1024:
            tail = _tilted(solved, width, n, v, m, jumps, (0.0, 0.0))[-4:]
            if np.abs(tail).max() < 1e-7:
                break
            n *= 2
        down, middle, up = (
            _tilted(solved, width, n, v, m, jumps, (step * loading[0], step * loading[1]))
            for step in (-h, 0.0, h)
        )
        moments = np.stack([middle, (up - down) / (2 * h), (up - 2 * middle + down) / (h * h)])
        total += CosineSeries.of(low, width, cosine_frequencies(width, n), moments).density(x)
    return total


def _tilted(
    solved: _Coefficients,
    width: float,
    n: int,
    v: float,
    m: float,
    jumps: bool,
    omega: tuple[float, float],
) -> ComplexArray:
    """Transform of one part of the law, weighted by exp(omega . (v, m)) at the tenor."""
    a, b, c = solved.series(width, n, jumps, omega)
    phi: ComplexArray = np.exp(a + b * v + c * m)
    if jumps:
        a, b, c = solved.series(width, n, False, omega)
        phi = phi - np.exp(a + b * v + c * m)
    return phi
