"""The parts of the Replay page: policies on real days turned into words, figures and tables."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from alvh.errors import DataError, ParameterError
from alvh.report import charts
from alvh.report.figure import Figure
from alvh.report.numbers import interval, percent, plus_minus
from alvh.risk.inference import Interval
from alvh.ui import controls, policies, replay_cache, shared, show
from alvh.ui.live import Group
from alvh.ui.market import Market
from alvh.ui.replay_cache import Days
from alvh.ui.replay_words import fit_sentence
from alvh.ui.show import Number

__all__ = [
    "Desk",
    "account_groups",
    "choose_focus",
    "choose_scale",
    "choose_span",
    "draw",
    "equity",
    "headline",
    "now_of",
    "source",
    "summary",
    "years",
]

_SPAN = "replay.span"
_SCALES = {"dollars": "dollars", "log": "log scale"}
_MEASURES = {"account": "account", "trading": "before interest"}


@dataclass(frozen=True)
class Desk:
    """What the page shows now."""

    days: Days
    costs: bool

    @property
    def focus(self) -> int:
        """Number of the policy in focus."""
        return shared.focus_of(self.days.names)

    @property
    def name(self) -> str:
        """Name of the policy in focus."""
        return self.days.names[self.focus]

    @property
    def words(self) -> str:
        """Its name on the page."""
        return policies.NAMES[self.name]


# --- Controls ---------------------------------------------------------------------------------


def choose_span(seen: Market) -> None:
    """Draw the first and the last day of the replay."""
    if seen.history is None:
        return
    first = seen.history.frame.index[0].date()
    last = dt.date.fromisoformat(seen.as_of)
    # Of all days there have been: a run that gives way to the next leaves the dates as they were,
    # and a file that is put in the place of another shows the sample in between.
    ends: dict[str, set[dt.date]] = st.session_state.setdefault(_SPAN, {"from": set(), "to": set()})
    for key, now in (("from", first), ("to", last)):
        if st.session_state.get(key) in ends[key] - {now}:  # the end of other days than these
            st.session_state[key] = now
        ends[key].add(now)
    _day("From", "from", first, first, last, "First close of the replay.")
    _day("To", "to", last, first, last, "Last close; at most the day of the market above.")


def _day(label: str, key: str, start: dt.date, low: dt.date, high: dt.date, text: str) -> None:
    """Date within bounds; what a link or an earlier source says beyond them is brought back."""
    raw = st.query_params.get(key)
    if raw is not None and key not in st.session_state:
        try:
            inside = low <= dt.date.fromisoformat(raw) <= high
        except ValueError:
            inside = False
        if not inside:
            controls.problems().append(
                f"{label} must be a day from {low} to {high}, got “{raw[:40]}” in the link: "
                f"{start} is used."
            )
            del st.query_params[key]
    kept = st.session_state.get(key)
    if isinstance(kept, dt.date) and not low <= kept <= high:
        st.session_state[key] = start
    st.date_input(
        label, value=start, min_value=low, max_value=high, key=key, help=text, bind="query-params"
    )


def account_groups() -> list[Group]:
    """Reserve the places of the account, costs and what is measured."""
    return [*shared.account_groups(), (st.container(), _choose_measure)]


def _choose_measure() -> None:
    controls.choice(
        "Measure",
        tuple(_MEASURES),
        "measure",
        shown=_MEASURES,
        help="The account with the interest its cash earns, or only what was traded: equity, "
        "drawdowns, months and years are of that. Growth beyond cash is the same in both.",
    )


def choose_focus() -> None:
    """The policy that the five numbers and some tabs are about."""
    shared.choose_focus("The five numbers above, the months, parts and trades are of this policy.")


def choose_scale() -> None:
    """Scale of the equity."""
    controls.choice(
        "Scale",
        tuple(_SCALES),
        "scale",
        shown=_SCALES,
        help="On a log scale equal distances are equal returns.",
    )


# --- State ------------------------------------------------------------------------------------


def now_of(seen: Market) -> Desk:
    """What the page shows now.

    Raises
    ------
    ParameterError, ValidationError
        If the settings cannot be run; the message names them.
    """
    if seen.history is None:
        raise ParameterError("Source must be days to replay, got levels typed in")
    chosen = st.session_state
    rules = shared.compared()
    span = (chosen["from"], chosen["to"])
    try:
        days = replay_cache.on_history(
            seen.history,
            seen.as_of,
            span,
            rules,
            chosen["capital"],
            interest=chosen["measure"] == "account",
        )
    except DataError as error:  # parts of a page wait for settings, not for data
        raise ParameterError(f"{error}") from None
    return Desk(days, bool(chosen["costs"]))


def source(seen: Market) -> str:
    """Where the numbers of the page come from."""
    return shared.source(seen, model=f"{shared.MODEL}; option prices are model prices")


def draw(drawn: Figure, key: str, title: str, data: pd.DataFrame, now: Desk, seen: Market) -> None:
    """Show a figure under the page's own words."""
    show.figure(
        drawn,
        key=f"replay.{key}",
        title=title,
        data=data,
        subtitle=_describe(now),
        source=source(seen),
    )


def _describe(now: Desk) -> str:
    rule, days = now.days.run.policies[0].condor, now.days.days
    kept = "" if now.days.interest else ", before interest"
    return (
        f"{days[0]:%F} to {days[-1]:%F}; {rule.contracts} condors of {rule.dte} days, "
        f"{rule.wing:g} points wide; {'costs' if now.costs else 'no costs'}{kept}"
    )


