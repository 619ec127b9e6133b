"""Pictures of the lesson's first two steps: the stop that was jumped, the insurance that eats.

Made to be shown on a projector: few marks, large text.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import altair as alt
import numpy as np
import pandas as pd

from alvh.errors import DataError
from alvh.report import palette
from alvh.report.charts._parts import (
    PAD,
    dollar_texts,
    frame_of,
    ink,
    names_of,
    template_of,
    zero_line,
)
from alvh.report.charts.outcomes_look import vertical_zero
from alvh.report.figure import Figure
from alvh.report.verdict import reads
from alvh.risk.inference import Interval

__all__ = ["LARGE", "heading", "lesson_insurance", "lesson_stop", "projected"]

LARGE: Final = 15
"""Size of labels, in pixels; titles are a step larger."""
_MODEL: Final = palette.POLICY["static_stop"]
_CALLS: Final = palette.POLICY["static_calls"]
_SERIES: Final = {
    "mean": "mean, model",
    "worst": "1 in 20, model",
    "real": "mean, real days",
}
_SOURCES: Final = {"drawn": palette.POLICY["static_calls"], "real days": palette.BLUE}


def projected(chart: Any) -> dict[str, Any]:
    """Template of a chart with text large enough for the last row of a class."""
    spec = template_of(chart)
    config = spec["config"]
    config["axis"] = {
        **config["axis"],
        "labelFontSize": LARGE,
        "titleFontSize": LARGE + 1,
        "labelLimit": 240,
    }
    config["legend"] = {**config["legend"], "labelFontSize": LARGE, "titleFontSize": LARGE}
    return spec


def heading(text: str) -> alt.TitleParams:
    """Title of one panel."""
    return alt.TitleParams(
        text, anchor="start", frame="group", fontSize=LARGE + 2, offset=10, fontWeight="bold"
    )


def lesson_stop(
    bins: pd.DataFrame,
    happened: pd.DataFrame,
    levels: pd.DataFrame,
    *,
    level: float,
    what: str,
    labelled: int = 3,
    width: int = 420,
    side: int = 250,
    height: int = 392,
) -> Figure:
    """Losses beyond what a stop promised: how often, on which real days, and by its level.

    Parameters
    ----------
    bins : DataFrame
        ``low``, ``high`` (× credit) and ``share`` of the stops in the model.
    happened : DataFrame
        ``date``, ``beyond``, ``loss``, ``promise`` (× credit) of stops on real days, worst first;
        may be empty.
    levels : DataFrame
        ``level``, ``metric`` ("mean" and "worst" are drawn), ``estimate``, ``low``, ``high``,
        ``real``.
    level : float
        Chosen.
    what : str
        Title of the axis of levels.
    labelled : int, default=3
        How many of the worst real stops are dated.
    width, side, height : int
        Pixels of the large panel, of the one beside it, and of both.

    Returns
    -------
    Figure
        Zero is the promise.

    Raises
    ------
    DataError
        If a column is missing or there are no levels.
    """
    shown = frame_of(bins, ("low", "high", "share"), chart="lesson stop").copy()
    real = frame_of(happened, ("date", "beyond", "loss", "promise"), chart="lesson stop").copy()
    needed = ("level", "metric", "estimate", "low", "high", "real")
    rows = frame_of(levels, needed, chart="lesson stop")
    rows = rows[rows["metric"].isin(["mean", "worst"])].copy()
    if rows.empty:
        raise DataError("lesson stop must have at least one level")
    shown["words"] = [f"{100.0 * x:.1f} % of stops" for x in shown["share"]]
    real["when"] = [str(pd.Timestamp(day).date()) for day in real["date"]]
    real["label"] = [x if i < labelled else "" for i, x in enumerate(real["when"])]
    real["row"] = [float(i % labelled) for i in range(len(real))]
    ends = [*shown["high"], *shown["low"], *real["beyond"]]
    reach = 0.21 * (max(ends, default=1.0) - min(ends, default=0.0))  # room for a date
    real["edge"] = real["beyond"] + np.where(real["label"] == "", 0.0, reach)
    rows["series"] = rows["metric"].map(_SERIES)
    rows["words"] = [
        reads(Interval(x, a, b), "") + " × credit"
        for x, a, b in zip(rows["estimate"], rows["low"], rows["high"], strict=True)
    ]
    means = rows[rows["metric"] == "mean"][["level", "real"]].dropna()
    means = means.assign(
        series="mean, real days", words=[f"{x:.2f} × credit" for x in means["real"]]
    )
    return Figure(
        _stop_template(what, width, side, height),
        {
            "stops": _without(shown, []),
            "real": _without(real, ["date"]),
            "levels": rows[["level", "series", "estimate", "low", "high", "words"]],
            "means": means.rename(columns={"real": "estimate"}),
            "chosen": pd.DataFrame({"level": [level]}),
            "keys": pd.DataFrame({"series": [*_SERIES.values()]}),
        },
    )


def _without(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Without columns a chart does not read, and nothing finer than it draws."""
    return frame.drop(columns=[*names]).round(5)


