"""Open a page without a browser, and read what it shows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from streamlit.testing.v1 import AppTest

__all__ = ["DASHBOARD", "answers", "open_page", "pictures", "tables"]

DASHBOARD = Path(__file__).parents[2] / "dashboard.py"


def open_page(
    page: str | None, link: dict[str, str | list[str]], *, timeout: float = 120.0
) -> AppTest:
    """A page by a link.

    Parameters
    ----------
    page : str or None
        Section and name, such as ``compare/replay``; None is the page the dashboard opens with.
    link : dict
        Settings by key; two underscores stand for a dot.
    timeout : float, default=120
        Seconds a run may take.
    """
    app = AppTest.from_file(DASHBOARD, default_timeout=timeout)
    if page is not None:
        app.switch_page(f"pages/{page}.py")
    for key, value in link.items():
        app.query_params[key.replace("__", ".")] = value
    return app.run()


def answers(app: AppTest) -> list[str]:
    """The numbers at the top, of a page that refuses nothing."""
    assert not app.exception
    assert not app.error
    return [metric.value for metric in app.metric[:5]]


def pictures(app: AppTest) -> list[bytes]:
    """Everything about each picture, to tell one from another."""
    return [chart.proto.SerializeToString() for chart in app.get("vega_lite_chart")]


def tables(app: AppTest) -> list[pd.DataFrame]:
    """The tables, from the top."""
    return [frame.value for frame in app.dataframe]
