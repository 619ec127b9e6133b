"""The engine, compiled: one path at a time, one close at a time, every policy on the same market.

Each close, for each policy, in this order: cash earns a day of interest; the regime is decided;
what is open is settled or marked; the condor's exits are tried (margin, stop, target, time,
time-shift); layers are rolled, monetised, or brought to the regime's quantity; a new condor is
opened; the book is valued at mid. All trades are at the close that triggers them.

Positions that several policies hold in common are priced once: policies are compared on one market,
and most of their days are the same.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit, prange

from alvh._typing import FloatArray
from alvh.pricing.grid import (
    cubic_surface,
    spx_otm,
    spx_root,
    state_weights,
    vix_call,
    vix_forward,
)
from alvh.strategy._pack import (
    BY_CREDIT,
    BY_DELTA,
    FUTURE,
    SPREAD,
    STOP_DELTA,
    STOP_MULTIPLE,
)
from alvh.strategy._strikes import (
    black_delta_of,
    listed_spx,
    listed_vix,
    vix_log_strike,
    vix_step,
)

__all__ = [
    "COUNTS",
    "EVENT_FIELDS",
    "EXITS",
    "Clock",
    "Ledger",
    "run",
]

# Columns of `Ledger.counts`
EXITS = ("expiry", "target", "stop", "time", "shift", "margin")
EXPIRY, TARGET, STOP, TIME, SHIFT, MARGIN = range(6)
COUNTS = (*EXITS, "blocked", "calm", "watch", "stress", "layer rolled", "layer monetised")
BLOCKED, CALM, ROLLED, MONETISED = 6, 7, 10, 11
# Columns of `Ledger.parts` before those of the layers (premium, payoff for each)
CREDITS, PAYOUTS, COSTS, INTEREST, LAYERS = range(5)
# Columns of `Ledger.events`; `what` is 0 for the condor, else the layer's number
EVENT_FIELDS = ("day", "what", "reason", "quantity", "price", "cost")
OPENED, SETTLED, RESIZED = 6, 7, 8  # reasons beyond the exits; ROLLED and MONETISED as above

SPX_POINT, VIX_POINT = 100.0, 100.0  # dollars a point of an option
_SIGNS = np.array([1.0, -1.0, -1.0, 1.0])  # long put, short put, short call, long call

_BOOK = np.dtype(
    [
        ("cash", "f8"),
        ("closed", "?"),  # for good: it could not meet margin
        *[(name, "i8") for name in ("regime", "leaning", "streak")],
        ("open", "?"),
        *[(name, "i8") for name in ("expiry", "wait_until", "rolls")],
        *[(name, "f8") for name in ("contracts", "credit", "entry_cost")],
    ]
)
_HELD = np.dtype(
    [
        ("open", "?"),
        *[(name, "i8") for name in ("expiry", "reopen")],
        *[(name, "f8") for name in ("strike", "upper", "quantity", "cost", "mark", "factor")],
    ]
)


class Clock(NamedTuple):
    """What depends on days alone, and the two VIX levels as functions of the state.

    discount, growth : (most days + 1,), of n trading days; interest : of cash over one day.
    vix, vix3m : (3,), squared level in decimals = p v + q m + c.
    """

    discount: FloatArray
    growth: FloatArray
    interest: float
    vix: FloatArray
    vix3m: FloatArray


class Ledger(NamedTuple):
    """What is written: for each policy and path, day by day or in total.

    wealth : (n_policies, n_paths, n_days + 1), dollars.
    parts : (n_policies, n_paths, 4 + 2 most layers), dollars; they sum to the change in wealth.
    trades : (n_policies, n_paths, 4): condors closed, profitable ones, sum and sum of squares of
        their profits after costs.
    counts : (n_policies, n_paths, len(COUNTS)), int32.
    events : (n_policies, n_recorded, most events, len(EVENT_FIELDS)); n_events beside it.
    """

    wealth: FloatArray
    parts: FloatArray
    trades: FloatArray
    counts: FloatArray
    events: FloatArray
    n_events: FloatArray


@njit(cache=True, error_model="numpy")
def _record(ledger, p, i, day, what, reason, quantity, price, cost):  # type: ignore[no-untyped-def]
    if i >= ledger.events.shape[1]:
        return
    e = ledger.n_events[p, i]
    if e < ledger.events.shape[2]:
        row = ledger.events[p, i, e]
        row[0], row[1], row[2], row[3], row[4], row[5] = day, what, reason, quantity, price, cost
        ledger.n_events[p, i] = e + 1


@njit(cache=True, error_model="numpy")
def _scaled(rule, vix):  # type: ignore[no-untyped-def]
    """`VixScale.factor` of the record of a rule."""
    if vix <= rule.low:
        return rule.at_low
    if vix >= rule.high:
        return rule.at_high
    if vix <= rule.middle:
        share = (vix - rule.low) / (rule.middle - rule.low)
        return rule.at_low + share * (rule.at_middle - rule.at_low)
    share = (vix - rule.middle) / (rule.high - rule.middle)
    return rule.at_middle + share * (rule.at_high - rule.at_middle)


# --- Regime ---------------------------------------------------------------------------------


@njit(cache=True, error_model="numpy", inline="always")
def _vote(rule, vix, vix3m, average):  # type: ignore[no-untyped-def]
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
def _turn(book, rule, asked, day):  # type: ignore[no-untyped-def]
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


# --- Prices ---------------------------------------------------------------------------------


@njit(cache=True, error_model="numpy", inline="always")
def _price_condor(grid, clock, market, weights, n, wings, strikes, logs, out):  # type: ignore[no-untyped-def]
    """Prices of the four legs in points, `n` days to expiry, into `out`."""
    spot, log_spot, v, m = market
    wv, wm = weights
    first, last = (0, 4) if wings else (1, 3)
    if n == 0:
        for leg in range(first, last):
            inside = strikes[leg] - spot if leg < 2 else spot - strikes[leg]
            out[leg] = max(inside, 0.0)
    else:
        forward = spot * clock.growth[n]
        log_forward = log_spot + grid.carry * n / 252.0
        scale = clock.discount[n] * forward
        root = spx_root(grid, n, v, m)
        for leg in range(first, last):
            k = logs[leg] - log_forward
            value = spx_otm(grid, n, root, wv, wm, k)
            if leg < 2:
                if k > 0.0:
                    value += strikes[leg] / forward - 1.0
            elif k <= 0.0:
                value += 1.0 - strikes[leg] / forward
            out[leg] = scale * value


@njit(cache=True, error_model="numpy", inline="always")
def _price_layer(grid, clock, market, weights, vix, n, instrument, strike, upper):  # type: ignore[no-untyped-def]
    """Price in VIX points of one contract of a layer, `n` days to settlement."""
    _, _, v, m = market
    wv, wm = weights
    if n == 0:
        if instrument == FUTURE:
            price = vix
        else:
            price = max(vix - strike, 0.0)
            if instrument == SPREAD:
                price -= max(vix - upper, 0.0)
    else:
        future = vix_forward(grid, n, v, m, wv, wm)
        if instrument == FUTURE:
            price = 100.0 * future
        else:
            price = vix_call(grid, n, v, m, wv, wm, future, 0.01 * strike)
            if instrument == SPREAD:
                price -= vix_call(grid, n, v, m, wv, wm, future, 0.01 * upper)
            price *= 100.0 * clock.discount[n]
    return price


@njit(cache=True, error_model="numpy")
def _most_delta(grid, clock, market, n, strikes, prices):  # type: ignore[no-untyped-def]
    """Larger absolute Black delta of the two short strikes, each at its own implied volatility."""
    spot, _, v, m = market
    if n == 0:
        return 1.0 if spot < strikes[1] or spot > strikes[2] else 0.0
    forward = spot * clock.growth[n]
    scale = clock.discount[n] * forward
    root = spx_root(grid, n, v, m)
    most = 0.0
    for leg in (1, 2):
        ratio = strikes[leg] / forward
        k = np.log(ratio)
        otm = prices[leg] / scale
        if leg == 1 and k > 0.0:
            otm -= ratio - 1.0
        elif leg == 2 and k <= 0.0:
            otm -= 1.0 - ratio
        delta = black_delta_of(otm, k, root)
        most = max(most, 1.0 - delta if leg == 1 else delta)
    return most


@njit(cache=True, error_model="numpy")
def _half_spread(base, widening, fraction, costs, vix, price):  # type: ignore[no-untyped-def]
    wide = base + widening * max(vix - 12.0, 0.0)
    return min(wide, costs.widest * base) + fraction * abs(price)


@njit(cache=True, error_model="numpy")
def _condor_cost(costs, rule, vix, prices):  # type: ignore[no-untyped-def]
    """Dollars to trade one condor at these leg prices."""
    spread, net, legs = 0.0, 0.0, 0
    for leg in range(4):
        if rule.wings or 1 <= leg <= 2:
            spread += _half_spread(
                costs.spx_half_spread,
                costs.spx_widening,
                costs.spx_fraction,
                costs,
                vix,
                prices[leg],
            )
            net += _SIGNS[leg] * prices[leg]
            legs += 1
    return SPX_POINT * (spread + costs.adverse * abs(net)) + legs * costs.commission


@njit(cache=True, error_model="numpy")
def _layer_cost(costs, rule, vix, price):  # type: ignore[no-untyped-def]
    """Dollars to trade one contract of a layer at this price."""
    future = rule.instrument == FUTURE
    legs = 2 if rule.instrument == SPREAD else 1
    half = _half_spread(
        costs.vix_half_spread,
        costs.vix_widening,
        0.0 if future else costs.vix_fraction,
        costs,
        vix,
        price,
    )
    return legs * (rule.multiplier * half + costs.commission)


@njit(cache=True, error_model="numpy", inline="always")
def _debt(prices):  # type: ignore[no-untyped-def]
    """Points it takes to buy one condor back."""
    return prices[1] + prices[2] - prices[0] - prices[3]


@njit(cache=True, error_model="numpy")
def _margin(rule, spot, strikes, credit, prices):  # type: ignore[no-untyped-def]
    """Dollars of margin of one condor.

    With wings its largest loss. Without, the exchange's rule for a short strangle of a broad
    index: what both options are worth, plus the dearer of the two sides' 15 % of the index less
    what it is out of the money, at least 10 %.
    """
    if rule.wings:
        width = max(strikes[1] - strikes[0], strikes[3] - strikes[2])
        return SPX_POINT * max(width - credit, 0.0)
    put = max(0.15 * spot - max(spot - strikes[1], 0.0), 0.10 * spot)
    call = max(0.15 * spot - max(strikes[2] - spot, 0.0), 0.10 * spot)
    return SPX_POINT * (max(put, call) + prices[1] + prices[2])


# --- Strikes --------------------------------------------------------------------------------


@njit(cache=True, error_model="numpy")
def _credit_at(grid, clock, market, weights, rule, n, times, move, strikes, logs, out):  # type: ignore[no-untyped-def]
    """Credit of a condor, `times` the rule's distances away, on strikes not rounded."""
    spot = market[0]
    strikes[1] = max(spot * (1.0 - times * rule.put_moves * move), 1.0)
    strikes[2] = spot * (1.0 + times * rule.call_moves * move)
    strikes[0], strikes[3] = max(strikes[1] - rule.wing, 0.5), strikes[2] + rule.wing
    for leg in range(4):
        logs[leg] = np.log(strikes[leg])
    _price_condor(grid, clock, market, weights, n, rule.wings, strikes, logs, out)
    return _debt(out)


