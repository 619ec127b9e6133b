"""The two clocks, in one place.

Expiries and paths step trading days, 252 a year; the horizons inside VIX and VIX3M are calendar
days over 365. The interface speaks calendar days to expiry (`dte`).
"""

from __future__ import annotations

import numpy as np

from alvh._typing import ArrayLike, FloatOrArray
from alvh.errors import require

__all__ = [
    "CALENDAR_DAYS",
    "TRADING_DAYS",
    "VIX3M_HORIZON",
    "VIX_HORIZON",
    "trading_days",
    "year_fraction",
]

TRADING_DAYS = 252
CALENDAR_DAYS = 365
VIX_HORIZON = 30 / CALENDAR_DAYS
VIX3M_HORIZON = 93 / CALENDAR_DAYS


def trading_days(dte: ArrayLike) -> FloatOrArray:
    """Trading days in `dte` calendar days: ``round(dte * 252 / 365)``, at least one if dte > 0.

    Raises
    ------
    ValueError
        If `dte` is negative.
    """
    days = np.asarray(dte, dtype=np.float64)
    require(days >= 0.0, "dte", days, ">= 0 calendar days")
    n = np.maximum(np.rint(days * TRADING_DAYS / CALENDAR_DAYS), np.where(days > 0, 1, 0))
    return n.astype(np.int64) if n.ndim else int(n)


def year_fraction(n_days: ArrayLike) -> FloatOrArray:
    """Years of 252 trading days in `n_days` trading days."""
    tau = np.asarray(n_days, dtype=np.float64) / TRADING_DAYS
    return tau if tau.ndim else float(tau)
