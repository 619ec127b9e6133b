"""A small made-up history, and a cache folder of each test's own."""

from __future__ import annotations

import threading

import numpy as np
import pandas as pd
import pytest

from tests.market.loopback import Server, session_to


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ALVH_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def frame():
    """Forty days that pass every check."""
    index = pd.bdate_range("2024-01-02", periods=40, name="date")
    close = 4700.0 + 5.0 * np.arange(40)
    return pd.DataFrame(
        {
            "spx_open": close - 2.0,
            "spx_high": close + 10.0,
            "spx_low": close - 10.0,
            "spx_close": close,
            "vix_close": 13.0 + np.sin(np.arange(40)),
            "vix3m_close": 15.0,
            "vvix_close": 85.0,
            "rate": 0.053,
        },
        index=index,
    )


@pytest.fixture
def yahoo(monkeypatch):
    """Yahoo on this machine; nothing of the test leaves it."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    monkeypatch.setattr("alvh.market.yahoo.Session", session_to(server))
    yield server
    server.release.set()
    server.shutdown()
    server.server_close()
    thread.join()
