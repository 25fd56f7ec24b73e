"""What followed a piece, in sentences."""

from __future__ import annotations

from typing import Any

import pytest

from models.content_words import followed, reached
from tests.spaced import spaced

ROW: dict[str, Any] = {
    "sent": 34, "waiting": 0, "compared": 34, "change": 0.12, "beside": 0.03, "effect": 0.09, "low": -0.04,
    "high": 0.23, "reachable": 22, "reached": 0.41, "reached_beside": 0.18, "reached_low": 0.05,
    "reached_high": 0.41,
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {},
            "**No detectable difference in use.** Use rose by 12 % in the 28 days after, that of comparable",
        ),
        ({}, "accounts rose by 3 %: +9 %, between −4 % and +23 % (95 % interval, n = 34)."),
        ({"low": 0.01}, "**More use followed.**"),
        ({"high": -0.01, "change": -0.2, "beside": 0.001}, "**Less use followed.** Use fell by 20 %"),
        ({"high": -0.01, "change": -0.2, "beside": 0.001}, "stayed the same: +9 %"),
        ({"effect": None, "sent": 1, "waiting": 1, "compared": 0}, "sent to 1 account; the 28 days of 1 are"),
        ({"effect": None, "compared": 12}, "; 22 have no comparable account. 12 of the 20 needed"),
    ],
)
def test_what_use_followed(change: dict[str, Any], said: str) -> None:
    assert said in spaced(followed(ROW | change))


def test_whether_its_event_followed() -> None:
    told = spaced(reached(ROW, "report_shared"))
    assert told.startswith("**More first use of its event followed.** Of 22 that had not used it, 41 % did")
    assert "of comparable accounts 18 % (difference between +5.0 and +41.0 points" in told
    assert reached(ROW, None) == reached(None, "x") == reached(ROW | {"reached_low": None}, "x") == ""
