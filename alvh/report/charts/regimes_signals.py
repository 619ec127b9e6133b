"""One signal with the levels at which it votes, and how many vote."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, Literal

import altair as alt
import numpy as np
import pandas as pd

from alvh.errors import DataError, require
from alvh.report import palette
from alvh.report.charts._parts import ink, number_axis, panel_title, rows_of, template_of
from alvh.report.charts.regimes_look import (
    bands_layer,
    day_pointer,
    day_texts,
    milliseconds,
    pointed,
    regime_scale,
    thinned,
    whole_axis,
)
from alvh.report.figure import Figure
from alvh.report.numbers import MINUS, NOT_AVAILABLE

__all__ = ["signal_panel_chart", "vote_count"]

_LEVELS: Final = ("watch", "stress")
_DASH: Final = {"watch": [5, 3], "stress": [1, 0]}
_RIGHT: Final[Any] = alt.XValue("width")  # type: ignore[no-untyped-call]


def signal_panel_chart(
    frame: pd.DataFrame,
    *,
    watch: float,
    stress: float,
    side: Literal["above", "below"] = "above",
    title: str,
    unit: str = "",
    height: int = 150,
) -> Figure:
    """One signal, the levels at which it votes, and the days on which it does.

    Parameters
    ----------
    frame : DataFrame of shape (n_days, 2)
        ``date``, ascending, ``value`` (nan where it is unavailable: the line is broken there).
    watch, stress : float
        Levels, in the unit of the signal: dashed and solid.
    side : {"above", "below"}, default="above"
        Whether it votes at and above its levels, or at and below them.
    title, unit : str
        Name of the signal; a pure number has no unit.
    height : int, default=150
        Pixels; on a page with the title and the days, so that 90 are left.

    Returns
    -------
    Figure
        As wide as its container; other levels are the same template. The line of more than 2,500
        days is thinned (see `thinned`), the shading is exact.

    Raises
    ------
    ParameterError
        If `side` is unknown.
    DataError
        If a column is missing, the frame is empty, or dates are not ascending.
    """
    require(side in ("above", "below"), "side", side, "above or below")
    rows = thinned(frame, ("value",), chart="signal panel")
    value = frame["value"].to_numpy(dtype=float)
    sign = 1.0 if side == "above" else -1.0
    # a vote on nan is none, as in the engine
    voted = (sign * value >= sign * watch).astype(int) + (sign * value >= sign * stress)
    first = np.flatnonzero(np.r_[True, voted[1:] != voted[:-1]])
    date = milliseconds(frame["date"])
    until = np.r_[date[first[1:]], date[-1]]
    shown = voted[first] > 0
    known = value[np.isfinite(value)]
    heading = f"{title} ({unit})" if unit else title
    at = pointed(len(frame))
    days = day_texts(frame["date"].iloc[at])
    tips = {"Day": days, heading: [_told(x) for x in value[at].tolist()]}
    datasets = {
        "signal": pd.DataFrame(
            {
                "date": milliseconds(rows["date"]),
                "value": _rounded(rows["value"].to_numpy(float)),
            }
        ),
        "signal_days": pd.DataFrame({"date": date[at], "row": np.arange(at.size, dtype=np.int32)}),
        "signal_tips": pd.DataFrame(tips),
        "signal_votes": pd.DataFrame(
            {
                "date": date[first][shown],
                "until": until[shown],
                "name": [("calm", *_LEVELS)[code] for code in voted[first][shown]],
            }
        ),
        "signal_levels": pd.DataFrame({"level": list(_LEVELS), "value": [watch, stress]}),
        "signal_gap": pd.DataFrame({"text": [] if known.size else ["unavailable"]}),
    }
    return Figure(_panel_template(heading, unit, height), datasets)


def _rounded(values: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, Any]:
    """To five significant digits of the largest: more cannot be seen."""
    largest = np.nanmax(np.abs(values), initial=0.0, where=np.isfinite(values))
    digits = 4 - int(np.floor(np.log10(largest))) if largest > 0.0 else 4
    return np.asarray(np.round(values, max(digits, 0)))


def _told(value: float) -> str:
    """A reading in the words of its tooltip."""
    if value != value:
        return NOT_AVAILABLE
    return f"{value:,.4g}".replace("-", MINUS)


@lru_cache(maxsize=64)
def _panel_template(heading: str, unit: str, height: int) -> dict[str, Any]:
    y = alt.Y("value:Q").title(unit or None).scale(zero=False, nice=False, padding=4)
    y = y.axis(number_axis(tickCount=4, grid=False))
    x = whole_axis("signal_days")
    levels = alt.Chart(alt.NamedData("signal_levels"))
    dash = alt.StrokeDash("level:N").legend(None)
    dash = dash.scale(domain=list(_LEVELS), range=[_DASH[name] for name in _LEVELS])
    layers = [
        bands_layer("signal_votes", "name", x=x),
        levels.mark_rule(color=ink(palette.MUTED), strokeWidth=1.4).encode(
            y=y,
            strokeDash=dash,
            tooltip=[
                alt.Tooltip("level:N", title="Level of"),
                alt.Tooltip("value:Q", title=heading, format=",.4~r"),
            ],
        ),
        alt.Chart(alt.NamedData("signal"))
        .mark_line(color=ink(palette.INK), strokeWidth=1.1)
        .encode(x=x, y=y),
        *day_pointer("signal_days", "signal_tips", name="signal_pointer", x=x),
        alt.Chart(alt.NamedData("signal_gap"))
        .mark_text(align="left", baseline="middle", dx=6, fontSize=12, color=ink(palette.MUTED))
        .encode(
            x=alt.XValue(0),  # type: ignore[no-untyped-call]
            y=alt.YValue(height / 2),  # type: ignore[no-untyped-call]
            text=alt.Text("text:N"),
        ),
    ]
    chart = alt.layer(*layers).properties(
        width="container", height=height, title=panel_title(heading)
    )
    return template_of(chart)


def vote_count(
    frame: pd.DataFrame, *, watch_needed: int, stress_needed: int, height: int = 170
) -> Figure:
    """How many signals vote for watch and for stress, and how many must.

    Parameters
    ----------
    frame : DataFrame of shape (n_days, 3)
        ``date``, ascending, ``watch``, ``stress`` (votes; one for stress counts for watch too).
    watch_needed, stress_needed : int
        Votes at which the regime is asked for.
    height : int, default=170
        Pixels; on a page with the legend and the days.

    Returns
    -------
    Figure
        As wide as its container; exact, with a row wherever a count changes.

    Raises
    ------
    DataError
        If a column is missing, the frame is empty, or a count is missing.
    """
    rows = rows_of(frame, ("date", *_LEVELS), chart="vote count")
    counts = rows[list(_LEVELS)].to_numpy(dtype=float)
    if not np.isfinite(counts).all():
        raise DataError("vote count must have counts on every day")
    date, at = milliseconds(rows["date"]), pointed(len(rows))
    days = day_texts(rows["date"].iloc[at])
    tips = {"Day": days}
    datasets = {"votes_days": pd.DataFrame({"date": date[at], "row": np.arange(at.size)})}
    for name, count in zip(_LEVELS, counts.T.astype(np.int32), strict=True):
        changed = np.r_[True, count[1:] != count[:-1]]
        changed[-1] = True
        datasets[f"votes_{name}"] = pd.DataFrame({"date": date[changed], "votes": count[changed]})
        tips[f"For {name}"] = [str(n) for n in count[at].tolist()]
    datasets["votes_tips"] = pd.DataFrame(tips)
    needed = [watch_needed, stress_needed]
    words = [f"{name} at {n}" for name, n in zip(_LEVELS, needed, strict=True)]
    if watch_needed == stress_needed:
        words = [f"both at {watch_needed}", ""]
    datasets["votes_needed"] = pd.DataFrame(
        {"level": list(_LEVELS), "value": needed, "text": words}
    )
    return Figure(_votes_template(height), datasets)


@lru_cache(maxsize=8)
def _votes_template(height: int) -> dict[str, Any]:
    x = whole_axis("votes_days")
    whole = alt.Axis(format=",.0f", tickMinStep=1, tickCount=5, grid=False)
    legend = alt.Legend(
        title="Votes for",
        orient="top",
        titleOrient="left",
        symbolType="square",
        symbolSize=120,
        values=list(_LEVELS),
    )
    tones = regime_scale((0.0, 0.5, 0.9))
    layers: list[alt.Chart] = []
    for name in _LEVELS:
        y = alt.Y("votes:Q", stack=None).title("Votes").axis(whole)
        color = alt.Color("name:N", scale=tones, legend=legend)
        layers.append(
            alt.Chart(alt.NamedData(f"votes_{name}"))
            .transform_calculate(name=f"'{name}'")
            .mark_area(interpolate="step-after", line=False, opacity=1)
            .encode(x=x, y=y, color=color)
        )
    levels = alt.Chart(alt.NamedData("votes_needed"))
    dash = alt.StrokeDash("level:N").legend(None)
    dash = dash.scale(domain=list(_LEVELS), range=[_DASH[name] for name in _LEVELS])
    layers += [
        levels.mark_rule(color=ink(palette.MUTED), strokeWidth=1.4).encode(
            y=alt.Y("value:Q"), strokeDash=dash
        ),
        levels.mark_text(align="left", baseline="middle", dx=5, fontSize=11,
            color=ink(palette.MUTED)).encode(x=_RIGHT, y=alt.Y("value:Q"),
            text=alt.Text("text:N")),
        *day_pointer("votes_days", "votes_tips", name="votes_pointer", x=x),
    ]  # fmt: skip
    return template_of(alt.layer(*layers).properties(width="container", height=height))
