"""SPX iron condors hedged by adaptive layers of VIX instruments: prices, paths, policies, risk."""

import numba

__version__ = "0.1.0"

# Off by default in numba; it puts the four sums of `pricing.grid` into one register, twice as fast.
numba.config.SLP_VECTORIZE = 1  # type: ignore[attr-defined]
