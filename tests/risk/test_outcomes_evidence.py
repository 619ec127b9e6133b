"""How many trades an edge needs, and whether the hedge paid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.errors import ParameterError
from alvh.risk import evidence
from tests.risk.made_outcomes import made, random_outcomes


def traded(profit, count):
    trades = np.zeros((*profit.shape, 4))
    trades[..., 0] = count
    return made(profit, trades=trades)


def book_of(condor, hedge):
    """One policy with one layer; paid back is what makes up the condor's result."""
    parts = np.zeros((1, condor.size, 6))
    parts[0, :, 0] = 900.0
    parts[0, :, 1] = condor - 900.0
    parts[0, :, 2] = -7.0
    parts[0, :, 4] = -100.0
    parts[0, :, 5] = hedge + 100.0
    return made(parts.sum(axis=2), parts=parts)


def test_edge_of_independent_trades():
    """Ten trades a path of mean 5 and deviation 50: (1.645 x 10)^2 = 271 trades."""
    rng = np.random.default_rng(6)
    profit = rng.normal(50.0, 50.0 * np.sqrt(10.0), (1, 40_000))
    edge = evidence.law_of_large_numbers(traded(profit, 10.0)).edge.iloc[0]
    assert edge["mean"] == pytest.approx(5.0, abs=0.3)
    assert edge["sd"] == pytest.approx(50.0, rel=0.02)
    assert edge["trades"] == 400_000
    assert edge["needed"] == pytest.approx(270.6, rel=0.1)
    assert edge["needed_low"] < edge["needed"] < edge["needed_high"]
    ends = (1.6449 * edge["sd"] / edge[["high", "low"]].to_numpy(float)) ** 2
    assert edge[["needed_low", "needed_high"]].tolist() == pytest.approx(ends.tolist(), rel=1e-4)


def test_dependence_within_a_path_counts():
    """Ten equal trades a path say as much as one: the variance per trade is ten times as large."""
    one = np.random.default_rng(6).normal(5.0, 50.0, (1, 40_000))
    edge = evidence.law_of_large_numbers(traded(10.0 * one, 10.0)).edge.iloc[0]
    assert edge["sd"] == pytest.approx(50.0 * np.sqrt(10.0), rel=0.02)


def test_the_cone_holds_95_of_100_averages():
    rng = np.random.default_rng(9)
    count = rng.integers(3, 12, (1, 50_000)).astype(float)
    profit = rng.normal(20.0 * count, 70.0 * np.sqrt(count))
    cone = evidence.law_of_large_numbers(traded(profit, count), 1000).cone
    at = cone[cone["trades"] > 300].iloc[0]
    paths = int(at["trades"] / count.mean())
    starts = np.arange(0, 50_000 - paths, paths)
    sums = [np.add.reduceat(a[0], starts)[:-1] for a in (profit, count)]
    averages = sums[0] / sums[1]
    inside = ((averages >= at["low"]) & (averages <= at["high"])).mean()
    assert averages.size > 900
    assert 0.93 <= inside <= 0.97


def test_running_average_is_of_the_paths_in_order():
    given_ = traded(np.array([[10.0, -30.0, 80.0]]), np.array([[2.0, 3.0, 5.0]]))
    cone = evidence.law_of_large_numbers(given_, 20, n_points=20).cone.set_index("trades")
    running = cone["running"]
    assert running.loc[[1, 2, 3, 5, 6, 9]].tolist() == [5.0, 5.0, -4.0, -4.0, 6.0, 6.0]
    assert running.loc[running.index > 10].isna().all()
    assert cone["mean"].iloc[0] == 6.0


def test_no_edge_is_never_found():
    rng = np.random.default_rng(1)
    losing = traded(rng.normal(-50.0, 100.0, (1, 5000)), 10.0)
    edge = evidence.law_of_large_numbers(losing).edge.iloc[0]
    assert np.isinf(edge[["needed", "needed_low", "needed_high"]].astype(float)).all()
    unsure = traded(np.tile([-99.0, 101.0], (1, 500)), 10.0)
    edge = evidence.law_of_large_numbers(unsure).edge.iloc[0]
    assert np.isfinite(edge["needed"])
    assert np.isinf(edge["needed_high"])


def test_a_policy_that_never_trades_says_nothing():
    table = evidence.law_of_large_numbers(traded(np.ones((1, 50)), 0.0))
    edge = table.edge.iloc[0]
    assert np.isnan(edge[["mean", "low", "sd", "needed"]].astype(float)).all()
    assert edge["trades"] == 0
    assert table.cone[["mean", "low", "running"]].isna().all(axis=None)


