"""Tables over daily frames, against sums by hand; smoothness, against plain numpy and its laws."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.errors import DataError, ParameterError
from alvh.model import ModelParameters
from alvh.pricing import vix_index
from alvh.risk.replay import (
    calendar_years,
    drawdown_of,
    episode_table,
    growth_beyond_cash,
    monthly_returns,
    wealth_of,
    worst_month,
)
from alvh.risk.replay_paths import CLOSE, fit_summary, span_of, state_fit
from alvh.risk.replay_smooth import METRICS, MONTH, drawn_days, smoothness
from alvh.risk.replay_trades import HELD, condors_sold, round_trips
from alvh.simulation import MarketPaths, historical_paths
from alvh.simulation.stress import EPISODES, Episode
from alvh.strategy import HedgeLayer, Policy


def frame(n=600, names=("one", "two"), seed=1, start="2017-11-15"):
    rng = np.random.default_rng(seed)
    days = pd.bdate_range(start, periods=n, name="date")
    steps = rng.normal(0.0002, 0.01, (n, len(names)))
    steps[0] = 0.0
    return pd.DataFrame(5e5 * np.cumprod(1.0 + steps, axis=0), index=days, columns=list(names))


def steady(values, start="2019-12-30"):
    days = pd.bdate_range(start, periods=len(values), name="date")
    return pd.DataFrame({"one": np.asarray(values, dtype=float)}, index=days)


# --- What happened ----------------------------------------------------------------------------


def test_drawdown_is_from_the_best_close_so_far():
    found = drawdown_of(steady([100, 120, 90, 120, 60, 130]))["one"]
    np.testing.assert_allclose(found, [0, 0, -0.25, 0, -0.5, 0])


def test_growth_beyond_cash_is_none_for_cash():
    days = 505
    cash = steady(100.0 * np.exp(0.03 * np.arange(days) / 252))
    assert growth_beyond_cash(cash, 0.03)["one"] == pytest.approx(0.0, abs=1e-12)
    assert growth_beyond_cash(cash, 0.0)["one"] == pytest.approx(np.expm1(0.03))
    twice = steady([100.0, *[200.0] * 252])
    assert growth_beyond_cash(twice, 0.0)["one"] == pytest.approx(1.0)


def test_growth_of_a_lost_account_is_unknown():
    assert np.isnan(growth_beyond_cash(steady([100.0, 50.0, -1.0]), 0.03)["one"])


def test_months_and_years_by_hand():
    # 30, 31 December 2019; 1, 2, 3 January 2020 (bank holidays are no matter here)
    wealth = steady([100.0, 110.0, 99.0, 121.0, 108.9])
    months = monthly_returns(wealth)
    assert months[["year", "month", "days"]].to_numpy().tolist() == [[2019, 12, 1], [2020, 1, 3]]
    np.testing.assert_allclose(months["return"], [0.1, 108.9 / 110.0 - 1.0])
    np.testing.assert_allclose(months["profit"], [10.0, -1.1])
    years = calendar_years(wealth)
    np.testing.assert_allclose(years["return"], months["return"])
    # within 2020 the best close is that of the year before, then 121
    np.testing.assert_allclose(years["drawdown"], [0.0, min(99 / 110, 108.9 / 121) - 1.0])
    assert years["whole"].tolist() == [False, False]
    worst = worst_month(wealth).loc["one"]
    assert worst["month"] == "2020-01"
    assert worst["return"] == pytest.approx(108.9 / 110.0 - 1.0)


def test_years_compound_to_the_whole():
    wealth = frame()
    for table in (calendar_years(wealth), monthly_returns(wealth)):
        for name in wealth:
            mine = table[table["policy"].eq(name)]
            whole = wealth[name].iloc[-1] / wealth[name].iloc[0]
            assert np.prod(1.0 + mine["return"]) == pytest.approx(whole)
            assert mine["profit"].sum() == pytest.approx(wealth[name].iloc[-1] - 5e5)
            assert mine["days"].sum() == len(wealth) - 1


def test_only_years_that_are_all_there_are_whole():
    wealth = frame(800, start="2017-12-29")
    years = calendar_years(wealth)
    mine = years[years["policy"].eq("one")].set_index("year")["whole"]
    assert mine.to_dict() == {2018: True, 2019: True, 2020: True, 2021: False}


def test_wealth_before_interest_leaves_it_out():
    daily = pd.DataFrame({"wealth": [100.0, 105.0], "interest": [0.0, 2.0]}, index=pd.RangeIndex(2))
    assert wealth_of({"a": daily})["a"].tolist() == [100.0, 105.0]
    assert wealth_of({"a": daily}, interest=False)["a"].tolist() == [100.0, 103.0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: x.iloc[:1], "two days and a policy"),
        (lambda x: x.iloc[:, :0], "two days and a policy"),
        (lambda x: x.iloc[::-1], "ascending days"),
        (lambda x: x.reset_index(drop=True), "ascending days"),
        (lambda x: x.assign(one=np.nan), "finite on every day"),
    ],
)
@pytest.mark.parametrize("of", [drawdown_of, monthly_returns, calendar_years, worst_month])
def test_frames_that_are_no_wealth_are_refused(of, change, message):
    with pytest.raises(DataError, match=message):
        of(change(frame(30)))


# --- Episodes ---------------------------------------------------------------------------------


def test_an_episode_by_hand():
    wealth = steady([100.0, 90.0, 95.0, 80.0, 120.0], start="2020-03-02")
    levels = pd.DataFrame(
        {"spx": [3000, 2900, 2950, 2700, 2800], "vix": [20.0, 30.0, 28.0, 40.0, 35.0]},
        index=wealth.index,
    )
    shock = Episode(name="shock", start=dt.date(2020, 3, 2), end=dt.date(2020, 3, 5))
    late = Episode(name="late", start=dt.date(2020, 3, 4), end=dt.date(2021, 3, 5))
    (row,) = episode_table(wealth, levels, [late, Episode(), shock]).to_dict(orient="records")
    assert (row["episode"], row["days"], row["policy"]) == ("shock", 3, "one")
    assert row["spx"] == pytest.approx(-0.1)
    assert (row["vix_before"], row["vix_peak"]) == (20.0, 40.0)
    assert row["profit"] == pytest.approx(-20.0)
    assert row["return"] == pytest.approx(-0.2)
    assert row["drawdown"] == pytest.approx(-0.2)


def test_episodes_of_the_library_within_the_days_come_in_order():
    wealth = frame(400, start="2017-06-01")
    levels = pd.DataFrame({"spx": 1.0, "vix": 2.0}, index=wealth.index)
    found = episode_table(wealth, levels)
    assert found["episode"].drop_duplicates().tolist() == ["Volmageddon"]
    assert episode_table(wealth.iloc[:20], levels.iloc[:20]).empty
    assert {"Volmageddon", "Q4 2018"} <= {episode.name for episode in EPISODES}
    with pytest.raises(DataError, match="of the days of wealth"):
        episode_table(wealth, levels.iloc[1:])


# --- Round trips ------------------------------------------------------------------------------


def actions(*rows):
    names = ["position", "what", "action", "quantity", "price", "cost"]
    table = pd.DataFrame(rows, columns=names)
    days = pd.bdate_range("2020-01-01", periods=200)
    return table.assign(
        day=days[table["position"].astype(int)], reason=[f"why {i}" for i in range(len(table))]
    )


POLICY = Policy(layers=(HedgeLayer(), HedgeLayer(instrument="future", dte=30)))


def test_round_trips_by_hand():
    table = actions(
        (0, "layer 1", "opened", 4.0, 2.0, 10.0),
        (0, "condor", "opened", -10.0, 5.0, 30.0),
        (3, "layer 1", "resized", 2.0, 3.0, 5.0),
        (5, "layer 2", "opened", 1.0, 18.0, 7.0),
        (8, "layer 1", "rolled", -6.0, 1.0, 15.0),
        (8, "layer 1", "opened", 4.0, 2.5, 10.0),
        (9, "layer 2", "settled", -1.0, 21.0, 7.0),
        (31, "condor", "expiry", 10.0, 1.5, 0.0),
        (31, "condor", "opened", -7.0, 6.0, 20.0),
    )
    trips = round_trips(table, POLICY)
    assert trips["what"].tolist() == ["layer 1", "condor", "layer 2", "layer 1", "condor"]
    assert trips["action"].tolist() == ["rolled", "expiry", "settled", HELD, HELD]
    assert trips["quantity"].tolist() == [6.0, -10.0, 1.0, 4.0, -7.0]
    np.testing.assert_allclose(
        trips["profit"],
        [
            100 * (6 * 1.0 - 4 * 2.0 - 2 * 3.0) - 30,
            100 * 10 * (5.0 - 1.5) - 30,
            1000 * 3.0 - 14,
            np.nan,
            np.nan,
        ],
    )
    assert trips["costs"].tolist() == [30.0, 30.0, 14.0, 10.0, 20.0]
    np.testing.assert_array_equal(trips["days"], [8, 31, 4, np.nan, np.nan])
    assert trips["entry_reason"].tolist()[:2] == ["why 0", "why 1"]
    assert trips["exit_reason"].tolist() == ["why 4", "why 7", "why 6", "", ""]
    assert trips["exit"].isna().tolist() == [False, False, False, True, True]
    assert condors_sold(table) == 17.0


def test_no_trades_are_no_trips():
    assert round_trips(actions(), POLICY).empty
    assert condors_sold(actions()) == 0.0


def test_a_trip_that_does_not_begin_is_refused():
    with pytest.raises(DataError, match="a trip of condor must begin with an opening, got stop"):
        round_trips(actions((0, "condor", "stop", 5.0, 1.0, 0.0)), POLICY)


# --- Fit of the states ------------------------------------------------------------------------


def made_history(vix, vix3m=None):
    n = len(vix)
    days = pd.bdate_range("2019-01-02", periods=n, name="date")
    data = {"spx_close": 2500.0 + np.arange(n), "vix_close": vix}
    if vix3m is not None:
        data["vix3m_close"] = vix3m
    return pd.DataFrame(data, index=days)


def test_levels_within_reach_are_shown_to_the_point():
    model = ModelParameters.default()
    paths = historical_paths(made_history([15.0, 20.0, 30.0], [17.0, np.nan, 27.0]), model)
    fit = state_fit(paths, model)
    assert fit.groupby("index").size().to_dict() == {"VIX": 3, "VIX3M": 2}
    assert fit["gap"].abs().max() < 1e-6
    summary = fit_summary(fit).set_index("index")
    assert summary["close"].tolist() == [1.0, 1.0]
    assert summary.loc["VIX3M", "days"] == 2


def test_a_level_no_state_shows_is_a_gap_with_its_day():
    model = ModelParameters.default()
    paths = historical_paths(made_history([15.0, 5.0, 15.0, 15.0]), model)
    fit = state_fit(paths, model)
    lowest = float(vix_index(model, _at_zero(paths)))
    row = fit_summary(fit).set_index("index").loc["VIX"]
    assert row["close"] == pytest.approx(0.75)
    assert row["date"] == fit["date"].iloc[1]
    assert 0.0 < lowest - 5.0 <= row["largest"] + 1e-9
    assert row["largest"] > CLOSE


def _at_zero(paths):
    from alvh.model import MarketState

    return MarketState(spot=float(paths.spot[0, 0]), variance=0.0, mean_variance=0.0)


def test_simulated_paths_have_no_fit_and_no_span():
    flat = np.full((1, 5), 0.04)
    paths = MarketPaths(np.full((1, 5), 5000.0), flat, flat)
    with pytest.raises(DataError, match="single path of history"):
        state_fit(paths, ModelParameters.default())
    with pytest.raises(DataError, match="single path with dates"):
        span_of(paths)


# --- Smoothness -------------------------------------------------------------------------------


def by_hand(returns, excess, days):
    """Measures along drawn days in plain numpy."""
    level = np.cumprod(1.0 + returns[days])
    peak = np.maximum.accumulate(np.r_[1.0, level])[1:]
    fall = 1.0 - level / peak
    x = excess[days]
    below = np.sqrt(np.mean(np.minimum(x, 0.0) ** 2))
    n_months = max(len(days) // MONTH, 1)
    ends = np.r_[1.0, level[MONTH - 1 :: MONTH][:n_months]]
    months = np.sort(ends[1:] / ends[:-1] - 1.0)
    worst = max(int(np.ceil(0.05 * n_months - 1e-9)), 1)
    return [
        np.expm1(252 * x.mean()),
        fall.max(),
        np.sqrt(np.mean(fall**2)),
        x.mean() / below * np.sqrt(252),
        months[:worst].mean(),
    ]


def test_measures_on_the_history_and_on_drawn_ones_are_those_of_numpy():
    wealth, account = frame(seed=2), frame(seed=3)
    found = smoothness(wealth, account, 0.02, block=30, replications=100, seed=5)
    returns = wealth.pct_change().to_numpy()[1:]
    excess = np.log1p(account.pct_change().to_numpy()[1:]) - 0.02 / 252
    days = drawn_days(len(returns), 30, 100, 5)
    for p in range(2):
        whole = by_hand(returns[:, p], excess[:, p], np.arange(len(returns)))
        np.testing.assert_allclose(found.estimate[p], whole, rtol=1e-9)
        for row in (0, 57):
            np.testing.assert_allclose(
                found.draws[row, p], by_hand(returns[:, p], excess[:, p], days[row]), rtol=1e-9
            )
    assert found.estimate[0, 1] == pytest.approx(-drawdown_of(wealth)["one"].min())


def test_the_same_policy_twice_differs_by_nothing():
    wealth = frame()
    wealth["two"] = wealth["one"]
    found = smoothness(wealth, wealth, 0.03, replications=100)
    for metric in METRICS:
        gap = found.difference("two", "one", metric.key)
        assert (gap.estimate, gap.low, gap.high) == (0.0, 0.0, 0.0)
        assert found.p_value("two", "one", metric.key) == 1.0


def test_half_the_risk_is_smoother_beyond_doubt():
    wealth = frame(1500)
    half = 0.5 * wealth["one"].pct_change().fillna(0.0)
    wealth["two"] = 5e5 * np.cumprod(1.0 + half)
    found = smoothness(wealth, wealth, 0.0, replications=200)
    for metric in ("ulcer", "depth"):
        gap = found.difference("two", "one", metric)
        assert gap.low <= gap.estimate <= gap.high < 0.0
        assert found.p_value("two", "one", metric) < 0.05


def test_equal_laws_are_told_apart_about_as_often_as_said():
    """Two independent policies of one law: the 95 % interval holds zero in most histories."""
    apart = 0
    for seed in range(60):
        wealth = frame(500, seed=100 + seed)
        found = smoothness(wealth, wealth, 0.0, block=21, replications=200, seed=seed)
        gap = found.difference("two", "one", "growth")
        apart += not gap.low <= 0.0 <= gap.high
    assert 0 <= apart <= 9  # 3 expected; 10 or more has a probability of 0.1 %


def test_tables_name_every_measure_and_every_other_policy():
    found = smoothness(frame(), frame(), 0.0, replications=100)
    table, gaps = found.table(), found.differences("one")
    assert len(table) == 2 * len(METRICS)
    assert gaps["policy"].unique().tolist() == ["two"]
    assert (table["low"] <= table["estimate"]).all()
    assert (table["estimate"] <= table["high"]).all()
    for name, metric in (("three", "ulcer"), ("one", "luck")):
        with pytest.raises(ParameterError, match="must be one of"):
            found.of(name, metric)


def test_a_lost_account_is_unknown_and_spoils_no_other():
    wealth = frame()
    whole = smoothness(wealth, wealth, 0.0, block=21, replications=100)
    wealth["two"] = np.linspace(5e5, -1.0, len(wealth))
    found = smoothness(wealth, wealth, 0.0, block=21, replications=100)
    assert np.isnan(found.of("two", "ulcer").estimate)
    assert np.isnan(found.of("two", "depth").low)
    assert found.of("one", "ulcer") == whole.of("one", "ulcer")
    assert np.isnan(found.p_value("two", "one", "ulcer"))


def test_frames_of_other_days_are_refused():
    wealth = frame()
    with pytest.raises(DataError, match="same days and policies"):
        smoothness(wealth, wealth.iloc[1:], 0.0)


def test_blocks_are_a_month_at_least_and_draws_repeat():
    wealth = frame()
    slow = wealth.copy()  # quiet and loud years in turn
    size = np.where(np.arange(len(slow)) % 300 < 150, 0.002, 0.02)
    rng = np.random.default_rng(3)
    for name in slow:
        slow[name] = 5e5 * np.cumprod(1.0 + size * rng.normal(0.0, 1.0, len(slow)))
    found = smoothness(slow, slow, 0.0, replications=100).block
    assert found > MONTH
    assert found in [int(np.ceil(MONTH * 2.0 ** (k / 4.0) - 1e-9)) for k in range(20)]
    assert smoothness(wealth, wealth, 0.0, replications=100).block >= MONTH
    assert smoothness(wealth.iloc[:40], wealth.iloc[:40], 0.0, replications=100).block == 9
    assert drawn_days(50, 5, 100, 1) is drawn_days(50, 5, 100, 1)


@given(n=st.integers(2, 80), block=st.integers(1, 40))
def test_drawn_days_are_days_in_runs(n, block):
    days = drawn_days(n, block, 100, 1).astype(int)
    assert days.shape == (100, n)
    assert days.min() >= 0
    assert days.max() < n
    follows = (days[:, 1:] == (days[:, :-1] + 1) % n).mean() if n > 10 else 1.0
    assert follows >= 1.0 - 1.0 / block - 0.15


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((1, 5), "65,535 days"), ((70_000, 5), "65,535 days"), ((50, 0), ">= 1 day"),
     ((50, 5, 10), ">= 100")],
)  # fmt: skip
def test_draws_out_of_range_are_refused(arguments, message):
    with pytest.raises(ParameterError, match=message):
        drawn_days(*arguments)
