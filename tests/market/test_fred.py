"""FRED's plain CSV through the real client, each way it goes wrong, and no look-ahead."""

from __future__ import annotations

import datetime as dt
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd
import pytest

from alvh.errors import DataError
from alvh.market import fred

NOW = dt.datetime(2024, 6, 20, 15, tzinfo=dt.UTC)
MONTHS = pd.date_range("2020-01-01", "2024-05-01", freq="MS")


def wire(name: str, values=None, *, head: str = "observation_date") -> bytes:
    """A series as FRED writes it: a missing month is a full stop."""
    numbers = 100.0 + np.arange(len(MONTHS)) if values is None else values
    rows = [
        f"{month:%Y-%m-%d},{'.' if np.isnan(x) else f'{x:.3f}'}"
        for month, x in zip(MONTHS, numbers, strict=True)
    ]
    return "\n".join([f"{head},{name}", *rows, ""]).encode()


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = lambda name: (200, wire(name))
        self.asked: list[str] = []
        self.promise: int | None = None
        self.release = threading.Event()

    def handle_error(self, request, client_address):
        """Keep quiet: a client that gave up waiting is what a test is about."""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        (name,) = parse_qs(urlsplit(self.path).query)["id"]
        self.server.asked.append(name)
        status, body = self.server.answer(name)
        self.send_response(status)
        self.send_header("Content-Type", "text/csv")
        self.send_header("Content-Length", str(self.server.promise or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Keep quiet."""


@pytest.fixture
def server(monkeypatch):
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    monkeypatch.setattr(fred, "ADDRESS", f"http://127.0.0.1:{server.server_port}/fredgraph.csv")
    yield server
    server.release.set()
    server.shutdown()
    server.server_close()
    thread.join()


def test_normal_answer(server):
    macro = fred.fetch_fred(now=NOW)
    assert server.asked == ["CPIAUCSL", "CPILFESL", "PPIFIS", "RBUSBIS"]
    assert list(macro.frame) == ["cpi", "core_cpi", "ppi", "reer"]
    assert macro.notes == ()
    assert macro.frame["cpi"].iloc[-1] == 100.0 + len(MONTHS) - 1
    assert macro.frame.index.name == "month"


def test_the_older_head_and_a_missing_month(server):
    numbers = 100.0 + np.arange(len(MONTHS), dtype=float)
    numbers[5] = np.nan
    server.answer = lambda name: (200, wire(name, numbers, head="DATE"))
    macro = fred.fetch_fred(now=NOW)
    assert np.isnan(macro.frame["cpi"].iloc[5])
    assert macro.frame["cpi"].notna().sum() == len(MONTHS) - 1


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda _: (429, b"slow down"), "refuses more requests"),
        (lambda _: (500, b""), "HTTP 500"),
        (lambda _: (200, b"<html>busy</html>"), "cannot be read"),
        (lambda _: (200, b""), "cannot be read"),
        (lambda _: (200, wire("OTHER")), "cannot be read"),
        (lambda n: (200, wire(n).replace(b"120.000", b"abc")), "cannot be read"),
        (lambda n: (200, wire(n).replace(b"120.000", b"-5")), "from 10 to"),
        (lambda n: (200, wire(n).replace(b"2020-03-01", b"2020-03-07")), "first days"),
        (lambda n: (200, wire(n).replace(b"2020-03-01", b"2020-02-01")), "each once"),
        (lambda n: (200, wire(n) + b"2031-01-01,120\n"), "2031-01, which is to come"),
    ],
)
def test_one_bad_series_is_left_out_and_named(server, answer, says):
    server.answer = lambda name: answer(name) if name == "PPIFIS" else (200, wire(name))
    macro = fred.fetch_fred(now=NOW)
    assert "ppi" not in macro.frame
    (note,) = macro.notes
    assert note.startswith("Producer prices, final demand not available: ")
    assert says in note


def test_a_cut_off_answer_is_not_half_a_history(server):
    server.promise = 10_000
    with pytest.raises(DataError, match="cut off"):
        fred.fetch_fred(now=NOW)


def test_a_slow_answer_ends_in_time_and_is_not_waited_for_again(server):
    def slow(name):
        server.release.wait(3.0)
        return 200, wire(name)

    server.answer = slow
    started = time.monotonic()
    with pytest.raises(DataError, match="did not answer in time"):
        fred.fetch_fred(timeout=0.2, now=NOW)
    assert len(server.asked) == 1
    assert time.monotonic() - started < 2.0


def test_no_network(monkeypatch):
    monkeypatch.setattr(fred, "ADDRESS", "http://127.0.0.1:9/fredgraph.csv")
    with pytest.raises(DataError, match="no connection to FRED"):
        fred.load_macro(now=NOW)


def test_saved_answers_serve_while_fresh_and_when_there_is_no_other(server):
    first = fred.load_macro(now=NOW)
    again = fred.load_macro(now=NOW + dt.timedelta(hours=3))
    assert len(server.asked) == 4
    pd.testing.assert_frame_equal(first.frame, again.frame, check_freq=False)
    fred.load_macro(now=NOW + dt.timedelta(hours=3), refresh=True)
    assert len(server.asked) == 8
    server.answer = lambda _: (503, b"")
    old = fred.load_macro(now=NOW + dt.timedelta(days=9))
    assert "No new data from FRED" in old.notes[0]
    assert "2024-06-20" in old.notes[0]
    pd.testing.assert_frame_equal(first.frame, old.frame, check_freq=False)


@pytest.mark.parametrize("damage", [b"", b"{}\n", b"not json\nmonth,cpi\n", None])
def test_a_damaged_save_is_as_good_as_none(server, folder, damage):
    fred.load_macro(now=NOW)
    path = folder / "fred.csv"
    path.write_bytes(path.read_bytes()[:-200] if damage is None else damage)
    fred.load_macro(now=NOW)
    assert len(server.asked) == 8


@pytest.mark.usefixtures("server")
def test_a_month_is_known_only_once_it_was_published():
    macro = fred.fetch_fred(now=NOW)
    days = pd.date_range("2024-02-10", "2024-03-20", freq="D")
    known = fred.known_by(macro, days)
    january, february = 100.0 + 48, 100.0 + 49
    assert known.loc["2024-02-14", "cpi"] == january - 1
    assert known.loc["2024-02-15", "cpi"] == january
    assert known.loc["2024-03-14", "cpi"] == january
    assert known.loc["2024-03-15", "cpi"] == february
    assert known.loc["2024-03-15", "cpi_month"] == pd.Timestamp("2024-02-01")
    assert known.loc["2024-02-24", "reer"] == january - 1
    assert known.loc["2024-02-25", "reer"] == january
    early = fred.known_by(macro, pd.date_range("2020-01-05", "2020-02-14", freq="D"))
    assert early["cpi"].isna().all()
    assert early["cpi_month"].isna().all()


@pytest.mark.usefixtures("server")
def test_later_months_never_change_what_was_known():
    macro = fred.fetch_fred(now=NOW)
    days = pd.date_range("2022-01-01", "2023-01-01", freq="D")
    changed = macro.frame.copy()
    changed.loc["2023-01-01":] *= 2.0
    other = fred.MacroHistory(changed, "FRED", NOW)
    pd.testing.assert_frame_equal(fred.known_by(macro, days), fred.known_by(other, days))
