"""Signals from outside the market: what they know, and that by default they know nothing."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from alvh.model import ModelParameters, RiskPremia
from alvh.pricing import implied_state
from alvh.simulation import FactorModel, MarketPaths, simulate_paths
from alvh.simulation.factors import PRINT_EVERY, PRINTS, fomc_window

MODEL = ModelParameters.default()
STATE = implied_state(MODEL, 5000.0, 16.0, 18.0)
N_PATHS, N_DAYS = 4_000, 126


@lru_cache(maxsize=8)
def paths(power=0.0) -> MarketPaths:
    model = FactorModel(breadth=power, inflation=power, exchange_rate=power)
    return simulate_paths(
        MODEL, RiskPremia.default(), STATE, N_PATHS, N_DAYS, seed=5, factors=model
    )


@lru_cache(maxsize=8)
def factors(power=0.0):
    return paths(power).factors()


def falls(market, day, ahead=5):
    """Falls over the next days, in deviations known on the day, at most three."""
    variance = market.variance[:, day] + 0.15 * market.mean_variance[:, day]
    move = np.log(market.spot[:, day + ahead] / market.spot[:, day])
    return np.clip(-move / np.sqrt(variance * ahead / 252.0), -3.0, 3.0)


def news(power, name, day):
    """What is new that day of a factor."""
    drawn = factors(power)
    if name == "breadth":  # the part of its change the day's own return does not explain
        z = -falls(paths(power), day - 1, 1)
        change = drawn.breadth[:, day] - drawn.breadth[:, day - 1]
        slope = np.cov(z, change)[0, 1] / z.var(ddof=1)
        return -(change - slope * z)
    return getattr(drawn, name)[:, day]


DAYS = {"breadth": 40, "cpi": PRINTS["cpi"] + PRINT_EVERY, "ppi": PRINTS["ppi"]}


@pytest.mark.parametrize("name", DAYS)
def test_without_power_nothing_of_the_coming_days_is_known(name):
    day = DAYS[name]
    for ahead in (1, 5, 21):
        correlation = np.corrcoef(news(0.0, name, day), falls(paths(), day, ahead))[0, 1]
        assert abs(correlation) < 3.5 / np.sqrt(N_PATHS)


@pytest.mark.parametrize("name", DAYS)
def test_power_is_about_the_correlation_with_the_coming_fall(name):
    day = DAYS[name]
    found = [
        np.corrcoef(news(p, name, day), falls(paths(p), day))[0, 1] for p in (0.0, 0.3, 0.6, 1.0)
    ]
    assert np.all(np.diff(found) > 0.1)
    # a fall is cut at three deviations, and its own is not quite one: not quite the power
    np.testing.assert_allclose(found, [0.0, 0.3, 0.6, 1.0], atol=0.08)


def test_nothing_is_known_beyond_the_days_foreseen():
    day = DAYS["cpi"]
    market = paths(1.0)
    later = np.log(market.spot[:, day + 10] / market.spot[:, day + 5])
    assert abs(np.corrcoef(news(1.0, "cpi", day), later)[0, 1]) < 3.5 / np.sqrt(N_PATHS)


def test_breadth_moves_with_the_index():
    change = np.diff(factors().breadth, axis=1)[:, 50]
    assert np.corrcoef(change, -falls(paths(), 50, 1))[0, 1] == pytest.approx(0.8, abs=0.1)
    assert (factors().breadth[:, 0] == 0.0).all()


def test_surprises_are_standard_and_held_until_the_next():
    cpi = factors().cpi
    first = PRINTS["cpi"]
    assert np.isnan(cpi[:, :first]).all()
    assert not np.isnan(cpi[:, first:]).any()
    for day in range(first, N_DAYS + 1):
        fresh = (cpi[:, day] != cpi[:, day - 1]).all()
        assert fresh == ((day - first) % PRINT_EVERY == 0)
    assert cpi[:, first].std() == pytest.approx(1.0, abs=0.05)
    assert cpi[:, first].mean() == pytest.approx(0.0, abs=0.06)


def test_the_dollar_moves_over_three_months():
    dollar = factors().exchange_rate
    assert dollar[:, 100].std() == pytest.approx(1.0, abs=0.05)
    month = PRINT_EVERY
    same, apart = dollar[:, 17 + month], dollar[:, 17 + 4 * month]
    assert np.corrcoef(dollar[:, 17], same)[0, 1] == pytest.approx(2 / 3, abs=0.05)
    assert abs(np.corrcoef(dollar[:, 17], apart)[0, 1]) < 0.06


def test_pieces_of_paths_have_the_factors_of_the_whole():
    piece = simulate_paths(MODEL, RiskPremia.default(), STATE, 50, N_DAYS, seed=5, first=100)
    for part, whole in zip(piece.factors(), factors(), strict=True):
        np.testing.assert_array_equal(part, whole[100:150])
    one = paths().one(123)
    np.testing.assert_array_equal(one.factors().breadth[0], factors().breadth[123])
    np.testing.assert_array_equal(one.spot[0], paths().spot[123])


def test_the_market_is_the_same_whatever_the_factors():
    np.testing.assert_array_equal(paths().spot, paths(1.0).spot)


def test_without_a_seed_nothing_is_known_from_outside():
    market = paths()
    bare = MarketPaths(market.spot, market.variance, market.mean_variance)
    assert bare.factors() is None


def test_there_is_no_path_beyond_the_last():
    with pytest.raises(ValueError, match="path must be from 0 to 3999, got 4000"):
        paths().one(N_PATHS)


def test_the_fomc_decides_eight_times_a_year():
    window = fomc_window(2520, 0, 0)
    assert window.sum() == 80
    assert set(np.diff(np.flatnonzero(window))) == {31, 32}
    wide = fomc_window(252, 1, 2)
    assert wide.sum() == 4 * fomc_window(252, 0, 0).sum()
    assert wide[15] == wide[18] == 1.0
    assert wide[14] == wide[19] == 0.0
