"""The call list: few, true, in order, never too often and never against a wish."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.call_compare import compare
from models.call_contacts import choose_contacts
from models.call_frames import ADDED, CALLS, DONE
from models.call_hours import Holiday, Hours, to_ring
from models.calls import CallList, CallRules, call_list
from models.facts import CONTACTS
from models.findings import FINDINGS
from models.snapshot import SCORES
from tests.models.rows import frame

NOW = datetime(2025, 11, 20, 9, 30, tzinfo=ZoneInfo("Europe/Madrid"))


def utc(days_ago: float = 0, hours_ago: float = 0) -> datetime:
    return NOW.astimezone(UTC).replace(tzinfo=None) - timedelta(days=days_ago, hours=hours_ago)


def reason(account_id: str, kind: str = "declined", **more: Any) -> dict[str, Any]:
    row = {"account_id": account_id, "kind": kind, "since": date(2025, 11, 1), "severity": 0.5}
    return {**row, "sentence": f"{kind} of {account_id}.", "evidence": "{}", "prescription": "p", **more}


def score(account_id: str, risk: float = 50, mrr: float | None = 1000, **more: Any) -> dict[str, Any]:
    row = {"account_id": account_id, "name": account_id.upper(), "csm_id": "kim", "currency": "EUR"}
    return {**row, "risk": risk, "mrr": mrr, **more}


def contact(account_id: str, contact_id: str = "p", **more: Any) -> dict[str, Any]:
    row = {"account_id": account_id, "contact_id": f"{account_id}-{contact_id}", "phone": "+15550100"}
    return {**row, "timezone": "Europe/Madrid", **more}


def done(
    account_id: str, at: datetime, outcome: str | None = "reached", csm_id: str = "kim"
) -> dict[str, Any]:
    return {"account_id": account_id, "csm_id": csm_id, "done_at": at, "outcome": outcome}


def plan(
    reasons: list[dict[str, Any]],
    scores: list[dict[str, Any]],
    contacts: list[dict[str, Any]] | None = None,
    called: list[dict[str, Any]] | None = None,
    added: list[dict[str, Any]] | None = None,
    rules: CallRules | None = None,
    now: datetime = NOW,
) -> CallList:
    people = [contact(row["account_id"]) for row in scores] if contacts is None else contacts
    return call_list(
        frame(FINDINGS, *reasons),
        frame(SCORES, *scores),
        frame(CONTACTS, *people),
        frame(DONE, *(called or [])),
        frame(ADDED, *(added or [])),
        now,
        rules,
    )


def order(of: CallList) -> list[str]:
    return of.calls["account_id"].to_list()


def test_rank_is_risk_times_mrr_times_saveability() -> None:
    scores = [score("a", 50, 1000), score("b", 20, 3000), score("c", 90, 100), score("d", 50, 1000)]
    reasons = [reason("a"), reason("b"), reason("c"), reason("d", "silent")]
    of = plan(reasons, scores)
    assert order(of) == ["b", "a", "d", "c"]
    assert of.calls["stake"].to_list() == pytest.approx([600, 500, 500, 90])
    assert of.calls["saving"].to_list() == pytest.approx([120, 100, 50, 18])
    assert of.calls["position"].to_list() == [1, 2, 3, 4]


def test_why_says_the_numbers_behind_the_place() -> None:
    of = plan([reason("a")], [score("a", 61.6, 1200)])
    assert of.calls["why"].item() == (
        "Risk 62 of 100, €\N{NO-BREAK SPACE}1,200 a month, a call may save 20\N{NO-BREAK SPACE}%."
    )


def test_a_measured_saveability_changes_the_order() -> None:
    scores = [score("a"), score("b")]
    reasons = [reason("a"), reason("b", "silent")]
    rules = CallRules(saveability={"declined": 0.05, "silent": 0.3})
    assert order(plan(reasons, scores)) == ["a", "b"]
    assert order(plan(reasons, scores, rules=rules)) == ["b", "a"]


def test_without_any_mrr_risk_ranks_and_an_account_that_pays_nothing_comes_last() -> None:
    reasons = [reason("a"), reason("b")]
    assert order(plan(reasons, [score("a", 10, None), score("b", 70, None)])) == ["b", "a"]
    assert order(plan(reasons, [score("a", 10, 5), score("b", 70, None)])) == ["a", "b"]


def test_currencies_are_not_compared_as_they_are() -> None:
    scores = [score("a", 50, 150_000, currency="JPY"), score("b", 50, 100_000, currency="JPY")]
    scores += [score("c", 50, 900), score("d", 50, 800)]
    of = plan([reason(name) for name in "abcd"], scores)
    assert order(of) == ["a", "c", "d", "b"]
    assert of.calls["currency"].to_list() == ["JPY", "EUR", "EUR", "JPY"]


def test_several_reasons_make_one_call_with_at_most_three_sentences() -> None:
    kinds = ["silent", "declined", "renewal_untouched", "detractor"]
    reasons = [reason("a", kind, due_on=date(2025, 11, 22 + n)) for n, kind in enumerate(kinds)]
    call = plan(reasons, [score("a")]).calls.row(0, named=True)
    assert call["kinds"] == ["detractor", "declined", "renewal_untouched", "silent"]
    assert call["reasons"] == ["detractor of a.", "declined of a.", "renewal_untouched of a."]
    assert (call["saveability"], call["due_on"]) == (0.25, date(2025, 11, 22))


def test_calls_by_hand_come_first_oldest_first_with_their_note() -> None:
    added = [
        {"account_id": "z", "created_at": utc(1), "note": "Asked for a price."},
        {"account_id": "y", "created_at": utc(2)},
    ]
    of = plan([reason("a"), reason("z")], [score(name) for name in "ayz"], added=added)
    assert order(of) == ["y", "z", "a"]
    assert of.calls["reasons"].to_list() == [
        ["Added by hand."],
        ["Asked for a price.", "declined of z."],
        ["declined of a."],
    ]
    assert of.calls["why"][0].startswith("Added by hand; risk 50")


def test_capacity_is_what_is_left_after_the_calls_done_today() -> None:
    names = "abcdef"
    called = [done("x", utc(hours_ago=1)), done("y", utc(1)), done("w", utc(hours_ago=2), csm_id="lee")]
    rules = CallRules(capacity=3, capacities={"lee": 1})
    scores = [score(name, 90 - place) for place, name in enumerate(names)]
    scores += [score("g", csm_id="lee"), score("h", csm_id=None)]
    of = plan([reason(name) for name in "abcdefgh"], scores, called=called, rules=rules).calls
    planned = of.filter("planned").group_by("csm_id").agg(pl.col("account_id").sort()).sort("csm_id")
    assert planned.rows() == [("", ["h"]), ("kim", ["a", "b"])]
    assert of.filter(~pl.col("planned"))["account_id"].to_list() == ["c", "d", "e", "f", "g"]


def test_today_is_the_readers_own() -> None:
    rules = CallRules(capacity=1)
    just_before_midnight = datetime(2025, 11, 19, 22, 59)
    for at, planned in ((just_before_midnight, True), (just_before_midnight + timedelta(minutes=1), False)):
        of = plan([reason("a")], [score("a")], called=[done("x", at)], rules=rules)
        assert of.calls["planned"].to_list() == [planned]


@pytest.mark.parametrize(
    ("days_ago", "outcome", "again"),
    [
        (0, "reached", False),
        (13, "reached", False),
        (14, "reached", True),
        (13, None, False),
        (1, "left message", False),
        (2, "left message", True),
        (1, "wrong person", False),
    ],
)
def test_no_second_call_within_the_rest(days_ago: int, outcome: str | None, again: bool) -> None:
    of = plan([reason("a")], [score("a")], called=[done("a", utc(days_ago), outcome)])
    assert (order(of) == ["a"]) is again
    assert (of.left_out["account_id"].to_list() == ["a"]) is not again


def test_an_earlier_talk_still_rests_after_a_later_message() -> None:
    called = [done("a", utc(9)), done("a", utc(3), "left message")]
    assert order(plan([reason("a")], [score("a")], called=called)) == []


def test_a_person_may_ask_for_a_second_call_after_the_first() -> None:
    called = [done("a", utc(3))]
    for days_ago, listed in ((4, []), (2, ["a"])):
        added = [{"account_id": "a", "created_at": utc(days_ago)}]
        assert order(plan([], [score("a")], called=called, added=added)) == listed


def test_do_not_contact_is_never_called_even_by_hand() -> None:
    people = [contact("a", do_not_contact=True), contact("b", "x", do_not_contact=True), contact("b", "y")]
    added = [{"account_id": "a", "created_at": utc()}]
    of = plan([reason("a"), reason("b")], [score("a"), score("b")], people, added=added)
    assert of.calls.select("account_id", "contact_id").rows() == [("b", "b-y")]
    assert of.left_out.select("account_id", "sentence").rows() == [("a", "Nobody there may be contacted.")]


def chosen(*people: dict[str, Any], wanted: str = "-") -> tuple[Any, ...]:
    asked = pl.DataFrame({"account_id": ["a"], "contact_id": [f"a-{wanted}"]})
    return choose_contacts(frame(CONTACTS, *people), asked).select("contact_id", "channel").row(0)


def test_whom_to_call() -> None:
    plain, champion = contact("a", "1"), contact("a", "2", is_champion=True)
    sponsor = contact("a", "3", is_sponsor=True)
    assert chosen(plain, sponsor, champion) == ("a-2", "call")
    assert chosen(plain, sponsor) == ("a-3", "call")
    assert chosen(plain, sponsor, champion, wanted="1") == ("a-1", "call")
    assert chosen(plain, contact("a", "4", preferred_channel="call")) == ("a-4", "call")
    unreachable = contact("a", "2", is_champion=True, phone=None)
    assert chosen(plain, unreachable) == ("a-1", "call")
    assert chosen(unreachable) == ("a-2", "none")
    assert chosen(contact("a", "2", email="x@example.com", preferred_channel="Email")) == ("a-2", "email")
    assert chosen(contact("a", "2", email="x@example.com", phone="")) == ("a-2", "email")


def test_an_unhappy_answer_is_followed_up_with_who_gave_it() -> None:
    people = [contact("a", "boss", is_champion=True), contact("a", "user")]
    answer = reason("a", "detractor", evidence='{"contact_id":"a-user"}')
    assert plan([answer], [score("a")], people).calls["contact_id"].item() == "a-user"
    assert plan([reason("a")], [score("a")], people).calls["contact_id"].item() == "a-boss"


def test_an_account_without_contacts_is_still_on_the_list() -> None:
    call = plan([reason("a")], [score("a")], []).calls.row(0, named=True)
    assert (call["contact_id"], call["channel"], call["local_time"]) == (None, "none", None)


def test_a_clock_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        plan([], [], now=NOW.replace(tzinfo=None))


def test_a_capacity_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="below 0 for kim"):
        CallRules(capacities={"kim": -1})


def test_words_follow_kind_and_quadrant() -> None:
    scores = [score("a", 90, quadrant="captive"), score("b", 50, quadrant=None)]
    of = plan([reason("a", "detractor"), reason("b", "unheard of")], scores).calls
    first, second = of.iter_rows(named=True)
    assert "within 48 hours" in first["prescription"]
    assert "repair the relation" in first["prescription"]
    assert first["talk_track"].splitlines()[1] == "Know: detractor of a."
    assert second["prescription"] == "Call as planned."
    assert "leave" not in " ".join(of["talk_track"]).lower()


NAMES = st.sampled_from("abcdefgh")


@settings(max_examples=25, deadline=None)
@given(
    reasons=st.sets(st.tuples(NAMES, st.sampled_from(["declined", "silent", "detractor"]))),
    called=st.lists(
        st.tuples(NAMES, st.floats(0, 20), st.sampled_from(["reached", "left message"])), max_size=6
    ),
    added=st.dictionaries(NAMES, st.floats(0, 20), max_size=3),
    barred=st.sets(NAMES, max_size=3),
    capacity=st.integers(0, 5),
)
def test_promises_hold_whatever_the_day(
    reasons: set[tuple[str, str]],
    called: list[tuple[str, float, str]],
    added: dict[str, float],
    barred: set[str],
    capacity: int,
) -> None:
    log = [done(name, utc(days), outcome, "kim" if name < "e" else "lee") for name, days, outcome in called]
    of = plan(
        [reason(*pair) for pair in sorted(reasons)],
        [score(name, 5 + 7 * n, csm_id="kim" if name < "e" else "lee") for n, name in enumerate("abcdefgh")],
        [contact(name, do_not_contact=name in barred) for name in "abcdefgh"],
        log,
        [{"account_id": name, "created_at": utc(days)} for name, days in sorted(added.items())],
        CallRules(capacity=capacity),
    )
    calls = CALLS.check(of.calls)
    assert calls["account_id"].is_unique().all()
    assert not set(calls["account_id"]) & barred
    wanted = {name for name, _ in reasons} | set(added)
    assert set(calls["account_id"]) | set(of.left_out["account_id"]) == wanted
    for name, days, outcome in called:
        if outcome == "reached" and days <= 13 and added.get(name, 99) > days:
            assert name not in calls["account_id"]
    for (csm_id,), own in calls.group_by("csm_id"):
        today = sum(row["done_at"] >= utc(hours_ago=9.5) for row in log if row["csm_id"] == csm_id)
        assert own["planned"].sum() == min(own.height, max(0, capacity - today))
        hand = own.sort("position")["by_hand"].to_list()
        assert hand == sorted(hand, reverse=True)


def test_weighty_signs_of_risk_fill_up_the_three_reasons() -> None:
    signs = [
        {"term": "quiet", "points": 12.0, "sentence": "Last used 9 days ago."},
        {"term": "breadth", "points": 6.0, "sentence": "Uses 2 things."},
        {"term": "young", "points": 5.5, "sentence": "A customer for 40 days."},
        {"term": "emotion", "points": 1.0, "sentence": "Emotion is 80."},
    ]
    told = score("a", risk_parts=json.dumps(signs))
    listed = plan([reason("a")], [told, score("b")])
    expected = ["declined of a.", "Last used 9 days ago.", "Uses 2 things."]
    assert listed.calls["reasons"].to_list() == [expected]
    assert listed.calls["kinds"].to_list() == [["declined"]]


def test_a_holiday_there_leaves_a_call_out_but_not_an_email() -> None:
    rules = CallRules(hours=Hours(holidays=(Holiday(NOW.date(), "Asia/Tokyo", "A feast"),)))
    people = [
        contact("a", timezone="Asia/Tokyo"),
        contact("b"),
        contact("c", timezone="Asia/Tokyo", email="c@example.com", preferred_channel="email"),
    ]
    of = plan([reason(name) for name in "abc"], [score(name) for name in "abc"], people, rules=rules)
    assert order(of) == ["b", "c"]
    assert of.left_out.select("account_id", "sentence").rows() == [("a", "Closed there on 20 Nov: A feast.")]


def test_on_a_weekend_the_next_working_day_is_planned() -> None:
    saturday = NOW + timedelta(days=2)
    of = plan([reason("a")], [score("a")], now=saturday)
    assert (of.day, order(of)) == (date(2025, 11, 24), ["a"])
    assert of.calls["in_hours"].to_list() == [False]
    assert to_ring(of.calls, saturday).is_empty()
    assert plan([reason("a")], [score("a")]).day == NOW.date()


def test_what_can_be_rung_now() -> None:
    zones = {"a": "Europe/Madrid", "b": "America/New_York", "c": "Asia/Tokyo"}
    people = [contact(name, timezone=zone) for name, zone in zones.items()]
    people += [contact("d", timezone="Asia/Tokyo", email="d@example.com", preferred_channel="email")]
    of = plan([reason(name) for name in "abcd"], [score(name) for name in "abcd"], people)
    assert order(of) == list("abcd")
    assert to_ring(of.calls, NOW)["account_id"].to_list() == ["a", "d"]
    assert to_ring(of.calls, NOW + timedelta(hours=8))["account_id"].to_list() == ["b", "d"]


@pytest.mark.parametrize(
    ("share", "planned", "fair"),
    [
        (0.0, ["a", "b", "c", "d"], []),
        (0.5, ["a", "b", "e", "f"], ["e", "f"]),
        (0.25, ["a", "b", "c", "e"], ["e"]),
    ],
)
def test_a_share_of_the_day_is_kept_for_small_accounts(
    share: float, planned: list[str], fair: list[str]
) -> None:
    mrr = {"a": 4000, "b": 3900, "c": 3800, "d": 3700, "e": 200, "f": 100, "g": 50}
    scores = [score(name, mrr=value) for name, value in mrr.items()]
    scores += [score("m", mrr=3600)]
    of = plan([reason(name) for name in mrr], scores, rules=CallRules(capacity=4, small_share=share)).calls
    assert of.filter("planned")["account_id"].to_list() == planned
    assert of.filter("fair")["account_id"].to_list() == fair
    assert of["position"].to_list() == list(range(1, 8))


def test_a_chance_of_leaving_ranks_before_the_points() -> None:
    reasons = [reason("a"), reason("b")]
    of = plan(reasons, [score("a", 90, churn=0.1), score("b", 20, churn=0.4)]).calls
    assert of.select("account_id", "likely").rows() == [("b", 0.4), ("a", 0.1)]


def test_why_one_stands_above_the_other() -> None:
    scores = [score("a", 60, 2000), score("b", 80, 500), score("m", 10, 1000)]
    calls = plan([reason("a"), reason("b")], scores).calls
    told = compare(calls, "b", "a")
    assert (told.upper, told.lower) == ("a", "b")
    assert told.terms.rows() == [
        ("chance of leaving", 0.6, 0.8, pytest.approx(0.75)),
        ("MRR against the usual", 2.0, 0.5, pytest.approx(4)),
        ("share a call may save", 0.2, 0.2, pytest.approx(1)),
        ("worth of the call", pytest.approx(0.24), pytest.approx(0.08), pytest.approx(3)),
    ]
    assert told.sentence == (
        "A has 4.0 times the MRR against the usual, though B leads in chance of leaving. "
        "In all a call there is worth 3.0 times as much."
    )


def test_why_a_call_by_hand_or_a_kept_place_goes_before() -> None:
    scores = [score("a", mrr=4000), score("b", mrr=3900), score("e", mrr=100)]
    by_hand = plan([reason("a")], scores, added=[{"account_id": "e", "created_at": utc(1)}]).calls
    assert "A person asked for the call to E" in compare(by_hand, "a", "e").sentence
    rules = CallRules(capacity=2, small_share=0.5)
    kept = plan([reason(name) for name in "abe"], scores, rules=rules).calls
    assert "kept for small accounts; B did not fit" in compare(kept, "b", "e").sentence
    with pytest.raises(ValueError, match="don't both stand"):
        compare(kept, "a", "nobody")
