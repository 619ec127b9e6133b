"""What each signal is: title, unit, meaning, data and warm-up, and where its sign is contested."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from alvh.signals.macro import FEWEST, FEWEST_ERRORS
from alvh.signals.parameters import Signals
from alvh.signals.volatility import MONTH

__all__ = ["INPUTS", "SIGNALS", "Signal"]

INPUTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "spx_close": "SPX close, points",
        "spx_open": "SPX open, points",
        "spx_high": "SPX high, points",
        "spx_low": "SPX low, points",
        "vix_close": "VIX close, points",
        "vix3m_close": "VIX3M close, points",
        "vix9d_close": "VIX9D close, points",
        "vvix_close": "VVIX close, points",
        "skew_close": "Cboe SKEW close, points",
        "vx1_close": "first VIX future, settlement, points",
        "vx2_close": "second VIX future, settlement, points",
        "spy_close": "SPY close, dollars",
        "rsp_close": "RSP close (equal weight), dollars",
        "advances": "stocks that rose",
        "declines": "stocks that fell",
        "breadth": "members above their 200-day average, percent",
    }
)
"""Columns the panel reads; ``spx_close`` and ``vix_close`` must be there."""


@dataclass(frozen=True, slots=True)
class Signal:
    """What one column of the panel means.

    Attributes
    ----------
    title, unit, description : str
        As shown to the user; the unit of a pure number is empty.
    needs : tuple of str
        Columns of the frame it reads; empty for breadth (see `SOURCES` there), monthly series and
        the FOMC.
    warm_up : callable
        Days of data (months, of a monthly series) its first value takes, given the parameters.
    contested : bool
        Whether the method's material draws opposite conclusions from the same reading.
    monthly : str
        Monthly series it reads, a column of `MacroHistory`; empty for the others.
    """

    title: str
    unit: str
    description: str
    needs: tuple[str, ...]
    warm_up: Callable[[Signals], int]
    contested: bool = False
    monthly: str = ""


def _at_once(rule: Signals) -> int:  # noqa: ARG001 - one of the warm-ups
    return 1


def _macd_days(rule: Signals) -> int:
    return rule.macd_slow + rule.macd_average - 1


def _realised_days(rule: Signals) -> int:
    return rule.realised_days + 1


def _forecast_days(rule: Signals) -> int:
    return {"har": 272 + MONTH, "garch": 251, "trailing": rule.realised_days + 1}[rule.forecast]


def _surprise_months(rule: Signals) -> int:  # noqa: ARG001 - one of the warm-ups
    return 2 + FEWEST + FEWEST_ERRORS + 1


_RATIO = ("vvix_close", "vix_close")
_VIX = ("vix_close",)
_BOTH = ("spx_close", "vix_close")

SIGNALS: Final[Mapping[str, Signal]] = MappingProxyType(
    {
        "vvix_ratio": Signal(
            "VVIX/VIX",
            "",
            "Volatility of VIX over VIX. It mostly falls when VIX rises.",
            _RATIO,
            _at_once,
        ),
        "macd_line": Signal(
            "MACD of VVIX/VIX",
            "",
            "Fast less slow exponential average.",
            _RATIO,
            lambda rule: rule.macd_slow,
            contested=True,
        ),
        "macd_average": Signal(
            "MACD average", "", "Exponential average of the line.", _RATIO, _macd_days
        ),
        "macd_histogram": Signal(
            "MACD histogram",
            "",
            "Line less its average. Above zero is read as stress ahead on one page of the method "
            "and as volatility about to fall on another.",
            _RATIO,
            _macd_days,
            contested=True,
        ),
        "macd_cross": Signal(
            "MACD crossing",
            "",
            "+1 on the day the line passes above its average, -1 below.",
            _RATIO,
            _macd_days,
            contested=True,
        ),
        "rsi_spx": Signal(
            "RSI of SPX",
            "",
            "Wilder's, 0 to 100. High near a top; below 45 with RSI of VIX above 60, hedges are "
            "added.",
            ("spx_close",),
            lambda rule: rule.rsi_days + 1,
        ),
        "rsi_spy": Signal(
            "RSI of SPY",
            "",
            "As RSI of SPX, on the fund.",
            ("spy_close",),
            lambda rule: rule.rsi_days + 1,
        ),
        "rsi_vix": Signal(
            "RSI of VIX",
            "",
            "Wilder's, 0 to 100. Below 30 both means selling condors and adding a hedge.",
            _VIX,
            lambda rule: rule.rsi_days + 1,
            contested=True,
        ),
        "breadth_line": Signal(
            "Breadth",
            "unit of its source",
            "Advance-decline line, members above their average, or a proxy, whichever is there.",
            (),
            _at_once,
        ),
        "breadth_average": Signal(
            "Average of breadth",
            "unit of its source",
            "Moving average of the line.",
            (),
            lambda rule: rule.breadth_days,
        ),
        "breadth_below": Signal(
            "Breadth below its average",
            "",
            "1 while the line is below its average.",
            (),
            lambda rule: rule.breadth_days,
        ),
        "breadth_cross": Signal(
            "Breach of breadth",
            "",
            "-1 on the day the line falls below its average, +1 when it is back.",
            (),
            lambda rule: rule.breadth_days,
        ),
        "breadth_divergence": Signal(
            "Breadth diverges",
            "",
            "1 while the index is near its high with breadth below its average and falling.",
            (),
            lambda rule: max(rule.breadth_days, rule.breadth_window),
        ),
        "vix": Signal(
            "VIX",
            "points",
            "Its close. Above 20 the method holds new condors, opens smaller ones, or goes on, "
            "depending on the page.",
            _VIX,
            _at_once,
            contested=True,
        ),
        "vix_percentile": Signal(
            "Percentile of VIX",
            "%",
            "Share of the closes before it that are lower.",
            _VIX,
            lambda rule: rule.percentile_days,
        ),
        "vix_to_average": Signal(
            "VIX over its average", "", "Above one it rises.", _VIX, lambda rule: rule.average_days
        ),
        "vix_to_long_average": Signal(
            "VIX over its long average",
            "",
            "Above one is a condition of the Big Top.",
            _VIX,
            lambda rule: rule.long_days,
        ),
        "vix_score": Signal(
            "VIX in deviations",
            "",
            "From its average; above 1.5 hedges are held or rolled rather than sold.",
            _VIX,
            lambda rule: rule.score_days,
        ),
        "vix_curve": Signal(
            "VIX/VIX3M less one",
            "",
            "Above zero the curve is inverted: stress.",
            ("vix_close", "vix3m_close"),
            _at_once,
        ),
        "contango": Signal(
            "First future over VIX, less one",
            "",
            "Above zero contango, below backwardation. Shrinks as the future nears its expiry.",
            ("vx1_close", "vix_close"),
            _at_once,
        ),
        "futures_contango": Signal(
            "Second future over first, less one",
            "",
            "Above 0.08 a scaled hedge is switched on; above 0.12 it is a condition of the Big "
            "Top. Elsewhere contango is a reason to hedge less.",
            ("vx2_close", "vx1_close"),
            _at_once,
            contested=True,
        ),
        "range_percent": Signal(
            "Expected daily range",
            "%",
            "VIX over the root of 252, times the factor. The alert of the method is 0.94 %; a "
            "higher range is answered by closer strikes on one page and wider ones on another.",
            _VIX,
            _at_once,
            contested=True,
        ),
        "range_sixteen": Signal(
            "Expected daily range, VIX/16",
            "%",
            "The rule of thumb, times the factor.",
            _VIX,
            _at_once,
            contested=True,
        ),
        "range_points": Signal(
            "Expected daily range in points",
            "points",
            "The first reading, of the index.",
            _BOTH,
            _at_once,
        ),
        "range_blend": Signal(
            "Expected daily range, blended",
            "%",
            "Of VIX9D (VIX where the data have none at all) and realised volatility.",
            _BOTH,
            _realised_days,
        ),
        "realised": Signal(
            "Realised volatility",
            "points",
            "Of the returns behind, about zero, a year.",
            ("spx_close",),
            _realised_days,
        ),
        "forecast": Signal(
            "Forecast volatility",
            "points",
            "Expected over the next 21 trading days, a year.",
            ("spx_close",),
            _forecast_days,
        ),
        "premium_points": Signal(
            "Variance risk premium",
            "points",
            "VIX less the forecast: what the seller of volatility is paid, if the forecast holds.",
            _BOTH,
            _forecast_days,
        ),
        "premium_variance": Signal(
            "Variance risk premium, in variance",
            "squared points",
            "The difference of the squares.",
            _BOTH,
            _forecast_days,
        ),
        "implied_to_realised": Signal(
            "VIX over realised, less one",
            "",
            "At 0.18 and above a condition of the Big Top.",
            _BOTH,
            _realised_days,
        ),
        "skew": Signal(
            "SKEW",
            "points",
            "Cboe's price of the left tail: 100 for none, 120 to 150 as a rule.",
            ("skew_close",),
            _at_once,
        ),
        "skewness": Signal(
            "Implied skewness",
            "",
            "Of the next 30 days' return, as SKEW states it.",
            ("skew_close",),
            _at_once,
        ),
        "cpi_surprise": Signal(
            "Surprise of consumer prices",
            "deviations",
            "Print less forecast, over the deviation of earlier surprises. 0 once it is no news.",
            (),
            _surprise_months,
            monthly="cpi",
        ),
        "ppi_surprise": Signal(
            "Surprise of producer prices",
            "deviations",
            "As that of consumer prices.",
            (),
            _surprise_months,
            monthly="ppi",
        ),
        "exchange_rate": Signal(
            "Move of the dollar",
            "deviations",
            "Change of the real effective exchange rate, over the deviation of earlier ones.",
            (),
            lambda rule: rule.exchange_months + FEWEST + 1,
            monthly="reer",
        ),
        "fomc": Signal(
            "FOMC window",
            "",
            "1 on the days around a scheduled decision.",
            (),
            _at_once,
        ),
    }
)
"""Columns of the panel, in order."""
