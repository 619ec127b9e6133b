"""The engine, compiled: one path at a time, one close at a time, every policy on the same market.

Each close, for each policy, in this order: cash earns a day of interest; the regime is decided;
what is open is settled or marked; the condor's exits are tried (stop, target, time, time-shift);
layers are rolled, monetised, or brought to the regime's quantity; a new condor is opened; the book
is valued at mid, and closed for good if it cannot meet its margin. All trades are at the close that
triggers them.

Positions that several policies hold in common are priced once: policies are compared on one market,
and most of their days are the same.
"""

from __future__ import annotations

import numpy as np
from numba import njit, prange

from alvh.pricing.grid import state_weights
from alvh.strategy._prices import (
    choose_layer,
    choose_strikes,
    debt,
    margin,
    most_delta,
    price_condor,
    price_layer,
    scaled,
)
from alvh.strategy._records import (
    BLOCKED,
    BOOK,
    CALM,
    EXPIRY,
    FUTURE,
    HELD,
    INTEREST,
    LAYERS,
    MARGIN,
    OPENED,
    PAYOUTS,
    SHIFT,
    SPX_POINT,
    STOP_DELTA,
)
from alvh.strategy._trades import (
    close_condor,
    exit_reason,
    layer_reason,
    manage_layer,
    open_condor,
    trade_layer,
    turn,
    vote,
    wanted_quantity,
)

__all__ = ["run"]


@njit(cache=True, parallel=True, error_model="numpy")
def run(grid, clock, rules, spot, variance, mean_variance, capital, ledger, first):  # type: ignore[no-untyped-def]
    """Every policy on every path, written from row `first` of the ledger on; see the module."""
    for i in prange(spot.shape[0]):
        _run_path(
            grid, clock, rules, spot[i], variance[i], mean_variance[i], capital, ledger, first + i
        )


@njit(cache=True, error_model="numpy")
def _run_path(grid, clock, rules, spot, variance, mean_variance, capital, ledger, i):  # type: ignore[no-untyped-def]
    n_policies, most_layers = rules.layers.shape
    last = spot.size - 1
    averaging = False
    for p in range(n_policies):
        averaging = averaging or rules.regimes[p].uses_average
    books = np.zeros(n_policies, BOOK)
    layers = np.zeros((n_policies, most_layers), HELD)
    strikes, logs = np.zeros((n_policies, 4)), np.zeros((n_policies, 4))
    prices = np.zeros((n_policies, 4))  # of the condors' legs
    worth = np.zeros((n_policies, most_layers))  # of the layers
    levels = np.empty(spot.size if averaging else 1)
    for p in range(n_policies):
        books[p].cash = capital
    for day in range(spot.size):
        v, m = variance[day], mean_variance[day]
        weights = state_weights(grid.axes, grid.future.shape[1], grid.future.shape[2], v, m)
        vix = _level(clock.vix, v, m)
        vix3m = _level(clock.vix3m, v, m)
        market = (spot[day], np.log(spot[day]), v, m, vix)
        if averaging:
            levels[day] = vix
        for p in range(n_policies):  # before any trade, so that a position held in common is found
            if day > 0:
                earned = books[p].cash * clock.interest
                books[p].cash += earned
                ledger.parts[p, i, INTEREST] += earned
            if books[p].open:
                _mark_condor(
                    grid, clock, rules, market, weights, books, strikes, logs, prices, p, day
                )
            for j in range(rules.n_layers[p]):
                if layers[p, j].open:
                    _mark_layer(
                        grid,
                        clock,
                        rules,
                        market,
                        weights,
                        books,
                        layers,
                        worth,
                        ledger,
                        p,
                        j,
                        i,
                        day,
                    )
        for p in range(n_policies):
            book = books[p]
            if book.closed:
                ledger.wealth[p, i, day] = book.cash
                continue
            at = (ledger, p, i, day)
            costs = rules.costs[p]
            turn(book, rules.regimes[p], _asked(rules.regimes[p], vix, vix3m, levels, day), day)
            ledger.counts[p, i, CALM + book.regime] += 1
            shifted, old = False, book.contracts
            if book.open:
                reason = _reason(grid, clock, rules, market, book, strikes, prices, p, day, last)
                if reason >= 0:
                    rule = rules.condors[p]
                    close_condor(at, book, rule, costs, vix, prices[p], reason)
                    early = reason != EXPIRY and reason != SHIFT
                    book.wait_until = day + (rule.reentry_days if early else 0)
                    shifted = reason == SHIFT
                    book.rolls = book.rolls + 1 if shifted else 0
            for j in range(rules.n_layers[p]):
                held, rule = layers[p, j], rules.layers[p, j]
                wanted = wanted_quantity(rule, book.regime)
                if held.open:
                    reason = layer_reason(held, rule, wanted, day, last, worth[p, j])
                    if reason >= 0:
                        manage_layer(
                            at, j, book, held, rule, costs, vix, wanted, worth[p, j], reason
                        )
                if not held.open and day < last and day >= held.reopen:
                    worth[p, j] = _open_layer(
                        at,
                        j,
                        grid,
                        clock,
                        rules.maps,
                        market,
                        weights,
                        book,
                        held,
                        rule,
                        costs,
                        wanted,
                    )
            equity = book.cash + _layers_worth(rules, layers, worth, p)
            if not book.open and day < last and day >= book.wait_until:
                equity += _try_to_open(
                    at,
                    grid,
                    clock,
                    rules,
                    market,
                    weights,
                    book,
                    shifted,
                    old,
                    equity,
                    strikes[p],
                    logs[p],
                    prices[p],
                )
            if book.open:
                equity -= book.contracts * SPX_POINT * debt(prices[p])
                need = book.contracts * margin(
                    rules.condors[p], market[0], strikes[p], book.credit, prices[p]
                )
                if equity < need and day < last:
                    _close_for_good(at, rules, book, layers, worth, vix, prices[p])
                    equity = book.cash
            ledger.wealth[p, i, day] = equity
    for p in range(n_policies):  # what is still open counts at its last mark
        if books[p].open:
            owed = books[p].contracts * SPX_POINT * debt(prices[p])
            ledger.parts[p, i, PAYOUTS] -= owed
        for j in range(rules.n_layers[p]):
            held, rule = layers[p, j], rules.layers[p, j]
            if held.open and rule.instrument != FUTURE:
                kept = held.quantity * rule.multiplier * worth[p, j]
                ledger.parts[p, i, LAYERS + 2 * j + 1] += kept


