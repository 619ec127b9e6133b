"""Where a book stands: Greeks in dollars, payoffs, break-evens, and profit over SPX and VIX.

Every frame is ready to draw or to print; dollars unless a column says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np
import pandas as pd

from alvh._typing import FloatArray
from alvh.clock import TRADING_DAYS, year_fraction
from alvh.errors import require
from alvh.model.parameters import ModelParameters
from alvh.model.premia import RiskPremia
from alvh.model.state import MarketState
from alvh.pricing import (
    ConditionalVix,
    Greeks,
    PricingTables,
    black_delta,
    implied_volatility,
    index_density,
    spx_greeks,
    state_at_vix,
    vix_future_greeks,
    vix_given_index,
    vix_index,
    vix_option_greeks,
)
from alvh.strategy.book import CONDOR, Book, Leg, expected_move

__all__ = [
    "BOTH",
    "GREEK_UNITS",
    "Plane",
    "break_evens",
    "condor_break_evens",
    "densities",
    "greeks_by_day",
    "greeks_by_spot",
    "greeks_table",
    "legs_table",
    "levels",
    "payoff_curves",
    "plane",
    "reachable",
    "spot_range",
    "state_along",
]

GREEK_UNITS = {
    "delta": "$ per index point",
    "gamma": "$ per index point²",
    "vega": "$ per VIX point",
    "theta": "$ per trading day",
    "rho": "$ per percentage point of rate",
    "vanna": "$ per index point and VIX point",
    "volga": "$ per VIX point²",
}
HEDGE, NET, BOTH = "Hedge", "Net", "Both"
AT_EXPIRY, WITH_HEDGE = "Condor at expiry", "With hedge at expiry"


@dataclass(frozen=True)
class Plane:
    """Profit over the plane of index and VIX, and where the model expects to be on it.

    Attributes
    ----------
    cells : DataFrame
        spot_low, spot_high, vix_low, vix_high, spot, vix, profit, panel
        ("Condor", "Hedge", "Both").
    path : DataFrame
        spot, vix, vix_low, vix_high: VIX given the index, and a conditional deviation either side;
        it ends where the index is all but certain not to be.
    today : DataFrame
        spot, vix: one row.
    """

    cells: pd.DataFrame
    path: pd.DataFrame
    today: pd.DataFrame


def legs_table(book: Book) -> pd.DataFrame:
    """One row a leg: what it is, its price, time value, implied volatility, delta and Greeks.

    Columns: group, leg, quantity, strike, dte, price, extrinsic (points), extrinsic_dollars (of
    the position; negative is time value owed), implied_volatility (decimal), black_delta (per
    contract), and the Greeks of `GREEK_UNITS` in dollars for the position.
    """
    rows = []
    for leg in book.legs:
        greeks = _leg_greeks(book, book.state, leg, leg.n_days)
        volatility, delta = _quoted(book, leg)
        extrinsic = leg.price - leg.intrinsic if leg.product != "vix future" else 0.0
        rows.append(
            {
                "group": leg.group,
                "leg": _label(leg),
                "quantity": leg.quantity,
                "strike": leg.strike,
                "dte": leg.dte,
                "price": leg.price,
                "extrinsic": extrinsic,
                "extrinsic_dollars": extrinsic * leg.scale,
                "implied_volatility": volatility,
                "black_delta": delta,
                **{name: float(value) for name, value in greeks.items()},
            }
        )
    return pd.DataFrame(rows)


def greeks_table(book: Book, legs: pd.DataFrame | None = None) -> pd.DataFrame:
    """Greeks by group (the condor, each layer, the hedge if it has several, net), in dollars.

    `legs` is `legs_table` of the book, if it is at hand.
    """
    legs = legs_table(book) if legs is None else legs
    names = list(GREEK_UNITS)
    table = legs.groupby("group", sort=False)[names].sum()
    if len(book.groups) > 2:
        table.loc[HEDGE] = legs.loc[legs["group"] != CONDOR, names].sum()
    if len(book.groups) > 1:
        table.loc[NET] = legs[names].sum()
    return table.reset_index()


def greeks_by_spot(book: Book, spots: FloatArray, names: Iterable[str]) -> pd.DataFrame:
    """Greeks today against the index, the variance held: spot, greek, group, value, unit."""
    state = book.state.model_copy(update={"spot": spots})
    return _greek_lines(book, state, 0, "spot", spots, names)


def greeks_by_day(book: Book, days: Iterable[int], names: Iterable[str]) -> pd.DataFrame:
    """Greeks as days pass and the market stands still: day, greek, group, value, unit.

    `days` are trading days since opening, before the condor's expiry. A layer that has expired
    drops out.
    """
    chosen = list(names)
    frames = [
        _greek_lines(book, book.state, day, "day", np.array([float(day)]), chosen) for day in days
    ]
    return pd.concat(frames, ignore_index=True)


def spot_range(book: Book, n: int = 81) -> FloatArray:
    """Index levels worth drawing: `n` even ones, and each corner of the condor's payoff.

    They reach three expected moves down and 2.2 up, and past the wings with some room.
    """
    spot = float(book.state.spot)
    move = float(expected_move(vix_index(book.model, book.state), year_fraction(book.n_days)))
    long_put, _, _, long_call = book.strikes
    low = max(min(spot * (1.0 - 3.0 * move), long_put - 0.02 * spot), 0.05 * spot)
    high = max(spot * (1.0 + 2.2 * move), long_call + 0.02 * spot)
    corners = np.array([*book.strikes, *condor_break_evens(book)])
    inside = corners[(corners > low) & (corners < high)]
    return np.union1d(np.linspace(low, high, n), inside)


def payoff_curves(
    book: Book,
    premia: RiskPremia,
    day: int,
    spots: FloatArray,
    tables: PricingTables,
    *,
    follow: bool = True,
) -> pd.DataFrame:
    """Profit against the index: the condor at expiry, with its hedge, and the book on `day`.

    Parameters
    ----------
    day : int
        Trading days since opening, 0 to the condor's expiry.
    spots : ndarray of shape (n,)
        Index points.
    follow : bool, default=True
        VIX on `day` as the model expects it at each index level; False holds it where it is.
        At expiry it always follows.

    Returns
    -------
    DataFrame
        spot, profit (dollars), series.
    """
    require(0 <= day <= book.n_days, "day", day, f"from 0 to {book.n_days}")
    expiry = state_along(book, premia, book.n_days, spots, follow=True)
    condor = book.profit(expiry, book.n_days, book.condor)
    frames = {AT_EXPIRY: condor}
    if book.hedge:
        frames[WITH_HEDGE] = condor + book.profit(expiry, book.n_days, book.hedge, tables)
    if day < book.n_days:
        state = state_along(book, premia, day, spots, follow=follow)
        name = "today" if day == 0 else f"day {day}"
        label = f"With hedge, {name}" if book.hedge else f"Condor, {name}"
        frames[label] = book.profit(state, day, tables=tables)
    return pd.DataFrame(
        {
            "spot": np.tile(spots, len(frames)),
            "profit": np.concatenate(list(frames.values())),
            "series": np.repeat(list(frames), spots.size),
        }
    )


def break_evens(curves: pd.DataFrame, series: str) -> list[float]:
    """Index levels where a curve of `payoff_curves` crosses zero, in index points, ascending."""
    one = curves[curves["series"] == series]
    x, y = one["spot"].to_numpy(), one["profit"].to_numpy()
    turns = np.nonzero(np.diff(np.signbit(y)))[0]
    return [float(x[i] - y[i] * (x[i + 1] - x[i]) / (y[i + 1] - y[i])) for i in turns]


def levels(book: Book, curves: pd.DataFrame) -> pd.DataFrame:
    """Index levels to mark: spot, short strikes, break-evens, expected move. spot, label, kind."""
    spot = float(book.state.spot)
    move = spot * float(
        expected_move(vix_index(book.model, book.state), year_fraction(book.n_days))
    )
    rows = [
        (spot, "spot", "spot"),
        (book.strikes[1], "short put", "short strike"),
        (book.strikes[2], "short call", "short strike"),
        (spot - move, "−1 move", "expected move"),
        (spot + move, "+1 move", "expected move"),
    ]
    rows += [(x, "break-even", "break-even") for x in condor_break_evens(book)]
    if book.hedge:
        crossings = break_evens(curves, WITH_HEDGE)
        rows += [(x, "with hedge", "break-even with hedge") for x in crossings]
    return pd.DataFrame(rows, columns=["spot", "label", "kind"])


def condor_break_evens(book: Book) -> list[float]:
    """Where the condor alone neither gains nor loses at expiry: short strikes less/plus credit."""
    long_put, short_put, short_call, long_call = book.strikes
    low, high = short_put - book.credit, short_call + book.credit
    return [x for x, inside in ((low, low > long_put), (high, high < long_call)) if inside]


def densities(book: Book, premia: RiskPremia, spots: FloatArray) -> pd.DataFrame:
    """Density of the index at the condor's expiry under P and Q: spot, density, measure."""
    laws = {"physical (P)": premia.physical(book.model), "risk-neutral (Q)": book.model}
    values = [
        np.interp(spots, *_density_curve(model, book.state, book.n_days)) for model in laws.values()
    ]
    return pd.DataFrame(
        {
            "spot": np.tile(spots, len(laws)),
            "density": np.concatenate(values),
            "measure": np.repeat(list(laws), spots.size),
        }
    )


