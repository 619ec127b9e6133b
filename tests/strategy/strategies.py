"""Hypothesis strategies: scales, costs, and whole policies, with every feature on in some draws."""

from __future__ import annotations

from hypothesis import strategies as st

from alvh.signals import Signals
from alvh.strategy import (
    VOTERS,
    Condition,
    CondorRule,
    Costs,
    HedgeLayer,
    Policy,
    RegimeRule,
    SecondEngine,
    StopRule,
    TimeShift,
    VixScale,
    Vote,
)
from alvh.strategy.vote import SignalName

SIDES = ("above", "below")


@st.composite
def scales(draw: st.DrawFn) -> VixScale:
    """Flat half of the time."""
    if draw(st.booleans()):
        return VixScale()
    low, middle, high = sorted(
        draw(st.lists(st.floats(8.0, 60.0), min_size=3, max_size=3, unique=True))
    )
    sizes = [draw(st.floats(0.0, 3.0)) for _ in range(3)]
    return VixScale(
        low=low, middle=middle, high=high, at_low=sizes[0], at_middle=sizes[1], at_high=sizes[2]
    )


@st.composite
def condors(draw: st.DrawFn, most_dte: int = 60) -> CondorRule:
    """Condors of every rule, with and without wings, held or left early."""
    dte = draw(st.integers(1, most_dte))
    return CondorRule(
        dte=dte,
        strikes_by=draw(st.sampled_from(["delta", "expected move", "credit"])),
        put_delta=draw(st.floats(0.02, 0.25)),
        call_delta=draw(st.floats(0.02, 0.25)),
        put_moves=draw(st.floats(0.0, 2.0)),
        call_moves=draw(st.floats(0.0, 2.0)),
        credit=draw(st.floats(0.05, 20.0)),
        wings=draw(st.booleans()),
        wing=5 * draw(st.integers(1, 40)),
        contracts=draw(st.integers(1, 20)),
        scale=draw(scales()),
        profit_target=draw(st.just(1.0) | st.floats(0.1, 1.0)),
        exit_dte=draw(st.just(0) | st.integers(0, dte - 1)),
        reentry_days=draw(st.integers(0, 8)),
    )


@st.composite
def layers(draw: st.DrawFn) -> HedgeLayer:
    """Layers of every instrument, long and short."""
    dte = draw(st.integers(7, 270))
    quantity = st.integers(-5, 10)
    instrument, calm = draw(st.sampled_from(["call", "call_spread", "future"])), draw(quantity)
    extras = [{}, {"neutral_band": 0.5}] if instrument == "future" else [{}]
    if instrument != "future" and calm >= 0:
        extras.append({"credit_share": 0.2})
    return HedgeLayer(
        instrument=instrument,
        dte=dte,
        roll_dte=draw(st.just(0) | st.integers(0, dte - 1)),
        strike_by=draw(st.sampled_from(["delta", "multiple"])),
        delta=draw(st.floats(0.05, 0.95)),
        multiple=draw(st.floats(0.7, 3.0)),
        width=draw(st.floats(1.0, 50.0)),
        quantity=calm,
        watch_quantity=draw(st.none() | quantity),
        stress_quantity=draw(st.none() | quantity),
        scale=draw(scales()),
        take_profit=draw(st.none() | st.floats(1.01, 4.0)),
        reopen_days=draw(st.integers(0, 10)),
        opens=draw(st.sampled_from(["always", "second engine", "short strike tested"])),
        tested_delta=draw(st.floats(0.05, 0.5)),
        **draw(st.sampled_from(extras)),
    )


@st.composite
def votes(draw: st.DrawFn, signal: SignalName) -> Vote:
    """A vote at any levels in its range."""
    voter = VOTERS[signal]
    low, high = sorted(draw(st.floats(voter.low, voter.high)) for _ in range(2))
    if draw(st.booleans()):
        return Vote(signal=signal, watch=low, stress=high)
    return Vote(signal=signal, watch=high, stress=low, side="below")


