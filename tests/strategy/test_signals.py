"""Signals inside the engine: what policies see on simulated paths and on real days."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from alvh.market.fred import MacroHistory
from alvh.model import MarketState, RiskPremia
from alvh.pricing import vvix
from alvh.pricing.grid import cubic_surface, state_weights
from alvh.signals import Signals, signal_panel
from alvh.simulation import MarketPaths, historical_paths, simulate_paths
from alvh.strategy import VOTERS, CondorRule, Policy, RegimeRule, Vote, _kernel, run_policies
from alvh.strategy._strikes import vvix_map, vvix_scale
from alvh.strategy.engine import TRAIL
from tests.strategy.market import CALM, MODEL, STRESS, tables
from tests.strategy.slow_engine import Market

QUICK = Signals(
    macd_fast=5,
    macd_slow=15,
    macd_average=4,
    rsi_days=6,
    breadth_days=10,
    breadth_window=21,
    percentile_days=40,
    long_days=50,
    score_days=10,
)
EVERY = RegimeRule(
    votes=tuple(Vote.of(name) for name in VOTERS), parameters=QUICK, watch_votes=6, stress_votes=8
)
POLICY = Policy(condor=CondorRule(dte=14), regime=EVERY)


@lru_cache(maxsize=2)
def simulated() -> MarketPaths:
    return simulate_paths(MODEL, RiskPremia.none(), STRESS, 4, 120, seed=3)


@lru_cache(maxsize=1)
def outcomes():
    return run_policies(simulated(), tables(), [POLICY], 1e6, recorded=4)


@pytest.mark.parametrize("name", VOTERS)
def test_the_kernel_sees_what_whole_series_say(name):
    """One day at a time inside the engine, and by the functions for series, on the same path."""
    for i in range(4):
        seen = outcomes().seen[i, [key[0] for key in outcomes().signals].index(name)]
        exact = Market(MODEL, simulated(), i).signals(QUICK)[name]
        # VVIX is interpolated to 0.05 points and futures to 0.004
        slack = {"macd_histogram": 2e-3, "contango": 5e-4}.get(name, 1e-9)
        np.testing.assert_allclose(seen, exact, rtol=1e-9, atol=slack)
        assert np.isfinite(seen).any()


def test_interpolated_vvix_is_good_to_a_twentieth_of_a_point():
    grid = tables().grid
    scaled = vvix_map(MODEL, grid)
    paths = simulate_paths(MODEL, RiskPremia.default(), CALM, 40, 252, seed=2)
    v, m = paths.variance[:, ::9].ravel(), paths.mean_variance[:, ::9].ravel()
    exact = vvix(MODEL, MarketState(spot=1.0, variance=v, mean_variance=m))
    found = [
        cubic_surface(scaled[None], 0, *state_weights(grid.axes, *scaled.shape, a, b))
        * vvix_scale(grid, a, b)
        for a, b in zip(v, m, strict=True)
    ]
    np.testing.assert_allclose(found, exact, atol=0.05)


def test_the_future_of_a_path_changes_no_past_signal_or_action():
    """Paths that agree up to a day agree in all that was seen and done by then."""
    whole, day = simulated(), 70
    names = ("spot", "variance", "mean_variance")
    arrays = []
    for name in names:
        array = np.array(getattr(whole, name))
        array[:, day + 1 :] = array[:, day : day + 1]
        arrays.append(array)
    changed = MarketPaths(*arrays, seed=whole.seed)
    found = run_policies(changed, tables(), [POLICY], 1e6, recorded=4)
    np.testing.assert_array_equal(found.seen[..., : day + 1], outcomes().seen[..., : day + 1])
    np.testing.assert_array_equal(found.trail[:, :, : day + 1], outcomes().trail[:, :, : day + 1])
    for one, other in zip(found.events[0], outcomes().events[0], strict=True):
        np.testing.assert_array_equal(one[one[:, 0] <= day], other[other[:, 0] <= day])


def test_parts_of_the_trail_make_up_wealth():
    run = outcomes()
    parts = run.trail[..., TRAIL.index("condor") :].sum(axis=-1)
    np.testing.assert_allclose(1e6 + parts, run.wealth[:, :4], rtol=1e-12)


def history(n=300, seed=1):
    """Days with everything a signal may want, and gaps."""
    rng = np.random.default_rng(seed)
    days = pd.bdate_range("2015-01-05", periods=n, name="date")
    vix = 16.0 * np.exp(np.cumsum(0.05 * rng.standard_normal(n)) * 0.3)
    frame = pd.DataFrame(
        {
            "spx_close": 2000.0 * np.exp(np.cumsum(0.008 * rng.standard_normal(n))),
            "vix_close": vix,
            "vix3m_close": vix * 1.08,
            "vvix_close": 90.0 + rng.standard_normal(n),
            "vx1_close": vix * 1.03,
            "skew_close": 125.0 + rng.standard_normal(n),
            "advances": 1500.0 + 300.0 * rng.standard_normal(n),
            "declines": 1500.0,
        },
        index=days,
    )
    frame.loc[days[100:103], "vvix_close"] = np.nan
    frame.loc[: days[60], "vix3m_close"] = np.nan
    months = pd.date_range("2004-01-01", periods=150, freq="MS", name="month")
    prices = pd.DataFrame(
        {
            name: 100.0 * np.exp(np.cumsum(0.002 + 0.003 * rng.standard_normal(150)))
            for name in ("cpi", "ppi", "reer")
        },
        index=months,
    )
    return frame, MacroHistory(prices, "made", pd.Timestamp("2016-06-01", tz="UTC"))


def test_real_days_are_seen_as_the_panel_has_them():
    frame, macro = history()
    run = run_policies(
        historical_paths(frame, MODEL, macro=macro), tables(), [POLICY], 1e6, recorded=1
    )
    values, _ = signal_panel(frame, QUICK, macro=macro)
    assert [name for name, _ in run.signals] == list(VOTERS)
    for (name, parameters), row in zip(run.signals, run.seen[0], strict=True):
        assert parameters == QUICK
        np.testing.assert_array_equal(row, values[name].to_numpy(), err_msg=name)
    assert np.isnan(run.seen[0, list(VOTERS).index("macd_histogram"), 100:103]).all()
    assert np.isnan(run.seen[0, list(VOTERS).index("vix_curve"), :61]).all()


def test_an_unavailable_signal_casts_no_vote():
    frame, _ = history()
    bare = frame[["spx_close", "vix_close"]]
    for side in ("above", "below"):
        levels = {"above": (-0.4, -0.4), "below": (0.9, 0.9)}[side]
        vote = Vote(signal="vix_curve", watch=levels[0], stress=levels[1], side=side)
        policy = Policy(condor=CondorRule(dte=14), regime=RegimeRule(votes=(vote,), hold_days=1))
        regimes = [
            run_policies(historical_paths(x, MODEL), tables(), [policy], 1e6, recorded=1).trail[
                0, 0, :, 0
            ]
            for x in (bare, frame)
        ]
        assert (regimes[0] == 0).all()
        assert (regimes[1][61:] == 2).all()


def test_a_signal_is_computed_once_for_all_policies():
    other = POLICY.model_copy(update={"name": "other", "condor": CondorRule(dte=21)})
    slow = POLICY.model_copy(
        update={"regime": EVERY.model_copy(update={"parameters": Signals(rsi_days=9)})}
    )
    run = run_policies(simulated(), tables(), [POLICY, other, slow], 1e6, recorded=1)
    assert len(run.signals) == 2 * len(VOTERS)


def test_one_engine_serves_futures_and_real_days_with_and_without_factors():
    # numba compiles an engine for each layout of its arguments, half a minute each
    frame, _ = history()
    runs = [
        (simulate_paths(MODEL, RiskPremia.none(), CALM, 4, 60, 1), Policy.preset("alvh")),
        (simulate_paths(MODEL, RiskPremia.none(), CALM, 4, 60, 1), Policy.preset("unhedged")),
        (historical_paths(frame, MODEL), Policy.preset("alvh")),
        (historical_paths(frame, MODEL), Policy.preset("unhedged")),
    ]
    before = None
    for paths, policy in runs:
        run_policies(paths, tables(), [policy], 5e5)
        compiled = len(_kernel.run.signatures)
        assert before is None or compiled == before
        before = compiled
