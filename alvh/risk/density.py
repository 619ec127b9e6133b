r"""A smooth density of many numbers in milliseconds, with no rule of thumb behind it.

The numbers are binned once; the Gaussian kernel is the heat equation on the bins, solved by cosine
transforms; the bandwidth is the fixed point of Botev, Grotowski and Kroese (2010), *Annals of
Statistics* 38(5) (the improved Sheather-Jones method), which finds several humps where Silverman's
rule sees one wide one.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.fft import dct, idct
from scipy.optimize import brentq

from alvh._typing import FloatArray
from alvh.errors import require

__all__ = ["binned_density"]

BINS: Final = 1024
_STAGES: Final = 7
_FINEST: Final = 1 / 512  # bandwidth that a picture can still show, of the grid


def binned_density(x: FloatArray, low: float, high: float, at: FloatArray) -> FloatArray:
    """Density of `x` at some places between `low` and `high`.

    Parameters
    ----------
    x : ndarray of shape (n,)
        Any unit. What lies outside is counted, so that the density integrates to the share inside.
    low, high : float
        Ends of the grid; nothing leaks across them.
    at : ndarray of shape (m,)
        Places within the ends.

    Returns
    -------
    ndarray of shape (m,)
        Per unit of `x`, >= 0; zero where fewer than two different numbers are inside.
    """
    require(low < high, "low", low, f"below high, which is {high:g}")
    counts, edges = np.histogram(x, bins=BINS, range=(low, high))
    inside = int(counts.sum())
    if np.count_nonzero(counts) < 2:
        return np.zeros(at.shape)
    weights = dct(counts / inside)
    squared = np.arange(BINS, dtype=np.float64) ** 2
    time = _time(inside, squared[1:], (0.5 * weights[1:]) ** 2)
    if not np.isfinite(time):  # too few numbers, or a lump of equal ones: Silverman's rule
        places = (np.arange(BINS) + 0.5) / BINS
        centre = float(counts @ places) / inside
        time = float(counts @ (places - centre) ** 2) / inside * (4.0 / (3.0 * inside)) ** 0.4
    time = max(time, _FINEST**2)
    smooth = idct(weights * np.exp(-0.5 * np.pi**2 * squared * time))
    width = (high - low) / BINS
    density = np.maximum(smooth, 0.0) * (inside / (x.size * width))
    return np.asarray(np.interp(at, 0.5 * (edges[1:] + edges[:-1]), density))


def _time(n: int, squared: FloatArray, power: FloatArray) -> float:
    """Squared bandwidth over the squared length of the grid; infinite where there is none."""

    def excess(time: float) -> float:
        return time - _next_time(time, n, squared, power)

    end = 1e-7
    while end < 0.1:  # the smallest root: Botev's own search
        if excess(0.0) * excess(end) < 0.0:
            return float(brentq(excess, 0.0, end, xtol=1e-14))
        end *= 2.0
    return np.inf


def _next_time(time: float, n: int, squared: FloatArray, power: FloatArray) -> float:
    """Botev's map: the best time, were `time` the best for the seventh derivative."""
    norm = _roughness(_STAGES, time, squared, power)
    for s in range(_STAGES - 1, 1, -1):
        odd = float(np.prod(np.arange(1.0, 2.0 * s, 2.0))) / np.sqrt(2.0 * np.pi)
        factor = (1.0 + 0.5 ** (s + 0.5)) / 3.0
        pilot = (2.0 * factor * odd / (n * norm)) ** (2.0 / (3.0 + 2.0 * s))
        norm = _roughness(s, pilot, squared, power)
    return float((2.0 * n * np.sqrt(np.pi) * norm) ** -0.4)


def _roughness(s: int, time: float, squared: FloatArray, power: FloatArray) -> float:
    """Squared norm of the s-th derivative of the density smoothed for `time`."""
    terms = squared**s * power * np.exp(-(np.pi**2) * squared * time)
    return float(2.0 * np.pi ** (2 * s) * terms.sum())
