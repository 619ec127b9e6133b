"""The reverse stress test: the smallest fall that costs a book a given share of its capital.

The book is opened at today's market and managed by the engine, costs on, along a path that falls at
an even pace in logs to its depth. VIX goes with it, either as the model expects it to given where
the index is, or by a stated number of points for each percent. Falls in percent, VIX in points,
money in dollars, days are trading days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alvh._typing import FloatArray
from alvh.clock import TRADING_DAYS
from alvh.errors import require
from alvh.model.premia import RiskPremia
from alvh.model.state import MarketState
from alvh.pricing import PricingTables, vix_given_index, vix_index
from alvh.risk.stress_liquidity import least_days, state_within
from alvh.simulation.paths import MarketPaths
from alvh.strategy.engine import run_policies
from alvh.strategy.policy import Policy

__all__ = ["MOST_FALL", "ReverseStress", "shock_paths", "smallest_shock"]

MOST_FALL = 60.0
"""Deepest fall tried, in percent."""
_MOST_DAYS = 63
_STEP = 0.5  # percent between the depths tried first
_PARTS, _ROUNDS = 16, 8  # of a step: to 1e-10 percent


@dataclass(frozen=True, eq=False)
class ReverseStress:
    """The smallest fall that loses so much, if there is one.

    Attributes
    ----------
    loss : float
        Loss asked for, percent of capital.
    n_days : int
        Trading days of the fall.
    depth : float or None
        Smallest fall that loses as much, in percent; None if none up to `MOST_FALL` does.
    vix : float or None
        VIX at the end of it, in points.
    lost : float or None
        Loss there, percent of capital.
    deeper_too : bool
        Whether every deeper fall tried loses as much. A hedge that pays late makes it not so: then
        there are falls beyond `depth` that lose less than was asked for.
    curve : DataFrame
        depth (percent), vix (points), lost (percent of capital): what each fall tried first does.
    deepest_expected : float or None
        Fall in percent beyond which the model holds the index all but certain not to be, and VIX
        is held at its value there; None where VIX follows a stated number of points.
    """

    loss: float
    n_days: int
    depth: float | None
    vix: float | None
    lost: float | None
    deeper_too: bool
    curve: pd.DataFrame
    deepest_expected: float | None


def smallest_shock(
    tables: PricingTables,
    premia: RiskPremia,
    state: MarketState,
    policy: Policy,
    capital: float,
    *,
    loss: float = 10.0,
    n_days: int = 1,
    vix_per_percent: float | None = None,
) -> ReverseStress:
    """Smallest fall of the index in `n_days` that costs `loss` percent of the capital.

    Parameters
    ----------
    tables : PricingTables
        Of the risk-neutral model.
    premia : RiskPremia
        Make the physical law under which VIX is expected given the index.
    state : MarketState
        Scalar; today.
    policy : Policy
    capital : float
        Dollars.
    loss : float, default=10.0
        Percent of the capital by which wealth is below it at the close of the last day, > 0.
    n_days : int, default=1
        Trading days of the fall, 1 to 63; at 1 it happens from one close to the next.
    vix_per_percent : float, optional
        VIX rises by so many points for each percent the index falls; as the model expects it given
        the index if omitted.

    Returns
    -------
    ReverseStress

    Raises
    ------
    ValueError
        If `loss`, `n_days` or `vix_per_percent` is out of range, or as `run_policies`.

    Notes
    -----
    Falls of half a percent to `MOST_FALL` are tried at once; the first step over which the loss is
    reached is then divided, sixteen parts at a time, to 1e-10 percent. A smaller fall that loses as
    much could only hide between two falls tried.
    """
    require(loss > 0.0, "loss", loss, "> 0 percent of capital")
    require(1 <= n_days <= _MOST_DAYS, "n_days", n_days, f"from 1 to {_MOST_DAYS}")
    follow = _Follow(tables, premia, state, n_days, vix_per_percent)

    def lost(depths: FloatArray) -> FloatArray:
        paths = follow.paths(depths, max(n_days + 1, least_days(policy)))
        wealth = run_policies(paths, tables, [policy], capital).wealth[0, :, n_days]
        return np.asarray(100.0 * (1.0 - wealth / capital))

    grid = follow.grid
    tried = lost(grid)
    curve = pd.DataFrame({"depth": grid, "vix": follow.vix[-1], "lost": tried})
    over = np.nonzero(tried >= loss)[0]
    if not over.size:
        return ReverseStress(loss, n_days, None, None, None, False, curve, follow.deepest)
    high = float(grid[over[0]])
    low = max(high - _STEP, 0.0)
    for _ in range(_ROUNDS):
        between = np.linspace(low, high, _PARTS + 1)[1:]
        first = int(np.argmax(lost(between) >= loss))  # the last does: it was found so
        low, high = float(between[first - 1]) if first else low, float(between[first])
    found = np.array([high])
    return ReverseStress(
        loss,
        n_days,
        high,
        float(follow.levels(found)[0, -1]),
        float(lost(found)[0]),
        bool((tried[over[0] :] >= loss).all()),
        curve,
        follow.deepest,
    )


def shock_paths(
    tables: PricingTables,
    premia: RiskPremia,
    state: MarketState,
    depths: FloatArray,
    n_days: int,
    *,
    length: int,
    vix_per_percent: float | None = None,
) -> MarketPaths:
    """The paths the test runs books on, one a depth: a fall in `n_days`, then nothing moves.

    Parameters
    ----------
    tables, premia, state, n_days, vix_per_percent
        As `smallest_shock`.
    depths : ndarray of shape (n,)
        Falls in percent, 0 to `MOST_FALL`.
    length : int
        Trading days of the paths, at least `n_days`.
    """
    asked = np.asarray(depths, dtype=np.float64)
    require((asked >= 0.0) & (asked <= MOST_FALL), "depths", asked, f"from 0 to {MOST_FALL:g} %")
    require(1 <= n_days <= _MOST_DAYS, "n_days", n_days, f"from 1 to {_MOST_DAYS}")
    require(length >= n_days, "length", length, f"at least n_days, {n_days}")
    return _Follow(tables, premia, state, n_days, vix_per_percent).paths(asked, length)


class _Follow:
    """VIX along a fall: by day and depth on a grid, and in between on straight lines."""

    def __init__(
        self,
        tables: PricingTables,
        premia: RiskPremia,
        state: MarketState,
        n_days: int,
        per: float | None,
    ) -> None:
        require(per is None or per >= 0.0, "vix_per_percent", per or 0.0, ">= 0 points")
        self.model, self.state, self.n_days = tables.model, state, n_days
        self.grid = np.linspace(0.0, MOST_FALL, round(MOST_FALL / _STEP) + 1)
        self.now = float(vix_index(self.model, state))
        self.deepest: float | None = None
        if per is not None:
            done = 100.0 - 100.0 * self._left(self.grid)[:, 1:]
            self.vix = (self.now + per * done).T
        else:
            physical = premia.physical(self.model)
            rows = []
            for day in range(1, n_days + 1):
                spots = float(state.spot) * self._left(self.grid)[:, day]
                given = vix_given_index(
                    physical, state, spots, day / TRADING_DAYS, loading_model=self.model
                )
                rows.append(given.mean)
            self.vix = np.stack(rows)
            moving = np.nonzero(self.vix[-1] != self.vix[-1, -1])[0]
            last = min(int(moving[-1]) + 1, self.grid.size - 1) if moving.size else 0
            self.deepest = float(self.grid[last])

    def _left(self, depths: FloatArray) -> FloatArray:
        """Share of today's index left on each day, of shape (n_depths, n_days + 1)."""
        share = np.arange(self.n_days + 1) / self.n_days
        return np.asarray((1.0 - depths[:, None] / 100.0) ** share)

    def levels(self, depths: FloatArray) -> FloatArray:
        """VIX on each day of the fall, of shape (n_depths, n_days)."""
        return np.stack([np.interp(depths, self.grid, row) for row in self.vix], axis=1)

    def paths(self, depths: FloatArray, length: int) -> MarketPaths:
        """Paths of `length` days, one a depth."""
        spot = float(self.state.spot) * self._left(depths)
        there = state_within(self.model, spot[:, 1:], self.levels(depths), self.state.mean_variance)
        start = np.full(depths.size, 1.0)[:, None]
        v = np.hstack([start * self.state.variance, np.asarray(there.variance)])
        m = np.hstack([start * self.state.mean_variance, np.asarray(there.mean_variance)])
        column = np.minimum(np.arange(length + 1), self.n_days)
        spot, v, m = (np.ascontiguousarray(a[:, column]) for a in (spot, v, m))
        return MarketPaths(spot, v, m)
