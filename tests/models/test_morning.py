from __future__ import annotations

from datetime import datetime

import polars as pl

from models.morning import as_of_morning

SINCE = datetime(2026, 11, 21)
MORNING, BEFORE = datetime(2026, 11, 21, 9), datetime(2026, 11, 20, 23, 59)
COLUMNS = {
    "account_id": pl.String(),
    "state": pl.String(),
    "origin": pl.String(),
    "done_at": pl.Datetime("us"),
}


def after(*rows: tuple[str, str, str, datetime | None]) -> list[tuple[str, str]]:
    calls = pl.DataFrame(rows, schema=pl.Schema(COLUMNS), orient="row")
    return as_of_morning(calls, SINCE).select("account_id", "state").sort("account_id", "state").rows()


def test_what_the_list_asked_for_today_was_not_done_in_the_morning() -> None:
    assert after(("a", "done", "list", MORNING)) == []
    assert after(("a", "done", "hand", MORNING)) == [("a", "open")]
    assert after(("a", "done", "hand", SINCE)) == [("a", "open")]


def test_earlier_calls_and_waiting_ones_stay() -> None:
    rows = (("a", "done", "list", BEFORE), ("b", "open", "hand", None), ("c", "undone", "list", None))

    assert after(*rows) == [("a", "done"), ("b", "open"), ("c", "undone")]


def test_one_call_waits_for_an_account_called_today_and_added_again() -> None:
    assert after(("a", "done", "hand", MORNING), ("a", "open", "hand", None)) == [("a", "open")]
