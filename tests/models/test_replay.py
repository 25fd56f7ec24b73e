"""A replay by hand: how many a week, which are new, and who of them left within 90 days."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from models.facts import ACCOUNTS
from models.own_rules import HITS
from models.replay import Replay, replay, verdict, weekly_days
from models.replay_base import Base
from models.wilson import Share, low_and_high
from tests.models.rows import frame

AS_OF = date(2025, 11, 20)
DAYS = [AS_OF - timedelta(weeks=back) for back in range(25, -1, -1)]


def book(accounts: list[str], days: list[date] = DAYS) -> pl.DataFrame:
    return pl.DataFrame(
        [(day, name) for day in days for name in accounts], schema=["as_of", "account_id"], orient="row"
    )


def found(*rows: tuple[date, str]) -> pl.DataFrame:
    return HITS.check(pl.DataFrame([(*row, 1.0) for row in rows], schema=HITS.schema, orient="row"))


def gone(**on: date) -> pl.DataFrame:
    return frame(ACCOUNTS, *({"account_id": name, "churned_on": day} for name, day in on.items()))


def test_twelve_weeks_are_counted_and_what_held_before_is_not_new() -> None:
    told = replay(
        found((DAYS[-13], "a"), (DAYS[-12], "a"), (DAYS[-1], "a"), (DAYS[-1], "b")),
        book(["a", "b", "c"]),
        gone(),
        AS_OF,
    )
    weeks = told.weekly.rows()
    assert len(weeks) == 12
    assert weeks[0] == (DAYS[-12], 3, 1, 0)
    assert weeks[-1] == (DAYS[-1], 3, 2, 2)
    assert told.a_week == pytest.approx(2 / 11)


def test_only_accounts_whose_ninety_days_are_over_tell_who_left() -> None:
    old, young = AS_OF - timedelta(weeks=20), AS_OF - timedelta(weeks=2)
    hits = found((old, "left"), (old, "late"), (old, "stays"), (young, "quick"))
    left = gone(
        left=old + timedelta(days=90),
        late=old + timedelta(days=91),
        quick=young + timedelta(days=3),
        stays=AS_OF + timedelta(days=1),
    )
    told = replay(hits, book(["left", "late", "stays", "quick", "x"]), left, AS_OF)
    assert told.left == Share(1, 3)
    assert (told.base.value, told.base.of) == (0.0, 2)
    assert told.found.filter(~pl.col("counts"))["account_id"].to_list() == ["quick"]
    assert told.found.filter(pl.col("account_id") == "stays")["churned_on"].item() is None


def shares(left: Share, base: Base) -> Replay:
    empty = replay(found(), book(["a"]), gone(), AS_OF)
    return Replay(empty.weekly, empty.found, left, base, AS_OF)


@pytest.mark.parametrize(
    ("left", "base", "said"),
    [
        (Share(40, 100), Base(0.05, 1000), "leave more often"),
        (Share(0, 200), Base(0.2, 1000), "leave less often"),
        (Share(1, 10), Base(0.05, 1000), "no detectable difference"),
        (Share(0, 0), Base(0.05, 1000), "found nobody 90 days ago"),
        (Share(0, 0), Base(None, 0), "No snapshot is 90 days old"),
    ],
)
def test_the_verdict_claims_only_what_the_intervals_tell(left: Share, base: Base, said: str) -> None:
    assert said in verdict(shares(left, base))


def test_nothing_found_is_an_answer_too() -> None:
    told = replay(found(), book(["a"]), gone(), AS_OF)
    assert (told.found.height, told.a_week) == (0, 0.0)


def test_one_snapshot_a_week_the_newest_of_each() -> None:
    days = [AS_OF - timedelta(days=n) for n in (0, 1, 6, 7, 8, 400)] + [AS_OF + timedelta(days=1)]
    assert weekly_days(days, AS_OF) == [AS_OF - timedelta(days=7), AS_OF]
    assert len(weekly_days(DAYS, AS_OF, 12)) == 12


def test_wilson_intervals_are_the_textbooks() -> None:
    assert Share(0, 0).interval == (0.0, 1.0)
    assert Share(0, 0).value is None
    assert Share(10, 10).interval == pytest.approx((0.7225, 1.0), abs=1e-4)
    low, high = low_and_high(pl.col("k"), pl.col("n"))
    told = pl.DataFrame({"k": [8, 0], "n": [10, 5]}).select(low=low, high=high).rows()
    assert told[0] == pytest.approx(Share(8, 10).interval)
    assert told[1] == pytest.approx(Share(0, 5).interval)


def test_the_found_are_held_against_others_of_their_week_and_segment() -> None:
    """Week 0: of segment s one of two others left; week 1: of segment t none of one."""
    first, second = DAYS[0], DAYS[1]
    segments = {"a": "s", "b": "s", "c": "s", "d": "t", "e": "t", "f": "u"}
    named = book(list(segments)).with_columns(segment=pl.col("account_id").replace(segments))
    hits = found((first, "a"), (second, "a"), (second, "d"))
    left = gone(
        a=first + timedelta(days=5), b=first + timedelta(days=9), f=second + timedelta(days=9), c=AS_OF
    )
    told = replay(hits, named, left, AS_OF)
    assert told.left == Share(1, 2)
    assert told.base.value == pytest.approx((0.5 + 0.0) / 2)
    assert told.base.of == 3
    assert "of others of the same weeks and segments 25\N{NO-BREAK SPACE}% did (n = 3)." in verdict(told)


def test_where_a_rule_holds_for_a_whole_segment_others_of_the_week_stand_in() -> None:
    segments = {"a": "s", "b": "t", "c": "t"}
    named = book(list(segments)).with_columns(segment=pl.col("account_id").replace(segments))
    left = gone(b=DAYS[0] + timedelta(days=9), a=AS_OF, c=AS_OF)
    assert replay(found((DAYS[0], "a")), named, left, AS_OF).base.value == pytest.approx(0.5)
    everyone = found(*((DAYS[0], name) for name in segments))
    assert replay(everyone, named, left, AS_OF).base.value == pytest.approx(1 / 3)