@lru_cache(maxsize=8)
def _stop_template(what: str, width: int, side: int, height: int) -> dict[str, Any]:
    stops, real = alt.Chart(alt.NamedData("stops")), alt.Chart(alt.NamedData("real"))
    axis = alt.Axis(format=".2~f", tickCount=6)
    scale = alt.Scale(padding=12, zero=True, nice=False)
    quiet = alt.Axis(labels=False, ticks=False, title=None)
    share = alt.Y("share:Q").title("Share of stops").axis(format=".0%", tickCount=5)
    bars = stops.mark_rect(color=_MODEL, opacity=0.85).encode(
        x=alt.X("low:Q").scale(scale).axis(quiet),
        x2="high:Q",
        y=share,
        y2=alt.datum(0),
        tooltip=[
            alt.Tooltip("low:Q", title="From, × credit", format=".2f"),
            alt.Tooltip("high:Q", title="To, × credit", format=".2f"),
            alt.Tooltip("words:N", title="In the model"),
        ],
    )
    promise = vertical_zero("low")
    upper = alt.layer(bars, promise).properties(width=width, height=height - 92)
    tips = [
        alt.Tooltip("when:N", title="Real day"),
        alt.Tooltip("loss:Q", title="Lost, × credit", format=".2f"),
        alt.Tooltip("promise:Q", title="Promised, × credit", format=".2f"),
    ]
    x = alt.X("beyond:Q").scale(scale).axis(axis).title("Loss beyond the promise (× credit)")
    y = alt.Y("row:Q").axis(None).scale(domain=[-1.4, 2.4])
    strip = alt.layer(
        vertical_zero("beyond"),
        real.mark_point(filled=True, size=75, color=palette.BLUE, opacity=0.75).encode(
            x=x, y=y, tooltip=tips
        ),
        real.mark_point(opacity=0.0, tooltip=None).encode(x=alt.X("edge:Q"), y=y),
        real.mark_text(fontSize=LARGE - 2, dx=9, align="left", color=ink(palette.INK)).encode(
            x=x, y=y, text="label:N"
        ),
    ).properties(width=width, height=72)
    left = alt.vconcat(
        upper.properties(title=heading("Beyond the promise: the model, and real days below")),
        strip,
        spacing=4,
    ).resolve_scale(x="shared")
    return projected(alt.hconcat(left, _by_level(what, side, height), spacing=26, autosize=PAD))