@njit(cache=True, error_model="numpy")
def _choose_strikes(  # type: ignore[no-untyped-def]
    grid, clock, maps, market, weights, vix, rule, n, put_map, call_map, distance, strikes, logs, out
):
    """Listed strikes by the rule, and their prices; False if there are none."""
    spot, _, v, m = market
    wv, wm = weights
    forward = spot * clock.growth[n]
    if rule.by == BY_DELTA:
        root = spx_root(grid, n, v, m) * distance
        put = forward * np.exp(cubic_surface(maps, put_map, wv, wm) * root)
        call = forward * np.exp(cubic_surface(maps, call_map, wv, wm) * root)
    else:
        move = 0.01 * vix * np.sqrt(n / 252.0)
        times = 1.0
        if rule.by == BY_CREDIT:
            if _credit_at(grid, clock, market, weights, rule, n, 0.0, move, strikes, logs, out) < (
                rule.credit
            ):
                return False
            low, high = 0.0, 12.0
            for _ in range(24):
                times = 0.5 * (low + high)
                credit = _credit_at(
                    grid, clock, market, weights, rule, n, times, move, strikes, logs, out
                )
                if credit > rule.credit:
                    low = times
                else:
                    high = times
        put = spot * (1.0 - times * rule.put_moves * move)
        call = spot * (1.0 + times * rule.call_moves * move)
        if distance != 1.0:
            put = forward * (max(put, 1.0) / forward) ** distance
            call = forward * (call / forward) ** distance
    strikes[1], strikes[2] = listed_spx(put), listed_spx(call)
    strikes[0], strikes[3] = strikes[1] - rule.wing, strikes[2] + rule.wing
    if put <= 0.0 or strikes[1] > strikes[2] or (rule.wings and strikes[0] <= 0.0):
        return False
    for leg in range(4):
        logs[leg] = np.log(max(strikes[leg], 1e-3))
    _price_condor(grid, clock, market, weights, n, rule.wings, strikes, logs, out)
    return True


