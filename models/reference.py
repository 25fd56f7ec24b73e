"""The accounts that a score is measured against, each as it was at the same age.

Age is the day of the relation: 0 on the first day on which the account could be seen, which is the day
it signed or, where usage was recorded later than that, the first day of usage in the company. A live
account is compared with successful accounts when they were as old (from 13 weeks on, in whole weeks);
those that are younger, or ended earlier, stand with their last known day. Breadth looks at 91 days, and
past windows cannot be told from first and last use, so it alone is compared with each successful
account's last known day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

MIN_MEMBERS = 30
MIN_AGE = 28
BASELINE = 90
FRESH = timedelta(days=365)
MEASURES = ("ratio_28", "ratio_91", "active_days_28", "value_events", "distinct_events_91")

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def ratio(recent: Ints, days: Ints, early: Ints, early_days: Ints) -> Floats:
    """Use a day in a recent window over use a day in the early days, one event added to each."""
    return ((recent + 1) * early_days) / ((early + 1) * days)


def seen(people: pl.DataFrame, account_days: pl.DataFrame) -> pl.DataFrame:
    """Number the accounts and say from which day on each could be seen.

    In: account_id and signed_on, and `facts.ACCOUNT_DAYS` of the whole company. Out: account_id, who (a
    row number), start (null: never used), one row an account, sorted by account_id.
    """
    first = account_days.group_by("account_id").agg(first_day=pl.col("day").min())
    since = pl.lit(first["first_day"].min(), pl.Date)
    signed = pl.col("signed_on")
    start = pl.when(signed.is_null()).then("first_day").otherwise(pl.max_horizontal(signed, since))
    return (
        people.join(first, on="account_id", how="left")
        .sort("account_id")
        .with_row_index("who")
        .select(
            "account_id",
            pl.col("who").cast(pl.Int32),
            start=pl.when(pl.col("first_day").is_not_null()).then(start),
        )
    )


def use_by_age(known: pl.DataFrame, account_days: pl.DataFrame) -> pl.DataFrame:
    """The days of use of the accounts that are `seen`: who, day, events, age (below 0 before the start)."""
    return (
        account_days.join(known.filter(pl.col("start").is_not_null()), on="account_id")
        .select("who", "day", "events", age=(pl.col("day") - pl.col("start")).dt.total_days())
        .with_columns(pl.col("age").cast(pl.Int32))
    )


@dataclass(frozen=True, eq=False)
class Reference:
    """What successful accounts had done at every age; `scope` is "accounts" or "book".

    `by_age` holds running totals, one row an age and one column a member: row k is the sum over
    ages below k. `value_by_age` is None when no value event is known.
    """

    scope: str
    segments: npt.NDArray[np.str_]
    last_age: Ints
    events_by_age: npt.NDArray[np.int32]
    active_by_age: npt.NDArray[np.int32]
    value_by_age: npt.NDArray[np.int32] | None
    breadth: Ints

    @property
    def size(self) -> int:
        return len(self.last_age)

    def members(self, segment: str) -> tuple[npt.NDArray[np.intp], str]:
        """The columns to compare an account of `segment` with, and the name of that scope."""
        if self.scope == "accounts":
            own = np.flatnonzero(self.segments == segment)
            if len(own) >= MIN_MEMBERS:
                return own, "segment"
        return np.arange(self.size), "all" if self.scope == "accounts" else "book"

    def at_age(self, age: int) -> dict[str, Floats]:
        """Every measure of every member at `age`, or on its last known day if that came earlier."""
        old_enough = self.last_age >= age
        if age >= len(self.events_by_age) - 1 or not old_enough.any():
            return self.at_last
        return {
            name: value if name == "distinct_events_91" else np.where(old_enough, value, self.at_last[name])
            for name, value in self._measures(age, slice(None)).items()
        }

    @cached_property
    def at_last(self) -> dict[str, Floats]:
        """Every measure of every member on its last known day."""
        return self._measures(self.last_age, np.arange(self.size))

    def _measures(self, age: int | Ints, columns: slice | npt.NDArray[np.intp]) -> dict[str, Floats]:
        to = np.asarray(age) + 1
        in_28, in_91, early = np.minimum(28, to), np.minimum(91, to), np.minimum(BASELINE, to)
        total = self.events_by_age[to, columns].astype(np.int64)
        baseline = self.events_by_age[early, columns].astype(np.int64)
        active = self.active_by_age[to, columns] - self.active_by_age[to - in_28, columns]
        value = self.value_by_age[to, columns] if self.value_by_age is not None else np.nan
        return {
            "ratio_28": ratio(total - self.events_by_age[to - in_28, columns], in_28, baseline, early),
            "ratio_91": ratio(total - self.events_by_age[to - in_91, columns], in_91, baseline, early),
            "active_days_28": active.astype(np.float64),
            "value_events": np.full(self.size, value, np.float64),
            "distinct_events_91": self.breadth.astype(np.float64),
        }

    def shares(self, accounts: pl.DataFrame, measures: Sequence[str] = MEASURES) -> pl.DataFrame:
        """The share of its reference, 0-100, that each account equals or beats (ties count half).

        In: one row an account: account_id, segment, age and the measures; a null age or measure gives
        a null share. Out: account_id, one `NAME_share` a measure, reference_n, reference_scope.
        """
        own = {name: accounts[name].cast(pl.Float64).to_numpy() for name in measures}
        shares = {name: np.full(accounts.height, np.nan) for name in measures}
        sizes, scopes = np.zeros(accounts.height, np.int64), np.full(accounts.height, None, object)
        members = {name: self.members(name) for name in accounts["segment"].fill_null("").unique()}
        then: dict[str, Floats] = {}
        at = -1
        for age, segment, rows in _groups(accounts) if self.size else ():
            then, at = (then, at) if age == at else (self.at_age(age), age)
            columns, scope = members[segment]
            sizes[rows], scopes[rows] = len(columns), scope
            for name in measures:
                shares[name][rows] = mid_rank(then[name][columns], own[name][rows])
        found = {name: pl.Series(share).fill_nan(None) for name, share in shares.items()}
        return pl.DataFrame(
            {"account_id": accounts["account_id"]}
            | {f"{name}_share": share for name, share in found.items()}
            | {"reference_n": sizes, "reference_scope": pl.Series(scopes.tolist(), dtype=pl.String)}
        )


def _groups(accounts: pl.DataFrame) -> Iterator[tuple[int, str, npt.NDArray[np.intp]]]:
    """age, segment and row numbers of the accounts that share both, by age; whole weeks from 13 on."""
    age = pl.when(pl.col("age") < 91).then("age").otherwise(pl.col("age") // 7 * 7)
    keyed = accounts.select(pl.col("segment").fill_null(""), age=age).with_row_index("row")
    together = keyed.drop_nulls("age").group_by("age", "segment").agg("row").sort("age", "segment")
    for age, segment, rows in together.iter_rows():
        yield age, segment, np.array(rows, dtype=np.intp)


def mid_rank(reference: Floats, values: Floats) -> Floats:
    """100 x the share of `reference` below each value, an equal one counting half; NaN stays NaN.

    >>> mid_rank(np.array([1.0, 2.0, 2.0, 3.0]), np.array([2.0, 9.0])).tolist()
    [50.0, 100.0]
    """
    ordered = np.sort(reference)
    below = np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")
    known = ~(np.isnan(values) | np.isnan(ordered[-1]))
    return np.where(known, 50.0 * below / len(ordered), np.nan)


def build(
    decided: pl.DataFrame,
    book: pl.DataFrame,
    known: pl.DataFrame,
    use: pl.DataFrame,
    event_spans: pl.DataFrame,
    value_events: Sequence[str],
    as_of: date,
) -> Reference:
    """The reference on `as_of`: accounts whose success is known and at most 365 days old.

    In: `decisions.DECISIONS`, `book.BOOK`, `seen`, `use_by_age`, `facts.EVENT_SPANS`. Only accounts that
    were seen for 28 days with any use are members. Under 30 members in all, the live book stands in and
    the scope says "book".
    """
    fresh = decided.filter(pl.col("succeeded") & (pl.col("decided_on") >= as_of - FRESH))
    members = _eligible(fresh, known, as_of)
    if members.height >= MIN_MEMBERS:
        return _measure("accounts", members, use, event_spans, value_events)
    whole = _eligible(book.with_columns(left_on=pl.lit(None, pl.Date)), known, as_of)
    return _measure("book", whole, use, event_spans, value_events)


def _eligible(people: pl.DataFrame, known: pl.DataFrame, as_of: date) -> pl.DataFrame:
    last_day = pl.min_horizontal(pl.col("left_on"), pl.lit(as_of))
    return (
        people.select("account_id", "segment", "left_on")
        .join(known, on="account_id")
        .with_columns(last_day=last_day, last_age=(last_day - pl.col("start")).dt.total_days())
        .filter(pl.col("last_age") >= MIN_AGE)
        .sort("account_id")
        .with_row_index("member")
    )


def _measure(
    scope: str,
    members: pl.DataFrame,
    use: pl.DataFrame,
    event_spans: pl.DataFrame,
    value_events: Sequence[str],
) -> Reference:
    days = use.join(members.select("who", "member", "last_age"), on="who").filter(
        pl.col("age").is_between(0, "last_age")
    )
    spans = event_spans.with_columns(first=pl.col("first_at").dt.date(), last=pl.col("last_at").dt.date())
    spans = spans.join(members.select("account_id", "member", "start", "last_day"), on="account_id")
    spans = spans.filter(pl.col("first") <= pl.col("last_day"))
    reached = spans.filter(pl.col("event").is_in(list(value_events))).with_columns(
        age=(pl.col("first") - pl.col("start")).dt.total_days().clip(lower_bound=0)
    )
    recent = spans.filter(pl.col("last") > pl.col("last_day") - timedelta(days=91))
    ages, size = int(members.select(pl.col("last_age").max()).item() or 0) + 1, members.height
    return Reference(
        scope,
        members["segment"].fill_null("").to_numpy().astype(np.str_),
        members["last_age"].to_numpy().astype(np.int64),
        _running(days["age"], days["member"], days["events"].to_numpy(), ages, size),
        _running(days["age"], days["member"], None, ages, size),
        _running(reached["age"], reached["member"], None, ages, size) if value_events else None,
        np.bincount(recent["member"].to_numpy(), minlength=size).astype(np.int64),
    )


def _running(
    age: pl.Series, member: pl.Series, weights: npt.NDArray[np.int64] | None, ages: int, size: int
) -> npt.NDArray[np.int32]:
    cell = age.cast(pl.Int64).to_numpy() * size + member.to_numpy()
    table = (
        np.bincount(cell, weights, minlength=ages * size).reshape(ages, size) if size else np.zeros((ages, 0))
    )
    total = np.zeros((ages + 1, size), np.int32)
    np.cumsum(table, axis=0, out=total[1:], dtype=np.int32)
    return total
