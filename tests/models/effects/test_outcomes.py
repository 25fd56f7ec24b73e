"""What became of episodes: only what is over, what left counts as unused, calls by their day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from models.effects.frames import EPISODES
from models.effects.outcomes import matured
from tests.models.rows import frame

DAY = date(2026, 1, 1)


def episode(account_id: str = "a", started_on: date = DAY) -> dict[str, Any]:
    row = {
        "trial_id": 1,
        "account_id": account_id,
        "started_on": started_on,
        "csm_id": "kim",
        "arm": "called",
    }
    return row | {"kinds": "[]", "prescription": "Call.", "position": 1}


def outcome(
    age: int, *, churned: int | None = None, used: dict[int, int] | None = None, called: tuple[int, ...] = ()
) -> dict[str, Any]:
    """Of one episode at an age in days; everything else is told as days since it began."""
    accounts = {"account_id": ["a"], "churned_on": [None if churned is None else DAY + timedelta(churned)]}
    use = [("a", DAY + timedelta(day), events) for day, events in (used or {}).items()]
    done = [("a", "done", datetime(2026, 1, 1, 9) + timedelta(day)) for day in called]
    told = matured(
        frame(EPISODES, episode()),
        pl.DataFrame(accounts, schema={"account_id": pl.String, "churned_on": pl.Date}),
        pl.DataFrame(use, {"account_id": pl.String, "day": pl.Date, "events": pl.Int64}, orient="row"),
        pl.DataFrame(
            done, {"account_id": pl.String, "state": pl.String, "done_at": pl.Datetime("us")}, orient="row"
        ),
        DAY + timedelta(age),
    )
    return told.row(0, named=True)


@pytest.mark.parametrize(
    ("age", "left_on", "told"),
    [(89, 40, None), (90, 40, True), (90, 90, True), (200, 91, False), (90, None, False)],
)
def test_leaving_is_known_after_90_days(age: int, left_on: int | None, told: bool | None) -> None:
    assert outcome(age, churned=left_on)["churned"] is told


def test_windows_of_use() -> None:
    used = {-28: 100, -27: 1, 0: 2, 1: 4, 28: 8, 29: 16, 62: 32, 63: 64, 90: 128, 91: 256}
    told = outcome(200, used=used)
    assert (told["use_before"], told["use_28"], told["use_90"]) == (3, 12, 192)


def test_use_is_read_only_when_its_days_are_over() -> None:
    young, grown = outcome(27, used={0: 5, 3: 9}), outcome(28, used={0: 5, 3: 9})
    assert (young["use_28"], grown["use_28"], grown["use_90"]) == (None, 9, None)


def test_what_left_counts_as_unused_and_what_never_used_is_not_counted() -> None:
    assert outcome(90, churned=10, used={-3: 5})["use_90"] == 0
    never = outcome(90, used={20: 5})
    assert (never["use_before"], never["use_28"], never["use_90"]) == (None, None, None)


def test_calls_of_the_90_days_are_counted() -> None:
    assert outcome(120, called=(-1, 0, 30, 90, 91))["calls"] == 3
    assert outcome(20, called=(0, 30))["calls"] == 1
