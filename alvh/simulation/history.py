"""Real days as a path of the model: each day's closes become the state that shows them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from alvh.market.fred import MacroHistory
from alvh.market.schema import validate_history
from alvh.model.parameters import ModelParameters
from alvh.pricing import filtered_state, implied_state
from alvh.simulation.paths import MarketPaths

__all__ = ["historical_paths"]


def historical_paths(
    frame: pd.DataFrame,
    model: ModelParameters | None = None,
    *,
    macro: MacroHistory | None = None,
) -> MarketPaths:
    """One path through the closes of a history.

    Parameters
    ----------
    frame : DataFrame
        `DatetimeIndex` named ``date`` (or a column of that name); ``spx_close`` and ``vix_close``
        in points, ``vix3m_close`` where there is one. Other columns serve signals only (see
        `alvh.signals.INPUTS`).
    model : ModelParameters, optional
        Whose states the days become; the default model if omitted.
    macro : MacroHistory, optional
        Monthly series, for signals.

    Returns
    -------
    MarketPaths
        One path of ``len(frame)`` days, with its `dates`.

    Raises
    ------
    DataError
        If the frame is not a history (`alvh.market.schema.validate_history`); a `ValueError`.

    Notes
    -----
    A day with VIX3M takes the state that shows both levels, any other the filtered one: only past
    and present closes enter a day. Where no state shows the levels the nearest one stands in
    (`implied_state`).
    """
    model = ModelParameters.default() if model is None else model
    days = validate_history(frame, source="history")
    spot, vix = (days[name].to_numpy() for name in ("spx_close", "vix_close"))
    alone = filtered_state(model, spot, vix)
    v, m = np.array(alone.variance), np.array(alone.mean_variance)
    if "vix3m_close" in days:
        vix3m = days["vix3m_close"].to_numpy()
        known = ~np.isnan(vix3m)
        if known.any():
            both = implied_state(model, spot[known], vix[known], vix3m[known])
            v[known], m[known] = both.variance, both.mean_variance
    dates = days.index.to_numpy().astype("datetime64[D]")
    return MarketPaths(spot[None].copy(), v[None], m[None], dates=dates, history=days, macro=macro)
