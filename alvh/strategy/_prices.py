"""Prices, strikes, margin and costs of what the engine holds, compiled.

`market` is (spot, log spot, v, m, VIX in points); `weights` the interpolation weights of the state.
"""

from __future__ import annotations

import numpy as np

from alvh._compiled import called, inlined
from alvh.pricing.grid import (
    cubic_surface,
    spx_otm,
    spx_root,
    vix_call_scaled,
    vix_forward,
    vix_log_excess,
    vix_scale,
)
from alvh.strategy._records import (
    BY_CREDIT,
    BY_DELTA,
    FUTURE,
    SPREAD,
    SPX_POINT,
)
from alvh.strategy._strikes import black_delta_of, listed_spx, listed_vix, vix_log_strike, vix_step

__all__ = [
    "choose_position",
    "choose_strikes",
    "condor_cost",
    "debt",
    "layer_cost",
    "margin",
    "most_delta",
    "price_condor",
    "price_position",
    "scaled",
]


@inlined
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


@inlined
def price_condor(grid, clock, market, weights, n, condor):  # type: ignore[no-untyped-def]
    """Price the four legs of a condor in points, `n` days to expiry; wings it lacks at nothing."""
    spot, log_spot, v, m, _ = market
    wv, wm = weights
    if n == 0:
        for leg in range(4):
            inside = condor.strikes[leg] - spot if leg < 2 else spot - condor.strikes[leg]
            condor.prices[leg] = max(inside, 0.0) if condor.wings or 0 < leg < 3 else 0.0
        return
    forward = spot * clock.growth[n]
    log_forward = log_spot + grid.carry * n * (1.0 / 252.0)
    scale = clock.discount[n] * forward
    root = spx_root(grid, n, v, m)
    for leg in range(4):
        value = 0.0
        if condor.wings or 0 < leg < 3:
            k = condor.logs[leg] - log_forward
            value = spx_otm(grid, n, root, wv, wm, k)
            if leg < 2:
                if k > 0.0:
                    value += condor.strikes[leg] / forward - 1.0
            elif k <= 0.0:
                value += 1.0 - condor.strikes[leg] / forward
        condor.prices[leg] = scale * value


@inlined
def price_position(grid, clock, market, weights, n, position):  # type: ignore[no-untyped-def]
    """Price one contract in VIX points, `n` days to settlement; and the sum of its legs'."""
    _, _, v, m, vix = market
    wv, wm = weights
    short = 0.0
    if n == 0:
        long = vix
        if position.instrument != FUTURE:
            long = max(vix - position.strike, 0.0)
        if position.instrument == SPREAD:
            short = max(vix - position.upper, 0.0)
    else:
        future = vix_forward(grid, n, v, m, wv, wm)
        long = 100.0 * future
        if position.instrument != FUTURE:
            scale = 100.0 * clock.discount[n]
            own, unit = vix_scale(grid, n, v, m, future)
            y = (position.log_strike - own) * unit
            strike = 0.01 * position.strike
            long = scale * vix_call_scaled(grid, n, wv, wm, future, strike, y)
            if position.instrument == SPREAD:
                y = (position.log_upper - own) * unit
                strike = 0.01 * position.upper
                short = scale * vix_call_scaled(grid, n, wv, wm, future, strike, y)
    position.price, position.gross = long - short, long + short


@called
def most_delta(grid, clock, market, n, condor):  # type: ignore[no-untyped-def]
    """Larger absolute Black delta of the two short strikes, each at its own implied volatility."""
    spot, _, v, m, _ = market
    strikes, prices = condor.strikes, condor.prices
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


@inlined
def _half_spread(base, widening, costs, vix):  # type: ignore[no-untyped-def]
    return min(base + widening * max(vix - 12.0, 0.0), costs.widest * base)


@inlined
def condor_cost(costs, vix, condor):  # type: ignore[no-untyped-def]
    """Dollars to trade one condor at the prices of its legs."""
    prices, legs = condor.prices, 4.0 if condor.wings else 2.0
    half = _half_spread(costs.spx_half_spread, costs.spx_widening, costs, vix)
    gross = prices[0] + prices[1] + prices[2] + prices[3]
    spread = legs * half + costs.spx_fraction * gross
    return SPX_POINT * (spread + costs.adverse * abs(debt(condor))) + legs * costs.commission


@inlined
def layer_cost(costs, rule, vix, gross):  # type: ignore[no-untyped-def]
    """Dollars to trade one contract of a layer whose legs are worth `gross` together."""
    legs = 2 if rule.instrument == SPREAD else 1
    share = 0.0 if rule.instrument == FUTURE else costs.vix_fraction * gross
    half = _half_spread(costs.vix_half_spread, costs.vix_widening, costs, vix)
    return rule.multiplier * (legs * half + share) + legs * costs.commission


