"""Widgets made from the fields of a `Value`: bounds, units and texts are written once, there.

Every control is bound to the address bar under its key, so that a link restores it. A link that
carries something a field does not allow is told so, and the field keeps its default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, get_args

import streamlit as st
from annotated_types import Ge, Le
from pydantic import AllowInfNan, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from alvh.value import Value

__all__ = [
    "Bounds",
    "bounds_of",
    "choice",
    "level",
    "number",
    "options_of",
    "problems",
    "several",
    "slider",
    "switch",
]

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
    on_grid: bool

    @property
    def label(self) -> str:
        """Title with its unit."""
        return f"{self.title} ({self.unit})" if self.unit else self.title

    @property
    def allowed(self) -> str:
        """The range, for a message."""
        unit = f" {self.unit}" if self.unit else ""
        grid = f" in steps of {self.step:g}" if self.on_grid else ""
        return f"from {self.low:,.12g} to {self.high:,.12g}{unit}{grid}"


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
        for attribute in ("ge", "le", "gt", "lt")
        if hasattr(rule, attribute)
    }
    extra: Mapping[str, Any] = (
        field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    )
    whole = _plain(field.annotation) is int
    step = extra.get("step", 1 if whole else 0.01)
    # a slider starts a step inside a bound that is not itself allowed
    low = rules["ge"] if "ge" in rules else rules["gt"] + step
    high = rules["le"] if "le" in rules else rules["lt"] - step
    return Bounds(
        title=field.title or name,
        unit=str(extra.get("unit", "")),
        help=field.description or "",
        low=low,
        high=high,
        step=step,
        default=field.default,
        whole=whole,
        on_grid=any(hasattr(rule, "multiple_of") for rule in field.metadata),
    )


def slider(
    kind: type[Value],
    name: str,
    key: str,
    *,
    default: Any = None,
    owner: str = "",
    most: float | None = None,
) -> Any:
    """Slider over the range of a field; `owner` is put before its title in messages.

    `most` is what another setting allows at the moment, if that is less than the field does: the
    slider keeps its range, a value above is brought down to it, and a link with more is refused.
    """
    bounds = bounds_of(kind, name)
    cast = int if bounds.whole else float
    start = bounds.default if default is None else default
    now = bounds if most is None else replace(bounds, high=min(bounds.high, most))
    field = kind.model_fields[name]
    bind = _bind(key, field, owner + bounds.title, now.allowed, start, most)
    if most is not None and st.session_state.get(key, most) > most:
        st.session_state[key] = cast(most)
    return st.slider(
        bounds.label,
        min_value=cast(bounds.low),
        max_value=cast(bounds.high),
        value=cast(start),
        step=cast(bounds.step),
        key=key,
        help=bounds.help,
        bind=bind,
    )


def number(
    kind: type[Value],
    name: str,
    key: str,
    *,
    default: Any = None,
    form: str = "",
    owner: str = "",
    on_change: Any = None,
) -> Any:
    """Number box over the range of a field, for what is known exactly."""
    bounds = bounds_of(kind, name)
    cast = int if bounds.whole else float
    start = bounds.default if default is None else default
    bind = _bind(key, kind.model_fields[name], owner + bounds.title, bounds.allowed, start)
    return st.number_input(
        bounds.label,
        min_value=cast(bounds.low),
        max_value=cast(bounds.high),
        value=cast(start),
        step=cast(bounds.step),
        key=key,
        help=bounds.help,
        format=form or None,
        on_change=on_change,
        bind=bind,
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
    """One of a few names; `shown` are the words for them, on the page and in the link."""
    start = default or options[0]
    names = shown or {}
    _check_option(key, label, [names.get(x, x) for x in options], names.get(start, start))
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


def several(
    label: str,
    options: Mapping[str, str],
    key: str,
    *,
    default: Sequence[str],
    help: str | None = None,  # noqa: A002 - Streamlit's word
    style: Literal["list", "pills"] = "pills",
) -> tuple[str, ...]:
    """Some of a few names (name to the words for it), in the order of `options`."""
    _check_options(key, label, list(options.values()))
    if style == "list":
        picked = st.multiselect(
            label,
            list(options),
            default=list(default),
            key=key,
            help=help,
            format_func=lambda name: options.get(name, name),
            bind="query-params",
        )
    else:
        picked = st.pills(
            label,
            list(options),
            selection_mode="multi",
            default=list(default),
            key=key,
            help=help,
            format_func=lambda name: options.get(name, name),
            bind="query-params",
        )
    return tuple(name for name in options if name in picked)


def switch(label: str, key: str, *, default: bool, help: str) -> bool:  # noqa: A002
    """On or off."""
    _check_option(key, label, ("true", "false"), str(default).lower())
    return bool(st.toggle(label, value=default, key=key, help=help, bind="query-params"))


def level(
    title: str,
    key: str,
    *,
    low: float,
    high: float,
    step: float,
    default: float,
    unit: str = "",
    help: str | None = None,  # noqa: A002 - Streamlit's word
    owner: str = "",
) -> float:
    """Slider of a number whose range is not that of a field."""
    shown = f" {unit}" if unit else ""
    rule = FieldInfo(annotation=float, default=default)
    rule.metadata = [Ge(low), Le(high)]
    bind = _bind(key, rule, owner + title, f"from {low:g} to {high:g}{shown}", default)
    return st.slider(
        f"{title} ({unit})" if unit else title,
        min_value=low,
        max_value=high,
        value=default,
        step=step,
        key=key,
        help=help,
        bind=bind,
    )


def _plain(annotation: Any) -> Any:
    """A type without its None: a control of an optional field is drawn where it has a value."""
    kinds = [kind for kind in get_args(annotation) if kind is not type(None)]
    return kinds[0] if len(kinds) == 1 and len(get_args(annotation)) == 2 else annotation


def options_of(kind: type[Value], name: str) -> tuple[str, ...]:
    """Names a `Literal` field allows."""
    return tuple(str(x) for x in get_args(kind.model_fields[name].annotation))


def _bind(
    key: str,
    field: FieldInfo,
    title: str,
    allowed: str,
    default: Any,
    most: float | None = None,
) -> Literal["query-params"] | None:
    """Bind to the link, unless it holds a value the field does not allow: then say so.

    Streamlit drops what is out of range by itself, but takes a number off the step; left unbound
    for this one run, the control starts at its default.
    """
    raw = st.query_params.get(key)
    if raw is None or key in st.session_state:
        return "query-params"
    kind: Any = _plain(field.annotation)
    rules = [AllowInfNan(False), *field.metadata] if kind is float else [*field.metadata]
    if most is not None:
        rules.append(Le(most))
    adapter: TypeAdapter[Any] = TypeAdapter(Annotated[kind, *rules] if rules else kind)
    try:
        adapter.validate_python(raw)
    except ValidationError:
        _refuse(key, f"{title} must be {allowed}", raw, f"{default:g}")
        return None
    return "query-params"


def _check_option(key: str, title: str, options: Sequence[str], default: str) -> None:
    raw = st.query_params.get(key)
    if raw is None or key in st.session_state or raw in options:
        return
    _refuse(key, f"{title} must be one of {', '.join(options)}", raw, default)


def _check_options(key: str, title: str, options: Sequence[str]) -> None:
    """Streamlit drops what it does not know of several names, and says nothing."""
    if key in st.session_state:
        return
    for raw in st.query_params.get_all(key):
        if raw and raw not in options:
            rule = f"{title} must be among {', '.join(options)}"
            problems().append(f"{rule}, got “{raw[:40]}” in the link: it is left out.")


def _refuse(key: str, rule: str, raw: str, default: str) -> None:
    problems().append(f"{rule}, got “{raw[:40]}” in the link: {default} is used.")
    del st.query_params[key]
