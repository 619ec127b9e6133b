"""Does the 4/4/2 hedge do what is said of it, and do the method's other claims hold?"""

from __future__ import annotations

import streamlit as st

from alvh.ui import claim, claim_main, claim_notes, claim_tabs, live, notes, shared

page = live.Page()
seen = shared.choose_market()
with st.sidebar:
    groups = claim.groups()

hedge, roll, tiers, smooth, suspend, barriers, method = st.tabs(
    [
        "4/4/2",
        "Rolling",
        "One-day tiers",
        "Adaptive v. static",
        "Above VIX 20",
        "Static barriers",
        "How computed",
    ],
    key="tab.claim",
    on_change="rerun",
    bind="query-params",
)
for tab, asked in (
    (hedge, claim_main.MAIN),
    (roll, claim_tabs.ROLLING),
    (tiers, claim_tabs.TIERS),
    (smooth, claim_tabs.SMOOTHER),
    (suspend, claim_tabs.SUSPENDING),
    (barriers, claim_tabs.BARRIERS),
):
    if tab.open:
        with tab:
            groups += claim.lay_out(asked, page, seen)
if method.open:
    method.markdown(claim_notes.CLAIM)
page.follow(groups)
st.caption(f"{claim.source(seen)} {notes.DISCLAIMER}")
