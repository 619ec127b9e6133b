"""The main claim's tab: drawdown against cost by size of hedge, in the model and on real days."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pandas as pd
import streamlit as st

from alvh.lab import Study
from alvh.lab.claims import (
    ADAPTIVE,
    CLAIMED_COST,
    CLAIMED_CUT,
    STATIC,
    UNHEDGED,
    Claim,
    main_history,
    main_model,
)
from alvh.report import charts
from alvh.report.findings import NAMES, main_verdicts, note_of
from alvh.report.verdict import reads
from alvh.risk.claims import numbers_of
from alvh.risk.inference import Interval
from alvh.ui import cache, controls
from alvh.ui.claim import Asked, Finding, Tab
from alvh.ui.show import Number

__all__ = ["MAIN", "choose_where"]

_WHERE: Final = ("in the model", "on real days")
_ROWS: Final = (UNHEDGED, f"{STATIC} ×1", f"{STATIC} ×2", f"{ADAPTIVE} ×0", f"{ADAPTIVE} ×1")


def choose_where() -> None:
    """Whether the picture is of the model or of real days."""
    controls.choice(
        "Picture", _WHERE, "claim.where", help="Numbers of both are in the sentences beside it."
    )


@st.cache_resource(max_entries=12, show_spinner="Running twelve books on thousands of futures …")
def _model(study_text: str, wing: int) -> Claim:
    study = Study.model_validate_json(study_text)
    return main_model(study, cache.tables(study.model), wing=wing)


@st.cache_resource(max_entries=12, show_spinner="Running twelve books over the history …")
def _history(key: str, _asked: Asked) -> Claim:  # noqa: ARG001 - stands for what is asked
    study, frame = _asked.study, _asked.frame
    assert frame is not None
    return main_history(
        frame,
        float(study.capital),
        wing=_asked.wing,
        costs=study.costs,
        model=study.model,
        tables=cache.tables(study.model),
    )


def _on_days(now: Asked) -> Claim | None:
    """The claim on real days; None where there are none."""
    if now.frame is None:
        return None
    study = now.study
    key = f"{now.stamp} {study.model.model_dump_json()} {study.capital} {study.costs} {now.wing}"
    return _history(key, now)


def _run(now: Asked, tell: Callable[[int, int], object]) -> Claim:
    return main_model(now.study, cache.tables(now.study.model), wing=now.wing, progress=tell)


def _find(now: Asked, results: Any) -> Finding:
    model: Claim = results or _model(now.study.model_dump_json(), now.wing)
    days = _on_days(now)
    shown = model
    if days is not None and st.session_state.get("claim.where") == _WHERE[1]:
        shown = days
    other = days if shown is model else model
    words = main_verdicts(shown)
    if other is not None:
        words[2:2] = main_verdicts(other, many=False)[:1]
    points = shown.points
    return Finding(
        strip=_strip(model, days),
        verdicts=words,
        drawn=charts.claim_box(
            points,
            cut=CLAIMED_CUT,
            cost=CLAIMED_COST,
            what=("Maximum" if shown.historical else "Mean maximum") + " drawdown cut by (%)",
            height=376,
        ),
        data=points,
        title="Drawdown cut against cost, by size of hedge",
        table=_table(shown),
        columns=_COLUMNS,
        note=note_of(shown),
    )


def _strip(model: Claim, days: Claim | None) -> list[Number]:
    seen = numbers_of(model.table, f"{STATIC} ×1")
    adaptive = numbers_of(model.table, f"{ADAPTIVE} ×1")
    return [
        Number(
            "4/4/2 cuts drawdown by",
            _short(seen["depth_cut"]),
            "Model: 1 less the ratio of mean maximum drawdowns, hedged to unhedged, same futures. "
            f"In full: {reads(seen['depth_cut'], '%')}. Claimed: 35 to 40 %.",
        ),
        Number(
            "and the worst by",
            _short(seen["depth95_cut"]),
            "Model: the same of the 95 % quantile of maximum drawdown. In full: "
            f"{reads(seen['depth95_cut'], '%')}.",
        ),
        Number(
            "It costs a year",
            _short(seen["cost"]),
            "Model: mean profit given up against no hedge, share of the account, spreads and "
            f"commissions among it. In full: {reads(seen['cost'], '%')}. Claimed: 1 to 2 %.",
        ),
        Number(
            "ALVH cuts by",
            _short(adaptive["depth_cut"]),
            "Model: the adaptive hedge, its smaller condors among it. In full: "
            f"{reads(adaptive['depth_cut'], '%')}.",
        ),
        Number(
            "4/4/2 on real days",
            "n/a" if days is None else _short(numbers_of(days.table, f"{STATIC} ×1")["depth_cut"]),
            "Cut of the maximum drawdown on the history chosen; bootstrap interval. "
            + (
                "Levels typed in have no history."
                if days is None
                else reads(numbers_of(days.table, f"{STATIC} ×1")["depth_cut"], "%")
            ),
        ),
    ]


def _short(found: Interval) -> str:
    return reads(found, "%")


def _table(claim: Claim) -> pd.DataFrame:
    rows = []
    for name in _ROWS:
        seen = numbers_of(claim.table, name)
        rows.append(
            {
                "book": NAMES[name][:1].upper() + NAMES[name][1:],
                "depth": reads(seen["depth"], "%"),
                "cut": reads(seen["depth_cut"], "%"),
                "cost": reads(seen["cost"], "%"),
                "loss95": reads(seen["loss95_cut"], "%"),
            }
        )
    return pd.DataFrame(rows)


_COLUMNS: Final = {
    "book": ("Book", "", "All on the same futures, or days"),
    "depth": ("Drawdown", "", "(Mean) maximum drawdown, share of the account, beyond interest"),
    "cut": ("Cut", "", "Share by which it is below that of the unhedged book"),
    "cost": ("Cost a year", "", "Profit given up against the unhedged book, share of the account"),
    "loss95": (
        "Worst 5 % cut",
        "",
        "Cut of the mean of the worst twentieth: of years in the model, of 21-day spans on history",
    ),
}
MAIN: Final = Tab(
    "main",
    "4/4/2 VIX calls (30/110/220 days, 0.50 delta) for ten condors (16 delta, 45 days) cut "
    "drawdowns by 35 to 40 % at 1 to 2 % of the account a year; adapting does better.",
    _find,
    _run,
    choose_where,
)
"""The main claim."""
