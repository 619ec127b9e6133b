"""The parts of the Hedge layers page: core results turned into words, figures and tables."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st
from pydantic import Field, ValidationError

from alvh.errors import ParameterError, explain
from alvh.market.vix_expiry import vix_expiry
from alvh.report import charts
from alvh.report.figure import Figure
from alvh.report.numbers import dollars, percent, plus_minus, points
from alvh.risk.hedge import MOST_VIX, RISE, TOTAL, holding_days, layer_legs, layer_of
from alvh.strategy import Book
from alvh.strategy.book import Leg
from alvh.ui import cache, condor, controls, show, trade
from alvh.ui.cache import BookKey, Names
from alvh.ui.live import Group, Page
from alvh.ui.market import Market
from alvh.ui.show import Number
from alvh.ui.trade import Trade
from alvh.value import Value

__all__ = [
    "any_layer",
    "choose_days",
    "curve",
    "headline",
    "index_shock",
    "instruments",
    "layers",
    "overlap",
    "rolls",
    "shock",
    "source",
]

_LISTED = {1: "vx1_close", 2: "vx2_close"}
"""Month of a listed future to its column in the data."""
NONE_HELD = "No layer is held. Add one in the sidebar: Hedge, Layers, +."
_INSTRUMENTS = {"call": "VIX call", "call_spread": "VIX call spread", "future": "VIX future"}
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


def _now(seen: Market) -> Desk:
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
    show.messages(seen.notes)
    try:
        show.strip(_answer(_now(seen)), "hedge")
    except ParameterError as error:
        st.error(f"{error}.", icon=":material/error:")
    except ValidationError as error:
        st.error(". ".join(explain(error)), icon=":material/error:")


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


def _drawn(
    now: Desk, seen: Market, made: tuple[Figure, pd.DataFrame], key: str, title: str
) -> None:
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
    now = _now(seen)
    if not now.book.hedge:
        st.info(NONE_HELD, icon=":material/layers_clear:")
        return
    day = int(st.session_state["later"])
    when = "at once" if day == 0 else f"{day} trading days later"
    made = cache.hedge_shock(now.key, day, now.names)
    _drawn(now, seen, made, "shock", f"Hedge profit against a VIX shock, {when}")


def curve(seen: Market) -> None:
    """The futures curve and where the layers are on it."""
    now = _now(seen)
    listed = _listed(seen)
    rows = len(now.names) + (len(now.names) > 1)  # of the table below, which shares the column
    height = 460 - 32 * (rows + 1)
    made = cache.future_curve(now.key, now.names, seen.vix, seen.vix3m, listed, height)
    quoted = "VIX, VIX3M and futures" if listed else "VIX and VIX3M"
    _drawn(now, seen, made, "curve", f"VIX futures of the model; {quoted} of the market")


def _listed(seen: Market) -> tuple[tuple[float, float], ...]:
    """Calendar days and points of the futures the chosen data has for its day, at most two."""
    day = _day_of(seen)
    if seen.history is None or day is None:
        return ()
    frame = seen.history.frame.loc[[pd.Timestamp(day)]]
    found = {n: float(frame[name].iloc[0]) for n, name in _LISTED.items() if name in frame}
    return tuple(((vix_expiry(day, n) - day).days, x) for n, x in found.items() if x == x)


def layers(seen: Market) -> None:
    """What each layer costs and does."""
    now = _now(seen)
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


def index_shock(page: Page, seen: Market) -> list[Group]:
    """Lay out profits against a move of the index."""
    place = st.container()
    page.part(partial(_index_shock, seen))
    if any_layer():
        show.saving("hedge.index")
    return [(place, partial(controls.slider, Look, "within", "within"))]


def _index_shock(seen: Market) -> None:
    now = _now(seen)
    if not now.book.hedge:
        st.info(NONE_HELD, icon=":material/layers_clear:")
        return
    day = int(st.session_state["within"])
    made = cache.hedge_index(now.key, now.trade.premia, day, now.names)
    _drawn(now, seen, made, "index", f"Hedge profit against a move of SPX within {day} days")


def instruments(page: Page, seen: Market) -> list[Group]:
    """Lay out call, spread and future in the place of a layer, at equal cost."""
    place = st.container()
    left, right = st.columns(2, gap="medium")  # the table needs half of the page
    with left:
        page.part(partial(_instruments, seen))
        if any_layer():
            show.saving("hedge.instruments")
    with right:
        page.part(partial(_quantities, seen))
    return [(place, _choose_replaced)]


def _choose_replaced() -> None:
    n = int(st.session_state["layers"])
    if n:
        controls.choice(
            "Layer replaced",
            tuple(f"Layer {i}" for i in range(1, n + 1)),
            "replaced",
            help="The other instruments have its days, roll and strike, and its expected cost.",
        )


def _replaced(now: Desk) -> str | None:
    """Name in the book of the layer that is replaced; says why if there is none."""
    if not now.book.hedge:
        st.info(NONE_HELD, icon=":material/layers_clear:")
        return None
    wanted = st.session_state.get("replaced") or "Layer 1"
    for name, shown in now.names:
        if shown.startswith(f"{wanted}:"):
            return name
    st.info(f"{wanted} is not held: switch it on, or choose another.", icon=":material/info:")
    return None


def _instruments(seen: Market) -> None:
    now = _now(seen)
    name = _replaced(now)
    if name is None:
        return
    found = cache.equal_cost(now.key, now.trade.premia, name)
    sizes = found.table.set_index("instrument")["quantity"]
    words = {kind: f"{_INSTRUMENTS[kind]} × {points(sizes[kind])}" for kind in sizes.index}
    data = found.curves.replace({"instrument": words})
    drawn = charts.hedge_instruments(data, vix=seen.shown_vix, height=300)
    title = f"{now.shown[name]}, and others of the same expected cost"
    _drawn(now, seen, (drawn, data), "instruments", title)


def _quantities(seen: Market) -> None:
    now = _now(seen)
    names = [name for name, _ in now.names]
    wanted = st.session_state.get("replaced") or "Layer 1"
    name = next((x for x in names if now.shown[x].startswith(f"{wanted}:")), None)
    if name is None:
        return
    found = cache.equal_cost(now.key, now.trade.premia, name)
    table = found.table
    rows = pd.DataFrame(
        {
            "instrument": [_INSTRUMENTS[kind] for kind in table["instrument"]],
            "quantity": [
                points(q) if q != q or a == b else f"{points(q)} ± {(b - a) / 2.0:.2f}"
                for q, a, b in zip(table["quantity"], table["low"], table["high"], strict=True)
            ],
            "unit": [
                plus_minus(x, e, unit="$")
                for x, e in zip(table["unit_cost"], table["unit_error"], strict=True)
            ],
            **{
                column: [dollars(x, signed=column != "premium") for x in table[column]]
                for column in ("premium", "carry", "gain")
            },
        }
    )
    show.table(
        rows,
        {
            "instrument": ("Instrument", "", "Same days, roll and strike as the layer"),
            "quantity": ("Contracts", "", "Of equal expected cost; 95 % interval of the paths"),
            "unit": ("Cost of one", "", "Expected loss of one contract a year under P"),
            "premium": ("Premium", "", "Paid today for that quantity"),
            "carry": ("Carry/day", "", "A trading day, the market standing still"),
            "gain": (f"VIX +{RISE:g}", "", f"Gain if VIX rises {RISE:g} points at once"),
        },
        key="hedge.quantities",
    )
    half = plus_minus(found.cost.value, found.cost.standard_error, unit="$")
    text = f"Each is expected to cost {half} a year. Fractions of a contract cannot be traded."
    if table["quantity"].isna().any():
        text = (
            "n/a: a cost cannot be told from zero at this edge, so no quantity makes the costs "
            "equal. With the edge at zero nothing has an expected cost."
        )
    st.caption(text)


def overlap(page: Page, seen: Market) -> list[Group]:
    """Lay out how much the layers repeat one another."""
    page.part(partial(_overlap, seen))
    if any_layer():
        show.saving("hedge.overlap")
    return []


def _overlap(seen: Market) -> None:
    now = _now(seen)
    if len(now.names) < 2:
        st.info("Overlap needs two layers; " + ("one is" if now.names else "none is") + " held.")
        return
    made = cache.overlap(now.key, now.trade.premia, now.names)
    _drawn(now, seen, made, "overlap", "Overlap of the layers at the condors' expiry")
    st.caption(
        f"{cache.N_PATHS:,} simulated futures under P to day {now.book.n_days}, or a layer's own "
        "expiry if that is sooner; intervals under the pointer. The right picture reads by rows: "
        "of what the layer gains, how much comes in futures where the other gains too."
    )


def rolls(page: Page, seen: Market) -> list[Group]:
    """Lay out when each layer is rolled."""
    page.part(partial(_rolls, seen))
    if any_layer():
        show.saving("hedge.rolls")
    page.part(partial(_next_rolls, seen))
    return []


def _day_of(seen: Market) -> dt.date | None:
    try:
        return dt.date.fromisoformat(seen.as_of)
    except ValueError:  # typed in
        return None


def _rolls(seen: Market) -> None:
    now = _now(seen)
    if not now.book.hedge:
        st.info(NONE_HELD, icon=":material/layers_clear:")
        return
    made = cache.rolls(now.key.layers, now.names, _day_of(seen))
    _drawn(now, seen, made, "rolls", "Roll calendar of the next 252 trading days")


def _next_rolls(seen: Market) -> None:
    now = _now(seen)
    if not now.book.hedge:
        return
    _, calendar = cache.rolls(now.key.layers, now.names, _day_of(seen))
    rows = []
    for name, shown in now.names:
        mine = calendar[calendar["layer"] == shown]
        layer, first = layer_of(now.book, name), mine.iloc[0]
        date = first["dates"].partition(" to ")[2]
        rows.append(
            {
                "layer": shown,
                "held": holding_days(layer),
                "left": layer.roll_dte,
                "next": f"day {first['closed']}" + (f", {date}" if date else ""),
                "times": int((mine["how"] != "held").sum()),
            }
        )
    show.table(
        pd.DataFrame(rows),
        {
            "layer": ("Layer", "", "As numbered in the sidebar"),
            "held": ("Held (trading days)", "%d", "From opening to roll or settlement"),
            "left": ("Rolled with (days left)", "%d", "Calendar days; 0 is settlement"),
            "next": ("First roll", "", "Trading days from today, and the date where there is one"),
            "times": ("Rolls in a year", "%d", "In 252 trading days; each pays the spread twice"),
        },
        key="hedge.calendar",
    )