def _by_level(what: str, side: int, height: int) -> Any:
    names = [*_SERIES.values()]
    color = (
        alt.Color("series:N")
        .scale(domain=names, range=[_MODEL, palette.MORE_POLICIES[1], palette.BLUE])
        .legend(None)
    )
    x = alt.X("level:Q").title(what).scale(zero=False, padding=14).axis(format=".2~f", tickCount=6)
    y = alt.Y("estimate:Q").title("Beyond (× credit)").axis(format=".2~f", tickCount=6)
    rows = alt.Chart(alt.NamedData("levels"))
    tips = [
        alt.Tooltip("series:N", title="Which"),
        alt.Tooltip("level:Q", title=what, format=".2~f"),
        alt.Tooltip("words:N", title="Beyond the promise"),
    ]
    chosen = (
        alt.Chart(alt.NamedData("chosen"))
        .mark_rule(color=ink(palette.MUTED), strokeWidth=14, opacity=0.25)
        .encode(x=alt.X("level:Q"))
    )
    panel = alt.layer(
        chosen,
        zero_line("estimate"),
        rows.mark_line(strokeWidth=2.2).encode(x=x, y=y, color=color),
        rows.mark_rule(strokeWidth=2.4).encode(
            x=x, y=alt.Y("low:Q"), y2="high:Q", color=color, tooltip=tips
        ),
        rows.mark_point(filled=True, size=70, opacity=1.0).encode(
            x=x, y=y, color=color, tooltip=tips
        ),
        alt.Chart(alt.NamedData("means"))
        .mark_point(filled=True, size=70, opacity=1.0)
        .encode(x=x, y=y, color=color, tooltip=tips),
    ).properties(width=side, height=height - 164, title=heading("By level of the stop"))
    # A legend would be drawn below both panels, far from what it is of
    keys = alt.Chart(alt.NamedData("keys")).encode(y=alt.Y("series:N").sort(names).axis(None))
    legend = alt.layer(
        keys.mark_point(filled=True, size=110, opacity=1.0, x=8).encode(color=color),
        keys.mark_text(align="left", x=22, fontSize=LARGE, color=ink(palette.INK)).encode(
            text="series:N"
        ),
    ).properties(width=side, height=66)
    return alt.vconcat(panel, legend, spacing=12)


def lesson_insurance(
    table: pd.DataFrame,
    shocks: pd.DataFrame,
    *,
    earned: Interval,
    delta: float,
    width: int = 260,
    side: int = 250,
    height: int = 396,
) -> Figure:
    """What calls cost a year by their delta, beside what they paid in each shock.

    Parameters
    ----------
    table : DataFrame
        ``delta``, ``cost``, ``cost_low``, ``cost_high``, dollars a year.
    shocks : DataFrame
        ``episode``, ``source`` ("drawn", "real days"), ``paid`` (dollars), ``days``, ``depth``.
    earned : Interval
        Expected profit of the condor a year, dollars.
    delta : float
        Chosen.
    width, side, height : int
        Pixels of either panel.

    Returns
    -------
    Figure
        The band is what the condor earns, with its interval.

    Raises
    ------
    DataError
        If a column is missing, there is no row, or a source is unknown.
    """
    needed = ("delta", "cost", "cost_low", "cost_high")
    rows = frame_of(table, needed, chart="lesson insurance")[list(needed)].round(2).copy()
    paid = frame_of(
        shocks, ("episode", "source", "paid", "days", "depth"), chart="lesson insurance"
    )
    if rows.empty or paid.empty or not set(paid["source"]) <= set(_SOURCES):
        raise DataError("lesson insurance must have costs, and shocks drawn or of real days")
    rows["words"] = [
        reads(Interval(x, a, b), "$")
        for x, a, b in zip(rows["cost"], rows["cost_low"], rows["cost_high"], strict=True)
    ]
    paid = paid.copy()
    paid["episode"] = [name.replace('"Temporal Theta" ', "") for name in paid["episode"]]
    paid["words"] = dollar_texts(paid["paid"].to_numpy(dtype=float))
    paid["depth"] = [
        f"−{x:.1f} % in {int(n)} days" for x, n in zip(paid["depth"], paid["days"], strict=True)
    ]
    order = names_of(paid.sort_values("paid", ascending=False)["episode"])
    paid["place"] = paid["episode"].map({name: i for i, name in enumerate(order)})
    band = pd.DataFrame(
        {
            "low": [earned.low],
            "high": [earned.high],
            "earned": [earned.estimate],
            "label": ["condor earns"],
        }
    )
    return Figure(
        _insurance_template(len(order), width, side, height),
        {
            "costs": rows,
            "band": band,
            "chosen": pd.DataFrame({"delta": [delta]}),
            "shocks": paid[["episode", "source", "paid", "words", "depth", "place"]],
        },
    )


