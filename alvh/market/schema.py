"""Columns, units and checks of a history frame: the one shape every data source returns.

Indices and VIX futures are in points (a VIX of 16.0 means 16 %), funds in dollars, advances and
declines in stocks, `breadth` is a percentage, `rate` is a decimal a year. Nothing here knows where
a frame came from.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pandas as pd

from alvh._typing import FloatArray
from alvh.errors import DataError

__all__ = ["COLUMNS", "MAX_JUMP", "MAX_ROWS", "REQUIRED", "Column", "validate_history"]

MAX_ROWS = 200_000
MAX_JUMP = 0.30
"""Largest believable daily move of the SPX close, as a fraction; 1987-10-19 was -0.205."""
MAX_MISSING = 0.10
"""Largest share of days that may lack a VIX before the column counts as absent."""
FIRST_DATE = dt.date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Column:
    """What one column of a history frame holds; both bounds are allowed values."""

    title: str
    unit: str
    low: float
    high: float
    required: bool = False

    @property
    def allowed(self) -> str:
        """The bounds in words: ``"from 1 to 200 points"``."""
        return f"from {self.low:g} to {self.high:,.15g} {self.unit}"


# The lower bounds double as a check of the unit: a VIX of 0.16 or an SPX of 4.8 is a slip.
COLUMNS: dict[str, Column] = {
    "spx_open": Column("SPX open", "points", 10.0, 1e6),
    "spx_high": Column("SPX high", "points", 10.0, 1e6),
    "spx_low": Column("SPX low", "points", 10.0, 1e6),
    "spx_close": Column("SPX close", "points", 10.0, 1e6, required=True),
    "vix_close": Column("VIX close", "points", 1.0, 200.0, required=True),
    "vix3m_close": Column("VIX3M close", "points", 1.0, 200.0),
    "vvix_close": Column("VVIX close", "points", 10.0, 500.0),
    "vix9d_close": Column("VIX9D close", "points", 1.0, 300.0),
    "skew_close": Column("Cboe SKEW close", "points", 50.0, 250.0),
    "vx1_close": Column("First VIX future", "points", 1.0, 200.0),
    "vx2_close": Column("Second VIX future", "points", 1.0, 200.0),
    "spy_close": Column("SPY close", "dollars", 1.0, 1e5),
    "rsp_close": Column("RSP close (equal weight)", "dollars", 1.0, 1e5),
    "advances": Column("Stocks that rose", "stocks", 0.0, 1e5),
    "declines": Column("Stocks that fell", "stocks", 0.0, 1e5),
    "breadth": Column("Members above their 200-day average", "percent", 0.0, 100.0),
    "rate": Column("Short rate", "as a decimal a year (0.05 means 5 %)", -0.05, 0.50),
}
REQUIRED = tuple(name for name, column in COLUMNS.items() if column.required)


def validate_history(
    frame: pd.DataFrame,
    *,
    source: str,
    notes: list[str] | None = None,
    today: dt.date | None = None,
    max_rows: int = MAX_ROWS,
    first_row: int = 1,
) -> pd.DataFrame:
    """Return `frame` in the shape of `COLUMNS`, or say what is wrong with it.

    Parameters
    ----------
    frame : DataFrame of shape (n_days, n_columns)
        Daily rows with a `DatetimeIndex`, or a column ``date`` of dates or ISO strings. Columns
        not in `COLUMNS` are ignored; numbers may still be text. Not modified.
    source : str
        Where it came from, as the user knows it; every message begins with it.
    notes : list of str, optional
        Receives one sentence for every correction made (rows left out).
    today : date, optional
        Latest date believed, with a day of tolerance for time zones. Default: today in UTC.
    max_rows : int, default=200_000
        Longer frames are refused before anything else is looked at.
    first_row : int, default=1
        Number of the first row in messages (2 for a file with a header line).

    Returns
    -------
    DataFrame of shape (n_valid_days, n_known_columns)
        float64 columns in the order of `COLUMNS`; `DatetimeIndex` named ``date``, without time
        zone, strictly increasing. Optional columns may hold nan; the required ones do not.

    Raises
    ------
    DataError
        Naming column, value, row and date, and what is allowed. Reasons: a required column is
        missing; text in numbers; dates unreadable, repeated, out of order or in the future;
        values outside `COLUMNS`; a low above its high; a daily SPX move beyond `MAX_JUMP`; a
        missing SPX close; too many missing VIX closes; fewer than 2 or more than `max_rows` rows.
    """
    n_rows = len(frame)
    if n_rows > max_rows:
        raise DataError(f"{source}: {n_rows:,} rows, at most {max_rows:,} are allowed")
    if frame.columns.has_duplicates:
        repeated = frame.columns[frame.columns.duplicated()][0]
        raise DataError(f"{source}: column {repeated} appears more than once, allowed is once")
    missing = [name for name in REQUIRED if name not in frame.columns]
    if missing:
        present = ", ".join(str(name) for name in frame.columns[:12]) or "none"
        raise DataError(
            f"{source}: column {' and '.join(missing)} is missing; found: {_shown(present, 200)}"
        )
    if n_rows < 2:
        raise DataError(f"{source}: {n_rows} row(s) of data, at least 2 are needed")

    index = _dates(frame, source, today, first_row)
    place = _Place(source, index, first_row)
    known = [name for name in COLUMNS if name in frame.columns]
    clean = pd.DataFrame(
        {name: _numbers(frame[name], name, place) for name in known}, index=index, dtype=np.float64
    )
    _check_bounds(clean, place)
    clean = _drop_missing_vix(clean, source, notes)
    _check_jumps(clean, source)
    return clean


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value stands, for messages."""

    source: str
    index: pd.DatetimeIndex
    first_row: int

    def __call__(self, position: int) -> str:
        date = self.index[position].date().isoformat()
        return f"{self.source}, row {position + self.first_row} ({date})"


