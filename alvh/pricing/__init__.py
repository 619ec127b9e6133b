"""Prices of SPX and VIX products from one transform, and the state a market is in."""

from alvh.pricing.black import black_delta, black_price, implied_volatility
from alvh.pricing.conditional import ConditionalVix, vix_given_index
from alvh.pricing.skew import return_cumulants, skew_index
from alvh.pricing.spx import Greeks, index_density, index_distribution, spx_greeks, spx_option
from alvh.pricing.state import filtered_state, implied_state, state_at_vix
from alvh.pricing.tables import PricingTables
from alvh.pricing.vix import (
    vix_future,
    vix_future_greeks,
    vix_index,
    vix_option,
    vix_option_greeks,
    vvix,
)

__all__ = [
    "ConditionalVix",
    "Greeks",
    "PricingTables",
    "black_delta",
    "black_price",
    "filtered_state",
    "implied_state",
    "implied_volatility",
    "index_density",
    "index_distribution",
    "return_cumulants",
    "skew_index",
    "spx_greeks",
    "spx_option",
    "state_at_vix",
    "vix_future",
    "vix_future_greeks",
    "vix_given_index",
    "vix_index",
    "vix_option",
    "vix_option_greeks",
    "vvix",
]
