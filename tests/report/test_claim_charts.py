"""The charts of claims: the claimed box, intervals both ways, panels with their own scales."""

from __future__ import annotations

import pandas as pd
import pytest
import vl_convert as vlc

from alvh.errors import DataError
from alvh.report import charts, export

WORDS = {"title": "Claim", "subtitle": "4/4/2", "source": "made up."}
BOX = {"cut": (0.35, 0.40), "cost": (0.01, 0.02)}


def points(k=1.0):
    rows = [
        (family, size, 0.01 * k * size, 0.009 * size, 0.011 * size, -0.03 * size, -0.05, 0.1)
        for family in ("static_layers", "alvh", "fewer")
        for size in (0.0, 1.0, 2.0)
    ]
    ends = ["cost", "cost_low", "cost_high", "cut", "cut_low", "cut_high"]
    return pd.DataFrame(rows, columns=["family", "size", *ends])


def panels(k=1.0, cases=("in the model", "on real days")):
    rows = [
        (panel, unit, book, case, k * x, k * x - 0.1, k * x + 0.1, mark)
        for panel, unit, x, mark in (
            ("Win rate", "%", 0.7, 0.9),
            ("Profit", "$", -300.0, float("nan")),
        )
        for book in ("held", "rolled")
        for case in cases
    ]
    columns = ["panel", "unit", "book", "case", "estimate", "low", "high", "mark"]
    return pd.DataFrame(rows, columns=columns)


@pytest.mark.parametrize("paper", ["light", "dark"])
@pytest.mark.parametrize(
    "drawn", [charts.claim_box(points(), **BOX), charts.claim_panels(panels())]
)
def test_they_render(drawn, paper):
    document = export.document(drawn, **WORDS)
    assert "<svg" in vlc.vegalite_to_svg(document, theme="dark" if paper == "dark" else None)


def test_the_claimed_box_is_drawn_in_percent():
    drawn = charts.claim_box(points(), **BOX)
    box = drawn.datasets["claimed"].iloc[0]
    assert (box["left"], box["right"], box["bottom"], box["top"]) == (1.0, 2.0, 35.0, 40.0)
    svg = vlc.vegalite_to_svg(export.document(drawn, **WORDS))
    assert "claimed" in svg


def test_points_are_in_percent_with_their_intervals_in_words():
    rows = charts.claim_box(points(), **BOX).datasets["claim"]
    one = rows[(rows["family"] == "Static 4/4/2") & (rows["size"] == 1.0)].iloc[0]
    assert (one["cost"], one["cost_low"], one["cost_high"]) == (1.0, 0.9, 1.1)
    assert (one["cut"], one["cut_low"], one["cut_high"]) == (-3.0, -5.0, 10.0)
    assert one["cut_words"] == "−3 % [−5, 10]"
    assert one["label"] == "×1"
    assert rows.iloc[0]["label"] == ""  # no hedge is the origin


def test_panels_keep_units_and_marks():
    drawn = charts.claim_panels(panels())
    rows = drawn.datasets["panels"]
    win = rows[rows["panel"] == "Win rate"].iloc[0]
    assert (win["estimate"], win["mark"]) == (70.0, 90.0)
    assert win["words"] == "70 % [60, 80]"
    assert rows[rows["panel"] == "Profit"].iloc[0]["estimate"] == -300.0


def test_other_numbers_are_the_same_template():
    assert (
        charts.claim_box(points(), **BOX).template == charts.claim_box(points(2.0), **BOX).template
    )
    assert charts.claim_panels(panels()).template == charts.claim_panels(panels(2.0)).template


def test_a_case_has_one_colour_whichever_others_there_are():
    two = str(charts.claim_panels(panels()).template)
    alone = str(charts.claim_panels(panels(cases=("on real days",))).template)
    green = "#009E73"
    assert green in two
    assert green in alone


@pytest.mark.parametrize("change", [{"family": "luck"}, None])
def test_an_unknown_family_or_nothing_is_refused(change):
    frame = points().iloc[:0] if change is None else points().assign(**change)
    with pytest.raises(DataError, match="claim box must have rows of static_layers, alvh, fewer"):
        charts.claim_box(frame, **BOX)


def test_an_unknown_case_is_refused():
    with pytest.raises(DataError, match="claim panels must have rows of cases in the model"):
        charts.claim_panels(panels(cases=("elsewhere",)))
    with pytest.raises(DataError, match="claim panels needs columns"):
        charts.claim_panels(panels().drop(columns="mark"))
