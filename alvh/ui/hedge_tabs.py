"""The tabs of the Hedge layers page: a move of SPX, instruments, overlap, the roll calendar."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from alvh.report import charts
from alvh.report.numbers import dollars, plus_minus, points
from alvh.risk.hedge import RISE, holding_days, layer_of
from alvh.ui import cache, controls, hedge, show
from alvh.ui.live import Group, Page
from alvh.ui.market import Market

__all__ = ["index_shock", "instruments", "overlap", "rolls"]

_INSTRUMENTS = {"call": "VIX call", "call_spread": "VIX call spread", "future": "VIX future"}


def index_shock(page: Page, seen: Market) -> list[Group]:
    """Lay out profits against a move of the index."""
    place = st.container()
    page.element(partial(_index_shock, seen))
    if hedge.any_layer():
        show.saving("hedge.index")
    return [(place, partial(controls.slider, hedge.Look, "within", "within"))]


def _index_shock(seen: Market) -> None:
    now = hedge.now_of(seen)
    if not now.book.hedge:
        st.info(hedge.NONE_HELD, icon=":material/layers_clear:")
        return
    day = int(st.session_state["within"])
    made = cache.hedge_index(now.key, now.trade.premia, day, now.names)
    hedge.draw(now, seen, made, "index", f"Hedge profit against a move of SPX within {day} days")


def instruments(page: Page, seen: Market) -> list[Group]:
    """Lay out call, spread and future in the place of a layer, at equal cost."""
    place = st.container()
    left, right = st.columns(2, gap="medium")  # the table needs half of the page
    with left:
        page.part(partial(_instruments, seen))
        if hedge.any_layer():
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


def _replaced(now: hedge.Desk) -> str | None:
    """Name in the book of the layer that is replaced; says why if there is none."""
    if not now.book.hedge:
        st.info(hedge.NONE_HELD, icon=":material/layers_clear:")
        return None
    wanted = st.session_state.get("replaced") or "Layer 1"
    for name, shown in now.names:
        if shown.startswith(f"{wanted}:"):
            return name
    st.info(f"{wanted} is not held: switch it on, or choose another.", icon=":material/info:")
    return None


def _instruments(seen: Market) -> None:
    now = hedge.now_of(seen)
    name = _replaced(now)
    if name is None:
        return
    found = cache.equal_cost(now.key, now.trade.premia, name)
    sizes = found.table.set_index("instrument")["quantity"]
    words = {kind: f"{_INSTRUMENTS[kind]} × {points(sizes[kind])}" for kind in sizes.index}
    data = found.curves.replace({"instrument": words})
    drawn = charts.hedge_instruments(data, vix=seen.shown_vix, height=300)
    title = f"{now.shown[name]}, and others of the same expected cost"
    hedge.draw(now, seen, (drawn, data), "instruments", title)


def _quantities(seen: Market) -> None:
    now = hedge.now_of(seen)
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
    if hedge.any_layer():
        show.saving("hedge.overlap")
    return []


def _overlap(seen: Market) -> None:
    now = hedge.now_of(seen)
    if len(now.names) < 2:
        st.info("Overlap needs two layers; " + ("one is" if now.names else "none is") + " held.")
        return
    made = cache.overlap(now.key, now.trade.premia, now.names)
    hedge.draw(now, seen, made, "overlap", "Overlap of the layers at the condors' expiry")
    st.caption(
        f"{cache.N_PATHS:,} simulated futures under P to day {now.book.n_days}, or a layer's own "
        "expiry if that is sooner; intervals under the pointer. The right picture reads by rows: "
        "of what the layer gains, how much comes in futures where the other gains too."
    )


def rolls(page: Page, seen: Market) -> list[Group]:
    """Lay out when each layer is rolled."""
    page.element(partial(_rolls, seen))
    if hedge.any_layer():
        show.saving("hedge.rolls")
    page.part(partial(_next_rolls, seen))
    return []


def _rolls(seen: Market) -> None:
    now = hedge.now_of(seen)
    if not now.book.hedge:
        st.info(hedge.NONE_HELD, icon=":material/layers_clear:")
        return
    made = cache.rolls(now.key.layers, now.names, hedge.day_of(seen))
    hedge.draw(now, seen, made, "rolls", "Roll calendar of the next 252 trading days")


def _next_rolls(seen: Market) -> None:
    now = hedge.now_of(seen)
    if not now.book.hedge:
        return
    _, calendar = cache.rolls(now.key.layers, now.names, hedge.day_of(seen))
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
