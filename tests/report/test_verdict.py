"""Sentences of claims: every outcome, every sign, and no number that is not in them."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from alvh.errors import DataError
from alvh.report.verdict import (
    above,
    adaptive_sentence,
    below,
    changed,
    judged,
    main_sentence,
    reads,
    superior_sentence,
    together,
)
from alvh.report.verdict_claims import (
    barrier_sentences,
    number,
    shift_sentences,
    smooth_sentences,
    suspend_sentences,
    tier_sentences,
)
from alvh.risk.inference import Interval

CLAIM = {"cut": (0.35, 0.40), "cost": (0.01, 0.02)}


def hedged(cut, cost, profit=1_000.0):
    return {
        "depth_cut": Interval(*cut),
        "cost": Interval(*cost),
        "profit": Interval(profit, profit - 500.0, profit + 500.0),
    }


def sentence(cut, cost, *, historical=False, profit=1_000.0):
    base = hedged((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), 6_000.0)
    return main_sentence(
        hedged(cut, cost, profit),
        base,
        hedge="the static 4/4/2",
        historical=historical,
        span="2,000 futures of 1 year",
        **CLAIM,
    )


def found(rows):
    columns = ["case", "book", "metric", "unit", "estimate", "low", "high"]
    return pd.DataFrame(rows, columns=columns)


@pytest.mark.parametrize(
    ("x", "unit", "text"),
    [
        ((0.24, 0.18, 0.31), "%", "24 % [18, 31]"),
        ((-0.031, -0.033, -0.029), "%", "−3.1 % [−3.3, −2.9]"),
        ((0.01, 0.008, 0.013), "%", "1.0 % [0.8, 1.3]"),
        ((-6420.0, -6484.0, -6356.0), "$", "−$6,420 [−6,480, −6,360]"),
        ((-57600.0, -64500.0, -52700.0), "$", "−$58,000 [−64,000, −53,000]"),
        ((0.00004, -0.001, 0.001), "%", "0.0 % [−0.1, 0.1]"),
        ((0.2, math.nan, math.nan), "%", "20.0 % [n/a, n/a]"),
        ((math.nan, math.nan, math.nan), "%", "n/a"),
        ((5.0, -math.inf, math.inf), "$", "$5.00 [−∞, ∞]"),
        ((0.02, 0.012, 0.028), "points", "2.0 points [1.2, 2.8]"),
    ],
)
def test_numbers_have_no_more_digits_than_their_interval(x, unit, text):
    assert reads(Interval(*x), unit) == text


def test_an_unknown_unit_is_refused():
    with pytest.raises(ValueError, match="unit must be"):
        reads(Interval(1.0, 0.0, 2.0), "euro")


def test_whole_intervals_decide_and_nothing_less():
    inside = Interval(0.36, 0.30, 0.42)
    assert above(Interval(0.4, 0.36, 0.5), 0.35) is True
    assert above(Interval(0.2, 0.1, 0.3), 0.35) is False
    assert above(inside, 0.35) is None
    assert below(Interval(0.01, 0.005, 0.015), 0.02) is True
    assert below(Interval(0.03, 0.025, 0.035), 0.02) is False
    assert below(inside, 0.35) is None
    unknown = Interval(0.5, math.nan, math.nan)
    assert above(unknown, 0.35) is None
    assert below(unknown, 0.35) is None


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ((True, True), "holds"),
        ((True, False), "fails"),
        ((None, False), "fails"),
        ((True, None), "cannot be told"),
    ],
)
def test_one_false_part_is_enough(parts, whole):
    assert judged(together(parts)) == whole


def test_the_claim_holds():
    verdict = sentence((0.38, 0.36, 0.40), (0.014, 0.012, 0.016))
    assert verdict.answer == "holds"
    assert verdict.sentence == (
        "In the model (2,000 futures of 1 year) the static 4/4/2 cuts the mean maximum drawdown by "
        "38 % [36, 40], costs 1.4 % [1.2, 1.6] of the account a year and lowers the mean profit "
        "from $6,000 to $1,000 a year: the claim of 35 to 40 % for 1 to 2 % of the account holds."
    )


@pytest.mark.parametrize(
    ("cut", "cost", "why"),
    [
        ((0.24, 0.18, 0.31), (0.010, 0.008, 0.013), "too little is cut."),
        ((0.38, 0.36, 0.40), (0.04, 0.03, 0.05), "it costs too much."),
        ((0.24, 0.18, 0.31), (0.04, 0.03, 0.05), "too little is cut, for too much."),
        ((-0.03, -0.04, -0.02), (0.013, 0.012, 0.014), "too little is cut."),
    ],
)
def test_the_claim_fails_and_says_why(cut, cost, why):
    verdict = sentence(cut, cost)
    assert verdict.answer == "fails"
    assert verdict.sentence.endswith(f"of the account fails: {why}")
    assert ("deepens" in verdict.sentence) == (cut[2] < 0.0)


def test_the_claim_cannot_be_told():
    verdict = sentence((0.30, -0.1, 0.6), (0.01, -0.01, 0.03), historical=True, profit=7_000.0)
    assert verdict.answer == "cannot be told"
    assert verdict.sentence.endswith("cannot be told.")
    assert verdict.sentence.startswith("On real days (")
    assert "(not to be told from nothing)" in verdict.sentence
    assert "raises the mean profit from $6,000 to $7,000" in verdict.sentence


def test_a_change_has_the_sign_its_interval_has():
    words = ("cuts", "deepens", "it")
    assert changed(Interval(0.2, 0.1, 0.3), "%", *words) == "cuts it by 20 % [10, 30]"
    assert changed(Interval(-0.2, -0.3, -0.1), "%", *words) == "deepens it by 20 % [10, 30]"
    assert changed(Interval(0.0, 0.0, 0.0), "%", *words) == "leaves it as it is"


@pytest.mark.parametrize(
    ("less", "answer", "words"),
    [
        ((0.1, 0.05, 0.15), "holds", "does better than the static one"),
        ((-0.1, -0.15, -0.05), "fails", "does worse than the static one"),
        ((0.1, -0.05, 0.25), "cannot be told", "cannot be told apart from the static one"),
    ],
)
def test_the_adaptive_version_is_judged_against_the_static_one(less, answer, words):
    verdict = adaptive_sentence(
        Interval(*less),
        Interval(0.16, 0.15, 0.17),
        hedged((0.12, 0.10, 0.14), (-0.01, -0.02, -0.005)),
        historical=False,
        span="10 futures",
    )
    assert verdict.answer == answer
    assert words in verdict.sentence
    assert "without one VIX call, cut the drawdown of the unhedged book by 16" in verdict.sentence
    assert "earns 1.0 % [0.5, 2.0] of the account a year" in verdict.sentence


@pytest.mark.parametrize(
    ("p", "answer", "words"),
    [
        (0.4, "cannot be told", "not told from luck (p = 0.40)"),
        (0.004, "holds", "better (p below 0.01)"),
    ],
)
def test_the_best_of_many_is_allowed_for(p, answer, words):
    table = pd.DataFrame(
        [("profit", "alvh ×1", 3.0, p, 11), ("downside", "alvh ×1", 3.0, 0.5, 11)],
        columns=["criterion", "best", "better", "p_value", "tried"],
    )
    verdict = superior_sentence(table, {"alvh ×1": "ALVH ×1"})
    assert verdict.answer == answer
    assert words in verdict.sentence
    assert "Of 11 sizes" in verdict.sentence


def rolls(won, back=(0.0, -0.1, 0.1)):
    rows = []
    for case in ("in the model", "no premium, no costs"):
        for book in ("held", "rolled", "stepped"):
            rows.append((case, book, "recovered", "%", *won))
            rows.append((case, book, "returned", "%", *back))
            rows.append((case, book, "tail", "$", -30_000.0, -32_000.0, -28_000.0))
    return found(rows)


@pytest.mark.parametrize(
    ("won", "answer"),
    [
        ((0.7, 0.65, 0.75), "holds"),
        ((0.3, 0.25, 0.35), "fails"),
        ((0.5, 0.45, 0.55), "cannot be told"),
    ],
)
def test_most_is_more_than_half(won, answer):
    model, free = shift_sentences(rolls(won), rolled="rolled", stepped="stepped")
    assert model.answer == answer
    assert f"Recovering most of them {answer}" in model.sentence
    assert free.answer == "holds"
    assert "nothing, as it must be" in free.sentence


def test_a_roll_that_earns_without_premium_is_suspect():
    _, free = shift_sentences(
        rolls((0.7, 0.6, 0.8), (0.3, 0.2, 0.4)), rolled="rolled", stepped="stepped"
    )
    assert free.answer == "fails"
    assert "30 [20, 40] cents" in free.sentence
    assert "which a fair market does not allow" in free.sentence


@pytest.mark.parametrize(
    ("win", "trade", "answer", "words"),
    [
        ((0.9, 0.88, 0.92), (5.0, 2.0, 8.0), "holds", "earns $5 [2, 8] a condor"),
        ((0.8, 0.78, 0.82), (-30.0, -35.0, -25.0), "fails", "loses $30 [25, 35] a condor"),
        ((0.85, 0.8, 0.9), (1.0, -5.0, 7.0), "cannot be told", "earns, or loses"),
    ],
)
def test_winning_often_is_judged_apart_from_earning(win, trade, answer, words):
    rows = [
        (case, "low", metric, unit, *x)
        for case in ("in the model", "on real days")
        for metric, unit, x in (("win", "%", win), ("trade", "$", trade))
    ]
    rows.append(("no premium, no costs", "low", "win", "%", 0.895, 0.89, 0.90))
    model, real = tier_sentences(found(rows), tier="low")
    assert model.answer == answer
    assert words in model.sentence
    assert "without any edge or cost it wins 89.5 % [89.0, 90.0]" in model.sentence
    assert real.answer == "cannot be told"
    assert "this judges its prices, not the tier" in real.sentence


@pytest.mark.parametrize(
    ("ulcer", "depth", "answer"),
    [
        ((0.3, 0.2, 0.4), (0.3, 0.2, 0.4), "holds"),
        ((-0.3, -0.4, -0.2), (-0.3, -0.4, -0.2), "fails"),
        ((0.3, 0.2, 0.4), (-0.3, -0.4, -0.2), "cannot be told"),
        ((0.3, -0.2, 0.8), (0.3, 0.2, 0.4), "cannot be told"),
    ],
)
def test_smoother_is_both_ulcer_and_drawdown(ulcer, depth, answer):
    rows = [
        ("in the model", book, metric, unit, *x)
        for book in ("alvh", "fewer")
        for metric, unit, x in (
            ("ulcer_cut", "%", ulcer),
            ("depth_cut", "%", depth),
            ("profit", "$", (-900.0, -990.0, -810.0)),
        )
    ]
    (verdict,) = smooth_sentences(found(rows), adaptive="alvh", fewer="fewer")
    assert verdict.answer == answer
    assert f"smoother {answer}" in verdict.sentence


@pytest.mark.parametrize(
    ("win", "year", "answer"),
    [
        ((0.02, 0.01, 0.03), (500.0, 400.0, 600.0), "holds"),
        ((0.02, 0.01, 0.03), (-500.0, -600.0, -400.0), "fails"),
        ((0.02, -0.01, 0.05), (500.0, 400.0, 600.0), "cannot be told"),
    ],
)
def test_holding_back_must_raise_both(win, year, answer):
    rows = [
        (case, book, metric, unit, *x)
        for case in ("in the model", "on real days")
        for book in ("45 days", "1 day")
        for metric, unit, x in (
            ("win_gain", "%", win),
            ("year_gain", "$", year),
            ("tail_gain", "$", year),
        )
    ]
    verdicts = suspend_sentences(found(rows), books=("45 days", "1 day"))
    assert [verdict.answer for verdict in verdicts] == [answer] * 3


@pytest.mark.parametrize(
    ("net", "answer"),
    [
        ((-100.0, -150.0, -50.0), "holds"),
        ((100.0, 50.0, 150.0), "fails"),
        ((0.0, -50.0, 50.0), "cannot be told"),
    ],
)
def test_a_barrier_costs_more_than_it_saves_or_not(net, answer):
    numbers = {"cost": (300.0, 250.0, 350.0), "saved": (200.0, 150.0, 250.0), "net": net}
    rows = [("in the model", "static_stop", m, "$", *x) for m, x in numbers.items()]
    (verdict,) = barrier_sentences(found(rows), books=("static_stop",))
    assert verdict.answer == answer
    assert "the stop costs $300 [250, 350] a year" in verdict.sentence
    assert verdict.sentence.endswith(f"costing more than is saved {answer}.")


def test_a_number_that_is_not_there_is_named():
    with pytest.raises(DataError, match="there is no tail of held in the model"):
        number(found([]), "in the model", "held", "tail")
    assert np.isnan(
        number(
            found([("in the model", "held", "tail", "$", np.nan, np.nan, np.nan)]),
            "in the model",
            "held",
            "tail",
        ).estimate
    )
