"""A regime rule on one path: what it saw and did, what its signals were worth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from alvh._typing import FloatArray
from alvh.lab.replay import Replay, replay
from alvh.model import MarketState, ModelParameters
from alvh.pricing import PricingTables, vix_index
from alvh.risk.regimes import ALL, profit_by_regime, regime_bands, time_in_regime, transition_matrix
from alvh.risk.signal_study import ablation, expansions, hit_rates
from alvh.simulation import MarketPaths
from alvh.strategy import Policy, RegimeRule

__all__ = ["QUARTER", "WITHOUT_SIGNALS", "RegimeStudy", "study_regimes", "without"]

WITHOUT_SIGNALS: Final = "all signals"
"""Name of the rule from which every signal is dropped: always calm."""
QUARTER: Final = 63
"""Trading days in a quarter."""


def without(policy: Policy, signal: str) -> Policy:
    """The policy without one signal's vote; votes needed are at most those that are left.

    The Second Engine keeps its conditions.
    """
    rule = policy.regime
    left = tuple(vote for vote in rule.votes if vote.signal != signal)
    if not left:
        return _calm(policy)
    needed = {name: min(getattr(rule, name), len(left)) for name in ("watch_votes", "stress_votes")}
    return policy.model_copy(update={"regime": rule.model_copy(update={"votes": left, **needed})})


def _calm(policy: Policy) -> Policy:
    return policy.model_copy(update={"regime": RegimeRule(parameters=policy.regime.parameters)})


def study_regimes(
    paths: MarketPaths,
    model: ModelParameters,
    tables: PricingTables,
    policy: Policy,
    capital: float,
) -> RegimeStudy:
    """Run a policy, and the same without signals, on one path.

    Parameters
    ----------
    paths : MarketPaths
        One path: real history or a future.
    model : ModelParameters
        Whose states the path is of.
    tables : PricingTables
    policy : Policy
    capital : float
        Dollars.

    Raises
    ------
    ValueError
        As `replay`.
    """
    votes = bool(policy.regime.votes)
    run = replay(paths, tables, (policy, _calm(policy)) if votes else (policy,), capital)
    return RegimeStudy(model, tables, run)


@dataclass(frozen=True, eq=False)
class RegimeStudy:
    """What a regime rule did on one path.

    Attributes
    ----------
    model : ModelParameters
    tables : PricingTables
        Of that model.
    run : Replay
        Policy 0 is the rule in question, policy 1 the same without signals (if it has any).
    """

    model: ModelParameters
    tables: PricingTables
    run: Replay

    @property
    def block(self) -> int:
        """Mean length of the bootstrap's blocks: a quarter, or a quarter of a short path.

        The same for all, and for all settings, so that no interval moves for another reason than
        the book.
        """
        return max(min(QUARTER, self.run.paths.n_days // 4), 1)

    @property
    def policy(self) -> Policy:
        """The policy in question."""
        return self.run.policies[0]

    @cached_property
    def levels(self) -> pd.DataFrame:
        """``spx`` and ``vix`` by day, in points: as quoted, or the model's on a simulated path."""
        paths = self.run.paths
        if paths.history is not None:
            columns = {"spx": paths.history["spx_close"], "vix": paths.history["vix_close"]}
            return pd.DataFrame(columns).set_axis(self.run.days, axis=0)
        state = MarketState(
            spot=paths.spot[0], variance=paths.variance[0], mean_variance=paths.mean_variance[0]
        )
        vix = np.asarray(vix_index(self.model, state))
        return pd.DataFrame({"spx": paths.spot[0], "vix": vix}, index=self.run.days)

    @cached_property
    def daily(self) -> pd.DataFrame:
        """`Replay.daily` of the policy."""
        return self.run.daily(0)

    @cached_property
    def actions(self) -> pd.DataFrame:
        """`Replay.actions` of the policy."""
        return self.run.actions(0)

    @cached_property
    def bands(self) -> pd.DataFrame:
        """Runs of days in one regime."""
        return regime_bands(self.daily["regime"])

    @cached_property
    def transitions(self) -> pd.DataFrame:
        """How often each regime follows each."""
        return transition_matrix(self.daily["regime"])

    @cached_property
    def time(self) -> pd.DataFrame:
        """Time in each regime."""
        return time_in_regime(self.daily["regime"], block=self.block)

    @cached_property
    def profits(self) -> pd.DataFrame:
        """Profit of condor, hedge, costs and the whole book by the regime of the day before."""
        return profit_by_regime(self.daily["regime"], self._parts, block=self.block)

    @cached_property
    def year(self) -> pd.Series[Any]:
        """Profit of the book a year: ``year``, ``year_low``, ``year_high``, as in `profits`."""
        book = profit_by_regime(self.daily["regime"], self._parts[["book"]], block=self.block)
        return book[book["regime"].eq(ALL)].iloc[0]

    @cached_property
    def _parts(self) -> pd.DataFrame:
        parts = self.daily[["condor", "hedge", "costs"]].diff().fillna(0.0)
        parts["book"] = parts.sum(axis=1)
        return parts

    @cached_property
    def readings(self) -> pd.DataFrame:
        """The voting signals by day, nan where unavailable."""
        rule = self.policy.regime
        return pd.DataFrame(
            {v.signal: self.run.signals[v.signal, rule.parameters] for v in rule.votes},
            index=self.run.days,
        )

    @cached_property
    def votes(self) -> pd.DataFrame:
        """1 on days a signal votes for watch (or stress), 0 otherwise, nan where unavailable."""
        frame = self.readings.copy()
        for vote in self.policy.regime.votes:
            x = frame[vote.signal]
            on = x >= vote.watch if vote.side == "above" else x <= vote.watch
            frame[vote.signal] = on.astype(float).where(x.notna())
        return frame

    def expansions(self, rise: float = 0.30, within: int = 10) -> pd.DataFrame:
        """Volatility expansions of the path; see `alvh.risk.signal_study.expansions`."""
        return expansions(self.levels["vix"], rise=rise, within=within)

    def hits(
        self, rise: float = 0.30, within: int = 10, horizon: int = 21, *, rule_only: bool = False
    ) -> pd.DataFrame:
        """How the rule (``regime``) and each signal's votes did before expansions."""
        rule = (self.daily["regime"] > 0).astype(float).rename("regime")
        votes = rule.to_frame() if rule_only else pd.concat([rule, self.votes], axis=1)
        return hit_rates(votes, self.expansions(rise, within), horizon, within=within)

    @cached_property
    def ablation(self) -> pd.DataFrame:
        """What profit a year changes when a signal is dropped from the rule, and all of them."""
        policy, votes = self.policy, self.policy.regime.votes
        if not votes:
            return ablation({None: {}})
        names = [str(vote.signal) for vote in votes]
        policies = [without(policy, name) for name in names]
        run = replay(self.run.paths, self.tables, policies, self.run.outcomes.capital)
        made = dict(self._made)
        made.update((name, _before_interest(run, p)) for p, name in enumerate(names))
        made[WITHOUT_SIGNALS] = made.pop(WITHOUT_SIGNALS)  # last
        return ablation(made, block=self.block)

    @cached_property
    def through_signals(self) -> pd.Series[Any] | None:
        """The row of `ablation` for all signals, or None without any."""
        found = ablation(self._made, block=self.block)
        return None if found.empty else found.iloc[0]

    @property
    def _made(self) -> dict[str | None, dict[str, FloatArray]]:
        """Profit of each day, of the rule and of the same without signals."""
        names = (None, WITHOUT_SIGNALS)[: len(self.run.policies)]
        return {name: _before_interest(self.run, p) for p, name in enumerate(names)}


def _before_interest(run: Replay, p: int) -> dict[str, FloatArray]:
    daily = run.daily(p)
    profit = daily["profit"] - daily["interest"].diff().fillna(0.0)
    return {"profit": profit.to_numpy()[1:]}
