r"""Whether votes come before volatility expands, and what each signal is worth to a rule.

Votes are 1 (on), 0 (off) or nan (unavailable) at each close; VIX is in points. A vote at a close is
known at that close, and what it is set against comes strictly later. Everything is read off one
history, so intervals (95 %) and p-values come from the stationary bootstrap: each day carries what
was found for it (a start that was seen coming, an onset that was followed), and days are drawn in
blocks of a quarter on average, or three horizons if that is more. Twenty signals tested at 5 % show
one that is not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from alvh._typing import ArrayLike, FloatArray
from alvh.errors import DataError, ParameterError, require
from alvh.risk.bootstrap import (
    REPLICATIONS,
    block_length,
    drawn_interval,
    drawn_p_value,
    drawn_ratios,
    drawn_share,
    ratio_of,
    weights,
)

__all__ = ["ablation", "event_study", "expansions", "hit_rate", "hit_rates", "onsets"]

_QUARTER: Final = 63  # trading days
_Flags: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]
_Places: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]


# --- Expansions -----------------------------------------------------------------------------


def expansions(
    vix: pd.Series[Any], *, rise: float = 0.30, points: float | None = None, within: int = 10
) -> pd.DataFrame:
    r"""Times when VIX rose by so much within so many closes.

    Day :math:`t` is a trigger if :math:`\max(V_{t+1}, \ldots, V_{t+w}) \ge (1 + r) V_t`. Triggers
    at most :math:`w` days apart belong to one expansion. It starts at its first trigger, and its
    peak is its highest close until :math:`w` days after its last one; so expansions never overlap,
    and a rise that goes on for weeks is one.

    Parameters
    ----------
    vix : Series of shape (n_days,)
        Closes by day, points, > 0; nan where there is none, which is no trigger and no peak.
    rise : float, default=0.30
        Relative rise r, > 0.
    points : float, optional
        Rise in points instead, > 0.
    within : int, default=10
        Closes w in which it must be reached, >= 1.

    Returns
    -------
    DataFrame
        start, peak (days), at_start, at_peak (points), rise (relative), days (trading days from
        start to peak).

    Raises
    ------
    ParameterError
        If `rise`, `points` or `within` is out of range.
    DataError
        If a close is not positive, or days are not ascending.

    Notes
    -----
    What a start is can be told only later: it is what signals are judged by, never a signal. Of the
    last w days only the expansions that have already come are known.
    """
    require(rise > 0.0, "rise", rise, "> 0")
    require(points is None or points > 0.0, "points", points, "> 0")
    require(within >= 1, "within", within, ">= 1 day")
    _ascending(vix.index)
    level = vix.to_numpy(dtype=np.float64)
    if (level <= 0.0).any():
        raise DataError("VIX must be > 0 on every day")
    closes = np.where(np.isnan(level), -np.inf, level)
    ahead = np.full(level.size, -np.inf)
    for k in range(1, min(within, level.size - 1) + 1):
        np.maximum(ahead[:-k], closes[k:], out=ahead[:-k])
    target = level * (1.0 + rise) if points is None else level + points
    trigger = np.flatnonzero(ahead >= target)  # a comparison with nan is false
    begins = np.flatnonzero(np.r_[True, np.diff(trigger) > within][: trigger.size])
    start = trigger[begins]
    last = trigger[np.r_[begins[1:], trigger.size][: begins.size] - 1]
    top = [int(s + np.argmax(closes[s : e + within + 1])) for s, e in zip(start, last, strict=True)]
    peak = np.array(top, dtype=np.int64)
    return pd.DataFrame(
        {
            "start": vix.index[start],
            "peak": vix.index[peak],
            "at_start": level[start],
            "at_peak": level[peak],
            "rise": level[peak] / level[start] - 1.0,
            "days": peak - start,
        }
    )


# --- Votes before expansions ----------------------------------------------------------------


def onsets(votes: pd.Series[Any]) -> pd.Index[Any]:
    """Days whose vote is on after a close at which it was off.

    The first day, and a day after one without a vote, are none: when it went on is not known.
    """
    on, known = _votes(votes.to_frame())
    return votes.index[_onsets(on, known)[:, 0]]


def hit_rate(
    votes: pd.Series[Any],
    events: pd.DataFrame,
    horizon: int = 21,
    *,
    within: int = 10,
    replications: int = REPLICATIONS,
    seed: int = 1,
) -> pd.Series[Any]:
    """The row of `hit_rates` for one signal."""
    frame = votes.to_frame("signal" if votes.name is None else str(votes.name))
    table = hit_rates(frame, events, horizon, within=within, replications=replications, seed=seed)
    return table.iloc[0]


def hit_rates(
    votes: pd.DataFrame,
    events: pd.DataFrame,
    horizon: int = 21,
    *,
    within: int = 10,
    replications: int = REPLICATIONS,
    seed: int = 1,
) -> pd.DataFrame:
    """How often each signal's votes came before an expansion, how early, and how often in vain.

    Parameters
    ----------
    votes : DataFrame of shape (n_days, n_signals)
        True or 1, False or 0, nan; by day, ascending.
    events : DataFrame
        Of `expansions`; its column ``start`` is read.
    horizon : int, default=21
        Closes in which a vote counts: that of the start and those before it.
    within : int, default=10
        As given to `expansions`: whether one starts in the last so many days is not known yet, so
        onsets and days whose horizon reaches into them are left out.
    replications, seed : int
        Of the stationary bootstrap.

    Returns
    -------
    DataFrame of n_signals rows
        Estimates, each with _low and _high:

        - recall: share of starts with a vote in their horizon; base: the same share of all days,
          which is what votes as frequent and as clustered reach without knowing anything; lift:
          the difference;
        - precision: share of onsets (see `onsets`) with a start in the horizon from that close on;
          base_precision: the same share of all days; edge: the difference;
        - lead_mean, lead_median: trading days from the first vote in the horizon to the start, of
          the starts that had one; lead_base: that mean of all days that had one. A signal that is
          always on leads by a whole horizon.

        And signal; available (share of days), voting (share of those); events, hits, onsets,
        followed (numbers).

    Raises
    ------
    ParameterError
        If `horizon` or `within` is not at least 1.
    DataError
        If a vote is another number, days are not ascending, or an event is not on one of them.

    Notes
    -----
    A start or day counts only if the signal was available at every close of its horizon. Intervals
    of shares are Wilson's with the bootstrap's deviation, the others its percentiles.
    """
    require(horizon >= 1, "horizon", horizon, ">= 1 day")
    require(within >= 1, "within", within, ">= 1 day")
    on, known = _votes(votes)
    n = len(votes)
    starts = votes.index.get_indexer(pd.Index(events["start"]))
    if (starts < 0).any():
        raise DataError("every event must start on a day of the votes")
    study = _Study(on, known, starts, horizon, within)
    drawn = weights(n, _block(n, horizon), replications, seed)
    # one pass for every ratio: the draws are far larger than what is drawn from
    tops, bottoms = (np.concatenate(x, axis=1) for x in zip(*study.ratios.values(), strict=True))
    every = np.split(drawn_ratios(drawn, tops, bottoms), len(study.ratios), axis=1)
    draws = dict(zip(study.ratios, every, strict=True))
    values = {name: ratio_of(*pair) for name, pair in study.ratios.items()}
    rows = []
    for j, signal in enumerate(votes.columns):
        row: dict[str, Any] = {
            "signal": str(signal),
            "available": float(known[:, j].mean()),
            "voting": float(on[:, j].sum() / max(known[:, j].sum(), 1)),
        }
        for name, (top, bottom) in study.ratios.items():
            trials = float(bottom[:, j].sum())
            value, drawn_values = float(values[name][j]), draws[name][:, j]
            if name in ("recall", "precision"):
                label = ("events", "hits") if name == "recall" else ("onsets", "followed")
                row |= dict(zip(label, (int(trials), int(top[:, j].sum())), strict=True))
            found = (
                drawn_interval(value, drawn_values)
                if name.startswith("lead")
                else drawn_share(value, drawn_values, trials)
            )
            row |= {name: value, f"{name}_low": found.low, f"{name}_high": found.high}
        for name, one, other in _DIFFERENCES:
            value = float(values[one][j] - values[other][j])
            found = drawn_interval(value, draws[one][:, j] - draws[other][:, j])
            row |= {name: value, f"{name}_low": found.low, f"{name}_high": found.high}
        value, drawn_values = study.median_lead(drawn, j)
        found = drawn_interval(value, drawn_values)
        row |= {"lead_median": value, "lead_median_low": found.low, "lead_median_high": found.high}
        rows.append(row)
    return pd.DataFrame(rows)


_DIFFERENCES: Final = (("lift", "recall", "base"), ("edge", "precision", "base_precision"))


class _Study:
    """What each day carries: flags of shape (n_days, n_signals), as tops and bottoms of ratios."""

    def __init__(
        self, on: _Flags, known: _Flags, starts: _Places, horizon: int, within: int
    ) -> None:
        n = on.shape[0]
        day = np.arange(n)[:, None]
        begun = np.zeros((n, 1), dtype=bool)
        begun[starts] = True
        complete = _behind(known, horizon) == horizon
        # the first vote at or after the first close of the horizon that ends today
        upcoming = np.where(on, day, n)
        upcoming = np.minimum.accumulate(upcoming[::-1], axis=0)[::-1]
        first = upcoming[np.maximum(np.arange(n) - horizon + 1, 0)]
        voted = complete & (first <= day)
        self.lead = np.where(voted, day - first, 0).astype(np.float64)
        settled = day + horizon - 1 < n - within
        # as many starts in the days from today on as behind the last of them
        followed = _behind(begun[::-1], horizon)[::-1] > 0
        turned = _onsets(on, known) & settled
        anyday = known & settled
        self.hit = begun & voted
        self.starts = starts
        pairs: dict[str, tuple[Any, Any]] = {
            "recall": (self.hit, begun & complete),
            "base": (voted, complete),
            "precision": (turned & followed, turned),
            "base_precision": (anyday & followed, anyday),
            "lead_mean": (self.lead * self.hit, self.hit),
            "lead_base": (self.lead, voted),
        }
        self.ratios: dict[str, tuple[FloatArray, FloatArray]] = {
            name: (np.asarray(top, dtype=np.float64), np.asarray(bottom, dtype=np.float64))
            for name, (top, bottom) in pairs.items()
        }

    def median_lead(
        self, drawn: np.ndarray[Any, np.dtype[np.float32]], j: int
    ) -> tuple[float, FloatArray]:
        """Median lead of signal `j`, and that of every drawn history (the lower of two)."""
        hits = np.unique(self.starts[self.hit[self.starts, j]])
        if not hits.size:
            return float("nan"), np.full(len(drawn), np.nan)
        lead = self.lead[hits, j]
        order = np.argsort(lead, kind="stable")
        reached = np.cumsum(drawn[:, hits[order]], axis=1)
        half = np.argmax(reached >= 0.5 * reached[:, -1:], axis=1)
        medians = np.where(reached[:, -1] > 0.0, lead[order][half], np.nan)
        return float(np.quantile(lead, 0.5, method="inverted_cdf")), medians


# --- VIX after onsets -----------------------------------------------------------------------


def event_study(
    votes: pd.Series[Any],
    vix: pd.Series[Any],
    horizons: Sequence[int] = (5, 10, 21),
    *,
    replications: int = REPLICATIONS,
    seed: int = 1,
) -> pd.DataFrame:
    """Mean change of VIX after a vote goes on, less its mean change after any day.

    Parameters
    ----------
    votes : Series of shape (n_days,)
        As a column of `hit_rates`.
    vix : Series of shape (n_days,)
        Closes on the same days, points; nan where there is none.
    horizons : sequence of int, default=(5, 10, 21)
        Closes later.
    replications, seed : int
        Of the stationary bootstrap.

    Returns
    -------
    DataFrame of one row a horizon
        horizon, onsets (number with both closes), after, any_day, difference (points; any day is
        one at which the signal was available), low, high (of the difference), p_value (two-sided,
        of no difference).

    Raises
    ------
    ParameterError
        If a horizon is not at least 1.
    DataError
        If days differ, or a vote is another number.
    """
    if not vix.index.equals(votes.index):
        raise DataError("VIX must be on the same days as the votes")
    require(np.asarray(horizons) >= 1, "horizons", horizons, ">= 1 day")
    on, known = _votes(votes.to_frame())
    turned, anyday = _onsets(on, known)[:, 0], known[:, 0]
    level = vix.to_numpy(dtype=np.float64)
    n = level.size
    drawn = weights(n, _block(n, max(horizons)), replications, seed)
    rows = []
    for horizon in horizons:
        change = np.full(n, np.nan)
        change[:-horizon] = level[horizon:] - level[:-horizon]
        seen = np.isfinite(change)
        counted = np.column_stack([turned & seen, anyday & seen]).astype(np.float64)
        moved = counted * np.where(seen, change, 0.0)[:, None]
        after, usual = ratio_of(moved, counted)
        draws = drawn_ratios(drawn, moved, counted)
        difference, drawn_difference = float(after - usual), draws[:, 0] - draws[:, 1]
        found = drawn_interval(difference, drawn_difference)
        p = drawn_p_value(difference, drawn_difference)
        head = (horizon, int(counted[:, 0].sum()), float(after), float(usual))
        rows.append((*head, difference, found.low, found.high, p))
    columns = ["horizon", "onsets", "after", "any_day", "difference", "low", "high", "p_value"]
    return pd.DataFrame(rows, columns=columns)


# --- A rule without a signal ----------------------------------------------------------------


def ablation(
    results: Mapping[str | None, Mapping[str, ArrayLike]],
    *,
    year: float = 252.0,
    block: int | None = None,
    replications: int = REPLICATIONS,
    seed: int = 1,
) -> pd.DataFrame:
    """What changes when a signal is dropped from the rule, period by period on one history.

    Parameters
    ----------
    results : dict of str or None to dict of str to array_like of shape (n_periods,)
        By the signal dropped (None: none was), by metric: its value in each period, such as
        the profit of each day in dollars. All of a metric on the same periods.
    year : float, default=252
        Periods a year.
    block : int, optional
        Mean length of the bootstrap's blocks in periods. Default: chosen from the data.
    replications, seed : int
        Of the stationary bootstrap.

    Returns
    -------
    DataFrame of one row a signal and metric
        dropped, metric, full, without (a year, with every signal and without this one),
        difference (without less full) with low and high, p_value (two-sided, of no difference).

    Raises
    ------
    ParameterError
        If the rule with every signal is missing, or `year` is not > 0.
    DataError
        If a metric is missing for a signal, or is not finite on the same periods, two at least.

    Notes
    -----
    Periods are drawn in pairs, so what moves both alike cancels. A dropped signal changes what is
    held from then on; one history tells little of that, and the interval says how little.
    """
    require(year > 0.0, "year", year, "> 0")
    if None not in results:
        raise ParameterError("results must hold the rule with every signal, under None")
    full = {metric: np.asarray(x, dtype=np.float64) for metric, x in results[None].items()}
    dropped = [name for name in results if name is not None]
    rows = []
    for metric, whole in full.items():
        others = [_periods(results[name], metric, name, whole) for name in dropped]
        if not others:
            continue
        gaps = [other - whole for other in others]
        drawn = weights(whole.size, block or block_length(*gaps), replications, seed)
        table = np.column_stack(gaps)
        draws = year * drawn_ratios(drawn, table, np.ones_like(table))
        for j, (name, other) in enumerate(zip(dropped, others, strict=True)):
            difference = year * float(gaps[j].mean())
            found = drawn_interval(difference, draws[:, j])
            ends = (difference, found.low, found.high, drawn_p_value(difference, draws[:, j]))
            rows.append((name, metric, year * whole.mean(), year * other.mean(), *ends))
    columns = ["dropped", "metric", "full", "without", "difference", "low", "high", "p_value"]
    return pd.DataFrame(rows, columns=columns)


def _periods(
    result: Mapping[str, ArrayLike], metric: str, name: str, whole: FloatArray
) -> FloatArray:
    if metric not in result:
        raise DataError(f"{metric} is missing without {name}")
    other = np.asarray(result[metric], dtype=np.float64)
    if other.ndim != 1 or other.shape != whole.shape or whole.size < 2:
        raise DataError(f"{metric} without {name} must be on the periods of the full rule")
    if not (np.isfinite(other).all() and np.isfinite(whole).all()):
        raise DataError(f"{metric} must be finite in every period")
    return other


# --- Parts ----------------------------------------------------------------------------------


def _block(n: int, horizon: int) -> int:
    """Mean length of blocks: longer than what a day carries, and at least four to a history."""
    return max(min(max(_QUARTER, 3 * horizon), n // 4), 1)


def _ascending(days: pd.Index[Any]) -> None:
    if not (days.is_monotonic_increasing and days.is_unique):
        raise DataError("days must be ascending, each once")


def _votes(votes: pd.DataFrame) -> tuple[_Flags, _Flags]:
    """Which votes are on, and which are known, each of shape (n_days, n_signals)."""
    _ascending(votes.index)
    if len(votes) < 2:
        raise DataError(f"votes need at least 2 days, got {len(votes)}")
    values = votes.to_numpy(dtype=np.float64, na_value=np.nan)
    known = ~np.isnan(values)
    wrong = known & (values != 0.0) & (values != 1.0)
    if wrong.any():
        raise DataError(f"votes must be 0, 1 or missing, got {values[wrong][0]:g}")
    return values == 1.0, known


def _onsets(on: _Flags, known: _Flags) -> _Flags:
    turned = np.zeros_like(on)
    turned[1:] = on[1:] & known[:-1] & ~on[:-1]
    return turned


def _behind(flags: _Flags, n: int) -> _Places:
    """How many of the last `n` days, today's among them, are true; shape of `flags`."""
    total = np.cumsum(flags, axis=0, dtype=np.int64)
    total[n:] -= total[:-n].copy()
    return total
