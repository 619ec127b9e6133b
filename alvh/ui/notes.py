"""What pages say about how their numbers are computed."""

from __future__ import annotations

__all__ = ["CONDOR", "DISCLAIMER"]

DISCLAIMER = (
    "For education and analysis. Prices are model mid prices without trading costs; nothing here "
    "is investment advice or a promise of profit."
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
