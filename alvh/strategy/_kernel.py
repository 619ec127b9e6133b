"""The engine, compiled: one path at a time, one close at a time, every policy on the same market.

Each close, for each policy, in this order: cash earns a day of interest; the regime is decided;
what is open is settled or marked; the condor's exits are tried (stop, target, time, time-shift);
layers are rolled, monetised, or brought to the regime's quantity; a new condor is opened; the book
is valued at mid, and closed for good if it cannot meet its margin. All trades are at the close that
triggers them.

A condor or a VIX position that several policies hold in common is one record, priced once a close:
policies are compared on one market, and most of their days are the same.

A path keeps what it adds up in small arrays of its own and hands it over at its end. No array that
threads share is passed on or sliced inside: each time would count a reference, which the threads
would queue for.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from alvh._compiled import called, inlined
from alvh.pricing.grid import state_weights
from alvh.strategy._neutral import neutral_quantity
from alvh.strategy._prices import (
    choose_position,
    choose_strikes,
    debt,
    margin,
    most_delta,
    price_condor,
    price_position,
    scaled,
)
from alvh.strategy._records import (
    ALWAYS,
    BLOCKED,
    BOOK,
    CALM,
    CONDOR,
    COSTS,
    CREDITS,
    EXPIRY,
    FUTURE,
    HELD,
    INTEREST,
    LAYERS,
    MARGIN,
    OPENED,
    PAYOUTS,
    POSITION,
    SECOND,
    SHIFT,
    SPX_POINT,
    STOP_DELTA,
)
from alvh.strategy._signals import step_signals
from alvh.strategy._trades import (
    close_condor,
    count_votes,
    exit_reason,
    holds,
    layer_reason,
    manage_layer,
    open_condor,
    share_position,
    trade_layer,
    turn,
    wanted_quantity,
)

__all__ = ["run"]


@njit(cache=True, parallel=True, error_model="numpy")
def run(  # type: ignore[no-untyped-def]
    grid, clock, rules, spot, variance, mean_variance, given, factors, capital, ledger, first
):
    """Every policy on every path, written from row `first` of the ledger on; see the module."""
    for i in prange(spot.shape[0]):
        path = (spot[i], variance[i], mean_variance[i])
        _run_path(grid, clock, rules, path, (given, factors, i), capital, ledger, first + i)


@njit(cache=True, error_model="numpy")
def _run_path(grid, clock, rules, path, beside, capital, ledger, i):  # type: ignore[no-untyped-def]
    """Every policy on one path, whose row of the ledger is `i`."""
    n_policies, most_layers = rules.layers.shape
    books = np.zeros(n_policies, BOOK)
    layers = np.zeros((n_policies, most_layers), HELD)
    # the last of either is where a new one is tried
    condors = np.zeros(n_policies + 1, CONDOR)
    positions = np.zeros(n_policies * most_layers + 1, POSITION)
    parts = np.zeros((n_policies, ledger.parts.shape[2]))
    trades = np.zeros((n_policies, ledger.trades.shape[2]))
    counts = np.zeros((n_policies, ledger.counts.shape[2]), np.int64)
    row = min(i, ledger.events.shape[1])  # beyond the paths recorded there is nothing to write to
    events, n_events = ledger.events[:, row : row + 1], ledger.n_events[:, row : row + 1]
    trail, seen = ledger.trail[:, row : row + 1], ledger.seen[row : row + 1]
    for p in range(n_policies):
        books[p].cash = capital
    _walk(
        grid,
        clock,
        rules,
        path,
        beside,
        (np.zeros(rules.memory), np.empty(rules.signals.size)),
        (books, layers, condors, positions),
        (parts, trades, counts, events, n_events),
        (ledger.wealth[:, i], trail, seen),
    )
    _hand_over(ledger, rules, books, layers, parts, trades, counts, i)


@called
def _walk(grid, clock, rules, path, beside, scratch, holdings, sums, notes):  # type: ignore[no-untyped-def]
    """One path, close by close.

    beside : what is known besides the path (`given_rows`, `factors_of`), and its number.
    scratch : what the signals remember, and their values today.
    notes : wealth, trail and values of the signals, day by day.
    """
    spot, variance, mean_variance = path
    books, layers, condors, positions = holdings
    given, factors, i = beside
    memory, values = scratch
    wealth, trail, seen = notes
    parts, _, counts, _, _ = sums
    n_policies = books.size
    last = spot.size - 1
    for day in range(spot.size):
        v, m = variance[day], mean_variance[day]
        weights = state_weights(grid.axes, grid.future.shape[1], grid.future.shape[2], v, m)
        vix = _level(clock.vix, v, m)
        vix3m = _level(clock.vix3m, v, m)
        market = (spot[day], np.log(spot[day]), v, m, vix)
        step_signals(
            grid, clock.skew, rules, market, vix3m, weights, given, factors, i, day, memory, values
        )
        for s in range(values.size if seen.shape[0] > 0 else 0):
            seen[0, s, day] = values[s]
        for s in range(n_policies):
            if condors[s].users > 0:
                n = condors[s].expiry - day
                price_condor(grid, clock, market, weights, n, condors[s])
        for s in range(positions.size - 1):
            if positions[s].users > 0:
                n = positions[s].expiry - day
                price_position(grid, clock, market, weights, n, positions[s])
        for p in range(n_policies):
            book, at = books[p], (p, day, sums)
            if day > 0:
                earned = book.cash * clock.interest
                book.cash += earned
                book.earned += earned
            if book.closed:
                wealth[p, day] = book.cash
                _note(trail, rules, book, layers, parts, p, day)
                continue
            _mark(rules, book, layers, condors, positions, parts, p)
            regime, costs = rules.regimes[p], rules.costs[p]
            if regime.n_votes > 0:
                turn(book, regime, count_votes(book, regime, rules.votes, p, values), day)
            if regime.n_conditions > 0:
                book.second = holds(regime, rules.conditions, p, values)
            counts[p, CALM + book.regime] += 1
            shifted, old = False, book.contracts
            if book.open:
                reason = _reason(grid, clock, rules, market, book, condors, p, day, last)
                if reason >= 0:
                    close_condor(at, book, costs, vix, condors, reason)
                    early = reason != EXPIRY and reason != SHIFT
                    book.wait_until = day + (rules.condors[p].reentry_days if early else 0)
                    shifted = reason == SHIFT
                    book.rolls = book.rolls + 1 if shifted else 0
            equity = 0.0
            for j in range(rules.n_layers[p]):
                held, rule = layers[p, j], rules.layers[p, j]
                wanted = wanted_quantity(rule, book.regime)
                if rule.neutral_band >= 0.0:
                    wanted = neutral_quantity(
                        grid, clock, rules, market, holdings, p, j, day, wanted * scaled(rule, vix)
                    )
                if held.open:
                    reason = layer_reason(held, rule, wanted, day, last)
                    if reason >= 0:
                        manage_layer(at, j, book, held, rule, costs, vix, wanted, positions, reason)
                if not held.open and day < last and day >= held.reopen:
                    factor = 1.0 if rule.neutral_band >= 0.0 else scaled(rule, vix)
                    quantity = np.rint(wanted * factor)
                    if quantity != 0.0 and _may_open(grid, clock, market, rule, book, condors, day):
                        position = positions[positions.size - 1]
                        choose_position(grid, clock, rules.maps, market, weights, rule, position)
                        if rule.credit_share >= 0.0:
                            quantity = _financed(book, rule, quantity, position)
                            factor = quantity / wanted
                        held.factor = factor
                        if quantity != 0.0:
                            _open_layer(at, j, book, held, rule, costs, vix, quantity, positions)
                if held.open and rule.instrument != FUTURE:  # futures are settled daily
                    equity += held.quantity * rule.multiplier * held.price
            equity += book.cash
            if not book.open and day < last and day >= book.wait_until:
                equity += _try_to_open(
                    at, grid, clock, rules, market, weights, book, shifted, old, equity, condors
                )
            if book.open:
                equity -= book.contracts * SPX_POINT * book.owed
                condor = condors[book.condor]
                need = book.need
                if not condor.wings:
                    need = book.contracts * margin(condor, market[0], book.credit)
                if equity < need and day < last:
                    _close_for_good(at, rules, book, layers, condors, positions, vix)
                    equity = book.cash
            wealth[p, day] = equity
            _note(trail, rules, book, layers, parts, p, day)


@inlined
def _level(coefficients, v, m):  # type: ignore[no-untyped-def]
    """VIX (or VIX3M) of a state, in points."""
    return 100.0 * np.sqrt(coefficients[0] * v + coefficients[1] * m + coefficients[2])


@called
def _note(trail, rules, book, layers, parts, p, day):  # type: ignore[no-untyped-def]
    """Keep what `TRAIL` names of one policy's close, where the path is recorded."""
    if trail.shape[1] == 0:
        return
    row = trail[p, 0, day]
    row[0], row[1], row[2] = book.regime, book.watch, book.stress
    row[3] = 1.0 if book.second else 0.0
    row[4] = parts[p, CREDITS] + parts[p, PAYOUTS]
    if book.open:
        row[4] -= book.contracts * SPX_POINT * book.owed
    for j in range(rules.n_layers[p]):
        held, rule = layers[p, j], rules.layers[p, j]
        row[5] += parts[p, LAYERS + 2 * j] + parts[p, LAYERS + 2 * j + 1]
        if held.open and rule.instrument != FUTURE:
            row[5] += held.quantity * rule.multiplier * held.price
    row[6], row[7] = parts[p, COSTS], book.earned


