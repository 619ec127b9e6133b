"""Pictures and tables to keep: PNG, SVG and CSV that say where they come from.

Rendering needs no browser and no network.
"""

from __future__ import annotations

import textwrap
from datetime import date
from typing import Any, Final

import pandas as pd
import vl_convert as vlc

from alvh.report.figure import Figure
from alvh.report.theme import export_config

__all__ = ["DISCLAIMER", "csv", "document", "png", "source_line", "svg"]

DISCLAIMER: Final = "Not investment advice; simulated results."
WIDTH: Final = 1000  # px, of the picture with its axes
MARGIN: Final = 120  # px, for axis labels and padding
TOP_LEVEL: Final = (
    "$schema",
    "config",
    "datasets",
    "params",
    "autosize",
    "padding",
    "background",
    "usermeta",
)


def source_line(
    *,
    data: str,
    as_of: date | str,
    model: str,
    paths: int | None = None,
    seed: int | None = None,
    version: str,
) -> str:
    """Where a result comes from, in one line that ends with the disclaimer.

    Parameters
    ----------
    data : str
        Name of the data source.
    as_of : date or str
        Date of the data.
    model : str
        Name of the model or of its parameter set.
    paths : int, optional
        Number of simulated paths; left out where nothing was simulated.
    seed : int, optional
        Seed of the simulation.
    version : str
        Version of the program.

    Returns
    -------
    str
        ``"Data: sample, 2024-06-28. Model: default; 10,000 paths, seed 7. alvh 0.1.0. Not ..."``.
    """
    simulated = [f"{paths:,} paths"] if paths is not None else []
    simulated += [f"seed {seed}"] if seed is not None else []
    tail = f"; {', '.join(simulated)}" if simulated else ""
    return f"Data: {data}, {as_of}. Model: {model}{tail}. alvh {version}. {DISCLAIMER}"


def document(
    figure: Figure, *, title: str, subtitle: str, source: str, dark: bool = False
) -> dict[str, Any]:
    """Vega-Lite specification of a page-ready picture.

    Parameters
    ----------
    figure : Figure
        From `alvh.report.charts`; a width of "container" becomes a fixed one.
    title, subtitle, source : str
        Heading, what is shown under which settings, and the line at the bottom; the disclaimer is
        added where `source` lacks it.
    dark : bool, default=False
        Dark paper instead of white.

    Returns
    -------
    dict
        Specification with its own config and data.
    """
    spec = figure.to_dict()
    outer: dict[str, Any] = {key: spec.pop(key) for key in TOP_LEVEL if key in spec}
    if spec.get("width") == "container":
        spec["width"] = WIDTH - MARGIN
    spec.pop("title", None)
    if DISCLAIMER not in source:
        source = f"{source} {DISCLAIMER}".strip()
    footer = {
        "data": {"values": [{"line": text} for text in textwrap.wrap(source, 170)]},
        "transform": [{"window": [{"op": "row_number", "as": "row"}]}],
        "mark": {"type": "text", "align": "left", "baseline": "top", "fontSize": 11, "x": 0},
        "encoding": {
            "text": {"field": "line", "type": "nominal"},
            "y": {"field": "row", "type": "ordinal", "axis": None},
        },
        "width": WIDTH - MARGIN,
        "height": {"step": 15},
    }
    config = export_config(dark=dark)
    footer["mark"]["color"] = config["title"]["subtitleColor"]  # type: ignore[index]
    outer["config"] = config
    outer["background"] = config["background"]
    outer.pop("autosize", None)
    spec.pop("usermeta", None)
    return {
        **outer,
        "title": {
            "text": title,
            "subtitle": subtitle,
            "fontSize": 18,
            "offset": 18,
            "anchor": "start",
        },
        "spacing": 18,
        "vconcat": [spec, footer],
        # a channel that is shared is lifted out of the picture, with a legend of its own
        "resolve": {"scale": {"color": "independent", "strokeDash": "independent"}},
    }


def _vl_version(spec: dict[str, Any]) -> str:
    number = str(spec["$schema"]).rsplit("/v", 1)[1].removesuffix(".json")
    return ".".join(number.split(".")[:2])


def png(
    figure: Figure,
    *,
    title: str,
    subtitle: str,
    source: str,
    scale: float = 2,
    dark: bool = False,
) -> bytes:
    """PNG of the figure with heading and source line.

    Parameters
    ----------
    figure, title, subtitle, source, dark
        As in `document`.
    scale : float, default=2
        Pixels of the image for each pixel of the layout.

    Returns
    -------
    bytes
        The file.
    """
    spec = document(figure, title=title, subtitle=subtitle, source=source, dark=dark)
    return bytes(vlc.vegalite_to_png(spec, vl_version=_vl_version(spec), scale=scale))


def svg(figure: Figure, *, title: str, subtitle: str, source: str, dark: bool = False) -> str:
    """SVG of the figure with heading and source line.

    Parameters
    ----------
    figure, title, subtitle, source, dark
        As in `document`.

    Returns
    -------
    str
        The file, with text as text.
    """
    spec = document(figure, title=title, subtitle=subtitle, source=source, dark=dark)
    return str(vlc.vegalite_to_svg(spec, vl_version=_vl_version(spec)))


def csv(frame: pd.DataFrame, *, source: str | None = None) -> bytes:
    """Table as comma-separated values in UTF-8, full precision.

    Parameters
    ----------
    frame : DataFrame
        As shown; a named index becomes the first column.
    source : str, optional
        Written as a first line after "# " (``pandas.read_csv(comment="#")`` skips it).

    Returns
    -------
    bytes
        The file.
    """
    named = any(name is not None for name in frame.index.names)
    text = frame.to_csv(index=named, lineterminator="\n")
    head = f"# {source}\n" if source else ""
    return (head + text).encode()
