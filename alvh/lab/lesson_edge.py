r"""Step 4, turn the edge off: whose profit it was, premium by premium, on the same random numbers.

Five policies trade free of costs on futures without any risk premium, with one premium alone, and
with all of them. Without premia each is expected to earn exactly nothing, so its mean there is all
noise, and noise that the other cases share: what a premium alone brings is the difference,

.. math:: a_k = E[X_k] - E[X_0], \qquad \sum_k a_k + i = E[X] - E[X_0],

and the remainder i is what premia bring together and not by themselves. Costs come last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Literal, get_args

import numpy as np
import pandas as pd
from pydantic import Field

from alvh._typing import FloatArray
from alvh.errors import require
from alvh.lab.lesson import Lesson
from alvh.model import RiskPremia
from alvh.pricing import PricingTables
from alvh.risk.inference import Interval, interval, mean
from alvh.simulation import simulate_paths
from alvh.strategy import Costs, run_policies
from alvh.strategy.policy import Preset

__all__ = [
    "PARTS",
    "POLICIES",
    "PREMIA",
    "EdgeFinding",
    "EdgeOff",
    "attributed",
    "edge_cases",
    "edge_off",
    "premia_of",
    "profits_of",
]

POLICIES: Final[tuple[str, ...]] = get_args(Preset)
PREMIA: Final[Mapping[str, tuple[str, ...]]] = {
    "equity": ("equity",),
    "variance": ("theta",),
    "jumps": ("jump_intensity", "jump_intensity_slope", "jump_mean", "variance_jump_mean"),
}
"""Premium to the fields of `RiskPremia` it is made of."""
PARTS: Final = (*PREMIA, "together", "costs")
_YEAR: Final = 252

Which = Literal["all", "equity", "variance", "jumps"]


class EdgeOff(Lesson):
    """Settings of the step. The sidebar's edge is what all premia are before they are turned."""

    left: float = Field(
        0.0,
        ge=0.0,
        le=100.0,
        title="Premium left on",
        description="Share of the premium that is left: 0 turns the edge off.",
        json_schema_extra={"unit": "%", "step": 10.0},
    )
    which: Which = Field(
        "all",
        title="Of which premium",
        description="All of them, or one by itself while the others are off.",
    )
    charged: bool = Field(
        False,
        title="Trading costs",
        description="Spreads and commissions in the picture on the left; off, trading is free.",
    )

    @property
    def on(self) -> RiskPremia:
        """The premia that are left on."""
        return premia_of(self.which, 0.01 * self.left * self.edge)


def premia_of(which: str, edge: float) -> RiskPremia:
    """One premium alone, or all, at an edge.

    Raises
    ------
    ValueError
        If there is no such premium.
    """
    require(which in get_args(Which), "which", which, f"one of {', '.join(get_args(Which))}")
    whole = RiskPremia.default().scaled(edge)
    if which == "all":
        return whole
    return RiskPremia.none().model_copy(
        update={name: getattr(whole, name) for name in PREMIA[which]}
    )


def profits_of(
    setting: Lesson, premia: RiskPremia, tables: PricingTables | None = None, *, charged: bool
) -> FloatArray:
    """Profit of each of `POLICIES` over a year of futures under given premia.

    Parameters
    ----------
    setting : Lesson
        Its own edge and costs play no part.
    premia : RiskPremia
    tables : PricingTables, optional
        Of its model; built if omitted.
    charged : bool
        Whether spreads and commissions are.

    Returns
    -------
    ndarray of shape (n_policies, n_paths)
        Present value beyond interest, dollars.
    """
    tables = PricingTables.build(setting.model) if tables is None else tables
    paths = simulate_paths(
        setting.model, premia, setting.state, setting.n_paths, _YEAR, setting.seed
    )
    costs: dict[str, Any] = {"costs": Costs() if charged else Costs.none()}
    policies = [setting.preset(name, **costs) for name in get_args(Preset)]
    return run_policies(paths, tables, policies, float(setting.capital)).profit


