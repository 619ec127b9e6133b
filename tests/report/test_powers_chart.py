"""The chart of what signals add by their power."""

from __future__ import annotations

import pandas as pd
import pytest
import vl_convert as vlc

from alvh.errors import DataError
from alvh.report import charts, export

WORDS = {"title": "Powers", "subtitle": "ALVH", "source": "made up."}


def sweep(k=1.0):
    rows = [
        (power, metric, k * (power * 1000.0 - 400.0), k * -900.0, k * 800.0)
        for power in (0.0, 0.5, 1.0)
        for metric in ("mean", "es95")
    ]
    return pd.DataFrame(rows, columns=["power", "metric", "difference", "low", "high"])


@pytest.mark.parametrize("paper", ["light", "dark"])
def test_it_renders_with_intervals_in_words(paper):
    drawn = charts.signal_powers(sweep())
    document = export.document(drawn, **WORDS)
    assert "<svg" in vlc.vegalite_to_svg(document, theme="dark" if paper == "dark" else None)
    assert drawn.datasets["powers"]["words"].iloc[0] == "−$400 [−$900, $800]"


def test_other_numbers_are_the_same_template():
    assert charts.signal_powers(sweep()).template == charts.signal_powers(sweep(3.0)).template


def test_an_unknown_metric_or_nothing_is_refused():
    with pytest.raises(DataError, match="signal powers must have rows of mean and es95"):
        charts.signal_powers(sweep().assign(metric="luck"))
    with pytest.raises(DataError):
        charts.signal_powers(sweep().iloc[:0])
