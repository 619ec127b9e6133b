"""Indicators against published numbers, numbers by hand, and plain loops of their definitions.

The table of RSI is StockCharts' worked example of Wilder's 14 days (School: Relative Strength
Index), as printed to two decimals; its closes are of QQQQ, December 2009 to February 2010.
"""

from __future__ import annotations

import math
import statistics

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.errors import DataError, ParameterError
from alvh.signals import (
    exponential_average,
    macd,
    moving_average,
    percentile_rank,
    ratio_to_average,
    rsi,
    trailing_maximum,
    trailing_slope,
    z_score,
)
from tests.signals.made_up import NAN, by_hand, gapped, plain_ema, plain_rsi, walk

# fmt: off
CLOSES = [
    44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826,
    45.8931, 46.0328, 45.6140, 46.2820, 46.2820, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439,
    46.2122, 46.2521, 45.7137, 46.4515, 45.7835, 45.3548, 44.0288, 44.1783, 44.2181, 44.5672,
    43.4205, 42.6628, 43.1314,
]
PUBLISHED = [
    70.53, 66.32, 66.55, 69.41, 66.36, 57.97, 62.93, 63.26, 56.06, 62.38, 54.71, 50.42, 39.99,
    41.46, 41.87, 45.46, 37.30, 33.08, 37.77,
]
# fmt: on
DAYS = st.integers(2, 30)


def close_to(found, wanted):
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9)


# --- RSI --------------------------------------------------------------------------------------


def test_rsi_of_the_published_table():
    found = rsi(pd.Series(CLOSES), 14)
    assert found.iloc[:14].isna().all()
    assert found.iloc[14:].round(2).tolist() == PUBLISHED


def test_rsi_by_hand():
    # changes 1, -1, 3: means 0.5 and 0.5, then (0.5 + 3)/2 = 1.75 and 0.25
    assert rsi(pd.Series([10.0, 11.0, 10.0, 13.0]), 2).tolist()[2:] == [50.0, 87.5]


@given(gapped(), DAYS)
def test_rsi_is_the_plain_loop(x, days):
    close_to(rsi(x, days), by_hand(x, days, lambda part: plain_rsi(part, days)))


@given(gapped(), DAYS, st.floats(1e-3, 1e3))
def test_rsi_is_bounded_and_has_no_unit(x, days, scale):
    found = rsi(x, days)
    assert found.dropna().between(0.0, 100.0).all()
    close_to(rsi(scale * x, days), found)
    mirrored = rsi(2.0 * x.max() - x, days)  # rises and falls change places
    np.testing.assert_allclose(mirrored, 100.0 - found, atol=1e-6)


def test_rsi_at_its_ends_and_where_nothing_moves():
    rising = rsi(pd.Series(np.arange(1.0, 40.0)))
    assert (rising.iloc[14:] == 100.0).all()
    assert (rsi(pd.Series(np.arange(40.0, 1.0, -1.0))).iloc[14:] == 0.0).all()
    assert rsi(pd.Series(np.full(40, 7.0))).isna().all()


# --- Averages and MACD ------------------------------------------------------------------------


def test_averages_by_hand():
    x = pd.Series([1.0, 2.0, 3.0, 5.0, 4.0])
    assert exponential_average(x, 3).tolist()[2:] == [2.0, 3.5, 3.75]
    assert moving_average(x, 2).tolist()[1:] == [1.5, 2.5, 4.0, 4.5]
    assert ratio_to_average(x, 2).tolist()[1:] == pytest.approx([4 / 3, 1.2, 1.25, 8 / 9])
    assert trailing_maximum(x, 3).tolist()[2:] == [3.0, 5.0, 5.0]
    assert trailing_slope(x, 3).tolist()[2:] == pytest.approx([1.0, 1.5, 0.5])


def test_macd_by_hand():
    # spans 1, 2 and 2: the line is x less the two-day average with alpha 2/3
    found = macd(pd.Series([1.0, 3.0, 3.0, 0.0]), 1, 2, 2)
    assert found["line"].tolist()[1:] == pytest.approx([1.0, 1 / 3, -8 / 9])
    assert found["average"].tolist()[2:] == pytest.approx([2 / 3, -10 / 27])
    assert found["histogram"].tolist()[2:] == pytest.approx([-1 / 3, -14 / 27])
    assert found["cross"].tolist()[2:] == [0.0, 0.0]


