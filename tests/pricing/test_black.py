"""Black's formula and its inverse: round trips to the last strikes, and what has no answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from alvh.pricing import black_delta, black_price, implied_volatility
from tests.model.strategies import kinds


def test_known_price():
    # forward = strike: F (2 N(w/2) - 1)
    expected = 100.0 * (2.0 * norm.cdf(0.1) - 1.0)
    assert black_price(100.0, 100.0, 0.2, "call") == pytest.approx(expected, rel=1e-13)
    assert black_price(100.0, 100.0, 0.2, "put") == pytest.approx(expected, rel=1e-13)


@given(moneyness=st.floats(0.2, 5.0), deviation=st.floats(0.0, 3.0), kind=kinds())
def test_parity_bounds_and_delta(moneyness, deviation, kind):
    call, put = (black_price(1.0, moneyness, deviation, side) for side in ("call", "put"))
    assert call - put == pytest.approx(1.0 - moneyness, abs=1e-14 * max(1.0, moneyness))
    assert max(1.0 - moneyness, 0.0) - 1e-15 <= call <= 1.0
    calls, puts = (black_delta(1.0, moneyness, deviation, side) for side in ("call", "put"))
    assert calls - puts == pytest.approx(1.0, abs=1e-14)
    if deviation > 0.01:
        h = 1e-5
        up, down = (black_price(1.0 + s, moneyness, deviation, kind) for s in (h, -h))
        delta = black_delta(1.0, moneyness, deviation, kind)
        assert delta == pytest.approx((up - down) / (2 * h), abs=1e-6)


@given(
    volatility=st.floats(0.02, 3.0),
    tau=st.floats(1 / 252, 2.0),
    deviations=st.floats(-7.0, 7.0),
    rate=st.floats(0.0, 0.1),
)
def test_round_trip_out_of_the_money(volatility, tau, deviations, rate):
    deviation = volatility * np.sqrt(tau)
    strike = 5000.0 * np.exp(deviations * deviation)
    kind = "call" if strike > 5000.0 else "put"
    price = black_price(5000.0, strike, deviation, kind) * np.exp(-rate * tau)
    assert price > 0.0
    again = implied_volatility(price, 5000.0, strike, tau, kind, rate=rate)
    if price > 1e-9:  # below, the price itself has no digits left over the smallest taken as zero
        assert again == pytest.approx(volatility, rel=1e-9)
    assert np.isfinite(again)


@given(volatility=st.floats(0.1, 1.0), moneyness=st.floats(0.8, 1.25), kind=kinds())
def test_round_trip_in_the_money(volatility, moneyness, kind):
    price = black_price(5000.0, 5000.0 * moneyness, 0.5 * volatility, kind)
    again = implied_volatility(price, 5000.0, 5000.0 * moneyness, 0.25, kind)
    assert again == pytest.approx(volatility, abs=1e-4)


def test_deep_strikes_keep_their_digits():
    strikes = 5000.0 * np.array([0.5, 0.6, 0.75, 1.2, 1.4, 1.6])
    kind = np.where(strikes < 5000.0, "put", "call")
    price = black_price(5000.0, strikes, 0.16 * np.sqrt(0.25), kind)
    assert price.min() < 1e-8
    again = implied_volatility(price, 5000.0, strikes, 0.25, kind)
    np.testing.assert_allclose(again[price > 1e-10], 0.16, rtol=1e-10)


@pytest.mark.parametrize(("kind", "strike"), [("call", 90.0), ("put", 110.0), ("call", 110.0)])
def test_intrinsic_is_zero_and_outside_the_bounds_is_nan(kind, strike):
    sign = 1.0 if kind == "call" else -1.0
    intrinsic = max(sign * (100.0 - strike), 0.0)
    ceiling = 100.0 if kind == "call" else strike
    prices = [intrinsic, intrinsic - 0.01, ceiling, ceiling + 1.0]
    implied = implied_volatility(prices, 100.0, strike, 0.5, kind)
    assert implied[0] == 0.0
    assert np.isnan(implied[1:]).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"price": np.nan}, "price must be finite, got nan"),
        ({"forward": 0.0}, "forward must be > 0, got 0"),
        ({"strike": -5.0}, "strike must be > 0, got -5"),
        ({"tau": 0.0}, "tau must be > 0, got 0"),
        ({"kind": "straddle"}, "kind must be 'call' or 'put', got 'straddle'"),
    ],
)
def test_refusals(changes, message):
    good = {"price": 5.0, "forward": 100.0, "strike": 100.0, "tau": 0.5, "kind": "call"}
    with pytest.raises(ValueError, match=message):
        implied_volatility(**{**good, **changes})


def test_negative_deviation_is_refused():
    for function in (black_price, black_delta):
        with pytest.raises(ValueError, match=r"deviation must be >= 0, got -0\.1"):
            function(100.0, 100.0, -0.1, "call")
