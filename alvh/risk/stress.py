"""The current book run through crashes, with and without each layer of its hedge.

Every number comes from the engine that also simulates: the book is opened at today's market, at its
own costs, and managed by its rules along the path of an episode (`alvh.simulation.stress`). The
path is one, so nothing is estimated and there is nothing to give an interval for: what these
numbers depend on is the path drawn.

Signals that need a past have none on the first days, as in a simulation: they cast no vote until
they have. Profit is what was traded: interest on cash is left out. Dollars; days are trading days.

A path has no ups and downs of its own. Through episodes of months or years it is then kinder to
short options than the real days were, whose daily swings passed strikes and stops this path does
not: what such a stretch did to a book is told by a replay of it (`historical_paths`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from alvh._typing import FloatArray
from alvh.errors import require
from alvh.model.state import MarketState
from alvh.pricing import PricingTables
from alvh.risk.stress_liquidity import (
    DayShock,
    day_losses,
    hedge_values,
    least_days,
    margins,
    quick_ratios,
)
from alvh.simulation.stress import EPISODES, Episode, stress_levels, stress_paths
from alvh.strategy.engine import EXITS, MOST_POLICIES, TRAIL, Outcomes, run_policies
from alvh.strategy.policy import Policy

__all__ = [
    "ALL_LAYERS",
    "NO_HEDGE",
    "StressRun",
    "Variant",
    "layer_variants",
    "run_stress",
    "stress_marks",
    "stress_table",
]

ALL_LAYERS: Final = "All layers"
NO_HEDGE: Final = "No hedge"


@dataclass(frozen=True)
class Variant:
    """A policy with all its layers, without one of them, or without any.

    Attributes
    ----------
    policy : str
        Name of the policy it is a variant of.
    name : str
        "All layers", "Without layer 2", "No hedge".
    book : Policy
    """

    policy: str
    name: str
    book: Policy


@dataclass(frozen=True, eq=False)
class StressRun:
    """Policies run through one episode.

    Attributes
    ----------
    episode : Episode
    levels : DataFrame
        Of `stress_levels`: what the episode asks of each day and what the model shows.
    days : DataFrame
        A row a policy, variant and day: policy, variant, day, spot and vix (points, as the model
        shows them), profit (before interest), condor, hedge and costs (its parts; costs negative),
        wealth, margin, day_loss (one-day stressed loss), quick_ratio (infinite where nothing is
        needed), regime (0 calm, 1 watch, 2 stress).
    summary : DataFrame
        A row a policy and variant, see `stress_table`.
    """

    episode: Episode
    levels: pd.DataFrame
    days: pd.DataFrame
    summary: pd.DataFrame


def layer_variants(policies: Policy | Sequence[Policy]) -> list[Variant]:
    """Each policy with all layers, without each one, and without any; nothing twice.

    A policy of one layer has no variant without that layer but the one without hedge; one without
    layers is "No hedge". Policies of one name are numbered.
    """
    given = [policies] if isinstance(policies, Policy) else list(policies)
    variants: list[Variant] = []
    for policy in given:
        taken = {variant.policy for variant in variants}
        name, again = policy.name, 2
        while name in taken:
            name, again = f"{policy.name} ({again})", again + 1
        layers = policy.layers
        books = {ALL_LAYERS: layers} if layers else {}
        for i in range(len(layers) if len(layers) > 1 else 0):
            books[f"Without layer {i + 1}"] = (*layers[:i], *layers[i + 1 :])
        books[NO_HEDGE] = ()
        variants += [
            Variant(name, kind, policy.model_copy(update={"layers": held}))
            for kind, held in books.items()
        ]
    return variants


def run_stress(
    tables: PricingTables,
    state: MarketState,
    policies: Policy | Sequence[Policy],
    capital: float,
    episode: Episode,
    *,
    shock: DayShock | None = None,
) -> StressRun:
    """Run policies, with and without each layer, through one episode from today's market.

    Parameters
    ----------
    tables : PricingTables
        Of the risk-neutral model.
    state : MarketState
        Scalar; today. The books are opened there.
    policies : Policy or sequence of Policy
    capital : float
        Dollars, the same for each; at least what margins one condor.
    episode : Episode
    shock : DayShock, optional
        Of the one-day stressed loss; its defaults if omitted.

    Returns
    -------
    StressRun
        To the end of the recovery, or for the tenor of the longest condor if that is longer: the
        index is flat then.

    Raises
    ------
    ValueError
        If there are no policies, or as `stress_paths` and `run_policies`.
    """
    variants = layer_variants(policies)
    require(len(variants) > 0, "policies", "none", "at least one")
    shock = DayShock() if shock is None else shock
    horizon = max(episode.n_days, *(least_days(variant.book) for variant in variants))
    # a day more than is told: on the last one nothing is traded
    paths = stress_paths(tables.model, state, episode, n_days=horizon + 1)
    levels = stress_levels(tables.model, state, episode, n_days=horizon)
    frames, rows = [], []
    for first in range(0, len(variants), MOST_POLICIES):
        part = variants[first : first + MOST_POLICIES]
        books = [variant.book for variant in part]
        outcomes = run_policies(paths, tables, books, capital, recorded=1)
        need = margins(outcomes, paths)[:, :-1]
        losses = day_losses(paths, tables, books, capital, shock)
        hedge = hedge_values(outcomes, paths, tables)[:, :-1]
        wealth = outcomes.wealth[:, 0, :-1]
        ratios = quick_ratios(wealth, hedge, need + losses)
        for p, variant in enumerate(part):
            days = _days(variant, levels, outcomes, p, need[p], losses[p], ratios[p])
            frames.append(days)
            rows.append(_summary(episode, variant, days, _margin_day(outcomes, p)))
    summary = pd.DataFrame(rows)
    whole = summary.groupby("policy")[["end_profit", "lowest_profit"]].transform("first")
    summary["end_effect"] = whole["end_profit"] - summary["end_profit"]
    summary["lowest_effect"] = whole["lowest_profit"] - summary["lowest_profit"]
    summary["vix_missed"] = float((levels["vix"] - levels["vix_shown"]).abs().max())
    summary["vix3m_missed"] = float((levels["vix3m"] - levels["vix3m_shown"]).abs().max())
    return StressRun(episode, levels, pd.concat(frames, ignore_index=True), summary)


def stress_table(
    tables: PricingTables,
    state: MarketState,
    policies: Policy | Sequence[Policy],
    capital: float,
    episodes: Sequence[Episode] = EPISODES,
    *,
    shock: DayShock | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> pd.DataFrame:
    """Every episode, policy and variant in one row each.

    Parameters
    ----------
    tables, state, policies, capital, shock
        As `run_stress`.
    episodes : sequence of Episode
        The library by default.
    progress : callable, optional
        Called with episodes done and episodes in all before each and at the end; an exception it
        raises ends the run.

    Returns
    -------
    DataFrame
        episode, policy, variant; end_profit, lowest_profit and its lowest_day, worst_drawdown
        (>= 0), highest_margin (dollars); lowest_quick, liquidity_day (first close at which the
        quick ratio is below one or the book is closed for lack of margin; nan if none), margin_day
        (close of the latter; nan if none); end_effect and lowest_effect (what the layers left out
        made of either profit: all layers less this variant); vix_missed and vix3m_missed (VIX
        points by which the model's states miss what the episode asks for, at most).

    Raises
    ------
    ValueError
        As `run_stress`, or if there is no episode.
    """
    require(len(episodes) > 0, "episodes", "none", "at least one")
    frames = []
    for done, episode in enumerate(episodes):
        if progress is not None:
            progress(done, len(episodes))
        frames.append(run_stress(tables, state, policies, capital, episode, shock=shock).summary)
    if progress is not None:
        progress(len(episodes), len(episodes))
    return pd.concat(frames, ignore_index=True)


def stress_marks(episode: Episode) -> pd.DataFrame:
    """What happens on which day of an episode: ``day`` and ``label``, in the order of days."""
    happens: dict[int, list[str]] = {}
    if episode.worst_day is not None and episode.days > 1:
        happens[episode.worst_on] = [f"worst day \u2212{episode.worst_day:g} %"]
    happens.setdefault(episode.peak_on, []).append("VIX peak")
    happens.setdefault(episode.days, []).append(f"low \u2212{episode.depth:g} %")
    labels = {day: ", ".join(words) for day, words in sorted(happens.items())}
    return pd.DataFrame(
        {"day": list(labels), "label": [text[:1].upper() + text[1:] for text in labels.values()]}
    )


def _days(
    variant: Variant,
    levels: pd.DataFrame,
    outcomes: Outcomes,
    p: int,
    margin: FloatArray,
    losses: FloatArray,
    ratios: FloatArray,
) -> pd.DataFrame:
    trail = dict(zip(TRAIL, outcomes.trail[p, 0, :-1].T, strict=True))
    return pd.DataFrame(
        {
            "policy": variant.policy,
            "variant": variant.name,
            "day": np.arange(margin.size),
            "spot": levels["spot"].to_numpy(),
            "vix": levels["vix_shown"].to_numpy(),
            "profit": trail["condor"] + trail["hedge"] + trail["costs"],
            "condor": trail["condor"],
            "hedge": trail["hedge"],
            "costs": trail["costs"],
            "wealth": outcomes.wealth[p, 0, :-1],
            "margin": margin,
            "day_loss": losses,
            "quick_ratio": ratios,
            "regime": trail["regime"].astype(np.int64),
        }
    )


def _summary(
    episode: Episode, variant: Variant, days: pd.DataFrame, margin_day: float
) -> dict[str, object]:
    profit, ratio = days["profit"].to_numpy(), days["quick_ratio"].to_numpy()
    best = np.maximum.accumulate(np.maximum(profit, 0.0))  # from the capital, before any trade
    out = np.nonzero((ratio < 1.0) | (days["day"].to_numpy() == margin_day))[0]
    return {
        "episode": episode.name,
        "policy": variant.policy,
        "variant": variant.name,
        "end_profit": float(profit[-1]),
        "lowest_profit": float(profit.min()),
        "lowest_day": int(profit.argmin()),
        "worst_drawdown": float((best - profit).max()),
        "highest_margin": float(days["margin"].max()),
        "lowest_quick": float(ratio.min()),
        "liquidity_day": float(out[0]) if out.size else np.nan,
        "margin_day": margin_day,
    }


def _margin_day(outcomes: Outcomes, p: int) -> float:
    """Day on which the book was closed for lack of margin; nan if it was not."""
    rows = outcomes.events[p][0]
    closed = rows[(rows[:, 1] == 0) & (rows[:, 2] == EXITS.index("margin"))]
    return float(closed[0, 0]) if closed.size else np.nan
