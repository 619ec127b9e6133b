"""Paths of the market: simulated under either measure, real days, or crashes."""

from alvh.simulation.factors import FactorModel, Factors
from alvh.simulation.history import historical_paths
from alvh.simulation.model import simulate_paths
from alvh.simulation.paths import MarketPaths
from alvh.simulation.stress import BIG_TOP, EPISODES, Episode, stress_levels, stress_paths

__all__ = [
    "BIG_TOP",
    "EPISODES",
    "Episode",
    "FactorModel",
    "Factors",
    "MarketPaths",
    "historical_paths",
    "simulate_paths",
    "stress_levels",
    "stress_paths",
]
