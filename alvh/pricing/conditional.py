"""The VIX the model expects where the index has gone: the joint law seen along one axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alvh._typing import ArrayLike, FloatArray
from alvh.clock import VIX_HORIZON
from alvh.model.parameters import ModelParameters
from alvh.model.state import MarketState
from alvh.pricing._arguments import positive
from alvh.pricing.law import tilted_densities
from alvh.pricing.variance import log_contract_variance

__all__ = ["ConditionalVix", "vix_given_index"]

_FAINT = 1e-6  # density, relative to its peak, below which the ratio of series has no digits left


@dataclass(frozen=True)
class ConditionalVix:
    """VIX given the level of the index, in VIX points; arrays of shape (n,).

    Attributes
    ----------
    mean : root of the conditional mean of squared VIX.
    low, high : roots of that mean less and plus one conditional standard deviation.
    """

    mean: FloatArray
    low: FloatArray
    high: FloatArray


def vix_given_index(
    model: ModelParameters,
    state: MarketState,
    level: ArrayLike,
    tau: float,
    *,
    loading_model: ModelParameters | None = None,
) -> ConditionalVix:
    r"""VIX at `tau` years given where the index is then.

    Parameters
    ----------
    model : ModelParameters
        Dynamics; physical ones (``premia.physical(model)``) for where the market is likely to be.
    state : MarketState
        Scalar; today.
    level : array_like of shape (n,)
        Index points. Where the index is all but certain not to be (density below a millionth of
        its peak), the value at the nearest likely level is returned.
    tau : float
        Years, > 0.
    loading_model : ModelParameters, optional
        Risk-neutral parameters that turn the state into VIX; `model` if omitted.

    Notes
    -----
    :math:`E[\mathrm{VIX}^2 | S_T] = \int E[\mathrm{VIX}^2 e^{iuX}]e^{-iux}du / f(x)`: the transform
    differentiated in the direction of squared VIX, over the density.
    """
    levels = positive("level", level).ravel()
    tenor = float(positive("tau", tau))
    p, q, c = log_contract_variance(loading_model or model, VIX_HORIZON)
    spot, v, m = float(state.spot), float(state.variance), float(state.mean_variance)
    forward = spot * float(np.exp((model.rate - model.dividend_yield) * tenor))
    order = np.argsort(levels)
    x = np.log(levels[order] / forward)
    density, first, second = tilted_densities(model, tenor, v, m, (p, q), x)
    likely = density > _FAINT * density.max()
    mean = np.maximum(first[likely] / density[likely], 0.0)
    variance = np.maximum(second[likely] / density[likely] - mean * mean, 0.0)
    deviation = np.sqrt(variance)
    back = np.empty_like(order)
    back[order] = np.arange(order.size)

    def spread(value: FloatArray) -> FloatArray:
        everywhere = np.interp(x, x[likely], np.maximum(value + c, 0.0))
        return np.asarray(100.0 * np.sqrt(everywhere)[back])

    return ConditionalVix(
        spread(mean), spread(np.maximum(mean - deviation, 0.0)), spread(mean + deviation)
    )
