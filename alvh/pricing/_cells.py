"""Functions of one number by cubics on narrow cells: for kernels, a fifth of the library's cost.

A cell is a sixty-fourth of an octave, found from the bits of the number; an error of 1e-10 is far
below that of any table these functions find a place in.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numba import njit

from alvh._compiled import OPTIONS
from alvh._typing import FloatArray

__all__ = ["HIGHEST", "cubics", "evaluate"]

_BITS = 6  # two to this power cells an octave
_OCTAVES = 14
HIGHEST = 2.0**_OCTAVES - 1.0  # numbers are taken from 1 to here
_SHIFT = np.uint64(52 - _BITS)
_FIRST = np.uint64(1023 << _BITS)  # the cell of 1, counted from the smallest number


def cubics(function: Callable[[FloatArray], FloatArray]) -> FloatArray:
    """Coefficients of the cubics through four Chebyshev points of each cell; (n_cells, 4)."""
    cells = 2**_BITS
    starts = np.ravel(2.0 ** np.arange(_OCTAVES)[:, None] * (1.0 + np.arange(cells) / cells))
    widths = np.repeat(2.0 ** np.arange(_OCTAVES) / cells, cells)
    points = 0.5 - 0.5 * np.cos(np.pi * (np.arange(4) + 0.5) / 4.0)
    values = function(starts[:, None] + widths[:, None] * points)
    scaled = np.linalg.solve(np.vander(points, increasing=True), values.T).T
    return np.asarray(scaled / widths[:, None] ** np.arange(4))


@njit(forceinline=True, fastmath={"contract"}, **OPTIONS)
def evaluate(table, y):  # type: ignore[no-untyped-def]
    """Value of a function at `y`, or at the nearer end of 1 to `HIGHEST`."""
    y = max(y, 1.0) if y < HIGHEST else HIGHEST
    place = np.float64(y).view(np.uint64) >> _SHIFT
    past = y - np.uint64(place << _SHIFT).view(np.float64)
    cell = place - _FIRST
    c0, c1, c2, c3 = table[cell, 0], table[cell, 1], table[cell, 2], table[cell, 3]
    return (c0 + past * c1) + past * past * (c2 + past * c3)
