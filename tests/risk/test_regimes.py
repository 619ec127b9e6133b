"""Regimes of hand-made histories, and intervals that hold what they claim to."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.errors import DataError
from alvh.risk import bootstrap
from alvh.risk.regimes import (
    NAMES,
    profit_by_regime,
    regime_bands,
    time_in_regime,
    transition_matrix,
)

HAND = (0, 0, 1, 1, 1, 2, 0, 0)


def by_day(values):
    return pd.Series(list(values), index=pd.bdate_range("2008-01-01", periods=len(values)))


def chain(rng, n, stay=(0.97, 0.9, 0.85)):
    """A Markov chain that leaves each regime for either other alike."""
    codes = np.zeros(n, dtype=int)
    leave, step = rng.random(n), rng.integers(1, 3, n)
    for t in range(1, n):
        last = codes[t - 1]
        codes[t] = last if leave[t] < stay[last] else (last + step[t]) % 3
    return codes


def test_bands_of_a_hand_made_history():
    regime = by_day(HAND)
    bands = regime_bands(regime)
    assert bands["name"].tolist() == ["calm", "watch", "stress", "calm"]
    assert bands["days"].tolist() == [2, 3, 1, 2]
    assert bands["start"].tolist() == [regime.index[i] for i in (0, 2, 5, 6)]
    assert bands["end"].tolist() == [regime.index[i] for i in (1, 4, 5, 7)]


@given(st.lists(st.integers(0, 2), min_size=1, max_size=60))
def test_bands_leave_no_day_out_and_hold_none_twice(codes):
    regime = by_day(codes)
    bands = regime_bands(regime)
    told = [
        code
        for start, end, code in zip(bands["start"], bands["end"], bands["regime"], strict=True)
        for _ in regime.index[(regime.index >= start) & (regime.index <= end)]
    ]
    assert told == codes
    assert (bands["regime"].to_numpy()[1:] != bands["regime"].to_numpy()[:-1]).all()


def test_transitions_of_a_hand_made_history():
    table = transition_matrix(by_day(HAND)).set_index(["start", "end"])
    assert table["count"].tolist() == [2, 1, 0, 0, 2, 1, 1, 0, 0]
    assert table.loc[("calm", "calm"), "probability"] == pytest.approx(2 / 3)
    assert table.loc[("watch", "stress"), "probability"] == pytest.approx(1 / 3)
    # Wilson of one in three, from the closed form
    z, n, p = 1.959964, 3, 1 / 3
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    row = table.loc[("watch", "stress")]
    assert row["low"] == pytest.approx(centre - half, abs=1e-6)
    assert row["high"] == pytest.approx(centre + half, abs=1e-6)


@given(st.lists(st.integers(0, 2), min_size=1, max_size=80))
def test_probabilities_sum_to_one_and_lie_in_their_intervals(codes):
    table = transition_matrix(by_day(codes))
    assert table["count"].sum() == len(codes) - 1
    for start, rows in table.groupby("start"):
        left = start in {NAMES[code] for code in codes[:-1]}
        if not left:
            assert rows[["probability", "low", "high"]].isna().all(axis=None)
            continue
        assert rows["probability"].sum() == pytest.approx(1.0)
        assert ((rows["low"] >= 0.0) & (rows["low"] <= rows["probability"])).all()
        assert ((rows["probability"] <= rows["high"]) & (rows["high"] <= 1.0)).all()


def test_time_and_visits_of_a_hand_made_history():
    table = time_in_regime(by_day(HAND)).set_index("regime")
    assert table["days"].tolist() == [4, 3, 1]
    assert table["share"].tolist() == [0.5, 0.375, 0.125]
    assert table["visits"].tolist() == [2, 1, 1]
    assert table["length"].tolist() == [2.0, 3.0, 1.0]
    assert table[["length_low", "length_high"]].isna().all(axis=None)  # too few visits
    assert (table["low"] < table["share"]).all()
    assert (table["share"] < table["high"]).all()


def test_a_regime_never_seen_is_not_certain_never_to_come():
    table = time_in_regime(by_day([0] * 60)).set_index("regime")
    assert table.loc["stress", ["share", "low"]].tolist() == [0.0, 0.0]
    assert 0.0 < table.loc["stress", "high"] < 0.1
    assert np.isnan(table.loc["stress", "length"])


def test_intervals_of_time_cover_what_a_long_history_shows():
    rng = np.random.default_rng(3)
    truth = time_in_regime(by_day(chain(rng, 60_000)), block=60, replications=100)
    inside = np.zeros(2)
    repeats = 120
    for _ in range(repeats):
        found = time_in_regime(by_day(chain(rng, 2000)), block=60, replications=200)
        inside += [
            (found["low"] <= truth["share"]).mul(truth["share"] <= found["high"]).mean(),
            (found["length_low"] <= truth["length"])
            .mul(truth["length"] <= found["length_high"])
            .mean(),
        ]
    share, length = inside / repeats
    assert 0.89 <= share <= 0.99
    assert 0.89 <= length <= 0.99


def test_profit_counts_for_the_regime_of_the_close_before():
    regime = by_day([0, 0, 2, 2, 1, 1])
    profit = [999.0, 1.0, 10.0, 100.0, 1000.0, 10_000.0]
    table = profit_by_regime(regime, pd.DataFrame({"condor": profit}, index=regime.index))
    rows = table.set_index("regime")
    assert rows["total"].tolist() == [11.0, 10_000.0, 1100.0, 11_111.0]  # calm, watch, stress, all
    assert rows["days"].tolist() == [2, 1, 2, 5]
    assert rows["mean"].tolist() == [5.5, 10_000.0, 550.0, 11_111.0 / 5]
    assert rows["year"].tolist() == pytest.approx([x * 252 / 5 for x in rows["total"]])
    assert rows["year"].iloc[:3].sum() == pytest.approx(rows["year"].iloc[3])


def test_the_regime_of_the_day_itself_is_not_read():
    regime = by_day(chain(np.random.default_rng(1), 300))
    parts = pd.DataFrame({"condor": np.arange(300.0)}, index=regime.index)
    changed = regime.copy()
    changed.iloc[-1] = (changed.iloc[-1] + 1) % 3
    pd.testing.assert_frame_equal(profit_by_regime(regime, parts), profit_by_regime(changed, parts))


def test_means_cover_and_contain_their_estimates():
    rng = np.random.default_rng(8)
    means = np.array([20.0, 0.0, -60.0])
    inside, repeats = 0.0, 120
    for _ in range(repeats):
        regime = by_day(chain(rng, 1500))
        noise = rng.normal(0.0, 300.0, 1500)
        profit = means[np.r_[0, regime.to_numpy()[:-1]]] + noise
        parts = pd.DataFrame({"condor": profit}, index=regime.index)
        found = profit_by_regime(regime, parts, block=20, replications=200)
        assert ((found["low"] <= found["mean"]) & (found["mean"] <= found["high"])).all()
        assert ((found["year_low"] <= found["year"]) & (found["year"] <= found["year_high"])).all()
        ends = found.set_index("regime").loc[list(NAMES), ["low", "high"]].to_numpy().T
        inside += ((ends[0] <= means) & (means <= ends[1])).mean()
    assert 0.90 <= inside / repeats <= 0.98


def test_a_part_that_did_nothing_is_certain_and_one_short_spell_is_unknown():
    regime = by_day([0] * 200 + [2] * 3 + [0] * 200)
    rng = np.random.default_rng(2)
    parts = pd.DataFrame({"hedge": 0.0, "condor": rng.normal(size=403)}, index=regime.index)
    table = profit_by_regime(regime, parts, block=20).set_index(["part", "regime"])
    assert table.loc[("hedge", "all"), ["mean", "low", "high"]].tolist() == [0.0, 0.0, 0.0]
    assert np.isfinite(table.loc[("condor", "stress"), "mean"])
    assert np.isnan(table.loc[("condor", "stress"), "low"])  # most drawn histories lack it
    assert np.isnan(table.loc[("condor", "watch"), "mean"])


@pytest.mark.parametrize(
    ("regime", "text"),
    [
        (by_day([0, 3]), "got 3"),
        (by_day([0.0, np.nan]), "got nan"),
        (by_day([0, 1]).iloc[::-1], "ascending"),
        (by_day([]), "at least one day"),
    ],
)
def test_what_is_no_regime_is_refused(regime, text):
    for function in (regime_bands, transition_matrix, time_in_regime):
        with pytest.raises(DataError, match=text):
            function(regime)


def test_profits_of_other_days_or_missing_are_refused():
    regime = by_day([0, 1, 2, 0])
    parts = pd.DataFrame({"condor": [1.0, 2.0, np.nan, 3.0]}, index=regime.index)
    with pytest.raises(DataError, match="finite"):
        profit_by_regime(regime, parts)
    with pytest.raises(DataError, match="same days"):
        profit_by_regime(regime, parts.iloc[1:])


# --- The bootstrap under it -----------------------------------------------------------------


def test_drawn_histories_are_full_in_blocks_and_repeatable():
    drawn = bootstrap.weights(500, 50, 400, 7)
    assert (drawn.sum(axis=1) == 500).all()
    assert drawn.mean(axis=0) == pytest.approx(np.ones(500), abs=0.25)
    bootstrap.weights.cache_clear()
    assert (bootstrap.weights(500, 50, 400, 7) == drawn).all()
    # neighbours are drawn together in blocks of 50 days, apart in blocks of one
    assert np.corrcoef(drawn[:, 200], drawn[:, 201])[0, 1] > 0.9
    single = bootstrap.weights(500, 1, 400, 7)
    assert abs(np.corrcoef(single[:, 200], single[:, 201])[0, 1]) < 0.2


def test_blocks_grow_with_dependence():
    noise = np.random.default_rng(4).normal(size=(2000, 2))
    slow = np.zeros(2000)
    for t in range(1, 2000):
        slow[t] = 0.95 * slow[t - 1] + noise[t, 0]
    assert bootstrap.block_length(noise[:, 1]) < 10 < bootstrap.block_length(slow, noise[:, 1])
    assert bootstrap.block_length(slow) <= 500
    assert bootstrap.block_length(np.ones(50)) == 1


def test_p_value_is_uniform_enough_under_no_effect():
    rng = np.random.default_rng(9)
    drawn = bootstrap.weights(200, 1, 400)
    ones = np.ones(200)
    found = []
    for _ in range(300):
        x = rng.normal(size=200)
        draws = bootstrap.drawn_ratios(drawn, x, ones)
        found.append(bootstrap.drawn_p_value(float(x.mean()), draws))
    assert 0.02 <= np.mean(np.array(found) < 0.05) <= 0.09
    assert 0.43 <= np.mean(np.array(found) < 0.5) <= 0.57
