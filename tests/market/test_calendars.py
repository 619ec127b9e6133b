"""Trading days against known holidays, and against the days SPX really traded."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.errors import ParameterError
from alvh.market import add_trading_days, read_sample, spx_expiry
from alvh.market.calendars import is_trading_day

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2060, 1, 1))


@pytest.mark.parametrize(
    ("day", "is_open"),
    [
        ("2021-06-18", True),  # Juneteenth became a holiday of the exchange in 2022
        ("2022-06-20", False),
        ("2024-03-29", False),  # Good Friday
        ("2021-12-31", True),  # New Year's Day 2022 fell on a Saturday
        ("2023-01-02", False),
        ("2021-07-05", False),
        ("2024-11-28", False),
        ("2024-11-29", True),  # a half day is a day
        ("2024-06-08", False),
    ],
)
def test_known_days(day, is_open):
    assert is_trading_day(dt.date.fromisoformat(day)) is is_open


def test_matches_the_days_of_the_sample():
    traded = set(read_sample().frame.index)
    span = pd.date_range("2014-01-03", "2018-12-31")
    ours = {day for day in span if is_trading_day(day.date())}
    # The one exceptional closure of those years, a day of mourning.
    assert ours ^ traded == {pd.Timestamp("2018-12-05")}


def test_add_trading_days():
    friday = dt.date(2024, 3, 28)  # a Thursday before Good Friday
    assert add_trading_days(friday, 1) == dt.date(2024, 4, 1)
    assert add_trading_days(friday, 0) == friday
    saturday = dt.date(2024, 6, 8)
    assert add_trading_days(saturday, 1) == dt.date(2024, 6, 10)
    assert add_trading_days(saturday, 0) == dt.date(2024, 6, 7)
    assert add_trading_days(saturday, -1) == dt.date(2024, 6, 7)


@given(day=DAYS, n=st.integers(1, 300), m=st.integers(1, 300))
def test_steps_add_up_and_go_back(day, n, m):
    there = add_trading_days(day, n)
    assert is_trading_day(there)
    assert there > day
    assert add_trading_days(there, m) == add_trading_days(day, n + m)
    assert add_trading_days(add_trading_days(there, m), -m) == there


def test_spx_expiry():
    assert spx_expiry(dt.date(2024, 5, 15), 30) == dt.date(2024, 6, 14)
    assert spx_expiry(dt.date(2024, 5, 15), 31) == dt.date(2024, 6, 14)  # a Saturday
    assert spx_expiry(dt.date(2024, 6, 7), 1) == dt.date(2024, 6, 10)  # from a Friday
    assert spx_expiry(pd.Timestamp("2024-06-07 15:30"), 0) == dt.date(2024, 6, 7)
    assert spx_expiry(dt.date(2024, 6, 8), 0) == dt.date(2024, 6, 10)


@given(day=DAYS, dte=st.integers(1, 400))
def test_expiry_is_a_trading_day_ahead_and_near(day, dte):
    expiry = spx_expiry(day, dte)
    assert is_trading_day(expiry)
    assert expiry > day
    assert abs((expiry - day).days - dte) <= 4


@pytest.mark.parametrize("dte", [-1, 100_000])
def test_refuses_impossible_dte(dte):
    with pytest.raises(ParameterError, match="dte must be from 0"):
        spx_expiry(dt.date(2024, 1, 2), dte)


def test_refuses_days_beyond_its_rules():
    with pytest.raises(ParameterError, match="date must be from 1980 to 2100, got 1900-01-01"):
        add_trading_days(dt.date(1900, 1, 1), 1)
    with pytest.raises(ParameterError, match="date must be from 1980 to 2100, got 2101"):
        add_trading_days(dt.date(2100, 12, 31), 1)
