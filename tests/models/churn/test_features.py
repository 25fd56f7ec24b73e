from __future__ import annotations

import math
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from models.churn.event_features import EARLY, OFTEN, REACHED, Grid, common_events, event_features
from models.churn.evidence import Evidence, event_months, from_usage
from models.churn.features import raw_features
from models.churn.observations import OBSERVATIONS, RENEWED, renewed
from models.facts import (
    HANDOFFS,
    INTERACTIONS,
    SUBSCRIPTIONS,
    SURVEY_INVITATIONS,
    SURVEY_RESPONSES,
    USAGE_EVENTS,
)
from tests.models.planted import accounts_frame
from tests.models.rows import frame

SIGNED = date(2025, 1, 1)
AS_OF = date(2025, 12, 1)


def uses(*rows: tuple[str, str, date, int]) -> pl.DataFrame:
    """account, event, day, how many times that day."""
    times = [
        (account, "u", event, datetime.combine(day, datetime.min.time()) + timedelta(hours=9, minutes=n), 1.0)
        for account, event, day, count in rows
        for n in range(count)
    ]
    return pl.DataFrame(times, schema=USAGE_EVENTS.schema, orient="row").sort("occurred_at")


def asked(*accounts: str, on: date = AS_OF) -> pl.DataFrame:
    rows = [(account, on, on + timedelta(days=7), None, "renewal") for account in accounts]
    return pl.DataFrame(rows, schema=OBSERVATIONS.schema, orient="row")


def evidence(usage: pl.DataFrame, *accounts: str, **facts: pl.DataFrame) -> Evidence:
    people = accounts_frame(list(accounts), signed_on=SIGNED)
    return Evidence(people, *from_usage(usage), **facts)


def one(raw: pl.DataFrame, account: str, name: str) -> float:
    return float(raw.filter(pl.col("account_id") == account)[name][0])


def test_use_ratios_by_hand() -> None:
    # 90 first days: 10 events · 56-28 days before: 6 · last 28: 2, the day itself not counted.
    days = [(SIGNED, 10), (AS_OF - timedelta(days=40), 6), (AS_OF - timedelta(days=1), 2), (AS_OF, 50)]
    usage = uses(*(("a", "e", day, n) for day, n in days), ("b", "e", SIGNED, 1))
    raw = raw_features(asked("a"), evidence(usage, "a", "b"), ["e"])
    medians = {}
    for name, mine in {
        "use_28_prior": math.log(3 / 28) - math.log(7 / 28),
        "use_28_91": math.log(3 / 28) - math.log(9 / 91),
        "use_91_prior": math.log(9 / 91) - math.log(1 / 91),
        "own_28": math.log(3 / 28) - math.log(11 / 90),
        "own_91": math.log(9 / 91) - math.log(11 / 90),
    }.items():
        # The book is a and b on the Monday on which AS_OF falls: its median is halfway between the two.
        silent = {
            "own_28": math.log(1 / 28) - math.log(2 / 90),
            "own_91": math.log(1 / 91) - math.log(2 / 90),
        }
        other = silent.get(name, math.log(1 / 28) - math.log(1 / 91) if name == "use_28_91" else 0.0)
        medians[name] = (mine + other) / 2
        assert one(raw, "a", name) == pytest.approx(mine - medians[name], abs=1e-12), name
    assert AS_OF.weekday() == 0
    assert one(raw, "a", "recency") == pytest.approx(0.0)
    assert one(raw, "a", "active_share") == pytest.approx(1 / 28)
    assert one(raw, "a", "rate") == pytest.approx(math.log(3 / 28))
    assert one(raw, "a", "tenure") == pytest.approx(math.log((AS_OF - SIGNED).days))


def test_a_young_account_has_no_ratio_to_its_own_beginning() -> None:
    usage = uses(("a", "e", SIGNED, 3), ("a", "e", SIGNED + timedelta(days=20), 3))
    raw = raw_features(asked("a", on=SIGNED + timedelta(days=21)), evidence(usage, "a"), [])
    assert [one(raw, "a", name) for name in ("own_28", "own_91", "use_28_prior")] == [0.0, 0.0, 0.0]


def test_events_reached_early_and_often() -> None:
    usage = uses(
        ("a", "soon", SIGNED + timedelta(days=59), 1),
        ("a", "late", SIGNED + timedelta(days=60), 2),
        ("a", "late", AS_OF - timedelta(days=3), 4),
        ("a", "after", AS_OF, 9),
        ("b", "soon", SIGNED, 1),
    )
    raw = raw_features(asked("a", "b"), evidence(usage, "a", "b"), ["soon", "late", "after", "never"])
    reached = {event: one(raw, "a", REACHED + event) for event in ("soon", "late", "after", "never")}
    early = {event: one(raw, "a", EARLY + event) for event in ("soon", "late")}
    assert reached == {"soon": 1, "late": 1, "after": 0, "never": 0}
    assert early == {"soon": 1, "late": 0}
    months = (AS_OF - SIGNED).days
    assert one(raw, "a", OFTEN + "late") == pytest.approx(math.log(6.5 / months * 28), abs=1e-6)
    assert one(raw, "a", "breadth") == pytest.approx(math.log(3))
    assert one(raw, "a", "breadth_28") == 1
    assert one(raw, "b", "breadth_28") == 0


