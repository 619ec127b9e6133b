"""Cost of one SPX option: from the tables, from the exact transform, and from QuantLib.

QuantLib prices under its Bates engine with the integration it chooses itself, one option at a time,
the spot changed before each so that nothing is cached; options are made beforehand. The exact
engine is timed warm, one state and tenor at a time (Riccati coefficients kept, as on a page), and
cold, with a model never seen before. Everything in one run, in turn.

    python -m benchmarks.pricing
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence

import numpy as np
import QuantLib as ql  # noqa: N813 - its own documentation's name

from alvh.model import MarketState, ModelParameters
from alvh.pricing import spx_option
from alvh.pricing.tables import SPX_DAYS, PricingTables

ROUNDS = 5
CHAIN = 100  # strikes of one exact call


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def quantlib(model: ModelParameters, variance: float, n_options: int) -> Callable[[], None]:
    """Work that prices `n_options` options one by one with QuantLib's Bates engine."""
    today = ql.Date(2, 1, 2024)
    ql.Settings.instance().evaluationDate = today
    rate, dividend = (
        ql.YieldTermStructureHandle(ql.FlatForward(today, level, ql.Actual365Fixed()))
        for level in (model.rate, model.dividend_yield)
    )
    spot = ql.SimpleQuote(5000.0)
    process = ql.BatesProcess(
        rate,
        dividend,
        ql.QuoteHandle(spot),
        variance,
        model.kappa,
        model.theta,
        model.sigma,
        model.rho,
        model.jump_intensity,
        model.jump_mean,
        model.jump_std,
    )
    engine = ql.BatesEngine(ql.BatesModel(process))
    rng = np.random.default_rng(2)
    options = []
    for moneyness, days in zip(
        rng.uniform(0.85, 1.1, n_options), rng.integers(2, 120, n_options), strict=True
    ):
        payoff = ql.PlainVanillaPayoff(ql.Option.Put, float(5000.0 * moneyness))
        option = ql.VanillaOption(payoff, ql.EuropeanExercise(today + int(days)))
        option.setPricingEngine(engine)
        options.append((option, float(rng.uniform(4900.0, 5100.0))))

    def work() -> None:
        for option, level in options:
            spot.setValue(level)
            option.NPV()

    return work


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--options", type=int, default=1_000_000, help="by table (%(default)s)")
    parser.add_argument("--quantlib", type=int, default=2000, help="by QuantLib (%(default)s)")
    options = parser.parse_args(arguments)
    if min(options.options, options.quantlib) < 1:
        parser.error("--options and --quantlib must be at least 1")

    model = ModelParameters.bates()
    tables = PricingTables.build(model)
    rng = np.random.default_rng(1)
    n = options.options
    state = MarketState(
        spot=rng.uniform(4900.0, 5100.0, n),
        variance=rng.exponential(0.03, n),
        mean_variance=model.theta,
    )
    strikes, days = state.spot * rng.uniform(0.85, 1.1, n), rng.integers(1, SPX_DAYS + 1, n)
    chain, today = (
        np.linspace(4300.0, 5500.0, CHAIN),
        state.model_copy(update={"spot": 5000.0, "variance": 0.02}),
    )
    theirs = quantlib(model, 0.02, options.quantlib)

    def from_tables() -> None:
        tables.spx_option(state, strikes, days, "put")

    def exact_warm() -> None:
        spx_option(model, today, chain, 21 / 252, "put")

    def exact_cold(step: int) -> None:
        fresh = model.model_copy(update={"kappa": model.kappa + 1e-6 * (step + 1)})
        spx_option(fresh, today, chain, 21 / 252, "put")

    from_tables(), exact_warm(), theirs()
    times: dict[str, list[float]] = {name: [] for name in ("tables", "warm", "cold", "theirs")}
    for step in range(ROUNDS):
        times["tables"].append(seconds(from_tables) / n)
        times["warm"].append(seconds(exact_warm) / CHAIN)
        times["cold"].append(seconds(lambda step=step: exact_cold(step)) / CHAIN)
        times["theirs"].append(seconds(theirs) / options.quantlib)
    middle = {name: statistics.median(values) for name, values in times.items()}

    print(f"microseconds an option, median of {ROUNDS} rounds in turn; puts under a Bates model")
    print(f"{'engine':<44}{'each':>10}{'QuantLib / it':>15}")
    for name, label in (
        ("theirs", "QuantLib BatesEngine, default integration"),
        ("tables", f"tables, {n:,} random options a call"),
        ("warm", f"exact, {CHAIN} strikes, coefficients known"),
        ("cold", f"exact, {CHAIN} strikes, a new model"),
    ):
        print(f"{label:<44}{1e6 * middle[name]:>10.3f}{middle['theirs'] / middle[name]:>15.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
