"""Every signal of a daily frame at once, and what is missing of it.

Units as in the modules the signals come from. A signal whose data are missing is a column of nan
with its reason in the coverage: nothing is filled, and nothing is left out without being said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from alvh.errors import DataError, ParameterError
from alvh.market.fred import MacroHistory
from alvh.signals._coverage import Given, coverage_of
from alvh.signals._series import Series, column, values_of
from alvh.signals.announced import exchange_rate, fomc_window, price_news
from alvh.signals.breadth import breach, breadth_line, breadth_source, divergence
from alvh.signals.catalogue import INPUTS, SIGNALS
from alvh.signals.parameters import Signals
from alvh.signals.technical import macd, percentile_rank, ratio_to_average, rsi, z_score
from alvh.signals.volatility import (
    MONTH,
    contango,
    curve,
    expected_daily_range,
    garch_forecast,
    har_forecast,
    implied_skewness,
    realised_volatility,
    variance_risk_premium,
)

__all__ = ["SignalPanel", "signal_panel"]

_Found: TypeAlias = dict[str, Series]


class SignalPanel(NamedTuple):
    """Signals by day, and what there is of each.

    Attributes
    ----------
    values : DataFrame of shape (n_days, n_signals)
        Columns in the order of `SIGNALS`; nan where a signal is unavailable.
    coverage : DataFrame of shape (n_signals, 4)
        By signal: ``available`` (on any day), ``first`` (its first day, or NaT), ``missing`` (days
        without it after that), ``reason`` (why it is unavailable, late or in part; else empty).
    """

    values: pd.DataFrame
    coverage: pd.DataFrame


def signal_panel(
    frame: pd.DataFrame,
    rule: Signals | None = None,
    *,
    proxy: Series | None = None,
    macro: MacroHistory | None = None,
    names: Iterable[str] | None = None,
) -> SignalPanel:
    """All signals of a daily frame, or some of them.

    Parameters
    ----------
    frame : DataFrame of shape (n_days, n_columns)
        Daily closes with a strictly increasing `DatetimeIndex`, as a market history holds them;
        ``spx_close`` and ``vix_close``, and any other of `INPUTS`. nan marks missing days. Not
        modified; other columns are ignored. A column that is there is used, even an empty one.
    rule : Signals, optional
        Parameters. Default: those of the class.
    proxy : Series of shape (n_days,), optional
        Breadth line to use where the frame has no breadth (see `breadth_line`).
    macro : MacroHistory, optional
        Monthly series, of which each day is told what had been published by then.
    names : iterable of str, optional
        Signals wanted, of `SIGNALS`; nothing else is computed. Default: all.

    Returns
    -------
    SignalPanel
        Values and coverage; unpacks into the two.

    Raises
    ------
    ParameterError
        If a name is not one of `SIGNALS`.
    DataError
        Naming the column: a required one is missing, or any is not as said.

    Notes
    -----
    No value looks ahead: what comes later never changes it.
    """
    if not isinstance(frame.index, pd.DatetimeIndex):
        raise DataError(f"the days must be a DatetimeIndex, got {type(frame.index).__name__}")
    for name in ("spx_close", "vix_close"):
        column(frame, name)
    for name in INPUTS:
        if name in frame.columns:
            values_of(column(frame, name), name)
    wanted = _wanted(names)
    given = Given(frame, rule or Signals(), proxy, macro)

    found: _Found = {}
    for names_of_block, block in _BLOCKS:
        if not wanted.isdisjoint(names_of_block):
            found |= block(given)
    nothing = np.full(len(frame), np.nan)
    values = pd.DataFrame(
        {
            name: np.asarray(found[name], dtype=np.float64) if name in found else nothing
            for name in SIGNALS
            if name in wanted
        },
        index=frame.index,
    )
    return SignalPanel(values, coverage_of(given, values))


def _wanted(names: Iterable[str] | None) -> frozenset[str]:
    if names is None:
        return frozenset(SIGNALS)
    asked = (names,) if isinstance(names, str) else tuple(names)
    for name in asked:
        if name not in SIGNALS:
            raise ParameterError(f"names must be of {', '.join(SIGNALS)}, got {name!r}")
    return frozenset(asked)


def _ratio(given: Given) -> _Found:
    names, rule = ("vvix_close", "vix_close"), given.rule
    if not given.has(*names):
        return {}
    vvix, vix = (values_of(given.frame[name], name, above=0.0) for name in names)
    ratio = pd.Series(vvix / vix, index=given.days)
    table = macd(
        ratio.transform(np.log) if rule.macd_of == "log ratio" else ratio,
        rule.macd_fast,
        rule.macd_slow,
        rule.macd_average,
    )
    return {"vvix_ratio": ratio, **{f"macd_{name}": table[name] for name in table.columns}}


def _strength(given: Given) -> _Found:
    return {
        f"rsi_{name}": rsi(given.frame[f"{name}_close"], given.rule.rsi_days)
        for name in ("spx", "spy", "vix")
        if given.has(f"{name}_close")
    }


def _breadth(given: Given) -> _Found:
    frame, rule = given.frame, given.rule
    if breadth_source(frame) is None and given.proxy is None:
        return {}
    line = breadth_line(frame, given.proxy)
    state = breach(line, rule.breadth_days)
    return {
        "breadth_line": line,
        **{f"breadth_{name}": state[name] for name in state.columns},
        "breadth_divergence": divergence(
            frame["spx_close"],
            line,
            rule.breadth_window,
            near=rule.breadth_near,
            days=rule.breadth_days,
        ),
    }


def _percentile(given: Given) -> _Found:
    return {"vix_percentile": percentile_rank(given.frame["vix_close"], given.rule.percentile_days)}


def _averages(given: Given) -> _Found:
    vix, rule = given.frame["vix_close"], given.rule
    return {
        "vix_to_average": ratio_to_average(vix, rule.average_days),
        "vix_to_long_average": ratio_to_average(vix, rule.long_days),
        "vix_score": z_score(vix, rule.score_days),
    }


def _level(given: Given) -> _Found:
    """What needs no past: today's quotes as they are."""
    frame, factor = given.frame, given.rule.range_factor
    vix = frame["vix_close"]
    percent = expected_daily_range(vix, "root", factor)
    found: _Found = {
        "vix": vix,
        "range_percent": percent,
        "range_sixteen": expected_daily_range(vix, "sixteen", factor),
        "range_points": percent / 100.0 * frame["spx_close"],
    }
    if given.has("vix3m_close"):
        found["vix_curve"] = curve(vix, frame["vix3m_close"])
    if given.has("vx1_close"):
        found["contango"] = contango(frame["vx1_close"], vix)
    if given.has("vx1_close", "vx2_close"):
        found["futures_contango"] = contango(frame["vx2_close"], frame["vx1_close"])
    if given.has("skew_close"):
        found["skew"] = frame["skew_close"]
        found["skewness"] = implied_skewness(frame["skew_close"])
    return found


