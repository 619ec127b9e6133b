"""The history of the market and of the book: SPX over VIX, regimes behind, actions on the line."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from alvh.errors import DataError
from alvh.report import palette
from alvh.report.charts._parts import PAD, frame_of, ink, number_axis, template_of
from alvh.report.charts.regimes_look import (
    bands_layer,
    dated,
    day_axis,
    day_numbers,
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
        its kind; on the line of SPX are those of which the span holds at most `FEW`. Of more than
        2,500 days the lines show weeks, the extremes of months and the days of actions (see
        `thinned`); bands and actions are exact.

    Raises
    ------
    DataError
        If a column is missing, the frame is empty, an action is unknown or on another day.
    """
    checked = frame_of(frame, ("date", "spx", "vix"), chart="regime history")
    done = _actions(checked, actions)
    also = done["day"].to_numpy(dtype=np.int64)
    lines = thinned(checked, ("spx", "vix"), chart="regime history", also=also)
    spans = frame_of(bands, ("start", "end", "name"), chart="regime history")
    start, end = day_numbers(spans["start"]), day_numbers(spans["end"])
    day = day_numbers(lines["date"])
    at = np.clip(np.searchsorted(start, day, side="right") - 1, 0, None)
    names = spans["name"].to_numpy(dtype=str)
    datasets = {
        "history": pd.DataFrame(
            {
                "day": day,
                "spx": lines["spx"].round(2).to_numpy(),
                "vix": lines["vix"].round(2).to_numpy(),
                "regime": names[at] if len(names) else "",
            }
        ),
        # a band lasts until the next begins: a weekend belongs to the Friday before it
        "history_bands": pd.DataFrame(
            {"day": start, "until": np.r_[start[1:], end[-1:]], "name": names}
        ),
        "history_actions": done,
    }
    return Figure(_history_template(width, height), datasets)


def _actions(frame: pd.DataFrame, actions: pd.DataFrame | None) -> pd.DataFrame:
    columns = ("date", "action", "what", "reason", "quantity", "price")
    if actions is None:
        return pd.DataFrame(columns=["day", "spx", *columns[1:]])
    rows = frame_of(actions, columns, chart="regime history")
    unknown = sorted(set(rows["action"]) - set(ACTIONS))
    if unknown:
        raise DataError(f"action must be of {', '.join(ACTIONS)}, got {unknown[0]}")
    days, day = day_numbers(frame["date"]), day_numbers(rows["date"])
    place = np.searchsorted(days, day).clip(max=days.size - 1)
    if (days[place] != day).any():
        raise DataError("every action must be on a day of the history")
    return pd.DataFrame(
        {
            "day": day,
            "spx": frame["spx"].to_numpy(dtype=float)[place].round(2),
            "action": rows["action"].to_numpy(),
            "what": rows["what"].to_numpy(),
            "reason": rows["reason"].fillna("").to_numpy(),
            "quantity": [
                NOT_AVAILABLE if x != x else f"{x:,.4g}".replace("-", MINUS)
                for x in rows["quantity"].astype(float)
            ],
            "price": [points(float(x)) for x in rows["price"]],
        }
    )


