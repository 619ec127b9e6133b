"""What the charts draw, read from their specification."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest

from alvh.errors import DataError
from alvh.report import charts, palette
from alvh.report.charts.payoff import NOMINAL_WIDTH, _meets, _placed
from tests.report.specs import found, titles

GROUPS = ("Condor", "Hedge", "Net")
NOTHING = {"filter": "false"}


def test_payoff_axes_have_units_and_dollars(curves, densities, levels):
    spec = charts.payoff(curves, densities, levels).to_dict()
    assert titles(spec, "x") == {"SPX at expiry (index points)"}
    assert titles(spec, "y") == {"Profit (dollars)"}
    assert "$,.0f" in {axis["format"] for axis in found(spec, "axis") if axis and "format" in axis}
    assert spec["width"] == "container"


def test_payoff_draws_every_series_in_its_colour(curves, densities, levels):
    figure = charts.payoff(curves, densities, levels)
    spec = figure.to_dict()
    scales = [c["scale"] for c in found(spec, "color") if isinstance(c, dict) and "scale" in c]
    drawn = {
        name: color for s in scales for name, color in zip(s["domain"], s["range"], strict=True)
    }
    names = figure.datasets["payoff_names"]["name"].tolist()
    assert names == list(dict.fromkeys(curves["series"]))
    assert drawn[f"s{names.index('Condor at expiry')}"] == palette.POLICY["unhedged"]
    assert drawn[f"s{names.index('With hedge at expiry')}"] == palette.POLICY["alvh"]
    assert drawn["physical (P)"] == palette.MEASURE["physical (P)"]
    dashes = next(d["scale"] for d in found(spec, "strokeDash") if "s0" in d["scale"]["domain"])
    assert dashes["range"][names.index("With hedge, day 12")] == list(palette.DAY_DASH)


def test_payoff_density_scale_is_hidden_and_its_own(curves, densities):
    figure = charts.payoff(curves, densities)
    spec = figure.to_dict()
    assert spec["resolve"]["scale"]["y"] == "independent"
    hidden = [y for y in found(spec, "y") if isinstance(y, dict) and y.get("field") == "density"]
    assert [y["axis"] for y in hidden] == [None]
    assert hidden[0]["scale"]["domain"][1] > 2.0
    drawn = figure.datasets["payoff_densities"].drop(columns="spot")
    assert drawn.max().max() == 1.0
    exact = densities.loc[densities["measure"] == "physical (P)", "density"].to_numpy()
    shown = drawn["physical (P)"].to_numpy() * densities["density"].max()
    assert shown == pytest.approx(exact, abs=1e-7)


def test_payoff_shades_gain_and_loss_apart_and_draws_zero(curves):
    figure = charts.payoff(curves)
    spec = figure.to_dict()
    areas = [m["color"] for m in found(spec, "mark") if m["type"] == "area"]
    assert areas == [palette.GAIN, palette.LOSS]
    assert {"start": 0, "stop": 1, "as": "profit"} in list(found(spec, "sequence"))
    frame = figure.datasets["payoff"]
    assert (frame["gain"] + frame["loss"]).tolist() == frame["s0"].tolist()
    assert frame["gain"].min() >= 0.0 >= frame["loss"].max()


def test_payoff_tooltip_holds_every_series_exactly(curves):
    figure = charts.payoff(curves)
    tips, frame = figure.datasets["payoff_tips"], figure.datasets["payoff"]
    assert tips.columns.tolist() == ["SPX (points)", *dict.fromkeys(curves["series"])]
    at = int(frame.loc[frame["spot"] == 5000.0, "row"].item())
    exact = curves.loc[curves["spot"] == 5000.0, "profit"].tolist()
    assert frame.loc[at, ["s0", "s1", "s2"]].tolist() == pytest.approx(exact, abs=0.01)
    assert tips.iloc[at].tolist() == ["5,000.00", "$4,350", "$3,450", "$1,275"]
    assert tips.iloc[0, 1] == "\u2212$45,650"
    assert len(tips) == len(frame)


def test_payoff_of_series_on_different_grids_leaves_gaps(curves):
    figure = charts.payoff(curves.iloc[:-1].sample(frac=1.0, random_state=1).sort_values("series"))
    frame = figure.datasets["payoff"]
    names = figure.datasets["payoff_names"]["name"].tolist()
    assert frame["spot"].is_monotonic_increasing
    gap = frame[f"s{names.index('With hedge, day 12')}"]
    assert gap.isna().tolist() == [False] * 240 + [True]
    assert figure.to_dict()["datasets"]["payoff"][-1][gap.name] is None
    assert figure.datasets["payoff_tips"]["With hedge, day 12"].iloc[-1] == ""


def test_payoff_level_labels_do_not_meet(levels):
    placed = _placed(levels, 4400.0, 5600.0)
    assert sorted(placed["label"]) == sorted(levels["label"])
    scale = NOMINAL_WIDTH / 1200.0
    boxes = []
    for at, label, row, side in zip(
        (placed["spot"] - 4400.0) * scale,
        placed["label"],
        placed["row"],
        placed["side"],
        strict=True,
    ):
        width = 8.0 + 6.3 * len(label)
        boxes.append(
            (at, at - width if side == "left" else at, at if side == "left" else at + width, row)
        )
    for i, box in enumerate(boxes):
        assert not any(_meets(*box, other) for other in boxes[:i])


def test_payoff_crowded_labels_at_the_edge_still_end(curves):
    crowd = pd.DataFrame({"spot": np.linspace(5580.0, 5600.0, 12), "kind": "short strike"})
    crowd["label"] = "a rather long label"
    placed = _placed(crowd, 4400.0, 5600.0)
    assert len(placed) == 12
    charts.payoff(curves, levels=crowd).to_dict()


def test_payoff_stays_small(curves, densities, levels):
    assert len(json.dumps(charts.payoff(curves, densities, levels).to_dict())) < 160_000


@pytest.mark.parametrize("drop", ["spot", "profit", "series"])
def test_payoff_names_a_missing_column(curves, drop):
    with pytest.raises(DataError, match=drop):
        charts.payoff(curves.drop(columns=drop))


def test_payoff_refuses_unknown_kind_measure_and_nothing(curves, densities, levels):
    with pytest.raises(DataError, match="kind"):
        charts.payoff(curves, levels=levels.assign(kind="magic"))
    with pytest.raises(DataError, match="measure"):
        charts.payoff(curves, densities.assign(measure="real"))
    with pytest.raises(DataError, match="row"):
        charts.payoff(curves.iloc[:0])


def test_plane_panels_share_one_symmetric_scale(cells, path):
    spec = charts.plane(cells, path).to_dict()
    assert [panel["title"]["text"] for panel in spec["hconcat"]] == ["Condor", "Hedge", "Both"]
    assert spec["resolve"]["scale"]["color"] == "shared"
    scales = [c["scale"] for c in found(spec, "color") if isinstance(c, dict) and "scale" in c]
    assert len(scales) == 1
    assert scales[0]["domain"] == [-1.0, 0.0, 1.0]
    assert scales[0]["range"] == [palette.LOSS, {"expr": palette.PAPER}, palette.GAIN]
    (bound,) = spec["datasets"]["plane_bound"]
    assert cells["profit"].abs().max() <= bound["bound"] <= 2.0 * cells["profit"].abs().max()


def test_plane_of_other_profits_is_the_same_chart(cells, path):
    one, other = (
        charts.plane(cells.assign(profit=factor * cells["profit"]), path) for factor in (1.0, 7.0)
    )
    assert one.template is other.template
    assert not one.datasets["plane_bound"].equals(other.datasets["plane_bound"])


def test_plane_axes_have_units_and_the_path_is_in_every_panel(cells, path):
    today = pd.DataFrame({"spot": [5000.0], "vix": [16.0]})
    spec = charts.plane(cells, path, today=today).to_dict()
    assert titles(spec, "x") == {"SPX (index points)"}
    assert titles(spec, "y") == {"VIX (points)"}
    for panel in spec["hconcat"]:
        drawn = [layer for layer in panel["layer"] if layer.get("transform") != [NOTHING]]
        kinds = [layer["mark"]["type"] for layer in drawn]
        assert kinds == ["image", "rect", "area", "line", "line", "line", "line", "point"]


def test_plane_zero_line_is_drawn_in_its_own_panel(cells):
    zero = pd.DataFrame({"spot": [4400.0, 5600.0], "vix": 16.0, "panel": "Hedge", "order": [0, 1]})
    spec = charts.plane(cells, zero=zero.assign(line=0)).to_dict()
    outlines = [len(list(found(panel, "detail"))) for panel in spec["hconcat"]]
    assert outlines == [0, 1, 0]


def test_plane_sends_a_picture_a_panel_and_few_cells(full_cells):
    figure = charts.plane(full_cells)
    assert figure.datasets["plane"].shape == (1, 3)
    assert len(figure.datasets["plane_tips"]) == 8 * 12
    spec = figure.to_dict()
    assert spec["usermeta"]["embedOptions"]["renderer"] == "canvas"
    assert len(json.dumps(spec)) < 60_000


def test_plane_pointer_covers_the_grid_with_values_of_its_cells(full_cells):
    datasets = charts.plane(full_cells).datasets
    tips, texts = datasets["plane_tips"], datasets["plane_texts"]
    area = (tips["spot_high"] - tips["spot_low"]) * (tips["vix_high"] - tips["vix_low"])
    assert area.sum() == pytest.approx(1200.0 * 48.0, rel=1e-5)
    assert tips["row"].tolist() == list(range(len(texts)))
    for i in range(0, len(texts), 7):
        row = [float(re.sub("[$,]", "", x).replace("\u2212", "-")) for x in texts.iloc[i]]
        spot, vix, profits = row[0], row[1], row[2:]
        assert tips["spot_low"][i] < spot < tips["spot_high"][i]
        assert tips["vix_low"][i] < vix < tips["vix_high"][i]
        inside = full_cells["spot_low"].lt(spot) & full_cells["spot_high"].gt(spot)
        inside &= full_cells["vix_low"].lt(vix) & full_cells["vix_high"].gt(vix)
        assert profits == pytest.approx(full_cells.loc[inside, "profit"].tolist(), abs=0.5)


def test_plane_sorts_cells_by_panel(cells):
    mixed = cells.sample(frac=1.0, random_state=3)
    one, other = (charts.plane(frame).datasets for frame in (cells, mixed))
    assert one["plane"].equals(other["plane"])
    assert one["plane_tips"].equals(other["plane_tips"])
    assert one["plane_texts"].equals(other["plane_texts"])


def test_plane_stacks_its_panels_with_one_axis_of_spot(cells):
    spec = charts.plane(cells, stacked=True, width=400).to_dict()
    assert [panel["title"]["text"] for panel in spec["vconcat"]] == ["Condor", "Hedge", "Both"]
    labels = [panel["layer"][1]["encoding"]["x"]["axis"]["labels"] for panel in spec["vconcat"]]
    assert labels == [False, False, True]


def test_plane_without_a_hedge_has_one_panel(cells, path):
    spec = charts.plane(cells[cells["panel"] == "Condor"], path).to_dict()
    assert [panel["title"]["text"] for panel in spec["hconcat"]] == ["Condor"]


def test_plane_path_ends_where_it_leaves_the_grid(cells, path):
    far = path.assign(vix_high=2.0 * path["vix"], vix_low=0.5 * path["vix"])
    frame = charts.plane(cells, far).datasets["plane_path"]
    assert frame["vix_high"].max() == 60.0
    assert frame["vix_high"].isna().any()
    assert frame["vix_low"].min() == 12.0
    assert frame[["band_low", "band_high"]].min().min() == 12.0
    assert frame[["band_low", "band_high"]].max().max() == 60.0
    inside = frame[frame["spot"].isin(path["spot"].round(3))]
    assert inside["vix"].tolist() == pytest.approx(path["vix"].tolist(), abs=1e-3)


def test_plane_leaves_out_what_is_off_the_grid(cells):
    today = pd.DataFrame({"spot": [5000.0], "vix": [90.0]})
    assert charts.plane(cells, today=today).datasets["plane_today"].empty


def test_plane_refuses_uneven_grids_and_nothing(cells):
    with pytest.raises(DataError, match="grid"):
        charts.plane(cells.iloc[:-1])
    with pytest.raises(DataError, match="row"):
        charts.plane(cells.iloc[:0])


def test_plane_of_nothing_but_zero_has_a_scale(cells):
    figure = charts.plane(cells.assign(profit=0.0))
    assert figure.datasets["plane_bound"]["bound"].tolist() == [1.0]


@pytest.mark.parametrize(
    ("field", "draw", "title"),
    [
        ("spot", charts.greeks_by_spot, "SPX (index points)"),
        ("day", charts.greeks_by_day, "Trading days since entry"),
    ],
)
def test_greeks_have_a_panel_and_a_unit_each(greeks, field, draw, title):
    spec = draw(greeks[field]).to_dict()
    texts = [panel["title"]["text"] for panel in spec["concat"]]
    assert texts == ["Delta (dollars per index point)", "Vega (dollars per VIX point)"]
    assert titles(spec, "x") == {title}
    assert spec["resolve"]["scale"] == {"color": "shared"}
    scale = next(c["scale"] for c in found(spec, "color") if "scale" in c)
    assert scale["range"] == [palette.GROUP[name] for name in GROUPS]
    assert {"start": 0, "stop": 1, "as": "value"} in list(found(spec, "sequence"))
    (rows,) = spec["datasets"].values()
    assert set(rows[0]) == {field, *(f"{g}_{b}" for g in ("Delta", "Vega") for b in GROUPS)}
    names = [param["name"] for param in found(spec, "params") for param in param]
    assert len(names) == len(set(names)) == 2


def test_greeks_mark_today_and_refuse_nothing(greeks):
    spec = charts.greeks_by_spot(greeks["spot"], spot=5000.0).to_dict()
    assert [{"spot": 5000.0}] in spec["datasets"].values()
    lower = greeks["spot"].assign(greek=greeks["spot"]["greek"].str.lower(), unit="$ per point")
    titles_of = [p["title"]["text"] for p in charts.greeks_by_spot(lower).to_dict()["concat"]]
    assert titles_of == ["Delta ($ per point)", "Vega ($ per point)"]
    with pytest.raises(DataError, match="row"):
        charts.greeks_by_day(greeks["day"].iloc[:0])


def test_hedge_shock_draws_the_total_heavier(shock):
    spec = charts.hedge_shock(shock, vix=16.2).to_dict()
    assert titles(spec, "x") == {"VIX after the shock (points)"}
    assert titles(spec, "y") == {"Hedge profit (dollars)"}
    widths = [m["strokeWidth"] for m in found(spec, "mark") if m["type"] == "line"]
    assert widths[1] > widths[0]
    scale = next(c["scale"] for c in found(spec, "color") if isinstance(c, dict) and "scale" in c)
    assert scale["range"] == [*palette.LAYERS[:2], palette.GROUP["Total"]]
    assert spec["datasets"]["shock_names"][-1] == {"name": "Total"}
    with pytest.raises(DataError, match="row"):
        charts.hedge_shock(shock.iloc[:0])


def test_future_curve_has_units_and_a_spot_level(curve):
    spec = charts.future_curve(curve).to_dict()
    assert titles(spec, "x") == {"Days to expiry (calendar days)"}
    assert titles(spec, "y") == {"VIX (points)"}
    assert [m["type"] for m in found(spec, "mark")] == ["line", "rule", "text"]
    assert spec["datasets"]["future_spot"][0]["label"] == "VIX 16.20"
    with pytest.raises(DataError, match="row"):
        charts.future_curve(curve.iloc[:0])
