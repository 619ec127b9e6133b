"""The Replay page in a real browser: at first glance, a slider, every tab, an uploaded history."""

from __future__ import annotations

import numpy as np
from playwright.sync_api import expect

from alvh.market.sample import read_sample
from tests.browser import driver
from tests.browser.driver import numbers

START = "/replay?market=offline+sample"


def opened(page, server, link=START):
    return driver.visit(page, server.url + link)


def test_first_glance_holds_the_answer_the_curves_and_the_years(server, page):
    opened(page, server)
    assert len(numbers(page)) == 5
    chart = page.get_by_test_id("stVegaLiteChart").first.bounding_box()
    assert chart["y"] + chart["height"] < 900
    assert chart["width"] > 450
    for table in page.get_by_test_id("stDataFrame").all()[:2]:
        box = table.bounding_box()
        assert box["x"] >= chart["x"] + chart["width"]
        assert box["x"] + box["width"] <= 1440
        assert box["y"] + box["height"] < 900
    expect(page.get_by_text("at the state of the day, not a quote")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440
    for number in page.get_by_test_id("stMetricValue").all():
        assert number.evaluate("x => x.scrollWidth <= x.clientWidth + 1")
    driver.show_in_readme(page, "replay")


def test_a_slider_replays_the_days_and_the_link_keeps_it(server, page):
    opened(page, server)
    before = numbers(page)
    charts = page.get_by_test_id("stVegaLiteChart").count()
    wing = driver.slider(page, key="wing")
    for _ in range(2):
        driver.nudge(page, wing)
        assert page.get_by_test_id("stVegaLiteChart").count() == charts
    assert numbers(page) != before
    after = numbers(page)
    page.reload()
    driver.settle(page, timeout=120)
    assert numbers(page) == after


def test_every_tab_opens_without_a_word_from_the_console(server, page):
    opened(page, server)
    tabs = page.get_by_test_id("stTab")
    assert tabs.count() == 7
    for i in range(tabs.count()):
        runs = int(page.evaluate("window.probe.runs"))
        if i:
            tabs.nth(i).click()
            driver.settle(page, runs=runs + 1, timeout=120)
        assert page.get_by_test_id("stException").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 1440
        for chart in page.get_by_test_id("stVegaLiteChart").all():
            box = chart.bounding_box()
            assert box["x"] + box["width"] <= 1440


def test_an_uploaded_history_is_replayed_to_its_end(server, page, tmp_path):
    """Twenty-seven years, made of the sample again and again."""
    sample = read_sample().frame[["spx_close", "vix_close"]].rename_axis("date")
    days = np.arange("1995-01-02", "2022-01-01", dtype="datetime64[D]")
    days = days[np.is_busday(days)]
    many = sample.iloc[np.resize(np.r_[: len(sample), len(sample) - 1 : 0 : -1], len(days))]
    many = many.set_axis(days).rename_axis("date")
    opened(page, server, "/replay?market=my+CSV&tab.replay=Months")
    # The ends of a file that was there before must not be taken for days somebody picked
    for name, frame in (("some", sample.iloc[-300:]), ("days", many)):
        file = tmp_path / f"{name}.csv"
        frame.to_csv(file)
        runs = int(page.evaluate("window.probe.runs"))
        page.locator('input[type="file"]').first.set_input_files(str(file))
        driver.settle(page, runs=runs + 1, timeout=120)
        expect(page.get_by_text(f"of {len(frame):,} days", exact=False)).to_be_visible()
    assert "Stack (most recent call last)" not in server.output()  # the days have moved
    assert page.get_by_test_id("stException").count() == 0
    assert len(numbers(page)) == 5


def test_the_legend_picks_a_policy_in_both_panels(server, page):
    opened(page, server)
    picture = page.get_by_test_id("stVegaLiteChart").first
    before = picture.screenshot()
    box = picture.bounding_box()
    page.mouse.click(box["x"] + 95, box["y"] + 14)  # the first name of the legend
    driver.settle(page)
    page.wait_for_function("window.probe.quiet > 10")
    assert picture.screenshot() != before
