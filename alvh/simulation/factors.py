r"""What simulated markets lack: breadth, surprises of prices and the dollar, from a small model.

A path of the model is an index and its variances. Signals that come from elsewhere are drawn beside
it, each with one number, its *power*: the correlation of its news with how the index is about to
move. At zero, the default, a signal holds nothing about the coming days that the market's state
does not; the number says how good a signal would have to be before acting on it pays.

- Each day has an :math:`f_t = -\log(S_{t+h}/S_t) / q_t`, within 3 of zero, with
  :math:`q_t = \sqrt{h (v_t + 0.15 m_t)/252}`, close to the deviation of such a return: a fall to
  come over the next h days. It looks ahead, which no trader can: it stands for what a signal would
  know.
- News is :math:`e = p f_t + \sqrt{1-p^2}\,\epsilon` with power p and independent standard normals.
- Breadth is a line of daily changes :math:`\rho z_t - \sqrt{1-\rho^2}\,e_t`, with the day's own
  return :math:`z_t` in deviations: it moves with the index (correlation :math:`\rho`), and news of
  a fall pulls it down.
- Consumer and producer prices are published every 21 trading days; the surprise is e.
- The dollar's move over three months is the mean of the last three months' e times root three.
- The FOMC decides every 31.5 trading days, eight times a year, known in advance.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit, prange
from pydantic import Field

from alvh._compiled import inlined
from alvh._typing import FloatArray
from alvh.simulation._random import normal, seed_stream
from alvh.value import Value

__all__ = [
    "FOMC_EVERY",
    "FOMC_FIRST",
    "PRINTS",
    "PRINT_EVERY",
    "FactorModel",
    "Factors",
    "draw_factors",
    "fomc_window",
]

PRINT_EVERY = 21
"""Trading days between monthly publications on simulated paths."""
PRINTS = {"cpi": 8, "ppi": 9, "exchange_rate": 17}
"""Day of a path on which each is published first."""
FOMC_EVERY, FOMC_FIRST = 31.5, 16
_SALT = 0x5EED_FAC7  # another stream than the market's of the same seed


def _power(title: str) -> float:
    power: float = Field(
        0.0,
        ge=0.0,
        le=1.0,
        title=title,
        description="Correlation of its news with the index's fall over the coming days; 0 knows "
        "nothing the market's state does not hold.",
        json_schema_extra={"unit": "correlation", "step": 0.05},
    )
    return power


class FactorModel(Value):
    """How signals from outside the market behave on simulated paths; see the module."""

    breadth: float = _power("Power of breadth")
    inflation: float = _power("Power of CPI and PPI")
    exchange_rate: float = _power("Power of the dollar")
    horizon: int = Field(
        5,
        ge=1,
        le=21,
        title="Days foreseen",
        description="Trading days ahead that a signal with power looks.",
        json_schema_extra={"unit": "trading days", "step": 1},
    )
    loading: float = Field(
        0.8,
        ge=0.0,
        le=1.0,
        title="Breadth with the index",
        description="Correlation of the day's change of breadth with the day's return.",
        json_schema_extra={"unit": "correlation", "step": 0.05},
    )


class Factors(NamedTuple):
    """Signals from outside the market along paths; each of shape (n_paths, n_days + 1).

    breadth : line, in deviations of its daily change; starts at zero.
    cpi, ppi : latest surprise in deviations; nan before the first publication.
    exchange_rate : latest move over three months, in deviations.
    """

    breadth: FloatArray
    cpi: FloatArray
    ppi: FloatArray
    exchange_rate: FloatArray


def draw_factors(
    rule: FactorModel,
    spot: FloatArray,
    variance: FloatArray,
    mean_variance: FloatArray,
    seed: int,
    first: int = 0,
) -> Factors:
    """Draw the factors of paths.

    Parameters
    ----------
    rule : FactorModel
    spot, variance, mean_variance : ndarray of shape (n_paths, n_days + 1)
    seed, first : int
        Path i draws stream ``first + i`` of a seed derived from `seed`: the same whatever pieces
        the paths come in.

    Returns
    -------
    Factors
    """
    out = Factors(*(np.empty(spot.shape) for _ in Factors._fields))
    _fill(
        (rule.breadth, rule.inflation, rule.exchange_rate, float(rule.horizon), rule.loading),
        spot,
        variance,
        mean_variance,
        seed ^ _SALT,
        first,
        (PRINTS["cpi"], PRINTS["ppi"], PRINTS["exchange_rate"]),
        out,
    )
    for array in out:
        array.setflags(write=False)
    return out


def fomc_window(n_days: int, before: int, after: int) -> FloatArray:
    """1 within a window of simulated decisions, else 0; days 0 to `n_days`."""
    meetings = FOMC_FIRST + np.floor(FOMC_EVERY * np.arange((n_days + before) // 31 + 2))
    days = np.arange(n_days + 1)[:, None]
    inside = (days >= meetings - before) & (days <= meetings + after)
    return np.asarray(inside.any(axis=1), dtype=np.float64)


@inlined
def _standard(spot, v, m, day, ahead):  # type: ignore[no-untyped-def]
    """Return over the next days in deviations, at most three."""
    variance = (v + 0.15 * m) * ahead / 252.0
    if variance <= 0.0:
        return 0.0
    return min(max(np.log(spot[day + ahead] / spot[day]) / np.sqrt(variance), -3.0), 3.0)


@njit(cache=True, parallel=True, error_model="numpy")
def _fill(rule, spot, variance, mean_variance, seed, first, prints, out):  # type: ignore[no-untyped-def]
    breadth_power, price_power, dollar_power, horizon, loading = rule
    breadth, cpi, ppi, dollar = out
    h, last = int(horizon), spot.shape[1] - 1
    apart = np.sqrt(1.0 - loading * loading)
    for i in prange(spot.shape[0]):
        stream = seed_stream(seed, first + i)
        e1, stream = normal(stream)
        e2, stream = normal(stream)
        e3, stream = normal(stream)
        line, price, producer = 0.0, np.nan, np.nan
        for day in range(last + 1):
            ahead = min(h, last - day)
            fall = -_standard(spot[i], variance[i, day], mean_variance[i, day], day, ahead)
            noise, stream = normal(stream)
            if day > 0:
                z = _standard(spot[i], variance[i, day - 1], mean_variance[i, day - 1], day - 1, 1)
                news = breadth_power * fall + np.sqrt(1.0 - breadth_power**2) * noise
                line += loading * z - apart * news
            if day % 21 == prints[0] % 21 and day >= prints[0]:
                noise, stream = normal(stream)
                price = price_power * fall + np.sqrt(1.0 - price_power**2) * noise
            if day % 21 == prints[1] % 21 and day >= prints[1]:
                noise, stream = normal(stream)
                producer = price_power * fall + np.sqrt(1.0 - price_power**2) * noise
            if day % 21 == prints[2] % 21 and day >= prints[2]:
                noise, stream = normal(stream)
                e1, e2 = e2, e3
                e3 = dollar_power * fall + np.sqrt(1.0 - dollar_power**2) * noise
            breadth[i, day], cpi[i, day], ppi[i, day] = line, price, producer
            dollar[i, day] = (e1 + e2 + e3) / np.sqrt(3.0)
