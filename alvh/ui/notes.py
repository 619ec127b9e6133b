"""What pages say about how their numbers are computed."""

from __future__ import annotations

__all__ = ["CONDOR", "DISCLAIMER", "HEDGE", "OUTCOMES"]

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

HEDGE = r"""
Every layer is an option or a future on the VIX future **of its own expiry**, priced by the model of
the Condor page at the state that shows the quoted VIX and VIX3M.

- **VIX shock**: the variance $v$ jumps to where VIX is at the level, its mean $m$ stays, $v' =
  (\mathrm{VIX}'^2 - q\,m - c)/p$. A rise therefore fades along the curve at the speed at which $v$
  reverts, and a long layer gains little from it. Where no $v$ is left, below some level, $m$ falls
  instead: long layers lose there, and lines have a kink. *Days later* the same level is met when
  time has passed; a layer that has expired counts at its payoff.
- **SPX shock**: VIX goes where the model expects it given the index, $E^P[\mathrm{VIX}^2\,|\,S_T]$,
  from the transform, and $m$ to its expected level. It need not fall evenly: a move just too large
  without a jump brings the variance of one, a still larger one may be all size. The picture ends
  where the model gives the index next to no probability.
- **Futures curve**: $E^Q[\mathrm{VIX}_T]$, from $\sqrt x = \frac1{2\sqrt\pi}\int_0^\infty
  (1-e^{-sx})s^{-3/2}ds$. VIX and VIX3M are the market's. VIX3M averages the variance of the next 93
  days and is no future; it is a level to compare with. The first two listed futures are drawn where
  a CSV brings `vx1_close` and `vx2_close`, at the days left to their settlement.
- **Carry a day**: the rate at which a layer's value changes while the market stands still,
  $-\partial V/\partial\tau$ a trading day, with $S$, $v$ and $m$ as they are: the theta of the
  Condor page. **Roll-down** is the part of it that the curve makes at unchanged implied volatility:
  $e^{-r\tau}N(d_1)\,\dot F$ for a call (Black 1976), with $\dot F$ the daily slide of the future of
  its expiry; all of it for a future. (Carry as what is earned if nothing moves: Koijen, Moskowitz,
  Pedersen and Vrugt 2018.) It is not an expectation: under Q a future is expected to stay where it
  is and VIX to come to it.
- **Cost a year**: expected loss under P if each layer is held to its *Roll at* (or settlement) and
  opened anew from the same state: the loss of one holding, times 252 over the days held. Simulated
  with squared VIX as control variate; 95 % interval; no costs of trading. The Condor page closes
  the layers with the condor instead, and its number differs. With the edge at zero it is zero.
- **Gain per dollar of carry**: gain if VIX rises 10 points at once over the carry of a year. Not
  available where waiting earns, as in backwardation.
- **Pays the maximum loss**: the least rise of VIX at once at which all layers together gain what
  the condors can lose; *never* if there is none up to VIX 130 (the highest close is 82.69).
- **Equal cost**: call, spread and future with the layer's own days, roll and strike, in the
  quantity $q_0 c_0/c$ at which the expected costs a year are the same, on the same futures.
  Fractions of a contract are allowed there and cannot be traded. Where a cost cannot be told from
  zero no quantity is named.
- **Overlap**: profits of the layers at the condors' expiry (or their own, if sooner) over simulated
  futures; correlation, and the share of a layer's gains that comes when another gains too, $E[g^+
  1\{h>0\}]/E[g^+]$.
- **Roll calendar**: a layer is closed at the first close with at most its *Roll at* days left and
  opened anew at the same close, the rule of the Outcomes page. Days are the model's; listed VIX
  expiries are Wednesdays.

**Known misfit.** With square-root variance, model VVIX falls as VIX rises, while the market's
rises: calls come out dear in calm and cheap in stress. Carry of calls bought in calm is overstated
and their gain in a shock understated.
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
