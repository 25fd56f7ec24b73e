"""Which events count as value, from the catalog or from past decisions."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from models import facts
from models.decisions import DECISIONS
from models.value_events import value_events
from tests.models.rows import frame

SIGNED = date(2024, 1, 1)


def past(good: int, bad: int) -> pl.DataFrame:
    """Accounts that decided after a year, the good ones first."""
    return frame(
        DECISIONS,
        *(
            {
                "account_id": f"a{number}",
                "segment": f"s{number % 2}",
                "signed_on": SIGNED,
                "decided_on": SIGNED + timedelta(days=365),
                "succeeded": number < good,
            }
            for number in range(good + bad)
        ),
    )


def used(event: str, accounts: list[int], day: int) -> list[dict[str, object]]:
    at = datetime(2024, 1, 1) + timedelta(days=day)
    row = {"event": event, "events": 1, "quantity": 1.0, "first_at": at, "last_at": at}
    return [row | {"account_id": f"a{number}"} for number in accounts]


def test_the_catalog_comes_first() -> None:
    features = frame(facts.FEATURES, {"event": "b", "is_value": True}, {"event": "a", "is_value": False})
    found = value_events(DECISIONS.empty(), facts.EVENT_SPANS.empty(), features)
    assert found.select("event", "source").rows() == [("b", "catalog")]


def test_finds_what_those_who_stayed_used_more() -> None:
    spans = frame(
        facts.EVENT_SPANS,
        *used("value", list(range(40)) + list(range(80, 85)), 30),
        *used("common", list(range(120)), 1),
        *used("noise", list(range(0, 120, 3)), 30),
        *used("late", list(range(80)), 363),
    )
    found = value_events(past(80, 40), spans)
    assert found["event"].to_list() == ["value"], "late was first used after the landmark"
    assert found["used_by"].to_list() == [45 / 120]


def test_z_is_the_cochran_mantel_haenszel_statistic() -> None:
    chosen = list(range(40)) + list(range(80, 85))
    found = value_events(past(80, 40), frame(facts.EVENT_SPANS, *used("value", chosen, 30)))
    excess = variance = 0.0
    for segment in range(2):
        n, good = 60, 40
        k = len([number for number in chosen if number % 2 == segment])
        both = len([number for number in chosen if number % 2 == segment and number < 80])
        excess += both - k * good / n
        variance += k * (n - k) * good * (n - good) / (n * n * (n - 1))
    assert found["z"].to_list() == pytest.approx([excess / np.sqrt(variance)])


def test_learns_nothing_from_too_few_decisions() -> None:
    spans = frame(facts.EVENT_SPANS, *used("value", list(range(80)), 30))
    assert value_events(past(80, 29), spans).is_empty()
    assert not value_events(past(80, 30), spans).is_empty()
