"""Entry point: page configuration and navigation."""

from __future__ import annotations

import streamlit as st

st.set_page_config(
    page_title="ALVH condor desk",
    page_icon="🦅",  # drawn by the browser: a material icon would be fetched from outside
    layout="wide",
    initial_sidebar_state="expanded",
    menu_items={
        "About": "SPX iron condors hedged by adaptive layers of VIX instruments. For education and "
        "analysis; not investment advice."
    },
)
page = st.navigation(
    {
        "Trade": [
            st.Page(
                "pages/trade/condor.py",
                title="Condor",
                icon=":material/area_chart:",
                url_path="condor",
                default=True,
            )
        ],
        "Compare": [
            st.Page(
                "pages/compare/outcomes.py",
                title="Outcomes",
                icon=":material/stacked_line_chart:",
                url_path="outcomes",
            )
        ],
    },
    position="top",
)
page.run()
