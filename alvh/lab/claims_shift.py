"""The Time-Shift roll as an experiment: does rolling a tested condor recover what it lost?

"Rolling to 1 to 7 days when the expected daily range exceeds 0.94 % or VIX 16 recovers most losing
condors" (public material of the method). Every book sells the same first condor and meets the same
test, so that rolling is compared with holding on the very same condors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from alvh._typing import FloatArray
from alvh.lab.claims import CASES, FOUND, Progress, over_pieces, row_of
from alvh.lab.study import Study
from alvh.market.contracts import SPX_MULTIPLIER
from alvh.model import ModelParameters
from alvh.pricing import PricingTables
from alvh.risk.bootstrap import drawn_interval, drawn_ratios, drawn_share, ratio_of, weights
from alvh.risk.claims import TAIL
from alvh.risk.inference import Interval, Statistic, expected_shortfall, interval, ratio, share
from alvh.simulation import MarketPaths, historical_paths
from alvh.strategy import CondorRule, Costs, Outcomes, Policy, run_policies
from alvh.strategy._records import OPENED, SHIFT
from alvh.strategy.condor import TimeShift

__all__ = [
    "WINDOW",
    "Chains",
    "chains_of",
    "shift_history",
    "shift_model",
    "shift_policies",
    "trades_of",
]

RANGE_VIX: Final = 14.9
"""VIX at which the expected daily range is 0.94 %, the method's trigger; VIX 16 adds nothing."""
WINDOW: Final = 63
"""Trading days in which a condor of 45 days and four rolls of a week have ended."""
_PIECE: Final = 100  # paths whose every trade is recorded at once


# --- Trades of recorded paths --------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Chains:
    """Condors with what they were rolled into, in order of opening.

    Attributes
    ----------
    path : int ndarray of shape (n_chains,)
    day : int ndarray of shape (n_chains,)
        On which the first condor was opened.
    first : ndarray of shape (n_chains,)
        Profit of the first condor after costs, dollars.
    total : ndarray of shape (n_chains,)
        Of all of them.
    rolls : int ndarray of shape (n_chains,)
    """

    path: Any
    day: Any
    first: FloatArray
    total: FloatArray
    rolls: Any


def chains_of(events: Sequence[FloatArray]) -> Chains:
    """Chains of one policy from its recorded events, `Outcomes.events[p]`; open ends left out."""
    path = np.repeat(np.arange(len(events)), [len(rows) for rows in events])
    rows = np.concatenate(events) if len(events) else np.zeros((0, 6))
    day, what, reason, quantity, price, cost = rows.T
    condor = what == 0.0
    opened, closed = condor & (reason == OPENED), condor & (reason != OPENED)
    # One condor at a time: the n-th close is of the n-th opening; the last of a path may be open
    number = np.cumsum(opened) - 1
    ends = np.flatnonzero(closed)
    starts = np.flatnonzero(opened)[number[ends]]
    points = price[starts] - price[ends]
    profit = SPX_MULTIPLIER * quantity[ends] * points - cost[starts] - cost[ends]
    where, at, until = path[ends], day[starts], day[ends]
    shifted = reason[ends] == SHIFT
    goes_on = np.zeros(ends.size, dtype=bool)
    goes_on[1:] = shifted[:-1] & (where[1:] == where[:-1]) & (at[1:] == until[:-1])
    heads = np.flatnonzero(~goes_on)
    if heads.size == 0:
        none = np.zeros(0)
        return Chains(none.astype(int), none.astype(int), none, none, none.astype(int))
    total = np.add.reduceat(profit, heads)
    length = np.diff(np.append(heads, ends.size))
    # A chain whose last condor was rolled into one still open is not over
    last = heads + length - 1
    opens = np.flatnonzero(opened)
    follows = number[ends[last]] + 1
    known = follows < opens.size
    after = opens[np.minimum(follows, opens.size - 1)]
    going = shifted[last] & known & (path[after] == where[last]) & (day[after] == until[last])
    keep = ~going
    return Chains(
        where[heads][keep],
        at[heads][keep].astype(int),
        profit[heads][keep],
        total[keep],
        (length - 1)[keep],
    )


