r"""Margin and the quick ratio of books, close by close, from what the engine recorded.

The quick ratio at a close is cash and equivalents over margin plus the one-day stressed loss:

- *Cash and equivalents*: wealth less what the hedge's options are worth, that is cash after the
  open condors were bought back. Options are not cash until they are sold.
- *Margin*: what the engine asks of the open condors: their largest loss. For strangles the most
  that the exchange's rule can ask, 15 % of the index plus what both options are worth.
- *One-day stressed loss*: what the whole book, hedge included, would lose by the next close under
  the worse of two shocks (`DayShock`). The engine itself runs the book into them, costs and all.

A book the engine closes for lack of margin has run out of liquidity at that close, whatever ratio
is left after it: nothing is needed then and the ratio is infinite.

Dollars; days are trading days.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import Field

from alvh._typing import ArrayLike, FloatArray
from alvh.clock import trading_days
from alvh.market.contracts import SPX_MULTIPLIER, VIX_FUTURE_MULTIPLIER, VIX_OPTION_MULTIPLIER
from alvh.model.parameters import ModelParameters
from alvh.model.state import MarketState
from alvh.pricing import PricingTables, state_at_vix, vix_index
from alvh.simulation.paths import MarketPaths
from alvh.strategy.engine import TRAIL, Outcomes, run_policies
from alvh.strategy.policy import Policy
from alvh.value import Value

__all__ = [
    "DayShock",
    "day_losses",
    "hedge_values",
    "least_days",
    "margins",
    "quick_ratios",
    "shocked",
    "state_within",
]

_STRANGLE = 0.15  # of the index: the most the exchange's rule asks beside the options' worth
_EDGE = 2.0  # variance at the edge of the pricing tables
_BRANCHES = 96  # days branched off at once: each run is no longer than it must be
_LOWEST_VIX = 1.0


class DayShock(Value):
    """The shocks of the one-day stressed loss: the index falls, or rises, and VIX goes with it.

    Falls and rises: what US portfolio margin asks of broad indices (FINRA rule 4210(g): 8 % down,
    6 % up). VIX: on the 87 days of 1999-2021 on which the S&P 500 closed 3 % lower or more, VIX
    rose by 1.5 points for each percent.
    """

    fall: float = Field(
        8.0,
        ge=0.0,
        le=60.0,
        title="Index down",
        description="Fall of the index from one close to the next.",
        json_schema_extra={"unit": "%", "step": 0.5},
    )
    rise: float = Field(
        6.0,
        ge=0.0,
        le=60.0,
        title="Index up",
        description="Rise of the index from one close to the next.",
        json_schema_extra={"unit": "%", "step": 0.5},
    )
    vix_per_percent: float = Field(
        1.5,
        ge=0.0,
        le=10.0,
        title="VIX per percent",
        description="Points VIX rises for each percent the index falls, and falls as it rises.",
        json_schema_extra={"unit": "VIX points", "step": 0.1},
    )


def shocked(model: ModelParameters, state: MarketState, percent: float, per: float) -> MarketState:
    """State after the index moved by `percent` and VIX by `per` points against each percent.

    The mean variance stays as long as it can (`state_at_vix`), the variance within the tables.
    """
    vix = np.maximum(np.asarray(vix_index(model, state)) - per * percent, _LOWEST_VIX)
    spot = np.asarray(state.spot) * (1.0 + percent / 100.0)
    return state_within(model, spot, vix, state.mean_variance)


def state_within(
    model: ModelParameters, spot: ArrayLike, vix: ArrayLike, mean_variance: ArrayLike
) -> MarketState:
    """`state_at_vix`, with the variance within the edge of the pricing tables."""
    there = state_at_vix(model, spot, vix, mean_variance)
    return there.model_copy(update={"variance": np.minimum(there.variance, _EDGE)})


def least_days(policy: Policy) -> int:
    """Shortest horizon the engine accepts: trading days of the longest condor of a policy."""
    regime = policy.regime
    dte = max(policy.condor.dte, regime.watch_dte or 0, regime.stress_dte or 0)
    return int(trading_days(dte))


def day_losses(
    paths: MarketPaths,
    tables: PricingTables,
    policies: Sequence[Policy],
    capital: float,
    shock: DayShock,
) -> FloatArray:
    """One-day stressed loss at each close but the last, of shape (n_policies, n_days), >= 0.

    Parameters
    ----------
    paths : MarketPaths
        One path.
    tables, policies, capital
        As `run_policies`.
    shock : DayShock

    Notes
    -----
    For each close the path is followed to it and shocked after it; the engine runs the policies on
    all of these branches. A day's interest on cash is netted.
    """
    days = paths.n_days
    need = max(least_days(policy) for policy in policies)
    state = MarketState(
        spot=paths.spot[0, :days],
        variance=paths.variance[0, :days],
        mean_variance=paths.mean_variance[0, :days],
    )
    worst = np.zeros((len(policies), days))
    for percent in (-shock.fall, shock.rise):
        there = shocked(tables.model, state, percent, shock.vix_per_percent)
        for first in range(0, days, _BRANCHES):
            block = np.arange(first, min(first + _BRANCHES, days))
            length = max(int(block[-1]) + 2, need)  # what is traded on the last day differs
            branches = _branches(paths, there, block, length)
            wealth = run_policies(branches, tables, policies, capital).wealth
            rows = np.arange(block.size)
            lost = wealth[:, rows, block] - wealth[:, rows, block + 1]
            worst[:, block] = np.maximum(worst[:, block], lost)
    return worst


def _branches(paths: MarketPaths, there: MarketState, block: Any, length: int) -> MarketPaths:
    """A path for each day of `block`: along `paths` to it, then at `there` of that day."""
    arrays = []
    column = np.arange(length + 1)
    for name in ("spot", "variance", "mean_variance"):
        whole = getattr(paths, name)[0]
        along = whole[np.minimum(column, whole.size - 1)]
        after = np.asarray(getattr(there, name))[block]
        arrays.append(np.where(column[None, :] <= block[:, None], along, after[:, None]))
    return MarketPaths(*arrays)


def margins(outcomes: Outcomes, paths: MarketPaths) -> FloatArray:
    """Margin of the open condors after each close, of shape (n_policies, n_days + 1).

    `outcomes` must have recorded the first path of `paths`.
    """
    n = outcomes.wealth.shape[2]
    out = np.zeros((len(outcomes.policies), n))
    for p, policy in enumerate(outcomes.policies):
        rows = _of(outcomes, p, 0)
        contracts = _running(-rows[:, 3], rows[:, 0], n)
        if policy.condor.wings:
            opened = rows[:, 3] < 0.0
            each = np.maximum(policy.condor.wing - rows[opened, 4], 0.0)
            since = np.searchsorted(rows[opened, 0], np.arange(n), side="right") - 1
            if each.size:
                out[p] = contracts * SPX_MULTIPLIER * each[np.maximum(since, 0)]
        else:
            received = _running(-rows[:, 3] * SPX_MULTIPLIER * rows[:, 4], rows[:, 0], n)
            owed = received - outcomes.trail[p, 0, :, TRAIL.index("condor")]
            out[p] = contracts * SPX_MULTIPLIER * _STRANGLE * paths.spot[0] + owed
            out[p] = np.where(contracts > 0.0, out[p], 0.0)
    return out


def hedge_values(outcomes: Outcomes, paths: MarketPaths, tables: PricingTables) -> FloatArray:
    """What the hedge's options are worth after each close, of shape (n_policies, n_days + 1).

    `outcomes` must have recorded the first path of `paths`. Futures are settled daily: their gains
    are cash.
    """
    n = outcomes.wealth.shape[2]
    out = np.zeros((len(outcomes.policies), n))
    for p, policy in enumerate(outcomes.policies):
        out[p] = outcomes.trail[p, 0, :, TRAIL.index("hedge")]
        for number, layer in enumerate(policy.layers, start=1):
            rows = _of(outcomes, p, number)
            if layer.instrument == "future":
                out[p] -= _future_gains(rows, int(trading_days(layer.dte)), paths, tables)
            else:
                paid = rows[:, 3] * VIX_OPTION_MULTIPLIER * rows[:, 4]
                out[p] += _running(paid, rows[:, 0], n)
    return out


def quick_ratios(wealth: FloatArray, hedge: FloatArray, need: FloatArray) -> FloatArray:
    """Cash and equivalents, `wealth` less `hedge`, over `need`; infinite where nothing is needed.

    All arrays of one shape, in dollars; `need` is margin plus the one-day stressed loss.
    """
    cash = wealth - hedge
    return np.where(need > 0.0, cash / np.where(need > 0.0, need, 1.0), np.inf)


def _of(outcomes: Outcomes, p: int, what: int) -> FloatArray:
    """Recorded trades of the condor (0) or of a layer on the first path."""
    rows = outcomes.events[p][0]
    return np.asarray(rows[rows[:, 1] == what])


def _running(amounts: FloatArray, days: FloatArray, n: int) -> FloatArray:
    """Sum of `amounts` up to and with each of `n` days."""
    return np.cumsum(np.bincount(days.astype(np.int64), weights=amounts, minlength=n))


def _future_gains(
    rows: FloatArray, tenor: int, paths: MarketPaths, tables: PricingTables
) -> FloatArray:
    """What a layer of futures has gained by each close."""
    n = paths.n_days + 1
    gains = np.zeros(n)
    held, expiry, last = 0.0, 0, 0.0
    trades = {day: rows[rows[:, 0] == day] for day in np.unique(rows[:, 0]).astype(int)}
    for day in range(n):
        state = MarketState(
            spot=paths.spot[0, day],
            variance=paths.variance[0, day],
            mean_variance=paths.mean_variance[0, day],
        )
        if held:
            left = expiry - day
            price = tables.vix_future(state, left) if left else vix_index(tables.model, state)
            gains[day] = held * VIX_FUTURE_MULTIPLIER * (float(price) - last)
            last = float(price)
        for _, _, _, quantity, price, _ in trades.get(day, ()):
            if not held:
                expiry = day + tenor
            held += quantity
            last = float(price)
    return np.cumsum(gains)
