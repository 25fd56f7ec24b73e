"""The kinds of mood, use, waiting and pulse by hand: when each fires, when it must not, what it says."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from models.champions import CHAMPIONS
from models.emotion import felt, foretold
from models.exception_mood import emotion_dropped, perception_gap
from models.exception_use import breadth_lost, champions_quiet
from models.exception_waiting import waiting_on_us
from models.facts import (
    ACCOUNTS,
    CONTACTS,
    EVENT_SPANS,
    FEATURES,
    INTERACTIONS,
    SURVEY_INVITATIONS,
    SURVEY_RESPONSES,
)
from models.pulse import NEWEST
from tests.models.rows import frame

AS_OF = date(2025, 11, 20)  # a Thursday
NOON = datetime(2025, 11, 20, 12)
BOOK = frame(ACCOUNTS, {"account_id": "a", "signed_on": date(2022, 1, 1)})


def ticket(days_ago: float, **more: Any) -> dict[str, Any]:
    base = {"interaction_id": "t", "account_id": "a", "channel": "ticket", "direction": "in"}
    return {**base, "subject": "Map is slow", "opened_at": NOON - timedelta(days=days_ago), **more}


def waits(*rows: dict[str, Any], **levels: float) -> pl.DataFrame:
    return waiting_on_us(BOOK, frame(INTERACTIONS, *rows), AS_OF, levels)


def test_a_ticket_past_its_level_waits_and_the_sentence_says_how_long() -> None:
    found = waits(ticket(6)).row(0, named=True)  # Friday to Thursday: four working days
    assert found["sentence"] == (
        "Wrote to us (ticket) on 14 Nov 2025 about “Map is slow” "
        "and had waited 4 working days by 20 Nov 2025; the level is 1."
    )
    assert json.loads(found["evidence"])["working_days"] == 4
    assert found["severity"] == pytest.approx(0.4 + 0.15 * 3)
    assert (found["since"], found["due_on"]) == (date(2025, 11, 14), AS_OF)


@pytest.mark.parametrize(
    ("rows", "fires"),
    [
        ([ticket(1)], False),
        ([ticket(2)], True),
        ([ticket(6, first_reply_at=NOON - timedelta(days=5))], False),
        ([ticket(6, first_reply_at=NOON + timedelta(days=1))], True),
        ([ticket(6, closed_at=NOON - timedelta(days=5))], False),
        ([ticket(6, direction="out")], False),
        ([ticket(61)], False),
        ([ticket(6), ticket(3, interaction_id="c", channel="call", direction="out")], False),
        ([ticket(6), ticket(9, interaction_id="c", channel="call", direction="out")], True),
    ],
)
def test_who_waits_for_us(rows: list[dict[str, Any]], fires: bool) -> None:
    assert (waits(*rows).height == 1) is fires


def test_a_chosen_level_takes_the_place_of_the_usual_one() -> None:
    assert waits(ticket(6), ticket=4).is_empty()
    assert waits(ticket(6), ticket=3.5).height == 1


def answers(*scores: float) -> pl.DataFrame:
    rows = [
        {
            "response_id": f"r{n}-{who}",
            "account_id": f"a{who}",
            "contact_id": "c",
            "kind": "nps",
            "score": score if who == 0 else 7.0 + who % 3,
            "responded_at": NOON - timedelta(days=40 * (len(scores) - 1 - n) + 3),
        }
        for n, score in enumerate(scores)
        for who in range(30)
    ]
    return frame(SURVEY_RESPONSES, *rows)


def dropped(*scores: float) -> pl.DataFrame:
    book = pl.DataFrame({"account_id": [f"a{who}" for who in range(30)]})
    told = foretold(felt(book, answers(*scores), SURVEY_INVITATIONS.empty(), AS_OF))
    return emotion_dropped(told, AS_OF)


def test_an_answer_far_below_the_earlier_ones_is_a_fall() -> None:
    found = dropped(9, 9, 9, 9, 1)
    assert found["account_id"].to_list() == ["a0"]
    numbers = json.loads(found["evidence"][0])
    assert (numbers["answer"], numbers["answers_before"]) == (10.0, 4)
    assert numbers["z"] < -1.96
    assert found["since"][0] == AS_OF - timedelta(days=3)


def test_steady_or_rising_answers_and_a_first_one_are_no_fall() -> None:
    assert dropped(9, 9, 9, 9, 9).is_empty()
    assert dropped(2, 2, 2, 2, 9).is_empty()
    assert dropped(0).is_empty()


def test_a_fall_is_news_for_sixty_days() -> None:
    told = pl.DataFrame(
        {
            "account_id": ["old", "new"],
            "last_on": [AS_OF - timedelta(days=60), AS_OF - timedelta(days=59)],
            "value": [10.0, 10.0],
            "expected": [80.0, 80.0],
            "spread": [20.0, 20.0],
            "before": [3, 3],
        }
    )
    assert emotion_dropped(told, AS_OF)["account_id"].to_list() == ["new"]


def pulse(name: str, level: str, days_ago: int = 5) -> dict[str, Any]:
    day = AS_OF - timedelta(days=days_ago)
    return {"account_id": name, "pulse": level, "pulse_reason": "", "pulse_on": day, "pulse_by": "Eva"}


def gaps(*pulses: dict[str, Any], n: int = 20) -> list[str]:
    book = pl.DataFrame(
        {
            "account_id": [f"a{i:02d}" for i in range(n)],
            "risk": [float(i) for i in range(n)],
            "behaviour": [50.0] * n,
            "emotion": [None] * n,
        },
        schema_overrides={"emotion": pl.Float64},
    )
    return perception_gap(book, frame(NEWEST, *pulses), AS_OF)["account_id"].to_list()


def test_a_rosy_pulse_on_a_risky_account_and_a_gloomy_one_on_a_safe_account_are_gaps() -> None:
    assert gaps(pulse("a19", "steady"), pulse("a00", "leaving")) == ["a00", "a19"]


@pytest.mark.parametrize(
    "row",
    [pulse("a15", "thriving"), pulse("a19", "fine"), pulse("a19", "steady", 90), pulse("a10", "leaving")],
)
def test_what_is_no_gap(row: dict[str, Any]) -> None:
    assert gaps(row) == []


def test_a_small_book_has_no_gaps() -> None:
    assert gaps(pulse("a18", "steady"), n=19) == []


def span(event: str, used_days: int, unused_days: int, events: int | None = None) -> dict[str, Any]:
    last = NOON - timedelta(days=unused_days)
    first = last - timedelta(days=used_days - 1)
    count = used_days if events is None else events
    return {
        "account_id": "a",
        "event": event,
        "events": count,
        "quantity": 1.0,
        "first_at": first,
        "last_at": last,
    }


def breadth(*spans: dict[str, Any]) -> pl.DataFrame:
    features = frame(FEATURES, {"event": "x", "feature": "Routes"})
    return breadth_lost(BOOK, frame(EVENT_SPANS, *spans), features, AS_OF)


STILL = [span("k", 300, 0), span("l", 300, 2), span("m", 300, 1)]


def test_two_features_left_by_an_account_that_is_still_there() -> None:
    found = breadth(span("x", 300, 60), span("y", 300, 50), *STILL).row(0, named=True)
    assert found["sentence"] == (
        "Left 2 of the 5 features used regularly, since 1 Oct 2025 at the latest: Routes, y."
    )
    assert json.loads(found["evidence"])["lost_share"] == pytest.approx(0.4)


@pytest.mark.parametrize(
    "spans",
    [
        [span("x", 300, 60), *STILL],  # one alone
        [span("x", 300, 27), span("y", 300, 27), *STILL],  # not for long
        [span("x", 300, 120), span("y", 300, 120), *STILL],  # history
        [span("x", 60, 60), span("y", 60, 60), *STILL],  # not for long enough before
        [span("x", 300, 60, events=20), span("y", 300, 60, events=20), *STILL],  # never regular
        [span("x", 300, 60), span("y", 300, 60)],  # nobody is there at all: that is a decline
    ],
)
def test_what_is_no_loss_of_breadth(spans: list[dict[str, Any]]) -> None:
    assert breadth(*spans).is_empty()


def test_what_every_account_left_tells_nothing_about_one() -> None:
    rows = [
        {**one, "account_id": f"b{n}"}
        for n in range(10)
        for one in (span("x", 300, 60), span("y", 300, 60), *STILL)
    ]
    book = pl.DataFrame({"account_id": [f"b{n}" for n in range(10)]})
    assert breadth_lost(book, frame(EVENT_SPANS, *rows), FEATURES.empty(), AS_OF).is_empty()


def test_champions_speak_for_their_account_once() -> None:
    row = {
        "account_id": "a",
        "contact_id": "c",
        "quiet_since": AS_OF - timedelta(days=50),
        "quiet_days": 50,
        "active_days": 40,
        "watched_days": 60,
        "chance": 0.001,
        "others_now": 0,
        "sentence": "used it on 40 of 60 days before",
    }
    later = {**row, "contact_id": "d", "quiet_days": 30, "quiet_since": AS_OF - timedelta(days=30)}
    long_gone = {**row, "account_id": "b", "quiet_days": 183}
    names = frame(CONTACTS, {"contact_id": "c", "account_id": "a", "name": "Ana Ruiz"})
    found = champions_quiet(frame(CHAMPIONS, row, later, long_gone), names).row(0, named=True)
    assert found["sentence"] == "Ana Ruiz has gone quiet: used it on 40 of 60 days before."
    assert (found["since"], found["severity"]) == (AS_OF - timedelta(days=50), 0.9)
    assert json.loads(found["evidence"])["quiet_champions"] == 2
    assert champions_quiet(CHAMPIONS.empty(), names).is_empty()