@st.composite
def parameters(draw: st.DrawFn) -> Signals:
    """Short warm-ups, so that signals are there."""
    return Signals(
        macd_of=draw(st.sampled_from(["ratio", "log ratio"])),
        macd_fast=draw(st.integers(5, 14)),
        macd_slow=15,
        rsi_days=draw(st.integers(2, 9)),
        breadth_days=draw(st.integers(5, 12)),
        average_days=draw(st.integers(2, 10)),
        percentile_days=21,
    )


@st.composite
def regimes(draw: st.DrawFn) -> RegimeRule:
    """Any set of signals, and votes that they can cast."""
    names = draw(st.lists(st.sampled_from(sorted(VOTERS)), max_size=5, unique=True))
    needed = st.integers(1, max(1, len(names)))
    factor = st.floats(0.0, 1.5)
    tenor = st.none() | st.integers(60, 70)
    return RegimeRule(
        votes=tuple(draw(votes(name)) for name in names),
        parameters=draw(parameters()),
        watch_votes=draw(needed),
        stress_votes=draw(needed),
        hold_days=draw(st.integers(1, 4)),
        suspend=draw(st.sampled_from(["never", "in stress", "in watch and stress"])),
        watch_size=draw(factor),
        stress_size=draw(factor),
        watch_distance=draw(factor),
        stress_distance=draw(factor),
        watch_dte=draw(tenor),
        stress_dte=draw(tenor),
    )


@st.composite
def seconds(draw: st.DrawFn) -> SecondEngine:
    """Conditions that are often met."""
    names = draw(st.lists(st.sampled_from(["vix", "rsi_vix", "vix_curve"]), unique=True))
    levels = {"vix": 15.0, "rsi_vix": 50.0, "vix_curve": -0.1}
    return SecondEngine(
        conditions=tuple(
            Condition(signal=name, level=levels[name], side=draw(st.sampled_from(SIDES)))
            for name in names
        ),
        needed=draw(st.integers(1, max(1, len(names)))),
    )


@st.composite
def costs(draw: st.DrawFn) -> Costs:
    """Free, default, or anything."""
    if draw(st.booleans()):
        return draw(st.sampled_from([Costs.none(), Costs()]))
    return Costs(
        spx_half_spread=draw(st.floats(0.0, 1.0)),
        spx_widening=draw(st.floats(0.0, 0.1)),
        spx_fraction=draw(st.floats(0.0, 0.1)),
        vix_half_spread=draw(st.floats(0.0, 0.5)),
        vix_widening=draw(st.floats(0.0, 0.1)),
        vix_fraction=draw(st.floats(0.0, 0.1)),
        widest=draw(st.floats(1.0, 20.0)),
        commission=draw(st.floats(0.0, 3.0)),
        adverse=draw(st.floats(0.0, 0.2)),
    )


@st.composite
def policies(draw: st.DrawFn, most_dte: int = 60) -> Policy:
    """Policies whose fields do not contradict one another."""
    condor = draw(condors(most_dte))
    return Policy(
        name=draw(st.text(min_size=1, max_size=60)),
        condor=condor,
        stop=StopRule(
            kind=draw(st.sampled_from(["none", "credit multiple", "short delta"])),
            multiple=draw(st.floats(0.2, 5.0)),
            delta=draw(st.floats(0.26, 0.9)),
        ),
        shift=TimeShift(
            on=draw(st.booleans()),
            delta=draw(st.floats(0.26, 0.9)),
            vix=draw(st.floats(0.0, 30.0)),
            dte=draw(st.integers(condor.exit_dte + 1, 120)),
            size=draw(st.floats(0.1, 3.0)),
            most=draw(st.integers(1, 5)),
        ),
        layers=tuple(draw(st.lists(layers(), max_size=3))),
        regime=draw(regimes()),
        second=draw(seconds()),
        costs=draw(costs()),
    )
