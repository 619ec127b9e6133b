"""Numbers of claims: drawdowns, cuts and tails against plain numpy, intervals against chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from alvh.errors import DataError
from alvh.risk.claims import (
    PathBooks,
    beyond_interest,
    cut,
    drawdown_cut,
    join_books,
    model_table,
    numbers_of,
    path_books,
)
from alvh.risk.claims_history import MONTH, DayBooks, history_cut, history_table, superior
from alvh.risk.inference import mean
from tests.risk.made_outcomes import random_outcomes

RATE = 0.03


def falls(daily):
    """Largest fall and root mean square of the falls of one curve, the slow way."""
    curve = np.concatenate([[0.0], np.cumsum(daily)])
    fall = np.maximum.accumulate(curve) - curve
    return fall.max(), np.sqrt(np.mean(fall[1:] ** 2))


def days(n=1500, seed=3, drift=(2.0, 1.0, 4.0)):
    rng = np.random.default_rng(seed)
    base = rng.standard_t(4, n) * 1000.0
    own = rng.standard_normal((3, n)) * 200.0
    profit = np.column_stack(
        [k + 0.5 * (i + 1) * base + x for i, (k, x) in enumerate(zip(drift, own, strict=True))]
    )
    dates = np.datetime64("2001-01-01") + np.arange(n)
    return DayBooks(("a", "b", "c"), dates, profit, 100_000.0, replications=300)


def paths(n=3000, seed=5):
    rng = np.random.default_rng(seed)
    depth = rng.gamma(3.0, 1000.0, n)
    profit = rng.standard_normal(n) * 1000.0
    both = np.stack([depth, 0.8 * depth + rng.gamma(1.0, 50.0, n)])
    return PathBooks(
        ("base", "hedged"),
        50_000.0,
        1.0,
        np.stack([profit, profit - 100.0]),
        both,
        0.5 * both,
        np.ones((2, n, 4)),
    )


def test_interest_on_the_account_is_no_profit():
    wealth = 100.0 * np.exp(RATE * np.arange(5) / 252)
    assert beyond_interest(wealth, RATE) == pytest.approx(np.zeros(4), abs=1e-12)


def test_books_are_those_of_plain_numpy():
    outcomes = random_outcomes()
    books = path_books(outcomes, {"half": {outcomes.policies[0].name: 0.5}})
    daily = beyond_interest(outcomes.wealth, outcomes.rate)
    for p in range(len(outcomes.policies)):
        for i in range(min(books.n_paths, 20)):
            depth, ulcer = falls(daily[p, i])
            assert books.depth[p, i] == pytest.approx(depth, abs=1e-9)
            assert books.ulcer[p, i] == pytest.approx(ulcer, abs=1e-9)
    assert books.profit[:-1] == pytest.approx(outcomes.profit)
    for name in ("profit", "depth", "ulcer"):
        whole = getattr(books, name)
        assert whole[-1] == pytest.approx(0.5 * whole[0])
    with pytest.raises(ValueError, match="book must be one of"):
        path_books(outcomes, {"half": {"nobody": 0.5}})


def test_pieces_joined_are_the_whole():
    whole = paths()
    parts = [
        PathBooks(
            whole.names, whole.capital, whole.years,
            whole.profit[:, k], whole.depth[:, k], whole.ulcer[:, k], whole.trades[:, k],
        )
        for k in (slice(0, 1000), slice(1000, None))
    ]  # fmt: skip
    pd.testing.assert_frame_equal(
        model_table(join_books(parts), "base"), model_table(whole, "base")
    )


def test_table_of_the_model_is_plain_arithmetic():
    books = paths()
    seen = numbers_of(model_table(books, "base"), "hedged")
    d, p = books.depth, np.sort(books.profit, axis=1)
    n = int(0.05 * d.shape[1])
    worst = -p[:, :n].mean(axis=1)
    assert seen["depth_cut"].estimate == pytest.approx(1.0 - d[1].mean() / d[0].mean())
    assert seen["depth"].estimate == pytest.approx(d[1].mean() / 50_000.0)
    assert seen["cost"].estimate == pytest.approx(100.0 / 50_000.0)
    assert seen["loss95"].estimate == pytest.approx(worst[1])
    assert seen["saved"].estimate == pytest.approx(worst[0] - worst[1])
    q = np.quantile(d, 0.95, axis=1)
    assert seen["depth95_cut"].estimate == pytest.approx(1.0 - q[1] / q[0])
    assert all(x.low <= x.estimate <= x.high for x in seen.values())


def test_the_interval_of_a_cut_covers_what_it_estimates():
    """The true cut of independent gamma depths is known; 95 of 100 intervals should hold it."""
    hits = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        base = rng.gamma(2.0, 1.0, 400)
        other = 0.5 * base + rng.gamma(1.0, 0.4, 400)
        books = PathBooks(
            ("base", "other"), 1.0, 1.0, *(np.stack([base, other]),) * 3, np.ones((2, 400, 4))
        )
        seen = drawdown_cut(books, "other", "base")
        hits += seen.low <= 0.3 <= seen.high  # 1 - (1 + 0.4) / 2
    assert 180 <= hits <= 199


def test_a_cut_of_nothing_is_unknown():
    nothing = mean(np.zeros(10))
    assert np.isnan(cut(mean(np.ones(10)), nothing).value)


def test_fewer_condors_scale_everything():
    books = paths().scaled("base", 0.7, "fewer")
    seen = numbers_of(model_table(books, "base"), "fewer")
    for metric in ("depth_cut", "ulcer_cut", "depth95_cut"):
        assert seen[metric].estimate == pytest.approx(0.3)
    assert seen["depth_cut"].high - seen["depth_cut"].low < 1e-9


def test_table_of_a_history_is_plain_arithmetic():
    books = days()
    seen = numbers_of(history_table(books, "a"), "b")
    depth, ulcer = zip(*(falls(x) for x in books.profit.T), strict=True)
    assert seen["depth"].estimate == pytest.approx(depth[1] / 100_000.0)
    assert seen["depth_cut"].estimate == pytest.approx(1.0 - depth[1] / depth[0])
    assert seen["ulcer"].estimate == pytest.approx(ulcer[1] / 100_000.0)
    years = 1500 / 252
    assert seen["profit"].estimate == pytest.approx(books.profit[:, 1].sum() / years)
    gone = (books.profit[:, 0] - books.profit[:, 1]).sum() / years / 100_000.0
    assert seen["cost"].estimate == pytest.approx(gone)
    n = 1500 // MONTH
    months = np.sort(books.profit[: n * MONTH, 1].reshape(n, MONTH).sum(axis=1))
    assert seen["loss95"].estimate == pytest.approx(-months[: int(np.ceil(0.05 * n))].mean())
    found = history_cut(books, "b", "a")
    assert found.estimate == pytest.approx(seen["depth_cut"].estimate)
    assert found.low <= found.estimate <= found.high


def test_bootstrap_of_a_mean_is_as_wide_as_theory_says():
    """Independent days: the deviation of a year's profit is that of a day times the root of 252."""
    rng = np.random.default_rng(7)
    profit = rng.standard_normal((4000, 1)) * 100.0
    books = DayBooks(("x",), np.arange(4000), profit, 1e5, replications=1000)
    seen = numbers_of(history_table(books, "x"), "x")["profit"]
    half = 1.96 * 100.0 / np.sqrt(4000) * 252
    assert 0.5 * (seen.high - seen.low) == pytest.approx(half, rel=0.15)


