"""What trading costs."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from alvh.value import Value

__all__ = ["Costs"]


def _points(default: float, most: float, title: str, text: str, step: float) -> float:
    points: float = Field(
        default,
        ge=0.0,
        le=most,
        title=title,
        description=text,
        json_schema_extra={"unit": "points", "step": step},
    )
    return points


def _share(title: str, text: str) -> float:
    share: float = Field(
        0.0,
        ge=0.0,
        le=0.5,
        title=title,
        description=text,
        json_schema_extra={"unit": "of premium", "step": 0.005},
    )
    return share


class Costs(Value):
    """Half the quoted spread of each leg, widening with VIX; commissions; adverse selection.

    Half-spread of a leg, in points: base + widening x (VIX - 12 if positive), at most `widest`
    times the base, plus a share of the leg's premium. Defaults: the public material's 0.05 points
    for the four legs of a condor at VIX 12, 0.23 at 18, 0.75 at the widest; 0.05 to 0.10 for a
    VIX call; 1.30 dollars a contract. Settlement at expiry is free.
    """

    spx_half_spread: float = _points(
        0.0125, 5.0, "SPX half-spread", "Of each SPX leg, at VIX 12 or below.", 0.0025
    )
    spx_widening: float = _points(
        0.0075, 1.0, "SPX widening", "Added to it for each point of VIX above 12.", 0.0025
    )
    spx_fraction: float = _share("SPX premium share", "Added to it, of the leg's price.")
    vix_half_spread: float = _points(
        0.05, 5.0, "VIX half-spread", "Of each VIX option or future, at VIX 12 or below.", 0.01
    )
    vix_widening: float = _points(
        0.003, 1.0, "VIX widening", "Added to it for each point of VIX above 12.", 0.001
    )
    vix_fraction: float = _share("VIX premium share", "Added to it, of an option's price.")
    widest: float = Field(
        15.0,
        ge=1.0,
        le=100.0,
        title="Widest spread",
        description="Most that widening makes of a half-spread, as a multiple of its base.",
        json_schema_extra={"unit": "×", "step": 1.0},
    )
    commission: float = Field(
        1.30,
        ge=0.0,
        le=20.0,
        title="Commission",
        description="Dollars a contract and side.",
        json_schema_extra={"unit": "$", "step": 0.05},
    )
    adverse: float = Field(
        0.0,
        ge=0.0,
        le=1.0,
        title="Adverse selection",
        description="Charge on each condor traded, as a share of its credit or cost: what faster "
        "traders (the method's HFT and MEV) take.",
        json_schema_extra={"unit": "of premium", "step": 0.01},
    )

    @classmethod
    def none(cls) -> Self:
        """Free trading."""
        return cls(
            spx_half_spread=0.0,
            spx_widening=0.0,
            vix_half_spread=0.0,
            vix_widening=0.0,
            commission=0.0,
        )
