"""What was last downloaded, and what last went wrong, on disk.

One text file holds the history (a line of JSON, then CSV), so that one rename replaces it whole.
A cache that cannot be read or fails validation is treated as absent. Times are UTC.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import tempfile
from pathlib import Path

import pandas as pd

from alvh.errors import DataError
from alvh.market.history import MarketHistory

__all__ = [
    "RETRY_AFTER",
    "cache_dir",
    "forget_failure",
    "load_cached",
    "recent_failure",
    "remember_failure",
    "store",
    "write_text",
]

RETRY_AFTER = dt.timedelta(minutes=10)
"""How long a failed download keeps the next one from being tried."""

_HISTORY = "history.csv"
_FAILURE = "failure.json"
_VERSION = 1


def cache_dir() -> Path:
    """Folder of the cache: ``ALVH_CACHE_DIR``, else ``alvh`` in the user's cache folder."""
    chosen = os.environ.get("ALVH_CACHE_DIR")
    if chosen:
        return Path(chosen).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(base) if base else Path.home() / ".cache") / "alvh"
    except RuntimeError:  # no home, as in some containers
        return Path(tempfile.gettempdir()) / "alvh"


def store(history: MarketHistory, directory: Path | None = None) -> None:
    """Replace the saved history by `history`; a reader sees the old one or the new one.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    head = {
        "version": _VERSION,
        "source": history.source,
        "fetched_at": history.fetched_at.isoformat() if history.fetched_at else None,
        "notes": list(history.notes),
        "rows": len(history.frame),
    }
    body = history.frame.to_csv(date_format="%Y-%m-%d")
    write_text(directory or cache_dir(), _HISTORY, f"{json.dumps(head)}\n{body}")


def load_cached(directory: Path | None = None) -> MarketHistory | None:
    """Return the saved history, or ``None`` if there is none that can be used.

    The caller judges its age by `MarketHistory.fetched_at`, which is never ``None`` here.
    """
    path = (directory or cache_dir()) / _HISTORY
    try:
        line, body = path.read_text(encoding="utf-8").split("\n", 1)
        head = json.loads(line)
        if head["version"] != _VERSION:
            return None
        fetched_at = dt.datetime.fromisoformat(head["fetched_at"])
        frame = pd.read_csv(io.StringIO(body))
        if fetched_at.tzinfo is None or len(frame) != head["rows"]:
            return None
        return MarketHistory.from_frame(
            frame,
            source=str(head["source"]),
            fetched_at=fetched_at,
            notes=[str(note) for note in head["notes"]],
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # DataError, UnicodeDecodeError and the parsers' errors are ValueErrors


def remember_failure(reason: str, now: dt.datetime, directory: Path | None = None) -> None:
    """Note that a download failed at `now`, and why.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    text = json.dumps({"at": now.isoformat(), "reason": reason})
    write_text(directory or cache_dir(), _FAILURE, text)


def recent_failure(now: dt.datetime, directory: Path | None = None) -> DataError | None:
    """Return the failure of the last `RETRY_AFTER`, if any."""
    path = (directory or cache_dir()) / _FAILURE
    try:
        failure = json.loads(path.read_text(encoding="utf-8"))
        at = dt.datetime.fromisoformat(failure["at"])
        age = now - at
        reason = str(failure["reason"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if not dt.timedelta(0) <= age < RETRY_AFTER:
        return None
    return DataError(f"{reason} (tried at {at:%H:%M} UTC; next try from {at + RETRY_AFTER:%H:%M})")


def forget_failure(directory: Path | None = None) -> None:
    """Let the next download be tried at once.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    ((directory or cache_dir()) / _FAILURE).unlink(missing_ok=True)


def write_text(directory: Path, name: str, text: str) -> None:
    """Replace a file of the cache whole, or leave it as it was.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    directory.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=directory, prefix=f".{name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(temporary).replace(directory / name)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
