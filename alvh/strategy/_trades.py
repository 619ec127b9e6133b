"""What the engine does to a book: regimes turned, condors and layers traded; compiled.

`at` is (ledger, policy, path, day).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from alvh.strategy._prices import condor_cost, debt, layer_cost, margin
from alvh.strategy._records import (
    BLOCKED,
    COSTS,
    CREDITS,
    EXPIRY,
    FUTURE,
    LAYERS,
    MONETISED,
    OPENED,
    PAYOUTS,
    RESIZED,
    ROLLED,
    SETTLED,
    SHIFT,
    SPX_POINT,
    STOP,
    STOP_DELTA,
    STOP_MULTIPLE,
    TARGET,
    TIME,
)

__all__ = [
    "close_condor",
    "exit_reason",
    "layer_reason",
    "manage_layer",
    "open_condor",
    "trade_layer",
    "turn",
    "vote",
    "wanted_quantity",
]


@njit(cache=True, error_model="numpy")
def _record(at, what, reason, quantity, price, cost):  # type: ignore[no-untyped-def]
    ledger, p, i, day = at
    if i >= ledger.events.shape[1]:
        return
    e = ledger.n_events[p, i]
    if e < ledger.events.shape[2]:
        row = ledger.events[p, i, e]
        row[0], row[1], row[2], row[3], row[4], row[5] = day, what, reason, quantity, price, cost
        ledger.n_events[p, i] = e + 1


@njit(cache=True, error_model="numpy", inline="always")
def vote(rule, vix, vix3m, average):  # type: ignore[no-untyped-def]
    """Regime the signals ask for today; `average` is nan while it has too few days."""
    watch, stress = 0, 0
    if rule.uses_vix:
        watch += vix >= rule.watch_vix
        stress += vix >= rule.stress_vix
    if rule.uses_curve:
        watch += vix >= rule.watch_curve * vix3m
        stress += vix >= rule.stress_curve * vix3m
    if rule.uses_average:  # a comparison with nan is false: no vote
        watch += vix >= rule.watch_average * average
        stress += vix >= rule.stress_average * average
    asked = 1 if watch >= rule.watch_votes else 0
    if stress >= rule.stress_votes:
        asked = 2
    return asked


@njit(cache=True, error_model="numpy", inline="always")
def turn(book, rule, asked, day):  # type: ignore[no-untyped-def]
    """Change the regime once it has been asked for on enough closes in a row."""
    if day == 0:
        book.regime = asked
    if asked == book.regime:
        book.streak = 0
    else:
        book.streak = book.streak + 1 if asked == book.leaning and book.streak > 0 else 1
        book.leaning = asked
        if book.streak >= rule.hold_days:
            book.regime = asked
            book.streak = 0


@njit(cache=True, error_model="numpy", inline="always")
def wanted_quantity(rule, regime):  # type: ignore[no-untyped-def]
    """Quantity of a layer in a regime."""
    wanted = rule.calm
    if regime == 1:
        wanted = rule.watch
    elif regime == 2:
        wanted = rule.stress
    return wanted


@njit(cache=True, error_model="numpy", inline="always")
def exit_reason(book, rule, shift, stop, shifting, delta, left, owed):  # type: ignore[no-untyped-def]
    """Why an open condor is closed before its expiry, or -1.

    `delta`: the larger of its short deltas, if a rule asks for it.
    """
    reason = -1
    if shifting and delta >= shift.delta:
        reason = SHIFT
    if left <= rule.exit_days:
        reason = TIME
    if book.credit - owed >= rule.profit_target * book.credit:
        reason = TARGET
    if (stop.kind == STOP_DELTA and delta >= stop.level) or (
        stop.kind == STOP_MULTIPLE and owed - book.credit >= stop.level * book.credit
    ):
        reason = STOP
    return reason


@njit(cache=True, error_model="numpy")
def open_condor(  # type: ignore[no-untyped-def]
    at, book, rule, costs, market, contracts, spare, expiry, strikes, prices
):
    """Sell condors at `prices`: as many as asked for and as `spare` dollars can margin."""
    ledger, p, i, _ = at
    credit = debt(prices)
    if credit <= 0.0:
        ledger.counts[p, i, BLOCKED] += 1
        return
    each = margin(rule, market[0], strikes, credit, prices)
    charge = condor_cost(costs, rule, market[4], prices)  # paid from what is spare
    if each > 0.0:
        contracts = min(contracts, np.floor(spare / (each + charge)))
    if contracts < 1.0:
        ledger.counts[p, i, BLOCKED] += 1
        return
    cost = contracts * charge
    received = contracts * SPX_POINT * credit
    book.cash += received - cost
    book.open, book.expiry, book.contracts, book.credit = True, expiry, contracts, credit
    book.entry_cost = cost
    ledger.parts[p, i, CREDITS] += received
    ledger.parts[p, i, COSTS] -= cost
    _record(at, 0, OPENED, -contracts, credit, cost)


@njit(cache=True, error_model="numpy")
def close_condor(at, book, rule, costs, vix, prices, reason):  # type: ignore[no-untyped-def]
    """Buy the condor back at `prices`, or let it settle at them."""
    ledger, p, i, _ = at
    owed = debt(prices)
    cost = 0.0 if reason == EXPIRY else book.contracts * condor_cost(costs, rule, vix, prices)
    paid = book.contracts * SPX_POINT * owed
    book.cash -= paid + cost
    book.open = False
    profit = book.contracts * SPX_POINT * (book.credit - owed) - cost - book.entry_cost
    ledger.parts[p, i, PAYOUTS] -= paid
    ledger.parts[p, i, COSTS] -= cost
    trades = ledger.trades[p, i]
    trades[0] += 1.0
    trades[1] += profit > 0.0
    trades[2] += profit
    trades[3] += profit * profit
    ledger.counts[p, i, reason] += 1
    _record(at, 0, reason, book.contracts, owed, cost)


@njit(cache=True, error_model="numpy")
def trade_layer(at, j, book, held, rule, costs, vix, price, change, reason):  # type: ignore[no-untyped-def]
    """Buy (or sell, if negative) `change` contracts of a layer."""
    ledger, p, i, _ = at
    settled = reason == SETTLED
    cost = 0.0 if settled else abs(change) * layer_cost(costs, rule, vix, held.gross)
    # a future changes hands at no price: its gains are paid day by day
    flow = 0.0 if rule.instrument == FUTURE else change * rule.multiplier * price
    book.cash -= flow + cost
    held.quantity += change
    opening = reason == OPENED or (reason == RESIZED and change * held.quantity > 0.0)
    ledger.parts[p, i, LAYERS + 2 * j + (0 if opening else 1)] -= flow
    ledger.parts[p, i, COSTS] -= cost
    _record(at, j + 1, reason, change, price, cost)


@njit(cache=True, error_model="numpy", inline="always")
def layer_reason(held, rule, wanted, day, last, price):  # type: ignore[no-untyped-def]
    """Why an open layer is traded today, or -1."""
    left = held.expiry - day
    reason = -1
    if left == 0:
        reason = SETTLED
    elif day < last:
        if np.rint(wanted * held.factor) != held.quantity:
            reason = RESIZED
        if price >= rule.take_profit * held.cost and held.cost > 0.0:
            reason = MONETISED
        if left <= rule.roll_days:
            reason = ROLLED
    return reason


@njit(cache=True, error_model="numpy")
def manage_layer(at, j, book, held, rule, costs, vix, wanted, price, reason):  # type: ignore[no-untyped-def]
    """Settle, roll, monetise or resize an open layer."""
    ledger, p, i, day = at
    change = -held.quantity
    if reason == RESIZED:
        change = np.rint(wanted * held.factor) - held.quantity
    trade_layer(at, j, book, held, rule, costs, vix, price, change, reason)
    if reason == RESIZED and held.quantity != 0.0:
        return
    held.open = False
    held.reopen = day
    if reason == RESIZED:
        held.reopen = day + 1
    elif reason == MONETISED:
        held.reopen = day + rule.reopen_days
    if reason != SETTLED and reason != RESIZED:
        ledger.counts[p, i, reason] += 1
