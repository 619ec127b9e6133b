"""Parts of a page that follow its controls, without the rest of the page being sent again.

A whole run sends every control and has the browser render each anew, which takes longer than
pricing a book. Here a group of controls is a fragment: when one of them moves, the group is run,
and it draws the page's parts again into slots the whole run has reserved. Parts therefore read the
settings from the session, where every control keeps its value, whichever group it is in.

What a fragment wrote last time and not this time is removed from the page. An element that is to be
left alone while what it is drawn from stays the same is therefore a fragment of its own, which no
run but the whole one clears.

A control that changes the range of a control in another group must stay outside of groups.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeAlias

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
        self._parts: list[_Part | _Element] = []
        self._whole = True

    def part(self, draw: Callable[[], None]) -> None:
        """Reserve the slot of a part here; it stays empty while the settings are refused."""
        self._parts.append(_Part(st.empty(), draw))

    def element(self, draw: Callable[[], None], drawn_from: Callable[[], Any] = object) -> None:
        """Reserve the slot of one element, which stays in place whichever group redraws it.

        A part is taken out of the page and put in anew when another group than last time draws it;
        a picture then takes several times as long.

        Parameters
        ----------
        draw : callable
            Draws exactly one element, unless settings are refused: of several, those that another
            run does not draw would stay.
        drawn_from : callable
            Returns what the element depends on: while that is equal, it is not drawn again. An
            object equal to no other by default. Raises `ParameterError` while settings are refused.
        """
        self._parts.append(_Element(st.empty(), draw, drawn_from))

    def follow(self, groups: Sequence[Group]) -> None:
        """Draw the groups, and with the last of them the parts: all settings are known then."""
        for i, (where, draw) in enumerate(groups, 1):
            with where:
                self._group(draw, last=i == len(groups))
        self._whole = False

    @st.fragment
    def _group(self, draw: Callable[[], None], *, last: bool) -> None:
        draw()
        for part in self._parts:
            if self._whole and not last:
                part.wait()
            else:
                part.follow()


class _Part:
    """What is put into the page anew whenever it is drawn."""

    def __init__(self, slot: DeltaGenerator, draw: Callable[[], None]) -> None:
        self._slot = slot
        self._draw = draw

    def wait(self) -> None:
        """Draw nothing yet: a fragment may only write where the whole run saw it write."""
        self._slot.empty()

    def follow(self) -> None:
        """Draw the part."""
        with self._slot.container():
            _drawn(self._draw)


class _Element:
    """What stays in its place, and as it is while what it is drawn from does."""

    def __init__(
        self, slot: DeltaGenerator, draw: Callable[[], None], drawn_from: Callable[[], Any]
    ) -> None:
        self._slot = slot
        self._draw = draw
        self._drawn_from = drawn_from
        self._last: Any = None

    def wait(self) -> None:
        """Draw nothing yet."""

    def follow(self) -> None:
        """Draw the element if what it is drawn from is not what it was."""
        try:
            now = self._drawn_from()
        except (ParameterError, ValidationError):
            now = _REFUSED
        if now != self._last:
            self._last = now
            with self._slot:
                self._again()

    @st.fragment
    def _again(self) -> None:
        if self._last is _REFUSED or not _drawn(self._draw):
            st.empty()  # in its place: what is not drawn over stays


_REFUSED: Final = object()


def _drawn(part: Callable[[], None]) -> bool:
    """Draw, or not where the settings are refused: the part that shows messages says why."""
    try:
        part()
    except (ParameterError, ValidationError):
        return False
    return True
