"""SIPOC by hand: what the data tell of each part, what people wrote, and whose line is whose."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from models import sipoc
from models.facts import ACCOUNTS, EVENT_SPANS, HANDOFFS, INTERACTIONS
from models.sipoc import Line
from tests.models.rows import frame

AS_OF = date(2026, 6, 30)


def day(ago: int) -> date:
    return AS_OF - timedelta(ago)


def moment(ago: int) -> datetime:
    return datetime.combine(day(ago), datetime.min.time())


def talk(name: str, ago: int, channel: str, direction: str, **more: Any) -> dict[str, Any]:
    return {
        "interaction_id": name,
        "account_id": "a",
        "channel": channel,
        "direction": direction,
        "opened_at": moment(ago),
        **more,
    }


FACTS = {
    "accounts": frame(
        ACCOUNTS,
        {"account_id": "a", "segment": "Small", "signed_on": day(100)},
        {"account_id": "b", "signed_on": day(90), "churned_on": day(10)},
    ),
    "handoffs": frame(
        HANDOFFS,
        *(
            {
                "account_id": who,
                "from_team": giver,
                "to_team": taker,
                "handed_on": day(on),
                "accepted_on": day(on - 2),
            }
            for who, giver, taker, on in (
                ("a", "sales", "onboarding", 100),
                ("a", "onboarding", "success", 50),
                ("b", "sales", "onboarding", 90),
            )
        ),
    ),
    "interactions": frame(
        INTERACTIONS,
        talk("1", 80, "ticket", "in", closed_at=moment(79)),
        talk("2", 80, "call", "out"),
        talk("3", 20, "ticket", "in"),
        talk("4", 49, "call", "out"),
    ),
}
SPANS = frame(
    EVENT_SPANS,
    *(
        {
            "account_id": "a",
            "event": event,
            "events": 1,
            "quantity": 1.0,
            "first_at": moment(ago),
            "last_at": moment(0),
        }
        for event, ago in (("goal", 70), ("later", 10))
    ),
)


def told(process: str) -> dict[tuple[str, str], int]:
    found = sipoc.from_data(FACTS, SPANS, ["goal"], AS_OF)
    return {
        (row["part"], row["entry"]): row["n"]
        for row in found.iter_rows(named=True)
        if row["process"] == process
    }


def test_what_the_data_tell_of_onboarding() -> None:
    assert told("onboarding") == {
        ("suppliers", "Sales"): 2,
        ("inputs", "Handoff from sales"): 2,
        ("inputs", "Ticket from customers"): 1,
        ("process", "Call to or with customers"): 1,
        ("process", "Customers use goal for the first time"): 1,
        ("outputs", "Handoff to success"): 1,
        ("outputs", "First value reached"): 1,
        ("outputs", "Ticket closed"): 1,
        ("outputs", "Customer lost"): 1,
        ("customers", "Accounts of segment Small"): 1,
        ("customers", "Accounts of segment not known"): 1,
        ("customers", "Team success"): 1,
    }


def test_the_next_team_has_its_own() -> None:
    success = told("success")
    assert success["suppliers", "Onboarding"] == 1
    assert success["inputs", "Ticket from customers"] == 1
    assert ("outputs", "Ticket closed") not in success
    assert ("process", "Call to or with customers") not in success  # on day 49 nobody held it
    assert success["process", "Customers use later for the first time"] == 1


def test_processes_come_in_the_order_of_the_way() -> None:
    found = sipoc.from_data(FACTS, SPANS, ["goal"], AS_OF)
    assert found["process"].unique(maintain_order=True).to_list() == ["sales", "onboarding", "success"]
    assert sipoc.from_data({**FACTS, "handoffs": HANDOFFS.empty()}, SPANS, ["goal"], AS_OF).is_empty()


def test_nothing_after_the_day_is_told() -> None:
    before = day(60)
    cut = {
        **FACTS,
        "handoffs": FACTS["handoffs"].filter(FACTS["handoffs"]["handed_on"] <= before),
        "interactions": FACTS["interactions"].filter(FACTS["interactions"]["opened_at"].dt.date() <= before),
    }
    whole = sipoc.from_data(FACTS, SPANS, ["goal"], before)
    assert whole.equals(sipoc.from_data(cut, SPANS.head(1), ["goal"], before))


def test_the_sheet_marks_what_is_from_data_and_what_somebody_wrote() -> None:
    lines = [Line("outputs", "A plan for success", "Eva", "2026-06-01T10:00")]
    rows = sipoc.sheet(sipoc.from_data(FACTS, SPANS, ["goal"], AS_OF), "success", lines)
    assert rows.filter(rows["entry"] == "A plan for success").row(0) == (
        "outputs",
        "A plan for success",
        None,
        None,
        "written by Eva on 1 Jun 2026",
    )
    assert rows["origin"].value_counts().sort("count")["origin"].to_list()[-1] == "from data"
    assert rows["part"].unique(maintain_order=True).to_list() == list(sipoc.PARTS)


def test_lines_keep_their_writer_until_they_change() -> None:
    before = (Line("inputs", "The contract", "Eva", "2026-06-01T10:00"), Line("inputs", "Goals", "Eva", "x"))
    after = sipoc.signed(
        [Line("inputs", "The contract"), Line("inputs", " Their  goals ")],
        before,
        "Ben",
        datetime(2026, 6, 2),
    )
    assert after == (before[0], Line("inputs", "Their goals", "Ben", "2026-06-02T00:00"))
    assert sipoc.difference(before, after) == ["with: Inputs, Their goals", "without: Inputs, Goals"]
    assert sipoc.from_body(sipoc.as_body(after)) == after


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([Line("", "x")], "has no part"),
        ([Line("inputs", " ")], "says nothing"),
        ([Line("inputs", "x"), Line("inputs", "x")], "say the same"),
        ([Line("inputs", "x"), Line("outputs", "x")], ""),
    ],
)
def test_what_has_to_be_mended(lines: list[Line], said: str) -> None:
    found = " ".join(sipoc.troubles(lines))
    assert said in found if said else not found
