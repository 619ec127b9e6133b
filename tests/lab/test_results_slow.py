"""Figures of the Outcomes page by plain Python and exact prices, on a few futures."""

from __future__ import annotations

import numpy as np
import pytest

from alvh.lab import Results, Study
from alvh.pricing import PricingTables
from alvh.simulation import simulate_paths
from alvh.strategy import CondorRule, HedgeLayer, Policy, run_policies
from tests.lab.slow_days import slow_days
from tests.strategy.slow_engine import Market

SHORT = CondorRule(dte=14)
STUDY = Study(
    policies=(
        Policy.preset("static_stop").model_copy(update={"condor": SHORT}),
        Policy(name="one layer", condor=SHORT, layers=(HedgeLayer(dte=14, quantity=4),)),
    )
)
CAPITAL, N_PATHS, N_DAYS = float(STUDY.capital), 6, 21


def test_means_of_the_table_are_those_of_the_slow_engine():
    """Mean profit, mean of the worst drawdown, and the paired difference of the two policies."""
    model, policies = STUDY.model, STUDY.policies
    paths = simulate_paths(model, STUDY.premia, STUDY.state, N_PATHS, N_DAYS, STUDY.seed)
    results = Results(run_policies(paths, PricingTables.build(model), policies, CAPITAL))
    markets = [Market(model, paths, i) for i in range(N_PATHS)]
    years = N_DAYS / 252
    profit, fall = [], []
    for policy in policies:
        books = [slow_days(policy, market, CAPITAL) for market in markets]
        wealth = np.array([book.wealth for book in books])
        profit.append(wealth[:, -1] * np.exp(-model.rate * years) - CAPITAL)
        best = np.maximum.accumulate(np.column_stack([np.full(N_PATHS, CAPITAL), wealth]), axis=1)
        fall.append((best[:, 1:] - wealth).max(axis=1))
    allowed = 2 * 10 * 4 * 100 * 0.02  # ten condors of four legs by the tables, opened and marked
    table = results.table.set_index(["policy", "metric"])["estimate"]
    for policy, gained, fallen in zip(policies, profit, fall, strict=True):
        assert table[policy.name, "mean"] == pytest.approx(gained.mean(), abs=allowed)
        assert table[policy.name, "drawdown"] == pytest.approx(fallen.mean(), abs=allowed)
    (row,) = results.differences.query("metric == 'mean'").to_dict(orient="records")
    assert row["estimate"] == pytest.approx((profit[1] - profit[0]).mean(), abs=allowed)
    assert abs(row["estimate"]) > allowed
