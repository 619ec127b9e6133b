"""Where the core meets Streamlit's caches: one function a stage, keyed on values.

Results are shared and read-only: resources, not copies.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
import streamlit as st

from alvh.lab import Results, Study
from alvh.market import MarketHistory, load_history
from alvh.market.calendars import add_trading_days
from alvh.model import MarketState, ModelParameters, RiskPremia
from alvh.pricing import PricingTables, vix_index
from alvh.report import charts
from alvh.report.figure import Figure
from alvh.risk import exposure, hedge, hedge_compare
from alvh.risk.outlook import Outlook, book_outlook
from alvh.simulation import MarketPaths
from alvh.strategy import Book, CondorRule, HedgeLayer, Policy

__all__ = [
    "BookKey",
    "covering_rise",
    "equal_cost",
    "future_curve",
    "greeks_by_day",
    "greeks_by_spot",
    "hedge_index",
    "hedge_shock",
    "history",
    "layer_table",
    "legs",
    "outlook",
    "overlap",
    "paths",
    "payoff",
    "plane",
    "results",
    "rolls",
    "tables",
    "the_book",
]

Names: TypeAlias = tuple[tuple[str, str], ...]
"""Name of each layer in the book, and the name it is shown by."""

N_PATHS = 4000
SEED = 1
GREEKS = ("delta", "gamma", "vega", "theta", "vanna", "volga")


@dataclass(frozen=True)
class BookKey:
    """Everything a book depends on."""

    model: ModelParameters
    state: MarketState
    rule: CondorRule
    layers: tuple[HedgeLayer, ...]

    def text(self) -> str:
        """A key for the caches: one string is hashed faster than four nested values."""
        parts = (self.model, self.state, self.rule, *self.layers)
        return "|".join(part.model_dump_json() for part in parts)


@st.cache_resource(ttl=dt.timedelta(minutes=10), max_entries=4, show_spinner="Reading the market …")
def history(source: Literal["auto", "sample"], stamp: int) -> MarketHistory:
    """Market history; a new `stamp` above zero asks for a new download."""
    return load_history(source, refresh=stamp > 0)


@st.cache_resource(max_entries=8, show_spinner="Solving the model …")
def _tables(model: ModelParameters) -> PricingTables:
    return PricingTables.build(model)


def tables(model: ModelParameters) -> PricingTables:
    """Pricing tables; a new interest rate needs no new ones."""
    return _tables(model.without_carry()).with_carry(model)


_BY_TEXT: dict[str | type[Any], Callable[[Any], Any]] = {
    BookKey: BookKey.text,
    Study: Study.model_dump_json,
}


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=_BY_TEXT)
def the_book(key: BookKey) -> Book:
    """The priced book."""
    return hedge.hedged_book(key.model, key.state, key.rule, key.layers)


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=_BY_TEXT)
def outlook(key: BookKey, premia: RiskPremia, n_paths: int = N_PATHS, seed: int = SEED) -> Outlook:
    """What the book is expected to do."""
    return book_outlook(the_book(key), premia, tables(key.model), n_paths=n_paths, seed=seed)


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=_BY_TEXT)
def legs(key: BookKey) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Legs, and Greeks by group."""
    book = the_book(key)
    table = exposure.legs_table(book)
    return table, exposure.greeks_table(book, table)


@st.cache_resource(max_entries=128, show_spinner=False, hash_funcs=_BY_TEXT)
def payoff(key: BookKey, premia: RiskPremia, day: int, follow: bool) -> tuple[Figure, pd.DataFrame]:
    """Profit against the index, and the frame it was drawn from."""
    book = the_book(key)
    spots = exposure.spot_range(book)
    curves = exposure.payoff_curves(book, premia, day, spots, tables(key.model), follow=follow)
    levels = exposure.levels(book, curves)
    densities = exposure.densities(book, premia, spots)
    return charts.payoff(curves, densities, levels, height=440), curves


@st.cache_resource(max_entries=128, show_spinner=False, hash_funcs=_BY_TEXT)
def plane(key: BookKey, premia: RiskPremia, day: int) -> tuple[Figure, pd.DataFrame]:
    """Profit over SPX and VIX, and the frame it was drawn from."""
    grid = exposure.plane(the_book(key), premia, day, tables(key.model))
    drawn = charts.plane(
        grid.cells, grid.path, today=grid.today, width=400, height=122, stacked=True
    )
    return drawn, grid.cells


@st.cache_resource(max_entries=64, show_spinner="Greeks along spot …", hash_funcs=_BY_TEXT)
def greeks_by_spot(key: BookKey) -> tuple[Figure, pd.DataFrame]:
    """Greeks against spot, and their frame."""
    book = the_book(key)
    frame = exposure.greeks_by_spot(book, exposure.spot_range(book), GREEKS)
    return charts.greeks_by_spot(frame, spot=float(book.state.spot)), frame


@st.cache_resource(max_entries=64, show_spinner="Greeks along days …", hash_funcs=_BY_TEXT)
def greeks_by_day(key: BookKey) -> tuple[Figure, pd.DataFrame]:
    """Greeks against days, and their frame."""
    book = the_book(key)
    step = max(1, book.n_days // 10)
    frame = exposure.greeks_by_day(book, range(0, book.n_days, step), GREEKS)
    return charts.greeks_by_day(frame), frame


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=_BY_TEXT)
def layer_table(key: BookKey, premia: RiskPremia) -> pd.DataFrame:
    """What each layer costs and does."""
    return hedge.layer_table(the_book(key), premia, tables(key.model), n_paths=N_PATHS, seed=SEED)


