"""Thirty days with two people working the same list at the same time, on PostgreSQL."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from actions import calls, plan
from actions.calls import Call, Outcome
from data_access import settings, tasks
from data_access.config import Configuration
from data_access.errors import BeyondLimits, Conflict
from data_access.exceptions import EXCEPTIONS
from data_access.landing import write_fact
from data_access.store import Store, open_store
from data_access.viewer import SYSTEM, Viewer
from models.call_hours import Holiday, Hours, to_ring
from models.calls import CallRules
from models.day_plan import day_plan
from models.facts import ACCOUNTS, CONTACTS
from models.snapshot import SCORES
from tests.models.rows import frame

FIRST = date(2026, 3, 2)
DAYS, ACCOUNTS_N, CAPACITY = 30, 90, 5
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Europe/Lisbon")
HOLIDAY = Holiday(date(2026, 3, 18), "Europe/Berlin", "A feast")
RULES = CallRules(
    capacity=CAPACITY,
    rest_days=10,
    small_share=0.2,
    hours=Hours(holidays=(HOLIDAY, Holiday(date(2026, 4, 3)))),
)
PEOPLE = tuple(Viewer(f"{name}@example.com", name, "csm", ("team", "other")) for name in ("Eva", "Ben"))
ROUNDS = (5, 9, 15)
"""The hours (UTC) at which both sit down at the list."""

OUTCOMES: tuple[Outcome, ...] = ("reached", "left message", "wrong person")


@dataclass
class Told:
    """What the people themselves know they did."""

    logged: dict[int, tuple[str, str, datetime, str]] = field(default_factory=dict)
    taken_first: int = 0
    refused: int = 0


@pytest.fixture
def shared(tmp_path: Path, postgres_database: str) -> Iterator[Store]:
    opened = open_store(Configuration(home=tmp_path, database_url=postgres_database))
    rows = [{"account_id": f"a{n}", "csm_id": "team" if n % 3 else "other"} for n in range(ACCOUNTS_N)]
    chosen = {
        "rest_days": RULES.rest_days,
        "small_share": RULES.small_share,
        "holidays": [{"on": one.on.isoformat(), "where": one.where} for one in RULES.hours.holidays],
    }
    with opened.database.write() as connection:
        write_fact(connection, "accounts", pl.DataFrame(rows, schema=ACCOUNTS.schema))
        write_fact(connection, "contacts", book()[2])
        settings.save(connection, SYSTEM, datetime(2026, 3, 1), {"capacity": CAPACITY, "calls": chosen})
    yield opened
    opened.close()


@cache
def book() -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Exceptions on everybody, scores, and a contact for each, one in ten not to be contacted."""
    names = [f"a{n}" for n in range(ACCOUNTS_N)]
    found = [
        {"exception_id": n, "account_id": name, "kind": "declined", "first_seen": FIRST, "last_seen": FIRST}
        | {"times_opened": 1, "severity": 0.5, "sentence": "Fell.", "evidence": "{}", "prescription": "p"}
        | {"since": FIRST, "version": 1}
        for n, name in enumerate(names)
    ]
    scores = [
        {"account_id": name, "name": name, "csm_id": "team" if n % 3 else "other"}
        | {"mrr": 50.0 + (n * 37) % 400, "currency": "EUR", "risk": 20.0 + (n * 13) % 70}
        for n, name in enumerate(names)
    ]
    contacts = [
        {"contact_id": name, "account_id": name, "phone": "+15550100", "timezone": ZONES[n % len(ZONES)]}
        | {"do_not_contact": n % 10 == 9}
        for n, name in enumerate(names)
    ]
    return frame(EXCEPTIONS, *found), frame(SCORES, *scores), frame(CONTACTS, *contacts)


def work(store: Store, viewer: Viewer, now: datetime, told: Told, start: threading.Barrier) -> None:
    """One person at one hour: read the list, take what can be rung, call, log; and some more, out of zeal.

    The zealous calls are those that can wait or are closed now: hours and capacity have to refuse them.
    """
    dice = random.Random(f"{viewer.name} {now}")
    known = tasks.listing(store.database, viewer)
    listed = day_plan(*book(), known, now.replace(tzinfo=UTC), rules=RULES)
    start.wait(timeout=60)
    due = to_ring(listed.calls, now.replace(tzinfo=UTC))
    others = listed.calls.join(due, on="account_id", how="anti").sample(6, seed=dice.randrange(1000))
    for row in [*due.iter_rows(named=True), *others.iter_rows(named=True)]:
        outcome = dice.choice(OUTCOMES)
        call = Call(row["account_id"], row["contact_id"], row["csm_id"], row["reasons"])
        try:
            if dice.random() < 0.7:
                whom = {"contact_id": row["contact_id"], "csm_id": row["csm_id"]}
                plan.take(store, viewer, now, row["account_id"], **whom)
            task = calls.log(store, viewer, now, call, outcome)
        except Conflict:
            told.taken_first += 1
            continue
        except BeyondLimits:
            told.refused += 1
            continue
        told.logged[task] = (row["account_id"], row["csm_id"], now, outcome)
    start.wait(timeout=60)


def days(store: Store) -> list[Told]:
    both = [Told(), Told()]
    for day in range(DAYS):
        begun = datetime.combine(FIRST + timedelta(days=day), datetime.min.time())
        for hour in ROUNDS if begun.weekday() < 5 else ROUNDS[1:2]:
            now = begun + timedelta(hours=hour)
            start = threading.Barrier(2)
            threads = [
                threading.Thread(target=work, args=(store, viewer, now, told, start))
                for viewer, told in zip(PEOPLE, both, strict=True)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    return both


def test_thirty_days_two_people_one_list(shared: Store) -> None:
    both = days(shared)
    done = tasks.listing(shared.database, SYSTEM, state="done").sort("done_at")
    told = {**both[0].logged, **both[1].logged}

    stored = {row["task_id"]: row for row in done.iter_rows(named=True)}
    assert len(told) == sum(len(one.logged) for one in both) == len(stored) > 150
    assert all(
        (stored[task]["account_id"], stored[task]["outcome"]) == (one[0], one[3])
        for task, one in told.items()
    )
    assert min(one.taken_first for one in both) > 0
    assert min(len(one.logged) for one in both) > 0
    assert min(one.refused for one in both) > 50

    nobody_twice(done)
    capacity_kept(done)
    quiet_hours_kept(done)


def nobody_twice(done: pl.DataFrame) -> None:
    """No account twice within its rest: ten days after somebody was reached, else two."""
    for _, mine in done.group_by("account_id"):
        rows = list(mine.sort("done_at").iter_rows(named=True))
        for first, second in pairwise(rows):
            rest = 10 if first["outcome"] == "reached" else 2
            assert (second["done_at"].date() - first["done_at"].date()).days >= rest


def capacity_kept(done: pl.DataFrame) -> None:
    a_day = Counter((row["csm_id"], row["done_at"].date()) for row in done.iter_rows(named=True))
    assert max(a_day.values()) == CAPACITY


def quiet_hours_kept(done: pl.DataFrame) -> None:
    for account, at in done.select("account_id", "done_at").iter_rows():
        n = int(account[1:])
        there = at.replace(tzinfo=UTC).astimezone(ZoneInfo(ZONES[n % len(ZONES)]))
        assert 9 <= there.hour < 17
        assert there.weekday() < 5
        assert n % 10 != 9
        assert there.date() != date(2026, 4, 3)
        assert (there.date(), ZONES[n % len(ZONES)]) != (HOLIDAY.on, HOLIDAY.where)
