"""Array aliases shared by every layer."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np
from numpy import typing as npt

__all__ = ["ArrayLike", "ComplexArray", "FloatArray", "FloatOrArray", "OptionKind"]

ArrayLike: TypeAlias = npt.ArrayLike
FloatArray: TypeAlias = npt.NDArray[np.float64]
ComplexArray: TypeAlias = npt.NDArray[np.complex128]
FloatOrArray: TypeAlias = Any  # float for scalar input, ndarray of float64 otherwise
OptionKind: TypeAlias = Literal["call", "put"]
