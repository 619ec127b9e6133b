"""Studies: a market, an edge and policies as one value, and what they come to."""

from alvh.lab.results import Results
from alvh.lab.study import Study, TypedMarket

__all__ = ["Results", "Study", "TypedMarket"]
