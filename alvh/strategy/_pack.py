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
    SHIFT_RULE,
    SPREAD,
    STOP_DELTA,
    STOP_MULTIPLE,
    STOP_RULE,
    Rules,
)
from alvh.strategy._strikes import spx_delta_map, vix_delta_map
from alvh.strategy.condor import CondorRule
from alvh.strategy.layer import HedgeLayer
from alvh.strategy.policy import Policy
from alvh.strategy.scale import VixScale

__all__ = ["pack"]


def pack(policies: Sequence[Policy], tables: PricingTables) -> Rules:
    """Records of `policies`, with the strike maps their deltas need."""
    n = len(policies)
    most = max(1, *(len(p.layers) for p in policies))
    rules = [
        np.zeros(n, dtype)
        for dtype in (CONDOR_RULE, SHIFT_RULE, STOP_RULE, REGIME_RULE, COSTS_RULE)
    ]
    condors, shifts, stops, regimes, costs = rules
    layers, n_layers = np.zeros((n, most), LAYER_RULE), np.zeros(n, np.int64)
    maps = _Maps(tables)
    for i, policy in enumerate(policies):
        condors[i] = _condor(policy.condor, maps)
        shifts[i] = _shift(policy, maps)
        stops[i] = _stop(policy)
        regimes[i] = _regime(policy)
        costs[i] = tuple(getattr(policy.costs, name) for name in COSTS_RULE.names or ())
        n_layers[i] = len(policy.layers)
        for j, layer in enumerate(policy.layers):
            layers[i, j] = _layer(layer, maps)
    return Rules(condors, shifts, stops, layers, n_layers, regimes, costs, maps.array())


class _Maps:
    """The maps asked for so far, each once."""

    def __init__(self, tables: PricingTables) -> None:
        self.tables = tables
        self.kept: dict[tuple[str, int, float], int] = {}

    def spx(self, n_days: int, delta: float, side: str) -> int:
        return self.kept.setdefault((side, n_days, delta), len(self.kept))

    def vix(self, n_days: int, delta: float) -> int:
        return self.kept.setdefault(("vix", n_days, delta), len(self.kept))

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
    if side == "vix":
        return vix_delta_map(grid, n_days, delta)
    return spx_delta_map(grid, n_days, delta, put=side == "put")


def _condor(rule: CondorRule, maps: _Maps) -> tuple[Any, ...]:
    n_days = int(trading_days(rule.dte))
    by = {"delta": BY_DELTA, "expected move": BY_MOVE, "credit": BY_CREDIT}[rule.strikes_by]
    named = by == BY_DELTA
    return (
        n_days,
        by,
        maps.spx(n_days, rule.put_delta, "put") if named else -1,
        maps.spx(n_days, rule.call_delta, "call") if named else -1,
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
        layer.multiple,
        layer.width,
        NEVER if layer.take_profit is None else layer.take_profit,
        VIX_FUTURE_MULTIPLIER if future else VIX_OPTION_MULTIPLIER,
        *layer.quantities,
        *_scale(layer.scale),
    )


def _regime(policy: Policy) -> tuple[Any, ...]:
    rule = policy.regime
    return (
        *(name in rule.signals for name in ("vix", "curve", "average")),
        rule.watch_vix,
        rule.watch_curve,
        rule.stress_vix,
        rule.stress_curve,
        rule.watch_average,
        rule.stress_average,
        rule.average_days,
        rule.watch_votes,
        rule.stress_votes,
        rule.hold_days,
        {"never": 3, "in stress": 2, "in watch and stress": 1}[rule.suspend],
        rule.watch_size,
        rule.watch_distance,
        rule.stress_size,
        rule.stress_distance,
    )


def _scale(scale: VixScale) -> tuple[float, ...]:
    return tuple(getattr(scale, name) for name in SCALE_FIELDS)
