"""Volatility signals against plain formulas, an independent regression, and `arch` itself."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from arch import arch_model

from alvh.errors import DataError, ParameterError
from alvh.model import MarketState, ModelParameters
from alvh.pricing import vix_future, vix_index
from alvh.signals import (
    contango,
    curve,
    daily_variance,
    expected_daily_range,
    garch_forecast,
    har_forecast,
    implied_skewness,
    model_future,
    realised_volatility,
    variance_risk_premium,
)
from tests.signals.made_up import NAN, market

YEAR = 1e4 * 252


@pytest.fixture(scope="module")
def frame():
    """Days whose variance is persistent, as an index's is."""
    made = market(900)
    rng = np.random.default_rng(12)
    log_variance = np.zeros(900)
    for t in range(1, 900):
        log_variance[t] = 0.98 * log_variance[t - 1] + 0.2 * rng.standard_normal()
    scale = 0.01 * np.exp(0.5 * log_variance)
    close = 1500.0 * np.exp(np.cumsum(scale * rng.standard_normal(900)))
    opened = np.concatenate([[1500.0], close[:-1]]) * np.exp(0.3 * scale * rng.standard_normal(900))
    return made.assign(
        spx_open=opened,
        spx_close=close,
        spx_high=np.maximum(opened, close) * np.exp(0.5 * scale * rng.random(900)),
        spx_low=np.minimum(opened, close) * np.exp(-0.5 * scale * rng.random(900)),
    )


# --- The day's range and what was realised ----------------------------------------------------


def test_expected_daily_range_of_the_method():
    vix = pd.Series([14.92, 15.04, 16.0])
    assert expected_daily_range(vix).iloc[0] == pytest.approx(0.94, abs=2e-4)
    assert expected_daily_range(vix, "sixteen").iloc[1] == pytest.approx(0.94)
    assert expected_daily_range(vix, "sixteen", 1.5).iloc[2] == 1.5
    assert expected_daily_range(vix).iloc[2] == pytest.approx(16.0 / math.sqrt(252.0))


def test_realised_volatility_by_hand():
    close = pd.Series([100.0, 101.0, 99.0, 100.0])
    returns = [math.log(101 / 100), math.log(99 / 101), math.log(100 / 99)]
    found = realised_volatility(close, 2)
    assert found.isna().tolist() == [True, True, False, False]
    for day, pair in ((2, returns[:2]), (3, returns[1:])):
        assert found.iloc[day] == pytest.approx(
            100.0 * math.sqrt(252.0 / 2.0 * sum(r * r for r in pair))
        )
    flat = realised_volatility(pd.Series(np.full(30, 50.0)))
    assert (flat.iloc[21:] == 0.0).all()


def test_a_missing_close_takes_two_returns_with_it(frame):
    close = frame["spx_close"].iloc[:60].copy()
    close.iloc[30] = NAN
    found = realised_volatility(close, 5)
    logs = np.diff(np.log(close))
    assert found.index[found.isna()].equals(close.index[[0, 1, 2, 3, 4, 30, 31]])
    last = logs[[26, 27, 28, 31, 32]]  # of 27, 28, 29, then 32 and 33
    assert found.iloc[33] == pytest.approx(100.0 * math.sqrt(252.0 / 5.0 * (last @ last)))


def test_daily_variance_of_range_and_of_closes(frame):
    found = daily_variance(frame)
    opened, high, low = (frame[f"spx_{name}"].to_numpy() for name in ("open", "high", "low"))
    close = frame["spx_close"].to_numpy()
    t = 77
    overnight = math.log(opened[t] / close[t - 1])
    parkinson = math.log(high[t] / low[t]) ** 2 / (4.0 * math.log(2.0))
    assert found.iloc[t] == pytest.approx(YEAR * (overnight**2 + parkinson))
    squared = YEAR * math.log(close[t] / close[t - 1]) ** 2
    for plain in (daily_variance(frame, ranges=False), daily_variance(frame[["spx_close"]])):
        assert plain.iloc[t] == pytest.approx(squared)
        assert math.isnan(plain.iloc[0])


@pytest.mark.parametrize(
    ("name", "lost"),
    [("spx_close", [50, 51]), ("spx_open", [50]), ("spx_high", [50]), ("spx_low", [50])],
)
def test_a_missing_number_is_a_missing_variance(frame, name, lost):
    holed = frame.copy()
    holed.iloc[50, holed.columns.get_loc(name)] = NAN
    assert np.flatnonzero(daily_variance(holed).isna()).tolist() == [0, *lost]


