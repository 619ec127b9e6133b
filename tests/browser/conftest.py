"""Fixtures of the browser tests: one server and one browser a session, one page a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import driver

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything below this folder as `browser`."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def server() -> Iterator[driver.Server]:
    """The dashboard, served on a free port."""
    with driver.serve() as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium, the one installed on this machine."""
    if driver.find_chromium() is None:
        pytest.skip("no Chromium on PATH")
    with driver.chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page of 1440x900; anything wrong in it fails the test.

    Console errors, failed requests and requests to other machines all count.
    """
    with driver.open_page(browser) as opened:
        problems = driver.watch(opened)
        yield opened
        assert problems.all() == []
