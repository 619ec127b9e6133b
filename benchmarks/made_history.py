"""A long daily history of the model, saved where the dashboard looks for one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd

from alvh.clock import VIX3M_HORIZON
from alvh.market.cache import store
from alvh.market.history import MarketHistory
from alvh.model import MarketState, ModelParameters, RiskPremia
from alvh.pricing import implied_state, vix_index, vvix
from alvh.simulation import simulate_paths

__all__ = ["save"]


def save(folder: Path, n_days: int) -> None:
    """Save `n_days` closes with VIX3M, VVIX, SPY and RSP, as if just downloaded."""
    model = ModelParameters.default()
    paths = simulate_paths(
        model, RiskPremia.default(), implied_state(model, 1500.0, 20.0, 21.0), 1, n_days - 1, 1
    )
    state = MarketState(
        spot=paths.spot[0], variance=paths.variance[0], mean_variance=paths.mean_variance[0]
    )
    rng = np.random.default_rng(1)
    weight = 40.0 * np.exp(np.cumsum(0.003 * rng.standard_normal(n_days)))
    days = pd.bdate_range(end=dt.date.today() - dt.timedelta(days=1), periods=n_days, name="date")
    frame = pd.DataFrame(
        {
            "spx_close": paths.spot[0],
            "vix_close": vix_index(model, state),
            "vix3m_close": vix_index(model, state, VIX3M_HORIZON),
            "vvix_close": vvix(model, state),
            "spy_close": paths.spot[0] / 10.0,
            "rsp_close": weight * paths.spot[0] / 1500.0,
        },
        index=days,
    )
    found = MarketHistory.from_frame(
        frame, source="made of the model", fetched_at=dt.datetime.now(dt.UTC)
    )
    store(found, folder)
