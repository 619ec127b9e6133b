"""Policies as records a compiled kernel can read: the same fields, in trading days."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from alvh._typing import FloatArray
from alvh.clock import trading_days
from alvh.market.contracts import VIX_FUTURE_MULTIPLIER, VIX_OPTION_MULTIPLIER
from alvh.pricing import PricingTables
from alvh.strategy._records import (
    ALWAYS,
    BY_CREDIT,
    BY_DELTA,
    BY_MOVE,
    CALL,
    CONDOR_RULE,
    COSTS_RULE,
    FUTURE,
    LAYER_RULE,
    NEVER,
    REGIME_RULE,
    SCALE_FIELDS,
    SECOND,
    SHIFT_RULE,
    SPREAD,
    STOP_DELTA,
    STOP_MULTIPLE,
    STOP_RULE,
    TESTED,
    VOTE,
    Rules,
)
from alvh.strategy._signals import Wanted
from alvh.strategy._strikes import spx_delta_map, vix_delta_map, vvix_map
from alvh.strategy.layer import HedgeLayer
from alvh.strategy.policy import Policy
from alvh.strategy.scale import VixScale
from alvh.strategy.vote import Side, SignalName

__all__ = ["pack"]


def pack(policies: Sequence[Policy], tables: PricingTables, wanted: Wanted) -> Rules:
    """Records of `policies`, with the strike maps their deltas need.

    `wanted` is told which signals they look at.
    """
    n = len(policies)
    most = max(1, *(len(p.layers) for p in policies))
    looks = [(p.regime.votes, p.second.conditions if _second(p) else ()) for p in policies]
    votes, conditions = (
        np.zeros((n, max(1, *(len(rows) for rows in column))), VOTE)
        for column in zip(*looks, strict=True)
    )
    rules = [
        np.zeros(n, dtype)
        for dtype in (CONDOR_RULE, SHIFT_RULE, STOP_RULE, REGIME_RULE, COSTS_RULE)
    ]
    condors, shifts, stops, regimes, costs = rules
    layers, n_layers = np.zeros((n, most), LAYER_RULE), np.zeros(n, np.int64)
    maps = _Maps(tables)
    for i, policy in enumerate(policies):
        condors[i] = _condor(policy, maps)
        shifts[i] = _shift(policy, maps)
        stops[i] = _stop(policy)
        regimes[i] = _regime(policy)
        costs[i] = tuple(getattr(policy.costs, name) for name in COSTS_RULE.names or ())
        n_layers[i] = len(policy.layers)
        for j, layer in enumerate(policy.layers):
            layers[i, j] = _layer(layer, maps)
        for j, vote in enumerate(looks[i][0]):
            votes[i, j] = _vote(policy, vote.signal, vote.side, vote.watch, vote.stress, wanted)
        for j, it in enumerate(looks[i][1]):
            conditions[i, j] = _vote(policy, it.signal, it.side, it.level, it.level, wanted)
    vvix_row = maps.vvix() if wanted.need_vvix else -1
    signals, memory = wanted.records()
    return Rules(
        condors,
        shifts,
        stops,
        layers,
        n_layers,
        regimes,
        costs,
        maps.array(),
        signals,
        votes,
        conditions,
        memory,
        vvix_row,
    )


def _second(policy: Policy) -> bool:
    """Whether any layer asks for the second engine."""
    return any(layer.opens == "second engine" for layer in policy.layers)


def _vote(
    policy: Policy, signal: SignalName, side: Side, watch: float, stress: float, wanted: Wanted
) -> tuple[int, float, float, float]:
    sign = 1.0 if side == "above" else -1.0
    row = wanted.row(signal, policy.regime.parameters)
    return row, sign, sign * watch, sign * stress


class _Maps:
    """The maps asked for so far, each once."""

    def __init__(self, tables: PricingTables) -> None:
        self.tables = tables
        self.kept: dict[tuple[str, int, float], int] = {}

    def spx(self, n_days: int, delta: float, side: str) -> int:
        return self.kept.setdefault((side, n_days, delta), len(self.kept))

    def vix(self, n_days: int, delta: float) -> int:
        return self.kept.setdefault(("vix", n_days, delta), len(self.kept))

    def vvix(self) -> int:
        return self.kept.setdefault(("vvix", 0, 0.0), len(self.kept))

    def array(self) -> FloatArray:
        shape = self.tables.grid.future.shape[1:]
        if not self.kept:
            return np.zeros((1, *shape))
        return np.stack([_delta_map(_Key(self.tables), *key) for key in self.kept])


class _Key:
    """Tables as a cache key: their arrays are the model's, whatever the carry."""

    def __init__(self, tables: PricingTables) -> None:
        self.tables = tables
        self.model = tables.model.without_carry()

    def __hash__(self) -> int:
        return hash(self.model)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.model == other.model


