"""How long 27 years of daily history take five policies, beside numpy on arrays of that size.

    python -m benchmarks.replay

Seconds and ratios, each the fastest of rounds in turn, in one process. The reference is what a
replay by returns alone would be: wealth compounded with ``numpy.cumprod``, its running maximum and
drawdown, for as many policies and days. The days are the offline sample again and again, forwards
and backwards, so that the benchmark needs no data of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import get_args

import numpy as np
import pandas as pd

from alvh.lab.replay import Replay, replay, replay_history
from alvh.market.sample import read_sample
from alvh.model import ModelParameters
from alvh.pricing import PricingTables
from alvh.risk.replay import calendar_years, drawdown_of, monthly_returns, wealth_of
from alvh.risk.replay_paths import span_of, state_fit
from alvh.risk.replay_smooth import smoothness
from alvh.risk.replay_trades import round_trips
from alvh.simulation import historical_paths
from alvh.strategy import Policy
from alvh.strategy.policy import Preset

YEARS = 27
CAPITAL = 500_000.0
ROUNDS = 7
GOAL = 1.0  # seconds, of the replay
MODEL = ModelParameters.default()
POLICIES = [Policy.preset(name) for name in get_args(Preset)]


def long_history() -> pd.DataFrame:
    """The sample forwards and backwards until there are 27 years of it, with a VIX3M."""
    frame = read_sample().frame
    n = YEARS * 252
    there_and_back = np.r_[: len(frame), len(frame) - 1 : 0 : -1]
    days = pd.bdate_range(end="2018-12-31", periods=n, name="date")
    many = frame.iloc[np.resize(there_and_back, n)].set_axis(days)
    smooth = many["vix_close"].ewm(span=40).mean()
    return many.assign(vix3m_close=0.4 * many["vix_close"] + 0.65 * smooth)


def tables_of(run: Replay) -> None:
    """What the page shows of a run."""
    names = [policy.name for policy in run.policies]
    wealth = wealth_of({name: run.daily(p) for p, name in enumerate(names)})
    drawdown_of(wealth)
    calendar_years(wealth)
    monthly_returns(wealth)
    smoothness(wealth, wealth, MODEL.rate)


def compounded(returns: np.ndarray) -> Callable[[], None]:
    """Wealth, its running maximum and its drawdown, in numpy."""

    def run() -> None:
        wealth = CAPITAL * np.cumprod(1.0 + returns, axis=1)
        wealth / np.maximum.accumulate(wealth, axis=1) - 1.0

    return run


def main() -> None:
    """Print seconds and ratios."""
    frame, tables = long_history(), PricingTables.build(MODEL)
    paths = historical_paths(frame, MODEL)
    run = replay(paths, tables, POLICIES, CAPITAL)
    returns = np.random.default_rng(1).normal(0.0, 0.01, (len(POLICIES), len(frame)))
    reference = "numpy cumprod, maximum, drawdown"
    works: dict[str, Callable[[], object]] = {
        reference: compounded(returns),
        "replay of a frame (states, signals, policies)": lambda: replay_history(
            frame, POLICIES, CAPITAL, model=MODEL, tables=tables
        ),
        "policies on known states and signals": lambda: replay(
            span_of(paths, policies=POLICIES), tables, POLICIES, CAPITAL
        ),
        "tables of the page, 1,000 drawn histories among them": lambda: tables_of(run),
        "round trips of ALVH": lambda: round_trips(run.actions(4), POLICIES[4]),
        "fit of the states": lambda: state_fit(paths, MODEL),
    }
    for work in works.values():
        work()  # compiles
    best = dict.fromkeys(works, np.inf)
    for _ in range(ROUNDS):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            best[name] = min(best[name], time.perf_counter() - start)
    print(f"{len(frame):,} days ({YEARS} years), {len(POLICIES)} policies")
    for name, seconds in best.items():
        print(f"  {name:54} {seconds:8.4f} s  {seconds / best[reference]:8.1f} x reference")
    whole = best["replay of a frame (states, signals, policies)"]
    print(f"goal: under {GOAL:g} s; reached {whole:.3f} s")


if __name__ == "__main__":
    main()
