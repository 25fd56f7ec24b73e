"""Counting each event as success agrees with judging by it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from models.decisions import Success, decisions
from models.event_success import event_success
from models.facts import ACCOUNTS, EVENT_SPANS, SUBSCRIPTIONS
from tests.models.rows import frame

START = date(2024, 1, 1)
_DAY = st.integers(0, 900)
_ACCOUNT = st.tuples(st.none() | _DAY, st.dictionaries(st.sampled_from("xyz"), _DAY, max_size=3))


@settings(max_examples=40, deadline=None)
@given(drawn=st.lists(_ACCOUNT, max_size=8), at=_DAY)
def test_each_event_counts_as_if_it_were_chosen(
    drawn: list[tuple[int | None, dict[str, int]]], at: int
) -> None:
    as_of = START + timedelta(days=at)
    accounts = frame(
        ACCOUNTS,
        *(
            {
                **{"account_id": f"a{number}", "signed_on": START},
                "churned_on": None if left is None else START + timedelta(days=left),
            }
            for number, (left, _) in enumerate(drawn)
        ),
    )
    spans = frame(
        EVENT_SPANS,
        *(
            {
                **{"account_id": f"a{number}", "event": event, "events": 1, "quantity": 1.0},
                **dict.fromkeys(("first_at", "last_at"), datetime(2024, 1, 1, 8) + timedelta(days=day)),
            }
            for number, (_, used) in enumerate(drawn)
            for event, day in used.items()
        ),
    )

    for event, decided, succeeded, recent in event_success(accounts, spans, as_of).iter_rows():
        judged = decisions(accounts, SUBSCRIPTIONS.empty(), as_of, Success("event", event=event), spans)
        good = judged.filter("succeeded")
        lately = good.filter(pl.col("decided_on") >= as_of - timedelta(days=365))
        assert (decided, succeeded, recent) == (judged.height, good.height, lately.height)
