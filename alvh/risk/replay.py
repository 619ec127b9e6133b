"""What one history did to policies: drawdowns, months, calendar years and named episodes.

Wealth is a frame of daily closes, a column a policy, in dollars; returns and drawdowns are
fractions of it. Every number here is what happened, and nothing is estimated: what the same rules
could have met with on other days is told by `alvh.risk.replay_smooth`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from alvh.errors import DataError, require
from alvh.simulation.stress import EPISODES, Episode

__all__ = [
    "calendar_years",
    "checked_wealth",
    "drawdown_of",
    "episode_table",
    "growth_beyond_cash",
    "monthly_returns",
    "wealth_of",
    "worst_month",
]

YEAR: Final = 252  # trading days


def checked_wealth(wealth: pd.DataFrame) -> pd.DataFrame:
    """The frame itself, or an error that says what is wrong with it.

    Parameters
    ----------
    wealth : DataFrame of shape (n_days, n_policies)
        Dollars at each close, by ascending date.

    Raises
    ------
    DataError
        If there are fewer than two days or no policy, days are not ascending, or a number is
        missing.
    """
    if wealth.shape[0] < 2 or wealth.shape[1] < 1:
        raise DataError(f"wealth must have two days and a policy at least, got {wealth.shape}")
    if not isinstance(wealth.index, pd.DatetimeIndex) or not (
        wealth.index.is_monotonic_increasing and wealth.index.is_unique
    ):
        raise DataError("wealth must have ascending days")
    if not np.isfinite(wealth.to_numpy(dtype=float)).all():
        raise DataError("wealth must be finite on every day")
    return wealth


def wealth_of(dailies: Mapping[str, pd.DataFrame], *, interest: bool = True) -> pd.DataFrame:
    """Wealth of policies side by side.

    Parameters
    ----------
    dailies : mapping of str to DataFrame
        Of `alvh.lab.replay.Replay.daily`, by policy, all of the same days: ``wealth``,
        ``interest`` (dollars).
    interest : bool, default=True
        As booked, or without the interest earned so far: the account plus what was traded.

    Returns
    -------
    DataFrame of shape (n_days, n_policies)
        Dollars.
    """
    return pd.DataFrame(
        {
            name: frame["wealth"] if interest else frame["wealth"] - frame["interest"]
            for name, frame in dailies.items()
        }
    )


def drawdown_of(wealth: pd.DataFrame) -> pd.DataFrame:
    """Fall from the highest close so far.

    Parameters
    ----------
    wealth : DataFrame of shape (n_days, n_policies)
        Dollars.

    Returns
    -------
    DataFrame of shape (n_days, n_policies)
        Fractions <= 0: -0.2 is a fifth below the best close so far.

    Raises
    ------
    DataError
        As `checked_wealth`.
    """
    found: pd.DataFrame = checked_wealth(wealth) / wealth.cummax() - 1.0
    return found


def growth_beyond_cash(wealth: pd.DataFrame, rate: float) -> pd.Series[float]:
    r"""Growth a year of each policy over what the account would have earned as cash alone.

    Parameters
    ----------
    wealth : DataFrame of shape (n_days, n_policies)
        Dollars, interest included.
    rate : float
        Interest a year, continuously compounded, that cash earns.

    Returns
    -------
    Series of shape (n_policies,)
        :math:`(W_T e^{-rT} / W_0)^{1/T} - 1` with `T` in years of 252 trading days; nan where
        wealth ends at or below zero.

    Raises
    ------
    DataError
        As `checked_wealth`.
    """
    checked_wealth(wealth)
    years = (len(wealth) - 1) / YEAR
    whole = (wealth.iloc[-1] / wealth.iloc[0]).where(wealth.iloc[-1] > 0.0)
    return pd.Series(np.expm1(np.log(whole.to_numpy(dtype=float)) / years - rate), whole.index)


def monthly_returns(wealth: pd.DataFrame) -> pd.DataFrame:
    """Return of each calendar month.

    Parameters
    ----------
    wealth : DataFrame of shape (n_days, n_policies)
        Dollars.

    Returns
    -------
    DataFrame
        A row a policy and month: ``policy``, ``year``, ``month`` (1 to 12), ``return`` (fraction
        of wealth at the close before the month), ``profit`` (dollars), ``days`` (closes of the
        month after the first close of all). The first and last month may be parts of one.

    Raises
    ------
    DataError
        As `checked_wealth`.
    """
    long = _by_period(wealth, "M")
    start = pd.PeriodIndex(long.pop("period"))
    long.insert(1, "year", start.year)
    long.insert(2, "month", start.month)
    return long


def calendar_years(wealth: pd.DataFrame) -> pd.DataFrame:
    """Return and deepest drawdown of each calendar year.

    Parameters
    ----------
    wealth : DataFrame of shape (n_days, n_policies)
        Dollars.

    Returns
    -------
    DataFrame
        A row a policy and year: ``policy``, ``year``, ``return`` (fraction of wealth at the last
        close of the year before), ``profit`` (dollars), ``days``, ``drawdown`` (deepest fall, as a
        fraction <= 0, from the highest close since the last one of the year before), ``whole``
        (whether the history holds all of the year).

    Raises
    ------
    DataError
        As `checked_wealth`.
    """
    long = _by_period(wealth, "Y")
    years = pd.PeriodIndex(long.pop("period")).year
    long.insert(1, "year", years)
    days = pd.DatetimeIndex(wealth.index)
    fall = {}
    for year in np.unique(years):
        first = max(int(np.searchsorted(days.year, year)) - 1, 0)
        last = int(np.searchsorted(days.year, year, side="right"))
        part = wealth.iloc[first:last]
        fall[year] = (part / part.cummax() - 1.0).min()
    long["drawdown"] = [
        float(fall[year][policy]) for year, policy in zip(years, long["policy"], strict=True)
    ]
    # A year is all there if a close of the year before is, and one of the year's last week
    ends = days[-1] >= pd.Timestamp(int(days[-1].year), 12, 28)
    long["whole"] = (years > days[0].year) & ((years < days[-1].year) | ends)
    return long


def worst_month(wealth: pd.DataFrame) -> pd.DataFrame:
    """Worst calendar month of each policy.

    Returns
    -------
    DataFrame
        By policy: ``return`` (fraction), ``month`` (such as "2018-12"). Parts of months at either
        end of the history count.

    Raises
    ------
    DataError
        As `checked_wealth`.
    """
    months = monthly_returns(wealth)
    worst = months.loc[months.groupby("policy", sort=False)["return"].idxmin()]
    when = [f"{y}-{m:02d}" for y, m in zip(worst["year"], worst["month"], strict=True)]
    return worst.assign(month=when).set_index("policy")[["return", "month"]]


def _by_period(wealth: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return and profit of each policy and period that holds a close after the first one."""
    checked_wealth(wealth)
    change = wealth.diff().iloc[1:]
    period = pd.DatetimeIndex(change.index).to_period(kind)
    profit = change.groupby(period).sum()
    days = change.groupby(period).size()
    ends = wealth.iloc[1:].groupby(period).last()
    before = ends - profit
    share = profit / before.where(before > 0.0)
    parts = [
        pd.DataFrame(
            {
                "policy": str(name),
                "period": profit.index,
                "return": share[name].to_numpy(),
                "profit": profit[name].to_numpy(),
                "days": days.to_numpy(),
            }
        )
        for name in wealth.columns
    ]
    return pd.concat(parts, ignore_index=True)


