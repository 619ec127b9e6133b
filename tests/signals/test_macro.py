"""Surprises against a regression by hand, and what they may not know."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from alvh.signals.macro import exchange_rate_move, price_surprise

MONTHS = pd.date_range("2000-01-01", periods=240, freq="MS")


def prices(seed=1, persistence=0.6, noise=0.2):
    """An index whose monthly change in percent is an autoregression."""
    rng = np.random.default_rng(seed)
    x = np.empty(len(MONTHS))
    x[0] = 0.2
    for t in range(1, x.size):
        x[t] = 0.2 * (1 - persistence) + persistence * x[t - 1] + noise * rng.standard_normal()
    return pd.Series(100.0 * np.cumprod(1.0 + x / 100.0), index=MONTHS)


def test_the_forecast_is_a_regression_on_the_months_before():
    level = prices()
    found = price_surprise(level, window=100)
    x = 100.0 * level.pct_change().to_numpy()
    t = 180
    past = x[t - 100 : t]
    slope, constant = np.polyfit(past[:-1], past[1:], 1)
    assert found["forecast"].iloc[t] == pytest.approx(constant + slope * x[t - 1], rel=1e-9)
    assert found["change"].iloc[t] == pytest.approx(x[t])
    errors = (found["change"] - found["forecast"]).iloc[t - 60 : t]
    assert found["surprise"].iloc[t] == pytest.approx(
        (x[t] - found["forecast"].iloc[t]) / errors.std(ddof=1)
    )


def test_surprises_are_about_standard_normal_and_unforeseen():
    found = pd.concat([price_surprise(prices(seed)) for seed in range(12)])["surprise"].dropna()
    assert len(found) > 1500
    assert abs(found.mean()) < 0.1
    assert 0.9 < found.std() < 1.2
    one = price_surprise(prices(3))["surprise"].dropna()
    assert abs(one.autocorr(1)) < 0.25


def test_a_jump_is_a_surprise_and_does_not_hide_itself():
    level = prices()
    level.iloc[200:] *= 1.02
    assert price_surprise(level)["surprise"].iloc[200] > 6.0


def test_a_consensus_is_used_where_there_is_one():
    level = prices()
    plain = price_surprise(level)
    given = pd.Series([0.5], index=[MONTHS[200]])
    found = price_surprise(level, given)
    assert found["forecast"].iloc[200] == 0.5
    assert found["forecast"].iloc[199] == plain["forecast"].iloc[199]
    assert found["surprise"].iloc[200] != plain["surprise"].iloc[200]


def test_later_months_never_change_earlier_ones():
    level = prices()
    changed = level.copy()
    changed.iloc[150:] = 5.0 * changed.iloc[150:] ** 0.9
    for signal in (lambda x: price_surprise(x)["surprise"], exchange_rate_move):
        pd.testing.assert_series_equal(signal(level).iloc[:150], signal(changed).iloc[:150])


def test_too_few_months_are_not_filled():
    found = price_surprise(prices().iloc[:50])
    assert found[["forecast", "surprise"]].isna().all().all()
    assert price_surprise(prices())["surprise"].first_valid_index() == MONTHS[62 + 24]
    assert exchange_rate_move(prices().iloc[:40]).isna().all()


def test_a_missing_month_is_missing_and_those_after_recover():
    level = prices()
    level.iloc[150] = np.nan
    found = price_surprise(level)
    assert np.isnan(found["surprise"].iloc[[150, 151, 152]]).all()
    assert not np.isnan(found["surprise"].iloc[153])


def test_exchange_rate_in_deviations():
    level = prices()
    found = exchange_rate_move(level, months=3, window=60)
    change = np.log(level).diff(3)
    assert found.iloc[200] == pytest.approx(
        change.iloc[200] / change.iloc[140:200].std(ddof=1), rel=1e-9
    )
    assert exchange_rate_move(level * 7.0).iloc[-1] == pytest.approx(
        exchange_rate_move(level).iloc[-1]
    )


def test_constant_prices_say_nothing():
    flat = pd.Series(100.0, index=MONTHS)
    assert price_surprise(flat)["surprise"].isna().all()
    assert exchange_rate_move(flat).isna().all()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: price_surprise(prices(), window=10), "window must be from 60 to 600 months"),
        (lambda: price_surprise(prices(), scale=5), "scale must be from 24 to 600 months"),
        (lambda: price_surprise(-prices()), "level must be > 0"),
        (lambda: exchange_rate_move(prices(), months=0), "months must be from 1 to 24, got 0"),
        (lambda: exchange_rate_move(prices(), window=3), "window must be from 24 to 600"),
    ],
)
def test_refusals_name_the_field(call, says):
    with pytest.raises(ValueError, match=says):
        call()
