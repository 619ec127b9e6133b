"""Breadth lines, their sources, and divergence as its definition says, day by day."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alvh.errors import DataError, ParameterError
from alvh.signals import (
    advance_decline_line,
    breach,
    breadth_line,
    breadth_source,
    divergence,
    equal_weight_line,
    sector_advances,
)
from tests.signals.made_up import NAN, gapped, market, walk


def test_advance_decline_line_by_hand():
    advances = pd.Series([300.0, 100.0, NAN, 0.0, 150.0])
    declines = pd.Series([100.0, 300.0, 100.0, 0.0, 50.0])
    found = advance_decline_line(advances, declines)
    # shares 0.5 and -0.5; a missing day and one on which nothing moved add nothing; then 0.5
    assert found.tolist()[:2] == [0.5, 0.0]
    assert found.iloc[2:4].isna().all()
    assert found.iloc[4] == 0.5


def test_equal_weight_line_is_a_log_ratio():
    found = equal_weight_line(pd.Series([50.0, 55.0]), pd.Series([100.0, 100.0]))
    assert found.diff().iloc[1] == pytest.approx(100.0 * math.log(1.1))


def test_sector_advances_by_hand():
    closes = pd.DataFrame(
        {"XLK": [10.0, 11.0, 11.0, 12.0], "XLF": [5.0, 4.0, 6.0, NAN], "XLE": [1.0, 2.0, 3.0, 4.0]}
    )
    found = sector_advances(closes)
    assert found.iloc[1:3].to_numpy().tolist() == [[2.0, 1.0], [2.0, 0.0]]
    assert found.iloc[[0, 3]].isna().all(axis=None)
    assert sector_advances(closes.iloc[:, :0]).isna().all(axis=None)


def test_the_best_source_is_used():
    frame = market(30).assign(breadth=50.0)
    assert breadth_source(frame).columns == ("advances", "declines")
    assert breadth_line(frame).equals(advance_decline_line(frame["advances"], frame["declines"]))
    second = frame.drop(columns="declines")
    assert breadth_source(second).columns == ("breadth",)
    assert (breadth_line(second) == 50.0).all()
    third = second.drop(columns="breadth")
    assert "proxy" in breadth_source(third).title
    assert breadth_line(third).equals(equal_weight_line(frame["rsp_close"], frame["spy_close"]))
    assert breadth_source(frame[["spx_close"]]) is None
    with pytest.raises(DataError, match="no column of breadth; allowed: advances and declines"):
        breadth_line(frame[["spx_close"]])


def test_a_proxy_stands_behind_what_was_counted():
    frame = market(30).assign(breadth=50.0)
    line = pd.Series(np.arange(30.0), index=frame.index)
    assert (breadth_line(frame.drop(columns="advances"), line) == 50.0).all()
    for bare in (frame[["spx_close"]], frame[["rsp_close", "spy_close"]]):
        assert breadth_line(bare, line).tolist() == line.tolist()


def test_an_empty_column_is_used_all_the_same():
    frame = market(30).assign(advances=NAN)
    assert breadth_line(frame).isna().all()


@given(gapped(), st.integers(2, 25))
def test_breach_by_a_plain_loop(x, days):
    found = breach(x, days)
    side, before, numbers, missing = 0, 0, [], 0
    for day, number in enumerate(x):
        if math.isnan(number):
            missing += 1
            assert found.iloc[day].isna().all()
            continue
        numbers = [*(numbers if missing <= days else []), number]
        missing = 0
        if len(numbers) < days:
            assert found.iloc[day].isna().all()
            continue
        average = sum(numbers[-days:]) / days
        before, side = side, (1 if number > average else -1)
        wanted = [average, float(side < 0), float(side if before not in (0, side) else 0)]
        assert found.iloc[day].tolist() == pytest.approx(wanted, rel=1e-9)


def test_a_flat_line_is_neither_above_nor_below():
    found = breach(pd.Series(np.full(60, 0.1)), 7)
    assert (found["below"].iloc[6:] == 0.0).all()
    assert (found["cross"].iloc[6:] == 0.0).all()


@given(
    st.integers(0, 10_000),
    st.integers(9, 40),  # longer than any gap there is
    st.integers(9, 25),
    st.sampled_from([0.0, 0.5, 3.0]),
    st.sampled_from([0.0, 0.1]),
)
def test_divergence_by_a_plain_loop(seed, window, days, near, missing):
    price = walk(seed, 160, missing=missing)
    line = np.log(walk(seed + 1, 160, missing=missing))
    found = divergence(pd.Series(price), pd.Series(line), window, near=near, days=days)
    closes, points = [], []
    for day in range(160):
        known_price, known_line = not math.isnan(price[day]), not math.isnan(line[day])
        if known_price:
            closes.append(price[day])
        if known_line:
            points.append(line[day])
        full = len(closes) >= window and len(points) >= days
        if not (known_price and known_line and full):
            assert math.isnan(found.iloc[day])
            continue
        recent = points[-days:]
        diverges = (
            price[day] >= max(closes[-window:]) * (1.0 - near / 100.0)
            and line[day] < sum(recent) / days
            and np.polyfit(range(days), recent, 1)[0] < 0.0
        )
        assert found.iloc[day] == float(diverges), day


def test_divergence_wants_all_three():
    rising, falling = pd.Series(np.arange(100.0, 200.0)), pd.Series(-np.arange(100.0))
    assert (divergence(rising, falling).iloc[62:] == 1.0).all()
    assert divergence(rising, falling).iloc[:62].isna().all()
    assert (divergence(rising, -falling).dropna() == 0.0).all()
    assert (divergence(rising[::-1].reset_index(drop=True), falling).dropna() == 0.0).all()
    level = pd.Series(np.full(100, 3.0))
    assert (divergence(rising, level).dropna() == 0.0).all()


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda x: advance_decline_line(-x, x), DataError, "advances must be >= 0, got -3"),
        (lambda x: advance_decline_line(x, x.iloc[1:]), DataError, "must have the same days"),
        (lambda x: sector_advances((-x).to_frame("XLK")), DataError, "XLK must be > 0"),
        (lambda x: breach(x, 1), ParameterError, "days must be a whole number of at least 2"),
        (lambda x: divergence(x, x, near=-1.0), ParameterError, "near must be >= 0 percent"),
        (lambda x: divergence(-x, x), DataError, "price must be > 0"),
        (lambda x: breadth_line(x.to_frame("rsp_close"), x[1:]), DataError, "proxy must have the"),
    ],
)
def test_refusals_name_what_is_wrong(call, error, says):
    with pytest.raises(error, match=says):
        call(pd.Series([1.0, 2.0, 3.0]))
