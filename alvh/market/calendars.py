"""Trading days and SPX expiries by the regular holidays of the New York Stock Exchange.

Good for labels: it knows the rules, not the exceptional closures (2001-09-11, 2012-10-29,
2018-12-05, ...). Daily SPX expiries are taken for granted.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Literal

import numpy as np
from pandas.tseries.holiday import (
    AbstractHolidayCalendar,
    GoodFriday,
    Holiday,
    USLaborDay,
    USMartinLutherKingJr,
    USMemorialDay,
    USPresidentsDay,
    USThanksgivingDay,
    nearest_workday,
    sunday_to_monday,
)

from alvh.errors import require

__all__ = ["add_trading_days", "is_trading_day", "spx_expiry"]

FIRST_YEAR, LAST_YEAR = 1980, 2100


class _Exchange(AbstractHolidayCalendar):
    """Regular full-day closures of the exchange."""

    rules = [  # noqa: RUF012 (the base class reads a plain list)
        # A New Year's Day on a Saturday is not made up for on the Friday of the old year.
        Holiday("New Year", month=1, day=1, observance=sunday_to_monday),
        # The exchange took the day up in 1998, twelve years after the federal holiday.
        Holiday(
            "Martin Luther King",
            month=1,
            day=1,
            offset=USMartinLutherKingJr.offset,
            start_date="1998-01-01",
        ),
        USPresidentsDay,
        GoodFriday,
        USMemorialDay,
        Holiday("Juneteenth", month=6, day=19, observance=nearest_workday, start_date="2022-01-01"),
        Holiday("Independence Day", month=7, day=4, observance=nearest_workday),
        USLaborDay,
        USThanksgivingDay,
        Holiday("Christmas", month=12, day=25, observance=nearest_workday),
    ]


@lru_cache(maxsize=1)
def _calendar() -> np.busdaycalendar:
    days = _Exchange().holidays(f"{FIRST_YEAR}-01-01", f"{LAST_YEAR}-12-31")
    return np.busdaycalendar(holidays=days.to_numpy().astype("datetime64[D]"))


def _checked(date: dt.date) -> dt.date:
    # A datetime or a pandas Timestamp is a date to the type checker, but does not compare as one.
    require(
        FIRST_YEAR <= date.year <= LAST_YEAR,
        "date",
        f"{date:%Y-%m-%d}",
        f"from {FIRST_YEAR} to {LAST_YEAR}",
    )
    return dt.date(date.year, date.month, date.day)


def is_trading_day(date: dt.date) -> bool:
    """Whether the exchange is open on `date` by its regular rules.

    Raises
    ------
    ParameterError
        If `date` is before 1980 or after 2100.
    """
    return bool(np.is_busday(np.datetime64(_checked(date), "D"), busdaycal=_calendar()))


def add_trading_days(date: dt.date, n: int) -> dt.date:
    """Trading day `n` trading days after `date` (before it, if negative).

    From a weekend or holiday, ``n = 1`` is the next trading day, ``n = -1`` the one before and
    ``n = 0`` the one before as well.

    Raises
    ------
    ParameterError
        If `date` or the result is before 1980 or after 2100.
    """
    start = np.datetime64(_checked(date), "D")
    limit = 366 * (LAST_YEAR - FIRST_YEAR)
    require(abs(n) <= limit, "n", n, f"from {-limit} to {limit} trading days")
    roll: Literal["backward", "forward"] = "backward" if n >= 0 else "forward"
    result: dt.date = np.busday_offset(start, n, roll=roll, busdaycal=_calendar()).astype(object)
    return _checked(result)


def spx_expiry(date: dt.date, dte: int) -> dt.date:
    """Expiry of the listed SPX option nearest below `dte` calendar days from `date`.

    Parameters
    ----------
    date : date
        Day of the trade.
    dte : int
        Calendar days to expiry, >= 0.

    Returns
    -------
    date
        ``date + dte`` if the exchange is open then, else the trading day before it; where that
        would not leave a day to expiry, the trading day after it.

    Raises
    ------
    ParameterError
        If `dte` is negative, or a date is before 1980 or after 2100.
    """
    require(0 <= dte <= 36_600, "dte", dte, "from 0 to 36600 calendar days")
    start = _checked(date)
    wanted = start + dt.timedelta(days=dte)
    expiry = add_trading_days(wanted, 0)
    earliest = start + dt.timedelta(days=min(dte, 1))
    return expiry if expiry >= earliest else add_trading_days(wanted, 1)
