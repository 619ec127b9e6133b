"""Where the core meets Streamlit's caches: one function a stage, keyed on values.

Results are shared and read-only: resources, not copies.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import streamlit as st

from alvh.lab import Results, Study
from alvh.market import MarketHistory, load_history
from alvh.model import MarketState, ModelParameters, RiskPremia
from alvh.pricing import PricingTables
from alvh.report import charts
from alvh.report.figure import Figure
from alvh.risk import exposure
from alvh.risk.outlook import Outlook, book_outlook
from alvh.simulation import MarketPaths
from alvh.strategy import Book, CondorRule, HedgeLayer, Policy, open_book

__all__ = [
    "BookKey",
    "greeks_by_day",
    "greeks_by_spot",
    "history",
    "legs",
    "outlook",
    "paths",
    "payoff",
    "plane",
    "results",
    "tables",
    "the_book",
]

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
    return open_book(key.model, key.state, key.rule, key.layers)


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
