"""Every claim tried at once, written as a page: ``python -m alvh.report.findings``.

`docs/findings.md` is what this prints; nothing in it is typed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pandas as pd

from alvh.errors import AlvhError
from alvh.lab import Study, claims_barriers, claims_shift, claims_trades
from alvh.lab.claims import (
    ADAPTIVE,
    CLAIMED_COST,
    CLAIMED_CUT,
    FEWER,
    SIZES,
    STATIC,
    UNHEDGED,
    Claim,
    main_history,
    main_model,
)
from alvh.market import read_csv
from alvh.market.sample import read_sample
from alvh.pricing import PricingTables
from alvh.report.verdict import (
    Verdict,
    adaptive_sentence,
    main_sentence,
    reads,
    superior_sentence,
)
from alvh.report.verdict_claims import (
    barrier_sentences,
    shift_sentences,
    smooth_sentences,
    suspend_sentences,
    tier_sentences,
)
from alvh.risk.claims import numbers_of
from alvh.risk.claims_history import DayBooks

__all__ = ["NAMES", "main", "main_verdicts", "note_of", "span_of"]

NAMES: Final[dict[str, str]] = {
    UNHEDGED: "unhedged",
    **{f"{STATIC} ×{size:g}": f"static ×{size:g}" for size in SIZES},
    **{f"{ADAPTIVE} ×{size:g}": f"ALVH ×{size:g}" for size in SIZES},
    f"{ADAPTIVE} ×0": "ALVH, no layers",
    **{f"fewer ×{share:g}": f"{100 * share:.0f} % of the condors" for share in FEWER},
}
"""Books of the main claim to the words for them."""


def span_of(claim: Claim) -> str:
    """What a claim was tried on, in words."""
    books = claim.books
    if isinstance(books, DayBooks):
        first, last = (str(day)[:4] for day in (books.days[0], books.days[-1]))
        return f"{first} to {last}, {books.years:.1f} years"
    length = "1 year" if books.years == 1.0 else f"{books.years:.2g} years"
    return f"{books.n_paths:,} futures of {length}"


def note_of(claim: Claim) -> str:
    """What the numbers of a claim are to be read with."""
    books = claim.books
    if not isinstance(books, DayBooks):
        return (
            f"{books.n_paths:,} futures of the model under P, the same for every book; 95 % Monte "
            "Carlo intervals hold no error of the model."
        )
    n = books.n_falls(UNHEDGED)
    falls = "one fall" if n == 1 else f"{n} falls"
    return (
        f"{books.years:.1f} years hold {falls} of the unhedged book at least half as deep as its "
        f"deepest; 95 % intervals of the stationary bootstrap, blocks of {books.block} days on "
        "average. Every option price on real days is a model price."
    )


def main_verdicts(claim: Claim, *, many: bool = True) -> list[Verdict]:
    """Sentences of the main claim: of the static hedge, the adaptive one, and of many sizes.

    The last, a test that takes a second, is of history only, and where `many` asks for it.
    """
    base = numbers_of(claim.table, UNHEDGED)
    static, adaptive = (numbers_of(claim.table, f"{x} ×1") for x in (STATIC, ADAPTIVE))
    where: dict[str, Any] = {"historical": claim.historical, "span": span_of(claim)}
    found = [
        main_sentence(
            static, base, hedge="the static 4/4/2", cut=CLAIMED_CUT, cost=CLAIMED_COST, **where
        ),
        adaptive_sentence(
            claim.cut(f"{ADAPTIVE} ×1", f"{STATIC} ×1"),
            claim.cut(f"{ADAPTIVE} ×0", UNHEDGED),
            adaptive,
            **where,
        ),
    ]
    if claim.historical and many:
        found.append(superior_sentence(claim.superior, NAMES))
    return found


# --- The page ------------------------------------------------------------------------------------

_HEAD: Final = """# Findings

What the claims of the method's public pages come to, printed by

    {command}

