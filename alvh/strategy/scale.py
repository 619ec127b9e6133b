"""How a size follows the level of VIX."""

from __future__ import annotations

from typing import Self

import numpy as np
from pydantic import Field, model_validator

from alvh._typing import ArrayLike, FloatArray
from alvh.value import Value

__all__ = ["VixScale"]


def _level(default: float, title: str) -> float:
    level: float = Field(
        default,
        gt=0.0,
        le=100.0,
        title=title,
        description="VIX level at which the factor beside it applies; straight lines between.",
        json_schema_extra={"unit": "VIX points", "step": 0.5},
    )
    return level


def _factor(title: str) -> float:
    factor: float = Field(
        1.0,
        ge=0.0,
        le=3.0,
        title=title,
        description="Multiple of the size; contracts are rounded to whole ones.",
        json_schema_extra={"unit": "×", "step": 0.05},
    )
    return factor


class VixScale(Value):
    """A factor of size, piecewise linear in VIX, constant beyond the outer levels.

    Off by default. The method's public material gives a quarter of the hedge at VIX 12, 60 to 75 %
    at 18 and all of it above 25: levels 12, 18, 25.
    """

    low: float = _level(12.0, "Low VIX")
    middle: float = _level(18.0, "Middle VIX")
    high: float = _level(25.0, "High VIX")
    at_low: float = _factor("Size at low VIX")
    at_middle: float = _factor("Size at middle VIX")
    at_high: float = _factor("Size at high VIX")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low < self.middle < self.high:
            raise ValueError(
                "levels of VIX must rise from low to middle to high, got "
                f"{self.low:g}, {self.middle:g}, {self.high:g}"
            )
        return self

    def factor(self, vix: ArrayLike) -> FloatArray:
        """Factor at levels of VIX in points; shape of `vix`."""
        levels = (self.low, self.middle, self.high)
        return np.asarray(
            np.interp(
                np.asarray(vix, dtype=np.float64),
                levels,
                (self.at_low, self.at_middle, self.at_high),
            )
        )
