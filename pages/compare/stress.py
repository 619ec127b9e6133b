"""What does the next crash do?"""

from __future__ import annotations

from functools import partial

import streamlit as st

from alvh.ui import live, notes, policies, shared, show, stress, stress_tabs, stress_words, trade

page = live.Page()
seen = shared.choose_market()
with st.sidebar:
    groups = stress.episode_groups()
    trade.choose_tenor()
    groups += trade.condor_groups()
    st.subheader("Policies")
    policies.choose()
    groups += policies.groups()
    st.subheader("Account")
    groups += shared.account_groups()

top = st.container()
left, right = st.columns([6, 7], gap="medium")
with top:
    page.part(partial(stress.headline, seen))
with left:
    focus = st.container()
    page.element(partial(stress.profit, seen))
    show.saving("stress.profit")
    page.part(partial(stress.facts, seen))
with right:
    column, heat = st.container(), st.container()
    page.part(partial(stress.caveats, seen))

parts, liquidity, reverse, episodes, compared, method = st.tabs(
    ["Condor and hedge", "Liquidity", "Reverse stress", "All episodes", "Policies", "How computed"],
    key="tab.stress",
    on_change="rerun",
    bind="query-params",
)
for tab, lay_out in (
    (parts, stress_tabs.parts),
    (liquidity, stress_tabs.liquidity),
    (reverse, stress_tabs.reverse),
):
    if tab.open:
        with tab:
            groups += lay_out(page, seen)
with heat:  # after what is at hand at once: all episodes take a second or two
    page.part(partial(stress.running, seen))
    page.element(partial(stress.table, seen))
    show.saving("stress.table")
for tab, lay_out in ((episodes, stress_tabs.episodes), (compared, stress_tabs.compared)):
    if tab.open:
        with tab:
            groups += lay_out(page, seen)
if method.open:
    method.markdown(stress_words.STRESS)

page.follow([*groups, (focus, stress.choose_focus), (column, stress.choose_column)])
st.caption(f"{stress.source(seen)} {notes.DISCLAIMER}")
