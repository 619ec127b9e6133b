"""The claim page in a real browser: first glance, every tab, the picture of real days, a link."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import driver
from tests.browser.driver import numbers

START = "/claim?market=offline+sample"


def opened(page, server, link=START):
    return driver.visit(page, server.url + link, timeout=180)


def fits(page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 1440
    for number in page.get_by_test_id("stMetricValue").all():
        inner = number.locator("*").last
        assert inner.evaluate("x => x.scrollWidth <= x.clientWidth + 1")


def test_first_glance_holds_the_picture_and_the_verdict(server, page):
    problems = driver.watch(page)
    opened(page, server)
    assert len(numbers(page)) == 5
    chart = page.get_by_test_id("stVegaLiteChart").first.bounding_box()
    assert chart["y"] + chart["height"] < 900
    verdict = page.get_by_text("the static 4/4/2").first.bounding_box()
    assert verdict["y"] + verdict["height"] < 900
    fits(page)
    assert problems.all() == []
    driver.show_in_readme(page, "claim")


def test_every_tab_answers_without_scrolling_or_a_word_from_the_console(server, page):
    problems = driver.watch(page)
    opened(page, server)
    tabs = page.get_by_test_id("stTab")
    for i in range(1, tabs.count()):
        runs = int(page.evaluate("window.probe.runs"))
        tabs.nth(i).click()
        driver.settle(page, runs=runs + 1, timeout=180)
        assert page.get_by_test_id("stException").count() == 0
        if tabs.nth(i).inner_text() == "How computed":
            continue
        assert len(numbers(page)) == 5
        chart = page.get_by_test_id("stVegaLiteChart").first.bounding_box()
        assert chart["y"] + chart["height"] < 900
        assert chart["x"] + chart["width"] < 1440
        fits(page)
    assert problems.all() == []


def test_real_days_have_a_picture_of_their_own_that_a_link_restores(server, page):
    opened(page, server)
    runs = int(page.evaluate("window.probe.runs"))
    page.get_by_role("radio", name="on real days").click()
    driver.settle(page, runs=runs + 1, timeout=180)
    test = page.get_by_text("test for superior predictive ability")
    expect(test).to_be_visible()
    assert "claim.where=on+real+days" in page.url
    before = numbers(page)
    page.reload()
    driver.settle(page, timeout=180)
    expect(test).to_be_visible()
    assert numbers(page) == before