def test_parkinson_is_less_noisy_than_squared_returns():
    """One day of a Brownian motion in many steps: same mean, a fifth of the variance."""
    rng = np.random.default_rng(4)
    path = np.cumsum(rng.standard_normal((4000, 1000)) * 0.01 / math.sqrt(1000), axis=1)
    path = np.concatenate([np.zeros((4000, 1)), path], axis=1)
    base = 100.0 * np.exp(np.cumsum(np.concatenate([[0.0], path[:-1, -1]])))
    days = pd.DataFrame(
        {
            "spx_open": base,
            "spx_high": base * np.exp(path.max(axis=1)),
            "spx_low": base * np.exp(path.min(axis=1)),
            "spx_close": base * np.exp(path[:, -1]),
        }
    )
    ranged, squared = daily_variance(days).iloc[1:], daily_variance(days, ranges=False).iloc[1:]
    assert squared.mean() == pytest.approx(YEAR * 1e-4, rel=0.1)
    # discrete steps miss a little of the range: 0.05 of it, squared, at a thousand steps
    assert ranged.mean() == pytest.approx(YEAR * 1e-4, rel=0.1)
    assert 3.5 < squared.var() / ranged.var() < 7.0


# --- HAR --------------------------------------------------------------------------------------


def reference_har(frame, day, horizon, window):
    """Forecast at the close of `day`, by statsmodels on rows built one at a time."""
    variance = daily_variance(frame).to_numpy()
    squared = daily_variance(frame, ranges=False).to_numpy()
    months = frame.index.to_period("M")
    start = int(np.flatnonzero(months == months[day])[0])

    def behind(t):
        return [1.0, *(variance[t - n + 1 : t + 1].mean() for n in (1, 5, 22))]

    rows, outcomes = [], []
    for t in range(22, start - horizon + 1):
        rows.append(behind(t))
        outcomes.append(squared[t + 1 : t + 1 + horizon].mean())
    rows, outcomes = rows[-window:], np.array(outcomes[-window:])
    fit = sm.OLS(outcomes, np.array(rows)).fit()
    expected = float(np.array(behind(day)) @ fit.params)
    return math.sqrt(min(max(expected, outcomes.min()), outcomes.max()))


@pytest.mark.parametrize(("horizon", "window"), [(21, 1000), (5, 300)])
def test_har_is_a_regression_of_its_own(frame, horizon, window):
    found = har_forecast(frame, horizon, window)
    for day in (400, 555, 556, 899):
        wanted = reference_har(frame, day, horizon, window)
        assert found.iloc[day] == pytest.approx(wanted, rel=1e-8), day


def test_har_says_more_than_the_mean(frame):
    """On variances that persist, its errors are smaller than those of the mean so far."""
    forecast = har_forecast(frame, 5, 500) ** 2
    outcome = daily_variance(frame, ranges=False).rolling(5).mean().shift(-5)
    mean = daily_variance(frame, ranges=False).expanding().mean()
    errors = pd.DataFrame({"har": (outcome - forecast) ** 2, "mean": (outcome - mean) ** 2})
    errors = errors[forecast.notna()].dropna().mean()
    assert errors["har"] < 0.9 * errors["mean"]


def test_har_stays_within_what_it_has_seen(frame):
    wild = frame.copy()
    wild.iloc[880:, wild.columns.get_indexer(["spx_high"])] *= 1.5
    found = har_forecast(wild, 5, 300)
    squared = daily_variance(frame, ranges=False).rolling(5).mean()
    assert found.iloc[880:].max() <= math.sqrt(squared.iloc[:880].max()) * (1.0 + 1e-12)
    assert np.isfinite(found.iloc[880:]).all()


def test_har_begins_with_the_first_month_it_may(frame):
    found = har_forecast(frame)
    first = found.index.get_loc(found.first_valid_index())
    months = frame.index.to_period("M")
    starts = np.flatnonzero(months[1:] != months[:-1]) + 1
    assert first == starts[starts >= 292][0]  # the variance number 292 is of the day 293


# --- GARCH ------------------------------------------------------------------------------------


