"""Charts, numbers for people, and export; the only package that knows how a picture is drawn."""

from __future__ import annotations

from alvh.report import charts, export, numbers, palette, theme
from alvh.report.figure import Figure

__all__ = ["Figure", "charts", "export", "numbers", "palette", "theme"]
