"""The condor as values: where its strikes go, when it is opened, closed, stopped and shifted.

Bounds, units and titles live on the fields and nowhere else; sliders, links and the command line
read them from here. Tenors are calendar days; SPX widths are index points.
"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from alvh.strategy.scale import VixScale
from alvh.value import Value

__all__ = ["CondorRule", "StopRule", "StrikeRule", "TimeShift"]

StrikeRule = Literal["delta", "expected move", "credit"]


class CondorRule(Value):
    """Where the four strikes of an iron condor go, and when it is opened and closed.

    Defaults: public material of the method where it trades 30 to 60 days out (16-delta shorts,
    45 days); ten condors, the unit its hedge is quoted for; held to expiry, as its glossary says.
    A strangle is the same rule with the wings off; a straddle one with both distances at zero.
    """

    dte: int = Field(
        45,
        ge=1,
        le=120,
        title="Days to expiry",
        description="Calendar days until the SPX options expire.",
        json_schema_extra={"unit": "days", "step": 1},
    )
    strikes_by: StrikeRule = Field(
        "delta",
        title="Short strikes by",
        description="Black delta of the short strike, multiples of the expected move, or the "
        "distance at which the whole condor earns a given credit.",
    )
    put_delta: float = Field(
        0.16,
        ge=0.02,
        le=0.50,
        title="Short put delta",
        description="Absolute Black delta of the short put; nearest listed strike.",
        json_schema_extra={"unit": "", "step": 0.01},
    )
    call_delta: float = Field(
        0.16,
        ge=0.02,
        le=0.50,
        title="Short call delta",
        description="Black delta of the short call; nearest listed strike.",
        json_schema_extra={"unit": "", "step": 0.01},
    )
    put_moves: float = Field(
        1.0,
        ge=0.0,
        le=4.0,
        title="Short put distance",
        description="Expected moves below spot: VIX/100 times the root of the tenor times spot.",
        json_schema_extra={"unit": "moves", "step": 0.05},
    )
    call_moves: float = Field(
        1.0,
        ge=0.0,
        le=4.0,
        title="Short call distance",
        description="Expected moves above spot: VIX/100 times the root of the tenor times spot.",
        json_schema_extra={"unit": "moves", "step": 0.05},
    )
    credit: float = Field(
        1.15,
        ge=0.05,
        le=200.0,
        title="Credit wanted",
        description="Points of credit for one condor; both distances are moved together, in the "
        "proportion of the two distances, until it is earned. The method's tiers at one day are "
        "0.70, 1.15 and 1.60.",
        json_schema_extra={"unit": "points", "step": 0.05},
    )
    wings: bool = Field(
        True,
        title="Wings",
        description="Off: a short strangle, or a straddle at distance zero, with no bought wings.",
    )
    wing: int = Field(
        50,
        ge=5,
        le=500,
        multiple_of=5,
        title="Wing width",
        description="Points between the short and the long strike on either side.",
        json_schema_extra={"unit": "points", "step": 5},
    )
    contracts: int = Field(
        10,
        ge=1,
        le=1000,
        title="Condors",
        description="Number of condors; the method quotes its hedge for ten.",
        json_schema_extra={"unit": "", "step": 1},
    )
    scale: VixScale = Field(
        VixScale(), title="Condors by VIX", description="Number of condors by VIX at entry."
    )
    profit_target: float = Field(
        1.0,
        gt=0.0,
        le=1.0,
        title="Profit target",
        description="Share of the credit at which the condor is bought back; 1 holds on.",
        json_schema_extra={"unit": "of credit", "step": 0.05},
    )
    exit_dte: int = Field(
        0,
        ge=0,
        le=119,
        title="Exit at",
        description="Calendar days to expiry at which the condor is closed; 0 holds to expiry.",
        json_schema_extra={"unit": "days left", "step": 1},
    )
    reentry_days: int = Field(
        0,
        ge=0,
        le=60,
        title="Wait after an early exit",
        description="Trading days without a condor after a stop, target or time exit; 0 opens the "
        "next one at the same close.",
        json_schema_extra={"unit": "trading days", "step": 1},
    )

    @model_validator(mode="after")
    def _exit_before_expiry(self) -> Self:
        if self.exit_dte >= self.dte:
            raise ValueError(
                f"exit_dte must be below dte, which is {self.dte} days, got {self.exit_dte}"
            )
        return self


class StopRule(Value):
    """When a losing condor is closed. Checked at each daily close and filled there.

    The loss is then whatever the market has already made of it: a stop is a decision, not a price.
    """

    kind: Literal["none", "credit multiple", "short delta"] = Field(
        "none",
        title="Stop",
        description="None; when the loss reaches a multiple of the credit; or when the Black delta "
        "of either short strike reaches a level.",
    )
    multiple: float = Field(
        2.0,
        gt=0.0,
        le=20.0,
        title="Stop at a loss of",
        description="Loss at which the condor is closed, as a multiple of its credit.",
        json_schema_extra={"unit": "× credit", "step": 0.25},
    )
    delta: float = Field(
        0.30,
        gt=0.0,
        lt=1.0,
        title="Stop at a short delta of",
        description="Absolute Black delta, at its own implied volatility, of either short strike.",
        json_schema_extra={"unit": "", "step": 0.05},
    )


class TimeShift(Value):
    """Rolling a tested condor to another expiry: the method's Time-Shift.

    Triggers and tenor: public material of the method (VIX above 16, 1 to 7 days out, no step in
    size). A roll realises the loss of the old condor and opens a new one by the same strike rule.
    """

    on: bool = Field(False, title="Time-shift", description="Whether tested condors are rolled.")
    delta: float = Field(
        0.40,
        gt=0.0,
        lt=1.0,
        title="Roll at a short delta of",
        description="Absolute Black delta of either short strike at which a condor is tested.",
        json_schema_extra={"unit": "", "step": 0.05},
    )
    vix: float = Field(
        16.0,
        ge=0.0,
        le=100.0,
        title="And VIX above",
        description="Roll only while VIX is at or above this level.",
        json_schema_extra={"unit": "VIX points", "step": 0.5},
    )
    dte: int = Field(
        7,
        ge=1,
        le=120,
        title="Roll to",
        description="Calendar days to expiry of the new condor.",
        json_schema_extra={"unit": "days", "step": 1},
    )
    size: float = Field(
        1.0,
        ge=0.1,
        le=3.0,
        title="Size of the new condor",
        description="Multiple of the old one's contracts; above 1 it is a martingale.",
        json_schema_extra={"unit": "×", "step": 0.1},
    )
    most: int = Field(
        4,
        ge=1,
        le=20,
        title="Rolls in a row",
        description="After so many the condor is left to its other rules.",
        json_schema_extra={"unit": "", "step": 1},
    )
    regime: Literal["any", "watch and stress", "stress"] = Field(
        "any",
        title="Roll only in",
        description="Regimes in which tested condors are rolled.",
    )
