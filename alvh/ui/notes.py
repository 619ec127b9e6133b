"""What pages say about how their numbers are computed."""

from __future__ import annotations

__all__ = ["CONDOR", "DISCLAIMER", "OUTCOMES"]

DISCLAIMER = (
    "For education and analysis. Prices are model prices; nothing here is a promise of profit."
)

CONDOR = r"""
**One model prices everything.** SPX and VIX share one state, variance $v$ and its mean $m$, under
the risk-neutral measure Q:

$$
\begin{aligned}
d\log S &= (r-q-(\lambda_0+\lambda_1 v)\bar\mu-\tfrac12 v)\,dt+\sqrt v\,dW_1+Z_s\,dN\\
dv &= \kappa(m-v)\,dt+\sigma\sqrt v\,dW_2+Z_v\,dN,\qquad
dm = \kappa_m(\theta-m)\,dt+\sigma_m\sqrt m\,dW_3
\end{aligned}
$$

(Duffie, Pan and Singleton 2000; two-factor variance as in Egloff, Leippold and Wu 2010; jumps in
price and variance as in Broadie, Chernov and Johannes 2007.) The state is the one at which the
model shows the quoted VIX and VIX3M; without VIX3M the mean variance is filtered from the past of
VIX.

- **SPX options** by a Fourier-cosine series (Fang and Oosterlee 2008), **VIX options** by a contour
  integral of the same transform. VIX is the log contract,
  $\mathrm{VIX}^2=-\tfrac2T E^Q[\log(S_T/F)]$.
- **Short strikes** are listed strikes: by Black delta at the option's own implied volatility, or by
  multiples of the expected move $\mathrm{VIX}/100\cdot\sqrt\tau\cdot S$.
- **With hedge at expiry** values the layers at the VIX the model expects at each index level,
  $E^P[\mathrm{VIX}^2\,|\,S_T]$, from the transform. A layer that has expired by then counts at its
  payoff at that VIX.
- **The plane** holds the mean variance at its expected level; the line is the conditional mean, the
  thin lines one conditional standard deviation of squared VIX either side.
- **Expected profit** is a present value under the physical measure P. The condor's is exact; the
  hedge's is simulated, with squared VIX as a control variate, and carries its 95 % interval. With
  the edge at zero both are zero: an edge is a risk premium and nothing else.
- **Hedge cost a year** is the expected loss of the layers if each is opened anew when it expires or
  the condor does.
- **Greeks** are derivatives of the same transform: vega, vanna and volga by the level of VIX, the
  mean variance held; theta by one trading day, the market standing still.

**Known misfit.** With square-root variance, model VVIX falls as VIX rises, while the market's
rises: VIX options come out dear in calm and cheap in stress, so the carry of calls bought in calm
is overstated and their value in stress understated. Model VVIX stands beside the market's among
the odds and returns.
"""

OUTCOMES = r"""
**Every policy lives through the same futures.** Daily paths of SPX, variance and mean variance are
simulated under the physical measure P: the risk-neutral model with its risk premia taken out, in
the proportion of the edge slider (variances by the quadratic-exponential scheme of Andersen 2008,
with the average variance of a day by its bridge). Each close, for each policy:

1. cash earns the interest rate; futures are settled against the last close;
2. the regime is decided from VIX, its curve and its average, and must be confirmed;
3. what expires is settled; stop, profit target, time exit and time-shift are tried, in this order,
   and filled **at that close**: a stop is a decision, not a price, so a loss can jump past it;
4. layers are rolled, monetised, or brought to the quantity of the regime;
5. a new condor is opened at listed strikes, as many as can be margined;
6. the book is valued at mid. One that cannot meet its margin - the condors' largest loss - is
   closed for good: ruin.

All option prices on the way are those of the risk-neutral model, by interpolation from tables
within 0.05 index points an SPX leg and 0.01 VIX points a VIX leg.

- **Profit** is a present value beyond interest on the account:
  $e^{-rT}W_T-W_0$. With edge 0 and no costs its mean is zero for *every* policy, hedged, stopped
  or adaptive; the tests hold the engine to it.
- **Intervals** are 95 %, from the paths; they say nothing of the error of the model. Differences
  are paired: on common random numbers they are far more certain than either mean.
- **Worst 5 %** is the mean of the worst twentieth of profits (expected shortfall), a loss negative.
- **Costs**: half-spreads that widen with VIX, 1.30 dollars a contract; from the method's public
  material (0.05 points a condor at VIX 12, 0.23 at 18, 0.75 at the widest; 0.05 to 0.10 a VIX
  call). Settlement is free.
- **Static calls** are forty 10-delta VIX calls of 90 days: under the default premia they are
  expected to cost as much a year as the 4/4/2 rolled on its days, so that barrier and layers are
  compared at equal spend.
- **ALVH** here is 4/4/2 with VIX Risk Scaling: two thirds of the condors from VIX 15, no new ones
  from VIX 20, either confirmed on two closes; first layer sold and bought anew once up 150 %. No
  number of it was fitted to anything.

**Known misfit.** With square-root variance, model VVIX falls as VIX rises, while the market's
rises: calls come out dear in calm and cheap in stress, which works against hedges bought in calm.
"""