def test_mixtures_are_shares_of_days():
    books = days().mixed({"a": 0.25, "b": 0.75}, "mix")
    assert books.profit[:, 3] == pytest.approx(
        0.25 * books.profit[:, 0] + 0.75 * books.profit[:, 1]
    )
    with pytest.raises(ValueError, match="book must be one of a, b, c"):
        books.mixed({"z": 1.0}, "mix")


def test_falls_are_counted_between_best_closes():
    curve = np.array([0.0, 10.0, 4.0, 11.0, 1.0, 12.0, 11.0, 13.0])
    books = DayBooks(("x",), np.arange(7), np.diff(curve)[:, None], 1.0)
    assert books.falls[:, 0] == pytest.approx([0, 6, 0, 10, 0, 1, 0])
    assert books.n_falls("x") == 2


def test_a_clearly_better_book_is_told_and_the_luckiest_of_many_is_not():
    rng = np.random.default_rng(11)
    noise = rng.standard_normal((1500, 11)) * 100.0
    good = noise.copy()
    good[:, 4] = noise[:, 0] + 20.0 + 30.0 * rng.standard_normal(1500)
    names = tuple("abcdefghijk")
    found = [
        superior(DayBooks(names, np.arange(1500), x, 1.0), "a", names[1:]) for x in (noise, good)
    ]
    luck, skill = (f.set_index("criterion").loc["profit"] for f in found)
    assert luck["p_value"] > 0.05
    assert skill["best"] == "e"
    assert skill["p_value"] < 0.01
    assert skill["tried"] == 10


def test_a_book_of_smaller_losses_is_told_by_its_downside():
    rng = np.random.default_rng(2)
    base = rng.normal(size=1500) * 100.0
    both = np.column_stack([base, 0.7 * base + 10.0 * rng.normal(size=1500)])
    found = superior(DayBooks(("a", "b"), np.arange(1500), both, 1.0), "a", ("b",))
    row = found.set_index("criterion").loc["downside"]
    sums = np.array([both[i : i + MONTH].sum(axis=0) for i in range(1500 - MONTH + 1)])
    squares = (np.minimum(sums, 0.0) ** 2).mean(axis=0)
    assert row["better"] == pytest.approx(squares[0] - squares[1])
    assert row["p_value"] < 0.05


def test_a_book_that_is_not_there_is_named():
    with pytest.raises(DataError, match="there is no book z in the table"):
        numbers_of(model_table(paths(), "base"), "z")
    with pytest.raises(ValueError, match="book must be one of base, hedged, got z"):
        model_table(paths(), "z")
