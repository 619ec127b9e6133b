"""What is traded, as values: the condor's rule and the layers of its hedge.

Bounds, units and titles live on the fields and nowhere else; sliders, links and the command line
read them from here. Tenors are calendar days; SPX widths are index points, VIX widths VIX points.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from alvh.value import Value

__all__ = ["LAYERS_442", "CondorRule", "HedgeLayer"]

Instrument = Literal["call", "call_spread", "future"]
StrikeRule = Literal["delta", "expected move"]


class CondorRule(Value):
    """Where the four strikes of an iron condor go.

    Defaults: public material of the method where it trades 30 to 60 days out (16-delta shorts,
    45 days); ten condors, the unit its hedge is quoted for.
    """

    dte: int = Field(
        45,
        ge=2,
        le=120,
        title="Days to expiry",
        description="Calendar days until the SPX options expire.",
        json_schema_extra={"unit": "days", "step": 1},
    )
    strikes_by: StrikeRule = Field(
        "delta",
        title="Short strikes by",
        description="Black delta of the short strike, or multiples of the expected move.",
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
        ge=0.2,
        le=4.0,
        title="Short put distance",
        description="Expected moves below spot: VIX/100 times the root of the tenor times spot.",
        json_schema_extra={"unit": "moves", "step": 0.05},
    )
    call_moves: float = Field(
        1.0,
        ge=0.2,
        le=4.0,
        title="Short call distance",
        description="Expected moves above spot: VIX/100 times the root of the tenor times spot.",
        json_schema_extra={"unit": "moves", "step": 0.05},
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


class HedgeLayer(Value):
    """One position in a VIX instrument on the future of its own expiry.

    Defaults: the first layer of the method's 4/4/2.
    """

    instrument: Instrument = Field(
        "call",
        title="Instrument",
        description="VIX call, VIX call spread (long the strike, short `width` above), VIX future.",
    )
    dte: int = Field(
        30,
        ge=7,
        le=270,
        title="Days to expiry",
        description="Calendar days until the VIX instrument settles.",
        json_schema_extra={"unit": "days", "step": 1},
    )
    delta: float = Field(
        0.50,
        ge=0.05,
        le=0.95,
        title="Delta",
        description="Black delta, on the VIX future, of the long strike; nearest listed strike.",
        json_schema_extra={"unit": "", "step": 0.05},
    )
    width: float = Field(
        10.0,
        ge=1.0,
        le=50.0,
        title="Spread width",
        description="VIX points from the long to the short strike of a call spread.",
        json_schema_extra={"unit": "VIX points", "step": 1.0},
    )
    quantity: int = Field(
        4,
        ge=-50,
        le=200,
        title="Quantity",
        description="Contracts; negative is short. A future is 1,000 dollars a VIX point, an "
        "option 100.",
        json_schema_extra={"unit": "", "step": 1},
    )


LAYERS_442 = (
    HedgeLayer(dte=30, quantity=4),
    HedgeLayer(dte=110, quantity=4),
    HedgeLayer(dte=220, quantity=2),
)
