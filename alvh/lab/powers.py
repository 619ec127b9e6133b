"""How good signals from outside the market would have to be before acting on them pays."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from alvh.errors import require
from alvh.lab.study import Study
from alvh.pricing import PricingTables
from alvh.risk.outcomes import paired_differences
from alvh.simulation import FactorModel
from alvh.strategy import Policy, RegimeRule, SecondEngine

__all__ = ["POWERS", "power_sweep"]

POWERS = (0.0, 0.25, 0.5, 0.75, 1.0)
_METRICS = ("mean", "es95")


def power_sweep(
    study: Study,
    policy: Policy,
    powers: Sequence[float] = POWERS,
    *,
    tables: PricingTables | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> pd.DataFrame:
    """What a policy gains on itself without signals, by the power of what is outside the market.

    Parameters
    ----------
    study : Study
        Market, edge, horizon, paths and seed. Its policies are not run.
    policy : Policy
        With signals.
    powers : sequence of float
        Correlation of each signal's news with the index's coming fall, 0 to 1: of breadth, prices
        and the dollar together (`alvh.simulation.factors`).
    tables : PricingTables, optional
        Of the study's model; built if omitted.
    progress : callable, optional
        Called with powers done and in all; an exception it raises ends the sweep.

    Returns
    -------
    DataFrame
        power; metric ("mean" profit, "es95", mean of the worst 5 %); difference from the same
        policy without votes and without a Second Engine, dollars, on the same futures, with low
        and high (95 %).

    Raises
    ------
    ValueError
        If a power is out of range, and as `Study.simulate`.
    """
    for power in powers:
        require(0.0 <= power <= 1.0, "power", power, "from 0 to 1")
    tables = PricingTables.build(study.model) if tables is None else tables
    still = policy.model_copy(
        update={
            "name": "without signals",
            "regime": RegimeRule(),
            "second": SecondEngine(),
        }
    )
    named = policy.model_copy(update={"name": "with signals"})
    frames = []
    for i, power in enumerate(powers):
        if progress is not None:
            progress(i, len(powers))
        factors = FactorModel(breadth=power, inflation=power, exchange_rate=power)
        at = study.model_copy(update={"policies": (still, named), "factors": factors})
        found = paired_differences(at.simulate(tables))
        found = found[(found["policy"] == named.name) & found["metric"].isin(_METRICS)]
        found = found.rename(columns={"estimate": "difference"}).assign(power=power)
        frames.append(found[["power", "metric", "difference", "low", "high"]])
    if progress is not None:
        progress(len(powers), len(powers))
    return pd.concat(frames, ignore_index=True)
