from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import words
from models.money import NO_BREAK

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (TODAY, "today (21 Nov)"),
        (date(2026, 11, 22), "tomorrow (22 Nov)"),
        (date(2026, 11, 20), "yesterday (20 Nov)"),
        (date(2026, 12, 3), "in 12 days (3 Dec)"),
        (date(2026, 11, 9), "12 days ago (9 Nov)"),
        (date(2029, 11, 21), "in 1,096 days (21 Nov 2029)"),
        (None, "not known"),
    ],
)
def test_a_day_says_how_far_it_is(value: date | None, said: str) -> None:
    assert words.near(value, TODAY) == said


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 11, 19), "tomorrow"),
        (date(2026, 11, 20), "Monday"),
        (TODAY, "Monday"),
        (date(2026, 11, 22), "tomorrow"),
    ],
)
def test_what_waits_waits_until_a_working_day(today: date, said: str) -> None:
    assert words.next_working_day(today) == said


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        (9400.4, "EUR", f"€{NO_BREAK}9,400"),
        (1, "SEK", f"SEK{NO_BREAK}1"),
        (12, None, "12"),
        (None, "EUR", "not known"),
    ],
)
def test_money_names_its_currency(amount: float | None, currency: str | None, said: str) -> None:
    assert words.money(amount, currency) == said


def test_two_dollar_signs_make_no_formula() -> None:
    assert words.marked_money(12.5, "USD", 2) == rf"\${NO_BREAK}12.50"


def test_those_who_prefer_an_email_get_the_link_under_our_words() -> None:
    assert words.email("a@b.example", "prefers e-mail") == "[prefers e-mail](mailto:a@b.example)"
    assert "mailto" not in words.email("not an address", "prefers e-mail")


def test_sums_never_add_two_currencies() -> None:
    frame = pl.DataFrame({"mrr": [10.0, 5.0, 99.0, None], "currency": ["EUR", "EUR", "USD", "USD"]})

    assert words.sums(frame) == f"${NO_BREAK}99 + €{NO_BREAK}15"
    assert words.sums(frame.clear()) == "none"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "0 days"),
        (1, "1 day"),
        (59, "59 days"),
        (365, "1 year"),
        (800, "2 years 2 months"),
        (None, "not known"),
    ],
)
def test_tenure(days: int | None, said: str) -> None:
    assert words.tenure(days) == said


def test_local_time_is_theirs() -> None:
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)

    assert words.local_time("America/New_York", noon) == "07:00 in New York"
    assert words.local_time("Mars/Base", noon) == ""
    assert words.local_time(None, noon) == ""


def test_a_phone_number_can_be_called() -> None:
    assert words.phone("+49 30 (5550) 118") == r"[\+49 305 550 118](tel:+49305550118)"
    assert words.phone("ask Tom") == "ask Tom"
    assert words.phone(None) == ""


def test_only_a_real_address_becomes_a_link() -> None:
    assert words.email("a@b.example") == r"[a@b\.example](mailto:a@b.example)"
    assert "](" not in words.email("a@b.example) [x](javascript:alert(1)")


@given(st.text())
def test_nothing_anybody_typed_is_read_as_markdown(text: str) -> None:
    said = words.plain(text)

    assert "\n" not in said
    bare = said.replace("\\\\", "")
    for mark in "`*_[]()#<>$~|:":
        assert bare.count(mark) == bare.count(f"\\{mark}")


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc", "Zs", "Zl", "Zp"])))
def test_escaping_loses_nothing(text: str) -> None:
    kept = words.plain(text)

    assert "".join(kept[i] for i in range(len(kept)) if not _is_mark(kept, i)) == text


def _is_mark(text: str, at: int) -> bool:
    """A backslash that escapes what follows: an odd one in its run, before punctuation."""
    if text[at] != "\\":
        return False
    start = at
    while start and text[start - 1] == "\\":
        start -= 1
    return (at - start) % 2 == 0


@pytest.mark.parametrize(
    ("hour", "part"), [(4, "morning"), (11, "morning"), (12, "afternoon"), (18, "evening"), (3, "evening")]
)
def test_the_greeting_knows_the_hour(hour: int, part: str) -> None:
    assert words.greeting(hour, "Eva Sommer") == f"Good {part}, Eva"
    assert words.greeting(hour, "") == f"Good {part}"


def test_only_the_first_letter_of_a_column_is_raised() -> None:
    told = pl.DataFrame({"quadrant": ["forgetful fan", "not LIVE", "", None]})
    shown = told.select(words.sentence_case("quadrant"))
    assert shown["quadrant"].to_list() == ["Forgetful fan", "Not LIVE", "", None]
