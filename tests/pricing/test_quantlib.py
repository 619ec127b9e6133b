"""SPX options against QuantLib's Heston and Bates engines, in this process.

QuantLib 1.44, adaptive Gauss-Lobatto to a relative 1e-12; tolerance 1e-6 at spot 5000. The day
counter is Actual/365 (Fixed), so that its year fraction is our plain ``tau = days / 365``.
"""

from __future__ import annotations

import numpy as np
import pytest
import QuantLib as ql

from alvh.model import MarketState, ModelParameters
from alvh.pricing import spx_greeks, spx_option

SPOT = 5000.0
STRIKES = SPOT * np.array([0.6, 0.8, 0.9, 0.95, 0.99, 1.0, 1.02, 1.06, 1.15, 1.4])
DAYS = [2, 9, 45, 200, 500]
HESTONS = [
    (ModelParameters.heston(), 0.01),
    (ModelParameters.heston(kappa=6.0, theta=0.02, sigma=1.0, rho=-0.9, rate=0.05), 0.12),
    (ModelParameters.heston(kappa=0.8, theta=0.09, sigma=0.2, rho=0.3, dividend_yield=0.0), 0.04),
    (ModelParameters.heston(kappa=3.0, theta=0.06, sigma=0.6, rho=0.0, rate=0.0), 0.3),
]
BATESES = [
    (ModelParameters.bates(), 0.015),
    (ModelParameters.bates(jump_intensity=0.3, jump_mean=-0.15, jump_std=0.08, rho=-0.5), 0.05),
    (ModelParameters.bates(jump_intensity=5.0, jump_mean=0.02, jump_std=0.03, sigma=0.3), 0.02),
]


def engine_of(model, variance):
    today = ql.Settings.instance().evaluationDate
    rate, dividend = (
        ql.YieldTermStructureHandle(ql.FlatForward(today, level, ql.Actual365Fixed()))
        for level in (model.rate, model.dividend_yield)
    )
    spot = ql.QuoteHandle(ql.SimpleQuote(SPOT))
    heston = (rate, dividend, spot, variance, model.kappa, model.theta, model.sigma, model.rho)
    if model.jump_intensity:
        jumps = (model.jump_intensity, model.jump_mean, model.jump_std)
        return ql.BatesEngine(ql.BatesModel(ql.BatesProcess(*heston, *jumps)), 1e-12, 200_000)
    return ql.AnalyticHestonEngine(ql.HestonModel(ql.HestonProcess(*heston)), 1e-12, 200_000)


@pytest.fixture(autouse=True)
def today():
    settings = ql.Settings.instance()
    before = settings.evaluationDate
    settings.evaluationDate = ql.Date(2, 1, 2024)
    yield settings.evaluationDate
    settings.evaluationDate = before


def quantlib_price(engine, today, days, strike, kind):
    payoff = ql.PlainVanillaPayoff(ql.Option.Call if kind == "call" else ql.Option.Put, strike)
    option = ql.VanillaOption(payoff, ql.EuropeanExercise(today + days))
    option.setPricingEngine(engine)
    return option.NPV()


@pytest.mark.parametrize("days", DAYS)
@pytest.mark.parametrize(("model", "variance"), HESTONS + BATESES)
def test_matches_quantlib(model, variance, days, today):
    engine = engine_of(model, variance)
    state = MarketState(spot=SPOT, variance=variance, mean_variance=model.theta)
    for kind in ("put", "call"):
        theirs = [quantlib_price(engine, today, days, float(k), kind) for k in STRIKES]
        ours = spx_option(model, state, STRIKES, days / 365, kind)
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)


def test_black_scholes_greeks_match_quantlib(today):
    # constant volatility: QuantLib's closed forms; vega in both is by the volatility itself there
    model = ModelParameters.black_scholes(volatility=0.2)
    state = MarketState(spot=SPOT, variance=0.04, mean_variance=0.04)
    curve = [
        ql.YieldTermStructureHandle(ql.FlatForward(today, level, ql.Actual365Fixed()))
        for level in (model.dividend_yield, model.rate)
    ]
    volatility = ql.BlackConstantVol(today, ql.NullCalendar(), 0.2, ql.Actual365Fixed())
    process = ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(SPOT)), *curve, ql.BlackVolTermStructureHandle(volatility)
    )
    for kind, strike in (("call", 5100.0), ("put", 4800.0)):
        side = ql.Option.Call if kind == "call" else ql.Option.Put
        option = ql.VanillaOption(
            ql.PlainVanillaPayoff(side, strike), ql.EuropeanExercise(today + 73)
        )
        option.setPricingEngine(ql.AnalyticEuropeanEngine(process))
        greeks = spx_greeks(model, state, strike, 0.2, kind)
        assert greeks.delta == pytest.approx(option.delta(), abs=1e-9)
        assert greeks.gamma == pytest.approx(option.gamma(), abs=1e-11)
        assert greeks.rho == pytest.approx(option.rho(), abs=1e-5)
        assert greeks.theta == pytest.approx(option.theta() / 252, abs=1e-6)
