"""What a teacher may say at each step: where the numbers come from, and what they do not show."""

from __future__ import annotations

__all__ = ["CERTAINTY", "EDGE", "INSURANCE", "MOTION", "STOP"]

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

CERTAINTY = """
**Say.** A barrier does not take risk away, it sells it back to the market. Perfect certainty has a
price, and it is the whole trade.

- **Ask first**: what would you give up to be sure of never losing more than this?
- **The picture**: to the right, a limit kept with more certainty (each nine is as wide); up, more
  expected profit. Dots are static barriers, each with both its 95 % intervals; the dark line
  is the frontier, the barriers than which none earns more and is as sure, and it ends at **no
  trade**: certain, and zero. The shade is what is certain enough, the ring the least expensive
  barrier in it.
- **Kept** means that at no close of the year the account, interest taken out, is further below its
  start than the limit.
- **Certain enough** means that the lower end of Wilson's interval reaches the probability. 99.9 %
  takes 4,000 futures without a single breach: a promise of three nines rests on having seen none.
- **Least expensive** is the largest mean profit. The best of many looks better than it is, so its
  own numbers in the sentence are from other futures.
- **Tried**: narrower wings; stops at 0.5 to 3 times the credit and at deltas of 0.35 and 0.50; 20,
  40 and 80 VIX calls of 90 days at deltas of 0.05 to 0.30, held. Fewer condors without any barrier
  are drawn beside them and are not chosen: hold them against the frontier.
"""

EDGE = """
**Say.** Hedges, stops and rules move profit from one future to another. They cannot make any. Only
a risk premium does.

- **Ask first**: if every option were priced fairly, which of the five would earn most?
- **Do**: with the premium at zero and costs off, every policy collapses onto zero, within its band.
  Press *another seed* in the sidebar: the dots move, the bands keep holding zero, 19 times in 20.
  Then turn the premium up, or one premium by itself; then switch the costs on.
- **The picture**: left, mean profit a year with what is left of the premia, 95 % bands. Right, at
  full premia: what each premium brings **by itself**, on the same random numbers, what premia bring
  together beyond that, and what costs take. The parts sum to the profit exactly.
- **How**: five simulations of the same seed: none, each alone, all. What a premium brings is the
  mean with it alone less the mean with none, future by future: noise that both share cancels.
- **Equity**: a rising index is no friend of a condor whose strikes have equal delta and whose wings
  have equal width: its call side loses value faster on the way up than its put side gains.
- **What it does not show**: who is on the other side. The premia are calibrated to 1999 to 2026 and
  may be smaller tomorrow.
"""

MOTION = """
**Say.** Hold the hedge or drop it: that is a false choice. Moving it is a third, and it has its own
price.

- **Ask first**: the crash is on. Do you keep the hedge, or take its profit?
- **The picture**: the same path for three books. *Hold* rolls its 4/4/2 whatever happens. *Drop*
  does so until the day of the slider, sells all of it at that close (spread and commission charged)
  and goes on with condors alone. *Move* is the adaptive policy. Dots are decisions; the weightiest
  are numbered and listed, and each says why when pointed at. Below, the index and VIX.
- **Crash**: the future on which the condors alone come out at the worst 1 %; an episode drawn from
  today's market; or, where the history holds it, the episode on its real days, from 42 days before.
- **Profit** is since the first day shown, before interest, at model mid prices.
- **Trades needed**: the difference per condor trade on the same futures, and the number of trades
  at which half of all records would show it at 95 %, two-sided (which is better is not known
  beforehand). A difference that these futures do not tell from nothing has no upper end.
- **What it does not show**: signals that need a past have none on the first days of a drawn
  episode, where the adaptive book votes with those it has. One path shows how, never whether.
"""
