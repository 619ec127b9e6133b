"""Charts as functions: frames in, a picture out, no state and no arithmetic but layout."""

from __future__ import annotations

from alvh.report.charts.claim import claim_box, claim_panels
from alvh.report.charts.greeks import greeks_by_day, greeks_by_spot
from alvh.report.charts.hedge import future_curve, hedge_index, hedge_instruments, hedge_shock
from alvh.report.charts.hedge_overlap import hedge_overlap, hedge_rolls
from alvh.report.charts.lesson import lesson_insurance, lesson_stop
from alvh.report.charts.lesson_edge import lesson_edge
from alvh.report.charts.lesson_motion import lesson_motion
from alvh.report.charts.lesson_price import lesson_price
from alvh.report.charts.outcomes import outcome_distribution, outcome_tail
from alvh.report.charts.outcomes_compare import outcome_attribution, outcome_differences
from alvh.report.charts.outcomes_evidence import outcome_offset, outcome_trades
from alvh.report.charts.outcomes_time import outcome_drawdowns, outcome_fan
from alvh.report.charts.payoff import payoff
from alvh.report.charts.plane import plane
from alvh.report.charts.powers import signal_powers
from alvh.report.charts.regimes import regime_history
from alvh.report.charts.regimes_signals import signal_panel_chart, vote_count
from alvh.report.charts.regimes_tables import (
    ablation_chart,
    profit_by_regime_chart,
    signal_hits_chart,
    transition_chart,
)
from alvh.report.charts.replay import replay_equity, replay_parts
from alvh.report.charts.replay_tables import replay_differences, replay_fit, replay_months
from alvh.report.charts.stress import stress_liquidity, stress_parts, stress_profit
from alvh.report.charts.stress_table import stress_table

__all__ = [
    "ablation_chart",
    "claim_box",
    "claim_panels",
    "future_curve",
    "greeks_by_day",
    "greeks_by_spot",
    "hedge_index",
    "hedge_instruments",
    "hedge_overlap",
    "hedge_rolls",
    "hedge_shock",
    "lesson_edge",
    "lesson_insurance",
    "lesson_motion",
    "lesson_price",
    "lesson_stop",
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
    "profit_by_regime_chart",
    "regime_history",
    "replay_differences",
    "replay_equity",
    "replay_fit",
    "replay_months",
    "replay_parts",
    "signal_hits_chart",
    "signal_panel_chart",
    "signal_powers",
    "stress_liquidity",
    "stress_parts",
    "stress_profit",
    "stress_table",
    "transition_chart",
    "vote_count",
]
