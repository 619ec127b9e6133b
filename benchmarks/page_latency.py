"""From a key press on a slider to the repainted page, beside the same on an empty page.

The empty page is measured twice: served by Streamlit as it ships, and with the settings of this
repository, which make it faster too. All pages are open in one headless Chromium and are pressed in
turn, so that whatever else the machine is doing falls on all. Time runs inside the page: from the
key event to the end of the first animation frame after the script has finished and the last chart
has changed. Milliseconds throughout.

    python -m benchmarks.page_latency --key wing
    python -m benchmarks.page_latency --page regimes --key vote.vix.stress --days 5040
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from playwright.sync_api import Locator, Page

from benchmarks.made_history import save
from tests.browser import driver

EMPTY_APP = "benchmarks/empty_app.py"
WARM_UP = 5

_READ = """
() => ({
  sent: window.probe.sent - window.probe.key,
  finished: window.probe.finished - window.probe.key,
  painted: window.probe.painted - window.probe.key,
  total: window.probe.frame - window.probe.key,
  paints: window.probe.paints,
})
"""


@dataclass(frozen=True)
class Press:
    """One key press; milliseconds from the key event, except `paints` (batches of changes).

    `sent` is when the page told the server, `finished` when the server said the run was over,
    `painted` when the last chart changed, `total` the end of the frame after both.
    """

    sent: float
    finished: float
    painted: float
    total: float
    paints: int


class Subject:
    """A page with a slider that can be pressed again and again."""

    def __init__(self, page: Page, thumb: Locator) -> None:
        self.page = page
        self.thumb = thumb
        self.key = "ArrowRight"

    def press(self) -> Press:
        """Press once, turning round at either end of the slider.

        Raises
        ------
        RuntimeError
            If no chart changed: the slider does not move a picture, and nothing was measured.
        """
        self.page.bring_to_front()
        low, value, high = self.thumb.evaluate("t => [+t.min, +t.value, +t.max]")
        if value >= high:
            self.key = "ArrowLeft"
        elif value <= low:
            self.key = "ArrowRight"
        driver.nudge(self.page, self.thumb, key=self.key)
        press = Press(**self.page.evaluate(_READ))
        if press.paints == 0:
            raise RuntimeError(f"no chart changed on {self.page.url}: choose another slider")
        return press


def summary(name: str, presses: Sequence[Press]) -> dict[str, float | str]:
    """Median, spread and stages of a series of presses, in milliseconds."""
    total = np.array([press.total for press in presses])
    low, middle, high, tail = np.percentile(total, [25, 50, 75, 95])
    return {
        "page": name,
        "median": float(middle),
        "q25": float(low),
        "q75": float(high),
        "p95": float(tail),
        "sent": float(np.median([press.sent for press in presses])),
        "finished": float(np.median([press.finished for press in presses])),
        "painted": float(np.median([press.painted for press in presses])),
    }


def ratio(empty: Sequence[Press], page: Sequence[Press]) -> tuple[float, float, float]:
    """Ratio of the medians with a 95 % interval, resampling the pairs of neighbouring presses."""
    pairs = np.array([[a.total, b.total] for a, b in zip(empty, page, strict=True)])
    rng = np.random.default_rng(1)
    draws = np.median(pairs[rng.integers(0, len(pairs), (2000, len(pairs)))], axis=1)
    low, high = np.percentile(draws[:, 1] / draws[:, 0], [2.5, 97.5])
    middle = np.median(pairs, axis=0)
    return float(middle[1] / middle[0]), float(low), float(high)


def measure(
    script: str, path: str, *, label: str | None, key: str | None, presses: int
) -> tuple[list[Press], list[Press], list[Press]]:
    """Press three pages in turn: empty as shipped, empty with our settings, and the page asked for.

    Returns
    -------
    tuple of three lists of Press
        In that order.
    """
    with (
        driver.serve(EMPTY_APP, settings=False) as shipped,
        driver.serve(EMPTY_APP) as floor,
        driver.serve(script) as server,
        driver.chromium() as browser,
        driver.open_page(browser) as shipped_page,
        driver.open_page(browser) as floor_page,
        driver.open_page(browser) as page,
    ):
        subjects = []
        for one, url, where in (
            (shipped_page, shipped.url, {"key": "level"}),
            (floor_page, floor.url, {"key": "level"}),
            (page, f"{server.url}/{path}", {"label": label, "key": key}),
        ):
            one.goto(url)
            driver.settle(one, timeout=180)
            subjects.append(Subject(one, driver.slider(one, **where)))
        rounds = [[subject.press() for subject in subjects] for _ in range(WARM_UP + presses)]
    first, second, third = zip(*rounds[WARM_UP:], strict=True)
    return list(first), list(second), list(third)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table (or JSON) and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--script", default="dashboard.py", help="entry script (%(default)s)")
    parser.add_argument("--page", default="", help="path of the page, such as condor")
    parser.add_argument("--key", help="widget key of the slider, such as wing")
    parser.add_argument("--slider-label", help="label of the slider (first slider if neither)")
    parser.add_argument("--presses", type=int, default=40, help="presses a page (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON with every press")
    parser.add_argument(
        "--days", type=int, default=0, help="days of a made history as the latest data (none)"
    )
    options = parser.parse_args(arguments)
    if options.presses < 1:
        parser.error("--presses must be at least 1")

    with tempfile.TemporaryDirectory(prefix="alvh-latency-") as folder:
        if options.days:
            save(Path(folder), options.days)
            os.environ["ALVH_CACHE_DIR"] = folder
        shipped, empty, other = measure(
            options.script,
            options.page,
            label=options.slider_label,
            key=options.key,
            presses=options.presses,
        )
    rows = [
        summary("empty, as shipped", shipped),
        summary("empty, our settings", empty),
        summary(options.page or options.script, other),
    ]
    ratios = {name: ratio(one, other) for name, one in (("shipped", shipped), ("ours", empty))}
    if options.json:
        result = {
            "summary": rows,
            "ratio": {
                name: dict(zip(("median", "low", "high"), one, strict=True))
                for name, one in ratios.items()
            },
            "shipped": [asdict(press) for press in shipped],
            "empty": [asdict(press) for press in empty],
            "page": [asdict(press) for press in other],
        }
        print(json.dumps(result, indent=2))
        return 0

    print(f"key press to repainted page, ms, {options.presses} presses each, in turn")
    print(f"{'page':<26}{'median':>8}{'quartiles':>16}{'95 %':>8}", end="")
    print(f"{'sent':>8}{'answered':>10}{'last chart':>12}")
    for row in rows:
        print(f"{row['page']:<26}{row['median']:>8.0f}", end="")
        print(f"{row['q25']:>8.0f} -{row['q75']:>6.0f}{row['p95']:>8.0f}", end="")
        print(f"{row['sent']:>8.0f}{row['finished']:>10.0f}{row['painted']:>12.0f}")
    for name, words in (("shipped", "as shipped"), ("ours", "with our settings")):
        middle, low, high = ratios[name]
        print(f"ratio to empty {words}: {middle:.2f}  [{low:.2f}, {high:.2f}]")
    return 0


if __name__ == "__main__":
    sys.exit(main())
