"""Days on which the Federal Open Market Committee announced, or will announce, its decision.

Scheduled meetings only: a hedge can be planned for those. Source: the Federal Reserve's meeting
calendars and historical materials (federalreserve.gov/monetarypolicy/fomccalendars.htm); the
tentative schedule of 2027 as announced on 2025-09-05. In 2020 the meeting of 17 and 18 March was
replaced by an unscheduled decision on the 15th, and is left out.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pandas as pd

from alvh.errors import require

__all__ = ["decisions", "in_window", "schedule_note"]

# Month and day of each decision, a line a year.
_DECISIONS: Final = {
    1999: "02-03 03-30 05-18 06-30 08-24 10-05 11-16 12-21",
    2000: "02-02 03-21 05-16 06-28 08-22 10-03 11-15 12-19",
    2001: "01-31 03-20 05-15 06-27 08-21 10-02 11-06 12-11",
    2002: "01-30 03-19 05-07 06-26 08-13 09-24 11-06 12-10",
    2003: "01-29 03-18 05-06 06-25 08-12 09-16 10-28 12-09",
    2004: "01-28 03-16 05-04 06-30 08-10 09-21 11-10 12-14",
    2005: "02-02 03-22 05-03 06-30 08-09 09-20 11-01 12-13",
    2006: "01-31 03-28 05-10 06-29 08-08 09-20 10-25 12-12",
    2007: "01-31 03-21 05-09 06-28 08-07 09-18 10-31 12-11",
    2008: "01-30 03-18 04-30 06-25 08-05 09-16 10-29 12-16",
    2009: "01-28 03-18 04-29 06-24 08-12 09-23 11-04 12-16",
    2010: "01-27 03-16 04-28 06-23 08-10 09-21 11-03 12-14",
    2011: "01-26 03-15 04-27 06-22 08-09 09-21 11-02 12-13",
    2012: "01-25 03-13 04-25 06-20 08-01 09-13 10-24 12-12",
    2013: "01-30 03-20 05-01 06-19 07-31 09-18 10-30 12-18",
    2014: "01-29 03-19 04-30 06-18 07-30 09-17 10-29 12-17",
    2015: "01-28 03-18 04-29 06-17 07-29 09-17 10-28 12-16",
    2016: "01-27 03-16 04-27 06-15 07-27 09-21 11-02 12-14",
    2017: "02-01 03-15 05-03 06-14 07-26 09-20 11-01 12-13",
    2018: "01-31 03-21 05-02 06-13 08-01 09-26 11-08 12-19",
    2019: "01-30 03-20 05-01 06-19 07-31 09-18 10-30 12-11",
    2020: "01-29 04-29 06-10 07-29 09-16 11-05 12-16",
    2021: "01-27 03-17 04-28 06-16 07-28 09-22 11-03 12-15",
    2022: "01-26 03-16 05-04 06-15 07-27 09-21 11-02 12-14",
    2023: "02-01 03-22 05-03 06-14 07-26 09-20 11-01 12-13",
    2024: "01-31 03-20 05-01 06-12 07-31 09-18 11-07 12-18",
    2025: "01-29 03-19 05-07 06-18 07-30 09-17 10-29 12-10",
    2026: "01-28 03-18 04-29 06-17 07-29 09-16 10-28 12-09",
    2027: "01-27 03-17 04-28 06-09 07-28 09-15 10-27 12-08",
}
_MOST_DAYS = 30
_SOON = dt.timedelta(days=90)


@lru_cache(maxsize=1)
def decisions() -> tuple[dt.date, ...]:
    """All days of a scheduled decision, 1999 to 2027, oldest first."""
    return tuple(
        dt.date.fromisoformat(f"{year}-{day}")
        for year, days in _DECISIONS.items()
        for day in days.split()
    )


def in_window(days: pd.DatetimeIndex, *, before: int = 1, after: int = 0) -> Any:
    """Whether each trading day lies near a scheduled decision.

    Parameters
    ----------
    days : DatetimeIndex of shape (n_days,)
        Trading days, increasing. Distances are counted on them; a decision on a day they do not
        hold counts on the next one.
    before, after : int
        Trading days of the window on either side of a decision, 0 to 30. The schedule is known
        long before, so the days before a decision look at nothing that was not known.

    Returns
    -------
    float64 ndarray of shape (n_days,)
        1 inside, 0 outside, nan on days beyond the table of decisions.

    Raises
    ------
    ParameterError
        If a width is out of range.
    """
    for name, width in (("before", before), ("after", after)):
        require(0 <= width <= _MOST_DAYS, name, width, f"from 0 to {_MOST_DAYS} trading days")
    known = pd.DatetimeIndex(decisions())
    out = np.zeros(len(days))
    if not len(days):
        return out
    for position in days.searchsorted(known[(known >= days[0]) & (known <= days[-1])]):
        out[max(int(position) - before, 0) : int(position) + after + 1] = 1.0
    coming = known[known > days[-1]]
    if len(coming):  # a decision just after the last day is in the window of the days before it
        ahead = int(np.busday_count(days[-1].date(), coming[0].date()))
        out[max(len(days) - 1 - max(before - ahead, -1), 0) :] = 1.0
    out[(days < known[0]) | (days > known[-1])] = np.nan
    return out


def schedule_note(today: dt.date) -> str | None:
    """A sentence for the user when the table has run out, or will within three months."""
    last = decisions()[-1]
    if today <= last - _SOON:
        return None
    return (
        f"The table of FOMC decisions ends on {last}: later meetings are not known to it. "
        "A newer version may have them."
    )
