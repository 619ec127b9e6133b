"""Paths of the market: simulated under either measure, or real days."""

from alvh.simulation.history import historical_paths
from alvh.simulation.model import simulate_paths
from alvh.simulation.paths import MarketPaths

__all__ = ["MarketPaths", "historical_paths", "simulate_paths"]