def episode_table(
    wealth: pd.DataFrame,
    levels: pd.DataFrame,
    episodes: Sequence[Episode] = EPISODES,
) -> pd.DataFrame:
    """What each policy went through in named episodes that lie within the days.

    Parameters
    ----------
    wealth : DataFrame of shape (n_days, n_policies)
        Dollars.
    levels : DataFrame of shape (n_days, 2)
        ``spx`` and ``vix`` in points, on the same days.
    episodes : sequence of Episode, optional
        With their dates: close before the first fall, and close at the low. Default: the library
        of `alvh.simulation.stress`, whose dates are computed from S&P 500 and Cboe closes.

    Returns
    -------
    DataFrame
        A row a policy and episode, in order of time: ``policy``, ``episode``, ``start``, ``end``,
        ``days`` (trading days), ``spx`` (return, fraction), ``vix_before``, ``vix_peak`` (closes,
        points), ``profit`` (dollars), ``return`` (fraction of wealth at the start), ``drawdown``
        (deepest fall within, fraction <= 0). No row for an episode of which the start or the end
        is not among the days.

    Raises
    ------
    DataError
        As `checked_wealth`, or if `levels` are not of the same days.
    """
    checked_wealth(wealth)
    if not levels.index.equals(wealth.index):
        raise DataError("levels must be of the days of wealth")
    rows = []
    dated = [
        (pd.Timestamp(episode.start), pd.Timestamp(episode.end), episode)
        for episode in episodes
        if episode.start is not None and episode.end is not None
    ]
    for start, end, episode in sorted(dated, key=lambda row: row[:2]):
        if start not in wealth.index or end not in wealth.index:
            continue
        part, market = wealth.loc[start:end], levels.loc[start:end]
        require(len(part) > 1, "episode", episode.name, "of two closes at least")
        fall = (part / part.cummax() - 1.0).min()
        for name in wealth.columns:
            first, last = float(part[name].iloc[0]), float(part[name].iloc[-1])
            rows.append(
                {
                    "policy": str(name),
                    "episode": episode.name,
                    "start": start,
                    "end": end,
                    "days": len(part) - 1,
                    "spx": float(market["spx"].iloc[-1] / market["spx"].iloc[0] - 1.0),
                    "vix_before": float(market["vix"].iloc[0]),
                    "vix_peak": float(market["vix"].max()),
                    "profit": last - first,
                    "return": (last - first) / first if first > 0.0 else np.nan,
                    "drawdown": float(fall[name]),
                }
            )
    columns = ("policy", "episode", "start", "end", "days", "spx", "vix_before", "vix_peak")
    return pd.DataFrame(rows, columns=[*columns, "profit", "return", "drawdown"])