@dataclass(frozen=True, eq=False)
class EdgeFinding:
    """What the step shows.

    Attributes
    ----------
    setting : EdgeOff
    profit : ndarray of shape (n_policies, n_paths)
        With the premia left on, dollars.
    cases : mapping of str to ndarray of shape (n_policies, n_paths)
        "none", each of `PREMIA`, "all", without costs; and "charged", all with them.
    """

    setting: EdgeOff
    profit: FloatArray
    cases: Mapping[str, FloatArray]

    @cached_property
    def means(self) -> pd.DataFrame:
        """Mean profit of each policy with the premia left on.

        Returns
        -------
        DataFrame
            ``policy``, ``estimate``, ``low``, ``high``: dollars a year, 95 %.
        """
        rows = []
        for name, x in zip(POLICIES, self.profit, strict=True):
            found = interval(mean(x))
            rows.append((name, found.estimate, found.low, found.high))
        return pd.DataFrame(rows, columns=["policy", "estimate", "low", "high"])

    @cached_property
    def attribution(self) -> pd.DataFrame:
        """`attributed` of the cases."""
        return attributed(self.cases)

    def part(self, policy: str, part: str) -> Interval:
        """A number of the attribution.

        Raises
        ------
        ValueError
            If there is none of that name.
        """
        table = self.attribution
        row = table[(table["policy"] == policy) & (table["part"] == part)]
        require(len(row) == 1, "part", f"{policy} {part}", "a policy and part of the attribution")
        return Interval(*(float(row[x].iloc[0]) for x in ("estimate", "low", "high")))


def attributed(cases: Mapping[str, FloatArray]) -> pd.DataFrame:
    """Whose profit it was.

    Parameters
    ----------
    cases : mapping of str to ndarray of shape (n_policies, n_paths)
        As `EdgeFinding`, on the same random numbers.

    Returns
    -------
    DataFrame
        ``policy``, ``part`` (of `PARTS`, then "profit"), ``estimate``, ``low``, ``high``: dollars
        a year, 95 %, of differences future by future. The parts sum to the profit.
    """
    rows = []
    bare = cases["none"]
    for p, name in enumerate(POLICIES):
        alone = {part: cases[part][p] - bare[p] for part in PREMIA}
        whole = cases["all"][p] - bare[p]
        steps = {
            **alone,
            "together": whole - np.sum(list(alone.values()), axis=0),
            "costs": cases["charged"][p] - cases["all"][p],
            "profit": cases["charged"][p] - bare[p],
        }
        for part, x in steps.items():
            found = interval(mean(x))
            rows.append((name, part, found.estimate, found.low, found.high))
    return pd.DataFrame(rows, columns=["policy", "part", "estimate", "low", "high"])


def edge_cases(setting: EdgeOff) -> dict[str, tuple[RiskPremia, bool]]:
    """Premia of each case the attribution rests on, and whether costs are charged."""
    cases = {"none": (RiskPremia.none(), False)}
    cases |= {name: (premia_of(name, setting.edge), False) for name in PREMIA}
    whole = premia_of("all", setting.edge)
    return cases | {"all": (whole, False), "charged": (whole, True)}


def edge_off(
    setting: EdgeOff,
    tables: PricingTables | None = None,
    *,
    run: Callable[[RiskPremia, bool], FloatArray] | None = None,
) -> EdgeFinding:
    """What is left of five policies with premia turned down, and whose profit it was.

    Parameters
    ----------
    setting : EdgeOff
    tables : PricingTables, optional
        Of its model; built if omitted.
    run : callable, optional
        From premia and whether costs are charged to profits, in place of `profits_of`: a cache.
    """
    if run is None:
        known = PricingTables.build(setting.model) if tables is None else tables

        def run(premia: RiskPremia, charged: bool) -> FloatArray:
            return profits_of(setting, premia, known, charged=charged)

    cases = {name: run(*case) for name, case in edge_cases(setting).items()}
    return EdgeFinding(setting, run(setting.on, setting.charged), cases)
