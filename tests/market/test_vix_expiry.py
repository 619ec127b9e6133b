"""Settlements of VIX futures against the exchange's published days, and against real futures."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.errors import ParameterError
from alvh.market.calendars import is_trading_day
from alvh.market.vix_expiry import vix_expiry

SHARED = Path(__file__).parents[2].parent / "shared/data/vix_futures.csv"


@pytest.mark.parametrize(
    ("day", "n", "settles"),
    [
        ("2018-12-31", 1, "2019-01-16"),
        ("2018-12-31", 2, "2019-02-13"),
        ("2019-03-01", 1, "2019-03-19"),  # a Tuesday: Good Friday was the third one of April
        ("2020-03-17", 1, "2020-03-18"),
        ("2020-03-18", 1, "2020-04-15"),  # settled that morning
        ("2020-03-18", 9, "2020-12-16"),
        ("2024-05-30", 1, "2024-06-18"),  # a Tuesday: the Wednesday was Juneteenth
    ],
)
def test_known_days(day, n, settles):
    assert vix_expiry(dt.date.fromisoformat(day), n) == dt.date.fromisoformat(settles)


@given(day=st.dates(dt.date(1990, 1, 1), dt.date(2060, 1, 1)), n=st.integers(1, 9))
def test_settles_on_open_days_a_month_apart(day, n):
    first, second = vix_expiry(day, n), vix_expiry(day, n + 1)
    assert first > day
    assert is_trading_day(first)
    assert 27 <= (second - first).days <= 37
    assert vix_expiry(first, 1) == vix_expiry(first - dt.timedelta(days=1), 2)


@pytest.mark.skipif(not SHARED.exists(), reason="expected: the market data is not beside")
def test_real_series_turn_to_the_next_future_on_the_day():
    real = pd.read_csv(SHARED, parse_dates=["date"])
    turned = real["days_to_expiration"].diff() > 0
    before, after = real["date"].shift()[turned].dt.date, real["date"][turned].dt.date
    other = [day for last, day in zip(before, after, strict=True) if vix_expiry(last) != day]
    # The series turns a week early once; that future settled on 2018-08-22
    assert other == [dt.date(2018, 8, 15)]


@pytest.mark.parametrize("n", [0, 25])
def test_refuses_a_month_out_of_reach(n):
    with pytest.raises(ParameterError, match="n must be from 1 to 24"):
        vix_expiry(dt.date(2020, 1, 2), n)