def test_garch_is_that_of_arch(frame):
    close = frame["spx_close"]
    found = garch_forecast(close, 21, 600)
    returns = 100.0 * np.diff(np.log(close))
    start = int(np.flatnonzero(frame.index.year == 2015)[0])  # days before it: returns to start - 1
    past = returns[max(start - 600, 0) : start]
    fit = arch_model(past, mean="Zero", vol="GARCH", p=1, q=1, rescale=False).fit(disp="off")
    omega, alpha, beta = fit.params
    variance = float(past @ past) / past.size
    for r in past:
        variance = omega + alpha * r * r + beta * variance
    ahead, total = variance, 0.0
    for _ in range(21):
        total += ahead
        ahead = omega + (alpha + beta) * ahead
    assert found.iloc[start] == pytest.approx(math.sqrt(252.0 * total / 21.0), rel=1e-9)
    own = fit.forecast(horizon=21, reindex=False).variance.to_numpy().mean()
    # arch begins its recursion from another first variance, long forgotten
    assert found.iloc[start] == pytest.approx(math.sqrt(252.0 * own), rel=1e-3)


def test_garch_begins_with_a_year_and_survives_silence(frame):
    close = frame["spx_close"]
    found = garch_forecast(close)
    assert found.first_valid_index() == frame.index[frame.index.year == 2013][0]
    flat = garch_forecast(pd.Series(100.0, index=frame.index))
    assert flat.isna().all()
    holed = close.copy()
    holed.iloc[400] = NAN
    assert np.flatnonzero(garch_forecast(holed).iloc[300:].isna()).tolist() == [100, 101]


# --- Premium, curve, skew ---------------------------------------------------------------------


def test_variance_risk_premium_by_hand():
    found = variance_risk_premium(pd.Series([16.0, 20.0, NAN]), pd.Series([12.0, 25.0, 10.0]))
    assert found["points"].tolist()[:2] == [4.0, -5.0]
    assert found["variance"].tolist()[:2] == [112.0, -225.0]
    assert found.iloc[2].isna().all()


def test_curves_by_hand():
    vix, far = pd.Series([22.0, 15.0]), pd.Series([20.0, 20.0])
    assert curve(vix, far).tolist() == pytest.approx([0.1, -0.25])
    assert contango(far, vix).tolist() == pytest.approx([20 / 22 - 1, 1 / 3])


def test_skewness_is_cboes():
    assert implied_skewness(pd.Series([100.0, 120.0, 150.0])).tolist() == [0.0, -2.0, -5.0]


def test_the_models_future():
    model = ModelParameters.default()
    state = MarketState(spot=1500.0, variance=np.array([0.02, 0.05]), mean_variance=0.03)
    days = pd.bdate_range("2024-01-02", periods=4)
    vix, vix3m = vix_index(model, state), vix_index(model, state, 93 / 365)
    quotes = pd.DataFrame(
        {
            "spx_close": [1500.0, 1500.0, NAN, 1500.0],
            "vix_close": [*vix, 16.0, NAN],
            "vix3m_close": [*vix3m, 18.0, 18.0],
        },
        index=days,
    )
    found = model_future(quotes, model)
    np.testing.assert_allclose(found.iloc[:2], vix_future(model, state, 21 / 252), rtol=1e-6)
    assert found.iloc[2:].isna().all()
    alone = model_future(quotes.drop(columns="vix3m_close"), model)
    assert alone.notna().tolist() == [True, True, False, False]
    assert model_future(quotes.iloc[2:], model).isna().all()


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda f: har_forecast(f, 0), ParameterError, "horizon must be a whole number"),
        (lambda f: har_forecast(f, 21, 100), ParameterError, "window must be .* at least 250"),
        (lambda f: har_forecast(f.reset_index(drop=True)), DataError, "days as a DatetimeIndex"),
        (lambda f: garch_forecast(f["spx_close"], 0), ParameterError, "horizon must be"),
        (lambda f: realised_volatility(-f["spx_close"]), DataError, "spx_close must be > 0"),
        (lambda f: daily_variance(f[["vix_close"]]), DataError, "column spx_close is missing"),
        (
            lambda f: expected_daily_range(f["vix_close"], "square"),
            ParameterError,
            "reading must be 'root' or 'sixteen', got 'square'",
        ),
        (lambda f: expected_daily_range(f["vix_close"], factor=0.0), ParameterError, "factor"),
        (
            lambda f: variance_risk_premium(f["vix_close"], -f["vix_close"]),
            DataError,
            "forecast must be >= 0",
        ),
        (
            lambda f: curve(f["vix_close"], f["vix3m_close"].iloc[1:]),
            DataError,
            "vix and vix3m must have the same days",
        ),
    ],
)
def test_refusals_name_what_is_wrong(frame, call, error, says):
    with pytest.raises(error, match=says):
        call(frame)
