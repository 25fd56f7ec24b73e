from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from components import clock


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (datetime(2026, 11, 23, 8), "09:00 to 17:00"),
        (datetime(2026, 11, 22, 13), "Mon 23 Nov, 09:00 to 17:00"),
    ],
)
def test_hours_of_another_day_say_which(monkeypatch: pytest.MonkeyPatch, now: datetime, said: str) -> None:
    berlin = now.replace(tzinfo=ZoneInfo("Europe/Berlin"))
    monkeypatch.setattr(clock, "here", lambda: berlin)
    assert clock.span(datetime(2026, 11, 23, 8), datetime(2026, 11, 23, 16)) == said
