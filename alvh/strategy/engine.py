"""One engine: policies run on market paths, whatever the paths come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from alvh._typing import FloatArray
from alvh.clock import TRADING_DAYS, VIX3M_HORIZON, VIX_HORIZON, trading_days
from alvh.errors import require
from alvh.market.contracts import SPX_MULTIPLIER
from alvh.model.parameters import ModelParameters
from alvh.pricing import PricingTables
from alvh.pricing.tables import VIX_DAYS
from alvh.pricing.variance import log_contract_variance
from alvh.simulation.paths import MarketPaths
from alvh.strategy import _kernel
from alvh.strategy._pack import pack
from alvh.strategy._records import COUNTS, EVENT_FIELDS, EXITS, Clock, Ledger
from alvh.strategy.policy import Policy

__all__ = ["COUNTS", "EXITS", "PARTS", "Outcomes", "run_policies"]

PARTS = ("credits", "payouts", "costs", "interest")
_MOST_EVENTS = 4096


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What each policy did on each path, in dollars.

    Attributes
    ----------
    policies : tuple of Policy
    capital : float
        Wealth before the first trade.
    rate : float
        Interest rate a year, earned by cash.
    wealth : ndarray of shape (n_policies, n_paths, n_days + 1)
        Cash and positions at model mid, after the trades of each close.
    parts : ndarray of shape (n_policies, n_paths, 4 + 2 n_layers)
        What the change in wealth is made of; columns `part_names`. They sum to it.
    trades : ndarray of shape (n_policies, n_paths, 4)
        Condors closed, profitable ones, sum and sum of squares of their profits after costs.
    counts : int32 ndarray of shape (n_policies, n_paths, len(COUNTS))
        Exits by reason, closes at which no condor could be opened, closes in each regime, layers
        rolled and monetised.
    block : int
        Consecutive paths that depend on one another (see `MarketPaths.block`).
    events : tuple of tuple of ndarray
        For each policy, for each recorded path: rows of day, what (0 the condor, else the layer),
        reason, signed quantity, price in points, cost in dollars.
    """

    policies: tuple[Policy, ...]
    capital: float
    rate: float
    wealth: FloatArray
    parts: FloatArray
    trades: FloatArray
    counts: Any
    block: int
    events: tuple[tuple[FloatArray, ...], ...]

    @property
    def n_layers(self) -> int:
        """Layers of the policy that has most."""
        return int(self.parts.shape[2] - len(PARTS)) // 2

    @property
    def part_names(self) -> tuple[str, ...]:
        """Columns of `parts`."""
        layers = (
            f"layer {i + 1} {what}" for i in range(self.n_layers) for what in ("premium", "payoff")
        )
        return (*PARTS, *layers)

    @property
    def profit(self) -> FloatArray:
        """Present value of what was earned beyond interest on the capital; (n_policies, n_paths).

        Wealth at the end discounted at the rate cash earns, less the capital: without risk premia
        and costs its mean is zero for every policy.
        """
        years = (self.wealth.shape[2] - 1) / TRADING_DAYS
        return np.asarray(self.wealth[..., -1] * np.exp(-self.rate * years) - self.capital)


def run_policies(
    paths: MarketPaths,
    tables: PricingTables,
    policies: Sequence[Policy],
    capital: float,
    *,
    recorded: int = 0,
) -> Outcomes:
    """Run every policy on every path.

    Parameters
    ----------
    paths : MarketPaths
    tables : PricingTables
        Of the risk-neutral model in which the paths are states.
    policies : sequence of Policy
        One to twenty.
    capital : float
        Dollars, the same for each policy; at least the margin of one condor.
    recorded : int, default=0
        How many of the first paths keep a record of every trade.

    Returns
    -------
    Outcomes

    Raises
    ------
    ValueError
        If there are no policies or too many, the capital does not margin one condor, or the paths
        end before a condor of some policy would; the message names the field.

    Notes
    -----
    A book that cannot meet the margin of its condors at a close is closed at that close, for good.
    Positions open on the last day are valued at mid. The kernel and the order of a day:
    `alvh.strategy._kernel`.
    """
    chosen = tuple(policies)
    require(1 <= len(chosen) <= 20, "policies", f"{len(chosen)} of them", "one to twenty")
    require(np.isfinite(capital) and capital > 0.0, "capital", capital, "> 0 dollars")
    for policy in chosen:
        _check(policy, paths, capital)
    rules = pack(chosen, tables)
    shape = (len(chosen), paths.n_paths)
    recorded = min(recorded, paths.n_paths)
    ledger = Ledger(
        wealth=np.empty((*shape, paths.n_days + 1)),
        parts=np.zeros((*shape, len(PARTS) + 2 * rules.layers.shape[1])),
        trades=np.zeros((*shape, 4)),
        counts=np.zeros((*shape, len(COUNTS)), np.int32),
        events=np.zeros((len(chosen), recorded, _MOST_EVENTS, len(EVENT_FIELDS))),
        n_events=np.zeros((len(chosen), recorded), np.int64),
    )
    _kernel.run(
        tables.grid,
        _clock(tables.model),
        rules,
        paths.spot,
        paths.variance,
        paths.mean_variance,
        float(capital),
        ledger,
    )
    for array in ledger:
        array.setflags(write=False)
    events = tuple(
        tuple(ledger.events[p, i, : ledger.n_events[p, i]] for i in range(recorded))
        for p in range(len(chosen))
    )
    return Outcomes(
        chosen,
        float(capital),
        tables.model.rate,
        ledger.wealth,
        ledger.parts,
        ledger.trades,
        ledger.counts,
        paths.block,
        events,
    )


def _check(policy: Policy, paths: MarketPaths, capital: float) -> None:
    need = trading_days(policy.condor.dte)
    require(
        paths.n_days >= need,
        "horizon",
        paths.n_days,
        f"at least the {need} trading days of a condor of {policy.name}",
    )
    if policy.condor.wings:
        margin = SPX_MULTIPLIER * policy.condor.wing
    else:
        margin = int(0.10 * SPX_MULTIPLIER * float(paths.spot[0, 0]))
    require(
        capital >= margin,
        "capital",
        capital,
        f"at least the margin of one condor of {policy.name}, {margin:,} dollars",
    )


@lru_cache(maxsize=16)
def _clock(model: ModelParameters) -> Clock:
    days = np.arange(VIX_DAYS + 1) / TRADING_DAYS
    return Clock(
        discount=np.exp(-model.rate * days),
        growth=np.exp((model.rate - model.dividend_yield) * days),
        interest=float(np.expm1(model.rate / TRADING_DAYS)),
        vix=np.array(log_contract_variance(model, VIX_HORIZON)),
        vix3m=np.array(log_contract_variance(model, VIX3M_HORIZON)),
    )
