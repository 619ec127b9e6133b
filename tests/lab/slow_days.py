"""Books of the slow engine close by close, as the pages tell them: profit before interest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alvh.strategy import Policy
from alvh.strategy._records import OPENED
from tests.strategy.slow_engine import Book, Market, Trade
from tests.strategy.test_replay import budget


@dataclass(frozen=True)
class SlowDays:
    """What a book was at each close after its trades; dollars.

    `slack` is what the interpolated prices of all that was traded by then, and of what is held, may
    come to: the tables' budget, with a fifth more for charges in proportion to a price.
    """

    trades: list[Trade]
    regimes: np.ndarray
    wealth: np.ndarray
    profit: np.ndarray
    costs: np.ndarray
    options: np.ndarray
    margin: np.ndarray
    slack: np.ndarray


def slow_days(
    policy: Policy,
    market: Market,
    capital: float,
    *,
    last: int | None = None,
    events: np.ndarray | None = None,
    drop: int | None = None,
) -> SlowDays:
    """Run a policy on a path, to the close of `last` where given.

    `events`: of the engine on the same path, read only where a strike is a tie. `drop`: close at
    which the whole hedge is sold for good, after the trades of the day.
    """
    opened = [] if events is None else [row for row in events if row[2] == OPENED]
    hints = {(int(row[0]), int(row[1])): row[4] for row in opened}
    book = Book(policy, market, capital, hints)
    n = (market.last if last is None else last) + 1
    wealth, interest, options, margin = (np.zeros(n) for _ in range(4))
    for day in range(n):
        if day:
            interest[day] = book.cash * np.expm1(market.model.rate / 252)
        wealth[day] = book.close_of(day)
        if day == drop:
            drop_hedge(book, day)
            wealth[day] = book.cash - book.owed(day)
        options[day] = book.options(day)
        if book.condor is not None:
            legs = market.legs(day, book.condor.expiry - day, book.condor.strikes)
            margin[day] = book.condor.contracts * book.margin(day, book.condor.strikes, legs)
    costs, slack = np.zeros(n), np.zeros(n)
    held = np.zeros((1 + len(policy.layers), n))
    for trade in book.trades:
        costs[trade.day :] -= trade.cost
        slack[trade.day :] += 1.2 * budget(policy, trade.what, trade.quantity)
        held[trade.what, trade.day :] += trade.quantity
    for what, quantities in enumerate(held):
        slack += [budget(policy, what, quantity) for quantity in quantities]
    return SlowDays(
        book.trades,
        np.array(book.regimes),
        wealth,
        wealth - capital - np.cumsum(interest),
        costs,
        options,
        margin,
        slack,
    )


def drop_hedge(book: Book, day: int) -> None:
    """Sell every layer at a close, and hold none from then on."""
    for j, held in enumerate(book.layers):
        if held is not None:
            book.trade_layer(day, j, held, -held.quantity, "dropped")
    book.policy = book.policy.model_copy(update={"layers": ()})
    book.layers = []
