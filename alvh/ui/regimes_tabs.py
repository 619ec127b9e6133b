"""The tabs of the Regimes page: what regimes and signals were worth."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from alvh.lab import Study
from alvh.lab.regimes import WITHOUT_SIGNALS
from alvh.report import charts
from alvh.report.numbers import interval, percent
from alvh.signals import SIGNALS
from alvh.strategy import SIMULATED, VOTERS
from alvh.ui import controls, regimes_cache, show, trade
from alvh.ui.live import Group, Page
from alvh.ui.market import Market
from alvh.ui.regimes import Look, draw, minus, now_of

__all__ = ["ablation", "coverage", "hits", "powers", "profits", "times"]

_DROPPED = {WITHOUT_SIGNALS: "all of them"}
_PARTS = {"condor": "condors", "hedge": "hedge", "costs": "costs", "book": "book"}


def coverage(page: Page, seen: Market) -> None:
    """Lay out which signals there are."""
    page.part(partial(_coverage, seen))


def _coverage(seen: Market) -> None:
    now = now_of(seen)
    real = now.study.run.paths.history is not None
    rows = []
    found = regimes_cache.coverage(seen, now.policy.regime.parameters) if real else None
    for name, voter in VOTERS.items():
        about = SIGNALS[name]
        said, since, missing = SIMULATED.get(name, "from the path"), "", 0
        if found is not None:
            row: Any = found.loc[name]
            said, missing = row["reason"], int(row["missing"])
            since = f"{row['first']:%F}" if row["available"] else "unavailable"
        rows.append(
            {
                "signal": about.title,
                "since": since,
                "missing": missing,
                "said": said,
                "levels": minus(
                    f"{voter.side} {voter.watch:g} / {voter.stress:g} {about.unit}".strip()
                ),
                "source": voter.source + ("; contested" if about.contested else ""),
            }
        )
    show.table(
        pd.DataFrame(rows),
        {
            "signal": ("Signal", "", "Those that may vote"),
            "since": ("Since", "", "First day with a value"),
            "missing": ("Days missing", "%d", "After the first; never filled"),
            "said": ("What is missing, or how it differs", "", "On real days, or simulated ones"),
            "levels": ("Default levels", "", "Watch / stress"),
            "source": ("Where they come from", "", "Contested: pages of the method disagree"),
        },
        key="regimes.coverage",
    )


def times(page: Page, seen: Market) -> None:
    """Lay out transitions and time in each regime."""
    left, right = st.columns([2, 3], gap="medium")
    with left:
        page.element(partial(_transitions, seen))
        show.saving("regimes.transitions")
    with right:
        page.part(partial(_time, seen))


def _transitions(seen: Market) -> None:
    now = now_of(seen)
    data = now.study.transitions
    draw(
        charts.transition_chart(data), "transitions", "From one close to the next", data, now, seen
    )


def _time(seen: Market) -> None:
    rows = [
        {
            "regime": row["regime"],
            "share": f"{percent(row['share'])} {interval(row['low'], row['high'], form=percent)}",
            "days": int(row["days"]),
            "visits": int(row["visits"]),
            "length": "n/a"
            if pd.isna(row["length"])
            else f"{row['length']:.1f} "
            + (
                ""
                if pd.isna(row["length_low"])
                else f"[{row['length_low']:.1f}, {row['length_high']:.1f}]"
            ),
        }
        for row in now_of(seen).study.time.to_dict(orient="records")
    ]
    show.table(
        pd.DataFrame(rows),
        {
            "regime": ("Regime", "", "In force after the close"),
            "share": ("Time", "", "Share of days, 95 % interval of the stationary bootstrap"),
            "days": ("Days", "%d", "Trading days"),
            "visits": ("Visits", "%d", "Runs of days in a row"),
            "length": ("Days a visit", "", "Mean, 95 % interval; none for fewer than 5 visits"),
        },
        key="regimes.time",
    )


def profits(page: Page, seen: Market) -> None:
    """Lay out what was earned in each regime."""
    page.element(partial(_profits, seen))
    show.saving("regimes.profits")


def _profits(seen: Market) -> None:
    now = now_of(seen)
    data = now.study.profits
    data = data.assign(part=data["part"].map(_PARTS))
    drawn = charts.profit_by_regime_chart(data)
    draw(drawn, "profits", "Profit a year by the regime of the close before", data, now, seen)


def hits(page: Page, seen: Market) -> list[Group]:
    """Lay out how votes did before volatility expansions."""
    columns = st.columns(3)
    groups: list[Group] = []
    for column, name in zip(columns, ("rise", "within", "ahead"), strict=True):
        with column:
            groups.append((st.container(), partial(controls.slider, Look, name, f"study.{name}")))
    page.part(partial(_hits, seen))
    show.saving("regimes.hits")
    page.part(partial(_events, seen))
    return groups


def _asked() -> tuple[float, int, int]:
    chosen = st.session_state
    return (
        chosen["study.rise"] / 100.0,
        int(chosen["study.within"]),
        int(chosen["study.ahead"]),
    )


def _named(signal: str) -> str:
    return "the rule" if signal == "regime" else SIGNALS[signal].title


def _hits(seen: Market) -> None:
    now = now_of(seen)
    data = regimes_cache.hits(now.study, *_asked())
    names = [_named(name) for name in data["signal"]]
    drawn = charts.signal_hits_chart(data, titles=names, width=225)
    rise, within, _ = _asked()
    title = f"Votes before VIX rose by {percent(rise)} within {within} closes"
    draw(drawn, "hits", title, data, now, seen)


def _events(seen: Market) -> None:
    now = now_of(seen)
    table = regimes_cache.events(now.study)
    rows = [
        {
            "signal": _named(row["signal"]),
            "horizon": int(row["horizon"]),
            "onsets": int(row["onsets"]),
            "difference": "n/a"
            if pd.isna(row["difference"])
            else f"{row['difference']:+.2f} [{row['low']:+.2f}, {row['high']:+.2f}]".replace(
                "-", "\u2212"
            ),
            "p": _p_value(row["p_value"]),
        }
        for row in table.to_dict(orient="records")
    ]
    show.table(
        pd.DataFrame(rows, columns=["signal", "horizon", "onsets", "difference", "p"]),
        {
            "signal": ("Signal", "", "Its vote for watch or stress goes on"),
            "horizon": ("Days later", "%d", "Trading days"),
            "onsets": ("Onsets", "%d", "Times it went on"),
            "difference": (
                "Change of VIX (points)",
                "",
                "Mean after an onset less mean after any day; 95 % interval",
            ),
            "p": ("p", "", "Two-sided, of no difference; of twenty signals one is at 0.05 by luck"),
        },
        key="regimes.events",
    )


def _p_value(p: float) -> str:
    """Two digits; a chance is never none at all."""
    if pd.isna(p):
        return "n/a"
    return f"{p:.2f}" if p >= 0.005 else "< 0.01"


def ablation(page: Page, seen: Market) -> None:
    """Lay out what happens if a signal is dropped."""
    page.part(partial(_ablation, seen))
    show.saving("regimes.ablation")


def _ablation(seen: Market) -> None:
    now = now_of(seen)
    data = now.study.ablation
    if data.empty:
        st.info("No signal votes, so there is none to drop.", icon=":material/how_to_vote:")
        return
    names = [_DROPPED.get(name) or SIGNALS[name].title for name in data["dropped"]]
    drawn = charts.ablation_chart(data, titles=names, width=560)
    draw(drawn, "ablation", "Profit a year when a signal is dropped", data, now, seen)
    st.caption(
        "The book without the signal less the book with it, the same days; 95 % interval of the "
        "stationary bootstrap. To the right: it would have been better not to look. Votes needed "
        "are at most those that are left."
    )


def powers(page: Page, seen: Market) -> None:
    """Lay out how good signals from outside the market would have to be."""
    page.part(partial(_powers, seen))
    show.saving("regimes.powers")


def _powers(seen: Market) -> None:
    now = now_of(seen)
    account = trade.account()
    study = Study(model=seen.model, state=seen.state, edge=account.edge, capital=account.capital)
    data = regimes_cache.sweep(study, now.policy)
    drawn = charts.signal_powers(data)
    title = "What signals add, by how much they know of the coming week"
    draw(drawn, "powers", title, data, now, seen)
    st.caption(
        f"{study.n_paths:,} simulated futures of a year, the rule of the sidebar less the same "
        "book without signals, 95 % intervals. Power is the correlation of news of breadth, prices "
        "and the dollar with the index's fall over the next five days; VIX, its curve, MACD and "
        "RSI come from the path and know what the market knows. At zero, the default everywhere "
        "else, nothing is known beyond the market's state."
    )
