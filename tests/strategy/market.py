"""The model, its tables (built once a session) and hand-made markets of the engine's tests."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from alvh.model import ModelParameters
from alvh.pricing import PricingTables, implied_state, state_at_vix
from alvh.simulation import MarketPaths

MODEL = ModelParameters.default()
CALM = implied_state(MODEL, 5000.0, 16.0, 18.0)
STRESS = implied_state(MODEL, 5000.0, 45.0, 35.0)


@lru_cache(maxsize=1)
def tables() -> PricingTables:
    return PricingTables.build(MODEL)


def market(spot, vix, vix3m=None) -> MarketPaths:
    """Paths that show these closes of the index and of VIX, one path a row."""
    spots, near = np.broadcast_arrays(np.atleast_2d(spot).astype(float), np.atleast_2d(vix))
    if vix3m is None:
        state = state_at_vix(MODEL, spots, near, 0.02)
    else:
        state = implied_state(MODEL, spots, near, vix3m)
    return rows(spots, state.variance, state.mean_variance)


def rows(*arrays) -> MarketPaths:
    """Paths from arrays; contiguous, as simulated ones are, for nothing to be compiled again."""
    return MarketPaths(*(np.ascontiguousarray(array) for array in arrays))
