"""Step 5, motion, not loyalty: the same crash for a hedge that is held, dropped, or moved.

Held: the 4/4/2 rolled on its days whatever happens. Dropped: the same until the close of a day,
when all of it is sold, and the condors alone from then on. Moved: the adaptive policy. The crash is
the future on which the condors alone come out at the worst 1 %, an episode drawn from today's
market, or an episode of real days.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
from pydantic import Field

from alvh._typing import FloatArray
from alvh.clock import TRADING_DAYS
from alvh.errors import require
from alvh.lab.lesson import Lesson
from alvh.lab.replay import REGIME_WORDS, Replay, replay
from alvh.market.contracts import VIX_OPTION_MULTIPLIER
from alvh.model import MarketState, ModelParameters
from alvh.pricing import PricingTables, vix_index
from alvh.risk.lesson_trades import Visible, trades_until_visible
from alvh.simulation import EPISODES, Episode, MarketPaths, stress_paths
from alvh.strategy import Costs, run_policies

__all__ = [
    "BOOKS",
    "WORST",
    "Futures",
    "Motion",
    "MotionFinding",
    "futures_of",
    "motion",
    "real_episodes",
    "replay_days",
]

WORST: Final = "1 % worst future"
BOOKS: Final = {"hold": "static_layers", "drop": "unhedged", "move": "alvh"}
"""Books of the step; one that drops its hedge is unhedged from then on."""
_YEAR: Final = 252
_BEFORE, _AFTER = 42, 42  # days shown before and after an episode of real days
_LEAST: Final = 63
_SHARE: Final = 0.01


class Motion(Lesson):
    """Settings of the step."""

    path: str = Field(
        WORST,
        min_length=1,
        max_length=60,
        title="Crash",
        description="The worst 1 % of futures by the condors alone, or an episode by its name.",
    )
    real: bool = Field(
        False, title="Real days", description="An episode as it was, and not as it is drawn."
    )
    drop: int = Field(
        21,
        ge=1,
        le=120,
        title="Hedge dropped on day",
        description="Close at which the second book sells its hedge for good.",
        json_schema_extra={"unit": "trading day", "step": 1},
    )

    @property
    def episode(self) -> Episode:
        """The episode of the path.

        Raises
        ------
        ValueError
            If there is none of that name.
        """
        names = {episode.name: episode for episode in EPISODES}
        require(self.path in names, "path", self.path, f"{WORST} or one of {', '.join(names)}")
        return names[self.path]


@dataclass(frozen=True, eq=False)
class Futures:
    """What the books came to on futures of a year.

    Attributes
    ----------
    bare, held : ndarray of shape (n_paths, n_days + 1)
        Wealth of the condors alone, and with the hedge held, dollars.
    moved : ndarray of shape (n_paths,)
        Profit of the adaptive policy, present value, dollars.
    vix : ndarray of shape (n_paths, n_days + 1)
    trades : ndarray of shape (n_paths,)
        Condors the held book closed.
    capital, rate : float
    worst : MarketPaths
        The future on which the condors alone come out at the worst 1 %.
    """

    bare: FloatArray
    held: FloatArray
    moved: FloatArray
    vix: FloatArray
    trades: FloatArray
    capital: float
    rate: float
    worst: MarketPaths

    @property
    def n_paths(self) -> int:
        """Futures."""
        return int(self.moved.size)

    def profit(self, wealth: FloatArray) -> FloatArray:
        """Present value of what wealth at the end holds beyond interest on the capital."""
        years = (self.bare.shape[1] - 1) / TRADING_DAYS
        return np.asarray(wealth * np.exp(-self.rate * years) - self.capital)

    def dropped(self, day: int, costs: Costs, contracts: int) -> FloatArray:
        """Profit of the book that sells its hedge at the close of `day`; (n_paths,).

        Its condors are those of the other two, so from then on it differs from the condors alone by
        what it has, which earns interest.
        """
        left = self.bare.shape[1] - 1 - day
        grown = np.exp(self.rate * left / TRADING_DAYS)
        paid = selling_cost(costs, self.vix[:, day], contracts)
        more = self.held[:, day] - self.bare[:, day] - paid
        return self.profit(self.bare[:, -1] + more * grown)


def selling_cost(costs: Costs, vix: Any, contracts: int) -> FloatArray:
    """Dollars to sell VIX calls at a level of VIX; a share of the premium is not charged."""
    level = np.asarray(vix, dtype=np.float64)
    half = np.minimum(
        costs.vix_half_spread + costs.vix_widening * np.maximum(level - 12.0, 0.0),
        costs.widest * costs.vix_half_spread,
    )
    return np.asarray(contracts * (VIX_OPTION_MULTIPLIER * half + costs.commission))


def futures_of(setting: Lesson, tables: PricingTables | None = None) -> Futures:
    """The books on `n_paths` futures of a year; neither crash nor day of the drop matters."""
    tables = PricingTables.build(setting.model) if tables is None else tables
    policies = [setting.preset(name) for name in ("unhedged", "static_layers", "alvh")]
    study = setting.study(policies, _YEAR)
    paths = study.paths()
    out = run_policies(paths, tables, policies, float(setting.capital))
    order = np.argsort(out.profit[0], kind="stable")
    rank = max(int(np.ceil(_SHARE * paths.n_paths)) - 1, 0)
    return Futures(
        out.wealth[0],
        out.wealth[1],
        out.profit[2],
        _vix(setting.model, paths),
        out.trades[1, :, 0],
        out.capital,
        out.rate,
        paths.one(int(order[rank])),
    )


def _vix(model: ModelParameters, paths: MarketPaths) -> FloatArray:
    state = MarketState(spot=paths.spot, variance=paths.variance, mean_variance=paths.mean_variance)
    return np.asarray(vix_index(model, state))


@dataclass(frozen=True, eq=False)
class MotionFinding:
    """What the step shows.

    Attributes
    ----------
    setting : Motion
    run : Replay
        Of the three presets in the order of `BOOKS`, on the path.
    model : ModelParameters
        Of the path.
    futures : Futures
    first, last : int
        Days of the run that are shown.
    """

    setting: Motion
    run: Replay
    model: ModelParameters
    futures: Futures
    first: int
    last: int

    @property
    def drop_day(self) -> int:
        """Day of the run at whose close the hedge is dropped."""
        return min(self.first + self.setting.drop, self.last)

    @property
    def contracts(self) -> int:
        """Calls the held book holds at all times."""
        return sum(layer.quantity for layer in self.run.policies[0].layers)

    @cached_property
    def days(self) -> pd.DataFrame:
        """Close by close.

        Returns
        -------
        DataFrame
            ``day`` (from the first shown), ``date`` (text, empty on a future), ``spot``, ``vix``
            (points), and ``hold``, ``drop``, ``move``: profit before interest, dollars, since the
            close before the first day's trades, or since the first day shown of a longer run.
        """
        first, last, at = self.first, self.last, self.drop_day
        paths = self.run.paths
        whole = {name: self._traded(p) for p, name in enumerate(BOOKS)}
        bare, held = whole["drop"], whole["hold"]
        vix = _vix(self.model, paths)[0]
        paid = float(selling_cost(self.run.policies[0].costs, vix[at], self.contracts))
        after = held[at] - paid + bare - bare[at]
        drop = np.where(np.arange(held.size) < at, held, after)
        shown = slice(first, last + 1)
        dates = [""] * (last + 1 - first)
        if paths.dates is not None:
            dates = [str(day) for day in np.asarray(paths.dates)[shown].astype("datetime64[D]")]
        return pd.DataFrame(
            {
                "day": np.arange(last + 1 - first),
                "date": dates,
                "spot": paths.spot[0, shown],
                "vix": vix[shown],
                **{
                    name: x[shown] - (x[first] if first > 0 else 0.0)
                    for name, x in (("hold", held), ("drop", drop), ("move", whole["move"]))
                },
            }
        )

    def _traded(self, p: int) -> FloatArray:
        daily = self.run.daily(p)
        return np.asarray(daily["condor"] + daily["hedge"] + daily["costs"], dtype=np.float64)

    @cached_property
    def decisions(self) -> pd.DataFrame:
        """What the books decided, in order; what the held book rolls on its days is no decision.

        Returns
        -------
        DataFrame
            ``book``, ``day`` (from the first shown), ``what`` (a few words), ``reason`` (a
            sentence), ``profit`` (of the book that day, dollars).
        """
        rows = [("drop", self.drop_day - self.first, "hedge dropped", "it was its day", np.nan)]
        rows += self._turns()
        actions = self.run.actions(2)
        layers = self.run.policies[2].layers
        columns = (actions[name] for name in ("position", "what", "action", "reason"))
        for day, what, action, reason in zip(*columns, strict=True):
            if not self.first <= day <= self.last or what == "condor":
                continue
            second = layers[int(what.removeprefix("layer ")) - 1].opens != "always"
            if action in ("monetised", "resized") or (second and action == "opened"):
                rows.append(("move", day - self.first, f"{what} {action}", reason, np.nan))
        table = pd.DataFrame(rows, columns=["book", "day", "what", "reason", "profit"])
        table = table.sort_values("day", kind="stable", ignore_index=True)
        days = self.days
        table["profit"] = [
            float(days[book].iloc[day])
            for book, day in zip(table["book"], table["day"], strict=True)
        ]
        return table

    def _turns(self) -> list[tuple[str, int, str, str, float]]:
        """Changes of the adaptive book's regime."""
        daily = self.run.daily(2)
        regime = daily["regime"].to_numpy()
        rule = self.run.policies[2].regime
        does = {
            0: "condors as ever",
            1: f"new condors at {rule.watch_size:.0%} of their number".replace("%", " %"),
            2: "no new condors",
        }
        rows = []
        for day in range(self.first + 1, self.last + 1):
            now = int(regime[day])
            if now != regime[day - 1]:
                votes = int(daily["stress" if now == 2 else "watch"].iloc[day])
                reason = f"{votes} of {len(rule.votes)} signals; {does[now]}"
                rows.append(("move", day - self.first, REGIME_WORDS[now], reason, np.nan))
        return rows

    @cached_property
    def visible(self) -> dict[str, Visible]:
        """Moving less holding, moving less dropping, and dropping less holding, on the futures."""
        futures = self.futures
        hold = futures.profit(futures.held[:, -1])
        costs = self.setting.preset("static_layers").costs
        drop = futures.dropped(min(self.setting.drop, _YEAR), costs, self.contracts)
        pairs = {
            "move less hold": futures.moved - hold,
            "move less drop": futures.moved - drop,
            "drop less hold": drop - hold,
        }
        return {name: trades_until_visible(x, futures.trades) for name, x in pairs.items()}


