"""Whether usage followed a piece of content: the accounts it was sent to beside comparable ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from models.contracts import Column, Contract
from models.facts import REAL, WHOLE
from models.matched import Difference, Pairs, difference, nearest

AFTER = 28
"""Days of use that are compared, before and after."""
YEAR = 365
LEAST = 20
"""Fewer accounts than this with their 28 days over, and nothing is said of them."""
FEATURES = ("content_id", "event")

CONTENT_EFFECT = Contract(
    "content_effect",
    (
        Column("content_id", WHOLE, required=True),
        Column("sent", WHOLE, required=True, doc="accounts it was sent to in the past year"),
        Column("waiting", WHOLE, required=True, doc="of them, sent less than 28 days ago"),
        Column("compared", WHOLE, required=True, doc="of them, with comparable accounts and 28 days over"),
        Column("change", REAL, doc="of their use, the 28 days after over those before: 0.1 is 10 % more"),
        Column("beside", REAL, doc="the same of the comparable accounts"),
        Column("effect", REAL, doc="how much more use than beside; null: not enough data"),
        Column("low", REAL, doc="of its 95 % interval"),
        Column("high", REAL),
        Column("reachable", WHOLE, required=True, doc="compared accounts that had not used its event before"),
        Column("reached", REAL, doc="share of them that used it within 28 days"),
        Column("reached_beside", REAL, doc="of comparable accounts that had not used it either"),
        Column("reached_low", REAL, doc="95 % interval of the difference; null: not enough data"),
        Column("reached_high", REAL),
    ),
    key=("content_id",),
)
"""One row a piece that was sent in the past year."""

Counts = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class _Book:
    """Usage of every account as running totals by day (account x day, the first column 0), and its life."""

    ids: dict[str, int]
    total: Counts
    first: date
    signed: npt.NDArray[np.int64]
    gone: npt.NDArray[np.int64]
    segment: npt.NDArray[np.int64]

    def used(self, at: int, back: int, ahead: int) -> Counts:
        """Events of each account from day `at` - `back` to `at` + `ahead`, days counted from `first`."""
        last = self.total.shape[1] - 1
        begin, end = (min(max(day, 0), last) for day in (at - back, at + ahead + 1))
        return self.total[:, end] - self.total[:, begin]


def content_effects(
    sends: pl.DataFrame,
    library: pl.DataFrame,
    accounts: pl.DataFrame,
    account_days: pl.DataFrame,
    event_spans: pl.DataFrame,
    as_of: date,
) -> pl.DataFrame:
    """What use followed each piece that was sent in the past year; columns of `CONTENT_EFFECT`.

    In: `sends.SENDS` (not withdrawn), the library (content_id, event), `ACCOUNTS`, `ACCOUNT_DAYS`,
    `EVENT_SPANS`. An account counts once a piece, from the first day it was sent. Its change is
    log(1 + events of days 1 to 28 after) less log(1 + events of the 28 days before); beside it stands the
    mean change of up to five accounts of the same segment that lived then, were not sent the piece up to
    the 28th day, and had used it as much in the 28 days before and in the 28 before those (both as logs,
    at most 0.7 apart). Accounts that leave use nothing. Nobody draws lots here: people choose whom they
    send it to, so this tells what followed, not what it caused.
    """
    first_day = as_of - timedelta(days=YEAR)
    known = (
        sends.filter(pl.col("sent_at").dt.date().is_between(first_day, as_of))
        .group_by("content_id", "account_id")
        .agg(on=pl.col("sent_at").dt.date().min())
        .join(accounts.select("account_id"), on="account_id", how="semi")
        .sort("content_id", "account_id")
    )
    if known.is_empty():
        return CONTENT_EFFECT.empty()
    book = _book(accounts, account_days, first_day - timedelta(days=2 * AFTER), as_of)
    events = dict(library.select(FEATURES).iter_rows())
    rows = []
    for (piece,), mine in known.group_by("content_id", maintain_order=True):
        began = _began(book, event_spans, events.get(piece))
        rows.append({"content_id": piece, **_piece(book, mine, began, as_of)})
    return CONTENT_EFFECT.check(pl.DataFrame(rows, schema=CONTENT_EFFECT.schema))


def _book(accounts: pl.DataFrame, days: pl.DataFrame, first: date, as_of: date) -> _Book:
    ids = {name: n for n, name in enumerate(accounts["account_id"])}
    index = pl.DataFrame({"account_id": list(ids), "row": list(ids.values())})
    cells = (
        days.lazy()
        .filter(pl.col("day").is_between(first, as_of))
        .join(index.lazy(), on="account_id")
        .select("row", (pl.col("day") - pl.lit(first)).dt.total_days().alias("at"), "events")
        .collect()
    )
    counts = np.zeros((len(ids), (as_of - first).days + 2))
    counts[cells["row"].to_numpy(), cells["at"].to_numpy() + 1] = cells["events"].to_numpy()
    since = [(pl.col(name) - pl.lit(first)).dt.total_days() for name in ("signed_on", "churned_on")]
    lives = accounts.select(since[0].fill_null(-(10**6)), since[1].fill_null(10**6))
    segments = accounts["segment"].fill_null("").rank("dense").cast(pl.Int64).to_numpy()
    signed, gone = (lives[name].to_numpy() for name in lives.columns)
    return _Book(ids, counts.cumsum(axis=1), first, signed, gone, segments)


def _began(book: _Book, spans: pl.DataFrame, event: str | None) -> npt.NDArray[np.int64] | None:
    """The day on which each account first used an event, far away where it never did; None without one."""
    if not event:
        return None
    began = np.full(len(book.ids), 10**6)
    found = spans.filter(pl.col("event") == event).select("account_id", pl.col("first_at").dt.date())
    for account, day in found.iter_rows():
        if account in book.ids:
            began[book.ids[account]] = (day - book.first).days
    return began


def _piece(
    book: _Book, sent: pl.DataFrame, began: npt.NDArray[np.int64] | None, as_of: date
) -> dict[str, Any]:
    """One piece's row of `CONTENT_EFFECT`; `sent` has account_id and the first day `on`."""
    over = sent.filter(pl.col("on") <= as_of - timedelta(days=AFTER))
    when = np.full(len(book.ids), 10**6)
    for account, day in sent.select("account_id", "on").iter_rows():
        when[book.ids[account]] = (day - book.first).days
    use = _compare(book, when, over, None)
    first = _compare(book, when, over, began) if began is not None else None
    row: dict[str, Any] = {
        "sent": sent.height,
        "waiting": sent.height - over.height,
        "compared": use.n if use else 0,
        "reachable": first.n if first else 0,
    }
    if use is not None and use.n >= LEAST and use.error > 0:
        low, high = use.interval()
        row |= {"change": np.expm1(use.treated_mean), "beside": np.expm1(use.other_mean)}
        row |= {"effect": np.expm1(use.value), "low": np.expm1(low), "high": np.expm1(high)}
    if first is not None and first.n >= LEAST and first.error > 0:
        low, high = first.interval()
        row |= {"reached": first.treated_mean, "reached_beside": first.other_mean}
        row |= {"reached_low": max(low, -1.0), "reached_high": min(high, 1.0)}
    return row


