"""Paths of the market: simulated under either measure."""

from alvh.simulation.model import simulate_paths
from alvh.simulation.paths import MarketPaths

__all__ = ["MarketPaths", "simulate_paths"]
