"""Drive the dashboard in a real browser: start the server, open a page, wait, press a key.

Owns everything tests and benchmarks share about Streamlit's page: its element names, when it has
finished, and how a slider is moved. Nothing here sleeps; waiting is done inside the page.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, sync_playwright

__all__ = [
    "ROOT",
    "VIEWPORT",
    "Problems",
    "Server",
    "chromium",
    "find_chromium",
    "is_within_window",
    "nudge",
    "numbers",
    "open_page",
    "serve",
    "settle",
    "show_in_readme",
    "slider",
    "visit",
    "watch",
]

ROOT = Path(__file__).parents[2]
VIEWPORT = {"width": 1440, "height": 900}

_CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
_CHROMIUM_FLAGS = (
    "--no-sandbox",  # the sandbox needs privileges that containers do not give
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A page that is not in front must not be slowed: benchmarks keep two open.
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
)

# Runs before the page's own scripts and keeps, in `window.probe`, what has happened since: the
# number of script runs finished, and times (performance.now) of the last key, of the message it
# sent, of the message that said the run was over, and of the last change of a chart.
#
# A run is counted where it arrives, in the web socket: the page's own attribute never says
# "running" when a run is so short that the browser handles its start and its end together. The
# message wanted is field 6 (script_finished) of Streamlit's ForwardMsg; its value 2 means that the
# run gave way to another.
_PROBE = """
(() => {
  const probe = window.probe = {
    runs: 0, key: 0, sent: 0, finished: 0, painted: 0, paints: 0, quiet: 0, frame: 0,
  };
  const FINISHED = 6, SUPERSEDED = 2;
  const stamp = (name) => {
    probe[name] = performance.now();
    probe.quiet = 0;
  };

  // The value of a varint field among the top-level fields of a message, or -1.
  const varintField = (wanted, bytes) => {
    let at = 0;
    const varint = () => {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[at++];
        value |= (byte & 127) << shift;
        if (!(byte & 128)) return value;
      }
    };
    while (at < bytes.length) {
      const tag = varint();
      const value = varint(); // or the length of what follows
      if (tag === wanted << 3) return value;
      if ((tag & 7) === 2) at += value;
      else if ((tag & 7) !== 0) return -1;
    }
    return -1;
  };

  window.WebSocket = class extends window.WebSocket {
    constructor(...args) {
      super(...args);
      this.addEventListener('message', ({ data }) => {
        const status = varintField(FINISHED, new Uint8Array(data));
        if (status < 0) return;
        stamp('finished');
        if (status !== SUPERSEDED) probe.runs += 1;
      });
    }
    send(data) {
      if (probe.sent < probe.key) probe.sent = performance.now();
      super.send(data);
    }
  };

  document.addEventListener('keydown', (event) => {
    probe.key = event.timeStamp;
    probe.quiet = 0;
    probe.paints = 0;
  }, true);

  const inChart = ({ target }) => {
    const element = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
    return element && element.closest('[data-testid="stVegaLiteChart"]');
  };
  // A chart drawn on a canvas changes no element: its repaint is the first thing it clears.
  const clear = CanvasRenderingContext2D.prototype.clearRect;
  CanvasRenderingContext2D.prototype.clearRect = function (...box) {
    if (this.canvas.closest && this.canvas.closest('[data-testid="stVegaLiteChart"]')) {
      stamp('painted');
      probe.paints += 1;
    }
    return clear.apply(this, box);
  };
  new MutationObserver((records) => {
    if (!records.some(inChart)) return;
    stamp('painted');
    probe.paints += 1;
  }).observe(document, {
    subtree: true, childList: true, characterData: true, attributes: true,
    attributeFilter: ['d', 'transform', 'width', 'height', 'opacity'],
  });

  // Frames without any event: a page whose thread is busy has no frames, so it is never "quiet".
  // The first of them gives the time of the repaint, read once the frame has been produced (a
  // frame's own timestamp is when it was due, which on a busy page is long before).
  const tick = () => {
    probe.quiet += 1;
    if (probe.quiet === 1) setTimeout(() => { probe.frame = performance.now(); });
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
})();
"""

_SETTLED = """
([runs, frames]) => {
  const app = document.querySelector('[data-testid="stApp"]');
  if (!app || app.dataset.testConnectionState !== 'CONNECTED') return false;
  if (app.dataset.testScriptState !== 'notRunning') return false;
  if (window.probe.runs < runs || window.probe.quiet < frames) return false;
  if (document.querySelector('[data-testid="stSkeleton"]')) return false;
  const charts = document.querySelectorAll('[data-testid="stVegaLiteChart"]');
  return [...charts].every((chart) => chart.querySelector('svg, canvas'));
}
"""


@dataclass(frozen=True)
class Server:
    """A running Streamlit server."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def output(self) -> str:
        """Return what the server has printed so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")


@dataclass
class Problems:
    """What went wrong in a page while it was watched."""

    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def all(self) -> list[str]:
        """Every problem, in the order console, failed requests, requests to other hosts."""
        return [*self.console, *self.requests, *self.foreign]


def find_chromium() -> Path | None:
    """Path of an installed Chromium or Chrome, or None."""
    found = (shutil.which(name) for name in _CHROMIUM_NAMES)
    return next((Path(path) for path in found if path), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def serve(
    script: Path | str = "dashboard.py", *, timeout: float = 60.0, settings: bool = True
) -> Iterator[Server]:
    """Run a Streamlit script on a free port and stop its whole process group at the end.

    Parameters
    ----------
    script : path
        Relative paths are taken from the root of the repository.
    timeout : float, default=60.0
        Seconds until the server must answer.
    settings : bool, default=True
        Whether the repository's ``.streamlit`` applies; otherwise Streamlit is as it ships.

    Raises
    ------
    RuntimeError
        If the server stops or does not answer in time; the message holds its output.
    """
    port = _free_port()
    url = f"http://localhost:{port}"
    options = {
        "server.headless": "true",
        "server.port": str(port),
        "server.address": "localhost",
        "browser.gatherUsageStats": "false",
    }
    ours = Path(script) == Path("dashboard.py")  # served as `make run` serves it
    served = ["alvh.ui.serve"] if ours else ["streamlit", "run", str(ROOT / script)]
    command = [sys.executable, "-m", *served]
    command += [f"--{name}={value}" for name, value in options.items()]
    with tempfile.TemporaryDirectory(prefix="alvh-server-") as folder:
        log = Path(folder) / "server.log"
        with log.open("wb") as sink:
            process = subprocess.Popen(
                command,
                cwd=ROOT if settings else folder,  # Streamlit reads the settings of where it runs
                stdout=sink,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                start_new_session=True,
            )
        server = Server(url, process, log)
        try:
            deadline = time.monotonic() + timeout
            while not _is_healthy(url):
                # Waiting on the process is both the pause and the check that it still lives.
                try:
                    process.wait(timeout=0.05)
                except subprocess.TimeoutExpired:
                    if time.monotonic() < deadline:
                        continue
                raise RuntimeError(f"no server at {url}:\n{server.output()}")
            yield server
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
        except ProcessLookupError:
            break
        try:
            process.wait(timeout=5)
            break
        except subprocess.TimeoutExpired:
            continue
    process.wait(timeout=5)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Headless Chromium as installed on this machine (nothing is downloaded).

    Raises
    ------
    RuntimeError
        If there is no Chromium or Chrome on PATH.
    """
    path = find_chromium()
    if path is None:
        raise RuntimeError(f"none of {', '.join(_CHROMIUM_NAMES)} is on PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_CHROMIUM_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_page(browser: Browser, **options: object) -> Iterator[Page]:
    """Open an empty page of 1440x900 in a context of its own, with the probe installed.

    Keyword options go to Playwright's `new_context` (``color_scheme="dark"``, for example).
    """
    settings: dict[str, object] = {"viewport": VIEWPORT, **options}
    context = browser.new_context(**settings)  # type: ignore[arg-type]
    context.add_init_script(_PROBE)
    try:
        yield context.new_page()
    finally:
        context.close()


def watch(page: Page) -> Problems:
    """Collect console errors, failed requests and requests that leave this machine."""
    problems = Problems()

    def looking_for_its_root(url: str) -> bool:
        # Opened at the address of a page, Streamlit asks there before it asks at the root.
        path = urlsplit(url).path
        return path.endswith(("/_stcore/health", "/_stcore/host-config")) and path.count("/") > 2

    def on_console(message: object) -> None:
        where = message.location["url"]  # type: ignore[attr-defined]
        if message.type == "error" and not looking_for_its_root(where):  # type: ignore[attr-defined]
            problems.console.append(f"console: {message.text}")  # type: ignore[attr-defined]

    page.on("console", on_console)
    page.on("pageerror", lambda error: problems.console.append(f"page error: {error}"))
    page.on(
        "requestfailed",
        lambda request: (
            # Leaving a page cancels what it was still loading; that is no failure.
            None
            if request.failure == "net::ERR_ABORTED"
            else problems.requests.append(f"failed: {request.url} ({request.failure})")
        ),
    )
    page.on(
        "response",
        lambda answer: (
            problems.requests.append(f"{answer.status}: {answer.url}")
            if answer.status >= 400 and not looking_for_its_root(answer.url)
            else None
        ),
    )
    local = ("http://localhost", "ws://localhost", "http://127.0.0.1", "data:", "blob:", "about:")
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(local)
            else problems.foreign.append(f"left this machine: {request.url}")
        ),
    )
    return problems


