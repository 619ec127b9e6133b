"""The steps of the lesson, in order."""

from __future__ import annotations

from typing import Final

from alvh.ui.lesson import Step
from alvh.ui.lesson_barriers import INSURANCE, STOP
from alvh.ui.lesson_edges import CERTAINTY, EDGE, MOTION

__all__ = ["STEPS"]

STEPS: Final[tuple[Step, ...]] = (STOP, INSURANCE, CERTAINTY, EDGE, MOTION)
"""The stop, the insurance, certainty, the edge, motion."""
