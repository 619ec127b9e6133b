r"""How many trades it takes before the difference between two books is visible.

Both run on the same futures, so the difference is taken future by future. With :math:`D_i` the
difference in profit on future i and :math:`N_i` the trades of the first book, the difference per
trade is :math:`\mu = \sum D_i / \sum N_i`, and its average over n trades has variance
:math:`\sigma^2 / n` with :math:`\sigma^2 = \mathrm{Var}(D_i - \mu N_i) / E[N_i]`, as in
`alvh.risk.evidence`. Which of the two is better is not known beforehand: the test is two-sided, and
:math:`n = (1.96\, \sigma / \mu)^2` is where half of all records show the difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtri

from alvh._typing import FloatArray
from alvh.errors import require
from alvh.risk.inference import Interval, interval, ratio, standard_error

__all__ = ["TWO_SIDED", "Visible", "trades_until_visible"]

TWO_SIDED: Final = float(ndtri(0.975))
"""1.960: a difference of so many standard errors is the boundary of a two-sided 95 % test."""


@dataclass(frozen=True)
class Visible:
    """The difference between two books, and how long it takes to show.

    Attributes
    ----------
    difference : Interval
        Dollars a trade, first book less second.
    trades : Interval
        Needed at 95 %; the upper end is infinite where zero lies in the interval of the difference.
    """

    difference: Interval
    trades: Interval


def trades_until_visible(difference: FloatArray, trades: FloatArray, *, block: int = 1) -> Visible:
    """Trades until a difference can be told from nothing; see the module.

    Parameters
    ----------
    difference : ndarray of shape (n_paths,)
        Profit of one book less that of the other on the same future, dollars.
    trades : ndarray of shape (n_paths,)
        Trades of the first book on each future.
    block : int, default=1
        Consecutive paths that depend on one another.

    Returns
    -------
    Visible
        Infinite trades where the two never differ; nan where nothing was traded.
    """
    require(difference.shape == trades.shape, "trades", trades.shape, "of the shape of difference")
    per_trade = ratio(difference, trades)
    mu = interval(per_trade, block=block)
    if np.isnan(mu.estimate):
        unknown = Interval(np.nan, np.nan, np.nan)
        return Visible(unknown, unknown)
    # the influence is (D - mu N) / mean N
    sigma = standard_error(per_trade.influence) * float(np.sqrt(trades.sum()))
    sizes = sorted((abs(mu.low), abs(mu.high)))
    least = 0.0 if mu.low <= 0.0 <= mu.high else sizes[0]
    needed = [_needed(size, sigma) for size in (abs(mu.estimate), sizes[1], least)]
    return Visible(mu, Interval(*needed))


def _needed(size: float, sigma: float) -> float:
    return (TWO_SIDED * sigma / size) ** 2 if size > 0.0 else float("inf")
