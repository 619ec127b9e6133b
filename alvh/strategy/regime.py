"""Regimes of the market, and what a book does in each."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from alvh.value import Value

__all__ = ["REGIMES", "RegimeRule"]

REGIMES = ("calm", "watch", "stress")
Signal = Literal["vix", "curve", "average"]


def _threshold(default: float, title: str, text: str, unit: str, step: float, most: float) -> float:
    level: float = Field(
        default,
        ge=0.0,
        le=most,
        title=title,
        description=text,
        json_schema_extra={"unit": unit, "step": step},
    )
    return level


def _factor(title: str, text: str) -> float:
    factor: float = Field(
        1.0,
        ge=0.0,
        le=3.0,
        title=title,
        description=text,
        json_schema_extra={"unit": "×", "step": 0.05},
    )
    return factor


class RegimeRule(Value):
    """When the market is calm, to be watched, or under stress, and what changes then.

    Each signal votes for a regime at each close; a regime needs its number of votes (a vote for
    stress counts for watch too), and must be voted for on `hold_days` closes in a row before it
    replaces the one in force. Without signals it is always calm.

    Default thresholds of VIX and the suspension above 20: VIX Risk Scaling of the method's
    glossary. The others are conventions: an inverted curve, and VIX above its own average.
    """

    signals: tuple[Signal, ...] = Field(
        (),
        title="Signals",
        description="VIX; the curve, VIX over VIX3M; VIX over its own average. None: always calm.",
    )
    watch_vix: float = _threshold(
        15.0, "Watch at VIX", "VIX that votes for watch.", "VIX points", 0.5, 100.0
    )
    stress_vix: float = _threshold(
        20.0, "Stress at VIX", "VIX that votes for stress.", "VIX points", 0.5, 100.0
    )
    watch_curve: float = _threshold(
        0.95, "Watch at VIX/VIX3M", "Ratio that votes for watch.", "", 0.01, 2.0
    )
    stress_curve: float = _threshold(
        1.0, "Stress at VIX/VIX3M", "Ratio that votes for stress.", "", 0.01, 2.0
    )
    watch_average: float = _threshold(
        1.0, "Watch at VIX/average", "Ratio that votes for watch.", "", 0.05, 5.0
    )
    stress_average: float = _threshold(
        1.25, "Stress at VIX/average", "Ratio that votes for stress.", "", 0.05, 5.0
    )
    average_days: int = Field(
        5,
        ge=2,
        le=252,
        title="Days of the average",
        description="Closes in the average of VIX, today's among them; no vote before there are "
        "so many.",
        json_schema_extra={"unit": "trading days", "step": 1},
    )
    watch_votes: int = Field(
        1,
        ge=1,
        le=3,
        title="Votes for watch",
        description="Signals that must agree.",
        json_schema_extra={"unit": "", "step": 1},
    )
    stress_votes: int = Field(
        1,
        ge=1,
        le=3,
        title="Votes for stress",
        description="Signals that must agree.",
        json_schema_extra={"unit": "", "step": 1},
    )
    hold_days: int = Field(
        2,
        ge=1,
        le=60,
        title="Days to confirm",
        description="Closes in a row a new regime must be voted for before it takes over.",
        json_schema_extra={"unit": "trading days", "step": 1},
    )
    suspend: Literal["never", "in stress", "in watch and stress"] = Field(
        "never",
        title="No new condors",
        description="Regimes in which none is opened; those open run on.",
    )
    watch_size: float = _factor("Condors in watch", "Multiple of the contracts of a new condor.")
    stress_size: float = _factor("Condors in stress", "Multiple of the contracts of a new condor.")
    watch_distance: float = _factor(
        "Distance in watch", "Multiple of the log distance of new short strikes from the forward."
    )
    stress_distance: float = _factor(
        "Distance in stress", "Multiple of the log distance of new short strikes from the forward."
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for name in ("vix", "curve", "average"):
            watch, stress = getattr(self, f"watch_{name}"), getattr(self, f"stress_{name}")
            if watch > stress:
                raise ValueError(
                    f"watch_{name} must be at most stress_{name}, which is {stress:g}, "
                    f"got {watch:g}"
                )
        if len(set(self.signals)) != len(self.signals):
            raise ValueError(f"signals must differ, got {', '.join(self.signals)}")
        for name in ("watch_votes", "stress_votes"):
            votes = getattr(self, name)
            if self.signals and votes > len(self.signals):
                raise ValueError(
                    f"{name} must be at most the number of signals, {len(self.signals)}, "
                    f"got {votes}"
                )
        return self