# --- Trades ---------------------------------------------------------------------------------


@njit(cache=True, error_model="numpy")
def _open_condor(  # type: ignore[no-untyped-def]
    ledger, p, i, day, book, rule, costs, contracts, spare, expiry, spot, vix, strikes, prices
):
    """Sell condors at `prices`: as many as asked for and as `spare` dollars can margin."""
    credit = _debt(prices)
    if credit <= 0.0:
        ledger.counts[p, i, BLOCKED] += 1
        return
    each = _margin(rule, spot, strikes, credit, prices)
    if each > 0.0:
        contracts = min(contracts, np.floor(spare / each))
    if contracts < 1.0:
        ledger.counts[p, i, BLOCKED] += 1
        return
    cost = contracts * _condor_cost(costs, rule, vix, prices)
    received = contracts * SPX_POINT * credit
    book.cash += received - cost
    book.open, book.expiry, book.contracts, book.credit = True, expiry, contracts, credit
    book.entry_cost = cost
    ledger.parts[p, i, CREDITS] += received
    ledger.parts[p, i, COSTS] -= cost
    _record(ledger, p, i, day, 0, OPENED, -contracts, credit, cost)


@njit(cache=True, error_model="numpy")
def _close_condor(ledger, p, i, day, book, rule, costs, vix, prices, reason):  # type: ignore[no-untyped-def]
    """Buy the condor back at `prices`, or let it settle at them."""
    debt = _debt(prices)
    cost = 0.0 if reason == EXPIRY else book.contracts * _condor_cost(costs, rule, vix, prices)
    paid = book.contracts * SPX_POINT * debt
    book.cash -= paid + cost
    book.open = False
    profit = book.contracts * SPX_POINT * (book.credit - debt) - cost - book.entry_cost
    ledger.parts[p, i, PAYOUTS] -= paid
    ledger.parts[p, i, COSTS] -= cost
    trades = ledger.trades[p, i]
    trades[0] += 1.0
    trades[1] += profit > 0.0
    trades[2] += profit
    trades[3] += profit * profit
    ledger.counts[p, i, reason] += 1
    _record(ledger, p, i, day, 0, reason, book.contracts, debt, cost)


