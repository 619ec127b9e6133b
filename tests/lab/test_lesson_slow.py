"""Figures of the lesson by plain Python and exact prices: its first, second and last steps."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from alvh.lab import lesson_insurance as insurance
from alvh.lab import lesson_motion as motion
from alvh.lab import lesson_stop as stop
from alvh.lab.lesson import Lesson
from alvh.pricing import PricingTables
from alvh.simulation import EPISODES, MarketPaths, simulate_paths, stress_paths
from alvh.strategy import StopRule
from tests.lab.slow_days import SlowDays, slow_days
from tests.strategy.slow_engine import Book, Market

FEW = {"n_paths": 200}
SETTING = Lesson(**FEW)
MODEL, STATE, CAPITAL = SETTING.model, SETTING.state, float(SETTING.capital)


@pytest.fixture(scope="module")
def tables():
    return PricingTables.build(MODEL)


# --- Step 1 --------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [("credit multiple", 2.0), ("short delta", 0.30)])
def test_a_jumped_stop_is_that_of_the_slow_engine(tables, rule):
    """Day, promise and loss of the first three condors stopped, each by exact prices."""
    kind, level = rule
    name = "multiple" if kind == "credit multiple" else "delta"
    setting = stop.JumpedStop(kind=kind, wing=100, **{name: level}, **FEW)
    found = stop.jumped_stop(setting, tables)
    policy = setting.preset("unhedged", stop=StopRule(kind=kind, **{name: level}))
    paths = simulate_paths(MODEL, setting.premia, STATE, 400, 32, setting.seed)
    points = 2 * 4 * 0.02  # four legs twice, at the tables' budget
    for i in range(3):
        book = Book(policy, Market(MODEL, paths, int(found.exits.path[i])), CAPITAL)
        for day in range(int(found.exits.day[i]) + 1):
            book.close_of(day)
        opened, closed = book.trades[:2]
        assert (closed.reason, closed.day) == ("stop", found.exits.day[i])
        assert found.exits.credit[i] == pytest.approx(opened.price, abs=points / 2)
        loss = closed.price - opened.price
        assert found.exits.loss[i] == pytest.approx(loss, abs=points)
        promise = promised(policy, book, opened, closed, loss)
        assert found.exits.promise[i] == pytest.approx(promise, abs=points + 0.02 * abs(loss))
        beyond = (loss - promise) / opened.price
        assert found.exits.beyond[i] == pytest.approx(beyond, abs=0.02)


def promised(policy, book, opened, closed, loss):
    """Loss at which the level was met between two closes, both on straight lines."""
    if policy.stop.kind == "credit multiple":
        return policy.stop.multiple * opened.price
    spare = Book(policy, book.market, CAPITAL)
    spare.close_of(0)
    strikes, left = spare.condor.strikes, spare.condor.expiry - closed.day
    now, then = (spare.market.legs(closed.day - x, left + x, strikes) for x in (0, 1))
    x1, x0 = (spare.most_delta(closed.day - x, left + x, y) for x, y in ((0, now), (1, then)))
    first = spare.debt(then) - opened.price
    return first + (loss - first) * (policy.stop.delta - x0) / (x1 - x0)


# --- Step 2 --------------------------------------------------------------------------------------


def test_what_calls_paid_in_a_shock_is_that_of_the_slow_engine(tables):
    """Profit before costs of the condor with the calls less that of the condor alone."""
    setting = insurance.Insurance(**FEW)
    episode = next(x for x in EPISODES if x.name == "China devaluation")
    paid = insurance.paid_in_shocks(setting, tables, [episode])["paid"].iloc[0]
    market = Market(MODEL, stress_paths(MODEL, STATE, episode, n_days=63), 0)
    bare, own = (
        slow_days(policy, market, CAPITAL, last=episode.days)
        for policy in (setting.preset("unhedged"), setting.policy)
    )
    expected = (own.profit - own.costs)[-1] - (bare.profit - bare.costs)[-1]
    assert paid == pytest.approx(expected, abs=2 * setting.quantity * 100 * 0.004)
    assert expected > 1_000.0


# --- Step 5 --------------------------------------------------------------------------------------

DROP = 4  # the day before the worst: a day later the hedge would be worth far more
LAST = 36  # five days past the first condor's expiry; the path goes on to day 63
PATH = "China devaluation"


@pytest.fixture(scope="module")
def crash(tables):
    return motion.motion(motion.Motion(path=PATH, drop=DROP, **FEW), tables)


@cache
def crash_path() -> MarketPaths:
    return stress_paths(MODEL, STATE, next(x for x in EPISODES if x.name == PATH), n_days=63)


@cache
def crash_market() -> Market:
    return Market(MODEL, crash_path(), 0)


@cache
def slow(name: str) -> SlowDays:
    preset = "static_layers" if name == "drop" else motion.BOOKS[name]
    drop = DROP if name == "drop" else None
    return slow_days(SETTING.preset(preset), crash_market(), CAPITAL, last=LAST, drop=drop)


@pytest.mark.parametrize("name", motion.BOOKS)
def test_a_book_of_the_crash_is_that_of_the_slow_engine(crash, name):
    """Held, dropped (sold by plain Python at the close of its day) or moved: profit each day."""
    book, days = slow(name), crash.days.iloc[: LAST + 1]
    gap = np.abs(days[name] - book.profit)
    assert (gap < book.slack).all()
    assert book.slack.max() < 700.0 < 0.05 * np.abs(book.profit).max()
    traded = [(trade.day, trade.what, trade.reason) for trade in book.trades]
    if name == "move":
        rows = crash.decisions.query("book == 'move' and day <= @LAST")
        sold = rows[rows["what"].str.endswith("monetised")]
        own = [(day, f"layer {what} {why}") for day, what, why in traded if why == "monetised"]
        assert list(zip(sold["day"], sold["what"], strict=True)) == own != []
        turns = np.flatnonzero(np.diff(book.regimes)) + 1
        seen = rows[rows["what"].isin(["calm", "watch", "stress"])]
        assert seen["day"].tolist() == turns.tolist() != []
    if name == "drop":
        assert [row for row in traded if row[2] == "dropped"] == [
            (DROP, what, "dropped") for what in (1, 2, 3)
        ]
        assert max(day for day, what, _ in traded if what) == DROP
        # the condors are the same: the two differ by the hedge, at the tables' error of its calls
        between = days["drop"] - days["hold"]
        np.testing.assert_allclose(between, book.profit - slow("hold").profit, atol=25.0)
