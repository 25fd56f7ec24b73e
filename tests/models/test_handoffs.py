"""Handoffs by hand: states, times with open ones counted as open, bounces, overlaps, and what is planted."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cache
from typing import Any

import polars as pl
import pytest

from models.demo.company import Company, company
from models.exception_handoffs import STALE_DAYS, handoff_findings
from models.facts import ACCOUNTS, HANDOFFS
from models.findings import HANDOFF_BOUNCED, HANDOFF_DROPPED, HANDOFF_LATE, HANDOFF_OVERLAP
from models.handoff_times import LANES, TIMES, lanes, levels, times
from models.handoff_trouble import bounces, overlaps
from models.handoffs import ACCEPTED, LEFT, PASSED, WAITING, holds, steps
from tests.models.rows import frame

AS_OF = date(2026, 6, 30)


def ago(days: int) -> date:
    return AS_OF - timedelta(days)


def hand(account: str, way: str, handed: int, accepted: int | None = None) -> dict[str, Any]:
    giver, taker = way.split(">")
    return {
        "account_id": account,
        "from_team": giver,
        "to_team": taker,
        "handed_on": ago(handed),
        "accepted_on": None if accepted is None else ago(accepted),
    }


def book(*names: str, **more: dict[str, Any]) -> pl.DataFrame:
    return frame(
        ACCOUNTS, *({"account_id": name, "signed_on": ago(900), **more.get(name, {})} for name in names)
    )


def found(*rows: dict[str, Any], accounts: pl.DataFrame | None = None) -> pl.DataFrame:
    known = book(*sorted({row["account_id"] for row in rows})) if accounts is None else accounts
    return steps(frame(HANDOFFS, *rows), known, AS_OF)


def test_each_handoff_has_one_state_and_its_days() -> None:
    rows = found(
        hand("a", "sales>onboarding", 30, 26),
        hand("b", "sales>onboarding", 19),
        hand("c", "sales>onboarding", 100),
        hand("d", "sales>onboarding", 80),
        hand("d", "onboarding>success", 50, 49),
        hand("e", "sales>onboarding", 10, -3),
        accounts=book("a", "b", "c", "d", "e", c={"churned_on": ago(40)}),
    )
    told = {
        (row["account_id"], row["from_team"]): (row["state"], row["days"])
        for row in rows.iter_rows(named=True)
    }
    assert told == {
        ("a", "sales"): (ACCEPTED, 4.0),
        ("b", "sales"): (WAITING, 19.0),
        ("c", "sales"): (LEFT, 60.0),
        ("d", "sales"): (PASSED, 30.0),
        ("d", "onboarding"): (ACCEPTED, 1.0),
        ("e", "sales"): (WAITING, 10.0),
    }


def test_an_acceptance_dated_before_the_handoff_took_no_time() -> None:
    assert found(hand("a", "sales>onboarding", 5, 9))["days"].to_list() == [0.0]


def test_nothing_after_the_day_is_seen() -> None:
    rows = [hand("a", "sales>onboarding", 30, 26), hand("b", "sales>onboarding", 19, 2)]
    before = AS_OF - timedelta(20)
    whole = steps(frame(HANDOFFS, *rows), book("a", "b"), before)
    cut = steps(frame(HANDOFFS, rows[0]), book("a", "b"), before)
    assert whole.equals(cut)


def test_open_handoffs_are_open_not_zero_and_not_left_out() -> None:
    """Two taken over after 2 and 4 days, two waiting for 3 and 9: S(2) = 3/4, S(4) = 3/4 x 1/2."""
    rows = found(
        hand("a", "sales>onboarding", 30, 28),
        hand("b", "sales>onboarding", 30, 26),
        hand("c", "sales>onboarding", 3),
        hand("d", "sales>onboarding", 9),
    )
    told = times(rows, levels(rows, AS_OF)).row(0, named=True)
    assert (told["handed"], told["accepted"], told["waiting"]) == (4, 2, 2)
    assert told["median"] == 4.0
    assert told["p85"] is None
    # By the usual 7 days: two in time, one over, and the one waiting for 3 days still has time.
    assert (told["judged"], told["in_time"]) == (3, pytest.approx(2 / 3))


def test_a_level_is_chosen_learned_or_usual() -> None:
    many = [hand(f"a{n}", "sales>onboarding", 200, 200 - n) for n in range(1, 21)]
    young = [hand(f"b{n}", "sales>onboarding", 59, 0) for n in range(30)]
    few = [hand("a1", "onboarding>success", 100, 70)]
    rows = found(*many, *young, *few)
    told = {row["step"]: row for row in levels(rows, AS_OF, {"success → support": 3}).iter_rows(named=True)}
    # 0.85 x 19 = 16.15, the next one up is the 18th of 1..20; .99 x 19 = 18.8: the 20th, under 2 x 18.
    assert told["sales → onboarding"] == {
        "step": "sales → onboarding",
        "level": 18.0,
        "dropped_after": 36.0,
        "source": "learned",
        "learned_n": 20,
    }
    assert told["onboarding → success"]["source"] == "usual"
    assert told["onboarding → success"]["level"] == 7.0
    assert (told["success → support"]["level"], told["success → support"]["source"]) == (3.0, "chosen")


def test_no_handoffs_give_empty_tables() -> None:
    none = steps(HANDOFFS.empty(), book("a"), AS_OF)
    assert times(none, levels(none, AS_OF)).equals(TIMES.empty())
    assert lanes(holds(none, book("a"), AS_OF)).equals(LANES.empty())
    assert overlaps(holds(none, book("a"), AS_OF)).is_empty()
    assert handoff_findings(HANDOFFS.empty(), book("a"), AS_OF).is_empty()


def test_lanes_tell_when_accounts_come_how_long_they_stay_and_who_leaves() -> None:
    accounts = book("a", "b", a={"signed_on": ago(100)}, b={"signed_on": ago(60), "churned_on": ago(20)})
    rows = found(
        hand("a", "sales>onboarding", 100, 96),
        hand("a", "onboarding>success", 46, 45),
        hand("b", "sales>onboarding", 58, 50),
        accounts=accounts,
    )
    held = holds(rows, accounts, AS_OF)
    told = {row["team"]: row for row in lanes(held).iter_rows(named=True)}
    assert list(told) == ["sales", "onboarding", "success"]
    assert told["onboarding"]["start"] == pytest.approx((4 + 10) / 2)
    assert (told["onboarding"]["held"], told["onboarding"]["handed_on"], told["onboarding"]["left"]) == (
        2,
        1,
        1,
    )
    # b is watched for 30 days and leaves; a is handed on after 50: the only event, one at risk.
    assert told["onboarding"]["stay"] == 50.0
    assert told["success"]["stay"] is None
    assert told["success"]["there"] == 1


def test_a_bounce_goes_straight_back() -> None:
    rows = found(
        hand("a", "sales>onboarding", 40, 38),
        hand("a", "onboarding>sales", 30, 29),
        hand("b", "sales>onboarding", 40, 38),
        hand("b", "onboarding>success", 30, 29),
        hand("b", "success>sales", 10, 9),
    )
    told = bounces(rows)
    assert told.select("account_id", "from_team", "to_team", "days").rows() == [
        ("a", "sales", "onboarding", 10.0)
    ]


def test_handing_it_over_again_is_no_bounce_and_a_second_return_is() -> None:
    ways = ["sales>onboarding", "onboarding>sales"] * 2
    rows = [hand("a", way, 40 - 5 * n, 39 - 5 * n) for n, way in enumerate(ways)]
    assert bounces(found(*rows[:3])).height == 1
    told = bounces(found(*rows))
    assert told["returned_on"].to_list() == [ago(25), ago(35)]
    assert set(told["from_team"]) == {"sales"}
    assert "It came back 2 times in all" in kinds(*rows)[HANDOFF_BOUNCED]


def test_two_teams_hold_it_at_once_only_while_neither_let_go() -> None:
    rows = found(
        hand("a", "sales>onboarding", 90, 88),
        hand("a", "sales>success", 50, 40),
        hand("b", "sales>onboarding", 90, 88),
        hand("b", "onboarding>success", 50, 40),
        hand("c", "sales>onboarding", 20, 25),
    )
    told = overlaps(holds(rows, book("a", "b", "c"), AS_OF))
    assert told.select("account_id", "team", "other_team", "days", "to_on").rows() == [
        ("a", "onboarding", "success", 40.0, None),
        ("c", "sales", "onboarding", 5.0, ago(20)),
    ]


def kinds(
    *rows: dict[str, Any], accounts: pl.DataFrame | None = None, level: float | None = None
) -> dict[str, str]:
    known = book(*sorted({row["account_id"] for row in rows})) if accounts is None else accounts
    chosen = {"sales → onboarding": level} if level else None
    told = handoff_findings(frame(HANDOFFS, *rows), known, AS_OF, chosen)
    return dict(told.select("kind", "sentence").iter_rows())


@pytest.mark.parametrize(
    ("days", "kind"),
    [(7, None), (8, HANDOFF_LATE), (30, HANDOFF_LATE), (31, HANDOFF_DROPPED), (365, HANDOFF_DROPPED)],
)
def test_waiting_is_late_then_dropped(days: int, kind: str | None) -> None:
    assert list(kinds(hand("a", "sales>onboarding", days))) == ([kind] if kind else [])


def test_what_stands_open_for_more_than_a_year_is_no_news() -> None:
    assert kinds(hand("a", "sales>onboarding", STALE_DAYS + 1)) == {}


def test_a_level_that_people_chose_holds() -> None:
    told = kinds(hand("a", "sales>onboarding", 5), level=2)
    assert told[HANDOFF_LATE] == (
        "Handed from sales to onboarding on 25 Jun 2026 and not taken over within 5 days; "
        "it takes 2 days by the service level. It is late."
    )


def test_customers_who_left_are_in_nobodys_way() -> None:
    accounts = book("a", a={"churned_on": ago(1)})
    assert kinds(hand("a", "sales>onboarding", 20), accounts=accounts) == {}


def test_a_bounce_is_told_for_sixty_days() -> None:
    def back(days: int) -> dict[str, str]:
        return kinds(hand("a", "sales>onboarding", 100, 98), hand("a", "onboarding>sales", days, days))

    assert back(60)[HANDOFF_BOUNCED] == (
        "Sales handed it to onboarding on 22 Mar 2026 and got it back on 1 May 2026, 40 days later."
    )
    assert HANDOFF_BOUNCED not in back(61)


def test_two_teams_are_told_unless_they_always_work_so() -> None:
    both = [hand("a", "sales>onboarding", 90, 88), hand("a", "sales>success", 50, 40)]
    assert "Onboarding and success have both held it since 21 May 2026" in kinds(*both)[HANDOFF_OVERLAP]
    apart = [
        row
        for name in "bcde"
        for row in (hand(name, "sales>onboarding", 90, 88), hand(name, "onboarding>success", 50, 40))
    ]
    told = handoff_findings(frame(HANDOFFS, *both, *apart), book(*"abcde"), AS_OF)
    assert told.select("account_id", "kind").rows() == [("a", HANDOFF_OVERLAP)]
    usual = [
        row
        for name in "bcde"
        for row in (hand(name, "sales>onboarding", 90, 88), hand(name, "sales>success", 50, 40))
    ]
    assert handoff_findings(frame(HANDOFFS, *both, *usual), book(*"abcde"), AS_OF).is_empty()


@cache
def demo() -> Company:
    return company(date(2026, 11, 20), accounts=600, months=12, seed=3)


def test_what_is_planted_is_found() -> None:
    """Planted: a wait of 12 days or more is late or dropped; the others take up to 6, a weekend included."""
    made, day = demo(), date(2026, 11, 20)
    handoffs, accounts = made.facts["handoffs"], made.facts["accounts"]
    waited = (pl.lit(day) - pl.col("handed_on")).dt.total_days()
    there = accounts.filter(pl.col("churned_on").is_null() | (pl.col("churned_on") > day))
    opened = handoffs.filter(pl.col("accepted_on").is_null() & (waited <= STALE_DAYS)).join(
        there, on="account_id", how="semi"
    )
    planted = set(opened.filter(waited >= 12)["account_id"])
    told = handoff_findings(handoffs, accounts, day).filter(
        pl.col("kind").is_in([HANDOFF_LATE, HANDOFF_DROPPED])
    )
    found_ids = set(told["account_id"])
    assert len(planted) >= 10
    assert planted <= found_ids
    assert found_ids <= set(opened.filter(waited > 5)["account_id"])
    evidence = [json.loads(text) for text in told["evidence"]]
    assert all(row["days_waiting"] > row["service_level"] for row in evidence)


def test_bounces_and_overlaps_are_found_where_they_were_planted() -> None:
    made, day = demo(), date(2026, 11, 20)
    handoffs, accounts = made.facts["handoffs"], made.facts["accounts"]
    way = pl.format("{}>{}", "from_team", "to_team")
    told = steps(handoffs, accounts, day)
    returned = handoffs.filter(way == "onboarding>sales")["account_id"]
    assert returned.len() >= 5
    assert set(bounces(told).filter(pl.col("from_team") == "sales")["account_id"]) == set(returned)
    both = handoffs.filter(way == "onboarding>support").join(
        handoffs.filter(way == "success>support"), on="account_id", how="anti"
    )["account_id"]
    assert both.len() >= 3
    assert set(overlaps(holds(told, accounts, day))["account_id"]) == set(both)
    live_both = set(both) & set(accounts.filter(pl.col("churned_on").is_null())["account_id"])
    found = handoff_findings(handoffs, accounts, day)
    assert set(found.filter(pl.col("kind") == HANDOFF_OVERLAP)["account_id"]) <= live_both


def test_dropped_ones_are_called_dropped() -> None:
    told = handoff_findings(demo().facts["handoffs"], demo().facts["accounts"], date(2026, 11, 20))
    days = {
        kind: [json.loads(text)["days_waiting"] for text in told.filter(pl.col("kind") == kind)["evidence"]]
        for kind in (HANDOFF_LATE, HANDOFF_DROPPED)
    }
    assert min(days[HANDOFF_DROPPED]) > 35
    assert max(days[HANDOFF_LATE], default=0) <= 45
