"""Sentences about claims, written from numbers and their intervals and from nothing else.

A claim holds if the whole interval says so, fails if the whole interval speaks against it, and
cannot be told otherwise; an unknown end says nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import pandas as pd

from alvh.errors import require
from alvh.report.numbers import MINUS
from alvh.risk.inference import Interval

__all__ = [
    "Verdict",
    "above",
    "adaptive_sentence",
    "below",
    "changed",
    "judged",
    "main_sentence",
    "reads",
    "superior_sentence",
    "together",
]

Answer: TypeAlias = Literal["holds", "fails", "cannot be told"]
Numbers: TypeAlias = Mapping[str, Interval]


@dataclass(frozen=True)
class Verdict:
    """What became of a claim.

    Attributes
    ----------
    answer : {"holds", "fails", "cannot be told"}
    sentence : str
        The numbers it follows from, and the answer.
    """

    answer: Answer
    sentence: str


# --- From intervals to answers -------------------------------------------------------------------


def above(found: Interval, level: float) -> bool | None:
    """Whether a number is at or above a level: None where its interval lies on both sides."""
    if found.low >= level:
        return True
    return False if found.high < level else None


def below(found: Interval, level: float) -> bool | None:
    """Whether a number is at or below a level: None where its interval lies on both sides."""
    if found.high <= level:
        return True
    return False if found.low > level else None


def together(parts: Sequence[bool | None]) -> bool | None:
    """Whether all of several statements hold: one that is false is enough."""
    if any(part is False for part in parts):
        return False
    return True if all(part is True for part in parts) else None


def judged(statement: bool | None) -> Answer:
    """The word for it."""
    return {True: "holds", False: "fails", None: "cannot be told"}[statement]  # type: ignore[return-value]


# --- From numbers to words -----------------------------------------------------------------------


def reads(found: Interval, unit: str, *, signed: bool = False) -> str:
    """An estimate with its interval, in no more digits than the interval allows.

    Parameters
    ----------
    found : Interval
        Fractions where `unit` is "%".
    unit : {"%", "$", "points", ""}
        "points" are percentage points of fractions.
    signed : bool, default=False
        Write a plus sign before a positive number.

    Returns
    -------
    str
        ``"24 % [18, 31]"``, ``"−$6,420 [−6,480, −6,360]"``.
    """
    require(unit in ("%", "$", "points", ""), "unit", unit, "%, $, points or none")
    scale = 100.0 if unit in ("%", "points") else 1.0
    x, low, high = (scale * value for value in (found.estimate, found.low, found.high))
    if not math.isfinite(x):
        return "n/a"
    most = {"$": 2 if abs(x) < 100.0 else 0, "": 2}.get(unit, 1)
    half = 0.5 * (high - low)
    decimals = most
    if math.isfinite(half) and half > 0.0:
        # one digit of the half-width, two where it begins with a one
        decimals = min(most, -math.floor(math.log10(0.5 * half)))
    suffix = {"%": " %", "points": " points"}.get(unit, "")
    ends = ", ".join(_digits(value, decimals) for value in (low, high))
    shown = _digits(x, decimals, prefix="$" if unit == "$" else "", signed=signed)
    return f"{shown}{suffix} [{ends}]"


def _digits(x: float, decimals: int, *, prefix: str = "", signed: bool = False) -> str:
    if math.isnan(x):
        return "n/a"
    if math.isinf(x):
        return "∞" if x > 0 else f"{MINUS}∞"
    body = f"{round(abs(x), decimals):,.{max(decimals, 0)}f}"
    zero = float(body.replace(",", "")) == 0.0
    sign = "" if zero else MINUS if x < 0.0 else "+" if signed else ""
    return f"{sign}{prefix}{body}"


def _turned(found: Interval) -> Interval:
    return Interval(-found.estimate, -found.high, -found.low)


def changed(found: Interval, unit: str, down: str, up: str, what: str) -> str:
    """What a change did, by the sign that its interval leaves no doubt of.

    Parameters
    ----------
    found : Interval
        Positive where it went down.
    unit : str
        As `reads`.
    down, up : str
        Verbs: "cuts", "deepens".
    what : str
        What is changed.

    Returns
    -------
    str
        ``"cuts the drawdown by 24 % [18, 31]"``, with a word where it may be nothing.
    """
    if found.low > 0.0:
        return f"{down} {what} by {reads(found, unit)}"
    if found.high < 0.0:
        return f"{up} {what} by {reads(_turned(found), unit)}"
    if found.low == found.high == 0.0:
        return f"leaves {what} as it is"
    return f"{down} {what} by {reads(found, unit)} (not to be told from nothing)"


def _cost(found: Interval) -> str:
    if found.high < 0.0:
        return f"earns {reads(_turned(found), '%')} of the account a year"
    return f"costs {reads(found, '%')} of the account a year"


def _profit(numbers: Numbers, base: Numbers) -> str:
    one, two = base["profit"].estimate, numbers["profit"].estimate
    verb = "lowers" if two < one else "raises"
    most = 0 if max(abs(one), abs(two)) < 1000.0 else -1
    return (
        f"{verb} the mean profit from {_digits(one, most, prefix='$')} to "
        f"{_digits(two, most, prefix='$')} a year"
    )


# --- Claim 1: the hedge --------------------------------------------------------------------------

_WHAT: Final = {False: "the mean maximum drawdown", True: "the maximum drawdown"}


def _where(historical: bool, span: str) -> str:
    return f"On real days ({span})" if historical else f"In the model ({span})"


def main_sentence(
    numbers: Numbers,
    base: Numbers,
    *,
    hedge: str,
    historical: bool,
    span: str,
    cut: tuple[float, float],
    cost: tuple[float, float],
) -> Verdict:
    """Whether a hedge cuts drawdowns as claimed, for what is claimed.

    Parameters
    ----------
    numbers, base : mapping of str to Interval
        Of the hedged and of the unhedged book, by metric of `alvh.risk.claims.METRICS`.
    hedge : str
        Its name in the sentence.
    historical : bool
        Whether of real days.
    span : str
        Days or paths it is of.
    cut, cost : (float, float)
        Claimed: at least the lower cut, at most the upper cost; more of the one or less of the
        other holds too.
    """
    enough, cheap = above(numbers["depth_cut"], cut[0]), below(numbers["cost"], cost[1])
    answer = judged(together((enough, cheap)))
    claim = (
        f"the claim of {100 * cut[0]:.0f} to {100 * cut[1]:.0f} % for {100 * cost[0]:.0f} to "
        f"{100 * cost[1]:.0f} % of the account"
    )
    done = changed(numbers["depth_cut"], "%", "cuts", "deepens", _WHAT[historical])
    why = {
        (False, False): ": too little is cut, for too much",
        (False, True): ": too little is cut",
        (False, None): ": too little is cut",
        (True, False): ": it costs too much",
        (None, False): ": it costs too much",
    }.get((enough, cheap), "")
    return Verdict(
        answer,
        f"{_where(historical, span)} {hedge} {done}, {_cost(numbers['cost'])} and "
        f"{_profit(numbers, base)}: {claim} {answer}{why}.",
    )


def adaptive_sentence(
    less: Interval, alone: Interval, numbers: Numbers, *, historical: bool, span: str
) -> Verdict:
    """Whether the adaptive hedge does better than the static one, and through what.

    Parameters
    ----------
    less : Interval
        Share by which its maximum drawdown is below that of the static hedge.
    alone : Interval
        Share by which its smaller condors, without any hedge, are below the unhedged book.
    numbers : mapping of str to Interval
        Of the adaptive book against the unhedged one.
    historical, span
        As `main_sentence`.
    """
    answer = judged(above(less, 0.0) if less.low != 0.0 else None)
    words = {
        "holds": "does better",
        "fails": "does worse",
        "cannot be told": "cannot be told apart",
    }
    done = changed(less, "%", "cuts", "deepens", _WHAT[historical])
    smaller = changed(alone, "%", "cut", "deepen", "the drawdown of the unhedged book")
    whole = changed(numbers["depth_cut"], "%", "cuts", "deepens", "it")
    return Verdict(
        answer,
        f"{_where(historical, span)} the adaptive version {words[answer]}"
        f"{' from' if answer == 'cannot be told' else ' than'} the static one: against it, ALVH "
        f"{done}. Its smaller and suspended condors alone, without one VIX call, {smaller}; with "
        f"its layers ALVH {whole}, and {_cost(numbers['cost'])}.",
    )


def superior_sentence(table: pd.DataFrame, names: Mapping[str, str]) -> Verdict:
    """Whether the best of many hedges beats none, once it is allowed for how many were tried.

    Parameters
    ----------
    table : DataFrame
        Of `alvh.risk.claims_history.superior`.
    names : mapping of str to str
        Book to the words for it.
    """
    parts, answers = [], []
    for row in table.to_dict("records"):
        what = {"profit": "daily profit", "downside": "the squared losses of 21 days"}[
            str(row["criterion"])
        ]
        p, name = float(row["p_value"]), str(row["best"])
        answers.append(True if p < 0.05 else None)
        shown = "p below 0.01" if p < 0.01 else f"p = {p:.2f}"
        found = "better" if p < 0.05 else "not told from luck"
        parts.append(f"by {what} the best is {names.get(name, name)}, {found} ({shown})")
    tried = int(table["tried"].max())
    good = any(answers)
    return Verdict(
        "holds" if good else "cannot be told",
        f"Of {tried} sizes of hedge tried against no hedge, {'; '.join(parts)} "
        "(test for superior predictive ability).",
    )