@lru_cache(maxsize=512)
def _delta_map(key: _Key, side: str, n_days: int, delta: float) -> FloatArray:
    """One map; remembered, for most sliders leave most maps alone."""
    grid = key.tables.grid
    if side == "vvix":
        return vvix_map(key.model, grid)
    if side == "vix":
        return vix_delta_map(grid, n_days, delta)
    return spx_delta_map(grid, n_days, delta, put=side == "put")


def _condor(policy: Policy, maps: _Maps) -> tuple[Any, ...]:
    rule, regime = policy.condor, policy.regime
    tenors = (rule.dte, regime.watch_dte or rule.dte, regime.stress_dte or rule.dte)
    n_days = tuple(int(trading_days(dte)) for dte in tenors)
    by = {"delta": BY_DELTA, "expected move": BY_MOVE, "credit": BY_CREDIT}[rule.strikes_by]
    named = by == BY_DELTA
    return (
        n_days,
        tuple(maps.spx(n, rule.put_delta, "put") if named else -1 for n in n_days),
        tuple(maps.spx(n, rule.call_delta, "call") if named else -1 for n in n_days),
        by,
        rule.put_moves,
        rule.call_moves,
        rule.credit,
        rule.wing,
        rule.contracts,
        rule.wings,
        rule.profit_target if rule.profit_target < 1.0 else NEVER,
        trading_days(rule.exit_dte),
        rule.reentry_days,
        *_scale(rule.scale),
    )


def _shift(policy: Policy, maps: _Maps) -> tuple[Any, ...]:
    rule, condor = policy.shift, policy.condor
    n_days = int(trading_days(rule.dte))
    named = rule.on and condor.strikes_by == "delta"
    return (
        rule.on,
        rule.delta,
        rule.vix,
        rule.size,
        n_days,
        rule.most,
        maps.spx(n_days, condor.put_delta, "put") if named else -1,
        maps.spx(n_days, condor.call_delta, "call") if named else -1,
        {"any": 0, "watch and stress": 1, "stress": 2}[rule.regime],
    )


def _stop(policy: Policy) -> tuple[Any, ...]:
    rule = policy.stop
    if rule.kind == "credit multiple":
        return STOP_MULTIPLE, rule.multiple
    return (STOP_DELTA, rule.delta) if rule.kind == "short delta" else (0, NEVER)


def _layer(layer: HedgeLayer, maps: _Maps) -> tuple[Any, ...]:
    n_days = int(trading_days(layer.dte))
    future = layer.instrument == "future"
    named = layer.strike_by == "delta" and not future
    return (
        {"call": CALL, "call_spread": SPREAD, "future": FUTURE}[layer.instrument],
        n_days,
        trading_days(layer.roll_dte),
        maps.vix(n_days, layer.delta) if named else -1,
        layer.reopen_days,
        {"always": ALWAYS, "second engine": SECOND, "short strike tested": TESTED}[layer.opens],
        layer.multiple,
        layer.width,
        NEVER if layer.take_profit is None else layer.take_profit,
        VIX_FUTURE_MULTIPLIER if future else VIX_OPTION_MULTIPLIER,
        layer.tested_delta,
        -1.0 if layer.credit_share is None else layer.credit_share,
        -1.0 if layer.neutral_band is None else layer.neutral_band,
        *layer.quantities,
        *_scale(layer.scale),
    )


def _regime(policy: Policy) -> tuple[Any, ...]:
    rule = policy.regime
    return (
        len(rule.votes),
        rule.watch_votes,
        rule.stress_votes,
        rule.hold_days,
        {"never": 3, "in stress": 2, "in watch and stress": 1}[rule.suspend],
        rule.watch_size,
        rule.watch_distance,
        rule.stress_size,
        rule.stress_distance,
        len(policy.second.conditions) if _second(policy) else 0,
        policy.second.needed,
    )


def _scale(scale: VixScale) -> tuple[float, ...]:
    return tuple(getattr(scale, name) for name in SCALE_FIELDS)