def _shown(value: object, width: int = 40) -> str:
    text = str(value)
    return text if len(text) <= width else f"{text[:width]}..."


def _first(mask: Any) -> int:
    return int(np.flatnonzero(np.asarray(mask))[0])


def _dates(
    frame: pd.DataFrame, source: str, today: dt.date | None, first_row: int
) -> pd.DatetimeIndex:
    if "date" in frame.columns:
        raw = pd.Index(frame["date"])
    elif isinstance(frame.index, pd.DatetimeIndex):
        raw = frame.index
    else:
        raise DataError(f"{source}: column date is missing")

    if isinstance(raw, pd.DatetimeIndex):
        parsed = raw.tz_localize(None)
    else:
        texts = [str(value) for value in raw]
        try:
            parsed = pd.DatetimeIndex(pd.to_datetime(texts, errors="coerce", format="%Y-%m-%d"))
        except (ValueError, OverflowError) as error:
            raise DataError(f"{source}: the dates cannot be read ({error})") from error
    if parsed.hasnans:
        bad = _first(parsed.isna())
        raise DataError(
            f"{source}, row {bad + first_row}: date must be a day such as 2024-01-31, "
            f"got {_shown(raw[bad]) or 'nothing'!r}"
        )

    latest = pd.Timestamp(today or dt.datetime.now(dt.UTC).date()) + pd.Timedelta(days=1)
    outside = (parsed < pd.Timestamp(FIRST_DATE)) | (parsed >= latest + pd.Timedelta(days=1))
    if outside.any():
        bad = _first(outside)
        raise DataError(
            f"{source}, row {bad + first_row}: date must be from {FIRST_DATE} to today, "
            f"got {parsed[bad].date()}"
        )
    # Only now is the nanosecond range known to suffice; one unit lets frames be compared.
    index = parsed.normalize().as_unit("ns").rename("date")

    if not index.is_unique:
        bad = _first(index.duplicated())
        earlier = _first(index == index[bad])
        raise DataError(
            f"{source}, row {bad + first_row}: date {index[bad].date()} is already in row "
            f"{earlier + first_row}; each day is allowed once"
        )
    if not index.is_monotonic_increasing:
        bad = _first(np.diff(index.to_numpy()) < np.timedelta64(0, "ns")) + 1
        raise DataError(
            f"{source}, row {bad + first_row}: date {index[bad].date()} comes after "
            f"{index[bad - 1].date()}; the oldest day must come first"
        )
    return index


