"""How the Regimes page is computed, in words."""

from __future__ import annotations

__all__ = ["REGIMES"]

REGIMES = r"""
**The book** is the ALVH policy on the condor of the sidebar: 4/4/2 VIX calls, the first layer sold
once up 150 %, a Second Engine of call spreads, and the regime rule of this page. On real days it
runs through the engine of the Outcomes page at the state of the model that shows VIX (and VIX3M
where it is known) on each day: every option price on history is a model price.

- **Votes.** At each close each signal votes for watch, for stress (which counts for watch too), or
  for nothing. A regime is asked for when enough vote for it, and takes over once it has been asked
  for on so many closes in a row. A signal without data, or in its warm-up, votes for nothing;
  nothing is filled. Where pages of the method contradict each other on a signal's direction, its
  side is yours to choose (*Votes*, under its picture).
- **No look-ahead.** A signal uses its own day and the past. Monthly prices count from the day they
  are sure to have been published (no first prints are kept by FRED: it holds the latest revision).
- **Actions** are those of the book, each with the rule that made it. Layers rolled on their days
  are left out of the picture; the day inspector has them.
- **Profit by regime** goes to the regime of the close before, which is what was known when the
  positions were held. Before interest on the account.
- **Expansions.** Day $t$ starts one if VIX reaches $(1+r)$ times its close within $w$ closes;
  starts at most $w$ days apart are one. What a start is can be told only later.
- **Hits.** *Came before*: share of the starts with a vote in the closes before, against the same
  share of all days: a signal that is on half of the time comes before most of anything. *Followed*:
  share of the days a vote went on that an expansion followed, against all days.
- **Dropping a signal** runs the book again without its vote, on the same days.
- **Intervals** are 95 %, of the stationary bootstrap (Politis and Romano 1994): blocks of days are
  drawn with random lengths, a quarter on average, so that days that belong together stay together.
  They say how much one history can tell; they hold no error of the model. Of twenty signals tested
  at 5 %, one is found that is not there.
- **A simulated future** is one of the Outcomes page's. Market signals come from the path: VVIX of
  the model falls as VIX rises, so MACD of VVIX/VIX is not the market's. Breadth, surprises and the
  dollar are drawn by a small model whose power is zero: they know nothing the market's state does
  not hold (*How good must it be* moves that power).
"""
