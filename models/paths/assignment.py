"""Which path an account is on: naive Bayes over all milestones at the account's own age."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from models.paths.assembly import Steps
from models.paths.frames import PLACES, Discovery
from models.paths.pace import WEEKS, week_of, weekly
from models.paths.watched import NEVER, Flags, Floats, Ints

REFITS = 3
OFF = -1


@dataclass(frozen=True)
class Guide:
    """Paths as sets of milestones, how fast each path's successful reach every milestone
    (paths × milestones × weeks), and the share of the successful on each path."""

    steps: tuple[Steps, ...]
    pace: Floats
    prior: Floats

    @property
    def member(self) -> Flags:
        """Paths × milestones: is it a step?"""
        table = np.zeros(self.pace.shape[:2], dtype=bool)
        for path, steps in enumerate(self.steps):
            table[path, list(steps)] = True
        return table


@dataclass(frozen=True)
class Placed:
    """One entry an account: its path or `OFF`, the probability of it, and steps of it done."""

    path: Ints
    probability: Floats
    done: Ints


def place(guide: Guide, done: Flags, age: Ints) -> Placed:
    """The likeliest path of each account, from what it had done by its age (accounts × milestones).

    Off every path: none of the steps of the likeliest path is done.
    """
    pace = guide.pace[:, :, week_of(age)]
    log = np.log(np.maximum(guide.prior, 1e-9))[:, None] + np.where(
        done.T[None], np.log(pace), np.log1p(-pace)
    ).sum(axis=1)
    share = np.exp(log - log.max(axis=0))
    share /= share.sum(axis=0)
    best = share.argmax(axis=0)
    steps = (done & guide.member[best]).sum(axis=1)
    return Placed(np.where(steps > 0, best, OFF), share[best, np.arange(len(best))], steps)


def learn(paths: list[Steps], reached: Ints, until: Ints) -> Guide:
    """The pace of each path among successful accounts, who at first go where they did most steps.

    In: accounts × milestones (day reached) and the day of each account's success.
    """
    done = reached < until[:, None]
    along = np.column_stack([done[:, list(steps)].mean(axis=1) for steps in paths])
    own = np.where(along.max(axis=1) > 0, along.argmax(axis=1), OFF)
    guide = _fit(paths, own, reached, until)
    for _ in range(REFITS):
        guide = _fit(paths, place(guide, done, until).path, reached, until)
    return guide


def _fit(paths: list[Steps], own: Ints, reached: Ints, until: Ints) -> Guide:
    members = [own == path for path in range(len(paths))]
    pace = [weekly(reached[mine], until[mine]) for mine in members]
    counts = np.array([mine.sum() + 1 for mine in members], dtype=np.float64)
    return Guide(tuple(paths), np.stack(pace), counts / counts.sum())


def guide_of(discovery: Discovery) -> tuple[Guide, pl.DataFrame]:
    """The guide that a discovery holds, and its milestones (event, nth) in the guide's order."""
    milestones = discovery.pace.select("event", "nth").unique().sort("event", "nth").with_row_index("column")
    paths = discovery.paths.sort("path")
    ordered = discovery.pace.sort("path", "event", "nth", "day")["share"].to_numpy()
    located = discovery.steps.join(milestones, on=["event", "nth"])
    steps = tuple(
        tuple(sorted(located.filter(pl.col("path") == path)["column"].to_list())) for path in paths["path"]
    )
    support = paths["support"].to_numpy().astype(np.float64) + 1
    pace = ordered.reshape(paths.height, milestones.height, WEEKS)
    return Guide(steps, pace, support / support.sum()), milestones


def assign(
    discovery: Discovery, accounts: pl.DataFrame, occurrences: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """Place every account on a path as of a day.

    In: `facts.ACCOUNTS` (account_id, signed_on; without a signing day an account counts as old) and
    `OCCURRENCES`. Out: `PLACES`, one row an account that had signed, sorted by account_id; empty
    without paths. What happened after `as_of` is not looked at.
    """
    there = accounts.filter(pl.col("signed_on").is_null() | (pl.col("signed_on") <= as_of))
    there = there.select("account_id", "signed_on").sort("account_id")
    if not discovery.found or there.is_empty():
        return PLACES.empty()
    guide, milestones = guide_of(discovery)
    row = there.select("account_id").with_row_index("row")
    seen = (
        occurrences.filter(pl.col("at").dt.date() <= as_of)
        .join(milestones, on=["event", "nth"])
        .join(row, on="account_id")
    )
    done = np.zeros((there.height, milestones.height), dtype=bool)
    done[seen["row"].to_numpy(), seen["column"].to_numpy()] = True
    age = (pl.lit(as_of) - pl.col("signed_on")).dt.total_days().fill_null(NEVER) + 1
    placed = place(guide, done, there.select(age=age)["age"].to_numpy())
    names = pl.Series([*discovery.paths.sort("path")["path"], None], dtype=pl.Int64)
    size = np.array([*(len(steps) for steps in guide.steps), 0], dtype=np.int64)
    told = there.with_columns(
        path=names.gather(np.where(placed.path == OFF, len(names) - 1, placed.path)),
        probability=pl.Series(placed.probability).set(pl.Series(placed.path == OFF), None),
        done=pl.Series(np.where(placed.path == OFF, 0, placed.done)),
        steps=pl.Series(size[placed.path]),
    )
    return PLACES.check(told)
