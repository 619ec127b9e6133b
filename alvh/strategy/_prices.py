"""Prices, strikes, margin and costs of what the engine holds, compiled.

`market` is (spot, log spot, v, m, VIX in points); `weights` the interpolation weights of the state.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from alvh.pricing.grid import (
    cubic_surface,
    spx_otm,
    spx_root,
    vix_call,
    vix_forward,
)
from alvh.strategy._records import (
    BY_CREDIT,
    BY_DELTA,
    FUTURE,
    SIGNS,
    SPREAD,
    SPX_POINT,
)
from alvh.strategy._strikes import black_delta_of, listed_spx, listed_vix, vix_log_strike, vix_step

__all__ = [
    "choose_layer",
    "choose_strikes",
    "condor_cost",
    "debt",
    "layer_cost",
    "margin",
    "most_delta",
    "price_condor",
    "price_layer",
    "scaled",
]


@njit(cache=True, error_model="numpy")
def scaled(rule, vix):  # type: ignore[no-untyped-def]
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


@njit(cache=True, error_model="numpy", inline="always")
def price_condor(grid, clock, market, weights, n, wings, strikes, logs, out):  # type: ignore[no-untyped-def]
    """Prices of the four legs in points, `n` days to expiry, into `out`."""
    spot, log_spot, v, m, _ = market
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
def price_layer(grid, clock, market, weights, n, instrument, strike, upper):  # type: ignore[no-untyped-def]
    """Price in VIX points of one contract, `n` days to settlement, and the sum of its legs'."""
    _, _, v, m, vix = market
    wv, wm = weights
    if n == 0:
        if instrument == FUTURE:
            return vix, vix
        long, short = max(vix - strike, 0.0), 0.0
        if instrument == SPREAD:
            short = max(vix - upper, 0.0)
    else:
        future = vix_forward(grid, n, v, m, wv, wm)
        if instrument == FUTURE:
            return 100.0 * future, 100.0 * future
        scale = 100.0 * clock.discount[n]
        long, short = scale * vix_call(grid, n, v, m, wv, wm, future, 0.01 * strike), 0.0
        if instrument == SPREAD:
            short = scale * vix_call(grid, n, v, m, wv, wm, future, 0.01 * upper)
    return long - short, long + short


@njit(cache=True, error_model="numpy")
def most_delta(grid, clock, market, n, strikes, prices):  # type: ignore[no-untyped-def]
    """Larger absolute Black delta of the two short strikes, each at its own implied volatility."""
    spot, _, v, m, _ = market
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
def condor_cost(costs, rule, vix, prices):  # type: ignore[no-untyped-def]
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
            net += SIGNS[leg] * prices[leg]
            legs += 1
    return SPX_POINT * (spread + costs.adverse * abs(net)) + legs * costs.commission


@njit(cache=True, error_model="numpy")
def layer_cost(costs, rule, vix, gross):  # type: ignore[no-untyped-def]
    """Dollars to trade one contract of a layer whose legs are worth `gross` together."""
    legs = 2 if rule.instrument == SPREAD else 1
    share = 0.0 if rule.instrument == FUTURE else costs.vix_fraction * gross
    half = _half_spread(costs.vix_half_spread, costs.vix_widening, 0.0, costs, vix, 0.0)
    return rule.multiplier * (legs * half + share) + legs * costs.commission


@njit(cache=True, error_model="numpy", inline="always")
def debt(prices):  # type: ignore[no-untyped-def]
    """Points it takes to buy one condor back."""
    return prices[1] + prices[2] - prices[0] - prices[3]


@njit(cache=True, error_model="numpy")
def margin(rule, spot, strikes, credit, prices):  # type: ignore[no-untyped-def]
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


@njit(cache=True, error_model="numpy")
def _credit_at(grid, clock, market, weights, rule, n, times, move, strikes, logs, out):  # type: ignore[no-untyped-def]
    """Credit of a condor, `times` the rule's distances away, on strikes not rounded."""
    spot = market[0]
    strikes[1] = max(spot * (1.0 - times * rule.put_moves * move), 1.0)
    strikes[2] = spot * (1.0 + times * rule.call_moves * move)
    strikes[0], strikes[3] = max(strikes[1] - rule.wing, 0.5), strikes[2] + rule.wing
    for leg in range(4):
        logs[leg] = np.log(strikes[leg])
    price_condor(grid, clock, market, weights, n, rule.wings, strikes, logs, out)
    return debt(out)


@njit(cache=True, error_model="numpy")
def choose_strikes(  # type: ignore[no-untyped-def]
    grid, clock, maps, market, weights, rule, n, put_map, call_map, distance, strikes, logs, out
):
    """Listed strikes by the rule, and their prices; False if there are none."""
    spot, _, v, m, vix = market
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
        if distance != 1.0 and put > 0.0:
            put = forward * (put / forward) ** distance
            call = forward * (call / forward) ** distance
    strikes[1], strikes[2] = listed_spx(put), listed_spx(call)
    strikes[0], strikes[3] = strikes[1] - rule.wing, strikes[2] + rule.wing
    if put <= 0.0 or strikes[1] > strikes[2] or (rule.wings and strikes[0] <= 0.0):
        return False
    for leg in range(4):
        logs[leg] = np.log(max(strikes[leg], 1e-3))
    price_condor(grid, clock, market, weights, n, rule.wings, strikes, logs, out)
    return True


@njit(cache=True, error_model="numpy")
def choose_layer(grid, maps, market, weights, rule):  # type: ignore[no-untyped-def]
    """Listed strike, and upper strike, of a layer opened now; zero where it has none."""
    _, _, v, m, _ = market
    wv, wm = weights
    if rule.instrument == FUTURE:
        return 0.0, 0.0
    future = vix_forward(grid, rule.n_days, v, m, wv, wm)
    level = 100.0 * future * rule.multiple
    if rule.map >= 0:
        y = cubic_surface(maps, rule.map, wv, wm)
        level = 100.0 * future * np.exp(vix_log_strike(grid, rule.n_days, v, m, future, y))
    strike = listed_vix(level)
    if rule.instrument != SPREAD:
        return strike, 0.0
    return strike, max(listed_vix(strike + rule.width), strike + vix_step(strike))
