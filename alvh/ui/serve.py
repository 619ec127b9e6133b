"""Serve the dashboard: ``python -m alvh.ui.serve`` with the options of ``streamlit run``.

Streamlit takes the first run on a new server for one of an app of its older kind, because there is
a folder called pages, and tells a visitor who came by a link to a page that there is no such page,
before it shows that page. Told beforehand that we say ourselves which pages there are, it does not.

Matrix products take one thread: those of a page are small, and while they wait for a second thread,
spinning, neither the server nor a browser on the same machine gets it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from streamlit.runtime.pages_manager import PagesManager
from streamlit.web.cli import main
from threadpoolctl import threadpool_limits

__all__: list[str] = []

ENTRY = Path(__file__).parents[2] / "dashboard.py"

if __name__ == "__main__":
    threadpool_limits(limits=1, user_api="blas")
    PagesManager.uses_pages_directory = False
    sys.argv = ["streamlit", "run", str(ENTRY), *sys.argv[1:]]
    main(prog_name="streamlit")
