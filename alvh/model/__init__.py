"""The model: parameters, premia, state, and the Riccati transform under every price."""

from alvh.model.parameters import ModelParameters
from alvh.model.premia import RiskPremia
from alvh.model.state import MarketState

__all__ = ["MarketState", "ModelParameters", "RiskPremia"]