def replay_days(days: MarketPaths, setting: Lesson, tables: PricingTables) -> Replay:
    """The three books on one path, real or not; the step's own choices do not matter."""
    policies = [setting.preset(name) for name in ("static_layers", "unhedged", "alvh")]
    return replay(days, tables, policies, float(setting.capital))


def real_episodes(days: MarketPaths) -> dict[str, tuple[int, int]]:
    """Episodes whose real days lie in a history: first and last day of each."""
    require(days.dates is not None, "days", "simulated", "real ones")
    dates = pd.DatetimeIndex(days.dates)
    found = {}
    for episode in EPISODES:
        if episode.start is None or episode.end is None:
            continue
        first, last = pd.Timestamp(episode.start), pd.Timestamp(episode.end)
        if first in dates and last in dates:
            found[episode.name] = (int(dates.searchsorted(first)), int(dates.searchsorted(last)))
    return found


def motion(
    setting: Motion,
    tables: PricingTables | None = None,
    *,
    futures: Futures | None = None,
    run: Replay | None = None,
) -> MotionFinding:
    """The same crash for three books, and how many trades tell them apart.

    Parameters
    ----------
    setting : Motion
    tables : PricingTables, optional
        Of its model; built if omitted.
    futures : Futures, optional
        Of `futures_of`, where at hand.
    run : Replay, optional
        Of `replay_days` over real days; needed where the setting asks for them.

    Raises
    ------
    ValueError
        If there is no such episode, or real days are asked for that the run does not hold.
    """
    tables = PricingTables.build(setting.model) if tables is None else tables
    futures = futures_of(setting, tables) if futures is None else futures
    if setting.real and setting.path != WORST:
        require(run is not None, "run", "missing", "given for real days")
        assert run is not None
        held = real_episodes(run.paths)
        name = setting.episode.name
        require(name in held, "path", name, f"one of {', '.join(held)} on these real days")
        first, last = held[name]
        return MotionFinding(
            setting,
            run,
            ModelParameters.default(),
            futures,
            max(first - _BEFORE, 0),
            min(last + _AFTER, run.paths.n_days),
        )
    path = futures.worst
    if setting.path != WORST:
        episode = setting.episode
        path = stress_paths(
            setting.model, setting.state, episode, n_days=max(episode.n_days, _LEAST)
        )
    shown = replay_days(path, setting, tables)
    return MotionFinding(setting, shown, setting.model, futures, 0, path.n_days)
