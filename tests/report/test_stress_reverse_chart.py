"""What the picture of the reverse stress test draws, read from its specification."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from alvh.errors import DataError
from alvh.report import export
from alvh.report.charts.stress_reverse import stress_reverse
from tests.report.test_export import text_of

DEPTH = np.linspace(0.0, 60.0, 121)
WORDS = {"title": "Reverse", "subtitle": "ALVH", "source": "made up."}


def curves(names=("All layers", "Without layer 1", "No hedge")):
    rows = [
        pd.DataFrame(
            {"variant": name, "depth": DEPTH, "vix": 16.0 + DEPTH, "lost": (i + 1) * DEPTH / 10.0}
        )
        for i, name in enumerate(names)
    ]
    return pd.concat(rows, ignore_index=True)


def test_it_draws_every_book_the_loss_asked_for_and_the_fall_found():
    drawn = stress_reverse(curves(), loss=3.0, depth=30.0)
    data = drawn.datasets
    assert data["reverse"]["s0"].tolist() == pytest.approx((DEPTH / 10.0).tolist())
    assert data["reverse"]["s2"].iloc[-1] == pytest.approx(18.0)
    assert data["reverse_found"].to_dict("records") == [
        {"depth": 30.0, "lost": 3.0, "text": "\u221230.0 %"}
    ]
    tip = data["reverse_tips"].iloc[20]
    assert tip["Fall"] == "10.0 %"
    assert tip["VIX"] == "26.0"
    assert tip["No hedge"] == "3.00 %"
    words = text_of(export.svg(drawn, **WORDS))
    for part in ("Loss (% of the account)", "Fall of SPX (%)", "3 % lost", "\u221230.0 %"):
        assert part in words
    assert words.count("Without layer 1") == 1


def test_where_no_fall_loses_so_much_none_is_marked():
    drawn = stress_reverse(curves(), loss=40.0, depth=None)
    assert drawn.datasets["reverse_found"].empty
    assert "40 % lost" in text_of(export.svg(drawn, **WORDS))
    drawn.chart().to_dict()  # checked against the schema


def test_new_numbers_need_no_new_template():
    one, two = (stress_reverse(curves(), loss=x, depth=10.0 * x) for x in (1.0, 2.0))
    assert one.template is two.template


@pytest.mark.parametrize("frame", [curves().drop(columns="vix"), curves().iloc[:0]])
def test_a_frame_that_cannot_be_drawn_is_refused(frame):
    with pytest.raises(DataError, match="stress reverse"):
        stress_reverse(frame, loss=3.0, depth=None)
