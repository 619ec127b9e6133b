"""Controls of the regime rule: which signals vote, at which levels, and what regimes do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from alvh.signals import SIGNALS
from alvh.strategy import VOTERS, RegimeRule, Vote
from alvh.strategy.vote import SignalName, Voter
from alvh.ui import controls

__all__ = ["TITLES", "choose_actions", "choose_levels", "choose_signals", "current"]

TITLES: dict[str, str] = {name: SIGNALS[name].title for name in VOTERS}
"""Signal to the words for it, on the page and in the link."""
_SIDES = ("above", "below")
_NEEDED = ("watch_votes", "stress_votes")
_ACTIONS = ("watch_size", "stress_size", "watch_distance", "stress_distance")


def choose_signals(default: Sequence[SignalName] = ()) -> tuple[SignalName, ...]:
    """Draw which signals vote."""
    picked = controls.several(
        "Regime signals",
        TITLES,
        "signals",
        default=default,
        style="list",
        help=RegimeRule.model_fields["votes"].description,
    )
    return tuple(name for name in VOTERS if name in picked)


def choose_levels(signal: SignalName) -> None:
    """Draw the levels of one signal: sliders, and on which side of them it votes."""
    about, voter = SIGNALS[signal], VOTERS[signal]
    if voter.flag:
        st.caption(f"{about.title} votes for both regimes. {about.description}")
        return
    key = f"vote.{signal}"
    contested = " Pages of the method contradict each other on it." if about.contested else ""
    for regime in ("watch", "stress"):
        controls.level(
            f"{about.title}: {regime} at",
            f"{key}.{regime}",
            low=voter.low,
            high=voter.high,
            step=voter.step,
            default=getattr(voter, regime),
            unit=about.unit,
            help=f"{about.description} Default: {voter.source}.{contested}",
        )
    controls.choice(
        f"{about.title} votes",
        _SIDES,
        f"{key}.side",
        default=voter.side,
        help="At and above its levels, or at and below them.",
    )


def choose_actions(signals: Sequence[SignalName]) -> None:
    """Draw how votes are counted and what regimes do to condors."""
    for name in (*(_NEEDED if len(signals) > 1 else ()), "hold_days", *_ACTIONS):
        controls.slider(RegimeRule, name, f"regime.{name}")
    controls.choice(
        "No new condors",
        controls.options_of(RegimeRule, "suspend"),
        "regime.suspend",
        style="list",
        help=RegimeRule.model_fields["suspend"].description,
    )


def current(start: RegimeRule | None = None) -> RegimeRule:
    """The rule the controls of this session say; what they do not say is as in `start`.

    Raises
    ------
    ValidationError
        If they contradict each other.
    """
    chosen = st.session_state
    signals = [name for name in VOTERS if name in chosen["signals"]]
    if not signals:
        return RegimeRule()
    names = [*(_NEEDED if len(signals) > 1 else ()), "hold_days", *_ACTIONS, "suspend"]
    known = {name: chosen[f"regime.{name}"] for name in names if f"regime.{name}" in chosen}
    votes = tuple(_vote(signal, VOTERS[signal]) for signal in signals)
    base: dict[str, Any] = {} if start is None else start.model_dump()
    return RegimeRule(**(base | known | {"votes": votes}))


def _vote(signal: SignalName, voter: Voter) -> Vote:
    if voter.flag:
        return Vote.of(signal)
    chosen, key = st.session_state, f"vote.{signal}"
    return Vote(
        signal=signal,
        watch=chosen.get(f"{key}.watch", voter.watch),
        stress=chosen.get(f"{key}.stress", voter.stress),
        side=chosen.get(f"{key}.side", voter.side),
    )
