"""Votes and expansions of hand-made histories, a slow second reading, and honest intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alvh.errors import DataError, ParameterError
from alvh.risk.signal_study import (
    ablation,
    event_study,
    expansions,
    hit_rate,
    hit_rates,
    onsets,
)

NAN = np.nan


def by_day(values):
    index = pd.bdate_range("2008-01-01", periods=len(values))
    return pd.Series(list(values), index=index, dtype=float)


def vix_path(rng, n):
    """Levels that drift back to 20 after jumps."""
    log = np.zeros(n)
    shocks = rng.normal(0.0, 0.06, n) + np.where(rng.random(n) < 0.01, 0.3, 0.0)
    for t in range(1, n):
        log[t] = 0.96 * log[t - 1] + shocks[t]
    return by_day(20.0 * np.exp(log))


def spells(rng, n, on=0.05, off=0.10):
    """Votes in spells that know nothing of anything."""
    state, flips = np.zeros(n), rng.random(n)
    for t in range(1, n):
        state[t] = flips[t] >= off if state[t - 1] else flips[t] < on
    return state


# --- Expansions -----------------------------------------------------------------------------


def test_one_expansion_by_hand():
    vix = by_day([10, 10, 10, 10, 11, 12, 14, 13, 10, 10, 10])
    (found,) = expansions(vix, within=3).to_dict("records")
    # 14 is 40 % above 10 within three closes of the fourth day: no earlier day sees it
    assert found["start"] == vix.index[3]
    assert found["peak"] == vix.index[6]
    assert (found["at_start"], found["at_peak"], found["days"]) == (10.0, 14.0, 3)
    assert found["rise"] == pytest.approx(0.4)


def test_the_rise_must_be_reached_and_may_be_in_points():
    vix = by_day([10.0, 12.9, 10.0])
    assert expansions(vix, within=1).empty
    assert len(expansions(by_day([10.0, 13.0, 10.0]), within=1)) == 1
    assert len(expansions(vix, within=1, points=2.9)) == 1
    assert expansions(vix, within=1, points=3.0).empty


def test_a_long_rise_is_one_expansion_and_a_pause_parts_two():
    steps = 10.0 * 1.15 ** np.arange(8)
    vix = by_day(np.r_[steps, [10.0] * 4, steps[:3], 10.0])
    found = expansions(vix, within=2)
    assert found["start"].tolist() == [vix.index[0], vix.index[12]]
    assert found["peak"].tolist() == [vix.index[7], vix.index[14]]


def test_a_missing_close_neither_starts_nor_ends_one():
    found = expansions(by_day([10.0, NAN, 14.0, NAN]), within=2)
    assert found["days"].tolist() == [2]
    assert expansions(by_day([10.0, NAN, 10.0]), within=2).empty


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(1, 12))
def test_expansions_equal_their_definition_and_do_not_overlap(seed, within):
    vix = vix_path(np.random.default_rng(seed), 160)
    v = vix.to_numpy()
    triggers = [t for t in range(159) if v[t + 1 : t + 1 + within].max() >= 1.3 * v[t]]
    starts = [t for t in triggers if not any(t - within <= u < t for u in triggers)]
    found = expansions(vix, within=within)
    assert vix.index.get_indexer(found["start"]).tolist() == starts
    assert (found["rise"] >= 0.3).all()
    assert (found["peak"].iloc[:-1].to_numpy() < found["start"].iloc[1:].to_numpy()).all()


def test_settled_expansions_do_not_change_with_later_closes():
    vix = vix_path(np.random.default_rng(5), 600)
    early, late = expansions(vix.iloc[:400]), expansions(vix)
    settled = vix.index[389]
    assert early["start"].tolist()  # or there is nothing to see
    known = [day for day in late["start"] if day <= settled]
    assert [day for day in early["start"] if day <= settled] == known


@pytest.mark.parametrize(
    ("kwargs", "field"),
    [({"rise": 0.0}, "rise"), ({"points": 0.0}, "points"), ({"within": 0}, "w")],
)
def test_expansions_refuse_what_is_out_of_range(kwargs, field):
    with pytest.raises(ParameterError, match=field):
        expansions(by_day([10.0, 11.0]), **kwargs)


def test_expansions_refuse_levels_and_days_that_cannot_be():
    with pytest.raises(DataError, match="VIX"):
        expansions(by_day([10.0, 0.0]))
    with pytest.raises(DataError, match="ascending"):
        expansions(by_day([10.0, 11.0]).iloc[::-1])


# --- Votes before expansions ----------------------------------------------------------------


def events_at(votes, *places):
    return pd.DataFrame({"start": votes.index[list(places)]})


def test_hits_and_leads_by_hand():
    #             0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16
    votes = by_day([0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    row = hit_rate(votes, events_at(votes, 4, 8, 9), horizon=3, within=2)
    # horizons {2,3,4}: first vote 2 days before; {6,7,8}: none; {7,8,9}: on the day itself
    assert (row["events"], row["hits"]) == (3, 2)
    assert row["recall"] == pytest.approx(2 / 3)
    assert (row["lead_mean"], row["lead_median"]) == (1.0, 0.0)  # the lower of two
    # of the days 2..16, those with a vote in three closes: 2..5 and 9..11
    assert row["base"] == pytest.approx(7 / 15)
    assert row["lift"] == pytest.approx(2 / 3 - 7 / 15)
    # onsets on 2 (start on 4) and 9 (start on 9); the days 0..12 are settled, of which a start
    # follows within three closes on 2..4 and 6..9
    assert (row["onsets"], row["followed"]) == (2, 2)
    assert row["base_precision"] == pytest.approx(7 / 13)
    assert row["voting"] == pytest.approx(3 / 17)


def test_unavailable_days_are_left_out_and_said():
    votes = by_day([NAN, NAN, NAN, 1, 1, 0, 0, NAN, 1, 0, 1, 0, 0, 0, 0, 0])
    row = hit_rate(votes, events_at(votes, 4, 9, 12), horizon=3, within=1)
    assert row["available"] == pytest.approx(12 / 16)
    assert (row["events"], row["hits"]) == (1, 1)  # the other two lack a close of their horizon
    assert onsets(votes).tolist() == [votes.index[10]]  # not those after a missing day
    assert row["onsets"] == 1


def test_a_signal_that_is_never_there_has_no_numbers():
    votes = by_day([NAN] * 40)
    row = hit_rate(votes, events_at(votes, 20), horizon=5)
    assert (row["available"], row["events"], row["onsets"]) == (0.0, 0, 0)
    assert np.isnan(row["recall"])
    assert np.isnan(row["recall_low"])


def test_always_on_finds_all_and_knows_nothing():
    vix = vix_path(np.random.default_rng(1), 1500)
    row = hit_rate(by_day(np.ones(1500)), expansions(vix), horizon=21)
    assert (row["recall"], row["base"], row["lift"]) == (1.0, 1.0, 0.0)
    assert row["recall_low"] < 1.0  # of so many starts, not certain
    assert (row["lead_mean"], row["lead_base"], row["lead_median"]) == (20.0, 20.0, 20.0)
    assert row["onsets"] == 0
    assert np.isnan(row["precision"])


def test_a_clairvoyant_has_full_recall_and_precision():
    vix = vix_path(np.random.default_rng(2), 3000)
    events = expansions(vix)
    places = vix.index.get_indexer(events["start"])
    votes = np.zeros(3000)
    votes[places[places >= 5] - 5] = 1.0
    row = hit_rate(by_day(votes), events, horizon=6)
    assert row["recall"] == row["precision"] == 1.0
    assert row["lift_low"] > 0.5
    assert row["edge_low"] > 0.3
    assert row["lead_mean"] == row["lead_median"] == 5.0


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 30))
def test_a_slow_reading_finds_the_same(seed, horizon):
    rng = np.random.default_rng(seed)
    n, within = 300, 10
    vix = vix_path(rng, n)
    values = np.where(rng.random(n) < 0.02, NAN, spells(rng, n))
    votes, events = by_day(values), expansions(vix, within=within)
    starts = set(vix.index.get_indexer(events["start"]).tolist())
    windows = {t: values[t - horizon + 1 : t + 1] for t in range(horizon - 1, n)}
    whole = {t: w for t, w in windows.items() if not np.isnan(w).any()}
    lead = {t: horizon - 1 - int(np.argmax(w == 1.0)) for t, w in whole.items() if w.any()}
    counted = [t for t in whole if t in starts]
    settled = [t for t in range(n) if t + horizon - 1 < n - within]
    follows = [t for t in settled if starts & set(range(t, t + horizon))]
    turned = [t for t in settled if t and values[t] == 1.0 and values[t - 1] == 0.0]
    row = hit_rate(votes, events, horizon, within=within, replications=100)
    assert row["events"] == len(counted)
    assert row["hits"] == len([t for t in counted if t in lead])
    assert row["onsets"] == len(turned)
    assert row["followed"] == len(set(turned) & set(follows))
    base = len(lead) / len(whole) if whole else NAN
    assert row["base"] == pytest.approx(base, nan_ok=True)
    known = [t for t in settled if not np.isnan(values[t])]
    followed = len(set(known) & set(follows)) / len(known) if known else NAN
    assert row["base_precision"] == pytest.approx(followed, nan_ok=True)
    leads = [lead[t] for t in counted if t in lead]
    assert row["lead_mean"] == pytest.approx(np.mean(leads) if leads else NAN, nan_ok=True)
    for name in ("recall", "base", "lift", "precision", "lead_mean", "lead_median"):
        if np.isfinite(row[f"{name}_low"]):
            assert row[f"{name}_low"] <= row[name] <= row[f"{name}_high"]


def test_votes_after_a_start_change_nothing_of_its_recall():
    vix = vix_path(np.random.default_rng(3), 900)
    events = expansions(vix.iloc[:500])
    votes = by_day(spells(np.random.default_rng(4), 900))
    last = int(vix.index.get_indexer(events["start"])[-1])
    later = votes.copy()
    later.iloc[last + 1 :] = 1.0 - later.iloc[last + 1 :]
    one, other = (hit_rate(v, events) for v in (votes, later))
    for name in ("events", "hits", "recall", "lead_mean", "lead_median"):
        assert one[name] == other[name]
    assert one["base"] != other["base"]


def test_votes_that_know_nothing_reach_the_base_rate_as_often_as_said():
    rng = np.random.default_rng(11)
    inside, repeats, n = {"lift": 0, "edge": 0, "after": 0}, 150, 1500
    for _ in range(repeats):
        vix, votes = vix_path(rng, n), by_day(spells(rng, n))
        row = hit_rate(votes, expansions(vix), replications=200)
        study = event_study(votes, vix, (10,), replications=200).iloc[0]
        inside["lift"] += row["lift_low"] <= 0.0 <= row["lift_high"]
        inside["edge"] += row["edge_low"] <= 0.0 <= row["edge_high"]
        inside["after"] += study["p_value"] > 0.05
    for name, count in inside.items():
        assert 0.88 <= count / repeats <= 0.99, name


def test_signals_together_are_as_each_alone():
    rng = np.random.default_rng(6)
    events = expansions(vix_path(rng, 800))
    votes = pd.DataFrame({name: by_day(spells(rng, 800)) for name in ("one", "two")})
    table = hit_rates(votes, events)
    assert table["signal"].tolist() == ["one", "two"]
    pd.testing.assert_series_equal(table.iloc[1], hit_rate(votes["two"], events), check_names=False)


def test_true_false_and_missing_are_votes_and_levels_are_not():
    values = [True, False, None, True, False, True, False, False]
    votes = pd.Series(values, index=pd.bdate_range("2020-01-01", periods=8), dtype=object)
    numbers = by_day([NAN if v is None else float(v) for v in values])
    numbers.index = votes.index
    assert onsets(votes).equals(onsets(numbers))
    with pytest.raises(DataError, match="got 17"):
        onsets(by_day([0.0, 17.0]))
    with pytest.raises(DataError, match="day of the votes"):
        hit_rate(numbers, pd.DataFrame({"start": [pd.Timestamp("1999-01-04")]}))
    with pytest.raises(ParameterError, match="horizon"):
        hit_rate(numbers, events_at(numbers, 3), horizon=0)


# --- VIX after onsets -----------------------------------------------------------------------


def test_changes_after_onsets_by_hand():
    votes = by_day([0, 1, 0, 1, 0, 0, 0, 1])
    vix = by_day([10, 11, 13, 12, 10, 10, 10, 10])
    row = event_study(votes, vix, (2,)).iloc[0]
    assert row["onsets"] == 2  # nothing comes two closes after the last
    assert row["after"] == pytest.approx(((12 - 11) + (10 - 12)) / 2)
    assert row["any_day"] == pytest.approx((3 + 1 - 3 - 2 + 0 + 0) / 6)
    assert row["difference"] == pytest.approx(row["after"] - row["any_day"])


def test_a_signal_before_jumps_is_found_and_days_without_it_do_not_count():
    rng = np.random.default_rng(7)
    n = 2500
    votes = (rng.random(n) < 0.03).astype(float)
    vix = np.full(n, 20.0) + rng.normal(0.0, 0.5, n)
    for t in np.flatnonzero(votes):
        vix[t + 1 : t + 6] += 4.0
    table = event_study(by_day(votes), by_day(vix), (5, 21)).set_index("horizon")
    assert table.loc[5, "low"] > 2.0
    assert table.loc[5, "p_value"] < 0.01
    assert table.loc[21, "low"] < 0.5
    blind = by_day(votes)
    blind.iloc[:1000] = NAN
    row = event_study(blind, by_day(vix), (5,)).iloc[0]
    change = vix[1005:] - vix[1000:-5]
    assert row["any_day"] == pytest.approx(change.mean())


def test_other_days_are_refused():
    with pytest.raises(DataError, match="same days"):
        event_study(by_day([0, 1, 0]), by_day([10, 11]))
    with pytest.raises(ParameterError, match="horizons"):
        event_study(by_day([0, 1, 0]), by_day([10, 11, 12]), (5, 0))


# --- A rule without a signal ----------------------------------------------------------------


def test_dropping_a_signal_is_paired_and_without_effect_is_certain():
    rng = np.random.default_rng(10)
    full = rng.normal(0.0, 1000.0, 1500)  # dollars a day: drowns what is worth 10 a day
    results = {
        None: {"profit": full},
        "skew": {"profit": full - 10.0 + rng.normal(0.0, 20.0, 1500)},
        "fomc": {"profit": full},
    }
    table = ablation(results).set_index("dropped")
    assert table["metric"].tolist() == ["profit", "profit"]
    row = table.loc["skew"]
    assert row["low"] < -2520.0 < row["high"] < 0.0  # a year
    assert row["difference"] == pytest.approx(row["without"] - row["full"])
    assert row["p_value"] < 0.01
    idle = table.loc["fomc"]
    assert idle[["difference", "low", "high"]].tolist() == [0.0, 0.0, 0.0]
    assert idle["p_value"] == 1.0


def test_a_year_is_so_many_periods():
    results = {None: {"profit": [1.0, 3.0]}, "vix": {"profit": [2.0, 4.0]}}
    row = ablation(results, year=12.0).iloc[0]
    assert (row["full"], row["without"], row["difference"]) == (24.0, 36.0, 12.0)


@pytest.mark.parametrize(
    ("results", "error", "text"),
    [
        ({"vix": {"profit": [1.0, 2.0]}}, ParameterError, "None"),
        ({None: {"profit": [1.0, 2.0]}, "vix": {}}, DataError, "profit is missing"),
        ({None: {"profit": [1.0, 2.0]}, "vix": {"profit": [1.0]}}, DataError, "periods"),
        ({None: {"profit": [1.0, 2.0]}, "vix": {"profit": [1.0, NAN]}}, DataError, "finite"),
    ],
)
def test_results_that_cannot_be_paired_are_refused(results, error, text):
    with pytest.raises(error, match=text):
        ablation(results)
