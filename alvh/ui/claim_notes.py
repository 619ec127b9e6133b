"""How the claim page is computed, in words."""

from __future__ import annotations

__all__ = ["CLAIM"]

CLAIM = r"""
**Where the claims come from.** Public question-and-answer pages of the method, which contradict one
another; the page takes the words most of them use. Nothing was fitted.

- **Profit** of a day is $W_t - e^{r/252} W_{t-1}$: what the book adds beyond interest on the whole
  account. A curve is the sum of its days; contracts are a fixed number, so nothing compounds.
  *Drawdown* is the deepest fall of that curve, a share of the account; the Ulcer index is the root
  mean square of the falls of all days. (The Outcomes page measures wealth with its interest.)
- **In the model** every book meets the same futures under the physical measure P at the chosen
  edge, costs charged. Cuts are $1 - \bar D_\text{hedged} / \bar D_\text{unhedged}$ with intervals
  by their influence functions (Hall's correction); the cut of the 95 % quantile by paths drawn
  again. At edge 0 without costs every mean is zero within its interval.
- **On real days** the books run through the same engine at the states that show VIX (and VIX3M):
  every option price is a model price. Intervals are of the stationary bootstrap (Politis and Romano
  1994) over daily profits, the same days for every book. One history holds few deep falls: the page
  says how many. Months of CPI and PPI are not used here: surprises of prices are unavailable.
- **Many sizes** were tried: the test for superior predictive ability (Hansen 2005) asks whether the
  best of them beats no hedge, or is the luckiest of many.
- **Fewer condors, no hedge** is the barest alternative: it cuts drawdowns in proportion, and gives
  up profit in proportion.
- **Verdicts** follow from the intervals: a claim holds if the whole interval says so, fails if the
  whole interval speaks against it, and cannot be told otherwise. No sentence is written by hand.
- **What may be wrong.** In this model VIX calls are dear in calm and cheap in stress (square-root
  variance), which works against hedges bought in calm; Monte Carlo intervals hold no error of the
  model.
"""
