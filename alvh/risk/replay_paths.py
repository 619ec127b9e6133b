"""A span of real days, and how well the model's state shows each of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from alvh.clock import VIX3M_HORIZON
from alvh.errors import DataError
from alvh.model.parameters import ModelParameters
from alvh.model.state import MarketState
from alvh.pricing import vix_index
from alvh.signals import signal_panel
from alvh.simulation.paths import MarketPaths
from alvh.strategy.policy import Policy
from alvh.strategy.vote import SignalName

__all__ = ["CLOSE", "fit_summary", "span_of", "state_fit"]

CLOSE: Final = 0.05
"""VIX points within which a level counts as reproduced."""
_FEWEST: Final = 2  # days of a span


def span_of(
    paths: MarketPaths,
    start: dt.date | None = None,
    end: dt.date | None = None,
    policies: Sequence[Policy] = (),
) -> MarketPaths:
    """Days of a historical path from `start` to `end`, both included.

    Parameters
    ----------
    paths : MarketPaths
        A single one, with dates.
    start, end : date, optional
        Default: the first and the last day. A day without a close stands for the next (`start`)
        or the last before (`end`).
    policies : sequence of Policy, optional
        Whose signals are to know the days before the span; other signals begin with it.

    Returns
    -------
    MarketPaths
        States and signals are those of the whole history: of each day and those before it, as
        they were known then. A day's signal never depends on a later one.

    Raises
    ------
    DataError
        If `paths` have no dates, or fewer than two days lie in the span.
    """
    if paths.dates is None or paths.history is None or paths.n_paths != 1:
        raise DataError("a span of days needs a single path with dates")
    dates = np.asarray(paths.dates)
    first = 0 if start is None else int(np.searchsorted(dates, np.datetime64(start, "D")))
    last = (
        dates.size
        if end is None
        else int(np.searchsorted(dates, np.datetime64(end, "D"), side="right"))
    )
    if last - first < _FEWEST:
        raise DataError(
            f"From and to must hold at least {_FEWEST} trading days of {dates[0]} to {dates[-1]}, "
            f"got {dates[0] if start is None else start} to {dates[-1] if end is None else end}"
        )
    arrays: dict[str, Any] = {
        name: np.ascontiguousarray(getattr(paths, name)[:, first:last])
        for name in ("spot", "variance", "mean_variance")
    }
    panels = {key: values[first:last] for key, values in _signals(paths, policies).items()}
    return replace(
        paths,
        **arrays,
        dates=dates[first:last],
        history=paths.history.iloc[first:last],
        panels=panels,
    )


def _signals(paths: MarketPaths, policies: Sequence[Policy]) -> dict[Any, Any]:
    """Signals of the policies on every day of the history, kept with it as the engine does."""
    for policy in policies:
        rule = policy.regime.parameters
        asked: list[SignalName] = [vote.signal for vote in policy.regime.votes]
        asked += [it.signal for it in policy.second.conditions]
        names = [name for name in dict.fromkeys(asked) if (name, rule) not in paths.panels]
        if names:
            values, _ = signal_panel(paths.history, rule, macro=paths.macro, names=names)
            paths.panels.update({(name, rule): values[name].to_numpy() for name in names})
    return paths.panels


def state_fit(paths: MarketPaths, model: ModelParameters) -> pd.DataFrame:
    """VIX and VIX3M of each day as quoted, and as the model shows them at the day's state.

    Parameters
    ----------
    paths : MarketPaths
        Of `alvh.simulation.historical_paths`.
    model : ModelParameters
        The one the states belong to.

    Returns
    -------
    DataFrame
        A row a day and index: ``date``, ``index`` ("VIX", "VIX3M"), ``quoted``, ``shown``, ``gap``
        (shown less quoted), VIX points. VIX3M only on days it was quoted.

    Raises
    ------
    DataError
        If the paths are not of history.
    """
    if paths.dates is None or paths.history is None or paths.n_paths != 1:
        raise DataError("the fit of states needs a single path of history")
    states = MarketState(
        spot=paths.spot[0], variance=paths.variance[0], mean_variance=paths.mean_variance[0]
    )
    dates = pd.DatetimeIndex(paths.dates)
    parts = []
    for name, column, horizon in (
        ("VIX", "vix_close", None),
        ("VIX3M", "vix3m_close", VIX3M_HORIZON),
    ):
        if column not in paths.history:
            continue
        quoted = paths.history[column].to_numpy(dtype=float)
        shown = vix_index(model, states) if horizon is None else vix_index(model, states, horizon)
        frame = pd.DataFrame({"date": dates, "index": name, "quoted": quoted, "shown": shown})
        parts.append(frame[np.isfinite(quoted)])
    found: pd.DataFrame = pd.concat(parts, ignore_index=True)
    found["gap"] = found["shown"] - found["quoted"]
    return found


def fit_summary(fit: pd.DataFrame) -> pd.DataFrame:
    """How often and by how much the model's levels miss the quoted ones.

    Parameters
    ----------
    fit : DataFrame
        Of `state_fit`.

    Returns
    -------
    DataFrame
        A row an index: ``index``, ``days``, ``close`` (share of days within `CLOSE` points),
        ``mean`` (absolute gap), ``largest`` (gap, signed), points, and ``date`` of the largest.
    """
    rows = []
    for name, part in fit.groupby("index", sort=False):
        size = part["gap"].abs()
        worst: Any = part.iloc[int(size.argmax())]
        rows.append(
            {
                "index": str(name),
                "days": len(part),
                "close": float((size <= CLOSE).mean()),
                "mean": float(size.mean()),
                "largest": float(worst["gap"]),
                "date": worst["date"],
            }
        )
    columns = ["index", "days", "close", "mean", "largest", "date"]
    return pd.DataFrame(rows, columns=columns)
