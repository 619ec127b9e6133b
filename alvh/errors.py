"""The errors this package raises, and the one wording they share: field, value, allowed range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import ValidationError

__all__ = ["AlvhError", "DataError", "ParameterError", "explain", "require"]


class AlvhError(Exception):
    """Base of every error this package raises on purpose."""


class ParameterError(AlvhError, ValueError):
    """A value outside what the model, an instrument or a policy allows."""


class DataError(AlvhError, ValueError):
    """Market data that cannot be used: missing, malformed, or impossible."""


def require(holds: object, field: str, value: object, allowed: str) -> None:
    """Raise `ParameterError` unless every element of `holds` is true.

    Parameters
    ----------
    holds : bool or array_like of bool
        The condition, elementwise.
    field, allowed : str
        Name of the field, and what it may be, as shown to the user.
    value : object
        The offending value; of an array, the first offending element is shown.

    Raises
    ------
    ParameterError
        ``"strike must be > 0, got -5"``.
    """
    ok = np.asarray(holds, dtype=bool)
    if ok.all():
        return
    shown: Any = value
    array = np.asarray(value)
    if array.ndim and array.dtype.kind in "fiu":
        shown = np.broadcast_to(array, ok.shape)[~ok].flat[0] if ok.ndim else array.flat[0]
    if isinstance(shown, int | float | np.number):
        shown = f"{float(shown):g}"
    raise ParameterError(f"{field} must be {allowed}, got {shown}")


def explain(error: ValidationError, titles: dict[str, str] | None = None) -> list[str]:
    """One plain sentence for each problem of a pydantic validation error.

    Parameters
    ----------
    error : ValidationError
        As raised by a `Value`.
    titles : dict of str to str, optional
        Field name to the title shown to the user.

    Returns
    -------
    list of str
        ``"Wing width: input should be less than or equal to 500, got 900"``.
    """
    names = titles or {}
    lines: list[str] = []
    for problem in error.errors(include_url=False):
        place: Sequence[int | str] = problem["loc"]
        field = ".".join(str(part) for part in place)
        last = str(place[-1]) if place else ""
        title = names.get(field) or names.get(last) or field.replace("_", " ")
        message = problem["msg"].removeprefix("Value error, ")
        shown = problem.get("input")
        tail = f", got {shown!r}" if isinstance(shown, int | float | str | bool) else ""
        lines.append(f"{title}: {message[:1].lower()}{message[1:]}{tail}" if title else message)
    return lines
