"""The panel: nothing looks ahead, nothing is filled, and what is missing is said."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from alvh.errors import DataError, ParameterError
from alvh.market.fred import SERIES
from alvh.signals import INPUTS, SIGNALS, Signals, rsi, signal_panel
from alvh.signals.panel import _BLOCKS
from tests.signals.made_up import market, monthly

QUICK = Signals(estimate_days=250, percentile_days=60, long_days=50)


@pytest.fixture(scope="module")
def frame():
    return market()


@pytest.fixture(scope="module")
def macro():
    return monthly()


@pytest.fixture(scope="module")
def everything(frame, macro):
    return signal_panel(frame, QUICK, macro=macro)


def published(macro, day):
    """What had been published by a day: later months are not there."""
    months = macro.frame.index
    kept = macro.frame.copy()
    for name in kept:
        lag = pd.Timedelta(days=SERIES[str(name)].lag - 1)
        kept.loc[months + pd.offsets.MonthBegin(1) + lag > day, name] = np.nan
    return dataclasses.replace(macro, frame=kept.dropna(how="all"))


def same(found, wanted):
    pd.testing.assert_frame_equal(found, wanted, check_freq=False, check_exact=True)


# --- What is there ----------------------------------------------------------------------------


def test_every_signal_is_there_when_all_data_are(frame, macro):
    values, coverage = signal_panel(frame, QUICK, macro=macro)
    assert list(values) == list(coverage.index) == list(SIGNALS)
    assert values.index.equals(frame.index)
    assert coverage["available"].all()
    assert (coverage["missing"] == 0).all()
    assert (coverage["reason"] == "").all()
    assert list(coverage["first"]) == [values[name].first_valid_index() for name in SIGNALS]


def test_warm_ups_are_as_stated(frame, macro):
    values, _ = signal_panel(frame, macro=macro)
    late = {"forecast", "premium_points", "premium_variance"}  # from the first of a month on
    for name, signal in SIGNALS.items():
        if signal.monthly:
            continue
        first = int(np.flatnonzero(values[name].notna())[0]) + 1
        stated = signal.warm_up(Signals())
        if name in late:
            assert stated <= first <= stated + 22
            assert values.index[first - 1].month != values.index[first - 2].month
        else:
            assert first == stated, name


def test_blocks_give_every_signal_once():
    given_by = [name for names, _ in _BLOCKS for name in names]
    assert sorted(given_by) == sorted(SIGNALS)
    assert {need for signal in SIGNALS.values() for need in signal.needs} <= set(INPUTS)


def test_inputs_are_not_changed(frame, macro):
    before, months = frame.copy(), macro.frame.copy()
    signal_panel(frame, QUICK, macro=macro)
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(macro.frame, months)


@pytest.mark.parametrize("name", SIGNALS)
def test_one_signal_alone_is_what_it_is_among_all(frame, macro, everything, name):
    values, coverage = signal_panel(frame, QUICK, macro=macro, names=[name])
    assert list(values) == list(coverage.index) == [name]
    every, every_coverage = everything
    pd.testing.assert_series_equal(values[name], every[name])
    assert coverage.loc[name].equals(every_coverage.loc[name])


def test_only_what_is_asked_for_is_computed(frame, macro, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("not asked for")

    for name in ("har_forecast", "garch_forecast", "percentile_rank", "price_news", "breach"):
        monkeypatch.setattr(f"alvh.signals.panel.{name}", refuse)
    names = ("rsi_vix", "realised", "implied_to_realised", "vix", "macd_histogram", "fomc", "vix")
    values, coverage = signal_panel(frame, macro=macro, names=names)
    wanted = [name for name in SIGNALS if name in names]
    assert list(values) == list(coverage.index) == wanted
    values, coverage = signal_panel(frame, names=[])
    assert values.shape == (len(frame), 0)
    assert list(coverage) == ["available", "first", "missing", "reason"]


def test_parameters_reach_their_signals(frame):
    rule = Signals(rsi_days=5, forecast="trailing", realised_days=10, macd_of="log ratio")
    values, _ = signal_panel(frame, rule)
    plain, _ = signal_panel(frame, Signals(forecast="trailing"))
    assert values["rsi_spx"].equals(rsi(frame["spx_close"], 5).rename("rsi_spx"))
    assert values["forecast"].equals(values["realised"].rename("forecast"))
    changed = {name for name in SIGNALS if not values[name].equals(plain[name])} - {"vvix_ratio"}
    assert changed == {
        *("macd_line", "macd_average", "macd_histogram", "macd_cross"),
        *("rsi_spx", "rsi_spy", "rsi_vix", "range_blend", "realised", "forecast"),
        *("premium_points", "premium_variance", "implied_to_realised"),
    }


# --- No look-ahead ----------------------------------------------------------------------------


@settings(max_examples=15)
@given(
    cut=st.integers(1, 699),
    missing=st.sampled_from([0.0, 0.03]),
    forecast=st.sampled_from(["har", "trailing"]),
    width=st.integers(0, 1),
)
def test_the_future_never_changes_the_past(macro, cut, missing, forecast, width):
    frame = market(missing=missing)
    rule = QUICK.model_copy(update={"forecast": forecast, "fomc_after": width})
    whole, _ = signal_panel(frame, rule, macro=macro)
    known = published(macro, frame.index[cut - 1])

    short, _ = signal_panel(frame.iloc[:cut], rule, macro=known)
    same(short, whole.iloc[:cut])

    other = frame.copy()
    rng = np.random.default_rng(cut)
    other.iloc[cut:] = other.iloc[cut:] * np.exp(rng.standard_normal((len(frame) - cut, 1)))
    months = known.frame.reindex(macro.frame.index).fillna(3.0 * macro.frame)
    changed, _ = signal_panel(other, rule, macro=dataclasses.replace(macro, frame=months))
    same(changed.iloc[:cut], whole.iloc[:cut])
    gone = other.copy()
    gone.iloc[cut:] = np.nan
    ended, _ = signal_panel(gone, rule, macro=known)
    same(ended.iloc[:cut], whole.iloc[:cut])


@pytest.mark.parametrize("cut", [300, 523, 611])
def test_garch_does_not_look_ahead(frame, cut):
    rule, names = QUICK.model_copy(update={"forecast": "garch"}), ["premium_points"]
    whole, _ = signal_panel(frame, rule, names=names)
    assert whole.iloc[cut - 1].notna().all()
    short, _ = signal_panel(frame.iloc[:cut], rule, names=names)
    same(short, whole.iloc[:cut])


def test_a_better_source_that_begins_later_does_not_change_the_days_before():
    frame = market(200)
    frame.loc[frame.index[:150], ["advances", "declines"]] = np.nan
    whole, coverage = signal_panel(frame, names=["breadth_line"])
    assert whole["breadth_line"].iloc[:150].isna().all()
    assert "advances begins on 2012-07-31" in coverage.loc["breadth_line", "reason"]
    short, _ = signal_panel(frame.iloc[:150], names=["breadth_line"])
    same(short, whole.iloc[:150])


# --- Missing data -----------------------------------------------------------------------------


def test_a_holiday_is_a_day_without_signals_and_is_passed_over(frame):
    day = 400
    holed = frame.copy()
    holed.iloc[day] = np.nan
    names = [name for name in SIGNALS if name not in {"fomc"}]
    values, coverage = signal_panel(holed, QUICK, names=names)
    assert values.iloc[day].isna().all()
    without, _ = signal_panel(frame.drop(frame.index[day]), QUICK, names=names)
    passed = ["rsi_spx", "rsi_vix", "macd_histogram", "vix_percentile", "vix_score", "breadth_line"]
    same(values.drop(frame.index[day])[passed], without[passed])
    assert coverage.loc["rsi_vix", "missing"] == 1
    assert coverage.loc["rsi_vix", "reason"] == "vix_close is missing on 1 day"


def test_a_series_that_begins_late_is_unavailable_before(frame):
    late = frame.copy()
    late.iloc[:200, late.columns.get_loc("vvix_close")] = np.nan
    values, coverage = signal_panel(late, QUICK)
    assert values["vvix_ratio"].first_valid_index() == frame.index[200]
    assert values["macd_histogram"].first_valid_index() == frame.index[200 + 33]
    row = coverage.loc["macd_histogram"]
    assert (row["first"], row["missing"]) == (frame.index[233], 0)
    assert row["reason"] == f"vvix_close begins on {frame.index[200]:%Y-%m-%d}"
    assert coverage.loc["vix", "reason"] == ""


def test_an_indicator_begins_anew_after_a_long_gap(frame):
    gap = frame.copy()
    gap.iloc[300:340, gap.columns.get_loc("vix_close")] = np.nan
    values, coverage = signal_panel(gap, QUICK)
    anew, _ = signal_panel(gap.iloc[340:], QUICK)
    names = ["rsi_vix", "vix_to_average", "vix_score", "macd_histogram"]
    assert values[names].iloc[300:344].isna().all(axis=None)
    same(values[names].iloc[340:], anew[names])
    assert coverage.loc["vix", "missing"] == 40
    # a window of sixty survives forty missing days
    assert values["vix_percentile"].iloc[340:].notna().all()


def test_absent_and_empty_columns_are_said(frame):
    bare = frame[["spx_close", "vix_close"]].assign(vvix_close=np.nan)
    values, coverage = signal_panel(bare)
    reasons = coverage["reason"]
    assert reasons["macd_line"] == "vvix_close holds no value"
    assert reasons["vix_curve"] == "vix3m_close is not in the data"
    assert reasons["futures_contango"] == "vx2_close and vx1_close are not in the data"
    assert reasons["range_blend"] == "of VIX, as vix9d_close is not in the data"
    assert reasons["breadth_below"].startswith("none of advances and declines; breadth; rsp_close")
    assert set(reasons[["cpi_surprise", "ppi_surprise", "exchange_rate"]]) == {"no macro data"}
    unavailable = coverage.index[~coverage["available"]]
    assert values[unavailable].isna().all(axis=None)
    assert (reasons[unavailable] != "").all()
    assert coverage.loc[unavailable, "first"].isna().all()


def test_too_few_days_are_said(frame):
    _, coverage = signal_panel(frame.iloc[:30])
    reasons = coverage["reason"]
    assert reasons["macd_average"] == "needs 34 days of vvix_close and vix_close, there are 30"
    ranged = "spx_close and spx_open and spx_high and spx_low"
    assert reasons["forecast"] == f"needs 293 days of {ranged}, there are 30"
    assert coverage.loc["macd_line", "available"]
    short = frame.iloc[50 : 50 + 295]  # enough, but no month has begun since
    _, coverage = signal_panel(short, names=["forecast"])
    assert coverage["reason"].item() == f"undefined on each of 295 days of {ranged}"


def test_gaps_of_the_ranges_are_said_of_the_forecast_only(frame):
    holed = frame.copy()
    holed.iloc[500, holed.columns.get_loc("spx_high")] = np.nan
    _, coverage = signal_panel(holed, QUICK)
    assert coverage.loc["forecast", "reason"] == "spx_high is missing on 1 day"
    assert coverage.loc["realised", "reason"] == ""


def test_no_days_at_all(frame, macro):
    values, coverage = signal_panel(frame.iloc[:0], macro=macro)
    assert values.shape == (0, len(SIGNALS))
    assert not coverage["available"].any()


# --- Refusals ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (lambda f: f.drop(columns="vix_close"), DataError, "column vix_close is missing"),
        (lambda f: f.reset_index(drop=True), DataError, "days must be a DatetimeIndex, got Range"),
        (lambda f: f[::-1], DataError, "spx_close: each day is allowed once, the oldest first"),
        (lambda f: f.assign(spx_close=0.0), DataError, "must be > 0, got 0 on 2012-01-03"),
        (lambda f: f.assign(skew_close="high"), DataError, "skew_close must hold numbers"),
        (
            lambda f: f.assign(spx_high=1.0),
            DataError,
            "spx_high must be at least spx_low, .* got 1 on 2012-01-03",
        ),
    ],
)
def test_data_that_cannot_be_used(frame, change, error, says):
    with pytest.raises(error, match=says):
        signal_panel(change(frame))


def test_a_name_that_is_no_signal(frame):
    with pytest.raises(ParameterError, match=r"names must be of vvix_ratio, .* got 'gamma'"):
        signal_panel(frame, names=["vix", "gamma"])
    values, _ = signal_panel(frame, names="vix")
    assert list(values) == ["vix"]


def test_a_proxy_of_other_days(frame):
    bare = frame[["spx_close", "vix_close"]]
    line = frame["rsp_close"].rename("line")
    values, coverage = signal_panel(bare, proxy=line, names=["breadth_line", "breadth_below"])
    assert values["breadth_line"].equals(line.rename("breadth_line"))
    assert coverage["available"].all()
    with pytest.raises(DataError, match="proxy must have the days of the frame"):
        signal_panel(bare, proxy=line.iloc[1:])


# --- Parameters -------------------------------------------------------------------------------


def test_parameters_are_checked_and_described():
    with pytest.raises(ValidationError, match="macd_fast must be below macd_slow, which is 15"):
        Signals(macd_fast=20, macd_slow=15)
    for name, low, high in (
        ("surprise_days", 1, 63),
        ("fomc_before", 0, 10),
        ("fomc_after", 0, 10),
    ):
        assert getattr(Signals(**{name: low}), name) == low
        assert getattr(Signals(**{name: high}), name) == high
        for outside in (low - 1, high + 1):
            with pytest.raises(ValidationError):
                Signals(**{name: outside})
    for name, field in Signals.model_fields.items():
        assert field.title, name
        assert field.description, name
        if field.annotation in (int, float):
            assert {"unit", "step"} <= set(field.json_schema_extra), name
    assert Signals.model_validate_json(Signals().model_dump_json()) == Signals()
