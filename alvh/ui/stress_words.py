"""What the Stress page says: about an episode, about a run, and how it is computed."""

from __future__ import annotations

import pandas as pd

from alvh.simulation import BIG_TOP, Episode

__all__ = ["SMOOTH", "STRESS", "facts", "missed", "regimes_met"]

SMOOTH = (
    "A smooth shape put on today's level, not the days as they were: without daily swings, long "
    "episodes flatter condors (see Replay for what happened). Prices are model prices. No "
    "interval: one path, nothing is estimated."
)
_REGIMES = {1: "watch", 2: "stress"}


def facts(episode: Episode) -> str:
    """Which numbers of an episode are facts, and which shapes are ours."""
    if episode.name == BIG_TOP.name:
        return (
            f"The method's scenario, not history: SPX down {episode.depth:g} % in {episode.days} "
            "days, VIX up 20 points, the curve inverted. All of its numbers are assumed."
        )
    if episode.start is None or episode.end is None:
        return "Your shock: its numbers are yours, the shape between them is ours."
    half = f"{episode.vix_half_life:g} day{'' if episode.vix_half_life == 1.0 else 's'}"
    low = "" if episode.vix_at_low is None else f", {episode.vix_at_low:g} at the low"
    curve = (
        "VIX/VIX3M as the model expects it at that VIX"
        if episode.curve_peak is None
        else "VIX/VIX3M in step with VIX"
    )
    return (
        f"**Facts** ({episode.source}, {episode.start} to {episode.end}): \u2212{episode.depth:g} "
        f"% in {episode.days} days, worst day \u2212{episode.worst_day or episode.depth:g} % on "
        f"day {episode.worst_on}, VIX {episode.vix_before:g} to {episode.vix_peak:g} on day "
        f"{episode.peak_on}{low}, half of its rise gone {half} later, "
        f"{episode.recovery:g} % of the fall regained in {episode.recovery_days}. **Ours**: the "
        f"even pace between, VIX in step with the fall, {curve}, flat at the end."
    )


def missed(summary: pd.DataFrame) -> str:
    """By how much the states of the model miss the levels an episode asks for; empty if not."""
    vix, vix3m = (float(summary[name].max()) for name in ("vix_missed", "vix3m_missed"))
    if max(vix, vix3m) < 0.05:
        return ""
    return (
        f"The nearest states of the model miss the VIX asked for by up to {vix:.1f} points and "
        f"VIX3M by up to {vix3m:.1f}; prices are those of the states."
    )


def regimes_met(days: pd.DataFrame, votes: bool) -> str:
    """On which days the rule of a book first saw watch and stress; empty if it has no rule."""
    if not votes:
        return ""
    met = []
    for code, name in _REGIMES.items():
        seen = days.loc[days["regime"] == code, "day"]
        if len(seen):
            met.append(f"{name} from day {int(seen.iloc[0])}")
    found = ", ".join(met) if met else "calm throughout"
    return (
        f"The rule of the book: {found}. Signals with a warm-up cast no vote on the first days, so "
        "adaptive books react late here."
    )


STRESS = r"""
**The book is opened at today's market** and managed by its own rules, costs on, along the path of
an episode by the engine that also simulates and replays: stops, rolls, regimes and margin are met
close by close. It runs to the end of the recovery, or for the tenor of the longest condor if that
is longer; the index is flat then. *Without layer 2* is the same policy with that layer struck out,
*No hedge* with all of them. Profit is what was traded: interest on cash is left out.

**The path** goes through a handful of facts and is drawn the same each time:

- SPX falls at an even pace in logs but for its worst day, which is placed; it regains the given
  share of the fall at an even pace in logs and stays there. Falls are in percent of today's level.
- $\log$ VIX rises with the share of the log fall done, to its peak; goes at an even pace in logs to
  its level at the low; then half of what is left above today's level is lost every *half-life*.
  By *level* it goes to the level of the time (today's, if that is higher), by *ratio* and by
  *points* as far above today's VIX as the peak was above the VIX before.
- $\log(\mathrm{VIX}/\mathrm{VIX3M})$ moves from today's to the episode's largest as $\log$ VIX
  moves to its peak; where the table has none, to what the model expects at that VIX.
- Each day is the state $(v, m)$ of the model that shows both levels, or the nearest one: *asked
  for* against *shown* under All episodes. All prices are model prices at those states.

**Which facts are whose.** Depth, days, worst day, VIX before, peak, at the low, its half-life and
the share regained are closes of the S&P 500 and of Cboe's indices (1987: VXO, approximate; since
2022: the public record). The shape between them is ours. Through eleven real episodes of 1999-2021
the index of these shapes is off by 16 % of the fall (root mean square, in logs) and VIX on its way
up by 23 %; of the shapes tried they came nearest. *Big Top "Temporal Theta" Cash Press* is the
method's scenario and happened on no date.

**What a smooth path hides.** No stop is whipsawed by a rebound, no strike touched between, no gamma
lost to daily swings: through months and years it is kinder to short options than the real days
were. The Replay page runs the real days.

**Signals** see the path from its first day. Those that need a past (averages, percentiles, MACD)
cast no vote until they have one, so a rule of several signals reacts later here than it would have.

**Liquidity.** Quick ratio = (wealth $-$ worth of the hedge's options) / (margin + one-day stressed
loss). Options are no cash until they are sold; margin is the condors' largest loss (for strangles
15 % of the index and what both options are worth); the one-day stressed loss is what the whole
book, hedge included, would lose by the next close under the worse of two shocks, which the engine
runs too: SPX 8 % down or 6 % up, as US portfolio margin asks of broad indices (FINRA rule 4210(g)),
and VIX against it by 1.5 points a percent, as on the days of 1999-2021 that closed 3 % lower or
more. Liquidity runs out at the first close at which the ratio is below one or the book is closed
for lack of margin.

**Reverse stress.** The index falls at an even pace in logs, in the days given, to a depth; VIX is
where the model expects it under P given the index, $E^P[\mathrm{VIX}^2\,|\,S]$, or rises by so many
points for each percent. Falls of half a percent to 60 % are all tried, and the first step over
which the loss is reached is divided, sixteen parts at a time, to $10^{-10}$ percent. A hedge that
pays late can make a deeper fall cost less: it is said where one does.

**No intervals**, because nothing is estimated: the path is given. What the numbers depend on is the
path, and the model that prices it.

**Known misfit.** With square-root variance, model VVIX falls as VIX rises, while the market's
rises: calls come out dear in calm and cheap in stress, so what hedges pay here is understated.
"""
