"""What the charts of the replay draw, read from their specification and their data."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
import vl_convert as vlc

from alvh.errors import DataError, ParameterError
from alvh.report import charts, export, palette
from alvh.report.charts.regimes_look import MOST
from alvh.report.charts.replay import PARTS
from alvh.risk.replay import drawdown_of, monthly_returns
from alvh.risk.replay_smooth import smoothness

WORDS = {"title": "Replay", "subtitle": "ALVH", "source": "made up."}
NAMES = ("unhedged", "static_layers", "alvh", "mine")


def wealth(n=600, names=NAMES, seed=1, scale=1.0):
    rng = np.random.default_rng(seed)
    days = pd.bdate_range("1999-01-04", periods=n, name="date")
    steps = rng.normal(0.0002, 0.01, (n, len(names)))
    return pd.DataFrame(scale * 5e5 * np.cumprod(1.0 + steps, axis=0), index=days, columns=names)


def equity(k=1.0, **more):
    frame = wealth(scale=k)
    return charts.replay_equity(frame, drawdown_of(frame), **more)


def daily(k=1.0, n=600):
    rng = np.random.default_rng(2)
    days = pd.bdate_range("2001-01-01", periods=n, name="date")
    steps = k * rng.normal(0.0, 900.0, (n, 4)).cumsum(axis=0)
    return pd.DataFrame(steps, index=days, columns=["condor", "hedge", "costs", "interest"])


def months(k=1.0):
    frame = wealth(names=("alvh",), seed=4, scale=k)
    table = monthly_returns(frame)
    return table.assign(**{"return": k * table["return"]})


def differences(k=1.0):
    frame = wealth(seed=5)
    frame["alvh"] *= np.linspace(1.0, 1.0 + 0.1 * k, len(frame))
    found = smoothness(frame, frame, 0.0, block=21, replications=100)
    table = found.differences("static_layers")
    return table[table["metric"].isin(["depth", "ulcer"])]


def fit(k=1.0, n=600):
    rng = np.random.default_rng(6)
    days = pd.bdate_range("1999-01-04", periods=n)
    parts = []
    for name in ("VIX", "VIX3M"):
        gap = k * np.where(rng.random(n) < 0.05, rng.normal(0.0, 0.5, n), 0.0)
        quoted = 15.0 + rng.random(n)
        parts.append(
            pd.DataFrame(
                {"date": days, "index": name, "quoted": quoted, "shown": quoted + gap, "gap": gap}
            )
        )
    return pd.concat(parts, ignore_index=True)


FIGURES = {
    "equity": equity,
    "log": lambda k=1.0: equity(k, scale="log"),
    "parts": lambda k=1.0: charts.replay_parts(daily(k)),
    "months": lambda k=1.0: charts.replay_months(months(k)),
    "differences": lambda k=1.0: charts.replay_differences(differences(k), base="static_layers"),
    "fit": lambda k=1.0: charts.replay_fit(fit(k)),
}


@pytest.mark.parametrize("make", FIGURES.values(), ids=FIGURES)
def test_new_numbers_need_no_new_specification(make):
    one, two = make(), make(1.3)
    assert one.template is two.template
    assert one.datasets.keys() == two.datasets.keys()
    assert any(not one.datasets[x].equals(two.datasets[x]) for x in one.datasets)
    used = json.dumps(one.template)
    assert all(name in used for name in one.datasets)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("make", FIGURES.values(), ids=FIGURES)
def test_every_figure_is_valid_and_can_be_saved(make, dark):
    figure = make()
    figure.chart()
    assert export.png(figure, **WORDS, scale=1, dark=dark).startswith(b"\x89PNG")
    svg = export.svg(figure, **WORDS, dark=dark)
    assert "NaN" not in svg
    spec = export.document(figure, **WORDS, dark=dark)
    assert vlc.vegalite_to_vega(spec)


def test_policies_keep_their_colours_and_the_tooltip_names_them():
    figure = equity()
    text = json.dumps(figure.template)
    for name in ("unhedged", "static_layers", "alvh"):
        assert palette.POLICY[name] in text
    tips = figure.datasets["replay_tips"]
    assert list(tips) == ["Day", "Unhedged", "Static layers", "ALVH", "Mine"]
    frame = wealth()
    fall = 100.0 * drawdown_of(frame)["alvh"].iloc[300]
    assert tips["ALVH"].iloc[300] == (
        f"${frame['alvh'].iloc[300]:,.0f}, {abs(fall):.1f} % from its best"
        if fall > -0.05
        else f"${frame['alvh'].iloc[300]:,.0f}, \u2212{-fall:.1f} % from its best"
    )
    assert tips["Day"].iloc[0] == "04 Jan 1999"
    # the legend picks in both panels, and the selection stands once
    picks = [p for p in figure.template["params"] if p["name"] == "pick"]
    assert len(picks) == 1
    assert text.count('"param": "pick"') == 2


def test_both_panels_share_the_days_and_the_scale_is_the_one_asked_for():
    upper, lower = equity(scale="log").template["vconcat"]
    assert upper["layer"][0]["encoding"]["y"]["scale"]["type"] == "log"
    assert "log scale" in upper["layer"][0]["encoding"]["y"]["title"]
    assert lower["layer"][0]["encoding"]["y"]["scale"]["domainMax"] == 0
    assert upper["layer"][0]["encoding"]["x"]["field"] == "date"
    assert lower["layer"][0]["encoding"]["x"]["field"] == "date"
    plain = equity(title="Before interest").template["vconcat"][0]["layer"][0]["encoding"]["y"]
    assert plain["title"] == "Before interest (dollars)"
    assert plain["scale"]["type"] == "linear"


@pytest.mark.parametrize("make", [equity, lambda: charts.replay_parts(daily())])
def test_the_axis_begins_with_the_first_day(make):
    """The rule that waits for the pointer is somewhere, and must not be on the axis."""
    years = re.findall(r">((?:19|20)\d\d)<", export.svg(make(), **WORDS))
    assert years
    assert min(map(int, years)) >= 1999


def test_a_long_history_is_thinned_and_loses_no_extreme_of_a_year():
    frame = wealth(27 * 252)
    fall = drawdown_of(frame)
    data = charts.replay_equity(frame, fall).datasets
    drawn, falls = data["replay_equity"], data["replay_falls"]
    assert len(drawn) < 0.3 * len(frame)
    assert len(drawn) == len(falls) == len(data["replay_tips"])
    assert drawn["date"].is_monotonic_increasing
    years = pd.to_datetime(drawn["date"], unit="ms").dt.year
    for i, name in enumerate(frame):
        for which in ("max", "min"):
            exact = getattr(frame[name].groupby(frame.index.year), which)()
            shown = getattr(drawn[f"s{i}"].groupby(years), which)()
            np.testing.assert_allclose(shown, exact, atol=0.6)
        deepest = 100.0 * fall[name].groupby(fall.index.year).min()
        np.testing.assert_allclose(falls[f"s{i}"].groupby(years).min(), deepest, atol=0.006)


def test_a_short_history_is_drawn_whole():
    assert len(equity().datasets["replay_equity"]) == 600


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: charts.replay_equity(wealth(), drawdown_of(wealth(500))), "same days"),
        (lambda: charts.replay_equity(wealth(), drawdown_of(wealth())[["alvh"]]), "same days"),
        (lambda: charts.replay_equity(wealth() - 6e5, wealth(), scale="log"), "above zero"),
        (lambda: charts.replay_equity(wealth().iloc[:0], wealth().iloc[:0]), "same days"),
        (lambda: charts.replay_parts(daily().drop(columns="hedge")), "columns hedge"),
        (lambda: charts.replay_parts(daily().iloc[:0]), "at least one row"),
        (lambda: charts.replay_months(months().iloc[:0]), "at least one row"),
        (lambda: charts.replay_months(months().drop(columns="profit")), "columns profit"),
        (lambda: charts.replay_differences(differences().iloc[:0], base="x"), "at least one row"),
        (lambda: charts.replay_fit(fit().iloc[:0]), "at least one row"),
        (lambda: charts.replay_fit(fit().drop(columns="gap")), "columns gap"),
    ],
)
def test_what_cannot_be_drawn_is_named(make, message):
    with pytest.raises(DataError, match=message):
        make()


def test_an_unknown_scale_is_refused():
    with pytest.raises(ParameterError, match="scale must be dollars or log, got luck"):
        equity(scale="luck")


def test_the_total_is_the_sum_of_its_parts():
    frame = daily()
    data = charts.replay_parts(frame).datasets["replay_parts"]
    assert list(PARTS) == ["condor", "hedge", "costs", "interest", "total"]
    np.testing.assert_allclose(data["s4"], frame.sum(axis=1), atol=0.51)
    np.testing.assert_allclose(data["s1"], frame["hedge"], atol=0.51)


def test_a_month_is_as_strong_as_it_was_large_and_zero_is_the_page():
    table = pd.DataFrame(
        {
            "year": [2020, 2020, 2020, 2021],
            "month": [1, 2, 12, 3],
            "return": [0.0, -0.08, 0.04, np.nan],
            "profit": [0.0, -4e4, 2e4, np.nan],
        }
    )
    figure = charts.replay_months(table)
    cells = figure.datasets["months"]
    assert cells["strength"].tolist() == [0.0, 0.72, 0.36, 0.0]
    assert cells["text"].tolist() == ["0.0", "\u22128.0", "4.0", ""]
    assert cells["month"].tolist() == ["Jan", "Feb", "Dec", "Mar"]
    assert cells["money"].tolist() == ["$0", "\u2212$40,000", "+$20,000", "n/a"]
    rect = figure.template["layer"][0]["encoding"]
    assert rect["color"]["condition"][0]["value"] == palette.LOSS
    assert rect["color"]["value"] == palette.GAIN
    assert rect["opacity"]["scale"] is None


def test_differences_stand_with_their_ends_and_their_base():
    table = differences()
    figure = charts.replay_differences(table, base="static_layers")
    rows = figure.datasets["smooth"]
    np.testing.assert_allclose(rows["low"], 100.0 * table["low"], atol=6e-4)
    np.testing.assert_allclose(rows["high"], 100.0 * table["high"], atol=6e-4)
    assert "Less Static layers (percentage points)" in json.dumps(figure.template)
    assert rows["policy"].unique().tolist() == ["Unhedged", "ALVH", "Mine"]


def test_the_largest_gap_of_each_week_is_kept():
    frame = fit(n=MOST + 200)
    data = charts.replay_fit(frame).datasets["fit"]
    assert len(data) < 0.3 * len(frame)
    for name in ("VIX", "VIX3M"):
        exact = frame.loc[frame["index"].eq(name), "gap"].abs().max()
        assert data.loc[data["index"].eq(name), "gap"].abs().max() == pytest.approx(exact, abs=1e-3)
    assert len(charts.replay_fit(fit()).datasets["fit"]) == 1200
