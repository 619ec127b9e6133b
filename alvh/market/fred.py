"""Monthly prices and exchange rate from FRED, as plain CSV over HTTP, kept on disk.

Consumer prices and producer prices (indices, seasonally adjusted) and the broad real effective
exchange rate of the dollar (index). FRED dates a month by its first day and holds the latest
revision, not the first print; `known_by` puts each month on the day it had been published by.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from alvh.errors import DataError
from alvh.market.cache import cache_dir, write_text

__all__ = ["ADDRESS", "SERIES", "MacroHistory", "as_known", "fetch_fred", "known_by", "load_macro"]

ADDRESS = "https://fred.stlouisfed.org/graph/fredgraph.csv"
TIMEOUT = 8.0
MAX_AGE = dt.timedelta(days=1)
"""Age up to which a saved answer counts as fresh: the series are monthly."""
_FILE = "fred.csv"
_VERSION = 1
_MOST_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Series:
    """One series: its name there, what it is, and when a month of it is known.

    `lag`: days from the first day of the month after, by which it had been published.
    """

    name: str
    title: str
    low: float
    high: float
    lag: int


SERIES: Final[dict[str, Series]] = {
    "cpi": Series("CPIAUCSL", "Consumer prices", 10.0, 10_000.0, 15),
    "core_cpi": Series("CPILFESL", "Consumer prices less food and energy", 10.0, 10_000.0, 15),
    "ppi": Series("PPIFIS", "Producer prices, final demand", 10.0, 10_000.0, 17),
    "reer": Series("RBUSBIS", "Real effective exchange rate, broad", 10.0, 1_000.0, 25),
}
"""Column to series. Lags are the latest regular day of publication, rounded up: a month is never
taken as known before it was; in a shutdown of the government it came later still."""


@dataclass(frozen=True)
class MacroHistory:
    """Monthly series and where they came from.

    Attributes
    ----------
    frame : DataFrame
        `DatetimeIndex` named ``month`` (first day of the month), columns of `SERIES`, nan where a
        month is missing.
    source : str
    fetched_at : datetime
        UTC.
    notes : tuple of str
        What the user must know.
    """

    frame: pd.DataFrame
    source: str
    fetched_at: dt.datetime
    notes: tuple[str, ...] = ()


def load_macro(
    *, refresh: bool = False, max_age: dt.timedelta = MAX_AGE, now: dt.datetime | None = None
) -> MacroHistory:
    """The series: saved ones if fresh, else downloaded, else the saved ones however old.

    Raises
    ------
    DataError
        If nothing can be had and nothing is saved: the signals that need them are then
        unavailable.
    """
    present = now or dt.datetime.now(dt.UTC)
    saved = _load()
    if saved is not None and not refresh and present - saved.fetched_at <= max_age:
        return saved
    try:
        found = fetch_fred(now=present)
    except DataError as error:
        if saved is None:
            raise
        note = f"No new data from FRED: {error}. Shown is what was saved on {saved.fetched_at:%F}."
        return replace(saved, notes=(note, *saved.notes))
    with contextlib.suppress(OSError):  # then the next run asks again, no worse
        _store(found)
    return found


def fetch_fred(*, timeout: float = TIMEOUT, now: dt.datetime | None = None) -> MacroHistory:
    """Download all series.

    Parameters
    ----------
    timeout : float, default=8
        Seconds for each series.
    now : datetime, optional
        Time of the download, UTC.

    Raises
    ------
    DataError
        If none can be had; one that cannot, or that fails its checks, is left out with a note.
    """
    fetched_at = now or dt.datetime.now(dt.UTC)
    columns: dict[str, pd.Series[float]] = {}
    problems: list[str] = []
    for column, series in SERIES.items():
        try:
            columns[column] = _parsed(_download(series, timeout), series, fetched_at.date())
        except DataError as error:
            problems.append(f"{series.title} not available: {error}.")
            if isinstance(error.__cause__, urllib.error.URLError | TimeoutError):
                break  # no network: the others would only wait as long
    if not columns:
        raise DataError(problems[0].rstrip("."))
    frame = pd.DataFrame(columns).sort_index()
    frame.index.name = "month"
    return MacroHistory(frame, "FRED", fetched_at, tuple(problems))


def known_by(macro: MacroHistory, days: pd.DatetimeIndex) -> pd.DataFrame:
    """The latest published value of each series on each day, and the month it is of.

    Parameters
    ----------
    macro : MacroHistory
    days : DatetimeIndex of shape (n_days,)

    Returns
    -------
    DataFrame of shape (n_days, 2 n_series)
        Columns ``cpi``, ``cpi_month`` and so on; nan and NaT before the first publication.
    """
    out: dict[str, Any] = {}
    for column in macro.frame:
        known = macro.frame[column].dropna()
        out[str(column)] = as_known(known, str(column), days)
        months = pd.Series(known.index, index=known.index)
        out[f"{column}_month"] = as_known(months, str(column), days)
    return pd.DataFrame(out, index=days)


def as_known(monthly: pd.Series[Any], column: str, days: pd.DatetimeIndex) -> pd.Series[Any]:
    """The latest published of some monthly values on each day.

    Parameters
    ----------
    monthly : Series
        Indexed by the first day of the month, rising; computed from the series of `column`, so
        that it is known when that one is published.
    column : str
        Of `SERIES`.
    days : DatetimeIndex of shape (n_days,)

    Returns
    -------
    Series of shape (n_days,)
        Missing before the first publication.
    """
    lag = pd.Timedelta(days=SERIES[column].lag - 1)
    published = pd.DatetimeIndex([m + pd.offsets.MonthBegin(1) + lag for m in monthly.index])
    at = published.searchsorted(days, side="right") - 1
    found = monthly.iloc[np.maximum(at, 0)].set_axis(days)
    return found.where(at >= 0)


def _download(series: Series, timeout: float) -> str:
    request = urllib.request.Request(
        f"{ADDRESS}?id={series.name}", headers={"User-Agent": "alvh (research)"}
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            body: bytes = answer.read(_MOST_BYTES + 1)
            promised = answer.headers.get("Content-Length")
    except urllib.error.HTTPError as error:
        if error.code == 429:
            raise DataError("FRED refuses more requests for now (HTTP 429)") from None
        raise DataError(f"FRED answered HTTP {error.code} for {series.name}") from None
    except TimeoutError as error:
        raise DataError("FRED did not answer in time") from error
    except urllib.error.URLError as error:
        late = isinstance(error.reason, TimeoutError)
        reason = "FRED did not answer in time" if late else "no connection to FRED"
        raise DataError(reason) from error
    except OSError as error:
        raise DataError(f"FRED's answer for {series.name} was cut off") from error
    if len(body) > _MOST_BYTES:
        raise DataError(f"FRED's answer for {series.name} is longer than any series")
    if promised is not None and len(body) < int(promised):
        raise DataError(f"FRED's answer for {series.name} was cut off")
    return body.decode("utf-8-sig", errors="replace")


def _parsed(text: str, series: Series, today: dt.date) -> pd.Series[float]:
    """Months and values of an answer, checked."""
    unreadable = DataError(f"FRED's answer for {series.name} cannot be read")
    try:
        frame = pd.read_csv(io.StringIO(text), na_values=["."], dtype=str)
    except ValueError:
        raise unreadable from None
    if frame.shape[1] != 2 or frame.columns[1] != series.name or frame.empty:
        raise unreadable
    try:
        months = pd.DatetimeIndex(pd.to_datetime(frame.iloc[:, 0], format="%Y-%m-%d"))
        values = pd.to_numeric(frame.iloc[:, 1]).to_numpy(dtype=np.float64)
    except ValueError:
        raise unreadable from None
    if not months.is_monotonic_increasing or months.has_duplicates or (months.day != 1).any():
        raise DataError(f"months of {series.name} must be first days, rising, each once")
    if months[-1].date() > today:
        raise DataError(f"{series.name} holds {months[-1]:%Y-%m}, which is to come")
    wrong = ~np.isnan(values) & ~((values >= series.low) & (values <= series.high))
    if wrong.any():
        raise DataError(
            f"{series.name} must be from {series.low:g} to {series.high:g}, got "
            f"{values[wrong][0]:g} for {months[wrong][0]:%Y-%m}"
        )
    return pd.Series(values, index=months)


def _store(macro: MacroHistory) -> None:
    head = {
        "version": _VERSION,
        "source": macro.source,
        "fetched_at": macro.fetched_at.isoformat(),
        "notes": list(macro.notes),
        "rows": len(macro.frame),
    }
    body = macro.frame.to_csv(date_format="%Y-%m-%d")
    write_text(cache_dir(), _FILE, f"{json.dumps(head)}\n{body}")


def _load(directory: Path | None = None) -> MacroHistory | None:
    """What was saved, or None if there is nothing that can be used."""
    try:
        text = ((directory or cache_dir()) / _FILE).read_text(encoding="utf-8")
        line, body = text.split("\n", 1)
        head = json.loads(line)
        fetched_at = dt.datetime.fromisoformat(head["fetched_at"])
        frame = pd.read_csv(io.StringIO(body), index_col="month", parse_dates=["month"])
        if head["version"] != _VERSION or len(frame) != head["rows"] or fetched_at.tzinfo is None:
            return None
        _check_saved(frame.columns)
        notes = tuple(str(note) for note in head["notes"])
        return MacroHistory(frame.astype(np.float64), str(head["source"]), fetched_at, notes)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _check_saved(columns: Iterable[Any]) -> None:
    if not set(columns) <= set(SERIES):
        raise ValueError("unknown columns")
