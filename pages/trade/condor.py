"""What does this iron condor earn and lose, and what does its hedge change?"""

from __future__ import annotations

import streamlit as st
from pydantic import ValidationError

from alvh.errors import ParameterError, explain
from alvh.ui import cache, condor, market, notes, show, trade

try:
    with st.sidebar:
        seen = market.choose()
        chosen = trade.choose()
except ValidationError as error:
    st.error(". ".join(explain(error)), icon=":material/error:")
    st.stop()

show.messages(seen.notes)
key = cache.BookKey(seen.model, seen.state, chosen.rule, chosen.layers)
try:
    book = cache.the_book(key)
except ParameterError as error:
    st.error(f"{error}.", icon=":material/error:")
    st.stop()

show.strip(condor.answer(key, chosen), "condor")
condor.pictures(key, chosen, seen)

odds, legs, greeks, method = st.tabs(
    ["Odds and returns", "Legs", "Greeks", "How this is computed"],
    key="tab",
    on_change="rerun",
    bind="query-params",
)
if odds.open:
    with odds:
        show.numbers(condor.odds(key, chosen))
if legs.open:
    with legs:
        condor.legs(key)
if greeks.open:
    with greeks:
        condor.greeks(key, seen)
if method.open:
    method.markdown(notes.CONDOR)

st.caption(f"{condor.source(seen)} {notes.DISCLAIMER}")
