"""Episodes drawn as paths: their facts, where they start, and what the model cannot show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.errors import ParameterError
from alvh.model import MarketState, ModelParameters
from alvh.pricing import implied_state, tables, vix_index
from alvh.simulation import BIG_TOP, EPISODES, Episode, stress, stress_levels, stress_paths

SHARED = Path(__file__).parents[2].parent / "shared/data"
MODEL = ModelParameters.default()
TODAY = implied_state(MODEL, 5000.0, 16.0, 18.0)
REAL = [e for e in EPISODES if e.start is not None]
BY_NAME = {e.name: e for e in EPISODES}
INSIDE = [e for e in REAL if e.start.year >= 1999 and e.end.year <= 2021]


def facts(episode, state=TODAY):
    """What a path through an episode shows, in the units of the table."""
    days = stress_levels(MODEL, state, episode)
    spot, vix = days["spot"].to_numpy(), days["vix"].to_numpy()
    falls = -100.0 * np.diff(spot) / spot[:-1]
    return {
        "days": int(np.argmin(spot)),
        "depth": 100.0 * (1.0 - spot.min() / spot[0]),
        "worst_day": falls.max(),
        "worst_on": int(np.argmax(falls)) + 1,
        "vix_peak": vix.max(),
        "peak_on": int(np.argmax(vix)),
        "vix_at_low": vix[episode.days],
        "curve": (vix / days["vix3m"]).max(),
        "regained": 100.0 * (spot[-1] - spot.min()) / (spot[0] - spot.min()),
    }


def test_library_is_the_fifteen_crashes_and_the_scenario():
    assert len(REAL) == 15
    assert EPISODES[-1] is BIG_TOP
    assert len({e.name for e in EPISODES}) == 16
    assert all(e.source for e in EPISODES)


@pytest.mark.parametrize("episode", REAL, ids=lambda e: e.name)
def test_path_has_the_facts_of_its_episode(episode):
    found = facts(episode)
    assert found["days"] == episode.days
    assert found["depth"] == pytest.approx(episode.depth, abs=1e-9)
    assert found["worst_day"] == pytest.approx(episode.worst_day, abs=1e-9)
    assert found["worst_on"] == episode.worst_on
    assert found["vix_peak"] == pytest.approx(episode.vix_peak, abs=1e-9)
    assert found["peak_on"] == episode.peak_on
    assert found["vix_at_low"] == pytest.approx(episode.vix_at_low, abs=1e-9)
    assert found["regained"] == pytest.approx(episode.recovery, abs=1e-9)
    if episode.curve_peak is not None:
        assert found["curve"] == pytest.approx(episode.curve_peak, abs=1e-9)


def test_paths_start_today_and_are_states():
    paths = stress_paths(MODEL, TODAY)
    assert paths.spot.shape == (16, max(e.n_days for e in EPISODES) + 1)
    for name in ("spot", "variance", "mean_variance"):
        array = getattr(paths, name)
        assert (array[:, 0] == getattr(TODAY, name)).all()
        assert np.isfinite(array).all()
        assert (array >= 0.0).all()
    assert (paths.spot > 0.0).all()
    # flat after the recovery, and VIX on its way back to today's
    shanghai = [e.name for e in EPISODES].index("Shanghai shock")
    assert np.ptp(paths.spot[shanghai, 26:]) == pytest.approx(0.0, abs=1e-9)
    end = MarketState(
        spot=paths.spot[shanghai, -1],
        variance=paths.variance[shanghai, -1],
        mean_variance=paths.mean_variance[shanghai, -1],
    )
    assert vix_index(MODEL, end) == pytest.approx(16.0, abs=1e-6)


def test_today_is_kept_even_where_no_table_reaches():
    state = MarketState(spot=5000.0, variance=2.5, mean_variance=0.0123)
    paths = stress_paths(MODEL, state, BIG_TOP)
    assert (paths.variance[0, 0], paths.mean_variance[0, 0]) == (2.5, 0.0123)
    assert paths.variance[0, 1] == stress._EDGE[0]


def test_a_curve_that_is_more_inverted_today_stays_so():
    state = implied_state(MODEL, 5000.0, 30.0, 27.5)
    days = stress_levels(MODEL, state, BY_NAME["2022 bear market"])
    assert (days["vix"] / days["vix3m"]).to_numpy() == pytest.approx(30.0 / 27.5)


def test_one_episode_is_the_row_of_many_and_a_horizon_cuts_or_pads():
    many = stress_paths(MODEL, TODAY, EPISODES, n_days=40)
    for row, episode in enumerate(EPISODES):
        own = stress_paths(MODEL, TODAY, episode, n_days=40)
        for name in ("spot", "variance", "mean_variance"):
            np.testing.assert_array_equal(getattr(own, name)[0], getattr(many, name)[row])
    cut = stress_levels(MODEL, TODAY, BY_NAME["Covid"], n_days=10)
    whole = stress_levels(MODEL, TODAY, BY_NAME["Covid"])
    pd.testing.assert_frame_equal(cut, whole.iloc[:11])


@pytest.mark.parametrize("episode", EPISODES, ids=lambda e: e.name)
def test_levels_shown_are_those_asked_for_or_the_nearest(episode):
    days = stress_levels(MODEL, TODAY, episode)
    near = days["vix"] - days["vix_shown"]
    far = days["vix3m"] - days["vix3m_shown"]
    if episode.name == "Black Monday":  # beyond the edge of the tables
        assert near.max() == pytest.approx(10.3, abs=0.1)
        assert stress_paths(MODEL, TODAY, episode).variance.max() == stress._EDGE[0]
        return
    # a curve inverted by more is beyond the model at these levels: both levels give way
    reachable = days["vix"] / days["vix3m"] <= 1.16
    assert near[reachable].abs().max() < 1e-9
    assert far[reachable].abs().max() < 1e-9
    assert near.abs().max() < 1.6  # VIX points
    assert far.abs().max() < 3.2
    shown = (days["vix_shown"] / days["vix3m_shown"]).max()
    assert shown >= min(episode.curve_peak or 0.0, 1.2) - 1e-9


def test_edge_is_that_of_the_tables():
    assert (tables._V_AXIS[1], tables._M_AXIS[1]) == stress._EDGE


def test_the_scenario_is_twenty_points_from_any_start():
    for vix in (12.0, 16.0, 25.0):
        state = implied_state(MODEL, 6000.0, vix, 1.1 * vix)
        found = facts(BIG_TOP, state)
        assert found["depth"] == pytest.approx(7.0, abs=1e-9)
        assert found["vix_peak"] == pytest.approx(vix + 20.0, abs=1e-9)
        assert found["curve"] == pytest.approx(1.10, abs=1e-9)


def test_scales_of_the_rise():
    covid = BY_NAME["Covid"]
    assert covid.vix_levels(16.0) == (82.7, 61.6)
    assert covid.vix_levels(90.0) == (90.0, 90.0)  # not below today's
    relative = covid.model_copy(update={"vix_rise": "ratio"})
    assert relative.vix_levels(28.8) == pytest.approx((165.4, 123.2))
    points = covid.model_copy(update={"vix_rise": "points"})
    assert points.vix_levels(20.0) == pytest.approx((88.3, 67.2))


def test_a_market_beyond_the_peak_stays_where_it_is():
    state = implied_state(MODEL, 5000.0, 60.0, 54.0)
    days = stress_levels(MODEL, state, BY_NAME["Shanghai shock"])
    assert days["vix"].to_numpy() == pytest.approx(60.0)
    assert days["vix3m"].to_numpy() == pytest.approx(54.0)
    assert days["spot"].min() == pytest.approx(5000.0 * 0.948)


def test_without_a_known_curve_the_model_says_what_it_is():
    episode = BY_NAME["Lehman quarter"]
    there = implied_state(MODEL, 1.0, episode.vix_peak)
    shown = stress_paths(MODEL, TODAY, episode)
    assert shown.mean_variance[0, episode.peak_on] == pytest.approx(there.mean_variance)
    assert shown.variance[0, episode.peak_on] == pytest.approx(there.variance)


@st.composite
def shocks(draw):
    days = draw(st.integers(1, 60))
    depth = draw(st.floats(1.0, 80.0))
    even = 100.0 * -np.expm1(np.log1p(-depth / 100.0) / days)
    worst = draw(st.none() | st.floats(0.0, 1.0).map(lambda x: even + x * (depth - even)))
    peak = draw(st.floats(20.0, 120.0))
    return Episode(
        days=days,
        depth=depth,
        worst_day=depth if days == 1 and worst is not None else worst,
        worst_at=draw(st.none() | st.integers(1, days)),
        vix_peak=peak,
        peak_at=draw(st.none() | st.integers(1, days)),
        vix_at_low=draw(st.none() | st.floats(16.0, peak)),
        curve_peak=draw(st.none() | st.floats(0.8, 1.5)),
        recovery_days=draw(st.integers(0, 60)),
        recovery=draw(st.floats(0.0, 120.0)),
    )


@given(episode=shocks(), vix=st.floats(10.0, 80.0))
def test_any_shock_is_drawn_as_asked(episode, vix):
    state = implied_state(MODEL, 4000.0, vix, vix)
    days = stress_levels(MODEL, state, episode)
    spot = days["spot"].to_numpy()
    assert spot[episode.days] == pytest.approx(4000.0 * (1.0 - episode.depth / 100.0))
    assert (np.diff(spot[: episode.days + 1]) < 1e-9).all()
    if episode.worst_day is not None:
        falls = -100.0 * np.diff(spot) / spot[:-1]
        assert falls[episode.worst_on - 1] == pytest.approx(episode.worst_day, abs=1e-8)
        assert falls.max() == pytest.approx(episode.worst_day, abs=1e-8)
    now = vix_index(MODEL, state)  # not always what was asked for: curves can be out of reach
    assert days["vix"].max() == pytest.approx(max(episode.vix_peak, now))
    assert days["vix"].min() >= now - 1e-9
    assert np.isfinite(days.to_numpy()).all()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"days": 10, "depth": 15.0, "worst_day": 1.0}, "worst_day must be from the even pace"),
        ({"worst_day": 16.0}, "to the depth, 15 %, got 16"),
        ({"worst_at": 11}, "worst_at must be at most days, 10, got 11"),
        ({"peak_at": 11}, "peak_at must be at most days, 10, got 11"),
        ({"vix_peak": 12.0}, "vix_peak must be at least vix_before, 16, got 12"),
        ({"vix_at_low": 50.0}, "vix_at_low must be at most vix_peak, 45, got 50"),
        ({"depth": 95.0}, "less than or equal to 90"),
    ],
)
def test_impossible_episodes_are_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        Episode(**changes)


def test_arguments_are_checked():
    with pytest.raises(ParameterError, match="episodes must be at least one"):
        stress_paths(MODEL, TODAY, ())
    with pytest.raises(ParameterError, match="n_days must be from 1 to 7,560, got 0"):
        stress_paths(MODEL, TODAY, n_days=0)
    many = MarketState(spot=np.array([1.0, 2.0]), variance=0.02, mean_variance=0.02)
    with pytest.raises(ParameterError, match="state must be a single state"):
        stress_paths(MODEL, many)


# --- Against the real closes -----------------------------------------------------------------


def shared(name):
    file = SHARED / name
    if not file.exists():
        pytest.skip(f"expected: {file} is not beside the repository")
    return file


def closes():
    return pd.read_csv(shared("market_history.csv"), parse_dates=["date"]).set_index("date")


@pytest.mark.parametrize("episode", REAL, ids=lambda e: e.name)
def test_facts_are_those_of_the_table(episode):
    rows = [
        [cell.strip() for cell in line.strip("|\n").split("|")]
        for line in shared("README.md").read_text().splitlines()
        if line.startswith(f"| {episode.name}")
    ]
    assert len(rows) == 1
    _, dates, days, depth, worst, vix, _, curve = rows[0]
    assert dates == f"{episode.start}, {episode.end}"
    assert int(days) == episode.days
    assert -float(depth) == episode.depth
    assert -float(worst) == episode.worst_day
    before, peak = (side.replace("about", "").split("(")[0] for side in vix.split("->"))
    assert (float(before), float(peak)) == (episode.vix_before, episode.vix_peak)
    assert (float(curve) if curve else None) == episode.curve_peak


@pytest.mark.parametrize("episode", INSIDE, ids=lambda e: e.name)
def test_facts_are_those_of_the_closes(episode):
    history = closes()
    window = history.loc[str(episode.start) : str(episode.end)]
    spot, vix = window["spx_close"].to_numpy(), window["vix_close"].ffill().to_numpy()
    falls = -100.0 * np.diff(spot) / spot[:-1]
    assert len(window) - 1 == episode.days
    assert 100.0 * (1.0 - spot[-1] / spot[0]) == pytest.approx(episode.depth, abs=0.051)
    assert spot.argmin() == episode.days
    assert falls.max() == pytest.approx(episode.worst_day, abs=0.051)
    assert falls.argmax() + 1 == episode.worst_on
    assert vix[0] == pytest.approx(episode.vix_before, abs=0.051)
    assert vix.max() == pytest.approx(episode.vix_peak, abs=0.051)
    assert vix.argmax() == episode.peak_on
    assert vix[-1] == pytest.approx(episode.vix_at_low, abs=0.051)
    ratio = (window["vix_close"] / window["vix3m_close"]).max()
    if episode.curve_peak is None:
        assert np.isnan(ratio)
    else:
        assert ratio == pytest.approx(episode.curve_peak, abs=0.0051)
    after = history.loc[str(episode.end) :]
    regained = (after["spx_close"].iloc[21] - spot[-1]) / (spot[0] - spot[-1])
    assert 100.0 * regained == pytest.approx(episode.recovery, abs=0.051)
    middle = 0.5 * (vix[0] + vix[-1])
    assert int((after["vix_close"] <= middle).to_numpy().argmax()) == episode.vix_half_life


def test_how_far_paths_are_from_the_real_ones():
    """The figures of the module's first lines."""
    history = closes()
    index, volatility = [], []
    for episode in INSIDE:
        window = history.loc[str(episode.start) : str(episode.end)]
        spot, vix = window["spx_close"].to_numpy(), window["vix_close"].ffill().to_numpy()
        start = implied_state(MODEL, spot[0], vix[0])
        drawn = stress_levels(MODEL, start, episode, n_days=episode.days)
        gap = np.log(drawn["spot"].to_numpy() / spot)[1:]
        index.append(np.sqrt(np.mean(gap**2)) / np.log(spot[0] / spot[-1]))
        up = slice(1, episode.peak_on + 1)
        volatility.append(np.sqrt(np.mean(np.log(drawn["vix"].to_numpy() / vix)[up] ** 2)))
    assert np.mean(index) == pytest.approx(0.16, abs=0.005)
    assert np.mean(volatility) == pytest.approx(0.23, abs=0.005)
