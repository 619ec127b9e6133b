"""The history of the market and of the book: SPX over VIX, regimes behind, actions on the line."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from alvh.errors import DataError
from alvh.report import palette
from alvh.report.charts._parts import PAD, frame_of, ink, kept, number_axis, template_of
from alvh.report.charts.regimes_look import (
    REGIMES,
    bands_layer,
    day_axis,
    day_numbers,
    day_pointer,
    day_texts,
    ends_of,
    milliseconds,
    thinned,
)
from alvh.report.figure import Figure
from alvh.report.numbers import MINUS, NOT_AVAILABLE, points

__all__ = ["ACTIONS", "regime_history"]

ACTIONS: Final = ("opened", "closed", "stopped", "rolled", "monetised", "resized", "blocked")
"""What a book does, each with its own mark."""
_SHAPES: Final = (
    "triangle-up",
    "circle",
    "cross",
    "diamond",
    "triangle-down",
    "square",
    "triangle-left",
)
_COLORS: Final = ("#0072B2", "#7F8590", "#D55E00", "#7570B3", "#009E73", "#A89100", "#CC79A7")
FEW: Final = 120
"""Actions of a kind up to which they are marked on the line of SPX too."""
_LANE: Final = 14  # px of a kind of action
_SLOT: Final = 48  # px of the strip that picks what is shown


def regime_history(
    frame: pd.DataFrame,
    bands: pd.DataFrame,
    actions: pd.DataFrame | None = None,
    *,
    width: int = 1040,
    height: int = 300,
) -> Figure:
    """SPX over VIX on one time axis, with the regimes behind and what the book did.

    Parameters
    ----------
    frame : DataFrame of shape (n_days, 3)
        ``date``, ascending, ``spx``, ``vix`` (points).
    bands : DataFrame
        Of `alvh.risk.regimes.regime_bands`, with dates: ``start``, ``end``, ``name``.
    actions : DataFrame, optional
        ``date`` (a day of `frame`), ``action`` (of `ACTIONS`), ``what`` (condor or layer),
        ``reason``, ``quantity`` (contracts), ``price`` (points); nan where there is none.
    width, height : int
        Pixels of the panel of SPX; that of VIX is half as high.

    Returns
    -------
    Figure
        A strip below picks a span of time: drag across it, drag the span, click beside it for all.
        Everything else then shows that span, on scales of its own. Every action is in the row of
        its kind; on the line of SPX, where it is drawn, are those of which the span holds at most
        `FEW`. Of more than 2,500 days the line shows weeks and the extremes of months (see
        `thinned`); bands and actions are exact.

        A rule that does otherwise on the same days changes the bands and the actions alone, so
        that a viewer need not draw the lines anew.

    Raises
    ------
    DataError
        If a column is missing, the frame is empty, an action is unknown or on another day.
    """
    checked = frame_of(frame, ("date", "spx", "vix"), chart="regime history")
    spans = frame_of(bands, ("start", "end", "name"), chart="regime history")
    levels = (checked[name].to_numpy(dtype=float).tobytes() for name in ("spx", "vix"))
    lines = _lines(day_numbers(checked["date"]).tobytes(), *levels)
    datasets = {
        **lines,
        "history_bands": _bands(spans),
        **_actions(checked, actions, lines["history"]),
    }
    return Figure(_history_template(width, height), datasets)


@lru_cache(maxsize=4)
def _lines(days: bytes, spx: bytes, vix: bytes) -> dict[str, pd.DataFrame]:
    """The lines and what is told of them, from bytes of their days and levels.

    Kept, and not to be written to: only the market changes them, while rules are tried out.
    """
    frame = pd.DataFrame(
        {
            "date": np.frombuffer(days, dtype=np.int64).astype("datetime64[D]"),
            "spx": np.frombuffer(spx).round(2),
            "vix": np.frombuffer(vix).round(2),
        }
    )
    rows = thinned(frame, ("spx", "vix"), chart="regime history")
    date = milliseconds(rows["date"])
    history = {"date": date, "spx": rows["spx"], "vix": rows["vix"]}
    told = {
        "Day": day_texts(rows["date"]),
        "SPX (points)": [points(x) for x in rows["spx"].tolist()],
        "VIX (points)": [points(x) for x in rows["vix"].tolist()],
    }
    return {
        "history": pd.DataFrame(history).assign(row=np.arange(date.size, dtype=np.int32)),
        "history_tips": pd.DataFrame(told),
        "history_ends": pd.DataFrame({"date": date[[0, -1]]}),
    }


def _bands(spans: pd.DataFrame) -> pd.DataFrame:
    """Spans that are not calm, each until the next begins: a weekend belongs to its Friday."""
    start, end = milliseconds(spans["start"]), milliseconds(spans["end"])
    bands = pd.DataFrame(
        {"date": start, "until": np.r_[start[1:], end[-1:]], "name": spans["name"].to_numpy()}
    )
    return bands[bands["name"].ne(REGIMES[0])].reset_index(drop=True)


def _actions(
    frame: pd.DataFrame, actions: pd.DataFrame | None, line: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """What was done, where the line of SPX passes that day; and in words."""
    columns = ("date", "action", "what", "reason", "quantity", "price")
    if actions is None:
        actions = pd.DataFrame({name: [] for name in columns}).astype({"date": "datetime64[ns]"})
    rows = frame_of(actions, columns, chart="regime history")
    unknown = sorted(set(rows["action"]) - set(ACTIONS))
    if unknown:
        raise DataError(f"action must be of {', '.join(ACTIONS)}, got {unknown[0]}")
    if not np.isin(day_numbers(rows["date"]), day_numbers(frame["date"])).all():
        raise DataError("every action must be on a day of the history")
    at = milliseconds(rows["date"])
    days = day_texts(rows["date"])
    done = {
        "date": at,
        "spx": np.exp(np.interp(at, line["date"], np.log(line["spx"]))).round(2),
        "action": rows["action"].to_numpy(),
        "row": np.arange(at.size, dtype=np.int32),
    }
    told = {
        "Day": days,
        "Position": rows["what"].to_numpy(),
        "Action": rows["action"].to_numpy(),
        "Reason": rows["reason"].fillna("").to_numpy(),
        "Contracts": [
            NOT_AVAILABLE if x != x else f"{x:,.4g}".replace("-", MINUS)
            for x in rows["quantity"].astype(float)
        ],
        "Price (points)": [points(float(x)) for x in rows["price"]],
    }
    return {
        "history_actions": pd.DataFrame(done),
        "history_told": pd.DataFrame(told),
    }


_SPAN: Final = "history_span"
_PICKED: Final = f"isArray({_SPAN}.date)"
_INSIDE: Final = f"!{_PICKED} || (datum.date >= {_SPAN}.date[0] && datum.date <= {_SPAN}.date[1])"


@lru_cache(maxsize=8)
def _history_template(width: int, height: int) -> dict[str, Any]:
    span = alt.selection_interval(
        name=_SPAN,
        encodings=["x"],
        mark=alt.BrushConfig(fill="#7F8590", fillOpacity=0.28, stroke="#7F8590"),
    )
    spx = alt.layer(*_panel("spx"), _marks())
    spx = spx.resolve_scale(color="independent").properties(width=width, height=height)
    lanes = _lanes().properties(width=width, height=_LANE * len(ACTIONS))
    vix = alt.layer(*_panel("vix")).properties(width=width, height=height // 2)
    strip = _strip(span).properties(width=width, height=_SLOT)
    joined = alt.vconcat(spx, lanes, vix, strip, spacing=8, autosize=PAD)
    template = template_of(joined.resolve_scale(color="independent"))
    for param in template["params"]:
        # altair hands a selection to every layer beside its own that has one; Vega refuses that
        param["views"] = [view for view in param["views"] if view.startswith(param["name"])]
    return template


def _time(**more: Any) -> alt.X:
    """Axis of the span picked; without one, of all days.

    The ends are said, not gathered from the layers: other bands would then draw all lines anew.
    """
    ends = ink(f"{_PICKED} ? {_SPAN}.date : {ends_of('history_ends').expr}")
    return day_axis(**more).scale(type="utc", nice=False, domain=ends)


def _panel(field: str) -> list[alt.Chart]:
    """Bands, the line, and a rule that follows the pointer."""
    legend = None
    if field == "spx":
        legend = alt.Legend(
            title="Regime",
            orient="top",
            titleOrient="left",
            symbolType="square",
            symbolSize=180,
            symbolStrokeColor=ink(palette.MUTED),  # calm is the colour of the paper
            symbolStrokeWidth=0.6,
        )
        y = alt.Y("spx:Q").title("SPX (points, log scale)")
        y = y.scale(type="log", nice=False, padding=6).axis(
            number_axis(format=",.0f", grid=False, tickCount=8)
        )
    else:
        y = alt.Y("vix:Q").title("VIX (points)").scale(zero=False, nice=False, padding=6)
        y = y.axis(number_axis(tickCount=4, grid=False))
    # the days are named once, under VIX
    x = _time() if field == "vix" else _time(labels=False)
    line = (
        alt.Chart(alt.NamedData("history"))
        .transform_filter(_INSIDE)
        .mark_line(color=ink(palette.INK), strokeWidth=1.3, clip=True)
        .encode(x=x, y=y)
    )
    pointer = day_pointer("history", "history_tips", name=f"history_{field}_pointer", x=x)
    return [bands_layer("history_bands", "name", x=x, legend=legend), line, *pointer]


def _actions_base() -> alt.Chart:
    color = alt.Color("action:N").scale(domain=list(ACTIONS), range=list(_COLORS)).legend(None)
    base = alt.Chart(alt.NamedData("history_actions")).transform_filter(_INSIDE)
    encoded: alt.Chart = base.encode(color=color)
    return encoded


_TOLD: Final = ink("data('history_told')[datum.row]")


def _marks() -> alt.Chart:
    """Actions on the line of SPX, of each kind that is not too frequent in the span."""
    shape = alt.Shape("action:N").scale(domain=list(ACTIONS), range=list(_SHAPES)).legend(None)
    marks: alt.Chart = (
        _actions_base()
        .transform_joinaggregate(number="count()", groupby=["action"])
        .transform_filter(f"datum.number <= {FEW}")
        .mark_point(
            filled=True,
            size=56,
            opacity=0.95,
            clip=True,
            stroke=ink(palette.PAPER),
            strokeWidth=0.8,
            tooltip=_TOLD,
        )
        .encode(x=_time(labels=False), y=alt.Y("spx:Q"), shape=shape)
    )
    return marks


def _lanes() -> alt.Chart:
    """Every action in the row of its kind, however many there are."""
    y = alt.Y("action:N").title(None).scale(domain=list(ACTIONS))
    lanes: alt.Chart = (
        _actions_base()
        .mark_tick(thickness=1.6, height={"band": 0.8}, opacity=0.75, clip=True, tooltip=_TOLD)
        .encode(
            x=_time(labels=False),
            y=y.axis(grid=False, domain=False, ticks=False, labelOverlap=False),
        )
    )
    return lanes


def _strip(span: alt.Parameter) -> Any:
    """The whole history, small, to drag across."""
    x = day_axis().title("Drag across the strip to zoom; click beside the span for all of it")
    x = x.scale(type="utc", nice=False, domain=ends_of("history_ends"))
    area = (
        alt.Chart(alt.NamedData("history"))
        .properties(name=f"{_SPAN}_view")
        .mark_line(color=ink(palette.MUTED), strokeWidth=1, tooltip=None)
        .encode(
            x=x,
            y=alt.Y("vix:Q").title(None).axis(None).scale(zero=False, nice=False),
        )
        .add_params(span)
    )
    return alt.layer(
        bands_layer("history_bands", "name", x=x),
        area,
        *map(kept, ("history_ends", "history_told")),
    )
