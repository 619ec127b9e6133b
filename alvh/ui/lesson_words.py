"""The lesson's sentences, written from numbers and their intervals and from nothing else.

Two a step. Each has a wording for every outcome: what is not told apart is said to be so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from alvh.lab.lesson_certainty import NO_TRADE, CertaintyFinding
from alvh.lab.lesson_edge import EdgeFinding
from alvh.lab.lesson_insurance import InsuranceFinding
from alvh.lab.lesson_motion import WORST, MotionFinding
from alvh.lab.lesson_stop import StopFinding
from alvh.report.numbers import dollars, points
from alvh.report.verdict import reads
from alvh.risk.inference import Interval
from alvh.risk.lesson_trades import Visible

__all__ = ["certainty", "edge", "insurance", "motion", "stop"]

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
        return f"{name} was never met by {n} in the model{_why_never(found)}."
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


def _why_never(found: StopFinding) -> str:
    """What a stop that was never met was spared by: the wings, if they end the loss before it."""
    setting, marks = found.setting, found.marks
    if setting.kind == "short delta":
        return f": the largest short delta at a close was {marks.delta.max():.2f}"
    most = setting.wing / marks.credit - 1.0
    if most < setting.level:
        return f": the wings end the loss at {most:.2f} × the credit"
    return f": the largest loss at a close was {marks.loss.max() / marks.credit:.2f} × the credit"


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
    where, used = ("on real days", real) if len(real) else ("drawn from today", rows)
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


# --- Step 3 --------------------------------------------------------------------------------------


def certainty(found: CertaintyFinding) -> tuple[str, str]:
    """What the condor keeps without a barrier, and what the least expensive barrier costs."""
    setting, (earned, kept) = found.setting, found.bare
    limit = f"{setting.limit:g} % of the account ({dollars(setting.dollars)})"
    first = (
        f"Without a barrier the condor stays within a loss of {limit} in {reads(kept, '%')} of "
        f"years and {earns(earned)}."
    )
    return first, _certain(found)


def _certain(found: CertaintyFinding) -> str:
    setting = found.setting
    own = found.table[found.table["family"] != "fewer"]
    sought = f"with {setting.probability} probability"
    if found.chosen == NO_TRADE:
        likely = own.loc[own["kept"] == own["kept"].max()].iloc[0]
        best = Interval(*(float(likely[x]) for x in ("kept", "kept_low", "kept_high")))
        return (
            f"Of {len(own) - 1} static barriers none is sure to keep it {sought}: the likeliest, "
            f"{likely['name']}, does in {reads(best, '%')}, and what is left is not to trade."
        )
    profit = found.profit
    if profit.low > 0.0:
        against = "more than not trading, which earns nothing"
    elif profit.high < 0.0:
        against = "less than not trading, which earns nothing for certain"
    else:
        against = "not told from not trading, which earns nothing for certain"
    bare = found.chosen == "no barrier"
    who = "the condor needs no barrier" if bare else f"the least expensive is {found.chosen}"
    return (
        f"Of {len(own) - 1} static barriers, to keep it {sought} {who}: on other futures it holds "
        f"in {reads(found.kept, '%')} of years and {earns(profit)}, {against}."
    )


# --- Step 4 --------------------------------------------------------------------------------------

_PREMIA: Final = {
    "all": "every premium",
    "equity": "the equity premium alone",
    "variance": "the premium of diffusive variance alone",
    "jumps": "the jump premium alone",
}
BOOKS: Final = {
    "unhedged": "the condor alone",
    "static_calls": "static calls",
    "static_stop": "the static stop",
    "static_layers": "the static 4/4/2",
    "alvh": "ALVH",
}


def edge(found: EdgeFinding) -> tuple[str, str]:
    """What is left with the premia turned down, and whose the profit of two books was."""
    return _left(found), _whose(found)


def _left(found: EdgeFinding) -> str:
    setting, means = found.setting, found.means
    off = setting.left == 0.0 or setting.edge == 0.0
    state = (
        "With every premium off"
        if off
        else f"With {_PREMIA[setting.which]} at {setting.left:g} % and the others off"
        if setting.which != "all"
        else f"With every premium at {setting.left:g} %"
    )
    trading = "trading costs charged" if setting.charged else "trading free"
    rows = list(zip(means["policy"], means["estimate"], means["low"], means["high"], strict=True))
    apart = [BOOKS[name] for name, _, low, high in rows if low > 0.0 or high < 0.0]
    ends = f"{dollars(min(x for _, x, _, _ in rows))} and {dollars(max(x for _, x, _, _ in rows))}"
    if not apart:
        told = "and zero lies in the 95 % interval of every one"
    elif len(apart) == len(rows):
        told = "and zero lies in the 95 % interval of none"
    else:
        told = f"and zero lies outside the 95 % interval of {listed(apart)}"
    return (
        f"{state} and {trading}, the mean profits of the {len(rows)} policies lie between {ends} "
        f"a year, {told}."
    )


def _whose(found: EdgeFinding) -> str:
    named = {
        "equity": "equity",
        "variance": "diffusive variance",
        "jumps": "jumps",
        "together": "what premia do together",
        "costs": "costs",
    }
    told = [
        f"{name} {reads(found.part('unhedged', part), '$', signed=True)}"
        for part, name in named.items()
    ]
    return (
        f"At full premia, {BOOKS['unhedged']} {earns(found.part('unhedged', 'profit'))}, "
        f"premium by premium: {listed(told)}."
    )


# --- Step 5 --------------------------------------------------------------------------------------


def motion(found: MotionFinding) -> tuple[str, str]:
    """What the crash did to the three books, and how long until they are told apart."""
    return _crash(found), _visible(found)


def _crash(found: MotionFinding) -> str:
    setting, days = found.setting, found.days
    if setting.path == WORST:
        where = f"Through the worst 1 % of {found.futures.n_paths:,} futures"
    elif setting.real:
        span = f"{days['date'].iloc[0]} to {days['date'].iloc[-1]}"
        where = f"Through {setting.path} as it was ({span})"
    else:
        where = f"Through {setting.path}, drawn from today"
    ends = {name: float(days[name].iloc[-1]) for name in ("hold", "drop", "move")}
    order = sorted(ends, key=lambda name: -ends[name])
    drop = found.drop_day - found.first
    words = {
        "hold": "holding the hedge",
        "drop": f"dropping it on day {drop}",
        "move": "moving it",
    }
    told = listed([f"{words[name]} ends at {dollars(ends[name])}" for name in order])
    n = int((found.decisions["book"] == "move").sum())
    return f"{where}, {told}; moving took {n} decision{'' if n == 1 else 's'}."


def _visible(found: MotionFinding) -> str:
    texts = [
        _told(found.visible["move less hold"], "moving", "holding"),
        _told(found.visible["move less drop"], "moving", "dropping"),
    ]
    n = f"{found.futures.n_paths:,}"
    return f"One path proves nothing: over a year of {n} futures {'; '.join(texts)}."


def _told(seen: Visible, one: str, other: str) -> str:
    gap, trades = seen.difference, seen.trades
    if math.isnan(gap.estimate):
        return f"{one} and {other} cannot be compared, for nothing was traded"
    if gap.low == gap.high == 0.0:
        return f"{one} and {other} never differ"
    size = gap if gap.estimate > 0.0 else turned(gap)
    verb = "earns" if gap.estimate > 0.0 else "loses"
    text = f"{one} {verb} {reads(size, '$')} a trade against {other}"
    if gap.low <= 0.0 <= gap.high:
        return f"{text}, which these futures do not tell from nothing"
    return f"{text}, visible at 95 % after {_count(trades)} trades"


def _count(trades: Interval) -> str:
    def digits(x: float) -> str:
        if math.isinf(x):
            return "∞"
        place = max(math.floor(math.log10(max(x, 1.0))) - 1, 0)
        return f"{round(x, -place):,.0f}"

    return f"{digits(trades.estimate)} [{digits(trades.low)}, {digits(trades.high)}]"
