"""The tabs of the Stress page: parts, liquidity, the reverse test, all episodes, policies."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from alvh.lab.stress_command import ReverseTest
from alvh.report import charts
from alvh.report.charts.stress_reverse import stress_reverse
from alvh.report.charts.stress_table import TABLE
from alvh.report.numbers import dollars, percent
from alvh.risk.stress import ALL_LAYERS, NO_HEDGE, stress_marks
from alvh.risk.stress_liquidity import DayShock
from alvh.risk.stress_reverse import MOST_FALL, ReverseStress
from alvh.simulation import Episode
from alvh.ui import controls, policies, show, stress, stress_cache, trade
from alvh.ui.live import Group, Page
from alvh.ui.market import Market
from alvh.ui.stress import Desk

__all__ = ["compared", "episodes", "liquidity", "parts", "reverse"]

_REGIMES = ("calm", "watch", "stress")
_FOLLOWS = {"model": "as the model expects", "points": "by points a percent"}


# --- Condor and hedge -------------------------------------------------------------------------


def parts(page: Page, seen: Market) -> list[Group]:
    """Lay out what condor, hedge and costs made, day by day."""
    where = st.container()
    left, right = st.columns(2, gap="medium")
    with left:
        page.element(partial(_parts, seen))
        show.saving("stress.parts")
    with right:
        page.part(partial(_by_day, seen))
    return [(where, partial(_choose_variant, seen))]


def _choose_variant(seen: Market) -> None:
    try:
        names = [variant.name for variant in stress_cache.variants(stress.now_of(seen).policy)]
    except ValueError:
        return  # the headline says why
    _forget_unknown("variant", names)
    controls.choice("Book", names, "variant", help="Which of the layers are held.")


def _forget_unknown(key: str, names: list[str]) -> None:
    """What another policy's list held is not in this one's."""
    if st.session_state.get(key, names[0]) not in names:
        del st.session_state[key]


def _variant(now: Desk) -> str:
    chosen = st.session_state.get("variant", ALL_LAYERS)
    names = now.run.summary["variant"].tolist()
    return chosen if chosen in names else str(names[0])


def _parts(seen: Market) -> None:
    now = stress.now_of(seen)
    name = _variant(now)
    days = now.days(name)
    drawn = charts.stress_parts(days, stress_marks(now.episode), height=330)
    title = f"Condor and hedge through {now.episode.name}, {name.lower()}"
    stress.draw(drawn, "parts", title, days, now, seen)


def _by_day(seen: Market) -> None:
    now = stress.now_of(seen)
    days, levels = now.days(_variant(now)), now.run.levels
    rows = days.assign(
        asked=levels["vix"].to_numpy(), told=[_REGIMES[code] for code in days["regime"]]
    ).round(dict.fromkeys(("profit", "condor", "hedge", "costs", "spot"), 0))
    show.table(
        rows,
        {
            "day": ("Day", "%d", "Trading days from today"),
            "spot": ("SPX", "localized", "Points"),
            "asked": ("Asked", "%.1f", "VIX that the episode asks for"),
            "vix": ("VIX", "%.1f", "Shown by the nearest state of the model: what prices are at"),
            "profit": ("Profit ($)", "localized", "Since the start, before interest"),
            "condor": ("Condor ($)", "localized", "Before costs"),
            "hedge": ("Hedge ($)", "localized", "Before costs"),
            "costs": ("Costs ($)", "localized", "Spreads and commissions"),
            "told": ("Regime", "", "That the book's rule was in"),
        },
        key="stress.days",
    )


# --- Liquidity --------------------------------------------------------------------------------


def liquidity(page: Page, seen: Market) -> list[Group]:
    """Lay out quick ratio and margin."""
    left, right = st.columns(2, gap="medium")
    with left:
        page.element(partial(_liquidity, seen))
        show.saving("stress.liquidity")
    with right:
        page.part(partial(_needs, seen))
    return []


def _liquidity(seen: Market) -> None:
    now = stress.now_of(seen)
    days = now.run.days
    drawn = charts.stress_liquidity(days, stress_marks(now.episode), columns=3, height=330)
    title = f"Quick ratio through {now.episode.name}"
    stress.draw(drawn, "liquidity", title, days, now, seen)


def _needs(seen: Market) -> None:
    now = stress.now_of(seen)
    run = now.run
    lost = run.days.groupby("variant", sort=False)["day_loss"].max()
    summary = run.summary.set_index("variant")
    rows = pd.DataFrame(
        {
            "variant": summary.index,
            "margin": [dollars(x) for x in summary["highest_margin"]],
            "loss": [dollars(lost[name]) for name in summary.index],
            "quick": [stress.ratio(x) for x in summary["lowest_quick"]],
            "out": [_day(x) for x in summary["liquidity_day"]],
            "closed": [_day(x) for x in summary["margin_day"]],
        }
    )
    show.table(
        rows,
        {
            "variant": ("Book", "", "Which layers are held"),
            "margin": ("Margin", "", "Highest; the condors' largest loss"),
            "loss": ("One-day loss", "", "Highest, under the worse of the two shocks"),
            "quick": ("Quick ratio", "", "Lowest; cash over the sum of both; below one is short"),
            "out": ("Runs out", "", "First close below one, or closed for margin"),
            "closed": ("Closed for margin", "", "Close at which the engine closed the book"),
        },
        key="stress.needs",
    )
    shock: DayShock = now.setting.shock
    st.caption(
        "Quick ratio: cash over margin and one-day stressed loss. The loss is of the whole book by "
        f"the next close, SPX {shock.fall:g} % down or {shock.rise:g} % up with VIX "
        f"{shock.vix_per_percent:g} points against each percent, whichever is worse; the sliders "
        "are in the sidebar. Options of the hedge are no cash until they are sold."
    )


def _day(x: float) -> str:
    return "no" if pd.isna(x) else f"day {int(x)}"


# --- Reverse stress ---------------------------------------------------------------------------


def reverse(page: Page, seen: Market) -> list[Group]:
    """Lay out the smallest fall that loses so much."""
    left, middle, right = st.columns([2, 4, 4], gap="medium")
    with left:
        where = st.container()
    with middle:  # says how far it is: the picture beside it is then at hand
        page.part(partial(_reverse, seen))
    with right:
        page.element(partial(_curves, seen))
        show.saving("stress.reverse")
    return [(where, _choose_reverse)]


def _choose_reverse() -> None:
    controls.slider(ReverseTest, "loss", "reverse.loss")
    controls.slider(ReverseTest, "fall_days", "reverse.days")
    follows = controls.choice(
        "VIX goes",
        tuple(_FOLLOWS),
        "reverse.vix",
        shown=_FOLLOWS,
        style="list",
        help="Where the model expects it under P given the index, or up by a number of points for "
        "each percent the index falls.",
    )
    if follows == "points":
        controls.slider(ReverseTest, "vix_per_percent", "reverse.per", default=1.5)
    else:
        controls.slider(trade.Account, "edge", "edge")


def _found(now: Desk, tell: Callable[[int, int, str], object]) -> dict[str, ReverseStress]:
    """The test of every variant of the policy in focus, by name."""
    chosen = st.session_state
    points = chosen["reverse.vix"] == "points"
    variants = stress_cache.variants(now.policy)
    found = {}
    for done, variant in enumerate(variants):
        tell(done, len(variants), variant.name)
        found[variant.name] = stress_cache.reverse(
            now.setting,
            variant.book,
            1.0 if points else chosen["edge"],
            chosen["reverse.loss"],
            chosen["reverse.days"],
            chosen["reverse.per"] if points else None,
        )
    return found


def _reverse(seen: Market) -> None:
    now = stress.now_of(seen)
    place = st.empty()

    def tell(done: int, total: int, name: str) -> None:
        text = f"Trying 120 falls, {name.lower()}: {done + 1} of {total} …"
        place.progress(done / total, text=text)

    found = _found(now, tell)
    whole = next(iter(found.values()))
    loss = whole.loss
    place.markdown(f"**{_sentence(now, whole)}**")
    rows = [
        {
            "variant": name,
            "depth": "none" if it.depth is None else f"{it.depth:.1f} %",
            "vix": "" if it.vix is None else f"{it.vix:.1f}",
            "deeper": "" if it.depth is None else "yes" if it.deeper_too else "no",
            "most": percent(it.curve["lost"].max() / 100.0),
        }
        for name, it in found.items()
    ]
    show.table(
        pd.DataFrame(rows),
        {
            "variant": ("Book", "", "Which layers are held"),
            "depth": ("Smallest fall", "", f"From today's index, that loses {loss:g} %"),
            "vix": ("VIX", "", "At the close of the last day"),
            "deeper": ("Deeper too", "", "Whether every deeper fall tried loses as much"),
            "most": ("Most", "", "Largest loss of all falls to 60 %, share of the account"),
        },
        key="stress.reverse",
    )
    said = "Managed by its rules through the fall, from today's book."
    if not all(it.deeper_too for it in found.values() if it.depth is not None):
        said += " Where a deeper fall costs less, the hedge pays late."
    if whole.deepest_expected is not None:
        said += (
            f" The model gives falls beyond {whole.deepest_expected:.0f} % next to no probability: "
            "VIX is held there, and the hedge with it."
        )
    st.caption(said)


def _sentence(now: Desk, found: ReverseStress) -> str:
    """The answer."""
    span = "one day" if found.n_days == 1 else f"{found.n_days} days"
    if found.depth is None:
        return (
            f"No fall up to {MOST_FALL:g} % in {span} costs {now.words} {found.loss:g} % of the "
            f"account; the most is {percent(found.curve['lost'].max() / 100.0)}."
        )
    return (
        f"A fall of {found.depth:.1f} % in {span}, VIX at {found.vix:.1f}, costs {now.words} "
        f"{found.loss:g} % of the account."
    )


def _curves(seen: Market) -> None:
    now = stress.now_of(seen)
    found = _found(now, lambda *_: None)
    whole = next(iter(found.values()))
    data = pd.concat(
        [it.curve.assign(variant=name) for name, it in found.items()], ignore_index=True
    )
    drawn = stress_reverse(data, loss=whole.loss, depth=whole.depth, height=280)
    stress.draw(drawn, "reverse", _sentence(now, whole), data, now, seen)


# --- All episodes, all policies ---------------------------------------------------------------


def episodes(page: Page, seen: Market) -> list[Group]:
    """Lay out all episodes with what they ask of the model."""
    page.part(partial(_episodes, seen))
    return []


def _episodes(seen: Market) -> None:
    now = stress.now_of(seen)
    rows = []
    for episode in now.episodes:
        run = stress_cache.run(now.setting, now.policy, episode)
        summary, levels = run.summary.set_index("variant"), run.levels
        whole: Any = summary.iloc[0]
        rows.append(
            {
                "episode": episode.name,
                "dates": _dates(episode),
                "days": episode.days,
                "depth": -episode.depth,
                "asked": levels["vix"].max(),
                "shown": levels["vix_shown"].max(),
                "missed": whole["vix_missed"],
                "missed3m": whole["vix3m_missed"],
                "end": round(whole["end_profit"]),
                "bare": round(summary["end_profit"][NO_HEDGE]),
                "lowest": round(whole["lowest_profit"]),
                "lowest_day": whole["lowest_day"],
                "quick": stress.ratio(whole["lowest_quick"]),
                "out": _day(whole["liquidity_day"]),
            }
        )
    show.table(
        pd.DataFrame(rows),
        {
            "episode": ("Episode", "", "As listed"),
            "dates": ("Dates", "", "Close before the first fall, close at the low"),
            "days": ("Days", "%d", "Trading days to the low"),
            "depth": ("SPX", "%.1f %%", "To the low"),
            "asked": ("VIX asked", "%.1f", "Highest that the episode asks for, from today's level"),
            "shown": ("VIX shown", "%.1f", "Highest that the states of the model show"),
            "missed": ("Missed", "%.1f", "VIX, most of any day, points"),
            "missed3m": ("3M missed", "%.1f", "VIX3M, most of any day, points"),
            "end": ("End ($)", "localized", "Profit with all layers"),
            "bare": ("No hedge ($)", "localized", "Profit at the end without layers"),
            "lowest": ("Lowest ($)", "localized", "Profit with all layers, on the way"),
            "lowest_day": ("on day", "%d", "Of the lowest profit"),
            "quick": ("Quick", "", "Lowest quick ratio, with all layers"),
            "out": ("Runs out", "", "Day on which liquidity runs out"),
        },
        key="stress.episodes",
    )
    st.caption(
        "Where VIX shown differs from VIX asked, no state of the model shows the VIX and VIX3M the "
        "episode asks for; the nearest stands in, and prices are its."
    )


def _dates(episode: Episode) -> str:
    if episode.start is None:
        return "scenario"
    return f"{episode.start} to {episode.end}"


def compared(page: Page, seen: Market) -> list[Group]:
    """Lay out all compared policies through all episodes."""
    page.part(partial(_running, seen))
    page.element(partial(_compared, seen))
    show.saving("stress.compared")
    return []


def _running(seen: Market) -> None:
    now = stress.now_of(seen)
    place = st.empty()
    stress.prepare(now, now.policies, place)
    place.caption(
        "Each policy as compared in the sidebar, with its layers and without; one smooth path an "
        "episode, model prices."
    )


def _compared(seen: Market) -> None:
    now = stress.now_of(seen)
    found = stress_cache.table(now.setting, now.policies, now.episodes, lambda *_: None)
    column = st.session_state.get("cell", next(iter(TABLE)))
    ends = found[found["variant"].isin([ALL_LAYERS, NO_HEDGE])]
    names = stress.short([*ends["episode"].unique(), *ends["variant"].unique()])
    shown = ends.replace({"episode": names, "variant": names, "policy": stress.OWN_NAME})
    drawn = charts.stress_table(shown, column=column, cell=68, row=24)
    title = f"All policies: {TABLE[column].lower()}"
    stress.draw(drawn, "compared", title, ends.replace({"policy": policies.NAMES}), now, seen)
