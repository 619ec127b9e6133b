"""What the charts of outcomes draw, read from their specification."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from alvh.errors import DataError
from alvh.report import charts, palette
from alvh.report.charts.outcomes_look import policy_colors, policy_title
from alvh.risk.distribution import profit_histogram, tail, wealth_fan
from alvh.risk.drawdown import drawdown_exceedance
from alvh.risk.evidence import law_of_large_numbers, tail_scatter
from alvh.risk.outcomes import attribution, outcome_table, paired_differences
from tests.report.specs import assert_drawn, found, titles
from tests.risk.made_outcomes import random_outcomes

NAMES = ("unhedged", "static_stop", "alvh", "mine")
WORDS = {"title": "Outcomes", "subtitle": "one year", "source": "made up."}


@pytest.fixture(scope="module")
def outcomes():
    return random_outcomes(4, 600, 40, names=NAMES)


@pytest.fixture(scope="module")
def figures(outcomes):
    return drawn(outcomes)


def drawn(outcomes):
    """Every chart of these outcomes by name."""
    seen, fan = profit_histogram(outcomes), wealth_fan(outcomes)
    numbers = law_of_large_numbers(outcomes)
    return {
        "distribution": charts.outcome_distribution(seen.bins, seen.density, seen.outside),
        "tail": charts.outcome_tail(tail(outcomes)),
        "drawdowns": charts.outcome_drawdowns(drawdown_exceedance(outcomes)),
        "fan": charts.outcome_fan(fan.bands, fan.samples, policy="alvh"),
        "differences": charts.outcome_differences(paired_differences(outcomes)),
        "attribution": charts.outcome_attribution(attribution(outcomes)),
        "trades": charts.outcome_trades(numbers.cone, numbers.edge, policy="alvh"),
        "offset": charts.outcome_offset(tail_scatter(outcomes, 2).points, note="paid in 40 %"),
    }


EVERY = (
    "distribution", "tail", "drawdowns", "fan", "differences", "attribution", "trades", "offset",
)  # fmt: skip
OF_POLICIES = tuple(name for name in EVERY if name not in ("offset", "attribution"))
AXES = {
    "distribution": ("Profit, present value (dollars)", "Share of paths (% per $1,000)"),
    "tail": (
        "x: profit, present value (dollars)",
        "Probability of a profit of at most x (%, log scale)",
    ),
    "drawdowns": (
        "Maximum drawdown (dollars)",
        "Probability of a drawdown so deep (%, log scale)",
    ),
    "fan": ("Trading days since the start", "Profit, present value (dollars)"),
    "differences": ("Difference from Unhedged (dollars)", None),
    "attribution": ("Dollars a path", None),
    "trades": ("Condor trades (log scale)", "Average profit of a trade (dollars)"),
    "offset": (
        "Condor: collected less paid back (dollars)",
        "Hedge: payoff less premium (dollars)",
    ),
}


@pytest.mark.parametrize("name", EVERY)
def test_axes_have_units(figures, name):
    spec = figures[name].to_dict()
    x, y = AXES[name]
    assert titles(spec, "x") == {x}
    assert titles(spec, "y") == ({y} if y else set())


@pytest.mark.parametrize("name", EVERY)
def test_charts_are_valid_small_and_render(figures, name, recwarn):
    figure = figures[name]
    assert_drawn(figure, WORDS, 100_000)
    assert max(len(frame) for frame in figure.datasets.values()) <= 700
    assert not recwarn.list


@pytest.mark.parametrize("name", EVERY)
def test_other_outcomes_of_the_same_policies_are_the_same_chart(figures, name):
    other = drawn(random_outcomes(4, 300, 40, seed=9, names=NAMES))[name]
    assert other.template is figures[name].template
    assert other.datasets.keys() == figures[name].datasets.keys()
    changed = [not other.datasets[k].equals(v) for k, v in figures[name].datasets.items()]
    assert any(changed)


@pytest.mark.parametrize("name", OF_POLICIES)
def test_policies_keep_their_colours(figures, name):
    names = NAMES[1:] if name == "differences" else NAMES
    scales = [
        c["scale"]
        for c in found(figures[name].to_dict(), "color")
        if isinstance(c, dict) and "scale" in c
    ]
    assert scales
    for scale in scales:
        assert scale["domain"] == [f"s{i}" for i in range(len(names))]
        assert scale["range"] == list(policy_colors(names))


def test_further_policies_get_further_colours():
    names = ["mine", "alvh", *(f"policy {i}" for i in range(18))]
    colors = policy_colors(names)
    assert colors[1] == palette.POLICY["alvh"]
    assert colors[0] == palette.MORE_POLICIES[0]
    assert len(colors) == 20
    assert not set(palette.MORE_POLICIES) & set(palette.POLICY.values())
    assert colors[0] != colors[2]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("alvh", "ALVH"),
        ("alvh (2)", "ALVH (2)"),
        ("static_stop", "Static stop"),
        ("My own (old)", "My own (old)"),
    ],
)
def test_titles_of_policies(name, title):
    assert policy_title(name) == title


@pytest.mark.parametrize(
    ("name", "line"),
    [("distribution", "x"), ("fan", "y"), ("differences", "x"), ("trades", "y"), ("offset", "y")],
)
def test_zero_is_drawn(figures, name, line):
    zeros = [
        layer
        for layers in found(figures[name].to_dict(), "layer")
        for layer in layers
        if "sequence" in layer.get("data", {})
    ]
    assert any(line in layer["encoding"] and layer["mark"]["type"] == "rule" for layer in zeros)


# --- Each chart -----------------------------------------------------------------------------


def test_distribution_is_per_thousand_dollars_and_says_what_is_outside(outcomes, figures):
    seen = profit_histogram(outcomes)
    data = figures["distribution"].datasets
    steps = data["outcome_bins"]
    width = np.diff(steps["profit"])
    for i, name in enumerate(NAMES):
        share = seen.bins.loc[seen.bins["policy"] == name, "share"].sum()
        area = (steps[f"s{i}"].to_numpy()[:-1] * width).sum() / 1000.0
        assert area == pytest.approx(100.0 * share, abs=0.01)
    below = seen.outside[seen.outside["below"] > 0.0]
    notes = data["outcome_outside"]
    notes = notes[(notes["side"] == "below") & (notes["series"] != "")]
    assert len(below) == len(notes) > 0
    for text, share in zip(notes["text"], below["below"], strict=True):
        assert f"{100 * share:.2g} %" in text
    last = data["outcome_tips"].iloc[-1]
    assert last["ALVH"].endswith("100.0 % below the upper end")


def test_distribution_without_anything_outside_has_no_notes():
    bins = pd.DataFrame({"policy": "alvh", "left": [0.0, 1.0], "right": [1.0, 2.0], "share": 0.5})
    density = pd.DataFrame({"policy": "alvh", "profit": [0.0, 2.0], "density": 0.5})
    rest = pd.DataFrame({"policy": ["alvh"], "below": 0.0, "above": 0.0, "below_mean": np.nan})
    assert charts.outcome_distribution(bins, density, rest).datasets["outcome_outside"].empty


def test_tail_and_drawdowns_are_on_a_log_scale_without_zeros(figures):
    for name, column in (("tail", "low"), ("drawdowns", "s0")):
        spec = figures[name].to_dict()
        scales = [y["scale"] for y in found(spec, "y") if isinstance(y, dict) and "scale" in y]
        assert {scale.get("type") for scale in scales} == {"log"}
        key = "tail" if name == "tail" else "drawdown"
        assert figures[name].datasets[key][column].dropna().gt(0.0).all()


def test_drawdowns_end_where_no_path_falls_so_deep(outcomes, figures):
    frame = figures["drawdowns"].datasets["drawdown"]
    assert frame[[f"s{i}" for i in range(4)]].isna().any().sum() == 3
    tips = figures["drawdowns"].datasets["drawdown_tips"]
    assert (tips == "none").any(axis=None)
    assert len(frame) == drawdown_exceedance(outcomes)["drawdown"].nunique()


def test_fan_focuses_on_one_policy(outcomes):
    fan = wealth_fan(outcomes)
    figure = charts.outcome_fan(fan.bands, fan.samples, policy="static_stop")
    mine = fan.bands[fan.bands["policy"] == "static_stop"]
    frame = figure.datasets["fan"]
    assert frame["low0"].tolist() == pytest.approx(mine["p05"].tolist(), abs=0.01)
    assert frame["high1"].tolist() == pytest.approx(mine["p75"].tolist(), abs=0.01)
    assert frame["s1"].tolist() == pytest.approx(mine["p50"].tolist(), abs=0.01)
    areas = [m["color"] for m in found(figure.to_dict(), "mark") if m["type"] == "area"]
    assert areas == [palette.POLICY["static_stop"]] * 2
    kept = fan.samples[fan.samples["policy"] == "static_stop"]
    assert len(figure.datasets["fan_samples"]) == len(kept)
    assert figure.datasets["fan_edges"]["label"].tolist() == ["5 %", "25 %", "75 %", "95 %"]
    assert "fan_samples" not in charts.outcome_fan(fan.bands).datasets
    with pytest.raises(DataError, match="no policy"):
        charts.outcome_fan(fan.bands, policy="nobody")
    with pytest.raises(DataError, match="odd"):
        charts.outcome_fan(fan.bands.drop(columns="p50"))


def test_differences_have_a_panel_a_metric_and_say_which_way_is_better(outcomes, figures):
    spec = figures["differences"].to_dict()
    assert [panel["title"]["text"] for panel in spec["vconcat"]] == [
        "Mean profit (more is better)",
        "Mean of the worst 5 % of profits (more is better)",
        "Standard deviation of profit (less is better)",
        "Mean maximum drawdown (less is better)",
    ]
    rows = figures["differences"].datasets["differences"]
    assert len(rows) == 12
    assert set(rows["policy"]) == {"Static stop", "ALVH", "Mine"}
    exact = paired_differences(outcomes)["estimate"]
    assert rows["estimate"].tolist() == pytest.approx(exact.tolist(), abs=0.01)
    assert rows["label"].str.contains("±").all()


def test_attribution_draws_a_waterfall_a_policy(outcomes, figures):
    spec = figures["attribution"].to_dict()
    assert [panel["title"]["text"] for panel in spec["concat"]] == [
        "Unhedged", "Static stop", "ALVH", "Mine",
    ]  # fmt: skip
    rows = figures["attribution"].datasets["attribution"]
    assert rows.loc[rows["kind"] != "total", ["low", "high"]].isna().all(axis=None)
    total = rows[rows["kind"] == "total"]
    change = (outcomes.wealth[..., -1] - outcomes.capital).mean(axis=1)
    assert total["end"].tolist() == pytest.approx(change.tolist(), abs=0.01)
    none = attribution(outcomes).assign(mean=0.0)
    assert set(charts.outcome_attribution(none).datasets["attribution"]["label"]) == {""}


def test_trades_say_when_the_edge_shows(outcomes):
    numbers = law_of_large_numbers(outcomes)
    edge = numbers.edge.assign(
        mean=38.0, low=16.0, high=60.0, needed=271.4, needed_low=108.0, needed_high=np.inf
    )
    figure = charts.outcome_trades(numbers.cone, edge, policy="alvh")
    assert figure.datasets["trades_note"]["text"].tolist() == [
        "ALVH: +$38 ± 22 a trade",
        "told from zero after 270 trades [110, ∞]",
    ]
    assert figure.datasets["trades_needed"]["trades"].tolist() == [271.4]
    assert figure.datasets["trades"]["trades"].min() >= 30
    losing = charts.outcome_trades(numbers.cone, edge.assign(needed=np.inf))
    assert losing.datasets["trades_note"]["text"].iloc[1] == "no positive edge to tell from zero"
    assert losing.datasets["trades_needed"].empty
    nothing = charts.outcome_trades(numbers.cone, edge.assign(mean=np.nan))
    assert nothing.datasets["trades_note"]["text"].iloc[0] == "Mine: no trades"
    with pytest.raises(DataError, match="no policy"):
        charts.outcome_trades(numbers.cone, edge, policy="nobody")


def test_offset_tells_gains_from_losses_by_shape_too(figures):
    spec = figures["offset"].to_dict()
    shapes = next(s["scale"] for s in found(spec, "shape") if isinstance(s, dict))
    assert len(set(shapes["range"])) == 2
    rows = figures["offset"].datasets["offset"]
    assert (rows["hedge"].gt(0.0) == rows["outcome"].eq("gained")).all()
    lines = figures["offset"].datasets["offset_shares"]
    assert lines["hedge"].tolist() == pytest.approx((-lines["share"] * lines["condor"]).tolist())
    assert lines["hedge"].max() <= max(rows["hedge"].max(), -0.1 * rows["condor"].min()) + 1e-6
    assert lines["condor"].min() >= rows["condor"].min() - 1e-6
    assert figures["offset"].datasets["offset_note"]["text"].tolist() == ["paid in 40 %"]


def test_table_rows_have_titles_and_units(outcomes):
    """The page writes the table from these columns alone."""
    table = outcome_table(outcomes)
    assert set(table["unit"]) == {"$", "%", ""}
    assert table["title"].str.len().gt(0).all()


@pytest.mark.parametrize(
    ("draw", "columns"),
    [
        (charts.outcome_tail, ["profit", "probability", "low", "high"]),
        (charts.outcome_drawdowns, ["drawdown", "probability", "low", "high"]),
        (charts.outcome_fan, ["day", "p05", "p50", "p95"]),
        (charts.outcome_attribution, ["part", "kind", "mean", "low", "high", "start", "end"]),
        (charts.outcome_offset, ["condor", "hedge"]),
    ],
)
def test_missing_columns_and_empty_frames_are_named(draw, columns):
    frame = pd.DataFrame({name: [1.0] for name in columns}).assign(policy="alvh")
    with pytest.raises(DataError, match=columns[0]):
        draw(frame.drop(columns=columns[0]))
    with pytest.raises(DataError, match="row"):
        draw(frame.iloc[:0])
