"""Settings of every test: hypothesis profiles, and no silent skips in CI."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

IN_CI = os.environ.get("CI", "").lower() not in {"", "0", "false"}
EXPECTED = "expected:"

# CI must give the same verdict twice; at a desk the search goes on where it stopped.
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=100)
settings.register_profile("dev", deadline=None, max_examples=50)
settings.load_profile("ci" if IN_CI else "dev")


class SkipGuard:
    """Fails the session if a test was skipped for a reason that was not announced.

    A skip is announced by a reason that starts with ``expected:``. Without this a machine that
    lacks a browser, or a package, would report a green run of tests that never ran.
    """

    def __init__(self) -> None:
        self.unexpected: list[str] = []

    def note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        """Remember a skipped report unless its reason was announced."""
        if not report.skipped or hasattr(report, "wasxfail"):
            return
        where = report.longrepr
        reason = where[2] if isinstance(where, tuple) else str(where)
        reason = reason.removeprefix("Skipped: ")
        if not reason.startswith(EXPECTED):
            self.unexpected.append(f"{report.nodeid}: {reason}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Look at each test."""
        self.note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Look at modules skipped as a whole (`importorskip`)."""
        self.note(report)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        """Turn a green session red."""
        if self.unexpected and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        return (yield)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say why."""
        if self.unexpected:
            terminalreporter.section("unexpected skips (not allowed when CI is set)", red=True)
            for line in self.unexpected:
                terminalreporter.line(line)


def pytest_configure(config: pytest.Config) -> None:
    """Watch for skips when CI is set."""
    if IN_CI:
        config.pluginmanager.register(SkipGuard(), "skip-guard")
