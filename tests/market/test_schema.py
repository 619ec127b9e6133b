"""Every check of a history frame: passes what is right, names what is wrong."""

from __future__ import annotations

import datetime as dt
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alvh.errors import DataError
from alvh.market.schema import COLUMNS, REQUIRED, validate_history

TODAY = dt.date(2024, 3, 15)


def check(frame, **options):
    return validate_history(frame, source="test", today=TODAY, **options)


def test_a_good_frame_comes_back_unchanged(frame):
    notes = []
    clean = check(frame, notes=notes)
    pd.testing.assert_frame_equal(clean, frame, check_freq=False, check_index_type=False)
    assert clean.index.name == "date"
    assert clean.index.dtype == "datetime64[ns]"
    assert notes == []


def test_required_columns_suffice_and_unknown_ones_are_dropped(frame):
    clean = check(frame[list(REQUIRED)].assign(volume=1))
    assert tuple(clean.columns) == REQUIRED


def test_reads_text_numbers_and_a_date_column(frame):
    text = frame.astype(str).reset_index()
    text["date"] = text["date"].dt.strftime("%Y-%m-%d")
    pd.testing.assert_frame_equal(check(text), check(frame))


def test_time_zones_and_times_of_day_are_dropped(frame):
    moved = frame.set_axis(frame.index.tz_localize("America/New_York") + pd.Timedelta(hours=16))
    assert list(check(moved).index) == list(frame.index)


@pytest.mark.parametrize("name", REQUIRED)
def test_missing_column_is_named(frame, name):
    with pytest.raises(DataError, match=f"test: column {name} is missing; found: spx_open"):
        check(frame.drop(columns=name))


def test_missing_dates(frame):
    with pytest.raises(DataError, match="column date is missing"):
        check(frame.reset_index(drop=True))


BAD_VALUES = [
    ("spx_close", "abc", "spx_close must be a number, got 'abc'"),
    ("vix_close", "12..5", "vix_close must be a number, got '12..5'"),
    ("spx_close", np.nan, "spx_close must be a number, got nothing"),
    ("spx_close", np.inf, "spx_close must be a number, got inf"),
    ("spx_close", -4700.0, "spx_close must be from 10 to 1,000,000 points, got -4700"),
    ("spx_open", 0.0, "spx_open must be from 10 to 1,000,000 points, got 0"),
    ("vix_close", 0.0, "vix_close must be from 1 to 200 points, got 0"),
    ("vix_close", 0.16, "vix_close must be from 1 to 200 points, got 0.16"),
    ("vix_close", 201.0, "vix_close must be from 1 to 200 points, got 201"),
    ("rate", 5.3, "rate must be from -0.05 to 0.5 as a decimal a year"),
    ("spx_high", 4600.0, r"spx_high must be at least spx_low \(4705\), got 4600"),
]


@pytest.mark.parametrize(("name", "value", "message"), BAD_VALUES)
def test_bad_value_is_named_with_row_date_and_range(frame, name, value, message):
    bad = frame.astype({name: object})
    bad.iloc[3, bad.columns.get_loc(name)] = value
    with pytest.raises(DataError, match=f"test, row 4 \\(2024-01-05\\): {message}"):
        check(bad)


def test_columns_that_are_no_numbers_at_all(frame):
    with pytest.raises(DataError, match="vix_close must hold numbers, got bool"):
        check(frame.assign(vix_close=True))


@pytest.mark.parametrize("name", COLUMNS)
def test_both_bounds_are_allowed_values(frame, name):
    flat = frame[list(REQUIRED)].assign(spx_close=100.0, vix_close=20.0)
    for bound in (COLUMNS[name].low, COLUMNS[name].high):
        assert (check(flat.assign(**{name: bound}))[name] == bound).all()


def test_repeated_date_names_both_rows(frame):
    with pytest.raises(DataError, match=r"row 6: date 2024-01-08 is already in row 5"):
        check(frame.iloc[[0, 1, 2, 3, 4, 4, 5]])


def test_unsorted_dates_name_the_first_offender(frame):
    with pytest.raises(DataError, match="row 3: date 2024-01-03 comes after 2024-01-04"):
        check(frame.iloc[[0, 2, 1, 3]])


def test_future_and_ancient_dates(frame):
    ahead = frame.index[-1] + pd.Timedelta(days=300)
    with pytest.raises(DataError, match="row 40: date must be from 1900-01-01 to today, got 2024"):
        check(frame.set_axis([*frame.index[:-1], ahead]))
    with pytest.raises(DataError, match="row 1: date must be from 1900-01-01 to today, got 1024"):
        check(frame.reset_index().assign(date=["1024-01-02"] * 40))


def test_unreadable_date(frame):
    days = [*frame.index.strftime("%Y-%m-%d")[:-1], "soon"]
    with pytest.raises(DataError, match=r"row 40: date must be a day .* got 'soon'"):
        check(frame.reset_index().assign(date=days))


@pytest.mark.parametrize("factor", [0.65, 1.35])
def test_a_jump_looks_like_a_wrong_unit(frame, factor):
    bad = frame[list(REQUIRED)].copy()
    bad.iloc[20:, 0] *= factor
    with pytest.raises(DataError, match="2024-01-30: spx_close must move by at most 30% in a day"):
        check(bad)


def test_black_monday_is_believed(frame):
    crash = frame[list(REQUIRED)].copy()
    crash.iloc[20:, 0] *= 1 - 0.205
    assert len(check(crash)) == 40


def test_isolated_missing_vix_days_are_dropped_with_a_note(frame):
    holes = frame.copy()
    holes.iloc[[4, 9], holes.columns.get_loc("vix_close")] = np.nan
    notes = []
    assert len(check(holes, notes=notes)) == 38
    assert notes == ["Left out 2 days without a VIX close (2024-01-08, 2024-01-15)."]


def test_a_mostly_missing_vix_is_refused(frame):
    holes = frame.copy()
    holes.iloc[5:, holes.columns.get_loc("vix_close")] = np.nan
    with pytest.raises(DataError, match="vix_close is missing on 35 of 40 days"):
        check(holes)


@pytest.mark.parametrize("n_rows", [0, 1])
def test_too_few_rows(frame, n_rows):
    with pytest.raises(DataError, match=f"{n_rows} row.s. of data, at least 2 are needed"):
        check(frame.iloc[:n_rows])


def test_ten_million_rows_are_refused_at_once():
    # A broadcast column: ten million rows that take no memory of their own.
    column = np.broadcast_to(np.float64(5000.0), 10_000_000)
    huge = pd.DataFrame({"spx_close": column}, copy=False)
    start = time.perf_counter()
    with pytest.raises(DataError, match="10,000,000 rows, at most 200,000 are allowed"):
        check(huge)
    assert time.perf_counter() - start < 0.1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(0, 39), name=st.sampled_from(REQUIRED), value=st.floats())
def test_any_single_value_passes_or_is_refused(frame, position, name, value):
    changed = frame[list(REQUIRED)].copy()
    changed.iloc[position, changed.columns.get_loc(name)] = value
    try:
        clean = check(changed)
    except DataError:
        return
    assert clean.notna().all(axis=None)
    assert clean[name].between(COLUMNS[name].low, COLUMNS[name].high).all()