@given(st.integers(0, 10**6))
def test_cone_closes_on_the_mean(seed):
    cone = evidence.law_of_large_numbers(random_outcomes(1, 40, 5, seed)).cone
    width = cone["high"] - cone["low"]
    assert width.is_monotonic_decreasing
    assert width.iloc[0] / width.iloc[-1] == pytest.approx(np.sqrt(10_000))
    assert ((cone["high"] + cone["low"]) / 2).to_numpy() == pytest.approx(cone["mean"].to_numpy())


# --- Tail -----------------------------------------------------------------------------------


def test_tail_of_known_answers():
    condor = np.arange(1000.0) - 500.0
    hedge = np.where(np.arange(1000) < 30, 200.0, -50.0)
    order = np.random.default_rng(1).permutation(1000)
    seen = evidence.tail_scatter(book_of(condor[order], hedge[order]), 0)
    assert seen.n_tail == 50
    assert seen.threshold == -451.0
    assert seen.paid.estimate == pytest.approx(0.6)
    assert (seen.paid.low, seen.paid.high) == pytest.approx((0.4618, 0.7239), abs=1e-4)
    loss = 475.5
    assert seen.offset.estimate == pytest.approx((30 * 200 - 20 * 50) / 50 / loss)
    assert seen.offset.low < seen.offset.estimate < seen.offset.high
    assert seen.points["condor"].tolist() == (np.arange(50.0) - 500.0).tolist()
    assert seen.points["hedge"].tolist() == hedge[:50].tolist()


def test_points_are_thinned_over_the_ranks():
    rng = np.random.default_rng(1)
    given_ = book_of(rng.normal(size=20_000), rng.normal(size=20_000))
    seen = evidence.tail_scatter(given_, 0, most_points=100)
    assert len(seen.points) == 100
    assert seen.points["condor"].is_monotonic_increasing
    assert seen.points["condor"].iloc[-1] == seen.threshold
    assert seen.points.equals(evidence.tail_scatter(given_, 0, most_points=100).points)


def test_offset_covers():
    """Hedge = -0.3 c + noise: the ratio in the tail is 0.3, whatever the tail."""
    rng = np.random.default_rng(12)
    hits = 0
    for _ in range(1000):
        condor = rng.normal(0.0, 100.0, 2000)
        hedge = -0.3 * condor + rng.normal(0.0, 40.0, 2000)
        seen = evidence.tail_scatter(book_of(condor, hedge), 0)
        hits += seen.offset.low <= 0.3 <= seen.offset.high
    assert 0.93 <= hits / 1000 <= 0.97


def test_offset_counts_that_the_tail_is_estimated():
    """Only losses beyond -200 are hedged: how many the tail holds moves the ratio."""
    rng = np.random.default_rng(12)

    def draw(n):
        condor = rng.normal(0.0, 100.0, n)
        return condor, np.where(condor < -200.0, 80.0, 0.0)

    condor, hedge = draw(4_000_000)
    worst = np.argsort(condor)[:200_000]
    truth = -hedge[worst].mean() / condor[worst].mean()
    found = (evidence.tail_scatter(book_of(*draw(2000)), 0).offset for _ in range(1000))
    assert 0.93 <= np.mean([i.low <= truth <= i.high for i in found]) <= 0.97


def test_a_condor_that_never_loses_has_no_ratio():
    seen = evidence.tail_scatter(book_of(np.full(100, 5.0), np.zeros(100)), 0)
    assert np.isnan(seen.offset.estimate)
    assert seen.paid.estimate == 0.0


@given(st.integers(0, 10**6), st.sampled_from([0.001, 0.05, 1.0]), st.sampled_from([1, 2]))
def test_tail_invariants(seed, tail, block):
    given_ = random_outcomes(1, 41, 5, seed, block=block)
    seen = evidence.tail_scatter(given_, 0, tail)
    assert 0.0 <= seen.paid.low <= seen.paid.estimate <= seen.paid.high <= 1.0
    assert seen.n_tail == max(1, int(np.ceil(tail * 41)))
    assert len(seen.points) == seen.n_tail
    assert (seen.points["condor"] <= seen.threshold).all()


def test_what_is_out_of_range_is_named():
    given_ = random_outcomes()
    with pytest.raises(ParameterError, match="policy"):
        evidence.tail_scatter(given_, 3)
    with pytest.raises(ParameterError, match="share_of_paths"):
        evidence.tail_scatter(given_, 0, 5.0)
    with pytest.raises(ParameterError, match="trades"):
        evidence.law_of_large_numbers(given_, 1)