def settle(page: Page, *, runs: int = 1, quiet_frames: int = 10, timeout: float = 60.0) -> None:
    """Wait until the script has finished and every chart is drawn.

    Parameters
    ----------
    page : Page
        A page made by `open_page`, already sent to an address of the app.
    runs : int, default=1
        Script runs that must have finished since the page was loaded. `nudge` asks for one more
        than before the key: right after a key the page still shows the run before it.
    quiet_frames : int, default=10
        Animation frames without a chart changing or a run ending.
    timeout : float, default=60.0
        Seconds.
    """
    page.wait_for_function(_SETTLED, arg=[runs, quiet_frames], timeout=1000 * timeout)


def visit(page: Page, url: str, *, timeout: float = 120.0) -> Page:
    """Go to an address of the app and wait until it is drawn (see `settle`)."""
    page.goto(url)
    settle(page, timeout=timeout)
    return page


def numbers(page: Page) -> list[str]:
    """The numbers of the page, as they read."""
    return page.get_by_test_id("stMetricValue").all_inner_texts()


def is_within_window(page: Page) -> bool:
    """Whether neither the page nor any of its pictures is wider than the window."""
    main = page.get_by_test_id("stMain")
    if not main.evaluate("x => x.scrollWidth <= x.clientWidth"):
        return False
    pictures = page.locator('[data-testid="stVegaLiteChart"] canvas').all()
    return all(
        box is not None and box["x"] + box["width"] <= VIEWPORT["width"]
        for box in (picture.bounding_box() for picture in pictures)
    )


