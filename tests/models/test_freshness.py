"""How old the data is, and for how much of the book there is any."""

from __future__ import annotations

from datetime import date, datetime

import polars as pl

from models.facts import CONTACTS, FACTS
from models.freshness import COVERED, coverage, covered, freshness
from models.snapshot import SCORES

TODAY = date(2026, 3, 10)


def imported(*rows: tuple[str, datetime]) -> pl.DataFrame:
    return pl.DataFrame(
        list(rows), schema={"fact": pl.String, "finished_at": pl.Datetime("us")}, orient="row"
    )


def test_ages_and_states() -> None:
    newest = {"usage_events": datetime(2026, 3, 6, 23), "interactions": datetime(2026, 3, 3)}
    ends = imported(("accounts", datetime(2026, 1, 1)), ("accounts", datetime(2026, 3, 9, 23, 59)))
    told = freshness({"usage_events": 5, "interactions": 1, "accounts": 2}, newest, ends, TODAY)
    state = {row["fact"]: (row["age_days"], row["state"]) for row in told.iter_rows(named=True)}
    assert state["usage_events"] == (4, "stale")
    assert state["interactions"] == (7, "fresh")
    assert state["accounts"] == (1, "fresh")
    assert state["csms"] == (None, "missing")
    assert told["fact"].to_list() == list(FACTS)


def test_an_old_list_that_was_imported_today_is_fresh() -> None:
    newest = {"accounts": datetime(2024, 1, 1), "survey_responses": datetime(2024, 1, 1)}
    ends = imported(("accounts", datetime(2026, 3, 10)), ("survey_responses", datetime(2026, 3, 10)))
    told = freshness({"accounts": 1, "survey_responses": 1}, newest, ends, TODAY)
    states = dict(told.select("fact", "state").iter_rows())
    assert (states["accounts"], states["survey_responses"]) == ("fresh", "stale")


def test_a_date_in_the_future_is_today() -> None:
    told = freshness({"usage_events": 1}, {"usage_events": datetime(2027, 1, 1)}, imported(), TODAY)
    assert told.row(by_predicate=pl.col("fact") == "usage_events", named=True)["age_days"] == 0


def test_coverage_counts_accounts_that_have_it() -> None:
    scores = pl.DataFrame(
        [
            {"account_id": "a", "name": "A", "events_28": 3, "mrr": 5.0, "last_answer_on": date(2025, 3, 11)},
            {
                "account_id": "b",
                "name": "B",
                "events_28": 0,
                "csm_id": "c",
                "last_answer_on": date(2025, 3, 10),
            },
        ],
        schema=SCORES.schema,
    )
    contacts = pl.DataFrame(
        [{"contact_id": "1", "account_id": "b"}, {"contact_id": "2", "account_id": "b"}],
        schema=CONTACTS.schema,
    )
    flagged = covered(scores, contacts, TODAY)
    told = dict(coverage(flagged).select("what", "accounts").iter_rows())
    assert told == {
        "usage in the last 28 days": 1,
        "a subscription": 1,
        "a renewal day": 0,
        "a survey answer in the last year": 1,
        "a contact person": 1,
        "a CSM": 1,
    }
    assert flagged.filter("a survey answer in the last year")["account_id"].to_list() == ["a"]
    assert flagged.filter("a contact person")["account_id"].to_list() == ["b"]


def test_an_empty_book_has_no_share() -> None:
    told = coverage(covered(SCORES.empty(), CONTACTS.empty(), TODAY))
    assert told["share"].null_count() == len(COVERED)
