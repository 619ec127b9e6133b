"""The button that runs a study on many paths, says how far it is, and can be stopped."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import streamlit as st
from pydantic import ValidationError
from streamlit.delta_generator import DeltaGenerator

from alvh.errors import ParameterError

__all__ = ["run_precisely", "telling"]


def run_precisely(
    n_paths: int, key: str, work: Callable[[DeltaGenerator], None], *, text: str
) -> None:
    """Draw the button; once pressed, do the work beside a button that stops it.

    Parameters
    ----------
    n_paths : int
        Paths of the run, as the button says.
    key : str
        Stem of the keys of the buttons.
    work : callable
        Runs the study, keeps what it found, and tells the bar it is given how far it is. It may
        raise what the page's headline says of the settings: nothing is kept then.
    text : str
        What is gained, shown under the pointer.
    """
    pressed = st.button(
        f"Run {n_paths:,} paths", key=f"{key}.run", icon=":material/target:", help=text
    )
    if not pressed:
        return
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0)
        # a press on it, or on any control, ends the script within the work
        st.button(
            "Stop", key=f"{key}.stop", icon=":material/close:", help="Keeps what was shown before."
        )
    with suppress(ParameterError, ValidationError):
        work(bar)
    place.empty()


def telling(bar: DeltaGenerator) -> Callable[[int, int], None]:
    """Progress of a simulation, in paths, on the bar."""

    def tell(done: int, total: int) -> None:
        bar.progress(done / total, text=f"{done:,} of {total:,} paths")

    return tell
