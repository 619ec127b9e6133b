"""What these tests share: one set of pricing tables, and the command line asked and refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from alvh.lab.command import main
from alvh.pricing import PricingTables


@pytest.fixture(scope="session", autouse=True)
def _tables_built_once() -> Iterator[None]:
    """All of these tests are of one model."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PricingTables, "build", staticmethod(cache(PricingTables.build)))
        yield


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """What a command prints as JSON."""

    def run(*arguments: str) -> Any:
        assert main([*arguments, "--json"]) == 0
        printed = capsys.readouterr()
        assert printed.err == ""
        return json.loads(printed.out, parse_constant=lambda x: pytest.fail(f"{x} in the JSON"))

    return run


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """The line that says why a command was not run."""

    def run(*arguments: str) -> str:
        assert main(arguments) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        (line,) = printed.err.splitlines()
        assert line.startswith("alvh: ")
        assert "Traceback" not in line
        return line.removeprefix("alvh: ")

    return run
