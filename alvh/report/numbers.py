"""Numbers as people read them: real minus signs, thousands separated, no false digits."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

__all__ = ["MINUS", "dollars", "interval", "percent", "plus_minus", "points"]

MINUS: Final = "\u2212"
NOT_AVAILABLE: Final = "n/a"
Z95: Final = 1.96


def _number(
    x: float | None, decimals: int, *, prefix: str = "", suffix: str = "", signed: bool = False
) -> str:
    """`x` rounded to `decimals` (negative: to tens, hundreds), signed before the prefix."""
    if x is None or math.isnan(x):
        return NOT_AVAILABLE
    if math.isinf(x):
        body = "\u221e"
        negative = x < 0
        zero = False
    else:
        rounded = round(abs(float(x)), decimals)
        body = f"{rounded:,.{max(decimals, 0)}f}"
        zero = rounded == 0.0
        negative = x < 0 and not zero
    sign = MINUS if negative else "+" if signed and not zero else ""
    return f"{sign}{prefix}{body}{suffix}"


def dollars(x: float | None, *, signed: bool = False) -> str:
    """Dollars, with cents only below 100.

    Parameters
    ----------
    x : float
        Dollars; NaN or None reads "n/a".
    signed : bool, default=False
        Write a plus sign before a gain.

    Returns
    -------
    str
        ``"$1,235"``, ``"−$9,130"``, ``"$42.50"``.
    """
    small = x is not None and math.isfinite(x) and 0.0 < round(abs(x), 2) < 100.0
    return _number(x, 2 if small else 0, prefix="$", signed=signed)


def points(x: float | None, *, signed: bool = False) -> str:
    """Index, VIX or option points with two decimals.

    Parameters
    ----------
    x : float
        Points; NaN or None reads "n/a".
    signed : bool, default=False
        Write a plus sign before a positive number.

    Returns
    -------
    str
        ``"4,606.50"``.
    """
    return _number(x, 2, signed=signed)


def percent(x: float | None, *, signed: bool = False) -> str:
    """Fraction as a percentage with one decimal.

    Parameters
    ----------
    x : float
        Fraction, dimensionless (0.712 reads "71.2 %"); NaN or None reads "n/a".
    signed : bool, default=False
        Write a plus sign before a positive number.

    Returns
    -------
    str
        ``"71.2 %"``.
    """
    scaled = None if x is None else 100.0 * x
    return _number(scaled, 1, suffix=" %", signed=signed)


def plus_minus(x: float | None, se: float | None, *, unit: str = "", signed: bool = False) -> str:
    """Mean of a simulation with the half-width of its 95 % interval, 1.96 standard errors.

    Parameters
    ----------
    x : float
        The mean, in `unit`; as a fraction where `unit` is ``"%"``.
    se : float
        Its standard error, same unit, >= 0.
    unit : str, default=""
        ``"$"`` is written before the number; ``"%"`` turns fractions into percentages; anything
        else follows the numbers ("pts").
    signed : bool, default=False
        Write a plus sign before a positive mean.

    Returns
    -------
    str
        ``"+$38 ± 11"``. The half-width is rounded to two significant digits and the mean to
        the same place, never finer than two decimals (three for a number without a unit): a
        digit that the paths cannot resolve is not shown.
    """
    if x is None or math.isnan(x):
        return NOT_AVAILABLE
    factor = 100.0 if unit == "%" else 1.0
    prefix = "$" if unit == "$" else ""
    suffix = f" {unit}" if unit not in ("", "$") else ""
    finest = 2 if unit else 3
    half = math.nan if se is None else Z95 * se * factor
    decimals = finest
    if math.isfinite(half) and half > 0.0:
        decimals = min(finest, 1 - math.floor(math.log10(half)))
        half_rounded = round(half, decimals)
        if half_rounded > 0.0:  # 9.96 becomes 10: one digit fewer
            decimals = min(finest, 1 - math.floor(math.log10(half_rounded)))
    elif half == 0.0 and unit == "$" and abs(x) >= 100.0:
        decimals = 0  # as `dollars`: what is known exactly is not known to cents
    mean = _number(x * factor, decimals, prefix=prefix, signed=signed)
    return f"{mean} \u00b1 {_number(half, decimals)}{suffix}"


def interval(
    lo: float | None, hi: float | None, *, form: Callable[[float | None], str] = points
) -> str:
    """Interval in brackets.

    Parameters
    ----------
    lo, hi : float
        Ends, in the unit of `form`.
    form : callable, default=points
        How one end is written: `dollars`, `points` or `percent`.

    Returns
    -------
    str
        ``"[−$12.00, $240]"``.
    """
    return f"[{form(lo)}, {form(hi)}]"
