"""Risk premia: what separates the physical measure P from the risk-neutral measure Q.

The only source of expected profit in the whole project: with `RiskPremia.none` every trade, hedge
and stop earns zero before costs.
"""

from __future__ import annotations

from typing import Self

from pydantic import Field

from alvh.model.parameters import ModelParameters
from alvh.value import Value

__all__ = ["RiskPremia"]


class RiskPremia(Value):
    """The gap between P and Q.

    Quantities that must stay positive (level, intensities, mean variance jump) carry a factor
    "physical over risk-neutral"; drift and mean jump carry a difference. Factors rather than
    differences, so that a premium scaled beyond one, or put on another model, can never turn an
    intensity or a variance negative.
    """

    equity: float = Field(
        0.05, ge=-0.5, le=0.5, title="Equity premium", description="P drift above r - q, a year"
    )
    theta: float = Field(0.0300 / 0.0332, gt=0.0, le=10.0, title="Long-run variance, P over Q")
    jump_intensity: float = Field(0.462 / 0.694, gt=0.0, le=10.0, title="Jump intensity, P over Q")
    jump_intensity_slope: float = Field(
        12.3 / 18.5, gt=0.0, le=10.0, title="Jump intensity slope, P over Q"
    )
    jump_mean: float = Field(0.0063, ge=-1.0, le=1.0, title="Mean log jump, P less Q")
    variance_jump_mean: float = Field(
        0.01775 / 0.0843, gt=0.0, le=10.0, title="Mean variance jump, P over Q"
    )

    @classmethod
    def default(cls) -> Self:
        """The calibrated premia (simulated moments of 1999-2026; see `ModelParameters.default`)."""
        return cls()

    @classmethod
    def none(cls) -> Self:
        """No premium: P is Q."""
        return cls(
            equity=0.0,
            theta=1.0,
            jump_intensity=1.0,
            jump_intensity_slope=1.0,
            jump_mean=0.0,
            variance_jump_mean=1.0,
        )

    def scaled(self, x: float) -> Self:
        """Every premium moved together: 0 is no edge, 1 the premia as they are.

        Differences are multiplied by `x`, factors raised to the power `x`.
        """
        return type(self)(
            equity=self.equity * x,
            theta=self.theta**x,
            jump_intensity=self.jump_intensity**x,
            jump_intensity_slope=self.jump_intensity_slope**x,
            jump_mean=self.jump_mean * x,
            variance_jump_mean=self.variance_jump_mean**x,
        )

    def physical(self, model: ModelParameters) -> ModelParameters:
        """The dynamics under P, as parameters of the same model.

        The equity premium enters as a lower dividend yield, so that the drift is r - q + premium
        while `rate` still discounts.
        """
        return model.model_copy(
            update={
                "dividend_yield": model.dividend_yield - self.equity,
                "theta": model.theta * self.theta,
                "jump_intensity": model.jump_intensity * self.jump_intensity,
                "jump_intensity_slope": model.jump_intensity_slope * self.jump_intensity_slope,
                "jump_mean": model.jump_mean + self.jump_mean,
                "variance_jump_mean": model.variance_jump_mean * self.variance_jump_mean,
            }
        )
