"""What antithetic pairs save: their variance against that of as many independent paths.

    python -m benchmarks.sampling

A ratio of two is a run of half the length; of one, nothing saved. Measured on the mean profit of
every preset and of positions that rise or fall with the index, each ratio with its 95 % interval
over independent seeds.
"""

from __future__ import annotations

from typing import get_args

import numpy as np

from alvh.model import ModelParameters, RiskPremia
from alvh.pricing import PricingTables, implied_state
from alvh.simulation import simulate_paths
from alvh.strategy import HedgeLayer, Policy, RegimeRule, Vote, run_policies
from alvh.strategy.policy import Preset

N_PATHS, N_DAYS, SEEDS = 2_000, 126, 16
CAPITAL = 500_000.0
MODEL, PREMIA = ModelParameters.default(), RiskPremia.default()
STATE = implied_state(MODEL, 5000.0, 16.0, 18.0)
NO_CONDORS = RegimeRule(votes=(Vote(signal="vix", watch=5.0, stress=5.0),), suspend="in stress")
ALONE = {
    "VIX calls alone": HedgeLayer(dte=110, roll_dte=60, quantity=4),
    "VIX future alone": HedgeLayer(instrument="future", dte=60, roll_dte=21, quantity=1),
}


def variances(sampling: str, tables: PricingTables, policies: list[Policy]) -> np.ndarray:
    """Variance of the mean profit of each policy, and of the index, by seed."""
    rows = []
    for seed in range(SEEDS):
        paths = simulate_paths(
            MODEL,
            PREMIA,
            STATE,
            N_PATHS,
            N_DAYS,
            seed,
            sampling=sampling,  # type: ignore[arg-type]
        )
        profit = run_policies(paths, tables, policies, CAPITAL).profit
        values = np.vstack([profit, paths.spot[:, -1]])
        blocks = values.reshape(len(values), -1, paths.block).mean(axis=2)
        rows.append(blocks.var(axis=1, ddof=1) / blocks.shape[1])
    return np.array(rows)


def main() -> None:
    """Print the ratios."""
    tables = PricingTables.build(MODEL)
    policies = [Policy.preset(name) for name in get_args(Preset)]
    policies += [
        Policy(name=name, layers=(layer,), regime=NO_CONDORS) for name, layer in ALONE.items()
    ]
    names = [*(policy.name for policy in policies), "the index itself"]
    plain = variances("independent", tables, policies)
    paired = variances("antithetic", tables, policies)
    print(f"Variance of independent paths over that of antithetic pairs, {N_PATHS:,} paths,")
    print(f"{N_DAYS} days, {SEEDS} seeds; 95 % interval:\n")
    for i, name in enumerate(names):
        logs = np.log(plain[:, i]) - np.log(paired[:, i])
        half = 1.96 * logs.std(ddof=1) / np.sqrt(SEEDS)
        low, middle, high = np.exp([logs.mean() - half, logs.mean(), logs.mean() + half])
        print(f"  {name:18s} {middle:5.2f}  [{low:.2f}, {high:.2f}]")


if __name__ == "__main__":
    main()
