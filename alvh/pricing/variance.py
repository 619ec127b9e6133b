"""Expected variance over a horizon, and the log-contract variance VIX is made of.

All three are affine in the state, so one set of coefficients serves the VIX index, VIX products,
the implied state, and the scale of the pricing tables.
"""

from __future__ import annotations

import numpy as np

from alvh.model.parameters import ModelParameters

__all__ = ["log_contract_variance", "mean_variance_over"]


def _average_decay(speed: float, tau: float) -> float:
    """(1 - e^{-x tau}) / (x tau), one at zero."""
    x = speed * tau
    return float(-np.expm1(-x) / x) if abs(x) > 1e-12 else 1.0 - 0.5 * x


def mean_variance_over(
    model: ModelParameters, tau: float, *, jumps: bool = True
) -> tuple[float, float, float]:
    r"""Coefficients (a, b, c) of the mean of E[v] over `tau` years: :math:`a v + b m + c`.

    With `jumps` False, of the variance that has never jumped.
    """
    kick = model.variance_jump_mean if jumps else 0.0
    speed = model.kappa - model.jump_intensity_slope * kick  # variance reverts at this net speed
    own = _average_decay(speed, tau)
    mean = _average_decay(model.mean_kappa, tau)
    gap = speed - model.mean_kappa
    if abs(gap) > 1e-6 * model.kappa:
        cross = model.kappa * (mean - own) / gap
    else:  # equal speeds: the difference quotient becomes a derivative
        x = speed * tau
        cross = model.kappa * tau * (_average_decay(speed, tau) - float(np.exp(-x))) / x
    level = (model.kappa * model.theta + model.jump_intensity * kick) / speed
    return own, cross, level * (1.0 - own) - model.theta * cross


def log_contract_variance(model: ModelParameters, horizon: float) -> tuple[float, float, float]:
    r"""Coefficients (p, q, c) of VIX squared (decimal) over `horizon` years: :math:`p v + q m + c`.

    The log-contract definition: :math:`\mathrm{VIX}^2 = -2 E[\log(S_T/F)]/T`, which counts a jump
    by :math:`2(e^Z - 1 - Z)` and not by :math:`Z^2`.
    """
    a, b, c = mean_variance_over(model, horizon)
    j = model.jump_convexity
    gain = 1.0 + 2.0 * j * model.jump_intensity_slope
    return gain * a, gain * b, gain * c + 2.0 * j * model.jump_intensity