def test_recent_breadth_across_months_counts_what_the_days_say() -> None:
    rng = np.random.default_rng(4)
    days = [(f"e{rng.integers(12)}", SIGNED + timedelta(days=int(rng.integers(330)))) for _ in range(400)]
    usage = uses(*(("a", event, day, 1) for event, day in days))
    known = evidence(usage, "a")
    when = [date(2025, 8, day) for day in (1, 2, 15, 28)] + [date(2025, 3, 1)]
    for day in when:
        raw = raw_features(asked("a", on=day), known, [])
        within = {event for event, on in days if day - timedelta(days=28) <= on < day}
        assert one(raw, "a", "breadth_28") == len(within), day
        assert one(raw, "a", "breadth") == pytest.approx(math.log(1 + len({e for e, on in days if on < day})))


def test_answers_and_silence() -> None:
    def answer(account: str, back: int, score: float) -> tuple[object, ...]:
        at = datetime(2025, 12, 1) - timedelta(days=back)
        return f"{account}{back}", account, "c", "nps", score, None, at

    responses = pl.DataFrame(
        [answer("a", 200, 9.0), answer("a", 100, 4.0), answer("a", 0, 10.0), answer("b", 300, 8.0)],
        schema=SURVEY_RESPONSES.schema,
        orient="row",
    )
    sent = [("a", 201), ("a", 101), ("b", 301), ("b", 200), ("b", 60), ("c", 130), ("d", 20)]
    invitations = pl.DataFrame(
        [(account, "c", "nps", datetime(2025, 12, 1) - timedelta(days=back)) for account, back in sent],
        schema=SURVEY_INVITATIONS.schema,
        orient="row",
    )
    people = ("a", "b", "c", "d")
    usage = uses(*((account, "e", SIGNED, 1) for account in people))
    raw = raw_features(
        asked(*people), evidence(usage, *people, responses=responses, invitations=invitations), []
    )
    assert [one(raw, "a", f"said_{part}") for part in ("sum", "n", "last")] == [13, 2, 4]
    assert math.isnan(one(raw, "c", "said_last"))
    assert {account: one(raw, account, "silent") for account in people} == {"a": 0, "b": 1, "c": 1, "d": 0}
    assert {account: one(raw, account, "asked") for account in people} == {"a": 2, "b": 3, "c": 1, "d": 1}


def test_support_calls_and_handoffs_as_they_stood() -> None:
    def contact(n: int, channel: str, direction: str, back: float, reply: float | None) -> tuple[object, ...]:
        opened = datetime(2025, 12, 1) - timedelta(days=back)
        replied = None if reply is None else opened + timedelta(hours=reply)
        return f"i{n}", "a", "c", channel, direction, "s", opened, replied, replied, -0.5

    interactions = pl.DataFrame(
        [
            contact(1, "ticket", "in", 10, 5.0),
            contact(2, "ticket", "in", 2, 24 * 5.0),  # the reply comes after the day: still waiting
            contact(3, "ticket", "in", 200, 1.0),
            contact(4, "call", "out", 30, None),
            contact(5, "meeting", "out", 40, None),
            contact(6, "meeting", "out", 89, None),
            contact(7, "call", "in", 5, None),
        ],
        schema=INTERACTIONS.schema,
        orient="row",
    )
    handoffs = pl.DataFrame(
        [
            ("a", "sales", "onboarding", date(2025, 2, 1), date(2025, 2, 3)),
            ("a", "onboarding", "success", date(2025, 3, 1), None),
            ("a", "success", "support", date(2025, 11, 25), None),
        ],
        schema=HANDOFFS.schema,
        orient="row",
    )
    usage = uses(("a", "e", SIGNED, 1))
    raw = raw_features(asked("a"), evidence(usage, "a", interactions=interactions, handoffs=handoffs), [])
    names = ("tickets", "waiting", "slow", "calls", "meetings", "dropped")
    found = {name: one(raw, "a", name) for name in names}
    assert found == {
        "tickets": pytest.approx(math.log(3)),
        "waiting": pytest.approx(math.log(2)),
        "slow": pytest.approx(math.log(6)),
        "calls": pytest.approx(math.log(2)),
        "meetings": pytest.approx(math.log(3)),
        "dropped": pytest.approx(math.log(2)),
    }


