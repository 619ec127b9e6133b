"""The order of the sources, and that the user is told whenever it is not the first."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from alvh.errors import DataError
from alvh.market import load_history
from alvh.market.source import MAX_AGE
from tests.market import loopback as wire

# Of the client, not ours: it still sorts in place, which pandas 3.1 deprecates.
pytestmark = pytest.mark.filterwarnings(
    "ignore:The inplace keyword in:DeprecationWarning:yfinance.utils"
)

NOW = dt.datetime(2024, 2, 13, 15, tzinfo=dt.UTC)
REFUSAL = "Yahoo refuses more requests for now (HTTP 429)"


def test_downloads_once_and_then_reads_what_it_saved(yahoo):
    first = load_history(now=NOW)
    assert (first.source, first.notes) == ("Yahoo Finance", ())
    n_asked = len(yahoo.asked)
    again = load_history(now=NOW + MAX_AGE)
    assert again.fetched_at == NOW
    assert again.notes == ()
    assert len(yahoo.asked) == n_asked
    assert load_history(now=NOW + dt.timedelta(minutes=1), refresh=True).fetched_at > NOW
    assert len(yahoo.asked) == 2 * n_asked


@pytest.mark.usefixtures("yahoo")
def test_an_old_copy_is_replaced():
    load_history(now=NOW)
    later = NOW + MAX_AGE + dt.timedelta(seconds=1)
    assert load_history(now=later).fetched_at == later


def test_falls_back_to_the_old_copy_and_says_how_old(yahoo):
    load_history(now=NOW)
    yahoo.answer = wire.rate_limited
    later = NOW + dt.timedelta(days=3)
    for source in ("auto", "yahoo"):
        history = load_history(source, now=later, refresh=True)
        assert history.source == "Yahoo Finance"
        assert history.notes == (
            f"No new data from Yahoo Finance: {REFUSAL}. Shown is what was saved 3 days ago.",
        )


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (dt.timedelta(minutes=5), "less than an hour ago"),
        (dt.timedelta(hours=1), "1 hour ago"),
        (dt.timedelta(hours=30), "30 hours ago"),
    ],
)
def test_words_for_the_age(yahoo, age, words):
    load_history(now=NOW)
    yahoo.answer = wire.rate_limited
    assert words in load_history(now=NOW + age, refresh=True).notes[0]


def test_falls_back_to_the_sample_and_says_so(yahoo):
    yahoo.answer = wire.rate_limited
    history = load_history(now=NOW)
    assert history.source == "offline sample (arch package)"
    assert history.notes == (
        f"No data from Yahoo Finance: {REFUSAL}. Nothing was saved before, so this is the "
        "offline sample, 2014-01-03 to 2018-12-31: not today's market.",
    )


def test_yahoo_alone_has_no_substitute(yahoo):
    yahoo.answer = wire.garbage
    with pytest.raises(DataError, match=r"^No data from Yahoo Finance: .* cannot be read"):
        load_history("yahoo", now=NOW)


def test_does_not_ask_again_for_ten_minutes_unless_told(yahoo):
    yahoo.answer = wire.rate_limited
    load_history(now=NOW)
    n_asked = len(yahoo.asked)
    yahoo.answer = wire.good
    soon = NOW + dt.timedelta(minutes=5)
    assert "next try from 15:10" in load_history(now=soon).notes[0]
    assert len(yahoo.asked) == n_asked
    assert load_history(now=soon, refresh=True).source == "Yahoo Finance"
    # A success wipes the memory of the failure.
    assert load_history(now=soon, max_age=dt.timedelta(-1)).notes == ()


def test_asks_again_after_ten_minutes(yahoo):
    yahoo.answer = wire.rate_limited
    load_history(now=NOW)
    yahoo.answer = wire.good
    assert load_history(now=NOW + dt.timedelta(minutes=10)).source == "Yahoo Finance"


@pytest.mark.usefixtures("yahoo")
def test_a_broken_cache_is_fetched_again(folder):
    load_history(now=NOW)
    (folder / "history.csv").write_text("broken")
    history = load_history(now=NOW)
    assert (history.source, history.notes) == ("Yahoo Finance", ())


def test_two_pages_at_once_ask_once(yahoo):
    with ThreadPoolExecutor(2) as pool:
        pages = [pool.submit(load_history, now=NOW) for _ in range(2)]
    assert {page.result().as_of for page in pages} == {dt.date(2024, 2, 12)}
    assert len(yahoo.asked) == len(wire.LEVELS)


def test_an_unwritable_folder_is_no_reason_to_fail(yahoo, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ALVH_CACHE_DIR", str(tmp_path / "file" / "cache"))
    history = load_history(now=NOW)
    assert history.source == "Yahoo Finance"
    assert history.notes == ("The data could not be saved for later (Not a directory).",)
    yahoo.answer = wire.rate_limited
    assert load_history(now=NOW).source == "offline sample (arch package)"


def test_the_sample_needs_no_network(yahoo):
    assert load_history("sample").notes == ()
    assert yahoo.asked == []
