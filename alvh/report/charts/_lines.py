"""Lines of several looks in one picture: colour, dash and width of each."""

from __future__ import annotations

from typing import TypeAlias

import altair as alt

from alvh.report.charts._parts import folded

__all__ = ["Looks", "line_layers"]

Looks: TypeAlias = tuple[tuple[str, tuple[int, ...], float], ...]
"""Colour, dash and width in pixels of each line."""


def line_layers(
    data: str,
    looks: Looks,
    *,
    group: str,
    value: str,
    x: alt.X,
    y: alt.Y,
    legend: alt.Legend,
    gaps: bool = False,
) -> list[alt.Chart]:
    """One layer a width, the heaviest on top.

    Parameters
    ----------
    data : str
        Name of the dataset, a column a line: ``s0``, ``s1``, ...
    looks : Looks
        Of each line.
    group, value : str
        What the name and the number of a line are called in the picture.
    x, y : altair.X, altair.Y
    legend : altair.Legend
    gaps : bool, default=False
        Whether a line may have no number somewhere.
    """
    keys = [f"s{i}" for i in range(len(looks))]
    colors = alt.Scale(domain=keys, range=[color for color, _, _ in looks])
    dashes = alt.Scale(domain=keys, range=[list(dash) for _, dash, _ in looks])
    layers: list[alt.Chart] = []
    for width in sorted({width for _, _, width in looks}):
        drawn = [key for key, look in zip(keys, looks, strict=True) if look[2] == width]
        lines = folded(data, drawn, group=group, value=value)
        if gaps:
            lines = lines.transform_filter(f"isValid(datum.{value})")
        layers.append(
            lines.mark_line(strokeWidth=width, strokeJoin="round").encode(
                x=x,
                y=y,
                color=alt.Color(f"{group}:N").scale(colors).legend(legend),
                strokeDash=alt.StrokeDash(f"{group}:N").scale(dashes).legend(legend),
            )
        )
    return layers
