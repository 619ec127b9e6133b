r"""Crashes as paths: named episodes, or a shock of one's own, applied to today's market.

An episode is a handful of facts: how far the index falls and in how many days, its worst day, where
VIX peaks. A path is drawn through them, the same each time:

- The index falls at an even pace in logs but for its worst day, which is placed; it then regains a
  share of the fall at an even pace in logs, and stays there.
- VIX rises to its peak with the fall, :math:`\log` VIX in proportion to the share of the log fall
  done by then; goes on at an even pace in logs to its level at the low; and halves what is left
  above today's level every `vix_half_life` days.
- The log of VIX/VIX3M moves from today's to the episode's largest as log VIX moves to its peak.

Each day is then the state of the model that shows both levels, or the nearest one.

What such a path lacks: the ups and downs between. Through eleven real episodes of 1999-2021 its
index is off by 16 % of the fall (root mean square, in logs) and its VIX on the way up by 23 %; of
the shapes tried (falls bunched about the worst day, VIX even in time) these came nearest. A stop
that a rebound would have whipsawed is not, and gamma lost to daily swings is not lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from alvh._typing import FloatArray
from alvh.clock import VIX3M_HORIZON
from alvh.errors import require
from alvh.model.parameters import ModelParameters
from alvh.model.state import MarketState
from alvh.pricing import implied_state, vix_index
from alvh.simulation.paths import MarketPaths
from alvh.value import Value

__all__ = ["BIG_TOP", "EPISODES", "Episode", "stress_levels", "stress_paths"]

_EDGE = (2.0, 0.8)  # variance and mean variance at the edge of the pricing tables
_MOST_DAYS = 252 * 30
_HISTORY = "S&P 500 and Cboe closes of 1999-2021"
_RECORD = "public record of closes"

VixRise = Literal["level", "ratio", "points"]


def _day(title: str, text: str) -> int | None:
    day: int | None = Field(
        None,
        ge=1,
        le=2520,
        title=title,
        description=text,
        json_schema_extra={"unit": "trading days", "step": 1},
    )
    return day


class Episode(Value):
    """A fall of the index and the rise of VIX that comes with it. VIX in points, falls in percent.

    The defaults are a shock to start from when one sets one's own.
    """

    name: str = Field("Your shock", min_length=1, max_length=60, title="Name")
    start: date | None = Field(None, title="From", description="Close before the first fall.")
    end: date | None = Field(None, title="To", description="Close at the low.")
    days: int = Field(
        10,
        ge=1,
        le=2520,
        title="Days down",
        description="Trading days from today's close to the low.",
        json_schema_extra={"unit": "trading days", "step": 1},
    )
    depth: float = Field(
        15.0,
        ge=0.5,
        le=90.0,
        title="Depth",
        description="Fall of the index from today's close to the low.",
        json_schema_extra={"unit": "%", "step": 0.5},
    )
    worst_day: float | None = Field(
        None,
        gt=0.0,
        le=90.0,
        title="Worst day",
        description="Largest fall of one day; between the even pace and the depth. Empty: the "
        "even pace.",
        json_schema_extra={"unit": "%", "step": 0.5},
    )
    worst_at: int | None = _day("Worst day on", "Day of the worst fall. Empty: the day of the low.")
    vix_before: float = Field(
        16.0,
        ge=5.0,
        le=150.0,
        title="VIX before",
        description="Close of VIX before the fall; read when the rise is a ratio or in points.",
        json_schema_extra={"unit": "VIX points", "step": 0.5},
    )
    vix_peak: float = Field(
        45.0,
        ge=5.0,
        le=200.0,
        title="VIX peak",
        description="Highest close of VIX.",
        json_schema_extra={"unit": "VIX points", "step": 0.5},
    )
    vix_rise: VixRise = Field(
        "level",
        title="VIX rises",
        description="To the peak's own level, or today's if that is higher; by the ratio of peak "
        "to before; or by as many points.",
    )
    peak_at: int | None = _day("VIX peak on", "Day of the peak. Empty: the day of the low.")
    vix_at_low: float | None = Field(
        None,
        ge=5.0,
        le=200.0,
        title="VIX at the low",
        description="Close of VIX when the index is lowest. Empty: at its peak.",
        json_schema_extra={"unit": "VIX points", "step": 0.5},
    )
    vix_half_life: float = Field(
        10.0,
        ge=0.5,
        le=250.0,
        title="VIX halves in",
        description="Days after the low in which half of what VIX is above today's level is lost.",
        json_schema_extra={"unit": "trading days", "step": 0.5},
    )
    curve_peak: float | None = Field(
        None,
        ge=0.7,
        le=1.6,
        title="Largest VIX/VIX3M",
        description="At the peak of VIX; above one the curve is inverted. Empty: as the model "
        "expects it at that VIX.",
        json_schema_extra={"unit": "", "step": 0.01},
    )
    recovery_days: int = Field(
        21,
        ge=0,
        le=504,
        title="Recovery",
        description="Trading days after the low in which the index recovers; it is flat from then.",
        json_schema_extra={"unit": "trading days", "step": 1},
    )
    recovery: float = Field(
        50.0,
        ge=0.0,
        le=150.0,
        title="Regained",
        description="Share of the fall, in index points, regained by then.",
        json_schema_extra={"unit": "% of the fall", "step": 5.0},
    )
    source: str = Field("", max_length=200, title="Source")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        even = 100.0 * -np.expm1(np.log1p(-self.depth / 100.0) / self.days)
        worst = self.worst_day
        if worst is not None and not even - 1e-9 <= worst <= self.depth + 1e-9:
            raise ValueError(
                f"worst_day must be from the even pace, {even:.2f} %, to the depth, "
                f"{self.depth:g} %, got {worst:g}"
            )
        if worst is not None and self.days == 1 and worst < self.depth - 1e-9:
            raise ValueError(f"worst_day must be the depth when days is 1, got {worst:g}")
        for name in ("worst_at", "peak_at"):
            at = getattr(self, name)
            if at is not None and at > self.days:
                raise ValueError(f"{name} must be at most days, {self.days}, got {at}")
        if self.vix_peak < self.vix_before:
            raise ValueError(
                f"vix_peak must be at least vix_before, {self.vix_before:g}, got {self.vix_peak:g}"
            )
        if self.vix_at_low is not None and self.vix_at_low > self.vix_peak:
            raise ValueError(
                f"vix_at_low must be at most vix_peak, {self.vix_peak:g}, got {self.vix_at_low:g}"
            )
        return self

    @property
    def worst_on(self) -> int:
        """Trading day of the worst fall."""
        return self.days if self.worst_at is None else self.worst_at

    @property
    def peak_on(self) -> int:
        """Trading day of VIX's peak."""
        return self.days if self.peak_at is None else self.peak_at

    @property
    def n_days(self) -> int:
        """Trading days to the end of the recovery."""
        return self.days + self.recovery_days

    def vix_levels(self, now: float) -> tuple[float, float]:
        """Peak of VIX and its level at the low, in points, from today's level `now`."""
        low = self.vix_peak if self.vix_at_low is None else self.vix_at_low
        if self.vix_rise == "ratio":
            return now * self.vix_peak / self.vix_before, now * low / self.vix_before
        if self.vix_rise == "points":
            return now + self.vix_peak - self.vix_before, now + low - self.vix_before
        return max(self.vix_peak, now), max(low, now)


