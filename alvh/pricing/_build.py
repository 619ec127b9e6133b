"""Compiled loops that fill the pricing tables."""

from __future__ import annotations

import numpy as np
from numba import njit, prange

__all__ = ["FADDEEVA", "faddeeva_coefficients", "index_puts", "vix_calls"]


def faddeeva_coefficients(n: int) -> tuple[float, np.ndarray]:
    """Scale and polynomial coefficients of Weideman's (1994) rational Faddeeva function."""
    m = 2 * n
    k = np.arange(-m + 1, m)
    scale = np.sqrt(n / np.sqrt(2.0))
    t = scale * np.tan(k * np.pi / (2 * m))
    f = np.concatenate([[0.0], np.exp(-t * t) * (scale * scale + t * t)])
    a = np.fft.fft(np.fft.fftshift(f)).real / (2 * m)
    return float(scale), np.ascontiguousarray(a[1 : n + 1][::-1])


FADDEEVA = faddeeva_coefficients(16)


@njit(cache=True, inline="always", error_model="numpy")
def _scaled_erfc(w, scale, coefficients):  # type: ignore[no-untyped-def]
    """erfcx(w) = exp(w^2) erfc(w) for Re w > 0: the Faddeeva function at iw."""
    lower, upper = scale + w, scale - w
    ratio = upper / lower
    total = coefficients[0] + 0j
    for i in range(1, coefficients.size):
        total = total * ratio + coefficients[i]
    return 2.0 * total / (lower * lower) + (1.0 / np.sqrt(np.pi)) / lower


@njit(cache=True, parallel=True, error_model="numpy")
def index_puts(v, m, low, width, widths, a, b, c, a2, b2, c2, difference, strikes, out):  # type: ignore[no-untyped-def]
    """Add to `out` the undiscounted puts over forward of one part of the law, state by state.

    v, m, low, width (n,); `width` indexes `widths` and the first axis of the coefficients
    (n_widths, n_terms). With `difference`, the second set is subtracted (paths with a jump).
    strikes, out (n, n_x) in logs of the forward.
    """
    n_terms = a.shape[1]
    n_x = strikes.shape[1]
    for i in prange(v.size):
        level = width[i]
        span = widths[level]
        start = low[i]
        cosine, sine = np.ones(n_x), np.zeros(n_x)
        turn_c, turn_s = np.empty(n_x), np.empty(n_x)
        total = np.zeros(n_x)
        for j in range(n_x):
            offset = min(max(strikes[i, j] - start, 0.0), span)
            turn_c[j], turn_s[j] = np.cos(np.pi * offset / span), np.sin(np.pi * offset / span)
        base, mass = 0.0, 0.0
        spin = np.exp(-1j * np.pi * start / span)
        phase = 1.0 + 0j
        small = 0
        for k in range(n_terms):
            phi = np.exp(a[level, k] + b[level, k] * v[i] + c[level, k] * m[i])
            if difference:
                phi -= np.exp(a2[level, k] + b2[level, k] * v[i] + c2[level, k] * m[i])
            weight = 2.0 / span * (phi * phase).real
            phase *= spin
            if k == 0:
                weight *= 0.5
                mass = weight
                base += weight
                for j in range(n_x):
                    offset = min(max(strikes[i, j] - start, 0.0), span)
                    total[j] += weight * (offset - 1.0)
                    cosine[j], sine[j] = turn_c[j], turn_s[j]
                continue
            u = k * np.pi / span
            fall = weight / (1.0 + u * u)
            rise = fall / u
            base += fall
            for j in range(n_x):
                total[j] += rise * sine[j] - fall * cosine[j]
                turned = cosine[j] * turn_c[j] - sine[j] * turn_s[j]
                sine[j] = sine[j] * turn_c[j] + cosine[j] * turn_s[j]
                cosine[j] = turned
            if abs(phi) < 1e-7:
                small += 1
                if small > 4:
                    break
            else:
                small = 0
        floor = np.exp(start)
        for j in range(n_x):
            inside = min(max(strikes[i, j], start), start + span)
            reach = np.exp(inside)
            put = reach * total[j] + floor * base
            out[i, j] += put + (np.exp(strikes[i, j]) - reach) * mass * span
            if strikes[i, j] < start:
                out[i, j] -= put + (np.exp(strikes[i, j]) - reach) * mass * span


@njit(cache=True, parallel=True, error_model="numpy")
def vix_calls(v, m, level, constant, z, weight, a, b, c, strikes, scale, coefficients, out):  # type: ignore[no-untyped-def]
    """Undiscounted VIX calls (decimal) along the contour of each state's level; (n, n_y).

    Strikes that are not positive are passed over.
    """
    for i in prange(v.size):
        row = level[i]
        for k in range(z.shape[1]):
            node = z[row, k]
            root = np.sqrt(node)
            head = a[row, k] + b[row, k] * v[i] + c[row, k] * m[i] + node * constant
            for j in range(strikes.shape[1]):
                strike = strikes[i, j]
                if strike <= 0.0:  # below the floor of X: known without an integral
                    continue
                exponent = head - node * (strike * strike)
                if exponent.real < -20.0:
                    continue
                out[i, j] += (
                    np.exp(exponent)
                    * _scaled_erfc(strike * root, scale, coefficients)
                    * weight[row, k]
                ).imag
