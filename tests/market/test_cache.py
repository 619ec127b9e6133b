"""What is stored comes back; what is broken does not; what failed is remembered for a while."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from alvh.market import cache
from alvh.market.history import MarketHistory

NOW = dt.datetime(2024, 3, 15, 12, tzinfo=dt.UTC)


@pytest.fixture
def history(frame):
    return MarketHistory.from_frame(
        frame, source="Yahoo Finance", fetched_at=NOW, notes=["A note, with “quotes”."]
    )


def test_round_trip(history):
    assert cache.load_cached() is None
    cache.store(history)
    again = cache.load_cached()
    pd.testing.assert_frame_equal(again.frame, history.frame, check_freq=False, check_exact=True)
    assert (again.source, again.fetched_at, again.notes) == (
        history.source,
        history.fetched_at,
        history.notes,
    )


def test_numbers_come_back_to_the_last_digit(frame):
    noise = np.random.default_rng(1).uniform(0.99, 1.01, len(frame))
    noisy = frame[["spx_close", "vix_close"]].mul(noise, axis=0)
    cache.store(MarketHistory(noisy, "x", NOW))
    assert (cache.load_cached().frame == noisy).all(axis=None)


def test_storing_replaces_and_leaves_nothing_behind(history, folder):
    cache.store(history)
    cache.store(MarketHistory(history.frame.iloc[:5], "x", NOW))
    assert len(cache.load_cached().frame) == 5
    assert [path.name for path in folder.iterdir()] == ["history.csv"]


def test_a_failed_write_keeps_the_old_one(history, folder, monkeypatch):
    cache.store(history)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("alvh.market.cache.Path.replace", full)
    with pytest.raises(OSError, match="No space left"):
        cache.store(MarketHistory(history.frame.iloc[:5], "x", NOW))
    assert len(cache.load_cached().frame) == 40
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[:0],
        lambda text: b"\xff\xfe\x00" + text,
        lambda text: b"null\n" + text.split(b"\n", 1)[1],
        lambda text: b"{}\n" + text.split(b"\n", 1)[1],
        lambda text: text[: len(text) // 2],
        lambda text: text.split(b"\n", 1)[0],
        lambda text: text.replace(b'"version": 1', b'"version": 0'),
        lambda text: text.replace(b'"2024-03-15T12:00:00+00:00"', b"null"),
        lambda text: text.replace(b"+00:00", b""),
        lambda text: text.replace(b"4700.0", b"-4700.0"),
        lambda text: text.replace(b"4700.0", b'47"00.0'),
    ],
)
def test_a_broken_cache_counts_as_none(history, folder, damage):
    cache.store(history)
    path = folder / "history.csv"
    path.write_bytes(damage(path.read_bytes()))
    assert cache.load_cached() is None


def test_failures_are_remembered_for_ten_minutes(folder):
    assert cache.recent_failure(NOW) is None
    cache.remember_failure("no network", NOW)
    message = "no network (tried at 12:00 UTC; next try from 12:10)"
    assert str(cache.recent_failure(NOW + dt.timedelta(minutes=9))) == message
    assert cache.recent_failure(NOW + dt.timedelta(minutes=10)) is None
    assert cache.recent_failure(NOW - dt.timedelta(minutes=1)) is None  # the clock was set back
    cache.forget_failure()
    assert cache.recent_failure(NOW) is None
    cache.forget_failure()
    (folder / "failure.json").write_text("[]")
    assert cache.recent_failure(NOW) is None


def test_place_of_the_cache(monkeypatch, tmp_path):
    assert cache.cache_dir() == tmp_path / "cache"
    monkeypatch.delenv("ALVH_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.cache_dir() == tmp_path / "alvh"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache.cache_dir() == tmp_path / ".cache" / "alvh"
