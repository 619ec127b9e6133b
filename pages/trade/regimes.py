"""What would have been done, and why?"""

from __future__ import annotations

from functools import partial

import streamlit as st

from alvh.ui import (
    live,
    notes,
    regimes,
    regimes_day,
    regimes_notes,
    regimes_tabs,
    shared,
    show,
    trade,
)

page = live.Page()
seen = shared.choose_market()
with st.sidebar:
    regimes.choose_path()
    st.subheader("Regime")
    signals, groups = regimes.choose_rule()
    trade.choose_tenor()
    groups += trade.condor_groups()
    st.subheader("Account")
    groups += trade.account_groups()

top = st.container()
left, right = st.columns([5, 4], gap="medium")
with left:
    page.element(partial(regimes.history, seen))
    show.saving("regimes.history")
with right, st.container(height=545, border=False):
    groups += regimes.panels(page, seen, signals)
with top:
    page.part(partial(regimes.headline, seen))

day, profits, hits, ablation, times, powers, coverage, method = st.tabs(
    [
        "Day inspector",
        "Profit by regime",
        "Hits and lead",
        "Dropping a signal",
        "Time and transitions",
        "How good must it be",
        "Signals there are",
        "How computed",
    ],
    key="tab.regimes",
    on_change="rerun",
    bind="query-params",
)
for tab, lay_out in (
    (day, regimes_day.day),
    (profits, regimes_tabs.profits),
    (hits, regimes_tabs.hits),
    (ablation, regimes_tabs.ablation),
    (times, regimes_tabs.times),
    (powers, regimes_tabs.powers),
    (coverage, regimes_tabs.coverage),
):
    if tab.open:
        with tab:
            groups += lay_out(page, seen) or []
if method.open:
    method.markdown(regimes_notes.REGIMES)
st.caption(f"{regimes.source(seen)} {notes.DISCLAIMER}")

page.follow(groups)
