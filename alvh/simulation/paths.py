"""Market paths: the one type every engine reads, whatever the days come from."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from alvh._typing import FloatArray
from alvh.errors import require
from alvh.simulation.factors import FactorModel, Factors, draw_factors

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
    history : DataFrame, optional
        Of a historical path: what was observed on those days, from which signals are taken.
    macro : MacroHistory, optional
        Of a historical path: monthly series.
    seed, first : int, optional
        Of simulated paths: where their random numbers come from. Without a seed nothing is known
        from outside the market.
    factor_model : FactorModel
        How signals from outside the market behave on simulated paths.
    panels : dict
        Signals taken from the history so far, kept for the next run on it.
    """

    spot: FloatArray
    variance: FloatArray
    mean_variance: FloatArray
    block: int = 1
    dates: Any = None
    history: Any = None
    macro: Any = None
    seed: int | None = None
    first: int = 0
    factor_model: FactorModel = field(default_factory=FactorModel)
    panels: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

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

    def one(self, i: int) -> MarketPaths:
        """Path `i` alone, with the same random numbers beside it.

        Raises
        ------
        ValueError
            If there is no such path.
        """
        require(0 <= i < self.n_paths, "path", i, f"from 0 to {self.n_paths - 1}")
        return replace(
            self,
            spot=self.spot[i : i + 1],
            variance=self.variance[i : i + 1],
            mean_variance=self.mean_variance[i : i + 1],
            block=1,
            first=self.first + i,
        )

    def factors(self) -> Factors | None:
        """Signals from outside the market, drawn anew each time; None without a seed."""
        if self.seed is None:
            return None
        arrays = (self.spot, self.variance, self.mean_variance)
        return draw_factors(self.factor_model, *arrays, self.seed, self.first)
