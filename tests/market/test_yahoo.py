"""Yahoo's wire format through the real client, and each way it goes wrong."""

from __future__ import annotations

import datetime as dt
import json
import logging
import time

import numpy as np
import pytest

from alvh.errors import DataError
from alvh.market.yahoo import bill_rate, fetch_yahoo
from tests.market import loopback as wire

# Of the client, not ours: it still sorts in place, which pandas 3.1 deprecates.
pytestmark = pytest.mark.filterwarnings(
    "ignore:The inplace keyword in:DeprecationWarning:yfinance.utils"
)

NOW = dt.datetime(2024, 2, 13, 15, tzinfo=dt.UTC)


def test_bill_rate():
    # 5.25 % discount: a bill of 100 costs 100 - 5.25 * 91 / 360 = 98.6729.
    assert bill_rate(np.array([5.25]))[0] == pytest.approx(
        np.log(100 / 98.67291667) * 365 / 91, rel=1e-8
    )
    assert bill_rate(np.array([0.0, -0.02])) == pytest.approx([0.0, -0.0002], abs=1e-5)


def test_normal_answer(yahoo):
    history = fetch_yahoo(now=NOW)
    assert history.source == "Yahoo Finance"
    assert history.fetched_at == NOW
    assert history.notes == ()
    assert yahoo.asked == list(wire.LEVELS)
    assert len(history.frame) == 30
    assert history.as_of == dt.date(2024, 2, 12)
    quote = history.latest
    assert quote.spot == pytest.approx(4700 * 1.029)
    assert quote.vix == pytest.approx(13 * 1.029)
    assert quote.vix3m == pytest.approx(15 * 1.029)
    assert quote.vvix == pytest.approx(85 * 1.029)
    assert quote.rate == pytest.approx(bill_rate(np.float64(5.25 * 1.029)))


def test_gaps_are_left_out_or_carried_never_invented(yahoo):
    def answer(symbol):
        gaps = {"^VIX": {4: None, 5: 0.0}, "^IRX": {0: None, 9: None}, "^VVIX": {29: 0.0}}
        return 200, json.dumps(wire.chart(symbol, gaps=gaps.get(symbol))).encode()

    yahoo.answer = answer
    history = fetch_yahoo(now=NOW)
    assert len(history.frame) == 28
    assert history.notes == ("Left out 2 days without a VIX close (2024-01-08, 2024-01-09).",)
    assert np.isnan(history.frame["rate"].iloc[0])
    assert history.frame["rate"]["2024-01-15"] == history.frame["rate"]["2024-01-12"]
    assert history.latest.vvix is None


def test_an_unknown_open_is_no_price(yahoo):
    def answer(symbol):
        body = wire.chart(symbol)
        quote = body["chart"]["result"][0]["indicators"]["quote"][0]
        quote["open"] = [0.0, *quote["open"][1:]]
        return 200, json.dumps(body).encode()

    yahoo.answer = answer
    history = fetch_yahoo(now=NOW)
    assert len(history.frame) == 30
    assert np.isnan(history.frame["spx_open"].iloc[0])


def test_an_optional_index_may_be_missing(yahoo):
    yahoo.answer = lambda symbol: (wire.not_found if symbol == "^VVIX" else wire.good)(symbol)
    history = fetch_yahoo(now=NOW)
    assert history.notes == ("VVIX close is not available: Yahoo has no data for ^VVIX.",)
    assert history.latest.vvix is None
    assert history.latest.vix3m is not None


def test_what_serves_signals_only_is_missed_in_silence(yahoo):
    yahoo.answer = lambda symbol: (wire.not_found if symbol == "RSP" else wire.good)(symbol)
    history = fetch_yahoo(now=NOW)
    assert history.notes == ()
    assert "rsp_close" not in history.frame
    assert history.frame["skew_close"].iloc[-1] == pytest.approx(140.0 * 1.029)


@pytest.mark.parametrize("symbol", ["^GSPC", "^VIX"])
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("empty", "Yahoo has no data for {}"),
        ("not_found", "Yahoo has no data for {}"),
        ("rate_limited", "Yahoo refuses more requests for now (HTTP 429)"),
        ("garbage", "Yahoo's answer for {} cannot be read (JSONDecodeError)"),
        ("cut_off", "Yahoo's answer for {} cannot be read (JSONDecodeError)"),
    ],
)
def test_faults_become_plain_reasons(yahoo, caplog, symbol, fault, reason):
    bad = getattr(wire, fault)
    yahoo.answer = lambda asked: (bad if asked == symbol else wire.good)(asked)
    with pytest.raises(DataError) as caught:
        fetch_yahoo(now=NOW)
    assert str(caught.value) == reason.format(symbol)
    assert [record for record in caplog.records if record.name == "yfinance"] == []


def test_recovers_after_a_fault(yahoo):
    yahoo.answer = wire.rate_limited
    with pytest.raises(DataError):
        fetch_yahoo(now=NOW)
    yahoo.answer = wire.good
    assert len(fetch_yahoo(now=NOW).frame) == 30


def test_slow_answer_ends_in_time(yahoo):
    yahoo.answer = yahoo.slow
    start = time.perf_counter()
    with pytest.raises(DataError, match="Yahoo did not answer in time"):
        fetch_yahoo(now=NOW, timeout=0.3)
    assert time.perf_counter() - start < 1.5


def test_slow_optional_indices_do_not_cost_the_history(yahoo):
    yahoo.answer = lambda symbol: (yahoo.slow if symbol == "^VIX3M" else wire.good)(symbol)
    history = fetch_yahoo(now=NOW, timeout=0.5)
    assert history.notes == tuple(
        f"{title} is not available: Yahoo did not answer in time."
        for title in ("VIX3M close", "VVIX close", "Short rate")
    )


def test_nobody_there(yahoo):
    yahoo.shutdown()
    yahoo.server_close()
    with pytest.raises(DataError, match="no connection to Yahoo"):
        fetch_yahoo(now=NOW)


def test_impossible_data_is_refused(yahoo):
    def answer(symbol):
        gaps = {9: 47.0} if symbol == "^GSPC" else None
        return 200, json.dumps(wire.chart(symbol, gaps=gaps)).encode()

    yahoo.answer = answer
    with pytest.raises(DataError, match="Yahoo Finance, 2024-01-15: spx_close must move by at"):
        fetch_yahoo(now=NOW)


def test_keeps_its_files_in_our_folder_and_restores_settings(yahoo, folder):
    import yfinance

    level = logging.getLogger("yfinance").level
    fetch_yahoo(now=NOW)
    assert yfinance.config.debug.hide_exceptions is True
    assert logging.getLogger("yfinance").level == level
    assert yahoo.asked
    assert (folder / "yfinance").is_dir()
