"""Entry point: page configuration and navigation."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_PAGES = {
    "Trade": (
        ("trade/condor.py", "Condor", "area_chart"),
        ("trade/hedge.py", "Hedge layers", "layers"),
        ("trade/regimes.py", "Regimes", "traffic"),
    ),
    "Compare": (
        ("compare/outcomes.py", "Outcomes", "stacked_line_chart"),
        ("compare/replay.py", "Replay", "history"),
        ("compare/stress.py", "Stress", "bolt"),
    ),
    "Learn": (
        ("learn/barriers.py", "Barriers v. edges", "school"),
        ("learn/claim.py", "The claim", "fact_check"),
    ),
}
"""Section to (script, title, icon) of its pages; the address of a page is its script's name."""

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
        section: [
            st.Page(
                f"pages/{script}",
                title=title,
                icon=f":material/{icon}:",
                url_path=Path(script).stem,
                default=script == "trade/condor.py",
            )
            for script, title, icon in pages
            if Path(__file__).with_name("pages").joinpath(script).exists()
        ]
        for section, pages in _PAGES.items()
        if any(Path(__file__).with_name("pages").joinpath(row[0]).exists() for row in pages)
    },
    position="top",
)
page.run()
