"""What tests ask of any chart: its specification read, drawn on both papers, its template kept."""

from __future__ import annotations

import json

import vl_convert as vlc

from alvh.report import export

__all__ = ["assert_drawn", "assert_same_chart", "found", "titles"]


def found(node, key):
    """Every value stored under `key` anywhere in the specification, data apart."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            if name != "datasets":
                yield from found(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from found(value, key)


def titles(spec, channel):
    """Titles of a channel's axes."""
    return {
        part["title"]
        for part in found(spec, channel)
        if isinstance(part, dict) and isinstance(part.get("title"), str)
    }


def assert_drawn(figure, words, most):
    """The figure is a valid chart of at most `most` characters and is drawn on light and dark."""
    figure.chart()
    assert len(json.dumps(figure.to_dict())) < most
    for dark in (False, True):
        document = export.document(figure, **words, dark=dark)
        text = json.dumps(document)
        assert "NaN" not in text
        assert "Infinity" not in text
        assert "<svg" in vlc.vegalite_to_svg(document)


def assert_same_chart(one, other):
    """Other numbers are the same template with other rows."""
    assert other.template is one.template
    assert list(other.datasets) == list(one.datasets)
    assert any(not one.datasets[key].equals(other.datasets[key]) for key in one.datasets)
