"""What regimes and signals were worth: transitions, profits, votes before expansions, ablation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, Literal

import altair as alt
import numpy as np
import pandas as pd

from alvh.errors import DataError, require
from alvh.report import palette
from alvh.report.charts._parts import (
    PAD,
    dollar_axis,
    ink,
    kept,
    names_of,
    panel_title,
    rows_of,
    template_of,
    zero_line,
)
from alvh.report.charts.outcomes_look import vertical_zero
from alvh.report.charts.regimes_look import REGIMES
from alvh.report.figure import Figure
from alvh.report.numbers import NOT_AVAILABLE, dollars, interval, percent

__all__ = ["ablation_chart", "profit_by_regime_chart", "signal_hits_chart", "transition_chart"]

_ROWS: Final = (*REGIMES, "all")
_HITS: Final = (
    ("recall", "base", "Expansions it came before (%)", "any day"),
    ("precision", "base_precision", "Onsets followed by one (%)", "any day"),
    ("lead_mean", "lead_base", "Lead time, mean (days)", "any day with a vote"),
)


# --- Transitions ----------------------------------------------------------------------------


def transition_chart(frame: pd.DataFrame, *, cell: int = 96, row: int = 54) -> Figure:
    """How often each regime is followed by each: a cell a pair, its interval below the number.

    Parameters
    ----------
    frame : DataFrame of 9 rows
        Of `alvh.risk.regimes.transition_matrix`.
    cell, row : int
        Pixels of a cell across and down.

    Raises
    ------
    DataError
        If a column is missing or the frame is empty.
    """
    columns = ("start", "end", "count", "probability", "low", "high")
    rows = rows_of(frame, columns, chart="transitions")
    p, low, high = (rows[name].to_numpy(float) for name in ("probability", "low", "high"))
    cells = pd.DataFrame(
        {
            "start": rows["start"],
            "end": rows["end"],
            "strength": np.round(0.04 + 0.5 * np.sqrt(np.nan_to_num(p)), 3),
            "text": ["never here" if x != x else percent(x) for x in p],
            "shown": [
                "" if x != x else interval(a, b, form=percent)
                for x, a, b in zip(p, low, high, strict=True)
            ],
            "count": [f"{n:,}" for n in rows["count"]],
        }
    )
    return Figure(_transition_template(cell, row), {"transitions": cells})


@lru_cache(maxsize=4)
def _transition_template(cell: int, row: int) -> dict[str, Any]:
    plain: dict[str, Any] = {"ticks": False, "domain": False, "grid": False, "labelFlush": False}
    base = alt.Chart(alt.NamedData("transitions")).encode(
        x=alt.X("end:N")
        .title("Regime at the next close")
        .scale(domain=list(REGIMES))
        .axis(orient="top", labelAngle=0, **plain),
        y=alt.Y("start:N").title("Regime at a close").scale(domain=list(REGIMES)).axis(**plain),
        tooltip=[
            alt.Tooltip("start:N", title="From"),
            alt.Tooltip("end:N", title="To"),
            alt.Tooltip("text:N", title="Probability"),
            alt.Tooltip("shown:N", title="95 % interval"),
            alt.Tooltip("count:N", title="Times"),
        ],
    )
    layers = [
        base.mark_rect(stroke=ink(palette.PAPER), strokeWidth=2, color=palette.GAIN).encode(
            opacity=alt.Opacity("strength:Q").scale(None).legend(None)
        ),
        base.mark_text(color=ink(palette.INK), fontSize=15, dy=-8).encode(text=alt.Text("text:N")),
        base.mark_text(color=ink(palette.INK), fontSize=11, dy=11, opacity=0.85).encode(
            text=alt.Text("shown:N")
        ),
    ]
    chart = alt.LayerChart(layer=layers)
    return template_of(chart.properties(width=cell * 3, height=row * 3, autosize=PAD))


# --- Profit by regime -----------------------------------------------------------------------


def profit_by_regime_chart(
    frame: pd.DataFrame, *, value: Literal["year", "mean"] = "year", height: int = 320
) -> Figure:
    """Profit of each part of the book by the regime of the close before: bars and intervals.

    Parameters
    ----------
    frame : DataFrame
        Of `alvh.risk.regimes.profit_by_regime`.
    value : {"year", "mean"}, default="year"
        Dollars a year of the whole history, or dollars a day in the regime.
    height : int, default=320
        Pixels.

    Returns
    -------
    Figure
        As wide as its container.

    Raises
    ------
    ParameterError
        If `value` is unknown.
    DataError
        If a column is missing or the frame is empty.
    """
    require(value in ("year", "mean"), "value", value, "year or mean")
    low, high = ("year_low", "year_high") if value == "year" else ("low", "high")
    columns = ("part", "regime", "days", "total", value, low, high)
    rows = rows_of(frame, columns, chart="profit by regime")
    parts = names_of(rows["part"])
    bars = pd.DataFrame(
        {
            "part": [_titled(str(name)) for name in rows["part"]],
            "regime": rows["regime"],
            "value": rows[value].round(2),
            "low": rows[low].round(2),
            "high": rows[high].round(2),
            "days": [f"{n:,}" for n in rows["days"]],
            "total": [dollars(x, signed=True) for x in rows["total"]],
            "words": [dollars(x, signed=True) for x in rows[value]],
            "shown": [
                interval(a, b, form=dollars) for a, b in zip(rows[low], rows[high], strict=True)
            ],
        }
    )
    titles = tuple(_titled(name) for name in parts)
    return Figure(_profit_template(titles, value, height), {"regime_profit": bars})


def _titled(name: str) -> str:
    return name[:1].upper() + name[1:].replace("_", " ")


@lru_cache(maxsize=32)
def _profit_template(parts: tuple[str, ...], value: str, height: int) -> dict[str, Any]:
    spare = iter(palette.MORE_POLICIES * len(parts))
    colors = [palette.GROUP.get(name) or next(spare) for name in parts]
    per = "a year" if value == "year" else "a day in it"
    x = (
        alt.X("regime:N")
        .title("Regime at the close before")
        .scale(domain=list(_ROWS), paddingInner=0.28)
        .axis(labelAngle=0, ticks=False, grid=False, labelFlush=False)
    )
    base = alt.Chart(alt.NamedData("regime_profit")).encode(
        x=x,
        xOffset=alt.XOffset("part:N").scale(domain=list(parts)),
        tooltip=[
            alt.Tooltip("part:N", title="Part"),
            alt.Tooltip("regime:N", title="Regime"),
            alt.Tooltip("words:N", title=f"Profit {per}"),
            alt.Tooltip("shown:N", title="95 % interval"),
            alt.Tooltip("days:N", title="Days"),
            alt.Tooltip("total:N", title="Total"),
        ],
    )
    y = alt.Y("value:Q").title(f"Profit {per} (dollars)").axis(dollar_axis())
    legend = alt.Legend(
        title="Part", orient="top", titleOrient="left", symbolType="square", symbolSize=120
    )
    color = alt.Color("part:N").scale(domain=list(parts), range=colors).legend(legend)
    layers = [
        base.mark_bar(opacity=0.7).encode(y=y, color=color),
        base.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=1.6, color=ink(palette.INK))
        .encode(y=alt.Y("low:Q"), y2="high:Q"),
        zero_line("value").encode(y=y),
    ]
    return template_of(alt.layer(*layers).properties(width="container", height=height))


# --- Votes before expansions ----------------------------------------------------------------


def signal_hits_chart(
    frame: pd.DataFrame, *, titles: Sequence[str] | None = None, width: int = 235, row: int = 24
) -> Figure:
    """Recall, precision and lead time of each signal, against what it reaches by chance.

    Parameters
    ----------
    frame : DataFrame
        Of `alvh.risk.signal_study.hit_rates`.
    titles : sequence of str, optional
        Names of the signals as shown, one a row. Default: ``signal``.
    width, row : int
        Pixels of a panel, and of a signal in it.

    Returns
    -------
    Figure
        A dot and its interval a signal; an upright stroke is the same number of any day, and a dot
        is hollow where the difference from it cannot be told from zero.

    Raises
    ------
    DataError
        If a column is missing, the frame is empty, or titles are not one a row.
    """
    columns = ["signal", "available", "events", "hits", "onsets", "followed"]
    columns += [f"{x}{end}" for x, _, _, _ in _HITS for end in ("", "_low", "_high")]
    columns += [base for _, base, _, _ in _HITS]
    columns += [f"{x}_{end}" for x in ("lift", "edge") for end in ("low", "high")]
    rows = rows_of(frame, columns, chart="signal hits")
    names = [str(name) for name in (rows["signal"] if titles is None else titles)]
    if len(names) != len(rows):
        raise DataError(f"signal hits needs {len(rows)} titles, got {len(names)}")
    numbers = np.arange(len(rows))
    datasets = {"hits_names": pd.DataFrame({"name": names})}
    for field, base, _, _ in _HITS:
        scale, digits = (1.0, 1) if field == "lead_mean" else (100.0, 2)
        ends = [scale * rows[f"{field}{end}"] for end in ("", "_low", "_high")]
        gap = {"recall": "lift", "precision": "edge"}.get(field)
        told = np.zeros(len(rows), dtype=bool)
        if gap:
            told = ((rows[f"{gap}_low"] > 0.0) | (rows[f"{gap}_high"] < 0.0)).to_numpy()
        else:  # no difference is tested: told if the interval leaves the base out
            lead = rows["lead_base"]
            told = ((rows["lead_mean_low"] > lead) | (rows["lead_mean_high"] < lead)).to_numpy()
        words = [_span(float(x), float(a), float(b), field) for x, a, b in zip(*ends, strict=True)]
        of = ("hits", "events") if field != "precision" else ("followed", "onsets")
        datasets[f"hits_{field}"] = pd.DataFrame(
            {
                "row": numbers,
                "name": names,
                "value": ends[0].round(digits),
                "low": ends[1].round(digits + 1),
                "high": ends[2].round(digits + 1),
                "base": (scale * rows[base]).round(digits),
                "told": told,
                "words": words,
                "of": [f"{a} of {b}" for a, b in zip(rows[of[0]], rows[of[1]], strict=True)],
                "available": [percent(x) for x in rows["available"]],
                "note": ["no data" if x != x else "" for x in ends[0]],
            }
        )
    return Figure(_hits_template(len(rows), width, row), datasets)


def _span(x: float, low: float, high: float, field: str) -> str:
    if x != x:
        return NOT_AVAILABLE
    digits, unit = (1, " days") if field == "lead_mean" else (0, " %")
    a, b = ("?" if end != end else f"{end:.{digits}f}" for end in (low, high))
    return f"{x:.{digits}f} [{a}, {b}]{unit}"


@lru_cache(maxsize=16)
def _hits_template(n: int, width: int, row: int) -> dict[str, Any]:
    panels = []
    for i, (field, _, title, chance) in enumerate(_HITS):
        y = _row_axis("hits_names", n, labels=not i)
        x = alt.X("value:Q").title(f"Upright stroke: {chance}")
        x = x.axis(alt.Axis(tickCount=5, format=",.0f"))
        x = x.scale(domain=[0, 100], nice=False) if field != "lead_mean" else x.scale(zero=True)
        base = alt.Chart(alt.NamedData(f"hits_{field}")).encode(
            tooltip=[
                alt.Tooltip("name:N", title="Signal"),
                alt.Tooltip("words:N", title=title),
                alt.Tooltip("base:Q", title=f"Of {chance}", format=",.1f"),
                alt.Tooltip("of:N", title="Number"),
                alt.Tooltip("available:N", title="Days with data"),
            ]
        )
        fill = (
            alt.when("datum.told")
            .then(alt.value(palette.BLUE))
            .otherwise(alt.value(ink(palette.PAPER)))
        )
        names = [] if i else [kept("hits_names")]
        panels.append(
            alt.layer(
                base.transform_filter("isValid(datum.low)")
                .mark_rule(strokeWidth=2.4, color=palette.BLUE)
                .encode(x=alt.X("low:Q"), x2="high:Q", y=y),
                base.mark_tick(
                    thickness=2, height={"band": 0.7}, opacity=1.0, color=palette.LOSS
                ).encode(x=alt.X("base:Q"), y=y),
                base.transform_filter("isValid(datum.value)")
                .mark_point(size=64, opacity=1.0, stroke=palette.BLUE, strokeWidth=1.8)
                .encode(x=x, y=y, fill=fill),
                base.mark_text(align="left", dx=4, fontSize=11, color=ink(palette.MUTED)).encode(
                    x=alt.XValue(0),  # type: ignore[no-untyped-call]
                    y=y,
                    text=alt.Text("note:N"),
                ),
                *names,
            ).properties(width=width, height=row * n, title=panel_title(title))
        )
    return template_of(alt.hconcat(*panels, spacing=22, autosize=PAD))


def _row_axis(names: str, n: int, *, labels: bool = True) -> alt.Y:
    """Rows by number; their names are the rows of dataset `names`."""
    return (
        alt.Y("row:O")
        .title(None)
        .scale(domain=list(range(n)))
        .axis(
            labels=labels,
            labelExpr=f"(data('{names}')[+datum.value] || datum).name || ''",
            labelLimit=230,
            ticks=False,
            domain=False,
            grid=True,
            labelFlush=False,
        )
    )


# --- A rule without a signal ----------------------------------------------------------------


def ablation_chart(
    frame: pd.DataFrame, *, titles: Sequence[str] | None = None, width: int = 300, row: int = 24
) -> Figure:
    """What changes when a signal is dropped: a dot and its interval, a panel a metric.

    Parameters
    ----------
    frame : DataFrame
        Of `alvh.risk.signal_study.ablation`, metrics in dollars.
    titles : sequence of str, optional
        Names of the dropped signals as shown, in order of appearance.
    width, row : int
        Pixels of a panel, and of a signal in it.

    Returns
    -------
    Figure
        Right of zero the rule earned more without the signal.

    Raises
    ------
    DataError
        If a column is missing, the frame is empty, or titles are not one a signal.
    """
    columns = ("dropped", "metric", "full", "without", "difference", "low", "high", "p_value")
    rows = rows_of(frame, columns, chart="ablation")
    dropped, metrics = names_of(rows["dropped"]), names_of(rows["metric"])
    names = dropped if titles is None else [str(name) for name in titles]
    if len(names) != len(dropped):
        raise DataError(f"ablation needs {len(dropped)} titles, got {len(names)}")
    place = {name: i for i, name in enumerate(dropped)}
    dots = pd.DataFrame(
        {
            "row": [place[str(name)] for name in rows["dropped"]],
            "panel": [metrics.index(str(name)) for name in rows["metric"]],
            "name": [names[place[str(name)]] for name in rows["dropped"]],
            "value": rows["difference"].round(2),
            "low": rows["low"].round(2),
            "high": rows["high"].round(2),
            "words": [
                f"{dollars(x, signed=True)} {interval(a, b, form=dollars)}"
                for x, a, b in zip(rows["difference"], rows["low"], rows["high"], strict=True)
            ],
            "full": [dollars(x, signed=True) for x in rows["full"]],
            "without": [dollars(x, signed=True) for x in rows["without"]],
            "p": [NOT_AVAILABLE if x != x else f"{x:.3f}" for x in rows["p_value"]],
        }
    )
    template = _ablation_template(tuple(_titled(m) for m in metrics), len(names), width, row)
    return Figure(template, {"ablation": dots, "ablation_names": pd.DataFrame({"name": names})})


@lru_cache(maxsize=16)
def _ablation_template(metrics: tuple[str, ...], n: int, width: int, row: int) -> dict[str, Any]:
    panels = []
    for i, metric in enumerate(metrics):
        y = _row_axis("ablation_names", n, labels=not i)
        base = (
            alt.Chart(alt.NamedData("ablation"))
            .transform_filter(f"datum.panel === {i}")
            .encode(
                tooltip=[
                    alt.Tooltip("name:N", title="Without"),
                    alt.Tooltip("words:N", title="Difference a year, 95 % interval"),
                    alt.Tooltip("full:N", title="With every signal"),
                    alt.Tooltip("without:N", title="Without it"),
                    alt.Tooltip("p:N", title="p-value"),
                ]
            )
        )
        x = alt.X("value:Q").title("Without it, less with every signal (dollars a year)")
        x = x.axis(alt.Axis(format="$,.0f", tickCount=4, labelFlush=False))
        names = [] if i else [kept("ablation_names")]
        panels.append(
            alt.layer(
                vertical_zero("value").encode(x=x),
                base.transform_filter("isValid(datum.low)")
                .mark_rule(strokeWidth=2.4, color=palette.BLUE)
                .encode(x=alt.X("low:Q"), x2="high:Q", y=y),
                base.mark_point(filled=True, size=70, opacity=1.0, color=palette.BLUE).encode(
                    x=x, y=y
                ),
                *names,
            ).properties(width=width, height=row * n, title=panel_title(metric))
        )
    return template_of(alt.hconcat(*panels, spacing=30, autosize=PAD))
