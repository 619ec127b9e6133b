"""Market data: one validated history, its sources, and the contracts and days it trades on."""

from alvh.market.calendars import add_trading_days, spx_expiry
from alvh.market.contracts import (
    SPX_MULTIPLIER,
    VIX_FUTURE_MULTIPLIER,
    VIX_OPTION_MULTIPLIER,
    spx_strike,
    vix_strike,
    vix_strikes,
)
from alvh.market.csv_file import read_csv
from alvh.market.history import MarketHistory, Quote
from alvh.market.sample import read_sample
from alvh.market.schema import COLUMNS, validate_history
from alvh.market.source import load_history

__all__ = [
    "COLUMNS",
    "SPX_MULTIPLIER",
    "VIX_FUTURE_MULTIPLIER",
    "VIX_OPTION_MULTIPLIER",
    "MarketHistory",
    "Quote",
    "add_trading_days",
    "load_history",
    "read_csv",
    "read_sample",
    "spx_expiry",
    "spx_strike",
    "validate_history",
    "vix_strike",
    "vix_strikes",
]
