"""Price and simulate SPX iron condors hedged by adaptive layers of VIX instruments."""

__all__ = ["__version__"]

__version__ = "0.1.0"
