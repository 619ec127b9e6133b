"""Why a policy did what it did on one day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alvh.errors import require
from alvh.lab.replay import REGIME_WORDS, Replay
from alvh.strategy import Policy
from alvh.strategy.vote import Side

__all__ = ["Inspection", "inspect"]


@dataclass(frozen=True, eq=False)
class Inspection:
    """One close of one policy.

    Attributes
    ----------
    day : label
        Of the replay's days.
    regime, asked : str
        In force after the close, and what the votes asked for.
    votes : DataFrame
        By signal: ``value`` (nan where unavailable), ``side``, ``watch``, ``stress`` (levels),
        ``votes`` ("stress", "watch", "none" or "unavailable").
    conditions : DataFrame
        Of the second engine: ``value``, ``side``, ``level``, ``holds`` ("yes", "no",
        "unavailable").
    actions : DataFrame
        Rows of `Replay.actions` of that close.
    held : DataFrame
        What is held after the close: ``what``, ``quantity``.
    profit : float
        Of the day, dollars.
    sentences : tuple of str
        The reasoning in words.
    """

    day: object
    regime: str
    asked: str
    votes: pd.DataFrame
    conditions: pd.DataFrame
    actions: pd.DataFrame
    held: pd.DataFrame
    profit: float
    sentences: tuple[str, ...]


def inspect(run: Replay, p: int, position: int) -> Inspection:
    """Explain a close.

    Parameters
    ----------
    run : Replay
    p : int
        Number of the policy.
    position : int
        Row of `Replay.days`.

    Raises
    ------
    ValueError
        If there is no such policy or day.
    """
    require(0 <= p < len(run.policies), "policy", p, f"from 0 to {len(run.policies) - 1}")
    require(0 <= position < len(run.days), "day", position, f"from 0 to {len(run.days) - 1}")
    policy, daily = run.policies[p], run.daily(p)
    row = daily.iloc[position]
    votes = _votes(run, policy, position)
    asked = _asked(policy, int(row["watch"]), int(row["stress"]))
    actions = run.actions(p)
    return Inspection(
        day=run.days[position],
        regime=REGIME_WORDS[int(row["regime"])],
        asked=asked,
        votes=votes,
        conditions=_conditions(run, policy, position),
        actions=actions[actions["position"] == position],
        held=_held(actions, position),
        profit=float(row["profit"]),
        sentences=_sentences(policy, daily, position, asked),
    )


def _value(run: Replay, policy: Policy, signal: str, position: int) -> float:
    return float(run.signals[signal, policy.regime.parameters].iloc[position])


def _beyond(value: float, level: float, side: Side) -> bool:
    return value >= level if side == "above" else value <= level


def _votes(run: Replay, policy: Policy, position: int) -> pd.DataFrame:
    rows = []
    for vote in policy.regime.votes:
        value = _value(run, policy, vote.signal, position)
        said = "none"
        if np.isnan(value):
            said = "unavailable"
        elif _beyond(value, vote.stress, vote.side):
            said = "stress"
        elif _beyond(value, vote.watch, vote.side):
            said = "watch"
        rows.append((vote.signal, value, vote.side, vote.watch, vote.stress, said))
    names = ["signal", "value", "side", "watch", "stress", "votes"]
    return pd.DataFrame(rows, columns=names)


def _conditions(run: Replay, policy: Policy, position: int) -> pd.DataFrame:
    rows = []
    asked = any(layer.opens == "second engine" for layer in policy.layers)
    for it in policy.second.conditions if asked else ():
        value = _value(run, policy, it.signal, position)
        holds = "yes" if _beyond(value, it.level, it.side) else "no"
        rows.append(
            (it.signal, value, it.side, it.level, "unavailable" if np.isnan(value) else holds)
        )
    return pd.DataFrame(rows, columns=["signal", "value", "side", "level", "holds"])


def _asked(policy: Policy, watch: int, stress: int) -> str:
    rule = policy.regime
    if not rule.votes:
        return "calm"
    if stress >= rule.stress_votes:
        return "stress"
    return "watch" if watch >= rule.watch_votes else "calm"


def _held(actions: pd.DataFrame, position: int) -> pd.DataFrame:
    """Quantities after a close; what has come to nothing is left out."""
    past = actions[actions["position"] <= position]
    sums = past.groupby("what", sort=False)["quantity"].sum()
    return sums[sums.abs() > 1e-9].rename("quantity").reset_index()


def _sentences(policy: Policy, daily: pd.DataFrame, position: int, asked: str) -> tuple[str, ...]:
    rule, row = policy.regime, daily.iloc[position]
    now = REGIME_WORDS[int(row["regime"])]
    if not rule.votes:
        return ("No signal votes: it is always calm.",)
    said = [
        f"{int(row['watch'])} of {len(rule.votes)} signals vote for watch or stress "
        f"({rule.watch_votes} needed for watch), {int(row['stress'])} for stress "
        f"({rule.stress_votes} needed): {asked} is asked for."
    ]
    if position > 0:
        before = REGIME_WORDS[int(daily["regime"].iloc[position - 1])]
        if now != before:
            said.append(
                f"It has been asked for on {rule.hold_days} closes in a row: {before} gives way "
                f"to {now}."
            )
        elif asked != now:
            streak = _streak(policy, daily, position, asked)
            said.append(
                f"{now.capitalize()} stays in force: {asked} has been asked for on {streak} of the "
                f"{rule.hold_days} closes in a row it takes."
            )
    barred = {"never": (), "in stress": ("stress",), "in watch and stress": ("watch", "stress")}
    if now in barred[rule.suspend]:
        said.append(f"No new condor is opened in {now}.")
    return tuple(said)


def _streak(policy: Policy, daily: pd.DataFrame, position: int, asked: str) -> int:
    """Closes in a row, this one the last, at which `asked` was asked for."""
    count = 0
    for watch, stress in zip(
        daily["watch"].iloc[position::-1], daily["stress"].iloc[position::-1], strict=True
    ):
        if _asked(policy, int(watch), int(stress)) != asked:
            break
        count += 1
    return min(count, policy.regime.hold_days - 1)
