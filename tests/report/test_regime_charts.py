"""What the charts of regimes draw, read from their specification and their data."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import vl_convert as vlc

from alvh.errors import DataError, ParameterError
from alvh.report import charts, export, palette
from alvh.report.charts.regimes import ACTIONS, FEW
from alvh.report.charts.regimes_look import CELLS, MOST, REGIMES, thinned
from alvh.risk.regimes import NAMES, profit_by_regime, regime_bands, transition_matrix
from alvh.risk.signal_study import ablation, expansions, hit_rates
from tests.report.specs import assert_drawn, assert_same_chart, found

WORDS = {"title": "Regimes", "subtitle": "ALVH", "source": "made up."}


def days(n, start="1999-01-04"):
    return pd.bdate_range(start, periods=n)


def market(n=600, seed=1):
    rng = np.random.default_rng(seed)
    vix = 20.0 * np.exp(0.35 * np.sin(np.arange(n) / 40.0) + rng.normal(0.0, 0.05, n))
    spx = 1200.0 * np.exp(np.cumsum(rng.normal(0.0003, 0.01, n)))
    return pd.DataFrame({"date": days(n), "spx": spx, "vix": vix})


def regime(frame, level=20.0):
    vix = frame["vix"].to_numpy()
    return pd.Series((vix > level).astype(int) + (vix > 1.3 * level), index=frame["date"])


def actions(frame, n=60, seed=2):
    rng = np.random.default_rng(seed)
    places = np.sort(rng.integers(0, len(frame), n))
    return pd.DataFrame(
        {
            "date": frame["date"].to_numpy()[places],
            "action": [ACTIONS[i % len(ACTIONS)] for i in range(n)],
            "what": "Condor",
            "reason": "target",
            "quantity": 2.0,
            "price": np.where(np.arange(n) % 5 == 0, np.nan, rng.random(n) * 5.0),
        }
    )


def history(k=1.0, n=600):
    frame = market(n)
    bands = regime_bands(regime(frame, 20.0 * k))
    return charts.regime_history(frame.assign(spx=k * frame["spx"]), bands, actions(frame))


def value(frame=None):
    frame = market() if frame is None else frame
    return frame[["date"]].assign(value=frame["vix"])


def counts(k=1.0):
    vix = market()["vix"].to_numpy()
    watch, stress = (vix > 18 * k).astype(int) + (vix > 20 * k), (vix > 24 * k).astype(int)
    return pd.DataFrame({"date": days(600), "watch": watch, "stress": stress})


def profits(k=1.0):
    frame = market()
    noise = np.random.default_rng(3).normal(0.0, 100.0 * k, (600, 2))
    parts = pd.DataFrame(noise, columns=["condor", "hedge"], index=frame["date"])
    return profit_by_regime(regime(frame), parts, block=20, replications=100)


def hits(shift=0):
    frame = market()
    vix = frame.set_index("date")["vix"]
    on = (vix.shift(shift) > 22.0).astype(float)
    votes = pd.DataFrame({"vix": on, "skew": 1.0 - on, "contango": np.nan})
    return hit_rates(votes, expansions(vix, rise=0.2), replications=100)


def dropped(k=1.0):
    rng = np.random.default_rng(4)
    full = rng.normal(0.0, 100.0, 400)
    without = {x: {"profit": full + k * rng.normal(0.0, 9.0, 400)} for x in ("vix", "skew")}
    return ablation({None: {"profit": full}, **without}, replications=100)


DRAWN = {
    "history": history,
    "signal": lambda k=1.0: charts.signal_panel_chart(
        value(), watch=18.0 * k, stress=24.0 * k, title="VIX", unit="points"
    ),
    "votes": lambda k=1.0: charts.vote_count(counts(k), watch_needed=2, stress_needed=1),
    "transitions": lambda k=1.0: charts.transition_chart(
        transition_matrix(regime(market(), 20.0 * k))
    ),
    "profit": lambda k=1.0: charts.profit_by_regime_chart(profits(k)),
    "mean": lambda k=1.0: charts.profit_by_regime_chart(profits(k), value="mean"),
    "hits": lambda k=1.0: charts.signal_hits_chart(hits(0 if k == 1.0 else 5)),
    "ablation": lambda k=1.0: charts.ablation_chart(dropped(k)),
}


@pytest.mark.parametrize("name", DRAWN)
def test_charts_are_valid_small_and_render_on_both_papers(name):
    figure = DRAWN[name]()
    assert_drawn(figure, WORDS, 130_000)


@pytest.mark.parametrize("name", DRAWN)
def test_other_numbers_are_the_same_chart(name):
    assert_same_chart(DRAWN[name](), DRAWN[name](1.1))


# --- History --------------------------------------------------------------------------------


def test_regimes_are_named_alike_where_they_are_found_and_drawn():
    assert tuple(NAMES) == REGIMES == tuple(palette.BAND)


def test_few_days_are_drawn_as_they_are_and_many_keep_their_extremes():
    assert thinned(market(MOST), ("spx",), chart="x").equals(market(MOST))
    frame = market(5800)
    frame.loc[[1234, 4321], "vix"] = [9.0, 85.0]
    frame.loc[777, "spx"] = 1.0
    frame.loc[3000:3009, "vix"] = np.nan
    rows = thinned(frame, ("spx", "vix"), chart="x")
    assert 5800 / 5 <= len(rows) < 2200
    assert {0, 777, 1234, 4321, 5799} <= set(rows.index)
    month = frame["date"].dt.to_period("M")
    for name in ("spx", "vix"):
        for how in ("min", "max"):
            whole = frame[name].groupby(month).agg(how)
            assert rows[name].groupby(month[rows.index]).agg(how).equals(whole)
    last = frame.groupby(frame["date"].dt.to_period("W-SUN")).tail(1).index
    assert set(last) <= set(rows.index)


def test_a_long_history_with_many_actions_stays_light():
    frame = market(5800)
    busy = actions(frame, 2500)
    figure = charts.regime_history(frame, regime_bands(regime(frame)), busy)
    assert len(json.dumps(figure.to_dict())) < 900_000
    marks, line = figure.datasets["history_actions"], figure.datasets["history"]
    assert len(marks) == 2500
    on_line = np.interp(marks["date"], line["date"], np.log(line["spx"]))
    assert np.log(marks["spx"]).to_numpy() == pytest.approx(on_line, abs=1e-4)


def test_bands_tell_the_regime_of_every_day():
    frame = market()
    bands = history().datasets["history_bands"]
    at = frame["date"].to_numpy().astype("datetime64[ms]").astype(float)
    told = np.zeros(len(at), dtype=int)
    for row in bands.itertuples():
        told[(at >= row.date) & (at < row.until)] = NAMES.index(row.name)
    codes = regime(frame).to_numpy()
    assert (told[:-1] == codes[:-1]).all()
    assert set(bands["name"]) == {"watch", "stress"}  # calm is the paper


def test_another_rule_leaves_the_lines_alone():
    frame = market()
    one, other = (
        charts.regime_history(frame, regime_bands(regime(frame, level)), actions(frame, n))
        for level, n in ((20.0, 60), (24.0, 30))
    )
    same = {name for name, x in one.datasets.items() if x.equals(other.datasets[name])}
    assert same == {"history", "history_tips", "history_ends"}
    tips = one.datasets["history_tips"]
    assert tips["Day"].iloc[0] == "04 Jan 1999"
    assert float(tips["VIX (points)"].iloc[5]) == pytest.approx(frame["vix"].iloc[5], abs=0.006)


def test_bands_are_three_greys_without_colours():
    colors = [c for c in found(history().template, "color") if isinstance(c, dict)]
    tones = next(c["scale"]["range"] for c in colors if c.get("field") == "name")
    greys = []
    for tone in tones:
        *rgb, alpha = (float(x) for x in tone[5:-1].split(","))
        luma = np.dot(rgb, (0.299, 0.587, 0.114)) / 255.0
        greys.append(alpha * luma + 1.0 - alpha)  # over white paper
    assert greys[0] > 0.95
    assert min(-np.diff(greys)) > 0.06


def test_actions_lie_on_the_line_and_are_told():
    frame = market()
    book = actions(frame)
    marks, told = history().datasets["history_actions"], history().datasets["history_told"]
    on_day = frame.set_index("date")["spx"].loc[book["date"]]
    assert marks["spx"].to_numpy() == pytest.approx(on_day.to_numpy(), abs=0.005)
    assert told["Price (points)"].iloc[0] == "n/a"
    assert told["Price (points)"].iloc[1] == f"{book['price'].iloc[1]:.2f}"
    assert told["Contracts"].iloc[0] == "2"
    assert {"Day", "Position", "Action", "Reason"} <= set(told)
    assert (marks["row"] == np.arange(len(told))).all()
    assert {"expr": "data('history_told')[datum.row]"} in list(found(history().template, "tooltip"))
    assert f"datum.number <= {FEW}" in list(found(history().template, "filter"))


def test_nothing_done_is_the_same_template():
    frame = market()
    quiet = charts.regime_history(frame, regime_bands(regime(frame)))
    assert quiet.template is history().template
    assert quiet.datasets["history_actions"].empty
    assert "<svg" in vlc.vegalite_to_svg(export.document(quiet, **WORDS))


def test_every_selection_is_in_one_view():
    params = history().template["params"]
    views = list(found(history().template, "name"))
    assert len(params) == 3
    for param in params:
        assert len(param["views"]) == 1
        assert param["views"][0] in views


def test_every_layer_but_the_strip_follows_the_span():
    *panels, strip = history().template["vconcat"]
    line = next(x for x in strip["layer"] if x.get("name"))["mark"]
    assert line["tooltip"] is None  # it would tell the hint as the name of a day
    seen = []
    for panel in panels:  # one layer without it would stretch the axis to all days
        for layer in panel.get("layer", [panel]):
            if "encoding" not in layer or "scale" not in layer["encoding"].get("x", {}):
                continue  # the rule at the pointer, and what draws nothing
            seen.append(layer["mark"]["type"])
            assert "history_span.date" in layer["encoding"]["x"]["scale"]["domain"]["expr"]
    assert sorted(seen) == ["line", "line", "point", "point", "point", "rect", "rect", "tick"]
    assert "history_span" not in json.dumps([x["scale"] for x in found(strip, "x") if "scale" in x])


def test_days_are_the_same_in_every_time_zone():
    kinds = [
        x["scale"].get("type")
        for x in found(history().template, "x")
        if isinstance(x, dict) and isinstance(x.get("scale"), dict)
    ]
    assert kinds
    assert set(kinds) == {"utc"}


# --- Signals --------------------------------------------------------------------------------


def test_shading_is_every_day_that_votes_and_no_other():
    frame = market()
    figure = charts.signal_panel_chart(value(frame), watch=18.0, stress=24.0, title="VIX")
    votes = figure.datasets["signal_votes"]
    at = frame["date"].to_numpy().astype("datetime64[ms]").astype(float)
    vix = frame["vix"].to_numpy()
    told = np.zeros(600, dtype=int)
    for row in votes.itertuples():
        told[(at >= row.date) & (at < row.until)] = REGIMES.index(row.name)
    asked = (vix >= 18.0).astype(int) + (vix >= 24.0)
    assert (told[:-1] == asked[:-1]).all()


def test_a_signal_may_vote_below_and_not_where_it_is_missing():
    frame = pd.DataFrame({"date": days(5), "value": [50.0, 44.0, np.nan, 39.0, 50.0]})
    figure = charts.signal_panel_chart(frame, watch=45, stress=40, side="below", title="RSI")
    assert figure.datasets["signal_votes"]["name"].tolist() == ["watch", "stress"]
    assert figure.to_dict()["datasets"]["signal"][2]["value"] is None
    assert figure.datasets["signal_gap"].empty
    blank = charts.signal_panel_chart(
        frame.assign(value=np.nan), watch=45, stress=40, side="below", title="RSI"
    )
    assert blank.datasets["signal_gap"]["text"].tolist() == ["unavailable"]
    assert blank.template is figure.template
    with pytest.raises(ParameterError, match="side"):
        charts.signal_panel_chart(frame, watch=1, stress=2, side="beside", title="RSI")


def test_counts_have_a_row_a_change_and_their_last_day():
    frame = pd.DataFrame(
        {"date": days(6), "watch": [0, 0, 1, 1, 1, 1], "stress": [0, 0, 0, 1, 1, 1]}
    )
    figure = charts.vote_count(frame, watch_needed=2, stress_needed=2)
    assert figure.datasets["votes_watch"]["votes"].tolist() == [0, 1, 1]
    assert figure.datasets["votes_stress"]["votes"].tolist() == [0, 1, 1]
    tips = figure.datasets["votes_tips"]
    assert tips["For watch"].tolist() == ["0", "0", "1", "1", "1", "1"]
    assert tips["For stress"].tolist() == ["0", "0", "0", "1", "1", "1"]
    assert figure.datasets["votes_needed"]["text"].tolist() == ["both at 2", ""]
    with pytest.raises(DataError, match="every day"):
        charts.vote_count(frame.assign(watch=np.nan), watch_needed=1, stress_needed=1)


def test_a_pointer_finds_days_evenly_and_reads_them_exactly():
    frame = market(5800)
    figure = charts.signal_panel_chart(value(frame), watch=18.0, stress=24.0, title="VIX")
    days, tips = figure.datasets["signal_days"], figure.datasets["signal_tips"]
    assert len(days) == len(tips) == CELLS
    at = frame["date"].to_numpy().astype("datetime64[ms]").astype(float)
    place = np.searchsorted(at, days["date"])
    assert place[[0, -1]].tolist() == [0, 5799]
    assert np.ptp(np.diff(place)) <= 1
    shown = [f"{frame['date'].iloc[i]:%d %b %Y}" for i in place]
    assert tips["Day"].tolist() == shown
    assert tips["VIX"].tolist() == [f"{frame['vix'].iloc[i]:.4g}" for i in place]
    assert (days["row"] == np.arange(CELLS)).all()


# --- Tables ---------------------------------------------------------------------------------


def test_cells_say_probability_interval_and_number():
    codes = pd.Series([0] * 98 + [1, 1], index=days(100))
    cells = charts.transition_chart(transition_matrix(codes)).datasets["transitions"]
    first = cells.iloc[0]
    assert (first["text"], first["count"]) == ("99.0 %", "97")
    assert first["shown"].startswith("[94.")
    assert cells["text"].iloc[-1] == "never here"
    assert cells["shown"].iloc[-1] == ""
    strength = cells["strength"]  # of 97 in 98, one in 98, none, and of one in one
    assert strength[4] > strength[0] > strength[1] > strength[2] > 0.0


def test_parts_keep_their_colours_and_bars_their_intervals():
    figure = DRAWN["profit"]()
    colors = [c for c in found(figure.template, "color") if isinstance(c, dict)]
    drawn = next(c["scale"] for c in colors if c.get("scale"))
    assert drawn["domain"] == ["Condor", "Hedge"]
    assert drawn["range"] == [palette.GROUP["Condor"], palette.GROUP["Hedge"]]
    titles = ("condors", "hedge", "costs", "book")
    more = pd.concat([profits().query("part == 'hedge'").assign(part=x) for x in titles])
    scales = found(charts.profit_by_regime_chart(more).template, "color")
    drawn = next(c["scale"] for c in scales if isinstance(c, dict) and c.get("scale"))
    assert drawn["domain"] == ["Condors", "Hedge", "Costs", "Book"]
    assert len(set(drawn["range"])) == len(titles)
    bars = figure.datasets["regime_profit"]
    assert ((bars["low"] <= bars["value"]) & (bars["value"] <= bars["high"])).all()
    assert (
        DRAWN["mean"]().datasets["regime_profit"]["value"].abs().max() < bars["value"].abs().max()
    )
    with pytest.raises(ParameterError, match="year or mean"):
        charts.profit_by_regime_chart(profits(), value="total")


def test_hits_stand_beside_chance_and_are_full_where_told_from_it():
    table = hits()
    figure = charts.signal_hits_chart(table, titles=["VIX", "SKEW", "Contango"])
    assert figure.datasets["hits_names"]["name"].tolist() == ["VIX", "SKEW", "Contango"]
    recall = figure.datasets["hits_recall"]
    assert recall["value"].to_numpy() == pytest.approx(100 * table["recall"], abs=0.01, nan_ok=True)
    assert recall["base"].to_numpy() == pytest.approx(100 * table["base"], abs=0.01, nan_ok=True)
    told = (table["lift_low"] > 0) | (table["lift_high"] < 0)
    assert recall["told"].tolist() == told.tolist()
    assert recall["note"].tolist() == ["", "", "no data"]
    assert not recall["told"].iloc[2]
    assert recall["of"].iloc[0] == f"{table['hits'][0]} of {table['events'][0]}"
    with pytest.raises(DataError, match="3 titles"):
        charts.signal_hits_chart(table, titles=["VIX"])


def test_what_is_dropped_is_named_and_a_panel_is_a_metric():
    figure = charts.ablation_chart(dropped(), titles=["VIX", "SKEW"])
    assert figure.datasets["ablation_names"]["name"].tolist() == ["VIX", "SKEW"]
    dots = figure.datasets["ablation"]
    assert dots["row"].tolist() == [0, 1]
    assert dots["panel"].tolist() == [0, 0]
    assert ((dots["low"] <= dots["value"]) & (dots["value"] <= dots["high"])).all()
    with pytest.raises(DataError, match="2 titles"):
        charts.ablation_chart(dropped(), titles=["VIX"])


# --- What is refused ------------------------------------------------------------------------

BANDS = regime_bands(regime(market()))


@pytest.mark.parametrize(
    ("draw", "frame"),
    [
        (lambda f: charts.regime_history(f, BANDS), market()),
        (lambda f: charts.signal_panel_chart(f, watch=1, stress=2, title="x"), value()),
        (lambda f: charts.vote_count(f, watch_needed=1, stress_needed=1), counts()),
        (charts.transition_chart, transition_matrix(regime(market()))),
        (charts.profit_by_regime_chart, profits()),
        (charts.signal_hits_chart, hits()),
        (charts.ablation_chart, dropped()),
    ],
    ids=["history", "signal", "votes", "transitions", "profit", "hits", "ablation"],
)
def test_nothing_and_missing_columns_are_refused(draw, frame):
    with pytest.raises(DataError, match="row"):
        draw(frame.iloc[:0])
    with pytest.raises(DataError, match="needs columns"):
        draw(frame.drop(columns=frame.columns[0]))


def test_days_and_actions_that_cannot_be_are_refused():
    frame = market()
    with pytest.raises(DataError, match="ascending"):
        charts.regime_history(frame.iloc[::-1], BANDS)
    strange = actions(frame).assign(action="prayed")
    with pytest.raises(DataError, match="prayed"):
        charts.regime_history(frame, BANDS, strange)
    elsewhere = actions(frame).assign(date=pd.Timestamp("1999-01-03"))
    with pytest.raises(DataError, match="day of the history"):
        charts.regime_history(frame, BANDS, elsewhere)
