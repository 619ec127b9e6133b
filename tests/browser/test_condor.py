"""The Condor page in a real browser: pictures, a slider under the keyboard, links, exports."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser import driver

START = "/?market=by+hand"


def credit(page) -> str:
    return page.get_by_test_id("stMetricValue").first.inner_text()


def opened(page, server, link=START):
    return driver.visit(page, server.url + link)


def test_first_glance_holds_the_answer_without_scrolling(server, page):
    opened(page, server)
    numbers = page.get_by_test_id("stMetricValue")
    assert numbers.count() >= 5
    for i in range(5):
        box = numbers.nth(i).bounding_box()
        assert box["y"] + box["height"] < 200
    charts = page.get_by_test_id("stVegaLiteChart")
    assert charts.count() == 2
    for i in range(2):
        box = charts.nth(i).bounding_box()
        assert box["y"] + box["height"] < 900
        assert box["x"] + box["width"] <= 1440
    driver.show_in_readme(page, "condor")


def test_a_key_on_a_slider_repaints_and_is_in_the_link(server, page):
    opened(page, server)
    before = credit(page)
    driver.nudge(page, driver.slider(page, key="wing"))
    assert credit(page) != before
    assert page.evaluate("window.probe.paints") > 0
    assert "wing=55" in page.url


def test_groups_of_controls_draw_into_the_same_page(server, page):
    opened(page, server)
    charts = page.get_by_test_id("stVegaLiteChart")
    numbers = page.get_by_test_id("stMetricValue").count()
    for key in ("wing", "edge", "put_delta", "day.31", "wing"):
        driver.nudge(page, driver.slider(page, key=key))
        assert charts.count() == 2
        assert page.get_by_test_id("stMetricValue").count() == numbers
        assert page.get_by_test_id("stSlider").count() == 6 + 6  # three layers have two each
    assert "edge=1.05" in page.url
    assert "put_delta=0.17" in page.url
    assert "wing=60" in page.url
    before = credit(page)
    page.reload()
    driver.settle(page, timeout=120)
    assert credit(page) == before


def test_another_tenor_has_other_days(server, page):
    opened(page, server)
    driver.nudge(page, driver.slider(page, key="dte"))
    driver.nudge(page, driver.slider(page, key="wing"))
    driver.nudge(page, driver.slider(page, key="day.32"))
    expect(page.get_by_text("Day of 32")).to_have_count(1)
    assert page.get_by_test_id("stVegaLiteChart").count() == 2


def test_what_is_refused_shows_no_stale_picture_and_comes_back(server, page):
    opened(page, server, f"{START}&spot=100&wing=80")
    driver.nudge(page, driver.slider(page, key="edge"))  # another group draws first
    wing = driver.slider(page, key="wing")
    while page.get_by_test_id("stAlert").count() == 0:
        driver.nudge(page, wing)
    expect(page.get_by_test_id("stAlert")).to_contain_text("Wing width must be below the short put")
    assert page.get_by_test_id("stVegaLiteChart").count() == 0
    assert page.get_by_test_id("stMetricValue").count() == 0
    driver.nudge(page, wing, key="ArrowLeft")
    assert page.get_by_test_id("stAlert").count() == 0
    assert page.get_by_test_id("stVegaLiteChart").count() == 2


def test_a_saved_picture_is_the_one_on_the_page(server, page):
    opened(page, server)
    driver.nudge(page, driver.slider(page, key="wing"))
    with page.expect_download() as waiting:
        page.get_by_test_id("stDownloadButton").get_by_role("button", name="SVG").first.click()
    drawing = Path(waiting.value.path()).read_text(encoding="utf-8")
    long_put, short_put = re.search(r"SPX ([\d,]+)/([\d,]+)/", drawing).groups()
    assert int(short_put.replace(",", "")) - int(long_put.replace(",", "")) == 55


def test_a_reload_and_a_link_restore_every_setting(server, page):
    opened(page, server, f"{START}&dte=60&put_delta=0.2&wing=75&l1.dte=45&edge=0.5")
    before = credit(page)
    page.reload()
    driver.settle(page, timeout=120)
    assert credit(page) == before
    for key, value in {"dte": "60", "put_delta": "0.2", "wing": "75", "edge": "0.5"}.items():
        assert driver.slider(page, key=key).input_value() == value


def test_nonsense_in_the_link_is_named_and_the_page_lives(server, page):
    opened(page, server, f"{START}&wing=900&dte=banana")
    message = page.get_by_test_id("stAlert")
    expect(message).to_contain_text("Wing width must be from 5 to 500 points")
    expect(message).to_contain_text("got “banana”")
    assert credit(page).endswith("pts")


@pytest.mark.parametrize(("name", "start"), [("PNG", b"\x89PNG"), ("SVG", b"<svg"), ("CSV", b"#")])
def test_one_click_saves_the_picture_and_its_numbers(server, page, name, start):
    opened(page, server)
    with page.expect_download() as waiting:
        page.get_by_test_id("stDownloadButton").get_by_role("button", name=name).first.click()
    content = Path(waiting.value.path()).read_bytes()
    assert content.startswith(start)
    assert waiting.value.suggested_filename == f"alvh-condor-payoff.{name.lower()}"
    if name != "PNG":
        assert b"Not investment advice" in content


def test_every_picture_can_be_saved(server, page):
    opened(page, server, f"{START}&tab=Greeks")
    pictures = page.get_by_test_id("stVegaLiteChart").count()
    assert pictures == 4
    assert page.get_by_test_id("stDownloadButton").count() == 3 * pictures
    driver.nudge(page, driver.slider(page, key="wing"))
    assert page.get_by_test_id("stVegaLiteChart").count() == pictures
    with page.expect_download() as waiting:
        page.get_by_test_id("stDownloadButton").get_by_role("button", name="CSV").last.click()
    assert waiting.value.suggested_filename == "alvh-condor-greeks-days.csv"


def test_a_bad_file_is_refused_in_words_and_nothing_is_lost(server, page):
    opened(page, server, "/?market=my+CSV&wing=75")
    page.locator('input[type="file"]').set_input_files(
        {"name": "bad.csv", "mimeType": "text/csv", "buffer": b"date,spx_close\n2020-01-02,oops\n"}
    )
    expect(page.get_by_test_id("stAlert").first).to_contain_text("bad.csv")
    assert driver.slider(page, key="wing").input_value() == "75"
    assert page.get_by_test_id("stException").count() == 0


def test_dark_theme_draws_the_same_page(server, browser):
    with driver.open_page(browser, color_scheme="dark") as page:
        problems = driver.watch(page)
        opened(page, server)
        assert page.get_by_test_id("stVegaLiteChart").count() == 2
        assert problems.all() == []
