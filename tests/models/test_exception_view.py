from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from models.exception_view import counts, narrowed, precision, state_on

TODAY = date(2026, 11, 21)
COLUMNS = {
    "exception_id": pl.Int64,
    "account_id": pl.String,
    "kind": pl.String,
    "severity": pl.Float64,
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

    assert precision(frame).rows() == [("silent", 1, 3), ("declined", 1, 1)]


def test_precision_of_nothing_judged_has_no_rows() -> None:
    assert precision(exceptions({})).is_empty()