@njit(cache=True, error_model="numpy")
def _trade_layer(ledger, p, i, l, day, book, held, rule, costs, vix, price, change, reason):  # type: ignore[no-untyped-def]
    """Buy (or sell, if negative) `change` contracts of a layer."""
    settled = reason == SETTLED
    cost = 0.0 if settled else abs(change) * _layer_cost(costs, rule, vix, price)
    # a future changes hands at no price: its gains are paid day by day
    flow = 0.0 if rule.instrument == FUTURE else change * rule.multiplier * price
    book.cash -= flow + cost
    held.quantity += change
    opening = reason == OPENED or (reason == RESIZED and change * held.quantity > 0.0)
    ledger.parts[p, i, LAYERS + 2 * l + (0 if opening else 1)] -= flow
    ledger.parts[p, i, COSTS] -= cost
    _record(ledger, p, i, day, l + 1, reason, change, price, cost)


@njit(cache=True, error_model="numpy")
def _open_layer(  # type: ignore[no-untyped-def]
    ledger, grid, clock, maps, market, weights, p, i, l, day, book, held, rule, costs, vix, wanted
):
    """Open a layer anew at the strikes of its rule, in the quantity wanted."""
    factor = _scaled(rule, vix)
    quantity = np.rint(wanted * factor)
    if quantity == 0.0:
        return
    _, _, v, m = market
    wv, wm = weights
    future = vix_forward(grid, rule.n_days, v, m, wv, wm)
    held.strike, held.upper = 0.0, 0.0
    if rule.instrument != FUTURE:
        if rule.map >= 0:
            y = cubic_surface(maps, rule.map, wv, wm)
            level = 100.0 * future * np.exp(vix_log_strike(grid, rule.n_days, v, m, future, y))
        else:
            level = 100.0 * future * rule.multiple
        held.strike = listed_vix(level)
        if rule.instrument == SPREAD:
            held.upper = max(
                listed_vix(held.strike + rule.width), held.strike + vix_step(held.strike)
            )
    price = _price_layer(
        grid, clock, market, weights, vix, rule.n_days, rule.instrument, held.strike, held.upper
    )
    held.open, held.expiry, held.factor = True, day + rule.n_days, factor
    held.cost, held.mark = price, price
    held.quantity = 0.0
    _trade_layer(ledger, p, i, l, day, book, held, rule, costs, vix, price, quantity, OPENED)