def _compare(
    book: _Book,
    when: npt.NDArray[np.int64],
    over: pl.DataFrame,
    began: npt.NDArray[np.int64] | None,
) -> Difference | None:
    """The accounts sent to beside their matches, day by day: in use, or in the first use of an event."""
    treated: list[Counts] = []
    others: list[Counts] = []
    pairs: list[Pairs] = []
    for (day,), mine in over.group_by("on", maintain_order=True):
        at = (day - book.first).days
        rows = np.array([book.ids[account] for account in mine["account_id"]])
        before = np.log1p(book.used(at, AFTER - 1, 0))
        past = np.column_stack([before, np.log1p(book.used(at - AFTER, AFTER - 1, 0))])
        there = (book.signed <= at) & (book.gone > at) & (past.max(axis=1) > 0)
        if began is None:
            outcome = np.log1p(book.used(at, -1, AFTER)) - before
        else:
            there &= began > at
            outcome = (began <= at + AFTER).astype(np.float64)
        for segment in np.unique(book.segment[rows]):
            same = there & (book.segment == segment)
            wanted = rows[same[rows]]
            pool = np.nonzero(same & (when > at + AFTER))[0]
            near = nearest(past[wanted], past[pool])
            shift = sum(len(one) for one in treated), sum(len(one) for one in others)
            pairs.append(Pairs(near.treated + shift[0], near.other + shift[1], near.weight))
            treated.append(outcome[wanted])
            others.append(outcome[pool])
    if not pairs:
        return None
    joined = Pairs(
        np.concatenate([one.treated for one in pairs]),
        np.concatenate([one.other for one in pairs]),
        np.concatenate([one.weight for one in pairs]),
    )
    return difference(np.concatenate(treated), np.concatenate(others), joined)
