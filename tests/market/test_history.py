"""The quote at the end of a history, its age, and its immutability."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest
from pydantic import ValidationError

from alvh.errors import DataError
from alvh.market import MarketHistory, Quote

TODAY = dt.date(2024, 3, 15)


def test_latest_quote(frame):
    frame.iloc[-1, frame.columns.get_loc("vvix_close")] = np.nan
    history = MarketHistory.from_frame(frame, source="test", today=TODAY)
    assert history.as_of == dt.date(2024, 2, 26)
    assert history.age_days(dt.date(2024, 3, 1)) == 4
    assert history.latest == Quote(
        date=history.as_of, spot=4895.0, vix=13.0 + np.sin(39), vix3m=15.0, vvix=None, rate=0.053
    )


def test_latest_without_optional_columns(frame):
    history = MarketHistory.from_frame(
        frame[["spx_close", "vix_close"]], source="test", today=TODAY
    )
    assert (history.latest.vix3m, history.latest.vvix, history.latest.rate) == (None, None, None)


def test_notes_of_the_validation_come_after_the_given_ones(frame):
    frame.iloc[3, frame.columns.get_loc("vix_close")] = np.nan
    history = MarketHistory.from_frame(frame, source="test", notes=["First."], today=TODAY)
    assert history.notes == ("First.", "Left out 1 day without a VIX close (2024-01-05).")


def test_refuses_what_the_schema_refuses(frame):
    with pytest.raises(DataError, match="vix_close is missing"):
        MarketHistory.from_frame(frame[["spx_close"]], source="test", today=TODAY)


def test_is_frozen(frame):
    history = MarketHistory.from_frame(frame, source="test", today=TODAY)
    with pytest.raises(dataclasses.FrozenInstanceError):
        history.source = "other"
    with pytest.raises(ValidationError):
        history.latest.vix = 1.0


def test_quote_has_the_bounds_of_the_columns():
    with pytest.raises(ValidationError, match="less than or equal to 200"):
        Quote(date=TODAY, spot=5000.0, vix=201.0)
