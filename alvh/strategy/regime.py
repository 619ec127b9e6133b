"""Regimes of the market, and what a book does in each."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from alvh.signals import Signals
from alvh.strategy.vote import VOTERS, Condition, Vote
from alvh.value import Value

__all__ = ["MOST_VOTES", "REGIMES", "RegimeRule", "SecondEngine"]

REGIMES = ("calm", "watch", "stress")
MOST_VOTES = len(VOTERS)


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


def _needed(title: str, text: str, default: int = 1) -> int:
    votes: int = Field(
        default,
        ge=1,
        le=MOST_VOTES,
        title=title,
        description=text,
        json_schema_extra={"unit": "", "step": 1},
    )
    return votes


def _tenor(regime: str) -> int | None:
    days: int | None = Field(
        None,
        ge=1,
        le=120,
        title=f"Tenor in {regime}",
        description=f"Calendar days to expiry of condors opened in {regime}; empty: as in calm.",
        json_schema_extra={"unit": "days", "step": 1},
    )
    return days


class RegimeRule(Value):
    """When the market is calm, to be watched, or under stress, and what changes then.

    Each signal votes at each close; a regime needs its number of votes (a vote for stress counts
    for watch too), and must be voted for on `hold_days` closes in a row before it replaces the one
    in force. On the first day the regime is what is voted for. Without votes it is always calm. A
    signal that is unavailable, be it in its warm-up, casts no vote.

    Sources of the default levels: `alvh.strategy.vote.VOTERS`.
    """

    votes: tuple[Vote, ...] = Field(
        (),
        max_length=MOST_VOTES,
        title="Signals",
        description="Signals that vote, each with its levels. None: always calm.",
    )
    parameters: Signals = Field(
        Signals(), title="Parameters", description="How the signals are computed."
    )
    watch_votes: int = _needed("Votes for watch", "Signals that must agree.")
    stress_votes: int = _needed("Votes for stress", "Signals that must agree.")
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
    watch_dte: int | None = _tenor("watch")
    stress_dte: int | None = _tenor("stress")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [vote.signal for vote in self.votes]
        if len(set(names)) != len(names):
            raise ValueError(f"signals of votes must differ, got {', '.join(names)}")
        for name in ("watch_votes", "stress_votes"):
            needed = getattr(self, name)
            if names and needed > len(names):
                raise ValueError(
                    f"{name} must be at most the number of signals, {len(names)}, got {needed}"
                )
        return self


class SecondEngine(Value):
    """When the conditional layers are on: the method's Second Engine, Private Leverage Layer.

    On at each close at which at least `needed` of the conditions hold. Layers whose `opens` is
    "second engine" are opened only then; what is open runs on to its roll or settlement.

    The method's pages cannot be reconciled (VIX overlay, ratio spreads, private credit); this is
    the reading that can be computed: two of five signals, long options only.
    """

    conditions: tuple[Condition, ...] = Field(
        (),
        max_length=MOST_VOTES,
        title="Conditions",
        description="Signals that are counted, each with its level. None: never on.",
    )
    needed: int = _needed("Conditions needed", "How many must hold on one day.", 2)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        names = [condition.signal for condition in self.conditions]
        if len(set(names)) != len(names):
            raise ValueError(f"signals of conditions must differ, got {', '.join(names)}")
        if names and self.needed > len(names):
            raise ValueError(
                f"needed must be at most the number of conditions, {len(names)}, got {self.needed}"
            )
        return self
