"""One set of pricing tables for all of these tests: they are of one model."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from alvh.pricing import PricingTables


@pytest.fixture(scope="session", autouse=True)
def _tables_built_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PricingTables, "build", staticmethod(cache(PricingTables.build)))
        yield
