"""Known facts of the offline sample."""

from __future__ import annotations

import datetime as dt
import sys

import pytest

from alvh.errors import DataError
from alvh.market import read_sample


def test_known_facts():
    history = read_sample()
    assert history.frame.index[0].date() == dt.date(2014, 1, 3)
    assert history.as_of == dt.date(2018, 12, 31)
    assert history.fetched_at is None
    assert len(history.frame) == 1257
    assert history.frame["vix_close"]["2018-02-05"] == 37.32  # Cboe's published close
    assert history.frame["spx_close"]["2018-02-05"] == pytest.approx(2648.94, abs=0.005)
    assert history.frame["vix_close"].max() == 40.74  # 2015-08-24
    assert history.latest.vix3m is None


def test_without_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "arch.data", None)
    with pytest.raises(DataError, match="is arch installed"):
        read_sample()
