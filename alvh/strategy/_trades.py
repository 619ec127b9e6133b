"""What the engine does to a book: regimes turned, condors and layers traded; compiled.

`at` is (policy, day, sums); sums what a path adds up for each policy: parts, trades, counts (as in
`Ledger`), events and their number.
"""

from __future__ import annotations

import numpy as np

from alvh._compiled import called, inlined
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
    "count_votes",
    "exit_reason",
    "holds",
    "layer_reason",
    "manage_layer",
    "open_condor",
    "share_position",
    "trade_layer",
    "turn",
    "wanted_quantity",
]


@called
def _record(events, n_events, p, day, what, reason, quantity, price, cost):  # type: ignore[no-untyped-def]
    e = n_events[p, 0]
    if e < events.shape[2]:
        row = events[p, 0, e]
        row[0], row[1], row[2], row[3], row[4], row[5] = day, what, reason, quantity, price, cost
        n_events[p, 0] = e + 1


@called
def count_votes(book, regime, votes, p, values):  # type: ignore[no-untyped-def]
    """Count today's votes of a policy; the regime they ask for. A vote on nan is none."""
    watch, stress = 0, 0
    for j in range(regime.n_votes):
        rule = votes[p, j]
        level = rule.sign * values[rule.row]
        watch += level >= rule.watch
        stress += level >= rule.stress
    book.watch, book.stress = watch, stress
    if stress >= regime.stress_votes:
        return 2
    return 1 if watch >= regime.watch_votes else 0


@called
def holds(regime, conditions, p, values):  # type: ignore[no-untyped-def]
    """Whether enough of the second engine's conditions hold today."""
    count = 0
    for j in range(regime.n_conditions):
        rule = conditions[p, j]
        count += rule.sign * values[rule.row] >= rule.watch
    return regime.n_conditions > 0 and count >= regime.needed


@inlined
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


@inlined
def wanted_quantity(rule, regime):  # type: ignore[no-untyped-def]
    """Quantity of a layer in a regime."""
    wanted = rule.calm
    if regime == 1:
        wanted = rule.watch
    elif regime == 2:
        wanted = rule.stress
    return wanted


@inlined
def exit_reason(book, rule, shift, stop, shifting, delta, left):  # type: ignore[no-untyped-def]
    """Why an open condor is closed before its expiry, or -1.

    `delta`: the larger of its short deltas, if a rule asks for it.
    """
    reason = -1
    if shifting and delta >= shift.delta:
        reason = SHIFT
    if left <= rule.exit_days:
        reason = TIME
    if book.credit - book.owed >= rule.profit_target * book.credit:
        reason = TARGET
    if (stop.kind == STOP_DELTA and delta >= stop.level) or (
        stop.kind == STOP_MULTIPLE and book.owed - book.credit >= stop.level * book.credit
    ):
        reason = STOP
    return reason


@inlined
def share_condor(condors, expiry):  # type: ignore[no-untyped-def]
    """Number of the condor in use that equals the last of them, or of a free one made equal."""
    spare, free = condors[condors.size - 1], 0
    for s in range(condors.size - 1):
        other = condors[s]
        if other.users == 0:
            free = s
        elif (
            other.expiry == expiry
            and other.wings == spare.wings
            and other.strikes[0] == spare.strikes[0]
            and other.strikes[1] == spare.strikes[1]
            and other.strikes[2] == spare.strikes[2]
            and other.strikes[3] == spare.strikes[3]
        ):
            other.users += 1
            return s
    condors[free] = spare
    condors[free].users, condors[free].expiry = 1, expiry
    return free


@inlined
def share_position(positions, expiry):  # type: ignore[no-untyped-def]
    """`share_condor` for what the layers hold."""
    spare, free = positions[positions.size - 1], 0
    for s in range(positions.size - 1):
        other = positions[s]
        if other.users == 0:
            free = s
        elif (
            other.expiry == expiry
            and other.instrument == spare.instrument
            and other.strike == spare.strike
            and other.upper == spare.upper
        ):
            other.users += 1
            return s
    positions[free] = spare
    positions[free].users, positions[free].expiry = 1, expiry
    return free


