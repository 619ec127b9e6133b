"""Does the 4/4/2 hedge do what is said of it, and do the method's other claims hold?"""

from __future__ import annotations

import streamlit as st
from pydantic import ValidationError

from alvh.errors import explain
from alvh.ui import claim, claim_main, live, market, notes

page = live.Page()
try:
    with st.sidebar:
        seen = market.choose()
except ValidationError as error:
    st.error(". ".join(explain(error)), icon=":material/error:")
    st.stop()
with st.sidebar:
    groups = claim.groups()

(hedge,) = st.tabs(
    ["4/4/2"],
    key="tab.claim",
    on_change="rerun",
    bind="query-params",
)
with hedge:
    groups.append((st.container(), claim_main.choose_where))
    claim.lay_out(claim_main.MAIN, page, seen)
page.follow(groups)
st.caption(f"{claim.source(seen)} {notes.DISCLAIMER}")
