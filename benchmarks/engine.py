"""What a path-day and a policy-day cost, beside random numbers and QuantLib's Heston process.

    python -m benchmarks.engine

Ratios against references measured in the same run, each the fastest of several short rounds in
turn. Paths and policies use all threads, the references one. Then the time of a page's run, what
signals add to it, and the memory of a long one.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import get_args

import numpy as np
import QuantLib as ql  # noqa: N813 - its own documentation's name

from alvh.model import ModelParameters, RiskPremia
from alvh.pricing import PricingTables, implied_state
from alvh.simulation import simulate_paths
from alvh.strategy import (
    VOTERS,
    Condition,
    Policy,
    SecondEngine,
    Vote,
    run_policies,
    simulate_policies,
)
from alvh.strategy.policy import ALVH_SIGNALS, Preset
from alvh.strategy.vote import SignalName

N_PATHS, N_DAYS = 2_000, 252
LONG = 100_000
CAPITAL = 500_000.0
MODEL, PREMIA = ModelParameters.default(), RiskPremia.default()
STATE = implied_state(MODEL, 5000.0, 16.0, 18.0)
POLICIES = [Policy.preset(name) for name in get_args(Preset)]
FOUR = ALVH_SIGNALS[1:]
OTHERS = tuple(name for name in VOTERS if name != "vix")


def looking_at(signals: Sequence[SignalName]) -> list[Policy]:
    """The five policies; the last looks at signals whose layer never opens, so all trade alike."""
    moving = POLICIES[-1]
    rule = moving.regime.model_copy(
        update={"votes": (Vote.of("vix"),), "watch_votes": 1, "stress_votes": 1}
    )
    never = Condition(signal="vix", level=100.0)
    conditions = (never, *(Condition(signal=s, level=VOTERS[s].high) for s in signals))
    second = SecondEngine(conditions=conditions, needed=len(conditions))
    return [*POLICIES[:-1], moving.model_copy(update={"regime": rule, "second": second})]


def fastest(works: dict[str, Callable[[], object]], rounds: int = 12) -> dict[str, float]:
    """Seconds of each, the fastest of rounds in which all take their turn."""
    for work in works.values():
        work()
    best = dict.fromkeys(works, np.inf)
    for _ in range(rounds):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            best[name] = min(best[name], time.perf_counter() - start)
    return best


def heston_paths(n: int) -> Callable[[], None]:
    """`n` yearly paths of QuantLib's Heston process, daily steps, quadratic-exponential."""
    today = ql.Date(2, 1, 2024)
    ql.Settings.instance().evaluationDate = today
    flat = ql.YieldTermStructureHandle(ql.FlatForward(today, 0.03, ql.Actual365Fixed()))
    process = ql.HestonProcess(
        flat,
        flat,
        ql.QuoteHandle(ql.SimpleQuote(5000.0)),
        0.0126,
        MODEL.kappa,
        0.0332,
        MODEL.sigma,
        MODEL.rho,
        ql.HestonProcess.QuadraticExponentialMartingale,
    )
    grid = ql.TimeGrid(1.0, N_DAYS)
    uniform = ql.UniformRandomSequenceGenerator(2 * N_DAYS, ql.UniformRandomGenerator(1))
    generator = ql.GaussianMultiPathGenerator(
        process, list(grid), ql.GaussianRandomSequenceGenerator(uniform), False
    )

    def draw() -> None:
        for _ in range(n):
            generator.next()

    return draw


def long_run() -> None:
    """A long run, and the most memory it held; in a process of its own."""
    tables = PricingTables.build(MODEL)
    start = time.perf_counter()
    simulate_policies(
        MODEL,
        PREMIA,
        STATE,
        tables,
        POLICIES,
        CAPITAL,
        n_paths=LONG,
        n_days=N_DAYS,
        seed=1,
    )
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{LONG:,} paths x {N_DAYS} days x {len(POLICIES)} policies: "
        f"{seconds:.1f} s, {peak:.2f} GiB"
    )


def main() -> None:
    """Measure and print."""
    rng = np.random.default_rng(1)
    tables = PricingTables.build(MODEL)
    paths = simulate_paths(MODEL, PREMIA, STATE, N_PATHS, N_DAYS, seed=1)
    n_heston = 20
    seconds = fastest(
        {
            "normal": lambda: rng.standard_normal(1_000_000),
            "heston": heston_paths(n_heston),
            "paths": lambda: simulate_paths(MODEL, PREMIA, STATE, N_PATHS, N_DAYS, seed=1),
            "policies": lambda: run_policies(paths, tables, POLICIES, CAPITAL),
            "vix alone": lambda: run_policies(paths, tables, looking_at(()), CAPITAL),
            "five signals": lambda: run_policies(
                paths, tables, looking_at(ALVH_SIGNALS[1:]), CAPITAL
            ),
            "all signals": lambda: run_policies(paths, tables, looking_at(OTHERS), CAPITAL),
        }
    )
    days = N_PATHS * N_DAYS
    normal = seconds["normal"] / 1e6
    heston = seconds["heston"] / (n_heston * N_DAYS)
    path_day, policy_day = seconds["paths"] / days, seconds["policies"] / days / len(POLICIES)
    print(f"normal, numpy, one thread         {1e9 * normal:8.1f} ns")
    print(f"step of QuantLib's Heston process {1e9 * heston:8.1f} ns")
    print(
        f"path-day                          {1e9 * path_day:8.1f} ns   "
        f"{path_day / normal / 3:.2f} x three normals, 1/{heston / path_day:.0f} of QuantLib's step"
    )
    print(
        f"policy-day, run_policies          {1e9 * policy_day:8.1f} ns   "
        f"{policy_day / normal:.1f} x a normal"
    )
    print(
        f"{N_PATHS:,} paths x {N_DAYS} days x {len(POLICIES)} policies again: "
        f"{seconds['policies']:.3f} s",
        flush=True,
    )
    for name in ("five signals", "all signals"):
        print(f"{name}, over VIX alone: {seconds[name] / seconds['vix alone']:.2f} x", flush=True)
    subprocess.run([sys.executable, "-m", "benchmarks.engine", "long"], check=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["long"]:
        long_run()
    else:
        main()
