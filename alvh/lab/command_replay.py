"""The `replay` command: policies over real days, as numbers to print."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from alvh.errors import DataError, ParameterError
from alvh.lab.replay import replay
from alvh.lab.study import Study
from alvh.market import MarketHistory, load_history, read_csv
from alvh.model import ModelParameters
from alvh.pricing import PricingTables
from alvh.risk._names import policy_names
from alvh.risk.replay import calendar_years, wealth_of, worst_month
from alvh.risk.replay_paths import fit_summary, span_of, state_fit
from alvh.risk.replay_smooth import Smoothness, smoothness
from alvh.simulation import historical_paths

__all__ = ["readable", "replayed"]


def replayed(
    study: Study,
    csv: str | None,
    source: Literal["sample", "yahoo"],
    start: str | None,
    end: str | None,
) -> dict[str, Any]:
    """Policies of a study over real days.

    Parameters
    ----------
    study : Study
        Its policies, costs and capital; the market it holds is not used.
    csv : str or None
        File of daily history; `source` if None.
    source : {"sample", "yahoo"}
    start, end : str or None
        ISO dates; the first and the last day if None.

    Returns
    -------
    dict
        Ready for JSON: ``source``, ``notes``, ``from``, ``to``, ``days``, ``rate``, ``costs``,
        ``capital``, ``fit`` (of the states), ``block`` (days, of the bootstrap), ``metrics``,
        ``differences`` (from the first policy) and ``years``; shares are fractions, wealth is the
        account with its interest.

    Raises
    ------
    DataError, ParameterError
        If the data cannot be had, a date is none, or too few days lie between.

    Notes
    -----
    The model and its interest rate are the default ones: a rate of the last day must not be known
    on the first.
    """
    first, last = _day("--from", start), _day("--to", end)
    history = _history(csv, source)
    model = ModelParameters.default()
    paths = span_of(historical_paths(history.frame, model), first, last, study.charged)
    run = replay(paths, PricingTables.build(model), study.charged, study.capital)
    names = policy_names(run.outcomes)
    wealth = wealth_of({name: run.daily(p) for p, name in enumerate(names)})
    fit = fit_summary(state_fit(paths, model))
    found = smoothness(wealth, wealth, model.rate)
    worst = worst_month(wealth)
    metrics = [
        *_rows(found.table()),
        *(
            {
                "policy": name,
                "metric": "worst_month",
                "title": f"Worst month, {worst['month'][name]}",
                "unit": "%",
                "estimate": float(worst["return"][name]),
                "low": None,
                "high": None,
                "better": "higher",
            }
            for name in names
        ),
    ]
    return {
        "source": history.source,
        "notes": list(history.notes),
        "from": f"{run.days[0]:%Y-%m-%d}",
        "to": f"{run.days[-1]:%Y-%m-%d}",
        "days": len(run.days),
        "rate": model.rate,
        "prices": "of the model at the state of the day",
        "costs": study.costs,
        "capital": study.capital,
        "fit": _rows(fit.assign(date=fit["date"].dt.strftime("%Y-%m-%d"))),
        "block": found.block,
        "metrics": _by_policy(metrics, names),
        "differences": _differences(found),
        "years": _rows(calendar_years(wealth)),
    }


def readable(result: dict[str, Any]) -> dict[str, Any]:
    """The same to be read: a row a year and a column a policy, returns in percent."""
    years = pd.DataFrame(result["years"])
    rows: dict[int, dict[str, Any]] = {}
    for row in years.to_dict(orient="records"):
        label = str(row["year"]) if row["whole"] else f"{row['year']}, part"
        rows.setdefault(int(row["year"]), {"year (%)": label})[row["policy"]] = (
            100.0 * row["return"]
        )
    empty = ("notes", "differences")
    kept = {key: value for key, value in result.items() if value or key not in empty}
    return {**kept, "years": list(rows.values())}


def _history(csv: str | None, source: Literal["sample", "yahoo"]) -> MarketHistory:
    if csv is None:
        return load_history(source)
    try:
        return read_csv(Path(csv))
    except OSError as error:
        raise DataError(f"--csv {csv[:80]}: {error.strerror or 'cannot be read'}") from None
    except DataError as error:
        raise DataError(f"--csv {csv[:80]}: {error}") from None


def _day(option: str, text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ParameterError(f"{option} must be a day as in 2008-01-31, got {text[:40]}") from None


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a frame in JSON: what is not known is null."""
    rows: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", double_precision=15))
    return rows


def _by_policy(rows: list[dict[str, Any]], names: list[str]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: names.index(row["policy"]))


def _differences(found: Smoothness) -> list[dict[str, Any]]:
    """Of every policy less the first; none where there is but one."""
    if len(found.policies) == 1:
        return []
    return _rows(found.differences(found.policies[0]))