def test_what_was_heard_is_held_against_its_kind_and_fades() -> None:
    """29 answers of 4 and 6 by turns say what is usual; then the account is happy long ago, unhappy now."""
    usual = [("b", 700 - n, 4.0 + 2 * (n % 2)) for n in range(29)]
    rows = [
        (f"r{n}", account, "c", "nps", score, None, datetime(2025, 12, 1) - timedelta(days=back))
        for n, (account, back, score) in enumerate([*usual, ("a", 300, 10.0), ("a", 20, 0.0), ("a", 0, 9.0)])
    ]
    responses = pl.DataFrame(rows, schema=SURVEY_RESPONSES.schema, orient="row")
    raw = raw_features(
        asked("a", "b"), evidence(uses(("a", "e", SIGNED, 1)), "a", "b", responses=responses), []
    )
    scores = [score for _, _, score in usual]
    happy = (10 - np.mean([*scores, 10])) / np.std([*scores, 10])
    unhappy = (0 - np.mean([*scores, 10, 0])) / np.std([*scores, 10, 0])
    # 300 days lie in the fourth quarter back (an eighth), 20 in the first; one answer's weight pulls to 0.
    assert one(raw, "a", "heard") == pytest.approx((happy / 8 + unhappy) / (1 + 1 / 8 + 1), abs=1e-3)
    assert one(raw, "b", "heard") == 0, "the first 29 of a kind say nothing, and older ones count no more"


@pytest.mark.parametrize(
    ("quiet", "expected"),
    [(0, 0.0), (28, math.log(1 / 28) - math.log(5)), (100, math.log(1 / 91) - math.log(5))],
)
def test_a_fall_is_seen_soon_and_still_when_it_is_old(quiet: int, expected: float) -> None:
    """Three that go on alike are the book's median; before the fall, use was 5 a day."""

    def used(account: str, until: int) -> list[tuple[str, str, date, int]]:
        days = (AS_OF - timedelta(days=back) for back in range(334, until, -1))
        return [(account, "e", day, 5) for day in days]

    rows = [*used("a", quiet), *used("b", 0), *used("c", 0), *used("d", 0)]
    raw = raw_features(asked("a"), evidence(uses(*rows), "a", "b", "c", "d"), [])
    assert one(raw, "a", "fell") == pytest.approx(expected, abs=0.02)


def test_renewals_so_far_count_from_the_day_the_next_term_began() -> None:
    usage = uses(("a", "e", SIGNED, 1))
    rows = {"account_id": ["a", "a", "a"], "known_on": [date(2025, 3, 1), date(2025, 9, 1), AS_OF]}
    known = evidence(usage, "a", renewed=pl.DataFrame(rows, schema=RENEWED.schema))
    assert one(raw_features(asked("a"), known, []), "a", "renewed") == pytest.approx(math.log(3))
    terms = [
        (date(2024, 3, 1), date(2025, 3, 1)),
        (date(2025, 3, 1), date(2025, 7, 12)),
        (date(2025, 7, 12), None),
    ]
    paid = frame(
        SUBSCRIPTIONS,
        *({"account_id": "a", "product": "p", "starts_on": a, "ends_on": b, "mrr": 1.0} for a, b in terms),
    )
    found = renewed(accounts_frame(["a"], signed_on=date(2024, 3, 1)), paid)
    assert found["known_on"].to_list() == [date(2025, 3, 1)], "a change in mid-term is no renewal"


def test_months_of_events_are_put_together_from_what_is_kept() -> None:
    usage = uses(("a", "e", date(2025, 1, 31), 2), ("a", "e", date(2025, 2, 1), 3), ("b", "f", SIGNED, 1))
    _, months = from_usage(usage)
    at = pl.col("occurred_at")
    spans = [
        (
            month,
            usage.filter(at.dt.date().dt.month_start() == month)
            .group_by("account_id", "event")
            .agg(events=pl.len().cast(pl.Int64), first_at=at.min(), last_at=at.max()),
        )
        for month in (date(2025, 1, 1), date(2025, 2, 1))
    ]
    assert event_months(spans).sort("account_id", "event", "month").equals(months)
    assert common_events(months, date(2025, 2, 1)) == ["e", "f"]
    assert common_events(months, date(2025, 1, 15)) == ["f"]


def test_an_account_that_is_not_known_is_named() -> None:
    with pytest.raises(ValueError, match="account z .* 1 accounts of the evidence"):
        raw_features(asked("z"), evidence(uses(("a", "e", SIGNED, 1)), "a"), [])


def test_no_usage_at_all_gives_features_nonetheless() -> None:
    raw = raw_features(asked("a"), evidence(uses(), "a"), ["e"])
    assert one(raw, "a", "breadth") == 0
    assert one(raw, "a", "use_28_prior") == 0
    here, numbers = np.array([0]), pl.DataFrame({"account_id": ["a"], "who": [0]})
    nobody = event_features(Grid(from_usage(uses())[1], numbers), here, here, here, ["e"])
    assert nobody[REACHED + "e"].tolist() == [0]
