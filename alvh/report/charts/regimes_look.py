"""What the charts of regimes share: days on an axis, fewer of them, and the tone of a regime."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from alvh.errors import DataError
from alvh.report import palette
from alvh.report.charts._parts import frame_of

__all__ = [
    "MOST",
    "REGIMES",
    "bands_layer",
    "dated",
    "day_axis",
    "day_numbers",
    "regime_color",
    "thinned",
]

REGIMES: Final = ("calm", "watch", "stress")
STRENGTH: Final = (0.07, 0.26, 0.44)  # of a band: three greys on paper without colours
MOST: Final = 2500
"""Days up to which a line is drawn as it is."""
_DATE: Final = "datum.day * 86400000"  # milliseconds since 1970, as the scale wants them


def day_numbers(column: pd.Series[Any]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Days since 1970 of a column of dates: short in a specification, and without a time zone."""
    days = pd.DatetimeIndex(column).to_numpy().astype("datetime64[D]")
    return np.asarray(days.astype(np.int64))


def dated(chart: alt.Chart) -> alt.Chart:
    """The chart with ``date`` from ``day``, and the date in words as ``shown``."""
    calculated: alt.Chart = chart.transform_calculate(
        date=_DATE, shown=f"utcFormat({_DATE}, '%d %b %Y')"
    )
    return calculated


def day_axis(**more: Any) -> alt.X:
    """Axis of ``date`` in UTC: a reader west of Greenwich sees the same days."""
    axis = alt.Axis(tickCount=10, grid=False, labelOverlap=True, **more)
    return alt.X("date:T").title(None).scale(type="utc", nice=False).axis(axis)


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
    rows = frame_of(frame, ("date", *columns), chart=chart)
    if rows.empty:
        raise DataError(f"{chart} must have at least one row")
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
    month = pd.DatetimeIndex(rows["date"]).to_period("M")
    values = rows[list(columns)].reset_index(drop=True)
    for name in columns:
        known = values[name].dropna()
        groups = known.groupby(month[known.index])
        keep[groups.idxmax().to_numpy()] = True
        keep[groups.idxmin().to_numpy()] = True
    return rows.loc[keep]


def regime_color(
    field: str,
    legend: alt.Legend | None = None,
    strengths: Sequence[float] = STRENGTH,
) -> alt.Color:
    """Tone by the name of a regime: its hue, as opaque as `strengths` says in order."""
    tones = [
        f"rgba({int(hue[1:3], 16)},{int(hue[3:5], 16)},{int(hue[5:7], 16)},{strength})"
        for hue, strength in zip((palette.BAND[name] for name in REGIMES), strengths, strict=True)
    ]
    return alt.Color(f"{field}:N").scale(domain=list(REGIMES), range=tones).legend(legend)


def bands_layer(data: str, field: str, *, legend: alt.Legend | None = None) -> alt.Chart:
    """Rectangles over the whole height, from ``day`` to ``until``, in the tone of `field`."""
    layer: alt.Chart = (
        dated(alt.Chart(alt.NamedData(data)))
        .transform_calculate(until_date="datum.until * 86400000")
        .mark_rect(clip=True, aria=False, tooltip=None, opacity=1)
        .encode(
            x=day_axis(),
            x2="until_date:T",
            color=regime_color(field, legend),
        )
    )
    return layer
