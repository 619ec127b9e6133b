"""The Hedge layers page in a real browser: pictures, the editor of layers, links, exports."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import driver
from tests.browser.driver import numbers

START = "/hedge?market=by+hand"
FOUR = f"{START}&layers=4&l1.dte=45&l2.instrument=VIX+future&l4.roll_dte=10&l4.quantity=7"
TABS = ("SPX shock", "Equal cost", "Overlap", "Roll calendar", "How this is computed")


def opened(page, server, link=START):
    return driver.visit(page, server.url + link)


def press(page, key: str) -> None:
    """Click a button of the editor and wait for the page that answers it."""
    runs = int(page.evaluate("window.probe.runs"))
    page.locator(f".st-key-{key.replace('.', '-')}").get_by_role("button").click()
    driver.settle(page, runs=runs + 1, timeout=60)


def layer(page, number: int) -> None:
    """Unfold a layer of the sidebar."""
    page.get_by_test_id("stExpander").get_by_text(f"Layer {number}", exact=True).click()


def test_first_glance_holds_the_answer_without_scrolling(server, page):
    opened(page, server)
    shown = page.get_by_test_id("stMetricValue")
    assert shown.count() == 5
    for i in range(5):
        box = shown.nth(i).bounding_box()
        assert box["y"] + box["height"] < 200
    charts = page.get_by_test_id("stVegaLiteChart")
    table = page.get_by_test_id("stDataFrame")
    for part in (charts.nth(0), charts.nth(1), table.first):
        box = part.bounding_box()
        assert box["y"] + box["height"] < 900
        assert box["x"] + box["width"] <= 1440
    driver.show_in_readme(page, "hedge")


@pytest.mark.parametrize("tab", TABS)
def test_nothing_is_wider_than_the_window_with_six_layers(server, page, tab):
    opened(page, server, f"{START}&layers=6&tab.hedge={tab.replace(' ', '+')}")
    assert driver.is_within_window(page)
    assert page.get_by_test_id("stException").count() == 0


def test_keys_on_sliders_of_every_group_redraw_the_same_page(server, page):
    opened(page, server)
    layer(page, 1)
    charts = page.get_by_test_id("stVegaLiteChart")
    before, n_charts = numbers(page), charts.count()
    for key in ("l1.dte", "edge", "later", "within", "wing"):
        driver.nudge(page, driver.slider(page, key=key))
        assert page.evaluate("window.probe.paints") > 0
        assert charts.count() == n_charts
        assert len(numbers(page)) == 5
    assert numbers(page) != before
    for setting in ("l1.dte=31", "edge=1.05", "later=1", "within=6", "wing=55"):
        assert setting in page.url


def test_the_editor_adds_copies_moves_and_removes(server, page):
    opened(page, server)
    start = numbers(page)
    layer(page, 1)
    press(page, "l1.copy")
    assert "layers=4" in page.url
    assert numbers(page) != start
    press(page, "l1.down")  # its copy: nothing to see
    layer(page, 3)
    press(page, "l3.up")
    assert driver.slider(page, key="l2.dte").input_value() == "110"
    assert "l3.dte=30" in page.url
    press(page, "l1.remove")
    assert "layers=" not in page.url  # three again, as without a link
    assert numbers(page) == start
    moved = page.url
    page.goto("about:blank")
    page.goto(moved)
    driver.settle(page, timeout=120)
    assert driver.slider(page, key="l1.dte").input_value() == "110"
    assert numbers(page) == start


def test_a_link_restores_every_layer_in_a_new_session(server, page, browser):
    opened(page, server, FOUR)
    layer(page, 4)
    driver.nudge(page, driver.slider(page, key="l4.delta"))
    link, before = page.url, numbers(page)
    with driver.open_page(browser) as other:
        other.goto(link)
        driver.settle(other, timeout=120)
        assert numbers(other) == before
        assert driver.slider(other, key="l1.dte").input_value() == "45"
        assert driver.slider(other, key="l4.roll_dte").input_value() == "10"
        assert driver.slider(other, key="l4.delta").input_value() == "0.55"


def test_a_saved_file_is_that_of_the_page(server, page):
    opened(page, server)
    with page.expect_download() as waiting:
        page.get_by_test_id("stDownloadButton").get_by_role("button", name="CSV").first.click()
    content = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert waiting.value.suggested_filename == "alvh-hedge-shock.csv"
    assert "Not investment advice" in content
    assert "Layer 2: 4 × call 21, 110 d" in content


def test_dark_theme_draws_the_same_page(server, browser):
    with driver.open_page(browser, color_scheme="dark") as page:
        problems = driver.watch(page)
        opened(page, server)
        assert page.get_by_test_id("stVegaLiteChart").count() == 3
        assert problems.all() == []
