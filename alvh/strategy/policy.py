"""A policy: everything a book does, as one value."""

from __future__ import annotations

from typing import Final, Literal, Self, get_args

from pydantic import Field, model_validator

from alvh.errors import ParameterError
from alvh.strategy.condor import CondorRule, StopRule, TimeShift
from alvh.strategy.costs import Costs
from alvh.strategy.layer import LAYERS_442, SECOND_LAYER, HedgeLayer
from alvh.strategy.regime import RegimeRule, SecondEngine
from alvh.strategy.vote import Condition, SignalName, Vote
from alvh.value import Value

__all__ = ["ALVH_SECOND", "ALVH_SIGNALS", "MOST_LAYERS", "Policy", "Preset"]

MOST_LAYERS = 6
ALVH_SIGNALS: Final[tuple[SignalName, ...]] = (
    "vix",
    "vix_curve",
    "macd_histogram",
    "rsi_spx",
    "breadth_below",
)
"""The signals the method adapts on, in the order of its pages."""
ALVH_SECOND: Final = SecondEngine(
    conditions=(
        Condition(signal="rsi_vix", level=30.0, side="below"),
        Condition(signal="breadth_divergence", level=1.0),
        Condition(signal="macd_histogram", level=0.0),
        Condition(signal="vix_curve", level=0.0),
        Condition(signal="cpi_surprise", level=1.5),
    ),
    needed=2,
)
"""The method's conditions of the Second Engine: a quiet VIX with diverging breadth, MACD of
VVIX/VIX, an inverted curve, a surprise of prices; two of five."""
Preset = Literal["unhedged", "static_calls", "static_stop", "static_layers", "alvh"]


class Policy(Value):
    """What a book trades, and when: immutable, validated, and written as JSON.

    Nothing in the engine knows a policy by name; presets are values like any other.
    """

    name: str = Field("policy", min_length=1, max_length=60, title="Name")
    condor: CondorRule = CondorRule()
    stop: StopRule = StopRule()
    shift: TimeShift = TimeShift()
    layers: tuple[HedgeLayer, ...] = Field((), max_length=MOST_LAYERS, title="Layers")
    regime: RegimeRule = RegimeRule()
    second: SecondEngine = SecondEngine()
    costs: Costs = Costs()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.shift.on and self.shift.dte <= self.condor.exit_dte:
            raise ValueError(
                f"shift.dte must be above condor.exit_dte, which is {self.condor.exit_dte} days, "
                f"got {self.shift.dte}"
            )
        for name in ("watch", "stress"):
            dte = getattr(self.regime, f"{name}_dte")
            if dte is not None and dte <= self.condor.exit_dte:
                raise ValueError(
                    f"regime.{name}_dte must be above condor.exit_dte, which is "
                    f"{self.condor.exit_dte} days, got {dte}"
                )
        if self.condor.strikes_by == "delta":
            most = max(self.condor.put_delta, self.condor.call_delta)
            if self.stop.kind == "short delta" and self.stop.delta <= most:
                raise ValueError(
                    f"stop.delta must be above the deltas sold, up to {most:g}, "
                    f"got {self.stop.delta:g}"
                )
            if self.shift.on and self.shift.delta <= most:
                raise ValueError(
                    f"shift.delta must be above the deltas sold, up to {most:g}, "
                    f"got {self.shift.delta:g}"
                )
        return self

    @classmethod
    def preset(cls, name: Preset) -> Self:
        """One of the five named policies, with default costs.

        ``unhedged`` : the condor alone, held to expiry.
        ``static_stop`` : the same with a stop at a loss of twice the credit (a barrier).
        ``static_calls`` : 10-delta VIX calls, 90 days, held to settlement and bought again (a
        barrier): forty, which under the default premia and costs are expected to lose as much a
        year as the 4/4/2 does (`docs/method.md`), so that the two are compared at equal spend.
        ``static_layers`` : the method's 4/4/2, rolled on its days whatever happens.
        ``alvh`` : the 4/4/2 that moves. Five signals vote (VIX, curve, MACD of VVIX/VIX, RSI of
        SPX, breadth) and two must agree: smaller condors in watch (two of the glossary's three
        tiers), none opened in stress (VIX Risk Scaling); the first layer is sold and bought anew
        once up 150 %; a Second Engine of VIX call spreads, bought for at most 15 % of the credit
        on two of five conditions.

        Raises
        ------
        ValueError
            If there is no preset of that name.
        """
        if name not in get_args(Preset):
            raise ParameterError(f"preset must be one of {', '.join(get_args(Preset))}, got {name}")
        changes: dict[Preset, dict[str, object]] = {
            "unhedged": {},
            "static_calls": {"layers": (HedgeLayer(dte=90, delta=0.10, quantity=40),)},
            "static_stop": {"stop": StopRule(kind="credit multiple", multiple=2.0)},
            "static_layers": {"layers": LAYERS_442},
            "alvh": {
                "layers": (
                    LAYERS_442[0].model_copy(update={"take_profit": 2.5}),
                    *LAYERS_442[1:],
                    SECOND_LAYER,
                ),
                "regime": RegimeRule(
                    votes=tuple(Vote.of(signal) for signal in ALVH_SIGNALS),
                    watch_votes=2,
                    stress_votes=2,
                    suspend="in stress",
                    watch_size=2 / 3,
                ),
                "second": ALVH_SECOND,
            },
        }
        return cls.model_validate({"name": name, **changes[name]})
