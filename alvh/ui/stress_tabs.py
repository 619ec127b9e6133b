"""The tabs of the Stress page: parts, liquidity, the reverse test, all episodes, policies."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from pydantic import Field

from alvh.report import charts
from alvh.report.charts.stress import TABLE
from alvh.report.numbers import dollars
from alvh.risk.stress import ALL_LAYERS, NO_HEDGE, stress_marks
from alvh.risk.stress_liquidity import DayShock
from alvh.simulation import Episode
from alvh.ui import controls, policies, show, stress, stress_cache, trade
from alvh.ui.live import Group, Page
from alvh.ui.market import Market
from alvh.ui.stress import Desk
from alvh.value import Value

__all__ = ["compared", "episodes", "liquidity", "parts", "reverse"]

_REGIMES = ("calm", "watch", "stress")
_FOLLOWS = {"model": "as the model expects", "points": "by points a percent"}


class Reverse(Value):
    """The question of the reverse stress test."""

    loss: float = Field(
        5.0,
        ge=0.5,
        le=50.0,
        title="Loss",
        description="Share of the account lost by the close of the last day of the fall.",
        json_schema_extra={"unit": "% of the account", "step": 0.5},
    )
    days: int = Field(
        1,
        ge=1,
        le=63,
        title="Fall in",
        description="At an even pace; 1 is from one close to the next.",
        json_schema_extra={"unit": "trading days", "step": 1},
    )


# --- Condor and hedge -------------------------------------------------------------------------


def parts(page: Page, seen: Market) -> list[Group]:
    """Lay out what condor, hedge and costs made, day by day."""
    where = st.container()
    left, right = st.columns(2, gap="medium")
    with left:
        page.part(partial(_parts, seen))
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
    )
    show.table(
        rows,
        {
            "day": ("Day", "%d", "Trading days from today"),
            "spot": ("SPX", "%.0f", "Points"),
            "asked": ("VIX asked", "%.1f", "What the episode asks for"),
            "vix": ("VIX shown", "%.1f", "By the nearest state of the model: what prices are at"),
            "profit": ("Profit", "dollar", "Since the start, before interest"),
            "condor": ("Condor", "dollar", "Before costs"),
            "hedge": ("Hedge", "dollar", "Before costs"),
            "costs": ("Costs", "dollar", "Spreads and commissions"),
            "told": ("Regime", "", "That the book's rule was in"),
        },
        key="stress.days",
    )


# --- Liquidity --------------------------------------------------------------------------------


def liquidity(page: Page, seen: Market) -> list[Group]:
    """Lay out quick ratio and margin."""
    left, right = st.columns(2, gap="medium")
    with left:
        page.part(partial(_liquidity, seen))
        show.saving("stress.liquidity")
    with right:
        page.part(partial(_needs, seen))
    return []


def _liquidity(seen: Market) -> None:
    now = stress.now_of(seen)
    days = now.run.days
    drawn = charts.stress_liquidity(days, stress_marks(now.episode), height=330)
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
            "quick": [f"{x:.2f}" for x in summary["lowest_quick"]],
            "out": [_day(x) for x in summary["liquidity_day"]],
            "closed": [_day(x) for x in summary["margin_day"]],
        }
    )
    show.table(
        rows,
        {
            "variant": ("Book", "", "Which layers are held"),
            "margin": ("Highest margin", "", "The condors' largest loss"),
            "loss": ("Highest one-day loss", "", "Under the worse of the two shocks"),
            "quick": ("Lowest quick ratio", "", "Cash over the sum of both; below one is short"),
            "out": ("Liquidity runs out", "", "First close below one, or closed for margin"),
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
    left, right = st.columns([2, 5], gap="medium")
    with left:
        where = st.container()
    with right:
        page.part(partial(_reverse, seen))
    return [(where, _choose_reverse)]


def _choose_reverse() -> None:
    controls.slider(Reverse, "loss", "reverse.loss")
    controls.slider(Reverse, "days", "reverse.days")
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
        controls.slider(DayShock, "vix_per_percent", "reverse.per")
    else:
        controls.slider(trade.Account, "edge", "edge")


def _reverse(seen: Market) -> None:
    now = stress.now_of(seen)
    chosen = st.session_state
    points = chosen["reverse.vix"] == "points"
    per = chosen["reverse.per"] if points else None
    edge = 1.0 if points else chosen["edge"]
    loss, n_days = chosen["reverse.loss"], chosen["reverse.days"]
    place = st.empty()
    rows: list[dict[str, Any]] = []
    variants = stress_cache.variants(now.policy)
    for done, variant in enumerate(variants):
        place.progress(
            done / len(variants),
            text=f"Trying 120 falls of {variant.name.lower()}, {done + 1} of {len(variants)} …",
        )
        found = stress_cache.reverse(now.setting, variant.book, edge, loss, n_days, per)
        worst = found.curve.iloc[int(found.curve["lost"].argmax())]
        none = found.depth is None
        rows.append(
            {
                "variant": variant.name,
                "depth": "none to 60 %" if none else f"{found.depth:.1f} %",
                "vix": "" if found.vix is None else f"{found.vix:.1f}",
                "deeper": "" if none else "yes" if found.deeper_too else "no",
                "most": f"{worst['lost']:.1f} % at a fall of {worst['depth']:.1f} %",
                "deepest": found.deepest_expected,
            }
        )
    place.empty()
    first = rows[0]
    if first["vix"]:
        st.markdown(
            f"**A fall of {first['depth']} in {_in_days(n_days)}, VIX at {first['vix']}, costs "
            f"{now.words} {loss:g} % of the account.**"
        )
    else:
        st.markdown(
            f"**No fall up to 60 % in {_in_days(n_days)} costs {now.words} {loss:g} % of the "
            f"account**; the most is {first['most']}."
        )
    show.table(
        pd.DataFrame(rows),
        {
            "variant": ("Book", "", "Which layers are held"),
            "depth": (f"Smallest fall that loses {loss:g} %", "", "From today's index"),
            "vix": ("VIX there", "", "At the close of the last day"),
            "deeper": ("Deeper ones too", "", "Whether every deeper fall tried loses as much"),
            "most": ("Largest loss", "", "Of all falls to 60 %, share of the account"),
        },
        key="stress.reverse",
    )
    said = (
        "The book is opened today and managed through the fall; falls to 60 % are tried. A hedge "
        "that pays late can make a deeper fall cost less."
    )
    if first["deepest"] is not None:
        said += (
            f" The model gives falls beyond {first['deepest']:.0f} % next to no probability: VIX "
            "is held there."
        )
    st.caption(said)


def _in_days(n: int) -> str:
    return "one day" if n == 1 else f"{n} days"


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
                "end": whole["end_profit"],
                "bare": summary.loc[NO_HEDGE, "end_profit"],
                "lowest": whole["lowest_profit"],
                "lowest_day": whole["lowest_day"],
                "quick": whole["lowest_quick"],
                "out": _day(whole["liquidity_day"]),
            }
        )
    show.table(
        pd.DataFrame(rows),
        {
            "episode": ("Episode", "", "As listed"),
            "dates": ("From, to", "", "Close before the first fall, close at the low"),
            "days": ("Days down", "%d", "Trading days to the low"),
            "depth": ("SPX", "%.1f %%", "To the low"),
            "asked": ("VIX asked", "%.1f", "Highest that the episode asks for, from today's level"),
            "shown": ("VIX shown", "%.1f", "Highest that the states of the model show"),
            "missed": ("VIX missed", "%.1f", "Most of any day, points"),
            "missed3m": ("VIX3M missed", "%.1f", "Most of any day, points"),
            "end": ("End", "dollar", "Profit with all layers"),
            "bare": ("No hedge", "dollar", "Profit at the end without layers"),
            "lowest": ("Lowest", "dollar", "Profit with all layers, on the way"),
            "lowest_day": ("on day", "%d", "Of the lowest profit"),
            "quick": ("Quick ratio", "%.2f", "Lowest, with all layers"),
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
    page.part(partial(_compared, seen))
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
    shown = ends.replace({"episode": names, "variant": names})
    drawn = charts.stress_table(shown, column=column, cell=74, row=24)
    title = f"All policies: {TABLE[column].lower()}"
    stress.draw(drawn, "compared", title, ends.replace({"policy": policies.NAMES}), now, seen)
