"""What the charts of stress tests share: checked rows, and how each variant of a book is drawn."""

from __future__ import annotations

from alvh.report import palette
from alvh.report.charts._lines import Looks

__all__ = ["variant_looks"]


def variant_looks(names: list[str]) -> Looks:
    """The whole book heavy, the one without hedge as the unhedged policy, a layer as that layer."""
    left_out = [name.replace("Without l", "L") for name in names]
    colors, dashes = palette.layer_colors(left_out)
    looks = []
    for name, color, dash in zip(names, colors, dashes, strict=True):
        if name.startswith("Without layer"):
            looks.append((color, tuple(dash), 1.9))
        elif name == "No hedge":
            looks.append((palette.GROUP["Condor"], (1, 0), 2.4))
        else:
            looks.append((palette.GROUP["Both"], (1, 0), 3.2))
    return tuple(looks)
