"""The behaviour of a user: by hand, whom they are compared with, and that more use never lowers it."""

from __future__ import annotations

from datetime import datetime

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from models.behaviour import Weights
from models.book import BOOK
from models.decisions import DECISIONS
from models.user_score import USER_SCORES, user_scores
from tests.models.rows import USER_WINDOWS, frame

SHARES = Weights().shares(effectiveness=True)
NOON = datetime(2025, 6, 30, 12)
USED = {"account_id": pl.String, "user_id": pl.String, "event": pl.String, "events": pl.Int64}


def windows(days: dict[tuple[str, str], int]) -> pl.DataFrame:
    rows = [(*who, window, n, n, NOON) for who, n in days.items() for window in (0, 2)]
    return pl.DataFrame(rows, schema=USER_WINDOWS, orient="row")


def used(events: dict[tuple[str, str], str]) -> pl.DataFrame:
    rows = [(*who, event, 1) for who, names in events.items() for event in names]
    return pl.DataFrame(rows, schema=USED, orient="row")


def crowd(account: str, n: int = 30) -> dict[tuple[str, str], int]:
    """Users u01 to u30 with as many active days as their number, at most 28."""
    return {(account, f"u{place:02d}"): min(place, 28) for place in range(1, n + 1)}


def book(**segments: str) -> pl.DataFrame:
    return frame(BOOK, *({"account_id": name, "segment": segment} for name, segment in segments.items()))


def decided(**succeeded: bool) -> pl.DataFrame:
    day = datetime(2025, 1, 1).date()
    rows = [{"account_id": name, "decided_on": day, "succeeded": yes} for name, yes in succeeded.items()]
    return frame(DECISIONS, *rows)


def one(found: pl.DataFrame, account: str, user: str) -> dict[str, object]:
    return found.row(by_predicate=(pl.col("account_id") == account) & (pl.col("user_id") == user), named=True)


def test_a_user_by_hand() -> None:
    days = {**crowd("good"), ("mine", "me"): 15}
    events = dict.fromkeys(days, "l") | {("good", f"u{n:02d}"): "lv" for n in range(1, 7)}
    events[("mine", "me")] = "lvx"
    found = user_scores(
        book(good="S", mine="S"), decided(good=True), windows(days), used(events), ["v", "w"], SHARES
    )
    me = one(found, "mine", "me")
    assert (me["reference_n"], me["reference_scope"]) == (30, "segment")
    assert me["frequency"] == 50.0  # 15 of 30 have 15 days or fewer
    assert me["effectiveness"] == me["breadth"] == 100.0
    assert me["behaviour"] == 0.3 * 50 + 0.7 * 100
    idle = one(found, "good", "u10")
    assert idle["effectiveness"] == 80.0  # 24 of 30 reached no value event either
    assert USER_SCORES.check(found).height == 31


def test_whom_a_user_is_compared_with() -> None:
    few = {**crowd("good", 29), ("mine", "me"): 3}
    told = dict.fromkeys(few, "l")
    asked = windows(few), used(told), ["v"], SHARES
    other = user_scores(book(good="L", mine="S"), decided(good=True), *asked)
    assert one(other, "mine", "me")["reference_scope"] == "book"
    assert one(other, "mine", "me")["reference_n"] == 30
    more = {**crowd("good"), ("mine", "me"): 3}
    elsewhere = windows(more), used(dict.fromkeys(more, "l")), ["v"], SHARES
    apart = user_scores(book(good="L", mine="S"), decided(good=True), *elsewhere)
    assert one(apart, "mine", "me")["reference_scope"] == "all"
    alone = user_scores(
        book(mine="S"), decided(), windows({("mine", "me"): 3}), used({("mine", "me"): "l"}), [], SHARES
    )
    assert one(alone, "mine", "me")["behaviour"] is None
    assert one(alone, "mine", "me")["reference_n"] == 0


def test_a_part_without_weight_is_not_told() -> None:
    days = {**crowd("good"), ("mine", "me"): 15}
    events = used(dict.fromkeys(days, "l"))
    shares = Weights().shares(effectiveness=False)
    found = user_scores(book(good="S", mine="S"), decided(good=True), windows(days), events, [], shares)
    me = one(found, "mine", "me")
    assert me["effectiveness"] is None
    assert me["behaviour"] == (50.0 + 100.0) / 2


@given(days=st.integers(0, 27), user=st.integers(1, 30))
def test_one_more_day_never_lowers_a_users_behaviour(days: int, user: int) -> None:
    who = ("good", f"u{user:02d}")
    events = used(dict.fromkeys(crowd("good"), "l"))
    asked = events, ["v"], SHARES
    before, after = (
        user_scores(book(good="S"), decided(good=True), windows({**crowd("good"), who: n}), *asked)
        for n in (days, days + 1)
    )
    assert one(after, *who)["behaviour"] >= one(before, *who)["behaviour"]  # type: ignore[operator]  # numbers
