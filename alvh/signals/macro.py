"""Surprises of monthly prices, and moves of the dollar's real exchange rate.

Everything is by reference month; when a month was known is the data's business
(`alvh.market.fred.as_known`). A month uses itself and earlier ones only.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from alvh.errors import require

__all__ = ["FEWEST", "FEWEST_ERRORS", "exchange_rate_move", "price_surprise"]

FEWEST: Final = 60
"""Months a forecast, or the deviation of moves, is estimated from at least."""
FEWEST_ERRORS: Final = 24
"""Surprises their deviation is estimated from at least."""


def price_surprise(
    level: pd.Series[float],
    consensus: pd.Series[float] | None = None,
    *,
    window: int = 120,
    scale: int = 60,
) -> pd.DataFrame:
    r"""Print less forecast of a price index, over the standard deviation of earlier surprises.

    Parameters
    ----------
    level : Series
        The index by month, > 0; nan where missing.
    consensus : Series, optional
        Forecasts of the monthly change in percent, by month. Months without one use the model.
    window : int, default=120
        Months the model is estimated on, 60 to 600.
    scale : int, default=60
        Surprises their standard deviation is taken of, 24 to 600.

    Returns
    -------
    DataFrame
        By month: ``change`` and ``forecast`` (percent a month), ``surprise`` (standard
        deviations); nan until there are enough months.

    Raises
    ------
    ParameterError
        If a window is out of range or a level is not positive.

    Notes
    -----
    Without a consensus, which is not free data, the forecast is an autoregression of the first
    order on the `window` months before, :math:`x_t = a + b x_{t-1}`, by least squares. It knows
    less than forecasters do, so its surprises are larger and partly foreseen.
    """
    require(FEWEST <= window <= 600, "window", window, f"from {FEWEST} to 600 months")
    require(FEWEST_ERRORS <= scale <= 600, "scale", scale, f"from {FEWEST_ERRORS} to 600 months")
    values = level.to_numpy(dtype=np.float64)
    require((values > 0.0) | np.isnan(values), "level", values, "> 0")
    change = 100.0 * np.diff(values, prepend=np.nan) / np.concatenate([[np.nan], values[:-1]])
    forecast = np.full(values.size, np.nan)
    for t in range(values.size):
        x = change[max(t - window, 0) : t]
        before, after = x[:-1], x[1:]
        both = ~np.isnan(before) & ~np.isnan(after)
        if both.sum() < FEWEST or np.isnan(change[t - 1]):
            continue
        before, after = before[both], after[both]
        mean, centred = after.mean(), before - before.mean()
        spread = centred @ centred
        slope = centred @ (after - mean) / spread if spread > 0.0 else 0.0
        forecast[t] = mean + slope * (change[t - 1] - before.mean())
    if consensus is not None:
        given = consensus.reindex(level.index).to_numpy(dtype=np.float64)
        forecast = np.where(np.isnan(given), forecast, given)
    error = pd.Series(change - forecast, index=level.index)
    # of earlier surprises only: this month's own would make a great one look small
    deviation = error.rolling(scale, min_periods=FEWEST_ERRORS).std(ddof=1).shift(1)
    surprise = error / deviation.where(deviation > 0.0)
    return pd.DataFrame(
        {"change": change, "forecast": forecast, "surprise": surprise}, index=level.index
    )


def exchange_rate_move(
    level: pd.Series[float], *, months: int = 3, window: int = 120
) -> pd.Series[float]:
    """Log change over some months, in standard deviations of such changes before.

    Parameters
    ----------
    level : Series
        The index by month, > 0; nan where missing.
    months : int, default=3
        Of the change, 1 to 24.
    window : int, default=120
        Earlier changes the standard deviation is taken of, 24 to 600; at least 60 of them, or as
        many as the window.

    Returns
    -------
    Series
        Dimensionless, positive when the dollar has risen; nan until there are enough months.

    Raises
    ------
    ParameterError
        If a window is out of range or a level is not positive.
    """
    require(1 <= months <= 24, "months", months, "from 1 to 24")
    require(FEWEST_ERRORS <= window <= 600, "window", window, f"from {FEWEST_ERRORS} to 600")
    values = level.to_numpy(dtype=np.float64)
    require((values > 0.0) | np.isnan(values), "level", values, "> 0")
    change = pd.Series(np.log(values), index=level.index).diff(months)
    deviation = change.rolling(window, min_periods=min(window, FEWEST)).std(ddof=1).shift(1)
    return change / deviation.where(deviation > 0.0)
