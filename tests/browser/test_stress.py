"""The Stress page in a real browser: first glance, sliders, links, progress, both themes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import driver
from tests.browser.driver import numbers

START = "/stress?market=by+hand&policies=static+layers"
OWN = f"{START}&episode=my+own+shock"
TABS = ("Condor and hedge", "Liquidity", "Reverse stress", "All episodes", "Policies")


def opened(page, server, link=START):
    return driver.visit(page, server.url + link)


def test_first_glance_holds_numbers_picture_and_table_without_scrolling(server, page):
    opened(page, server, "/stress?market=by+hand")
    shown = page.get_by_test_id("stMetricValue")
    assert shown.count() == 5
    for i in range(5):
        box = shown.nth(i).bounding_box()
        assert box["y"] + box["height"] < 200
    charts = page.get_by_test_id("stVegaLiteChart")
    for i in range(2):
        box = charts.nth(i).locator("canvas").bounding_box()
        assert box["y"] + box["height"] < 900
        assert box["x"] + box["width"] <= 1440
    expect(page.get_by_text("long episodes flatter condors")).to_be_in_viewport()
    driver.show_in_readme(page, "stress")


def test_keys_on_sliders_redraw_the_same_page_and_are_in_the_link(server, page):
    opened(page, server, OWN)
    before = numbers(page)
    charts = page.get_by_test_id("stVegaLiteChart").count()
    for key in ("shock.depth", "shock.vix_peak", "wing"):
        driver.nudge(page, driver.slider(page, key=key))
        assert page.evaluate("window.probe.paints") > 0
        assert page.get_by_test_id("stVegaLiteChart").count() == charts
        assert len(numbers(page)) == 5
    assert numbers(page) != before
    for setting in ("shock.depth=15.5", "shock.vix_peak=45.5", "wing=55"):
        assert setting in page.url
    before = numbers(page)
    page.reload()
    driver.settle(page, timeout=120)
    assert numbers(page) == before


def test_keys_pressed_while_the_table_is_run_end_in_the_page_of_the_last(server, page):
    opened(page, server)
    thumb = driver.slider(page, key="wing")
    thumb.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(250)
    expect(page.get_by_text("run, now")).to_have_count(0, timeout=60_000)
    driver.settle(page, timeout=60)
    assert "wing=70" in page.url
    assert page.get_by_test_id("stException").count() == 0
    before = numbers(page)
    page.reload()
    driver.settle(page, timeout=120)
    assert numbers(page) == before


@pytest.mark.parametrize("tab", TABS)
def test_nothing_is_wider_than_the_window_with_six_layers(server, page, tab):
    link = f"{OWN}&policies=my+policy&layers=6&tab.stress={tab.replace(' ', '+')}"
    opened(page, server, link)
    assert driver.is_within_window(page)
    assert page.get_by_test_id("stException").count() == 0


def test_the_reverse_test_follows_its_sliders(server, page):
    opened(page, server, f"{START}&tab.stress=Reverse+stress")
    answer = page.get_by_text("costs static layers 5 % of the account").first
    expect(answer).to_be_visible()
    driver.nudge(page, driver.slider(page, key="reverse.loss"))
    expect(page.get_by_text("costs static layers 5.5 % of the account").first).to_be_visible()
    assert page.get_by_test_id("stProgress").count() == 0
    assert "reverse.loss=5.5" in page.url


def test_dark_theme_draws_the_same_page(server, browser):
    with driver.open_page(browser, color_scheme="dark") as page:
        problems = driver.watch(page)
        opened(page, server)
        assert page.get_by_test_id("stVegaLiteChart").count() == 3
        assert problems.all() == []
