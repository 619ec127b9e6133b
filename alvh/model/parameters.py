"""Parameters of the one risk-neutral model every SPX and VIX price comes from.

Units: rates, yields, variances and volatilities are decimals a year (0.16 is 16 %); jump sizes are
log returns; intensities are jumps a year.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Self

import numpy as np
from pydantic import Field, model_validator

from alvh._typing import FloatArray
from alvh.value import Value

__all__ = ["ModelParameters"]


class ModelParameters(Value):
    r"""Affine two-factor stochastic volatility with jumps in price and variance.

    Under the risk-neutral measure,

    .. math::
        d\log S &= (r - q - (\lambda_0 + \lambda_1 v)\bar\mu - v/2)\,dt + \sqrt v\,dW_1 + Z_s\,dN\\
        dv &= \kappa (m - v)\,dt + \sigma\sqrt v\,dW_2 + Z_v\,dN\\
        dm &= \kappa_m (\theta - m)\,dt + \sigma_m\sqrt m\,dW_3

    with :math:`d\langle W_1, W_2\rangle = \rho\,dt`, :math:`W_3` independent, jumps of intensity
    :math:`\lambda_0 + \lambda_1 v`, :math:`Z_v \sim \mathrm{Exp}(\mu_v)` and
    :math:`Z_s | Z_v \sim N(\mu_s + \rho_J Z_v, \delta^2)`.

    Black-Scholes, Heston, Bates and SVCJ are presets of the same code, not other code.

    References
    ----------
    .. [1] Duffie, D., Pan, J. and Singleton, K. (2000). Transform analysis and asset pricing for
       affine jump-diffusions. *Econometrica* 68(6), 1343-1376.
    .. [2] Egloff, D., Leippold, M. and Wu, L. (2010). The term structure of variance swap rates
       and optimal variance swap investments. *J. Financ. Quant. Anal.* 45(5), 1279-1310.
    .. [3] Broadie, M., Chernov, M. and Johannes, M. (2007). Model specification and risk premia:
       evidence from futures options. *J. Finance* 62(3), 1453-1490.
    """

    rate: float = Field(0.03, ge=-0.2, le=0.5, title="Interest rate", description="r, a year")
    dividend_yield: float = Field(
        0.015, ge=-0.5, le=0.5, title="Dividend yield", description="q, a year"
    )
    kappa: float = Field(8.16, gt=0.0, le=100.0, title="Variance reversion speed")
    sigma: float = Field(0.717, ge=0.0, le=10.0, title="Volatility of variance")
    rho: float = Field(-0.877, ge=-1.0, le=1.0, title="Correlation of price and variance")
    mean_kappa: float = Field(1.057, gt=0.0, le=100.0, title="Mean-variance reversion speed")
    theta: float = Field(0.0332, ge=0.0, le=4.0, title="Long-run variance")
    mean_sigma: float = Field(0.1965, ge=0.0, le=10.0, title="Volatility of the mean variance")
    jump_intensity: float = Field(0.694, ge=0.0, le=200.0, title="Jump intensity, constant part")
    jump_intensity_slope: float = Field(
        18.5, ge=0.0, le=2000.0, title="Jump intensity per unit of variance"
    )
    jump_mean: float = Field(-0.0698, ge=-1.0, le=1.0, title="Mean log jump of the index")
    jump_std: float = Field(0.0275, ge=0.0, le=1.0, title="Standard deviation of the log jump")
    variance_jump_mean: float = Field(0.0843, ge=0.0, le=2.0, title="Mean jump of the variance")
    jump_correlation: float = Field(
        -0.239, ge=-20.0, le=20.0, title="Log jump of the index per unit of variance jump"
    )

    @model_validator(mode="after")
    def _moments_exist(self) -> Self:
        product = self.jump_correlation * self.variance_jump_mean
        if product >= 1.0:
            raise ValueError(
                "jump_correlation * variance_jump_mean must be < 1 for the index to have a mean, "
                f"got {product:g}"
            )
        feedback = self.jump_intensity_slope * self.variance_jump_mean
        if feedback >= self.kappa:
            raise ValueError(
                "jump_intensity_slope * variance_jump_mean must be < kappa for the variance to "
                f"have a mean, got {feedback:g} against kappa {self.kappa:g}"
            )
        return self

    @classmethod
    def default(cls) -> Self:
        """The calibrated two-factor SVCJ model.

        Fitted jointly by simulated moments to daily SPX, VIX and VIX3M style facts of 1999-2026
        and to listed VIX futures (months 1, 3, 5, 7) and VVIX of 2009-2024. Known misfit: VVIX
        falls as VIX rises (in the market it rises), so VIX options are dear in calm and cheap in
        stress; pages that price VIX options say so.
        """
        return cls()

    @classmethod
    def black_scholes(
        cls, *, volatility: float = 0.16, rate: float = 0.03, dividend_yield: float = 0.015
    ) -> Self:
        """Constant volatility: use it with ``variance = mean_variance = volatility**2``."""
        return cls._without_jumps(
            rate=rate,
            dividend_yield=dividend_yield,
            kappa=1.0,
            sigma=0.0,
            rho=0.0,
            theta=volatility**2,
        )

    @classmethod
    def heston(
        cls,
        *,
        kappa: float = 2.0,
        theta: float = 0.04,
        sigma: float = 0.5,
        rho: float = -0.7,
        rate: float = 0.03,
        dividend_yield: float = 0.015,
    ) -> Self:
        """Heston (1993): use it with ``mean_variance = theta``."""
        return cls._without_jumps(
            rate=rate, dividend_yield=dividend_yield, kappa=kappa, sigma=sigma, rho=rho, theta=theta
        )

    @classmethod
    def bates(
        cls,
        *,
        kappa: float = 5.0,
        theta: float = 0.03,
        sigma: float = 0.7,
        rho: float = -0.8,
        jump_intensity: float = 1.0,
        jump_mean: float = -0.05,
        jump_std: float = 0.04,
        rate: float = 0.03,
        dividend_yield: float = 0.015,
    ) -> Self:
        """Bates (1996): Heston with normal jumps in the log price."""
        heston = cls.heston(
            kappa=kappa,
            theta=theta,
            sigma=sigma,
            rho=rho,
            rate=rate,
            dividend_yield=dividend_yield,
        )
        return heston.model_copy(
            update={
                "jump_intensity": jump_intensity,
                "jump_mean": jump_mean,
                "jump_std": jump_std,
            }
        )

    @classmethod
    def svcj(
        cls,
        *,
        kappa: float = 5.0,
        theta: float = 0.03,
        sigma: float = 0.6,
        rho: float = -0.8,
        jump_intensity: float = 1.0,
        jump_mean: float = -0.05,
        jump_std: float = 0.03,
        variance_jump_mean: float = 0.05,
        jump_correlation: float = -0.2,
        rate: float = 0.03,
        dividend_yield: float = 0.015,
    ) -> Self:
        """One-factor SVCJ (Duffie, Pan and Singleton 2000): correlated jumps in both."""
        bates = cls.bates(
            kappa=kappa,
            theta=theta,
            sigma=sigma,
            rho=rho,
            jump_intensity=jump_intensity,
            jump_mean=jump_mean,
            jump_std=jump_std,
            rate=rate,
            dividend_yield=dividend_yield,
        )
        return bates.model_copy(
            update={
                "variance_jump_mean": variance_jump_mean,
                "jump_correlation": jump_correlation,
            }
        )

    @classmethod
    def _without_jumps(cls, **kept: float) -> Self:
        off = {
            "mean_kappa": 1.0,
            "mean_sigma": 0.0,
            "jump_intensity": 0.0,
            "jump_intensity_slope": 0.0,
            "jump_mean": 0.0,
            "jump_std": 0.0,
            "variance_jump_mean": 0.0,
            "jump_correlation": 0.0,
        }
        return cls(**{**off, **kept})

    @property
    def jump_compensator(self) -> float:
        r""":math:`\bar\mu = E[e^{Z_s} - 1]`, dimensionless."""
        exponent = self.jump_mean + 0.5 * self.jump_std**2
        return float(
            np.exp(exponent) / (1.0 - self.jump_correlation * self.variance_jump_mean) - 1.0
        )

    @property
    def jump_convexity(self) -> float:
        r""":math:`j = E[e^{Z_s} - 1 - Z_s] \ge 0`: what a jump adds to half the log contract."""
        mean = self.jump_mean + self.jump_correlation * self.variance_jump_mean
        return self.jump_compensator - mean

    def without_carry(self) -> Self:
        """The same dynamics at zero interest and dividends: what every Riccati solution hangs on.

        Caches key on it, so that a new interest rate solves nothing again.
        """
        if self.rate == 0.0 and self.dividend_yield == 0.0:
            return self
        return _without_carry(self)  # type: ignore[return-value]

    def dynamics(self) -> FloatArray:
        """What the kernels read: every parameter but the two carry rates, in a fixed order.

        Returns
        -------
        ndarray of shape (13,)
            kappa, sigma, rho, mean_kappa, theta, mean_sigma, jump_intensity,
            jump_intensity_slope, jump compensator, jump_mean, jump_std, variance_jump_mean,
            jump_correlation.
        """
        return np.array(
            [
                self.kappa,
                self.sigma,
                self.rho,
                self.mean_kappa,
                self.theta,
                self.mean_sigma,
                self.jump_intensity,
                self.jump_intensity_slope,
                self.jump_compensator,
                self.jump_mean,
                self.jump_std,
                self.variance_jump_mean,
                self.jump_correlation,
            ]
        )


@lru_cache(maxsize=256)
def _without_carry(model: ModelParameters) -> ModelParameters:
    return model.model_copy(update={"rate": 0.0, "dividend_yield": 0.0})
