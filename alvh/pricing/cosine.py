"""Fourier-cosine expansion of a law on the line, and European puts on it.

Owns the expansion only: it knows characteristic-function values and nothing of the model behind
them. X is a log return on the forward; prices are forward values per unit of forward.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alvh._typing import ComplexArray, FloatArray

__all__ = ["CosineSeries", "cosine_frequencies"]


def cosine_frequencies(width: float, n_terms: int) -> FloatArray:
    """Frequencies ``n * pi / width`` of the expansion on an interval of that width."""
    return np.arange(n_terms, dtype=np.float64) * (np.pi / width)


@dataclass(frozen=True)
class CosineSeries:
    r"""A (sub-)density of X on ``[low, low + width]`` as a cosine series.

    Attributes
    ----------
    low, width : float
        Truncation interval of X; mass outside it is lost.
    frequencies : ndarray of shape (n_terms,)
        As `cosine_frequencies`.
    weights : ndarray of shape (..., n_terms)
        Coefficients of the density; leading axes are different laws on one interval.

    References
    ----------
    .. [1] Fang, F. and Oosterlee, C. W. (2008). A novel pricing method for European options
       based on Fourier-cosine series expansions. *SIAM J. Sci. Comput.* 31(2), 826-848.
    """

    low: float
    width: float
    frequencies: FloatArray
    weights: FloatArray

    @classmethod
    def of(
        cls, low: float, width: float, frequencies: FloatArray, phi: ComplexArray
    ) -> CosineSeries:
        """Series from values `phi` of shape (..., n_terms) of :math:`E[e^{iuX}]`."""
        weights = (2.0 / width) * (phi * np.exp(-1j * frequencies * low)).real
        weights[..., 0] *= 0.5
        return cls(low, width, frequencies, weights)

    def density(self, x: FloatArray) -> FloatArray:
        """Density at `x` of shape (n,), zero outside the interval; shape (..., n)."""
        inside = (x >= self.low) & (x <= self.low + self.width)
        angle = np.multiply.outer(x - self.low, self.frequencies)
        return np.where(inside, self.weights @ np.cos(angle).T, 0.0)

    def distribution(self, x: FloatArray) -> FloatArray:
        """Probability (of a sub-density: mass) below `x` of shape (n,); shape (..., n)."""
        return self.weights @ _mass(self.frequencies, self._offset(x)).T

    def put(self, log_strike: FloatArray) -> FloatArray:
        r""":math:`E[(e^k - e^X)^+]` at `k` of shape (n,); shape (..., n).

        Puts, not calls: the put payoff is bounded, so truncating the right tail costs
        :math:`O(P(X > high))` and not :math:`O(E[e^X; X > high])`. Calls follow by parity.
        """
        return self.put_and_slopes(log_strike)[0]

    def put_and_slopes(self, log_strike: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The put, its first and its second derivative by the log strike, each (..., n)."""
        u = self.frequencies
        offset = self._offset(log_strike)
        angle = np.multiply.outer(offset, u)
        cosine, sine = np.cos(angle), np.sin(angle)
        psi = _mass(u, offset, sine)
        # chi of [1], the integral of e^x cos(u (x - low)) from low to the strike
        reach = np.exp(self.low + offset)[:, None]
        chi = ((cosine + u * sine) * reach - np.exp(self.low)) / (1.0 + u * u)
        strike = np.exp(log_strike)
        first = strike * (self.weights @ psi.T)
        interior = (offset > 0.0) & (offset < self.width)
        second = first + strike * np.where(interior, self.weights @ cosine.T, 0.0)
        return first - self.weights @ chi.T, first, second

    def _offset(self, x: FloatArray) -> FloatArray:
        return np.clip(x - self.low, 0.0, self.width)


def _mass(u: FloatArray, offset: FloatArray, sine: FloatArray | None = None) -> FloatArray:
    """Psi of Fang and Oosterlee: the integral of cos(u (x - low)) from low; (n, n_terms)."""
    if sine is None:
        sine = np.sin(np.multiply.outer(offset, u))
    out = np.empty_like(sine)
    out[:, 0] = offset
    out[:, 1:] = sine[:, 1:] / u[1:]
    return out