@st.cache_resource(max_entries=256, show_spinner=False, hash_funcs=_BY_TEXT)
def covering_rise(key: BookKey) -> float:
    """Rise of VIX at which the hedge gains the condors' maximum loss."""
    return hedge.covering_rise(the_book(key), tables(key.model))


@st.cache_resource(max_entries=128, show_spinner=False, hash_funcs=_BY_TEXT)
def hedge_shock(key: BookKey, day: int, names: Names) -> tuple[Figure, pd.DataFrame]:
    """Profit of the layers against a VIX shock, and its frame; `names` of layers as shown."""
    book = the_book(key)
    frame = hedge.vix_shock(book, hedge.shock_rises(book), day=day, tables=tables(key.model))
    frame = frame.replace({"layer": dict(names)})
    drawn = charts.hedge_shock(
        frame,
        vix=float(vix_index(key.model, key.state)),
        target=book.max_loss,
        columns=2 if len(names) < 4 else 3,
        height=452,
    )
    return drawn, frame


@st.cache_resource(max_entries=128, show_spinner=False, hash_funcs=_BY_TEXT)
def hedge_index(
    key: BookKey, premia: RiskPremia, day: int, names: Names
) -> tuple[Figure, pd.DataFrame]:
    """Profit of the layers against a move of the index, VIX following, and its frame."""
    book = the_book(key)
    spot = float(book.state.spot)
    spots = np.union1d(np.linspace(*exposure.reachable(book, premia, day), 91), [spot])
    frame = hedge.spx_shock(book, premia, spots, day, tables(key.model))
    frame = frame.replace({"layer": dict(names)})
    return charts.hedge_index(frame, spot=spot, columns=4, height=330), frame


@st.cache_resource(max_entries=128, show_spinner=False, hash_funcs=_BY_TEXT)
def future_curve(
    key: BookKey,
    names: Names,
    vix: float,
    vix3m: float | None,
    listed: tuple[tuple[float, float], ...],
    height: int,
) -> tuple[Figure, pd.DataFrame]:
    """Model futures with the market's VIX, VIX3M and futures (dte, points); and the frame."""
    book = the_book(key)
    curve = hedge.future_curve(book, tables(key.model)).assign(series="model future")
    quoted = {"VIX spot": (0.0, vix)} | ({"VIX3M": (93.0, vix3m)} if vix3m is not None else {})
    levels = [{"dte": dte, "vix": x, "series": name} for name, (dte, x) in quoted.items()]
    levels += [{"dte": dte, "vix": x, "series": "listed future"} for dte, x in listed]
    frame = pd.concat([curve, pd.DataFrame(levels)], ignore_index=True)
    shown = dict(names)
    dots = [
        {"dte": legs[0].n_days * 365.0 / 252.0, "vix": legs[0].reference, "layer": shown[name]}
        for name, legs in hedge.layer_legs(book).items()
    ]
    return charts.future_curve(frame, layers=pd.DataFrame(dots), height=height), frame


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=_BY_TEXT)
def equal_cost(key: BookKey, premia: RiskPremia, name: str) -> hedge_compare.EqualCost:
    """Instruments in the place of a layer, in the quantity that is expected to cost the same."""
    book = the_book(key)
    return hedge_compare.equal_cost(
        book,
        name,
        premia,
        tables(key.model),
        hedge.shock_rises(book),
        n_paths=N_PATHS,
        seed=SEED,
    )


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs=_BY_TEXT)
def overlap(key: BookKey, premia: RiskPremia, names: Names) -> tuple[Figure, pd.DataFrame]:
    """How much the layers repeat one another, and its frame; there must be two layers."""
    frame = hedge_compare.overlap(
        the_book(key), premia, tables(key.model), n_paths=N_PATHS, seed=SEED
    )
    short = {name: shown.partition(":")[0] for name, shown in names}
    frame = frame.replace({"layer": short, "other": short})
    return charts.hedge_overlap(frame), frame


@st.cache_resource(max_entries=64, show_spinner=False)
def rolls(
    layers: tuple[HedgeLayer, ...], names: Names, today: dt.date | None
) -> tuple[Figure, pd.DataFrame]:
    """When each layer is rolled over the next year, and its frame; `today` dates the days."""
    frame = hedge.roll_calendar(layers).replace({"layer": dict(names)})
    dates = [
        "" if today is None else " to ".join(str(add_trading_days(today, int(n))) for n in pair)
        for pair in zip(frame["opened"], frame["closed"], strict=True)
    ]
    frame = frame.assign(dates=dates)
    return charts.hedge_rolls(frame), frame


@st.cache_resource(max_entries=4, show_spinner="Simulating …", hash_funcs=_BY_TEXT)
def _paths(study: Study) -> MarketPaths:
    return study.paths()


def paths(study: Study) -> MarketPaths:
    """Paths of a study; policies, costs and capital need no new ones."""
    same = {"policies": (Policy(),), "costs": True, "capital": 500_000}
    return _paths(study.model_copy(update=same))


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs=_BY_TEXT)
def results(study: Study) -> Results:
    """What a study comes to."""
    return Results(study.simulate(tables(study.model), paths(study)))
