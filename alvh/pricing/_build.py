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


_POWERS = 2.0 ** np.arange(-64.0, 65.0)
_ROOT = 1.0 / np.sqrt(np.pi)
FADDEEVA = faddeeva_coefficients(16)


@njit(cache=True, error_model="numpy", fastmath=True)
def _scaled_erfc(x, wr, wi, scale, coefficients, out_r, out_i):  # type: ignore[no-untyped-def]
    """erfcx(x w) = exp(x^2 w^2) erfc(x w) for an array `x` > 0 and Re w > 0.

    Weideman's (1994) rational function for the Faddeeva function at iw, in real arithmetic: the
    loop over `x` then runs in vector registers.
    """
    for j in range(x.size):
        ar, ai = scale + x[j] * wr, x[j] * wi
        size = 1.0 / (ar * ar + ai * ai)
        ir, ii = ar * size, -ai * size
        br, bi = scale - x[j] * wr, -ai
        zr, zi = br * ir - bi * ii, br * ii + bi * ir
        tr, ti = coefficients[0], 0.0
        for k in range(1, coefficients.size):
            tr, ti = tr * zr - ti * zi + coefficients[k], tr * zi + ti * zr
        sr, si = 2.0 * (tr * ir - ti * ii) + _ROOT, 2.0 * (tr * ii + ti * ir)
        out_r[j], out_i[j] = sr * ir - si * ii, sr * ii + si * ir


@njit(cache=True, error_model="numpy", fastmath=True)
def _add_exponential(size, angle, vr, vi, powers, out):  # type: ignore[no-untyped-def]
    """Add Im(exp(size + i angle) (vr + i vi)) to `out`, all arrays; to about 1e-8.

    Polynomials instead of the library's functions, so that the loop runs in vector registers:
    the half angle reduced to a quarter turn, and the exponential as a power of two times the rest.
    """
    for j in range(out.size):
        turns = angle[j] * (0.5 / np.pi)
        x = np.pi * (turns - np.floor(turns + 0.5))  # half the angle, within a quarter turn
        q = x * x
        sine = x * (
            1.0 + q * (-1 / 6 + q * (1 / 120 + q * (-1 / 5040 + q * (1 / 362880 - q / 39916800))))
        )
        cosine = 1.0 + q * (
            -1 / 2
            + q * (1 / 24 + q * (-1 / 720 + q * (1 / 40320 + q * (-1 / 3628800 + q / 479001600))))
        )
        r = min(max(size[j], -40.0), 40.0) * 1.4426950408889634
        whole = np.floor(r + 0.5)
        f = (r - whole) * 0.6931471805599453
        growth = 1.0 + f * (
            1.0
            + f * (1 / 2 + f * (1 / 6 + f * (1 / 24 + f * (1 / 120 + f * (1 / 720 + f / 5040)))))
        )
        growth *= powers[int(whole) + 64]
        out[j] += growth * ((1.0 - 2.0 * sine * sine) * vi[j] + 2.0 * sine * cosine * vr[j])


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
        wanted = 0
        asked = np.empty(strikes.shape[1])
        place = np.empty(strikes.shape[1], dtype=np.int64)
        for j in range(strikes.shape[1]):
            if strikes[i, j] > 0.0:
                asked[wanted], place[wanted] = strikes[i, j], j
                wanted += 1
        asked = asked[:wanted]
        square = asked * asked
        scaled_r, scaled_i = np.empty(wanted), np.empty(wanted)
        total = np.zeros(wanted)
        for k in range(z.shape[1]):
            node = z[row, k]
            root = np.sqrt(node)
            head = a[row, k] + b[row, k] * v[i] + c[row, k] * m[i] + node * constant
            if wanted == 0 or head.real - node.real * square[0] < -16.0:
                continue  # nothing left of the lowest strike, so of none
            _scaled_erfc(asked, root.real, root.imag, scale, coefficients, scaled_r, scaled_i)
            gr, gi = weight[row, k].real, weight[row, k].imag
            _add_exponential(
                head.real - node.real * square,
                head.imag - node.imag * square,
                scaled_r * gr - scaled_i * gi,
                scaled_r * gi + scaled_i * gr,
                _POWERS,
                total,
            )
        for j in range(wanted):
            out[i, place[j]] = total[j]