@njit(cache=True, error_model="numpy", inline="always")
def _level(coefficients, v, m):  # type: ignore[no-untyped-def]
    """VIX (or VIX3M) of a state, in points."""
    return 100.0 * np.sqrt(coefficients[0] * v + coefficients[1] * m + coefficients[2])


@njit(cache=True, error_model="numpy", inline="always")
def _asked(rule, vix, vix3m, levels, day):  # type: ignore[no-untyped-def]
    """Regime the signals ask for at this close."""
    average = np.nan
    if rule.uses_average and day + 1 >= rule.average_days:
        average = 0.0
        for back in range(rule.average_days):
            average += levels[day - back]
        average /= rule.average_days
    return vote(rule, vix, vix3m, average)


@njit(cache=True, error_model="numpy", inline="always")
def _mark_condor(grid, clock, rules, market, weights, books, strikes, logs, prices, p, day):  # type: ignore[no-untyped-def]
    """Price an open condor, or take the prices of a policy that holds the same."""
    twin = -1
    for q in range(p):
        if (
            books[q].open
            and books[q].expiry == books[p].expiry
            and strikes[q, 1] == strikes[p, 1]
            and strikes[q, 2] == strikes[p, 2]
            and strikes[q, 0] == strikes[p, 0]
            and strikes[q, 3] == strikes[p, 3]
            and rules.condors[q].wings == rules.condors[p].wings
        ):
            twin = q
            break
    if twin >= 0:
        for leg in range(4):
            prices[p, leg] = prices[twin, leg]
    else:
        price_condor(
            grid,
            clock,
            market,
            weights,
            books[p].expiry - day,
            rules.condors[p].wings,
            strikes[p],
            logs[p],
            prices[p],
        )


@njit(cache=True, error_model="numpy", inline="always")
def _mark_layer(  # type: ignore[no-untyped-def]
    grid, clock, rules, market, weights, books, layers, worth, ledger, p, j, i, day
):
    """Price an open layer, or take the price of a policy that holds the same; settle futures."""
    held, rule = layers[p, j], rules.layers[p, j]
    twin, k = -1, 0
    for q in range(p):
        for k in range(rules.n_layers[q]):
            other = layers[q, k]
            if (
                other.open
                and other.expiry == held.expiry
                and other.strike == held.strike
                and other.upper == held.upper
            ):
                twin = q
                break
        if twin >= 0:
            break
    if twin >= 0:
        price, held.gross = worth[twin, k], layers[twin, k].gross
    else:
        price, held.gross = price_layer(
            grid,
            clock,
            market,
            weights,
            held.expiry - day,
            rule.instrument,
            held.strike,
            held.upper,
        )
    if rule.instrument == FUTURE:  # variation margin
        gain = held.quantity * rule.multiplier * (price - held.mark)
        books[p].cash += gain
        held.mark = price
        ledger.parts[p, i, LAYERS + 2 * j + 1] += gain
    worth[p, j] = price


