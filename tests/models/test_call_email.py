"""The letter instead of a call, and numbers as people read them."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from models.call_email import draft, grouped

CALL: dict[str, Any] = {
    "name": "Nord & Co",
    "contact_name": "Ada Berg",
    "email": "ada@example.com",
    "talk_track": 'Open: "What has changed?"\nKnow: Risk 90 of 100.\nEnd: Agree a day.',
    "renewal_on": date(2026, 12, 3),
}


def test_the_letter_says_what_the_call_would_open_with_and_nothing_internal() -> None:
    letter = draft(CALL, "Eva", date(2026, 11, 20))
    assert letter.body.startswith("Hello Ada,\n\nWhat has changed?\n\nYour renewal is on 3 December 2026")
    assert letter.body.endswith("Kind regards\nEva")
    assert "Risk" not in letter.body
    asked = urlsplit(letter.link)
    assert (asked.scheme, asked.path) == ("mailto", "ada@example.com")
    assert parse_qs(asked.query) == {"subject": [letter.subject], "body": [letter.body]}


def test_what_is_not_known_is_left_out() -> None:
    letter = draft({**CALL, "contact_name": None, "email": None, "renewal_on": None}, "", date(2026, 11, 20))
    assert letter.body.startswith("Hello,\n\n")
    assert "renewal" not in letter.body
    assert letter.to == ""


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+49301234567", "+49 301 234 567"),
        ("+15550100199", "+1 555 010 0199"),
        ("+351211234567", "+351 211 234 567"),
        ("+4930123456", "+49 301 234 56"),
        ("0301234567", "0301234567"),
        ("+12", "+12"),
        ("ask Ada", "ask Ada"),
    ],
)
def test_numbers_are_grouped_and_keep_every_digit(number: str, shown: str) -> None:
    assert grouped(number) == shown
    assert grouped(number).replace(" ", "") == number.replace(" ", "")


def test_pieces_to_send_along_stand_with_their_address() -> None:
    letter = draft(CALL, "Eva", date(2026, 11, 21), [("Film", "https://example.com/f"), ("Guide", None)])
    assert "This may help:\nFilm: https://example.com/f\nGuide\n" in letter.body
    assert "This may help" not in draft(CALL, "Eva", date(2026, 11, 21)).body
