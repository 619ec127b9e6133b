"""What the Replay page says in sentences: verdicts written from numbers, and how it is computed."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from alvh.report.charts.outcomes_look import policy_title
from alvh.report.numbers import interval, percent
from alvh.risk.inference import Interval
from alvh.risk.replay_paths import CLOSE
from alvh.risk.replay_smooth import Smoothness

__all__ = ["REPLAY", "exposure_sentence", "fit_sentence", "smoother", "verdict"]


def smoother(found: Smoothness, adaptive: str, static: str) -> str:
    """Whether adaptive hedging was smoother than static hedging, from the numbers alone.

    Parameters
    ----------
    found : Smoothness
    adaptive, static : str
        Policies of it.

    Returns
    -------
    str
        A sentence on the Ulcer index, one on the maximum drawdown, and what follows for the claim:
        shown only if both intervals of the difference lie below zero, contradicted if either lies
        above it, and neither otherwise.
    """
    one, two = policy_title(adaptive), policy_title(static)
    parts = []
    for metric, words in (("ulcer", "Ulcer index"), ("depth", "maximum drawdown")):
        mine, other = found.of(adaptive, metric), found.of(static, metric)
        gap = found.difference(adaptive, static, metric)
        parts.append(
            f"The {words} of {one} is {percent(mine.estimate)}, that of {two} "
            f"{percent(other.estimate)}: {_by(gap)}."
        )
    return f"{' '.join(parts)} {verdict(found, adaptive, static)}"


def _by(gap: Interval) -> str:
    ends = interval(100.0 * gap.low, 100.0 * gap.high, form=_plain)
    if gap.estimate == 0.0:
        return f"no difference {ends} points"
    word = "lower" if gap.estimate < 0.0 else "higher"
    return f"{word} by {_plain(100.0 * abs(gap.estimate))} points, difference {ends}"


def _plain(x: float | None) -> str:
    return percent(None if x is None else x / 100.0).removesuffix(" %")


def verdict(found: Smoothness, adaptive: str, static: str) -> str:
    """What follows for the claim; as the last sentence of `smoother`."""
    gaps = [found.difference(adaptive, static, metric) for metric in ("ulcer", "depth")]
    one, two, years = policy_title(adaptive), policy_title(static), found.n_days / 252.0
    claim = f"The claim that adaptive hedging ({one}) is smoother than static hedging ({two})"
    days = f"on these {years:.1f} years"
    if all(gap.high < 0.0 for gap in gaps):
        return f"{claim} holds {days}: both intervals lie below zero."
    if any(gap.low > 0.0 for gap in gaps):
        return f"{claim} is contradicted {days}: an interval lies above zero."
    if any(gap.high < 0.0 for gap in gaps):
        return f"{claim} is shown {days} by one measure of the two only."
    return f"{claim} is not shown {days}: the intervals hold zero."


def exposure_sentence(sold: Mapping[str, float], adaptive: str, static: str) -> str:
    """How much of the same trade each of two policies did: who trades less is smoother for it.

    Parameters
    ----------
    sold : mapping of str to float
        Condors sold over all of the days, by policy.
    adaptive, static : str
        Policies of it.
    """
    one, two = sold[adaptive], sold[static]
    head = (
        f"{policy_title(adaptive)} sold {one:,.0f} condors on these days, {policy_title(static)} "
        f"{two:,.0f}"
    )
    if one == two:
        return f"{head}: the difference is not one of size."
    word = "fewer" if one < two else "more"
    return f"{head}: what is due to selling {word} and what to the hedge is not told apart here."


def fit_sentence(summary: pd.DataFrame) -> str:
    """How prices on history come about, and how often the state shows the day's VIX and VIX3M.

    Parameters
    ----------
    summary : DataFrame
        Of `alvh.risk.replay_paths.fit_summary`.
    """
    shares = [
        f"{name} within {CLOSE:g} points on {percent(close)} of {days:,} days"
        for name, close, days in zip(
            summary["index"], summary["close"], summary["days"], strict=True
        )
    ]
    also = "" if len(shares) > 1 else "; VIX3M is not in the data"
    return (
        "Every option price here is a **model price** at the state of the day, not a quote. The "
        f"state shows {', '.join(shares)}{also}. Cash earns the model's interest every day."
    )


REPLAY = r"""
**Walk-forward.** Each close of the span becomes the state of the model that shows its VIX, and its
VIX3M where that is known; without VIX3M the second variance is filtered from VIX so far. The engine
of the Outcomes page then runs every policy over the days, on the same days for all: strikes,
signals and exits of a day use that day and the past. A test runs data that ends today and data that
ends a year ago and finds the same numbers on the days they share.

- **What is not walk-forward**: the model's own parameters were fitted to 1999-2026 as a whole, and
  the policies were thought out by people who knew those years. No signal uses a later day; the
  reader does.
- **Prices** of options and VIX futures are the model's at the state of the day. Listed prices
  differ: the model's VIX options are dear in calm and cheap in stress (its VVIX falls as VIX
  rises). *Fit of states* shows by how much the state misses VIX and VIX3M.
- **Interest.** Cash earns the model's rate, 3 % a year, on every day, whatever rates were: a
  constant is no foresight. *Measure* leaves the interest out of equity, drawdowns, months and years
  where the trading itself is in question; growth beyond cash is over the same rate in either case.
- **Size.** Contracts stay the same for all of the span: gains are not reinvested and a loss is not
  made smaller by trading less.
- **A span that starts later** knows the whole past: states and signals are those of the days
  before. It opens its first condor on its first day, so that the days trades fall on move with it:
  another start is another history. Nothing is traded on the last day of the span.
- **Growth beyond cash** is $(W_T e^{-rT}/W_0)^{1/T} - 1$, $T$ in years of 252 days.
- **Drawdown** is the fall from the best close so far, **Ulcer index** the root mean square of it
  over all days (Martin and McCann 1989). **Sortino**: mean daily return beyond cash over the root
  mean square of those below it, a year. **Worst 5 % of months**: mean of the worst twentieth of all
  spans of 21 days one after another; *worst month* is of the calendar.
- **Intervals** are 95 %, of the stationary bootstrap (Politis and Romano 1994): blocks of days are
  drawn 1,000 times, the same for every policy, and wealth is compounded along them. They say how
  much one history can tell. Slides longer than a block are broken up in drawn histories, which need
  not be centred on what happened: an interval is the middle 95 % of them. A month that was worst
  and an episode that happened are facts and have none.
- **Episodes** run from the close before the first fall to the close at the low: dates from S&P 500
  and Cboe closes of 1999-2021 and the public record after, those of the Stress page.
- **A round trip** runs from nothing held to nothing held; its profit is what was received less what
  was paid and all costs. What is held on the last day has none yet.
"""
