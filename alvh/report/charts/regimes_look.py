"""What the charts of regimes share: days on an axis, fewer of them, and the tone of a regime."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from alvh.errors import DataError
from alvh.report import palette
from alvh.report.charts._parts import ink, kept, rows_of

__all__ = [
    "MOST",
    "REGIMES",
    "bands_layer",
    "day_axis",
    "day_numbers",
    "day_pointer",
    "day_texts",
    "ends_of",
    "milliseconds",
    "pointed",
    "regime_scale",
    "thinned",
    "whole_axis",
]

REGIMES: Final = ("calm", "watch", "stress")
STRENGTH: Final = (0.0, 0.24, 0.44)  # of a band: three greys on paper without colours
MOST: Final = 2500
"""Days up to which a line is drawn as it is."""
_EPOCH: Final = date(1970, 1, 1).toordinal()
CELLS: Final = 480
"""Days a pointer can tell apart in a small panel, about one a pixel."""


def day_numbers(column: pd.Series[Any]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Days since 1970 of a column of dates: short in a specification, and without a time zone."""
    days = pd.DatetimeIndex(column).to_numpy().astype("datetime64[D]")
    return np.asarray(days.astype(np.int64))


def milliseconds(column: pd.Series[Any]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Milliseconds since 1970 of a column of dates: what an axis of time wants.

    Reckoned here and not in the browser, which would do it again for every row of every layer.
    """
    return day_numbers(column).astype(np.float64) * 86_400_000


def day_texts(column: pd.Series[Any]) -> list[str]:
    """Days of a column of dates in words, as tooltips tell them."""
    return [_day_text(day) for day in day_numbers(column).tolist()]


@lru_cache(maxsize=50_000)
def _day_text(day: int) -> str:
    return f"{date.fromordinal(_EPOCH + day):%d %b %Y}"


def day_axis(**more: Any) -> alt.X:
    """Axis of ``date`` in UTC: a reader west of Greenwich sees the same days."""
    axis = alt.Axis(tickCount=10, grid=False, labelOverlap=True, **more)
    return alt.X("date:T").title(None).scale(type="utc", nice=False).axis(axis)


def whole_axis(data: str, **more: Any) -> alt.X:
    """`day_axis` from the first to the last day of a dataset, whatever other layers hold."""
    return day_axis(**more).scale(type="utc", nice=False, domain=ends_of(data))


def ends_of(data: str) -> alt.ExprRef:
    """Domain of an axis: the first and the last ``date`` of a dataset.

    Layers of other data then do not move the axis, and need not be drawn anew when they change.
    """
    return ink(f"[data('{data}')[0].date, peek(data('{data}')).date]")


def pointed(n: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Numbers of the days, of `n`, a pointer can find: all, or `CELLS` evenly over them."""
    return np.unique(np.linspace(0, n - 1, min(n, CELLS)).round().astype(np.int64))


def thinned(
    frame: pd.DataFrame,
    columns: Sequence[str],
    *,
    chart: str,
    also: np.ndarray[Any, np.dtype[np.int64]] | None = None,
) -> pd.DataFrame:
    """Rows of a daily frame that are enough to draw it.

    Parameters
    ----------
    frame : DataFrame of shape (n_days, n_columns)
        ``date``, ascending, and `columns`.
    columns : sequence of str
        What is drawn.
    chart : str
        Name of the chart, for errors.
    also : ndarray of int, optional
        Days since 1970 whose rows are kept too.

    Returns
    -------
    DataFrame
        All rows up to `MOST`. Of more, the last of each week, and of each month the days on which
        a column is highest and lowest, so that no extreme is lost; also the first row.

    Raises
    ------
    DataError
        If a column is missing, there is no row, or dates are not ascending.
    """
    rows = rows_of(frame, ("date", *columns), chart=chart)
    days = day_numbers(rows["date"])
    if (np.diff(days) <= 0).any():
        raise DataError(f"{chart} must have ascending dates")
    if len(rows) <= MOST:
        return rows
    week = (days + 3) // 7  # 1970 began on a Thursday
    keep = np.r_[week[1:] != week[:-1], True]
    keep[0] = True
    if also is not None:
        keep |= np.isin(days, also)
    month = pd.DatetimeIndex(rows["date"]).to_numpy().astype("datetime64[M]").astype(np.int64)
    for name in columns:
        values = rows[name].to_numpy(dtype=float)
        known = np.flatnonzero(np.isfinite(values))
        # by month, then from low to high: the ends of each month are its extremes
        order = known[np.lexsort((values[known], month[known]))]
        ends = np.flatnonzero(np.r_[True, month[order[1:]] != month[order[:-1]], True])
        keep[order[ends[:-1]]] = keep[order[ends[1:] - 1]] = True
    return rows.loc[keep]


def regime_scale(strengths: Sequence[float] = STRENGTH) -> alt.Scale:
    """Tone of each regime: its hue, as opaque as `strengths` says in order."""
    tones = [
        f"rgba({int(hue[1:3], 16)},{int(hue[3:5], 16)},{int(hue[5:7], 16)},{strength})"
        for hue, strength in zip((palette.BAND[name] for name in REGIMES), strengths, strict=True)
    ]
    return alt.Scale(domain=list(REGIMES), range=tones)


def bands_layer(
    data: str, field: str, *, x: alt.X | None = None, legend: alt.Legend | None = None
) -> alt.Chart:
    """Rectangles over the whole height, from ``date`` to ``until``, in the tone of `field`."""
    layer: alt.Chart = (
        alt.Chart(alt.NamedData(data))
        .mark_rect(clip=True, aria=False, tooltip=None, opacity=1)
        .encode(
            x=day_axis() if x is None else x,
            x2="until:T",
            color=alt.Color(f"{field}:N", scale=regime_scale(), legend=legend),
        )
    )
    return layer


def day_pointer(data: str, tips: str, *, name: str, x: alt.X) -> list[alt.Chart]:
    """Rule at the day nearest to the pointer, with a tooltip.

    Parameters
    ----------
    data : str
        Name of a dataset, one row a day: ``date`` (milliseconds), ``row`` (its number).
    tips : str
        Name of the dataset whose row of the same number the tooltip shows whole: its texts are
        made once, where titles and formats of an encoding are worked out for every day.
    name : str
        Name of the selection, unique in the chart; the view it is in is called the same and
        ``_view``.
    x : altair.X
        Axis of ``date`` that says its ends, see `ends_of`: the rule is hidden in 1970, and an axis
        that gathers its ends from its layers would begin there.

    Returns
    -------
    list of altair.Chart
        Layers: points nobody sees, which the pointer looks for; the one rule, which follows it;
        and nothing, so that `tips` is there.
    """
    nearest = alt.selection_point(
        name=name, nearest=True, on="pointermove", clear="pointerout", encodings=["x"], empty=False
    )
    days = (
        alt.Chart(alt.NamedData(data))
        .mark_point(
            opacity=0,
            size=1,
            aria=False,
            # the pointer meets cells around the points; the datum of a cell is its point
            tooltip=ink(f"data('{tips}')[(datum.datum || datum).row]"),
        )
        .properties(name=f"{name}_view")
        .encode(x=x, y=alt.YValue(0))  # type: ignore[no-untyped-call]
        .add_params(nearest)
    )
    rule = (
        alt.Chart(alt.sequence(0, 1))
        .mark_rule(
            color=ink(palette.MUTED),
            strokeWidth=1,
            aria=False,
            clip=True,
            opacity=ink(f"isArray({name}.date) ? 0.9 : 0"),
        )
        .encode(x=alt.XDatum(ink(f"isArray({name}.date) ? {name}.date[0] : 0"), type="temporal"))
    )
    return [days, rule, kept(tips)]
