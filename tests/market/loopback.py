"""A server on this machine that answers as Yahoo's chart service does, well or badly."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import numpy as np
import pandas as pd

# Its import adds warning filters of its own: do it now, so that those of the tests come on top.
import yfinance  # noqa: F401

from alvh.market.yahoo import Session

Answer = tuple[int, bytes]
DAYS = pd.bdate_range("2024-01-02", periods=30)
LEVELS = {
    "^GSPC": 4700.0,
    "^VIX": 13.0,
    "^VIX3M": 15.0,
    "^VVIX": 85.0,
    "^IRX": 5.25,
    "^VIX9D": 12.0,
    "^SKEW": 140.0,
    "SPY": 470.0,
    "RSP": 155.0,
}


def chart(symbol: str, *, gaps: dict[int, float | None] | None = None) -> dict:
    """One symbol in the wire format of the chart service, version 8."""
    close: list[float | None] = list(LEVELS[symbol] * (1 + 0.001 * np.arange(len(DAYS))))
    for position, value in (gaps or {}).items():
        close[position] = value
    opening = (DAYS + pd.Timedelta("14:30:00")).tz_localize("UTC")
    quote = dict.fromkeys(("open", "high", "low", "close"), close)
    result = {
        "meta": {
            "currency": "USD",
            "symbol": symbol,
            "exchangeName": "SNP",
            "instrumentType": "INDEX",
            "firstTradeDate": 1704205800,
            "regularMarketTime": int(opening[-1].timestamp()),
            "gmtoffset": -18000,
            "timezone": "EST",
            "exchangeTimezoneName": "America/New_York",
            "regularMarketPrice": close[-1],
            "priceHint": 2,
            "dataGranularity": "1d",
            "range": "",
            "validRanges": ["1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "max"],
        },
        "timestamp": [int(time.timestamp()) for time in opening],
        "indicators": {
            "quote": [{**quote, "volume": [0] * len(close)}],
            "adjclose": [{"adjclose": close}],
        },
    }
    return {"chart": {"result": [result], "error": None}}


def good(symbol: str) -> Answer:
    return 200, json.dumps(chart(symbol)).encode()


def not_found(symbol: str) -> Answer:
    problem = {"code": "Not Found", "description": f"No data found for {symbol}"}
    return 404, json.dumps({"chart": {"result": None, "error": problem}}).encode()


def empty(_: str) -> Answer:
    return 200, b'{"chart": {"result": [], "error": null}}'


def rate_limited(_: str) -> Answer:
    return 429, b"Too Many Requests\r\n"


def garbage(_: str) -> Answer:
    return 200, b"<html><body>Will be back</body></html>"


def cut_off(symbol: str) -> Answer:
    status, body = good(symbol)
    return status, body[: len(body) // 2]


class Server(ThreadingHTTPServer):
    """Answers each symbol by `answer`; `release` ends what `answer` may be waiting for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer: Callable[[str], Answer] = good
        self.asked: list[str] = []
        self.release = threading.Event()

    def slow(self, symbol: str) -> Answer:
        """Answer well, but not before two seconds are over."""
        self.release.wait(2.0)
        return good(symbol)

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep quiet: a client that gave up waiting is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        if path.startswith("/v8/finance/chart/"):
            symbol = path.rsplit("/", 1)[1]
            self.server.asked.append(symbol)
            status, body = self.server.answer(symbol)
        elif path.endswith("/getcrumb"):
            status, body = 200, b"crumb"
        else:
            status, body = 404, b"<html></html>"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def session_to(server: Server) -> type[Session]:
    """Build the production session, but with every address replaced by that of `server`."""

    class Loopback(Session):
        def request(self, method, url, *args, **kwargs):
            path = urlsplit(url).path
            return super().request(
                method, f"http://127.0.0.1:{server.server_port}{path}", *args, **kwargs
            )

    return Loopback
