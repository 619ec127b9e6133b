"""Seconds of each statistic of outcomes, on as many paths as a precise study has.

Wealth is made up: random walks of five policies on one market. Each statistic is timed after a
first call, in one run; drawdowns are computed once and handed on, as the page does.

    python -m benchmarks.outcome_metrics --paths 50000
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np

from alvh.risk.distribution import profit_histogram, tail, wealth_fan
from alvh.risk.drawdown import drawdown_exceedance, drawdowns
from alvh.risk.evidence import law_of_large_numbers, tail_scatter
from alvh.risk.outcomes import attribution, outcome_table, paired_differences
from alvh.strategy import Outcomes, Policy
from alvh.strategy.engine import COUNTS

CAPITAL = 250_000.0
ROUNDS = 5


def made_up(n_policies: int, n_paths: int, n_days: int) -> Outcomes:
    """Outcomes of random walks, three layers a policy."""
    rng = np.random.default_rng(1)
    wealth = np.empty((n_policies, n_paths, n_days + 1))
    market = np.cumsum(rng.standard_t(5, (n_paths, n_days)), axis=1)
    wealth[..., 0] = CAPITAL
    for p in range(n_policies):
        wealth[p, :, 1:] = CAPITAL + 1000.0 * (1.0 - 0.1 * p) * market
    parts = rng.normal(size=(n_policies, n_paths, 10))
    parts[..., 1] += wealth[..., -1] - CAPITAL - parts.sum(axis=2)
    trades = np.full((n_policies, n_paths, 4), 8.0)
    trades[..., 1:3] = 5.0
    counts = np.zeros((n_policies, n_paths, len(COUNTS)), np.int32)
    policies = tuple(Policy(name=f"policy {p}") for p in range(n_policies))
    return Outcomes(policies, CAPITAL, 0.04, wealth, parts, trades, counts, 1, ())


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the median of five rounds of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paths", type=int, default=50_000)
    parser.add_argument("--days", type=int, default=252)
    parser.add_argument("--policies", type=int, default=5)
    given = parser.parse_args(arguments)
    outcomes = made_up(given.policies, given.paths, given.days)
    found = drawdowns(outcomes)
    work: dict[str, Callable[[], object]] = {
        "drawdowns": lambda: drawdowns(outcomes),
        "drawdown_exceedance": lambda: drawdown_exceedance(outcomes, found),
        "outcome_table": lambda: outcome_table(outcomes, found=found),
        "paired_differences": lambda: paired_differences(outcomes, found=found),
        "attribution": lambda: attribution(outcomes),
        "profit_histogram": lambda: profit_histogram(outcomes),
        "tail": lambda: tail(outcomes),
        "wealth_fan": lambda: wealth_fan(outcomes),
        "law_of_large_numbers": lambda: law_of_large_numbers(outcomes),
        "tail_scatter": lambda: tail_scatter(outcomes, 0),
    }
    print(f"{given.policies} policies, {given.paths:,} paths, {given.days} days")
    for name, task in work.items():
        task()
        seconds = []
        for _ in range(ROUNDS):
            begin = time.perf_counter()
            task()
            seconds.append(time.perf_counter() - begin)
        print(f"  {name:22} {1e3 * statistics.median(seconds):7.1f} ms")


if __name__ == "__main__":
    main()
