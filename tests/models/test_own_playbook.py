"""What counts in a call: saved words before a rule's before those of Rounds; and when it is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from models.exceptions import OPENED, advance
from models.findings import FINDINGS
from models.own_playbook import came_with, followed, of_rule, spoken
from models.own_rules import Rule
from models.playbook import as_body, default, from_body, troubles
from tests.models.rows import frame

RULE = Rule("Quiet", "risk", "above", 80.0, "Ring them.", within_days=5)
DAY = date(2026, 3, 2)


def finding(kind: str, **more: object) -> dict[str, object]:
    base = {"account_id": "a", "kind": kind, "since": DAY, "severity": 0.5, "sentence": "s", "evidence": "{}"}
    return {**base, "prescription": "p", "due_on": date(2026, 3, 4), **more}


def test_a_rule_speaks_its_own_words_until_somebody_saves_others() -> None:
    saved = replace(of_rule(7, RULE), do="Write.", content=(3,))
    assert troubles(saved) == []
    assert from_body(as_body(saved)) == saved
    assert came_with({7: RULE}, "rule:7").do == "Ring them."
    assert came_with({}, "silent") == default("silent")
    told = spoken({"rule:7": saved}, {7: RULE, 8: RULE}, {3: "A film"})
    assert (told["rule:7"].do, told["rule:7"].talk.splitlines()[-1]) == ("Write.", "Send: A film")
    assert (told["rule:8"].do, told["rule:8"].within_days) == ("Ring them.", 5)
    with pytest.raises(ValueError, match="no playbook called rule:x"):
        came_with({}, "rule:x")


def test_a_saved_playbook_says_what_to_do_and_when_it_is_due() -> None:
    found = frame(FINDINGS, finding("declined"), finding("silent"), finding("stalled"))
    sooner = replace(default("declined"), within_days=3, do="Ring now.")
    same_days = replace(default("silent"), do="Ask them.")
    rows = followed(found, {"declined": sooner, "silent": same_days}).sort("kind")
    assert rows["prescription"].to_list() == ["Ring now.", "Ask them.", "p"]
    assert rows["due_on"].to_list() == [date(2026, 3, 5), date(2026, 3, 4), date(2026, 3, 4)]


def test_the_due_day_of_a_rule_stays_where_it_was_when_the_rule_first_held() -> None:
    first = advance(OPENED.empty().with_columns(closed_on=DAY), frame(FINDINGS, finding("rule:7")), DAY)
    known = first.opened.with_columns(closed_on=None)
    known = known.cast({"closed_on": pl.Date})
    later = frame(FINDINGS, finding("rule:7", since=date(2026, 3, 9), due_on=date(2026, 3, 11)))
    still = advance(known, later, date(2026, 3, 9)).still
    assert still.select("since", "due_on").row(0) == (DAY, date(2026, 3, 4))
