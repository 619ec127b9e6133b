"""Parts of a page that follow its controls, without the rest of the page being sent again.

A whole run sends every control and has the browser render each anew, which takes longer than
pricing a book. Here a group of controls is a fragment: when one of them moves, the group is run,
and it draws the page's parts again into slots the whole run has reserved. Parts therefore read the
settings from the session, where every control keeps its value, whichever group it is in.

A control that changes the range of a control in another group must stay outside of groups.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import streamlit as st
from pydantic import ValidationError
from streamlit.delta_generator import DeltaGenerator

from alvh.errors import ParameterError

__all__ = ["Group", "Page"]

Group: TypeAlias = tuple[DeltaGenerator, Callable[[], None]]
"""Where a group of controls is, and what draws it."""


class Page:
    """Parts of a page in the order they are drawn, and the groups of controls they follow."""

    def __init__(self) -> None:
        self._parts: list[Group] = []
        self._whole = True

    def part(self, draw: Callable[[], None]) -> None:
        """Reserve the slot of a part here; it stays empty while the settings are refused."""
        self._parts.append((st.empty(), draw))

    def follow(self, groups: Sequence[Group]) -> None:
        """Draw the groups, and with the last of them the parts: all settings are known then."""
        for i, (where, draw) in enumerate(groups, 1):
            with where:
                self._group(draw, last=i == len(groups))
        self._whole = False

    @st.fragment
    def _group(self, draw: Callable[[], None], *, last: bool) -> None:
        draw()
        for slot, part in self._parts:
            if self._whole and not last:
                slot.empty()  # a fragment may only write where the whole run saw it write
                continue
            with slot.container():
                _drawn(part)


def _drawn(part: Callable[[], None]) -> None:
    try:
        part()
    except (ParameterError, ValidationError):
        return  # the part that shows messages says why
