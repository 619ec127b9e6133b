"""Hypothesis strategies: models and states within sensible ranges, edges included."""

from __future__ import annotations

from hypothesis import Phase, settings
from hypothesis import strategies as st

from alvh.model import MarketState, ModelParameters

NO_JUMPS = {
    "jump_intensity": 0.0,
    "jump_intensity_slope": 0.0,
    "jump_mean": 0.0,
    "jump_std": 0.0,
    "variance_jump_mean": 0.0,
    "jump_correlation": 0.0,
}


def zero_or(low: float, high: float) -> st.SearchStrategy[float]:
    return st.just(0.0) | st.floats(low, high)


@st.composite
def diffusions(draw: st.DrawFn) -> ModelParameters:
    """Models without jumps; zero volatilities of variance and perfect correlation included."""
    return ModelParameters(
        rate=draw(st.floats(0.0, 0.08)),
        dividend_yield=draw(st.floats(0.0, 0.04)),
        kappa=draw(st.floats(0.5, 12.0)),
        sigma=draw(zero_or(0.05, 1.2)),
        rho=draw(st.sampled_from([-1.0, 1.0]) | st.floats(-1.0, 1.0)),
        mean_kappa=draw(st.floats(0.2, 4.0)),
        theta=draw(zero_or(0.005, 0.15)),
        mean_sigma=draw(zero_or(0.05, 0.5)),
        **NO_JUMPS,
    )


@st.composite
def models(draw: st.DrawFn) -> ModelParameters:
    """Models of every kind: half of the draws switch single features off."""
    base = draw(diffusions())
    kick = draw(zero_or(0.01, 0.12))
    slope = draw(zero_or(1.0, 30.0))
    return base.model_copy(
        update={
            "jump_intensity": draw(zero_or(0.1, 3.0)),
            "jump_intensity_slope": min(slope, 0.7 * base.kappa / kick) if kick else slope,
            "jump_mean": draw(st.floats(-0.15, 0.05)),
            "jump_std": draw(zero_or(0.01, 0.08)),
            "variance_jump_mean": kick,
            "jump_correlation": draw(zero_or(-1.0, 0.5)),
        }
    )


@st.composite
def states(draw: st.DrawFn, spot: float | None = None) -> MarketState:
    """States of the market; variances of exactly zero included."""
    return MarketState(
        spot=draw(st.floats(10.0, 10_000.0)) if spot is None else spot,
        variance=draw(zero_or(1e-5, 0.8)),
        mean_variance=draw(zero_or(1e-3, 0.3)),
    )


def tenors() -> st.SearchStrategy[float]:
    """One trading day to three quarters of a year."""
    return st.floats(1 / 252, 0.75)


def kinds() -> st.SearchStrategy[str]:
    return st.sampled_from(["call", "put"])


def few(max_examples: int = 20) -> settings:
    """Settings of a property whose every example solves Riccati equations anew.

    Without shrinking: a failure is reported as found, instead of after minutes of new models.
    """
    phases = [Phase.explicit, Phase.reuse, Phase.generate]
    return settings(max_examples=max_examples, phases=phases)
