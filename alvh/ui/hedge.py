"""The parts of the Hedge layers page: core results turned into words, figures and tables."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd
import streamlit as st
from pydantic import Field

from alvh.market.vix_expiry import vix_expiry
from alvh.report.figure import Figure
from alvh.report.numbers import dollars, percent, plus_minus, points
from alvh.risk.hedge import MOST_VIX, RISE, TOTAL, layer_legs
from alvh.strategy import Book
from alvh.strategy.book import Leg
from alvh.ui import cache, condor, controls, shared, show, trade
from alvh.ui.cache import BookKey, Names
from alvh.ui.market import Market
from alvh.ui.show import Number
from alvh.ui.trade import Trade
from alvh.value import Value

__all__ = [
    "NONE_HELD",
    "Desk",
    "Look",
    "any_layer",
    "choose_days",
    "curve",
    "day_of",
    "draw",
    "headline",
    "layers",
    "now_of",
    "shock",
    "source",
]

_LISTED = {1: "vx1_close", 2: "vx2_close"}
"""Month of a listed future to its column in the data."""
NONE_HELD = "No layer is held. Add one in the sidebar: Hedge, Layers, +."
source = condor.source


class Look(Value):
    """What the pictures of the page show."""

    later: int = Field(
        0,
        ge=0,
        le=60,
        title="Shock met",
        description="0: VIX jumps at once. Later: the same level is met when that many trading "
        "days have passed, the mean variance as today; an expired layer counts at its payoff.",
        json_schema_extra={"unit": "trading days later, 0 is at once", "step": 1},
    )
    within: int = Field(
        5,
        ge=1,
        le=21,
        title="SPX moves within",
        description="Trading days the index takes to get there; VIX is where the model then "
        "expects it, given the index.",
        json_schema_extra={"unit": "trading days", "step": 1},
    )


@dataclass(frozen=True)
class Desk:
    """What the page shows now."""

    key: BookKey
    book: Book
    trade: Trade
    names: Names

    @property
    def shown(self) -> dict[str, str]:
        """Name of each layer in the book to the one it is shown by."""
        return dict(self.names)


def now_of(seen: Market) -> Desk:
    """The book the controls ask for; raises what `live.part` swallows if they cannot have it."""
    chosen = trade.current(rolled=True)
    key = BookKey(seen.model, seen.state, chosen.rule, chosen.layers)
    book = cache.the_book(key)
    slots = trade.slots()  # the sidebar counts layers that are not held, the book does not
    names = tuple(
        (name, f"Layer {slots[int(name.rpartition(' ')[2]) - 1]}: {_words(legs)}")
        for name, legs in layer_legs(book).items()
    )
    return Desk(key, book, chosen, names)


def _words(legs: tuple[Leg, ...]) -> str:
    """A layer in few words: ``4 × call 18, 30 d``."""
    kind = "future" if legs[0].product == "vix future" else "call" if len(legs) == 1 else "spread"
    strikes = "" if kind == "future" else " " + "/".join(f"{leg.strike:g}" for leg in legs)
    quantity = f"{legs[0].quantity}".replace("-", "\u2212")
    return f"{quantity} × {kind}{strikes}, {legs[0].dte} d"


def headline(seen: Market) -> None:
    """What the user must know, and the answer in five numbers; or why there is none."""
    shared.headline(seen.notes, "hedge", lambda: _answer(now_of(seen)))


def _answer(now: Desk) -> list[Number]:
    """The five numbers at the top."""
    table = cache.layer_table(now.key, now.trade.premia)
    total = table[table["layer"] == TOTAL].iloc[0]
    rise = cache.covering_rise(now.key)
    capital = now.trade.account.capital
    none = "" if now.book.hedge else "no hedge"
    loss = dollars(now.book.max_loss)
    return [
        Number(
            "Hedge premium",
            none or dollars(now.book.premium_paid),
            "Paid for the options of all layers today, at model mid prices; "
            f"{percent(now.book.premium_paid / capital)} of the account. Futures cost nothing to "
            "enter.",
        ),
        Number(
            "Cost a year, as rolled",
            none or plus_minus(total["cost"] / capital, total["cost_error"] / capital, unit="%"),
            "Expected loss of the layers a year under P, as a share of the account, each held to "
            f"its own Roll at and opened anew: {dollars(total['cost'])} a year. 95 % interval of "
            f"{cache.N_PATHS:,} paths. The Condor page closes layers with the condor instead.",
        ),
        Number(
            "Carry a day",
            none or dollars(total["carry"], signed=True),
            "Change of the hedge's value a trading day while the market stands still; "
            f"{dollars(total['roll_down'], signed=True)} of it is roll-down along the futures "
            "curve.",
        ),
        Number(
            f"Gain if VIX +{RISE:g}",
            none or dollars(total["gain"], signed=True),
            f"Gain of all layers if VIX rises {RISE:g} points at once. The condors can lose "
            f"{loss}.",
        ),
        Number(
            "Pays the maximum loss",
            none or ("never" if rise != rise else f"VIX +{rise:.1f}"),
            f"Rise of VIX at once at which the layers gain the {loss} the condors can lose; never: "
            f"not up to VIX {MOST_VIX:g}.",
        ),
    ]


def any_layer() -> bool:
    """Whether the sidebar has a layer: without one there is no picture to save."""
    return int(st.session_state["layers"]) > 0


def choose_days() -> None:
    """When the shock of the large picture is met."""
    controls.slider(Look, "later", "later")


def draw(now: Desk, seen: Market, made: tuple[Figure, pd.DataFrame], key: str, title: str) -> None:
    """Show a figure under the page's own words."""
    drawn, data = made
    show.figure(
        drawn,
        key=f"hedge.{key}",
        title=title,
        data=data,
        subtitle=condor.describe(now.book, seen),
        source=source(seen),
    )


