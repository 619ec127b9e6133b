"""One day of an indicator at a time, compiled, for use inside other kernels.

State is a slice of a float64 array, all zeros at first; its length and layout stand beside each
step. A step takes the slice, today's number and the parameters, updates the slice in place, and
returns today's value: nan during the warm-up and on a missing day (nan), as the function of the
same name in `alvh.signals.technical` or `alvh.signals.volatility`, whose numbers it gives.
Parameters are not checked here.

============ ================== ==================================================================
state        length             layout
============ ================== ==================================================================
`EMA`        3                  average, numbers seen, missing days in a row
`MACD`       6                  fast, slow, average of the line, numbers seen, missing, side
`RSI`        5                  mean rise, mean fall, last close, numbers seen, missing
ring         ``RING + days``    total of the round, numbers (see `_put`), missing; `days` places
`REALISED`   ``REALISED+days``  a ring of squared returns, then the last close (0 if missing)
============ ================== ==================================================================

A ring is filled place by place, a round every `days` numbers. `z_score_step`, `rank_step` and
`slope_step` keep the last `days` numbers there. `mean_step`, `maximum_step` and `realised_step`
keep the numbers of this round, and before each older place the total (sum or maximum) from there
to the end of the round before: two totals then make the window's, nothing is ever taken off a sum,
and no rounding is carried from one round to the next. One slice belongs to one step.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from alvh._compiled import called, inlined

__all__ = [
    "EMA",
    "MACD",
    "REALISED",
    "RING",
    "RSI",
    "ema_step",
    "macd_step",
    "maximum_step",
    "mean_step",
    "rank_step",
    "realised_step",
    "rsi_step",
    "slope_step",
    "z_score_step",
]

EMA: Final = 3
MACD: Final = 6
RSI: Final = 5
RING: Final = 3
REALISED: Final = RING + 1

_ROUNDING = 1e-12  # as alvh.signals._series.ROUNDING
_YEAR = 1e4 * 252.0  # as alvh.signals.volatility: a day's variance to a year's in squared points


@inlined
def _passed_over(state, at, x, longest_gap):  # type: ignore[no-untyped-def]
    """Whether the day is missing; counts it at `at`, and clears the state after too many."""
    if np.isnan(x):
        state[at] += 1.0
        return True
    if state[at] > longest_gap:
        for k in range(state.size):
            state[k] = 0.0
    state[at] = 0.0
    return False


@inlined
def _toward(mean, x, count, span, alpha):  # type: ignore[no-untyped-def]
    """Mean after `x`, the number `count`: simple up to the number `span`, exponential after it."""
    return mean + (x - mean) * (1.0 / count if count <= span else alpha)


@called
def ema_step(state, x, span):  # type: ignore[no-untyped-def]
    """`exponential_average` after today's `x`; state of length `EMA`."""
    if _passed_over(state, 2, x, span):
        return np.nan
    state[1] += 1.0
    state[0] = _toward(state[0], x, state[1], span, 2.0 / (span + 1.0))
    return state[0] if state[1] >= span else np.nan


@called
def macd_step(state, x, fast, slow, average):  # type: ignore[no-untyped-def]
    """Line, average, histogram and cross of `macd` after today's `x`; state of length `MACD`."""
    if _passed_over(state, 4, x, slow):
        return np.nan, np.nan, np.nan, np.nan
    state[3] += 1.0
    count = state[3]
    state[0] = _toward(state[0], x, count, fast, 2.0 / (fast + 1.0))
    state[1] = _toward(state[1], x, count, slow, 2.0 / (slow + 1.0))
    if count < slow:
        return np.nan, np.nan, np.nan, np.nan
    line = state[0] - state[1]
    state[2] = _toward(state[2], line, count - slow + 1.0, average, 2.0 / (average + 1.0))
    if count < slow + average - 1:
        return line, np.nan, np.nan, np.nan
    histogram = line - state[2]
    cross, side = 0.0, state[5]
    if abs(histogram) > _ROUNDING * (abs(state[0]) + abs(state[1])):
        side = 1.0 if histogram > 0.0 else -1.0
    if state[5] != 0.0 and side != state[5]:
        cross = side
    state[5] = side
    return line, state[2], histogram, cross


