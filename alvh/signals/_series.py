"""Checks of daily series, and the one rule for days that are missing.

A day without a number (nan) gives nan that day and is otherwise passed over: a window of twenty
days holds the last twenty numbers, and an average goes on from where it stood. Nothing is filled.
After more missing days in a row than the indicator's own length it begins anew, with its full
warm-up, for what it remembers is then older than all it may look at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from alvh._typing import FloatArray
from alvh.errors import DataError, ParameterError

__all__ = [
    "ROUNDING",
    "Series",
    "by_observation",
    "column",
    "day_of",
    "named",
    "same_days",
    "side",
    "turns",
    "values_of",
    "whole",
    "windowed",
]

Series: TypeAlias = "pd.Series[float]"

ROUNDING: Final = 1e-12
"""Relative difference that is taken for rounding, and not for one number above another."""

_CHUNK = 4096  # rows of windows laid out at a time


def values_of(x: Series, name: str, *, above: float = -np.inf) -> FloatArray:
    """Numbers of a series, checked.

    Parameters
    ----------
    x : Series of shape (n_days,)
        nan marks a missing day.
    name : str
        Called so in messages, unless the series has a name.
    above : float, optional
        What every number must exceed.

    Raises
    ------
    DataError
        Naming series, value and day: not a series, not numbers, infinite, too low, or days
        repeated or out of order.
    """
    if not isinstance(x, pd.Series):
        raise DataError(f"{name} must be a pandas Series, got {type(x).__name__}")
    label = name if x.name is None else str(x.name)
    if x.dtype.kind not in "iuf":
        raise DataError(f"{label} must hold numbers, got {x.dtype}")
    if not (x.index.is_unique and x.index.is_monotonic_increasing):
        raise DataError(f"{label}: each day is allowed once, the oldest first")
    values = np.asarray(x.to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)
    bad = np.isinf(values) | (values <= above)
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        allowed = "finite" if np.isinf(values[at]) else f"> {above:g}"
        raise DataError(f"{label} must be {allowed}, got {values[at]:g} on {day_of(x.index[at])}")
    return values


def day_of(label: Any) -> str:
    """A label of an index in words: its date, where it is one."""
    return str(label.date()) if isinstance(label, pd.Timestamp) else f"day {label}"


def named(x: Series, values: FloatArray, name: str) -> Series:
    """`values` on the days of `x`."""
    return pd.Series(values, index=x.index, name=name, dtype=np.float64)


def column(frame: pd.DataFrame, name: str) -> Series:
    """Column `name` of a daily frame, or a `DataError` that names it."""
    if name not in frame.columns:
        present = ", ".join(str(other) for other in frame.columns[:12]) or "none"
        raise DataError(f"column {name} is missing; found: {present}")
    found = frame[name]
    if not isinstance(found, pd.Series):
        raise DataError(f"column {name} appears more than once, allowed is once")
    return found


def same_days(x: Series, y: Series, names: str) -> None:
    """Raise `DataError` unless both series have the same days."""
    if not x.index.equals(y.index):
        raise DataError(f"{names} must have the same days")


def whole(name: str, value: int, least: int) -> None:
    """Raise `ParameterError` unless `value` is a whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ParameterError(f"{name} must be a whole number of at least {least}, got {value!r}")


def by_observation(
    values: FloatArray, longest_gap: int, indicator: Callable[[FloatArray], FloatArray]
) -> FloatArray:
    """`indicator` of the numbers alone, laid back on their days; see the rule of this module.

    Parameters
    ----------
    values : ndarray of shape (n_days,)
    longest_gap : int
        Missing days in a row it survives.
    indicator : callable
        Maps numbers of shape (n,) to an array of shape (n,) or (n, k).
    """
    empty = indicator(values[:0])
    result = np.full((values.size, *empty.shape[1:]), np.nan)
    for part in _stretches(values, longest_gap):
        result[part] = indicator(values[part])
    return result


def _stretches(values: FloatArray, longest_gap: int) -> Iterator[np.ndarray[Any, Any]]:
    present = np.flatnonzero(~np.isnan(values))
    breaks = np.flatnonzero(np.diff(present) > longest_gap + 1) + 1
    yield from np.split(present, breaks)


def windowed(
    values: FloatArray, days: int, reduce: Callable[[FloatArray], FloatArray]
) -> FloatArray:
    """`reduce` of each trailing window; nan before the first is full.

    `reduce` maps windows of shape (m, days), the newest day last, to shape (m,).
    """
    result = np.full(values.size, np.nan)
    if values.size >= days:
        windows = np.lib.stride_tricks.sliding_window_view(values, days)
        for start in range(0, len(windows), _CHUNK):
            part = windows[start : start + _CHUNK]
            result[days - 1 + start : days - 1 + start + len(part)] = reduce(part)
    return result


def side(difference: FloatArray, scale: FloatArray) -> FloatArray:
    """1 above, -1 below, 0 where the difference is rounding of the scale, nan where unknown."""
    sign = np.sign(difference)
    return np.where(np.abs(difference) <= ROUNDING * np.abs(scale), 0.0 * sign, sign)


def turns(sides: FloatArray) -> FloatArray:
    """+1 on the day of a crossing upwards, -1 downwards, 0 otherwise, nan where unknown.

    A side of zero or nan keeps the side before it: touching is not crossing, and a crossing in a
    gap is reported on the first day it can be seen.
    """
    known = np.where(np.isnan(sides), 0.0, sides)
    last = np.maximum.accumulate(np.where(known != 0.0, np.arange(known.size), 0))
    held = known[last]
    before = np.concatenate([[0.0], held[:-1]])[: held.size]
    turned = np.where((before != 0.0) & (held != before), held, 0.0)
    return np.where(np.isnan(sides), np.nan, turned)