def shock(seen: Market) -> None:
    """Profit of the layers against a shock of VIX."""
    now = now_of(seen)
    if not now.book.hedge:
        st.info(NONE_HELD, icon=":material/layers_clear:")
        return
    day = int(st.session_state["later"])
    when = "at once" if day == 0 else f"{day} trading days later"
    made = cache.hedge_shock(now.key, day, now.names)
    draw(now, seen, made, "shock", f"Hedge profit against a VIX shock, {when}")


def curve(seen: Market) -> None:
    """The futures curve and where the layers are on it."""
    now = now_of(seen)
    listed = _listed(seen)
    rows = len(now.names) + (len(now.names) > 1)  # of the table below, which shares the column
    height = 460 - 32 * (rows + 1)
    made = cache.future_curve(now.key, now.names, seen.vix, seen.vix3m, listed, height)
    quoted = "VIX, VIX3M and futures" if listed else "VIX and VIX3M"
    draw(now, seen, made, "curve", f"VIX futures of the model; {quoted} of the market")


def _listed(seen: Market) -> tuple[tuple[float, float], ...]:
    """Calendar days and points of the futures the chosen data has for its day, at most two."""
    day = day_of(seen)
    if seen.history is None or day is None:
        return ()
    frame = seen.history.frame.loc[[pd.Timestamp(day)]]
    found = {n: float(frame[name].iloc[0]) for n, name in _LISTED.items() if name in frame}
    return tuple(((vix_expiry(day, n) - day).days, x) for n, x in found.items() if x == x)


def layers(seen: Market) -> None:
    """What each layer costs and does."""
    now = now_of(seen)
    if not now.book.hedge:
        return
    table = cache.layer_table(now.key, now.trade.premia)
    if len(now.names) == 1:
        table = table[table["layer"] != TOTAL]
    short = {name: shown.partition(":")[0].removeprefix("Layer ") for name, shown in now.names}
    rows = pd.DataFrame(
        {
            "layer": table["layer"].replace(short | {TOTAL: "all"}),
            "cost": [
                plus_minus(x, e, unit="$")
                for x, e in zip(table["cost"], table["cost_error"], strict=True)
            ],
            "carry": [dollars(x, signed=True) for x in table["carry"]],
            "roll_down": [dollars(x, signed=True) for x in table["roll_down"]],
            "gain": [dollars(x, signed=True) for x in table["gain"]],
            "convexity": [points(x) for x in table["convexity"]],
        }
    )
    show.table(
        rows,
        {
            "layer": ("Layer", "", "As numbered in the sidebar"),
            "cost": ("Cost/year", "", "Expected loss a year under P, as rolled; 95 % interval"),
            "carry": ("Carry/day", "", "A trading day, the market standing still"),
            "roll_down": ("Roll/day", "", "The part of the carry due to the futures curve"),
            "gain": (f"VIX +{RISE:g}", "", f"Gain if VIX rises {RISE:g} points at once"),
            "convexity": (
                "Gain/carry",
                "",
                f"Gain at VIX +{RISE:g} per dollar of a year's carry; n/a where waiting earns",
            ),
        },
        key="hedge.layers",
    )
    market = "not quoted" if seen.vvix is None else f"{seen.vvix:.1f}"
    st.caption(
        f"VVIX of the model {seen.shown_vvix:.1f}, of the market {market}. Against the market, "
        "model VIX options are dear in calm and cheap in stress."
    )


def day_of(seen: Market) -> dt.date | None:
    """Day of the market; None where levels are typed in."""
    try:
        return dt.date.fromisoformat(seen.as_of)
    except ValueError:
        return None
