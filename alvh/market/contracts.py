"""Multipliers and listed strike grids of SPX options, VIX options and VIX futures.

Strikes are in index points for SPX and in VIX points for VIX (16.0 means 16 %).
"""

from __future__ import annotations

import numpy as np

from alvh._typing import ArrayLike, FloatArray, FloatOrArray
from alvh.errors import require

__all__ = [
    "SPX_MULTIPLIER",
    "VIX_FUTURE_MULTIPLIER",
    "VIX_OPTION_MULTIPLIER",
    "spx_strike",
    "vix_strike",
    "vix_strikes",
]

SPX_MULTIPLIER = 100
"""Dollars a point of an SPX option."""
VIX_OPTION_MULTIPLIER = 100
"""Dollars a point of a VIX option."""
VIX_FUTURE_MULTIPLIER = 1000
"""Dollars a point of a VIX future."""

SPX_STEP = 5.0
VIX_BOUNDS = (15.0, 30.0, 50.0)
VIX_STEPS = (0.5, 1.0, 2.5, 5.0)


def spx_strike(price: ArrayLike) -> FloatOrArray:
    """Nearest listed SPX strike, every 5 points; halfway goes up.

    Parameters
    ----------
    price : array_like of shape (...)
        Index points; must be > 0.

    Returns
    -------
    float or ndarray of shape (...)
        Index points, at least 5.

    Raises
    ------
    ParameterError
        If `price` is not a positive finite number.
    """
    return _nearest(_positive(price, "price", "index"), np.float64(SPX_STEP))


def vix_strike(level: ArrayLike) -> FloatOrArray:
    """Nearest listed VIX strike; halfway goes up.

    Every 0.5 below 15, every 1 up to 30, every 2.5 up to 50, every 5 from there.

    Parameters
    ----------
    level : array_like of shape (...)
        VIX points; must be > 0.

    Returns
    -------
    float or ndarray of shape (...)
        VIX points, at least 0.5.

    Raises
    ------
    ParameterError
        If `level` is not a positive finite number.
    """
    x = _positive(level, "level", "VIX")
    # Each bound is a multiple of the steps on both its sides, so rounding never leaves the grid.
    return _nearest(x, np.asarray(VIX_STEPS)[np.searchsorted(VIX_BOUNDS, x, side="right")])


def vix_strikes(low: float = 5.0, high: float = 200.0) -> FloatArray:
    """All listed VIX strikes from `low` to `high`, both included.

    Parameters
    ----------
    low, high : float
        VIX points, ``0 < low <= high <= 10_000``.

    Returns
    -------
    ndarray of shape (n_strikes,)
        VIX points, increasing; empty if no strike lies between.

    Raises
    ------
    ParameterError
        If the bounds are not positive or not in order.
    """
    require(0.0 < low < np.inf, "low", low, "> 0 VIX points")
    require(low <= high <= 10_000.0, "high", high, f"from low ({low:g}) to 10,000 VIX points")
    edges = (0.0, *VIX_BOUNDS, max(high, VIX_BOUNDS[-1]) + VIX_STEPS[-1])
    pieces = [
        np.arange(start, stop, step)
        for start, stop, step in zip(edges[:-1], edges[1:], VIX_STEPS, strict=True)
    ]
    grid: FloatArray = np.concatenate(pieces)
    return grid[(grid >= low) & (grid <= high)]


def _positive(value: ArrayLike, name: str, points: str) -> FloatArray:
    x = np.asarray(value, dtype=np.float64)
    require((x > 0.0) & np.isfinite(x), name, x, f"a number of {points} points > 0")
    return x


def _nearest(x: FloatArray, step: FloatArray | np.float64) -> FloatOrArray:
    strike = np.maximum(np.floor(x / step + 0.5), 1.0) * step
    return strike if strike.ndim else float(strike)
