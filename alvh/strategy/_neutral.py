r"""Delta-neutral rebalancing of a layer of futures inside the engine.

The book's delta is the change of its value when the index moves by one per cent to either side and
variance follows as the model expects it to: per unit of log index, variance moves by the ratio of
their covariance to the variance of the log index, jumps included,

.. math:: \beta = \frac{\rho\sigma v + \lambda(v) E[Z_v Z_s]}{v + \lambda(v) E[Z_s^2]},

so that futures have a delta. Counted in SPX deltas: 100 dollars a point of the index.
"""

from __future__ import annotations

import numpy as np

from alvh._compiled import called
from alvh.pricing.grid import state_weights
from alvh.strategy._prices import debt, price_condor, price_position
from alvh.strategy._records import FUTURE, SPX_POINT

__all__ = ["neutral_quantity"]

_MOVE = 0.01  # of the log index, to either side: what a trader calls a delta of one per cent


@called
def neutral_quantity(grid, clock, rules, market, holdings, p, j, day, most):  # type: ignore[no-untyped-def]
    """Futures of layer `j` that bring the delta nearest zero; what is held inside the band."""
    books, layers, condors, positions = holdings
    book, held, rule = books[p], layers[p, j], rules.layers[p, j]
    spot, log_spot, v, m, _ = market
    covariance = clock.together[0] * v + clock.together[1]
    beta = covariance / max(clock.together[2] * v + clock.together[3], 1e-12)
    others, unit = 0.0, 0.0
    for sign in (-1.0, 1.0):
        moved = max(v + sign * _MOVE * beta, 0.0)
        vix = 100.0 * np.sqrt(clock.vix[0] * moved + clock.vix[1] * m + clock.vix[2])
        weights = state_weights(grid.axes, grid.future.shape[1], grid.future.shape[2], moved, m)
        there = (spot * np.exp(sign * _MOVE), log_spot + sign * _MOVE, moved, m, vix)
        if book.open and book.expiry > day:
            condors[condors.size - 1] = condors[book.condor]
            condor = condors[condors.size - 1]
            price_condor(grid, clock, there, weights, book.expiry - day, condor)
            others -= sign * book.contracts * SPX_POINT * debt(condor)
        position = positions[positions.size - 1]
        for k in range(rules.n_layers[p]):
            other = layers[p, k]
            if k != j and other.open and other.expiry > day:
                positions[positions.size - 1] = positions[other.position]
                price_position(grid, clock, there, weights, other.expiry - day, position)
                others += sign * other.quantity * rules.layers[p, k].multiplier * position.price
        left = held.expiry - day if held.open else rule.n_days
        if left > 0:
            position.instrument = FUTURE
            price_position(grid, clock, there, weights, left, position)
            unit += sign * rule.multiplier * position.price
    point = SPX_POINT * spot * 2.0 * np.sinh(_MOVE)
    others, unit = others / point, unit / point
    quantity = held.quantity if held.open else 0.0
    if abs(others + quantity * unit) <= rule.neutral_band or unit == 0.0:
        return quantity
    return min(max(np.rint(-others / unit), -abs(most)), abs(most))