def trades_of(events: Sequence[FloatArray], n_days: int) -> FloatArray:
    """Condors by the day they were opened: number, wins, profit; (n_days, 3), of a single path."""
    chains = chains_of(events[:1])
    found = np.zeros((n_days, 3))
    np.add.at(found[:, 0], chains.day, 1.0)
    np.add.at(found[:, 1], chains.day, chains.total > 0.0)
    np.add.at(found[:, 2], chains.day, chains.total)
    return found


# --- The roll ------------------------------------------------------------------------------------


def shift_policies(wing: int = 50) -> tuple[Policy, ...]:
    """The condor held, and rolled when tested: to 7 days and to 1, at its size and at 1.5 times.

    Tested is a short delta of 0.40; rolled while VIX is at 14.9 or above, at most four times.
    """
    condor = CondorRule(wing=wing)
    return (
        Policy(name="held", condor=condor),
        *(
            Policy(
                name=f"rolled to {dte} d, ×{size:g}",
                condor=condor,
                shift=TimeShift(on=True, vix=RANGE_VIX, dte=dte, size=size),
            )
            for dte in (7, 1)
            for size in (1.0, 1.5)
        ),
    )


def _first_chains(outcomes: Outcomes) -> FloatArray:
    """Whether the first condor was rolled, its loss then, and every book's total; (n_paths, 2 + n).

    All policies sell the same first condor, and roll it at the same close.
    """
    n_paths = outcomes.wealth.shape[1]
    found = np.zeros((n_paths, 2 + len(outcomes.policies)))
    for p, events in enumerate(outcomes.events):
        chains = chains_of(events)
        head = np.ones(chains.path.size, dtype=bool)
        head[1:] = chains.path[1:] != chains.path[:-1]
        rows = chains.path[head]
        found[rows, 2 + p] = chains.total[head]
        if p == 1:
            found[rows, 0] = chains.rolls[head] > 0
            found[rows, 1] = chains.first[head] * (chains.rolls[head] > 0)
    return found


