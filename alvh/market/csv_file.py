"""A history from the user's own CSV file: headers, encodings, delimiters and dates as they come.

Owns the reading only; what a history may hold is decided by `alvh.market.schema`. Points for
SPX, VIX, VIX3M and VVIX; percent for breadth; the rate as a decimal a year.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from alvh.errors import DataError
from alvh.market.history import MarketHistory
from alvh.market.schema import MAX_ROWS, REQUIRED

__all__ = ["ALIASES", "MAX_BYTES", "SOURCE", "read_csv"]

SOURCE = "your CSV"
MAX_BYTES = 20_000_000

# Compared after dropping case and everything but letters and digits.
ALIASES: dict[str, tuple[str, ...]] = {
    "date": ("day", "datetime", "timestamp", "tradedate", "tradingday"),
    "spx_open": ("open", "gspcopen", "sp500open"),
    "spx_high": ("high", "gspchigh", "sp500high"),
    "spx_low": ("low", "gspclow", "sp500low"),
    "spx_close": ("close", "closelast", "spx", "gspc", "gspcclose", "sp500", "sp500close"),
    "vix_close": ("vix", "vixcls", "cboevix"),
    "vix3m_close": ("vix3m", "vxv", "vxvcls"),
    "vvix_close": ("vvix",),
    "vix9d_close": ("vix9d",),
    "skew_close": ("skew", "cboeskew"),
    "vx1_close": ("vx1", "vxfirst"),
    "vx2_close": ("vx2", "vxsecond"),
    "spy_close": ("spy",),
    "rsp_close": ("rsp",),
    "advances": ("advancing", "adv"),
    "declines": ("declining", "dec"),
    "breadth": (),
    "rate": ("shortrate", "riskfree", "riskfreerate"),
}

_DATE_FORMATS = (
    ("%Y-%m-%d", "year-month-day"),
    ("%Y%m%d", "year-month-day"),
    ("%Y/%m/%d", "year-month-day"),
    ("%m/%d/%Y", "month/day/year"),
    ("%d/%m/%Y", "day/month/year"),
    ("%d.%m.%Y", "day.month.year"),
)
_TIME_OF_DAY = r"[T ]\d{1,2}:\d{2}.*$"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")


def read_csv(
    data: bytes | Path,
    *,
    source: str = SOURCE,
    today: dt.date | None = None,
    max_rows: int = MAX_ROWS,
    max_bytes: int = MAX_BYTES,
) -> MarketHistory:
    """Read a history from a delimited text file with a header line.

    Parameters
    ----------
    data : bytes or Path
        Content or place of the file: UTF-8, UTF-16 or Latin-1; commas, semicolons or tabs. In
        files with semicolons or tabs a comma is the decimal mark.
    source : str, default="your CSV"
        Title for the user.
    today : date, optional
        As for `validate_history`.
    max_rows, max_bytes : int
        Larger files are refused before they are parsed.

    Returns
    -------
    MarketHistory
        Columns are found by the names of `COLUMNS` or by `ALIASES`; others are ignored. Dates may
        be ISO, or day and month in either order if the whole column allows only one reading.

    Raises
    ------
    DataError
        If the file cannot be read, is too large, is not text, lacks a column, has rows of another
        length than its header, or fails `validate_history`. In messages the header is row 1, and
        blank lines do not count.
    """
    content = _content(data, source, max_bytes)
    text = _text(content, source)
    # Cheaper than parsing; blank lines may count, so leave a margin and count again while parsing.
    n_lines = text.count("\n")
    if n_lines > 2 * max_rows + 10:
        raise DataError(f"{source}: about {n_lines:,} rows, at most {max_rows:,} are allowed")
    header_line = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=header_line.count)
    frame = _table(text, delimiter, source, max_rows)
    if len(frame) >= 2:  # fewer rows are refused by the validation, with a better reason
        frame["date"] = _dates(frame["date"], source)
    for name in frame.columns.drop("date"):
        frame[name] = _plain_numbers(frame[name], delimiter)
    return MarketHistory.from_frame(
        frame, source=source, today=today, max_rows=max_rows, first_row=2
    )


def _content(data: bytes | Path, source: str, max_bytes: int) -> bytes:
    try:
        size = data.stat().st_size if isinstance(data, Path) else len(data)
        if size > max_bytes:
            raise DataError(
                f"{source}: the file has {size / 1e6:,.1f} MB, "
                f"at most {max_bytes / 1e6:,.0f} MB are allowed"
            )
        content = data.read_bytes() if isinstance(data, Path) else bytes(data)
    except (OSError, ValueError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{source}: the file cannot be read ({error})") from error
    if not content.strip():
        raise DataError(f"{source}: the file is empty")
    return content


def _text(content: bytes, source: str) -> str:
    start = content[:400]
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif start[1::2].count(0) > len(start) // 3:  # ASCII in two bytes, without a mark
        encodings = ["utf-16-le"]
    elif start[::2].count(0) > len(start) // 3:
        encodings = ["utf-16-be"]
    else:
        encodings = ["utf-8-sig", "latin-1"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            return text
    raise DataError(
        f"{source}: this is not a text file; allowed is CSV in UTF-8, UTF-16 or Latin-1"
    )


def _columns(header: list[str], source: str) -> dict[str, int]:
    """Position of each known column; a canonical name wins over aliases."""
    titles = [name.strip() for name in header]
    plain = [re.sub(r"[^a-z0-9]", "", name.lower()) for name in titles]
    found: dict[str, int] = {}
    for name, aliases in ALIASES.items():
        exact = [i for i, title in enumerate(titles) if title.lower() == name]
        close = [i for i, title in enumerate(plain) if title in {name.replace("_", ""), *aliases}]
        places = exact or close
        if len(places) > 1:
            names = " and ".join(repr(titles[i][:40]) for i in places[:3])
            raise DataError(f"{source}: columns {names} could all be {name}; allowed is one")
        if places:
            found[name] = places[0]
    missing = [name for name in ("date", *REQUIRED) if name not in found]
    if missing:
        present = ", ".join(title[:30] for title in titles[:12])
        raise DataError(f"{source}: {_listed(missing)} missing; the header has: {present}")
    return found


def _listed(names: list[str]) -> str:
    """Columns as the subject of a sentence, with its verb."""
    if len(names) == 1:
        return f"column {names[0]} is"
    return f"columns {', '.join(names[:-1])} and {names[-1]} are"


def _table(text: str, delimiter: str, source: str, max_rows: int) -> pd.DataFrame:
    # The standard reader counts cells strictly; pandas would shift or cut rows of odd length.
    rows = _rows(text, delimiter, source)
    _, header = next(rows, (1, []))
    found = _columns(header, source)
    kept: list[tuple[str, ...]] = []
    places = list(found.values())
    for number, row in rows:
        if len(kept) >= max_rows:
            raise DataError(f"{source}: more than {max_rows:,} rows, at most that are allowed")
        if len(row) != len(header) and (len(row) < len(header) or any(row[len(header) :])):
            raise DataError(
                f"{source}, row {number}: {len(row)} cells, the header has {len(header)}"
            )
        kept.append(tuple(row[i].strip() for i in places))
    return pd.DataFrame(kept, columns=list(found), dtype=object)


def _rows(text: str, delimiter: str, source: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError(f"{source}, row {number}: cannot be read ({error})") from error
        if any(cell.strip() for cell in row):
            yield number, row
            number += 1


def _dates(texts: pd.Series[str], source: str) -> pd.Series[pd.Timestamp]:
    days = texts.str.replace(_TIME_OF_DAY, "", regex=True)
    readings: list[tuple[str, pd.Series[pd.Timestamp]]] = []
    best: pd.Series[pd.Timestamp] | None = None
    for form, words in _DATE_FORMATS:
        try:
            parsed = pd.to_datetime(days, format=form, errors="coerce")
        except (ValueError, OverflowError):
            continue
        if parsed.notna().all():
            readings.append((words, parsed))
        if best is None or parsed.notna().sum() > best.notna().sum():
            best = parsed
    if not readings:
        bad = int((best.isna() if best is not None else days.notna()).to_numpy().argmax())
        raise DataError(
            f"{source}, row {bad + 2}: date must be a day such as 2024-01-31, "
            f"got {texts.iloc[bad][:40] or 'nothing'!r}"
        )
    ordered = [reading for reading in readings if reading[1].is_monotonic_increasing]
    if len(readings) > 1 and len(ordered) != 1:
        words = " or ".join(form for form, _ in readings)
        raise DataError(f"{source}: date {texts.iloc[0]!r} could be {words}; allowed is 2024-01-31")
    return (ordered or readings)[0][1]


def _plain_numbers(texts: pd.Series[str], delimiter: str) -> pd.Series[str]:
    has_comma = texts.str.contains(",", regex=False)
    if not has_comma.any():
        return texts
    thousands = texts.str.fullmatch(_THOUSANDS)
    if delimiter != ",":
        thousands &= texts.str.contains(".", regex=False)
    plain = texts.where(~thousands, texts.str.replace(",", "", regex=False))
    if delimiter == ",":
        return plain
    return plain.where(thousands, plain.str.replace(",", ".", regex=False))
