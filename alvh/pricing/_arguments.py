"""Checks and broadcasting shared by the public pricing functions."""

from __future__ import annotations

import numpy as np

from alvh._typing import ArrayLike, FloatArray, FloatOrArray
from alvh.errors import ParameterError, require

__all__ = ["as_array", "is_call", "non_negative", "positive", "shaped"]


def as_array(name: str, value: ArrayLike) -> FloatArray:
    """Float64 array of `value`, or a `ParameterError` that names it."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise ParameterError(f"{name} must be a number, got {value!r}") from None
    require(np.isfinite(array), name, array, "finite")
    return array


def positive(name: str, value: ArrayLike) -> FloatArray:
    """As `as_array`, and > 0."""
    array = as_array(name, value)
    require(array > 0.0, name, array, "> 0")
    return array


def non_negative(name: str, value: ArrayLike) -> FloatArray:
    """As `as_array`, and >= 0."""
    array = as_array(name, value)
    require(array >= 0.0, name, array, ">= 0")
    return array


def is_call(kind: object) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Boolean array of a kind, or of an array of kinds."""
    names = np.asarray(kind)
    call = names == "call"
    if not np.all(call | (names == "put")):
        wrong = names[~(call | (names == "put"))].flat[0] if names.ndim else names.item()
        raise ParameterError(f"kind must be 'call' or 'put', got {wrong!r}")
    return np.asarray(call)


def shaped(array: FloatArray) -> FloatOrArray:
    """A float for a scalar result, the array otherwise."""
    return float(array) if array.ndim == 0 else array
