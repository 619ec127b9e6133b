"""What happens over thousands of futures, and which policy changes it how?"""

from __future__ import annotations

from functools import partial

import streamlit as st

from alvh.ui import live, notes, outcomes, outcomes_tabs, policies, shared, show, trade

page = live.Page()
seen = shared.choose_market()
with st.sidebar:
    trade.choose_tenor()
    groups = trade.condor_groups()
    st.subheader("Policies")
    policies.choose()
    groups += policies.groups()
    st.subheader("Study")
    groups += trade.account_groups()
    groups += outcomes.groups()

top = st.container()
left, right = st.columns([5, 4], gap="medium")
with left:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        focus, view = st.container(width="content"), st.container(width="content")
    page.element(partial(outcomes.distribution, seen))
    show.saving("outcomes.distribution")
with right:
    outcomes.run_precisely(seen)
    page.part(partial(outcomes.summary, seen))
with top:
    page.part(partial(outcomes.headline, seen))

wealth, money, trades, worst, table, method = st.tabs(
    ["Over time", "Where it came from", "Trades needed", "Worst 5 %", "Table", "How computed"],
    key="tab.outcomes",
    on_change="rerun",
    bind="query-params",
)
for tab, lay_out in (
    (wealth, outcomes_tabs.wealth),
    (money, outcomes_tabs.attribution),
    (trades, outcomes_tabs.evidence),
    (worst, outcomes_tabs.worst),
    (table, outcomes_tabs.table),
):
    if tab.open:
        with tab:
            lay_out(page, seen)
if method.open:
    method.markdown(notes.OUTCOMES)

page.follow([*groups, (focus, outcomes.choose_focus), (view, outcomes.choose_view)])
st.caption(f"{outcomes.source(seen)} {notes.DISCLAIMER}")
