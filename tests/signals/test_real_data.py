"""The panel on the market's own days, where they lie beside the repository."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from alvh.market.fred import MacroHistory
from alvh.signals import Signals, signal_panel

DATA = Path(__file__).parents[2].parent / "shared/data"


@pytest.fixture(scope="module")
def history():
    if not DATA.exists():
        pytest.skip("expected: the market data is not beside this repository")
    frame = pd.read_csv(DATA / "market_history.csv", index_col="date", parse_dates=["date"])
    months = pd.read_csv(DATA / "macro_monthly.csv", index_col="date", parse_dates=["date"])
    macro = MacroHistory(
        months.rename(columns={"ppi_fd": "ppi"}), "file", dt.datetime(2022, 1, 31, tzinfo=dt.UTC)
    )
    return frame, macro


@pytest.fixture(scope="module")
def panel(history):
    frame, macro = history
    return signal_panel(frame, macro=macro)


def test_what_begins_late_is_said(panel):
    _, coverage = panel
    assert coverage.loc["vvix_ratio", "first"] == pd.Timestamp("2006-03-06")
    assert "vvix_close begins on 2006-03-06" in coverage.loc["macd_line", "reason"]
    assert coverage.loc["vix_curve", "first"] == pd.Timestamp("2009-09-18")
    assert "vix3m_close begins on 2009-09-18" in coverage.loc["vix_curve", "reason"]
    assert coverage.loc["vix", "missing"] == 1
    assert coverage.loc["fomc", "first"] == pd.Timestamp("1999-02-03")
    assert coverage.index[~coverage["available"]].tolist() == [
        *("rsi_spy", "breadth_line", "breadth_average", "breadth_below", "breadth_cross"),
        *("breadth_divergence", "contango", "futures_contango"),
    ]


def test_known_days_read_as_they_should(panel):
    values, _ = panel
    crash, calm = values.loc["2020-03-16"], values.loc["2017-11-03"]
    assert crash["vix"] == 82.69
    assert crash["vix_percentile"] == 100.0
    assert crash["range_percent"] == pytest.approx(82.69 / np.sqrt(252.0))
    assert crash["vix_curve"] > 0.1
    assert crash["rsi_spx"] < 35.0
    assert crash["rsi_vix"] > 70.0
    assert crash["vix_score"] > 1.5
    assert crash["realised"] > 60.0
    assert calm["vix"] == 9.14
    assert calm["vix_percentile"] < 2.0
    assert calm["rsi_spx"] > 70.0
    assert calm["vix_curve"] < -0.15
    assert values.loc["2008-10-01":"2008-12-31", "realised"].max() > 80.0


def test_every_signal_stays_where_it_can_be(panel):
    values, _ = panel
    for name in ("rsi_spx", "rsi_vix", "vix_percentile"):
        assert values[name].dropna().between(0.0, 100.0).all()
    assert set(values["macd_cross"].dropna()) == {-1.0, 0.0, 1.0}
    assert set(values["fomc"].dropna()) == {0.0, 1.0}
    assert (values[["realised", "forecast"]].dropna() > 0.0).all(axis=None)
    assert np.isfinite(values.fillna(0.0)).all(axis=None)
    # eight meetings a year of two days each, one of them left out in 2020
    assert 0.055 < values["fomc"].mean() < 0.07
    surprise = values["cpi_surprise"].replace(0.0, np.nan).loc["2001-05":]
    assert 0.2 < surprise.notna().mean() < 0.27  # five days of twenty-one
    assert surprise.std() < 2.0
    assert values["exchange_rate"].std() < 2.0


def test_the_forecast_is_better_than_what_was_realised(history, panel):
    """Out of sample, 2000 to 2021: the reason it is the default."""
    frame, _ = history
    values, _ = panel
    squared = np.log(frame["spx_close"]).diff() ** 2 * 252e4
    outcome = squared.rolling(21).mean().shift(-21)
    both = pd.DataFrame({"har": values["forecast"], "trailing": values["realised"]})
    error = both.sub(np.sqrt(outcome), axis=0).dropna() ** 2
    assert len(error) > 5000
    assert error["har"].mean() < 0.9 * error["trailing"].mean()
    # VIX stands above it on most days: the premium
    assert 0.7 < (values["premium_points"].dropna() > 0.0).mean() < 0.95


@pytest.mark.parametrize("cut", [1500, 2600, 4000])
def test_nothing_looks_ahead_on_real_days(history, panel, cut):
    frame, macro = history
    rule = Signals(fomc_before=10, fomc_after=10)
    wide, _ = signal_panel(frame, rule, macro=macro, names=["fomc"])
    short, _ = signal_panel(frame.iloc[:cut], rule, macro=macro)
    whole = panel[0].assign(fomc=wide["fomc"]).iloc[:cut]
    pd.testing.assert_frame_equal(short, whole, check_exact=True)


def test_late_data_are_unavailable(history):
    """The file's months end in 2021: a day of 2022 is not told those of the year before."""
    frame, macro = history
    ended = MacroHistory(macro.frame.loc[:"2019-12"], macro.source, macro.fetched_at)
    values, coverage = signal_panel(frame, macro=ended, names=["cpi_surprise", "exchange_rate"])
    assert values.loc["2020-04":].isna().all(axis=None)
    assert values.loc["2019"].notna().all(axis=None)
    assert coverage.loc["cpi_surprise", "reason"] == "cpi lacks 23 months, the last 2021-11"
