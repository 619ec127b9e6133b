"""Charts, numbers for people, and export; the only package that knows how a picture is drawn."""

from __future__ import annotations

from alvh.report import charts, export, numbers, palette, theme

__all__ = ["charts", "export", "numbers", "palette", "theme"]
