"""The table of metrics, paired differences and the waterfall, on outcomes with known answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.errors import ParameterError
from alvh.risk import outcomes as risk
from alvh.risk.drawdown import drawdown_exceedance, drawdowns
from tests.risk.made_outcomes import CAPITAL, made, profits, random_outcomes

COLUMNS = ["policy", "metric", "title", "unit", "estimate", "low", "high"]


def row(table, metric, policy="policy 0"):
    return table[(table["metric"] == metric) & (table["policy"] == policy)].iloc[0]


def test_table_of_known_answers():
    profit = np.concatenate([np.full(900, 100.0), np.full(100, -500.0)])
    ruined = np.arange(1000) >= 980
    trades = np.tile([4.0, 3.0, 80.0, 0.0], (1, 1000, 1))
    trades[0, :500] = [0.0, 0.0, 0.0, 0.0]
    table = risk.outcome_table(made(profit, ruined=ruined, trades=trades))
    assert table.columns.tolist() == COLUMNS
    assert table["metric"].tolist() == list(risk.METRICS)
    expected = {
        "mean": 40.0,
        "median": 100.0,
        "sd": profit.std(ddof=1),
        "skew": -(0.8 / 0.3),
        "es95": -500.0,
        "p_loss": 0.1,
        "p_ruin": 0.02,
        "drawdown": 50.0,
        "drawdown95": 500.0,
        "under_water": 0.05,
        "worst_month": 40.0,
        "trade_profit": 20.0,
        "win_rate": 0.75,
    }
    for metric, value in expected.items():
        seen = row(table, metric)
        assert seen["estimate"] == pytest.approx(value), metric
        assert seen["low"] <= seen["estimate"] <= seen["high"]
    assert row(table, "p_ruin")["high"] == pytest.approx(0.0307, abs=2e-4)


def test_profit_is_discounted_and_drawdown_is_not():
    table = risk.outcome_table(made(np.zeros(50), rate=0.05))
    assert row(table, "mean")["estimate"] == pytest.approx(
        CAPITAL * np.expm1(-0.05 * 2 / 252), rel=1e-9
    )
    assert row(table, "p_loss")["estimate"] == 1.0
    assert row(table, "drawdown")["estimate"] == 0.0


def test_what_cannot_be_told_is_nan():
    table = risk.outcome_table(made(np.arange(20.0), trades=np.zeros((1, 20, 4))))
    for metric in ("trade_profit", "win_rate"):
        assert np.isnan(row(table, metric)[["estimate", "low", "high"]].astype(float)).all()
    assert np.isfinite(row(table, "es95")["estimate"])
    assert np.isnan(row(table, "es95")["low"])


def test_policies_of_one_name_stay_apart():
    table = risk.outcome_table(made(np.ones((3, 9)), names=["alvh", "alvh", "alvh"]))
    assert list(dict.fromkeys(table["policy"])) == ["alvh", "alvh (2)", "alvh (3)"]
    assert len(table) == 3 * len(risk.METRICS)


def test_a_higher_level_is_wider():
    given_ = random_outcomes()
    narrow, wide = (risk.outcome_table(given_, level) for level in (0.5, 0.99))
    known = narrow["low"].notna() & np.isfinite(wide["high"]) & np.isfinite(wide["low"])
    assert known.sum() > 30
    gap = (wide["high"] - wide["low"]) - (narrow["high"] - narrow["low"])
    assert (gap[known] >= 0.0).all()
    assert (gap[known] > 0.0).mean() > 0.9


@given(profits(n_policies=2))
def test_table_invariants(profit):
    table = risk.outcome_table(made(profit))
    for policy in ("policy 0", "policy 1"):
        at = {m: row(table, m, policy) for m in risk.METRICS}
        slack = 1e-6
        assert at["es99"]["estimate"] <= at["es95"]["estimate"] + slack
        assert at["es95"]["estimate"] <= at["mean"]["estimate"] + slack
        assert at["sd"]["estimate"] >= 0.0
        assert at["drawdown"]["estimate"] >= 0.0
        for metric in ("p_loss", "p_ruin", "under_water", "win_rate"):
            assert 0.0 <= at[metric]["estimate"] <= 1.0
    ends = table.dropna()
    assert (ends["low"] <= ends["estimate"]).all()
    assert (ends["estimate"] <= ends["high"]).all()


# --- Differences ----------------------------------------------------------------------------


def test_pairing_removes_the_market_in_common():
    rng = np.random.default_rng(2)
    market = rng.normal(0.0, 1000.0, 5000)
    profit = np.array([market, market + 50.0 + rng.normal(0.0, 100.0, 5000)])
    table = risk.paired_differences(made(profit))
    mean = row(table, "mean", "policy 1")
    assert mean["base"] == "policy 0"
    assert mean["low"] < 50.0 < mean["high"]
    assert mean["high"] - mean["low"] == pytest.approx(2 * 1.96 * 100 / np.sqrt(5000), rel=0.05)
    assert mean["variance_reduction"] == pytest.approx(2 * 1000**2 / 100**2, rel=0.1)
    separate = risk.outcome_table(made(profit))
    for metric in risk.PAIRED:
        gap = row(separate, metric, "policy 1")["estimate"] - row(separate, metric)["estimate"]
        assert row(table, metric, "policy 1")["estimate"] == pytest.approx(gap)


def test_paired_differences_cover():
    rng = np.random.default_rng(8)
    hits = {"mean": 0, "es95": 0, "sd": 0}
    truth = {"mean": 0.0, "es95": 2.0627 * 0.5, "sd": -0.5}
    repeats = 600
    for _ in range(repeats):
        x = rng.normal(size=1000)
        y = 0.5 * (0.8 * x + 0.6 * rng.normal(size=1000))
        table = risk.paired_differences(made(np.array([x, y])))
        for metric, value in truth.items():
            seen = row(table, metric, "policy 1")
            hits[metric] += seen["low"] <= value <= seen["high"]
    for metric, count in hits.items():
        assert 0.92 <= count / repeats <= 0.98, metric


def test_differences_turn_with_the_base_and_vanish_between_twins():
    given_ = random_outcomes(2)
    one, other = (risk.paired_differences(given_, base=b) for b in (0, 1))
    assert one["estimate"].to_numpy() == pytest.approx(-other["estimate"].to_numpy())
    assert one["low"].to_numpy() == pytest.approx(-other["high"].to_numpy())
    twins = risk.paired_differences(made(np.tile(np.arange(400.0), (2, 1))))
    assert (twins[["estimate", "low", "high"]] == 0.0).all(axis=None)
    assert np.isinf(twins["variance_reduction"]).all()
    with pytest.raises(ParameterError, match="base"):
        risk.paired_differences(given_, base=2)


# --- Drawdowns ------------------------------------------------------------------------------


def brute(path):
    depth = max(path[i] - path[j] for i in range(len(path)) for j in range(i, len(path)))
    days = [path[j] < path[:j].max() for j in range(1, len(path))]
    span = min(21, len(path) - 1)
    return depth, np.mean(days), min(path[j] - path[j - span] for j in range(span, len(path)))


@pytest.mark.parametrize("n_days", [1, 5, 21, 60])
def test_drawdowns_agree_with_their_definition(n_days):
    given_ = random_outcomes(2, 20, n_days, seed=n_days)
    seen = drawdowns(given_)
    for p in range(2):
        for i in range(20):
            found = (seen.depth[p, i], seen.under_water[p, i], seen.worst_month[p, i])
            assert found == pytest.approx(brute(given_.wealth[p, i]), abs=1e-9)
    assert (seen.depth >= -seen.worst_month - 1e-9).all()


def test_drawdown_needs_a_day():
    with pytest.raises(ParameterError, match="n_days"):
        drawdowns(made(np.zeros((1, 3)), wealth=np.full((1, 3, 1), CAPITAL)))


def test_exceedance_is_the_share_that_falls_so_deep():
    given_ = random_outcomes()
    seen = drawdowns(given_)
    table = drawdown_exceedance(given_, seen, n_points=30)
    assert table.columns.tolist() == ["policy", "drawdown", "probability", "low", "high"]
    for p in range(3):
        mine = table[table["policy"] == f"policy {p}"]
        assert len(mine) <= 30
        assert mine["probability"].iloc[0] == 1.0
        assert mine["probability"].is_monotonic_decreasing
        assert (mine["low"].gt(0.0) & mine["low"].le(mine["probability"])).all()
        share = [(seen.depth[p] >= x).mean() for x in mine["drawdown"]]
        assert mine["probability"].tolist() == pytest.approx(share)
    assert drawdown_exceedance(given_, n_points=30).equals(table)
    assert table["drawdown"].max() == pytest.approx(seen.depth.max())


# --- Attribution ----------------------------------------------------------------------------


@given(st.integers(0, 10**6), st.booleans())
def test_the_waterfall_sums(seed, gross):
    given_ = random_outcomes(2, 30, 5, seed)
    table = risk.attribution(given_, gross=gross)
    for p in range(2):
        mine = table[table["policy"] == f"policy {p}"]
        total = mine[mine["kind"] == "total"].iloc[0]
        parts = mine[mine["kind"] == "part"]
        change = given_.wealth[p, :, -1].mean() - CAPITAL
        assert total["end"] == total["mean"] == pytest.approx(change)
        assert parts["mean"].sum() == pytest.approx(change, abs=1e-6)
        assert parts["end"].iloc[-1] == pytest.approx(total["end"], abs=1e-6)
        assert parts["start"].tolist()[1:] == parts["end"].tolist()[:-1]
        assert (mine["end"] - mine["start"]).to_numpy() == pytest.approx(mine["mean"].to_numpy())


def test_attribution_names_and_errors():
    parts = np.zeros((1, 400, 8))
    rng = np.random.default_rng(1)
    parts[0] = rng.normal([500.0, -450.0, -20.0, 9.0, -80.0, 60.0, -10.0, 15.0], 30.0, (400, 8))
    wealth = np.full((1, 400, 2), CAPITAL)
    wealth[0, :, 1] += parts[0].sum(axis=1)
    given_ = made(np.zeros(400), wealth=wealth, parts=parts)
    net, gross = (risk.attribution(given_, gross=g).set_index("part") for g in (False, True))
    assert net.index.tolist() == [
        "Condor", "Layer 1", "Layer 2", "Hedge", "Costs", "Interest", "Change of wealth",
    ]  # fmt: skip
    assert "Layer 2 payoff" in gross.index
    assert net.loc["Hedge", "mean"] == pytest.approx(parts[0, :, 4:].sum(axis=1).mean())
    assert gross.loc["Paid back", "mean"] == pytest.approx(parts[0, :, 1].mean())
    error = (parts[0, :, 0] + parts[0, :, 1]).std(ddof=1) / 20.0
    assert net.loc["Condor", "standard_error"] == pytest.approx(error)
    assert net.loc["Condor", "mean"] == gross.loc["Condor", "mean"] == net.loc["Condor", "end"]
    assert gross.loc["Condor", "kind"] == "subtotal"
    width = (net["high"] - net["low"]).to_numpy()
    assert width == pytest.approx(2 * 1.966 * net["standard_error"].to_numpy(), rel=0.01)


def test_a_book_without_layers_has_no_hedge_bar():
    given_ = made(np.arange(9.0), parts=np.zeros((1, 9, 4)))
    assert "Hedge" not in set(risk.attribution(given_)["part"])


def test_blocks_reach_the_table():
    """Each profit twice tells no more than once."""
    x = np.random.default_rng(4).normal(size=500)
    once = risk.outcome_table(made(x))
    twice = risk.outcome_table(made(np.repeat(x, 2), block=2))
    blind = risk.outcome_table(made(np.repeat(x, 2)))
    for metric in ("mean", "sd", "es95", "p_loss"):
        width = [row(t, metric)["high"] - row(t, metric)["low"] for t in (once, twice, blind)]
        assert width[1] == pytest.approx(width[0], rel=0.02)
        assert width[2] == pytest.approx(width[0] / np.sqrt(2), rel=0.1)
