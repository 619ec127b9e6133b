"""Market paths: the one type every engine reads, whatever the days come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from alvh._typing import FloatArray
from alvh.errors import require

__all__ = ["MarketPaths"]


@dataclass(frozen=True)
class MarketPaths:
    """Daily closes of the index and its two variances along many paths.

    Attributes
    ----------
    spot, variance, mean_variance : ndarray of shape (n_paths, n_days + 1)
        Index points, and decimals a year. Column 0 is today. Read-only.
    block : int, default=1
        Consecutive paths that depend on one another: 2 for antithetic pairs. Standard errors are
        of the means of blocks.
    dates : ndarray of datetime64[D] of shape (n_days + 1,), optional
        Real days, of a historical path.
    """

    spot: FloatArray
    variance: FloatArray
    mean_variance: FloatArray
    block: int = 1
    dates: Any = None

    def __post_init__(self) -> None:
        shape = np.shape(self.spot)
        require(len(shape) == 2, "spot", f"{len(shape)} axes", "of shape (n_paths, n_days + 1)")
        for name in ("variance", "mean_variance"):
            given = np.shape(getattr(self, name))
            require(given == shape, name, str(given), f"of the shape of spot, {shape}")
        for name in ("spot", "variance", "mean_variance"):
            array = np.asarray(getattr(self, name), dtype=np.float64)
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @property
    def n_paths(self) -> int:
        """Number of paths."""
        return int(self.spot.shape[0])

    @property
    def n_days(self) -> int:
        """Trading days after today."""
        return int(self.spot.shape[1]) - 1
