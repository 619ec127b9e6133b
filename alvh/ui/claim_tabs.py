"""Tabs of the other five claims: each an experiment, in the model and on real days."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeAlias

import pandas as pd
import streamlit as st

from alvh.lab import Study, claims_barriers, claims_shift, claims_trades
from alvh.lab.claims import ADAPTIVE, CASES, STATIC, UNHEDGED
from alvh.report import charts
from alvh.report.numbers import Z95, plus_minus
from alvh.report.verdict import Verdict, reads
from alvh.report.verdict_claims import (
    barrier_sentences,
    number,
    shift_sentences,
    smooth_sentences,
    suspend_sentences,
    tier_sentences,
)
from alvh.ui import cache
from alvh.ui.claim import Asked, Finding, Tab
from alvh.ui.show import Number

__all__ = ["BARRIERS", "ROLLING", "SMOOTHER", "SUSPENDING", "TIERS"]

Mixes: TypeAlias = dict[str, dict[str, float]]
Found: TypeAlias = tuple[pd.DataFrame, Mixes]


@dataclass(frozen=True)
class Measure:
    """A column of a tab's table, and a panel of its picture if it is drawn."""

    title: str
    unit: str
    help: str
    drawn: bool = True
    mark: float = float("nan")


@dataclass(frozen=True)
class Experiment:
    """A claim as it is run and shown.

    Attributes
    ----------
    key : str
    title : str
        Of the picture.
    model : callable
        From a study, tables, wing and progress to numbers and the mixtures they rest on.
    history : callable
        From what is asked and the mixtures to numbers.
    judge : callable
        From all numbers to sentences.
    measures : mapping of str to Measure
    strip : sequence of (label, case, book, metric)
    names : mapping of str to str
        Books in the picture and table; others are left out of both.
    note : str
    """

    key: str
    title: str
    model: Callable[..., Found]
    history: Callable[[Asked, Mixes], pd.DataFrame]
    judge: Callable[[pd.DataFrame], list[Verdict]]
    measures: Mapping[str, Measure]
    strip: Sequence[tuple[str, str, str, str]]
    names: Mapping[str, str]
    note: str


_EXPERIMENTS: dict[str, Experiment] = {}


@st.cache_resource(max_entries=24, show_spinner="Running books on thousands of futures …")
def _model(key: str, study_text: str, wing: int) -> Found:
    study = Study.model_validate_json(study_text)
    return _EXPERIMENTS[key].model(study, cache.tables(study.model), wing=wing)


@st.cache_resource(max_entries=24, show_spinner="Running books over the history …")
def _history(key: str, text: str, _asked: Asked, _mixes: Mixes) -> pd.DataFrame:  # noqa: ARG001
    return _EXPERIMENTS[key].history(_asked, _mixes)


def _run(key: str, now: Asked, tell: Callable[[int, int], object]) -> Found:
    study = now.study
    return _EXPERIMENTS[key].model(study, cache.tables(study.model), wing=now.wing, progress=tell)


def _find(key: str, now: Asked, results: Any) -> Finding:
    this = _EXPERIMENTS[key]
    found, mixes = results or _model(key, now.study.model_dump_json(), now.wing)
    if now.frame is not None:
        study = now.study
        text = f"{now.stamp} {study.model.model_dump_json()} {study.capital} {study.costs} "
        days = _history(key, f"{text}{now.wing} {mixes}", now, mixes)
        found = pd.concat([found, days], ignore_index=True)
    panels = _panels(this, found)
    return Finding(
        strip=_strip(this, found),
        verdicts=this.judge(found),
        drawn=charts.claim_panels(panels, width=190, row=_height(this), columns=2),
        data=panels,
        title=this.title,
        table=_table(this, found),
        columns={
            "book": ("Book", "", "All on the same futures, or days"),
            "case": ("Where", "", "In the model, without premium or costs, or on real days"),
            **{name: (m.title, "", m.help) for name, m in this.measures.items()},
        },
        note=this.note,
    )