@given(gapped(), st.tuples(st.integers(1, 8), st.integers(1, 15), st.integers(1, 9)))
def test_macd_is_the_plain_loop(x, spans):
    fast, more, average = spans
    slow = fast + more

    def line(part):
        return plain_ema(part, fast) - plain_ema(part, slow)

    def mean(part):
        return plain_ema([line(part[: k + 1]) for k in range(slow - 1, len(part))], average)

    found = macd(x, fast, slow, average)
    close_to(found["line"], by_hand(x, slow, line))
    close_to(found["average"], by_hand(x, slow, mean))
    close_to(found["histogram"], by_hand(x, slow, lambda part: line(part) - mean(part)))
    close_to(exponential_average(x, slow), by_hand(x, slow, lambda part: plain_ema(part, slow)))


@given(st.integers(0, 1000), st.floats(-3.0, 3.0), st.floats(-3.0, 3.0))
def test_macd_is_linear_and_ignores_a_constant(seed, a, b):
    x, y = (pd.Series(walk(seed + k, 90)) for k in (0, 1))
    columns = ["line", "average", "histogram"]
    mixed = macd(a * x + b * y + 7.0)[columns]
    np.testing.assert_allclose(
        mixed, a * macd(x)[columns] + b * macd(y)[columns], rtol=1e-9, atol=1e-9
    )


def test_macd_crosses_where_the_histogram_changes_sign():
    found = macd(pd.Series(walk(5, 800)))
    histogram = found["histogram"].to_numpy()
    days = [t for t in range(34, 800) if histogram[t] * histogram[t - 1] < 0.0]
    assert len(days) > 20
    assert np.flatnonzero(found["cross"].fillna(0.0)).tolist() == days
    assert found["cross"].iloc[days].tolist() == np.sign(histogram[days]).tolist()


def test_a_constant_series_never_crosses():
    found = macd(pd.Series(np.full(200, 0.1)))
    assert (found["cross"].dropna() == 0.0).all()
    assert found["cross"].notna().sum() == 200 - 33


def test_a_crossing_inside_a_gap_is_reported_after_it():
    x = np.concatenate([100.0 + 0.05 * np.arange(60.0) ** 2, 270.0 - 9.0 * np.arange(20.0)])
    plain = macd(pd.Series(x))["cross"]
    day = int(np.flatnonzero(plain == -1.0)[0])
    x[day - 1 : day + 2] = NAN
    held = macd(pd.Series(x))["cross"]
    assert held.iloc[day - 1 : day + 2].isna().all()
    assert held.iloc[day + 2] == -1.0


# --- Windows ----------------------------------------------------------------------------------


@given(gapped(), DAYS)
def test_windows_are_the_plain_loops(x, days):
    def on(window):
        def last(part):
            return window(part[-days:]) if len(part) >= days else NAN

        return by_hand(x, days, last)

    def rank(w):
        *earlier, today = w
        return 100.0 * sum((e < today) + (e == today) / 2 for e in earlier) / len(earlier)

    def slope(w):
        return np.polyfit(np.arange(len(w)), np.array(w) / w[-1], 1)[0] * w[-1]

    close_to(moving_average(x, days), on(statistics.fmean))
    close_to(ratio_to_average(x, days), x / on(statistics.fmean))
    close_to(trailing_maximum(x, days), on(max))
    close_to(percentile_rank(x, days), on(rank))
    np.testing.assert_allclose(
        z_score(x, days),
        on(lambda w: (w[-1] - statistics.fmean(w)) / statistics.stdev(w)),
        rtol=1e-6,
        atol=1e-9,
    )
    np.testing.assert_allclose(trailing_slope(x, days), on(slope), rtol=1e-6, atol=1e-6)