def _realised(given: Given) -> _Found:
    frame, rule = given.frame, given.rule
    vix, weight = frame["vix_close"], rule.range_weight
    realised = realised_volatility(frame["spx_close"], rule.realised_days)
    short = frame["vix9d_close"] if given.has("vix9d_close") else vix
    blend = weight * short + (1.0 - weight) * realised
    return {
        "range_blend": expected_daily_range(blend.where(blend > 0.0), "root", rule.range_factor),
        "realised": realised,
        "implied_to_realised": vix / realised.where(realised > 0.0) - 1.0,
    }


def _premium(given: Given) -> _Found:
    frame, rule = given.frame, given.rule
    if rule.forecast == "har":
        forecast = har_forecast(frame, MONTH, rule.estimate_days)
    elif rule.forecast == "garch":
        forecast = garch_forecast(frame["spx_close"], MONTH, rule.estimate_days)
    else:
        forecast = realised_volatility(frame["spx_close"], rule.realised_days)
    premium = variance_risk_premium(frame["vix_close"], forecast)
    return {
        "forecast": forecast,
        "premium_points": premium["points"],
        "premium_variance": premium["variance"],
    }


def _surprises(given: Given) -> _Found:
    macro, hold = given.macro, given.rule.surprise_days
    if macro is None:
        return {}
    return {
        f"{name}_surprise": price_news(macro, name, given.days, hold)
        for name in ("cpi", "ppi")
        if name in macro.frame.columns
    }


def _dollar(given: Given) -> _Found:
    if given.macro is None or "reer" not in given.macro.frame.columns:
        return {}
    return {"exchange_rate": exchange_rate(given.macro, given.days, given.rule.exchange_months)}


def _fomc(given: Given) -> _Found:
    return {"fomc": fomc_window(given.days, given.rule.fomc_before, given.rule.fomc_after)}


_BLOCKS: Final[tuple[tuple[tuple[str, ...], Callable[[Given], _Found]], ...]] = (
    (("vvix_ratio", "macd_line", "macd_average", "macd_histogram", "macd_cross"), _ratio),
    (("rsi_spx", "rsi_spy", "rsi_vix"), _strength),
    (tuple(name for name in SIGNALS if name.startswith("breadth_")), _breadth),
    (("vix_percentile",), _percentile),
    (("vix_to_average", "vix_to_long_average", "vix_score"), _averages),
    (
        (
            "vix",
            "vix_curve",
            "contango",
            "futures_contango",
            "range_percent",
            "range_sixteen",
            "range_points",
            "skew",
            "skewness",
        ),
        _level,
    ),
    (("range_blend", "realised", "implied_to_realised"), _realised),
    (("forecast", "premium_points", "premium_variance"), _premium),
    (("cpi_surprise", "ppi_surprise"), _surprises),
    (("exchange_rate",), _dollar),
    (("fomc",), _fomc),
)
"""What is computed together, and the signals it gives."""
