"""Simulated paths of the model, under the physical or the risk-neutral measure."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from alvh.clock import TRADING_DAYS
from alvh.errors import require
from alvh.model.parameters import ModelParameters
from alvh.model.premia import RiskPremia
from alvh.model.state import MarketState
from alvh.simulation._kernels import fill_paths
from alvh.simulation.factors import FactorModel
from alvh.simulation.paths import MarketPaths

__all__ = ["Sampling", "simulate_paths"]

Sampling = Literal["independent", "antithetic"]

_MOST_PATHS = 1_000_000
_MOST_DAYS = 252 * 30


def simulate_paths(
    model: ModelParameters,
    premia: RiskPremia,
    state: MarketState,
    n_paths: int,
    n_days: int,
    seed: int,
    *,
    sampling: Sampling = "independent",
    first: int = 0,
    factors: FactorModel | None = None,
) -> MarketPaths:
    """Daily closes of spot, variance and mean variance from one state.

    Parameters
    ----------
    model : ModelParameters
        Risk-neutral parameters.
    premia : RiskPremia
        What turns them into physical ones; `RiskPremia.none` simulates under Q.
    state : MarketState
        Scalar; where every path starts.
    n_paths, n_days : int
        Paths (1 to 1,000,000) and trading days (1 to 7,560).
    seed : int
        0 to 2**63 - 1. Path i of a seed is the same whatever `n_paths` and the number of threads.
    sampling : {"independent", "antithetic"}
        Antithetic paths come in pairs whose normals and uniforms mirror one another (`n_paths`
        even, `MarketPaths.block` 2). They help over days and with VIX, next to nothing with condors
        over months; measured in `docs/method.md`.
    first : int, default=0
        Index of the first path: a long run can be drawn in pieces.
    factors : FactorModel, optional
        How signals from outside the market behave, should a policy look at them.

    Returns
    -------
    MarketPaths
        Arrays of shape (n_paths, n_days + 1).

    Raises
    ------
    ValueError
        If a size, the seed or the state is out of range; the message names it.

    Notes
    -----
    Quadratic-exponential variances, martingale-corrected log index (Andersen 2008, *Journal of
    Computational Finance* 11(3)), jumps at their exact times within the day.
    """
    require(1 <= n_paths <= _MOST_PATHS, "n_paths", n_paths, f"from 1 to {_MOST_PATHS:,}")
    require(1 <= n_days <= _MOST_DAYS, "n_days", n_days, f"from 1 to {_MOST_DAYS:,}")
    require(0 <= seed < 2**63, "seed", seed, "from 0 to 2**63 - 1")
    require(
        np.ndim(state.spot) == np.ndim(state.variance) == np.ndim(state.mean_variance) == 0,
        "state",
        "an array",
        "a single state",
    )
    require(sampling in get_args(Sampling), "sampling", sampling, " or ".join(get_args(Sampling)))
    block = 2 if sampling == "antithetic" else 1
    require(n_paths % block == 0, "n_paths", n_paths, "even for antithetic pairs")
    require(first >= 0 and first % block == 0, "first", first, "a multiple of the block, >= 0")
    physical = premia.physical(model)
    arrays = []
    for start in (state.spot, state.variance, state.mean_variance):
        array = np.empty((n_paths, n_days + 1))
        array[:, 0] = start
        arrays.append(array)
    fill_paths(
        physical.dynamics(),
        physical.rate - physical.dividend_yield,
        1.0 / TRADING_DAYS,
        seed,
        first // block,
        block,
        *arrays,
    )
    spot, variance, mean_variance = arrays
    return MarketPaths(
        spot,
        variance,
        mean_variance,
        block=block,
        seed=seed,
        first=first,
        factor_model=FactorModel() if factors is None else factors,
    )
