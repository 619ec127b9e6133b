"""The Regimes page in a real browser: at first glance, levels under their signal, a link."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import driver
from tests.browser.driver import numbers

START = "/regimes?market=offline+sample"


def opened(page, server, link=START):
    return driver.visit(page, server.url + link)


def test_first_glance_holds_the_answer_the_history_and_the_signals(server, page):
    problems = driver.watch(page)
    opened(page, server)
    assert len(numbers(page)) == 5
    charts = page.get_by_test_id("stVegaLiteChart")
    history = charts.first.bounding_box()
    assert history["y"] + history["height"] < 900
    for i in range(charts.count()):
        box = charts.nth(i).bounding_box()
        assert box["x"] + box["width"] <= 1440
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440
    for number in page.get_by_test_id("stMetricValue").all():
        inner = number.locator("*").last
        assert inner.evaluate("x => x.scrollWidth <= x.clientWidth + 1")
    assert problems.all() == []
    driver.show_in_readme(page, "regimes")


def test_a_level_moved_under_its_signal_moves_everything(server, page):
    opened(page, server)
    before = numbers(page)
    charts = page.get_by_test_id("stVegaLiteChart").count()
    level = driver.slider(page, key="vote.vix.watch")
    for _ in range(3):
        driver.nudge(page, level)
        assert page.get_by_test_id("stVegaLiteChart").count() == charts
    assert numbers(page) != before
    assert "vote.vix.watch=16.5" in page.url
    after = numbers(page)
    page.reload()
    driver.settle(page, timeout=120)
    assert numbers(page) == after


def test_every_tab_opens_without_a_word_from_the_console(server, page):
    problems = driver.watch(page)
    opened(page, server)
    tabs = page.get_by_test_id("stTab")
    for i in range(tabs.count()):
        if tabs.nth(i).inner_text() == "How good must it be":  # five simulations
            continue
        runs = int(page.evaluate("window.probe.runs"))
        if i:
            tabs.nth(i).click()
            driver.settle(page, runs=runs + 1, timeout=120)
        assert page.get_by_test_id("stException").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 1440
    assert problems.all() == []


def test_a_future_of_the_model_is_explained_like_a_real_day(server, page):
    opened(page, server, "/regimes?market=by+hand&path=a+simulated+future")
    assert len(numbers(page)) == 5
    expect(page.get_by_text("signals vote for watch or stress")).to_be_visible()


def test_pictures_of_signals_nobody_touched_stay_as_they_are(server, page):
    opened(page, server)
    charts = page.get_by_test_id("stVegaLiteChart")
    marked = "charts => charts.forEach(chart => { chart.querySelector('canvas').kept = true; })"
    kept = "charts => charts.map(chart => chart.querySelector('canvas').kept === true)"
    levels = [driver.slider(page, key=f"vote.{name}.stress") for name in ("vix", "rsi_spx")]
    n = charts.count()
    charts.evaluate_all(marked)
    for level in [*levels, *levels]:
        driver.nudge(page, level)
        assert charts.count() == n
        assert 0 < page.evaluate("window.probe.paints") <= 3  # history, votes, its own
    still = charts.evaluate_all(kept)
    assert all(still)  # drawn into, not made anew