@njit(cache=True, error_model="numpy", inline="always")
def _wanted(rule, regime):  # type: ignore[no-untyped-def]
    """Quantity of a layer in a regime."""
    wanted = rule.calm
    if regime == 1:
        wanted = rule.watch
    elif regime == 2:
        wanted = rule.stress
    return wanted


@njit(cache=True, error_model="numpy", inline="always")
def _layer_reason(held, rule, wanted, day, last, price):  # type: ignore[no-untyped-def]
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
def _manage_layer(ledger, p, i, l, day, book, held, rule, costs, vix, wanted, price, reason):  # type: ignore[no-untyped-def]
    """Settle, roll, monetise or resize an open layer."""
    change = -held.quantity
    if reason == RESIZED:
        change = np.rint(wanted * held.factor) - held.quantity
    _trade_layer(ledger, p, i, l, day, book, held, rule, costs, vix, price, change, reason)
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


@njit(cache=True, error_model="numpy", inline="always")
def _exit_reason(book, rule, shift, stop, shifting, delta, left, debt):  # type: ignore[no-untyped-def]
    """Why an open condor is closed before its expiry, or -1.

    `delta`: the larger of its short deltas, if a rule asks for it.
    """
    reason = -1
    if shifting and delta >= shift.delta:
        reason = SHIFT
    if left <= rule.exit_days:
        reason = TIME
    if book.credit - debt >= rule.profit_target * book.credit:
        reason = TARGET
    if (stop.kind == STOP_DELTA and delta >= stop.level) or (
        stop.kind == STOP_MULTIPLE and debt - book.credit >= stop.level * book.credit
    ):
        reason = STOP
    return reason


# --- The run --------------------------------------------------------------------------------


@njit(cache=True, parallel=True, error_model="numpy")
def run(grid, clock, rules, spot, variance, mean_variance, capital, ledger):  # type: ignore[no-untyped-def]
    """Every policy on every path; see the module."""
    for i in prange(spot.shape[0]):
        _run_path(grid, clock, rules, spot[i], variance[i], mean_variance[i], capital, ledger, i)


