"""A study: everything a simulation depends on, as one value.

The Outcomes page and the command line both run one, so that the same settings and the same seed
give the same numbers in either.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

from pydantic import Field

from alvh.model import MarketState, ModelParameters, RiskPremia
from alvh.pricing import PricingTables, implied_state
from alvh.simulation.factors import FactorModel
from alvh.simulation.model import Sampling, simulate_paths
from alvh.simulation.paths import MarketPaths
from alvh.strategy import Costs, Outcomes, Policy, run_policies, simulate_policies
from alvh.strategy.engine import MOST_POLICIES
from alvh.strategy.policy import Preset
from alvh.value import Value

__all__ = ["Study", "TypedMarket"]


class TypedMarket(Value):
    """A market typed in. Levels in points, the rate in percent a year."""

    spot: float = Field(
        5000.0,
        ge=10.0,
        le=1_000_000.0,
        title="SPX",
        description="Level of the index.",
        json_schema_extra={"unit": "points", "step": 10.0},
    )
    vix: float = Field(
        16.0,
        ge=9.0,
        le=150.0,
        title="VIX",
        description="30-day implied volatility index.",
        json_schema_extra={"unit": "points", "step": 0.5},
    )
    vix3m: float = Field(
        18.0,
        ge=9.0,
        le=120.0,
        title="VIX3M",
        description="93-day implied volatility index; sets the slope of the VIX curve.",
        json_schema_extra={"unit": "points", "step": 0.5},
    )
    rate: float = Field(
        3.0,
        ge=-2.0,
        le=20.0,
        title="Interest rate",
        description="Continuous, a year.",
        json_schema_extra={"unit": "%", "step": 0.25},
    )

    @property
    def model(self) -> ModelParameters:
        """The default model at this interest rate."""
        return ModelParameters.default().model_copy(update={"rate": self.rate / 100.0})

    @property
    def state(self) -> MarketState:
        """The state that shows these levels, or the nearest one."""
        return implied_state(self.model, self.spot, self.vix, self.vix3m)


class Study(Value):
    """Policies from one market over one horizon, on common random numbers."""

    model: ModelParameters = Field(default_factory=lambda: TypedMarket().model)
    state: MarketState = Field(default_factory=lambda: TypedMarket().state)
    policies: tuple[Policy, ...] = Field(
        tuple(Policy.preset(name) for name in get_args(Preset)),
        min_length=1,
        max_length=MOST_POLICIES,
        title="Policies",
    )
    edge: float = Field(
        1.0,
        ge=0.0,
        le=1.5,
        title="Edge",
        description="Every risk premium moved together: 0 is none, so that no policy has an "
        "expected profit; 1 is the premium calibrated to 1999-2026.",
        json_schema_extra={"unit": "× premium", "step": 0.05},
    )
    costs: bool = Field(
        True, title="Costs", description="Whether spreads and commissions are charged."
    )
    capital: int = Field(
        500_000,
        ge=500,
        le=1_000_000_000,
        title="Account",
        description="What every policy starts with. Cash earns the interest rate.",
        json_schema_extra={"unit": "$", "step": 10_000},
    )
    horizon: int = Field(
        252,
        ge=21,
        le=2520,
        title="Horizon",
        description="Trading days simulated; 252 are a year.",
        json_schema_extra={"unit": "trading days", "step": 21},
    )
    n_paths: int = Field(
        2_000,
        ge=100,
        le=1_000_000,
        title="Paths",
        description="Futures simulated; the same ones for every policy.",
        json_schema_extra={"unit": "", "step": 500},
    )
    seed: int = Field(
        1,
        ge=0,
        le=2**31 - 1,
        title="Seed",
        description="Another seed draws other futures: what changes with it is noise.",
        json_schema_extra={"unit": "", "step": 1},
    )
    sampling: Sampling = Field(
        "independent",
        title="Sampling",
        description="Independent paths, or antithetic pairs.",
    )
    factors: FactorModel = Field(
        FactorModel(),
        title="Signals from outside",
        description="How breadth, surprises of prices and the dollar behave on simulated paths.",
    )

    @property
    def premia(self) -> RiskPremia:
        """Risk premia at the edge of the study."""
        return RiskPremia.default().scaled(self.edge)

    @property
    def charged(self) -> tuple[Policy, ...]:
        """The policies with their costs, or without if the study has none."""
        if self.costs:
            return self.policies
        return tuple(p.model_copy(update={"costs": Costs.none()}) for p in self.policies)

    def paths(self) -> MarketPaths:
        """The paths of the study, all at once."""
        return simulate_paths(
            self.model,
            self.premia,
            self.state,
            self.n_paths,
            self.horizon,
            self.seed,
            sampling=self.sampling,
            factors=self.factors,
        )

    def simulate(
        self,
        tables: PricingTables | None = None,
        paths: MarketPaths | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> Outcomes:
        """Run the policies on the paths of the study.

        Parameters
        ----------
        tables : PricingTables, optional
            Of the study's model; built if omitted.
        paths : MarketPaths, optional
            The study's own, if they are at hand; otherwise drawn piece by piece.
        progress : callable, optional
            As `simulate_policies`.

        Raises
        ------
        ValueError
            As `run_policies`.
        """
        tables = PricingTables.build(self.model) if tables is None else tables
        if paths is not None:
            return run_policies(paths, tables, self.charged, float(self.capital))
        return simulate_policies(
            self.model,
            self.premia,
            self.state,
            tables,
            self.charged,
            float(self.capital),
            n_paths=self.n_paths,
            n_days=self.horizon,
            seed=self.seed,
            sampling=self.sampling,
            factors=self.factors,
            chunk=2_500,
            progress=progress,
        )
