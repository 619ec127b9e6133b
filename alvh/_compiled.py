"""How kernels are compiled: without counting references, inside their callers where it pays.

A function compiled by either takes arrays and hands out none. Counting a reference to an array that
threads share makes them wait for one another, and numba would count at every call and every slice.
"""

from __future__ import annotations

from typing import Any

from numba import njit

__all__ = ["OPTIONS", "called", "inlined"]

OPTIONS: dict[str, Any] = {"cache": True, "error_model": "numpy", "_nrt": False}

called = njit(**OPTIONS)
"""For what happens now and then."""
inlined = njit(forceinline=True, **OPTIONS)
"""For what happens every day of every path: many arguments then cost nothing."""
