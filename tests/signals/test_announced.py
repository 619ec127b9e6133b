"""Prints and decisions on the days they were known: held, then no news, never filled."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.errors import ParameterError
from alvh.market.calendars import add_trading_days
from alvh.market.fomc import decisions
from alvh.market.fred import SERIES
from alvh.signals import (
    SIGNALS,
    Signals,
    exchange_rate,
    exchange_rate_move,
    fomc_window,
    price_news,
    price_surprise,
    signal_panel,
)
from tests.signals.made_up import NAN, market, monthly

DAYS = pd.bdate_range("2012-01-03", periods=700)
MONTHS = st.integers(216, 245)  # from 2012-01 to 2014-06


@pytest.fixture(scope="module")
def macro():
    return monthly()


def publication(month, column):
    """First day on which a month of a series is known."""
    after = (month + pd.offsets.MonthBegin(1)).date()
    return pd.Timestamp(after + dt.timedelta(days=SERIES[column].lag - 1))


def without(macro, *months):
    """As if these months had never been published."""
    frame = macro.frame.copy()
    frame.iloc[list(months)] = NAN
    return dataclasses.replace(macro, frame=frame)


@pytest.mark.parametrize("column", ["cpi", "ppi"])
@pytest.mark.parametrize("hold", [1, 5, 63])
def test_a_surprise_is_news_for_some_days_by_a_plain_loop(macro, column, hold):
    surprise = price_surprise(macro.frame[column])["surprise"]
    published = {month: publication(month, column) for month in surprise.index}
    found = price_news(macro, column, DAYS, hold)
    age, latest, news = None, None, 0
    for position, day in enumerate(DAYS):
        known = [month for month, first in published.items() if first <= day]
        age = 0 if known[-1] != latest else age + 1
        latest = known[-1]
        if position < 25:
            continue  # until a print falls into the days themselves
        news += age < hold
        wanted = surprise[latest] if age < hold else 0.0
        assert found.iloc[position] == wanted, day
    assert news > 25 * min(hold, 15)


def test_a_surprise_before_the_first_day_is_as_old_as_it_is(macro):
    whole = price_news(macro, "cpi", DAYS, 5)
    for start in range(60, 90):
        pd.testing.assert_series_equal(
            price_news(macro, "cpi", DAYS[start:], 5), whole.iloc[start:], check_freq=False
        )


def test_nothing_before_the_first_surprise(macro):
    days = pd.bdate_range("1993-06-01", "2002-12-31")
    found = price_news(macro, "cpi", days)
    first = publication(macro.frame.index[86], "cpi")  # 62 months of changes, 24 of surprises
    assert found.first_valid_index() == days[days >= first][0]
    assert found.loc[first:].notna().all()
    assert SIGNALS["cpi_surprise"].warm_up(Signals()) == 87


@given(MONTHS)
def test_a_late_print_leaves_it_unavailable_until_there_are_surprises_again(month):
    macro = monthly()
    late = without(macro, month)
    found, whole = price_news(late, "cpi", DAYS), price_news(macro, "cpi", DAYS)
    # the change to the month, that from it, and the forecast from that are not known
    gone = (
        publication(macro.frame.index[month], "cpi"),
        publication(macro.frame.index[month + 3], "cpi"),
    )
    lost = (gone[0] <= DAYS) & (gone[1] > DAYS)
    assert found[lost].isna().all()
    assert found[~lost].notna().all()
    pd.testing.assert_series_equal(found[gone[0] > DAYS], whole[gone[0] > DAYS])


def test_data_that_ended_are_not_held_for_ever(macro):
    ended = dataclasses.replace(macro, frame=macro.frame.iloc[:225])  # to 2012-09
    last = publication(pd.Timestamp("2012-10-01"), "cpi")
    found = price_news(ended, "cpi", DAYS)
    assert found[last > DAYS].notna().all()
    assert found[last <= DAYS].isna().all()
    due = publication(pd.Timestamp("2012-10-01"), "reer")
    rate = exchange_rate(ended, DAYS)
    assert rate[due > DAYS].notna().all()
    assert rate[due <= DAYS].isna().all()


@pytest.mark.parametrize("months", [1, 3, 12])
def test_the_exchange_rate_is_held_until_the_next_print(macro, months):
    move = exchange_rate_move(macro.frame["reer"], months=months)
    found = exchange_rate(macro, DAYS, months)
    for position in range(0, 700, 7):
        known = [m for m in move.index if publication(m, "reer") <= DAYS[position]]
        assert found.iloc[position] == move[known[-1]]


def test_a_missing_month_of_the_exchange_rate(macro):
    found = exchange_rate(without(macro, 230), DAYS, 3)
    gone = (
        publication(macro.frame.index[230], "reer"),
        publication(macro.frame.index[231], "reer"),
    )
    lost = (gone[0] <= DAYS) & (gone[1] > DAYS)
    again = publication(macro.frame.index[233], "reer")  # three months from it
    lost |= (again <= DAYS) & (publication(macro.frame.index[234], "reer") > DAYS)
    assert np.array_equal(found.isna(), lost)


def test_a_row_that_is_not_there_is_a_missing_month(macro):
    dropped = dataclasses.replace(macro, frame=macro.frame.drop(macro.frame.index[230]))
    for signal in (lambda m: price_news(m, "ppi", DAYS), lambda m: exchange_rate(m, DAYS)):
        pd.testing.assert_series_equal(signal(dropped), signal(without(macro, 230)))


def test_no_months_and_no_days(macro):
    empty = dataclasses.replace(macro, frame=macro.frame.iloc[:0])
    assert price_news(empty, "cpi", DAYS).isna().all()
    assert exchange_rate(empty, DAYS).isna().all()
    for found in (price_news(macro, "cpi", DAYS[:0]), exchange_rate(macro, DAYS[:0])):
        assert len(found) == 0
    assert len(fomc_window(DAYS[:0])) == 0


# --- FOMC -------------------------------------------------------------------------------------


def exchange_days(first, n):
    return pd.DatetimeIndex([add_trading_days(first, k) for k in range(1, n + 1)])


@given(st.integers(0, 10), st.integers(0, 10), st.integers(30, 480), st.integers(0, 400))
def test_the_window_by_a_plain_loop_however_the_days_are_cut(before, after, stop, start):
    days = exchange_days(dt.date(2010, 12, 31), 500)
    positions = [days.get_loc(pd.Timestamp(d)) for d in decisions() if d.year in (2011, 2012)]
    wanted = np.array([any(-before <= k - p <= after for p in positions) for k in range(500)])
    start = min(start, stop - 1)
    found = fomc_window(days[start:stop], before, after)
    if start < 20:  # of decisions in 2010 the loop above does not know
        found, start = found.iloc[20 - start :], 20
    assert found.tolist() == wanted[start:stop].astype(float).tolist()


def test_beyond_the_table():
    days = pd.bdate_range("1999-01-04", "1999-03-31")
    found = fomc_window(days)
    assert found.first_valid_index() == pd.Timestamp("1999-02-03")
    after = fomc_window(pd.bdate_range("2027-12-01", "2028-01-31"))
    assert after.last_valid_index() == pd.Timestamp("2027-12-08")
    assert fomc_window(pd.bdate_range("1975-01-01", periods=5)).isna().all()


def test_refusals():
    with pytest.raises(ParameterError, match="before must be from 0 to 30 trading days, got 31"):
        fomc_window(DAYS, 31)
    with pytest.raises(ParameterError, match="hold must be a whole number of at least 1, got 0"):
        price_news(monthly(), "cpi", DAYS, 0)


# --- In the panel -----------------------------------------------------------------------------


def test_the_panel_says_what_is_missing(macro):
    frame = market()
    names = ["cpi_surprise", "ppi_surprise", "exchange_rate", "fomc"]

    def reasons(given, some=frame):
        return signal_panel(some, macro=given, names=names).coverage["reason"]

    assert (reasons(macro) == "").all()
    assert set(reasons(None).iloc[:3]) == {"no macro data"}
    assert reasons(without(macro, 230))["cpi_surprise"] == "cpi lacks a month, 2013-03"
    two = reasons(without(macro, 230, 232))
    assert two["exchange_rate"] == "reer lacks 2 months, the last 2013-05"
    only = dataclasses.replace(macro, frame=macro.frame[["cpi"]].assign(reer=NAN))
    assert reasons(only)["ppi_surprise"] == "ppi is not in the macro data"
    assert reasons(only)["exchange_rate"] == "reer holds no value"
    short = dataclasses.replace(macro, frame=macro.frame.iloc[200:])
    assert reasons(short)["cpi_surprise"] == (
        "needs 87 months of cpi, there are 47 by the last day"
    )
    later = dataclasses.replace(macro, frame=macro.frame.iloc[260:])
    assert set(reasons(later).iloc[:2]) == {
        "needs 87 months of cpi, there are 0 by the last day"
    } | {"needs 87 months of ppi, there are 0 by the last day"}
    flat = dataclasses.replace(macro, frame=0.0 * macro.frame + 100.0)
    assert reasons(flat)["cpi_surprise"].startswith("undefined on each day, with ")
    early, late = (
        pd.DataFrame({"spx_close": 100.0, "vix_close": 20.0}, index=pd.bdate_range(*ends))
        for ends in (("1999-01-04", "1999-03-01"), ("2028-01-03", "2028-02-01"))
    )
    assert reasons(None, early)["fomc"] == "the table of decisions begins on 1999-02-03"
    assert reasons(None, late)["fomc"] == "the table of decisions ends on 2027-12-08"


def test_the_parameters_reach_them(macro):
    rule = Signals(surprise_days=9, exchange_months=6, fomc_before=4, fomc_after=2)
    values, _ = signal_panel(market(), rule, macro=macro)
    for name, wanted in (
        ("cpi_surprise", price_news(macro, "cpi", DAYS, 9)),
        ("ppi_surprise", price_news(macro, "ppi", DAYS, 9)),
        ("exchange_rate", exchange_rate(macro, DAYS, 6)),
        ("fomc", fomc_window(DAYS, 4, 2)),
    ):
        np.testing.assert_array_equal(values[name], wanted)
