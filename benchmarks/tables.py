"""Building the pricing tables: seconds beside a named piece of numpy, and the memory they take.

The yardstick is ten million standard normals drawn by numpy in one thread, timed in turn with the
builds, so that whatever else the machine is doing falls on both.

    python -m benchmarks.tables
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence

import numpy as np

from alvh.model import ModelParameters
from alvh.pricing.tables import PricingTables

N_NORMALS = 10_000_000


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--builds", type=int, default=7, help="how often (%(default)s)")
    options = parser.parse_args(arguments)
    if options.builds < 1:
        parser.error("--builds must be at least 1")

    model = ModelParameters.default()
    rng = np.random.default_rng(1)
    tables = PricingTables.build(model)  # warm-up: compiles, or reads the compiled kernels
    rng.standard_normal(N_NORMALS)
    builds, draws = [], []
    for _ in range(options.builds):
        builds.append(seconds(lambda: PricingTables.build(model)))
        draws.append(seconds(lambda: rng.standard_normal(N_NORMALS)))
    build, draw = statistics.median(builds), statistics.median(draws)

    print(f"seconds, median of {options.builds} after one warm-up, in turn")
    print(f"{'what':<28}{'median':>8}{'fastest':>9}{'slowest':>9}")
    for name, times in (("PricingTables.build", builds), ("numpy, 1e7 normals", draws)):
        middle = statistics.median(times)
        print(f"{name:<28}{middle:>8.3f}{min(times):>9.3f}{max(times):>9.3f}")
    print(f"ratio of medians {build / draw:.1f}, memory {tables.nbytes / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