@inlined
def open_condor(at, book, costs, market, contracts, spare, expiry, condors):  # type: ignore[no-untyped-def]
    """Sell the last of `condors`: as many as asked for and as `spare` dollars can margin."""
    p, day, sums = at
    parts, _, counts, events, n_events = sums
    condor = condors[condors.size - 1]
    credit = debt(condor)
    each = margin(condor, market[0], credit)
    charge = condor_cost(costs, market[4], condor)  # paid from what is spare
    if each > 0.0:
        contracts = min(contracts, np.floor(spare / (each + charge)))
    if credit <= 0.0 or contracts < 1.0:
        counts[p, BLOCKED] += 1
        return
    cost = contracts * charge
    received = contracts * SPX_POINT * credit
    book.cash += received - cost
    book.open, book.expiry, book.contracts, book.credit = True, expiry, contracts, credit
    book.entry_cost, book.owed, book.need = cost, credit, contracts * each
    book.condor = share_condor(condors, expiry)
    parts[p, CREDITS] += received
    parts[p, COSTS] -= cost
    if events.shape[1] > 0:
        _record(events, n_events, p, day, 0, OPENED, -contracts, credit, cost)


@inlined
def close_condor(at, book, costs, vix, condors, reason):  # type: ignore[no-untyped-def]
    """Buy the condor back, or let it settle."""
    p, day, sums = at
    parts, trades, counts, events, n_events = sums
    condor = condors[book.condor]
    cost = 0.0 if reason == EXPIRY else book.contracts * condor_cost(costs, vix, condor)
    paid = book.contracts * SPX_POINT * book.owed
    book.cash -= paid + cost
    book.open = False
    condor.users -= 1
    profit = book.contracts * SPX_POINT * (book.credit - book.owed) - cost - book.entry_cost
    parts[p, PAYOUTS] -= paid
    parts[p, COSTS] -= cost
    trades[p, 0] += 1.0
    trades[p, 1] += profit > 0.0
    trades[p, 2] += profit
    trades[p, 3] += profit * profit
    counts[p, reason] += 1
    if events.shape[1] > 0:
        _record(events, n_events, p, day, 0, reason, book.contracts, book.owed, cost)


@inlined
def trade_layer(at, j, book, held, rule, costs, vix, change, reason):  # type: ignore[no-untyped-def]
    """Buy (or sell, if negative) `change` contracts of a layer."""
    p, day, sums = at
    parts, _, _, events, n_events = sums
    settled = reason == SETTLED
    cost = 0.0 if settled else abs(change) * layer_cost(costs, rule, vix, held.gross)
    # a future changes hands at no price: its gains are paid day by day
    flow = 0.0 if rule.instrument == FUTURE else change * rule.multiplier * held.price
    book.cash -= flow + cost
    held.quantity += change
    opening = reason == OPENED or (reason == RESIZED and change * held.quantity > 0.0)
    parts[p, LAYERS + 2 * j + (0 if opening else 1)] -= flow
    parts[p, COSTS] -= cost
    if events.shape[1] > 0:
        _record(events, n_events, p, day, j + 1, reason, change, held.price, cost)


@inlined
def layer_reason(held, rule, wanted, day, last):  # type: ignore[no-untyped-def]
    """Why an open layer is traded today, or -1."""
    left = held.expiry - day
    reason = -1
    if left == 0:
        reason = SETTLED
    elif day < last:
        if np.rint(wanted * held.factor) != held.quantity:
            reason = RESIZED
        if held.price >= rule.take_profit * held.cost and held.cost > 0.0:
            reason = MONETISED
        if left <= rule.roll_days:
            reason = ROLLED
    return reason


@inlined
def manage_layer(at, j, book, held, rule, costs, vix, wanted, positions, reason):  # type: ignore[no-untyped-def]
    """Settle, roll, monetise or resize an open layer."""
    p, day, sums = at
    change = -held.quantity
    if reason == RESIZED:
        change = np.rint(wanted * held.factor) - held.quantity
    trade_layer(at, j, book, held, rule, costs, vix, change, reason)
    if reason == RESIZED and held.quantity != 0.0:
        return
    positions[held.position].users -= 1
    held.open = False
    held.reopen = day
    if reason == RESIZED:
        held.reopen = day + 1
    elif reason == MONETISED:
        held.reopen = day + rule.reopen_days
    if reason != SETTLED and reason != RESIZED:
        counts = sums[2]
        counts[p, reason] += 1
