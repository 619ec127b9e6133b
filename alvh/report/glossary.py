"""The vocabulary of the method, made precise: each term, and what this code computes for it.

One source for the tooltips of the pages and for ``docs/glossary.md``, which is written by
``python -m alvh.report.glossary``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from alvh.errors import require

__all__ = ["DOCUMENT", "TERMS", "Term", "explained", "glossary_markdown"]

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "glossary.md"


@dataclass(frozen=True)
class Term:
    """A word of the method.

    Attributes
    ----------
    name : str
    text : str
        What is computed, in plain words: fit for a tooltip.
    computed : str
        Dotted name of what computes it; empty while nothing does.
    """

    name: str
    text: str
    computed: str = ""


_ALL: Final = (
    Term(
        "iron condor",
        "A put spread and a call spread sold on SPX together: four legs, loss limited by the "
        "wings. A strangle is a condor with its wings off, a straddle one with both shorts at "
        "the money.",
        "alvh.strategy.condor.CondorRule",
    ),
    Term(
        "immutable probabilistic edge",
        "Expected profit per trade that comes from a risk premium, with its standard error, and"
        " the number of trades after which it can be told from zero at 95 %.",
        "alvh.risk.evidence.law_of_large_numbers",
    ),
    Term(
        "volatility risk premium",
        "VIX less the realised volatility of the next 21 trading days; in the model, the gap "
        "between the risk-neutral measure Q and the physical measure P.",
        "alvh.model.premia.RiskPremia",
    ),
    Term(
        "equity premium",
        "What the index is expected to earn beyond interest: the drift of P above that of Q.",
        "alvh.model.premia.RiskPremia",
    ),
    Term(
        "diffusive variance premium",
        "The part of the volatility premium that pays for ordinary variance: its long-run level"
        " under Q is above that under P.",
        "alvh.model.premia.RiskPremia",
    ),
    Term(
        "jump premium",
        "The part of the volatility premium that pays for crashes: under Q jumps are more "
        "frequent, deeper, and lift variance more than under P.",
        "alvh.model.premia.RiskPremia",
    ),
    Term(
        "law of large numbers",
        "The distribution of the mean profit over N trades against N: a cone that narrows as "
        "one over the root of N.",
        "alvh.risk.evidence.law_of_large_numbers",
    ),
    Term(
        "absolute barrier",
        "Something that is meant to end losses whatever happens: VIX calls that are always on, "
        "or a stop. Its price is break-evens moved, carry paid, and losses beyond the stop.",
        "alvh.strategy.policy.Policy.preset",
    ),
    Term(
        "gap-through",
        "Loss beyond what a stop promised: the condor is bought back at the first close at or "
        "beyond the stop, whatever the market has made of it by then.",
        "alvh.risk.lesson_stops.StopExits",
    ),
    Term(
        "break-even point",
        "An index level at which the book neither gains nor loses: roots of its profit at the "
        "condor's expiry, before and after the hedge.",
        "alvh.risk.exposure.break_evens",
    ),
    Term(
        "carry",
        "What a position costs or earns while it is held: here profit given up a year against "
        "the same condor without it, on the same futures, trading costs among it.",
        "alvh.risk.claims.model_table",
    ),
    Term(
        "time value (extrinsic)",
        "Price of an option less its intrinsic value, by leg and for the book, and how it decays.",
        "alvh.risk.exposure.legs_table",
    ),
    Term(
        "layer one, two, three",
        "The hedge layers of a policy: four VIX calls of 30 days, four of 110 and two of 220, "
        "at 0.50 delta, for ten condors (4/4/2) by default.",
        "alvh.strategy.layer.HedgeLayer",
    ),
    Term(
        "Second Engine, Private Leverage Layer",
        "A layer that is bought only while enough of several signals agree, and is paid for by "
        "part of the credit collected.",
        "alvh.strategy.regime.SecondEngine",
    ),
    Term(
        "Time-Shifting, Time Travel",
        "Rolling a tested condor, or a layer, to another expiry on a signal; what that costs "
        "and changes is booked like any trade.",
        "alvh.strategy.condor.TimeShift",
    ),
    Term(
        "False Binary (loyalty v. motion)",
        "The choice between holding a hedge for good and dropping it. The third way, moving it,"
        " is compared with both on the same path and on thousands of futures.",
        "alvh.lab.lesson_motion.motion",
    ),
    Term(
        'Big Top "Temporal Theta" Cash Press',
        "A named scenario: SPX near its high and the curve in contango, then a volatility "
        "expansion in which short options gain vega faster than they lose time value.",
        "alvh.simulation.stress.BIG_TOP",
    ),
    Term(
        "regime",
        "Calm, watch or stress, by the votes of signals; a new one must be voted for on several"
        " closes in a row before it takes over.",
        "alvh.strategy.regime.RegimeRule",
    ),
    Term(
        "MACD on VVIX/VIX",
        "12/26/9 exponential MACD of the ratio VVIX/VIX; it signals where the line crosses its "
        "average.",
        "alvh.signals.technical.macd",
    ),
    Term(
        "A/D line",
        "Cumulative advances less declines, or a stated proxy; it signals where it breaks its "
        "moving average or diverges from the index.",
        "alvh.signals.breadth",
    ),
    Term(
        "RSI",
        "Wilder's relative strength index over 14 days, of SPX or of VIX.",
        "alvh.signals.technical",
    ),
    Term(
        "CPI, PPI surprise",
        "The print less its forecast, over the deviation of earlier surprises; the forecast is "
        "an autoregression, since no consensus is free.",
        "alvh.signals.macro",
    ),
    Term(
        "FOMC window",
        "Days before and after the published meeting dates.",
        "alvh.market.fomc",
    ),
    Term(
        "real effective exchange rate",
        "Monthly broad index of the dollar; its change over three months, in deviations.",
        "alvh.signals.macro",
    ),
    Term(
        "quick ratio",
        "Cash over margin plus the one-day stressed loss; below one, liquidity runs out.",
        "alvh.risk.stress_liquidity.quick_ratios",
    ),
    Term(
        "WACC, IRR",
        "Money-weighted return of the book's dated cash flows on its margin, against the hurdle"
        " rate of the capital used.",
    ),
    Term(
        "CAPM with volatility beta",
        "Regression of the book's returns on SPX returns and VIX changes; size is scaled to a "
        "cap on either beta.",
    ),
    Term(
        "P/CF of the book",
        "Capital employed over annual net cash flow: credits less debits less hedge carry.",
    ),
    Term(
        "dividend discount analog",
        "Value of the perpetual stream of expected net premium, discounted at the hurdle rate, "
        "with and without the drawdown scenario.",
    ),
    Term(
        "market-cap-adjusted risk",
        "Notional over SPX market capitalisation and over the option's open interest: how much "
        "of the market the book would be.",
    ),
    Term(
        "interest rate differential",
        "Interest rate implied by put-call parity less the bill rate.",
    ),
    Term(
        "conversion, reversal",
        "Put-call parity residual by strike, in points and annualised, after costs: which side "
        "is an arbitrage.",
    ),
    Term(
        "AMM analog",
        "The slippage curve of a constant-product pool, as another model of costs to compare with.",
    ),
    Term(
        "MEV, HFT",
        "What faster traders take: a charge on each condor traded, as a share of its credit or "
        "cost.",
        "alvh.strategy.costs.Costs",
    ),
)

TERMS: Final[Mapping[str, Term]] = MappingProxyType({term.name: term for term in _ALL})
"""Every term by its name, in the order of the glossary."""


def explained(names: Sequence[str]) -> str:
    """Terms and what is computed for them, as Markdown.

    Parameters
    ----------
    names : sequence of str
        Of `TERMS`.

    Raises
    ------
    ValueError
        If there is no such term.
    """
    for name in names:
        require(name in TERMS, "term", name, f"one of {', '.join(TERMS)}")
    return "\n\n".join(f"**{name}**: {TERMS[name].text}" for name in names)


def glossary_markdown() -> str:
    """The text of ``docs/glossary.md``."""
    rows = [
        f"| {term.name} | {term.text} | {f'`{term.computed}`' if term.computed else 'not yet'} |"
        for term in _ALL
    ]
    return "\n".join(
        [
            "# Glossary",
            "",
            "The method's words, and what this code computes for each. Written by `python -m "
            "alvh.report.glossary`",
            "from `alvh/report/glossary.py`, which the tooltips of the pages read too.",
            "",
            "| term | what is computed | by |",
            "| --- | --- | --- |",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    DOCUMENT.write_text(glossary_markdown(), encoding="utf-8")