# --- Parts ------------------------------------------------------------------------------------


def headline(seen: Market) -> None:
    """What the user must know, and the answer in five numbers; or why there is none."""
    shared.headline(seen.notes, "replay", lambda: _answer(now_of(seen)))


def _answer(now: Desk) -> list[Number]:
    """The five numbers at the top."""
    days, name, words = now.days, now.name, now.words
    smooth = days.smooth
    chance = (
        f"95 % interval of the stationary bootstrap, blocks of {smooth.block} days on average: how "
        "much one history can tell."
    )
    growth = smooth.of(name, "growth")
    base = days.names[0]
    if name == base:
        less = Number("Difference", "n/a", f"{words} is what the others are compared with.")
    else:
        gap = smooth.difference(name, base, "growth")
        less = Number(
            f"Less {policies.NAMES[base]}",
            f"{_about(gap)} a year",
            f"Growth of {words} less that of {policies.NAMES[base]}, on the same days: "
            f"{interval(gap.low, gap.high, form=percent)}. {chance}",
        )
    worst: Any = days.worst.loc[name]
    return [
        Number(
            f"Beyond cash, {words}",
            f"{_about(growth)} a year",
            f"Growth over the {percent(days.model.rate)} that cash earns: "
            f"{interval(growth.low, growth.high, form=percent)}. {chance}",
        ),
        less,
        _fell(now, "depth", "Max drawdown", "Deepest fall from an earlier close.", chance),
        _fell(now, "ulcer", "Ulcer index", "Root mean square of all drawdowns.", chance),
        Number(
            "Worst month",
            f"{percent(worst['return'])}",
            f"{worst['month']}, of calendar months; it happened, and has no interval. Mean of the "
            f"worst 5 % of months: {_with_ends(smooth.of(name, 'shortfall'))}.",
        ),
    ]


def _fell(now: Desk, metric: str, title: str, text: str, chance: str) -> Number:
    found = now.days.smooth.of(now.name, metric)
    ends = f"[{_bare(found.low)}, {_bare(found.high)}]"
    kept = "account with its interest" if now.days.interest else "account before interest"
    return Number(title, f"{percent(found.estimate)} {ends}", f"{text} Of the {kept}. {chance}")


def _bare(x: float) -> str:
    """Percent without the sign, no decimals from ten on."""
    text = percent(x).removesuffix(" %")
    return text if abs(x) < 0.0995 or text == "n/a" else f"{100.0 * x:.0f}"


def _about(found: Interval) -> str:
    """Percent and half its interval, in no more digits than it has."""
    half = 0.5 * (found.high - found.low) / 1.96
    return plus_minus(found.estimate, half, unit="%", signed=True)


def _with_ends(found: Interval) -> str:
    return f"{percent(found.estimate)} {interval(found.low, found.high, form=percent)}"


def equity(seen: Market) -> None:
    """The large picture, and what its prices are."""
    now = now_of(seen)
    days = now.days
    scale = st.session_state.get("scale", "dollars")
    if scale == "log" and float(days.wealth.min().min()) <= 0.0:
        st.caption("Wealth was at or below zero: a log scale cannot show it.")
        scale = "dollars"
    drawn = charts.replay_equity(
        days.wealth,
        days.drawdown,
        scale=scale,
        title="Account" if days.interest else "Before interest",
    )
    fall = days.drawdown.add_suffix(" drawdown")
    draw(drawn, "equity", "Equity and drawdown", days.wealth.join(fall), now, seen)
    st.caption(fit_sentence(days.fit_of))


def summary(seen: Market) -> None:
    """The numbers of the strip for every policy."""
    now = now_of(seen)
    smooth, worst = now.days.smooth, now.days.worst
    rows = []
    for name in now.days.names:
        growth = smooth.of(name, "growth")
        rows.append(
            {
                "policy": policies.NAMES[name],
                "growth": _about(growth),
                "depth": percent(smooth.of(name, "depth").estimate),
                "ulcer": percent(smooth.of(name, "ulcer").estimate),
                "month": percent(float(worst["return"][name])),
            }
        )
    show.table(
        pd.DataFrame(rows),
        {
            "policy": ("Policy", "", "All on the same days"),
            "growth": ("Beyond cash", "", "Growth a year over cash, 95 % interval"),
            "depth": ("Drawdown", "", "Deepest; intervals are in the tab Smoothness"),
            "ulcer": ("Ulcer", "", "Root mean square of drawdowns"),
            "month": ("Month", "", "Worst calendar month"),
        },
        key="replay.summary",
    )


def years(seen: Market) -> None:
    """Calendar years of every policy."""
    now = now_of(seen)
    table = now.days.years
    first = table[table["policy"].eq(now.days.names[0])]
    frame = pd.DataFrame(
        {
            "when": [
                f"{year}" if whole else f"{year}, part"
                for year, whole in zip(first["year"], first["whole"], strict=True)
            ]
        }
    )
    for name in now.days.names:
        percents = 100.0 * table.loc[table["policy"].eq(name), "return"].to_numpy()
        frame[name] = np.where(np.abs(percents) < 0.05, 0.0, percents)  # else it reads -0.0
    names = {name: (policies.NAMES[name], "%.1f", "Return (%)") for name in now.days.names}
    st.markdown("**Calendar years** (return, %)")
    show.table(
        frame.iloc[::-1],
        {"when": ("Year", "", "A year the days hold only part of says so"), **names},
        key="replay.years",
    )
