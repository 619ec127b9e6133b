r"""Skewness of the index's log return, and Cboe's SKEW of the model.

Cumulants of the log return are derivatives of the exponent of its characteristic function, which is
affine in the state; so are they.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from alvh._typing import FloatArray, FloatOrArray
from alvh.clock import VIX_HORIZON
from alvh.model import MarketState, ModelParameters
from alvh.model.transform import affine_coefficients
from alvh.pricing._arguments import positive, shaped

__all__ = ["return_cumulants", "skew_index"]

_STEP = 1.5  # of the argument of the characteristic function
_POINTS = 5


@lru_cache(maxsize=64)
def return_cumulants(model: ModelParameters, tau: float) -> FloatArray:
    r"""Second and third cumulant of :math:`\log(S_T/S_0)` under Q, as functions of the state.

    Parameters
    ----------
    model : ModelParameters
    tau : float
        Years, > 0.

    Returns
    -------
    ndarray of shape (2, 3)
        Rows :math:`\kappa_2` and :math:`\kappa_3`; each is ``row @ (v, m, 1)``.

    Notes
    -----
    The exponent at :math:`iu` is :math:`\sum_n \kappa_n (iu)^n / n!`: its real part holds the even
    cumulants, its imaginary part the odd ones. Five points of each determine the first five, of
    which the first two are good to 1e-9 of their size.
    """
    k = _STEP * np.arange(1, _POINTS + 1)
    parts = [x[0] for x in affine_coefficients(model, 1j * k, [float(positive("tau", tau))])]
    orders = np.arange(1, _POINTS + 1)
    even = k[:, None] ** (2 * orders)
    odd = k[:, None] ** (2 * orders - 1)
    rows = []
    for sums, part, which, factor in ((even, "real", 0, -2.0), (odd, "imag", 1, -6.0)):
        values = np.stack([getattr(parts[i], part) for i in (1, 2, 0)], axis=1)
        rows.append(factor * np.linalg.solve(sums, values)[which])
    found = np.array(rows)
    found.flags.writeable = False
    return found


def skew_index(
    model: ModelParameters, state: MarketState, horizon: float = VIX_HORIZON
) -> FloatOrArray:
    r"""SKEW of the model, in points: :math:`100 - 10\,\kappa_3/\kappa_2^{3/2}`.

    Cboe's definition, of the log return over 30 days (Cboe 2010, *The CBOE Skew Index*); 100 where
    returns are symmetric, above it where the left tail is heavier.

    Parameters
    ----------
    model : ModelParameters
    state : MarketState
        Scalars or arrays that broadcast.
    horizon : float, default=30/365
        Years, > 0.

    Returns
    -------
    float or ndarray
        100 where there is no variance at all.
    """
    second, third = return_cumulants(model, horizon)
    v, m = np.broadcast_arrays(
        np.asarray(state.variance, dtype=np.float64),
        np.asarray(state.mean_variance, dtype=np.float64),
    )
    k2 = second[0] * v + second[1] * m + second[2]
    k3 = third[0] * v + third[1] * m + third[2]
    safe = np.where(k2 > 0.0, k2, 1.0)
    return shaped(100.0 - 10.0 * np.where(k2 > 0.0, k3 / safe**1.5, 0.0))
