"""Policies as values, and the books they open."""

from alvh.strategy.book import Book, Leg, expected_move, open_book
from alvh.strategy.policy import LAYERS_442, CondorRule, HedgeLayer

__all__ = ["LAYERS_442", "Book", "CondorRule", "HedgeLayer", "Leg", "expected_move", "open_book"]
