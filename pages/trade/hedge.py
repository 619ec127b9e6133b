"""What does each layer of the hedge cost, and when does it pay?"""

from __future__ import annotations

from functools import partial

import streamlit as st

from alvh.ui import hedge, hedge_tabs, live, notes, shared, show, trade

page = live.Page()
seen = shared.choose_market()
with st.sidebar:
    st.subheader("Hedge")
    groups = trade.layer_groups()
    trade.choose_tenor()
    groups += trade.condor_groups()
    st.subheader("Edge and account")
    groups += trade.account_groups()

top = st.container()
left, right = st.columns([3, 2], gap="medium")
with left:
    later = st.container()
    page.element(partial(hedge.shock, seen))
    if hedge.any_layer():
        show.saving("hedge.shock")
with right:
    page.element(partial(hedge.curve, seen))
    page.part(partial(hedge.layers, seen))
    show.saving("hedge.curve")
with top:
    page.part(partial(hedge.headline, seen))
groups.append((later, hedge.choose_days))

moves, instruments, repeats, calendar, method = st.tabs(
    ["SPX shock", "Equal cost", "Overlap", "Roll calendar", "How this is computed"],
    key="tab.hedge",
    on_change="rerun",
    bind="query-params",
)
for tab, lay_out in (
    (moves, hedge_tabs.index_shock),
    (instruments, hedge_tabs.instruments),
    (repeats, hedge_tabs.overlap),
    (calendar, hedge_tabs.rolls),
):
    if tab.open:
        with tab:
            groups += lay_out(page, seen)
if method.open:
    method.markdown(notes.HEDGE)
st.caption(f"{hedge.source(seen)} {notes.DISCLAIMER}")

page.follow(groups)
