"""What each user does: by hand, bounded, champions always."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl

from models import facts
from models.book import BOOK
from models.user_behaviour import MOST_USERS, USERS, user_behaviour, user_windows
from models.user_score import USER_SCORES
from tests.models.rows import USER_WINDOWS, frame

DAY = date(2025, 6, 30)
LIVE = frame(BOOK, {"account_id": "a"}, {"account_id": "b"})


def used(*rows: tuple[str, str, int, int, int, int]) -> pl.DataFrame:
    """account, user, window, events, active days, days since last seen."""
    noon = datetime(2025, 6, 30, 12)
    told = [(*row[:5], noon - timedelta(days=row[5])) for row in rows]
    return pl.DataFrame(told, schema=USER_WINDOWS, orient="row")


def test_windows_follow_each_other() -> None:
    now, before, half_year, year = user_windows(DAY)
    assert (now[1] - now[0]).days == (before[1] - before[0]).days == 27
    assert before[1] + timedelta(days=1) == now[0]
    assert (half_year[1] - half_year[0]).days == 181
    assert (year[1] - year[0]).days == 364


def test_each_user_by_hand() -> None:
    rows = used(
        ("a", "u", 0, 30, 10, 0),
        ("a", "u", 1, 5, 4, 29),
        ("a", "u", 2, 60, 30, 0),
        ("a", "v", 0, 10, 5, 3),
        ("a", "v", 2, 10, 5, 3),
        ("a", "w", 2, 10, 5, 100),
        ("a", "w", 3, 99, 40, 100),
        ("a", "long gone", 3, 10, 5, 200),
        ("gone", "x", 0, 1, 1, 0),
    )
    contacts = frame(
        facts.CONTACTS,
        {"contact_id": "w", "account_id": "a", "is_champion": True},
        {"contact_id": "u", "account_id": "b", "is_champion": True},
    )
    found = USERS.check(user_behaviour(LIVE, rows, contacts, USER_SCORES.empty()))
    assert found["user_id"].to_list() == ["u", "v", "w"]
    assert found["active_days_28"].to_list() == [10, 5, 0]
    assert found["active_days_prev_28"].to_list() == [4, 0, 0]
    assert found["use_share"].to_list() == [0.75, 0.25, 0.0]
    assert found["champion"].to_list() == [False, False, True]
    assert found["last_seen_on"][2] == DAY - timedelta(days=100)
    assert set(found["users_of_account"]) == {3}


def test_the_busiest_are_kept_and_champions_always() -> None:
    rows = used(*(("a", f"u{n:02d}", 0, 1, n, 0) for n in range(1, 31)))
    contacts = frame(facts.CONTACTS, {"contact_id": "u01", "account_id": "a", "is_champion": True})
    found = user_behaviour(LIVE, rows, contacts, USER_SCORES.empty())
    assert found.height == MOST_USERS + 1
    assert found["user_id"].to_list()[0] == "u30"
    assert found["user_id"].to_list()[-1] == "u01"
    assert set(found["users_of_account"]) == {30}
