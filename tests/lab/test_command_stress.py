"""The `stress` command: the numbers of the core, and one line on what is wrong."""

from __future__ import annotations

import pytest

from alvh.lab import Study, TypedMarket
from alvh.lab.command import main
from alvh.lab.stress import episode_named
from alvh.model import RiskPremia
from alvh.pricing import PricingTables
from alvh.risk.stress import run_stress
from alvh.risk.stress_reverse import smallest_shock
from alvh.simulation import Episode
from alvh.strategy import Costs, Policy

RUN = ("stress", "--policy", "static_layers")


def run_of(episode, *, policy=None, capital=500_000.0, **levels):
    market = TypedMarket(**levels)
    book = Policy.preset("static_layers") if policy is None else policy
    tables = PricingTables.build(market.model)
    return run_stress(tables, market.state, book, capital, episode).summary


@pytest.mark.parametrize("costs", [True, False])
def test_episodes_give_the_numbers_of_the_core(answer, costs):
    found = answer(
        *(*RUN, "--episode", "covid", "--episode", "Volmageddon", "--vix", "18"),
        *("--capital", "250000", "--set", "condor.wing=75"),
        *(() if costs else ("--no-costs",)),
    )
    assert found["market"]["vix"] == pytest.approx(18.0)
    assert {name: found[name] for name in ("edge", "costs", "capital")} == {
        "edge": 1.0,
        "costs": costs,
        "capital": 250_000,
    }
    policy = Policy.preset("static_layers")
    policy = policy.model_copy(update={"condor": policy.condor.model_copy(update={"wing": 75.0})})
    if not costs:
        policy = policy.model_copy(update={"costs": Costs.none()})
    rows = found["episodes"]
    for name in ("Covid", "Volmageddon"):
        core = run_of(episode_named(name), policy=policy, capital=250_000.0, vix=18.0)
        mine = [row for row in rows if row["episode"] == name]
        assert [row["variant"] for row in mine] == core["variant"].tolist()
        for column in ("end_profit", "lowest_profit", "lowest_quick"):
            expected = core[column].tolist()
            assert [row[column] for row in mine] == pytest.approx(expected, rel=1e-9)
    assert "smallest_shock" not in found


def test_a_shock_of_ones_own_goes_to_its_peak(answer):
    found = answer(*RUN, "--depth", "20", "--days", "4", "--vix-peak", "14", "--vix", "12")
    assert {row["episode"] for row in found["episodes"]} == {"Your shock"}
    core = run_of(Episode(depth=20.0, days=4, vix_peak=14.0, vix_before=5.0), vix=12.0)
    expected = core["end_profit"].tolist()
    assert [row["end_profit"] for row in found["episodes"]] == pytest.approx(expected)


def test_all_episodes_and_policies_are_run_if_none_is_named(answer):
    rows = answer("stress")["episodes"]
    assert len({row["episode"] for row in rows}) == 16
    assert len({row["policy"] for row in rows}) == 5


@pytest.mark.parametrize("per", [None, 2.0])
def test_the_smallest_fall_is_that_of_the_core(answer, per):
    found = answer(
        *(*RUN, "--episode", "covid", "--loss", "3", "--fall-days", "2", "--edge", "0.5"),
        *(() if per is None else ("--vix-per-percent", str(per))),
    )
    study = Study(policies=(Policy.preset("static_layers"),))
    core = smallest_shock(
        PricingTables.build(study.model),
        RiskPremia.default().scaled(0.5),
        study.state,
        study.policies[0],
        500_000.0,
        loss=3.0,
        n_days=2,
        vix_per_percent=per,
    )
    (row,) = found["smallest_shock"]
    assert row["depth"] == pytest.approx(core.depth)
    assert row["vix"] == pytest.approx(core.vix)
    assert row["n_days"] == 2


def test_it_is_readable_without_json(capsys):
    assert main([*RUN, "--episode", "covid", "--loss", "40"]) == 0
    printed = capsys.readouterr()
    assert "nothing is estimated" in printed.out
    assert "Without layer 2" in printed.out
    assert "never" in printed.out
    assert "none to 60 %" in printed.out
    assert "None" not in printed.out
    assert printed.err.endswith("1 of 1 episodes\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--depth", "200"), "--depth must be a number from 0.5 to 90, got 200"),
        (("--depth", "deep"), "--depth must be a number from 0.5 to 90, got deep"),
        (("--days", "1.5"), "--days must be a whole number from 1 to 2,520, got 1.5"),
        (("--vix-peak", "1"), "--vix-peak must be a number from 5 to 200, got 1"),
        (("--loss", "0"), "--loss must be a number from 0.5 to 50, got 0"),
        (("--fall-days", "99"), "--fall-days must be a whole number from 1 to 63, got 99"),
        (("--vix-per-percent", "-1"), "--vix-per-percent must be a number from 0 to 10, got -1"),
        (("--episode", "luck"), "episode must be one of Dot-com slide"),
        (("--capital", "1000"), "capital must be at least the margin of one condor"),
        (("--vix", "2"), "--vix must be a number from 9 to 150, got 2"),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, tuple) else "",
)
def test_what_is_refused_is_said_in_one_line(refused, arguments, message):
    assert message in refused(*RUN, *arguments)
