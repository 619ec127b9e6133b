"""The history to use: saved, downloaded, or the offline sample, and always which one and why."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from dataclasses import replace
from typing import Literal

from alvh.errors import DataError
from alvh.market import cache
from alvh.market.history import MarketHistory
from alvh.market.sample import read_sample
from alvh.market.yahoo import fetch_yahoo

__all__ = ["MAX_AGE", "load_history"]

MAX_AGE = dt.timedelta(hours=6)
"""Age up to which a saved history counts as fresh."""
_LOCK = threading.Lock()


def load_history(
    source: Literal["auto", "yahoo", "sample"] = "auto",
    *,
    refresh: bool = False,
    max_age: dt.timedelta = MAX_AGE,
    now: dt.datetime | None = None,
) -> MarketHistory:
    """Daily SPX and VIX history, in the units of `alvh.market.schema`.

    Parameters
    ----------
    source : {"auto", "yahoo", "sample"}, default="auto"
        ``"yahoo"``: a fresh saved history, else a download, else the saved one however old.
        ``"auto"``: the same, and in the end the offline sample. ``"sample"``: the sample at once.
    refresh : bool, default=False
        Download even if the saved history is fresh or a download has just failed.
    max_age : timedelta, default=6 hours
        Age up to which a saved history counts as fresh.
    now : datetime, optional
        The present, UTC; for tests.

    Returns
    -------
    MarketHistory
        If it is not what was asked for first, `notes` begin with the reason.

    Raises
    ------
    DataError
        ``"yahoo"``: no download and nothing saved. Otherwise only if the sample itself is broken.

    Notes
    -----
    A failed download is remembered for `cache.RETRY_AFTER`, so a page that runs again does not
    wait again.
    """
    if source == "sample":
        return read_sample()
    present = now or dt.datetime.now(dt.UTC)
    # One at a time: who had to wait finds what the one before saved, or why it failed.
    with _LOCK:
        saved = cache.load_cached()
        age = _age(saved, present)
        if saved is not None and not refresh and age is not None and age <= max_age:
            return saved
        try:
            return _download(present, refresh)
        except DataError as error:
            reason = str(error)
    if saved is not None:
        note = f"No new data from Yahoo Finance: {reason}. Shown is what was saved {_words(age)}."
        return replace(saved, notes=(note, *saved.notes))
    if source == "yahoo":
        raise DataError(f"No data from Yahoo Finance: {reason}")
    sample = read_sample()
    note = (
        f"No data from Yahoo Finance: {reason}. Nothing was saved before, so this is the offline "
        f"sample, {sample.frame.index[0].date()} to {sample.as_of}: not today's market."
    )
    return replace(sample, notes=(note, *sample.notes))


def _download(now: dt.datetime, refresh: bool) -> MarketHistory:
    failure = None if refresh else cache.recent_failure(now)
    if failure is not None:
        raise failure
    try:
        history = fetch_yahoo(now=now)
    except DataError as error:
        with contextlib.suppress(OSError):  # then the next run waits again, no worse
            cache.remember_failure(str(error), now)
        raise
    try:
        cache.store(history)
        cache.forget_failure()
    except OSError as error:
        note = f"The data could not be saved for later ({error.strerror or error})."
        return replace(history, notes=(*history.notes, note))
    return history


def _age(saved: MarketHistory | None, now: dt.datetime) -> dt.timedelta | None:
    if saved is None or saved.fetched_at is None:
        return None
    return max(now - saved.fetched_at, dt.timedelta(0))


def _words(age: dt.timedelta | None) -> str:
    if age is None:
        return "before"
    hours = age / dt.timedelta(hours=1)
    if hours < 1.0:
        return "less than an hour ago"
    count, unit = (round(hours), "hour") if hours < 48.0 else (age.days, "day")
    return f"{count} {unit}{'s' if count > 1 else ''} ago"
