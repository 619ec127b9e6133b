"""Days on which monthly VIX futures and options settle, by the rule of the exchange."""

from __future__ import annotations

import datetime as dt

from alvh.errors import require
from alvh.market.calendars import add_trading_days, is_trading_day

__all__ = ["vix_expiry"]

_FRIDAY = 4


def vix_expiry(date: dt.date, n: int = 1) -> dt.date:
    """Settlement of the `n`-th monthly VIX future that settles after `date`.

    Parameters
    ----------
    date : date
        A close; a future that settled that morning is over.
    n : int, default=1
        1 is the front month; up to 24.

    Returns
    -------
    date
        30 days before the third Friday of the next month, a Wednesday; the trading day before it
        where the exchange is closed on either day.

    Raises
    ------
    ParameterError
        If `n` is not from 1 to 24, or a date is before 1980 or after 2100.

    References
    ----------
    Cboe Futures Exchange, VX contract specifications, final settlement date.
    """
    require(1 <= n <= 24, "n", n, "from 1 to 24")
    month = 12 * date.year + date.month - 1
    while n:
        found = _settlement(month)
        n -= found > date
        month += 1
    return found


def _settlement(month: int) -> dt.date:
    """Of the future of a month, counted from January of the year zero."""
    year, number = divmod(month + 1, 12)
    first = dt.date(year, number + 1, 1)
    friday = first + dt.timedelta(days=(_FRIDAY - first.weekday()) % 7 + 14)
    day = friday - dt.timedelta(days=30)
    if is_trading_day(friday) and is_trading_day(day):
        return day
    return add_trading_days(day - dt.timedelta(days=1), 0)
