"""The table of decisions, and windows around them."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from alvh.market.calendars import is_trading_day
from alvh.market.fomc import decisions, in_window, schedule_note


def test_the_table_is_in_order_and_holds_eight_meetings_a_year():
    days = decisions()
    assert list(days) == sorted(set(days))
    per_year = {year: sum(d.year == year for d in days) for year in range(1999, 2028)}
    assert per_year.pop(2020) == 7  # the meeting of March was replaced
    assert set(per_year.values()) == {8}
    # weekdays on which the exchange is open, four to nine weeks apart (the gap of 2020 aside)
    assert all(is_trading_day(d) for d in days)
    gaps = [(b - a).days for a, b in pairwise(days)]
    assert min(gaps) >= 28
    assert sorted(gaps)[-2] <= 63
    # announced on a Wednesday since 2013, but for elections and a few Thursdays
    assert np.mean([d.weekday() == 2 for d in days if d.year >= 2013]) > 0.95


def test_known_decisions():
    for day in ("2008-12-16", "2013-12-18", "2020-11-05", "2026-12-09"):
        assert dt.date.fromisoformat(day) in decisions()
    assert dt.date(2020, 3, 18) not in decisions()


def test_window_counts_trading_days():
    days = pd.bdate_range("2024-01-22", "2024-02-09")
    inside = in_window(days, before=2, after=1)
    assert [str(d.date()) for d in days[inside == 1.0]] == [
        "2024-01-29",
        "2024-01-30",
        "2024-01-31",
        "2024-02-01",
    ]
    assert in_window(days, before=0, after=0).sum() == 1.0


@pytest.mark.parametrize("last", ["2024-01-26", "2024-01-29", "2024-01-30", "2024-01-31"])
def test_a_window_does_not_depend_on_days_to_come(last):
    whole = pd.bdate_range("2024-01-22", "2024-02-09")
    part = whole[whole <= last]
    for before in range(5):
        expected = in_window(whole, before=before, after=2)[: len(part)]
        np.testing.assert_array_equal(in_window(part, before=before, after=2), expected)


def test_a_decision_on_a_missing_day_counts_on_the_next():
    days = pd.bdate_range("2024-01-22", "2024-02-09").drop("2024-01-31")
    inside = in_window(days, before=0)
    assert [str(d.date()) for d in days[inside == 1.0]] == ["2024-02-01"]


def test_beyond_the_table_it_is_not_known():
    days = pd.bdate_range("2027-12-01", "2028-01-31")
    inside = in_window(days)
    assert np.isnan(inside[days > "2027-12-08"]).all()
    assert not np.isnan(inside[days <= "2027-12-08"]).any()
    assert np.isnan(in_window(pd.bdate_range("1998-12-01", "1998-12-31"))).all()
    assert in_window(pd.DatetimeIndex([])).size == 0


def test_says_when_it_runs_out():
    assert schedule_note(dt.date(2026, 11, 25)) is None
    assert "2027-12-08" in (schedule_note(dt.date(2027, 10, 1)) or "")


@pytest.mark.parametrize("field", ["before", "after"])
def test_refuses_widths_out_of_range(field):
    with pytest.raises(ValueError, match=f"{field} must be from 0 to 30 trading days, got 31"):
        in_window(pd.bdate_range("2024-01-22", periods=5), **{field: 31})
