"""Quality by hand: each measure of one account, judging what is still open, shares, trends and the tree."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from models import ctq
from models.ctq import MET, MISSED, OPEN, Branch
from models.ctq_measures import MEASURES, VALUES, Given, values
from models.ctq_table import headline, table, told
from models.facts import ACCOUNTS, EVENT_SPANS, HANDOFFS, INTERACTIONS, SURVEY_RESPONSES
from models.snapshot import SCORES
from tests.models.rows import frame

AS_OF = date(2026, 6, 30)
END = datetime.combine(AS_OF + timedelta(1), time())


def ago(hours: float) -> datetime:
    return END - timedelta(hours=hours)


def ticket(
    name: str, opened: float, replied: float | None, closed: float | None = None, **more: Any
) -> dict[str, Any]:
    return {
        "interaction_id": name,
        "account_id": "a",
        "channel": "ticket",
        "direction": "in",
        "opened_at": ago(opened),
        "first_reply_at": None if replied is None else ago(replied),
        "closed_at": None if closed is None else ago(closed),
        **more,
    }


def answer(name: str, kind: str, score: float, hours: float, contact: str = "c") -> dict[str, Any]:
    return {
        "response_id": name,
        "account_id": "a",
        "contact_id": contact,
        "kind": kind,
        "score": score,
        "responded_at": ago(hours),
    }


def measured(
    measure: str,
    *,
    interactions: list[dict[str, Any]] | None = None,
    responses: list[dict[str, Any]] | None = None,
    handoffs: list[dict[str, Any]] | None = None,
    spans: list[dict[str, Any]] | None = None,
    score: dict[str, Any] | None = None,
    value_events: tuple[str, ...] = (),
) -> tuple[float, float | None] | None:
    """low and high of the measure for account a."""
    facts = {
        "accounts": frame(ACCOUNTS, {"account_id": "a", "signed_on": date(2026, 1, 1)}),
        "interactions": frame(INTERACTIONS, *(interactions or [])),
        "survey_responses": frame(SURVEY_RESPONSES, *(responses or [])),
        "handoffs": frame(HANDOFFS, *(handoffs or [])),
    }
    scores = frame(SCORES, {"account_id": "a", "name": "A", "signed_on": date(2026, 1, 1), **(score or {})})
    told = Given(facts, frame(EVENT_SPANS, *(spans or [])), scores, value_events, AS_OF)
    rows = values(told, [MEASURES[measure]]).rows()
    return (rows[0][2], rows[0][3]) if rows else None


def test_the_first_reply_is_a_median_that_an_open_ticket_bounds_from_below() -> None:
    done = [ticket("1", 100, 98), ticket("2", 100, 96)]
    assert measured("first_reply", interactions=done) == (3.0, 3.0)
    # 2, 4 and one waiting for 10 hours: the median is 4 whatever becomes of it.
    assert measured("first_reply", interactions=[*done, ticket("3", 10, None)]) == (4.0, 4.0)
    # 2, 4 and one waiting since an hour: between 2 and 4.
    assert measured("first_reply", interactions=[*done, ticket("3", 1, None)]) == (2.0, 4.0)
    assert measured("first_reply", interactions=[ticket("3", 10, None)]) == (10.0, None)
    assert measured("first_reply", interactions=[ticket("4", 24 * 92, 3)]) is None
    ours = ticket("5", 50, 20, channel="email", direction="out")
    assert measured("first_reply", interactions=[ours]) is None


def test_a_reply_after_the_day_is_not_known_yet() -> None:
    assert measured("first_reply", interactions=[ticket("1", 5, -3)]) == (5.0, None)


def test_days_to_close_count_tickets_only() -> None:
    rows = [ticket("1", 100, 98, 52), ticket("2", 100, 98, 98, channel="chat")]
    assert measured("time_to_close", interactions=rows) == (2.0, 2.0)


def test_first_value_needs_an_account_watched_from_signing() -> None:
    span = {"account_id": "a", "event": "goal", "events": 1, "quantity": 1.0, "last_at": ago(1)}
    reached = {**span, "first_at": datetime(2026, 1, 31)}
    early = {**span, "account_id": "b", "event": "start", "first_at": datetime(2025, 12, 1)}
    assert measured("first_value", spans=[reached, early], value_events=("goal",)) == (30.0, 30.0)
    never = {**reached, "event": "other"}
    assert measured("first_value", spans=[never, early], value_events=("goal",)) == (180.0, None)
    assert measured("first_value", spans=[reached], value_events=("goal",)) is None
    assert measured("first_value", spans=[reached, early]) is None


def test_measures_out_of_the_scores() -> None:
    score = {"active_days_28": 7, "distinct_events_91": 9, "value_events": 2}
    assert measured("active_days", score=score) == (25.0, 25.0)
    assert measured("breadth", score=score) == (9.0, 9.0)
    assert measured("value_reached", score=score) == (2.0, 2.0)
    assert measured("active_days") is None


def test_an_answer_is_each_persons_latest() -> None:
    rows = [answer("1", "nps", 2, 300), answer("2", "nps", 8, 200), answer("3", "nps", 9, 100, "d")]
    old = answer("4", "nps", 0, 24 * 366, "e")
    assert measured("nps", responses=[*rows, old]) == (8.5, 8.5)
    assert measured("csat", responses=rows) is None


def test_an_unhappy_answer_waits_for_a_call() -> None:
    unhappy = [answer("1", "nps", 3, 100), answer("2", "csat", 1, 50)]
    call = {"interaction_id": "k", "account_id": "a", "channel": "call", "direction": "out"}
    both = [{**call, "opened_at": ago(40)}]
    assert measured("unhappy_called", responses=unhappy, interactions=both) == (60.0, 60.0)
    between = [{**call, "opened_at": ago(90)}]
    assert measured("unhappy_called", responses=unhappy, interactions=between) == (50.0, None)
    mail = [{**call, "channel": "email", "opened_at": ago(40)}]
    assert measured("unhappy_called", responses=unhappy, interactions=mail) == (100.0, None)
    assert measured("unhappy_called", responses=[answer("1", "nps", 9, 10)]) is None


def test_the_longest_wait_between_teams_counts() -> None:
    def hand(to: str, days: int, taken: int | None) -> dict[str, Any]:
        accepted = None if taken is None else AS_OF - timedelta(taken)
        handed = AS_OF - timedelta(days)
        return {
            "account_id": "a",
            "from_team": "sales",
            "to_team": to,
            "handed_on": handed,
            "accepted_on": accepted,
        }

    assert measured("handed_over", handoffs=[hand("x", 40, 37), hand("y", 20, 12)]) == (8.0, 8.0)
    assert measured("handed_over", handoffs=[hand("x", 40, 37), hand("y", 5, None)]) == (5.0, None)
    assert measured("handed_over", handoffs=[hand("x", 400, 300)]) is None


def test_days_since_we_spoke() -> None:
    call = {"interaction_id": "k", "account_id": "a", "channel": "call", "opened_at": ago(24 * 10.5)}
    assert measured("last_spoken", interactions=[call]) == (10.0, 10.0)
    other = {**call, "account_id": "b"}
    assert measured("last_spoken", interactions=[other]) == (180.0, 180.0)
    assert measured("last_spoken") is None


def rows_of(measure: str, *pairs: tuple[float, float | None]) -> pl.DataFrame:
    return frame(
        VALUES,
        *(
            {"account_id": f"a{n:03}", "measure": measure, "low": low, "high": high}
            for n, (low, high) in enumerate(pairs)
        ),
    )


def test_what_is_open_is_judged_only_when_it_can_not_turn_any_more() -> None:
    at_most = rows_of("first_reply", (5, 5), (5, None), (30, None), (30, 30), (24, 24))
    found = dict(ctq.judged(at_most, "first_reply", 24).select("account_id", "verdict").iter_rows())
    assert [found[f"a00{n}"] for n in range(5)] == [MET, OPEN, MISSED, MISSED, MET]
    at_least = rows_of("nps", (7, 7), (6.5, 6.5), (7, None), (3, None))
    found = dict(ctq.judged(at_least, "nps", 7).select("account_id", "verdict").iter_rows())
    assert [found[f"a00{n}"] for n in range(4)] == [MET, MISSED, MET, OPEN]


def test_the_furthest_from_the_target_comes_first() -> None:
    found = ctq.judged(rows_of("nps", (6, 6), (2, 2), (9, 9)), "nps", 7)
    assert found["gap"].to_list() == [5.0, 1.0, 0.0]


@given(st.integers(0, 200), st.integers(0, 200))
def test_the_interval_is_wilsons(met: int, missed: int) -> None:
    found = ctq.share(
        pl.DataFrame({"verdict": [MET] * met + [MISSED] * missed}, schema={"verdict": pl.String})
    )
    if not met + missed:
        assert (found.n, found.share) == (0, None)
        return
    known = binomtest(met, met + missed).proportion_ci(method="wilson")
    assert found.low == pytest.approx(known.low, abs=1e-6)
    assert found.high == pytest.approx(known.high, abs=1e-6)


def test_the_trend_compares_accounts_judged_both_times() -> None:
    then = ctq.judged(rows_of("nps", *[(5, 5)] * 8, *[(9, 9)] * 2, (3, None)), "nps", 7)
    now = ctq.judged(rows_of("nps", *[(9, 9)] * 8, (5, 5), (9, 9), (9, 9), (9, 9)), "nps", 7)
    found = ctq.change(now, then)
    assert (found.n, found.gained, found.lost) == (10, 8, 1)
    assert found.p == pytest.approx(binomtest(8, 9).pvalue)
    assert found.words == "more than before"
    assert ctq.change(then, now).words == "fewer than before"
    assert ctq.change(now, now).words == "no detectable change"
    assert ctq.change(now, then.clear()).words == "nothing to compare with"


def test_a_proposal_holds_only_what_ten_accounts_can_tell() -> None:
    some = pl.concat([rows_of("nps", *[(9, 9)] * 10), rows_of("csat", *[(4, 4)] * 9)])
    (only,) = ctq.proposed(some)
    assert (only.measure, only.target, only.by) == ("nps", 7, "")
    assert ctq.proposed(VALUES.empty()) == ()


TREE = (Branch("I am heard", "They like us", "nps", 7, "eva", "2026-01-01T09:00"), Branch("Help", "Soon"))


def test_only_what_is_new_gets_a_new_writer() -> None:
    changed = (*TREE[:1], Branch("Help", "Soon", "first_reply", 8))
    written = ctq.signed(changed, TREE, "ben", datetime(2026, 2, 2, 10))
    assert [one.by for one in written] == ["eva", "ben"]
    assert written[1].at == "2026-02-02T10:00"
    assert ctq.from_body(ctq.as_body(written)) == written
    assert ctq.difference(TREE, written) == [
        "with: Help → Soon → Hours to our first reply (median, 91 days) at most 8 hours",
        "without: Help → Soon → not measured",
    ]


@pytest.mark.parametrize(
    ("branch", "said"),
    [
        (Branch("", "d"), "lacks its need"),
        (Branch("n", "d", "nope", 1), "no measure nope"),
        (Branch("n", "d", "nps"), "without a target"),
        (Branch("n", "d", "nps", float("nan")), "without a target"),
    ],
)
def test_what_has_to_be_mended(branch: Branch, said: str) -> None:
    assert said in " ".join(ctq.troubles([branch]))
    assert ctq.troubles(TREE) == []
    assert "same need" in ctq.troubles([*TREE, *TREE])[0]


def test_the_table_and_the_headline_say_the_same() -> None:
    now = pl.concat([rows_of("nps", *[(9, 9)] * 6, *[(2, 2)] * 4), rows_of("csat", *[(5, 5)] * 10)])
    branches = (Branch("a", "b", "nps", 7), Branch("a", "c", "csat", 4), Branch("a", "d"))
    rows = table(branches, now, None).to_dicts()
    assert [row["share"] for row in rows] == [0.6, 1.0, None]
    assert (rows[0]["n"], rows[0]["missing"], rows[0]["trend"]) == (10, 4, "no earlier snapshot keeps it")
    assert rows[2]["measure"] == "not measured"
    assert headline(told(branches, now)) == (
        "a → b → NPS answer, 0 to 10 (mean, a year) at least 7 points: 60 % of 10 accounts meet it "
        "(95 %: 31 to 83)"
    )
    assert headline(told(branches[2:], now)) == ""
    assert table(branches, now, now).row(0, named=True)["share_before"] == 0.6
