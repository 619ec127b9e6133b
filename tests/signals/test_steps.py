"""One day at a time, in Python and inside a kernel, gives what the whole series gives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from alvh.signals import (
    exponential_average,
    macd,
    moving_average,
    percentile_rank,
    realised_volatility,
    rsi,
    trailing_maximum,
    trailing_slope,
    z_score,
)
from alvh.signals._steps import (
    EMA,
    MACD,
    REALISED,
    RING,
    RSI,
    ema_step,
    macd_step,
    maximum_step,
    mean_step,
    rank_step,
    realised_step,
    rsi_step,
    slope_step,
    z_score_step,
)
from tests.signals.made_up import NAN, gapped, walk

STEPS = {
    "exponential_average": (ema_step, lambda _: EMA, exponential_average),
    "rsi": (rsi_step, lambda _: RSI, rsi),
    "moving_average": (mean_step, lambda days: RING + days, moving_average),
    "trailing_maximum": (maximum_step, lambda days: RING + days, trailing_maximum),
    "trailing_slope": (slope_step, lambda days: RING + days, trailing_slope),
    "percentile_rank": (rank_step, lambda days: RING + days, percentile_rank),
    "z_score": (z_score_step, lambda days: RING + days, z_score),
    "realised_volatility": (realised_step, lambda days: REALISED + days, realised_volatility),
}


def stepped(step, size, x, *parameters):
    """A step from Python, in the middle of a longer state that must stay as it was."""
    memory = np.concatenate([[5.0], np.zeros(size), [6.0]])
    out = np.array([step(memory[1:-1], number, *parameters) for number in x])
    assert (memory[0], memory[-1]) == (5.0, 6.0)
    return out


@pytest.mark.parametrize("name", STEPS)
@given(x=gapped(), days=st.integers(2, 25))
def test_steps_are_the_series(name, x, days):
    step, size, series = STEPS[name]
    wanted = series(x, days)
    np.testing.assert_allclose(stepped(step, size(days), x, days), wanted, rtol=1e-9, atol=1e-9)


@given(gapped(), st.integers(1, 6), st.integers(1, 12), st.integers(1, 6))
def test_macd_steps_are_the_series(x, fast, more, average):
    spans = fast, fast + more, average
    found = stepped(macd_step, MACD, x, *spans)
    np.testing.assert_allclose(found, macd(x, *spans), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", STEPS)
def test_equal_numbers_and_the_shortest_windows(name):
    step, size, series = STEPS[name]
    x = pd.Series([2.0, 2.0, 2.0, 3.0, 3.0, 1.0, NAN, 1.0, 1.0, 1.0, 1.0, 1.0, 4.0, 4.0])
    for days in (2, 3, 5):
        found = stepped(step, size(days), x, days)
        np.testing.assert_allclose(found, series(x, days), rtol=1e-12, atol=1e-12)


def test_no_rounding_is_left_when_a_large_number_leaves():
    x = np.concatenate([[1e9, 1e-3], np.full(60, 1e-3)])
    for days in (5, 7):
        means = stepped(mean_step, RING + days, x, days)
        assert means[days:] == pytest.approx(1e-3, rel=1e-15)
        quiet = stepped(realised_step, REALISED + days, x, days)
        assert (quiet[days + 1 :] == 0.0).all()


@njit(error_model="numpy", _nrt=False)
def _kernel(x, memory, out):
    """All of them as the engine calls them: slices of one array, references not counted."""
    for i in range(x.size):
        out[i, 0] = ema_step(memory[0:3], x[i], 9)
        out[i, 1] = rsi_step(memory[3:8], x[i], 9)
        out[i, 2] = mean_step(memory[8:20], x[i], 9)
        out[i, 3] = maximum_step(memory[20:32], x[i], 9)
        out[i, 4] = slope_step(memory[32:44], x[i], 9)
        out[i, 5] = rank_step(memory[44:56], x[i], 9)
        out[i, 6] = z_score_step(memory[56:68], x[i], 9)
        out[i, 7] = realised_step(memory[68:81], x[i], 9)
        out[i, 8] = macd_step(memory[81:87], x[i], 4, 9, 3)[2]
        out[i, 9] = macd_step(memory[87:93], x[i], 4, 9, 3)[3]


def test_steps_inside_a_kernel():
    x = walk(8, 400, missing=0.1)
    x[200:220] = NAN
    memory, out = np.zeros(94), np.empty((400, 10))
    _kernel(x, memory, out)
    assert memory[-1] == 0.0
    series = pd.Series(x)
    table = macd(series, 4, 9, 3)
    wanted = [*(STEPS[name][2](series, 9) for name in STEPS), table["histogram"], table["cross"]]
    np.testing.assert_allclose(out, np.stack(wanted, axis=1), rtol=1e-9, atol=1e-9)
    assert (table["cross"].dropna() != 0.0).any()
