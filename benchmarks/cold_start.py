"""Seconds from starting the server to the first picture in the browser.

The browser is already running and the kernels are compiled (``make run`` sees to that); the
operating system's file cache is left as it is, so the first of several starts is the coldest.

    python -m benchmarks.cold_start --page condor
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import Browser

from tests.browser import driver

_PICTURE = """
() => [...document.querySelectorAll('[data-testid="stVegaLiteChart"]')]
  .some((chart) => chart.querySelector('svg, canvas'))
"""


@dataclass(frozen=True)
class Start:
    """Seconds from the launch of the server."""

    serving: float
    picture: float
    settled: float


def start(browser: Browser, script: str, path: str) -> Start:
    """Start the server once and wait for its first page."""
    with driver.open_page(browser) as page:
        begin = time.perf_counter()
        with driver.serve(script) as server:
            serving = time.perf_counter() - begin
            page.goto(f"{server.url}/{path}", wait_until="commit")
            page.wait_for_function(_PICTURE, timeout=180_000)
            picture = time.perf_counter() - begin
            driver.settle(page, timeout=180)
            return Start(serving, picture, time.perf_counter() - begin)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print one line a start and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--script", default="dashboard.py", help="entry script (%(default)s)")
    parser.add_argument("--page", default="", help="path of the page, such as condor")
    parser.add_argument("--starts", type=int, default=3, help="how often (%(default)s)")
    options = parser.parse_args(arguments)

    with driver.chromium() as browser:
        starts = [start(browser, options.script, options.page) for _ in range(options.starts)]
    print("seconds from launching the server")
    print(f"{'start':<10}{'serving':>10}{'picture':>10}{'settled':>10}")
    for number, one in enumerate(starts, 1):
        print(f"{number:<10}{one.serving:>10.2f}{one.picture:>10.2f}{one.settled:>10.2f}")
    middle = statistics.median(one.picture for one in starts)
    print(f"first picture after {middle:.2f} s (median of {len(starts)})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
