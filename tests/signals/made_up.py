"""Made-up daily and monthly data with gaps, and the recursions of the signals as plain loops."""

from __future__ import annotations

import datetime as dt
import math
from itertools import pairwise

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from alvh.market.fred import MacroHistory

NAN = math.nan


def walk(seed, n, *, missing=0.0, level=100.0, size=0.01):
    """A geometric random walk of n days, some of them missing."""
    rng = np.random.default_rng(seed)
    x = level * np.exp(np.cumsum(size * rng.standard_normal(n)))
    x[rng.random(n) < missing] = NAN
    return x


@st.composite
def gapped(draw, longest=120):
    """A walk with single missing days and one longer gap."""
    n = draw(st.integers(1, longest))
    share = draw(st.sampled_from([0.0, 0.1, 0.5]))
    x = walk(
        draw(st.integers(0, 10_000)), n, missing=share, level=draw(st.sampled_from([1.0, 4e3]))
    )
    start, length = draw(st.integers(0, longest)), draw(st.integers(0, 40))
    x[start : start + length] = NAN
    return pd.Series(x)


def market(n=700, seed=1, *, missing=0.0, start="2012-01-03"):
    """A frame with every column the panel can read."""
    rng = np.random.default_rng(seed)
    days = pd.bdate_range(start, periods=n, name="date")
    close = walk(seed, n, level=1500.0)
    opened = close * np.exp(0.003 * rng.standard_normal(n))
    frame = pd.DataFrame(
        {
            "spx_open": opened,
            "spx_high": np.maximum(close, opened) * (1.0 + 0.005 * rng.random(n)),
            "spx_low": np.minimum(close, opened) * (1.0 - 0.005 * rng.random(n)),
            "spx_close": close,
            "vix_close": walk(seed + 1, n, level=16.0, size=0.05),
            "vix3m_close": walk(seed + 2, n, level=18.0, size=0.03),
            "vix9d_close": walk(seed + 3, n, level=15.0, size=0.06),
            "vvix_close": walk(seed + 4, n, level=90.0, size=0.03),
            "skew_close": 125.0 + 5.0 * rng.standard_normal(n),
            "vx1_close": walk(seed + 5, n, level=17.0, size=0.03),
            "vx2_close": walk(seed + 6, n, level=18.0, size=0.03),
            "spy_close": close / 10.0,
            "rsp_close": walk(seed + 7, n, level=60.0),
            "advances": rng.integers(200, 2800, n).astype(float),
            "declines": rng.integers(200, 2800, n).astype(float),
        },
        index=days,
    )
    return frame.mask(rng.random(frame.shape) < missing)


def monthly(seed=3, start="1994-01-01", periods=300):
    """Prices and exchange rate by month, all there."""
    months = pd.date_range(start, periods=periods, freq="MS", name="month")
    sizes = {"cpi": 0.002, "ppi": 0.004, "reer": 0.012}
    frame = pd.DataFrame(
        {name: walk(seed + i, periods, size=size) for i, (name, size) in enumerate(sizes.items())},
        index=months,
    )
    return MacroHistory(frame, "made up", dt.datetime(2024, 6, 20, tzinfo=dt.UTC))


def by_hand(x, longest_gap, indicator):
    """`indicator` of lists of numbers without gaps, laid back on their days by a plain loop."""
    out, part, missing = [NAN] * len(x), [], 0
    for day, number in enumerate(x):
        if math.isnan(number):
            missing += 1
            continue
        if missing > longest_gap:
            part = []
        missing = 0
        part.append(number)
        out[day] = indicator(part)
    return np.array(out)


def plain_ema(numbers, span):
    """Latest exponential average of a list, or nan."""
    if len(numbers) < span:
        return NAN
    average = sum(numbers[:span]) / span
    for number in numbers[span:]:
        average = number * 2 / (span + 1) + average * (1 - 2 / (span + 1))
    return average


def plain_rsi(numbers, days):
    """Latest RSI of a list by Wilder's own formula, 100 - 100/(1 + RS), or nan."""
    rises = [max(b - a, 0.0) for a, b in pairwise(numbers)]
    falls = [max(a - b, 0.0) for a, b in pairwise(numbers)]
    if len(rises) < days:
        return NAN
    up, down = sum(rises[:days]) / days, sum(falls[:days]) / days
    for rise, fall in zip(rises[days:], falls[days:], strict=True):
        up, down = (up * (days - 1) + rise) / days, (down * (days - 1) + fall) / days
    if up == down == 0.0:
        return NAN
    return 100.0 if down == 0.0 else 100.0 - 100.0 / (1.0 + up / down)
