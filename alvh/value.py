"""The base of every configured value: immutable, hashable, validated, serialisable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

__all__ = ["Value"]


class Value(BaseModel):
    """A frozen value with no unknown fields, no nan and no infinity.

    Fields may be given by position, in the order of the class, as well as by name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __init__(self, /, *positional: Any, **named: Any) -> None:
        fields = tuple(type(self).model_fields)
        if len(positional) > len(fields):
            raise TypeError(
                f"{type(self).__name__} has {len(fields)} fields, got {len(positional)} values"
            )
        for name, value in zip(fields, positional, strict=False):
            if name in named:
                raise TypeError(f"{type(self).__name__} got {name} twice")
            named[name] = value
        super().__init__(**named)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy with `update` applied and validated (pydantic's own does not validate).

        Raises
        ------
        ValidationError
            A `ValueError` naming each offending field, its value and its allowed range.
        """
        if not update:
            return super().model_copy(deep=deep)
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_validate({**fields, **update})