def shift_model(
    study: Study,
    tables: PricingTables | None = None,
    *,
    wing: int = 50,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Rolled condors in the model, with the premium and without; the first condor of every path.

    Returns
    -------
    DataFrame
        Metrics of condors that were tested: ``recovered`` (share that end above zero, rolls among
        it), ``returned`` (dollars made after the first roll for each lost at it), ``mean`` and
        ``tail`` (mean, and mean of the worst twentieth, of a chain in dollars); ``tested`` of book
        "held" is the share of condors tested.
    """
    tables = PricingTables.build(study.model) if tables is None else tables
    policies = shift_policies(wing)
    free = study.model_copy(update={"edge": 0.0, "costs": False})
    rows: list[tuple[Any, ...]] = []
    for case, one in zip(CASES, (study, free), strict=False):
        run = one.model_copy(update={"horizon": WINDOW})
        parts = over_pieces(
            run, policies, _first_chains, tables, chunk=_PIECE, recorded=True, progress=progress
        )
        rows += _shift_rows(case, np.concatenate(parts), policies)
    return pd.DataFrame(rows, columns=FOUND)


def _shift_rows(case: str, found: FloatArray, policies: Sequence[Policy]) -> list[tuple[Any, ...]]:
    tested, loss = found[:, 0], -found[:, 1]
    rows = [row_of(case, "held", "tested", "%", share(tested > 0.0))]
    for policy, total in zip(policies, found[:, 2:].T, strict=True):
        ended = total * tested
        statistics: dict[str, tuple[str, Statistic]] = {
            "returned": ("%", ratio(ended + loss, loss)),
            "mean": ("$", ratio(ended, tested)),
        }
        won = share(ratio(tested * (total > 0.0), tested))
        rows.append(row_of(case, policy.name, "recovered", "%", won))
        for metric, (unit, statistic) in statistics.items():
            rows.append(row_of(case, policy.name, metric, unit, interval(statistic)))
        tail = Interval(np.nan, np.nan, np.nan)
        if tested.any():
            tail = interval(expected_shortfall(total[tested > 0.0], TAIL))
        rows.append(row_of(case, policy.name, "tail", "$", tail))
    return rows


def shift_history(
    frame: pd.DataFrame,
    capital: float,
    *,
    wing: int = 50,
    costs: bool = True,
    model: ModelParameters | None = None,
    tables: PricingTables | None = None,
) -> pd.DataFrame:
    """`shift_model` on real days: a condor sold on every day, each followed to its end.

    Neighbours share most of their days; the bootstrap draws blocks of `WINDOW` days.
    """
    model = ModelParameters.default() if model is None else model
    tables = PricingTables.build(model) if tables is None else tables
    policies = shift_policies(wing)
    if not costs:
        policies = tuple(p.model_copy(update={"costs": Costs.none()}) for p in policies)
    whole = historical_paths(frame, model)
    views = [
        np.lib.stride_tricks.sliding_window_view(x[0], WINDOW + 1)
        for x in (whole.spot, whole.variance, whole.mean_variance)
    ]
    parts = []
    for first in range(0, len(views[0]), _PIECE):
        spot, variance, mean_variance = (x[first : first + _PIECE].copy() for x in views)
        piece = MarketPaths(spot, variance, mean_variance)
        run = run_policies(piece, tables, policies, capital, recorded=piece.n_paths)
        parts.append(_first_chains(run))
    found = np.concatenate(parts)
    return pd.DataFrame(_drawn_shift_rows(found, policies), columns=FOUND)


def _drawn_shift_rows(found: FloatArray, policies: Sequence[Policy]) -> list[tuple[Any, ...]]:
    case, tested, loss = CASES[2], found[:, 0], -found[:, 1]
    n = len(found)
    drawn = weights(n, min(WINDOW, max(n // 4, 1)))
    always = np.ones(n)
    # Neighbouring days tell of the same market: a trial is a window, not a day
    trials = float(tested.sum()) / WINDOW
    rate = drawn_share(float(tested.mean()), drawn_ratios(drawn, tested, always), n / WINDOW)
    rows = [row_of(case, "held", "tested", "%", rate)]
    for policy, total in zip(policies, found[:, 2:].T, strict=True):
        name, ended, won = policy.name, total * tested, tested * (total > 0.0)
        estimate = float(ratio_of(won, tested))
        wins = drawn_share(estimate, drawn_ratios(drawn, won, tested), trials)
        rows.append(row_of(case, name, "recovered", "%", wins))
        for metric, unit, top, bottom in (
            ("returned", "%", ended + loss, loss),
            ("mean", "$", ended, tested),
        ):
            draws = drawn_ratios(drawn, top, bottom)
            rows.append(
                row_of(
                    case, name, metric, unit, drawn_interval(float(ratio_of(top, bottom)), draws)
                )
            )
        rows.append(row_of(case, name, "tail", "$", _drawn_tail(drawn, total, tested > 0.0)))
    return rows


def _drawn_tail(drawn: Any, total: FloatArray, tested: Any) -> Interval:
    """Mean of the worst twentieth of chains, days counted as often as they were drawn."""
    if not tested.any():
        return Interval(np.nan, np.nan, np.nan)
    order = np.argsort(total[tested])
    x = total[tested][order]

    def worst(w: FloatArray) -> FloatArray:
        sums = np.cumsum(w, axis=1)
        most = TAIL * sums[:, -1:]
        inside = np.clip(most - (sums - w), 0.0, w)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((inside @ x) / most[:, 0])

    one = worst(np.ones((1, x.size)))
    return drawn_interval(float(one[0]), worst(drawn[:, tested][:, order].astype(np.float64)))
