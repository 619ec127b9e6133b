"""Policies as values: JSON, equality, copies, presets, and what contradicts itself is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from alvh.strategy import (
    LAYERS_442,
    SECOND_LAYER,
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
from tests.strategy.strategies import policies, scales

PRESETS = ("unhedged", "static_calls", "static_stop", "static_layers", "alvh")


def parts_of(value):
    """The value and every value inside it."""
    yield value
    for name in type(value).model_fields:
        inner = getattr(value, name)
        for one in inner if isinstance(inner, tuple) else (inner,):
            if isinstance(one, BaseModel):
                yield from parts_of(one)


@given(policies())
def test_json_brings_back_an_equal_policy_of_equal_hash(policy):
    for value in parts_of(policy):
        again = type(value).model_validate_json(value.model_dump_json())
        assert again == value
        assert hash(again) == hash(value)


@given(policies())
def test_every_field_can_be_copied_and_none_changed_in_place(policy):
    for value in parts_of(policy):
        for name in type(value).model_fields:
            same = value.model_copy(update={name: getattr(value, name)})
            assert same == value
            with pytest.raises(ValueError, match="frozen"):
                setattr(value, name, getattr(value, name))


def test_a_changed_field_makes_another_policy():
    policy = Policy.preset("alvh")
    wider = policy.model_copy(update={"condor": CondorRule(wing=75)})
    assert wider != policy
    assert wider.condor.wing == 75
    assert wider.layers == policy.layers
    assert policy.condor.wing == 50


@pytest.mark.parametrize(
    ("value", "change", "names"),
    [
        (HedgeLayer(dte=30), {"roll_dte": 30}, "roll_dte must be below dte, which is 30"),
        (HedgeLayer(dte=110, roll_dte=60), {"dte": 45}, "roll_dte must be below dte"),
        (HedgeLayer(), {"instrument": "put"}, "instrument"),
        (HedgeLayer(), {"take_profit": 1.0}, "take_profit"),
        (HedgeLayer(), {"quantity": 201}, "quantity"),
        (HedgeLayer(), {"delta": float("nan")}, "delta"),
        (CondorRule(dte=45), {"exit_dte": 45}, "exit_dte must be below dte, which is 45"),
        (CondorRule(exit_dte=21), {"dte": 14}, "exit_dte must be below dte"),
        (CondorRule(), {"profit_target": 1.01}, "profit_target"),
        (CondorRule(), {"profit_target": 0.0}, "profit_target"),
        (CondorRule(), {"strikes_by": "guess"}, "strikes_by"),
        (CondorRule(), {"reentry_days": 61}, "reentry_days"),
        (CondorRule(), {"wings_off": True}, "wings_off"),
        (StopRule(), {"multiple": 0.0}, "multiple"),
        (StopRule(), {"delta": 0.0}, "delta"),
        (StopRule(), {"delta": 1.0}, "delta"),
        (TimeShift(), {"most": 0}, "most"),
        (TimeShift(), {"size": 3.1}, "size"),
        (VixScale(), {"low": 18.0}, "must rise from low to middle to high"),
        (VixScale(), {"middle": 25.0}, "must rise from low to middle to high"),
        (VixScale(), {"at_high": -0.1}, "at_high"),
        (Vote(), {"watch": 20.5}, "watch of vix must be at most its stress, which is 20"),
        (Vote.of("vix_curve"), {"stress": -0.1}, "watch of vix_curve must be at most its stress"),
        (Vote.of("rsi_spx"), {"stress": 50.0}, "watch of rsi_spx must be at least its stress"),
        (Vote.of("rsi_spx"), {"side": "above"}, "watch of rsi_spx must be at most its stress"),
        (Vote(), {"stress": 101.0}, "stress of vix must be from 5 to 100, got 101"),
        (Vote(), {"signal": "vvix"}, "signal"),
        (Condition(), {"level": 4.0}, "level of vix must be from 5 to 100, got 4"),
        (RegimeRule(votes=(Vote(),)), {"watch_votes": 2}, "watch_votes must be at most"),
        (
            RegimeRule(votes=(Vote(), Vote.of("vix_curve"))),
            {"stress_votes": 3},
            "stress_votes must be at most the number of signals, 2",
        ),
        (RegimeRule(), {"votes": (Vote(), Vote(watch=16.0))}, "signals of votes must differ"),
        (
            SecondEngine(),
            {"conditions": (Condition(),)},
            "needed must be at most the number of conditions, 1, got 2",
        ),
        (HedgeLayer(), {"neutral_band": 0.5}, "neutral_band must be empty for a call"),
        (
            HedgeLayer(instrument="future"),
            {"credit_share": 0.2},
            "credit_share must be empty for futures",
        ),
        (
            Policy(condor=CondorRule(exit_dte=7)),
            {"regime": RegimeRule(stress_dte=7)},
            "regime.stress_dte must be above condor.exit_dte, which is 7 days, got 7",
        ),
        (RegimeRule(), {"hold_days": 0}, "hold_days"),
        (Costs(), {"widest": 0.5}, "widest"),
        (Costs(), {"commission": -1.0}, "commission"),
        (Policy(), {"name": ""}, "name"),
        (Policy(), {"layers": (HedgeLayer(),) * 7}, "layers"),
        (
            Policy(condor=CondorRule(exit_dte=7)),
            {"shift": TimeShift(on=True, dte=7)},
            "shift.dte must be above condor.exit_dte, which is 7 days, got 7",
        ),
        (
            Policy(condor=CondorRule(call_delta=0.3)),
            {"stop": StopRule(kind="short delta", delta=0.3)},
            "stop.delta must be above the deltas sold, up to 0.3",
        ),
        (
            Policy(stop=StopRule(kind="short delta", delta=0.2)),
            {"condor": CondorRule(put_delta=0.25)},
            "stop.delta must be above the deltas sold, up to 0.25, got 0.2",
        ),
        (
            Policy(shift=TimeShift(on=True, delta=0.4)),
            {"condor": CondorRule(put_delta=0.5)},
            "shift.delta must be above the deltas sold, up to 0.5, got 0.4",
        ),
    ],
)
def test_a_copy_that_contradicts_itself_is_refused_by_name(value, change, names):
    with pytest.raises(ValueError, match=names):
        value.model_copy(update=change)
    fields = {name: getattr(value, name) for name in type(value).model_fields}
    with pytest.raises(ValueError, match=names):
        type(value)(**{**fields, **change})


def test_what_is_switched_off_contradicts_nothing():
    off = Policy(
        condor=CondorRule(put_delta=0.45, exit_dte=10),
        stop=StopRule(kind="credit multiple", delta=0.2),
        shift=TimeShift(on=False, delta=0.2, dte=5),
    )
    assert off.shift.dte < off.condor.exit_dte
    by_move = CondorRule(strikes_by="expected move", put_delta=0.45)
    assert Policy(condor=by_move, stop=StopRule(kind="short delta", delta=0.3)).stop.delta == 0.3
    assert RegimeRule(watch_votes=3).watch_votes == 3  # without signals nobody votes
    assert SecondEngine(needed=3).needed == 3


def test_presets_are_what_they_are_called():
    bare, calls, stop, layered, moving = (Policy.preset(name) for name in PRESETS)
    assert [p.name for p in (bare, calls, stop, layered, moving)] == list(PRESETS)
    assert bare == Policy(name="unhedged")
    assert (stop.stop.kind, stop.stop.multiple, stop.layers) == ("credit multiple", 2.0, ())
    assert [(c.delta, c.roll_dte) for c in calls.layers] == [(0.10, 0)]
    assert layered.layers == LAYERS_442
    assert [layer.quantity for layer in layered.layers] == [4, 4, 2]
    assert moving.regime.suspend == "in stress"
    assert [layer.take_profit for layer in moving.layers] == [2.5, None, None, None]
    assert moving.layers[3] == SECOND_LAYER
    assert len(moving.regime.votes) == len(moving.second.conditions) == 5
    assert all(p.condor == CondorRule() and p.costs == Costs() for p in (bare, moving))


def test_every_signal_can_vote_at_its_own_levels():
    for name, voter in VOTERS.items():
        vote = Vote.of(name)
        assert (vote.watch, vote.stress, vote.side) == (voter.watch, voter.stress, voter.side)
        assert vote.signal == name


def test_an_unknown_preset_is_refused_by_name():
    with pytest.raises(ValueError, match="preset must be one of unhedged, static_calls"):
        Policy.preset("martingale")


@settings(max_examples=100)
@given(scales(), st.floats(0.5, 150.0))
def test_a_scale_is_straight_between_its_levels_and_flat_beyond(scale, vix):
    levels = [(scale.low, scale.at_low), (scale.middle, scale.at_middle)]
    levels.append((scale.high, scale.at_high))
    factor = float(scale.factor(vix))
    if vix <= scale.low:
        assert factor == scale.at_low
    elif vix >= scale.high:
        assert factor == scale.at_high
    else:
        (x0, y0), (x1, y1) = levels[:2] if vix <= scale.middle else levels[1:]
        share = (vix - x0) / (x1 - x0)
        assert factor == pytest.approx((1.0 - share) * y0 + share * y1, abs=1e-9)


def test_quantities_of_regimes_fall_back_on_calm():
    assert HedgeLayer(quantity=4).quantities == (4, 4, 4)
    assert HedgeLayer(quantity=4, watch_quantity=0).quantities == (4, 0, 4)
    assert HedgeLayer(quantity=4, stress_quantity=-2).quantities == (4, 4, -2)