@called
def _may_open(grid, clock, market, rule, book, condors, day):  # type: ignore[no-untyped-def]
    """Whether what a layer waits for is there."""
    if rule.opens == ALWAYS:
        return True
    if rule.opens == SECOND:
        return book.second
    left = book.expiry - day
    if not book.open or left <= 0:
        return False
    return most_delta(grid, clock, market, left, condors[book.condor]) >= rule.tested_delta


@called
def _financed(book, rule, quantity, position):  # type: ignore[no-untyped-def]
    """As many as a share of the open condor's credit pays for, `quantity` at most."""
    if not book.open:
        return 0.0
    credit = book.contracts * SPX_POINT * book.credit
    each = max(rule.multiplier * position.price, 1e-9)
    return min(quantity, np.floor(rule.credit_share * credit / each))


@inlined
def _mark(rules, book, layers, condors, positions, parts, p):  # type: ignore[no-untyped-def]
    """Take the prices of what a book holds; settle its futures."""
    if book.open:
        book.owed = debt(condors[book.condor])
    for j in range(rules.n_layers[p]):
        held = layers[p, j]
        if held.open:
            rule, position = rules.layers[p, j], positions[held.position]
            if rule.instrument == FUTURE:  # variation margin
                gain = held.quantity * rule.multiplier * (position.price - held.price)
                book.cash += gain
                parts[p, LAYERS + 2 * j + 1] += gain
            held.price, held.gross = position.price, position.gross


