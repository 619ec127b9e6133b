"""The Outcomes page in a real browser: links, keys, other pages, a long run and its end."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import expect

from tests.browser import driver
from tests.browser.driver import numbers

START = "/outcomes?market=by+hand&horizon=42&policies=unhedged&policies=ALVH"
SECTION = {"Condor": "Trade", "Outcomes": "Compare"}


def opened(page, server, link=START):
    return driver.visit(page, server.url + link)


def to(page, title: str) -> None:
    """Go to another page by the navigation at the top."""
    runs = int(page.evaluate("window.probe.runs"))
    link = page.get_by_role("menuitem", name=title)
    if not link.is_visible():
        page.get_by_text(SECTION[title], exact=True).first.click()
    link.click()
    driver.settle(page, runs=runs + 1, timeout=120)


def test_first_glance_holds_numbers_and_pictures_without_scrolling(server, page):
    opened(page, server, "/outcomes?market=by+hand")
    shown = page.get_by_test_id("stMetricValue")
    assert shown.count() == 5
    assert all("±" in text for text in numbers(page))
    for i in range(5):
        box = shown.nth(i).bounding_box()
        assert box["y"] + box["height"] < 200
    charts = page.get_by_test_id("stVegaLiteChart")
    for i in range(2):
        box = charts.nth(i).bounding_box()
        assert box["y"] + box["height"] < 900
        assert box["x"] + box["width"] <= 1440
    driver.show_in_readme(page, "outcomes")


def test_a_link_to_the_page_opens_it_on_a_cold_server(browser):
    with driver.serve() as cold, driver.open_page(browser) as page:
        problems = driver.watch(page)
        page.goto(cold.url + START)
        page.evaluate(
            """window.lost = false;
            new MutationObserver(() => {
              window.lost ||= document.body.innerText.includes('Page not found');
            }).observe(document.body, { subtree: true, childList: true });"""
        )
        driver.settle(page, timeout=120)
        expect(page.get_by_text("Mean profit, ALVH")).to_be_visible()
        assert not page.evaluate("window.lost")
        assert problems.all() == []


def test_a_key_on_a_slider_repaints_and_is_in_the_link(server, page):
    opened(page, server)
    before = numbers(page)
    charts = page.get_by_test_id("stVegaLiteChart").count()
    for key in ("wing", "edge", "horizon", "wing"):
        driver.nudge(page, driver.slider(page, key=key))
        assert page.evaluate("window.probe.paints") > 0
        assert page.get_by_test_id("stVegaLiteChart").count() == charts
        assert len(numbers(page)) == 5
    assert numbers(page) != before
    assert "wing=60" in page.url
    assert "edge=1.05" in page.url
    assert "horizon=63" in page.url
    before = numbers(page)
    page.reload()
    driver.settle(page, timeout=120)
    assert numbers(page) == before


def test_settings_are_kept_from_page_to_page(server, page):
    opened(page, server, "/?market=by+hand&dte=30&call_delta=0.11")
    driver.nudge(page, driver.slider(page, key="wing"))
    credit = numbers(page)[0]
    to(page, "Outcomes")
    assert "/outcomes" in page.url
    for key, value in {"dte": "30", "call_delta": "0.11", "wing": "55"}.items():
        assert driver.slider(page, key=key).input_value() == value
    driver.nudge(page, driver.slider(page, key="horizon"), key="ArrowLeft")
    mean = numbers(page)
    to(page, "Condor")
    assert numbers(page)[0] == credit
    to(page, "Outcomes")
    assert driver.slider(page, key="horizon").input_value() == "231"
    assert numbers(page) == mean
    page.reload()
    driver.settle(page, timeout=120)
    assert driver.slider(page, key="wing").input_value() == "55"
    assert numbers(page) == mean


def test_a_precise_run_shows_how_far_it_is_and_can_be_stopped(server, page):
    opened(page, server, "/outcomes?market=by+hand&horizon=252")
    before = numbers(page)
    page.get_by_role("button", name="Run 50,000 paths").click()
    expect(page.get_by_test_id("stProgress")).to_contain_text("of 50,000 paths", timeout=30_000)
    runs = int(page.evaluate("window.probe.runs"))
    page.get_by_test_id("stMainBlockContainer").get_by_role(
        "button", name="Stop", exact=True
    ).click()
    driver.settle(page, runs=runs + 1, timeout=120)
    assert page.get_by_test_id("stProgress").count() == 0
    assert (
        page.get_by_test_id("stMainBlockContainer")
        .get_by_role("button", name="Stop", exact=True)
        .count()
        == 0
    )
    assert page.get_by_test_id("stException").count() == 0
    assert numbers(page) == before
    driver.nudge(page, driver.slider(page, key="wing"))
    assert numbers(page) != before


def test_a_precise_run_ends_with_narrower_intervals(server, page):
    opened(page, server, START.replace("&policies=ALVH", ""))
    expect(page.get_by_text("2,000 paths, seed 1")).to_be_visible()
    runs = int(page.evaluate("window.probe.runs"))
    page.get_by_role("button", name="Run 50,000 paths").click()
    driver.settle(page, runs=runs + 1, timeout=120)
    expect(page.get_by_text("50,000 paths, seed 1")).to_be_visible()
    assert (
        page.get_by_test_id("stMainBlockContainer")
        .get_by_role("button", name="Stop", exact=True)
        .count()
        == 0
    )
    driver.nudge(page, driver.slider(page, key="wing"))
    assert numbers(page)


@pytest.mark.parametrize("name", ["CSV", "Parquet"])
def test_the_table_is_saved_in_one_click(server, page, name):
    opened(page, server, f"{START}&tab.outcomes=Table")
    with page.expect_download() as waiting:
        page.get_by_test_id("stDownloadButton").get_by_role("button", name=name).last.click()
    content = io.BytesIO(Path(waiting.value.path()).read_bytes())
    assert waiting.value.suggested_filename == f"alvh-outcomes.{name.lower()}"
    frame = pd.read_csv(content, comment="#") if name == "CSV" else pd.read_parquet(content)
    assert list(frame["policy"].unique()) == ["unhedged", "alvh"]


def test_what_is_refused_shows_no_stale_picture_and_comes_back(server, page):
    opened(page, server, START.replace("horizon=42", "horizon=47"))
    horizon = driver.slider(page, key="horizon")
    charts = page.get_by_test_id("stVegaLiteChart").count()
    driver.nudge(page, horizon, key="ArrowLeft")
    expect(page.get_by_test_id("stAlert")).to_contain_text("horizon must be at least the 31")
    assert page.get_by_test_id("stVegaLiteChart").count() == 0
    assert numbers(page) == []
    driver.nudge(page, horizon)
    assert page.get_by_test_id("stAlert").count() == 0
    assert page.get_by_test_id("stVegaLiteChart").count() == charts
    assert len(numbers(page)) == 5