@lru_cache(maxsize=8)
def _insurance_template(n: int, width: int, side: int, height: int) -> dict[str, Any]:
    rows, band = alt.Chart(alt.NamedData("costs")), alt.Chart(alt.NamedData("band"))
    x = alt.X("delta:Q").title("Delta of the calls").scale(zero=False, padding=16)
    x = x.axis(format=".2f", values=[0.05, 0.10, 0.15, 0.20, 0.25, 0.30])
    y = alt.Y("cost:Q").title("Dollars a year").axis(format="$,.0f", tickCount=6)
    tips = [
        alt.Tooltip("delta:Q", title="Delta", format=".2f"),
        alt.Tooltip("words:N", title="Cost a year, 95 %"),
    ]
    earns = palette.POLICY["unhedged"]
    left = alt.layer(
        band.mark_rect(color=earns, opacity=0.25).encode(y=alt.Y("low:Q"), y2="high:Q"),
        band.mark_rule(color=earns, strokeWidth=2.2).encode(y=alt.Y("earned:Q")),
        band.mark_text(
            align="left", baseline="bottom", x=6, dy=-5, fontSize=LARGE, color=ink(palette.INK)
        ).encode(y=alt.Y("earned:Q"), text="label:N"),
        zero_line("cost"),
        alt.Chart(alt.NamedData("chosen"))
        .mark_rule(color=ink(palette.MUTED), strokeWidth=16, opacity=0.25)
        .encode(x=alt.X("delta:Q")),
        rows.mark_line(color=_CALLS, strokeWidth=2.4).encode(x=x, y=y),
        rows.mark_rule(color=_CALLS, strokeWidth=2.6).encode(
            x=x, y=alt.Y("cost_low:Q"), y2="cost_high:Q", tooltip=tips
        ),
        rows.mark_point(filled=True, color=_CALLS, size=90, opacity=1.0).encode(
            x=x, y=y, tooltip=tips
        ),
    ).properties(width=width, height=height - 60, title=heading("Cost a year, by delta"))
    color = (
        alt.Color("source:N")
        .scale(domain=list(_SOURCES), range=list(_SOURCES.values()))
        .legend(alt.Legend(title=None, orient="bottom", symbolType="circle", symbolOpacity=1))
    )
    paid = alt.Chart(alt.NamedData("shocks"))
    across = alt.X("paid:Q").title("Paid by the low, dollars").axis(format="$,.2~s", tickCount=5)
    down = alt.Y("episode:N").title(None).sort(field="place", op="min", order="ascending")
    down = down.axis(labelFontSize=LARGE - 2, ticks=False, domain=False, labelLimit=190)
    told = [
        alt.Tooltip("episode:N", title="Shock"),
        alt.Tooltip("source:N", title="Days"),
        alt.Tooltip("depth:N", title="Index"),
        alt.Tooltip("words:N", title="Paid, premiums on the way taken off"),
    ]
    right = alt.layer(
        vertical_zero("paid"),
        paid.mark_point(filled=True, size=95, opacity=0.95).encode(
            x=across, y=down, color=color, tooltip=told
        ),
    ).properties(
        width=side, height={"step": (height - 60) / max(n, 1)}, title=heading("Paid in each shock")
    )
    return projected(
        alt.hconcat(left, right, spacing=186, bounds="flush", autosize=PAD).resolve_legend(
            color="independent"
        )
    )
