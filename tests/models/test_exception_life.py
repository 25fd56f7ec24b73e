"""The life of an exception: it opens, stays, closes, and comes back with its history."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.exceptions import OPENED, Advance, advance
from models.findings import FINDINGS
from tests.models.rows import frame

AS_OF = date(2025, 11, 20)


def finding(name: str, kind: str = "silent", sentence: str = "s") -> dict[str, Any]:
    base = {
        "account_id": name,
        "kind": kind,
        "since": date(2022, 1, 1),
        "severity": 0.5,
        "sentence": sentence,
    }
    return {**base, "evidence": "{}", "prescription": "p"}


def record(known: pl.DataFrame, step: Advance) -> pl.DataFrame:
    """Write a step down as the store does: new rows, changed rows, closed rows."""
    key = ["exception_id"]
    first = int(known["exception_id"].len())
    opened = step.opened.with_columns(
        pl.int_range(first, first + step.opened.height).alias("exception_id"),
        pl.lit(None, dtype=pl.Date).alias("closed_on"),
    ).select(known.columns)
    rest = known.join(step.still, on=key, how="anti").join(step.closed, on=key, how="anti")
    return pl.concat([rest, step.still.select(known.columns), step.closed.select(known.columns), opened])


def no_exceptions() -> pl.DataFrame:
    return OPENED.empty().with_columns(
        pl.Series("exception_id", [], dtype=pl.Int64), pl.Series("closed_on", [], dtype=pl.Date)
    )


def test_an_exception_opens_stays_closes_and_comes_back_with_its_history() -> None:
    days = [AS_OF + timedelta(days=n) for n in range(5)]
    known = no_exceptions()
    plan = [["one"], ["two"], [], [], ["three"]]
    for day, sentences in zip(days, plan, strict=True):
        found = frame(FINDINGS, *[finding("a", sentence=text) for text in sentences])
        known = record(known, advance(known, found, day))
    spells = known.sort("first_seen").select(
        "sentence", "first_seen", "last_seen", "closed_on", "times_opened"
    )
    assert spells.rows() == [
        ("two", days[0], days[1], days[2], 1),
        ("three", days[4], days[4], None, 2),
    ]


def test_what_people_wrote_on_an_exception_is_kept() -> None:
    found = frame(FINDINGS, finding("a", sentence="new"))
    known = record(no_exceptions(), advance(no_exceptions(), frame(FINDINGS, finding("a")), AS_OF))
    still = advance(known.with_columns(verdict=pl.lit("premature")), found, AS_OF).still
    assert still.select("sentence", "verdict", "exception_id").row(0) == ("new", "premature", 0)


def test_a_past_day_is_not_lived_again() -> None:
    found = frame(FINDINGS, finding("a"))
    known = record(no_exceptions(), advance(no_exceptions(), found, AS_OF))
    with pytest.raises(ValueError, match="2025-11-20, which is after 2025-11-19"):
        advance(known, found, AS_OF - timedelta(days=1))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.sets(st.tuples(st.sampled_from("abc"), st.sampled_from(["silent", "declined"]))),
        min_size=1,
        max_size=6,
    )
)
def test_one_open_exception_per_account_and_kind_whatever_happens(plan: list[set[tuple[str, str]]]) -> None:
    known = no_exceptions()
    for n, pairs in enumerate(plan):
        found = frame(FINDINGS, *[finding(*pair) for pair in sorted(pairs)])
        day = AS_OF + timedelta(days=n)
        known = record(known, advance(known, found, day))
        is_open = known.filter(pl.col("closed_on").is_null())
        assert set(is_open.select("account_id", "kind").rows()) == pairs
        assert is_open.height == len(pairs)
        again = advance(known, found, day)
        assert (again.opened.height, again.closed.height) == (0, 0)
    for _, spells in known.group_by("account_id", "kind"):
        assert sorted(spells["times_opened"]) == list(range(1, spells.height + 1))
