"""What the charts of a crash draw, read from their specification."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from alvh.errors import DataError
from alvh.report import charts, palette
from tests.report.specs import assert_drawn
from tests.report.test_outcome_charts import found, titles

VARIANTS = ("All layers", "Without layer 1", "Without layer 3", "No hedge")
WORDS = {"title": "Stress", "subtitle": "Covid", "source": "made up."}
DAY = np.arange(45)
MARKS = pd.DataFrame({"day": [18, 23, 90], "label": ["VIX peak", "Low \u221233.9 %", "never"]})


def made_days(scale=1000.0, variants=VARIANTS):
    rows = []
    for i, name in enumerate(variants):
        condor, hedge = -scale * (i + 1.0) * DAY / 10.0, scale * (3.0 - i) * DAY / 20.0
        rows.append(
            pd.DataFrame(
                {
                    "variant": name,
                    "day": DAY,
                    "spot": 5000.0 - 10.0 * DAY,
                    "vix": 16.0 + DAY,
                    "profit": condor + hedge - 300.0,
                    "condor": condor,
                    "hedge": hedge,
                    "costs": -300.0,
                    "margin": 36_000.0,
                    "day_loss": 12_345.6,
                    "quick_ratio": np.where(DAY == 40, np.inf, 6.0 / (i + 1) - 0.13 * DAY + 0.01),
                }
            )
        )
    return pd.concat(rows, ignore_index=True)


def made_table(scale=1.0):
    rows = [
        (episode, policy, variant, scale * (i - 2) * 10_000.0, np.inf if i else 0.9, out)
        for episode, out in (("Covid", np.nan), ("Black Monday", 7.0))
        for policy, variants in (("static_layers", VARIANTS), ("unhedged", ("No hedge",)))
        for i, variant in enumerate(variants)
    ]
    columns = ["episode", "policy", "variant", "end_profit", "lowest_quick", "liquidity_day"]
    return pd.DataFrame(rows, columns=columns)


def drawn(scale=1000.0):
    days = made_days(scale)
    return {
        "profit": charts.stress_profit(days, MARKS),
        "parts": charts.stress_parts(days[days["variant"] == "All layers"], MARKS),
        "liquidity": charts.stress_liquidity(days, MARKS),
        "table": charts.stress_table(made_table(scale / 1000.0)),
    }


EVERY = ("profit", "parts", "liquidity", "table")
LINES = EVERY[:3]


@pytest.fixture(scope="module")
def figures():
    return drawn()


@pytest.mark.parametrize("name", EVERY)
def test_charts_are_valid_small_and_render(figures, name, recwarn):
    figure = figures[name]
    assert_drawn(figure, WORDS, 100_000)
    assert not recwarn.list


@pytest.mark.parametrize("name", EVERY)
def test_other_numbers_are_the_same_chart(figures, name):
    other = drawn(700.0)[name]
    assert other.template is figures[name].template
    assert other.datasets.keys() == figures[name].datasets.keys()


@pytest.mark.parametrize(
    ("name", "y"),
    [
        ("profit", "Profit since the start (dollars)"),
        ("parts", "Profit since the start (dollars)"),
        ("liquidity", "Quick ratio (log scale)"),
    ],
)
def test_axes_have_units(figures, name, y):
    spec = figures[name].to_dict()
    assert titles(spec, "x") == {"Trading days from today"}
    assert titles(spec, "y") == {y}


def test_variants_have_the_colours_of_what_they_leave_out(figures):
    scales = [
        c["scale"]
        for c in found(figures["profit"].to_dict(), "color")
        if isinstance(c, dict) and "scale" in c
    ]
    blue, grey = palette.GROUP["Both"], palette.GROUP["Condor"]
    for scale in scales:
        assert scale["range"] == [blue, palette.LAYERS[0], palette.LAYERS[2], grey]
    names = figures["profit"].datasets["stress_names"]["name"]
    assert tuple(names) == VARIANTS


def test_lines_are_the_rows_and_the_pointer_tells_them(figures):
    data = figures["profit"].datasets
    days = made_days()
    for i, name in enumerate(VARIANTS):
        own = days.loc[days["variant"] == name, "profit"].to_numpy()
        np.testing.assert_allclose(data["stress"][f"s{i}"], own, atol=0.005)
    tips = data["stress_tips"].iloc[10]
    assert tips["Day"] == "10"
    assert tips["SPX"] == "4,900"
    assert tips["VIX"] == "26.0"
    assert tips["All layers"] == "$200"
    assert tips["No hedge"] == "\u2212$4,300"


def test_parts_add_up(figures):
    data = figures["parts"].datasets["stress"]
    assert list(figures["parts"].datasets["stress_names"]["name"]) == [
        "Condor",
        "Hedge",
        "Costs",
        "Both",
    ]
    np.testing.assert_allclose(data["s0"] + data["s1"] + data["s2"], data["s3"], atol=0.02)


@pytest.mark.parametrize("name", LINES)
def test_marks_inside_the_picture_are_drawn_below_one_another(figures, name):
    marks = figures[name].datasets["stress_marks"]
    assert list(marks["label"]) == ["VIX peak", "Low \u221233.9 %"]
    assert marks["at"].is_monotonic_increasing
    assert not marks["late"].any()
    late = pd.DataFrame({"day": [5, 30, 40], "label": ["a", "b", "c"]})
    turned = charts.stress_profit(made_days(), late).datasets["stress_marks"]
    assert list(turned["late"]) == [False, True, True]
    assert list(turned["at"].rank()) == [1.0, 3.0, 2.0]  # the last starts above the one before
    none = charts.stress_profit(made_days(), MARKS.iloc[:0])
    assert none.datasets["stress_marks"].empty
    none.chart()


def test_axis_has_room_for_marks(figures):
    data = figures["profit"].datasets
    top = data["stress"][[f"s{i}" for i in range(4)]].to_numpy().max()
    assert (data["stress_marks"]["profit"] > top).all()


def test_liquidity_is_cut_to_its_scale_and_left_out_where_nothing_is_needed(figures):
    data = figures["liquidity"].datasets
    values = data["stress"][[f"s{i}" for i in range(4)]].to_numpy()
    assert np.isnan(values[40]).all()
    assert np.nanmin(values) == 0.1  # below: drawn at the end of the scale
    assert data["stress_tips"].iloc[40]["All layers"] == "nothing is needed"
    assert data["stress_tips"].iloc[0]["All layers"] == "6.01: margin $36,000, one-day loss $12,346"
    assert data["stress_one"]["ratio"].iloc[0] == 1.0
    rules = [m for m in found(figures["liquidity"].to_dict(), "mark") if m["type"] == "rule"]
    assert any(m.get("color") == palette.LOSS for m in rules)


def test_table_prints_numbers_and_frames_what_runs_out(figures):
    data = figures["table"].datasets
    assert list(data["stress_episodes"]["name"]) == ["Covid", "Black Monday"]
    cells = data["stress_cells0"]
    assert list(cells["text"][:4]) == ["\u2212$20,000", "\u2212$10,000", "$0", "$10,000"]
    assert list(cells["out"]) == ["no"] * 4 + ["day 7"] * 4
    assert list(cells["quick"][:2]) == ["0.90", "\u221e"]
    assert (cells["bound"] == 20_000.0).all()
    assert (data["stress_cells1"]["bound"] == 20_000.0).all()  # one scale of colour
    spec = figures["table"].to_dict()
    text = json.dumps(spec)
    assert "Profit at the end (framed: liquidity runs out)" in text
    assert palette.LOSS in text
    assert palette.GAIN in text
    strengths = [c for c in found(spec, "calculate") if "bound" in str(c)]
    assert strengths
    assert all("+" not in c for c in strengths)  # zero is the page itself
    calm = made_table().assign(liquidity_day=np.nan)
    assert "framed" not in json.dumps(charts.stress_table(calm).to_dict())


def test_missing_columns_and_rows_are_named():
    with pytest.raises(DataError, match="stress profit needs columns profit"):
        charts.stress_profit(made_days().drop(columns="profit"), MARKS)
    with pytest.raises(DataError, match="stress marks needs columns label"):
        charts.stress_profit(made_days(), MARKS[["day"]])
    with pytest.raises(DataError, match="stress liquidity must have at least one row"):
        charts.stress_liquidity(made_days().iloc[:0], MARKS)
    with pytest.raises(DataError, match="stress table draws one of end_profit, lowest_profit"):
        charts.stress_table(made_table(), column="policy")
    with pytest.raises(DataError, match="stress table needs columns lowest_profit"):
        charts.stress_table(made_table(), column="lowest_profit")
