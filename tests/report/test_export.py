"""Exported files are what they claim, and say where they come from."""

from __future__ import annotations

import html
import io
import re
import struct

import pandas as pd
import pytest

from alvh.report import charts, export

SOURCE = export.source_line(
    data="sample history",
    as_of="2024-06-28",
    model="default",
    paths=10_000,
    seed=7,
    version="0.1.0",
)
WORDS = {"title": "Iron condor", "subtitle": "SPX 5,000, VIX 16.2", "source": SOURCE}


def text_of(svg):
    return html.unescape(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg)))


def size_of(png):
    return struct.unpack(">II", png[16:24])


def test_source_line_names_everything():
    assert SOURCE == (
        "Data: sample history, 2024-06-28. Model: default; 10,000 paths, seed 7. alvh 0.1.0. "
        "Not investment advice; simulated results."
    )
    short = export.source_line(data="a", as_of="b", model="c", version="1")
    assert "paths" not in short
    assert "seed" not in short


def test_png_is_a_png_about_a_thousand_pixels_wide(curves, densities, levels):
    chart = charts.payoff(curves, densities, levels)
    once = export.png(chart, **WORDS, scale=1)
    assert once.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = size_of(once)
    assert 900 <= width <= 1100
    assert height > 460


def test_png_scale_is_pixels_a_layout_pixel(curve):
    one, two = (export.png(charts.future_curve(curve), **WORDS, scale=k) for k in (1, 2))
    assert size_of(two)[0] == pytest.approx(2 * size_of(one)[0], abs=2)


def test_svg_holds_title_axes_and_source(curves, densities, levels):
    words = text_of(export.svg(charts.payoff(curves, densities, levels), **WORDS))
    for part in (
        "Iron condor",
        "SPX 5,000, VIX 16.2",
        "Profit (dollars)",
        "seed 7",
        "With hedge, day 12",
        "\u2212$10,000",
    ):
        assert part in words
    assert export.DISCLAIMER in words


def test_svg_of_several_panels(cells, path, greeks):
    words = text_of(export.svg(charts.plane(cells, path), **WORDS))
    assert all(part in words for part in ("Condor", "Hedge", "Both", export.DISCLAIMER))
    words = text_of(export.svg(charts.greeks_by_day(greeks["day"]), **WORDS, dark=True))
    assert "Vega (dollars per VIX point)" in words


def test_disclaimer_is_added_where_it_is_missing(curve):
    spec = export.document(charts.future_curve(curve), title="t", subtitle="s", source="here.")
    lines = [row["line"] for row in spec["vconcat"][1]["data"]["values"]]
    assert lines == [f"here. {export.DISCLAIMER}"]


def test_export_leaves_the_chart_alone_and_fixes_its_width(curve):
    chart = charts.future_curve(curve)
    spec = export.document(chart, **WORDS)
    assert isinstance(spec["vconcat"][0]["width"], int)
    assert chart.to_dict()["width"] == "container"
    assert spec["background"] == "#FFFFFF"
    assert export.document(chart, **WORDS, dark=True)["background"] == "#0E1117"


def test_lines_with_dashes_have_one_legend():
    days = pd.DataFrame(
        {
            "variant": ["All layers", "Without layer 1", "No hedge"] * 2,
            "day": [0, 0, 0, 1, 1, 1],
            "profit": [0.0, 0.0, 0.0, 500.0, 400.0, 300.0],
        }
    )
    drawn = charts.stress_profit(days, pd.DataFrame({"day": [1], "label": ["Low"]}))
    picture = export.svg(drawn, **WORDS)
    for name in ("All layers", "Without layer 1", "No hedge"):
        assert text_of(picture).count(name) == 1


def test_csv_reads_back():
    frame = pd.DataFrame({"spot": [4999.5, 5000.0], "label": ["a, b", "\u22121"]})
    plain = export.csv(frame)
    pd.testing.assert_frame_equal(pd.read_csv(io.BytesIO(plain)), frame)
    noted = export.csv(frame, source=SOURCE)
    assert noted.decode().startswith(f"# {SOURCE}\n")
    pd.testing.assert_frame_equal(pd.read_csv(io.BytesIO(noted), comment="#"), frame)


def test_csv_keeps_a_named_index():
    frame = pd.DataFrame({"x": [1]}, index=pd.Index(["alvh"], name="policy"))
    assert export.csv(frame).decode() == "policy,x\nalvh,1\n"
