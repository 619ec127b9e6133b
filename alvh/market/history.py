"""A validated history with its origin, and the quote at its end.

Points for SPX, VIX, VIX3M and VVIX (a VIX of 16.0 means 16 %); rates are decimals a year.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

import pandas as pd
from pydantic import Field
from pydantic_core import PydanticUndefined

from alvh.market.schema import COLUMNS, MAX_ROWS, validate_history
from alvh.value import Value

__all__ = ["MarketHistory", "Quote"]


def _within(name: str, default: Any = PydanticUndefined) -> Any:
    column = COLUMNS[name]
    return Field(
        default,
        ge=column.low,
        le=column.high,
        title=column.title,
        json_schema_extra={"unit": column.unit},
    )


class Quote(Value):
    """Closing levels of one day; what the source does not have is ``None``."""

    date: dt.date
    spot: float = _within("spx_close")
    vix: float = _within("vix_close")
    vix3m: float | None = _within("vix3m_close", None)
    vvix: float | None = _within("vvix_close", None)
    rate: float | None = _within("rate", None)


@dataclass(frozen=True, slots=True, eq=False)
class MarketHistory:
    """Daily history with its origin, as `validate_history` leaves it.

    Parameters
    ----------
    frame : DataFrame of shape (n_days, n_columns)
        Columns and units of `alvh.market.schema.COLUMNS`, indexed by date. Treat as read-only.
    source : str
        Title for the user: ``"Yahoo Finance"``, ``"your CSV"``.
    fetched_at : datetime, optional
        When it was downloaded (UTC); ``None`` if it was not.
    notes : tuple of str
        Sentences the user must see: corrections made, and why this is not the source asked for.
    """

    frame: pd.DataFrame
    source: str
    fetched_at: dt.datetime | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        *,
        source: str,
        fetched_at: dt.datetime | None = None,
        notes: Iterable[str] = (),
        today: dt.date | None = None,
        max_rows: int = MAX_ROWS,
        first_row: int = 1,
    ) -> Self:
        """Validate `frame` and keep the notes of the validation after the given ones.

        Parameters
        ----------
        frame, source, today, max_rows, first_row
            As for `validate_history`.
        fetched_at, notes
            As for the class.

        Raises
        ------
        DataError
            As `validate_history`.
        """
        collected = list(notes)
        clean = validate_history(
            frame,
            source=source,
            notes=collected,
            today=today,
            max_rows=max_rows,
            first_row=first_row,
        )
        return cls(clean, source, fetched_at, tuple(collected))

    @property
    def as_of(self) -> dt.date:
        """The last day of the history."""
        day: dt.date = self.frame.index[-1].date()
        return day

    @property
    def latest(self) -> Quote:
        """Levels of the last day; an optional index without a value that day is ``None``."""
        last = self.frame.iloc[-1]

        def level(name: str) -> float | None:
            value = last.get(name)
            return None if value is None or pd.isna(value) else float(value)

        return Quote(
            date=self.as_of,
            spot=float(last["spx_close"]),
            vix=float(last["vix_close"]),
            vix3m=level("vix3m_close"),
            vvix=level("vvix_close"),
            rate=level("rate"),
        )

    def age_days(self, today: dt.date) -> int:
        """Calendar days from the last day of the history to `today`."""
        return (today - self.as_of).days
