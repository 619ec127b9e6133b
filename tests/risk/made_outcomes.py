"""Outcomes made from arrays, for answers that are known."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from alvh.strategy import Outcomes, Policy
from alvh.strategy.engine import COUNTS

CAPITAL = 100_000.0


def made(profit, *, wealth=None, parts=None, trades=None, ruined=None, block=1, rate=0.0, names=()):
    """Outcomes of which only what is given matters; profits (n_policies, n_paths) end the paths."""
    profit = np.atleast_2d(np.asarray(profit, dtype=float))
    n_policies, n_paths = profit.shape
    if wealth is None:
        wealth = np.full((n_policies, n_paths, 3), CAPITAL)
        wealth[..., -1] += profit
    if parts is None:
        parts = np.zeros((n_policies, n_paths, 6))
        parts[..., 0] = wealth[..., -1] - CAPITAL
    if trades is None:
        trades = np.zeros((n_policies, n_paths, 4))
        trades[..., 0] = 1.0
        trades[..., 1] = profit > 0.0
        trades[..., 2] = profit
    counts = np.zeros((n_policies, n_paths, len(COUNTS)), np.int32)
    if ruined is not None:
        counts[..., COUNTS.index("margin")] = ruined
    names = names or [f"policy {p}" for p in range(n_policies)]
    policies = tuple(Policy(name=name) for name in names)
    return Outcomes(policies, CAPITAL, rate, wealth, parts, trades, counts, block, ())


def random_outcomes(n_policies=3, n_paths=400, n_days=60, seed=1, block=1, rate=0.03, names=()):
    """Outcomes of random walks whose parts sum to the change of wealth."""
    rng = np.random.default_rng(seed)
    market = rng.standard_t(5, (n_paths, n_days))
    wealth = np.full((n_policies, n_paths, n_days + 1), CAPITAL)
    for p in range(n_policies):
        steps = 300.0 * (market / (1.0 + 0.3 * p) + 0.2 * rng.normal(size=market.shape) + 0.02)
        wealth[p, :, 1:] += np.cumsum(steps, axis=1)
    change = wealth[..., -1] - CAPITAL
    parts = rng.normal(scale=500.0, size=(n_policies, n_paths, 10))
    parts[..., 2] = -np.abs(parts[..., 2])
    parts[..., 1] = 0.0
    parts[..., 1] = change - parts.sum(axis=2)
    trades = np.zeros((n_policies, n_paths, 4))
    trades[..., 0] = rng.integers(4, 12, (n_policies, n_paths))
    trades[..., 1] = rng.binomial(trades[..., 0].astype(int), 0.7)
    trades[..., 2] = change
    return made(
        change, wealth=wealth, parts=parts, trades=trades, block=block, rate=rate, names=names
    )


def profits(n_policies=1, least=2, most=60):
    """Profits of any sign, ties included."""
    return arrays.arrays(
        np.float64,
        st.tuples(st.just(n_policies), st.integers(least, most)),
        elements=st.floats(-50_000, 50_000, width=32),
    )
