from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from models.exception_view import BEYOND, counts, earlier, narrowed, precision, state_on, within

TODAY = date(2026, 11, 21)
COLUMNS = {
    "exception_id": pl.Int64,
    "account_id": pl.String,
    "kind": pl.String,
    "severity": pl.Float64,
    "first_seen": pl.Date,
    "closed_on": pl.Date,
    "verdict": pl.String,
    "snoozed_until": pl.Date,
    "csm_id": pl.String,
    "segment": pl.String,
    "priority": pl.Float64,
}


def exceptions(*rows: dict[str, object]) -> pl.DataFrame:
    filled = [{"exception_id": n, "kind": "silent", "severity": 0.5, **row} for n, row in enumerate(rows)]
    return pl.DataFrame(filled, schema=COLUMNS)


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ({}, "open"),
        ({"verdict": "true"}, "open"),
        ({"verdict": "premature"}, "open"),
        ({"verdict": "false"}, "false"),
        ({"snoozed_until": date(2026, 11, 22)}, "snoozed"),
        ({"snoozed_until": TODAY}, "open"),
        ({"closed_on": TODAY, "verdict": "false"}, "mended"),
    ],
)
def test_each_exception_is_in_one_state(row: dict[str, object], state: str) -> None:
    assert exceptions(row).select(state_on(TODAY)).item() == state


def test_keeps_one_state_csm_and_segment_the_most_severe_first() -> None:
    frame = exceptions(
        {"csm_id": "a", "segment": "small", "severity": 0.2},
        {"csm_id": "a", "segment": "small", "severity": 0.9},
        {"csm_id": "b", "segment": "small"},
        {"csm_id": "a", "segment": "large"},
        {"csm_id": "a", "segment": "small", "closed_on": TODAY},
    )

    kept = narrowed(frame, TODAY, state="open", csm="a", segment="small")

    assert kept["exception_id"].to_list() == [1, 0]


def test_more_at_stake_comes_before_more_severe() -> None:
    frame = exceptions({"severity": 0.9, "priority": 100.0}, {"severity": 0.3, "priority": 900.0})
    assert narrowed(frame, TODAY, state="open")["exception_id"].to_list() == [1, 0]


def test_mended_ones_come_latest_first() -> None:
    frame = exceptions({"closed_on": date(2026, 11, 1)}, {"closed_on": TODAY})

    assert narrowed(frame, TODAY, state="mended")["exception_id"].to_list() == [1, 0]


def test_counts_each_kind() -> None:
    assert counts(exceptions({}, {}, {"kind": "declined"})) == {"silent": 2, "declined": 1}


def test_precision_is_the_share_of_those_judged() -> None:
    frame = exceptions(
        {"verdict": "true"},
        {"verdict": "false"},
        {"verdict": "premature"},
        {},
        {"kind": "declined", "verdict": "true"},
    )

    told = precision(frame)
    assert told.select("kind", "right", "early", "judged").rows() == [
        ("silent", 1, 1, 3),
        ("declined", 1, 0, 1),
    ]
    assert told.select("low", "high").row(0) == pytest.approx((0.0615, 0.7923), abs=1e-4)


def test_precision_of_nothing_judged_has_no_rows() -> None:
    assert precision(exceptions({})).is_empty()


def seen(days_ago: int, severity: float, **row: object) -> dict[str, object]:
    return {
        "first_seen": TODAY - timedelta(days=days_ago),
        "severity": severity,
        "priority": 1.0,
        "csm_id": "e",
        **row,
    }


def test_each_csm_gets_those_with_most_at_stake_of_a_week() -> None:
    frame = exceptions(
        seen(1, 0.2), seen(2, 0.9), seen(3, 0.5), seen(3, 0.1, csm_id="t"), seen(0, 0.1, csm_id=None)
    )
    assert within(frame, TODAY, 2)["exception_id"].to_list() == [1, 2, 3, 4]


def test_what_was_left_over_comes_in_later_and_what_is_in_stays() -> None:
    frame = exceptions(seen(8, 0.2), seen(8, 0.3), seen(1, 0.1))
    assert within(frame, TODAY, 1)["exception_id"].to_list() == [0, 1]
    assert within(frame, TODAY + timedelta(days=7), 1)["exception_id"].to_list() == [0, 1, 2]


def test_what_mended_meanwhile_takes_no_later_place() -> None:
    frame = exceptions(seen(15, 0.9), seen(15, 0.8, closed_on=TODAY - timedelta(days=9)), seen(8, 0.1))
    assert within(frame, TODAY, 1)["exception_id"].to_list() == [0, 1, 2]
    assert within(frame, TODAY - timedelta(days=7), 1)["exception_id"].to_list() == [0, 1]


def test_who_waits_for_an_answer_comes_on_top() -> None:
    frame = exceptions(seen(1, 0.9), seen(1, 0.1, kind="detractor"), seen(1, 0.1, kind="waiting_on_us"))
    assert within(frame, TODAY, 1)["exception_id"].to_list() == [0, 1, 2]


def test_those_over_the_budget_are_shown_apart_and_nothing_is_lost() -> None:
    frame = exceptions(seen(1, 0.2), seen(1, 0.9), seen(1, 0.5, verdict="false"))
    fits = within(frame, TODAY, 1)
    state = {
        name: narrowed(frame, TODAY, state=name, budgeted=fits)["exception_id"].to_list()
        for name in ("open", BEYOND, "false")
    }
    assert state == {"open": [1], "beyond": [0], "false": [2]}


def test_earlier_times_of_the_same_account_and_kind() -> None:
    frame = exceptions(
        seen(90, 0.5, account_id="a"),
        seen(50, 0.5, account_id="a"),
        seen(1, 0.5, account_id="a"),
        seen(60, 0.5, account_id="b"),
        seen(60, 0.5, account_id="a", kind="declined"),
    )
    assert earlier(frame, 2)["exception_id"].to_list() == [1, 0]
    assert earlier(frame, 0).is_empty()
