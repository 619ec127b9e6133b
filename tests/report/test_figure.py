"""A figure's template stays the same object while only its data changes."""

from __future__ import annotations

import json

import altair as alt
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from alvh.report import Figure, charts

CHARTS = ("payoff", "plane", "greeks by spot", "greeks by day", "hedge shock", "future curve")


@pytest.fixture
def draw(curves, densities, levels, cells, path, greeks, shock, curve):
    """Each chart, drawn from frames whose numbers are scaled by a factor."""

    def drawn(name, factor=1.0):
        def scaled(frame, column):
            return frame.assign(**{column: frame[column] * factor})

        today = pd.DataFrame({"spot": [5000.0], "vix": [16.0 * factor]})
        return {
            "payoff": lambda: charts.payoff(
                scaled(curves, "profit").replace("With hedge, day 12", f"With hedge, day {factor}"),
                scaled(densities, "density"),
                levels,
            ),
            "plane": lambda: charts.plane(scaled(cells, "profit"), path, today=today),
            "greeks by spot": lambda: charts.greeks_by_spot(
                scaled(greeks["spot"], "value"), spot=5000.0 * factor
            ),
            "greeks by day": lambda: charts.greeks_by_day(scaled(greeks["day"], "value")),
            "hedge shock": lambda: charts.hedge_shock(scaled(shock, "profit"), vix=16.0 * factor),
            "future curve": lambda: charts.future_curve(scaled(curve, "vix")),
        }[name]()

    return drawn


@pytest.mark.parametrize("name", CHARTS)
def test_same_structure_is_the_same_template_and_names(draw, name):
    one, other = draw(name), draw(name, 1.02)
    assert other.template is one.template
    assert list(other.datasets) == list(one.datasets)
    assert "datasets" not in one.template
    changed = [not one.datasets[key].equals(other.datasets[key]) for key in one.datasets]
    assert any(changed)


@pytest.mark.parametrize("name", CHARTS)
def test_spec_is_new_at_the_top_and_holds_the_frames_columns(draw, name):
    figure = draw(name)
    spec = figure.spec()
    for key, stream in spec["datasets"].items():
        sent, frame = pa.ipc.open_stream(stream).read_all(), figure.datasets[key]
        assert sent.column_names == list(frame.columns)
        pd.testing.assert_frame_equal(sent.to_pandas(), frame.reset_index(drop=True))
    assert spec["layer" if "layer" in spec else "concat" if "concat" in spec else "hconcat"]
    del spec["datasets"], spec["config"]
    assert "datasets" in figure.spec()
    assert "config" in figure.template


@pytest.mark.parametrize("name", CHARTS)
def test_every_dataset_is_used_by_the_template(draw, name):
    figure = draw(name)
    text = json.dumps(figure.template)
    assert all(f'"name": "{key}"' in text for key in figure.datasets)


@pytest.mark.parametrize("name", CHARTS)
def test_dict_is_json_and_a_valid_chart(draw, name):
    figure = draw(name)
    spec = figure.to_dict()
    assert json.loads(json.dumps(spec, allow_nan=False)) == spec
    assert isinstance(figure.chart(), alt.TopLevelMixin)
    spec["config"].clear()
    assert figure.template["config"]


def test_dict_has_plain_numbers_and_none_for_missing():
    frame = pd.DataFrame({"x": [1.5, np.nan], "n": np.array([1, 2], np.int32), "s": ["a", "b"]})
    rows = Figure({}, {"d": frame}).to_dict()["datasets"]["d"]
    assert rows == [{"x": 1.5, "n": 1, "s": "a"}, {"x": None, "n": 2, "s": "b"}]
    assert [type(value) for value in rows[0].values()] == [float, int, str]
    assert Figure({}, {"d": frame.iloc[:0]}).to_dict()["datasets"]["d"] == []
