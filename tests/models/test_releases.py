"""Releases told from use: by hand, the demo company's own, and how seldom rare events look like one."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from models import facts
from models.book import BOOK
from models.demo.company import company
from models.releases import RELEASED, RELEASES, UPTAKE, released, releases, uptake
from tests.data_access.usage import reference
from tests.models.rows import frame

FIRST = date(2026, 1, 1)
AS_OF = FIRST + timedelta(days=199)
NAMES = frame(facts.FEATURES, {"event": "new", "feature": "Route planner"})


def days(accounts: int = 10, since: int = 0, until: int = 199) -> pl.DataFrame:
    """Every account active on every day."""
    rows = [
        {"account_id": f"a{n}", "day": FIRST + timedelta(days=day), "events": 1, "quantity": 1.0, "users": 1}
        for n in range(accounts)
        for day in range(since, until + 1)
    ]
    return pl.DataFrame(rows, schema=facts.ACCOUNT_DAYS.schema)


def spans(*first: tuple[str, str, int]) -> pl.DataFrame:
    """account, event, day of its first use."""
    rows = [
        {
            "account_id": account,
            "event": event,
            "events": 1,
            "quantity": 1.0,
            "first_at": datetime(2026, 1, 1, 9) + timedelta(days=day),
            "last_at": datetime(2026, 1, 1, 9) + timedelta(days=day),
        }
        for account, event, day in first
    ]
    return pl.DataFrame(rows, schema=facts.EVENT_SPANS.schema)


OLD = [(f"a{n}", "old", 0) for n in range(10)]
NEW = [(f"a{n}", "new", day) for n, day in enumerate((100, 101, 110, 115, 120, 127, 180))]


def test_one_by_hand() -> None:
    found = RELEASES.check(releases(days(), spans(*OLD, *NEW), NAMES, AS_OF))

    row = found.row(0, named=True)
    assert found.height == 1
    assert (row["event"], row["feature"], row["released_on"]) == ("new", "Route planner", date(2026, 4, 11))
    assert (row["accounts"], row["followers"]) == (7, 6)
    # Ten accounts, established from day 28: 720 active days before day 100, 280 in the 28 from it on.
    assert row["chance"] == pytest.approx(2 * 0.28**5)


@pytest.mark.parametrize(
    ("used", "active"),
    [
        pytest.param(NEW[:2], days(), id="only two follow"),
        pytest.param([(account, event, day - 95) for account, event, day in NEW], days(), id="at the start"),
        pytest.param(NEW, days(since=90), id="new accounts only"),
        pytest.param([(f"a{n}", "new", 100 + 40 * n) for n in range(3)], days(), id="one after another"),
        pytest.param(NEW[2:5], days(), id="three of ten may be chance"),
    ],
)
def test_what_is_none(used: list[tuple[str, str, int]], active: pl.DataFrame) -> None:
    assert releases(active, spans(*OLD, *used), NAMES, AS_OF).is_empty()


def test_nothing_after_the_day_counts() -> None:
    then = FIRST + timedelta(days=130)
    full = releases(days(), spans(*OLD, *NEW), NAMES, then)
    cut = releases(days(until=130), spans(*OLD, *NEW[:6]), NAMES, then)
    assert full.equals(cut)
    assert full["accounts"].to_list() == [6]
    assert releases(days(), spans(*OLD, *NEW), NAMES, FIRST + timedelta(days=99)).is_empty()


def test_an_account_s_own_first_use_and_releases_since_it_signed() -> None:
    found = releases(days(), spans(*OLD, *NEW), NAMES, AS_OF)
    live = frame(BOOK, {"account_id": "a6"}, {"account_id": "a9"})
    used = UPTAKE.check(uptake(spans(*OLD, *NEW), found, live, AS_OF))
    assert used.rows() == [("a6", "new", date(2026, 6, 30))]

    here = RELEASED.check(released(found, used, FIRST))
    assert here["used_on"].to_list() == [date(2026, 6, 30)]
    assert released(found, used.clear(), None)["used_on"].to_list() == [None]
    assert released(found, used, date(2026, 4, 12)).is_empty()


def test_the_demo_company_s_release_is_found_and_no_other() -> None:
    told = company(AS_OF, accounts=150, months=18)
    usage = told.facts["usage_events"]
    found = releases(
        reference.account_days(usage, None, AS_OF),
        reference.event_spans(usage, None, AS_OF),
        told.facts["features"],
        AS_OF,
    )
    planted = {event: date.fromisoformat(day) for event, day in told.truth["releases"].items()}
    assert found["event"].to_list() == list(planted)
    late = found["released_on"][0] - planted[found["event"][0]]
    assert timedelta(0) <= late <= timedelta(days=5)


def test_rare_events_that_were_always_there_are_seldom_called_new() -> None:
    """In 200 companies, 20 events each that any account may begin on any day: at most 1 % has a release."""
    rng = np.random.default_rng(5)
    wrong = 0
    for _ in range(200):
        began = rng.exponential(rng.uniform(200, 4000, 20)[None, :], (10, 20)).astype(int)
        used = [(f"a{n}", f"e{event}", int(began[n, event])) for n, event in np.argwhere(began < 200)]
        wrong += releases(DAYS, spans(*used), NAMES, AS_OF).height > 0
    assert wrong <= 4


DAYS = days()
