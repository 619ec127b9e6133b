"""Why do static barriers fail, and where does the edge come from?"""

from __future__ import annotations

import streamlit as st

from alvh.ui import lesson, lesson_steps, live, notes, shared

page = live.Page()
step = lesson.choose_step(lesson_steps.STEPS)
seen = shared.choose_market()
with st.sidebar:
    groups = lesson.groups(step)

groups += lesson.lay_out(step, lesson_steps.STEPS, page, seen)
page.follow(groups)
st.caption(f"{lesson.source(seen)} {notes.DISCLAIMER}")
