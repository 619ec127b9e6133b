"""The lesson in a real browser: five steps on one screen, links, reset, exports, both themes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import driver

START = "/barriers?market=by+hand"
STEPS = ("1", "2", "3", "4", "5")


def opened(page, server, step, more=""):
    return driver.visit(page, f"{server.url}{START}&step={step}{more}", timeout=180)


def sentences(page) -> list[str]:
    return page.locator("p[style*='font-size']").all_inner_texts()[1:]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_step_fits_the_screen_of_a_projector(server, browser, step, scheme):
    with driver.open_page(browser, color_scheme=scheme) as page:
        problems = driver.watch(page)
        opened(page, server, step)
        main = page.get_by_test_id("stMain")
        assert main.evaluate("x => x.scrollHeight <= x.clientHeight")
        assert main.evaluate("x => x.scrollWidth <= x.clientWidth")
        chart = page.get_by_test_id("stVegaLiteChart")
        assert chart.count() == 1
        canvas = chart.locator("canvas").bounding_box()
        beside = page.locator(".st-key-lesson-reset").bounding_box()
        assert canvas["x"] + canvas["width"] <= beside["x"]
        assert len(sentences(page)) == 2
        size = page.locator("p[style*='font-size']").last.evaluate(
            "x => parseFloat(getComputedStyle(x).fontSize)"
        )
        assert size >= 17.0
        assert problems.all() == []
        if (step, scheme) == ("4", "light"):
            driver.show_in_readme(page, "barriers")


def test_a_key_on_a_slider_redraws_the_picture_and_its_sentences(server, page):
    opened(page, server, "1")
    before = sentences(page)
    driver.nudge(page, driver.slider(page, key="jump.multiple"))
    assert page.evaluate("window.probe.paints") > 0
    assert page.get_by_test_id("stVegaLiteChart").count() == 1
    assert sentences(page) != before
    assert "jump.multiple=2.5" in page.url


def test_a_link_restores_a_step_and_reset_leaves_it(server, page, browser):
    opened(page, server, "2", "&calls.delta=0.2&calls.dte=60&wing=75")
    shown, link = sentences(page), page.url
    with driver.open_page(browser) as other:
        other.goto(link)
        driver.settle(other, timeout=180)
        assert sentences(other) == shown
        runs = int(other.evaluate("window.probe.runs"))
        other.locator(".st-key-lesson-reset").get_by_role("button").click()
        driver.settle(other, runs=runs + 1, timeout=180)
        assert "0.10 delta and 90 days" in sentences(other)[0]
        assert "calls.delta" not in other.url
        assert "step=2" in other.url


def test_notes_words_and_files_are_at_hand(server, page):
    opened(page, server, "1")
    page.get_by_text("Words used here").click()
    page.get_by_text("Loss beyond what a stop promised").wait_for()
    page.keyboard.press("Escape")
    page.get_by_text("Speaker notes").click()
    page.get_by_text("A stop is a decision, not a price").wait_for()
    with page.expect_download() as waiting:
        page.get_by_test_id("stDownloadButton").get_by_role("button", name="CSV").click()
    content = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert waiting.value.suggested_filename == "alvh-lesson-1.csv"
    assert "Not investment advice" in content
    assert "model" in content
