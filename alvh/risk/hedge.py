"""What the VIX layers cost and when they pay: shocks, curve, carry, expected cost, rolls.

Units: VIX and its rises in points, profits and costs in dollars of the position, days trading days.
A layer is valued exactly or, with `PricingTables`, within their error budget (0.01 VIX points a
leg). Expectations are under the physical measure P, simulated, and carry their standard errors.

References
----------
Black (1976), *Journal of Financial Economics* 3, for options on futures; Koijen, Moskowitz,
Pedersen and Vrugt (2018), *Journal of Financial Economics* 127, for carry as what is earned if the
market stands still, of which the roll-down of a curve is a part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd

from alvh._typing import ArrayLike, FloatArray
from alvh.clock import CALENDAR_DAYS, TRADING_DAYS, VIX_HORIZON, trading_days, year_fraction
from alvh.errors import require
from alvh.market.contracts import vix_strike, vix_strikes
from alvh.model.parameters import ModelParameters
from alvh.model.premia import RiskPremia
from alvh.model.state import MarketState
from alvh.pricing import (
    PricingTables,
    black_delta,
    implied_volatility,
    state_at_vix,
    vix_future_greeks,
    vix_index,
    vix_option,
    vix_option_greeks,
)
from alvh.pricing.variance import log_contract_variance
from alvh.risk.exposure import state_along
from alvh.risk.outlook import (
    Estimate,
    estimate,
    layer_profit,
    market_paths,
    squared_vix_surprise,
)
from alvh.strategy.book import CONDOR, Book, Leg, leg_value, open_book
from alvh.strategy.condor import CondorRule
from alvh.strategy.layer import HedgeLayer

__all__ = [
    "MOST_VIX",
    "RISE",
    "TOTAL",
    "carry_of",
    "closed_profits",
    "covering_rise",
    "future_curve",
    "hedged_book",
    "holding_days",
    "layer_legs",
    "layer_of",
    "layer_table",
    "lowest_vix",
    "roll_calendar",
    "shock_rises",
    "spx_shock",
    "vix_shock",
    "yearly_costs",
    "yearly_profits",
]

TOTAL: Final = "Total"
RISE: Final = 10.0
"""The rise of VIX, in points, at which layers are compared."""
MOST_VIX: Final = 130.0
"""Where the search for a covering rise ends: above every close of VIX (82.69), below the edge of
the pricing tables."""
_EDGE = (2.0, 0.8)  # variance and mean variance, a year, at the edge of the tables
_BLOCK = 63  # paths are simulated to a multiple of so many days, so that a slider needs no new ones


# --- The book --------------------------------------------------------------------------------


def hedged_book(
    model: ModelParameters,
    state: MarketState,
    rule: CondorRule,
    layers: Sequence[HedgeLayer] = (),
) -> Book:
    """`alvh.strategy.open_book`, with layers by multiple of the future at those strikes.

    `open_book` chooses every strike by delta; a layer whose `strike_by` is "multiple" is here
    opened at the listed strike nearest that multiple, as the simulation does.

    Raises
    ------
    ValueError
        As `open_book`.
    """
    book = open_book(model, state, rule, layers)
    legs: list[Leg] = [*book.condor]
    for number, layer in enumerate(layers, start=1):
        mine = [leg for leg in book.hedge if leg.group == f"Layer {number}"]
        if layer.strike_by == "multiple":
            mine = _restruck(model, state, layer, mine)
        legs.extend(mine)
    return replace(book, legs=tuple(legs))


def _restruck(
    model: ModelParameters, state: MarketState, layer: HedgeLayer, legs: list[Leg]
) -> list[Leg]:
    """The options of a layer at strikes by multiple of the future; a future as it is."""
    if not legs or _is_future(legs[0]):
        return legs
    strike = float(vix_strike(layer.multiple * legs[0].reference))
    moved = []
    for leg in legs:
        price = vix_option(model, state, strike, year_fraction(leg.n_days), "call")
        moved.append(replace(leg, strike=strike, price=float(price)))
        upper = float(vix_strike(strike + layer.width))  # of the leg that is sold
        strike = upper if upper > strike else float(vix_strikes(strike + 0.1)[0])
    return moved


def layer_legs(book: Book) -> dict[str, tuple[Leg, ...]]:
    """Legs of each layer held, by its name."""
    return {name: tuple(leg for leg in book.hedge if leg.group == name) for name in book.groups[1:]}


def layer_of(book: Book, name: str) -> HedgeLayer:
    """The rule of a layer, by the name of its legs."""
    return book.layers[int(name.rpartition(" ")[2]) - 1]


def holding_days(layer: HedgeLayer) -> int:
    """Trading days a layer is held before it is rolled, or settled; at least one."""
    return max(int(trading_days(layer.dte)) - int(trading_days(layer.roll_dte)), 1)


# --- Shocks ----------------------------------------------------------------------------------


def lowest_vix(model: ModelParameters) -> float:
    """The VIX of a state without variance, in points: the model shows none lower."""
    return float(100.0 * np.sqrt(log_contract_variance(model, VIX_HORIZON)[2]))


def shock_rises(book: Book, n: int = 81) -> FloatArray:
    """Rises of VIX worth drawing, `n` even ones with zero and `RISE` among them, in points.

    From half of today's VIX, or the model's lowest, to 60 or 45 points above today.
    """
    now = float(vix_index(book.model, book.state))
    low = max(lowest_vix(book.model) + 0.1, 0.5 * now) - now
    high = max(60.0, now + 45.0) - now
    return np.union1d(np.linspace(min(low, 0.0), high, n), [0.0, RISE])


def vix_shock(
    book: Book, rises: ArrayLike, *, day: int = 0, tables: PricingTables | None = None
) -> pd.DataFrame:
    """Profit of each layer and of the hedge when VIX jumps at once.

    Parameters
    ----------
    book : Book
    rises : array_like of shape (n,)
        VIX points above (below, if negative) today's.
    day : int, default=0
        Trading days that have passed by then; 0 is at once. A layer that has expired counts at
        its payoff.
    tables : PricingTables, optional
        Price by interpolation; exactly if omitted, and for states beyond the edge of the tables.

    Returns
    -------
    DataFrame
        rise, vix (points), profit (dollars), layer: each layer, then "Total".

    Raises
    ------
    ValueError
        If a level would be below the lowest the model can show.

    Notes
    -----
    The variance moves and the mean variance stays where it is (`alvh.pricing.state_at_vix`), so
    that a rise fades along the futures curve at the speed at which the variance reverts.
    """
    require(day >= 0, "day", day, ">= 0")
    steps = np.atleast_1d(np.asarray(rises, dtype=np.float64))
    now = float(vix_index(book.model, book.state))
    floor = lowest_vix(book.model)
    require(now + steps >= floor - 1e-9, "VIX after the shock", now + steps, f">= {floor:.2f}")
    state = state_at_vix(
        book.model, float(book.state.spot), now + steps, float(book.state.mean_variance)
    )
    lines = {
        name: _change(book, legs, state, day, tables) for name, legs in layer_legs(book).items()
    }
    lines[TOTAL] = sum(lines.values(), np.zeros(steps.size))
    return pd.DataFrame(
        {
            "rise": np.tile(steps, len(lines)),
            "vix": np.tile(now + steps, len(lines)),
            "profit": np.concatenate(list(lines.values())),
            "layer": np.repeat(list(lines), steps.size),
        }
    )


def _change(
    book: Book,
    legs: Sequence[Leg],
    state: MarketState,
    day: int,
    tables: PricingTables | None,
) -> FloatArray:
    """Value on `day` at `state` less value today, priced in one way; dollars, shape of the state.

    Against the interpolated value today rather than the price paid, so that no shock is no profit.
    """
    if tables is not None and (_beyond(state) or _beyond(book.state)):
        tables = None
    total = np.zeros(np.shape(state.variance))
    for leg in legs:
        later = leg_value(book.model, state, leg, max(leg.n_days - day, 0), tables)
        now = leg_value(book.model, book.state, leg, leg.n_days, tables)
        total += leg.scale * (later - float(now))
    return total


def _beyond(state: MarketState) -> bool:
    """Whether a state lies beyond the edge of the tables."""
    v, m = (float(np.max(np.asarray(x))) for x in (state.variance, state.mean_variance))
    return v > _EDGE[0] or m > _EDGE[1]


def spx_shock(
    book: Book, premia: RiskPremia, spots: FloatArray, day: int, tables: PricingTables
) -> pd.DataFrame:
    """Profit of each layer, of the hedge and of the condor when the index has moved in `day` days.

    Parameters
    ----------
    premia : RiskPremia
        Already scaled by the edge.
    spots : ndarray of shape (n,)
        Index points; see `alvh.risk.exposure.reachable`.
    day : int
        Trading days that have passed, at least one; what has expired by then counts at its payoff.

    Returns
    -------
    DataFrame
        spot, move (fraction of spot), vix (points), profit (dollars), layer: each layer, "Total",
        "Condor".

    Notes
    -----
    VIX is where the model expects it given the index, :math:`E^P[VIX^2 | S]`
    (`alvh.pricing.vix_given_index`), and the mean variance at its expected level.
    """
    require(day >= 1, "day", day, ">= 1")
    state = state_along(book, premia, day, spots, follow=True)
    lines = {name: book.profit(state, day, legs, tables) for name, legs in layer_legs(book).items()}
    lines[TOTAL] = sum(lines.values(), np.zeros(spots.size))
    lines[CONDOR] = book.profit(state, day, book.condor, tables)
    n = len(lines)
    return pd.DataFrame(
        {
            "spot": np.tile(spots, n),
            "move": np.tile(spots / float(book.state.spot) - 1.0, n),
            "vix": np.tile(np.asarray(vix_index(book.model, state)), n),
            "profit": np.concatenate(list(lines.values())),
            "layer": np.repeat(list(lines), spots.size),
        }
    )


def covering_rise(book: Book, tables: PricingTables | None = None) -> float:
    """Least rise of VIX at once at which the hedge gains the condors' maximum loss, in points.

    nan if there is none up to a VIX of `MOST_VIX`.
    """
    now = float(vix_index(book.model, book.state))
    if not book.hedge or now >= MOST_VIX:
        return float("nan")
    rises = np.linspace(0.0, MOST_VIX - now, 481)
    shock = vix_shock(book, rises, tables=tables)
    gain = shock.loc[shock["layer"] == TOTAL, "profit"].to_numpy()
    covered = np.flatnonzero(gain >= book.max_loss)
    if not covered.size:
        return float("nan")
    if covered[0] == 0:  # a condor that cannot lose
        return 0.0
    i = int(covered[0])
    part = (book.max_loss - gain[i - 1]) / (gain[i] - gain[i - 1])
    return float(rises[i - 1] + part * (rises[i] - rises[i - 1]))


# --- Curve, carry and cost -------------------------------------------------------------------


def future_curve(book: Book, tables: PricingTables, longest: int = 270) -> pd.DataFrame:
    """Model VIX futures by tenor: dte (calendar days, to `longest`), vix (points).

    Every fifth trading day, by interpolation, from the VIX itself at zero.
    """
    most = int(trading_days(longest))
    days = np.unique(np.r_[1, 3, np.arange(5, most, 5), most])
    now = float(vix_index(book.model, book.state))
    curve = np.asarray(tables.vix_future(book.state, days))
    dte = days * (CALENDAR_DAYS / TRADING_DAYS)
    return pd.DataFrame({"dte": np.r_[0.0, dte], "vix": np.r_[now, curve]})


def layer_table(
    book: Book, premia: RiskPremia, tables: PricingTables, *, n_paths: int = 4000, seed: int = 1
) -> pd.DataFrame:
    r"""What each layer costs and what it does; the last row is the whole hedge.

    Returns
    -------
    DataFrame
        layer; future (points, of its expiry, nan for the hedge); dte; premium (dollars, zero for a
        future); cost, cost_error (`yearly_costs`); carry, roll_down (dollars a trading day); gain
        (dollars, VIX up by `RISE` at once); convexity (gain over the carry of a year, nan where
        the carry is not negative or there is no gain).

    Notes
    -----
    Carry is the rate at which the value changes while the market stands still: spot, variance and
    mean variance stay and only time passes, :math:`-\partial V/\partial\tau` a trading day.
    Roll-down is the part of it that comes from the futures curve, its implied volatility
    unchanged: Black's :math:`e^{-r\tau}N(d_1)` times the daily slide of the future of the layer's
    expiry, and all of it for a future. It is not what is expected: under Q a future is expected to
    stay and the VIX to come to it.
    """
    costs = yearly_costs(book, premia, tables, n_paths=n_paths, seed=seed)
    shock = vix_shock(book, [RISE], tables=tables).set_index("layer")["profit"]
    rows = []
    for name, legs in layer_legs(book).items():
        carry, roll_down = carry_of(book.model, book.state, legs)
        rows.append(
            {
                "layer": name,
                "future": legs[0].reference,
                "dte": float(legs[0].dte),
                "premium": sum(leg.scale * leg.price for leg in legs if not _is_future(leg)),
                "carry": carry,
                "roll_down": roll_down,
            }
        )
    names = ["layer", "future", "dte", "premium", "carry", "roll_down"]
    table = pd.DataFrame(rows, columns=names)
    sums = {name: float(table[name].sum()) for name in ("premium", "carry", "roll_down")}
    table.loc[len(table)] = {"layer": TOTAL, "future": np.nan, "dte": np.nan, **sums}
    table["cost"] = [costs[name].value for name in table["layer"]]
    table["cost_error"] = [costs[name].standard_error for name in table["layer"]]
    table["gain"] = [float(shock[name]) for name in table["layer"]]
    yearly = -TRADING_DAYS * table["carry"]
    sound = (yearly > 0.0) & (table["gain"] > 0.0)
    table["convexity"] = np.where(sound, table["gain"] / yearly.where(sound, 1.0), np.nan)
    return table


def _is_future(leg: Leg) -> bool:
    return leg.product == "vix future"


@lru_cache(maxsize=512)
def carry_of(
    model: ModelParameters, state: MarketState, legs: tuple[Leg, ...]
) -> tuple[float, float]:
    """Carry and roll-down of a layer, dollars a trading day."""
    carry = roll_down = 0.0
    for leg in legs:
        tau = year_fraction(leg.n_days)
        slide = float(vix_future_greeks(model, state, tau).theta)
        if _is_future(leg):
            carry += leg.scale * slide
            roll_down += leg.scale * slide
            continue
        carry += leg.scale * float(vix_option_greeks(model, state, leg.strike, tau, "call").theta)
        forward = leg.reference
        volatility = float(
            implied_volatility(leg.price, forward, leg.strike, tau, "call", rate=model.rate)
        )
        deviation = float(np.nan_to_num(volatility) * np.sqrt(tau))
        delta = float(black_delta(forward, leg.strike, deviation, "call"))
        roll_down += leg.scale * float(np.exp(-model.rate * tau)) * delta * slide
    return carry, roll_down


def yearly_costs(
    book: Book, premia: RiskPremia, tables: PricingTables, *, n_paths: int = 4000, seed: int = 1
) -> dict[str, Estimate]:
    """Expected loss a year under P of each layer and of the hedge, in dollars, with its error.

    Each layer is opened today, held to its roll or settlement, and opened anew for the rest of the
    year as if from the same state: its expected loss times 252 over `holding_days`. Present
    values; no costs of trading. Simulated with squared VIX as control variate, as
    `alvh.risk.outlook.book_outlook` (which closes layers with the condor instead).
    """
    profits, controls = yearly_profits(book, premia, tables, n_paths, seed)
    found = {name: estimate(-gain, controls[name]) for name, gain in profits.items()}
    everything = [x for some in controls.values() for x in some]
    total = sum(profits.values(), np.zeros(n_paths))
    return {**found, TOTAL: estimate(-total, everything)}


def yearly_profits(
    book: Book, premia: RiskPremia, tables: PricingTables, n_paths: int, seed: int
) -> tuple[dict[str, FloatArray], dict[str, list[FloatArray]]]:
    """Profits a year of each layer, shape (n_paths,), and the control of each."""
    days = {name: holding_days(layer_of(book, name)) for name in layer_legs(book)}
    profits, controls = closed_profits(book, premia, tables, days, n_paths, seed)
    return {name: x * (TRADING_DAYS / days[name]) for name, x in profits.items()}, controls


def closed_profits(
    book: Book,
    premia: RiskPremia,
    tables: PricingTables,
    days: dict[str, int],
    n_paths: int,
    seed: int,
) -> tuple[dict[str, FloatArray], dict[str, list[FloatArray]]]:
    """Present value of each layer's profit when it is closed on its day, and its control."""
    require(n_paths >= 100, "n_paths", n_paths, ">= 100")
    if not days:
        return {}, {}
    model, physical = book.model, premia.physical(book.model)
    length = -(-max(days.values()) // _BLOCK) * _BLOCK
    paths = market_paths(model, premia, book.state, n_paths, length, seed)
    profits, controls = {}, {}
    for name, legs in layer_legs(book).items():
        day = days[name]
        state = MarketState(
            spot=1.0, variance=paths.variance[:, day], mean_variance=paths.mean_variance[:, day]
        )
        profits[name] = layer_profit(model, legs, state, day, tables)
        controls[name] = [squared_vix_surprise(model, physical, book.state, state, day)]
    return profits, controls


# --- Calendar --------------------------------------------------------------------------------


def roll_calendar(layers: Sequence[HedgeLayer], n_days: int = TRADING_DAYS) -> pd.DataFrame:
    """When each layer is opened and closed over the next `n_days` trading days.

    A layer is closed on the first day on which at most the trading days of `roll_dte` are left,
    and opened anew at the same close: the rule of `alvh.strategy.run_policies`.

    Returns
    -------
    DataFrame
        layer, opened, closed (trading days from today), how: "rolled", "settled", or "held" for
        what is still open on the last day. Layers of no quantity are left out.
    """
    require(n_days >= 1, "n_days", n_days, ">= 1")
    rows = []
    for number, layer in enumerate(layers, start=1):
        if layer.quantity == 0:
            continue
        hold = holding_days(layer)
        how = "rolled" if layer.roll_dte else "settled"
        for opened in range(0, n_days, hold):
            last = opened + hold > n_days
            closed = n_days if last else opened + hold
            rows.append((f"Layer {number}", opened, closed, "held" if last else how))
    return pd.DataFrame(rows, columns=["layer", "opened", "closed", "how"])