def _of(
    name: str,
    start: str,
    end: str,
    fall: tuple[int, float, float, int],
    vix: tuple[float, float, int, float, float],
    curve: float | None,
    regained: float,
    source: str = _HISTORY,
) -> Episode:
    """A row of the table: fall (days, depth, worst day, on day), VIX (before, peak, on, low, half).

    All recover for 21 trading days: `regained` is what the index had made up by then.
    """
    return Episode(
        name=name,
        start=date.fromisoformat(start),
        end=date.fromisoformat(end),
        days=fall[0],
        depth=fall[1],
        worst_day=fall[2],
        worst_at=fall[3],
        vix_before=vix[0],
        vix_peak=vix[1],
        peak_at=vix[2],
        vix_at_low=vix[3],
        vix_half_life=vix[4],
        curve_peak=curve,
        recovery_days=21,
        recovery=regained,
        source=source,
    )


BIG_TOP: Final = Episode(
    name='Big Top "Temporal Theta" Cash Press',
    days=10,
    depth=7.0,
    worst_day=2.5,
    worst_at=7,
    vix_before=13.0,
    vix_peak=33.0,
    vix_rise="points",
    peak_at=10,
    vix_half_life=10.0,
    curve_peak=1.10,
    recovery_days=21,
    recovery=50.0,
    source="scenario of the method: from near a high and a curve in contango, a volatility "
    "expansion in which short options gain vega faster than they lose time value",
)
"""The method's named scenario: SPX down 7 %, VIX up 20 points, the curve inverted."""