def _height(this: Experiment) -> int:
    lines = -(-sum(measure.drawn for measure in this.measures.values()) // 2)
    return max(24, min(46, (330 // lines - 40) // len(this.names)))


def _panels(this: Experiment, found: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for metric, measure in this.measures.items():
        rows = found[(found["metric"] == metric) & found["book"].isin(list(this.names))]
        if measure.drawn and not rows.empty:
            parts.append(
                rows.assign(
                    panel=measure.title,
                    unit=measure.unit,
                    mark=measure.mark,
                    book=rows["book"].map(this.names),
                )
            )
    # cases keep their colours whichever there are
    order = {case: i for i, case in enumerate(CASES)}
    drawn = pd.concat(parts, ignore_index=True)
    drawn = drawn.assign(place=drawn["case"].map(order)).sort_values("place", kind="stable")
    return drawn.drop(columns="place").reset_index(drop=True)


def _table(this: Experiment, found: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for book, shown in this.names.items():
        for case in CASES:
            mine = found[(found["book"] == book) & (found["case"] == case)]
            if mine.empty:
                continue
            have = set(mine["metric"])
            rows.append(
                {
                    "book": shown,
                    "case": case,
                    **{
                        metric: reads(number(mine, case, book, metric), measure.unit)
                        if metric in have
                        else ""
                        for metric, measure in this.measures.items()
                    },
                }
            )
    return pd.DataFrame(rows)


def _strip(this: Experiment, found: pd.DataFrame) -> list[Number]:
    numbers = []
    for label, case, book, metric in this.strip:
        unit = found.loc[found["metric"] == metric, "unit"].iloc[0]
        about = this.measures.get(metric)
        words = f"{this.names.get(book, book)}, {case}. {about.help if about else ''}"
        there = not found[(found["case"] == case) & (found["book"] == book)].empty
        text = "n/a"
        if there:
            seen = number(found, case, book, metric)
            words += f" In full: {reads(seen, unit)}."
            half = 0.5 * (seen.high - seen.low) / Z95  # no room for both ends in dollars
            text = plus_minus(seen.estimate, half, unit="$") if unit == "$" else reads(seen, unit)
        numbers.append(Number(label, text, words))
    return numbers


def _plain(run: Callable[..., pd.DataFrame]) -> Callable[..., Found]:
    """An experiment that needs no mixtures, in the form of those that do."""

    def model(*args: Any, **kwargs: Any) -> Found:
        return run(*args, **kwargs), {}

    return model


def _settings(now: Asked) -> dict[str, Any]:
    study = now.study
    return {"costs": study.costs, "model": study.model, "tables": cache.tables(study.model)}


def _frame(now: Asked) -> pd.DataFrame:
    assert now.frame is not None
    return now.frame


def _tab(this: Experiment, claim: str) -> Tab:
    _EXPERIMENTS[this.key] = this
    return Tab(this.key, claim, partial(_find, this.key), partial(_run, this.key))


# --- The five ------------------------------------------------------------------------------------

_MODEL, _FREE, _DAYS = CASES
_WEEK, _STEP, _DAY = "rolled to 7 d, ×1", "rolled to 7 d, ×1.5", "rolled to 1 d, ×1"

ROLLING: Final = _tab(
    Experiment(
        key="roll",
        title="What rolling a tested condor recovers",
        model=_plain(claims_shift.shift_model),
        history=lambda now, _: claims_shift.shift_history(
            _frame(now), float(now.study.capital), wing=now.wing, **_settings(now)
        ),
        judge=partial(shift_sentences, rolled=_WEEK, stepped=_STEP),
        measures={
            "recovered": Measure(
                "End above zero",
                "%",
                "Share of tested condors whose chain ends above zero",
                mark=0.5,
            ),
            "returned": Measure(
                "Dollars brought back", "%", "Made after the first roll, of what was lost at it"
            ),
            "mean": Measure(
                "Mean of a chain", "$", "Mean profit of tested condors, rolls included"
            ),
            "tail": Measure("Worst 5 % of chains", "$", "Mean of the worst twentieth of chains"),
        },
        strip=(
            ("Condors tested", _MODEL, "held", "tested"),
            ("Recovered by rolling", _MODEL, _WEEK, "recovered"),
            ("Recovered by holding", _MODEL, "held", "recovered"),
            ("Worst 5 %, rolled", _MODEL, _WEEK, "tail"),
            ("Worst 5 %, held", _MODEL, "held", "tail"),
        ),
        names={
            "held": "held",
            _WEEK: "to 7 days",
            _STEP: "to 7 days, × 1.5",
            _DAY: "to 1 day",
            "rolled to 1 d, ×1.5": "to 1 day, × 1.5",
        },
        note="Condors of 45 days, ten, 16 delta; tested at a short delta of 0.40 with VIX at 14.9 "
        "(expected daily range 0.94 %) or above, rolled four times at most. The first condor of "
        "every future; on real days one sold on every day, whose intervals allow for the overlap.",
    ),
    "rolling a tested condor to 1-7 days once the expected daily range exceeds 0.94 % (VIX 14.9) "
    "recovers most losers without the index turning.",
)
_LOW = "conservative 0.70"
TIERS: Final = _tab(
    Experiment(
        key="tiers",
        title="Win rate and profit of one-day credit tiers",
        model=lambda study, tables, wing, progress=None: (  # noqa: ARG005 - wings are the tiers' own
            claims_trades.tier_model(study, tables, progress=progress),
            {},
        ),
        history=lambda now, _: claims_trades.tier_history(_frame(now), **_settings(now)),
        judge=partial(tier_sentences, tier=_LOW),
        measures={
            "win": Measure(
                "Win rate", "%", "Share of condors that made money after costs", mark=0.9
            ),
            "trade": Measure("Profit a condor", "$", "Mean after costs, one condor"),
            "year": Measure("Profit a year", "$", "Ten condors at every close", drawn=False),
        },
        strip=(
            ("0.70 wins", _MODEL, _LOW, "win"),
            ("and without any edge", _FREE, _LOW, "win"),
            ("It makes a condor", _MODEL, _LOW, "trade"),
            ("0.70 on real days wins", _DAYS, _LOW, "win"),
            ("and makes a condor", _DAYS, _LOW, "trade"),
        ),
        names={name: name for name in claims_trades.TIERS},
        note="Ten condors of one day at every close, wings of 10 points, listed strikes near "
        "the credit; an account that never limits them. An eighth of the paths, of hundreds "
        "of trades each. On real days credits are model prices and the next closes are real.",
    ),
    "the conservative tier of one-day condors (credit 0.70) wins about 90 % of its trades.",
)
_A = f"{ADAPTIVE} ×1"
SMOOTHER: Final = _tab(
    Experiment(
        key="smooth",
        title="Adaptive against static, at equal spend",
        model=claims_barriers.smooth_model,
        history=lambda now, mixes: claims_barriers.smooth_history(
            _frame(now), float(now.study.capital), mixes, wing=now.wing, **_settings(now)
        ),
        judge=partial(smooth_sentences, adaptive=_A, fewer=claims_barriers.FEWER_SAME),
        measures={
            "ulcer": Measure("Ulcer index", "%", "Mean root mean square fall, of the account"),
            "depth": Measure("Maximum drawdown", "%", "Mean in the model, of the account"),
            "profit": Measure("Profit a year", "$", "Mean, beyond interest"),
            "ulcer_cut": Measure(
                "Ulcer cut", "%", "Below the static hedge at equal spend", drawn=False
            ),
            "depth_cut": Measure(
                "Drawdown cut", "%", "Below the static hedge at equal spend", drawn=False
            ),
        },
        strip=(
            ("Ulcer index cut by", _MODEL, _A, "ulcer_cut"),
            ("Drawdown cut by", _MODEL, _A, "depth_cut"),
            ("ALVH makes a year", _MODEL, _A, "profit"),
            ("Fewer condors make", _MODEL, claims_barriers.FEWER_SAME, "profit"),
            ("Ulcer cut, real days", _DAYS, _A, "ulcer_cut"),
        ),
        names={
            UNHEDGED: "unhedged",
            f"{STATIC} ×1": "static 4/4/2",
            claims_barriers.EQUAL: "static, equal spend",
            _A: "ALVH",
            f"{ADAPTIVE} ×0": "ALVH, no layers",
            claims_barriers.FEWER_SAME: "fewer condors",
        },
        note="Equal spend: the share of the static 4/4/2 that costs as much on average as ALVH's "
        "layers. Fewer condors: no hedge, so few that the mean maximum drawdown is ALVH's. Both "
        "shares are found in the model and taken as they are on real days.",
    ),
    "adaptive hedging gives smoother equity curves than static hedging.",
)
SUSPENDING: Final = _tab(
    Experiment(
        key="suspend",
        title="Entries held back above VIX 20",
        model=_plain(claims_trades.suspend_model),
        history=lambda now, _: claims_trades.suspend_history(
            _frame(now), wing=now.wing, **_settings(now)
        ),
        judge=partial(suspend_sentences, books=("45 days", "1 day")),
        measures={
            "win": Measure("Win rate", "%", "Share of condors that made money after costs"),
            "year": Measure("Profit a year", "$", "Mean of ten condors, after costs"),
            "tail": Measure(
                "Worst 5 %", "$", "Mean of the worst twentieth: futures, or months of real days"
            ),
        },
        strip=(
            ("Win rate, 45 days", _MODEL, "45 days", "win_gain"),
            ("Profit a year, 45 days", _MODEL, "45 days", "year_gain"),
            ("Win rate, 1 day", _MODEL, "1 day", "win_gain"),
            ("Profit a year, 1 day", _MODEL, "1 day", "year_gain"),
            ("45 days, real days", _DAYS, "45 days", "year_gain"),
        ),
        names={policy.name: policy.name for policy in claims_trades.suspend_policies()},
        note="No condor is opened at a close with VIX at 20 or above; those open run on. Ten "
        "condors: 45 days and 16 delta, or one day for 0.70 with wings of 10. Numbers above: with "
        "holding back less without. An account that never limits them. One-day condors of real "
        "days are sold at model credits, which stand too near.",
    ),
    "holding new condors back above VIX 20 raises the win rate, and the profit.",
)
_BOOKS = ("static_stop", "static_calls")
BARRIERS: Final = _tab(
    Experiment(
        key="barriers",
        title="What a barrier costs and saves",
        model=claims_barriers.barrier_model,
        history=lambda now, mixes: claims_barriers.barrier_history(
            _frame(now), float(now.study.capital), mixes, wing=now.wing, **_settings(now)
        ),
        judge=partial(barrier_sentences, books=_BOOKS),
        measures={
            "cost": Measure("Cost", "$", "Mean profit given up; over the horizon, or a month"),
            "saved": Measure("Worst 5 % better by", "$", "The cost is paid in it"),
            "net": Measure("Saved less cost", "$", "Below zero it costs more than it saves"),
        },
        strip=(
            ("Stop costs", _MODEL, "static_stop", "cost"),
            ("and saves", _MODEL, "static_stop", "saved"),
            ("Far calls cost", _MODEL, "static_calls", "cost"),
            ("and save", _MODEL, "static_calls", "saved"),
            ("4/4/2 saves", _MODEL, STATIC, "saved"),
        ),
        names={
            "static_stop": "stop at 2 × credit",
            "static_calls": "40 far calls",
            STATIC: "static 4/4/2",
            ADAPTIVE: "ALVH",
            claims_barriers.equal("static_stop"): "stop, at 1 %",
            claims_barriers.equal("static_calls"): "far calls, at 1 %",
            claims_barriers.equal(STATIC): "4/4/2, at 1 %",
            claims_barriers.equal(ADAPTIVE): "ALVH, at 1 %",
        },
        note="Cost: mean profit given up against no barrier. Saved: how much better the mean of "
        "the worst twentieth is, of futures over the horizon in the model, of 21-day spans on real "
        "days. At 1 %: the share of it that costs 1 % of the account a year in the model, where it "
        "costs a third of a per cent or more as it stands.",
    ),
    "a static stop, or far out-of-the-money VIX calls, cost more than they save.",
)