def _numbers(values: pd.Series[Any], name: str, place: _Place) -> FloatArray:
    # Booleans and times convert to numbers without complaint, and are never prices.
    if values.dtype.kind not in "iufOTU" and not isinstance(values.dtype, pd.StringDtype):
        raise DataError(f"{place.source}: {name} must hold numbers, got {values.dtype}")
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    empty = values.isna().to_numpy()
    if values.dtype.kind not in "iuf":
        text = values.astype(str).str.strip().str.lower()
        empty = empty | text.isin(["", "nan", "na", "n/a", "null", "none", "-", "."]).to_numpy()
    bad = (np.isnan(numbers) & ~empty) | np.isinf(numbers)
    if bad.any():
        row = _first(bad)
        value = values.iloc[row]
        shown = repr(_shown(value)) if isinstance(value, str) else _shown(value)
        raise DataError(f"{place(row)}: {name} must be a number, got {shown}")
    return cast(FloatArray, numbers)


def _check_bounds(clean: pd.DataFrame, place: _Place) -> None:
    for name in clean.columns:
        column = COLUMNS[name]
        values = clean[name].to_numpy()
        bad = (values < column.low) | (values > column.high)
        if bad.any():
            row = _first(bad)
            raise DataError(
                f"{place(row)}: {name} must be {column.allowed}, got {values[row]:.12g}"
            )
    absent = clean["spx_close"].isna()
    if absent.any():
        raise DataError(f"{place(_first(absent))}: spx_close must be a number, got nothing")
    if {"spx_high", "spx_low"} <= set(clean.columns):
        high, low = clean["spx_high"].to_numpy(), clean["spx_low"].to_numpy()
        crossed = high < low
        if crossed.any():
            row = _first(crossed)
            raise DataError(
                f"{place(row)}: spx_high must be at least spx_low ({low[row]:.12g}), "
                f"got {high[row]:.12g}"
            )


def _drop_missing_vix(clean: pd.DataFrame, source: str, notes: list[str] | None) -> pd.DataFrame:
    absent = clean["vix_close"].isna()
    n_absent = int(absent.sum())
    if not n_absent:
        return clean
    if n_absent > max(1.0, MAX_MISSING * len(clean)) or len(clean) - n_absent < 2:
        raise DataError(
            f"{source}: vix_close is missing on {n_absent:,} of {len(clean):,} days, first on "
            f"{clean.index[_first(absent)].date()}; at most {MAX_MISSING:.0%} may be missing"
        )
    if notes is not None:
        days = [f"{day.date()}" for day in clean.index[absent.to_numpy()][:3]]
        more = ", ..." if n_absent > len(days) else ""
        notes.append(
            f"Left out {n_absent:,} day{'s' if n_absent > 1 else ''} without a VIX close "
            f"({', '.join(days)}{more})."
        )
    return clean[~absent]


def _check_jumps(clean: pd.DataFrame, source: str) -> None:
    close = clean["spx_close"].to_numpy()
    move = close[1:] / close[:-1] - 1.0
    bad = np.abs(move) > MAX_JUMP
    if bad.any():
        day = _first(bad) + 1
        raise DataError(
            f"{source}, {clean.index[day].date()}: spx_close must move by at most "
            f"{MAX_JUMP:.0%} in a day, got {move[day - 1]:+.0%} "
            f"(from {close[day - 1]:.12g} to {close[day]:.12g}); is a unit or a row wrong?"
        )
