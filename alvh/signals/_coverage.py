"""What there is of each signal, and in words why it is unavailable, late or in part."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from alvh.market.fomc import decisions
from alvh.market.fred import MacroHistory, as_known
from alvh.signals._series import Series, day_of
from alvh.signals.announced import monthly_level
from alvh.signals.breadth import SOURCES, breadth_source
from alvh.signals.catalogue import SIGNALS
from alvh.signals.parameters import Signals

__all__ = ["Given", "coverage_of"]

_FORECASTS = ("forecast", "premium_points", "premium_variance")
_RANGES = ("spx_open", "spx_high", "spx_low")


class Given(NamedTuple):
    """What a panel is computed from."""

    frame: pd.DataFrame
    rule: Signals
    proxy: Series | None
    macro: MacroHistory | None

    @property
    def days(self) -> pd.DatetimeIndex:
        """Days of the frame."""
        return pd.DatetimeIndex(self.frame.index)

    def has(self, *names: str) -> bool:
        """Whether the frame has all of these columns."""
        return set(names) <= set(self.frame.columns)


def coverage_of(given: Given, values: pd.DataFrame) -> pd.DataFrame:
    """Table of `SignalPanel.coverage` for the signals of `values`."""
    rows = []
    for name in values.columns:
        present = np.flatnonzero(values[name].notna())
        first = int(present[0]) if present.size else len(values)
        rows.append(
            {
                "available": present.size > 0,
                "first": values.index[first] if present.size else pd.NaT,
                "missing": len(values) - first - present.size,
                "reason": _reason(given, name, values[name]),
            }
        )
    columns = ["available", "first", "missing", "reason"]
    index = pd.Index(list(values.columns), name="signal")
    table = pd.DataFrame(rows, index=index, columns=columns)
    table["first"] = pd.to_datetime(table["first"])
    return table


def _reason(given: Given, name: str, value: Series) -> str:
    if name == "fomc":
        return _of_decisions(given.days)
    if SIGNALS[name].monthly:
        return _of_months(given, name, value)
    wanted = SIGNALS[name].needs
    inputs = {need: given.frame[need] for need in wanted if need in given.frame.columns}
    if name.startswith("breadth_"):
        source = breadth_source(given.frame)
        if given.proxy is not None and source in (None, SOURCES[2]):
            inputs["proxy"] = given.proxy
        elif source is None:
            return "none of " + "; ".join(" and ".join(s.columns) for s in SOURCES) + " is there"
        else:
            inputs |= {need: given.frame[need] for need in source.columns}
        if name == "breadth_divergence":
            inputs["spx_close"] = given.frame["spx_close"]
    elif name == "range_blend" and given.has("vix9d_close"):
        inputs = {need: given.frame[need] for need in ("spx_close", "vix9d_close")}
    elif name in _FORECASTS and given.rule.forecast == "har" and given.has(*_RANGES):
        inputs |= {need: given.frame[need] for need in _RANGES}

    absent = [need for need in wanted if need not in given.frame.columns]
    empty = [need for need, series in inputs.items() if series.isna().all()]
    if absent:
        return f"{' and '.join(absent)} {'is' if len(absent) == 1 else 'are'} not in the data"
    if empty:
        return f"{' and '.join(empty)} {'holds' if len(empty) == 1 else 'hold'} no value"
    if value.isna().all():
        there = int(pd.DataFrame(inputs).notna().all(axis=1).sum())
        days, found = SIGNALS[name].warm_up(given.rule), " and ".join(inputs)
        if there < days:
            return f"needs {days:,} days of {found}, there are {there:,}"
        return f"undefined on each of {there:,} days of {found}"

    said = [text for need, series in inputs.items() for text in _gaps(need, series)]
    if name == "range_blend" and not given.has("vix9d_close"):
        said.append("of VIX, as vix9d_close is not in the data")
    return "; ".join(said)


def _gaps(name: str, series: Series) -> list[str]:
    """When an input begins, if late, and how many days it lacks after that."""
    present = np.flatnonzero(series.notna())
    first = int(present[0])
    said = [f"{name} begins on {day_of(series.index[first])}"] if first > 0 else []
    lacking = len(series) - first - present.size
    if lacking:
        said.append(f"{name} is missing on {lacking:,} day{'s' if lacking > 1 else ''}")
    return said


def _of_months(given: Given, name: str, value: Series) -> str:
    column, macro, days = SIGNALS[name].monthly, given.macro, given.days
    if macro is None:
        return "no macro data"
    if column not in macro.frame.columns:
        return f"{column} is not in the macro data"
    level = monthly_level(macro, column, days)
    if level.isna().all():
        return f"{column} holds no value"
    level = level.loc[level.first_valid_index() :]
    begun = level.index[level.index <= days[-1]][-4:]  # the latest one due is among these
    last = (
        as_known(pd.Series(begun, index=begun), column, days[-1:]).iloc[0] if len(begun) else None
    )
    due = level.iloc[:0] if pd.isna(last) else level.loc[:last]
    there = int(due.notna().sum())
    months = SIGNALS[name].warm_up(given.rule)
    if value.isna().all():
        if there < months:
            return f"needs {months:,} months of {column}, there are {there:,} by the last day"
        return f"undefined on each day, with {there:,} months of {column}"
    missing = due.index[due.isna()]
    if not len(missing):
        return ""
    some = f"{len(missing):,} months, the last" if len(missing) > 1 else "a month,"
    return f"{column} lacks {some} {missing[-1]:%Y-%m}"


def _of_decisions(days: pd.DatetimeIndex) -> str:
    first, last = (pd.Timestamp(day) for day in (decisions()[0], decisions()[-1]))
    said = []
    if len(days) and days[0] < first:
        said.append(f"the table of decisions begins on {day_of(first)}")
    if len(days) and days[-1] > last:
        said.append(f"the table of decisions ends on {day_of(last)}")
    return "; ".join(said)