# Closes; VIX at the low, its half-life (days from the low to the first close at or below the middle
# of its levels before and at the low) and the share regained 21 days after the low likewise.
EPISODES: Final[tuple[Episode, ...]] = (
    _of("Dot-com slide", "2000-03-24", "2002-10-09",
        (637, 49.1, 5.8, 15), (23.3, 45.1, 591, 42.1, 12), None, 16.8),
    _of("September 2001", "2001-09-10", "2001-09-21",
        (5, 11.6, 4.9, 1), (31.8, 43.7, 4, 42.7, 2), None, 97.9),
    _of("Shanghai shock", "2007-02-26", "2007-03-05",
        (5, 5.2, 3.5, 1), (11.2, 19.6, 5, 19.6, 2), None, 84.6),
    _of("Financial crisis", "2007-10-09", "2009-03-09",
        (355, 56.8, 9.0, 257), (16.1, 80.9, 283, 49.7, 41), None, 15.6),
    _of("Lehman quarter", "2008-09-12", "2008-11-20",
        (49, 39.9, 9.0, 23), (25.7, 80.9, 49, 80.9, 17), None, 23.9),
    _of("Flash crash", "2010-04-23", "2010-07-02",
        (49, 16.0, 3.9, 19), (16.6, 45.8, 19, 30.1, 15), 1.24, 50.3),
    _of("US downgrade", "2011-07-22", "2011-10-03",
        (50, 18.3, 6.7, 11), (17.5, 48.0, 11, 45.5, 7), 1.26, 48.4),
    _of("China devaluation", "2015-08-17", "2015-08-25",
        (6, 11.2, 3.9, 5), (13.0, 40.7, 5, 36.0, 11), 1.31, 27.5),
    _of("Volmageddon", "2018-01-26", "2018-02-08",
        (9, 10.2, 4.1, 6), (11.1, 37.3, 6, 33.5, 4), 1.33, 69.2),
    _of("Q4 2018", "2018-09-20", "2018-12-24",
        (65, 19.8, 3.3, 14), (11.8, 36.1, 65, 36.1, 5), 1.25, 54.1),
    _of("Covid", "2020-02-19", "2020-03-23",
        (23, 33.9, 12.0, 18), (14.4, 82.7, 18, 61.6, 15), 1.34, 48.9),
    _of("2022 bear market", "2022-01-03", "2022-10-12",
        (195, 25.4, 4.3, 174), (16.6, 36.5, 43, 33.6, 21), 1.02, 31.1, _RECORD),
    _of("Yen carry unwind", "2024-07-16", "2024-08-05",
        (14, 8.5, 3.0, 14), (13.2, 38.6, 14, 38.6, 3), 1.14, 69.4, _RECORD),
    _of("Tariff shock", "2025-02-19", "2025-04-08",
        (34, 18.9, 6.0, 32), (15.3, 52.3, 34, 52.3, 1), 1.27, 58.7, _RECORD),
    _of("Black Monday", "1987-10-05", "1987-10-19",
        (10, 31.5, 20.5, 10), (16.0, 150.0, 10, 150.0, 6), None, 17.6,
        "public record; VIX is the VXO of S&P 100 options, approximate"),
    BIG_TOP,
)  # fmt: skip
"""The library: fifteen crashes by their closes, and the method's scenario."""


def stress_paths(
    model: ModelParameters,
    state: MarketState,
    episodes: Episode | Sequence[Episode] = EPISODES,
    *,
    n_days: int | None = None,
) -> MarketPaths:
    """Paths of episodes from today's market, one path each.

    Parameters
    ----------
    model : ModelParameters
        Risk-neutral parameters, of whose states the paths are made.
    state : MarketState
        Scalar; today. Every path starts there: falls are relative to its spot.
    episodes : Episode or sequence of Episode
        The library by default.
    n_days : int, optional
        Trading days of every path; to the end of the longest recovery if omitted. A shorter
        horizon cuts, a longer one goes on flat while VIX settles.

    Returns
    -------
    MarketPaths
        Arrays of shape (n_episodes, n_days + 1).

    Raises
    ------
    ValueError
        If there is no episode, the state is an array or `n_days` is not from 1 to 7,560.

    Notes
    -----
    Where no state shows the wanted VIX and VIX3M, the nearest one stands in (`implied_state`),
    within the reach of the pricing tables: `stress_levels` tells by how much.
    """
    chosen = _listed(episodes)
    horizon = max(e.n_days for e in chosen) if n_days is None else n_days
    require(1 <= horizon <= _MOST_DAYS, "n_days", horizon, f"from 1 to {_MOST_DAYS:,}")
    wanted = [_wanted(model, state, episode, horizon) for episode in chosen]
    spot, vix, vix3m = (np.stack(rows) for rows in zip(*wanted, strict=True))
    shown = implied_state(model, spot, vix, vix3m)
    v = np.minimum(np.asarray(shown.variance), _EDGE[0])
    m = np.minimum(np.asarray(shown.mean_variance), _EDGE[1])
    v[:, 0], m[:, 0] = state.variance, state.mean_variance
    return MarketPaths(spot, v, m)


