"""The `replay` command: the numbers of the core on the sample or a file, errors in one line."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from alvh.lab.command import main
from alvh.lab.replay import replay_history
from alvh.market import MarketHistory
from alvh.market.sample import read_sample
from alvh.model import ModelParameters
from alvh.risk.replay import calendar_years, growth_beyond_cash, wealth_of, worst_month
from alvh.risk.replay_smooth import METRICS, smoothness
from alvh.strategy import Costs, Policy

RUN = ("replay", "--source", "sample", "--policy", "unhedged", "--policy", "static_layers")


def wealth_on(frame, *, costs=True, capital=500_000.0, names=("unhedged", "static_layers")):
    policies = [Policy.preset(name) for name in names]
    if not costs:
        policies = [p.model_copy(update={"costs": Costs.none()}) for p in policies]
    run = replay_history(frame, policies, capital)
    return wealth_of({p.name: run.daily(i) for i, p in enumerate(policies)})


def test_the_numbers_are_those_of_the_core(answer):
    found = answer(*RUN)
    frame = read_sample().frame
    wealth = wealth_on(frame)
    assert (found["from"], found["to"], found["days"]) == ("2014-01-03", "2018-12-31", len(frame))
    assert found["rate"] == ModelParameters.default().rate
    assert found["costs"] is True
    years = pd.DataFrame(found["years"])
    expected = calendar_years(wealth)
    assert years["policy"].tolist() == expected["policy"].tolist()
    for name in ("year", "return", "profit", "drawdown", "days", "whole"):
        np.testing.assert_allclose(years[name].astype(float), expected[name].astype(float))
    smooth = smoothness(wealth, wealth, 0.03)
    assert found["block"] == smooth.block
    metrics = pd.DataFrame(found["metrics"]).set_index(["policy", "metric"])
    for policy in wealth:
        for metric in METRICS:
            row = metrics.loc[(policy, metric.key)]
            it = smooth.of(policy, metric.key)
            np.testing.assert_allclose(
                row[["estimate", "low", "high"]].astype(float), [it.estimate, it.low, it.high]
            )
        growth = metrics.loc[(policy, "growth"), "estimate"]
        assert growth == pytest.approx(growth_beyond_cash(wealth, 0.03)[policy])
        worst = metrics.loc[(policy, "worst_month")]
        assert worst["estimate"] == pytest.approx(worst_month(wealth)["return"][policy])
        assert worst["low"] is None or np.isnan(worst["low"])
    gaps = pd.DataFrame(found["differences"])
    assert gaps["policy"].unique().tolist() == ["static_layers"]
    assert found["fit"][0]["index"] == "VIX"
    assert found["fit"][0]["close"] > 0.99


def test_costs_capital_and_settings_reach_the_run(answer):
    free = answer(*RUN, "--no-costs", "--capital", "250000")
    wealth = wealth_on(read_sample().frame, costs=False, capital=250_000.0)
    profit = pd.DataFrame(free["years"]).groupby("policy")["profit"].sum()
    for policy in wealth:
        assert profit[policy] == pytest.approx(wealth[policy].iloc[-1] - 250_000.0)
    wide = answer(*RUN[:-2], "--set", "condor.wing=100")
    assert wide["years"] != answer(*RUN[:-2])["years"]
    assert wide["differences"] == []


def test_a_span_is_the_days_between(answer):
    found = answer(*RUN, "--from", "2015-03-01", "--to", "2016-02-28")
    assert (found["from"], found["to"]) == ("2015-03-02", "2016-02-26")
    assert [(x["year"], x["whole"]) for x in found["years"][:2]] == [(2015, False), (2016, False)]


def test_a_file_is_read_and_its_notes_are_said(answer, tmp_path):
    frame = read_sample().frame[["spx_close", "vix_close"]].iloc[:300].copy()
    frame["vix3m_close"] = frame["vix_close"] * 1.08
    frame.iloc[100, 1] = np.nan
    file = tmp_path / "mine.csv"
    frame.to_csv(file)
    found = answer("replay", "--csv", str(file), "--policy", "unhedged")
    assert found["source"] == "your CSV"
    assert found["days"] == 299
    assert any("without a VIX close" in note for note in found["notes"])
    assert [row["index"] for row in found["fit"]] == ["VIX", "VIX3M"]
    kept = wealth_on(frame.drop(frame.index[100]), names=("unhedged",))
    (growth,) = [row for row in found["metrics"] if row["metric"] == "growth"]
    assert growth["estimate"] == pytest.approx(growth_beyond_cash(kept, 0.03)["unhedged"])


def test_yahoo_is_asked_when_it_is_named(answer, monkeypatch):
    asked = []

    def load(source):
        asked.append(source)
        return MarketHistory.from_frame(
            read_sample().frame.iloc[:200], source="Yahoo Finance", notes=("Saved before.",)
        )

    monkeypatch.setattr("alvh.lab.command_replay.load_history", load)
    found = answer("replay", "--source", "yahoo", "--policy", "unhedged")
    assert asked == ["yahoo"]
    assert found["source"] == "Yahoo Finance"
    assert found["notes"] == ["Saved before."]


def test_policies_of_one_name_are_kept_apart(answer):
    found = answer(*RUN[:3], "--policy", "alvh", "--policy", "alvh", "--to", "2014-12-31")
    assert {row["policy"] for row in found["years"]} == {"alvh", "alvh (2)"}


def test_without_json_years_stand_beside_one_another(capsys):
    assert main([*RUN]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    lines = printed.out.splitlines()
    head = next(i for i, line in enumerate(lines) if "year (%)" in line)
    assert lines[head].split() == ["year", "(%)", "unhedged", "static_layers"]
    assert len(lines[head + 1 :]) == 5
    assert lines[head + 1].split()[:2] == ["2014,", "part"]
    years = calendar_years(wealth_on(read_sample().frame))
    last = [100.0 * x for x in years[years["year"].eq(2018)]["return"]]
    said = [float(x) for x in lines[-1].split()[1:]]
    np.testing.assert_allclose(said, last, rtol=1e-3)
    assert "of the model at the state of the day" in printed.out
    growth = next(line for line in lines if "Growth beyond cash" in line)
    assert abs(float(growth.split()[-3])) > 1.0  # in percent
    assert "nan" not in printed.out.lower()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--from", "soon"), "--from must be a day as in 2008-01-31, got soon"),
        (("--to", "2015-02-30"), "--to must be a day as in 2008-01-31, got 2015-02-30"),
        (("--from", "2019-01-01"), "From and to must hold at least 2 trading days of 2014-01-03"),
        (("--capital", "5"), "--capital must be a whole number from 500 to 1,000,000,000, got 5"),
        (("--policy", "luck"), "policy must be one of unhedged"),
        (("--set", "condor.width=5"), "set must name a field of policy unhedged"),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, tuple) else "",
)
def test_what_cannot_be_used_is_named(refused, arguments, says):
    assert says in refused("replay", "--source", "sample", *arguments)


def test_a_file_that_is_none_is_named(refused, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a long path would be cut short in the message
    assert refused("replay", "--csv", "no.csv").startswith("--csv ")
    (tmp_path / "broken.csv").write_text("date,spx_close\n2020-01-02,3257\n")
    line = refused("replay", "--csv", "broken.csv")
    assert "broken.csv" in line
    assert "vix_close" in line


@pytest.mark.parametrize("arguments", [("--csv", "x", "--source", "sample"), ("--source", "luck")])
def test_sources_that_contradict_exit_with_2(capsys, arguments):
    with pytest.raises(SystemExit) as stopped:
        main(["replay", *arguments])
    assert stopped.value.code == 2
    assert "--source" in capsys.readouterr().err