@njit(cache=True, error_model="numpy", inline="always")
def _reason(grid, clock, rules, market, book, strikes, prices, p, day, last):  # type: ignore[no-untyped-def]
    """Why an open condor is closed at this close, or -1."""
    left = book.expiry - day
    reason = EXPIRY
    if left > 0:
        shift, stop = rules.shifts[p], rules.stops[p]
        shifting = shift.on and market[4] >= shift.vix and book.rolls < shift.most
        delta = 0.0
        if stop.kind == STOP_DELTA or shifting:
            delta = most_delta(grid, clock, market, left, strikes[p], prices[p])
        reason = exit_reason(
            book, rules.condors[p], shift, stop, shifting, delta, left, debt(prices[p])
        )
        if day == last:
            reason = -1
    return reason


@njit(cache=True, error_model="numpy", inline="always")
def _layers_worth(rules, layers, worth, p):  # type: ignore[no-untyped-def]
    """Dollars the open options of the layers are worth; futures are settled daily."""
    total = 0.0
    for j in range(rules.n_layers[p]):
        held, rule = layers[p, j], rules.layers[p, j]
        if held.open and rule.instrument != FUTURE:
            total += held.quantity * rule.multiplier * worth[p, j]
    return total


@njit(cache=True, error_model="numpy")
def _open_layer(  # type: ignore[no-untyped-def]
    at, j, grid, clock, maps, market, weights, book, held, rule, costs, wanted
):
    """Open a layer anew at the strikes of its rule, in the quantity wanted; its price."""
    factor = scaled(rule, market[4])
    quantity = np.rint(wanted * factor)
    if quantity == 0.0:
        return 0.0
    held.strike, held.upper = choose_layer(grid, maps, market, weights, rule)
    price, held.gross = price_layer(
        grid, clock, market, weights, rule.n_days, rule.instrument, held.strike, held.upper
    )
    held.open, held.expiry, held.factor = True, at[3] + rule.n_days, factor
    held.cost, held.mark, held.quantity = price, price, 0.0
    trade_layer(at, j, book, held, rule, costs, market[4], price, quantity, OPENED)
    return price


@njit(cache=True, error_model="numpy")
def _try_to_open(  # type: ignore[no-untyped-def]
    at, grid, clock, rules, market, weights, book, shifted, old, equity, strikes, logs, prices
):
    """Open a condor by the rule, or by the time-shift that closed the last one; cash received.

    `old`: contracts of the condor shifted; `equity`: what can be put up as margin.
    """
    ledger, p, i, day = at
    rule, regime = rules.condors[p], rules.regimes[p]
    if not shifted:
        book.rolls = 0
    if book.regime >= regime.suspend_from and not shifted:
        ledger.counts[p, i, BLOCKED] += 1
        return 0.0
    size, distance = 1.0, 1.0
    if book.regime == 1:
        size, distance = regime.watch_size, regime.watch_distance
    elif book.regime == 2:
        size, distance = regime.stress_size, regime.stress_distance
    n, put_map, call_map = rule.n_days, rule.put_map, rule.call_map
    contracts = np.rint(rule.contracts * scaled(rule, market[4]) * size)
    if shifted:
        shift = rules.shifts[p]
        n, put_map, call_map = shift.n_days, shift.put_map, shift.call_map
        contracts = np.rint(old * shift.size)
    if not choose_strikes(
        grid,
        clock,
        rules.maps,
        market,
        weights,
        rule,
        n,
        put_map,
        call_map,
        distance,
        strikes,
        logs,
        prices,
    ):
        ledger.counts[p, i, BLOCKED] += 1
        return 0.0
    before = book.cash
    open_condor(at, book, rule, rules.costs[p], market, contracts, equity, day + n, strikes, prices)
    return book.cash - before


@njit(cache=True, error_model="numpy")
def _close_for_good(at, rules, book, layers, worth, vix, prices):  # type: ignore[no-untyped-def]
    """Close everything: the book cannot meet its margin."""
    _, p, _, _ = at
    close_condor(at, book, rules.condors[p], rules.costs[p], vix, prices, MARGIN)
    for j in range(rules.n_layers[p]):
        held = layers[p, j]
        if held.open:
            change = -held.quantity
            rule = rules.layers[p, j]
            trade_layer(at, j, book, held, rule, rules.costs[p], vix, worth[p, j], change, MARGIN)
            held.open = False
    book.closed = True