@inlined
def debt(condor):  # type: ignore[no-untyped-def]
    """Points it takes to buy one condor back."""
    prices = condor.prices
    return prices[1] + prices[2] - prices[0] - prices[3]


@inlined
def margin(condor, spot, credit):  # type: ignore[no-untyped-def]
    """Dollars of margin of one condor.

    With wings its largest loss. Without, the exchange's rule for a short strangle of a broad
    index: what both options are worth, plus the dearer of the two sides' 15 % of the index less
    what it is out of the money, at least 10 %.
    """
    strikes, prices = condor.strikes, condor.prices
    if condor.wings:
        width = max(strikes[1] - strikes[0], strikes[3] - strikes[2])
        return SPX_POINT * max(width - credit, 0.0)
    put = max(0.15 * spot - max(spot - strikes[1], 0.0), 0.10 * spot)
    call = max(0.15 * spot - max(strikes[2] - spot, 0.0), 0.10 * spot)
    return SPX_POINT * (max(put, call) + prices[1] + prices[2])


@called
def _credit_at(grid, clock, market, weights, rule, n, times, move, condor):  # type: ignore[no-untyped-def]
    """Credit of a condor, `times` the rule's distances away, on strikes not rounded."""
    spot, strikes = market[0], condor.strikes
    strikes[1] = max(spot * (1.0 - times * rule.put_moves * move), 1.0)
    strikes[2] = spot * (1.0 + times * rule.call_moves * move)
    strikes[0], strikes[3] = max(strikes[1] - rule.wing, 0.5), strikes[2] + rule.wing
    for leg in range(4):
        condor.logs[leg] = np.log(strikes[leg])
    price_condor(grid, clock, market, weights, n, condor)
    return debt(condor)


@called
def choose_strikes(  # type: ignore[no-untyped-def]
    grid, clock, maps, market, weights, rule, n, put_map, call_map, distance, condor
):
    """Give a condor listed strikes by the rule, and price it; False if there are none."""
    spot, _, v, m, vix = market
    wv, wm = weights
    forward = spot * clock.growth[n]
    condor.wings = rule.wings
    if rule.by == BY_DELTA:
        root = spx_root(grid, n, v, m) * distance
        put = forward * np.exp(cubic_surface(maps, put_map, wv, wm) * root)
        call = forward * np.exp(cubic_surface(maps, call_map, wv, wm) * root)
    else:
        move = 0.01 * vix * np.sqrt(n / 252.0)
        times = 1.0
        if rule.by == BY_CREDIT:
            low, high = 0.0, 12.0
            if _credit_at(grid, clock, market, weights, rule, n, low, move, condor) < rule.credit:
                return False
            for _ in range(24):
                times = 0.5 * (low + high)
                credit = _credit_at(grid, clock, market, weights, rule, n, times, move, condor)
                if credit > rule.credit:
                    low = times
                else:
                    high = times
        put = spot * (1.0 - times * rule.put_moves * move)
        call = spot * (1.0 + times * rule.call_moves * move)
        if distance != 1.0 and put > 0.0:
            put = forward * (put / forward) ** distance
            call = forward * (call / forward) ** distance
    strikes = condor.strikes
    strikes[1], strikes[2] = listed_spx(put), listed_spx(call)
    strikes[0], strikes[3] = strikes[1] - rule.wing, strikes[2] + rule.wing
    if put <= 0.0 or strikes[1] > strikes[2] or (rule.wings and strikes[0] <= 0.0):
        return False
    for leg in range(4):
        condor.logs[leg] = np.log(max(strikes[leg], 1e-3))
    price_condor(grid, clock, market, weights, n, condor)
    return True


@inlined
def choose_position(grid, clock, maps, market, weights, rule, position):  # type: ignore[no-untyped-def]
    """Give a position the instrument and listed strikes of a layer's rule, and price it."""
    _, _, v, m, _ = market
    wv, wm = weights
    position.instrument, position.strike, position.upper = rule.instrument, 0.0, 0.0
    if rule.instrument != FUTURE:
        future = vix_forward(grid, rule.n_days, v, m, wv, wm)
        level = 100.0 * future * rule.multiple
        if rule.map >= 0:
            y = cubic_surface(maps, rule.map, wv, wm)
            level = 100.0 * future * np.exp(vix_log_strike(grid, rule.n_days, v, m, future, y))
        strike = listed_vix(level)
        position.strike, position.log_strike = strike, vix_log_excess(grid, 0.01 * strike)
        if rule.instrument == SPREAD:
            upper = max(listed_vix(strike + rule.width), strike + vix_step(strike))
            position.upper, position.log_upper = upper, vix_log_excess(grid, 0.01 * upper)
    price_position(grid, clock, market, weights, rule.n_days, position)
