"""Histogram, density, tail and fan: every path is counted, and where it belongs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from scipy import stats

from alvh.errors import ParameterError
from alvh.risk import distribution as dist
from alvh.risk.density import binned_density
from tests.risk.made_outcomes import CAPITAL, made, profits, random_outcomes


def of(frame, policy):
    return frame[frame["policy"] == policy]


# --- Density --------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [2000, 50_000])
def test_density_of_two_humps(n):
    """Silverman's rule would smear the narrow one to a fifth of its height."""
    rng = np.random.default_rng(3)
    x = np.where(rng.random(n) < 0.5, rng.normal(-5.0, 0.3, n), rng.normal(5.0, 1.0, n))
    at = np.linspace(-9.0, 9.0, 721)
    truth = 0.5 * stats.norm.pdf(at, -5.0, 0.3) + 0.5 * stats.norm.pdf(at, 5.0, 1.0)
    error = np.abs(binned_density(x, -10.0, 10.0, at) - truth).max()
    assert error < truth.max() * (0.06 if n > 10_000 else 0.12)


def test_density_agrees_with_the_slow_one():
    x = np.random.default_rng(1).normal(size=5000)
    at = np.linspace(-4.0, 4.0, 81)
    slow = stats.gaussian_kde(x)(at)
    assert binned_density(x, -6.0, 6.0, at) == pytest.approx(slow, abs=0.015)


def test_density_counts_what_is_outside():
    x = np.random.default_rng(1).normal(size=5000)
    at = np.linspace(0.0, 6.0, 2001)
    inside = np.trapezoid(binned_density(x, 0.0, 6.0, at), at)
    assert inside == pytest.approx((x >= 0.0).mean(), abs=2e-3)


@pytest.mark.parametrize("n", [2, 3, 7, 40])
def test_density_of_few_numbers_is_smooth_and_whole(n):
    at = np.linspace(-20.0, 20.0, 2001)
    x = np.random.default_rng(n).normal(size=n)
    density = binned_density(x, -20.0, 20.0, at)
    assert density.min() >= 0.0
    assert np.trapezoid(density, at) == pytest.approx(1.0, abs=0.01)


def test_density_of_lumps_and_of_one_number():
    at = np.linspace(-1.0, 6.0, 701)
    lumps = binned_density(np.repeat(np.arange(5.0), 200), -1.0, 6.0, at)
    assert np.trapezoid(lumps, at) == pytest.approx(1.0, abs=0.02)
    assert (binned_density(np.zeros(99), -1.0, 1.0, at[:9]) == 0.0).all()
    with pytest.raises(ParameterError, match="low"):
        binned_density(lumps, 1.0, 1.0, at)


# --- Histogram ------------------------------------------------------------------------------


@given(profits(n_policies=2))
def test_every_path_is_in_a_bin_or_said_to_be_outside(profit):
    seen = dist.profit_histogram(made(profit), bins=20)
    for p in range(2):
        bins = of(seen.bins, f"policy {p}")
        outside = of(seen.outside, f"policy {p}").iloc[0]
        assert bins["share"].sum() + outside["below"] + outside["above"] == pytest.approx(1.0)
        assert outside["worst"] == pytest.approx(profit[p].min(), abs=1e-6)
        assert (bins["left"].to_numpy()[1:] == bins["right"].to_numpy()[:-1]).all()
        low, high = bins["left"].iloc[0], bins["right"].iloc[-1]
        exact = made(profit).profit[p]
        assert outside["below"] == pytest.approx((exact < low).mean())
        assert outside["above"] == pytest.approx((exact >= high).mean())


def test_bins_are_common_round_and_split_at_zero():
    rng = np.random.default_rng(2)
    profit = np.array([rng.normal(300.0, 900.0, 4000), rng.normal(0.0, 1400.0, 4000)])
    seen = dist.profit_histogram(made(profit), bins=60)
    assert list(seen.bins.columns) == ["policy", "left", "right", "share"]
    one, other = (of(seen.bins, f"policy {p}") for p in range(2))
    assert (one["left"].to_numpy() == other["left"].to_numpy()).all()
    width = one["right"].iloc[0] - one["left"].iloc[0]
    assert width in (100.0, 200.0, 250.0)
    assert 0.0 in one["left"].to_numpy()
    assert 30 <= len(one) <= 61
    exact = ((profit[0] >= 0.0) & (profit[0] < width)).mean()
    assert one.loc[one["left"] == 0.0, "share"].item() == pytest.approx(exact)
    smooth = of(seen.density, "policy 0")
    total = np.trapezoid(smooth["density"], smooth["profit"])
    assert total == pytest.approx(one["share"].sum(), abs=0.01)


