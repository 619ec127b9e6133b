"""Why do static barriers fail, and where does the edge come from?"""

from __future__ import annotations

import streamlit as st
from pydantic import ValidationError

from alvh.errors import explain
from alvh.ui import lesson, lesson_steps, live, market, notes

page = live.Page()
step = lesson.choose_step(lesson_steps.STEPS)
try:
    with st.sidebar:
        seen = market.choose()
except ValidationError as error:
    st.error(". ".join(explain(error)), icon=":material/error:")
    st.stop()
with st.sidebar:
    groups = lesson.groups(step)

groups += lesson.lay_out(step, lesson_steps.STEPS, page, seen)
page.follow(groups)
st.caption(f"{lesson.source(seen)} {notes.DISCLAIMER}")
