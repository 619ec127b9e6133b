"""The lesson's sentences, written from numbers and their intervals and from nothing else.

Two a step. Each has a wording for every outcome: what is not told apart is said to be so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from alvh.lab.lesson_insurance import InsuranceFinding
from alvh.lab.lesson_stop import StopFinding
from alvh.report.numbers import dollars, points
from alvh.report.verdict import reads
from alvh.risk.inference import Interval

__all__ = ["insurance", "stop"]

NO_DAYS: Final = "Levels typed in have no real days to hold this against."


def turned(found: Interval) -> Interval:
    """The same with its sign changed."""
    return Interval(-found.estimate, -found.high, -found.low)


def scaled(found: Interval, factor: float) -> Interval:
    """The same in another unit; `factor` > 0."""
    return Interval(factor * found.estimate, factor * found.low, factor * found.high)


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def earns(found: Interval, what: str = "a year") -> str:
    """What a book is expected to earn, by the sign its interval leaves no doubt of."""
    if found.low > 0.0:
        return f"earns {reads(found, '$')} {what}"
    if found.high < 0.0:
        return f"loses {reads(turned(found), '$')} {what}"
    return f"earns {reads(found, '$')} {what}, not told from nothing"


# --- Step 1 --------------------------------------------------------------------------------------


def stop(found: StopFinding) -> tuple[str, str]:
    """What a stop promised and what it paid: in the model, and on real days."""
    return _stop_model(found), _stop_real(found)


def _stop_named(found: StopFinding) -> str:
    setting = found.setting
    if setting.kind == "credit multiple":
        return f"A stop at {setting.level:g} × the credit"
    return f"A stop at a short delta of {setting.level:.2f}"


def _stop_model(found: StopFinding) -> str:
    name, n = _stop_named(found), f"{found.n_paths:,} condors sold today"
    if found.exits.path.size == 0:
        most = found.marks.loss.max() / found.marks.credit
        return (
            f"{name} was never met by {n} in the model: the largest loss at a close was {most:.2f} "
            "× the credit, for the wings end it before the stop does."
        )
    numbers, size = found.numbers, found.dollars
    promised = dollars(size * numbers["promise"].estimate)
    beyond = numbers["mean"]
    if beyond.low > 0.0:
        paid = f"lost {reads(scaled(beyond, size), '$')} more than that on average"
    elif beyond.high < 0.0:
        paid = f"lost {reads(turned(scaled(beyond, size)), '$')} less than that on average"
    else:
        paid = f"lost on average what it promised, within {reads(scaled(beyond, size), '$')}"
    worst = reads(scaled(numbers["worst"], size), "$")
    return (
        f"{name} promised a loss of {promised} on ten condors; in the model "
        f"{reads(numbers['stopped'], '%')} of {n} met it, {paid}, and one in twenty of them lost "
        f"{worst} more."
    )


def _stop_real(found: StopFinding) -> str:
    real = found.real
    if real is None:
        return NO_DAYS
    rows = found.happened
    span = f"On the real days of {real.first.year} to {real.last.year}"
    if rows.empty:
        return f"{span} it was never met."
    first = rows.iloc[0]
    times = "once" if len(rows) == 1 else f"{len(rows)} times"
    mean = float(rows["beyond"].mean())
    side = "beyond" if mean > 0.0 else "short of"
    return (
        f"{span} it was met {times}, on average {abs(mean):.2f} × the credit {side} the promise; "
        f"the worst was {first['date'].date()}, when {first['loss']:.1f} × the credit was lost "
        f"where {first['promise']:.1f} was promised."
    )


# --- Step 2 --------------------------------------------------------------------------------------


def insurance(found: InsuranceFinding) -> tuple[str, str]:
    """What calls cost and move; what they paid, and from where they are uneconomic."""
    return _insurance_cost(found), _insurance_paid(found)


def _insurance_cost(found: InsuranceFinding) -> str:
    setting = found.setting
    calls = f"{setting.quantity} VIX calls of {setting.delta:.2f} delta and {setting.dte} days"
    cost = found.cost
    if cost.low > 0.0:
        what = f"cost {reads(cost, '$')} a year"
    elif cost.high < 0.0:
        what = f"earn {reads(turned(cost), '$')} a year"
    else:
        what = f"cost {reads(cost, '$')} a year, not told from nothing,"
    return (
        f"Always on, {calls} {what} while the condor alone {earns(found.earned)}; "
        f"they move {_break_evens(found)}."
    )


def _break_evens(found: InsuranceFinding) -> str:
    parts = []
    for name, moved in zip(("lower", "upper"), found.moved, strict=True):
        if not math.isfinite(moved):
            parts.append(f"the {name} break-even out of reach")
            continue
        way = "nearer" if moved > 0.0 else "further away"
        parts.append(f"the {name} break-even {points(abs(moved))} points {way}")
    return listed(parts)


def _insurance_paid(found: InsuranceFinding) -> str:
    rows = found.shocks
    real = rows[rows["source"] == "real days"]
    where, used = ("on real days", real) if len(real) else ("through shocks drawn from today", rows)
    ordered = used.sort_values("paid", kind="stable")
    least, best = ordered.iloc[0], ordered.iloc[-1]
    lost = int((used["paid"] <= 0.0).sum())
    return (
        f"By the low of {len(used)} shocks {where} they had paid from "
        f"{dollars(float(least['paid']))} ({least['episode']}) to {dollars(float(best['paid']))} "
        f"({best['episode']}){f', nothing in {lost} of them' if lost else ''}; "
        f"{_uneconomic(found)}."
    )


def _uneconomic(found: InsuranceFinding) -> str:
    at, table = found.uneconomic, found.table
    first, last = float(table["delta"].iloc[0]), float(table["delta"].iloc[-1])
    why = "they cost more than the condor earns"
    if found.earned.high <= 0.0:
        return "as the condor alone earns nothing, they are too dear at every delta"
    if at.high == 0.0:
        return f"at every delta from {first:.2f} on {why}"
    if math.isinf(at.low):
        return f"at no delta up to {last:.2f} is it shown that {why}"

    def end(x: float) -> str:
        return (
            f"below {first:.2f}"
            if x == 0.0
            else f"above {last:.2f}"
            if math.isinf(x)
            else f"{x:.2f}"
        )

    return f"from a delta of {end(at.estimate)} [{end(at.low)}, {end(at.high)}] on {why}"
