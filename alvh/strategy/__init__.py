"""Policies as values, and the books they open."""

from alvh.strategy.book import Book, Leg, expected_move, open_book
from alvh.strategy.condor import CondorRule, StopRule, TimeShift
from alvh.strategy.costs import Costs
from alvh.strategy.engine import Outcomes, run_policies, simulate_policies
from alvh.strategy.layer import LAYERS_442, SECOND_LAYER, HedgeLayer
from alvh.strategy.policy import Policy
from alvh.strategy.regime import RegimeRule, SecondEngine
from alvh.strategy.scale import VixScale
from alvh.strategy.vote import SIMULATED, VOTERS, Condition, Vote

__all__ = [
    "LAYERS_442",
    "SECOND_LAYER",
    "SIMULATED",
    "VOTERS",
    "Book",
    "Condition",
    "CondorRule",
    "Costs",
    "HedgeLayer",
    "Leg",
    "Outcomes",
    "Policy",
    "RegimeRule",
    "SecondEngine",
    "StopRule",
    "TimeShift",
    "VixScale",
    "Vote",
    "expected_move",
    "open_book",
    "run_policies",
    "simulate_policies",
]
