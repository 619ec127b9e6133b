"""Parameters of the signals, with the bounds a control may give them."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from alvh.signals.volatility import MONTH
from alvh.value import Value

__all__ = ["Signals"]


def _days(default: int, low: int, high: int, title: str, text: str) -> int:
    number: int = Field(
        default,
        ge=low,
        le=high,
        title=title,
        description=text,
        json_schema_extra={"unit": "trading days", "step": 1},
    )
    return number


class Signals(Value):
    """Parameters of the signals.

    Defaults and ranges are those of the method's public material, where it names any: 12/26/9 with
    5-20/15-60/3-15 and RSI of 14 (2-30); breadth below its 21-day average with the index within
    0.8 % of its high of 63 days (21-126; averages of 10 to 50 days elsewhere); VIX against its
    averages of 5 and 200 days, and in deviations from its 20-day average; the expected range with
    a factor of 0.8 to 2.0 and a weight of 0.6 to 0.7 of the implied volatility. The others are
    conventions: a year for percentiles, a month for realised volatility, four years for forecasts,
    a week for a surprise, the day before a decision of the FOMC and the day itself.
    """

    macd_of: Literal["ratio", "log ratio"] = Field(
        "ratio",
        title="MACD of",
        description="VVIX/VIX, or its logarithm, whose moves weigh the same at every level.",
    )
    macd_fast: int = _days(12, 5, 20, "Fast span", "Span of the fast average of VVIX/VIX.")
    macd_slow: int = _days(26, 15, 60, "Slow span", "Span of the slow one; above the fast.")
    macd_average: int = _days(9, 3, 15, "Average span", "Span of the average of the MACD line.")
    rsi_days: int = _days(14, 2, 30, "RSI", "Changes in Wilder's averages.")
    breadth_days: int = _days(
        21, 5, 100, "Average of breadth", "Days of the average and slope of the breadth line."
    )
    breadth_window: int = _days(63, 21, 126, "High of the index", "Days of the high it is near.")
    breadth_near: float = Field(
        0.8,
        ge=0.0,
        le=5.0,
        title="Near its high",
        description="How far the index may be below it and still be near.",
        json_schema_extra={"unit": "%", "step": 0.1},
    )
    percentile_days: int = _days(252, 21, 1260, "Percentile of VIX", "Closes it is ranked among.")
    average_days: int = _days(5, 2, 252, "Average of VIX", "Closes in the short average.")
    long_days: int = _days(200, 50, 400, "Long average of VIX", "Closes in the long average.")
    score_days: int = _days(20, 5, 252, "Deviations of VIX", "Closes in mean and deviation.")
    range_factor: float = Field(
        1.0,
        ge=0.8,
        le=2.0,
        title="Factor of the daily range",
        description="Multiplies every expected daily range.",
        json_schema_extra={"unit": "×", "step": 0.01},
    )
    range_weight: float = Field(
        0.6,
        ge=0.0,
        le=1.0,
        title="Weight of implied volatility",
        description="In the blended range; the rest is realised volatility.",
        json_schema_extra={"unit": "", "step": 0.05},
    )
    realised_days: int = _days(MONTH, 5, 63, "Realised volatility", "Returns it is taken from.")
    forecast: Literal["har", "garch", "trailing"] = Field(
        "har",
        title="Forecast of volatility",
        description="HAR (each month anew), GARCH (each year anew, slower), or what was realised.",
    )
    estimate_days: int = _days(
        1000, 250, 2500, "Estimation window", "Days behind a forecast's parameters, at most."
    )

    surprise_days: int = _days(
        5,
        1,
        63,
        "Days of a surprise",
        "How long a surprise of CPI or PPI is reported, the day of its publication first; then it "
        "is no news.",
    )
    exchange_months: int = Field(
        3,
        ge=1,
        le=24,
        title="Move of the dollar",
        description="Months over which the move of the real exchange rate is taken.",
        json_schema_extra={"unit": "months", "step": 1},
    )
    fomc_before: int = _days(1, 0, 10, "Days before the FOMC", "In the window before a decision.")
    fomc_after: int = _days(0, 0, 10, "Days after the FOMC", "In the window after a decision.")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.macd_fast >= self.macd_slow:
            raise ValueError(
                f"macd_fast must be below macd_slow, which is {self.macd_slow}, "
                f"got {self.macd_fast}"
            )
        return self
