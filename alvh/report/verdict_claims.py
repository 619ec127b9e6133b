"""Sentences of the other five claims, from the frames of their experiments."""

from __future__ import annotations

from typing import Final

import pandas as pd

from alvh.errors import DataError
from alvh.report.verdict import Verdict, above, below, changed, judged, reads, together
from alvh.risk.inference import Interval

__all__ = [
    "WORDS",
    "barrier_sentences",
    "number",
    "shift_sentences",
    "smooth_sentences",
    "suspend_sentences",
    "tier_sentences",
]

WORDS: Final = {
    "static_stop": "the stop",
    "static_calls": "far VIX calls",
    "static_layers": "the static 4/4/2",
    "alvh": "ALVH",
}
"""Barriers and hedges in a sentence."""
_WHERE: Final = {
    "in the model": "In the model",
    "no premium, no costs": "Without premium or costs",
    "on real days": "On real days",
}
ABOUT_90: Final = 0.85
"""What rounds to nine of ten: the least win rate of "about 90 %"."""


def number(found: pd.DataFrame, case: str, book: str, metric: str) -> Interval:
    """One number of an experiment.

    Raises
    ------
    DataError
        If it is not there.
    """
    rows = found[(found["case"] == case) & (found["book"] == book) & (found["metric"] == metric)]
    if rows.empty:
        raise DataError(f"there is no {metric} of {book} {case}")
    row = rows.iloc[0]
    return Interval(float(row["estimate"]), float(row["low"]), float(row["high"]))


def _cases(found: pd.DataFrame) -> list[str]:
    return [case for case in ("in the model", "on real days") if case in set(found["case"])]


# --- Claim 2 -------------------------------------------------------------------------------------


def shift_sentences(found: pd.DataFrame, *, rolled: str, stepped: str) -> list[Verdict]:
    """Whether rolling recovers most tested condors, at what tail, and what it does for nothing.

    Parameters
    ----------
    found : DataFrame
        Of `alvh.lab.claims_shift`: cases "in the model", "no premium, no costs", "on real days".
    rolled, stepped : str
        The book rolled at its size, and the one whose size steps up.
    """
    verdicts = []
    for case in _cases(found):
        won, held, step = (
            number(found, case, book, "recovered") for book in (rolled, "held", stepped)
        )
        tail, held_tail, step_tail = (
            number(found, case, book, "tail") for book in (rolled, "held", stepped)
        )
        back = number(found, case, rolled, "returned")
        most = above(won, 0.5)
        verdicts.append(
            Verdict(
                judged(most),
                f"{_WHERE[case]} {reads(won, '%')} of rolled condors end above zero, and "
                f"{reads(held, '%')} of the same condors had they been held; for each dollar lost "
                f"at the first roll {reads(_cents(back), '')} cents come back. The worst twentieth "
                f"ends at {reads(tail, '$')} (held: {reads(held_tail, '$')}). With size stepped "
                f"up by half, {reads(step, '%')} end above zero and the worst at "
                f"{reads(step_tail, '$')}. Recovering most of them {judged(most)}.",
            )
        )
    free = "no premium, no costs"
    if free in set(found["case"]):
        back, step = (number(found, free, book, "returned") for book in (rolled, stepped))
        nothing = all(x.low <= 0.0 <= x.high for x in (back, step))
        verdicts.append(
            Verdict(
                "holds" if nothing else "fails",
                f"{_WHERE[free]} rolling brings back {reads(_cents(back), '')} cents of a dollar "
                f"lost, {reads(_cents(step), '')} with the step: "
                + (
                    "nothing, as it must be; what a roll recovers is a premium or a thicker tail."
                    if nothing
                    else "more than chance, which a fair market does not allow: look again with "
                    "more paths."
                ),
            )
        )
    return verdicts


def _cents(found: Interval) -> Interval:
    return Interval(100.0 * found.estimate, 100.0 * found.low, 100.0 * found.high)


# --- Claim 3 -------------------------------------------------------------------------------------


def tier_sentences(found: pd.DataFrame, *, tier: str) -> list[Verdict]:
    """Whether a one-day tier wins about nine of ten, and what that is worth.

    Parameters
    ----------
    found : DataFrame
        Of `alvh.lab.claims_trades.tier_model` and `tier_history`.
    tier : str
        The book the claim is about.
    """
    fair = number(found, "no premium, no costs", tier, "win")
    verdicts = []
    for case in _cases(found):
        win, trade = (number(found, case, tier, metric) for metric in ("win", "trade"))
        often = above(win, ABOUT_90)
        worth = {True: "earns", False: "loses", None: "earns, or loses: it cannot be told,"}[
            _sign(trade)
        ]
        size = reads(_flipped(trade) if worth == "loses" else trade, "$")
        if case == "on real days":
            verdicts.append(
                Verdict(
                    "cannot be told",
                    f"{_WHERE[case]}, at the model's credits, the {tier} tier wins "
                    f"{reads(win, '%')} and {worth} {size} a condor. The model holds much of a "
                    "day's variance in rare jumps, so that its one-day strikes stand nearer than "
                    "the market's: this judges its prices, not the tier.",
                )
            )
            continue
        verdicts.append(
            Verdict(
                judged(often),
                f"{_WHERE[case]} the {tier} tier wins {reads(win, '%')} of its one-day condors "
                f"(without any edge or cost it wins {reads(fair, '%')}) and {worth} {size} a "
                f"condor on average: winning about nine of ten {judged(often)}, and says nothing "
                "of profit.",
            )
        )
    return verdicts