@called
def rsi_step(state, close, days):  # type: ignore[no-untyped-def]
    """`rsi` after today's `close`; state of length `RSI`."""
    if _passed_over(state, 4, close, days):
        return np.nan
    change = close - state[2]
    changes = state[3]  # the first close has none
    state[2] = close
    state[3] += 1.0
    if changes == 0.0:
        return np.nan
    state[0] = _toward(state[0], max(change, 0.0), changes, days, 1.0 / days)
    state[1] = _toward(state[1], max(-change, 0.0), changes, days, 1.0 / days)
    total = state[0] + state[1]
    if changes < days or not total > 0.0:
        return np.nan
    return 100.0 * (state[0] / total)


@inlined
def _place(state, days):  # type: ignore[no-untyped-def]
    """Place of the ring that is next."""
    seen = int(state[1])
    return seen if seen < days else seen - days


@inlined
def _put(state, x, days):  # type: ignore[no-untyped-def]
    """Put `x` into the ring; its place, and whether the ring is full."""
    place = _place(state, days)
    state[RING + place] = x
    # a full ring counts from `days` to twice that and again: no division tells its place
    state[1] = days if state[1] == 2 * days - 1 else state[1] + 1.0
    return place, state[1] >= days


@called
def _sum_after(state, x, days):  # type: ignore[no-untyped-def]
    """Sum of the last `days` numbers after `x`; nan while there are fewer."""
    if _place(state, days) == 0:
        state[0] = 0.0
        for k in range(RING + days - 2, RING - 1, -1):
            state[k] += state[k + 1]
    place, full = _put(state, x, days)
    state[0] += x
    if not full:
        return np.nan
    return state[0] if place == days - 1 else state[0] + state[RING + place + 1]


@called
def mean_step(state, x, days):  # type: ignore[no-untyped-def]
    """`moving_average` after today's `x`; state of length ``RING + days``."""
    if _passed_over(state, 2, x, days):
        return np.nan
    return _sum_after(state, x, days) / days


@called
def maximum_step(state, x, days):  # type: ignore[no-untyped-def]
    """`trailing_maximum` after today's `x`; state of length ``RING + days``."""
    if _passed_over(state, 2, x, days):
        return np.nan
    if _place(state, days) == 0:
        state[0] = -np.inf
        for k in range(RING + days - 2, RING - 1, -1):
            state[k] = max(state[k], state[k + 1])
    place, full = _put(state, x, days)
    state[0] = max(state[0], x)
    if not full:
        return np.nan
    return state[0] if place == days - 1 else max(state[0], state[RING + place + 1])


@called
def realised_step(state, close, days):  # type: ignore[no-untyped-def]
    """`realised_volatility` after today's `close`; state of length ``REALISED + days``."""
    last, at = state[RING + days], RING + days
    state[at] = 0.0 if np.isnan(close) else close
    change = np.log(close / last) if last > 0.0 else np.nan
    ring = state[:at]
    if _passed_over(ring, 2, change, days):
        return np.nan
    return np.sqrt(_YEAR / days * _sum_after(ring, change * change, days))


@called
def slope_step(state, x, days):  # type: ignore[no-untyped-def]
    """`trailing_slope` after today's `x`; state of length ``RING + days``."""
    if _passed_over(state, 2, x, days):
        return np.nan
    place, full = _put(state, x, days)
    if not full:
        return np.nan
    slope, centred = 0.0, -0.5 * (days - 1)  # the oldest number stands after today's place
    for k in range(RING + place + 1, RING + days):
        slope += centred * (state[k] - x)
        centred += 1.0
    for k in range(RING, RING + place):
        slope += centred * (state[k] - x)
        centred += 1.0
    return slope / (days * (days * days - 1.0) / 12.0)


@called
def z_score_step(state, x, days):  # type: ignore[no-untyped-def]
    """`z_score` after today's `x`; state of length ``RING + days``."""
    if _passed_over(state, 2, x, days):
        return np.nan
    if not _put(state, x, days)[1]:
        return np.nan
    # sums of distances from today's number, which is in the window: one pass, and no cancellation
    total, squares = 0.0, 0.0
    for k in range(RING, RING + days):
        gap = state[k] - x
        total += gap
        squares += gap * gap
    if squares == 0.0:
        return np.nan
    mean = total / days
    return -mean / np.sqrt((squares - total * mean) / (days - 1.0))


@called
def rank_step(state, x, days):  # type: ignore[no-untyped-def]
    """`percentile_rank` after today's `x`; state of length ``RING + days``."""
    if _passed_over(state, 2, x, days):
        return np.nan
    if not _put(state, x, days)[1]:
        return np.nan
    twice = -1  # today's number finds itself in the window
    for k in range(RING, RING + days):
        twice += (state[k] <= x) + (state[k] < x)
    return 50.0 * twice / (days - 1.0)
