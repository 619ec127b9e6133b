"""The package stays free of the interface and light to import."""

from __future__ import annotations

import subprocess
import sys


def test_imports_neither_streamlit_nor_the_slow_packages():
    code = (
        "import sys, alvh.market; "
        "print([n for n in ('streamlit', 'altair', 'yfinance', 'arch') if n in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
