"""The pulse that stands: the last one that nobody took back."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl

from models.pulse import LEVELS, NEWEST, PULSES, newest
from models.timeline import timeline
from tests.models.rows import frame
from tests.models.test_timeline import NO_CALLS, NO_EXCEPTIONS, facts


def pulse(number: int, level: int, day: int, **more: object) -> dict[str, object]:
    row = {"pulse_id": number, "account_id": "a", "level": level, "reason": f"reason {number}", "version": 1}
    return row | {"given_at": datetime(2026, 11, day, 9), "given_by": "eva@x"} | more


GIVEN = frame(
    PULSES,
    pulse(1, 6, 1),
    pulse(2, 3, 5),
    pulse(3, 1, 9, withdrawn_at=datetime(2026, 11, 10), version=2),
    pulse(4, 2, 2, account_id="b"),
)


def test_the_last_that_stands() -> None:
    assert newest(GIVEN).rows() == [
        ("a", "uneasy", "reason 2", date(2026, 11, 5), "eva@x"),
        ("b", "shaky", "reason 4", date(2026, 11, 2), "eva@x"),
    ]
    assert newest(GIVEN, date(2026, 11, 4)).filter(account_id="a")["pulse"].to_list() == ["thriving"]
    assert newest(GIVEN, date(2026, 10, 1)).is_empty()
    assert newest(PULSES.empty()).columns == list(NEWEST.names)


def test_six_steps_in_words() -> None:
    assert list(LEVELS) == [6, 5, 4, 3, 2, 1]
    assert len(set(LEVELS.values())) == 6


def test_the_timeline_keeps_all_of_them() -> None:
    mine = GIVEN.filter(pl.col("account_id") == "a")
    events = timeline(facts(), NO_CALLS, NO_EXCEPTIONS, date(2026, 11, 1), mine)
    assert events.select("channel", "title", "detail").rows() == [
        ("pulse", "Pulse: leaving, taken back", "reason 3 (eva@x)"),
        ("pulse", "Pulse: uneasy", "reason 2 (eva@x)"),
        ("pulse", "Pulse: thriving", "reason 1 (eva@x)"),
    ]
