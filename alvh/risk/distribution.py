"""Distributions of profit as a page shows them: histogram, density, tail, and the fan over time.

Present values beyond interest on the capital, in dollars (`Outcomes.profit`). Hundreds of rows,
never path by path.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from alvh._typing import FloatArray
from alvh.clock import TRADING_DAYS
from alvh.errors import require
from alvh.risk._names import policy_names
from alvh.risk.density import binned_density
from alvh.risk.inference import share
from alvh.strategy.engine import Outcomes

__all__ = ["Fan", "Histogram", "profit_histogram", "tail", "wealth_fan"]

_BULK = (0.005, 0.999)  # quantiles that the histogram reaches, of every policy


@dataclass(frozen=True, eq=False)
class Histogram:
    """Profits of all policies in common bins, and what lies outside them.

    Attributes
    ----------
    bins : DataFrame
        One row a policy and bin: ``policy``, ``left``, ``right`` (dollars, round numbers, zero an
        edge where it is inside), ``share`` (of paths in [left, right)).
    density : DataFrame
        One row a policy and place: ``policy``, ``profit`` (dollars), ``density`` (share of paths a
        dollar, so that it integrates to the share inside).
    outside : DataFrame
        One row a policy: ``policy``, ``below``, ``above`` (shares of paths outside the bins),
        ``below_mean`` (mean profit of those below, nan without any), ``worst``, ``best`` (dollars).
        Shares of bins, below and above sum to one.
    """

    bins: pd.DataFrame
    density: pd.DataFrame
    outside: pd.DataFrame


def profit_histogram(outcomes: Outcomes, bins: int = 80, *, n_density: int = 201) -> Histogram:
    """Histogram and smooth density of profit, all policies on one axis.

    Parameters
    ----------
    outcomes : Outcomes
    bins : int, default=80
        About so many; their width is 1, 2, 2.5 or 5 times a power of ten.
    n_density : int, default=201
        Places of the density.

    Returns
    -------
    Histogram
        Bins reach from the smallest 0.5 % quantile of the policies to their largest 99.9 %.
    """
    require(bins >= 2, "bins", bins, ">= 2")
    require(n_density >= 2, "n_density", n_density, ">= 2")
    profit, names = outcomes.profit, policy_names(outcomes)
    edges = _edges(profit, bins)
    low, high = float(edges[0]), float(edges[-1])
    places = np.linspace(low, high, n_density)
    reach = 0.1 * (high - low)  # the density may slope past the ends instead of folding back there
    n = profit.shape[1]
    counted, smooth, outside = [], [], []
    for name, x in zip(names, profit, strict=True):
        at = np.searchsorted(edges, x, side="right") - 1
        inside = (at >= 0) & (at < edges.size - 1)
        counts = np.bincount(at[inside], minlength=edges.size - 1)
        counted.append(
            pd.DataFrame(
                {"policy": name, "left": edges[:-1], "right": edges[1:], "share": counts / n}
            )
        )
        density = binned_density(x, low - reach, high + reach, places)
        smooth.append(pd.DataFrame({"policy": name, "profit": places, "density": density}))
        below = x < low
        mean_below = float(x[below].mean()) if below.any() else np.nan
        above = float((x >= high).mean())
        outside.append((name, float(below.mean()), above, mean_below, x.min(), x.max()))
    return Histogram(
        pd.concat(counted, ignore_index=True),
        pd.concat(smooth, ignore_index=True),
        pd.DataFrame(outside, columns=["policy", "below", "above", "below_mean", "worst", "best"]),
    )


def _edges(profit: FloatArray, bins: int) -> FloatArray:
    ends = np.quantile(profit, _BULK, axis=1)
    low, high = float(ends[0].min()), float(ends[1].max())
    if not high - low > 1e-9 * max(abs(low), abs(high)):  # one number, or nearly: give it a bin
        pad = max(0.01 * abs(low), 1.0)
        low, high = low - pad, high + pad
    width = round_up((high - low) / bins)
    first, last = int(np.floor(low / width)), int(np.floor(high / width)) + 1
    return np.asarray(np.arange(first, last + 1) * width)


def round_up(x: float) -> float:
    """Smallest of 1, 2, 2.5 and 5 times a power of ten that is at least `x` > 0."""
    power = 10.0 ** np.floor(np.log10(x))
    for factor in (1.0, 2.0, 2.5, 5.0):
        if factor * power >= x * (1.0 - 1e-12):
            return float(factor * power)
    return float(10.0 * power)


def tail(
    outcomes: Outcomes, *, most: float = 0.2, n_points: int = 60, level: float = 0.95
) -> pd.DataFrame:
    """P(profit <= x) in the worst part of the distribution, at profits that occurred.

    Parameters
    ----------
    outcomes : Outcomes
    most : float, default=0.2
        Probability at which the tail begins, in (0, 1].
    n_points : int, default=60
        At most so many a policy, evenly on a log scale of probability.
    level : float, default=0.95
        Of Wilson's interval.

    Returns
    -------
    DataFrame
        Columns ``policy``, ``profit`` (dollars, rising), ``probability``, ``low``, ``high``
        (shares). The first row of a policy is its worst path.
    """
    require(0.0 < most <= 1.0, "most", most, "in (0, 1]")
    require(n_points >= 2, "n_points", n_points, ">= 2")
    rows = []
    n, block = outcomes.profit.shape[1], outcomes.block
    last = max(int(most * n + 1e-9), 1)
    ranks = np.unique(np.rint(np.geomspace(1, last, n_points)).astype(np.int64))
    for name, x in zip(policy_names(outcomes), outcomes.profit, strict=True):
        ordered = np.sort(x)
        for value in np.unique(ordered[ranks - 1]):
            odds = share(x <= value, level=level, block=block)
            rows.append((name, value, odds.estimate, odds.low, odds.high))
    return pd.DataFrame(rows, columns=["policy", "profit", "probability", "low", "high"])


@dataclass(frozen=True, eq=False)
class Fan:
    """Profit over time.

    Attributes
    ----------
    bands : DataFrame
        One row a policy and day: ``policy``, ``day`` (trading days), ``mean`` and a column a
        quantile, such as ``p05`` (dollars).
    samples : DataFrame
        One row a policy, path and day: ``policy``, ``path`` (number), ``day``, ``profit``
        (dollars). The same paths for all policies: evenly spread over the ranks of the first
        policy's profit.
    """

    bands: pd.DataFrame
    samples: pd.DataFrame


def wealth_fan(
    outcomes: Outcomes,
    quantiles: Sequence[float] = (0.05, 0.25, 0.5, 0.75, 0.95),
    n_days: int = 60,
    *,
    n_samples: int = 5,
) -> Fan:
    """Quantiles of the present value of profit at closes from the first to the last.

    Parameters
    ----------
    outcomes : Outcomes
    quantiles : sequence of float
        In (0, 1), rising; whole percents name the columns ``p05``, others ``p0.5``.
    n_days : int, default=60
        About so many intervals between days, the first and the last day among their ends.
    n_samples : int, default=5
        Sample paths.

    Returns
    -------
    Fan
    """
    levels = np.asarray(quantiles, dtype=np.float64)
    require((levels > 0.0) & (levels < 1.0), "quantiles", levels, "in (0, 1)")
    require(n_days >= 1, "n_days", n_days, ">= 1")
    wealth = outcomes.wealth
    last, n_paths = wealth.shape[2] - 1, wealth.shape[1]
    days = np.unique(np.rint(np.linspace(0, last, min(n_days, last) + 1)).astype(np.int64))
    discount = np.exp(-outcomes.rate * days / TRADING_DAYS)
    names = policy_names(outcomes)
    order = np.argsort(outcomes.profit[0], kind="stable")
    n_samples = min(n_samples, n_paths)
    chosen = order[((np.arange(n_samples) + 0.5) * n_paths / max(n_samples, 1)).astype(np.int64)]
    columns = [f"p{100 * q:02.0f}" if abs(100 * q % 1) < 1e-9 else f"p{100 * q:g}" for q in levels]
    bands, samples = [], []
    for name, path in zip(names, wealth, strict=True):
        profit = np.ascontiguousarray(path[:, days].T) * discount[:, None] - outcomes.capital
        found = np.quantile(profit, levels, axis=1)
        band = pd.DataFrame({"policy": name, "day": days, "mean": profit.mean(axis=1)})
        bands.append(band.assign(**dict(zip(columns, found, strict=True))))
        samples.append(
            pd.DataFrame(
                {
                    "policy": name,
                    "path": np.repeat(chosen, days.size),
                    "day": np.tile(days, chosen.size),
                    "profit": profit[:, chosen].T.ravel(),
                }
            )
        )
    return Fan(pd.concat(bands, ignore_index=True), pd.concat(samples, ignore_index=True))