@inlined
def _reason(grid, clock, rules, market, book, condors, p, day, last):  # type: ignore[no-untyped-def]
    """Why an open condor is closed at this close, or -1."""
    left = book.expiry - day
    reason = EXPIRY
    if left > 0:
        shift, stop = rules.shifts[p], rules.stops[p]
        shifting = shift.on and market[4] >= shift.vix and book.rolls < shift.most
        shifting = shifting and book.regime >= shift.least
        delta = 0.0
        if stop.kind == STOP_DELTA or shifting:
            delta = most_delta(grid, clock, market, left, condors[book.condor])
        reason = exit_reason(book, rules.condors[p], shift, stop, shifting, delta, left)
        if day == last:
            reason = -1
    return reason


@inlined
def _open_layer(at, j, book, held, rule, costs, vix, quantity, positions):  # type: ignore[no-untyped-def]
    """Open a layer anew: the last of `positions`, just priced."""
    position = positions[positions.size - 1]
    held.open, held.expiry, held.quantity = True, at[1] + rule.n_days, 0.0
    held.price, held.gross, held.cost = position.price, position.gross, position.price
    held.position = share_position(positions, held.expiry)
    trade_layer(at, j, book, held, rule, costs, vix, quantity, OPENED)


@inlined
def _try_to_open(  # type: ignore[no-untyped-def]
    at, grid, clock, rules, market, weights, book, shifted, old, equity, condors
):
    """Open a condor by the rule, or by the time-shift that closed the last one; cash received.

    `old`: contracts of the condor shifted; `equity`: what can be put up as margin.
    """
    p, day, sums = at
    rule, regime, counts = rules.condors[p], rules.regimes[p], sums[2]
    if not shifted:
        book.rolls = 0
    if book.regime >= regime.suspend_from and not shifted:
        counts[p, BLOCKED] += 1
        return 0.0
    size, distance = 1.0, 1.0
    if book.regime == 1:
        size, distance = regime.watch_size, regime.watch_distance
    elif book.regime == 2:
        size, distance = regime.stress_size, regime.stress_distance
    now = book.regime
    n, put_map, call_map = rule.n_days[now], rule.put_map[now], rule.call_map[now]
    contracts = np.rint(rule.contracts * scaled(rule, market[4]) * size)
    if shifted:
        shift = rules.shifts[p]
        n, put_map, call_map = shift.n_days, shift.put_map, shift.call_map
        contracts = np.rint(old * shift.size)
    condor = condors[condors.size - 1]
    if not choose_strikes(
        grid, clock, rules.maps, market, weights, rule, n, put_map, call_map, distance, condor
    ):
        counts[p, BLOCKED] += 1
        return 0.0
    before = book.cash
    open_condor(at, book, rules.costs[p], market, contracts, equity, day + n, condors)
    return book.cash - before


