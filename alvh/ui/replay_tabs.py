"""The tabs of the Replay page: parts, episodes, months, trades, smoothness, fit of the states."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from alvh.report import charts, export
from alvh.report.numbers import dollars, interval, percent
from alvh.risk.replay_smooth import METRICS
from alvh.risk.replay_trades import HELD
from alvh.ui import policies, replay, show
from alvh.ui.live import Page
from alvh.ui.market import Market
from alvh.ui.replay_words import exposure_sentence, smoother, verdict

__all__ = ["episodes", "fit", "months", "parts", "smooth", "trades"]

ADAPTIVE, STATIC = "alvh", "static_layers"
"""What the claim of the method compares."""


def parts(page: Page, seen: Market) -> None:
    """Lay out what the profit of the policy in focus is made of."""
    page.part(partial(_parts, seen))
    show.saving("replay.parts")


def _parts(seen: Market) -> None:
    now = replay.now_of(seen)
    daily = now.days.dailies[now.name]
    title = f"Where the money came from, {now.words}"
    st.markdown(f"**{title}**")
    replay.draw(charts.replay_parts(daily), "parts", title, daily, now, seen)


def episodes(page: Page, seen: Market) -> None:
    """Lay out the named episodes within the days."""
    page.part(partial(_episodes, seen))


def _episodes(seen: Market) -> None:
    now = replay.now_of(seen)
    found = now.days.episodes
    if found.empty:
        st.info("No named episode lies within these days.", icon=":material/event_busy:")
        return
    first = found.drop_duplicates("episode").set_index("episode")
    keys = list(first.index)
    frame = pd.DataFrame(
        {
            "episode": keys,
            "span": [
                f"{a:%F} to {b:%F}" for a, b in zip(first["start"], first["end"], strict=True)
            ],
            "days": first["days"].to_numpy(),
            "spx": 100.0 * first["spx"].to_numpy(),
            "vix": [
                f"{a:.1f} to {b:.1f}"
                for a, b in zip(first["vix_before"], first["vix_peak"], strict=True)
            ],
        }
    )
    about = "Profit from the close before to the low, and what it was of the account then"
    for name in now.days.names:
        mine = found[found["policy"].eq(name)].set_index("episode").loc[keys]
        frame[name] = [
            f"{dollars(money)} ({percent(share)})"
            for money, share in zip(mine["profit"], mine["return"], strict=True)
        ]
    names = {name: (policies.NAMES[name], "", about) for name in now.days.names}
    show.table(
        frame,
        {
            "episode": ("Episode", "", "As on the Stress page"),
            "span": ("From, to", "", "Close before the first fall, close at the low"),
            "days": ("Days", "%d", "Trading days"),
            "spx": ("SPX", "%.1f %%", "Return"),
            "vix": ("VIX", "", "Close before, highest close (points)"),
            **names,
        },
        key="replay.episodes",
    )
    st.caption(
        "What happened, once each; no interval. A condor opened before an episode carries its "
        "strikes into it, and what was opened a week earlier or later would have met it otherwise."
    )


def months(page: Page, seen: Market) -> None:
    """Lay out the months of the policy in focus."""
    page.part(partial(_months, seen))
    show.saving("replay.months")


def _months(seen: Market) -> None:
    now = replay.now_of(seen)
    found = now.days.months
    mine = found[found["policy"] == now.name]
    title = f"Return of each month (%), {now.words}"
    st.markdown(f"**{title}**")
    replay.draw(charts.replay_months(mine), "months", title, mine, now, seen)


def trades(page: Page, seen: Market) -> None:
    """Lay out the round trips of the policy in focus, and their file."""
    saved: dict[str, Any] = st.session_state.setdefault("replay.trades.shown", {})
    page.part(partial(_trades, seen, saved))
    st.download_button(
        "CSV",
        data=partial(_file, saved),
        file_name="alvh-replay-trades.csv",
        mime="text/csv",
        key="replay.trades.file",
        type="tertiary",
        icon=":material/download:",
        on_click="ignore",
        help="Save every round trip with its reasons.",
    )


def _trades(seen: Market, saved: dict[str, Any]) -> None:
    now = replay.now_of(seen)
    found = now.days.trips(now.focus)
    saved.update(frame=found, source=replay.source(seen))
    closed = found[found["action"].ne(HELD)]
    won = float((closed["profit"] > 0.0).mean()) if len(closed) else None
    st.markdown(
        f"**Round trips, {now.words}**: {len(closed):,} closed, {percent(won)} with a profit, "
        f"together {dollars(float(closed['profit'].sum()))} after costs; "
        f"{len(found) - len(closed)} held on the last day."
    )
    shown = found.iloc[::-1].copy()
    for name in ("entry", "exit"):
        shown[name] = pd.to_datetime(shown[name]).dt.strftime("%Y-%m-%d").fillna("")
    shown["why"] = shown["action"].str.cat(shown["exit_reason"], sep=": ").str.removesuffix(": ")
    show.table(
        shown,
        {
            "entry": ("Entry", "", "Close it was opened at"),
            "exit": ("Exit", "", "Close it was gone at; empty: still held"),
            "what": ("Position", "", "Condor, or the layer's number"),
            "quantity": ("Quantity", "%g", "Contracts; negative is sold"),
            "entry_price": ("Entry (points)", "%.2f", "Credit of a condor, price of a layer"),
            "exit_price": ("Exit (points)", "%.2f", "What it was bought back or sold for"),
            "costs": ("Costs", "dollar", "Of all its trades ($)"),
            "profit": ("Profit", "dollar", "After costs ($)"),
            "entry_reason": ("Why opened", "", "The rule that opened it"),
            "why": ("Why closed", "", "The rule that closed it"),
        },
        key="replay.trades",
    )


def _file(saved: Mapping[str, Any]) -> bytes:
    """The trades as they are on the page; called outside of any session."""
    return export.csv(saved["frame"], source=saved["source"])


def smooth(page: Page, seen: Market) -> None:
    """Lay out the smoothness of every policy, and the claim about it."""
    page.part(partial(_claim, seen))
    page.part(partial(_metrics, seen))
    page.part(partial(_differences, seen))
    show.saving("replay.differences")


def _claim(seen: Market) -> None:
    now = replay.now_of(seen)
    missing = [policies.NAMES[x] for x in (ADAPTIVE, STATIC) if x not in now.days.names]
    if missing:
        st.info(
            f"The claim compares ALVH with static layers: add {' and '.join(missing)} above.",
            icon=":material/compare_arrows:",
        )
        return
    other = "before interest" if now.days.interest else "on the account with its interest"
    st.markdown(
        f"{smoother(now.days.smooth, ADAPTIVE, STATIC)} "
        f"Measured {other}: {verdict(now.days.smooth_otherwise, ADAPTIVE, STATIC)} "
        f"{exposure_sentence(now.days.sold, ADAPTIVE, STATIC)}"
    )


def _metrics(seen: Market) -> None:
    now = replay.now_of(seen)
    found = now.days.smooth
    rows: list[dict[str, str]] = []
    for name in now.days.names:
        row = {"policy": policies.NAMES[name]}
        for metric in METRICS[1:]:
            it = found.of(name, metric.key)
            form = percent if metric.unit == "%" else _ratio
            row[metric.key] = f"{form(it.estimate)} {interval(it.low, it.high, form=form)}"
        rows.append(row)
    show.table(
        pd.DataFrame(rows),
        {
            "policy": ("Policy", "", "All on the same days"),
            **{m.key: (m.title, "", f"{m.about} 95 % interval.") for m in METRICS[1:]},
        },
        key="replay.metrics",
    )


def _ratio(x: float | None) -> str:
    return "n/a" if x is None or x != x else f"{x:.2f}".replace("-", "\u2212")


def _differences(seen: Market) -> None:
    now = replay.now_of(seen)
    names = now.days.names
    base = STATIC if STATIC in names else names[0]
    found = now.days.smooth.differences(base)
    found = found[found["metric"].isin(["depth", "ulcer"])]
    if found.empty:
        return
    title = f"Less {policies.NAMES[base]}, same days"
    st.markdown(f"**{title}**")
    drawn = charts.replay_differences(found, base=base)
    replay.draw(drawn, "differences", title, found, now, seen)


def fit(page: Page, seen: Market) -> None:
    """Lay out how well the state of each day shows its VIX and VIX3M."""
    left, right = st.columns([3, 2], gap="medium")
    with left:
        page.element(partial(_gaps, seen))
        show.saving("replay.fit")
    with right:
        page.part(partial(_fit_table, seen))


def _gaps(seen: Market) -> None:
    now = replay.now_of(seen)
    data = now.days.fit
    title = "Model less quoted, day by day"
    replay.draw(charts.replay_fit(data), "fit", title, data, now, seen)


def _fit_table(seen: Market) -> None:
    now = replay.now_of(seen)
    found = now.days.fit_of
    shown = found.assign(close=100.0 * found["close"], date=[f"{day:%F}" for day in found["date"]])
    show.table(
        shown,
        {
            "index": ("Index", "", "Closes"),
            "days": ("Days", "%d", "On which it was quoted"),
            "close": ("Within 0.05", "%.1f %%", "Share of days"),
            "mean": ("Mean gap", "%.3f", "Absolute, VIX points"),
            "largest": ("Largest", "%.2f", "Model less quoted, VIX points"),
            "date": ("On", "", "Day of the largest gap"),
        },
        key="replay.fit",
    )
    far = now.days.fit.assign(size=lambda x: x["gap"].abs()).nlargest(8, "size")
    show.table(
        far.assign(date=[f"{day:%F}" for day in far["date"]]),
        {
            "date": ("Day", "", "The largest gaps"),
            "index": ("Index", "", ""),
            "quoted": ("Quoted", "%.2f", "VIX points"),
            "shown": ("Model", "%.2f", "VIX points"),
            "gap": ("Gap", "%.2f", "VIX points"),
        },
        key="replay.far",
    )
