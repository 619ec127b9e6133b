"""The layers of the hedge as values. Tenors are calendar days; strikes and widths VIX points."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from alvh.strategy.scale import VixScale
from alvh.value import Value

__all__ = ["LAYERS_442", "SECOND_LAYER", "HedgeLayer", "Instrument", "Opens"]

Instrument = Literal["call", "call_spread", "future"]
Opens = Literal["always", "second engine", "short strike tested"]


def _in_regime(regime: str) -> int | None:
    quantity: int | None = Field(
        None,
        ge=-50,
        le=200,
        title=f"Quantity in {regime}",
        description=f"Contracts held in the {regime} regime; empty keeps the quantity of calm.",
        json_schema_extra={"unit": "", "step": 1},
    )
    return quantity


class HedgeLayer(Value):
    """One position in a VIX instrument on the future of its own expiry, opened again when it ends.

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
    roll_dte: int = Field(
        0,
        ge=0,
        le=269,
        title="Roll at",
        description="Calendar days to expiry at which it is sold and opened anew; 0 holds to "
        "settlement.",
        json_schema_extra={"unit": "days left", "step": 1},
    )
    strike_by: Literal["delta", "multiple"] = Field(
        "delta",
        title="Strike by",
        description="Black delta on the VIX future, or a multiple of the future.",
    )
    delta: float = Field(
        0.50,
        ge=0.05,
        le=0.95,
        title="Delta",
        description="Black delta, on the VIX future, of the long strike; nearest listed strike.",
        json_schema_extra={"unit": "", "step": 0.05},
    )
    multiple: float = Field(
        1.25,
        ge=0.5,
        le=5.0,
        title="Strike",
        description="Long strike as a multiple of the VIX future; nearest listed strike.",
        json_schema_extra={"unit": "× future", "step": 0.05},
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
        description="Contracts in calm; negative is short. A future is 1,000 dollars a VIX point, "
        "an option 100.",
        json_schema_extra={"unit": "", "step": 1},
    )
    watch_quantity: int | None = _in_regime("watch")
    stress_quantity: int | None = _in_regime("stress")
    scale: VixScale = Field(
        VixScale(), title="Quantity by VIX", description="Quantity by VIX when it is opened."
    )
    take_profit: float | None = Field(
        None,
        gt=1.0,
        le=50.0,
        title="Monetise at",
        description="Sold once worth this multiple of its cost, then opened anew; empty: never.",
        json_schema_extra={"unit": "× cost", "step": 0.25},
    )
    reopen_days: int = Field(
        0,
        ge=0,
        le=126,
        title="Wait after monetising",
        description="Trading days before the layer is opened again; 0 rolls it up and out at once.",
        json_schema_extra={"unit": "trading days", "step": 1},
    )

    opens: Opens = Field(
        "always",
        title="Opens",
        description="Always; while the Second Engine is on; or while a short strike is tested. "
        "Once open it runs on to its roll or settlement.",
    )
    tested_delta: float = Field(
        0.25,
        gt=0.0,
        lt=1.0,
        title="Tested at a short delta of",
        description="Absolute Black delta of either short strike from which a condor is tested.",
        json_schema_extra={"unit": "", "step": 0.05},
    )
    credit_share: float | None = Field(
        None,
        gt=0.0,
        le=1.0,
        title="Financed by",
        description="Premium is at most this share of the open condor's credit, and "
        "quantity is the most bought; empty: not limited.",
        json_schema_extra={"unit": "× credit", "step": 0.05},
    )
    neutral_band: float | None = Field(
        None,
        ge=0.0,
        le=10.0,
        title="Delta band",
        description="A future only: contracts are set anew to bring the book's delta nearest zero "
        "at each close at which it is beyond this band; quantity is the most, long or short. "
        "Empty: never.",
        json_schema_extra={"unit": "SPX deltas", "step": 0.1},
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.credit_share is not None and (self.instrument == "future" or self.quantity < 0):
            raise ValueError("credit_share must be empty for futures and short layers")
        if self.neutral_band is not None and self.instrument != "future":
            raise ValueError(f"neutral_band must be empty for a {self.instrument}")
        if self.roll_dte >= self.dte:
            raise ValueError(
                f"roll_dte must be below dte, which is {self.dte} days, got {self.roll_dte}"
            )
        return self

    @property
    def quantities(self) -> tuple[int, int, int]:
        """Contracts in calm, watch and stress."""
        calm = self.quantity
        watch = calm if self.watch_quantity is None else self.watch_quantity
        return calm, watch, calm if self.stress_quantity is None else self.stress_quantity


LAYERS_442 = (
    HedgeLayer(dte=30, roll_dte=21, quantity=4),
    HedgeLayer(dte=110, roll_dte=60, quantity=4),
    HedgeLayer(dte=220, roll_dte=150, quantity=2),
)
"""The method's 4/4/2 for ten condors, with the roll days of its public material."""

SECOND_LAYER = HedgeLayer(
    instrument="call_spread",
    dte=60,
    roll_dte=21,
    delta=0.25,
    width=10.0,
    quantity=10,
    opens="second engine",
    credit_share=0.15,
)
"""The method's Second Engine: VIX call spreads 45 to 90 days out, bought for 10 to 15 % of the
credit; the middle of the first range, the end of the second."""