def plane(
    book: Book,
    premia: RiskPremia,
    day: int,
    tables: PricingTables,
    *,
    n_spot: int = 60,
    n_vix: int = 40,
) -> Plane:
    """Profit on `day` over the plane of the index and VIX, for condor, hedge and both.

    The mean variance stands at its expected level that day; the variance is what the VIX of a row
    requires.
    """
    require(0 <= day <= book.n_days, "day", day, f"from 0 to {book.n_days}")
    spots = spot_range(book)
    now = float(vix_index(book.model, book.state))
    spot_edges = np.linspace(spots[0], spots[-1], n_spot + 1)
    vix_edges = np.geomspace(9.5, max(60.0, 2.2 * now), n_vix + 1)
    spot = 0.5 * (spot_edges[1:] + spot_edges[:-1])
    vix = np.sqrt(vix_edges[1:] * vix_edges[:-1])
    mean = _expected_mean(book, premia, day)
    state = state_at_vix(book.model, spot[None, :], vix[:, None], mean)
    parts = {CONDOR: book.profit(state, day, book.condor, tables)}
    if book.hedge:
        parts[HEDGE] = book.profit(state, day, book.hedge, tables)
        parts[BOTH] = parts[CONDOR] + parts[HEDGE]
    rows, columns = np.meshgrid(np.arange(n_vix), np.arange(n_spot), indexing="ij")
    base = {
        "spot_low": spot_edges[:-1][columns.ravel()],
        "spot_high": spot_edges[1:][columns.ravel()],
        "vix_low": vix_edges[:-1][rows.ravel()],
        "vix_high": vix_edges[1:][rows.ravel()],
        "spot": spot[columns.ravel()],
        "vix": vix[rows.ravel()],
    }
    n = len(parts)
    cells = pd.DataFrame(
        {
            **{name: np.tile(values, n) for name, values in base.items()},
            "profit": np.concatenate([profit.ravel() for profit in parts.values()]),
            "panel": np.repeat(list(parts), n_spot * n_vix),
        }
    )
    path = _path(book, premia, day, spot_edges[0], spot_edges[-1], n_spot + 1)
    today = pd.DataFrame({"spot": [float(book.state.spot)], "vix": [now]})
    return Plane(cells, path.clip(lower=vix_edges[0], upper=None), today)