@njit(cache=True, error_model="numpy")
def _run_path(grid, clock, rules, spot, variance, mean_variance, capital, ledger, i):  # type: ignore[no-untyped-def]
    n_columns = spot.size
    n_policies = rules.condors.size
    most_layers = rules.layers.shape[1]
    n_v, n_m = grid.future.shape[1], grid.future.shape[2]
    last = n_columns - 1
    averaging = False
    for p in range(n_policies):
        averaging = averaging or rules.regimes[p].uses_average
    books = np.zeros(n_policies, _BOOK)
    layers = np.zeros((n_policies, most_layers), _HELD)
    strikes, logs = np.zeros((n_policies, 4)), np.zeros((n_policies, 4))
    prices = np.zeros((n_policies, 4))
    worth = np.zeros((n_policies, most_layers))
    levels = np.empty(n_columns if averaging else 1)
    for p in range(n_policies):
        books[p].cash = capital
    for day in range(n_columns):
        v, m = variance[day], mean_variance[day]
        market = (spot[day], np.log(spot[day]), v, m)
        weights = state_weights(grid.axes, n_v, n_m, v, m)
        vix = 100.0 * np.sqrt(clock.vix[0] * v + clock.vix[1] * m + clock.vix[2])
        vix3m = 100.0 * np.sqrt(clock.vix3m[0] * v + clock.vix3m[1] * m + clock.vix3m[2])
        if averaging:
            levels[day] = vix

        # marks before any trade: positions held in common are priced once
        for p in range(n_policies):
            book = books[p]
            if book.open:
                twin = -1
                for q in range(p):
                    if (
                        books[q].open
                        and books[q].expiry == book.expiry
                        and rules.condors[q].wings == rules.condors[p].wings
                        and strikes[q, 1] == strikes[p, 1]
                        and strikes[q, 2] == strikes[p, 2]
                        and strikes[q, 0] == strikes[p, 0]
                        and strikes[q, 3] == strikes[p, 3]
                    ):
                        twin = q
                        break
                if twin >= 0:
                    for leg in range(4):
                        prices[p, leg] = prices[twin, leg]
                else:
                    _price_condor(
                        grid,
                        clock,
                        market,
                        weights,
                        book.expiry - day,
                        rules.condors[p].wings,
                        strikes[p],
                        logs[p],
                        prices[p],
                    )
            for l in range(rules.n_layers[p]):
                held = layers[p, l]
                if not held.open:
                    continue
                rule = rules.layers[p, l]
                found = False
                for q in range(p):
                    for k in range(rules.n_layers[q]):
                        other = layers[q, k]
                        if (
                            other.open
                            and other.expiry == held.expiry
                            and other.strike == held.strike
                            and other.upper == held.upper
                        ):
                            price = worth[q, k]
                            found = True
                            break
                    if found:
                        break
                if not found:
                    price = _price_layer(
                        grid,
                        clock,
                        market,
                        weights,
                        vix,
                        held.expiry - day,
                        rule.instrument,
                        held.strike,
                        held.upper,
                    )
                if rule.instrument == FUTURE:  # variation margin
                    gain = held.quantity * rule.multiplier * (price - held.mark)
                    book.cash += gain
                    held.mark = price
                    ledger.parts[p, i, LAYERS + 2 * l + 1] += gain
                worth[p, l] = price

        for p in range(n_policies):
            book, rule, costs = books[p], rules.condors[p], rules.costs[p]
            if day > 0:
                earned = book.cash * clock.interest
                book.cash += earned
                ledger.parts[p, i, INTEREST] += earned
            if book.closed:
                ledger.wealth[p, i, day] = book.cash
                continue

            regimes = rules.regimes[p]
            average = np.nan
            if regimes.uses_average and day + 1 >= regimes.average_days:
                average = 0.0
                for back in range(regimes.average_days):
                    average += levels[day - back]
                average /= regimes.average_days
            _turn(book, regimes, _vote(regimes, vix, vix3m, average), day)
            ledger.counts[p, i, CALM + book.regime] += 1

            shifted = False
            old = book.contracts
            if book.open:
                left = book.expiry - day
                reason = EXPIRY
                if left > 0:
                    shift, stop = rules.shifts[p], rules.stops[p]
                    shifting = shift.on and vix >= shift.vix and book.rolls < shift.most
                    delta = 0.0
                    if stop.kind == STOP_DELTA or shifting:
                        delta = _most_delta(grid, clock, market, left, strikes[p], prices[p])
                    reason = _exit_reason(
                        book, rule, shift, stop, shifting, delta, left, _debt(prices[p])
                    )
                    if day == last:
                        reason = -1
                if reason >= 0:
                    _close_condor(
                        ledger, p, i, day, book, rule, costs, vix, prices[p], reason
                    )
                    early = reason != EXPIRY and reason != SHIFT
                    book.wait_until = day + (rule.reentry_days if early else 0)
                    shifted = reason == SHIFT
                    book.rolls = book.rolls + 1 if shifted else 0

            for l in range(rules.n_layers[p]):
                held, layer = layers[p, l], rules.layers[p, l]
                wanted = _wanted(layer, book.regime)
                if held.open:
                    reason = _layer_reason(held, layer, wanted, day, last, worth[p, l])
                    if reason >= 0:
                        _manage_layer(
                            ledger,
                            p,
                            i,
                            l,
                            day,
                            book,
                            held,
                            layer,
                            costs,
                            vix,
                            wanted,
                            worth[p, l],
                            reason,
                        )
                if not held.open and day < last and day >= held.reopen:
                    _open_layer(
                        ledger,
                        grid,
                        clock,
                        rules.maps,
                        market,
                        weights,
                        p,
                        i,
                        l,
                        day,
                        book,
                        held,
                        layer,
                        costs,
                        vix,
                        wanted,
                    )
                    worth[p, l] = held.cost

            equity = book.cash
            for l in range(rules.n_layers[p]):
                held, layer = layers[p, l], rules.layers[p, l]
                if held.open and layer.instrument != FUTURE:
                    equity += held.quantity * layer.multiplier * worth[p, l]

            if not book.open and day < last and day >= book.wait_until:
                if book.regime >= regimes.suspend_from and not shifted:
                    ledger.counts[p, i, BLOCKED] += 1
                else:
                    shift = rules.shifts[p]
                    size, distance = 1.0, 1.0
                    if book.regime == 1:
                        size, distance = regimes.watch_size, regimes.watch_distance
                    elif book.regime == 2:
                        size, distance = regimes.stress_size, regimes.stress_distance
                    n, put_map, call_map = rule.n_days, rule.put_map, rule.call_map
                    contracts = np.rint(rule.contracts * _scaled(rule, vix) * size)
                    if shifted:
                        n, put_map, call_map = shift.n_days, shift.put_map, shift.call_map
                        contracts = np.rint(old * shift.size)
                    if _choose_strikes(
                        grid,
                        clock,
                        rules.maps,
                        market,
                        weights,
                        vix,
                        rule,
                        n,
                        put_map,
                        call_map,
                        distance,
                        strikes[p],
                        logs[p],
                        prices[p],
                    ):
                        before = book.cash
                        _open_condor(
                            ledger,
                            p,
                            i,
                            day,
                            book,
                            rule,
                            costs,
                            contracts,
                            equity,
                            day + n,
                            market[0],
                            vix,
                            strikes[p],
                            prices[p],
                        )
                        equity += book.cash - before
                    else:
                        ledger.counts[p, i, BLOCKED] += 1

            if book.open:
                equity -= book.contracts * SPX_POINT * _debt(prices[p])
                need = book.contracts * _margin(
                    rule, market[0], strikes[p], book.credit, prices[p]
                )
                if equity < need and day < last:
                    _close_condor(
                        ledger, p, i, day, book, rule, costs, vix, prices[p], MARGIN
                    )
                    for l in range(rules.n_layers[p]):
                        held, layer = layers[p, l], rules.layers[p, l]
                        if held.open:
                            _trade_layer(
                                ledger,
                                p,
                                i,
                                l,
                                day,
                                book,
                                held,
                                layer,
                                costs,
                                vix,
                                worth[p, l],
                                -held.quantity,
                                MARGIN,
                            )
                            held.open = False
                    book.closed = True
                    equity = book.cash
            ledger.wealth[p, i, day] = equity

    # what is still open counts at its last mark
    for p in range(n_policies):
        if books[p].open:
            ledger.parts[p, i, PAYOUTS] -= (
                books[p].contracts * SPX_POINT * _debt(prices[p])
            )
        for l in range(rules.n_layers[p]):
            held, layer = layers[p, l], rules.layers[p, l]
            if held.open and layer.instrument != FUTURE:
                ledger.parts[p, i, LAYERS + 2 * l + 1] += (
                    held.quantity * layer.multiplier * worth[p, l]
                )