@called
def _close_for_good(at, rules, book, layers, condors, positions, vix):  # type: ignore[no-untyped-def]
    """Close everything: the book cannot meet its margin."""
    p, _, _ = at
    close_condor(at, book, rules.costs[p], vix, condors, MARGIN)
    for j in range(rules.n_layers[p]):
        held = layers[p, j]
        if held.open:
            rule, change = rules.layers[p, j], -held.quantity
            trade_layer(at, j, book, held, rule, rules.costs[p], vix, change, MARGIN)
            positions[held.position].users -= 1
            held.open = False
    book.closed = True


@called
def _hand_over(ledger, rules, books, layers, parts, trades, counts, i):  # type: ignore[no-untyped-def]
    """Write what a path added up; what is still open counts at its last mark."""
    for p in range(books.size):
        book = books[p]
        parts[p, INTEREST] = book.earned
        if book.open:
            parts[p, PAYOUTS] -= book.contracts * SPX_POINT * book.owed
        for j in range(rules.n_layers[p]):
            held, rule = layers[p, j], rules.layers[p, j]
            if held.open and rule.instrument != FUTURE:
                parts[p, LAYERS + 2 * j + 1] += held.quantity * rule.multiplier * held.price
        for column in range(parts.shape[1]):
            ledger.parts[p, i, column] = parts[p, column]
        for column in range(trades.shape[1]):
            ledger.trades[p, i, column] = trades[p, column]
        for column in range(counts.shape[1]):
            ledger.counts[p, i, column] = counts[p, column]
