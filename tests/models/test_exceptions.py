"""Each rule by hand: when it fires, when it must not, and that its sentence is true."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from models.declines import DECLINES
from models.exception_rules import declined, detractors, renewal_untouched
from models.exception_silent import silent
from models.exceptions import findings
from models.facts import ACCOUNTS, CONTACTS, HANDOFFS, INTERACTIONS, SURVEY_INVITATIONS, SURVEY_RESPONSES
from tests.models.rows import frame

AS_OF = date(2025, 11, 20)
OLD = date(2022, 1, 1)


def at(days_ago: float) -> datetime:
    return datetime.combine(AS_OF, time(12)) - timedelta(days=days_ago)


def account(name: str = "a", **more: Any) -> dict[str, Any]:
    return {"account_id": name, "signed_on": OLD, **more}


def answer(score: float, days_ago: float, name: str = "r", **more: Any) -> dict[str, Any]:
    base = {"response_id": name, "account_id": "a", "contact_id": "c", "kind": "nps"}
    return {**base, "score": score, "responded_at": at(days_ago), **more}


def touch(channel: str, days_ago: float, name: str = "i", **more: Any) -> dict[str, Any]:
    return {"interaction_id": name, "account_id": "a", "channel": channel, "opened_at": at(days_ago), **more}


def interactions(*rows: dict[str, Any]) -> pl.DataFrame:
    return frame(INTERACTIONS, *rows)


def find_detractors(
    *answers: dict[str, Any], touched: pl.DataFrame | None = None, as_of: date = AS_OF
) -> pl.DataFrame:
    contacts = frame(CONTACTS, {"contact_id": "c", "account_id": "a", "name": "Ana Ruiz"})
    responses = frame(SURVEY_RESPONSES, *answers)
    met = interactions() if touched is None else touched
    return detractors(frame(ACCOUNTS, account()), contacts, responses, met, as_of)


def test_a_detractors_sentence_and_due_day() -> None:
    found = find_detractors(answer(3, 2, comment=" The export\nkeeps failing ")).row(0, named=True)
    assert found["sentence"] == (
        "Ana Ruiz gave 3 of 10 (NPS) on 18 Nov 2025: “The export keeps failing”"
        " Nobody has called, met or written to them since."
    )
    assert (found["since"], found["due_on"]) == (date(2025, 11, 18), date(2025, 11, 20))
    assert json.loads(found["evidence"])["comment"] == " The export\nkeeps failing "


@pytest.mark.parametrize(
    ("kind", "score", "fires"),
    [
        ("nps", 6, True),
        ("nps", 7, False),
        ("csat", 2, True),
        ("csat", 3, False),
        ("ces", 3, True),
        ("ces", 4, False),
    ],
)
def test_each_surveys_own_threshold(kind: str, score: float, fires: bool) -> None:
    assert (find_detractors(answer(score, 1, kind=kind)).height == 1) is fires


@pytest.mark.parametrize(("days_ago", "fires"), [(30, True), (31, False)])
def test_an_unhappy_answer_counts_for_thirty_days(days_ago: int, fires: bool) -> None:
    assert (find_detractors(answer(0, days_ago)).height == 1) is fires


def test_a_happier_later_answer_of_the_same_person_settles_it() -> None:
    assert find_detractors(answer(2, 5, "r1"), answer(9, 1, "r2")).is_empty()
    assert find_detractors(answer(2, 5, "r1"), answer(9, 1, "r2", contact_id="d")).height == 1


def test_the_unhappiest_of_several_is_named_and_the_others_are_counted() -> None:
    both = find_detractors(answer(5, 1, "r1", contact_id="d"), answer(1, 4, "r2"))
    assert "gave 1 of 10" in both["sentence"].item()
    assert "Unhappy too: 1 other answer." in both["sentence"].item()


@pytest.mark.parametrize(
    ("row", "settled"),
    [
        (touch("call", 1), True),
        (touch("meeting", 1), True),
        (touch("email", 1, direction="out"), True),
        (touch("ticket", 9, direction="in", first_reply_at=at(1)), True),
        (touch("ticket", 1, direction="in"), False),
        (touch("call", 3), False),
        (touch("ticket", 9, direction="in", first_reply_at=at(-2)), False),
        (touch("call", -1), False),
    ],
)
def test_what_settles_a_detractor(row: dict[str, Any], settled: bool) -> None:
    assert find_detractors(answer(3, 2), touched=interactions(row)).is_empty() is settled


def find_silent(
    asked: list[float], answered: tuple[float, ...] = (), touched: pl.DataFrame | None = None, **more: Any
) -> pl.DataFrame:
    invitations = [
        {"account_id": "a", "contact_id": "c", "kind": "nps", "sent_at": at(days)} for days in asked
    ]
    other = {"account_id": "z", "contact_id": "z", "kind": "nps", "sent_at": at(20)}
    responses = [answer(9, days, f"r{days}") for days in answered]
    return silent(
        frame(ACCOUNTS, account(**more), account("z")),
        frame(SURVEY_INVITATIONS, *invitations, other),
        frame(SURVEY_RESPONSES, *responses),
        interactions() if touched is None else touched,
        AS_OF,
    )


def test_three_unanswered_invitations_are_silence_and_two_are_not() -> None:
    found = find_silent([300, 200, 100]).row(0, named=True)
    assert found["sentence"] == (
        "Never answered a survey (3 invitations since 24 Jan 2025), and no word from them on record."
    )
    assert found["since"] == at(100).date()
    assert find_silent([300, 200]).is_empty()
    assert find_silent([300, 200, 3]).is_empty()


def test_who_used_to_answer_and_stopped_is_silent_after_a_year() -> None:
    found = find_silent([200], (400,)).row(0, named=True)
    assert found["sentence"].startswith("No survey answered since 16 Oct 2024 (1 invitation after it)")
    assert found["since"] == at(400).date() + timedelta(days=365)
    assert find_silent([200], (360,)).is_empty()
    assert find_silent([], (400,)).is_empty()


def test_who_speaks_with_us_or_is_new_is_not_silent() -> None:
    asked = [300.0, 200.0, 100.0]
    assert find_silent(asked, touched=interactions(touch("ticket", 80, direction="in"))).is_empty()
    assert find_silent(asked, touched=interactions(touch("call", 80))).is_empty()
    assert find_silent(asked, touched=interactions(touch("email", 80, direction="out"))).height == 1
    assert find_silent(asked, touched=interactions(touch("call", 95))).height == 1
    assert find_silent([150, 100, 50], signed_on=AS_OF - timedelta(days=179)).is_empty()


def test_a_company_that_no_longer_surveys_has_no_silent_accounts() -> None:
    responses = frame(SURVEY_RESPONSES, answer(9, 500))
    found = silent(frame(ACCOUNTS, account()), frame(SURVEY_INVITATIONS), responses, interactions(), AS_OF)
    assert found.is_empty()


def test_at_most_a_tenth_of_the_book_is_silent_those_with_most_evidence() -> None:
    names = [f"a{n:02d}" for n in range(40)]
    asked = [
        {"account_id": name, "contact_id": "c", "kind": "nps", "sent_at": at(20 + 7 * k)}
        for place, name in enumerate(names)
        for k in range(3 + place % 8)
    ]
    found = silent(
        frame(ACCOUNTS, *[account(name) for name in names]),
        frame(SURVEY_INVITATIONS, *asked),
        frame(SURVEY_RESPONSES),
        interactions(),
        AS_OF,
    )
    assert found["account_id"].to_list() == ["a07", "a15", "a23", "a31"]


@pytest.mark.parametrize(
    ("days", "rows", "fires"),
    [
        (90, [], True),
        (91, [], False),
        (0, [], True),
        (-1, [], False),
        (30, [touch("call", 45)], False),
        (30, [touch("call", 46)], True),
        (30, [touch("email", 2, direction="out")], True),
        (30, [touch("email", 9, direction="out", first_reply_at=at(2))], False),
    ],
)
def test_when_a_renewal_is_near_and_untouched(days: int, rows: list[dict[str, Any]], fires: bool) -> None:
    book = frame(ACCOUNTS, account(renewal_on=AS_OF + timedelta(days=days)))
    assert (renewal_untouched(book, interactions(*rows), AS_OF).height == 1) is fires


def test_a_renewals_sentence() -> None:
    book = frame(ACCOUNTS, account(renewal_on=AS_OF + timedelta(days=1)))
    found = renewal_untouched(book, interactions(touch("meeting", 60)), AS_OF).row(0, named=True)
    assert found["sentence"] == ("Renews on 21 Nov 2025, and nobody has spoken with them since 21 Sep 2025.")
    assert found["since"] == date(2025, 11, 6)
    assert found["due_on"] == date(2025, 11, 20)


def alert(**more: Any) -> dict[str, Any]:
    base = {"account_id": "a", "status": "usage fell", "posterior": 0.97, "too_quiet": False}
    numbers = {"ratio_28": 0.2, "expected_28": 60.6, "actual_28": 12.0, "counted_28": 12}
    days = {"since": date(2025, 11, 3), "alerted_on": date(2025, 11, 15), "events_a_week": 15.0}
    return {**base, **numbers, **days, "declined": True, **more}


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (
            {},
            "Usage fell: 12 events in 28 days where about 61 were expected (fleet-adjusted), "
            "since 3 Nov 2025.",
        ),
        (
            {"counted_28": 40},
            "Usage fell: 12 events in 28 days (40 with one-day bursts) where about 61 were expected "
            "(fleet-adjusted), since 3 Nov 2025.",
        ),
        (
            {"ratio_28": 0.9, "actual_28": 55.0, "counted_28": 55},
            "Usage comes back: 55 events in 28 days where about 61 were expected (fleet-adjusted). "
            "It had fallen since 3 Nov 2025.",
        ),
    ],
)
def test_a_declines_sentence(more: dict[str, Any], sentence: str) -> None:
    found = declined(frame(DECLINES, alert(**more))).row(0, named=True)
    assert found["sentence"] == sentence
    assert json.loads(found["evidence"])["since"] == "2025-11-03"


def test_no_alert_no_finding() -> None:
    calm = alert(declined=False, since=None, alerted_on=None)
    assert declined(frame(DECLINES, calm)).is_empty()


def test_accounts_that_left_have_no_exceptions() -> None:
    book = frame(ACCOUNTS, account(renewal_on=AS_OF, churned_on=AS_OF))
    assert renewal_untouched(book, interactions(), AS_OF).is_empty()
    leaving = frame(ACCOUNTS, account(renewal_on=AS_OF, churned_on=AS_OF + timedelta(days=1)))
    assert renewal_untouched(leaving, interactions(), AS_OF).height == 1


def full_facts() -> dict[str, pl.DataFrame]:
    names = [f"a{n}" for n in range(12)]
    return {
        "accounts": frame(
            ACCOUNTS,
            *[
                account(
                    name, renewal_on=AS_OF + timedelta(days=17 * n - 60), churned_on=None if n % 5 else AS_OF
                )
                for n, name in enumerate(names)
            ],
        ),
        "contacts": frame(CONTACTS, *[{"contact_id": "c", "account_id": name} for name in names[:1]]),
        "interactions": interactions(
            *[
                touch(
                    "ticket",
                    15 * n - 60,
                    f"i{n}",
                    account_id=names[n % 6],
                    direction="in",
                    first_reply_at=at(15 * n - 75),
                )
                for n in range(20)
            ]
        ),
        "survey_invitations": frame(
            SURVEY_INVITATIONS,
            *[
                {"account_id": name, "contact_id": "c", "kind": "nps", "sent_at": at(60 * k - 100)}
                for name in names
                for k in range(8)
            ],
        ),
        "survey_responses": frame(
            SURVEY_RESPONSES,
            *[answer(3 * n % 11, 9 * n - 60, f"r{n}", account_id=names[n % 12]) for n in range(60)],
        ),
        "handoffs": frame(HANDOFFS, *[handed(name, n) for n, name in enumerate(names)]),
    }


def handed(name: str, n: int) -> dict[str, Any]:
    on = AS_OF - timedelta(days=30 * n - 60)
    taken = on + timedelta(days=40) if n % 3 else None
    teams = {"account_id": name, "from_team": "sales", "to_team": "success"}
    return {**teams, "handed_on": on, "accepted_on": taken}


def cut(facts: dict[str, pl.DataFrame], as_of: date) -> dict[str, pl.DataFrame]:
    """The same facts as they stood at the end of as_of."""
    end = datetime.combine(as_of + timedelta(days=1), time.min)
    later = pl.col("first_reply_at") >= end
    return {
        "accounts": facts["accounts"].with_columns(
            pl.when(pl.col("churned_on") <= as_of).then("churned_on").alias("churned_on")
        ),
        "contacts": facts["contacts"],
        "interactions": facts["interactions"]
        .filter(pl.col("opened_at") < end)
        .with_columns(pl.when(~later).then("first_reply_at").alias("first_reply_at")),
        "survey_invitations": facts["survey_invitations"].filter(pl.col("sent_at") < end),
        "survey_responses": facts["survey_responses"].filter(pl.col("responded_at") < end),
        "handoffs": facts["handoffs"]
        .filter(pl.col("handed_on") <= as_of)
        .with_columns(accepted_on=pl.when(pl.col("accepted_on") <= as_of).then("accepted_on")),
    }


@settings(max_examples=25, deadline=None)
@given(st.integers(-40, 400))
def test_nothing_after_as_of_is_used(days_ago: int) -> None:
    as_of = AS_OF - timedelta(days=days_ago)
    facts = full_facts()
    whole = findings(facts, DECLINES.empty(), as_of)
    assert_frame_equal(whole, findings(cut(facts, as_of), DECLINES.empty(), as_of))


def test_every_rule_speaks_in_one_frame() -> None:
    found = findings(full_facts(), frame(DECLINES, alert(account_id="a3")), AS_OF)
    assert set(found["kind"]) >= {"declined", "detractor", "renewal_untouched", "handoff_dropped"}
    assert found["severity"].is_between(0, 1).all()
    assert all(isinstance(json.loads(text), dict) for text in found["evidence"])