def _sign(found: Interval) -> bool | None:
    """Whether a number is above zero."""
    if found.low > 0.0:
        return True
    return False if found.high < 0.0 else None


def _flipped(found: Interval) -> Interval:
    return Interval(-found.estimate, -found.high, -found.low)


# --- Claim 4 -------------------------------------------------------------------------------------


def smooth_sentences(found: pd.DataFrame, *, adaptive: str, fewer: str) -> list[Verdict]:
    """Whether the adaptive hedge is smoother than the static one at equal spend.

    Parameters
    ----------
    found : DataFrame
        Of `alvh.lab.claims_barriers.smooth_model` and `smooth_history`; cuts are against the static
        hedge at equal spend.
    adaptive, fewer : str
        The adaptive book, and the one of fewer condors with its drawdown in the model.
    """
    verdicts = []
    for case in _cases(found):
        ulcer, depth = (number(found, case, adaptive, x) for x in ("ulcer_cut", "depth_cut"))
        parts = (_sign(ulcer), _sign(depth))
        both = together(parts)
        if False in parts and True in parts:
            both = None
        kind = "the mean maximum drawdown" if case == "in the model" else "the maximum drawdown"
        earned, other = (number(found, case, book, "profit") for book in (adaptive, fewer))
        smooth = number(found, case, fewer, "ulcer_cut")
        verdicts.append(
            Verdict(
                judged(both),
                f"{_WHERE[case]}, at equal spend on VIX calls, ALVH "
                f"{changed(ulcer, '%', 'cuts', 'raises', 'the Ulcer index of the static hedge')} "
                f"and {changed(depth, '%', 'cuts', 'deepens', kind)}: smoother {judged(both)}. "
                f"It makes {reads(earned, '$')} a year; fewer condors and no hedge at all cut the "
                f"Ulcer index by {reads(smooth, '%')} and make {reads(other, '$')}.",
            )
        )
    return verdicts


# --- Claim 5 -------------------------------------------------------------------------------------


def suspend_sentences(found: pd.DataFrame, *, books: tuple[str, ...]) -> list[Verdict]:
    """Whether holding back new condors above VIX 20 raises win rate and profit.

    Parameters
    ----------
    found : DataFrame
        Of `alvh.lab.claims_trades.suspend_model` and `suspend_history`.
    books : tuple of str
        Condors it was tried on; on real days only the first is judged.
    """
    verdicts = []
    for case in _cases(found):
        # one-day credits of real days are the model's, and stand too near: see `tier_sentences`
        for book in books if case == "in the model" else books[:1]:
            win, year = (number(found, case, book, x) for x in ("win_gain", "year_gain"))
            tail = number(found, case, book, "tail_gain")
            both = together((_sign(win), _sign(year)))
            verdicts.append(
                Verdict(
                    judged(both),
                    f"{_WHERE[case]}, condors of {book}: holding back changes the win rate by "
                    f"{reads(win, 'points', signed=True)} and the profit by "
                    f"{reads(year, '$', signed=True)} a year, and the worst twentieth by "
                    f"{reads(tail, '$', signed=True)}: more wins and more profit {judged(both)}.",
                )
            )
    return verdicts


# --- Claim 6 -------------------------------------------------------------------------------------


def barrier_sentences(found: pd.DataFrame, *, books: tuple[str, ...]) -> list[Verdict]:
    """Whether each barrier costs more than it saves.

    Parameters
    ----------
    found : DataFrame
        Of `alvh.lab.claims_barriers.barrier_model` and `barrier_history`.
    books : tuple of str
        Barriers, of `WORDS`.
    """
    verdicts = []
    for case in _cases(found):
        span = "a year" if case == "in the model" else "a month"
        over = "of futures" if case == "in the model" else "of months"
        for book in books:
            cost, saved, net = (number(found, case, book, x) for x in ("cost", "saved", "net"))
            costs, makes = ("cost", "make") if book == "static_calls" else ("costs", "makes")
            dear = below(net, 0.0) if net.high != 0.0 else None
            verdicts.append(
                Verdict(
                    judged(dear),
                    f"{_WHERE[case]} {WORDS[book]} {costs} {reads(cost, '$')} {span} and {makes} "
                    f"the worst twentieth {over} better by {reads(saved, '$')}: costing more "
                    f"than is saved {judged(dear)}.",
                )
            )
    return verdicts
