"""What a signal says of the market: votes for watch and stress, and the bounds of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from alvh.value import Value

__all__ = ["SIMULATED", "VOTERS", "Condition", "Side", "SignalName", "Vote", "Voter"]

SignalName: TypeAlias = Literal[
    "vix",
    "vix_percentile",
    "vix_to_average",
    "vix_to_long_average",
    "vix_score",
    "vix_curve",
    "contango",
    "range_percent",
    "implied_to_realised",
    "premium_points",
    "macd_histogram",
    "rsi_spx",
    "rsi_vix",
    "breadth_below",
    "breadth_divergence",
    "skew",
    "cpi_surprise",
    "ppi_surprise",
    "exchange_rate",
    "fomc",
]
"""Signals that may vote: columns of `alvh.signals.SIGNALS`."""
Side: TypeAlias = Literal["above", "below"]


@dataclass(frozen=True, slots=True)
class Voter:
    """How a signal votes unless told otherwise, and what it may be told.

    Attributes
    ----------
    watch, stress : float
        Levels, in the unit of the signal.
    low, high, step : float
        Range of the levels and step of their sliders.
    side : {"above", "below"}
        Whether the signal votes at and above its levels, or at and below them.
    source : str
        Where the levels come from.
    """

    watch: float
    stress: float
    low: float
    high: float
    step: float
    side: Side
    source: str

    @property
    def flag(self) -> bool:
        """Whether the signal is 0 or 1."""
        return self.low == 0.0 and self.high == 1.0


_METHOD = "public material of the method"
_OURS = "ours; the method names none"

VOTERS: Final[Mapping[SignalName, Voter]] = MappingProxyType(
    {
        "vix": Voter(15.0, 20.0, 5.0, 100.0, 0.5, "above", "VIX Risk Scaling, method's glossary"),
        "vix_percentile": Voter(80.0, 95.0, 0.0, 100.0, 1.0, "above", _OURS),
        "vix_to_average": Voter(1.0, 1.25, 0.2, 5.0, 0.05, "above", f"{_METHOD}; stress ours"),
        "vix_to_long_average": Voter(1.0, 1.5, 0.2, 5.0, 0.05, "above", f"{_METHOD}; stress ours"),
        "vix_score": Voter(1.5, 2.5, -4.0, 4.5, 0.1, "above", f"{_METHOD}; stress ours"),
        "vix_curve": Voter(-0.05, 0.0, -0.5, 1.0, 0.01, "above", "inversion; watch ours"),
        "contango": Voter(0.0, -0.05, -0.5, 0.5, 0.01, "below", "backwardation; stress ours"),
        "range_percent": Voter(0.94, 1.26, 0.3, 6.0, 0.02, "above", f"{_METHOD}; stress is VIX 20"),
        "implied_to_realised": Voter(0.0, -0.2, -1.0, 3.0, 0.02, "below", _OURS),
        "premium_points": Voter(0.0, -3.0, -60.0, 40.0, 0.5, "below", _OURS),
        "macd_histogram": Voter(0.0, 0.25, -2.0, 2.0, 0.01, "above", f"{_METHOD}; stress ours"),
        "rsi_spx": Voter(45.0, 40.0, 0.0, 100.0, 1.0, "below", _METHOD),
        "rsi_vix": Voter(60.0, 70.0, 0.0, 100.0, 1.0, "above", _METHOD),
        "breadth_below": Voter(1.0, 1.0, 0.0, 1.0, 1.0, "above", _METHOD),
        "breadth_divergence": Voter(1.0, 1.0, 0.0, 1.0, 1.0, "above", _METHOD),
        "skew": Voter(140.0, 150.0, 80.0, 200.0, 1.0, "above", _OURS),
        "cpi_surprise": Voter(1.5, 2.5, -5.0, 5.0, 0.1, "above", f"{_METHOD}; stress ours"),
        "ppi_surprise": Voter(1.5, 2.5, -5.0, 5.0, 0.1, "above", f"{_METHOD}; stress ours"),
        "exchange_rate": Voter(1.5, 2.5, -5.0, 5.0, 0.1, "above", f"{_METHOD}; stress ours"),
        "fomc": Voter(1.0, 1.0, 0.0, 1.0, 1.0, "above", _METHOD),
    }
)
"""Every signal that may vote. Both thresholds of a 0-or-1 signal are 1: it votes for both."""

SIMULATED: Final[Mapping[SignalName, str]] = MappingProxyType(
    {
        "contango": "the model's future of 21 trading days stands for the first listed one",
        "premium_points": "what was realised stands for the forecast",
        "breadth_below": "the line is drawn by the factor model",
        "breadth_divergence": "the line is drawn by the factor model",
        "cpi_surprise": "drawn by the factor model",
        "ppi_surprise": "drawn by the factor model",
        "exchange_rate": "drawn by the factor model",
        "fomc": "a decision every 31.5 trading days",
        "skew": "the model's own",
    }
)
"""How a signal of simulated paths differs from that of real days, where it does."""


class Vote(Value):
    """One signal's votes: for watch at one level, for stress (and watch) at another.

    A signal that is unavailable votes for nothing.
    """

    signal: SignalName = Field("vix", title="Signal", description="Which signal votes.")
    watch: float = Field(15.0, title="Watch at", description="Level that votes for watch.")
    stress: float = Field(20.0, title="Stress at", description="Level that votes for stress.")
    side: Side = Field(
        "above",
        title="Votes",
        description="At and above its levels, or at and below them. Where pages of the method "
        "contradict each other the direction is yours to choose.",
    )

    @classmethod
    def of(cls, signal: SignalName) -> Self:
        """The vote of a signal at its default levels."""
        voter = VOTERS[signal]
        return cls(signal=signal, watch=voter.watch, stress=voter.stress, side=voter.side)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for name in ("watch", "stress"):
            _check_level(self.signal, name, getattr(self, name))
        wrong = self.watch > self.stress if self.side == "above" else self.watch < self.stress
        if wrong:
            most = "at most" if self.side == "above" else "at least"
            raise ValueError(
                f"watch of {self.signal} must be {most} its stress, which is {self.stress:g}, "
                f"got {self.watch:g}"
            )
        return self


class Condition(Value):
    """One signal at or beyond a level: what the Second Engine counts."""

    signal: SignalName = Field("vix", title="Signal", description="Which signal is looked at.")
    level: float = Field(20.0, title="Level", description="In the unit of the signal.")
    side: Side = Field("above", title="Holds", description="At and above the level, or below it.")

    @model_validator(mode="after")
    def _in_range(self) -> Self:
        _check_level(self.signal, "level", self.level)
        return self


def _check_level(signal: SignalName, name: str, level: float) -> None:
    voter = VOTERS[signal]
    if not voter.low <= level <= voter.high:
        raise ValueError(
            f"{name} of {signal} must be from {voter.low:g} to {voter.high:g}, got {level:g}"
        )
