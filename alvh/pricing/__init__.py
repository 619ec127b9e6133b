"""Prices."""
from alvh.pricing.spx import Greeks, index_density, index_distribution, spx_greeks, spx_option
