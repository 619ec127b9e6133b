"""The command line: the study's numbers, and one line on what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from alvh.lab import Study, TypedMarket
from alvh.lab.command import main
from alvh.risk.outcomes import outcome_table, paired_differences
from alvh.strategy import Policy, Vote, open_book

ROOT = Path(__file__).parents[2]
PRICE = ("price", "--n-paths", "100", "--policy", "unhedged")
RUN = ("simulate", "--n-paths", "100", "--horizon", "42", "--policy", "unhedged")
LAYERED = ("simulate", "--n-paths", "100", "--horizon", "42", "--policy", "static_layers")


def test_price_gives_the_book_of_the_policy(answer):
    found = answer("price", "--n-paths", "500", "--vix", "20", "--vix3m", "21")
    market = TypedMarket(vix=20.0, vix3m=21.0)
    assert found["market"]["vix"] == pytest.approx(20.0)
    assert found["market"]["vix3m"] == pytest.approx(21.0)
    policy = Policy.preset("static_layers")
    book = open_book(market.model, market.state, policy.condor, policy.layers)
    priced = found["books"]["static_layers"]
    assert priced["strikes"] == list(book.strikes)
    assert priced["credit_points"] == pytest.approx(book.credit)
    assert priced["max_loss_dollars"] == pytest.approx(book.max_loss)
    assert len(priced["legs"]) == 7
    assert priced["hedge_cost_a_year_dollars"]["standard_error"] > 0.0


def test_price_of_policies_of_one_name_keeps_both(answer):
    found = answer(*PRICE, "--policy", "unhedged", "--policy", "alvh")
    assert list(found["books"]) == ["unhedged", "unhedged (2)", "alvh"]


def test_levels_no_state_shows_are_answered_by_those_that_are_priced(answer):
    market = answer(*PRICE, "--vix", "12", "--vix3m", "40")["market"]
    assert market["vix3m"] < 39.0


@pytest.mark.parametrize("costs", [True, False])
def test_simulate_gives_the_numbers_of_the_study(answer, costs):
    study = Study(
        policies=[Policy.preset("unhedged"), Policy.preset("alvh")],
        edge=0.5,
        costs=costs,
        capital=250_000,
        horizon=42,
        n_paths=300,
        seed=7,
    )
    found = answer(
        *("simulate", "--policy", "unhedged", "--policy", "alvh", "--edge", "0.5"),
        *("--capital", "250000", "--horizon", "42", "--n-paths", "300", "--seed", "7"),
        *(() if costs else ("--no-costs",)),
    )
    said = {name: found[name] for name in ("edge", "costs", "capital", "horizon", "n_paths")}
    assert said == {name: getattr(study, name) for name in said}
    outcomes = study.simulate()
    for key, table in (
        ("outcomes", outcome_table(outcomes)),
        ("differences", paired_differences(outcomes)),
    ):
        rows = found[key]
        assert [row["policy"] for row in rows] == list(table["policy"])
        assert [row["metric"] for row in rows] == list(table["metric"])
        for name in ("estimate", "low", "high"):
            numbers = [np.nan if row[name] is None else row[name] for row in rows]
            np.testing.assert_allclose(numbers, table[name], rtol=1e-9, atol=1e-9)


def test_all_five_policies_are_compared_if_none_is_named(answer):
    found = answer("simulate", "--n-paths", "100", "--horizon", "33", "--sampling", "antithetic")
    assert list(dict.fromkeys(row["policy"] for row in found["outcomes"])) == [
        "unhedged",
        "static_calls",
        "static_stop",
        "static_layers",
        "alvh",
    ]


@pytest.mark.parametrize(
    ("setting", "change"),
    [
        ("condor.wing=75", lambda p: {"condor": p.condor.model_copy(update={"wing": 75})}),
        (
            "layers.0.quantity=8",
            lambda p: {
                "layers": (p.layers[0].model_copy(update={"quantity": 8}), *p.layers[1:]),
            },
        ),
        (
            'stop.kind="short delta"',
            lambda p: {"stop": p.stop.model_copy(update={"kind": "short delta"})},
        ),
        (
            "stop.kind=short delta",  # what a shell leaves of the quotation marks
            lambda p: {"stop": p.stop.model_copy(update={"kind": "short delta"})},
        ),
        (
            'regime.votes=[{"signal": "vix", "watch": 12, "stress": 30}]',
            lambda p: {
                "regime": p.regime.model_copy(
                    update={"votes": (Vote(signal="vix", watch=12.0, stress=30.0),)}
                )
            },
        ),
        ("layers=[]", lambda _: {"layers": ()}),
    ],
)
def test_set_reaches_every_field(answer, setting, change):
    plain = Policy.preset("static_layers")
    study = Study(
        policies=[plain.model_copy(update=change(plain))], n_paths=100, horizon=42, edge=1.0
    )
    table = outcome_table(study.simulate())
    found = answer(*LAYERED, "--set", setting)
    estimates = [row["estimate"] for row in found["outcomes"]]
    np.testing.assert_allclose(estimates, table["estimate"], rtol=1e-9, atol=1e-9)


def test_a_policy_is_read_from_a_file_and_changed(answer, tmp_path):
    mine = Policy.preset("alvh").model_copy(update={"name": "mine"})
    file = tmp_path / "mine.json"
    file.write_text(mine.model_dump_json(), encoding="utf-8")
    found = answer("price", "--n-paths", "100", "--policy", str(file), "--set", "condor.wing=75")
    strikes = found["books"]["mine"]["strikes"]
    assert strikes[1] - strikes[0] == strikes[3] - strikes[2] == 75.0


def test_without_json_a_book_is_printed_to_be_read(capsys):
    assert main(["price", "--n-paths", "100"]) == 0
    printed = capsys.readouterr().out
    assert "static_layers:" in printed
    assert "credit_points: 1" in printed
    assert "SPX 4,675 put" in printed
    assert "nan" not in printed.lower()
    assert "None" not in printed


def test_without_json_outcomes_are_printed_to_be_read(capsys):
    assert main([*RUN, "--policy", "alvh"]) == 0
    printed = capsys.readouterr()
    rows = [line for line in printed.out.splitlines() if " Probability of a loss " in line]
    assert len(rows) == 2
    for row in rows:  # in the unit it says
        unit, *numbers = row.split()[-4:]
        assert unit == "%"
        assert all(1.0 < float(number) < 100.0 for number in numbers)
    assert "nan" not in printed.out.lower()
    assert "None" not in printed.out
    assert printed.err == "\r100 of 100 paths\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((*PRICE, "--vix", "500"), "--vix must be a number from 9 to 150, got 500"),
        ((*PRICE, "--vix", "high"), "--vix must be a number from 9 to 150, got high"),
        ((*PRICE, "--vix3m", "nan"), "--vix3m must be a number from 9 to 120, got nan"),
        ((*PRICE, "--spot", "-5"), "--spot must be a number from 10 to 1,000,000, got -5"),
        ((*PRICE, "--rate", "30"), "--rate must be a number from -2 to 20, got 30"),
        ((*RUN, "--edge", "2"), "--edge must be a number from 0 to 1.5, got 2"),
        (
            (*RUN, "--n-paths", "0"),
            "--n-paths must be a whole number from 100 to 1,000,000, got 0",
        ),
        (
            (*RUN, "--n-paths", "150.5"),
            "--n-paths must be a whole number from 100 to 1,000,000, got 150.5",
        ),
        ((*RUN, "--seed", "-1"), "--seed must be a whole number from 0 to 2,147,483,647, got -1"),
        ((*RUN, "--horizon", "3"), "--horizon must be a whole number from 21 to 2,520, got 3"),
        (
            (*RUN, "--capital", "100"),
            "--capital must be a whole number from 500 to 1,000,000,000, got 100",
        ),
        ((*RUN, "--sampling", "luck"), "--sampling: input should be 'independent' or"),
        (
            (*RUN, "--capital", "600"),
            "capital must be at least the margin of one condor of unhedged, 5,000 dollars, got 600",
        ),
        (
            (*RUN, "--horizon", "21"),
            "horizon must be at least the 31 trading days of a condor of unhedged, got 21",
        ),
        (
            (*RUN, "--policy", "martingale"),
            "policy must be one of unhedged, static_calls, static_stop, static_layers, alvh or a "
            "JSON file, got martingale",
        ),
        ((*RUN, "--policy", "no/such.json"), "or a JSON file, got no/such.json"),
        ((*RUN, "--policy", "{" + 500 * "x"), "or a JSON file, got {xxx"),
        ((*RUN, "--set", "condor.wing"), "set must be FIELD=VALUE, as in condor.wing=75, got cond"),
        ((*RUN, "--set", "=5"), "set must name a field of policy unhedged, got"),
        (
            (*RUN, "--set", "condor.width=5"),
            "set must name a field of policy unhedged, got condor.width",
        ),
        ((*RUN, "--set", "wing=5"), "set must name a field of policy unhedged, got wing"),
        ((*RUN, "--set", "condor.wing.0=5"), "a field of policy unhedged, got condor.wing.0"),
        (
            (*RUN, "--set", "layers.0.quantity=8"),
            "set must name a field of policy unhedged, got layers.0.quantity",
        ),
        ((*LAYERED, "--set", "layers.0=8"), "policy static_layers, got layers.0"),
        ((*LAYERED, "--set", "layers.one.quantity=8"), "static_layers, got layers.one.quantity"),
        (
            (*RUN, "--set", "condor.wing=900"),
            "condor.wing must be a whole number from 5 to 500 in steps of 5, got 900",
        ),
        ((*RUN, "--set", "condor.wing=52"), "from 5 to 500 in steps of 5, got 52"),
        ((*RUN, "--set", "condor.wing=wide"), "from 5 to 500 in steps of 5, got wide"),
        ((*RUN, "--set", "condor.wing=NaN"), "from 5 to 500 in steps of 5, got nan"),
        ((*RUN, "--set", "stop.delta=1"), "stop.delta must be a number above 0 below 1, got 1"),
        (
            (*LAYERED, "--set", "layers.0.quantity=900"),
            "layers.0.quantity must be a whole number from -50 to 200, got 900",
        ),
        ((*RUN, "--set", "condor=5"), "condor: input should be a valid dictionary"),
        ((*RUN, "--set", "condor.strikes_by=luck"), "condor.strikes_by: input should be 'delta'"),
        (
            (*LAYERED, "--set", "layers.0.roll_dte=100"),
            "layers.0: roll_dte must be below dte, which is 30 days, got 100",
        ),
        (
            (*RUN, "--set", "condor.exit_dte=50"),
            "condor: exit_dte must be below dte, which is 45 days, got 50",
        ),
        (
            (*RUN, "--set", 'stop.kind="short delta"', "--set", "stop.delta=0.1"),
            "stop.delta must be above the deltas sold, up to 0.16, got 0.1",
        ),
        (
            (*PRICE, "--spot", "100", "--set", "condor.wing=500"),
            "Wing width must be below the short put strike",
        ),
    ],
    ids=lambda x: " ".join(x[1:])[-40:] if isinstance(x, tuple) else "",
)
def test_what_cannot_be_used_is_named_with_its_value_and_range(refused, arguments, says):
    assert says in refused(*arguments)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{oops", "Invalid JSON"),
        (b"", "Invalid JSON"),
        (b"\xff\xfe\x00", "Invalid JSON"),
        (b"[1]", "Input should be an object"),
        (b'{"colour": 1}', "colour: extra inputs are not permitted, got 1"),
        (b'{"condor": {"wing": 7}}', "condor.wing must be a whole number from 5 to 500"),
        (b'{"condor": {"dte": 9, "exit_dte": 20}}', "exit_dte must be below dte, which is 9 days"),
    ],
)
def test_a_file_that_is_no_policy_is_named(refused, tmp_path, content, says):
    file = tmp_path / "policy.json"
    file.write_bytes(content)
    line = refused("simulate", "--policy", str(file))
    assert str(file) in line
    assert says in line


def test_a_folder_is_no_policy(refused, tmp_path):
    assert "or a JSON file" in refused("simulate", "--policy", str(tmp_path))


def test_every_setting_out_of_range_is_named(capsys):
    assert main([*RUN, "--edge", "9", "--seed", "x"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" must")[0] for line in lines] == ["alvh: --edge", "alvh: --seed"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "price|simulate"),
        (("guess",), "invalid choice: 'guess'"),
        (("price", "--colour", "1"), "--colour"),
        (("price", "--horizon", "63"), "--horizon"),  # a book has none
        (("simulate", "--seed"), "--seed: expected one argument"),
    ],
)
def test_an_unknown_command_or_option_exits_with_2(capsys, arguments, says):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [("--help",), ("price", "--help"), ("simulate", "--help")])
def test_help_is_printed(capsys, arguments):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 0
    assert "usage: python -m alvh" in capsys.readouterr().out


def test_as_a_module():
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "alvh", *PRICE, "--json"],
        cwd=ROOT,
        capture_output=True,
        timeout=120,
        check=True,
    )
    assert done.stderr == b""
    assert list(json.loads(done.stdout)["books"]) == ["unhedged"]


def test_a_reader_that_leaves_early_is_no_error():
    with subprocess.Popen(
        [sys.executable, "-m", "alvh", *PRICE, "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=120) == 0
