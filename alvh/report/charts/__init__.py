"""Charts as functions: frames in, a picture out, no state and no arithmetic but layout."""

from __future__ import annotations

from alvh.report.charts.greeks import greeks_by_day, greeks_by_spot
from alvh.report.charts.hedge import future_curve, hedge_index, hedge_instruments, hedge_shock
from alvh.report.charts.hedge_overlap import hedge_overlap, hedge_rolls
from alvh.report.charts.outcomes import (
    outcome_distribution,
    outcome_drawdowns,
    outcome_fan,
    outcome_tail,
)
from alvh.report.charts.outcomes_compare import (
    outcome_attribution,
    outcome_differences,
    outcome_offset,
    outcome_trades,
)
from alvh.report.charts.payoff import payoff
from alvh.report.charts.plane import plane
from alvh.report.charts.stress import (
    stress_liquidity,
    stress_parts,
    stress_profit,
    stress_table,
)

__all__ = [
    "future_curve",
    "greeks_by_day",
    "greeks_by_spot",
    "hedge_index",
    "hedge_instruments",
    "hedge_overlap",
    "hedge_rolls",
    "hedge_shock",
    "outcome_attribution",
    "outcome_differences",
    "outcome_distribution",
    "outcome_drawdowns",
    "outcome_fan",
    "outcome_offset",
    "outcome_tail",
    "outcome_trades",
    "payoff",
    "plane",
    "stress_liquidity",
    "stress_parts",
    "stress_profit",
    "stress_table",
]
