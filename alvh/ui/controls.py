"""Widgets made from the fields of a `Value`: bounds, units and texts are written once, there.

Every control is bound to the address bar under its key, so that a link restores it. A link that
carries something a field does not allow is told so, and the field keeps its default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

import streamlit as st
from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from alvh.value import Value

__all__ = ["Bounds", "bounds_of", "choice", "number", "problems", "slider", "switch"]

_PROBLEMS = "link.problems"


@dataclass(frozen=True)
class Bounds:
    """What a field allows, and how it is called."""

    title: str
    unit: str
    help: str
    low: float
    high: float
    step: float
    default: Any
    whole: bool

    @property
    def label(self) -> str:
        """Title with its unit."""
        return f"{self.title} ({self.unit})" if self.unit else self.title

    @property
    def allowed(self) -> str:
        """The range, for a message."""
        unit = f" {self.unit}" if self.unit else ""
        return f"from {self.low:,g} to {self.high:,g}{unit}"


def problems() -> list[str]:
    """What the link of this session asked for and did not get, one sentence each."""
    found: list[str] = st.session_state.setdefault(_PROBLEMS, [])
    return found


def bounds_of(kind: type[Value], name: str) -> Bounds:
    """Bounds and texts of a numeric field."""
    field = kind.model_fields[name]
    rules = {
        attribute: getattr(rule, attribute)
        for rule in field.metadata
        for attribute in ("ge", "le")
        if hasattr(rule, attribute)
    }
    extra: Mapping[str, Any] = (
        field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    )
    whole = field.annotation is int
    return Bounds(
        title=field.title or name,
        unit=str(extra.get("unit", "")),
        help=field.description or "",
        low=rules["ge"],
        high=rules["le"],
        step=extra.get("step", 1 if whole else 0.01),
        default=field.default,
        whole=whole,
    )


def slider(kind: type[Value], name: str, key: str, *, default: Any = None) -> Any:
    """Slider over the range of a field."""
    bounds = bounds_of(kind, name)
    cast = int if bounds.whole else float
    start = bounds.default if default is None else default
    _check_link(key, kind.model_fields[name], bounds.title, bounds.allowed, start)
    return st.slider(
        bounds.label,
        min_value=cast(bounds.low),
        max_value=cast(bounds.high),
        value=cast(start),
        step=cast(bounds.step),
        key=key,
        help=bounds.help,
        bind="query-params",
    )


def number(kind: type[Value], name: str, key: str, *, default: Any = None, form: str = "") -> Any:
    """Number box over the range of a field, for what is known exactly."""
    bounds = bounds_of(kind, name)
    cast = int if bounds.whole else float
    start = bounds.default if default is None else default
    _check_link(key, kind.model_fields[name], bounds.title, bounds.allowed, start)
    return st.number_input(
        bounds.label,
        min_value=cast(bounds.low),
        max_value=cast(bounds.high),
        value=cast(start),
        step=cast(bounds.step),
        key=key,
        help=bounds.help,
        format=form or None,
        bind="query-params",
    )


def choice(
    label: str,
    options: Sequence[str],
    key: str,
    *,
    default: str | None = None,
    help: str | None = None,  # noqa: A002 - Streamlit's word
    style: Literal["list", "segments"] = "segments",
    shown: Mapping[str, str] | None = None,
    on_change: Any = None,
) -> str:
    """One of a few names."""
    start = default or options[0]
    _check_option(key, label, options, start)
    names = shown or {}
    if style == "list":
        picked = st.selectbox(
            label,
            options,
            index=options.index(start),
            key=key,
            help=help,
            format_func=lambda name: names.get(name, name),
            on_change=on_change,
            bind="query-params",
        )
    else:
        picked = st.segmented_control(
            label,
            options,
            default=start,
            key=key,
            help=help,
            required=True,
            format_func=lambda name: names.get(name, name),
            bind="query-params",
        )
    return str(picked if picked is not None else start)


def switch(label: str, key: str, *, default: bool, help: str) -> bool:  # noqa: A002
    """On or off."""
    _check_option(key, label, ("true", "false"), str(default).lower())
    return bool(st.toggle(label, value=default, key=key, help=help, bind="query-params"))


def options_of(kind: type[Value], name: str) -> tuple[str, ...]:
    """Names a `Literal` field allows."""
    return tuple(str(x) for x in get_args(kind.model_fields[name].annotation))


def _check_link(key: str, field: FieldInfo, title: str, allowed: str, default: Any) -> None:
    """Say so if the link holds a value the field does not allow, and take it out of the link."""
    raw = st.query_params.get(key)
    if raw is None or key in st.session_state:
        return
    adapter: TypeAdapter[Any] = TypeAdapter(_annotated(field))
    try:
        adapter.validate_python(raw)
    except ValidationError:
        _refuse(
            key, f"{title} must be {allowed}, got “{raw[:40]}” in the link: {default:g} is used."
        )


def _check_option(key: str, title: str, options: Sequence[str], default: str) -> None:
    raw = st.query_params.get(key)
    if raw is None or key in st.session_state or raw.lower() in {x.lower() for x in options}:
        return
    listed = ", ".join(options)
    _refuse(
        key, f"{title} must be one of {listed}, got “{raw[:40]}” in the link: {default} is used."
    )


def _refuse(key: str, sentence: str) -> None:
    problems().append(sentence)
    del st.query_params[key]


def _annotated(field: FieldInfo) -> Any:
    return Annotated[field.annotation, *field.metadata] if field.metadata else field.annotation
