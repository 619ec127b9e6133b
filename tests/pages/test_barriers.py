"""The lesson's page: each step renders and reacts, links restore it, sentences follow numbers."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from alvh.lab import lesson_certainty as certainty
from alvh.lab import lesson_edge as edge
from alvh.lab import lesson_insurance as insurance
from alvh.lab import lesson_stop as stop
from alvh.report.glossary import TERMS
from alvh.risk.claims import PathBooks
from alvh.risk.inference import Interval
from alvh.risk.lesson_stops import CondorMarks
from alvh.risk.lesson_trades import Visible
from alvh.ui import lesson_words
from alvh.ui.lesson_steps import STEPS

PAGE = Path(__file__).parents[2] / "pages" / "learn" / "barriers.py"
LARGE = '<p style="font-size'


def opened(**link: str) -> AppTest:
    app = AppTest.from_file(PAGE, default_timeout=180)
    for key, value in {"market": "by hand", **link}.items():
        app.query_params[key.replace("__", ".")] = value
    return app.run()


def sentences(app: AppTest) -> list[str]:
    assert not app.exception
    found = [x.value for x in app.markdown if x.value.startswith(LARGE)]
    return [text.split(">", 1)[1].removesuffix("</p>") for text in found[1:]]


# --- The page ------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", range(5))
def test_a_step_is_one_picture_and_two_sentences(at):
    app = opened(step=str(at + 1), market="offline sample")
    assert not app.error
    assert len(app.get("vega_lite_chart")) == 1
    said = sentences(app)
    assert len(said) == 2
    assert all(text.endswith(".") and any(x.isdigit() for x in text) for text in said)
    assert any(STEPS[at].title in x.value for x in app.markdown)
    assert any("**Say.**" in x.value for x in app.markdown)
    assert {x.label for x in app.get("download_button")} == {"PNG", "SVG", "CSV"}


@pytest.mark.parametrize(
    ("step", "key", "value"),
    [
        ("1", "jump.multiple", 1.0),
        ("1", "wing", 100),
        ("2", "calls.delta", 0.30),
        ("2", "calls.dte", 40),
        ("2", "calls.quantity", 80),
        ("4", "off.left", 100.0),
        ("5", "motion.drop", 60),
    ],
)
def test_every_slider_moves_the_sentences(step, key, value):
    app = opened(step=step)
    before = sentences(app)
    app.slider(key=key).set_value(value).run()
    assert sentences(app) != before


def test_limit_and_probability_choose_another_barrier():
    app = opened(step="3")
    before = sentences(app)
    app.slider(key="sure.limit").set_value(30.0).run()
    wide = sentences(app)
    assert wide[0] != before[0]
    app.button_group(key="sure.probability").set_value("99.9 %").run()
    assert sentences(app) != wide


def test_a_stop_by_delta_has_a_slider_of_its_own():
    app = opened(step="1", jump__kind="a delta")
    assert "short delta of 0.30" in sentences(app)[0]
    app.slider(key="jump.delta").set_value(0.45).run()
    assert "short delta of 0.45" in sentences(app)[0]


def test_levels_typed_in_have_no_real_days():
    app = opened(step="1")
    assert sentences(app)[1] == lesson_words.NO_DAYS


def test_real_days_of_the_sample_are_told():
    app = opened(step="1", market="offline sample")
    assert "real days of 2014 to 2018" in sentences(app)[1]


def test_a_crash_of_real_days_is_offered_where_the_history_holds_it():
    app = opened(step="5", market="offline sample", motion__crash="Volmageddon, real days")
    assert "Volmageddon as it was (2017-" in sentences(app)[0]
    assert "Covid, real days" not in app.selectbox(key="motion.crash").options


def test_reset_brings_back_the_lessons_settings():
    app = opened(step="2", calls__delta="0.25", calls__quantity="100", wing="80", edge="0.5")
    assert app.slider(key="calls.delta").value == 0.25
    app.button(key="lesson.reset").click().run()
    assert app.slider(key="calls.delta").value == 0.10
    assert app.slider(key="calls.quantity").value == 40
    assert app.slider(key="wing").value == 50
    assert app.slider(key="edge").value == 1.0
    assert app.selectbox(key="market").value == "hand"  # the market stays
    assert sentences(app) == sentences(opened(step="2"))


@pytest.mark.parametrize(
    ("step", "key", "bad", "named"),
    [
        ("1", "jump.multiple", "9", "Loss must be from 1 to 4"),
        ("1", "jump.kind", "luck", "Stop at must be one of a loss, a delta"),
        ("2", "calls.dte", "500", "Days to expiry must be from 30 to 220"),
        ("2", "calls.delta", "0.07", "Delta must be from 0.05 to 0.3"),
        ("4", "off.which", "luck", "Of which premium must be one of all of them"),
        ("5", "motion.crash", "Flood", "Crash must be one of 1 % worst future"),
        ("5", "motion.drop", "0", "Hedge dropped on day must be from 1 to 120"),
        ("9", "step", "9", "Step must be one of 1, 2, 3, 4, 5"),
    ],
)
def test_a_bad_link_is_named_and_costs_nothing_else(step, key, bad, named):
    app = opened(**{"step": step, "wing": "60", key.replace(".", "__"): bad})
    warned = " ".join(x.value for x in app.warning)
    assert named in warned
    assert f"“{bad}”" in warned
    assert app.slider(key="wing").value == 60
    assert len(sentences(app)) == 2


def test_an_account_that_margins_no_condor_is_said_so():
    app = opened(step="2", capital="1000")
    assert "capital must be at least the margin of one condor" in app.error[0].value
    assert not app.exception


def test_every_word_of_a_step_is_in_the_glossary():
    for step in STEPS:
        assert set(step.terms) <= set(TERMS)


# --- Sentences at their outcomes -----------------------------------------------------------------


def stop_finding(beyond, real=None):
    n = 400
    loss = np.zeros((n, 3))
    loss[:, 1:] = 1.0
    loss[:100, 2] = 20.0 + np.asarray(beyond)
    setting = stop.JumpedStop()
    return stop.jumped_stop(setting, marks=CondorMarks(10.0, loss, loss), real=real)


def real_days(beyond):
    frame = pd.DataFrame(
        {
            "date": pd.to_datetime(["2018-02-05"] * len(beyond)),
            "beyond": np.asarray(beyond, dtype=float),
            "loss": 2.0 + np.asarray(beyond, dtype=float),
            "promise": 2.0,
            "credit": 10.0,
            "dollars": 0.0,
        }
    )
    day = pd.Timestamp("2014-01-02")
    return stop.RealStops({("credit multiple", 2.0): frame}, day, pd.Timestamp("2018-12-31"))


def test_a_stop_that_is_jumped():
    jumped, _ = lesson_words.stop(stop_finding(np.linspace(1.0, 9.0, 100)))
    assert "promised a loss of $20,000 on ten condors" in jumped
    assert "25 % [21, 29] of 400 condors sold today met it" in jumped
    assert "lost $5,000 [4,500, 5,500] more than that on average" in jumped


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ({"multiple": 4.0, "wing": 40}, "the wings end the loss at 3.00 × the credit"),
        ({"multiple": 4.0, "wing": 90}, "the largest loss at a close was 2.60 × the credit"),
        ({"kind": "short delta"}, "the largest short delta at a close was 0.12"),
    ],
)
def test_why_a_stop_was_never_met(setting, told):
    calm = CondorMarks(10.0, np.full((9, 3), 26.0), np.full((9, 3), 0.12))
    never, _ = lesson_words.stop(stop.jumped_stop(stop.JumpedStop(**setting), marks=calm))
    assert "was never met by 9 condors sold today in the model" in never
    assert told in never


@pytest.mark.parametrize(
    ("beyond", "told"),
    [
        ([], "it was never met."),
        ([1.5], "it was met once, on average 1.50 × the credit beyond the promise"),
        ([1.0, 2.0], "it was met 2 times, on average 1.50 × the credit beyond the promise"),
        ([-0.5], "on average 0.50 × the credit short of the promise"),
    ],
)
def test_real_stops_in_words(beyond, told):
    found = stop_finding(np.ones(100), real_days(beyond))
    assert told in lesson_words.stop(found)[1]
    if beyond:
        assert "the worst was 2018-02-05" in lesson_words.stop(found)[1]


def insurance_finding(bare, costs, paid=(-5.0, 70.0), moved=(1.0, -2.0)):
    noise = np.linspace(-10.0, 10.0, 400)
    profit = np.array([bare + noise, *(bare - cost + 0.5 * noise for cost in costs)])
    names = ("unhedged", *(f"{x:.2f}" for x in insurance.DELTAS))
    zero = np.zeros_like(profit)
    books = PathBooks(names, 5e5, 1.0, profit, zero, zero, np.zeros((*profit.shape, 4)))
    shocks = pd.DataFrame(
        [("Covid", "drawn", 23, 33.9, paid[1]), ("Q4 2018", "drawn", 65, 19.8, paid[0])],
        columns=["episode", "source", "days", "depth", "paid"],
    )
    hedged = (4600.0 + moved[0], 5200.0 - moved[1])
    return insurance.InsuranceFinding(
        insurance.Insurance(), books, (4600.0, 5200.0), hedged, shocks
    )


@pytest.mark.parametrize(
    ("bare", "costs", "told"),
    [
        (250.0, range(100, 700, 100), "from a delta of 0.12 [0.12, 0.13] on they cost more"),
        (50.0, range(100, 700, 100), "at every delta from 0.05 on they cost more"),
        (9000.0, range(100, 700, 100), "at no delta up to 0.30 is it shown"),
        (-90.0, range(100, 700, 100), "as the condor alone earns nothing, they are too dear at"),
    ],
)
def test_where_insurance_is_uneconomic(bare, costs, told):
    assert told in lesson_words.insurance(insurance_finding(bare, costs))[1]


def test_what_insurance_costs_moves_and_paid():
    cost, paid = lesson_words.insurance(insurance_finding(1e4, range(100, 700, 100)))
    assert "40 VIX calls of 0.10 delta and 90 days cost $200" in cost
    assert "the lower break-even 1.00 points nearer" in cost
    assert "the upper break-even 2.00 points further away" in cost
    assert "By the low of 2 shocks drawn from today they had paid" in paid
    assert "from −$5.00 (Q4 2018) to $70.00 (Covid), nothing in 1 of them" in paid
    earning, _ = lesson_words.insurance(insurance_finding(1e4, range(-600, 0, 100)))
    assert "earn $500" in earning
    gone, _ = lesson_words.insurance(
        insurance_finding(1e4, range(100, 700, 100), moved=(float("nan"), 1.0))
    )
    assert "the lower break-even out of reach" in gone


def certainty_finding(profits, kept, measured=None, probability="95 %"):
    n = 2000
    names = ("no barrier", "wings of 5 points")
    profit = np.array([x + np.linspace(-1.0, 1.0, n) for x in profits])
    lowest = np.zeros((2, n))
    for row, share in zip(lowest, kept, strict=True):
        row[: round((1.0 - share) * n)] = -1e9
    both = certainty.Barriers(("no barrier", "wings"), names, profit, lowest)
    one = None
    if measured is not None:
        again = measured + np.linspace(-1.0, 1.0, n)[None]
        one = certainty.Barriers(("wings",), names[1:], again, np.zeros((1, n)))
    setting = certainty.Certainty(probability=probability)
    return certainty.CertaintyFinding(setting, both, one)


@pytest.mark.parametrize(
    ("profits", "kept", "measured", "told"),
    [
        ((900.0, 50.0), (0.7, 1.0), 40.0, "more than not trading"),
        ((900.0, 50.0), (0.7, 1.0), -40.0, "loses $40.00 [39.97, 40.03] a year, less than not"),
        ((900.0, 50.0), (0.7, 1.0), 0.0, "not told from not trading"),
        ((900.0, 50.0), (0.7, 0.8), None, "none is sure to keep it with 95 % probability: the"),
        ((900.0, 50.0), (1.0, 1.0), 900.0, "the condor needs no barrier"),
    ],
)
def test_certainty_in_words(profits, kept, measured, told):
    first, second = lesson_words.certainty(certainty_finding(profits, kept, measured))
    assert "stays within a loss of 10 % of the account ($50,000)" in first
    assert told in second


def edge_finding(shifts, left=0.0, which="all", charged=False):
    noise = np.linspace(-10.0, 10.0, 400)
    profit = np.array([shift + noise for shift in shifts])
    flat = {name: np.tile(noise, (5, 1)) for name in ("none", "variance", "all")}
    jumps = {"jumps": np.tile(noise + 700.0, (5, 1)), "equity": np.tile(noise - 300.0, (5, 1))}
    cases = flat | jumps | {"charged": np.tile(noise - 50.0, (5, 1))}
    setting = edge.EdgeOff(left=left, which=which, charged=charged)
    return edge.EdgeFinding(setting, profit, cases)


@pytest.mark.parametrize(
    ("shifts", "told"),
    [
        ([0.0] * 5, "and zero lies in the 95 % interval of every one."),
        ([90.0] * 5, "and zero lies in the 95 % interval of none."),
        ([0.0, 90.0, 0.0, 0.0, -90.0], "outside the 95 % interval of static calls and ALVH."),
    ],
)
def test_what_is_left_in_words(shifts, told):
    first, second = lesson_words.edge(edge_finding(shifts))
    assert first.startswith("With every premium off and trading free,")
    assert told in first
    assert "the condor alone loses $50.00" in second
    assert "equity −$300" in second
    assert "jumps +$700" in second
    assert "what premia do together −$400" in second


def test_which_premia_are_left_on_is_said():
    alone, _ = lesson_words.edge(edge_finding([0.0] * 5, 50.0, "jumps", True))
    assert alone.startswith("With the jump premium alone at 50 % and the others off and trading ")
    every, _ = lesson_words.edge(edge_finding([0.0] * 5, 50.0))
    assert every.startswith("With every premium at 50 % and trading free")


def motion_finding(hold, drop, difference, trades):
    days = pd.DataFrame({"hold": [0.0, hold], "drop": [0.0, drop], "move": [0.0, -9e3]})
    seen = Visible(Interval(*difference), Interval(*trades))
    return SimpleNamespace(
        setting=SimpleNamespace(path="Covid", real=False),
        days=days.assign(date=""),
        futures=SimpleNamespace(n_paths=2000),
        decisions=pd.DataFrame({"book": ["move", "drop", "move"]}),
        drop_day=21,
        first=0,
        visible={"move less hold": seen, "move less drop": seen},
    )


def test_a_crash_is_told_from_the_best_book_to_the_worst():
    found = motion_finding(-1e4, -2e4, (5.0, 1.0, 9.0), (100.0, 50.0, 900.0))
    assert lesson_words.motion(found)[0] == (
        "Through Covid, drawn from today, moving it ends at −$9,000, holding the hedge ends at "
        "−$10,000 and dropping it on day 21 ends at −$20,000; moving took 2 decisions."
    )


@pytest.mark.parametrize(
    ("difference", "trades", "told"),
    [
        ((300.0, 100.0, 500.0), (1234.0, 567.0, 9876.0), "earns $300 [100, 500] a trade against"),
        ((-300.0, -500.0, -100.0), (1234.0, 567.0, 9876.0), "loses $300 [100, 500] a trade"),
        ((300.0, -100.0, 700.0), (1234.0, 567.0, np.inf), "do not tell from nothing"),
        ((0.0, 0.0, 0.0), (np.inf, np.inf, np.inf), "moving and holding never differ"),
        ((np.nan,) * 3, (np.nan,) * 3, "cannot be compared, for nothing was traded"),
    ],
)
def test_how_long_a_difference_takes_in_words(difference, trades, told):
    found = motion_finding(0.0, 0.0, difference, trades)
    said = lesson_words.motion(found)[1]
    assert told in said
    assert ("visible at 95 % after 1,200 [570, 9,900] trades" in said) == (
        np.isfinite(trades[2]) and difference[1] * difference[2] > 0.0
    )
