"""What these tests share: no network, and the files a page saves."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import streamlit as st


@pytest.fixture(autouse=True)
def _offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of its own, and no attempt to reach a network."""
    monkeypatch.setenv("ALVH_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr("alvh.ui.regimes_cache.macro", lambda: None)


@pytest.fixture
def saved(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[], bytes | str]]:
    """What the buttons of a page save, by their keys, as the server makes it: in a bare thread."""
    made: dict[str, Callable[[], bytes | str]] = {}

    def button(*_, key, data, **__):
        def make() -> bytes | str:
            with ThreadPoolExecutor(1) as pool:
                return pool.submit(data).result()

        made[key] = make

    monkeypatch.setattr(st, "download_button", button)
    return made
