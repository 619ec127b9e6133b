"""One engine: policies run on market paths, whatever the paths come from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from alvh._typing import FloatArray
from alvh.clock import TRADING_DAYS, VIX3M_HORIZON, VIX_HORIZON, trading_days
from alvh.errors import require
from alvh.market.contracts import SPX_MULTIPLIER
from alvh.model.parameters import ModelParameters
from alvh.model.premia import RiskPremia
from alvh.model.state import MarketState
from alvh.pricing import PricingTables, return_cumulants
from alvh.pricing.tables import VIX_DAYS
from alvh.pricing.variance import log_contract_variance
from alvh.signals import Signals
from alvh.simulation.factors import FactorModel
from alvh.simulation.model import Sampling, simulate_paths
from alvh.simulation.paths import MarketPaths
from alvh.strategy import _kernel
from alvh.strategy._pack import pack
from alvh.strategy._records import COUNTS, EVENT_FIELDS, EXITS, TRAIL, Clock, Ledger
from alvh.strategy._signals import Wanted, factors_of, given_rows
from alvh.strategy.policy import Policy
from alvh.strategy.vote import SignalName

__all__ = [
    "COUNTS",
    "EXITS",
    "MOST_POLICIES",
    "PARTS",
    "TRAIL",
    "Outcomes",
    "run_policies",
    "simulate_policies",
]

PARTS = ("credits", "payouts", "costs", "interest")
MOST_POLICIES = 20
_MOST_EVENTS = 16_384


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
    trail : ndarray of shape (n_policies, n_recorded, n_days + 1, len(TRAIL))
        Of the recorded paths, close by close: regime, votes for watch and for stress, whether the
        second engine was on; profits of condors and of layers before costs, costs (negative) and
        interest since the start, in dollars.
    seen : ndarray of shape (n_recorded, n_signals, n_days + 1)
        Of the recorded paths: the signals as the policies saw them, nan where unavailable.
    signals : tuple of (name, Signals)
        What `seen` holds, with the parameters of each.
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
    trail: FloatArray = field(default_factory=lambda: np.zeros((0, 0, 0, len(TRAIL))))
    seen: FloatArray = field(default_factory=lambda: np.zeros((0, 0, 0)))
    signals: tuple[tuple[SignalName, Signals], ...] = ()

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
        One to `MOST_POLICIES`.
    capital : float
        Dollars, the same for each policy; at least what margins one condor.
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
    wanted = Wanted(paths.history is not None)
    days_are = "horizon" if paths.history is None else "trading days of the history"
    ledger, rules = _prepare(
        paths.n_paths, paths.n_days, tables, policies, capital, recorded, wanted, days_are
    )
    _run(paths, tables, rules, capital, ledger, 0, wanted)
    return _outcomes(tuple(policies), tables, capital, ledger, paths.block, wanted)


def simulate_policies(
    model: ModelParameters,
    premia: RiskPremia,
    state: MarketState,
    tables: PricingTables,
    policies: Sequence[Policy],
    capital: float,
    *,
    n_paths: int,
    n_days: int,
    seed: int,
    sampling: Sampling = "independent",
    chunk: int = 10_000,
    factors: FactorModel | None = None,
    progress: Callable[[int, int], object] | None = None,
) -> Outcomes:
    """Simulate and run in pieces, so that memory holds the outcomes and few paths at a time.

    The same numbers as `run_policies` on one `simulate_paths` of all paths, bit for bit.

    Parameters
    ----------
    model, premia, state, n_paths, n_days, seed, sampling, factors
        As `alvh.simulation.simulate_paths`.
    tables, policies, capital
        As `run_policies`.
    chunk : int, default=10_000
        Paths held at once.
    progress : callable, optional
        Called with paths done and paths in all before each piece and at the end; an exception it
        raises ends the run.

    Raises
    ------
    ValueError
        As both functions.
    """
    require(chunk >= 2, "chunk", chunk, ">= 2 paths")
    chunk -= chunk % 2
    ledger: Ledger | None = None
    rules: Any = None
    block, wanted = 1, Wanted(False)
    for first in range(0, max(n_paths, 1), chunk):
        if progress is not None:
            progress(first, n_paths)
        size = min(chunk, n_paths - first)
        paths = simulate_paths(
            model,
            premia,
            state,
            size,
            n_days,
            seed,
            sampling=sampling,
            first=first,
            factors=factors,
        )
        if ledger is None:
            ledger, rules = _prepare(n_paths, n_days, tables, policies, capital, 0, wanted)
            block = paths.block
        _run(paths, tables, rules, capital, ledger, first, wanted)
    if progress is not None:
        progress(n_paths, n_paths)
    assert ledger is not None
    return _outcomes(tuple(policies), tables, capital, ledger, block, wanted)


def _prepare(
    n_paths: int,
    n_days: int,
    tables: PricingTables,
    policies: Sequence[Policy],
    capital: float,
    recorded: int,
    wanted: Wanted,
    days_are: str = "horizon",
) -> tuple[Ledger, Any]:
    """An empty ledger, and the policies as records; `days_are` names the days if too few."""
    n = len(policies)
    require(n_paths >= 1, "paths", n_paths, "at least one")
    require(1 <= n <= MOST_POLICIES, "policies", f"{n} of them", f"one to {MOST_POLICIES}")
    require(np.isfinite(capital) and capital > 0.0, "capital", capital, "> 0 dollars")
    for policy in policies:
        _check(policy, n_days, capital, days_are)
    rules = pack(policies, tables, wanted)
    recorded = min(recorded, n_paths)
    ledger = Ledger(
        wealth=np.empty((n, n_paths, n_days + 1)),
        parts=np.zeros((n, n_paths, len(PARTS) + 2 * rules.layers.shape[1])),
        trades=np.zeros((n, n_paths, 4)),
        counts=np.zeros((n, n_paths, len(COUNTS)), np.int32),
        events=np.zeros((n, recorded, _MOST_EVENTS if recorded else 0, len(EVENT_FIELDS))),
        n_events=np.zeros((n, recorded), np.int64),
        trail=np.zeros((n, recorded, n_days + 1, len(TRAIL))),
        seen=np.zeros((recorded, rules.signals.size, n_days + 1)),
    )
    return ledger, rules


def _run(
    paths: MarketPaths,
    tables: PricingTables,
    rules: Any,
    capital: float,
    ledger: Ledger,
    at: int,
    wanted: Wanted,
) -> None:
    _kernel.run(
        tables.grid,
        _clock(tables.model),
        rules,
        paths.spot,
        paths.variance,
        paths.mean_variance,
        given_rows(wanted, paths),
        factors_of(wanted, paths),
        float(capital),
        ledger,
        at,
    )


def _outcomes(
    policies: tuple[Policy, ...],
    tables: PricingTables,
    capital: float,
    ledger: Ledger,
    block: int,
    wanted: Wanted,
) -> Outcomes:
    for array in ledger:
        array.setflags(write=False)
    events = tuple(
        tuple(rows[:n] for rows, n in zip(of_policy, counts, strict=True))
        for of_policy, counts in zip(ledger.events, ledger.n_events, strict=True)
    )
    return Outcomes(
        policies,
        float(capital),
        tables.model.rate,
        ledger.wealth,
        ledger.parts,
        ledger.trades,
        ledger.counts,
        block,
        events,
        ledger.trail,
        ledger.seen,
        tuple(wanted.asked),
    )


def _check(policy: Policy, n_days: int, capital: float, days_are: str) -> None:
    regime = policy.regime
    need = trading_days(max(policy.condor.dte, regime.watch_dte or 0, regime.stress_dte or 0))
    require(
        n_days >= need,
        days_are,
        n_days,
        f"at least the {need} trading days of a condor of {policy.name}",
    )
    if policy.condor.wings:  # what a condor without credit would need
        margin = SPX_MULTIPLIER * policy.condor.wing
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
        together=_together(model),
        skew=np.array(return_cumulants(model.without_carry(), VIX_HORIZON)),
    )


def _together(model: ModelParameters) -> FloatArray:
    """Covariance of variance and log index, and variance of the latter; see `Clock`."""
    up, lean = model.variance_jump_mean, model.jump_correlation
    both = model.jump_mean * up + 2.0 * lean * up * up
    own = model.jump_std**2 + model.jump_mean**2 + 2.0 * lean * up * (model.jump_mean + lean * up)
    always, slope = model.jump_intensity, model.jump_intensity_slope
    diffusive = model.rho * model.sigma
    return np.array([diffusive + slope * both, always * both, 1.0 + slope * own, always * own])
