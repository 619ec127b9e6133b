"""The command line: the same values, the same checks and the same numbers as the pages.

Every setting of a policy is reached by its path: ``--set condor.wing=75 --set stop.kind="short
delta"``; every other one has an option of its own name.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import pandas as pd
from pydantic import ValidationError

from alvh import __version__
from alvh.clock import VIX3M_HORIZON
from alvh.errors import AlvhError, ParameterError, explain
from alvh.lab import stress_command
from alvh.lab.command_replay import readable, replayed
from alvh.lab.study import Study, TypedMarket
from alvh.pricing import PricingTables, vix_index
from alvh.risk.exposure import legs_table
from alvh.risk.outcomes import outcome_table, paired_differences
from alvh.risk.outlook import Estimate, book_outlook
from alvh.simulation import Episode
from alvh.strategy import Outcomes, Policy, open_book
from alvh.strategy.policy import Preset
from alvh.value import Value

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit status: 0, or 2 for settings that cannot be used."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        result = given.run(given)
    except ValidationError as error:
        print("\n".join(f"alvh: {line}" for line in _refusals(error)), file=sys.stderr)
        return 2
    except AlvhError as error:
        print(f"alvh: {error}", file=sys.stderr)
        return 2
    if given.json:
        print(json.dumps(result, indent=2, allow_nan=False))
    else:
        shown = _READABLE.get(given.run)
        print("\n".join(_lines(result if shown is None else shown(result))))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m alvh",
        description="Price and simulate SPX iron condors hedged by layers of VIX instruments. "
        "For education and analysis; not investment advice.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="price|simulate|replay|stress")
    for name, run, text in (
        ("price", _price, "price the book a policy would open now, and what it is expected to do"),
        ("simulate", _simulate, "run policies on common simulated paths"),
    ):
        command = commands.add_parser(name, help=text, description=text.capitalize() + ".")
        command.set_defaults(run=run)
        market = command.add_argument_group("market")
        for field in ("spot", "vix", "vix3m", "rate"):
            _option(market, TypedMarket, field)
        study = command.add_argument_group("study")
        for field in ("edge", "n_paths", "seed"):
            _option(study, Study, field)
        if name == "simulate":
            for field in ("capital", "horizon", "sampling"):
                _option(study, Study, field)
            study.add_argument("--no-costs", action="store_true", help="trade for free")
        _policy_options(command, study)
    text = "run policies over real days, with what was known on each"
    command = commands.add_parser("replay", help=text, description=text.capitalize() + ".")
    command.set_defaults(run=_replay)
    days = command.add_argument_group("days")
    days_from = days.add_mutually_exclusive_group()
    days_from.add_argument("--csv", metavar="FILE", help="daily history: date, spx_close, ...")
    days_from.add_argument(
        "--source",
        choices=("sample", "yahoo"),
        help="the offline sample of 2014 to 2018, or Yahoo Finance. Default: sample",
    )
    days.add_argument("--from", dest="start", metavar="DAY", help="first day, as in 2008-01-31")
    days.add_argument("--to", dest="end", metavar="DAY", help="last day")
    study = command.add_argument_group("study")
    _option(study, Study, "capital")
    study.add_argument("--no-costs", action="store_true", help="trade for free")
    _policy_options(command, study)
    text = "run policies through crashes, with and without each layer"
    command = commands.add_parser("stress", help=text, description=text.capitalize() + ".")
    command.set_defaults(run=_stress)
    market = command.add_argument_group("market")
    for field in ("spot", "vix", "vix3m", "rate"):
        _option(market, TypedMarket, field)
    stress_command.options(command)
    study = command.add_argument_group("study")
    for field in ("edge", "capital"):
        _option(study, Study, field)
    study.add_argument("--no-costs", action="store_true", help="trade for free")
    _policy_options(command, study)
    return parser


def _policy_options(command: argparse.ArgumentParser, study: Any) -> None:
    study.add_argument(
        "--policy",
        action="append",
        metavar="NAME|FILE",
        help=f"a preset ({', '.join(get_args(Preset))}) or a JSON file of a policy; repeatable",
    )
    study.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="change a field of every policy, as in condor.wing=75 (repeatable)",
    )
    command.add_argument("--json", action="store_true", help="print JSON")


def _option(group: Any, owner: type[TypedMarket] | type[Study], field: str) -> None:
    about = owner.model_fields[field]
    group.add_argument(
        f"--{field.replace('_', '-')}",
        metavar=field.rsplit("_", maxsplit=1)[-1].upper(),
        help=f"{about.description} Default: {about.default}",
    )


def _study(given: argparse.Namespace) -> Study:
    """The study asked for; numbers reach the values as text and are checked there."""

    def said(owner: type[TypedMarket] | type[Study], *names: str) -> dict[str, Any]:
        known = {name: getattr(given, name, None) for name in names if name in owner.model_fields}
        return {name: value for name, value in known.items() if value is not None}

    market = TypedMarket.model_validate(said(TypedMarket, "spot", "vix", "vix3m", "rate"))
    default = ["static_layers"] if given.run is _price else list(get_args(Preset))
    names = given.policy or default
    return Study.model_validate(
        {
            "model": market.model,
            "state": market.state,
            "policies": tuple(_policy(name, given.set) for name in names),
            "costs": not getattr(given, "no_costs", False),
            **said(Study, "edge", "capital", "n_paths", "seed", "horizon", "sampling"),
        }
    )


def _policy(name: str, changes: Sequence[str]) -> Policy:
    """A preset or a file, with changes."""
    known = name in get_args(Preset)
    policy = Policy.preset(name) if known else _from_file(name)  # type: ignore[arg-type]
    fields: dict[str, Any] = policy.model_dump()
    for change in changes:
        place, equals, text = change.partition("=")
        if not equals:
            raise ParameterError(f"set must be FIELD=VALUE, as in condor.wing=75, got {change}")
        if not _put(fields, place.split("."), text):
            raise ParameterError(f"set must name a field of policy {policy.name}, got {place}")
    return Policy.model_validate(fields)


def _from_file(name: str) -> Policy:
    try:
        content = Path(name).read_bytes()
    except (OSError, ValueError):  # ValueError: no path at all
        raise ParameterError(
            f"policy must be one of {', '.join(get_args(Preset))} or a JSON file, got {name[:80]}"
        ) from None
    try:
        return Policy.model_validate_json(content)
    except ValidationError as error:
        raise ParameterError(f"policy file {name}: {'; '.join(_refusals(error))}") from None


def _put(fields: Any, place: list[str], text: str) -> bool:
    """Set one field of nested dictionaries and sequences; whether there is such a field."""
    try:
        for step in place[:-1]:
            fields = fields[int(step) if isinstance(fields, list | tuple) else step]
        if place[-1] not in fields or not isinstance(fields, dict):
            return False
    except (KeyError, IndexError, TypeError, ValueError):
        return False
    try:
        fields[place[-1]] = json.loads(text)
    except json.JSONDecodeError:
        fields[place[-1]] = text
    return True


_OWNERS: dict[str, type[Value]] = {
    kind.__name__: kind
    for kind in (TypedMarket, Study, Policy, Episode, stress_command.ReverseTest)
}


def _refusals(error: ValidationError) -> list[str]:
    """A line for each problem: the option or field, what it may be, and what it was."""
    kind = _OWNERS[error.title]
    problems = error.errors(include_url=False)
    places = [".".join(str(step) for step in problem["loc"]) for problem in problems]
    names = dict(zip(places, places, strict=True))
    if kind is not Policy:
        names = {place: f"--{place.replace('_', '-')}" for place in places}
    lines = []
    for problem, place, line in zip(problems, places, explain(error, names), strict=True):
        allowed = _allowed(kind, problem["loc"])
        got = str(problem["input"])[:80]
        lines.append(f"{names[place]} must be {allowed}, got {got}" if allowed else line)
    return lines


def _allowed(kind: Any, place: Sequence[int | str]) -> str:
    """The range of a number, by its place in a value; empty of anything else."""
    rules: dict[str, float] = {}
    for step in place:
        if isinstance(step, int) and get_args(kind):
            kind = get_args(kind)[0]
            continue
        if step not in getattr(kind, "model_fields", ()):
            return ""
        field = kind.model_fields[step]
        kind, names = field.annotation, ("ge", "gt", "le", "lt", "multiple_of")
        rules = {
            name: getattr(x, name) for x in field.metadata for name in names if hasattr(x, name)
        }
    number = {int: "a whole number", float: "a number"}.get((get_args(kind) or (kind,))[0])
    if number is None:
        return ""
    words = {"ge": "from", "gt": "above", "le": "to", "lt": "below", "multiple_of": "in steps of"}
    return " ".join([number, *(f"{words[x]} {rules[x]:,.12g}" for x in words if x in rules)])


def _price(given: argparse.Namespace) -> dict[str, Any]:
    """The book of each policy today."""
    study = _study(given)
    tables = PricingTables.build(study.model)
    books = {}
    for policy in study.policies:
        book = open_book(study.model, study.state, policy.condor, policy.layers)
        outlook = book_outlook(book, study.premia, tables, n_paths=study.n_paths, seed=study.seed)
        name, again = policy.name, 2
        while name in books:
            name, again = f"{policy.name} ({again})", again + 1
        books[name] = {
            "strikes": list(book.strikes),
            "credit_points": book.credit,
            "max_profit_dollars": book.max_profit,
            "max_loss_dollars": book.max_loss,
            "hedge_premium_dollars": book.premium_paid,
            "probability_of_profit": {
                name: _estimate(value) for name, value in outlook.probability_of_profit.items()
            },
            "expected_profit_dollars": {
                name: _estimate(value) for name, value in outlook.profit.items()
            },
            "hedge_cost_a_year_dollars": _estimate(outlook.hedge_cost),
            "legs": json.loads(legs_table(book).to_json(orient="records")),
        }
    return {"market": _market(study), "edge": study.edge, "books": books}


def _replay(given: argparse.Namespace) -> dict[str, Any]:
    """Each policy on real days."""
    study = _study(given)
    return replayed(study, given.csv, given.source or "sample", given.start, given.end)


def _stress(given: argparse.Namespace) -> dict[str, Any]:
    """Each policy through crashes."""
    study = _study(given)
    return stress_command.stressed(study, given, _market(study))


_READABLE = {_replay: readable, _stress: stress_command.readable}
"""What is printed for reading where it is not the result itself."""


def _simulate(given: argparse.Namespace) -> dict[str, Any]:
    """Outcomes of each policy."""
    study = _study(given)
    outcomes: Outcomes = study.simulate(progress=None if given.json else _progress)
    table = outcome_table(outcomes)
    differences = paired_differences(outcomes)
    return {
        "market": _market(study),
        "edge": study.edge,
        "costs": study.costs,
        "capital": study.capital,
        "horizon": study.horizon,
        "n_paths": study.n_paths,
        "seed": study.seed,
        "outcomes": json.loads(table.to_json(orient="records")),
        "differences": json.loads(differences.to_json(orient="records")),
    }


def _market(study: Study) -> dict[str, Any]:
    """The state, and the levels it shows: the nearest ones where none shows those asked for."""
    model, state = study.model, study.state
    return {
        "rate": model.rate,
        "vix": float(vix_index(model, state)),
        "vix3m": float(vix_index(model, state, VIX3M_HORIZON)),
        **state.model_dump(),
    }


def _estimate(value: Estimate) -> dict[str, float]:
    return {"value": value.value, "standard_error": value.standard_error}


def _progress(done: int, total: int) -> None:
    if not done:  # nothing yet on the line that may say why nothing will be run
        return
    print(f"\r{done:,} of {total:,} paths", end="" if done < total else "\n", file=sys.stderr)


def _lines(result: Any, indent: int = 0) -> list[str]:
    """Nested results as indented text."""
    pad = "  " * indent
    if isinstance(result, dict):
        lines = []
        for key, value in result.items():
            if isinstance(value, list) and value and isinstance(value[0], dict):
                lines += [f"{pad}{key}:", *(f"{pad}  {line}" for line in _table(value))]
            elif isinstance(value, dict | list) and value and not _flat(value):
                lines += [f"{pad}{key}:", *_lines(value, indent + 1)]
            else:
                lines.append(f"{pad}{key}: {_text(value)}")
        return lines
    return [f"{pad}{_text(value)}" for value in result]


def _table(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Rows of the same names in columns; shares in the unit that stands beside them."""
    frame = pd.DataFrame(rows).drop(columns=["metric", "better"], errors="ignore")
    numbers = frame.columns.intersection(["estimate", "low", "high"])
    if "unit" in frame:
        factor = frame["unit"].map({"%": 100.0}).fillna(1.0)
        frame[numbers] = frame[numbers].astype(float).mul(factor, axis=0)
    return frame.to_string(index=False, float_format=_text, na_rep="n/a").splitlines()


def _flat(value: Any) -> bool:
    items = value.values() if isinstance(value, dict) else value
    return all(not isinstance(x, dict | list) for x in items) and len(value) <= 4


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 100 else f"{value:,.0f}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(x)}" for name, x in value.items())
    if isinstance(value, list):
        return ", ".join(_text(x) for x in value)
    return str(value)
