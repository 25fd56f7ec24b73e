from __future__ import annotations

from datetime import date, datetime

import polars as pl

from models.champions import CHAMPIONS
from models.facts import FACTS
from models.releases import RELEASED
from models.timeline import timeline

AS_OF = date(2026, 11, 20)
NAMES = ("survey_responses", "interactions", "handoffs", "community_posts", "subscriptions")
CALLS = pl.Schema(
    {
        "state": pl.String(),
        "outcome": pl.String(),
        "helped": pl.Boolean(),
        "note": pl.String(),
        "done_at": pl.Datetime("us"),
        "contact_id": pl.String(),
    }
)
EXCEPTIONS = pl.Schema({"first_seen": pl.Date, "closed_on": pl.Date, "sentence": pl.String})
NO_CALLS, NO_EXCEPTIONS = pl.DataFrame(schema=CALLS), pl.DataFrame(schema=EXCEPTIONS)


def facts(**given: list[dict[str, object]]) -> dict[str, pl.DataFrame]:
    return {name: pl.DataFrame(given.get(name, []), schema=FACTS[name].schema) for name in NAMES}


def told(frame: pl.DataFrame) -> list[tuple[str, str, str | None]]:
    return frame.select("channel", "title", "detail").rows()


def test_nothing_gives_an_empty_timeline() -> None:
    assert timeline(facts(), NO_CALLS, NO_EXCEPTIONS, AS_OF).is_empty()


def test_every_channel_on_one_line_newest_first() -> None:
    everything = facts(
        survey_responses=[
            {
                "response_id": "1",
                "account_id": "a",
                "contact_id": "p",
                "kind": "nps",
                "score": 3.0,
                "comment": "slow",
                "responded_at": datetime(2026, 11, 6),
            },
            {
                "response_id": "2",
                "account_id": "a",
                "kind": "csat",
                "comment": "fine",
                "responded_at": datetime(2026, 11, 5),
            },
        ],
        interactions=[
            {
                "interaction_id": "1",
                "account_id": "a",
                "channel": "ticket",
                "direction": "in",
                "subject": "Export",
                "opened_at": datetime(2026, 11, 4, 8),
                "first_reply_at": datetime(2026, 11, 4, 13),
            },
            {
                "interaction_id": "2",
                "account_id": "a",
                "channel": "Meeting",
                "opened_at": datetime(2026, 11, 3),
                "closed_at": datetime(2026, 11, 3, 1),
            },
        ],
        handoffs=[
            {"account_id": "a", "from_team": "sales", "to_team": "onboarding", "handed_on": date(2026, 11, 2)}
        ],
        community_posts=[
            {
                "post_id": "1",
                "account_id": "a",
                "kind": "idea",
                "posted_at": datetime(2026, 11, 1),
                "likes": 4,
            }
        ],
        subscriptions=[
            {
                "account_id": "a",
                "product": "Core",
                "starts_on": date(2026, 1, 1),
                "ends_on": date(2026, 10, 1),
                "mrr": 900.0,
                "currency": "EUR",
            }
        ],
    )
    calls = pl.DataFrame(
        [
            {
                "state": "done",
                "outcome": "reached",
                "helped": True,
                "note": "good",
                "done_at": datetime(2026, 11, 21, 9),
            },
            {"state": "undone", "outcome": None, "done_at": None},
        ],
        schema=CALLS,
    )
    troubles = pl.DataFrame(
        [{"first_seen": date(2026, 10, 20), "closed_on": date(2026, 10, 25), "sentence": "Fell."}],
        schema=EXCEPTIONS,
    )

    assert told(timeline(everything, calls, troubles, AS_OF)) == [
        ("courtesy call", "Courtesy call: reached; it helped", "good"),
        ("survey", "NPS 3 of 10", "slow"),
        ("survey", "CSAT comment", "fine"),
        ("ticket", "Ticket from them: Export", "answered after 5 h"),
        ("meeting", "Meeting", "closed 3 Nov 2026"),
        ("handoff", "Handoff from sales to onboarding", "not accepted yet"),
        ("community", "Community idea", "0 replies, 4 likes"),
        ("exception", "Exception mended", "Fell."),
        ("exception", "Exception seen", "Fell."),
        ("subscription", "Core ends", "€\N{NO-BREAK SPACE}900 a month"),
        ("subscription", "Core begins", "€\N{NO-BREAK SPACE}900 a month"),
    ]


def test_what_is_dated_after_the_snapshot_is_not_known_yet() -> None:
    later = facts(
        handoffs=[
            {"account_id": "a", "from_team": "sales", "to_team": "success", "handed_on": date(2026, 11, 21)}
        ],
        subscriptions=[
            {
                "account_id": "a",
                "product": "Core",
                "starts_on": date(2026, 11, 20),
                "ends_on": date(2027, 1, 1),
                "mrr": 9.0,
            }
        ],
    )

    assert told(timeline(later, NO_CALLS, NO_EXCEPTIONS, AS_OF)) == [
        ("subscription", "Core begins", "9 a month")
    ]


def test_quiet_champions_and_releases_stand_at_their_day() -> None:
    quiet = pl.DataFrame(
        [{"account_id": "a", "contact_id": "p", "quiet_since": date(2026, 9, 3), "sentence": "used it …"}],
        schema=CHAMPIONS.schema,
    )
    new = pl.DataFrame(
        [
            {"feature": "Reports", "released_on": date(2026, 9, 1), "accounts": 9, "used_on": None},
            {"feature": "Maps", "released_on": date(2026, 9, 5), "accounts": 9, "used_on": date(2026, 10, 1)},
            {"feature": "Later", "released_on": date(2026, 11, 21), "accounts": 1, "used_on": None},
        ],
        schema=RELEASED.schema,
    )

    found = timeline(facts(), NO_CALLS, NO_EXCEPTIONS, AS_OF, champions=quiet, releases=new)

    assert told(found) == [
        ("release", "Release: Maps", f"used here since 1 Oct 2026; {FLEET}"),
        ("champion", "Champion quiet since 3 Sep", "used it …"),
        ("release", "Release: Reports", f"not used here yet; {FLEET}"),
    ]
    assert found["at"][1] == datetime(2026, 9, 3)
    assert found["contact_id"].to_list() == [None, "p", None]


FLEET = "first used by anybody that day, by 9 accounts since"


def test_a_piece_that_was_sent_stands_at_its_moment() -> None:
    """Also one sent after the snapshot's day, as a call logged since does."""
    sent = pl.DataFrame(
        [
            {"sent_at": datetime(2026, 11, 21, 9), "how": "call", "sent_by": "Eva", "title": "First route"},
            {"sent_at": datetime(2026, 11, 2, 9), "how": "e-mail", "sent_by": "Ben", "title": "Reports"},
        ]
    )
    found = timeline(facts(), NO_CALLS, NO_EXCEPTIONS, AS_OF, sent=sent)
    assert told(found) == [
        ("content", "Sent: First route", "with the call, by Eva"),
        ("content", "Sent: Reports", "by e-mail, by Ben"),
    ]
    assert found["at"][0] == datetime(2026, 11, 21, 9)
