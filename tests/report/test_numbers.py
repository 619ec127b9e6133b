"""Numbers as people read them: fixed cases, and what must hold for every number."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.report.numbers import MINUS, dollars, interval, percent, plus_minus, points

NUMBERS = st.floats(min_value=-1e12, max_value=1e12, allow_nan=False)
ERRORS = st.floats(min_value=1e-4, max_value=1e8)


def value_of(text: str) -> float:
    return float(re.sub(r"[$,%+ ]", "", text).replace(MINUS, "-"))


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (1234.56, "$1,235"),
        (-9130.0, "\u2212$9,130"),
        (42.5, "$42.50"),
        (-0.004, "$0"),
        (0.0, "$0"),
        (99.994, "$99.99"),
        (99.996, "$100"),
        (math.nan, "n/a"),
        (None, "n/a"),
        (-math.inf, "\u2212$∞"),
    ],
)
def test_dollars(x, text):
    assert dollars(x) == text


def test_points_and_percent():
    assert points(4606.5) == "4,606.50"
    assert points(-0.001) == "0.00"
    assert percent(0.7121) == "71.2 %"
    assert percent(-0.011, signed=True) == "\u22121.1 %"
    assert percent(None) == points(math.nan) == "n/a"
    assert dollars(38.0, signed=True) == "+$38.00"


@pytest.mark.parametrize(
    ("x", "se", "unit", "text"),
    [
        (38.4, 5.7, "$", "$38 ± 11"),
        (1234.5, 57.0, "$", "$1,230 ± 110"),
        (0.71234, 0.0046, "%", "71.23 ± 0.90 %"),
        (0.71234, 0.051, "%", "71 ± 10 %"),
        (-4.3512, 0.0510, "pts", "\u22124.35 ± 0.10 pts"),
        (1.0, 0.0, "$", "$1.00 ± 0.00"),
        (-36977.06, 0.0, "$", "\u2212$36,977 ± 0"),
        (1.0, math.nan, "$", "$1.00 ± n/a"),
        (math.nan, 1.0, "$", "n/a"),
        (2.0, 5.08, "", "2 ± 10"),
    ],
)
def test_plus_minus(x, se, unit, text):
    assert plus_minus(x, se, unit=unit) == text


def test_interval():
    assert interval(-12.0, 240.0, form=dollars) == "[\u2212$12.00, $240]"
    assert interval(0.1, math.nan, form=percent) == "[10.0 %, n/a]"


@settings(max_examples=60, deadline=None)
@given(x=NUMBERS)
def test_every_number_reads_back_and_uses_the_minus_sign(x):
    for write, factor, tolerance in ((dollars, 1.0, 0.5), (points, 1.0, 0.005)):
        text = write(x)
        assert "-" not in text
        assert value_of(text) == pytest.approx(x * factor, abs=tolerance * 1.001 + abs(x) * 1e-12)
    assert (MINUS in dollars(x)) == (value_of(dollars(x)) < 0)


@settings(max_examples=60, deadline=None)
@given(x=NUMBERS)
def test_cents_only_below_100(x):
    assert ("." in dollars(x)) == (0 < round(abs(x), 2) < 100)


@settings(max_examples=100, deadline=None)
@given(x=NUMBERS, se=ERRORS)
def test_no_digit_is_finer_than_the_error(x, se):
    mean, half = plus_minus(x, se, unit="$").split(" ± ")
    decimals = [len(part.partition(".")[2]) for part in (mean, half)]
    assert decimals[0] == decimals[1] <= 2
    digits = half.replace(",", "").replace(".", "").lstrip("0").rstrip("0")
    assert len(digits) <= 2
    place = 10.0 ** (math.floor(math.log10(1.96 * se)) - 1)
    if place >= 1.0:
        assert value_of(mean) % place == pytest.approx(0.0, abs=1e-6)
