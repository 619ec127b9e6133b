"""Compile every numerical kernel once: ``python -m alvh.warm``.

Numba keeps compiled code on disk, so what is done here is not done again on the first slider move.
"""

from __future__ import annotations

import time

import pandas as pd

from alvh.lab import Results, Study
from alvh.lab.replay import replay_history
from alvh.market.sample import read_sample
from alvh.model import ModelParameters, RiskPremia
from alvh.pricing import PricingTables, filtered_state, implied_state
from alvh.risk.exposure import greeks_table, payoff_curves, plane, spot_range
from alvh.risk.outlook import book_outlook
from alvh.risk.replay_smooth import smoothness
from alvh.strategy import LAYERS_442, CondorRule, HedgeLayer, Policy, open_book

__all__ = ["main"]


def main() -> None:
    """Run each part of the core once, saying which."""
    started = time.perf_counter()
    model, premia = ModelParameters.default(), RiskPremia.default()

    def say(what: str) -> None:
        print(f"  {time.perf_counter() - started:5.1f} s  {what}", flush=True)

    say("pricing tables")
    tables = PricingTables.build(model)
    state = implied_state(model, 5000.0, 16.0, 18.0)
    filtered_state(model, [5000.0, 5010.0], [16.0, 15.5])
    say("exact prices")
    layers = (*LAYERS_442[:2], HedgeLayer(instrument="future", dte=60, quantity=1))
    book = open_book(model, state, CondorRule(), layers)
    greeks_table(book)
    say("payoffs")
    payoff_curves(book, premia, 5, spot_range(book), tables)
    plane(book, premia, 5, tables)
    say("simulation")
    book_outlook(book, premia, tables, n_paths=200)
    say("policies")
    study = Study(n_paths=100, horizon=42)
    Results(study.simulate(tables)).settle()
    say("real days")
    frame = read_sample().frame.iloc[:300]
    run = replay_history(frame, [Policy.preset("unhedged"), Policy.preset("alvh")], 5e5)
    wealth = pd.DataFrame({p.name: run.daily(i)["wealth"] for i, p in enumerate(run.policies)})
    smoothness(wealth, wealth, model.rate)
    say("ready")


if __name__ == "__main__":
    main()
