"""The `stress` command: policies through crashes, as numbers to print."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from pydantic import Field

from alvh.lab.stress import episode_named, stress_report
from alvh.lab.study import Study
from alvh.risk.stress_reverse import MOST_FALL
from alvh.simulation.stress import EPISODES, Episode
from alvh.value import Value

__all__ = ["ReverseTest", "options", "readable", "stressed"]

_OWN = ("depth", "days", "vix_peak")
_READ = (
    "episode", "policy", "variant", "end_profit", "lowest_profit", "lowest_day", "lowest_quick",
    "liquidity_day", "vix_missed",
)  # fmt: skip


class ReverseTest(Value):
    """The question of the reverse stress test."""

    loss: float = Field(
        5.0,
        ge=0.5,
        le=50.0,
        title="Loss",
        description="Share of the account lost by the close of the last day of the fall.",
        json_schema_extra={"unit": "% of the account", "step": 0.5},
    )
    fall_days: int = Field(
        1,
        ge=1,
        le=63,
        title="Fall in",
        description="At an even pace; 1 is from one close to the next.",
        json_schema_extra={"unit": "trading days", "step": 1},
    )
    vix_per_percent: float | None = Field(
        None,
        ge=0.0,
        le=10.0,
        title="VIX per percent",
        description="Points VIX rises for each percent the index falls. Empty: as the model "
        "expects it given the index.",
        json_schema_extra={"unit": "VIX points", "step": 0.1},
    )


def options(command: argparse.ArgumentParser) -> None:
    """Add the options of the command that others do not have."""
    crash = command.add_argument_group(
        "crash", "named episodes, a shock of one's own, or all episodes if neither is given"
    )
    crash.add_argument(
        "--episode",
        action="append",
        default=[],
        metavar="NAME",
        help="an episode of the library, or words only its name holds, as in covid; repeatable",
    )
    for field in _OWN:
        about = Episode.model_fields[field]
        crash.add_argument(
            f"--{field.replace('_', '-')}",
            metavar=field.rsplit("_", maxsplit=1)[-1].upper(),
            help=f"of a shock of one's own: {about.description} Default: {about.default}",
        )
    reverse = command.add_argument_group(
        "reverse stress test", "the smallest fall that costs so much; made if --loss is given"
    )
    for field, about in ReverseTest.model_fields.items():
        shown = "" if field == "loss" or about.default is None else f" Default: {about.default}"
        reverse.add_argument(
            f"--{field.replace('_', '-')}",
            metavar=field.rsplit("_", maxsplit=1)[-1].upper(),
            help=f"{about.description}{shown}".replace("%", "%%").replace("Empty", "Omitted"),
        )


def stressed(study: Study, given: argparse.Namespace, market: dict[str, Any]) -> dict[str, Any]:
    """Policies of a study through the episodes asked for.

    Parameters
    ----------
    study : Study
    given : argparse.Namespace
        With the `options`, as text.
    market : dict
        What is said of the state the episodes start from.

    Returns
    -------
    dict
        Ready for JSON: ``market``, ``edge``, ``costs``, ``capital``, ``paths`` (what they are),
        and the results of `stress_report`.

    Raises
    ------
    ValueError
        If an option is out of range or an episode is not known; as `stress_report`.
    """
    own = _said(given, *_OWN)
    episodes = [episode_named(name) for name in given.episode]
    if own:
        # VIX goes to a level here: what it was before is not read, and must not bound the peak
        episodes.append(Episode.model_validate({"vix_before": 5.0, **own}))
    asked = ReverseTest.model_validate(_said(given, *ReverseTest.model_fields))
    report = stress_report(
        study,
        episodes or EPISODES,
        loss=None if given.loss is None else asked.loss,
        n_days=asked.fall_days,
        vix_per_percent=asked.vix_per_percent,
        progress=None if given.json else _progress,
    )
    return {
        "market": market,
        "edge": study.edge,
        "costs": study.costs,
        "capital": study.capital,
        "paths": "smooth shapes through the facts of each episode, from this market; no interval: "
        "nothing is estimated",
        "prices": "of the model",
        **report,
    }


def readable(result: dict[str, Any]) -> dict[str, Any]:
    """The same to be read: fewer columns of the episodes, words where there is no number."""
    rows = []
    for row in result["episodes"]:
        out, ratio = row["liquidity_day"], row["lowest_quick"]
        words = {
            "lowest_quick": "none needed" if ratio is None else ratio,
            "liquidity_day": "never" if out is None else f"{out:.0f}",
        }
        rows.append({name: words.get(name, row[name]) for name in _READ})
    shown = {**result, "episodes": rows}
    if "smallest_shock" in result:
        shown["smallest_shock"] = [
            row
            if row["depth"] is not None
            else {**row, "depth": f"none to {MOST_FALL:g} %", "vix": "n/a", "lost": "n/a"}
            for row in result["smallest_shock"]
        ]
    return shown


def _said(given: argparse.Namespace, *names: str) -> dict[str, Any]:
    known = {name: getattr(given, name) for name in names}
    return {name: value for name, value in known.items() if value is not None}


def _progress(done: int, total: int) -> None:
    if not done:  # nothing yet on the line that may say why nothing will be run
        return
    print(f"\r{done} of {total} episodes", end="" if done < total else "\n", file=sys.stderr)