def reachable(book: Book, premia: RiskPremia, day: int) -> tuple[float, float]:
    """Lowest and highest index level in `day` days about which the model says anything, in points.

    Beyond the levels it gives any probability, `vix_given_index` repeats the last value.
    """
    levels, given = _given_curve(premia.physical(book.model), book.model, book.state, max(day, 1))
    said = np.nonzero((given.mean != given.mean[0]) & (given.mean != given.mean[-1]))[0]
    if not said.size:
        return float(levels[0]), float(levels[-1])
    return float(levels[said[0] - 1]), float(levels[said[-1] + 1])


def _path(
    book: Book, premia: RiskPremia, day: int, low: float, high: float, n: int
) -> pd.DataFrame:
    """VIX given the index from `low` to `high`, as far as the model says anything about it."""
    first, last = reachable(book, premia, day)
    spots = np.linspace(max(low, first), min(high, last), n)
    at = _given(book, premia, day, spots)
    return pd.DataFrame({"spot": spots, "vix": at.mean, "vix_low": at.low, "vix_high": at.high})


def _given(book: Book, premia: RiskPremia, day: int, spots: FloatArray) -> ConditionalVix:
    """VIX given the index after `day` days (at least one) under P."""
    physical = premia.physical(book.model)
    levels, given = _given_curve(physical, book.model, book.state, max(day, 1))
    return ConditionalVix(
        *(np.interp(spots, levels, curve) for curve in (given.mean, given.low, given.high))
    )


@lru_cache(maxsize=256)
def _density_curve(
    model: ModelParameters, state: MarketState, day: int
) -> tuple[FloatArray, FloatArray]:
    """Density of the index on a fine grid of its own, for the same reason as `_given_curve`."""
    tau = day / TRADING_DAYS
    move = float(expected_move(vix_index(model, state), tau))
    levels = float(state.spot) * np.exp(np.linspace(-12.0, 8.0, 2501) * max(move, 1e-3))
    return levels, index_density(model, state, levels, tau)


