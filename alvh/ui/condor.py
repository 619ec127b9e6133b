"""The parts of the Condor page: core results turned into words, figures and tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from alvh.clock import trading_days
from alvh.market import SPX_MULTIPLIER
from alvh.report.figure import Figure
from alvh.report.numbers import dollars, percent, plus_minus, points
from alvh.risk.exposure import BOTH, GREEK_UNITS, condor_break_evens
from alvh.risk.outlook import Estimate, Outlook
from alvh.strategy import Book
from alvh.ui import cache, controls, shared, show, trade
from alvh.ui.cache import BookKey
from alvh.ui.live import Page
from alvh.ui.market import Market
from alvh.ui.show import Number
from alvh.ui.trade import Trade

__all__ = ["choose_day", "greeks", "headline", "legs", "odds", "payoff", "plane", "source"]


@dataclass(frozen=True)
class Desk:
    """What the page shows now."""

    key: BookKey
    book: Book
    trade: Trade

    @property
    def day(self) -> int:
        """Trading day of the pictures."""
        return int(st.session_state[f"day.{self.book.n_days}"])


def _now(seen: Market) -> Desk:
    """The book the controls ask for; raises what `live.part` swallows if they cannot have it."""
    chosen = trade.current()
    key = BookKey(seen.model, seen.state, chosen.rule, chosen.layers)
    return Desk(key, cache.the_book(key), chosen)


def source(seen: Market) -> str:
    """Where the numbers of the page come from."""
    return shared.source(seen, paths=cache.N_PATHS, seed=cache.SEED)


def headline(seen: Market) -> None:
    """What the user must know, and the answer in five numbers; or why there is none."""
    shared.headline(seen.notes, "condor", lambda: _answer(_now(seen)))


def _answer(now: Desk) -> list[Number]:
    """The five numbers at the top."""
    book, outlook = now.book, cache.outlook(now.key, now.trade.premia)
    p, q = (outlook.probability_of_profit[m].value for m in ("P", "Q"))
    total = outlook.profit[BOTH]
    cost = outlook.hedge_cost
    share = 1.0 / now.trade.account.capital
    return [
        Number(
            "Credit, one condor",
            f"{points(book.credit)} pts",
            f"Premium received at model mid prices, {dollars(book.credit * SPX_MULTIPLIER)} a "
            f"condor; {dollars(book.max_profit)} for all {book.rule.contracts}: the largest "
            "profit of the condors.",
        ),
        Number(
            "Maximum loss",
            dollars(-book.max_loss),
            "Wing width less credit, times 100 dollars, times the number of condors: reached when "
            "SPX expires beyond a long strike. It is also the margin.",
        ),
        Number(
            "P(profit)  P / Q",
            f"{percent(p)} / {percent(q)}",
            "Probability that the condors alone expire with a profit: under the physical measure P "
            "(with the risk premia) and the risk-neutral Q (without). Exact, from the transform.",
        ),
        Number(
            "Expected profit",
            plus_minus(total.value, total.standard_error, unit="$", signed=True),
            "Condors and hedge to the condors' expiry, present value under P. The interval (95 %) "
            f"is of the simulated hedge, {outlook.n_paths:,} paths; the condors' "
            f"{dollars(outlook.profit['Condor'].value, signed=True)} is exact.",
        ),
        Number(
            "Hedge cost a year",
            plus_minus(cost.value * share, cost.standard_error * share, unit="%")
            if book.hedge
            else "no hedge",
            "Expected loss of the layers a year under P if each is opened anew when it expires or "
            f"the condor does, as a share of the account: {dollars(cost.value)} a year.",
        ),
    ]


def choose_day() -> None:
    """The day of the pictures, and whether VIX follows the index on it."""
    n_days = _n_days()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.slider(
            f"Day of {n_days} (trading days after opening)",
            min_value=0,
            max_value=n_days,
            value=n_days // 2,
            key=f"day.{n_days}",
            help="The dashed curve and the plane show this day; 0 is today, the last is expiry.",
        )
        controls.switch(
            "VIX follows",
            "follow",
            default=True,
            help="On: at each index level VIX is where the model expects it given the move. "
            "Off: VIX stays where it is today.",
        )


def _n_days() -> int:
    """Trading days of the condor, known before its strikes are."""
    return int(trading_days(st.session_state["dte"]))


def payoff(seen: Market) -> None:
    """Profit against the index."""
    now = _now(seen)
    follow = bool(st.session_state["follow"])
    made = cache.payoff(now.key, now.trade.premia, now.day, follow)
    _draw(now, seen, made, "payoff", "Profit of the iron condor and its hedge")


def plane(seen: Market) -> None:
    """Profit over the plane of SPX and VIX."""
    now = _now(seen)
    made = cache.plane(now.key, now.trade.premia, now.day)
    _draw(now, seen, made, "plane", f"Profit over SPX and VIX, trading day {now.day}")


def _draw(now: Desk, seen: Market, made: tuple[Figure, pd.DataFrame], key: str, title: str) -> None:
    drawn, data = made
    show.figure(
        drawn,
        key=f"condor.{key}",
        title=title,
        data=data,
        subtitle=describe(now.book, seen),
        source=source(seen),
    )


def describe(book: Book, seen: Market) -> str:
    """The trade and its market in one line."""
    long_put, short_put, short_call, long_call = book.strikes
    hedge = ", ".join(
        f"{layer.quantity} {layer.instrument.replace('_', ' ')} {layer.dte}d"
        for layer in book.layers
    )
    return (
        f"{book.rule.contracts} × SPX {long_put:,.0f}/{short_put:,.0f}/{short_call:,.0f}/"
        f"{long_call:,.0f}, {book.rule.dte} days; "
        f"{'VIX ' + hedge if hedge else 'no hedge'}; SPX {float(book.state.spot):,.2f}, "
        f"VIX {seen.shown_vix:.2f}"
    )


def greeks(page: Page, seen: Market) -> None:
    """Lay out Greeks by group, against spot and against days."""
    page.part(partial(_greeks_table, seen))
    st.markdown("**Against the index, today**")
    page.element(partial(_greeks_by_spot, seen))
    show.saving("condor.greeks-spot")
    st.markdown("**As days pass and the market stands still**")
    page.element(partial(_greeks_by_day, seen))
    show.saving("condor.greeks-days")


def _greeks_table(seen: Market) -> None:
    _, table = cache.legs(_now(seen).key)
    show.table(
        table,
        {
            "group": ("Position", "", "The condors, each hedge layer, the hedge, and all together"),
            **{
                name: (
                    f"{name.capitalize()} ({unit})",
                    "%.2f",
                    f"{_GREEK_HELP[name]}; {GREEK_UNITS[name]}",
                )
                for name, unit in _GREEK_SHORT.items()
            },
        },
        key="condor.greeks",
    )


def _greeks_by_spot(seen: Market) -> None:
    now = _now(seen)
    _draw(now, seen, cache.greeks_by_spot(now.key), "greeks-spot", "Greeks against SPX")


def _greeks_by_day(seen: Market) -> None:
    now = _now(seen)
    _draw(now, seen, cache.greeks_by_day(now.key), "greeks-days", "Greeks against days")


_GREEK_SHORT = {
    "delta": "$/pt",
    "gamma": "$/pt²",
    "vega": "$/VIX pt",
    "theta": "$/day",
    "rho": "$/%",
    "vanna": "$/pt/VIX pt",
    "volga": "$/VIX pt²",
}
"""Units of `GREEK_UNITS` that leave room for seven columns."""
_GREEK_HELP = {
    "delta": "Change in dollars if SPX rises one point and the variance stays",
    "gamma": "Change of delta if SPX rises one point",
    "vega": "Change in dollars if VIX rises one point by the variance, the mean variance held",
    "theta": "Change in dollars by one trading day, the market standing still",
    "rho": "Change in dollars if the interest rate rises one percentage point",
    "vanna": "Change of delta if VIX rises one point",
    "volga": "Change of vega if VIX rises one point",
}


def legs(page: Page, seen: Market) -> None:
    """Lay out every leg with its price and time value."""
    page.part(partial(_legs_table, seen))


def _legs_table(seen: Market) -> None:
    table, _ = cache.legs(_now(seen).key)
    shown = table.assign(implied_volatility=100.0 * table["implied_volatility"])
    show.table(
        shown,
        {
            "group": ("Part", "", "The condor or a hedge layer"),
            "leg": ("Leg", "", "What is held; VIX options are on the future of their own expiry"),
            "quantity": ("Contracts", "%d", "Positive is long"),
            "dte": ("Days", "%d", "Calendar days to expiry"),
            "price": ("Price (points)", "%.2f", "Model mid price"),
            "extrinsic": (
                "Time value (points)",
                "%.2f",
                "Price less intrinsic value: against spot for SPX, the future for VIX",
            ),
            "extrinsic_dollars": (
                "Time value ($)",
                "%.0f",
                "Of the position: negative is owed, and earned as it decays",
            ),
            "implied_volatility": (
                "Implied vol. (%)",
                "%.1f",
                "Black, on the forward of the leg's expiry",
            ),
            "black_delta": ("Delta, one", "%.2f", "Black delta of one contract on the forward"),
            "vega": ("Vega ($/VIX pt)", "%.0f", _GREEK_HELP["vega"]),
            "theta": ("Theta ($/day)", "%.0f", _GREEK_HELP["theta"]),
        },
        key="condor.legs",
    )


def odds(page: Page, seen: Market) -> None:
    """Lay out odds, expectations and returns."""
    page.part(lambda: show.numbers([*_odds(_now(seen)), _vvix(seen)]))


def _odds(now: Desk) -> list[Number]:
    book, outlook = now.book, cache.outlook(now.key, now.trade.premia)
    capital = now.trade.account.capital
    ends = condor_break_evens(book)
    touches = {"put": "short put", "call": "short call", "either": "either short strike"}
    simulated = f"Simulated under P, {outlook.n_paths:,} paths, 95 % interval."
    return [
        Number(
            "Return on risk",
            percent(book.max_profit / book.max_loss),
            "Credit over maximum loss of the condors.",
        ),
        Number(
            "Margin",
            dollars(book.max_loss),
            f"The condors' maximum loss; {percent(book.max_loss / capital)} of the account.",
        ),
        Number(
            "Hedge premium",
            dollars(book.premium_paid),
            f"Paid for the layers' options today; {percent(book.premium_paid / capital)} of the "
            "account. Futures cost nothing to enter.",
        ),
        Number(
            "Break-evens",
            " / ".join(f"{x:,.0f}" for x in ends) or "none",
            "SPX at which the condors alone end at zero: short strikes less and plus the credit.",
        ),
        *(
            Number(
                f"P(touch {name})",
                _share(outlook.touch[side]),
                f"Probability that a daily close before expiry is at or beyond the {name}. "
                + simulated,
            )
            for side, name in touches.items()
        ),
        Number(
            "P(profit) with hedge",
            _share(outlook.probability_of_profit[BOTH]),
            f"Condors and hedge together at the condors' expiry. {simulated}",
        ),
        *_profits(outlook),
    ]


def _vvix(seen: Market) -> Number:
    quoted = "not quoted" if seen.vvix is None else f"{seen.vvix:.1f}"
    return Number(
        "VVIX  model / market",
        f"{seen.shown_vvix:.1f} / {quoted}",
        "Implied volatility of VIX over 30 days: the model's, and as quoted. Above the market's, "
        "the hedge's options are dear here; below it, cheap.",
    )


def _share(estimate: Estimate) -> str:
    return plus_minus(estimate.value, estimate.standard_error, unit="%")


def _profits(outlook: Outlook) -> list[Number]:
    rows = []
    for group, estimate in outlook.profit.items():
        if group == BOTH or (group == "Hedge" and len(outlook.profit) < 4):
            continue
        exact = estimate.standard_error == 0.0
        rows.append(
            Number(
                f"Expected profit, {group[:1].lower()}{group[1:]}",
                dollars(estimate.value, signed=True)
                if exact
                else plus_minus(estimate.value, estimate.standard_error, unit="$", signed=True),
                "Present value under P, to the condors' expiry or the layer's own if that is "
                + ("sooner. Exact." if exact else "sooner. 95 % interval of the simulation."),
            )
        )
    return rows
