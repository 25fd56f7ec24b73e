from __future__ import annotations

import json
from datetime import date

import pytest

from components.evidence import in_words

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        (
            {"actual_28": 41.0, "ratio_28": 0.347},
            "events in the last 28 days **41** · share of what was expected **35\N{NO-BREAK SPACE}%**",
        ),
        ({"alerted_on": "2026-11-02", "since": "2026-11-01", "contact_id": "p1"}, "first alert **2 Nov**"),
        ({"responded_at": "2025-11-02T09:00:00"}, "answered **2 Nov 2025**"),
        ({"events_a_week": 12.25}, "events a week before **12.2**"),
        ({"comment": "a *b*"}, r"comment **a \*b\***"),
        ({"new_number": 3, "empty": None}, "new number **3**"),
        ({}, ""),
    ],
)
def test_each_number_has_its_name(evidence: dict[str, object], said: str) -> None:
    assert in_words(json.dumps(evidence), date(2026, 11, 20), TODAY) == (f"On 20 Nov: {said}" if said else "")
