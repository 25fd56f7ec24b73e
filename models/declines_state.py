"""What the decline detector remembers between runs, and whether it still fits the facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from models.contracts import Column, Contract
from models.declines_closure import Closure
from models.declines_panel import LOOKBACK, Vector, Whole, as_date, ordinal
from models.declines_posterior import NONE, Memory
from models.facts import DAY, REAL, TEXT, WHOLE

MEMORY = Contract(
    "decline_memory",
    (
        Column("account_id", TEXT, required=True),
        Column("as_of", DAY, required=True, doc="last day brought in"),
        Column("signed_on", DAY),
        Column("starts_on", DAY, doc="first day of use or relation; null: never seen"),
        Column("ended_on", DAY, doc="null: alive at as_of"),
        Column("seen", WHOLE, required=True, doc="events of the days a resumed run reads again"),
        Column("odds_30", REAL, required=True),
        Column("odds_50", REAL, required=True),
        Column("odds_70", REAL, required=True),
        Column("cusum", REAL, required=True),
        Column("since", WHOLE, required=True),
        Column("phi", REAL, doc="overdispersion; null until told"),
        Column("opened", WHOLE, required=True),
        Column("opened_rate", REAL, required=True),
        Column("mended", WHOLE, required=True),
        Column("wait_until", WHOLE, required=True),
        Column("unused_days", WHOLE, required=True, doc="in a row, up to that day"),
        Column("closed", REAL, required=True, doc="chance that the account was closed that day"),
    ),
    key=("account_id",),
)
_ODDS = ("odds_30", "odds_50", "odds_70")


@dataclass(frozen=True)
class DeclineState:
    """What the next run needs to go on from `as_of`: one row an account (`MEMORY`), the fleet (`FLEET`)."""

    accounts: pl.DataFrame
    fleet: pl.DataFrame

    @property
    def last_day(self) -> date:
        last = self.fleet["day"].max()
        return last if isinstance(last, date) else date.min


def _seen(days: pl.DataFrame, upto: date) -> pl.DataFrame:
    window = days.filter(pl.col("day").is_between(as_date(ordinal(upto) + 1 - LOOKBACK), upto))
    return window.group_by("account_id").agg(pl.col("events").sum().alias("seen"))


def fits(state: DeclineState, days: pl.DataFrame, lives: pl.DataFrame, as_of: date) -> bool:
    """Tell whether the facts up to the state's day are still the ones it was made of."""
    last = state.last_day
    if last > as_of or state.accounts.is_empty():
        return False
    before = state.accounts.select("account_id", "signed_on", "ended_on", "seen")
    now = (
        lives.join(_seen(days, last), on="account_id", how="left")
        .filter(pl.col("signed_on").is_null() | (pl.col("signed_on") <= last))
        .select(
            "account_id",
            "signed_on",
            pl.when(pl.col("ended_on") <= last).then(pl.col("ended_on")),
            pl.col("seen").fill_null(0),
        )
    )
    return before.sort("account_id").equals(now.sort("account_id"))


def to_memory(ids: list[str], frame: pl.DataFrame) -> Memory:
    wanted = pl.DataFrame({"account_id": ids}, schema={"account_id": pl.String})
    rows = wanted.join(frame, on="account_id", how="left", maintain_order="left")

    def real(name: str, missing: float = 0.0) -> Vector:
        values: Vector = rows[name].fill_null(missing).to_numpy().copy()
        return values

    def whole(name: str, missing: int = NONE) -> Whole:
        values: Whole = rows[name].fill_null(missing).to_numpy().copy()
        return values

    return Memory(
        odds=np.column_stack([real(name) for name in _ODDS]),
        cusum=real("cusum"),
        since=whole("since"),
        phi=real("phi", float("nan")),
        opened=whole("opened"),
        opened_rate=real("opened_rate"),
        mended=whole("mended", 0),
        wait_until=whole("wait_until"),
        closure=Closure(days=whole("unused_days", 0), chance=real("closed")),
    )


def to_frame(memory: Memory, lives: pl.DataFrame, days: pl.DataFrame, as_of: date) -> pl.DataFrame:
    frame = (
        lives.join(_seen(days, as_of), on="account_id", how="left", maintain_order="left")
        .with_columns(pl.lit(as_of).alias("as_of"), pl.col("seen").fill_null(0))
        .with_columns(
            *(pl.Series(name, memory.odds[:, place]) for place, name in enumerate(_ODDS)),
            pl.Series("cusum", memory.cusum),
            pl.Series("since", memory.since),
            pl.Series("phi", memory.phi).fill_nan(None),
            pl.Series("opened", memory.opened),
            pl.Series("opened_rate", memory.opened_rate),
            pl.Series("mended", memory.mended),
            pl.Series("wait_until", memory.wait_until),
            pl.Series("unused_days", memory.closure.days),
            pl.Series("closed", memory.closure.chance),
        )
    )
    return MEMORY.check(frame)
