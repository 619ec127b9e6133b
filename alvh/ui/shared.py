"""What several pages ask, say and refuse in the same words: costs, focus, market, no answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Final

import streamlit as st
from pydantic import ValidationError

from alvh import __version__
from alvh.errors import DataError, ParameterError, explain
from alvh.lab import Study
from alvh.report import export
from alvh.strategy import Costs, Policy
from alvh.ui import controls, market, policies, show, trade
from alvh.ui.live import Group
from alvh.ui.market import Market
from alvh.ui.show import Number

__all__ = [
    "MODEL",
    "account_groups",
    "choose_costs",
    "choose_focus",
    "choose_market",
    "compared",
    "focus_of",
    "headline",
    "refusals",
    "require_policies",
    "source",
    "study_groups",
    "warn_of_no_trades",
]

MODEL: Final = "two-factor SVCJ, default parameters"


# --- Controls ---------------------------------------------------------------------------------


def choose_market() -> Market:
    """Draw the market in the sidebar; where it is refused, say so and end the page."""
    with refusals(), st.sidebar:
        return market.choose()
    st.stop()


def choose_costs() -> None:
    """Draw whether spreads and commissions are paid."""
    about = Study.model_fields["costs"]
    controls.switch(about.title or "", "costs", default=True, help=about.description or "")


def account_groups() -> list[Group]:
    """Reserve the places of the account and of costs."""
    capital = partial(controls.number, trade.Account, "capital", "capital")
    return [(st.container(), capital), (st.container(), choose_costs)]


def study_groups() -> list[Group]:
    """Reserve the places of a study's horizon, seed and costs."""
    horizon = partial(controls.slider, Study, "horizon", "horizon")
    seed = partial(controls.number, Study, "seed", "seed")
    return [(st.container(), draw) for draw in (horizon, seed, choose_costs)]


def choose_focus(text: str, first: str = "") -> None:
    """Draw which of the policies compared is in focus.

    Parameters
    ----------
    text : str
        What is about it.
    first : str, default=""
        Name of the policy in focus until another is chosen; the last where it is not compared.
    """
    names = st.session_state["policies"]
    shown = {name: words for name, words in policies.NAMES.items() if name in names}
    if shown:
        default = first if first in shown else tuple(shown)[-1]
        controls.choice("In focus", tuple(shown), "focus", default=default, shown=shown, help=text)


# --- What the controls say --------------------------------------------------------------------


def focus_of(names: Sequence[str]) -> int:
    """Number of the policy in focus among `names`: the last where none is chosen."""
    chosen = st.session_state.get("focus")
    return names.index(chosen) if chosen in names else len(names) - 1


def require_policies() -> None:
    """Refuse a comparison of nothing.

    Raises
    ------
    ParameterError
        If no policy is chosen.
    """
    if not st.session_state["policies"]:
        raise ParameterError("Compared must name at least one policy, got none")


def compared() -> tuple[Policy, ...]:
    """The policies compared, without costs where those are switched off.

    Raises
    ------
    ParameterError, ValidationError
        If no policy is chosen, or settings contradict each other.
    """
    require_policies()
    rules = policies.current()
    if st.session_state["costs"]:
        return rules
    return tuple(rule.model_copy(update={"costs": Costs.none()}) for rule in rules)


# --- What a page says -------------------------------------------------------------------------


@contextmanager
def refusals() -> Iterator[None]:
    """Say on the page why what is done inside was refused."""
    try:
        yield
    except (ParameterError, DataError) as error:
        st.error(f"{error}.", icon=":material/error:")
    except ValidationError as error:
        st.error(". ".join(explain(error)), icon=":material/error:")


def headline(notes: Sequence[str], key: str, answer: Callable[[], Sequence[Number]]) -> None:
    """What the user must know, and the answer in numbers; or why there is none.

    Parameters
    ----------
    notes : sequence of str
        About the data.
    key : str
        Of the strip, see `show.strip`.
    answer : callable
        The numbers; what it raises over settings or data is said instead of them.
    """
    show.messages(notes)
    with refusals():
        show.strip(answer(), key)


def warn_of_no_trades(who: str) -> None:
    """Say that no condor was opened: a hedge alone must not pass for a hedged condor."""
    st.warning(
        f"No condor could be opened {who}: its strikes are not to be had at these levels (wings, "
        "deltas, credit), or the regime never allowed one.",
        icon=":material/info:",
    )


def source(
    seen: Market, *, model: str = MODEL, paths: int | None = None, seed: int | None = None
) -> str:
    """Where the numbers of a page come from, see `export.source_line`."""
    return export.source_line(
        data=seen.source,
        as_of=seen.as_of,
        model=model,
        paths=paths,
        seed=seed,
        version=__version__,
    )
