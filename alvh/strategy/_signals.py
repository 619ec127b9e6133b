"""Signals inside the engine: each computed once a close, however many policies look at it.

On simulated paths they are taken from the path, one day at a time, by the steps of
`alvh.signals._steps`; on days that really happened they were computed beforehand, by
`alvh.signals.signal_panel`, and are read. A signal that is unavailable is nan.

What simulated paths have no room for is said in `alvh.strategy.vote.SIMULATED`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from alvh._compiled import called, inlined
from alvh._typing import FloatArray
from alvh.pricing.grid import cubic_surface, vix_forward
from alvh.signals import Signals, signal_panel
from alvh.signals._steps import (
    MACD,
    REALISED,
    RING,
    RSI,
    macd_step,
    maximum_step,
    mean_step,
    rank_step,
    realised_step,
    rsi_step,
    slope_step,
    z_score_step,
)
from alvh.signals.volatility import MONTH
from alvh.simulation.factors import PRINT_EVERY, PRINTS, Factors, fomc_window
from alvh.simulation.paths import MarketPaths
from alvh.strategy._records import SIGNAL
from alvh.strategy._strikes import vvix_scale
from alvh.strategy.vote import SignalName

__all__ = ["Wanted", "factors_of", "given_rows", "step_signals"]

_KINDS = (
    "given",
    "skew",
    "vix",
    "vix_curve",
    "contango",
    "range_percent",
    "vix_to_average",
    "vix_score",
    "vix_percentile",
    "rsi_spx",
    "rsi_vix",
    "macd_histogram",
    "implied_to_realised",
    "premium_points",
    "breadth_below",
    "breadth_divergence",
    "cpi_surprise",
    "ppi_surprise",
    "exchange_rate",
)
(
    _GIVEN,
    _SKEW,
    _VIX,
    _CURVE,
    _CONTANGO,
    _RANGE,
    _TO_AVERAGE,
    _SCORE,
    _PERCENTILE,
    _RSI_SPX,
    _RSI_VIX,
    _MACD,
    _TO_REALISED,
    _PREMIUM,
    _BELOW,
    _DIVERGENCE,
    _CPI,
    _PPI,
    _DOLLAR,
) = range(len(_KINDS))
_FACTORS = ("breadth_below", "breadth_divergence", "cpi_surprise", "ppi_surprise", "exchange_rate")
_FUTURE = MONTH
_CPI_DAY, _PPI_DAY = PRINTS["cpi"], PRINTS["ppi"]
_RULE = tuple[int, int, int, int, float]  # a, b, c, floats remembered, x


class Wanted:
    """The signals policies ask for, each once.

    Parameters
    ----------
    observed : bool
        Whether the days really happened.
    """

    def __init__(self, observed: bool) -> None:
        self.observed = observed
        self.asked: dict[tuple[SignalName, Signals], int] = {}

    def row(self, name: SignalName, parameters: Signals) -> int:
        """Number of a signal."""
        return self.asked.setdefault((name, parameters), len(self.asked))

    @property
    def need_vvix(self) -> bool:
        """Whether VVIX must be known along the paths."""
        return not self.observed and any(name == "macd_histogram" for name, _ in self.asked)

    @property
    def need_factors(self) -> bool:
        """Whether what the market lacks must be drawn."""
        return not self.observed and any(name in _FACTORS for name, _ in self.asked)

    @property
    def given(self) -> list[tuple[SignalName, Signals]]:
        """Signals that are computed beforehand, in the order of their rows."""
        return [key for key in self.asked if self.observed or key[0] == "fomc"]

    def records(self) -> tuple[Any, int]:
        """Records of the signals, and the floats they remember together."""
        rows, start = np.zeros(len(self.asked), SIGNAL), 0
        given = {key: at for at, key in enumerate(self.given)}
        for (name, parameters), i in self.asked.items():
            if (name, parameters) in given:
                rows[i] = (_GIVEN, given[name, parameters], 0, 0, start, 0, 0.0)
                continue
            kind = "vix_to_average" if name == "vix_to_long_average" else name
            a, b, c, size, x = _rule(name, parameters)
            rows[i] = (_KINDS.index(kind), a, b, c, start, size, x)
            start += size
        return rows, start


def _rule(name: SignalName, p: Signals) -> _RULE:
    """Parameters of a signal in the kernel."""
    if name in ("vix_to_average", "vix_to_long_average"):
        days = p.average_days if name == "vix_to_average" else p.long_days
        return days, 0, 0, RING + days, 0.0
    if name in ("vix_score", "vix_percentile"):
        days = p.score_days if name == "vix_score" else p.percentile_days
        return days, 0, 0, RING + days, 0.0
    if name in ("rsi_spx", "rsi_vix"):
        return p.rsi_days, 0, 0, RSI, 0.0
    if name == "macd_histogram":
        log = 1.0 if p.macd_of == "log ratio" else 0.0
        return p.macd_fast, p.macd_slow, p.macd_average, MACD, log
    if name in ("implied_to_realised", "premium_points"):
        return p.realised_days, 0, 0, REALISED + p.realised_days, 0.0
    if name == "breadth_below":
        return p.breadth_days, 0, 0, RING + p.breadth_days, 0.0
    if name == "breadth_divergence":
        days, window = p.breadth_days, p.breadth_window
        return days, window, 0, 2 * (RING + days) + RING + window, 1.0 - p.breadth_near / 100.0
    if name in ("cpi_surprise", "ppi_surprise"):
        return p.surprise_days, 0, 0, 0, 0.0
    if name == "range_percent":
        return 0, 0, 0, 0, p.range_factor / np.sqrt(252.0)
    return 0, 0, 0, 0, 0.0


def given_rows(wanted: Wanted, paths: MarketPaths) -> FloatArray:
    """Signals that are known beforehand; (at least one row, n_days + 1)."""
    keys = wanted.given
    out = np.full((max(len(keys), 1), paths.n_days + 1), np.nan)
    if paths.history is None:
        for row, (_, parameters) in zip(out, keys, strict=False):
            row[:] = fomc_window(paths.n_days, parameters.fomc_before, parameters.fomc_after)
        return out
    by_parameters: dict[Signals, list[SignalName]] = {}
    for name, parameters in keys:
        if (name, parameters) not in paths.panels:
            by_parameters.setdefault(parameters, []).append(name)
    for parameters, names in by_parameters.items():
        values, _ = signal_panel(paths.history, parameters, macro=paths.macro, names=names)
        paths.panels.update({(name, parameters): values[name].to_numpy() for name in names})
    for row, key in zip(out, keys, strict=False):
        row[:] = paths.panels[key]
    return out


def factors_of(wanted: Wanted, paths: MarketPaths) -> Factors:
    """What the market lacks along the paths: drawn if asked for, nan where it cannot be."""
    drawn = paths.factors() if wanted.need_factors else None
    if drawn is not None:
        return drawn
    missing = np.full(paths.spot.shape if wanted.need_factors else (1, 1), np.nan)
    missing.flags.writeable = False  # as those drawn: another type would compile the engine again
    return Factors(*(missing for _ in Factors._fields))


@inlined
def step_signals(grid, skew, rules, market, vix3m, weights, given, factors, i, day, memory, values):  # type: ignore[no-untyped-def]
    """Bring every signal to this close of path `i`."""
    spot, _, v, m, vix = market
    ratio, line = np.nan, np.nan
    if rules.vvix >= 0:
        scaled = cubic_surface(rules.maps, rules.vvix, weights[0], weights[1])
        ratio = scaled * vvix_scale(grid, v, m) / vix
    drawn = factors.breadth.shape[1] == given.shape[1]
    if drawn:
        line = factors.breadth[i, day]
    for s in range(rules.signals.size):
        rule = rules.signals[s]
        kind = rule.kind
        if kind == _GIVEN:
            values[s] = given[rule.a, day]
        elif kind == _SKEW:  # alvh.pricing.skew_index
            second = skew[0, 0] * v + skew[0, 1] * m + skew[0, 2]
            third = skew[1, 0] * v + skew[1, 1] * m + skew[1, 2]
            values[s] = 100.0
            if second > 0.0:
                values[s] = 100.0 - 10.0 * third / (second * np.sqrt(second))
        elif kind == _CONTANGO:
            future = 100.0 * vix_forward(grid, _FUTURE, v, m, weights[0], weights[1])
            values[s] = future / vix - 1.0
        elif kind >= _CPI:
            values[s] = np.nan
            if drawn and kind == _CPI:
                values[s] = _fresh(factors.cpi[i, day], day - _CPI_DAY, rule.a)
            elif drawn and kind == _PPI:
                values[s] = _fresh(factors.ppi[i, day], day - _PPI_DAY, rule.a)
            elif drawn:
                values[s] = factors.exchange_rate[i, day]
        else:
            state = memory[rule.start : rule.start + rule.size]
            values[s] = _value(rule, spot, vix, vix3m, ratio, line, state)


@called
def _value(rule, spot, vix, vix3m, ratio, line, state):  # type: ignore[no-untyped-def]
    """A signal of the path alone. Few arguments: a call hands over every array of a tuple."""
    kind, days = rule.kind, rule.a
    if kind == _VIX:
        return vix
    if kind == _CURVE:
        return vix / vix3m - 1.0
    if kind == _RANGE:
        return rule.x * vix
    if kind == _TO_AVERAGE:
        return vix / mean_step(state, vix, days)
    if kind == _SCORE:
        return z_score_step(state, vix, days)
    if kind == _PERCENTILE:
        return rank_step(state, vix, days)
    if kind == _RSI_SPX:
        return rsi_step(state, spot, days)
    if kind == _RSI_VIX:
        return rsi_step(state, vix, days)
    if kind == _MACD:
        x = np.log(ratio) if rule.x > 0.0 else ratio
        return macd_step(state, x, days, rule.b, rule.c)[2]
    if kind == _TO_REALISED:
        return vix / realised_step(state, spot, days) - 1.0
    if kind == _PREMIUM:
        return vix - realised_step(state, spot, days)
    if kind == _BELOW:
        return _below(line, mean_step(state, line, days))
    if kind == _DIVERGENCE:
        return _divergence(rule, spot, line, state)
    return np.nan


@called
def _below(line, mean):  # type: ignore[no-untyped-def]
    """1 where a line is below its average by more than rounding; `alvh.signals.breach`."""
    gap = mean - line
    if np.isnan(gap):
        return np.nan
    return 1.0 if gap > 1e-12 * (abs(line) + abs(mean)) else 0.0


@called
def _divergence(rule, spot, line, state):  # type: ignore[no-untyped-def]
    """`alvh.signals.divergence`."""
    size = RING + rule.a
    below = _below(line, mean_step(state[:size], line, rule.a))
    slope = slope_step(state[size : 2 * size], line, rule.a)
    high = maximum_step(state[2 * size :], spot, rule.b)
    if np.isnan(below + slope + high):
        return np.nan
    falls = slope < -1e-12 * abs(line)
    return 1.0 if spot >= rule.x * high and below == 1.0 and falls else 0.0


@called
def _fresh(value, since, days):  # type: ignore[no-untyped-def]
    """A surprise for some days after it was published, then nothing."""
    if since >= 0 and since % PRINT_EVERY >= days:
        return 0.0
    return value
