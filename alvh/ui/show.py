"""How results reach the page: strips of numbers, figures that can be saved, tables, messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import pandas as pd
import streamlit as st

from alvh.report import export
from alvh.report.figure import Figure
from alvh.ui import controls

__all__ = ["Number", "figure", "messages", "numbers", "saving", "strip", "table"]


@dataclass(frozen=True)
class Number:
    """A number of a strip: what it is, how it reads, and how it is computed."""

    label: str
    text: str
    help: str


def strip(items: Sequence[Number], key: str) -> None:
    """The answer of a page in one row, each number with what it was before the last change."""
    before: dict[str, str] = st.session_state.setdefault(f"{key}.now", {})
    now = {item.label: item.text for item in items}
    if before != now:
        st.session_state[f"{key}.before"] = before
        st.session_state[f"{key}.now"] = now
    past: Mapping[str, str] = st.session_state.get(f"{key}.before", {})
    # Columns of one width: cards as wide as their texts would move with every slider
    for column, item in zip(st.columns(len(items)), items, strict=True):
        was = past.get(item.label)
        changed = was is not None and was != item.text
        column.metric(
            item.label,
            item.text,
            delta=f"was {was}" if changed else None,
            delta_color="off",
            delta_arrow="off",
            help=item.help,
            border=True,
            height="stretch",
        )


def numbers(items: Sequence[Number], width: int = 240) -> None:
    """More numbers, as many in a row as there is room for."""
    with st.container(horizontal=True):
        for item in items:
            st.metric(item.label, item.text, help=item.help, width=width)


def figure(
    drawn: Figure, *, key: str, title: str, subtitle: str, source: str, data: pd.DataFrame
) -> None:
    """A figure; `saving` draws its buttons."""
    # Streamlit would stretch every panel of a concatenation to the whole column
    fluid = drawn.template.get("width") == "container"
    st.vega_lite_chart(drawn.spec(), width="stretch" if fluid else "content", key=f"{key}.chart")
    _shown(key).update(
        PNG=partial(export.png, drawn, title=title, subtitle=subtitle, source=source),
        SVG=partial(export.svg, drawn, title=title, subtitle=subtitle, source=source),
        CSV=partial(export.csv, data, source=source),
    )


def saving(key: str) -> None:
    """Buttons that save a figure as PNG, as SVG, and its numbers as CSV, as it is on the page."""
    makers = _shown(key)
    stem = key.replace(".", "-")
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        for name, mime in (("PNG", "image/png"), ("SVG", "image/svg+xml"), ("CSV", "text/csv")):
            st.download_button(
                name,
                data=partial(_made, makers, name),
                file_name=f"alvh-{stem}.{name.lower()}",
                mime=mime,
                key=f"{key}.{name}",
                type="tertiary",
                icon=":material/download:",
                on_click="ignore",
                help=f"Save this picture as {name}, with its title, units and source.",
            )


def _shown(key: str) -> dict[str, Callable[[], bytes | str]]:
    """What saves a figure as it is now: the buttons outlive many redraws of it."""
    makers: dict[str, Callable[[], bytes | str]]
    makers = st.session_state.setdefault(f"{key}.shown", {})
    return makers


def _made(makers: Mapping[str, Callable[[], bytes | str]], name: str) -> bytes | str:
    return makers[name]() if name in makers else "Nothing was shown here, so nothing is saved."


_DIGITS: Final = {f"%.{digits}f": digits for digits in range(5)}


def table(frame: pd.DataFrame, columns: Mapping[str, tuple[str, str, str]], *, key: str) -> None:
    """A table whose columns say what they are: name to (title, printf format or "", help)."""
    config: dict[str, Any] = {}
    shown = frame[list(columns)].copy()
    for name, (title, form, text) in columns.items():
        digits = _DIGITS.get(form)
        if digits is not None:  # what rounds to nothing has no sign
            small = shown[name].abs() < 0.5 * 10.0**-digits
            shown[name] = shown[name].mask(small, 0.0)
        if form == "%.0f":
            shown[name], form = shown[name].round(), "localized"  # thousands separated
        if form:
            config[name] = st.column_config.NumberColumn(title, format=form, help=text)
        else:
            config[name] = st.column_config.TextColumn(title, help=text)
    st.dataframe(
        shown,
        column_config=config,
        hide_index=True,
        width="stretch",
        key=f"{key}.table",
    )


def messages(notes: Sequence[str]) -> None:
    """What the user must know: about the data, and about the link that brought them here."""
    if notes:
        st.warning(" ".join(notes), icon=":material/info:")
    refused = controls.problems()
    if refused:
        st.warning("\n".join(f"- {sentence}" for sentence in refused), icon=":material/link_off:")
        refused.clear()  # said once; the next change shows the page alone
