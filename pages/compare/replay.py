"""What would it have done?"""

from __future__ import annotations

from functools import partial

import streamlit as st

from alvh.ui import live, notes, policies, replay, replay_tabs, replay_words, shared, show, trade

page = live.Page()
seen = shared.choose_market()
with st.sidebar:
    st.subheader("Days")
    replay.choose_span(seen)
    trade.choose_tenor()
    groups = trade.condor_groups()
    st.subheader("Policies")
    policies.choose()
    groups += policies.groups()
    st.subheader("Account")
    groups += replay.account_groups()

top = st.container()
left, right = st.columns([5, 4], gap="medium")
with left:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        focus, scale = st.container(width="content"), st.container(width="content")
    page.part(partial(replay.equity, seen))
    show.saving("replay.equity")
with right:
    page.part(partial(replay.summary, seen))
    page.part(partial(replay.years, seen))
with top:
    page.part(partial(replay.headline, seen))

episodes, months, parts, trades, smooth, fit, method = st.tabs(
    ["Episodes", "Months", "Parts", "Trades", "Smoothness", "Fit of states", "How computed"],
    key="tab.replay",
    on_change="rerun",
    bind="query-params",
)
for tab, lay_out in (
    (episodes, replay_tabs.episodes),
    (months, replay_tabs.months),
    (parts, replay_tabs.parts),
    (trades, replay_tabs.trades),
    (smooth, replay_tabs.smooth),
    (fit, replay_tabs.fit),
):
    if tab.open:
        with tab:
            lay_out(page, seen)
if method.open:
    method.markdown(replay_words.REPLAY)

page.follow([*groups, (focus, replay.choose_focus), (scale, replay.choose_scale)])
st.caption(f"{replay.source(seen)} {notes.DISCLAIMER}")
