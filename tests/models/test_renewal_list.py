"""Who renews when: open ones, those that came due, what was said and recorded."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl

from models.facts import ACCOUNTS, SURVEY_RESPONSES
from models.renewal_list import disagree, due_now, renewals
from models.renewal_results import RENEWAL_RESULTS
from models.retention import RENEWAL_ROWS
from models.snapshot import SCORES
from tests.models.rows import frame

AS_OF = date(2025, 6, 30)


def scored(account_id: str, renewal_on: date | None, **more: Any) -> dict[str, Any]:
    return {"account_id": account_id, "name": account_id, "renewal_on": renewal_on, "mrr": 10.0, **more}


def came_due(
    account_id: str, due_on: date, won: bool, mrr: float = 10.0, currency: str = "EUR"
) -> dict[str, Any]:
    row = {"account_id": account_id, "due_on": due_on, "won": won, "mrr_then": mrr, "mrr_now": 0.0}
    return {**row, "mrr_kept": 0.0, "currency": currency}


def result(account_id: str, due_on: date, **more: Any) -> dict[str, Any]:
    row = {"result_id": 1, "account_id": account_id, "due_on": due_on, "result": "won", "reason": "grew"}
    return {
        **row,
        "note": "",
        "recorded_at": datetime(2025, 6, 1),
        "recorded_by": "eva",
        "version": 1,
        **more,
    }


def listed(*results: dict[str, Any]) -> pl.DataFrame:
    scores = frame(
        SCORES,
        scored("open", date(2025, 7, 10), risk=60.0, quadrant="captive"),
        scored("unknown", None),
        scored("kept", date(2026, 4, 1)),
    )
    past = frame(
        RENEWAL_ROWS,
        came_due("kept", date(2025, 4, 1), True, 5.0, "USD"),
        came_due("kept", date(2025, 4, 1), True, 7.0),
        came_due("gone", date(2025, 5, 1), False),
        came_due("gone", date(2024, 5, 1), True),
    )
    accounts = frame(ACCOUNTS, *({"account_id": name} for name in ("open", "unknown", "kept", "gone")))
    said = frame(
        SURVEY_RESPONSES,
        *(
            {
                "response_id": f"r{n}",
                "account_id": "open",
                "kind": "nps",
                "comment": comment,
                "responded_at": datetime(2025, n, 1),
            }
            for n, comment in ((1, "old"), (5, "Too dear"), (6, "  "))
        ),
    )
    return renewals(scores, past, accounts, said, frame(RENEWAL_RESULTS, *results), AS_OF)


def test_open_ones_and_those_of_the_last_120_days() -> None:
    rows = listed()
    assert rows.select("account_id", "due_on", "days", "mrr", "told").rows() == [
        ("kept", date(2025, 4, 1), -90, 7, "won"),
        ("gone", date(2025, 5, 1), -60, 10, "lost"),
        ("open", date(2025, 7, 10), 10, 10, None),
        ("kept", date(2026, 4, 1), 275, 10, None),
    ]
    now = rows.row(by_predicate=pl.col("account_id") == "open", named=True)
    assert (now["risk"], now["quadrant"], now["said"], now["said_on"]) == (
        60,
        "captive",
        "Too dear",
        date(2025, 5, 1),
    )
    assert due_now(rows)["account_id"].to_list() == ["kept", "gone"]


def test_what_people_recorded_stands_beside_what_the_data_tells() -> None:
    rows = listed(result("gone", date(2025, 5, 1)), result("kept", date(2025, 4, 1), result_id=2))
    assert disagree(rows)["account_id"].to_list() == ["gone"]
    assert due_now(rows).is_empty()


def test_a_book_without_paths_has_none() -> None:
    assert listed()["path_step"].null_count() == 4