def stress_levels(
    model: ModelParameters, state: MarketState, episode: Episode, *, n_days: int | None = None
) -> pd.DataFrame:
    """What an episode asks of each day, and what the nearest state of the model shows.

    Parameters
    ----------
    model, state, n_days
        As `stress_paths`.
    episode : Episode

    Returns
    -------
    DataFrame
        day, spot (index points), vix, vix3m as asked for, vix_shown, vix3m_shown (VIX points).
    """
    paths = stress_paths(model, state, episode, n_days=n_days)
    spot, vix, vix3m = _wanted(model, state, episode, paths.n_days)
    days = MarketState(
        spot=paths.spot[0], variance=paths.variance[0], mean_variance=paths.mean_variance[0]
    )
    return pd.DataFrame(
        {
            "day": np.arange(paths.n_days + 1),
            "spot": spot,
            "vix": vix,
            "vix3m": vix3m,
            "vix_shown": vix_index(model, days),
            "vix3m_shown": vix_index(model, days, VIX3M_HORIZON),
        }
    )


def _listed(episodes: Episode | Sequence[Episode]) -> list[Episode]:
    chosen = [episodes] if isinstance(episodes, Episode) else list(episodes)
    require(len(chosen) > 0, "episodes", "none", "at least one")
    return chosen


def _wanted(
    model: ModelParameters, state: MarketState, episode: Episode, n_days: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Spot, VIX and VIX3M of each day, as the episode asks for them."""
    levels = (state.spot, state.variance, state.mean_variance)
    require(all(np.ndim(x) == 0 for x in levels), "state", "an array", "a single state")
    length = max(n_days, episode.n_days)
    fall = _fall(episode)
    spot = _spot(episode, float(state.spot), fall, length)
    now = float(vix_index(model, state))
    vix = _vix(episode, now, fall, length)
    today = now / float(vix_index(model, state, VIX3M_HORIZON))
    ratio = _curve(model, episode, now, today, vix)
    return spot[: n_days + 1], vix[: n_days + 1], (vix / ratio)[: n_days + 1]


def _fall(episode: Episode) -> FloatArray:
    """Log fall done by each day, from zero today to the low."""
    whole, n = -np.log1p(-episode.depth / 100.0), episode.days
    steps = np.full(n, whole / n)
    if episode.worst_day is not None and n > 1:
        worst = -np.log1p(-episode.worst_day / 100.0)
        steps[:] = max(whole - worst, 0.0) / (n - 1)
        steps[episode.worst_on - 1] = worst
    done = np.concatenate([[0.0], np.cumsum(steps)])
    return np.asarray(done * (whole / done[-1]))


def _spot(episode: Episode, start: float, fall: FloatArray, length: int) -> FloatArray:
    """Index on each day: down, part of the way up, flat."""
    low = start * np.exp(-fall[-1])
    regained = low + episode.recovery / 100.0 * (start - low)
    after = np.arange(1, length - episode.days + 1)
    share = np.minimum(after / max(episode.recovery_days, 1), 1.0)
    if not episode.recovery_days:
        share = np.zeros(after.size)
    return np.concatenate([start * np.exp(-fall), low * (regained / low) ** share])


def _vix(episode: Episode, now: float, fall: FloatArray, length: int) -> FloatArray:
    """VIX on each day: up with the fall, on to its level at the low, back by halves."""
    peak, low = episode.vix_levels(now)
    top = episode.peak_on
    rise = now * (peak / now) ** (fall[: top + 1] / fall[top])
    if top == episode.days:
        low, held = peak, np.empty(0)
    else:
        held = peak * (low / peak) ** (np.arange(1, episode.days - top + 1) / (episode.days - top))
    after = np.arange(1, length - episode.days + 1)
    return np.concatenate([rise, held, now + (low - now) * 0.5 ** (after / episode.vix_half_life)])


def _curve(
    model: ModelParameters, episode: Episode, now: float, today: float, vix: FloatArray
) -> FloatArray:
    """VIX/VIX3M on each day: from `today` to the largest as VIX goes from `now` to its peak."""
    peak, _ = episode.vix_levels(now)
    if peak <= now * (1.0 + 1e-12):
        return np.full(vix.size, today)
    most = episode.curve_peak
    if most is None:
        there = implied_state(model, 1.0, peak)
        most = float(vix_index(model, there) / vix_index(model, there, VIX3M_HORIZON))
    share = np.clip(np.log(vix / now) / np.log(peak / now), 0.0, 1.0)
    return np.asarray(today * (max(most, today) / today) ** share)
