"""What people may choose about calls."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from models.call_settings import as_lines, chosen, holidays_from, in_words
from models.day_plan import rules_from
from models.settings_words import difference

HOLIDAYS = "2026-12-25, , Christmas\n\n2026-10-03, Europe/Berlin, Unity Day, a feast"


def test_holidays_are_read_as_people_type_them() -> None:
    read = holidays_from(HOLIDAYS)
    assert read == [
        {"on": "2026-10-03", "where": "Europe/Berlin", "name": "Unity Day, a feast"},
        {"on": "2026-12-25", "where": "", "name": "Christmas"},
    ]
    assert holidays_from(as_lines(read)) == read
    with pytest.raises(ValueError, match="line 2 begins with “25.12.”"):
        holidays_from("2026-12-25\n25.12., Berlin")


def test_the_settings_become_rules() -> None:
    calls = {
        "rest_days": 21,
        "capacities": {"kim": 3},
        "small_share": 0.25,
        "holidays": holidays_from(HOLIDAYS),
    }
    rules = rules_from({"capacity": 6, "calls": calls})
    assert (rules.capacity, rules.capacities, rules.rest_days, rules.retry_days) == (6, {"kim": 3}, 21, 2)
    assert rules.hours.day_off(date(2026, 12, 25), "Asia/Tokyo") == "Christmas"
    assert rules.hours.day_off(date(2026, 10, 2), "Europe/Berlin") == ""
    assert rules_from({}, capacity=2).capacity == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"rest": 3},
        {"rest_days": -1},
        {"small_share": 1.5},
        {"capacities": {"kim": 101}},
        {"opens": 18},
        {"holidays": [{"on": "tomorrow"}]},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"knows no|lies between|calls fit|give hours|isoformat"):
        chosen({"calls": wrong})


def test_the_settings_in_words() -> None:
    assert in_words({}) == {}
    (line,) = difference({"calls": {}}, {"calls": {"small_share": 0.2}})[:1]
    told = in_words({"calls": {"small_share": 0.2, "weekend": [4, 5]}})
    assert told["Kept for small accounts"] == "20\N{NO-BREAK SPACE}% of the calls of a day"
    assert told["Calls from"] == "9 to 17 o'clock where they are; no calls on Fri, Sat"
    assert "not set" in line
