"""What the compiled engine reads and writes: records of rules and books, and the ledger."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from alvh._typing import FloatArray

__all__ = [
    "ALWAYS",
    "BLOCKED",
    "BOOK",
    "BY_CREDIT",
    "BY_DELTA",
    "BY_MOVE",
    "CALL",
    "CALM",
    "CONDOR",
    "CONDOR_RULE",
    "COSTS",
    "COSTS_RULE",
    "COUNTS",
    "CREDITS",
    "EVENT_FIELDS",
    "EXITS",
    "EXPIRY",
    "FUTURE",
    "HELD",
    "INTEREST",
    "LAYERS",
    "LAYER_RULE",
    "MARGIN",
    "MONETISED",
    "NEVER",
    "OPENED",
    "PAYOUTS",
    "POSITION",
    "REGIME_RULE",
    "RESIZED",
    "ROLLED",
    "SCALE_FIELDS",
    "SECOND",
    "SETTLED",
    "SHIFT",
    "SHIFT_RULE",
    "SIGNAL",
    "SPREAD",
    "SPX_POINT",
    "STOP",
    "STOP_DELTA",
    "STOP_MULTIPLE",
    "STOP_RULE",
    "TARGET",
    "TESTED",
    "TIME",
    "TRAIL",
    "VOTE",
    "Clock",
    "Ledger",
    "Rules",
]

BY_DELTA, BY_MOVE, BY_CREDIT = 0, 1, 2
ALWAYS, SECOND, TESTED = 0, 1, 2
STOP_MULTIPLE, STOP_DELTA = 1, 2
CALL, SPREAD, FUTURE = 0, 1, 2
NEVER = 1e300  # a level that is never reached

SCALE_FIELDS = ("low", "middle", "high", "at_low", "at_middle", "at_high")
_SCALE = [(name, "f8") for name in SCALE_FIELDS]
CONDOR_RULE = np.dtype(
    [
        # in calm, watch and stress
        *[(name, "i8", (3,)) for name in ("n_days", "put_map", "call_map")],
        ("by", "i8"),
        *[(name, "f8") for name in ("put_moves", "call_moves", "credit", "wing", "contracts")],
        ("wings", "?"),
        ("profit_target", "f8"),
        *[(name, "i8") for name in ("exit_days", "reentry_days")],
        *_SCALE,
    ]
)
SHIFT_RULE = np.dtype(
    [
        ("on", "?"),
        *[(name, "f8") for name in ("delta", "vix", "size")],
        *[(name, "i8") for name in ("n_days", "most", "put_map", "call_map", "least")],
    ]
)
STOP_RULE = np.dtype([("kind", "i8"), ("level", "f8")])
LAYER_RULE = np.dtype(
    [
        *[(name, "i8") for name in ("instrument", "n_days", "roll_days", "map", "reopen_days")],
        ("opens", "i8"),
        *[(name, "f8") for name in ("multiple", "width", "take_profit", "multiplier")],
        # credit_share below zero: not financed; neutral_band below zero: not rebalanced
        *[(name, "f8") for name in ("tested_delta", "credit_share", "neutral_band")],
        *[(name, "f8") for name in ("calm", "watch", "stress")],
        *_SCALE,
    ]
)
REGIME_RULE = np.dtype(
    [
        *[(name, "i8") for name in ("n_votes", "watch_votes", "stress_votes", "hold_days")],
        ("suspend_from", "i8"),
        *[(f"{r}_{name}", "f8") for r in ("watch", "stress") for name in ("size", "distance")],
        *[(name, "i8") for name in ("n_conditions", "needed")],
    ]
)
# A signal at or beyond its levels: `sign` is -1 where low values vote; `row` of the signals
VOTE = np.dtype([("row", "i8"), *[(name, "f8") for name in ("sign", "watch", "stress")]])
# How a signal is computed: its kind, its parameters, and its slice of the memory
SIGNAL = np.dtype(
    [*[(name, "i8") for name in ("kind", "a", "b", "c", "start", "size")], ("x", "f8")]
)
COSTS_RULE = np.dtype(
    [
        (name, "f8")
        for name in (
            *(f"{p}_{x}" for p in ("spx", "vix") for x in ("half_spread", "widening", "fraction")),
            "widest",
            "commission",
            "adverse",
        )
    ]
)

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

# Columns of `Ledger.trail`; profits are dollars since the start, positions at mid
TRAIL = ("regime", "watch", "stress", "second", "condor", "hedge", "costs", "interest")

SPX_POINT = 100.0  # dollars a point of an SPX option

BOOK = np.dtype(
    [
        *[(name, "f8") for name in ("cash", "earned")],  # earned: interest so far
        *[(name, "i8") for name in ("regime", "leaning", "streak")],
        *[(name, "i8") for name in ("expiry", "condor", "wait_until", "rolls")],
        # owed: points to buy one condor back; need: dollars of margin of all, if they have wings
        *[(name, "f8") for name in ("contracts", "credit", "entry_cost", "owed", "need")],
        *[(name, "i8") for name in ("watch", "stress")],  # votes of today
        ("open", "?"),
        ("closed", "?"),  # for good: it could not meet margin
        ("second", "?"),  # whether the second engine is on today
    ],
    align=True,
)
HELD = np.dtype(
    [
        *[(name, "i8") for name in ("expiry", "position", "reopen")],
        *[(name, "f8") for name in ("quantity", "cost", "factor", "price", "gross")],
        ("open", "?"),
    ],
    align=True,
)
# What books hold, each priced once a close however many hold it: `users` of them
CONDOR = np.dtype(
    [
        *[(name, "i8") for name in ("users", "expiry")],
        *[(name, "f8", (4,)) for name in ("strikes", "logs", "prices")],
        ("wings", "?"),
    ],
    align=True,
)
POSITION = np.dtype(
    [
        *[(name, "i8") for name in ("users", "expiry", "instrument")],
        # log_strike, log_upper: as `alvh.pricing.grid.vix_log_excess`
        *[(name, "f8") for name in ("strike", "upper", "log_strike", "log_upper")],
        *[(name, "f8") for name in ("price", "gross")],  # gross: sum of the legs'
    ],
    align=True,
)


class Clock(NamedTuple):
    """What depends on days alone, and the two VIX levels as functions of the state.

    discount, growth : (most days + 1,), of n trading days; interest : of cash over one day.
    vix, vix3m : (3,), squared level in decimals = p v + q m + c.
    together : (4,), covariance of variance and log index, and variance of the latter, a year:
        the first is a v + b, the second c v + d.
    skew : (2, 3), cumulants of the 30-day log return; see `alvh.pricing.return_cumulants`.
    """

    discount: FloatArray
    growth: FloatArray
    interest: float
    vix: FloatArray
    vix3m: FloatArray
    together: FloatArray
    skew: FloatArray


class Ledger(NamedTuple):
    """What is written: for each policy and path, day by day or in total.

    wealth : (n_policies, n_paths, n_days + 1), dollars.
    parts : (n_policies, n_paths, 4 + 2 most layers), dollars; they sum to the change in wealth.
    trades : (n_policies, n_paths, 4): condors closed, profitable ones, sum and sum of squares of
        their profits after costs.
    counts : (n_policies, n_paths, len(COUNTS)), int32.
    events : (n_policies, n_recorded, most events, len(EVENT_FIELDS)); n_events beside it.
    trail : (n_policies, n_recorded, n_days + 1, len(TRAIL)).
    seen : (n_recorded, n_signals, n_days + 1), values of the signals.
    """

    wealth: FloatArray
    parts: FloatArray
    trades: FloatArray
    counts: FloatArray
    events: FloatArray
    n_events: FloatArray
    trail: FloatArray
    seen: FloatArray


class Rules(NamedTuple):
    """Records of the policies, one a row; `layers` (n_policies, most layers), unused ones empty.

    `maps` : (n_maps, n_v, n_m), scaled strikes of the deltas the rules name, and VVIX.
    `signals` : (n_signals,), each once however many policies ask for it; `votes` and `conditions`
    (n_policies, most), unused ones empty; `memory`: floats the signals remember; `vvix`: number of
    its map, or -1 if nobody asks for it.
    """

    condors: Any
    shifts: Any
    stops: Any
    layers: Any
    n_layers: Any
    regimes: Any
    costs: Any
    maps: FloatArray
    signals: Any
    votes: Any
    conditions: Any
    memory: int
    vvix: int
