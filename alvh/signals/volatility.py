r"""What VIX says: the day's range, its level against what is realised, and its curve.

VIX points throughout (16.0 means 16 % a year); variances are squares of them, so a VIX of 16 is a
variance of 256. Forecasts use what is known at the close of their day, never anything later.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

import numpy as np
import pandas as pd

from alvh._typing import FloatArray
from alvh.clock import TRADING_DAYS
from alvh.errors import DataError, require
from alvh.model import ModelParameters
from alvh.pricing import implied_state, vix_future
from alvh.signals._series import Series, column, day_of, named, same_days, values_of, whole
from alvh.signals.technical import moving_average

__all__ = [
    "MONTH",
    "contango",
    "curve",
    "daily_variance",
    "expected_daily_range",
    "garch_forecast",
    "har_forecast",
    "implied_skewness",
    "model_future",
    "realised_volatility",
    "variance_risk_premium",
]

MONTH: Final = 21
"""Trading days in the 30 calendar days of VIX."""

_YEAR = 1e4 * TRADING_DAYS  # a day's variance, decimal, to a year's in squared points
_PARKINSON = 1.0 / (4.0 * np.log(2.0))
_LEAST = 250  # days an estimate needs
_HAR = (1, 5, 22)  # day, week and month of Corsi (2009)


def expected_daily_range(
    vix: Series, reading: Literal["root", "sixteen"] = "root", factor: float = 1.0
) -> Series:
    r"""One standard deviation of the next day's move, in percent of the index.

    Parameters
    ----------
    vix : Series of shape (n_days,)
        Volatility in points a year, > 0: VIX, VIX9D, or a blend with a realised one.
    reading : {"root", "sixteen"}, default="root"
        :math:`\mathrm{VIX}/\sqrt{252}`, or the rule of thumb :math:`\mathrm{VIX}/16` of the method.
    factor : float, default=1.0
        Multiplies it, > 0; the public material of the method names 0.8 to 2.0.

    Returns
    -------
    Series of shape (n_days,)
        Percent; nan where `vix` is. No warm-up.

    Raises
    ------
    ParameterError, DataError
        If an argument is not as said; the message names it.

    Notes
    -----
    The alert of the method, 0.94 %, is VIX 14.92 in the first reading and 15.04 in the second.
    """
    require(np.isfinite(factor) and factor > 0.0, "factor", factor, "> 0")
    require(reading in ("root", "sixteen"), "reading", repr(reading), "'root' or 'sixteen'")
    divisor = np.sqrt(TRADING_DAYS) if reading == "root" else 16.0
    return named(vix, factor / divisor * values_of(vix, "vix", above=0.0), "range")


def daily_variance(frame: pd.DataFrame, *, ranges: bool = True) -> Series:
    r"""Variance of each day by itself, in squared points a year.

    Parameters
    ----------
    frame : DataFrame of shape (n_days, n_columns)
        ``spx_close``, and for the range ``spx_open``, ``spx_high`` and ``spx_low``; points, > 0.
    ranges : bool, default=True
        With the day's range, where the frame has those columns: the squared overnight return plus
        Parkinson's :math:`\log(H/L)^2 / (4 \log 2)` [1]_, some five times less noisy than the
        squared return from close to close that is used otherwise. Whether the columns are there
        decides, and not what they hold: that may change as more days come in.

    Returns
    -------
    Series of shape (n_days,)
        Zero mean return assumed. nan on the first day, on a day with a missing number, and on the
        day after a missing close.

    Raises
    ------
    DataError
        If a column is missing or not as said; the message names it.

    References
    ----------
    .. [1] Parkinson, M. (1980). The extreme value method for estimating the variance of the rate
       of return. *Journal of Business* 53(1), 61-65.
    """
    close = np.log(values_of(column(frame, "spx_close"), "spx_close", above=0.0))
    before = np.concatenate([[np.nan], close[:-1]])[: close.size]
    daily = (close - before) ** 2
    names = ("spx_open", "spx_high", "spx_low")
    if ranges and set(names) <= set(frame.columns):
        opened, high, low = (
            np.log(values_of(column(frame, name), name, above=0.0)) for name in names
        )
        if (high < low).any():
            at = int(np.flatnonzero(high < low)[0])
            raise DataError(
                f"spx_high must be at least spx_low, {frame['spx_low'].iloc[at]:g}, "
                f"got {frame['spx_high'].iloc[at]:g} on {day_of(frame.index[at])}"
            )
        known = np.where(np.isnan(close), np.nan, 0.0)  # a day without its close is a missing day
        daily = (opened - before) ** 2 + _PARKINSON * (high - low) ** 2 + known
    return named(frame["spx_close"], _YEAR * daily, "variance")


def realised_volatility(close: Series, days: int = MONTH) -> Series:
    r"""Volatility of the last `days` daily returns, in points a year.

    :math:`100 \sqrt{252/n \sum \log(C_t/C_{t-1})^2}`: about zero, not about the mean, as a variance
    swap counts it.

    Parameters
    ----------
    close : Series of shape (n_days,)
        Points, > 0.
    days : int, default=21
        Returns, >= 1.

    Returns
    -------
    Series of shape (n_days,)
        Warm-up: valid from the close ``days + 1`` on. A missing close takes its own return and the
        next one with it.

    Raises
    ------
    ParameterError, DataError
        If an argument is not as said; the message names it.
    """
    variance = daily_variance(close.to_frame("spx_close"))
    return named(close, np.sqrt(moving_average(variance, days).to_numpy()), "volatility")


def har_forecast(frame: pd.DataFrame, horizon: int = MONTH, window: int = 1000) -> Series:
    r"""Volatility expected over the next `horizon` days by the HAR model, in points a year.

    The mean variance of the days to come is regressed on the variance of the day, the week and the
    month behind (1, 5 and 22 days) [1]_, by least squares, anew on the first day of each calendar
    month from at most `window` days whose outcome is known by then.

    Parameters
    ----------
    frame : DataFrame of shape (n_days, n_columns)
        As `daily_variance` takes it; regressors use the day's range where the frame has it, the
        outcome is always the squared return from close to close. A `DatetimeIndex`.
    horizon : int, default=21
        Trading days ahead, >= 1.
    window : int, default=1000
        Days of the estimate, >= 250; fewer are used while there are fewer, but at least 250.

    Returns
    -------
    Series of shape (n_days,)
        Square root of the variance expected. Warm-up: to the first month whose first day is the
        variance number ``271 + horizon`` (292 by default) or a later one.

    Raises
    ------
    ParameterError, DataError
        If an argument is not as said; the message names it.

    Notes
    -----
    A forecast outside the outcomes of its own estimate is set to the nearest of them: a linear
    model in a crisis it has not seen may else expect a negative variance, or any [2]_.

    References
    ----------
    .. [1] Corsi, F. (2009). A simple approximate long-memory model of realized volatility. *Journal
       of Financial Econometrics* 7(2), 174-196.
    .. [2] Swanson, N. R. and White, H. (1997). Forecasting economic time series using flexible
       versus fixed specification. *International Journal of Forecasting* 13(4), 439-461, for the
       filter of forecasts that cannot be.
    """
    whole("horizon", horizon, 1)
    whole("window", window, _LEAST)
    variance = daily_variance(frame)
    behind = np.stack(
        [np.ones(len(frame)), *(moving_average(variance, days).to_numpy() for days in _HAR)], axis=1
    )
    outcome = moving_average(daily_variance(frame, ranges=False), horizon).to_numpy()
    days = np.flatnonzero(~np.isnan(variance.to_numpy()))
    x, after = behind[days], np.full(days.size, np.nan)
    after[: max(days.size - horizon, 0)] = outcome[days[horizon:]]

    forecast = np.full(len(frame), np.nan)
    for start, stop in _periods(frame.index[days], "M"):
        known = np.arange(start - horizon + 1) if start >= horizon else np.arange(0)
        known = known[~np.isnan(x[known]).any(axis=1) & ~np.isnan(after[known])][-window:]
        if known.size >= _LEAST:
            y = after[known]
            coefficients = np.linalg.lstsq(x[known], y, rcond=None)[0]
            # a sum: a product of matrices rounds by how many days there are
            expected = np.clip((x[start:stop] * coefficients).sum(axis=1), y.min(), y.max())
            forecast[days[start:stop]] = np.sqrt(expected)
    return named(frame["spx_close"], forecast, "forecast")


def garch_forecast(close: Series, horizon: int = MONTH, window: int = 1000) -> Series:
    r"""Volatility expected over the next `horizon` days by GARCH(1, 1), in points a year.

    :math:`\sigma^2_{t+1} = \omega + \alpha r_t^2 + \beta \sigma^2_t` with normal returns about zero
    [1]_, fitted by the package `arch` on the first day of each calendar year to the last `window`
    returns, and carried through the year with those parameters. Slower than `har_forecast`.

    Parameters
    ----------
    close : Series of shape (n_days,)
        Points, > 0, with a `DatetimeIndex`.
    horizon : int, default=21
        Trading days ahead, >= 1.
    window : int, default=1000
        Returns of the estimate, >= 250; fewer are used while there are fewer, but at least 250.

    Returns
    -------
    Series of shape (n_days,)
        Square root of the mean variance expected. Warm-up: to the first year whose first day is
        the return number 250 or a later one. A year whose fit does not converge keeps the
        parameters before it.

    Raises
    ------
    ParameterError, DataError
        If an argument is not as said; the message names it.

    References
    ----------
    .. [1] Bollerslev, T. (1986). Generalized autoregressive conditional heteroskedasticity.
       *Journal of Econometrics* 31(3), 307-327.
    """
    whole("horizon", horizon, 1)
    whole("window", window, _LEAST)
    logs = np.log(values_of(close, "close", above=0.0))
    change = 100.0 * np.diff(logs, prepend=np.nan)
    days = np.flatnonzero(~np.isnan(change))
    r = change[days]

    forecast = np.full(logs.size, np.nan)
    fitted: tuple[float, float, float] | None = None
    for start, stop in _periods(close.index[days], "Y"):
        first = max(start + 1 - window, 0)
        past = r[first : start + 1]  # the first close of the year is known when it is used
        if past.size >= _LEAST:
            fitted = _fit(past) or fitted
            if fitted is not None:
                variance = _filtered(r[first:stop], float(past @ past) / past.size, fitted)
                mean = _mean_ahead(variance[start - first :], horizon, fitted)
                forecast[days[start:stop]] = np.sqrt(TRADING_DAYS * mean)
    return named(close, forecast, "forecast")


def _periods(index: pd.Index, unit: Literal["M", "Y"]) -> Iterator[tuple[int, int]]:
    """First position and end of each calendar month or year in `index`."""
    if not isinstance(index, pd.DatetimeIndex):
        raise DataError(f"forecasts need days as a DatetimeIndex, got {type(index).__name__}")
    label = index.year.to_numpy() * 12 + (index.month.to_numpy() if unit == "M" else 0)
    edges = np.concatenate([[0], np.flatnonzero(np.diff(label)) + 1, [label.size]])
    yield from zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)


def _fit(returns: FloatArray) -> tuple[float, float, float] | None:
    """Omega, alpha and beta of returns in percent; None where the fit fails."""
    if not np.ptp(returns) > 0.0:
        return None
    from arch import arch_model  # imported here: it is slow to load, and seldom asked for

    model = arch_model(returns, mean="Zero", vol="GARCH", p=1, q=1, rescale=False)
    result = model.fit(disp="off", show_warning=False)
    omega, alpha, beta = (float(value) for value in result.params)
    return (omega, alpha, beta) if result.convergence_flag == 0 else None


def _filtered(r: FloatArray, first: float, fitted: tuple[float, float, float]) -> FloatArray:
    """Variance of the day after each return, squared percent; `first` is that of the first day."""
    omega, alpha, beta = fitted
    result, variance = np.empty(r.size), first
    for day, square in enumerate((r * r).tolist()):
        variance = omega + alpha * square + beta * variance
        result[day] = variance
    return result


def _mean_ahead(
    variance: FloatArray, horizon: int, fitted: tuple[float, float, float]
) -> FloatArray:
    """Mean of the variances expected over `horizon` days, given that of the first."""
    omega, alpha, beta = fitted
    total = np.zeros(variance.size)
    for _ in range(horizon):
        total += variance
        variance = omega + (alpha + beta) * variance
    return total / horizon


def variance_risk_premium(vix: Series, forecast: Series) -> pd.DataFrame:
    """What VIX pays above the volatility expected.

    Parameters
    ----------
    vix, forecast : Series of shape (n_days,)
        Points a year, on the same days: VIX > 0, and a volatility >= 0 forecast for the month
        ahead (`har_forecast`, `garch_forecast`) or realised in the month behind.

    Returns
    -------
    DataFrame of shape (n_days, 2)
        ``points``, VIX less forecast, and ``variance``, the difference of their squares (squared
        points; the payoff expected of a short variance swap). nan where either is.

    Raises
    ------
    DataError
        If an argument is not as said; the message names it.

    Notes
    -----
    The variance is the one that has a price: the premium in points counts the concavity of the
    root besides, some half a point. Source: Carr, P. and Wu, L. (2009). Variance risk premiums.
    *Review of Financial Studies* 22(3), 1311-1341; signs here are the seller's.
    """
    same_days(vix, forecast, "vix and forecast")
    implied = values_of(vix, "vix", above=0.0)
    expected = values_of(forecast, "forecast")
    if (expected < 0.0).any():
        raise DataError("forecast must be >= 0")
    return pd.DataFrame(
        {"points": implied - expected, "variance": implied**2 - expected**2}, index=vix.index
    )


def curve(vix: Series, vix3m: Series) -> Series:
    """VIX over VIX3M less one, dimensionless: above zero the curve is inverted, the sign of stress.

    Parameters
    ----------
    vix, vix3m : Series of shape (n_days,)
        Points, > 0, on the same days.

    Raises
    ------
    DataError
        If an argument is not as said; the message names it.
    """
    return _excess(vix, vix3m, "vix", "vix3m", "curve")


def contango(future: Series, nearer: Series) -> Series:
    """A VIX future over what is nearer, less one: contango above zero, backwardation below.

    Parameters
    ----------
    future : Series of shape (n_days,)
        Points, > 0: the first future, or the second.
    nearer : Series of shape (n_days,)
        Points, > 0, on the same days: VIX itself, or the first future.

    Returns
    -------
    Series of shape (n_days,)
        Dimensionless. Not annualised: a first future nears VIX as it expires.

    Raises
    ------
    DataError
        If an argument is not as said; the message names it.
    """
    return _excess(future, nearer, "future", "nearer", "contango")


def _excess(x: Series, y: Series, x_name: str, y_name: str, name: str) -> Series:
    same_days(x, y, f"{x_name} and {y_name}")
    return named(x, values_of(x, x_name, above=0.0) / values_of(y, y_name, above=0.0) - 1.0, name)


def model_future(frame: pd.DataFrame, model: ModelParameters, days: int = MONTH) -> Series:
    """The future the model would show each day, `days` trading days to expiry, in VIX points.

    Not a market's price: its curve is what the model makes of VIX (and VIX3M, where the frame has
    it), so its `contango` says how far VIX stands from where the model sees it return to.

    Parameters
    ----------
    frame : DataFrame of shape (n_days, n_columns)
        ``spx_close`` and ``vix_close``, and ``vix3m_close`` if present; points, > 0.
    model : ModelParameters
    days : int, default=21
        Trading days to expiry, >= 1.

    Returns
    -------
    Series of shape (n_days,)
        nan where index or VIX is; a day without VIX3M is read from VIX alone. No warm-up.

    Raises
    ------
    ParameterError, DataError
        If an argument is not as said; the message names it.
    """
    whole("days", days, 1)
    spot, vix = (
        values_of(column(frame, name), name, above=0.0) for name in ("spx_close", "vix_close")
    )
    far = np.full(spot.size, np.nan)
    if "vix3m_close" in frame.columns:
        far = values_of(column(frame, "vix3m_close"), "vix3m_close", above=0.0)
    known = ~np.isnan(spot) & ~np.isnan(vix)
    result = np.full(spot.size, np.nan)
    if known.any():
        state = implied_state(model, spot[known], vix[known], far[known])
        result[known] = vix_future(model, state, days / TRADING_DAYS)
    return named(frame["spx_close"], result, "future")


def implied_skewness(skew: Series) -> Series:
    r"""Skewness of the next 30 days' log return that Cboe's SKEW stands for, dimensionless.

    :math:`(100 - \mathrm{SKEW})/10`: zero at 100, about -2 at 120, always of the option market and
    not of the world. Source: Cboe (2010), *The CBOE Skew Index*.

    Parameters
    ----------
    skew : Series of shape (n_days,)
        SKEW, points > 0.

    Raises
    ------
    DataError
        If `skew` is not as said; the message names it.
    """
    return named(skew, (100.0 - values_of(skew, "skew", above=0.0)) / 10.0, "skewness")
