"""The glossary: one source, a document made of it, and names that lead somewhere."""

from __future__ import annotations

import importlib

import pytest

from alvh.report.glossary import DOCUMENT, TERMS, explained, glossary_markdown


def test_the_document_is_what_the_source_says():
    assert DOCUMENT.read_text(encoding="utf-8") == glossary_markdown()  # else run the module


@pytest.mark.parametrize("term", [t for t in TERMS.values() if t.computed], ids=lambda t: t.name)
def test_what_computes_a_term_is_there(term):
    found, parts = None, term.computed.split(".")
    for n in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:n]))
        except ModuleNotFoundError:
            continue
        break
    for name in parts[n:]:
        found = getattr(found, name)
    assert found is not None


@pytest.mark.parametrize(
    "name",
    [
        "iron condor",
        "immutable probabilistic edge",
        "volatility risk premium",
        "law of large numbers",
        "absolute barrier",
        "break-even point",
        "time value (extrinsic)",
        "layer one, two, three",
        "Second Engine, Private Leverage Layer",
        "Time-Shifting, Time Travel",
        "False Binary (loyalty v. motion)",
        'Big Top "Temporal Theta" Cash Press',
        "MACD on VVIX/VIX",
        "A/D line",
        "RSI",
        "CPI, PPI surprise",
        "FOMC window",
        "real effective exchange rate",
        "WACC, IRR",
        "CAPM with volatility beta",
        "quick ratio",
        "P/CF of the book",
        "dividend discount analog",
        "market-cap-adjusted risk",
        "interest rate differential",
        "conversion, reversal",
        "AMM analog",
        "MEV, HFT",
    ],
)
def test_every_word_of_the_method_is_explained(name):
    assert TERMS[name].text.endswith(".")
    assert len(TERMS[name].text) < 320  # a tooltip


def test_terms_read_as_a_list():
    text = explained(["carry", "regime"])
    assert text.startswith("**carry**: ")
    assert "\n\n**regime**: " in text
    with pytest.raises(ValueError, match="term must be one of"):
        explained(["luck"])
