"""How deep books fall from their best day, how long they stay below it, and their worst month.

Measured on wealth as booked: dollars of the day, interest on the capital included.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numba import njit, prange

from alvh._typing import FloatArray
from alvh.errors import require
from alvh.risk._names import policy_names
from alvh.risk.inference import share
from alvh.strategy.engine import Outcomes

__all__ = ["MONTH", "Drawdowns", "drawdown_exceedance", "drawdowns"]

MONTH: Final = 21
"""Trading days of a month."""


@dataclass(frozen=True, eq=False)
class Drawdowns:
    """What each path went through on the way to its end.

    Attributes
    ----------
    depth : ndarray of shape (n_policies, n_paths)
        Largest fall of wealth from an earlier close, dollars >= 0.
    under_water : ndarray of shape (n_policies, n_paths)
        Share in [0, 1] of the days after the first whose close is below an earlier one.
    worst_month : ndarray of shape (n_policies, n_paths)
        Smallest change of wealth over 21 trading days in dollars (over all days, when there are
        fewer); positive where every month gained.
    """

    depth: FloatArray
    under_water: FloatArray
    worst_month: FloatArray


@njit(cache=True, parallel=True, error_model="numpy")
def _pass(wealth, month, depth, under, worst):  # type: ignore[no-untyped-def]
    n_policies, n_paths, n_columns = wealth.shape
    for row in prange(n_policies * n_paths):
        p, i = row // n_paths, row % n_paths
        path = wealth[p, i]
        peak, fall, days, month_change = path[0], 0.0, 0, np.inf
        for day in range(1, n_columns):
            level = path[day]
            if level < peak:
                days += 1
                fall = max(fall, peak - level)
            else:
                peak = level
            if day >= month:
                month_change = min(month_change, level - path[day - month])
        depth[p, i] = fall
        under[p, i] = days / (n_columns - 1)
        worst[p, i] = month_change


def drawdowns(outcomes: Outcomes) -> Drawdowns:
    """Drawdown, time under water and worst month of every path, in one pass over wealth.

    Raises
    ------
    ValueError
        If the outcomes hold no day after the first.
    """
    wealth = outcomes.wealth
    n_days = wealth.shape[2] - 1
    require(n_days >= 1, "n_days", n_days, ">= 1")
    depth, under, worst = (np.empty(wealth.shape[:2]) for _ in range(3))
    _pass(wealth, min(MONTH, n_days), depth, under, worst)
    for array in (depth, under, worst):
        array.setflags(write=False)
    return Drawdowns(depth, under, worst)


def drawdown_exceedance(
    outcomes: Outcomes, found: Drawdowns | None = None, *, n_points: int = 60, level: float = 0.95
) -> pd.DataFrame:
    """Probability that the maximum drawdown reaches a depth, at depths common to all policies.

    Parameters
    ----------
    outcomes : Outcomes
    found : Drawdowns, optional
        Of `outcomes`, where already computed.
    n_points : int, default=60
        Depths, evenly from zero to the deepest of all paths.
    level : float, default=0.95
        Of Wilson's interval.

    Returns
    -------
    DataFrame
        Columns ``policy``, ``drawdown`` (dollars), ``probability``, ``low``, ``high`` (shares); a
        policy's rows end where none of its paths falls so deep.
    """
    require(n_points >= 2, "n_points", n_points, ">= 2")
    depth = (drawdowns(outcomes) if found is None else found).depth
    grid = np.linspace(0.0, float(depth.max()), n_points)
    rows = []
    for name, fall in zip(policy_names(outcomes), depth, strict=True):
        for x in grid:
            reached = fall >= x
            if not reached.any():
                break
            odds = share(reached, level=level, block=outcomes.block)
            rows.append((name, x, odds.estimate, odds.low, odds.high))
    return pd.DataFrame(rows, columns=["policy", "drawdown", "probability", "low", "high"])
