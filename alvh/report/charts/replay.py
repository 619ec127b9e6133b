"""What policies did over real days: equity over drawdown, and what one policy's profit is made of.

Days are numbered in the data, see `alvh.report.charts.regimes_look`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, Literal

import altair as alt
import numpy as np
import pandas as pd

from alvh._typing import FloatArray
from alvh.errors import DataError, require
from alvh.report import palette
from alvh.report.charts._parts import PAD, dollar_texts, folded, ink, kept, template_of
from alvh.report.charts.outcomes_look import (
    keys_of,
    picked,
    policy_color,
    policy_colors,
    policy_legend,
    policy_title,
    titles_frame,
)
from alvh.report.charts.regimes_look import (
    MOST,
    day_numbers,
    day_pointer,
    day_texts,
    milliseconds,
    thinned,
    whole_axis,
)
from alvh.report.figure import Figure
from alvh.report.numbers import MINUS

__all__ = ["PARTS", "replay_equity", "replay_parts"]

PARTS: Final[dict[str, tuple[str, list[int]]]] = {
    "condor": (palette.GREY, [1, 0]),
    "hedge": (palette.GREEN, [1, 0]),
    "costs": (palette.LOSS, [6, 3]),
    "interest": ("#7570B3", [2, 2]),
    "total": (palette.BLUE, [1, 0]),
}
"""Part of the profit to colour and dash."""


def replay_equity(
    wealth: pd.DataFrame,
    drawdown: pd.DataFrame,
    *,
    scale: Literal["dollars", "log"] = "dollars",
    title: str = "Account",
    width: int = 470,
    height: int = 270,
) -> Figure:
    """Equity of all policies over their drawdowns, on one time axis.

    Parameters
    ----------
    wealth : DataFrame of shape (n_days, n_policies)
        Dollars by date, a column a policy.
    drawdown : DataFrame of shape (n_days, n_policies)
        Fractions <= 0, of the same days and policies.
    scale : {"dollars", "log"}, default="dollars"
        Of the equity. On a log scale wealth must be above zero.
    title : str, default="Account"
        What the dollars are.
    width, height : int
        Pixels of the upper panel; the lower one is half as high.

    Returns
    -------
    Figure
        Of more than 2,500 days the lines show the last close of each week and every policy's
        extremes of each year (tooltips too); a click in the legend picks a policy.

    Raises
    ------
    DataError
        If the frames do not belong together, have no rows, or wealth on a log scale is not above
        zero.
    """
    require(scale in ("dollars", "log"), "scale", scale, "dollars or log")
    if wealth.empty or not (
        wealth.index.equals(drawdown.index) and wealth.columns.equals(drawdown.columns)
    ):
        raise DataError("replay equity needs wealth and drawdown of the same days and policies")
    if scale == "log" and float(wealth.min().min()) <= 0.0:
        raise DataError("wealth must be above zero on a log scale")
    names = [str(name) for name in wealth.columns]
    keep = _kept(wealth, drawdown)
    level = wealth.loc[keep].to_numpy(dtype=float).T
    fall = 100.0 * drawdown.loc[keep].to_numpy(dtype=float).T
    days = pd.DatetimeIndex(wealth.index)[keep]
    date = milliseconds(days.to_series())
    tips = {"Day": day_texts(days.to_series())}
    for name, money, under in zip(names, level, fall, strict=True):
        tips[policy_title(name)] = [
            f"{a}, {MINUS if b < -0.05 else ''}{abs(b):.1f} % from its best"
            for a, b in zip(dollar_texts(money), under.tolist(), strict=True)
        ]
    datasets = {
        "replay_equity": _wide(date, np.round(level, 0)),
        "replay_falls": _wide(date, np.round(fall, 2)),
        "replay_tips": pd.DataFrame(tips),
        "replay_names": titles_frame(names),
    }
    template = _equity_template(policy_colors(names), scale, title, width, height)
    return Figure(template, datasets)


def _kept(wealth: pd.DataFrame, drawdown: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which days are drawn: enough for every extreme of a year to be there."""
    days = pd.DatetimeIndex(wealth.index)
    if len(days) <= MOST:
        return np.ones(len(days), dtype=bool)
    years = np.asarray(days.year)
    first = np.flatnonzero(np.r_[True, years[1:] != years[:-1]])
    rows: set[int] = {
        int(start + pick(values[start:end, p]))
        for values, picks in (
            (wealth.to_numpy(dtype=float), (np.argmax, np.argmin)),
            (drawdown.to_numpy(dtype=float), (np.argmin,)),
        )
        for start, end in zip(first, np.r_[first[1:], len(days)], strict=True)
        for p in range(values.shape[1])
        for pick in picks
    }
    also = day_numbers(days[sorted(rows)].to_series())
    drawn = thinned(pd.DataFrame({"date": days}), (), chart="replay equity", also=also)
    return np.isin(np.arange(len(days)), drawn.index.to_numpy())


def _wide(date: FloatArray, values: FloatArray) -> pd.DataFrame:
    columns = dict(zip(keys_of([""] * len(values)), values, strict=True))
    return pd.DataFrame({"row": np.arange(date.size, dtype=np.int32), "date": date, **columns})


