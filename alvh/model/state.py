"""The state of the market: the index and its two variances."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer

from alvh._typing import FloatArray
from alvh.errors import require
from alvh.value import Value

__all__ = ["MarketState"]


def _positive(name: str, *, strict: bool) -> BeforeValidator:
    allowed = "a finite number > 0" if strict else "a finite number >= 0"

    def check(value: Any) -> Any:
        try:
            array = np.array(value, dtype=np.float64)
        except (TypeError, ValueError):
            raise ValueError(f"{name} must be {allowed}, got {value!r}") from None
        require(
            np.isfinite(array) & ((array > 0.0) if strict else (array >= 0.0)), name, array, allowed
        )
        if array.ndim == 0:
            return float(array)
        array.setflags(write=False)
        return array

    return BeforeValidator(check)


_TO_JSON = PlainSerializer(
    lambda value: value.tolist() if isinstance(value, np.ndarray) else value, when_used="json"
)


class MarketState(Value):
    """Spot, variance and mean variance; scalars, or arrays that broadcast together.

    `spot` in index points; `variance` (v) and `mean_variance` (m) as decimals a year, so that
    0.04 is a volatility of 20 %.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    spot: Annotated[float | FloatArray, _positive("spot", strict=True), _TO_JSON] = Field(
        title="Spot"
    )
    variance: Annotated[float | FloatArray, _positive("variance", strict=False), _TO_JSON] = Field(
        title="Variance"
    )
    mean_variance: Annotated[
        float | FloatArray, _positive("mean_variance", strict=False), _TO_JSON
    ] = Field(title="Mean variance")