def test_ranks_at_their_ends():
    x = pd.Series([1.0, 2.0, 3.0, 0.0, 3.0])
    assert percentile_rank(x, 3).tolist()[2:] == [100.0, 0.0, 75.0]
    assert percentile_rank(pd.Series(np.full(9, 4.0)), 5).tolist()[4:] == [50.0] * 5
    assert z_score(pd.Series(np.full(9, 0.1)), 5).isna().all()
    assert z_score(pd.Series([0.0, 0.0, 0.0, 1.0]), 4).iloc[-1] == pytest.approx(3 / 2)


# --- Time, gaps and refusals ------------------------------------------------------------------

INDICATORS = {
    "exponential_average": lambda x: exponential_average(x, 10),
    "macd": lambda x: macd(x, 5, 10, 4)["histogram"],
    "rsi": lambda x: rsi(x, 10),
    "moving_average": lambda x: moving_average(x, 10),
    "ratio_to_average": lambda x: ratio_to_average(x, 10),
    "trailing_maximum": lambda x: trailing_maximum(x, 10),
    "trailing_slope": lambda x: trailing_slope(x, 10),
    "percentile_rank": lambda x: percentile_rank(x, 10),
    "z_score": lambda x: z_score(x, 10),
}


@pytest.mark.parametrize("name", INDICATORS)
@given(x=gapped(), lead=st.integers(1, 30))
def test_shift_in_time(name, x, lead):
    """Missing days before the first change nothing; nor do the labels of the days."""
    later = pd.Series(np.concatenate([np.full(lead, NAN), x]))
    later.index += 1000
    found = INDICATORS[name](later)
    assert found.index.equals(later.index)
    np.testing.assert_array_equal(found.to_numpy()[lead:], INDICATORS[name](x).to_numpy())


@pytest.mark.parametrize("name", INDICATORS)
def test_a_gap_is_passed_over_until_it_is_longer_than_the_indicator(name):
    x = walk(4, 80)
    whole = INDICATORS[name](pd.Series(x)).to_numpy()
    for gap in (1, 10, 11):
        found = INDICATORS[name](pd.Series(np.insert(x, 40, np.full(gap, NAN)))).to_numpy()
        np.testing.assert_array_equal(found[:40], whole[:40])
        assert np.isnan(found[40 : 40 + gap]).all()
        if gap <= 10:
            np.testing.assert_allclose(found[40 + gap :], whole[40:], rtol=1e-12)
        else:
            anew = INDICATORS[name](pd.Series(x[40:])).to_numpy()
            np.testing.assert_array_equal(found[40 + gap :], anew)
            assert np.isnan(anew[0])


def test_an_empty_series_is_no_error():
    empty = pd.Series([], dtype=float)
    assert all(len(indicator(empty)) == 0 for indicator in INDICATORS.values())
    nothing = pd.Series(np.full(50, NAN))
    assert all(indicator(nothing).isna().all() for indicator in INDICATORS.values())


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda x: rsi(x, 0), ParameterError, "days must be a whole number of at least 1, got 0"),
        (lambda x: rsi(x, 2.5), ParameterError, "days must be a whole number"),
        (lambda x: macd(x, 26, 12), ParameterError, "fast must be below slow, which is 12, got 26"),
        (lambda x: z_score(x, 1), ParameterError, "days must be a whole number of at least 2"),
        (lambda x: trailing_slope(x, True), ParameterError, "days must be a whole number"),
        (lambda x: rsi(x.to_numpy()), DataError, "close must be a pandas Series, got ndarray"),
        (lambda x: rsi(x.astype(str)), DataError, "close must hold numbers"),
        (lambda x: rsi(x[::-1]), DataError, "each day is allowed once, the oldest first"),
        (lambda x: rsi(x.rename("vix") / 0.0), DataError, "vix must be finite, got inf on day 0"),
        (lambda x: ratio_to_average(-x, 3), DataError, "x must be > 0, got -1 on day 0"),
    ],
)
def test_refusals_name_what_is_wrong(call, error, says):
    with pytest.raises(error, match=says):
        call(pd.Series([1.0, 2.0, 3.0]))


def test_the_day_is_named():
    days = pd.bdate_range("2024-01-02", periods=3)
    with pytest.raises(DataError, match="close must be finite, got inf on 2024-01-03"):
        rsi(pd.Series([1.0, math.inf, 2.0], index=days))
