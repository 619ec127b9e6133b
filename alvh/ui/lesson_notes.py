"""What a teacher may say at each step: where the numbers come from, and what they do not show."""

from __future__ import annotations

__all__ = ["INSURANCE", "STOP"]

STOP = """
**Say.** A stop is a decision, not a price: it says when to buy back, and the market says at what.

- **Ask first**: how much can a condor with a stop at twice its credit lose? Most answer: twice its
  credit.
- **The picture**: zero is the promise. Bars are the model's stops; dots are stops that really
  happened, each the close of its day, priced by the model at that day's VIX. The narrow panel shows
  the same by the level of the stop: mean, and what one stop in twenty exceeds.
- **How the promise is found**: the loss at which the measure meets its level, on a straight line
  between the close before and the close of the exit. For a multiple of the credit it is that
  multiple.
- **What it does not show**: stops are looked at once a day. A trader who watches all day saves part
  of the small losses beyond the promise, none of a gap from one close to the next open, and is
  stopped out by swings that a close does not see.
- **Try**: wider wings (sidebar). Narrow wings end the loss before a late stop does; the stop is
  then not what protects. Real days hold the width in points while the index was a third of today's:
  their wings were wider in proportion.
- Condors: in the model one sold today on each future, held to expiry or the stop; on real days sold
  again as soon as one is closed, as the Replay page does.
"""

INSURANCE = """
**Say.** Insurance is not dear because it never pays, but because it is priced by those who know
when it does.

- **Ask first**: what would you pay a year to be paid in the next crash?
- **The picture**: left, the cost a year of calls that are always on, by their delta, against what
  the condor is expected to earn (band: its 95 % interval). Where the line is above the band the
  insurance eats the house. Right, what the calls chosen had gained when the index was lowest,
  premiums paid on the way taken off: through episodes drawn from today's market, and over the real
  days where the history holds them.
- **Cost** is the mean profit given up against the same condor without calls, on the same futures,
  over one year: premium less payoff, spreads and commissions.
- **Uneconomic** is the delta from which the condor with its calls is expected to earn nothing; its
  interval is where the ends of the interval of what is left cross zero.
- **Break-evens** are at the condor's expiry, with VIX where the model expects it at that index
  level. Calls of many more days still hold most of their value then, so they move little.
- **What it does not show**: model VIX options are dear in calm and cheap in stress (VVIX falls as
  VIX rises in the model), which works against calls bought in calm. One settlement in the middle of
  a shock or just before it decides what is paid: compare Covid drawn with Covid as it was.
"""
