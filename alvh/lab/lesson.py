"""The lesson of barriers and edges: what its five steps share.

Each step is a function of a frozen value of settings, and gives the same numbers in a notebook and
on the page: `alvh.lab.lesson_stop`, `lesson_insurance`, `lesson_certainty`, `lesson_edge` and
`lesson_motion`. Every comparison is made on the same futures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from pydantic import Field

from alvh.lab.study import Study, TypedMarket
from alvh.model import MarketState, ModelParameters, RiskPremia
from alvh.strategy import CondorRule, Costs, Policy
from alvh.strategy.policy import Preset
from alvh.value import Value

__all__ = ["Lesson"]


class Lesson(Value):
    """Market, condor, edge and futures of a step.

    The condor is the lesson's: ten, 16-delta, 45 days, held to expiry; only its wings are set.
    """

    model: ModelParameters = Field(default_factory=lambda: TypedMarket().model)
    state: MarketState = Field(default_factory=lambda: TypedMarket().state)
    wing: int = Field(
        50,
        ge=5,
        le=500,
        multiple_of=5,
        title="Wing width",
        description="Points between the short and the long strike on either side.",
        json_schema_extra={"unit": "points", "step": 5},
    )
    edge: float = Field(
        1.0,
        ge=0.0,
        le=1.5,
        title="Edge",
        description="Every risk premium moved together: 0 is none, 1 the calibrated ones.",
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
        description="What every book starts with. Cash earns the interest rate.",
        json_schema_extra={"unit": "$", "step": 10_000},
    )
    n_paths: int = Field(
        2_000,
        ge=200,
        le=20_000,
        title="Futures",
        description="Futures simulated, the same ones for every book; steps 1 and 3, which look "
        "at rare losses, take twice as many.",
        json_schema_extra={"unit": "", "step": 200},
    )
    seed: int = Field(
        1,
        ge=0,
        le=2**31 - 2,
        title="Seed",
        description="Another seed draws other futures: what changes with it is noise.",
        json_schema_extra={"unit": "", "step": 1},
    )

    @property
    def condor(self) -> CondorRule:
        """The condor of the lesson."""
        return CondorRule(wing=self.wing)

    @property
    def premia(self) -> RiskPremia:
        """Risk premia at the edge chosen."""
        return RiskPremia.default().scaled(self.edge)

    def preset(self, name: Preset, /, **changes: Any) -> Policy:
        """A preset on the lesson's condor and costs, with `changes` of its fields.

        Raises
        ------
        ValueError
            If there is no such preset, or the changes are refused.
        """
        same: dict[str, Any] = {"condor": self.condor}
        if not self.costs:
            same["costs"] = Costs.none()
        return Policy.preset(name).model_copy(update=same | changes)

    def study(self, policies: Sequence[Policy], horizon: int, **changes: Any) -> Study:
        """The same market, futures and account as a study of `policies` over `horizon` days."""
        fields: dict[str, Any] = {
            name: getattr(self, name)
            for name in ("model", "state", "edge", "costs", "capital", "n_paths", "seed")
        }
        return Study(policies=tuple(policies), horizon=horizon, **(fields | changes))

    def shared(self) -> Self:
        """These settings with every choice of a step at its default: what its futures rest on."""
        own = {name: getattr(self, name) for name in Lesson.model_fields}
        return type(self)(**own)
