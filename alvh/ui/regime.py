"""Controls of the regime rule: which signals vote, at which levels, and what regimes do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from alvh.signals import SIGNALS, Signals
from alvh.strategy import VOTERS, Condition, RegimeRule, SecondEngine, Vote
from alvh.strategy.policy import ALVH_SECOND
from alvh.strategy.vote import SignalName, Voter
from alvh.ui import controls

__all__ = [
    "TITLES",
    "choose_actions",
    "choose_levels",
    "choose_levels_in_a_row",
    "choose_parameters",
    "choose_second",
    "choose_signals",
    "current",
    "current_second",
]

TITLES: dict[str, str] = {name: SIGNALS[name].title for name in VOTERS}
"""Signal to the words for it, on the page and in the link."""
_SIDES = ("above", "below")
_PARAMETERS: dict[SignalName, tuple[str, ...]] = {
    "vix_percentile": ("percentile_days",),
    "vix_to_average": ("average_days",),
    "vix_to_long_average": ("long_days",),
    "vix_score": ("score_days",),
    "range_percent": ("range_factor",),
    "implied_to_realised": ("realised_days",),
    "premium_points": ("forecast", "realised_days", "estimate_days"),
    "macd_histogram": ("macd_of", "macd_fast", "macd_slow", "macd_average"),
    "rsi_spx": ("rsi_days",),
    "rsi_vix": ("rsi_days",),
    "breadth_below": ("breadth_days",),
    "breadth_divergence": ("breadth_days", "breadth_window", "breadth_near"),
    "cpi_surprise": ("surprise_days",),
    "ppi_surprise": ("surprise_days",),
    "exchange_rate": ("exchange_months",),
    "fomc": ("fomc_before", "fomc_after"),
}
"""Parameters of `Signals` that move a signal."""
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
    """Draw the levels of one signal and on which side of them it votes, one below another."""
    if VOTERS[signal].flag:
        st.caption(f"{SIGNALS[signal].title} votes for both regimes.")
        return
    for which in ("watch", "stress"):
        _level(signal, which)
    _side(signal)


def choose_levels_in_a_row(signal: SignalName) -> None:
    """Draw the same beside one another."""
    if VOTERS[signal].flag:
        return
    watch, stress, side = st.columns(3, gap="small")
    with watch:
        _level(signal, "watch", short=True)
    with stress:
        _level(signal, "stress", short=True)
    with side:
        _side(signal, short=True)


def _level(signal: SignalName, which: str, *, short: bool = False) -> None:
    about, voter = SIGNALS[signal], VOTERS[signal]
    contested = " Pages of the method contradict each other on it." if about.contested else ""
    controls.level(
        f"{which.capitalize()} at" if short else f"{about.title}: {which} at",
        f"vote.{signal}.{which}",
        low=voter.low,
        high=voter.high,
        step=voter.step,
        default=getattr(voter, which),
        unit=about.unit,
        help=f"{about.description} Default: {voter.source}.{contested}",
        owner=f"{about.title}: " if short else "",
    )


def _side(signal: SignalName, *, short: bool = False) -> None:
    controls.choice(
        "Votes" if short else f"{SIGNALS[signal].title} votes",
        _SIDES,
        f"vote.{signal}.side",
        default=VOTERS[signal].side,
        help="At and above its levels, or at and below them.",
    )


def choose_actions(signals: Sequence[SignalName], start: RegimeRule | None = None) -> None:
    """Draw how votes are counted and what regimes do to condors."""
    start = RegimeRule() if start is None else start
    for name in (*(_NEEDED if len(signals) > 1 else ()), "hold_days", *_ACTIONS):
        default = min(getattr(start, name), len(signals)) if name in _NEEDED else None
        if default is None:
            default = getattr(start, name)
        controls.slider(RegimeRule, name, f"regime.{name}", default=default)
    controls.choice(
        "No new condors",
        controls.options_of(RegimeRule, "suspend"),
        "regime.suspend",
        default=start.suspend,
        style="list",
        help=RegimeRule.model_fields["suspend"].description,
    )


def choose_parameters(signals: Sequence[SignalName]) -> None:
    """Draw how the chosen signals are computed."""
    names = dict.fromkeys(name for signal in signals for name in _PARAMETERS.get(signal, ()))
    for name in names:
        options = controls.options_of(Signals, name)
        about = Signals.model_fields[name]
        if options:
            title, text = str(about.title), about.description
            controls.choice(title, options, f"signal.{name}", style="list", help=text)
        else:
            controls.slider(Signals, name, f"signal.{name}")
    if not names:
        st.caption("The chosen signals have no parameters.")


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
    parameters = {
        name: chosen[f"signal.{name}"]
        for name in Signals.model_fields
        if f"signal.{name}" in chosen
    }
    votes = tuple(_vote(signal, VOTERS[signal]) for signal in signals)
    base: dict[str, Any] = {} if start is None else start.model_dump()
    base |= {name: min(base.get(name, 1), len(signals)) for name in _NEEDED}
    base |= known | {"votes": votes, "parameters": Signals(**parameters)}
    return RegimeRule(**base)


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


def choose_second() -> None:
    """Draw what switches the Second Engine on: conditions with their levels, and how many."""
    preset = {it.signal: it for it in ALVH_SECOND.conditions}
    picked = controls.several(
        "Second Engine on",
        TITLES,
        "second.signals",
        default=tuple(preset),
        style="list",
        help=f"{SecondEngine.model_fields['conditions'].description} Layers that open with it are "
        "opened while it is on.",
    )
    for signal in (name for name in VOTERS if name in picked):
        about, voter = SIGNALS[signal], VOTERS[signal]
        start = preset.get(signal)
        if not voter.flag:
            controls.level(
                f"{about.title}: holds at",
                f"second.{signal}.level",
                low=voter.low,
                high=voter.high,
                step=voter.step,
                default=voter.stress if start is None else start.level,
                unit=about.unit,
                help=about.description,
            )
            controls.choice(
                f"{about.title} holds",
                _SIDES,
                f"second.{signal}.side",
                default=voter.side if start is None else start.side,
                help="At and above the level, or at and below it.",
            )
    if len(picked) > 1:
        controls.slider(SecondEngine, "needed", "second.needed", default=ALVH_SECOND.needed)


def current_second() -> SecondEngine:
    """The Second Engine the controls of this session say.

    Raises
    ------
    ValidationError
        If they contradict each other.
    """
    chosen = st.session_state
    picked = [name for name in VOTERS if name in chosen["second.signals"]]
    conditions = tuple(
        Condition(signal=name, level=1.0)
        if VOTERS[name].flag
        else Condition(
            signal=name,
            level=chosen[f"second.{name}.level"],
            side=chosen[f"second.{name}.side"],
        )
        for name in picked
    )
    needed = chosen["second.needed"] if len(picked) > 1 else 1
    return SecondEngine(conditions=conditions, needed=needed)
