"""What the charts of the hedge draw, read from their specification."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from alvh.errors import DataError
from alvh.report import charts, palette
from alvh.report.charts.hedge import CURVE
from tests.report.specs import assert_drawn, assert_same_chart, found

WORDS = {"title": "Hedge", "subtitle": "4/4/2", "source": "made up."}
LAYERS = ("Layer 1: 4 × call 18, 30 d", "Layer 3: 2 × call 22, 220 d")


def lines(x, grid, names, **more):
    frames = [
        pd.DataFrame({x: grid, "profit": (k + 1) * 100.0 * (grid - grid.mean()), "layer": name})
        for k, name in enumerate(names)
    ]
    return pd.concat(frames, ignore_index=True).assign(**more)


def index(names=(*LAYERS, "Total", "Condor")):
    return lines("spot", np.linspace(4000.0, 5500.0, 31), names, vix=22.5)


def instruments(names=("VIX call × 4.00", "VIX call spread × 7.15", "VIX future × 0.24")):
    frame = lines("vix", np.linspace(10.0, 60.0, 26), names)
    return frame.rename(columns={"layer": "instrument"})


def pairs(value=0.5):
    names, rows = LAYERS, []
    for name in names:
        for other in (*names, "any other"):
            alike = np.nan if other == "any other" else 1.0 if name == other else -value
            shared = np.nan if name == other else value
            rows.append((name, other, alike, alike, alike, shared, shared - 0.1, shared + 0.1))
    ends = [f"{x}{end}" for x in ("correlation", "shared") for end in ("", "_low", "_high")]
    return pd.DataFrame(rows, columns=["layer", "other", *ends])


def rolls(hold=21):
    opened = np.arange(0, 252, hold)
    frame = pd.DataFrame({"opened": opened, "closed": np.minimum(opened + hold, 252)})
    both = [frame.assign(layer=name, how="rolled", dates="") for name in LAYERS]
    return pd.concat(both, ignore_index=True)


def curve():
    dte = np.array([0.0, 30.0, 110.0, 220.0])
    model = pd.DataFrame({"dte": dte, "vix": 16.0 + dte / 50.0, "series": "model future"})
    levels = pd.DataFrame({"dte": 0.0, "vix": [16.0, 18.0], "series": ["VIX spot", "VIX3M"]})
    return pd.concat([model, levels], ignore_index=True)


def dots():
    return pd.DataFrame({"dte": [30, 220, 220], "vix": [16.6, 20.4, 20.4], "layer": [
        LAYERS[0], LAYERS[1], "Layer 4: 1 × future, 220 d"]})  # fmt: skip


SHOCK = lines("vix", np.linspace(10.0, 60.0, 26), (*LAYERS, "Total"))
DRAWN = {
    "shock": lambda k=1.0: charts.hedge_shock(
        SHOCK.assign(profit=k * SHOCK["profit"]), vix=16.0, target=k * 2000.0
    ),
    "index": lambda k=1.0: charts.hedge_index(
        index().assign(profit=lambda frame: k * frame["profit"]), spot=5000.0
    ),
    "instruments": lambda k=1.0: charts.hedge_instruments(
        instruments().assign(profit=lambda frame: k * frame["profit"]), vix=16.0
    ),
    "overlap": lambda k=1.0: charts.hedge_overlap(pairs(0.5 * k)),
    "rolls": lambda k=1.0: charts.hedge_rolls(rolls(21 if k == 1.0 else 30)),
    "curve": lambda k=1.0: charts.future_curve(
        curve().assign(vix=lambda frame: k * frame["vix"]), layers=dots()
    ),
}


@pytest.mark.parametrize("name", DRAWN)
def test_charts_are_valid_small_and_render_on_both_papers(name):
    figure = DRAWN[name]()
    assert_drawn(figure, WORDS, 60_000)


@pytest.mark.parametrize("name", DRAWN)
def test_other_numbers_are_the_same_chart(name):
    assert_same_chart(DRAWN[name](), DRAWN[name](1.1))


def colors_of(figure):
    scales = [c.get("scale") for c in found(figure.template, "color") if isinstance(c, dict)]
    return next(scale["range"] for scale in scales if scale)


def legends_of(figure):
    colors = [c for c in found(figure.template, "color") if isinstance(c, dict)]
    return [c["legend"] for c in colors if c.get("scale")]


def test_a_layer_keeps_its_colour_where_another_is_missing():
    expected = [palette.LAYERS[0], palette.LAYERS[2], palette.GROUP["Total"]]
    assert colors_of(DRAWN["shock"]()) == expected
    assert colors_of(DRAWN["index"]()) == expected


def test_instruments_are_coloured_by_their_longest_name():
    assert colors_of(DRAWN["instruments"]()) == list(palette.INSTRUMENT.values())


def test_the_condor_is_told_and_not_drawn():
    figure = DRAWN["index"]()
    assert figure.datasets["shock_names"]["name"].tolist() == [*LAYERS, "Total"]
    tips = figure.datasets["shock_tips"]
    assert list(tips.columns)[-2:] == ["VIX (points)", "Condor"]
    assert tips["VIX (points)"].unique().tolist() == ["22.50"]
    assert tips["Condor"].iloc[0].startswith("−$")


def test_a_target_out_of_reach_is_not_drawn():
    near, far = (charts.hedge_shock(SHOCK, vix=16.0, target=t) for t in (100.0, 1e6))
    assert len(near.datasets["shock_target"]) == 1
    assert far.datasets["shock_target"].empty
    assert near.template is far.template
    assert "shock_target" not in charts.hedge_shock(SHOCK).datasets


def test_levels_are_named_and_layers_on_one_future_share_a_dot():
    figure = DRAWN["curve"]()
    assert figure.datasets["future_spot"]["label"].tolist() == ["VIX 16.00", "VIX3M 18.00"]
    marked = figure.datasets["future_layers"]
    assert marked["label"].tolist() == ["1", "3, 4"]
    assert marked["color"].tolist() == [palette.LAYERS[0], palette.LAYERS[2]]


def test_listed_futures_are_a_curve_of_their_own_with_a_legend():
    listed = pd.DataFrame({"dte": [20.0, 50.0], "vix": [17.0, 18.0], "series": "listed future"})
    both = charts.future_curve(pd.concat([curve(), listed]))
    assert colors_of(both)[0] == CURVE
    assert any(legends_of(both))
    assert not any(legends_of(DRAWN["curve"]()))


def test_cells_say_their_interval_and_leave_out_what_is_not_known():
    figure = DRAWN["overlap"]()
    alike, shared = (figure.datasets[f"overlap_{x}"] for x in ("correlation", "shared"))
    assert len(alike) == len(shared) == 4
    assert alike["text"].tolist() == ["1.00", "−0.50", "−0.50", "1.00"]
    assert shared["shown"].iloc[0] == "50 % [40 %, 60 %]"


def test_holdings_of_a_layer_alternate():
    bars = DRAWN["rolls"]().datasets["rolls"]
    first = bars[bars["row"] == 0]
    assert first["strength"].tolist() == [0.9, 0.5] * 6
    assert bars["color"].unique().tolist() == [palette.LAYERS[0], palette.LAYERS[2]]


@pytest.mark.parametrize(
    ("draw", "frame"),
    [
        (charts.hedge_shock, SHOCK),
        (charts.hedge_index, index()),
        (charts.hedge_instruments, instruments()),
        (charts.hedge_overlap, pairs()),
        (charts.hedge_rolls, rolls()),
    ],
)
def test_nothing_and_missing_columns_are_refused(draw, frame):
    with pytest.raises(DataError, match="row"):
        draw(frame.iloc[:0])
    with pytest.raises(DataError, match="needs columns"):
        draw(frame.drop(columns=frame.columns[0]))
