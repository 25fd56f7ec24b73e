"""Surveys: known figures, groups, windows, verdicts, response rates and who does not answer."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from models import facts
from models.answers import answers, asked, once, unanswering
from models.bounded import CHANGED, NO_CHANGE, TOO_FEW
from models.nps import nps, verdict
from models.surveys import KINDS, VOICE, Window, voice, windows
from tests.models.rows import frame

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12)
CSMS = frame(facts.CSMS, {"csm_id": "m1", "name": "Ada"})
BEFORE, NOW = windows(DAY, 90, 2)


def account(name: str, **more: object) -> dict[str, object]:
    return {"account_id": name, "segment": "S", "csm_id": "m1", "signed_on": date(2025, 1, 1)} | more


def answer(name: str, score: float | None, ago: int, **more: object) -> dict[str, object]:
    row = {"account_id": name, "contact_id": f"{name}-c", "kind": "nps", "score": score}
    at = {"responded_at": NOON - timedelta(days=ago), "response_id": f"{name}-{score}-{ago}-{sorted(more)}"}
    return row | at | more


def sent(name: str, ago: int, **more: object) -> dict[str, object]:
    return (
        {"account_id": name, "contact_id": f"{name}-c", "kind": "nps"}
        | more
        | {"sent_at": NOON - timedelta(days=ago, hours=2)}
    )


def book(rows: list[dict[str, object]], **segments: str) -> pl.DataFrame:
    names = sorted({str(row["account_id"]) for row in rows})
    return frame(facts.ACCOUNTS, *(account(name, segment=segments.get(name, "S")) for name in names))


def figures(
    rows: list[dict[str, object]],
    invited: list[dict[str, object]] | None = None,
    segments: dict[str, str] | None = None,
) -> pl.DataFrame:
    responses = frame(facts.SURVEY_RESPONSES, *rows)
    invitations = frame(facts.SURVEY_INVITATIONS, *(invited or []))
    contacts = frame(facts.CONTACTS)
    accounts = book([*rows, *(invited or [])], **(segments or {}))
    told = answers(responses, accounts, contacts, CSMS, DAY)
    out = asked(invitations, responses, accounts, contacts, CSMS, DAY)
    return voice(told, out, (BEFORE, NOW))


def one(found: pl.DataFrame, split: str = "all", group: str = "all", kind: str = "nps") -> dict[str, Any]:
    """The row of the later window."""
    return found.filter(kind=kind, split=split, group=group, last=DAY).row(0, named=True)


def many(scores: list[float], ago: int, prefix: str = "a") -> list[dict[str, object]]:
    return [answer(f"{prefix}{number:03}", score, ago) for number, score in enumerate(scores)]


def test_nps_is_that_of_nps() -> None:
    scores = [10.0] * 20 + [7.0] * 9 + [2.0] * 8
    repeated = [answer(f"a{number:03}", 3.0, 20) for number in range(12)]
    rows = many(scores, 5) + repeated
    row = one(figures(rows))
    own = nps([*scores, *[3.0] * 12], [str(answer["account_id"]) for answer in rows])
    assert (row["n"], row["accounts"]) == (49, 37)
    assert (row["value"], row["low"], row["high"]) == pytest.approx((own.nps, own.low, own.high))


def test_csat_and_ces_are_shares_and_means() -> None:
    csat = [row | {"kind": "csat"} for row in many([5, 5, 4, 4, 4, 3, 2, 1, 5, 4, 5, 5], 3)]
    ces = [row | {"kind": "ces"} for row in many([7, 7, 6, 5, 5, 4, 3, 2, 1, 5], 3)]
    found = figures(csat + ces)
    satisfied, easy = one(found, kind="csat"), one(found, kind="ces")
    assert satisfied["value"] == pytest.approx(75)
    assert satisfied["mean"] == pytest.approx(47 / 12)
    assert easy["value"] == pytest.approx(60)
    assert easy["mean"] == pytest.approx(4.5)
    for row in (satisfied, easy):
        assert row["low"] < row["value"] < row["high"]
        assert row["mean_low"] < row["mean"] < row["mean_high"]


@pytest.mark.parametrize("n", [1, 9])
def test_under_ten_answers_there_is_n_and_nothing_else(n: int) -> None:
    row = one(figures(many([9.0] * n, 3)))
    assert row["n"] == n
    assert {row[name] for name in ("value", "low", "high", "mean", "mean_low", "mean_high")} == {None}
    assert row["verdict"] == TOO_FEW


def test_windows_end_on_the_day_and_never_overlap() -> None:
    spans = windows(DAY, 30, 12)
    assert (len(spans), spans[-1]) == (12, Window(date(2026, 10, 22), DAY))
    assert all(left.last + timedelta(days=1) == right.first for left, right in pairwise(spans))
    with pytest.raises(ValueError, match="share days"):
        voice(answers_none(), asked_none(), (NOW, Window(NOW.last, NOW.last)))


def answers_none() -> pl.DataFrame:
    return answers(frame(facts.SURVEY_RESPONSES), frame(facts.ACCOUNTS), frame(facts.CONTACTS), CSMS, DAY)


def asked_none() -> pl.DataFrame:
    nothing = frame(facts.SURVEY_INVITATIONS), frame(facts.SURVEY_RESPONSES)
    return asked(*nothing, frame(facts.ACCOUNTS), frame(facts.CONTACTS), CSMS, DAY)


def test_nothing_at_all_is_no_rows() -> None:
    found = voice(answers_none(), asked_none(), (BEFORE, NOW))
    assert found.is_empty()
    assert found.columns == list(VOICE.names)


def test_an_answer_belongs_to_the_window_of_its_day() -> None:
    rows = many([9.0] * 10, 89) + many([1.0] * 10, 90)
    found = figures(rows)
    assert one(found)["value"] == 100
    assert found.filter(split="all", last=BEFORE.last)["value"].to_list() == [-100]


def test_verdicts_are_those_of_nps_and_change_is_said() -> None:
    fall = figures(many([10.0] * 40 + [1.0] * 10, 100) + many([10.0] * 10 + [1.0] * 40, 10, "b"))
    assert one(fall)["verdict"] == CHANGED
    left, right = [10.0] * 27 + [0.0] * 23, [10.0] * 29 + [0.0] * 21
    same = figures(many(left, 100) + many(right, 10, "b"))
    assert one(same)["verdict"] == verdict(nps(left), nps(right)) == NO_CHANGE


def test_a_groups_verdict_pays_for_the_number_of_groups() -> None:
    """Twelve groups of which one moved a little: alone that is a change, among twelve it is not."""
    left, right = [10.0] * 24 + [0.0] * 16, [10.0] * 15 + [0.0] * 25
    assert verdict(nps(left), nps(right)) == CHANGED
    assert verdict(nps(left), nps(right), 12) == NO_CHANGE
    rows: list[dict[str, object]] = []
    segments: dict[str, str] = {}
    for group in range(12):
        then, now = many(left, 100, f"g{group}-"), many(right if group == 0 else left, 10, f"h{group}-")
        rows += then + now
        segments |= {str(row["account_id"]): f"seg{group}" for row in then + now}
    found = figures(rows, segments=segments)
    assert one(found, "segment", "seg0")["verdict"] == NO_CHANGE
    alone = [row for row in rows if segments[str(row["account_id"])] == "seg0"]
    assert one(figures(alone, segments=segments), "segment", "seg0")["verdict"] == CHANGED


def test_at_most_one_in_twenty_splits_calls_anything_changed() -> None:
    rng = np.random.default_rng(8)
    called = 0
    for _ in range(30):
        rows: list[dict[str, object]] = []
        segments: dict[str, str] = {}
        for group in range(6):
            for ago, side in ((100, "x"), (10, "y")):
                scores = rng.choice([10.0, 8.0, 3.0], 30, p=[0.5, 0.3, 0.2]).tolist()
                made = many(scores, ago, f"{group}{side}")
                rows += made
                segments |= {str(row["account_id"]): f"s{group}" for row in made}
        found = figures(rows, segments=segments).filter(split="segment", last=DAY)
        called += bool((found["verdict"] == CHANGED).any())
    assert called / 30 <= 0.1, "5 % are meant; 30 companies tell no closer"


def test_every_split_has_everybody_once() -> None:
    rows = many([9.0, 3.0, 10.0, 8.0] * 10, 5)
    segments = {f"a{number:03}": f"s{number % 3}" for number in range(40)}
    found = figures(rows, segments=segments).filter(last=DAY)
    assert found.group_by("split").agg(pl.col("n").sum())["n"].unique().to_list() == [40]
    assert set(found.filter(split="segment")["group"]) == {"s0", "s1", "s2"}
    assert set(found.filter(split="csm")["group"]) == {"Ada"}
    assert set(found.filter(split="tenure")["group"]) == {"1 to 2 years"}
    assert set(found.filter(split="channel")["group"]) == {"not known"}


def test_tenure_is_that_of_the_day_of_the_answer() -> None:
    accounts = frame(facts.ACCOUNTS, account("a", signed_on=date(2025, 11, 1)), account("b", signed_on=None))
    told = frame(facts.SURVEY_RESPONSES, answer("a", 9, 1), answer("a", 8, 330), answer("b", 8, 1))
    found = answers(told, accounts, frame(facts.CONTACTS), CSMS, DAY)
    assert dict(found.select("response_id", "tenure").iter_rows()) == {
        "a-9-1-[]": "1 to 2 years",
        "a-8-330-[]": "under 3 months",
        "b-8-1-[]": "not known",
    }


def test_the_same_answer_from_two_sources_is_one() -> None:
    rows = [*many([9.0] * 10, 5), answer("a000", 9.0, 5, response_id="elsewhere")]
    assert one(figures(rows))["n"] == 10
    others = [
        answer("a000", 8.0, 5),
        answer("a000", 9.0, 6),
        answer("a000", 9.0, 5, contact_id="else"),
    ]
    assert one(figures(rows + others))["n"] == 13
    unnamed = [answer("a", 9.0, 5, contact_id="", response_id=name) for name in "xy"]
    assert once(frame(facts.SURVEY_RESPONSES, *unnamed)).height == 2


def test_response_rate_counts_only_invitations_that_had_their_days() -> None:
    invited = [sent(f"a{n:03}", 20) for n in range(12)] + [sent(f"b{n:03}", 5) for n in range(12)]
    late = answer("a011", 9, 3)
    rows = [answer(f"a{n:03}", 9, 18) for n in range(4)] + [answer("b000", 9, 4), late]
    row = one(figures(rows, invited))
    assert (row["invited"], row["answered"], row["rate"]) == (12, 4, pytest.approx(4 / 12))
    assert row["rate_low"] < row["rate"] < row["rate_high"]


def test_an_answer_belongs_to_the_last_invitation_before_it() -> None:
    invited = [sent("a", 30), sent("a", 25), sent("a", 80), sent("a", 25, kind="csat"), sent("b", 25)]
    rows = [answer("a", None, 24)]
    found = asked(
        frame(facts.SURVEY_INVITATIONS, *invited),
        frame(facts.SURVEY_RESPONSES, *rows),
        book(invited),
        frame(facts.CONTACTS),
        CSMS,
        DAY,
    )
    done = found.filter("answered").select("account_id", "kind", "day").rows()
    assert done == [("a", "nps", DAY - timedelta(days=25))]


@pytest.mark.parametrize(("theirs", "ours"), [("", "c"), ("c", ""), ("", "")])
def test_unnamed_people_are_matched_by_account(theirs: str, ours: str) -> None:
    invited, rows = [sent("a", 20, contact_id=ours)], [answer("a", 9, 19, contact_id=theirs)]
    found = asked(
        frame(facts.SURVEY_INVITATIONS, *invited),
        frame(facts.SURVEY_RESPONSES, *rows),
        book(rows),
        frame(facts.CONTACTS),
        CSMS,
        DAY,
    )
    assert found["answered"].to_list() == [True]


def test_who_does_not_answer() -> None:
    invited = [sent("never", ago) for ago in (20, 40, 60)]
    invited += [sent("same day", 20, contact_id=f"c{n}") for n in range(5)]
    invited += [sent("fresh", ago) for ago in (1, 40, 60)]
    invited += [sent("spoke", ago) for ago in (20, 40, 60, 80)]
    invited += [sent("spoke long ago", ago) for ago in (20, 40, 60, 300)]
    rows = [answer("spoke", None, 50), answer("spoke long ago", 4, 200)]
    names = pl.DataFrame({"account_id": ["never", "same day", "fresh", "spoke", "spoke long ago"]})
    found = unanswering(
        frame(facts.SURVEY_INVITATIONS, *invited), frame(facts.SURVEY_RESPONSES, *rows), names, DAY
    )
    assert found.rows() == [
        ("never", 3, DAY - timedelta(days=20), None),
        ("spoke long ago", 3, DAY - timedelta(days=20), DAY - timedelta(days=200)),
    ]
    left = unanswering(
        frame(facts.SURVEY_INVITATIONS, *invited), frame(facts.SURVEY_RESPONSES), names.head(0), DAY
    )
    assert left.height == 0


@settings(max_examples=8, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10), st.integers(-30, 200), st.integers(0, 15)), max_size=60))
def test_nothing_after_the_day_counts(drawn: list[tuple[int, int, int]]) -> None:
    rows = [
        answer(f"a{who:03}", score, ago, response_id=str(index))
        for index, (score, ago, who) in enumerate(drawn)
    ]
    kept = [row for row, (_, ago, _) in zip(rows, drawn, strict=True) if ago >= 0]
    if not kept:
        assert figures(rows).is_empty() if rows else True
        return
    assert_frame_equal(figures(rows), figures(kept))


def test_kinds_that_are_not_known_are_left_out() -> None:
    rows = [row | {"kind": "mood"} for row in many([9.0] * 12, 5)]
    assert figures(rows).is_empty()
    assert "mood" not in KINDS