def show_in_readme(page: Page, name: str) -> None:
    """Remake the README's picture of the page: on purpose only, where ALVH_SCREENSHOT is set."""
    if os.environ.get("ALVH_SCREENSHOT"):
        page.screenshot(path=str(ROOT / "docs" / f"{name}.png"))


def slider(page: Page, *, label: str | None = None, key: str | None = None) -> Locator:
    """Return the input of a slider, found by its widget key or by its label (the first if neither).

    A key ``condor.wing`` becomes the class ``st-key-condor-wing`` of the element around the widget.
    """
    scope = "" if key is None else f".{_key_class(key)} "
    sliders = page.locator(f'{scope}[data-testid="stSlider"]')
    if label is not None:
        named = page.get_by_test_id("stWidgetLabel").filter(has_text=label)
        sliders = sliders.filter(has=named)
    return sliders.first.locator('input[type="range"]').first


def _key_class(key: str) -> str:
    return "st-key-" + re.sub(r"[^a-zA-Z0-9_-]", "-", key.strip())


def nudge(page: Page, thumb: Locator, *, key: str = "ArrowRight", timeout: float = 60.0) -> None:
    """Press a key on a slider (see `slider`) and wait for the page that answers it.

    The key must move the slider: at its end nothing runs, and this waits until the timeout.
    """
    thumb.focus()
    runs = int(page.evaluate("window.probe.runs"))
    thumb.press(key)
    settle(page, runs=runs + 1, timeout=timeout)