@lru_cache(maxsize=32)
def _equity_template(
    colors: tuple[str, ...], scale: str, title: str, width: int, height: int
) -> dict[str, Any]:
    pick = picked()
    money = alt.Y("value:Q").scale(
        type="log" if scale == "log" else "linear", zero=False, nice=False, padding=6
    )
    money = money.title(f"{title} (dollars{', log scale' if scale == 'log' else ''})")
    money = money.axis(format="$,.3~s", tickCount=6)
    fall = alt.Y("value:Q").scale(nice=False, domainMax=0, padding=4)
    fall = fall.title("Drawdown (%)").axis(tickCount=5, labelExpr=_WITH_MINUS)
    upper = _panel("replay_equity", money, colors, pick, legend=True)
    lower = _panel("replay_falls", fall, colors, pick, legend=False)
    upper.append(kept("replay_names"))
    joined = alt.vconcat(
        alt.layer(*upper).properties(width=width, height=height),
        alt.layer(*lower).properties(width=width, height=height // 2),
        spacing=10,
        autosize=PAD,
    ).resolve_scale(color="shared")
    return _single(template_of(joined))


_WITH_MINUS: Final = f"replace(format(datum.value, ',.3~r'), '-', '{MINUS}')"


def _single(template: dict[str, Any]) -> dict[str, Any]:
    """The template with each selection where it was named, and nowhere else.

    Altair hands a selection to every layer beside its own that has one; Vega refuses that.
    """
    for param in template.get("params", []):
        if "views" in param:
            param["views"] = [v for v in param["views"] if v.startswith(param["name"])][:1]
    return template


def _panel(
    data: str,
    y: alt.Y,
    colors: Sequence[str],
    pick: alt.Parameter,
    *,
    legend: bool,
) -> list[alt.Chart]:
    """Lines of the policies, and a rule that follows the pointer with all of them."""
    keys = keys_of(colors)
    # the days are named once, under the drawdowns
    x = whole_axis(data, labels=False) if legend else whole_axis(data)
    lines = (
        folded(data, keys, group="series", value="value")
        .mark_line(strokeWidth=1.7, strokeJoin="round", clip=True)
        .encode(
            x=x,
            y=y,
            color=policy_color(colors, policy_legend("replay_names") if legend else None),
            opacity=alt.when(pick).then(alt.value(1.0)).otherwise(alt.value(0.12)),
        )
    )
    if legend:
        lines = lines.properties(name="pick_view").add_params(pick)
    return [lines, *day_pointer(data, "replay_tips", name=f"{data}_pointer", x=x)]


def replay_parts(daily: pd.DataFrame, *, height: int = 360) -> Figure:
    """What a policy's profit is made of, added up from the first day.

    Parameters
    ----------
    daily : DataFrame of shape (n_days, >= 4)
        ``condor``, ``hedge``, ``costs``, ``interest``: dollars since the start, by date.
    height : int, default=360
        Pixels.

    Returns
    -------
    Figure
        As wide as its container; the total is the sum of the four.

    Raises
    ------
    DataError
        If a column is missing or there are no rows.
    """
    names = list(PARTS)
    missing = [name for name in names[:-1] if name not in daily.columns]
    if missing:
        raise DataError(f"replay parts needs columns {', '.join(missing)}")
    if daily.empty:
        raise DataError("replay parts must have at least one row")
    frame = daily[names[:-1]].assign(total=daily[names[:-1]].sum(axis=1))
    frame = frame.loc[_kept(frame, frame)]
    days = pd.DatetimeIndex(frame.index)
    values = frame.to_numpy(dtype=float).T
    tips = {"Day": day_texts(days.to_series())}
    tips |= {name.capitalize(): dollar_texts(row) for name, row in zip(names, values, strict=True)}
    datasets = {
        "replay_parts": _wide(milliseconds(days.to_series()), np.round(values, 0)),
        "replay_parts_tips": pd.DataFrame(tips),
    }
    return Figure(_parts_template(height), datasets)


@lru_cache(maxsize=4)
def _parts_template(height: int) -> dict[str, Any]:
    keys, words = keys_of(list(PARTS)), [name.capitalize() for name in PARTS]
    x = whole_axis("replay_parts")
    label = f"{words}[datum.index]".replace('"', "'")
    legend = alt.Legend(
        title=None, orient="top", symbolType="stroke", labelExpr=label, columns=len(words)
    )
    lines = (
        folded("replay_parts", keys, group="series", value="value")
        .mark_line(strokeJoin="round", clip=True)
        .encode(
            x=x,
            y=alt.Y("value:Q")
            .title("Since the first day (dollars)")
            .axis(format="$,.3~s", tickCount=7),
            color=alt.Color("series:N")
            .scale(domain=keys, range=[color for color, _ in PARTS.values()])
            .legend(legend),
            strokeDash=alt.StrokeDash("series:N")
            .scale(domain=keys, range=[dash for _, dash in PARTS.values()])
            .legend(None),
            strokeWidth=alt.when("datum.series == 's4'")
            .then(alt.value(2.6))
            .otherwise(alt.value(1.8)),
        )
    )
    zero = (
        alt.Chart(alt.sequence(0, 1, as_="value"))
        .mark_rule(color=ink(palette.MUTED), strokeWidth=1.2)
        .encode(y=alt.Y("value:Q"))
    )
    pointer = day_pointer("replay_parts", "replay_parts_tips", name="replay_parts_pointer", x=x)
    layers = [zero, lines, *pointer]
    return _single(template_of(alt.layer(*layers).properties(width="container", height=height)))
