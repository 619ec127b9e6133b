"""Signals of the market from daily series: nothing looks ahead, and nothing is filled.

Compiled one-day updates for use inside kernels are in `alvh.signals._steps`.
"""

from alvh.signals.announced import exchange_rate, fomc_window, price_news
from alvh.signals.breadth import (
    advance_decline_line,
    breach,
    breadth_line,
    breadth_source,
    divergence,
    equal_weight_line,
    sector_advances,
)
from alvh.signals.catalogue import INPUTS, SIGNALS, Signal
from alvh.signals.macro import exchange_rate_move, price_surprise
from alvh.signals.panel import SignalPanel, signal_panel
from alvh.signals.parameters import Signals
from alvh.signals.technical import (
    exponential_average,
    macd,
    moving_average,
    percentile_rank,
    ratio_to_average,
    rsi,
    trailing_maximum,
    trailing_slope,
    z_score,
)
from alvh.signals.volatility import (
    contango,
    curve,
    daily_variance,
    expected_daily_range,
    garch_forecast,
    har_forecast,
    implied_skewness,
    model_future,
    realised_volatility,
    variance_risk_premium,
)

__all__ = [
    "INPUTS",
    "SIGNALS",
    "Signal",
    "SignalPanel",
    "Signals",
    "advance_decline_line",
    "breach",
    "breadth_line",
    "breadth_source",
    "contango",
    "curve",
    "daily_variance",
    "divergence",
    "equal_weight_line",
    "exchange_rate",
    "exchange_rate_move",
    "expected_daily_range",
    "exponential_average",
    "fomc_window",
    "garch_forecast",
    "har_forecast",
    "implied_skewness",
    "macd",
    "model_future",
    "moving_average",
    "percentile_rank",
    "price_news",
    "price_surprise",
    "ratio_to_average",
    "realised_volatility",
    "rsi",
    "sector_advances",
    "signal_panel",
    "trailing_maximum",
    "trailing_slope",
    "variance_risk_premium",
    "z_score",
]
