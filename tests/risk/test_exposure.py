"""Exposures: Greeks add up and are slopes, break-evens are roots, the plane is the book."""

from __future__ import annotations

import numpy as np
import pytest

from alvh.model import ModelParameters, RiskPremia
from alvh.pricing import PricingTables, implied_state, vix_index
from alvh.risk import exposure
from alvh.strategy import LAYERS_442, CondorRule, open_book

MODEL, PREMIA = ModelParameters.default(), RiskPremia.default()
STATE = implied_state(MODEL, 5000.0, 16.4, 18.1)


@pytest.fixture(scope="module")
def book():
    return open_book(MODEL, STATE, CondorRule(), LAYERS_442)


@pytest.fixture(scope="module")
def tables():
    return PricingTables.build(MODEL)


def test_greeks_add_up_from_legs_to_net(book):
    legs = exposure.legs_table(book)
    groups = exposure.greeks_table(book, legs).set_index("group")
    for name in exposure.GREEK_UNITS:
        assert groups.loc["Net", name] == pytest.approx(legs[name].sum())
        assert groups.loc["Hedge", name] == pytest.approx(
            legs.loc[legs["group"] != "Condor", name].sum()
        )


def test_delta_and_vega_are_slopes_of_the_profit_in_dollars(book):
    net = exposure.greeks_table(book).set_index("group").loc["Net"]
    up, down = (STATE.model_copy(update={"spot": 5000.0 + d}) for d in (1.0, -1.0))
    slope = (book.profit(up, 0) - book.profit(down, 0)) / 2.0
    assert net["delta"] == pytest.approx(float(slope), rel=1e-4)
    dv = 1e-4
    wide, thin = (STATE.model_copy(update={"variance": STATE.variance + d}) for d in (dv, -dv))
    move = vix_index(MODEL, wide) - vix_index(MODEL, thin)
    slope = (book.profit(wide, 0) - book.profit(thin, 0)) / move
    assert net["vega"] == pytest.approx(float(slope), rel=1e-4)


def test_a_short_condor_is_short_gamma_and_vega_and_earns_time(book):
    condor = exposure.greeks_table(book).set_index("group").loc["Condor"]
    hedge = exposure.greeks_table(book).set_index("group").loc["Hedge"]
    assert condor["gamma"] < 0.0
    assert condor["vega"] < 0.0 < hedge["vega"]
    assert condor["theta"] > 0.0 > hedge["theta"]


def test_break_evens_are_roots(book, tables):
    spots = exposure.spot_range(book, 2001)
    curves = exposure.payoff_curves(book, PREMIA, 10, spots, tables)
    closed = exposure.condor_break_evens(book)
    assert exposure.break_evens(curves, "Condor at expiry") == pytest.approx(closed, abs=0.2)
    end = STATE.model_copy(update={"spot": np.array(closed)})
    np.testing.assert_allclose(book.profit(end, book.n_days, book.condor), 0.0, atol=1e-6)


def test_curves_name_what_they_show(book, tables):
    spots = exposure.spot_range(book, 41)
    names = exposure.payoff_curves(book, PREMIA, 10, spots, tables)["series"].unique().tolist()
    assert names == ["Condor at expiry", "With hedge at expiry", "With hedge, day 10"]
    bare = open_book(MODEL, STATE, CondorRule())
    names = exposure.payoff_curves(bare, PREMIA, 0, spots, tables)["series"].unique().tolist()
    assert names == ["Condor at expiry", "Condor, today"]
    last = exposure.payoff_curves(book, PREMIA, book.n_days, spots, tables)
    assert last["series"].nunique() == 2


def test_refuses_a_day_after_expiry(book, tables):
    with pytest.raises(ValueError, match="day must be from 0 to 31"):
        exposure.payoff_curves(book, PREMIA, 32, exposure.spot_range(book, 5), tables)


def test_vix_follows_or_stays(book, tables):
    spots = exposure.spot_range(book, 41)
    moved, still = (
        exposure.payoff_curves(book, PREMIA, 5, spots, tables, follow=follow)
        for follow in (True, False)
    )
    gap = moved["profit"] - still["profit"]
    on_day = moved["series"] == "With hedge, day 5"
    assert gap[on_day].abs().max() > 500.0
    np.testing.assert_array_equal(gap[~on_day], 0.0)  # at expiry VIX always follows


def test_plane_adds_up_and_matches_the_book(book, tables):
    seen = exposure.plane(book, PREMIA, 12, tables, n_spot=9, n_vix=7)
    wide = seen.cells.pivot_table(index=["spot", "vix"], columns="panel", values="profit")
    np.testing.assert_allclose(wide["Both"], wide["Condor"] + wide["Hedge"], atol=1e-6)
    assert len(seen.cells) == 9 * 7 * 3
    # the hedge gains as VIX rises, whatever the index does
    by_vix = seen.cells[seen.cells["panel"] == "Hedge"].groupby("vix")["profit"].mean()
    assert by_vix.is_monotonic_increasing


def test_the_path_through_the_plane_falls_as_the_index_rises(book, tables):
    path = exposure.plane(book, PREMIA, 12, tables).path
    near = path[path["spot"].between(4700, 5150)]
    assert near["vix"].is_monotonic_decreasing
    assert (path["vix_low"] <= path["vix"]).all()
    assert (path["vix"] <= path["vix_high"]).all()


def test_the_path_ends_where_the_index_is_all_but_certain_not_to_be(book, tables):
    path = exposure.plane(book, PREMIA, 5, tables).path
    reach = exposure.spot_range(book)
    assert path["spot"].iloc[0] == reach[0]
    assert path["spot"].iloc[-1] < reach[-1]
    assert (path["vix"].diff().iloc[1:] != 0.0).all()
    curves = exposure.payoff_curves(book, PREMIA, 5, reach, tables)
    assert np.isfinite(curves["profit"]).all()


def test_the_grid_holds_every_corner_of_the_condor(book):
    spots = exposure.spot_range(book)
    assert {*book.strikes, *exposure.condor_break_evens(book)} <= set(spots)
    assert (np.diff(spots) > 0.0).all()


def test_densities_integrate_to_one_and_differ_by_the_premium(book):
    spots = np.linspace(2500.0, 7000.0, 3001)
    frame = exposure.densities(book, PREMIA, spots)
    means = {}
    for measure, part in frame.groupby("measure"):
        assert np.trapezoid(part["density"], part["spot"]) == pytest.approx(1.0, abs=1e-4)
        means[measure] = np.trapezoid(part["density"] * part["spot"], part["spot"])
    ratio = means["physical (P)"] / means["risk-neutral (Q)"]
    assert ratio == pytest.approx(np.exp(PREMIA.equity * book.n_days / 252), abs=1e-4)


def test_greeks_along_spot_and_days(book):
    names = ("delta", "theta")
    by_spot = exposure.greeks_by_spot(book, np.array([4900.0, 5000.0]), names)
    at_spot = by_spot[(by_spot["spot"] == 5000.0) & (by_spot["greek"] == "delta")]
    table = exposure.greeks_table(book).set_index("group")
    for group in ("Condor", "Hedge", "Net"):
        value = at_spot.loc[at_spot["group"] == group, "value"].item()
        assert value == pytest.approx(table.loc[group, "delta"])
    by_day = exposure.greeks_by_day(book, [0, 10], names)
    assert by_day["day"].unique().tolist() == [0.0, 10.0]
    first = by_day[(by_day["day"] == 0) & (by_day["greek"] == "theta") & (by_day["group"] == "Net")]
    assert first["value"].item() == pytest.approx(table.loc["Net", "theta"])
