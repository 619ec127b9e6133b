"""The user's own file: what is read, what is refused and how, and that nothing else happens."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alvh.errors import DataError
from alvh.market import COLUMNS, read_csv

TODAY = dt.date(2024, 3, 15)
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "market_history.csv"
GOOD = "date,spx_close,vix_close\n2024-01-02,4742.83,13.2\n2024-01-03,4704.81,14.04\n"


def read(text, **options):
    data = text.encode() if isinstance(text, str) else text
    return read_csv(data, today=TODAY, **options)


def test_reads_the_smallest_file():
    history = read(GOOD)
    assert history.source == "your CSV"
    assert history.fetched_at is None
    assert history.latest.model_dump(exclude_none=True) == {
        "date": dt.date(2024, 1, 3),
        "spot": 4704.81,
        "vix": 14.04,
    }


def test_round_trip_of_a_frame(frame, tmp_path):
    path = tmp_path / "history.csv"
    frame.to_csv(path)
    again = read_csv(path, today=TODAY).frame
    pd.testing.assert_frame_equal(again, frame, check_freq=False, check_index_type=False)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1"]
)
def test_encodings(encoding):
    text = "date,spx_close,vix_close,Größe\n2024-01-02,4742.83,13.2,é\n2024-01-03,4704.81,14.04,é\n"
    pd.testing.assert_frame_equal(read(text.encode(encoding)).frame, read(GOOD).frame)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_and_line_ends(delimiter, newline):
    text = GOOD.replace(",", delimiter).replace("\n", newline)
    pd.testing.assert_frame_equal(read(text).frame, read(GOOD).frame)


def test_decimal_commas_and_thousands():
    european = "date;spx_close;vix_close\n2024-01-02;4742,83;13,2\n2024-01-03;4704,81;14,04\n"
    american = 'Date,Close,VIX\n2024-01-02,"4,742.83",13.2\n2024-01-03,"4,704.81",14.04\n'
    tabbed = "Date\tClose\tVIX\n2024-01-02\t4,742.83\t13.2\n2024-01-03\t4,704.81\t14.04\n"
    for text in (european, american, tabbed):
        pd.testing.assert_frame_equal(read(text).frame, read(GOOD).frame)


def test_a_comma_read_as_decimal_mark_does_not_pass_unseen():
    with pytest.raises(DataError, match=r"spx_close must be from 10 .* got 4\.742"):
        read("date;spx_close;vix_close\n2024-01-02;4,742;13\n2024-01-03;4,704;14\n")


@pytest.mark.parametrize(
    "header",
    [
        "Date,Close,VIX",
        "DATE,^GSPC,^VIX",
        " date , SPX_Close , VIX Close ",
        '"Date","S&P 500","VIXCLS"',
    ],
)
def test_header_aliases(header):
    text = GOOD.replace("date,spx_close,vix_close", header)
    pd.testing.assert_frame_equal(read(text).frame, read(GOOD).frame)


def test_canonical_names_win_and_two_aliases_are_refused():
    both = "date,close,spx_close,vix\n2024-01-02,1,4742.83,13.2\n2024-01-03,1,4704.81,14.04\n"
    assert read(both).latest.spot == 4704.81
    with pytest.raises(DataError, match="columns 'close' and 'SPX' could all be spx_close"):
        read(both.replace("spx_close", "SPX"))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2024-01-02 00:00:00-05:00", "2024-01-03 00:00:00-05:00"),
        ("20240102", "20240103"),
        ("01/02/2024", "01/03/2024"),  # only month first gives days in order and not in future
        ("02.01.2024", "03.01.2024"),
        ("2024/01/02", "2024/01/03"),
    ],
)
def test_dates(first, second):
    text = GOOD.replace("2024-01-02", first).replace("2024-01-03", second)
    if "/" in first and first.startswith("01"):
        text += "01/16/2024,4765.98,13.84\n"  # no sixteenth month
    assert [str(day.date()) for day in read(text).frame.index[:2]] == ["2024-01-02", "2024-01-03"]


def test_day_first_dates():
    text = "date,close,vix\n12/01/2024,4783.83,12.7\n16/01/2024,4765.98,13.84\n"
    assert read(text).as_of == dt.date(2024, 1, 16)


def test_dates_of_two_meanings_are_refused():
    with pytest.raises(DataError, match="'01/02/2024' could be month/day/year or day/month/year"):
        read("date,close,vix\n01/02/2024,4742.83,13.2\n01/03/2024,4704.81,14.04\n")


REFUSED = {
    "empty": (b"", "the file is empty"),
    "blank": (b" \n\n", "the file is empty"),
    "binary": (bytes(range(256)) * 40, "not a text file"),
    "png": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01", "not a text file"),
    "odd utf-16": (GOOD.encode("utf-16") + b"\x00", "not a text file"),
    "no vix": ("date,spx_close\n2024-01-02,4742\n", "column vix_close is missing; the header has"),
    "no columns": ("hello world\n1\n", "columns date, spx_close and vix_close are missing"),
    "header only": ("date,spx_close,vix_close\n", "0 row.s. of data, at least 2"),
    "one row": (GOOD.rsplit("\n", 2)[0], "1 row.s. of data, at least 2"),
    "text": (GOOD.replace("14.04", "high"), r"row 3 \(2024-01-03\): vix_close must be a number"),
    "repeated": (GOOD.replace("-03", "-02"), "row 3: date 2024-01-02 is already in row 2"),
    "unsorted": (GOOD.replace("-03", "-01"), "row 3: date 2024-01-01 comes after 2024-01-02"),
    "negative": (GOOD.replace("4704.81", "-4704.81"), "spx_close must be from 10 to 1,000,000"),
    "vix of 0": (GOOD.replace("14.04", "0"), r"row 3 \(2024-01-03\): vix_close must be from 1 to"),
    "no date": (GOOD.replace("2024-01-03", ""), "row 3: date must be a day .* got 'nothing'"),
    "bad date": (GOOD.replace("2024-01-03", "2024-13-03"), "row 3: date must be .* '2024-13-03'"),
    "future": (GOOD.replace("2024-01-03", "2124-01-03"), "row 3: date must be from 1900-01-01"),
    "long row": (GOOD + "2024-01-04,1,2,3\n", "row 4: 4 cells, the header has 3"),
    "short row": (GOOD + "2024-01-04,1\n", "row 4: 2 cells, the header has 3"),
    "open quote": (GOOD + '"2024-01-04,1', "row 4: cannot be read"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refuses(case):
    data, message = REFUSED[case]
    with pytest.raises(DataError, match=f"your CSV.*{message}"):
        read(data)


def test_refuses_large_files(tmp_path):
    path = tmp_path / "large.csv"
    path.write_bytes(GOOD.encode())
    for data in (path, GOOD.encode()):
        with pytest.raises(DataError, match=r"at most 0 MB are allowed"):
            read_csv(data, max_bytes=20)
    with path.open("wb") as file:
        file.truncate(21_000_000)  # sparse: takes no room
    with pytest.raises(DataError, match=r"the file has 21.0 MB, at most 20 MB"):
        read_csv(path)


@pytest.mark.parametrize("n_rows", [11, 1000])
def test_refuses_too_many_rows(n_rows):
    rows = "\n".join(
        f"{day:%Y-%m-%d},4700,13" for day in pd.bdate_range("2015-01-01", periods=n_rows)
    )
    with pytest.raises(DataError, match="at most"):
        read(f"date,spx_close,vix_close\n{rows}\n", max_rows=10)


def test_trailing_delimiters_and_blank_lines_do_no_harm():
    text = "\n\n" + GOOD.replace("\n2024-01-03", ",,\n\n2024-01-03") + "\n,,\n"
    pd.testing.assert_frame_equal(read(text).frame, read(GOOD).frame)


def test_row_numbers_do_not_count_blank_lines():
    for line, message in (("2024-01-04,x,3", "row 4 .2024-01-04.: spx"), ("1,2", "row 4: 2 cells")):
        with pytest.raises(DataError, match=message):
            read(GOOD.replace("\n", "\n\n") + line)


def test_missing_vix_days_are_noted():
    days = pd.bdate_range("2023-01-02", periods=30)
    rows = [f"{day:%Y-%m-%d},4700,{'' if i == 7 else 13}" for i, day in enumerate(days)]
    history = read("\n".join(["date,spx,vix", *rows]))
    assert history.notes == ("Left out 1 day without a VIX close (2023-01-11).",)


def test_unreadable_paths(tmp_path):
    for path in (tmp_path / "absent.csv", tmp_path, Path("nul\0name")):
        with pytest.raises(DataError, match="cannot be read"):
            read_csv(path)


def test_the_real_history():
    if not SHARED.exists():
        pytest.skip("expected: the market data is not beside this repository")
    history = read_csv(SHARED)
    assert history.as_of == dt.date(2021, 12, 31)
    assert history.latest.vix == 17.22
    assert set(COLUMNS) - set(history.frame.columns) == {
        "breadth",
        "rate",
        "vx1_close",
        "vx2_close",
        "spy_close",
        "rsp_close",
        "advances",
        "declines",
    }
    assert history.frame["vix_close"].max() == 82.69
    assert len(history.notes) == 1
    assert "1 day without a VIX close" in history.notes[0]


CELLS = st.sampled_from(
    ["2024-01-02", "2024-01-03", "01/02/2024", "4700", "13", "", "-1", "0", "x", '"', "1e400", "\0"]
)
FILES = st.lists(st.lists(CELLS, max_size=4).map(",".join), max_size=6).map(
    lambda lines: "\n".join(["date,spx_close,vix_close", *lines]).encode()
)


@given(data=st.binary(max_size=400) | st.text(max_size=200).map(str.encode) | FILES)
@example(data="date,close,vix\n\u0662024-01-02,\u0664,\u0665\n2024-01-03,5,6\n".encode())
@example(data=b"date,spx_close,vix_close\n9999-12-31,5,6\n9999-12-31,5,6\n")
def test_any_bytes_give_a_valid_history_or_a_data_error(data):
    try:
        history = read(data)
    except DataError:
        return
    assert len(history.frame) >= 2
    assert history.frame.index.is_monotonic_increasing
    assert history.frame["vix_close"].between(1, 200).all()
