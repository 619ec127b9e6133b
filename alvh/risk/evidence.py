r"""How much evidence there is: trades until an edge shows, and hedges that pay when they should.

Paths are the independent unit. The trades of a path share one market and one account, so their
dependence is left whole: only totals of paths enter the variances.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import ndtri

from alvh._typing import FloatArray
from alvh.errors import require
from alvh.risk._names import policy_names
from alvh.risk.inference import Interval, Statistic, interval, ratio, share, standard_error
from alvh.strategy.engine import PARTS, Outcomes

__all__ = ["LargeNumbers", "TailScatter", "law_of_large_numbers", "tail_scatter"]

ONE_SIDED: Final = float(ndtri(0.95))
"""1.645: a true edge of that many standard errors is the boundary of a one-sided 95 % test."""


@dataclass(frozen=True, eq=False)
class LargeNumbers:
    """Profit per trade as trades are added.

    Attributes
    ----------
    cone : DataFrame
        One row a policy and number of trades: ``policy``, ``trades``, ``mean``, ``low``, ``high``
        (dollars a trade: where the average of so many trades lies with the given probability),
        ``running`` (average of the simulated paths in their order, up to the path in which that
        trade closes; nan beyond the last).
    edge : DataFrame
        One row a policy: ``policy``, ``mean`` (dollars a trade), ``low``, ``high`` (its interval),
        ``sd`` (long-run, dollars a trade), ``trades`` (simulated), ``needed``, ``needed_low``,
        ``needed_high`` (trades until the edge is told from zero; infinite where the mean is not
        positive). All nan for a policy that never traded.
    """

    cone: pd.DataFrame
    edge: pd.DataFrame


def law_of_large_numbers(
    outcomes: Outcomes, trades: int = 10_000, *, n_points: int = 60, level: float = 0.95
) -> LargeNumbers:
    r"""Mean profit per condor trade against the number of trades.

    Parameters
    ----------
    outcomes : Outcomes
    trades : int, default=10000
        Where the cone ends.
    n_points : int, default=60
        Numbers of trades, from one, evenly on a log scale.
    level : float, default=0.95
        Of the cone and of the intervals.

    Returns
    -------
    LargeNumbers

    Notes
    -----
    With :math:`X_i` the profit of the whole book on path i (hedge, costs and what is still open
    among it) and :math:`N_i` its condors closed, the mean per trade is
    :math:`\mu = \sum X_i / \sum N_i`. By the renewal-reward theorem the average over n trades has
    variance :math:`\sigma^2 / n` for large n, with the long-run variance per trade

    .. math:: \sigma^2 = \mathrm{Var}(X_i - \mu N_i) / E[N_i],

    which holds all dependence within a path. The cone is :math:`\mu \pm z \sigma / \sqrt n`; its
    narrow end assumes that paths follow one another as independent accounts.

    A one-sided 95 % test of no edge has its boundary at the true mean when
    :math:`n = (1.645\, \sigma / \mu)^2`: half of all records so long show the edge, half do not.
    The interval of that number puts the two ends of :math:`\mu`'s own interval in its place,
    :math:`\sigma` held fixed; an end of :math:`\mu` that is not positive gives infinity. What these
    paths leave open about :math:`\mu` is averaged within blocks, while :math:`\sigma` is of single
    paths: a trader lives one.
    """
    require(trades >= 2, "trades", trades, ">= 2")
    require(n_points >= 2, "n_points", n_points, ">= 2")
    grid = np.unique(np.rint(np.geomspace(1, trades, n_points)).astype(np.int64))
    z = float(ndtri(0.5 + 0.5 * level))
    cones, edges = [], []
    for p, (name, profit) in enumerate(zip(policy_names(outcomes), outcomes.profit, strict=True)):
        count = outcomes.trades[p, :, 0]
        per_trade = ratio(profit, count)
        mu = interval(per_trade, level=level, block=outcomes.block)
        # the influence is (X - mu N) / mean N
        sigma = standard_error(per_trade.influence) * float(np.sqrt(count.sum()))
        half = z * sigma / np.sqrt(grid)
        cones.append(
            pd.DataFrame(
                {
                    "policy": name,
                    "trades": grid,
                    "mean": mu.estimate,
                    "low": mu.estimate - half,
                    "high": mu.estimate + half,
                    "running": _running(profit, count, grid),
                }
            )
        )
        needed = [_needed(m, sigma) for m in (mu.estimate, mu.high, mu.low)]
        edges.append((name, mu.estimate, mu.low, mu.high, sigma, count.sum(), *needed))
    columns = ["policy", "mean", "low", "high", "sd", "trades", "needed"]
    edge = pd.DataFrame(edges, columns=[*columns, "needed_low", "needed_high"])
    return LargeNumbers(pd.concat(cones, ignore_index=True), edge)


def _needed(mu: float, sigma: float) -> float:
    if np.isnan(mu) or np.isnan(sigma):
        return float("nan")
    return (ONE_SIDED * sigma / mu) ** 2 if mu > 0.0 else float("inf")


def _running(
    profit: FloatArray, count: FloatArray, grid: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
) -> FloatArray:
    done = np.cumsum(count)
    path = np.searchsorted(done, grid, side="left")
    known = path < done.size
    path = np.minimum(path, done.size - 1)
    out = np.full(grid.size, np.nan)
    np.divide(np.cumsum(profit)[path], done[path], out=out, where=known & (done[path] > 0))
    return out


@dataclass(frozen=True, eq=False)
class TailScatter:
    """Condor against hedge in the worst paths of the condor.

    Attributes
    ----------
    points : DataFrame
        ``condor``, ``hedge`` (dollars, not discounted, before costs); worst condor first.
    n_tail : int
        Paths in the tail; `points` are at most so many of them.
    threshold : float
        Best condor result in the tail, dollars.
    paid : Interval
        Share of the paths of the tail in which the hedge gained.
    offset : Interval
        Mean gain of the hedge over mean loss of the condor in the tail: 1 would make it whole,
        negative means that the hedge lost too. nan where the condor's tail does not lose.
    """

    points: pd.DataFrame
    n_tail: int
    threshold: float
    paid: Interval
    offset: Interval


def tail_scatter(
    outcomes: Outcomes,
    policy: int,
    share_of_paths: float = 0.05,
    *,
    most_points: int = 400,
    level: float = 0.95,
) -> TailScatter:
    r"""Did the hedge pay when the condor lost most?

    Parameters
    ----------
    outcomes : Outcomes
    policy : int
        Its number.
    share_of_paths : float, default=0.05
        The tail: the worst such share of paths by premium collected less paid back.
    most_points : int, default=400
        Points kept, evenly spread over the ranks of the tail.
    level : float, default=0.95
        Of the intervals.

    Returns
    -------
    TailScatter

    Raises
    ------
    ValueError
        If there is no such policy or the share is not in (0, 1].

    Notes
    -----
    That the tail itself is estimated counts: for :math:`A = \{c \le q\}` the ratio
    :math:`R = -E[h; A] / E[c; A]` has influence

    .. math:: -\left(1_A (h + R c) + (p - 1_A)(E[h | c = q] + R q)\right) / E[c; A],

    with :math:`E[h | c = q]` averaged over the fifth of the tail's number of paths nearest in rank.
    The interval of the share paid is Wilson's, given the tail.
    """
    n_policies, n_paths = outcomes.wealth.shape[:2]
    require(0 <= policy < n_policies, "policy", policy, f"from 0 to {n_policies - 1}")
    require(0.0 < share_of_paths <= 1.0, "share_of_paths", share_of_paths, "in (0, 1]")
    require(most_points >= 1, "most_points", most_points, ">= 1")
    parts = outcomes.parts[policy]
    condor = parts[:, PARTS.index("credits")] + parts[:, PARTS.index("payouts")]
    hedge = parts[:, len(PARTS) :].sum(axis=1)
    k = max(int(np.ceil(share_of_paths * n_paths - 1e-9)), 1)
    order = np.argsort(condor, kind="stable")
    worst = order[:k]
    inside = np.zeros(n_paths)
    inside[worst] = 1.0
    kept = worst[np.rint(np.linspace(0, k - 1, min(k, most_points))).astype(np.int64)]
    paid = np.where(hedge > 0.0, inside, 0.0)
    odds = share(ratio(paid, inside), level=level, block=outcomes.block)
    return TailScatter(
        pd.DataFrame({"condor": condor[kept], "hedge": hedge[kept]}),
        k,
        float(condor[worst[-1]]),
        odds,
        interval(_offset(condor, hedge, inside, order, k), level=level, block=outcomes.block),
    )


def _offset(
    condor: FloatArray,
    hedge: FloatArray,
    inside: FloatArray,
    order: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    k: int,
) -> Statistic:
    """Ratio of `tail_scatter`; `order` ranks paths by condor, of which the first `k` are inside."""
    n = condor.size
    lost = float((condor * inside).mean())
    if lost >= 0.0:
        return Statistic(np.nan, np.full(n, np.nan))
    value = -float((hedge * inside).mean()) / lost
    near = max(k // 10, 1)
    edge = order[max(k - near, 0) : min(k + near, n)]
    at_edge = float(hedge[edge].mean()) + value * float(condor[order[k - 1]])
    influence = inside * (hedge + value * condor) + (k / n - inside) * at_edge
    return Statistic(value, influence / -lost)
