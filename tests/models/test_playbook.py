"""Playbooks: what may be saved, how a talk track is filled, and that Today speaks the saved words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.call_words import words_for
from models.playbook import (
    PLACEHOLDERS,
    Playbook,
    as_body,
    default,
    filled,
    from_body,
    names,
    parts,
    sending,
    tidy,
    troubles,
)
from models.prescriptions import prescription, talk_track
from tests.spaced import spaced

CAPTIVE = default("captive")


@pytest.mark.parametrize("name", names())
def test_what_rounds_comes_with_may_be_saved_and_read_again(name: str) -> None:
    one = default(name)

    assert troubles(one) == []
    assert tidy(one) == one
    assert from_body(as_body(one)) == one


def test_an_unknown_name_is_told_what_there_is() -> None:
    with pytest.raises(ValueError, match="captive, forgetful fan"):
        default("happy")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"talk": "Open: Dear {contakt} of {name} {x y}"}, "names {contakt}, {x y}, which nothing fills"),
        ({"talk": "Open: hello\njust this"}, "this one does not: “just this”"),
        ({"talk": " "}, "at least one line for the talk track"),
        ({"who": "  "}, "Say who calls."),
        ({"within_days": 0}, "between 1 and 365"),
        ({"name": "happy"}, "no quarter or kind called happy"),
    ],
)
def test_what_must_be_mended_is_named(change: dict[str, Any], said: str) -> None:
    assert any(said in sentence for sentence in troubles(replace(CAPTIVE, **change)))


@given(st.text(max_size=60))
def test_cutting_a_talk_track_loses_nothing(talk: str) -> None:
    assert "".join(f"{{{text}}}" if named else text for text, named in parts(talk)) == talk


@given(st.sampled_from(sorted(PLACEHOLDERS)), st.text(max_size=20))
def test_a_fact_stands_as_it_is(word: str, value: str) -> None:
    assert filled(f"<{{{word}}}>", {word: value}) == f"<{value or 'not known'}>"


def test_pieces_that_are_offered_are_sent() -> None:
    one = sending(replace(CAPTIVE, content=(1, 2)), {2: "Letter", 3: "Film"})

    assert one.talk == f"{CAPTIVE.talk}\nSend: Letter"


def calls(kinds: list[str], quadrant: str | None = "Captive", name: str = "Nord") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "kinds": [kinds],
            "quadrant": [quadrant],
            "reasons": [["Gave 3 of 10.", "Use fell."]],
            "by_hand": [False],
            "risk": [60.0],
            "mrr": [9400.4],
            "currency": ["EUR"],
            "saveability": [0.2],
            "name": [name],
            "contact_name": [None],
            "role": ["Head"],
            "renewal_on": [date(2026, 12, 3)],
        },
        schema_overrides={"contact_name": pl.String, "quadrant": pl.String},
    )


def spoken(frame: pl.DataFrame, *saved: Playbook) -> tuple[str, str]:
    said = words_for(frame, {one.name: one for one in saved})
    return said["prescription"].item(), said["talk_track"].item()


def test_without_saved_playbooks_the_words_are_those_of_rounds() -> None:
    reasons = ["Gave 3 of 10.", "Use fell."]

    for quadrant in ("Captive", None):
        assert spoken(calls(["detractor"], quadrant)) == (
            prescription("detractor", quadrant),
            talk_track("detractor", quadrant, reasons),
        )


def test_a_saved_kind_speaks_with_the_accounts_own_facts() -> None:
    own = replace(
        default("detractor"),
        do="Ring today.",
        talk="Open: {name}, {contact}, {mrr}, {renewal}\nKnow: {reasons}",
    )

    do, talk = spoken(calls(["detractor"], None, name="A {mrr} B"), own)

    assert do == "Ring today."
    assert spaced(talk) == "Open: A {mrr} B, not known, € 9,400, 3 Dec 2026\nKnow: Gave 3 of 10. Use fell."


def test_a_saved_quarter_minds_every_kind_and_speaks_for_calls_by_hand() -> None:
    own = replace(CAPTIVE, do="Apologise first.", talk="Open: Sorry, {role}.")

    assert spoken(calls(["detractor"]), own)[0] == f"{prescription('detractor')} Apologise first."
    assert spoken(calls(["detractor"]), own)[1].endswith("\nMind: Apologise first.")
    assert spoken(calls(["by_hand"]), own) == ("Apologise first.", "Open: Sorry, Head.")
    assert spoken(calls(["by_hand"], "adrift"), own)[0] == prescription("by_hand", "adrift")


def test_silent_is_one_playbook_and_is_said_once() -> None:
    own = replace(default("silent"), do="Ask kindly.", talk="Open: Hello {name}")

    assert spoken(calls(["silent"], "silent"), own) == ("Ask kindly.", "Open: Hello Nord")
