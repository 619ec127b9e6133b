"""Trades paired into round trips: what was opened, when and why it ended, and what it made."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from alvh.errors import DataError
from alvh.market.contracts import (
    SPX_MULTIPLIER,
    VIX_FUTURE_MULTIPLIER,
    VIX_OPTION_MULTIPLIER,
)
from alvh.strategy.policy import Policy

__all__ = ["HELD", "condors_sold", "round_trips"]

HELD: Final = "still held"
"""Exit of what is not closed on the last day."""
_NOTHING: Final = 1e-9  # contracts
_COLUMNS: Final = (
    "what", "entry", "exit", "days", "action", "quantity", "entry_price", "exit_price", "costs",
    "profit", "entry_reason", "exit_reason",
)  # fmt: skip


def round_trips(actions: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Round trips of one policy, in order of their entry.

    Parameters
    ----------
    actions : DataFrame
        Of `alvh.lab.replay.Replay.actions`: ``position`` (row of the day), ``day``, ``what``
        ("condor" or "layer 1"), ``action``, ``quantity`` (signed), ``price`` (points), ``cost``
        (dollars), ``reason``.
    policy : Policy
        The policy that made them: whose layers say what a point is worth.

    Returns
    -------
    DataFrame
        ``what``; ``entry``, ``exit`` (days; NaT while held), ``days`` (trading days); ``action``
        that ended it (`HELD` while it lasts); ``quantity`` (the largest held, signed as opened:
        negative is sold); ``entry_price``, ``exit_price`` (points of the first and the last
        trade), ``costs`` (dollars, of all its trades), ``profit`` (dollars after costs; nan while
        held); ``entry_reason``, ``exit_reason``.

    Raises
    ------
    DataError
        If a trip begins with anything but an opening.

    Notes
    -----
    A trip runs from nothing held of a position to nothing held again. Trades between (contracts
    added or taken off) belong to it: profit is all that was received less all that was paid.
    """
    parts = [
        _trips(str(what), trades, _point(str(what), policy))
        for what, trades in actions.groupby("what", sort=False)
    ]
    if not parts:
        return pd.DataFrame(columns=list(_COLUMNS))
    table = pd.concat(parts, ignore_index=True).sort_values("order", kind="stable")
    return table[list(_COLUMNS)].reset_index(drop=True)


def condors_sold(actions: pd.DataFrame) -> float:
    """Condors sold over all days, from `actions` as `round_trips` takes them."""
    opened = actions["what"].eq("condor") & actions["action"].eq("opened")
    return float(actions.loc[opened, "quantity"].abs().sum())


def _trips(what: str, trades: pd.DataFrame, point: float) -> pd.DataFrame:
    quantity = trades["quantity"].to_numpy(dtype=float)
    price, cost = (trades[name].to_numpy(dtype=float) for name in ("price", "cost"))
    held = np.cumsum(quantity)
    # what is summed from whole contracts comes to nothing but for rounding
    ended = np.flatnonzero(np.abs(held) < _NOTHING)
    first = np.r_[0, ended + 1]
    first = first[first < len(trades)]
    last = np.r_[ended, len(trades) - 1][: first.size]
    closed = np.isin(last, ended)
    start, end = trades.take(first.tolist()), trades.take(last.tolist())
    wrong = start.loc[start["action"].ne("opened"), "action"]
    if len(wrong):
        raise DataError(f"a trip of {what} must begin with an opening, got {wrong.iloc[0]}")
    costs = np.add.reduceat(cost, first)
    profit = -point * np.add.reduceat(quantity * price, first) - costs
    return pd.DataFrame(
        {
            "order": start.index,
            "what": what,
            "entry": start["day"].to_numpy(),
            "exit": end["day"].where(closed).to_numpy(),
            "days": np.where(closed, end["position"].to_numpy() - start["position"], np.nan),
            "action": np.where(closed, end["action"].astype(object), HELD),
            "quantity": np.sign(quantity[first]) * np.maximum.reduceat(np.abs(held), first),
            "entry_price": price[first],
            "exit_price": np.where(closed, price[last], np.nan),
            "costs": costs,
            "profit": np.where(closed, profit, np.nan),
            "entry_reason": start["reason"].to_numpy(),
            "exit_reason": np.where(closed, end["reason"].astype(object), ""),
        }
    )


def _point(what: str, policy: Policy) -> float:
    """Dollars a point of one contract."""
    if what == "condor":
        return float(SPX_MULTIPLIER)
    layer = policy.layers[int(what.removeprefix("layer ")) - 1]
    future = layer.instrument == "future"
    return float(VIX_FUTURE_MULTIPLIER if future else VIX_OPTION_MULTIPLIER)
