"""Tables as they are handed to the page."""

from __future__ import annotations

import numpy as np
import pandas as pd

from alvh.ui import show


def test_a_table_writes_no_negative_zero_and_separates_thousands(monkeypatch):
    handed = {}
    monkeypatch.setattr(
        show.st, "dataframe", lambda frame, **more: handed.update(more, frame=frame)
    )
    frame = pd.DataFrame(
        {"who": ["a", "b", "c"], "dollars": [-0.4, 17332.4, np.nan], "delta": [-0.004, -0.006, 2.0]}
    )
    columns = {"who": ("Who", "", ""), "dollars": ("$", "%.0f", ""), "delta": ("d", "%.2f", "")}
    show.table(frame, columns, key="x")
    shown = handed["frame"]
    assert shown["dollars"].tolist()[:2] == [0.0, 17332.0]
    assert not np.signbit(shown["dollars"][0])
    assert np.isnan(shown["dollars"][2])
    assert not np.signbit(shown["delta"][0])
    assert shown["delta"].tolist()[1:] == [-0.006, 2.0]
    assert handed["column_config"]["dollars"]["type_config"]["format"] == "localized"
    assert frame["dollars"][0] == -0.4  # its own copy
