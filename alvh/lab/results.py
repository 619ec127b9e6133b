"""Everything that is shown of a run of policies, each computed when first asked for."""

from __future__ import annotations

from functools import cached_property

import pandas as pd

from alvh.risk.distribution import Fan, Histogram, profit_histogram, tail, wealth_fan
from alvh.risk.drawdown import Drawdowns, drawdown_exceedance, drawdowns
from alvh.risk.evidence import LargeNumbers, TailScatter, law_of_large_numbers, tail_scatter
from alvh.risk.outcomes import attribution, outcome_table, paired_differences
from alvh.strategy import Outcomes

__all__ = ["Results"]


class Results:
    """Statistics of one run.

    Parameters
    ----------
    outcomes : Outcomes
        Kept until `settle`, which computes all that is left and lets it go: 50,000 paths of five
        policies are half a gigabyte.
    """

    def __init__(self, outcomes: Outcomes) -> None:
        self._outcomes: Outcomes | None = outcomes
        self.policies = outcomes.policies
        self.n_paths = outcomes.wealth.shape[1]
        self.n_days = outcomes.wealth.shape[2] - 1
        self._scatter: dict[int, TailScatter] = {}

    @property
    def outcomes(self) -> Outcomes:
        """The run itself, until it is settled."""
        if self._outcomes is None:
            raise AttributeError("the outcomes of a settled run are gone")
        return self._outcomes

    @cached_property
    def falls(self) -> Drawdowns:
        """Drawdown, time under water and worst month of every path."""
        return drawdowns(self.outcomes)

    @cached_property
    def table(self) -> pd.DataFrame:
        """`outcome_table`."""
        return outcome_table(self.outcomes, found=self.falls)

    @cached_property
    def differences(self) -> pd.DataFrame:
        """`paired_differences` from the first policy."""
        return paired_differences(self.outcomes, found=self.falls)

    @cached_property
    def histogram(self) -> Histogram:
        """`profit_histogram`."""
        return profit_histogram(self.outcomes)

    @cached_property
    def tail(self) -> pd.DataFrame:
        """`tail`."""
        return tail(self.outcomes)

    @cached_property
    def fan(self) -> Fan:
        """`wealth_fan`."""
        return wealth_fan(self.outcomes)

    @cached_property
    def exceedance(self) -> pd.DataFrame:
        """`drawdown_exceedance`."""
        return drawdown_exceedance(self.outcomes, self.falls)

    @cached_property
    def attribution(self) -> pd.DataFrame:
        """`attribution`, premium and payoff apart."""
        return attribution(self.outcomes, gross=True)

    @cached_property
    def large_numbers(self) -> LargeNumbers:
        """`law_of_large_numbers`."""
        return law_of_large_numbers(self.outcomes)

    def scatter(self, policy: int) -> TailScatter:
        """`tail_scatter` of a policy."""
        if policy not in self._scatter:
            self._scatter[policy] = tail_scatter(self.outcomes, policy)
        return self._scatter[policy]

    def settle(self) -> Results:
        """Compute everything, and let the paths go."""
        for name, part in vars(type(self)).items():
            if isinstance(part, cached_property):
                getattr(self, name)
        for policy in range(len(self.policies)):
            self.scatter(policy)
        self._outcomes = None
        del self.falls
        return self
