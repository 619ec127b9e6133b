"""Stress tests of a study, as plain results: what the command line prints."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from alvh.errors import ParameterError
from alvh.lab.study import Study
from alvh.pricing import PricingTables
from alvh.risk.stress import layer_variants, stress_table
from alvh.risk.stress_liquidity import DayShock
from alvh.risk.stress_reverse import smallest_shock
from alvh.simulation.stress import EPISODES, Episode

__all__ = ["episode_named", "stress_report"]


def episode_named(name: str) -> Episode:
    """Episode of the library by its name, or by words only it holds; capitals do not matter.

    Raises
    ------
    ParameterError
        If there is no such episode, or more than one.
    """
    said = name.strip().casefold()
    names = [episode.name for episode in EPISODES]
    exact = [episode for episode in EPISODES if episode.name.casefold() == said]
    found = exact or [episode for episode in EPISODES if said and said in episode.name.casefold()]
    if len(found) != 1:
        raise ParameterError(f"episode must be one of {', '.join(names)}, got {name[:80]}")
    return found[0]


def stress_report(
    study: Study,
    episodes: Sequence[Episode] = EPISODES,
    *,
    shock: DayShock | None = None,
    loss: float | None = None,
    n_days: int = 1,
    vix_per_percent: float | None = None,
    tables: PricingTables | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> dict[str, Any]:
    """Policies of a study through episodes, and the smallest fall that costs them so much.

    Parameters
    ----------
    study : Study
        Its market, policies, capital, costs and edge; paths, horizon and seed play no part.
    episodes : sequence of Episode
        The library by default.
    shock : DayShock, optional
        Of the one-day stressed loss behind the quick ratio.
    loss : float, optional
        Percent of the capital, of the reverse stress test; not made if omitted.
    n_days, vix_per_percent
        Of the reverse stress test, as `smallest_shock`.
    tables : PricingTables, optional
        Of the study's model; built if omitted.
    progress : callable, optional
        As `stress_table`.

    Returns
    -------
    dict
        ``episodes``: rows of `stress_table`, dollars, None where there is nothing to tell. With a
        `loss`, ``smallest_shock``: a row a policy: policy, loss and lost (percent of the capital),
        depth (percent; None if no fall up to 60 % loses as much), vix (points), n_days,
        deeper_too.

    Raises
    ------
    ValueError
        As `stress_table` and `smallest_shock`.
    """
    tables = PricingTables.build(study.model) if tables is None else tables
    capital = float(study.capital)
    table = stress_table(
        tables, study.state, study.charged, capital, episodes, shock=shock, progress=progress
    )
    result: dict[str, Any] = {"episodes": json.loads(table.to_json(orient="records"))}
    if loss is not None:
        names = list(dict.fromkeys(variant.policy for variant in layer_variants(study.charged)))
        rows = []
        for name, policy in zip(names, study.charged, strict=True):
            found = smallest_shock(
                tables,
                study.premia,
                study.state,
                policy,
                capital,
                loss=loss,
                n_days=n_days,
                vix_per_percent=vix_per_percent,
            )
            rows.append(
                {
                    "policy": name,
                    "loss": loss,
                    "n_days": n_days,
                    "depth": found.depth,
                    "vix": found.vix,
                    "lost": found.lost,
                    "deeper_too": found.deeper_too,
                }
            )
        result["smallest_shock"] = rows
    return result
