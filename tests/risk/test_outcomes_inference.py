"""Intervals cover what they claim to, and estimates are what they are called."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from alvh.errors import ParameterError
from alvh.risk import inference as inf
from tests.risk.made_outcomes import profits

REPEATS = 2000  # a true 95 % shows as 95 +- 0.5


def coverage(truth, draw, find, seed=5, repeats=REPEATS):
    rng = np.random.default_rng(seed)
    found = (find(draw(rng)) for _ in range(repeats))
    return np.mean([i.low <= truth <= i.high for i in found])


def gains(rng, n=1000):
    """Condor-like: mostly a small gain, sometimes a large loss."""
    return np.where(rng.random(n) < 0.85, rng.normal(5.0, 3.0, n), -rng.gamma(2.0, 10.0, n))


def shortfall_of_normal(tail):
    return -stats.norm.pdf(stats.norm.ppf(tail)) / tail


@pytest.mark.parametrize(
    ("truth", "find"),
    [
        (0.0, lambda x: inf.interval(inf.mean(x))),
        (1.0, lambda x: inf.interval(inf.deviation(x))),
        (0.0, lambda x: inf.interval(inf.skewness(x), unskewed=False)),
        (shortfall_of_normal(0.05), lambda x: inf.interval(inf.expected_shortfall(x, 0.05))),
        (shortfall_of_normal(0.01), lambda x: inf.interval(inf.expected_shortfall(x, 0.01))),
        (0.0, lambda x: inf.quantile(x, 0.5)),
        (stats.norm.ppf(0.95), lambda x: inf.quantile(x, 0.95)),
        (stats.norm.cdf(-1.5), lambda x: inf.share(x < -1.5)),
    ],
    ids=["mean", "deviation", "skewness", "es95", "es99", "median", "q95", "share"],
)
def test_normal_coverage(truth, find):
    assert 0.93 <= coverage(truth, lambda rng: rng.normal(size=1000), find) <= 0.97


def test_coverage_of_the_mean_and_tail_of_a_skewed_law():
    mean = 0.85 * 5.0 - 0.15 * 20.0
    assert 0.93 <= coverage(mean, gains, lambda x: inf.interval(inf.mean(x))) <= 0.97
    # the worst 5 % of this law are gamma losses beyond their quantile of 2/3
    q = stats.gamma.ppf(2 / 3, 2.0, scale=10.0)
    truth = -20.0 * stats.gamma.sf(q, 3.0, scale=10.0) / (1 / 3)

    def find(x):
        return inf.interval(inf.expected_shortfall(x, 0.05))

    assert 0.93 <= coverage(truth, gains, find) <= 0.97


def test_removing_skew_is_what_makes_the_far_tail_cover():
    def draw(rng):
        return rng.normal(size=1000)

    truth = shortfall_of_normal(0.01)
    plain = coverage(
        truth, draw, lambda x: inf.interval(inf.expected_shortfall(x, 0.01), unskewed=False)
    )
    assert plain < 0.91


@pytest.mark.parametrize("sign", [-1.0, 1.0], ids=["antithetic", "alike"])
@pytest.mark.parametrize("kind", ["mean", "es", "share", "median"])
def test_blocks_are_the_unit(sign, kind):
    """Pairs that cancel or repeat: intervals cover only when blocks are respected."""

    def draw(rng):
        z = rng.normal(size=600)
        other = sign * 0.9 * z + np.sqrt(1 - 0.81) * rng.normal(size=600)
        return np.column_stack([z, other]).ravel()

    finds = {
        "mean": (0.0, lambda x, block: inf.interval(inf.mean(x), block=block)),
        "es": (
            shortfall_of_normal(0.05),
            lambda x, block: inf.interval(inf.expected_shortfall(x, 0.05), block=block),
        ),
        "share": (stats.norm.cdf(0.3), lambda x, block: inf.share(x < 0.3, block=block)),
        "median": (0.0, lambda x, block: inf.quantile(x, 0.5, block=block)),
    }
    truth, find = finds[kind]
    aware = coverage(truth, draw, lambda x: find(x, 2))
    assert 0.93 <= aware <= 0.97
    if kind != "es" or sign > 0:  # a tail hardly meets its mirror image
        blind = coverage(truth, draw, lambda x: find(x, 1), repeats=500)
        assert blind > 0.97 if sign < 0 else blind < 0.91


def test_ratio_covers_with_unequal_numbers_of_trades():
    def draw(rng):
        n = rng.integers(2, 12, 500)
        return rng.normal(10.0 * n, 40.0 * np.sqrt(n)), n.astype(float)

    assert 0.93 <= coverage(10.0, draw, lambda d: inf.interval(inf.ratio(*d))) <= 0.97


def test_influence_is_the_derivative():
    """Weighting one path more moves the statistic by its influence."""
    rng = np.random.default_rng(3)
    x = rng.gamma(2.0, size=4000)
    for statistic in (inf.mean, inf.deviation, inf.skewness):
        base = statistic(x)
        for i in (0, 17, int(x.argmax())):
            more = statistic(np.append(x, x[i])).value
            assert (more - base.value) * x.size == pytest.approx(
                base.influence[i], rel=0.1, abs=0.02
            )


def test_expected_shortfall_is_the_mean_of_the_worst():
    x = np.random.default_rng(1).permutation(np.arange(1000.0))
    assert inf.expected_shortfall(x, 0.05).value == pytest.approx(np.arange(50.0).mean())
    # 1.5 paths: the worst whole, the next half
    assert inf.expected_shortfall(np.array([0.0, 3.0, 9.0]), 0.5).value == pytest.approx(1.0)
    assert inf.expected_shortfall(x, 1.0).value == pytest.approx(x.mean())


def test_a_tail_of_few_paths_has_no_interval():
    x = np.random.default_rng(1).normal(size=999)
    seen = inf.interval(inf.expected_shortfall(x, 0.01))
    assert np.isfinite(seen.estimate)
    assert np.isnan([seen.low, seen.high]).all()
    more = inf.interval(inf.expected_shortfall(np.append(x, 0.0), 0.01))
    assert more.low < more.estimate < more.high


@given(profits(), st.sampled_from([0.01, 0.05, 0.3, 1.0]))
def test_tail_mean_lies_between_worst_and_mean(x, tail):
    value = inf.expected_shortfall(x[0], tail).value
    assert x.min() - 1e-6 <= value <= x.mean() + 1e-6


@given(st.integers(1, 400), st.data(), st.integers(1, 3))
def test_shares_stay_in_bounds(n, data, block):
    happened = np.zeros(n, bool)
    happened[: data.draw(st.integers(0, n))] = True
    seen = inf.share(happened, block=block)
    assert 0.0 <= seen.low <= seen.estimate <= seen.high <= 1.0
    assert seen.low < seen.high


def test_wilson_agrees_with_scipy():
    theirs = stats.binomtest(7, 50).proportion_ci(0.95, method="wilson")
    ours = inf.share(np.arange(50) < 7)
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@given(profits(), st.floats(0.01, 0.99), st.sampled_from([1, 2]))
def test_quantile_lies_in_its_interval(x, p, block):
    seen = inf.quantile(x[0], p, block=block)
    assert not seen.low > seen.estimate
    assert not seen.high < seen.estimate


def test_a_quantile_beyond_the_paths_is_unbounded():
    seen = inf.quantile(np.arange(20.0), 0.95)
    assert seen.high == np.inf
    assert np.isfinite(seen.low)


def test_nothing_to_estimate_is_not_certainty():
    one = np.array([5.0])
    assert np.isnan(inf.interval(inf.mean(one)).low)
    assert np.isnan(inf.standard_error(one))
    assert np.isnan(inf.interval(inf.ratio(np.zeros(9), np.zeros(9))).estimate)
    assert np.isnan(inf.share(inf.ratio(np.zeros(9), np.zeros(9))).estimate)
    same = inf.interval(inf.skewness(np.full(9, 0.1)))
    assert np.isnan([same.estimate, same.low]).all()
    assert inf.interval(inf.mean(np.full(9, 2.0))) == inf.Interval(2.0, 2.0, 2.0)


def test_a_last_block_that_is_not_full_weighs_less():
    influence = np.array([1.0, 1.0, -1.0, -1.0, 3.0])
    blocks = np.array([2.0, -2.0, 3.0]) * 3 / 5
    expected = blocks.std(ddof=1) / np.sqrt(3)
    assert inf.standard_error(influence, 2) == pytest.approx(expected)


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_levels_are_shares(level):
    for find in (inf.share, lambda x, level: inf.interval(inf.mean(x * 1.0), level=level)):
        with pytest.raises(ParameterError, match="level"):
            find(np.arange(10) < 3, level=level)
