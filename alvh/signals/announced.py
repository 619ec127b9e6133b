"""Monthly prints and decisions of the FOMC on trading days, as they were known.

A monthly value is a state: it holds from the day its month was published until the next one is
due. A month that is missing when it is due makes the signal unavailable until the next one; no
earlier month stands in for it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from alvh.market.calendars import add_trading_days
from alvh.market.fomc import in_window
from alvh.market.fred import MacroHistory, as_known
from alvh.signals._series import Series, whole
from alvh.signals.macro import exchange_rate_move, price_surprise

__all__ = ["exchange_rate", "fomc_window", "monthly_level", "price_news"]

_YEARS: Final = range(1981, 2100)  # of the exchange's calendar, with room on either side


def monthly_level(macro: MacroHistory, column: str, days: pd.DatetimeIndex) -> Series:
    """A monthly series with a row for every month up to the last day: nan where it is missing."""
    level = macro.frame[column]
    if not len(level) or not len(days):
        return level.iloc[:0]
    months = pd.date_range(level.index[0], max(level.index[-1], days[-1]), freq="MS")
    return level.reindex(months)


def price_news(macro: MacroHistory, column: str, days: pd.DatetimeIndex, hold: int = 5) -> Series:
    """Surprise of a price index while it is news.

    Parameters
    ----------
    macro : MacroHistory
    column : {"cpi", "ppi"}
        Of its frame.
    days : DatetimeIndex of shape (n_days,)
        Trading days, increasing.
    hold : int, default=5
        Trading days a surprise is reported, the first on which it was known among them; >= 1.
        Counted on `days`, and on weekdays before the first of them.

    Returns
    -------
    Series of shape (n_days,)
        Standard deviations (`price_surprise`); 0 once it is no news; nan before the first print,
        and while the latest one due is missing or has no surprise.

    Raises
    ------
    ParameterError
        If `hold` is not as said.
    """
    whole("hold", hold, 1)
    level = monthly_level(macro, column, days)
    if not len(level):
        return pd.Series(np.nan, index=days)
    surprise = price_surprise(level)["surprise"].to_numpy()
    month = pd.Series(np.arange(float(len(level))), index=level.index)
    before = pd.bdate_range(end=days[0] - pd.Timedelta(days=1), periods=hold)
    known = as_known(month, column, pd.DatetimeIndex([*before, *days])).to_numpy(dtype=np.float64)
    latest = np.where(np.isnan(known), -1.0, known).astype(np.int64)

    at = np.arange(latest.size)
    published = np.where(np.diff(latest, prepend=latest[:1]) != 0, at, -hold)
    fresh = at - np.maximum.accumulate(published) < hold
    value = np.where(latest < 0, np.nan, surprise[latest])
    news = np.where(np.isnan(value) | fresh, value, 0.0)
    return pd.Series(news[hold:], index=days)


def exchange_rate(macro: MacroHistory, days: pd.DatetimeIndex, months: int = 3) -> Series:
    """Latest published move of the dollar's real exchange rate over some months.

    Parameters
    ----------
    macro : MacroHistory
        With the column ``reer``.
    days : DatetimeIndex of shape (n_days,)
    months : int, default=3
        1 to 24.

    Returns
    -------
    Series of shape (n_days,)
        Standard deviations (`exchange_rate_move`), positive when the dollar has risen; nan before
        the first print, and while the latest one due is missing or has no move.

    Raises
    ------
    ParameterError
        If `months` is not as said.
    """
    level = monthly_level(macro, "reer", days)
    if not len(level):
        return pd.Series(np.nan, index=days)
    return as_known(exchange_rate_move(level, months=months), "reer", days)


def fomc_window(days: pd.DatetimeIndex, before: int = 1, after: int = 0) -> Series:
    """Whether each trading day lies near a scheduled decision of the FOMC.

    Parameters
    ----------
    days : DatetimeIndex of shape (n_days,)
        Trading days, increasing. Beyond its ends days are counted by the exchange's calendar, so
        that the last day is told what it will be told when more are known.
    before, after : int
        Trading days on either side of a decision, 0 to 30.

    Returns
    -------
    Series of shape (n_days,)
        1 inside, 0 outside, nan beyond the table of decisions.

    Raises
    ------
    ParameterError
        If a width is out of range.
    """
    ends: list[list[pd.Timestamp]] = [[], []]
    if len(days):
        first, last = days[0], days[-1]
        if first.year in _YEARS:
            ends[0] = [pd.Timestamp(add_trading_days(first, -k)) for k in range(after, 0, -1)]
        if last.year in _YEARS:
            ends[1] = [pd.Timestamp(add_trading_days(last, k)) for k in range(1, before + 2)]
    longer = pd.DatetimeIndex([*ends[0], *days, *ends[1]])
    flags = in_window(longer, before=before, after=after)
    return pd.Series(flags[len(ends[0]) : len(ends[0]) + len(days)], index=days)
