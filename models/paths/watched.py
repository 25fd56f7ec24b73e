"""Cases and what they did as arrays: who, when decided, how, and the day of each nth use."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

NEVER = 10**6
"""The day of what was not done before the account's last decision."""

COHORT_DAYS = 91
GRID = (7, 14, 21, 30, 45, 60, 75, 90, 120, 150, 180)
"""Landmarks: days after signing on which it is looked at who had done what."""


@dataclass(frozen=True)
class Watched:
    """Cases, accounts and candidates by index; every day counts from the account's signing.

    `account`, `decided`, `succeeded`, `stratum`, `when`: one entry a case (`when`: its date, in days
    since 1970). `candidates`: (event, nth); `reached`: accounts × candidates, the day, `NEVER` for none;
    `active`, `used`: accounts × `GRID`, active days and events before that day.
    """

    account_ids: pl.Series
    account: Ints
    decided: Ints
    when: Ints
    succeeded: Flags
    stratum: Ints
    candidates: tuple[tuple[str, int], ...]
    reached: Ints
    active: Ints
    used: Ints

    @property
    def size(self) -> int:
        return len(self.account)

    @cached_property
    def last(self) -> Ints:
        """The day of each account's last decision."""
        last = np.zeros(len(self.account_ids), dtype=np.int64)
        np.maximum.at(last, self.account, self.decided)
        return last

    @cached_property
    def horizon(self) -> int:
        """The last landmark: within half the median term, however long accounts stay."""
        first = self.decided[self._first]
        return max((day for day in GRID if day <= np.median(first) / 2), default=GRID[0])

    @cached_property
    def _first(self) -> Flags:
        """Whether a case is its account's first."""
        first: Flags = np.diff(self.account, prepend=-1) != 0
        return first

    @cached_property
    def won(self) -> Ints:
        """The first success of each account that has one, as indexes of cases."""
        return np.flatnonzero(self.succeeded & self._first)

    def done(self, cases: Ints, columns: Ints, by: int) -> Flags:
        """Cases × candidates: was it done before day `by`?"""
        done: Flags = self.reached[np.ix_(self.account[cases], columns)] < by
        return done

    def only(self, cases: Flags | Ints) -> Watched:
        """The same with some of the cases; nothing after an account's last one of them is seen."""
        part = replace(
            self,
            account=self.account[cases],
            decided=self.decided[cases],
            when=self.when[cases],
            succeeded=self.succeeded[cases],
            stratum=self.stratum[cases],
        )
        return replace(part, reached=np.where(self.reached < part.last[:, None], self.reached, NEVER))

    def events(self, nth: int = 1) -> Ints:
        """The columns of `candidates` with this nth."""
        return np.flatnonzero([candidate[1] == nth for candidate in self.candidates])


def watch(cases: pl.DataFrame, occurrences: pl.DataFrame, account_days: pl.DataFrame) -> Watched:
    """Arrays of `frames.CASES`, `OCCURRENCES` of the usage source, and account_id, day and events of
    `facts.ACCOUNT_DAYS`.

    Strata are segment × quarter of signing × ordinal. What happened on the day of an account's last
    decision or later is not in them.
    """
    ordered = cases.sort("account_id", "ordinal")
    accounts = ordered.group_by("account_id", maintain_order=True).agg(
        pl.col("signed_on").first(), last=pl.col("decided_on").max()
    )
    accounts = accounts.with_row_index("account").with_columns(pl.col("account").cast(pl.Int64))
    days = ordered.join(accounts.select("account_id", "account"), on="account_id", maintain_order="left")
    cohort = (pl.col("signed_on") - pl.col("signed_on").min()).dt.total_days() // COHORT_DAYS
    days = days.with_columns(
        decided=(pl.col("decided_on") - pl.col("signed_on")).dt.total_days(),
        when=pl.col("decided_on").to_physical().cast(pl.Int64),
        stratum=pl.struct("segment", cohort.alias("cohort"), "ordinal").rank("dense").cast(pl.Int64) - 1,
    )
    candidates, reached = _reached(accounts, occurrences)
    active, used = _activity(accounts, account_days)
    return Watched(
        account_ids=accounts["account_id"],
        account=days["account"].to_numpy(),
        decided=days["decided"].to_numpy(),
        when=days["when"].to_numpy(),
        succeeded=days["succeeded"].to_numpy(),
        stratum=days["stratum"].to_numpy(),
        candidates=candidates,
        reached=reached,
        active=active,
        used=used,
    )


def first_uses(event_spans: pl.DataFrame) -> pl.DataFrame:
    """`OCCURRENCES` with nth 1 alone, which `facts.EVENT_SPANS` from the beginning already tell."""
    return event_spans.select("account_id", "event", nth=pl.lit(1, pl.Int64), at="first_at")


def _reached(accounts: pl.DataFrame, occurrences: pl.DataFrame) -> tuple[tuple[tuple[str, int], ...], Ints]:
    seen = occurrences.join(accounts, on="account_id").filter(pl.col("at").dt.date() < pl.col("last"))
    table = seen.select("event", "nth").unique().sort("event", "nth")
    at = seen.join(table.with_row_index("column"), on=["event", "nth"]).select(
        "account", "column", day=(pl.col("at").dt.date() - pl.col("signed_on")).dt.total_days()
    )
    reached = np.full((accounts.height, table.height), NEVER, dtype=np.int64)
    reached[at["account"].to_numpy(), at["column"].to_numpy()] = at["day"].to_numpy()
    return tuple(table.iter_rows()), reached


def _activity(accounts: pl.DataFrame, account_days: pl.DataFrame) -> tuple[Ints, Ints]:
    """Active days and events before each day of the grid, accounts × grid."""
    age = (pl.col("day") - pl.col("signed_on")).dt.total_days()
    seen = account_days.join(accounts, on="account_id").select("account", "events", day=age)
    seen = seen.filter(pl.col("day").is_between(0, GRID[-1] - 1))
    day = seen["day"].to_numpy()
    bins = np.searchsorted(np.array(GRID), day, side="right")
    cell = seen["account"].to_numpy() * (len(GRID) + 1) + bins
    size, shape = accounts.height * (len(GRID) + 1), (accounts.height, len(GRID) + 1)
    active = np.bincount(cell, minlength=size).reshape(shape)
    used = np.bincount(cell, seen["events"].to_numpy(), minlength=size).reshape(shape)
    return active.cumsum(axis=1)[:, :-1], used.cumsum(axis=1)[:, :-1].astype(np.int64)
