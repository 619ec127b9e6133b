"""Charts as functions: frames in, a picture out, no state and no arithmetic but layout."""

from __future__ import annotations

from alvh.report.charts.greeks import greeks_by_day, greeks_by_spot
from alvh.report.charts.hedge import future_curve, hedge_shock
from alvh.report.charts.payoff import payoff
from alvh.report.charts.plane import plane

__all__ = ["future_curve", "greeks_by_day", "greeks_by_spot", "hedge_shock", "payoff", "plane"]