@lru_cache(maxsize=256)
def _given_curve(
    physical: ModelParameters, model: ModelParameters, state: MarketState, day: int
) -> tuple[FloatArray, ConditionalVix]:
    """VIX given the index on a grid of its own, so that another condor solves nothing again."""
    tau = day / TRADING_DAYS
    spot = float(state.spot)
    move = float(expected_move(vix_index(model, state), tau))
    reach = np.concatenate([np.linspace(-8.0, -3.2, 13), np.linspace(-3.0, 3.0, 97), [3.5, 4.5]])
    levels = np.unique(
        np.concatenate([spot * np.exp(reach * move), spot * np.linspace(0.3, 1.5, 61)])
    )
    return levels, vix_given_index(physical, state, levels, tau, loading_model=model)


def _expected_mean(book: Book, premia: RiskPremia, day: int) -> float:
    """Expected mean variance under P after `day` days."""
    physical = premia.physical(book.model)
    fade = float(np.exp(-physical.mean_kappa * day / TRADING_DAYS))
    return physical.theta + (float(book.state.mean_variance) - physical.theta) * fade


def state_along(
    book: Book, premia: RiskPremia, day: int, spots: FloatArray, *, follow: bool
) -> MarketState:
    """The state `day` days on at each of `spots`: VIX as the model expects it there, or as it is.

    With `follow` the mean variance stands at its expected level under P; without, only the index
    moves.
    """
    if not follow:
        return book.state.model_copy(update={"spot": spots})
    given = _given(book, premia, day, spots)
    return state_at_vix(book.model, spots, given.mean, _expected_mean(book, premia, day))


def _leg_greeks(book: Book, state: MarketState, leg: Leg, n_days: int) -> dict[str, FloatArray]:
    """Greeks of a position in dollars, in the units of `GREEK_UNITS`."""
    if state is book.state:
        return _leg_greeks_now(book.model, state, leg, n_days)
    return _greeks_of(book.model, state, leg, n_days)


@lru_cache(maxsize=1024)
def _leg_greeks_now(
    model: ModelParameters, state: MarketState, leg: Leg, n_days: int
) -> dict[str, FloatArray]:
    return _greeks_of(model, state, leg, n_days)


def _greeks_of(
    model: ModelParameters, state: MarketState, leg: Leg, n_days: int
) -> dict[str, FloatArray]:
    tau = year_fraction(n_days)
    if leg.product == "vix future":
        greeks = vix_future_greeks(model, state, tau)
    elif leg.product == "vix call":
        greeks = vix_option_greeks(model, state, leg.strike, tau, "call")
    else:
        kind = "put" if leg.product == "spx put" else "call"
        greeks = spx_greeks(model, state, leg.strike, tau, kind)
    return {
        field.name: np.asarray(getattr(greeks, field.name))
        * leg.scale
        * (0.01 if field.name == "rho" else 1.0)
        for field in fields(Greeks)
    }


def _greek_lines(
    book: Book,
    state: MarketState,
    day: int,
    axis: str,
    at: FloatArray,
    names: Iterable[str],
) -> pd.DataFrame:
    chosen = list(names)
    totals = {name: {CONDOR: np.zeros(at.size), HEDGE: np.zeros(at.size)} for name in chosen}
    for leg in book.legs:
        if leg.n_days <= day:
            continue
        greeks = _leg_greeks(book, state, leg, leg.n_days - day)
        side = CONDOR if leg.group == CONDOR else HEDGE
        for name in chosen:
            totals[name][side] = totals[name][side] + np.broadcast_to(greeks[name], at.shape)
    rows = []
    for name, sides in totals.items():
        groups = (
            {**sides, NET: sides[CONDOR] + sides[HEDGE]} if book.hedge else {CONDOR: sides[CONDOR]}
        )
        rows += [
            pd.DataFrame(
                {axis: at, "greek": name, "group": group, "value": value, "unit": GREEK_UNITS[name]}
            )
            for group, value in groups.items()
        ]
    return pd.concat(rows, ignore_index=True)


def _label(leg: Leg) -> str:
    if leg.product == "vix future":
        return "VIX future"
    market, kind = leg.product.split()
    digits = 0 if float(leg.strike).is_integer() else 1
    return f"{market.upper()} {leg.strike:,.{digits}f} {kind}"


def _quoted(book: Book, leg: Leg) -> tuple[float, float]:
    """Black implied volatility and delta of a leg, on the forward of its own expiry."""
    if leg.product == "vix future":
        return float("nan"), 1.0
    tau = year_fraction(leg.n_days)
    kind = "put" if leg.product == "spx put" else "call"
    forward = leg.reference
    if leg.product != "vix call":
        forward *= float(np.exp((book.model.rate - book.model.dividend_yield) * tau))
    volatility = float(
        implied_volatility(leg.price, forward, leg.strike, tau, kind, rate=book.model.rate)
    )
    deviation = np.nan_to_num(volatility) * np.sqrt(tau)
    return volatility, float(black_delta(forward, leg.strike, deviation, kind))
