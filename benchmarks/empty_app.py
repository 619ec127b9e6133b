"""The floor: one slider and three small charts with nothing behind them.

What a Streamlit page costs before any pricing is done; `page_latency` sets every page beside it.
"""

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

st.set_page_config(page_title="Empty", layout="wide")

level = st.slider("Level", min_value=0, max_value=100, value=50, key="level")

x = np.linspace(0.0, 1.0, 50)
for column, power in zip(st.columns(3), (1, 2, 3), strict=True):
    frame = pd.DataFrame({"x": x, "y": level * x**power})
    chart = alt.Chart(frame).mark_line().encode(alt.X("x:Q"), alt.Y("y:Q"))
    column.altair_chart(chart.properties(height=240))
