"""Daily history from Yahoo Finance, by way of the `yfinance` package.

Indices in points; SPY and RSP in dollars, as closed; the 13-week bill as a continuous rate, decimal
a year. The package answers most failures with an empty frame and waits up to half a minute at each
step; here every failure becomes a `DataError` with a plain reason, within a time limit.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from curl_cffi import requests

from alvh._typing import FloatArray
from alvh.errors import DataError
from alvh.market.cache import cache_dir
from alvh.market.history import MarketHistory
from alvh.market.schema import COLUMNS

__all__ = ["FIRST_DAY", "SOURCE", "TIMEOUT", "Session", "bill_rate", "fetch_yahoo"]

SOURCE = "Yahoo Finance"
FIRST_DAY = dt.date(1990, 1, 2)
"""First day of VIX."""
TIMEOUT = 8.0
CONNECT_TIMEOUT = 2.5

_OPTIONAL = {
    "vix3m_close": "^VIX3M",
    "vvix_close": "^VVIX",
    "rate": "^IRX",
}
_FOR_SIGNALS = {
    "vix9d_close": "^VIX9D",
    "skew_close": "^SKEW",
    "spy_close": "SPY",
    "rsp_close": "RSP",
}
"""Without a note where missing: the signals that need one say so themselves."""
_BILL_DAYS = 91
# The package keeps one session and one configuration for the whole process.
_LOCK = threading.Lock()


class Session(requests.Session[requests.Response]):
    """A browser-like session whose requests all end by one deadline.

    Parameters
    ----------
    timeout : float
        Seconds from now to the deadline.
    """

    def __init__(self, timeout: float) -> None:
        super().__init__(impersonate="chrome")
        self.extend(timeout)

    def extend(self, timeout: float) -> None:
        """Put the deadline `timeout` seconds from now."""
        self.deadline = time.monotonic() + timeout

    def request(self, method: Any, url: str, *args: Any, **kwargs: Any) -> requests.Response:
        """Send a request with what is left of the time.

        Raises
        ------
        TimeoutError
            If nothing is left.
        """
        left = self.deadline - time.monotonic()
        if left <= 0.0:
            raise TimeoutError("no answer in time")
        connect = min(CONNECT_TIMEOUT, left)
        # The two parts are added up to the limit of the whole request.
        kwargs["timeout"] = (connect, max(left - connect, 0.001))
        return super().request(method, url, *args, **kwargs)


def fetch_yahoo(
    *, timeout: float = TIMEOUT, now: dt.datetime | None = None, session: Session | None = None
) -> MarketHistory:
    """Download the history from 1990 on.

    Parameters
    ----------
    timeout : float, default=8
        Seconds for SPX and VIX together; once they are in, the optional indices get as much again.
    now : datetime, optional
        Time of the download, UTC. Default: the present.
    session : Session, optional
        Session to use instead of a new one; its deadline is reset.

    Returns
    -------
    MarketHistory
        With one note for each optional index of the market that could not be had.

    Raises
    ------
    DataError
        If SPX or VIX cannot be had in time, or what came fails `validate_history`.
    """
    fetched_at = now or dt.datetime.now(dt.UTC)
    notes: list[str] = []
    with _LOCK, _loud_and_local() as yf:
        own = session or Session(timeout)
        try:
            own.extend(timeout)
            spx, vix = _download(yf, "^GSPC", own), _download(yf, "^VIX", own)["Close"]
            own.extend(timeout)
            optional: dict[str, pd.Series[float]] = {}
            for name, symbol in (_OPTIONAL | _FOR_SIGNALS).items():
                try:
                    optional[name] = _download(yf, symbol, own)["Close"]
                except DataError as error:
                    if name in _OPTIONAL:
                        notes.append(f"{COLUMNS[name].title} is not available: {error}.")
        finally:
            if session is None:
                own.close()
    frame = spx[["Open", "High", "Low", "Close"]].set_axis(
        ["spx_open", "spx_high", "spx_low", "spx_close"], axis=1
    )
    frame = frame[frame["spx_close"] > 0.0]
    frame["vix_close"] = vix.reindex(frame.index)
    for name, series in optional.items():
        frame[name] = series.reindex(frame.index)
    if "rate" in frame:
        # Bills rest on some days stocks trade; the last known rate holds, never a later one.
        frame["rate"] = bill_rate(frame["rate"].ffill(limit=5).to_numpy(dtype=np.float64))
    # Yahoo writes a level it does not know as 0.
    levels = frame.columns.drop("rate", errors="ignore")
    frame[levels] = frame[levels].where(frame[levels] > 0.0)
    return MarketHistory.from_frame(
        frame, source=SOURCE, fetched_at=fetched_at, notes=notes, today=fetched_at.date()
    )


def bill_rate(quote: FloatArray) -> FloatArray:
    r"""Continuous rate from the quote of the 13-week bill.

    Parameters
    ----------
    quote : ndarray of shape (...)
        Bank discount in percent, as ^IRX quotes it (5.25 means 5.25 %).

    Returns
    -------
    ndarray of shape (...)
        :math:`-\log(1 - q/100 \cdot 91/360) \cdot 365/91`, decimal a year; nan stays nan.
    """
    rate: FloatArray = -np.log1p(-quote / 100.0 * _BILL_DAYS / 360.0) * 365.0 / _BILL_DAYS
    return rate


@contextlib.contextmanager
def _loud_and_local() -> Iterator[Any]:
    """Make the package raise instead of log, and keep its files in our cache folder."""
    # Imported here: it takes a second, and a saved history needs none of it.
    import yfinance as yf  # type: ignore[import-untyped]

    folder = cache_dir() / "yfinance"
    _use_folder(yf, folder)
    debug, logger = yf.config.debug, logging.getLogger("yfinance")
    hidden, level = debug.hide_exceptions, logger.level
    debug.hide_exceptions = False
    logger.setLevel(logging.CRITICAL)
    try:
        yield yf
    finally:
        debug.hide_exceptions = hidden
        logger.setLevel(level)


def _use_folder(yf: Any, folder: Path) -> None:
    with contextlib.suppress(OSError):  # the package does without, if it cannot be written
        folder.mkdir(parents=True, exist_ok=True)
    yf.set_tz_cache_location(str(folder))


def _download(yf: Any, symbol: str, session: Session) -> pd.DataFrame:
    """Daily rows of one symbol by exchange day, each day once."""
    try:
        ticker = yf.Ticker(symbol, session=session)
        # Known, so not asked: it would cost a request a symbol, and more when that one fails.
        ticker._tz = "America/New_York"
        rows: pd.DataFrame = ticker.history(
            start=FIRST_DAY.isoformat(), interval="1d", auto_adjust=False, actions=False
        )
    except Exception as error:
        # The package lets through whatever its parsers meet, so no narrower class will do.
        raise DataError(_reason(error, symbol)) from error
    if rows.empty or "Close" not in rows:
        raise DataError(f"Yahoo has no data for {symbol}")
    days = pd.DatetimeIndex(rows.index).tz_localize(None).normalize()
    rows = rows.set_axis(days, axis=0)
    # During the session the running day may come twice; the later row is the newer one.
    return rows[~rows.index.duplicated(keep="last")].sort_index()


def _reason(error: BaseException, symbol: str) -> str:
    names = {kind.__name__ for kind in type(error).__mro__}
    if "YFRateLimitError" in names:
        return "Yahoo refuses more requests for now (HTTP 429)"
    if "DNSError" in names:
        return "Yahoo's address cannot be found (no network?)"
    if names & {"Timeout", "TimeoutError"}:
        return "Yahoo did not answer in time"
    if names & {"IncompleteRead", "ChunkedEncodingError"}:
        return f"Yahoo's answer for {symbol} was cut off"
    if names & {"RequestException", "ConnectionError"} and "JSONDecodeError" not in names:
        return "no connection to Yahoo"
    if "YFPricesMissingError" in names:
        return f"Yahoo has no data for {symbol}"
    return f"Yahoo's answer for {symbol} cannot be read ({type(error).__name__})"