@lru_cache(maxsize=8)
def _history_template(width: int, height: int) -> dict[str, Any]:
    span = alt.selection_interval(
        name="history_span",
        encodings=["x"],
        mark=alt.BrushConfig(fill="#7F8590", fillOpacity=0.28, stroke="#7F8590"),
    )
    spx = alt.layer(*_panel("spx", span), _marks(span))
    spx = spx.resolve_scale(color="independent").properties(width=width, height=height)
    lanes = _lanes(span).properties(width=width, height=_LANE * len(ACTIONS))
    vix = alt.layer(*_panel("vix", span)).properties(width=width, height=height // 2)
    strip = _strip(span).properties(width=width, height=_SLOT)
    joined = alt.vconcat(spx, lanes, vix, strip, spacing=8, autosize=PAD)
    template = template_of(joined.resolve_scale(color="independent"))
    for param in template["params"]:
        # altair hands a selection to every layer beside its own that has one; Vega refuses that
        param["views"] = [view for view in param["views"] if view.startswith(param["name"])]
    return template


def _time(span: alt.Parameter, **more: Any) -> alt.X:
    """Axis of the span picked; without one, of all days."""
    return day_axis(**more).scale(type="utc", nice=False, domain=span)


def _panel(field: str, span: alt.Parameter) -> list[alt.Chart]:
    """Bands, the line, and a rule that follows the pointer."""
    legend = None
    if field == "spx":
        legend = alt.Legend(
            title="Regime", orient="top", titleOrient="left", symbolType="square", symbolSize=180
        )
        y = alt.Y("spx:Q").title("SPX (points, log scale)")
        y = y.scale(type="log", nice=False, padding=6).axis(
            number_axis(format=",.0f", grid=False, tickCount=8)
        )
    else:
        y = alt.Y("vix:Q").title("VIX (points)").scale(zero=False, nice=False, padding=6)
        y = y.axis(number_axis(tickCount=4, grid=False))
    # the days are named once, under VIX; a layer without the span would stretch the axis to all
    x = _time(span) if field == "vix" else _time(span, labels=False)
    bands = bands_layer("history_bands", "name", legend=legend).encode(x=x)
    base = dated(alt.Chart(alt.NamedData("history"))).transform_filter(span)
    line = base.mark_line(color=ink(palette.INK), strokeWidth=1.3, clip=True).encode(x=x, y=y)
    nearest = alt.selection_point(
        name=f"history_{field}_pointer",
        nearest=True,
        on="pointermove",
        clear="pointerout",
        encodings=["x"],
        empty=False,
    )
    rule = (
        base.mark_rule(color=ink(palette.MUTED), strokeWidth=1, aria=False)
        .properties(name=f"history_{field}_pointer_view")
        .encode(
            x=x,
            opacity=alt.when(nearest).then(alt.value(0.9)).otherwise(alt.value(0.0)),
            tooltip=[
                alt.Tooltip("shown:N", title="Day"),
                alt.Tooltip("spx:Q", title="SPX (points)", format=",.2f"),
                alt.Tooltip("vix:Q", title="VIX (points)", format=".2f"),
                alt.Tooltip("regime:N", title="Regime"),
            ],
        )
        .add_params(nearest)
    )
    return [bands, line, rule]


def _actions_base(span: alt.Parameter) -> alt.Chart:
    tips = [
        alt.Tooltip("shown:N", title="Day"),
        alt.Tooltip("what:N", title="Position"),
        alt.Tooltip("action:N", title="Action"),
        alt.Tooltip("reason:N", title="Reason"),
        alt.Tooltip("quantity:N", title="Contracts"),
        alt.Tooltip("price:N", title="Price (points)"),
    ]
    color = alt.Color("action:N").scale(domain=list(ACTIONS), range=list(_COLORS)).legend(None)
    base: alt.Chart = dated(alt.Chart(alt.NamedData("history_actions"))).transform_filter(span)
    return base.encode(color=color, tooltip=tips)


def _marks(span: alt.Parameter) -> alt.Chart:
    """Actions on the line of SPX, of each kind that is not too frequent in the span."""
    shape = alt.Shape("action:N").scale(domain=list(ACTIONS), range=list(_SHAPES)).legend(None)
    marks: alt.Chart = (
        _actions_base(span)
        .transform_joinaggregate(number="count()", groupby=["action"])
        .transform_filter(f"datum.number <= {FEW}")
        .mark_point(
            filled=True,
            size=56,
            opacity=0.95,
            clip=True,
            stroke=ink(palette.PAPER),
            strokeWidth=0.8,
        )
        .encode(x=_time(span, labels=False), y=alt.Y("spx:Q"), shape=shape)
    )
    return marks


def _lanes(span: alt.Parameter) -> alt.Chart:
    """Every action in the row of its kind, however many there are."""
    y = alt.Y("action:N").title(None).scale(domain=list(ACTIONS))
    lanes: alt.Chart = (
        _actions_base(span)
        .mark_tick(thickness=1.6, height={"band": 0.8}, opacity=0.75, clip=True)
        .encode(
            x=_time(span, labels=False),
            y=y.axis(grid=False, domain=False, ticks=False, labelOverlap=False),
        )
    )
    return lanes


def _strip(span: alt.Parameter) -> Any:
    """The whole history, small, to drag across."""
    x = day_axis().title("Drag across the strip to zoom; click beside the span for all of it")
    bands = bands_layer("history_bands", "name").encode(x=x)
    area = (
        dated(alt.Chart(alt.NamedData("history")))
        .properties(name="history_span_view")
        .mark_line(color=ink(palette.MUTED), strokeWidth=1)
        .encode(
            x=x,
            y=alt.Y("vix:Q").title(None).axis(None).scale(zero=False, nice=False),
        )
        .add_params(span)
    )
    return alt.layer(bands, area)
