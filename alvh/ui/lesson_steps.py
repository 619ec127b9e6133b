"""The steps of the lesson, in order."""

from __future__ import annotations

from typing import Final

from alvh.ui.lesson import Step
from alvh.ui.lesson_barriers import INSURANCE, STOP

__all__ = ["STEPS"]

STEPS: Final[tuple[Step, ...]] = (STOP, INSURANCE)
"""The stop, the insurance, certainty, the edge, motion."""
