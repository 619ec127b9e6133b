"""Policies on one path, day by day: what was seen, what was done, and what came of it.

The path is real history or one future of the model; either runs through the engine of the Outcomes
page. On history every price is the model's, at the state that shows the VIX (and VIX3M) of the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from alvh.errors import require
from alvh.market.fred import MacroHistory
from alvh.model import ModelParameters
from alvh.pricing import PricingTables
from alvh.signals import Signals
from alvh.simulation import MarketPaths, historical_paths
from alvh.strategy import Outcomes, Policy, run_policies
from alvh.strategy._records import EVENT_FIELDS, MONETISED, OPENED, RESIZED, ROLLED, SETTLED
from alvh.strategy.engine import EXITS, TRAIL

__all__ = ["ACTIONS", "Replay", "replay", "replay_history"]

ACTIONS = {
    **dict(enumerate(EXITS)),
    OPENED: "opened",
    SETTLED: "settled",
    RESIZED: "resized",
    ROLLED: "rolled",
    MONETISED: "monetised",
}
"""Reason of an event of the engine to the word for it."""


def replay_history(
    frame: pd.DataFrame,
    policies: Sequence[Policy],
    capital: float,
    *,
    model: ModelParameters | None = None,
    tables: PricingTables | None = None,
    macro: MacroHistory | None = None,
) -> Replay:
    """Policies over real days, with what was known on each.

    Parameters
    ----------
    frame : DataFrame
        As `alvh.simulation.historical_paths`.
    policies : sequence of Policy
    capital : float
        Dollars.
    model : ModelParameters, optional
        Default: the default model. Cash earns its rate on every day.
    tables : PricingTables, optional
        Of that model; built if omitted.
    macro : MacroHistory, optional
        Monthly series, for signals.

    Raises
    ------
    ValueError
        As `historical_paths` and `run_policies`.
    """
    model = ModelParameters.default() if model is None else model
    paths = historical_paths(frame, model, macro=macro)
    return replay(
        paths, PricingTables.build(model) if tables is None else tables, policies, capital
    )


def replay(
    paths: MarketPaths, tables: PricingTables, policies: Sequence[Policy], capital: float
) -> Replay:
    """Policies on a single path; arguments as `run_policies`.

    Raises
    ------
    ValueError
        If there is more than one path, and as `run_policies`.
    """
    require(paths.n_paths == 1, "paths", paths.n_paths, "one")
    return Replay(paths, run_policies(paths, tables, policies, capital, recorded=1))


@dataclass(frozen=True, eq=False)
class Replay:
    """What policies did on one path.

    Attributes
    ----------
    paths : MarketPaths
        One path.
    outcomes : Outcomes
        With its record.
    """

    paths: MarketPaths
    outcomes: Outcomes

    @property
    def policies(self) -> tuple[Policy, ...]:
        """The policies, in their order."""
        return self.outcomes.policies

    @cached_property
    def days(self) -> pd.Index[pd.Timestamp] | pd.RangeIndex:
        """Real days, or numbers from 0 on a simulated path."""
        if self.paths.dates is None:
            return pd.RangeIndex(self.paths.n_days + 1, name="day")
        return pd.DatetimeIndex(self.paths.dates, name="date")

    @cached_property
    def signals(self) -> dict[tuple[str, Signals], pd.Series[float]]:
        """Signals as the policies saw them, by name and parameters; nan where unavailable."""
        return {
            key: pd.Series(row, index=self.days, name=key[0])
            for key, row in zip(self.outcomes.signals, self.outcomes.seen[0], strict=True)
        }

    def daily(self, p: int) -> pd.DataFrame:
        """Close by close of policy `p`; kept, so not to be written to.

        Returns
        -------
        DataFrame of shape (n_days + 1, 10)
            ``regime`` (0 calm, 1 watch, 2 stress), ``watch`` and ``stress`` (votes), ``second``
            (0 or 1); ``condor``, ``hedge``, ``costs`` and ``interest``, dollars since the start;
            ``wealth``, and ``profit`` of the day, dollars.
        """
        if p not in self._daily:
            self._daily[p] = self._daily_of(p)
        return self._daily[p]

    @cached_property
    def _daily(self) -> dict[int, pd.DataFrame]:
        return {}

    @cached_property
    def _actions(self) -> dict[int, pd.DataFrame]:
        return {}

    def _daily_of(self, p: int) -> pd.DataFrame:
        frame = pd.DataFrame(self.outcomes.trail[p, 0], index=self.days, columns=list(TRAIL))
        whole = ["regime", "watch", "stress", "second"]
        frame[whole] = frame[whole].astype(np.int64)
        frame["wealth"] = self.outcomes.wealth[p, 0]
        frame["profit"] = frame["wealth"].diff().fillna(0.0)
        return frame

    def actions(self, p: int) -> pd.DataFrame:
        """Every trade of policy `p`, in order; kept, so not to be written to.

        Returns
        -------
        DataFrame
            ``position`` (row of `days`), ``day``, ``what`` ("condor" or "layer 1"), ``action``
            (see `ACTIONS`), ``quantity`` (signed), ``price`` (points), ``cost`` (dollars), and
            ``reason``, a sentence.
        """
        if p not in self._actions:
            self._actions[p] = self._actions_of(p)
        return self._actions[p]

    def _actions_of(self, p: int) -> pd.DataFrame:
        table = pd.DataFrame(self.outcomes.events[p][0], columns=list(EVENT_FIELDS))
        position = table["day"].to_numpy(dtype=np.int64)
        regimes = self.outcomes.trail[p, 0, position, 0]
        # what was done is of few kinds: each is put in words once
        kinds, kind = np.unique(
            np.column_stack([table["what"], table["reason"], regimes]).astype(np.int64),
            axis=0,
            return_inverse=True,
        )
        words = [self._words(p, *row) for row in kinds.tolist()]
        what, action, reason = np.array(words, dtype=object).reshape(-1, 3)[kind.ravel()].T
        return pd.DataFrame(
            {
                "position": position,
                "day": self.days[position],
                "what": what,
                "action": action,
                "quantity": table["quantity"],
                "price": table["price"],
                "cost": table["cost"],
                "reason": reason,
            }
        )

    def _words(self, p: int, number: int, code: int, regime: int) -> tuple[str, str, str]:
        action = ACTIONS[code]
        reason = _reason(self.policies[p], number, action, REGIME_WORDS[regime])
        return "condor" if number == 0 else f"layer {number}", action, reason


REGIME_WORDS = ("calm", "watch", "stress")


def _reason(policy: Policy, number: int, action: str, regime: str) -> str:
    """Why a trade was made, by the rule that made it."""
    if number == 0:
        return _condor_reason(policy, action, regime)
    layer = policy.layers[number - 1]
    if action == "opened":
        waits = {
            "always": "nothing was held of it",
            "second engine": "the Second Engine is on",
            "short strike tested": f"a short delta is at {layer.tested_delta:g} or beyond",
        }
        return f"{waits[layer.opens]}; regime {regime}"
    return {
        "settled": "its expiry",
        "rolled": f"{layer.roll_dte} days are left",
        "monetised": f"worth {layer.take_profit or 0.0:g} times its cost",
        "resized": f"the quantity of {regime}"
        if layer.neutral_band is None
        else f"the delta was beyond {layer.neutral_band:g}",
        "margin": "the book could not meet its margin",
    }[action]


def _condor_reason(policy: Policy, action: str, regime: str) -> str:
    stop, shift = policy.stop, policy.shift
    stopped = f"a short delta reached {stop.delta:g}"
    if stop.kind == "credit multiple":
        stopped = f"the loss reached {stop.multiple:g} times the credit"
    return {
        "opened": f"none was held; regime {regime}",
        "expiry": "its expiry",
        "target": f"{100.0 * policy.condor.profit_target:.0f} % of the credit was earned",
        "stop": stopped,
        "time": f"{policy.condor.exit_dte} days are left",
        "shift": f"a short delta reached {shift.delta:g} with VIX at {shift.vix:g} or above; "
        f"regime {regime}",
        "margin": "the book could not meet its margin",
    }[action]
