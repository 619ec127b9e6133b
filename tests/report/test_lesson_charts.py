"""The pictures of the lesson: what they draw, what they refuse, and that they render."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import vl_convert as vlc

from alvh.errors import DataError
from alvh.report import charts, export
from alvh.report.charts.lesson_motion import MOST_NUMBERED, numbered
from alvh.risk.inference import Interval

WORDS = {"title": "Lesson", "subtitle": "made up", "source": "made up."}


def stop_frames(k=1.0):
    edges = np.linspace(0.0, k, 11)
    bins = pd.DataFrame({"low": edges[:-1], "high": edges[1:], "share": 0.1})
    happened = pd.DataFrame(
        {
            "date": pd.to_datetime(["2018-02-05", "2015-08-24", "2014-10-13", "2016-06-24"]),
            "beyond": [2.0 * k, 1.5 * k, 0.4 * k, 0.1 * k],
            "loss": 4.0,
            "promise": 2.0,
        }
    )
    levels = pd.DataFrame(
        [
            (level, metric, level * k, level * k - 0.1, level * k + 0.1, 0.5)
            for level in (1.0, 2.0)
            for metric in ("mean", "worst", "stopped")
        ],
        columns=["level", "metric", "estimate", "low", "high", "real"],
    )
    return bins, happened, levels


def stop(k=1.0):
    return charts.lesson_stop(*stop_frames(k), level=2.0, what="Stop (× credit)")


def insurance(k=1.0):
    table = pd.DataFrame({"delta": [0.05, 0.10], "cost": [k * 100.0, k * 200.0]})
    table = table.assign(cost_low=table["cost"] - 9.0, cost_high=table["cost"] + 9.0)
    shocks = pd.DataFrame(
        [("Covid", "drawn", 23, 33.9, 9e4 * k), ("Covid", "real days", 23, 33.9, -5.0)],
        columns=["episode", "source", "days", "depth", "paid"],
    )
    return charts.lesson_insurance(table, shocks, earned=Interval(150.0, 50.0, 250.0), delta=0.10)


def price_frames(k=1.0):
    table = pd.DataFrame(
        [
            ("no barrier", "no barrier", 100.0 * k, 0.6),
            ("wings", "wings of 5 points", -50.0 * k, 0.9995),
            ("fewer", "20 % of the condors", 20.0 * k, 1.0),
        ],
        columns=["family", "name", "profit", "kept"],
    )
    for name, half in (("profit", 10.0), ("kept", 0.0004)):
        table[f"{name}_low"] = table[name] - half
        table[f"{name}_high"] = np.minimum(table[name] + half, 1.0 if name == "kept" else 1e9)
    frontier = pd.DataFrame(
        {
            "name": ["no barrier", "wings of 5 points", "no trade"],
            "kept": [0.6, 0.9995, 1.0],
            "profit": [100.0 * k, -50.0 * k, 0.0],
        }
    )
    return table, frontier


def price(k=1.0, chosen="wings of 5 points"):
    return charts.lesson_price(*price_frames(k), sought=0.99, chosen=chosen, width=700)


def edge(k=1.0):
    names = ["unhedged", "alvh"]
    means = pd.DataFrame({"policy": names, "estimate": [0.0, 10.0 * k]})
    means = means.assign(low=means["estimate"] - 5.0, high=means["estimate"] + 5.0)
    parts = ["equity", "variance", "jumps", "together", "costs", "profit"]
    table = pd.DataFrame([(n, p, 10.0 * k) for n in names for p in parts])
    table.columns = ["policy", "part", "estimate"]
    return charts.lesson_edge(means, table.assign(low=5.0 * k, high=15.0 * k))


def decisions(n):
    words = ["calm", "watch", "stress", "layer 1 monetised", "layer 4 opened"]
    rows = [("move", i, words[i % 5], "because", -100.0 * i) for i in range(n)]
    rows.append(("drop", n, "hedge dropped", "its day", 0.0))
    return pd.DataFrame(rows, columns=["book", "day", "what", "reason", "profit"])


def motion(k=1.0, n=12):
    days = pd.DataFrame({"day": np.arange(30), "date": "", "spot": 5000.0, "vix": 20.0})
    days = days.assign(hold=-k * days["day"], drop=0.0, move=k * days["day"])
    return charts.lesson_motion(days, decisions(n))


ALL = {"stop": stop, "insurance": insurance, "price": price, "edge": edge, "motion": motion}


@pytest.mark.parametrize("name", list(ALL))
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_renders_on_both_papers(name, dark):
    drawn = ALL[name]()
    drawn.chart()  # checked against the schema
    picture = export.svg(drawn, **WORDS, dark=dark)
    assert "<svg" in picture
    assert "NaN" not in picture
    spec = {**drawn.to_dict(), "background": "#0E1117" if dark else "#FFFFFF"}
    assert "<svg" in vlc.vegalite_to_svg(spec)


@pytest.mark.parametrize("name", list(ALL))
def test_other_numbers_are_the_same_template(name):
    assert ALL[name]().template == ALL[name](3.0).template


@pytest.mark.parametrize("name", list(ALL))
def test_text_is_large_enough_for_a_class(name):
    assert ALL[name]().template["config"]["axis"]["labelFontSize"] >= 15


def test_the_worst_real_stops_are_dated_and_only_they():
    real = stop().datasets["real"]
    assert real["label"].tolist() == ["2018-02-05", "2015-08-24", "2014-10-13", ""]
    assert stop().datasets["levels"]["words"].iloc[0] == "1.00 [0.90, 1.10] × credit"


def test_a_stop_that_was_never_met_on_real_days_is_drawn():
    bins, happened, levels = stop_frames()
    drawn = charts.lesson_stop(
        bins, happened.iloc[:0], levels.assign(real=np.nan), level=1.0, what="Stop"
    )
    assert drawn.datasets["means"].empty
    assert "<svg" in export.svg(drawn, **WORDS)


def test_certainty_stands_at_the_end_and_nines_are_even():
    drawn = price()
    places = drawn.datasets["barriers"].set_index("name")["x"]
    assert places["20 % of the condors"] == pytest.approx(3.7)
    assert places["wings of 5 points"] == pytest.approx(-np.log10(0.0005), abs=0.01)
    assert drawn.datasets["ring"]["name"].tolist() == ["wings of 5 points"]
    assert drawn.datasets["nothing"]["name"].tolist() == ["no trade"]
    assert price(chosen="no trade").datasets["ring"]["x"].tolist() == [3.7]


def test_the_weightiest_decisions_are_numbered_in_order_of_time():
    made = numbered(decisions(20))
    picked = made[made["number"] != ""]
    assert len(picked) == MOST_NUMBERED
    assert picked["number"].tolist() == [str(i) for i in range(1, MOST_NUMBERED + 1)]
    assert picked["day"].is_monotonic_increasing
    assert "hedge dropped" in picked["what"].tolist()
    assert (picked["what"] == "layer 1 monetised").sum() == 4
    assert "calm" not in picked["what"].tolist()
    assert (numbered(decisions(2))["number"] != "").all()


def test_every_shock_is_one_row_with_the_best_paid_on_top():
    shocks = insurance().datasets["shocks"]
    assert shocks["place"].tolist() == [0, 0]
    assert shocks["words"].tolist() == ["$90,000", "−$5"]


def test_what_cannot_be_drawn_is_refused():
    bins, happened, levels = stop_frames()
    with pytest.raises(DataError, match="lesson stop must have at least one level"):
        charts.lesson_stop(bins, happened, levels.iloc[:0], level=1.0, what="Stop")
    with pytest.raises(DataError, match="lesson stop needs columns share"):
        charts.lesson_stop(bins[["low", "high"]], happened, levels, level=1.0, what="Stop")
    table, frontier = price_frames()
    with pytest.raises(DataError, match="lesson price must have rows of no barrier"):
        charts.lesson_price(table.assign(family="luck"), frontier, sought=0.9, chosen="no trade")
    with pytest.raises(DataError, match="lesson motion must have at least one day"):
        charts.lesson_motion(
            pd.DataFrame(columns=["day", "date", "spot", "vix", "hold", "drop", "move"]),
            decisions(1),
        )
    shocks = pd.DataFrame([("Covid", "luck", 23, 33.9, 1.0)])
    shocks.columns = ["episode", "source", "days", "depth", "paid"]
    costs = pd.DataFrame({"delta": [0.1], "cost": 1.0, "cost_low": 0.0, "cost_high": 2.0})
    with pytest.raises(DataError, match="lesson insurance must have costs, and shocks"):
        charts.lesson_insurance(costs, shocks, earned=Interval(1.0, 0.0, 2.0), delta=0.1)
    means = pd.DataFrame({"policy": ["alvh"], "estimate": 0.0, "low": 0.0, "high": 0.0})
    with pytest.raises(DataError, match="lesson edge must have policies, and parts among"):
        charts.lesson_edge(means, means.assign(part="luck"))
