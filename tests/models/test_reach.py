"""Reach: followers, posts and referrals against the book, as of a day."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest

from models import facts
from models.book import BOOK
from models.reach import PARTS, REACH, reach
from tests.models.rows import frame

DAY = date(2025, 6, 1)
LIVE = frame(BOOK, *({"account_id": name} for name in "abcd"))


def _contact(key: str, account: str, followers: int | None) -> dict[str, object]:
    return {"contact_id": key, "account_id": account, "followers": followers}


CONTACTS = frame(
    facts.CONTACTS,
    _contact("1", "a", 100),
    _contact("2", "a", 50),
    _contact("3", "b", 10),
    _contact("4", "c", 0),
)


def _post(key: str, account: str, at: datetime, likes: int = 0) -> dict[str, object]:
    return {"post_id": key, "account_id": account, "posted_at": at, "likes": likes}


POSTS = frame(
    facts.COMMUNITY_POSTS,
    _post("p1", "a", datetime(2025, 5, 1), likes=9),
    _post("p2", "b", datetime(2025, 5, 1)),
    _post("p3", "b", datetime(2024, 5, 1)),
    _post("p4", "c", datetime(2025, 6, 2), likes=999),
)
REFERRALS = frame(
    facts.REFERRALS,
    {
        "referrer_account_id": "b",
        "referred_name": "X",
        "referred_on": date(2024, 1, 1),
        "won_on": date(2025, 7, 1),
    },
    {
        "referrer_account_id": "a",
        "referred_name": "Y",
        "referred_on": date(2024, 1, 1),
        "won_on": date(2024, 2, 1),
    },
)


def made(day: date = DAY) -> dict[str, dict[str, object]]:
    rows = reach(LIVE, CONTACTS, POSTS, REFERRALS, day)
    return {row["account_id"]: row for row in REACH.check(rows).iter_rows(named=True)}


def test_counts_are_those_of_the_day() -> None:
    found = made()
    assert [found[name]["followers"] for name in "abcd"] == [150, 10, 0, None]
    assert [found[name]["posts_365"] for name in "abcd"] == [1, 1, 0, 0]
    assert [found[name]["echo_365"] for name in "abcd"] == [9, 0, 0, 0]
    assert [found[name]["referrals_won"] for name in "abcd"] == [1, 0, 0, 0]
    assert made(date(2025, 7, 2))["b"]["referrals_won"] == 1
    assert made(date(2025, 7, 2))["c"]["posts_365"] == 1


def test_parts_are_shares_of_the_book_and_nothing_is_nothing() -> None:
    found = made()
    assert [found[name]["reach_audience"] for name in "abcd"] == [87.5, 62.5, 0.0, 0.0]
    assert found["a"]["reach_activity"] == 87.5
    assert found["a"]["reach_referrals"] == 87.5
    assert found["b"]["reach_referrals"] == 62.5
    assert found["a"]["reach"] == pytest.approx(87.5)
    assert found["d"]["reach"] == 0.0


def test_what_nobody_has_is_left_out() -> None:
    alone = reach(LIVE, CONTACTS, facts.COMMUNITY_POSTS.empty(), facts.REFERRALS.empty(), DAY)
    assert alone["reach"].to_list() == alone["reach_audience"].to_list()
    assert alone["reach_activity"].null_count() == 4
    nothing = reach(LIVE, facts.CONTACTS.empty(), facts.COMMUNITY_POSTS.empty(), facts.REFERRALS.empty(), DAY)
    assert nothing["reach"].null_count() == 4


def test_one_more_of_anything_never_lowers_reach() -> None:
    before = made()["b"]
    more = (
        (pl.concat([CONTACTS, frame(facts.CONTACTS, _contact("9", "b", 500))]), POSTS, REFERRALS),
        (
            CONTACTS,
            pl.concat([POSTS, frame(facts.COMMUNITY_POSTS, _post("p9", "b", datetime(2025, 5, 9), 3))]),
            REFERRALS,
        ),
    )
    for contacts, posts, referrals in more:
        after = reach(LIVE, contacts, posts, referrals, DAY).filter(account_id="b").row(0, named=True)
        assert all(after[part] >= before[part] for part in (*PARTS, "reach"))
        assert after["reach"] > before["reach"]