def test_a_far_tail_does_not_stretch_the_picture():
    profit = np.random.default_rng(2).normal(0.0, 100.0, 10_000)
    profit[:10] = -90_000.0
    seen = dist.profit_histogram(made(profit))
    assert seen.bins["left"].min() > -400.0
    outside = seen.outside.iloc[0]
    assert outside["below"] >= 0.001
    assert outside["worst"] == -90_000.0
    below = profit[profit < seen.bins["left"].min()]
    assert outside["below_mean"] == pytest.approx(below.mean())


def test_round_up():
    for x, expected in ((0.9, 1.0), (1.0, 1.0), (130.0, 200.0), (2100.0, 2500.0), (5.1, 10.0)):
        assert dist.round_up(x) == pytest.approx(expected)


# --- Tail -----------------------------------------------------------------------------------


@given(profits(n_policies=2))
def test_tail_is_the_distribution_function(profit):
    given_ = made(profit)
    table = dist.tail(given_, most=0.5, n_points=10)
    for p in range(2):
        mine, x = of(table, f"policy {p}"), given_.profit[p]
        assert mine["profit"].iloc[0] == x.min()
        assert len(mine) <= 10
        share = [(x <= y).mean() for y in mine["profit"]]
        assert mine["probability"].tolist() == pytest.approx(share)
        assert (mine["low"] <= mine["probability"]).all()
        assert (mine["probability"] <= mine["high"]).all()
        assert mine["profit"].is_monotonic_increasing


def test_tail_reaches_its_probability_evenly_in_logs():
    table = dist.tail(made(np.random.default_rng(1).normal(size=20_000)))
    odds = table["probability"].to_numpy()
    assert odds[0] == pytest.approx(1 / 20_000)
    assert odds[-1] == pytest.approx(0.2)
    assert 40 <= len(table) <= 60
    assert np.diff(np.log(odds[20:])).max() < 0.2


# --- Fan ------------------------------------------------------------------------------------


def test_fan_holds_quantiles_of_the_discounted_profit():
    given_ = random_outcomes(n_days=252, rate=0.04)
    fan = dist.wealth_fan(given_)
    assert fan.bands.columns.tolist() == [
        "policy", "day", "mean", "p05", "p25", "p50", "p75", "p95",
    ]  # fmt: skip
    mine = of(fan.bands, "policy 1")
    assert len(mine) == 61
    assert (mine["day"].iloc[0], mine["day"].iloc[-1]) == (0, 252)
    first, last = mine.iloc[0], mine.iloc[-1]
    assert first[["mean", "p05", "p95"]].tolist() == pytest.approx([0.0, 0.0, 0.0])
    assert last["mean"] == pytest.approx(given_.profit[1].mean())
    assert last["p05"] == pytest.approx(np.quantile(given_.profit[1], 0.05))
    day = int(mine["day"].iloc[30])
    then = given_.wealth[1, :, day] * np.exp(-0.04 * day / 252) - CAPITAL
    assert mine["p75"].iloc[30] == pytest.approx(np.quantile(then, 0.75))
    bands = fan.bands[["p05", "p25", "p50", "p75", "p95"]].to_numpy()
    assert (np.diff(bands, axis=1) >= 0.0).all()


def test_fan_samples_are_the_same_paths_spread_over_the_ranks():
    given_ = random_outcomes(n_days=40)
    samples = dist.wealth_fan(given_, n_samples=5).samples
    paths = [of(samples, f"policy {p}")["path"].unique().tolist() for p in range(3)]
    assert paths[0] == paths[1] == paths[2]
    ranks = np.argsort(np.argsort(given_.profit[0]))[paths[0]]
    assert ranks.tolist() == [40, 120, 200, 280, 360]
    one = of(samples, "policy 2")
    one = one[one["path"] == paths[0][3]]
    assert one["profit"].iloc[-1] == pytest.approx(given_.profit[2, paths[0][3]])


def test_fan_names_odd_quantiles_and_refuses_percents():
    assert "p0.5" in dist.wealth_fan(random_outcomes(), (0.005, 0.5)).bands
    with pytest.raises(ParameterError, match="quantiles"):
        dist.wealth_fan(random_outcomes(), (5.0, 50.0))


def test_few_days_and_paths_are_enough():
    fan = dist.wealth_fan(random_outcomes(1, 2, 3))
    assert fan.bands["day"].tolist() == [0, 1, 2, 3]
    assert fan.samples["path"].nunique() == 2
