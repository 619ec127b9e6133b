"""What does this iron condor earn and lose, and what does its hedge change?"""

from __future__ import annotations

from functools import partial

import streamlit as st

from alvh.ui import condor, live, notes, shared, show, trade

page = live.Page()
seen = shared.choose_market()
with st.sidebar:
    trade.choose_tenor()
    groups = trade.groups()

top = st.container()
left, right = st.columns([3, 2], gap="medium")
with left:
    days = st.container()
    page.element(partial(condor.payoff, seen))
    show.saving("condor.payoff")
with right:
    page.element(partial(condor.plane, seen))
    show.saving("condor.plane")

with top:  # after the pictures: those take the browser longest, and it can begin
    page.part(partial(condor.headline, seen))

odds, legs, greeks, method = st.tabs(
    ["Odds and returns", "Legs", "Greeks", "How this is computed"],
    key="tab",
    on_change="rerun",
    bind="query-params",
)
for tab, lay_out in ((odds, condor.odds), (legs, condor.legs), (greeks, condor.greeks)):
    if tab.open:
        with tab:
            lay_out(page, seen)
if method.open:
    method.markdown(notes.CONDOR)
st.caption(f"{condor.source(seen)} {notes.DISCLAIMER}")

page.follow([*groups, (days, condor.choose_day)])
