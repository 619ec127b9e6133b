r"""Layers beside each other: instruments at equal cost, and how far layers repeat one another.

Expectations are under the physical measure P, simulated, on the same futures for everything that is
compared. Dollars of the position unless said otherwise; intervals are 95 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, get_args

import numpy as np
import pandas as pd

from alvh._typing import ArrayLike, FloatArray
from alvh.errors import ParameterError
from alvh.model.premia import RiskPremia
from alvh.pricing import PricingTables
from alvh.risk.hedge import (
    RISE,
    TOTAL,
    carry_of,
    closed_profits,
    hedged_book,
    layer_legs,
    layer_of,
    vix_shock,
    yearly_profits,
)
from alvh.risk.inference import Interval, Statistic, interval, ratio, share
from alvh.risk.outlook import Estimate, controlled, estimate
from alvh.strategy.book import Book
from alvh.strategy.layer import HedgeLayer, Instrument

__all__ = ["ANY", "EqualCost", "equal_cost", "overlap"]

ANY: Final = "any other"


# --- Instruments at equal cost ---------------------------------------------------------------


@dataclass(frozen=True)
class EqualCost:
    """Call, call spread and future in the quantities that are expected to cost the same.

    Attributes
    ----------
    cost : Estimate
        Expected cost a year of the layer they replace, dollars.
    table : DataFrame
        instrument, the layer's own first; unit_cost, unit_error (dollars a contract and
        year); quantity (contracts, a fraction allowed), low, high (95 % interval); premium, carry,
        gain (dollars, of that quantity). Quantities are nan where the expected cost of a contract
        cannot be told from zero.
    curves : DataFrame
        rise, vix, profit (dollars), instrument: profits against a VIX shock, of those that have a
        quantity.
    """

    cost: Estimate
    table: pd.DataFrame
    curves: pd.DataFrame


def equal_cost(
    book: Book,
    name: str,
    premia: RiskPremia,
    tables: PricingTables,
    rises: FloatArray,
    *,
    n_paths: int = 4000,
    seed: int = 1,
) -> EqualCost:
    r"""Replace a layer by each instrument, at the quantity with the same expected yearly cost.

    Parameters
    ----------
    book : Book
    name : str
        The layer, such as "Layer 1".
    rises : ndarray of shape (n,)
        VIX points, of the curves.

    Notes
    -----
    Tenor, roll, strike rule and spread width are the layer's. Cost is linear in the quantity, so
    :math:`q = q_0 c_0 / c`, with both costs on the same paths; the interval is that of the ratio.
    """
    if name not in layer_legs(book):
        held = ", ".join(layer_legs(book)) or "none"
        raise ParameterError(f"Layer must be one of those held ({held}), got {name}")
    layer = layer_of(book, name)
    others = [kind for kind in get_args(Instrument) if kind != layer.instrument]
    replaced = _Unit.of(book, layer, layer.instrument, premia, tables, n_paths, seed)
    cost = replaced.cost_of(layer.quantity)
    q = float(layer.quantity)
    rows, curves = [], []
    for kind in (layer.instrument, *others):
        unit, quantity = replaced, Interval(q, q, q)
        if kind != layer.instrument:
            unit = _Unit.of(book, layer, kind, premia, tables, n_paths, seed)
            quantity = Interval(np.nan, np.nan, np.nan)
            if _told(unit.cost) and _told(cost):
                quantity = interval(ratio(q * replaced.loss, unit.loss))
        size = quantity.estimate
        rows.append(
            {
                "instrument": kind,
                "unit_cost": unit.cost.value,
                "unit_error": unit.cost.standard_error,
                "quantity": size,
                "low": quantity.low,
                "high": quantity.high,
                "premium": size * unit.book.premium_paid,
                "carry": size * carry_of(book.model, book.state, unit.book.hedge)[0],
                "gain": size * unit.shock([RISE], tables)["profit"].iloc[0],
            }
        )
        if np.isfinite(size):
            curve = unit.shock(rises, tables).drop(columns="layer")
            curves.append(curve.assign(profit=size * curve["profit"], instrument=kind))
    return EqualCost(cost, pd.DataFrame(rows), pd.concat(curves, ignore_index=True))


@dataclass(frozen=True)
class _Unit:
    """One contract of an instrument in the place of a layer.

    `cost` is of a year, in dollars; `loss` its simulated values, shape (n_paths,), controlled.
    """

    book: Book
    cost: Estimate
    loss: FloatArray

    @classmethod
    def of(
        cls,
        book: Book,
        layer: HedgeLayer,
        kind: Instrument,
        premia: RiskPremia,
        tables: PricingTables,
        n_paths: int,
        seed: int,
    ) -> _Unit:
        one = layer.model_copy(update={"instrument": kind, "quantity": 1})
        single = hedged_book(book.model, book.state, book.rule, (one,))
        profits, controls = yearly_profits(single, premia, tables, n_paths, seed)
        (gain,), (control,) = profits.values(), controls.values()
        return cls(single, estimate(-gain, control), controlled(-gain, control))

    def cost_of(self, quantity: int) -> Estimate:
        return Estimate(quantity * self.cost.value, abs(quantity) * self.cost.standard_error)

    def shock(self, rises: ArrayLike, tables: PricingTables) -> pd.DataFrame:
        shock = vix_shock(self.book, rises, tables=tables)
        return shock[shock["layer"] == TOTAL]


def _told(cost: Estimate) -> bool:
    """Whether a cost can be told from zero at 95 %."""
    return abs(cost.value) > 1.96 * cost.standard_error


# --- Overlap ---------------------------------------------------------------------------------


def overlap(
    book: Book, premia: RiskPremia, tables: PricingTables, *, n_paths: int = 4000, seed: int = 1
) -> pd.DataFrame:
    r"""How alike the layers' profits are over simulated futures, and how far they pay together.

    Each layer is closed at the condor's expiry, or settled at its own if that is sooner.

    Returns
    -------
    DataFrame
        layer, other (another layer, itself, or `ANY`); correlation of their profits with
        correlation_low, correlation_high (nan for `ANY`); shared, the share of the layer's gains
        :math:`E[g^+ 1\{h > 0\}] / E[g^+]` that comes in futures where the other gains too, with
        shared_low, shared_high (nan for itself). 95 % intervals. Empty with fewer than two layers.
    """
    days = {name: min(legs[0].n_days, book.n_days) for name, legs in layer_legs(book).items()}
    names = list(days)
    columns = ["layer", "other"]
    columns += [f"{x}{end}" for x in ("correlation", "shared") for end in ("", "_low", "_high")]
    if len(names) < 2:
        return pd.DataFrame(columns=columns)
    profits, _ = closed_profits(book, premia, tables, days, n_paths, seed)
    nothing = Interval(np.nan, np.nan, np.nan)
    rows = []
    for name in names:
        gain = np.maximum(profits[name], 0.0)
        others = np.stack([profits[other] for other in names if other != name])
        for other in (*names, ANY):
            alike, together = nothing, nothing
            if other == name:
                alike = Interval(1.0, 1.0, 1.0)
            else:
                too = (others > 0.0).any(axis=0) if other == ANY else profits[other] > 0.0
                together = share(ratio(gain * too, gain))
                if other != ANY:
                    alike = interval(_correlation(profits[name], profits[other]))
            rows.append(
                (
                    name,
                    other,
                    *(alike.estimate, max(alike.low, -1.0), min(alike.high, 1.0)),
                    *(together.estimate, together.low, together.high),
                )
            )
    return pd.DataFrame(rows, columns=columns)


def _correlation(x: FloatArray, y: FloatArray) -> Statistic:
    r"""Correlation of two samples; influence :math:`ab - \frac r2(a^2 + b^2)`, standardised."""
    a, b = ((z - z.mean()) / z.std() if z.std() > 0.0 else z * np.nan for z in (x, y))
    r = float(np.mean(a * b))
    return Statistic(r, a * b - 0.5 * r * (a * a + b * b))
