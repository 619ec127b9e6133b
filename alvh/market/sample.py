"""The offline sample: real SPX and VIX closes, 2014 to 2018, as shipped by the `arch` package."""

from __future__ import annotations

import pandas as pd

from alvh.errors import DataError
from alvh.market.history import MarketHistory

__all__ = ["SOURCE", "read_sample"]

SOURCE = "offline sample (arch package)"


def read_sample() -> MarketHistory:
    """Daily SPX open, high, low and close and VIX close, in points, 2014-01-03 to 2018-12-31.

    Raises
    ------
    DataError
        If the `arch` package is not installed or its data cannot be read.
    """
    try:
        # Imported here: it is slow to load, and needed only when nothing better is at hand.
        from arch.data import sp500, vix

        spx = sp500.load()
        level = vix.load()["vix"].dropna()
    except (ImportError, OSError, KeyError, ValueError) as error:
        raise DataError(f"{SOURCE}: cannot be read ({error}); is arch installed?") from error
    frame = pd.DataFrame(
        {
            "spx_open": spx["Open"],
            "spx_high": spx["High"],
            "spx_low": spx["Low"],
            "spx_close": spx["Close"],
            "vix_close": level,
        }
    ).dropna()
    return MarketHistory.from_frame(frame, source=SOURCE)