Verdicts follow from the intervals; no sentence is written by hand. How each is computed: the claim
page, *How computed*, and `alvh/lab/claims*.py`. Intervals are 95 %: of the paths in the model, of
the stationary bootstrap on real days, and hold no error of the model. Costs are charged; the
account is 500,000 dollars; condors are ten, 16 delta, 45 days, wings of 50 points, held, unless a
claim names others. For education and analysis; not investment advice.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the findings as Markdown; the exit status: 0, or 2 for a file that cannot be used."""
    parser = argparse.ArgumentParser(
        prog="python -m alvh.report.findings",
        description="Try every claim in the model, on the offline sample, and on a history.",
    )
    parser.add_argument("--csv", type=Path, help="daily history with spx_close and vix_close")
    parser.add_argument("--n-paths", type=int, default=2_000, help="futures of the model")
    given = parser.parse_args(arguments)
    try:
        study = Study(n_paths=given.n_paths)
        histories = [("the offline sample", read_sample().frame)]
        if given.csv is not None:
            histories.append((given.csv.name, read_csv(given.csv).frame))
    except (AlvhError, ValueError) as error:
        print(f"findings: {error}", file=sys.stderr)
        return 2
    command = f"python -m alvh.report.findings --n-paths {given.n_paths}"
    if given.csv is not None:
        command += f" --csv {given.csv}"
    print("\n".join(_page(study, histories, command)))
    return 0


def _page(study: Study, histories: Sequence[tuple[str, pd.DataFrame]], command: str) -> list[str]:
    tables = PricingTables.build(study.model)
    lines = [_HEAD.format(command=command)]
    claim = main_model(study, tables)
    rolls = claims_shift.shift_model(study, tables)
    tiers = claims_trades.tier_model(study, tables)
    smooth, spend = claims_barriers.smooth_model(study, tables)
    held = claims_trades.suspend_model(study, tables)
    barriers, shares = claims_barriers.barrier_model(study, tables)
    lines += ["## In the model", "", f"From SPX 5000, VIX 16, VIX3M 18. {note_of(claim)}", ""]
    lines += _section(claim, rolls, tiers, smooth, held, barriers)
    capital = float(study.capital)
    for title, frame in histories:
        with_model: dict[str, Any] = {"model": study.model, "tables": tables}
        past = main_history(frame, capital, **with_model)
        lines += ["", f"## On real days: {title}", "", note_of(past), ""]
        free = tiers[tiers["case"] == "no premium, no costs"]
        real = claims_trades.tier_history(frame, **with_model)
        lines += _section(
            past,
            claims_shift.shift_history(frame, capital, **with_model),
            pd.concat([free, real], ignore_index=True),
            claims_barriers.smooth_history(frame, capital, spend, **with_model),
            claims_trades.suspend_history(frame, **with_model),
            claims_barriers.barrier_history(frame, capital, shares, **with_model),
        )
    return lines


def _section(
    claim: Claim,
    rolls: pd.DataFrame,
    tiers: pd.DataFrame,
    smooth: pd.DataFrame,
    held: pd.DataFrame,
    barriers: pd.DataFrame,
) -> list[str]:
    rolled, stepped = "rolled to 7 d, ×1", "rolled to 7 d, ×1.5"
    claims = (
        ("1. The 4/4/2 hedge", main_verdicts(claim)),
        ("2. Rolling tested condors", shift_sentences(rolls, rolled=rolled, stepped=stepped)),
        ("3. One-day tiers", tier_sentences(tiers, tier="conservative 0.70")),
        (
            "4. Adaptive against static",
            smooth_sentences(smooth, adaptive=f"{ADAPTIVE} ×1", fewer=claims_barriers.FEWER_SAME),
        ),
        ("5. No entries above VIX 20", suspend_sentences(held, books=("45 days", "1 day"))),
        (
            "6. Static barriers",
            barrier_sentences(barriers, books=("static_stop", "static_calls", STATIC, ADAPTIVE)),
        ),
    )
    lines = []
    for title, verdicts in claims:
        lines += [f"### {title}", ""]
        lines += [
            f"- **{verdict.answer.capitalize()}.** {verdict.sentence}" for verdict in verdicts
        ]
        lines.append("")
        if verdicts and title.startswith("1."):
            lines += [*_sizes(claim), ""]
    return lines[:-1]


def _sizes(claim: Claim) -> list[str]:
    lines = [
        "| book | maximum drawdown | cut | cost a year | worst 5 % cut |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name in claim.books.names:
        seen = numbers_of(claim.table, name)
        numbers = (reads(seen[x], "%") for x in ("depth", "depth_cut", "cost", "loss95_cut"))
        lines.append(f"| {NAMES[name]} | {' | '.join(numbers)} |")
    return lines


if __name__ == "__main__":
    sys.exit(main())
