"""Where accounts stand on their path: by hand, on a planted company, and without looking ahead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.book import BOOK, book
from models.demo.catalogue import PATHS
from models.demo.company import company
from models.facts import EVENT_SPANS, USAGE_EVENTS
from models.paths.adopted import HappyPath, PathStep, tidy
from models.paths.frames import nothing
from models.paths.prescribed import Prescribed, adopted_as, in_force, nths_asked, reached, steps_of
from models.paths.progress import Progress, progress
from models.paths.progress_frames import REACHED, TICKS
from tests.models.rows import frame

SIGNED = date(2026, 1, 1)
AS_OF = SIGNED + timedelta(days=100)
USAGE_FROM = date(2025, 1, 1)


def step(name: str, position: int, median: float, **told: Any) -> PathStep:
    usual = {"gap_median": 10.0, "gap_p85": 20.0, "median_days": median, "p85_days": 2 * median}
    return PathStep(name, position, **{"event": name.lower(), **usual, **told})


ABCD = tidy(HappyPath("Way", tuple(step(name, at, 10.0 * at) for at, name in enumerate("ABCD", start=1))))
OTHER = tidy(HappyPath("Other", (step("X", 1, 5.0), step("B", 2, 15.0), step("Y", 3, 25.0))))


def live(**segments: str) -> pl.DataFrame:
    rows = [
        {"account_id": name, "segment": segment, "signed_on": SIGNED} for name, segment in segments.items()
    ]
    return frame(BOOK, *rows)


def did(account: str, **days: int) -> list[dict[str, Any]]:
    return [
        {
            **{"account_id": account, "event": event.lower(), "nth": 1},
            **{"reached_on": SIGNED + timedelta(days=day), "last_on": SIGNED + timedelta(days=day)},
        }
        for event, day in days.items()
    ]


def stand(rows: list[dict[str, Any]], *paths: HappyPath, as_of: date = AS_OF, **segments: str) -> Progress:
    made = [adopted_as(number, 1, path) for number, path in enumerate(paths or (ABCD,), start=1)]
    book_then = live(**(segments or {"a": ""}))
    return progress(book_then, steps_of(made), frame(REACHED, *rows), TICKS.empty(), as_of, USAGE_FROM)


def one(rows: list[dict[str, Any]], *paths: HappyPath, as_of: date = AS_OF) -> dict[str, Any]:
    return stand(rows, *paths, as_of=as_of).rows.row(0, named=True)


def test_days_on_a_step_count_from_the_step_before() -> None:
    row = one(did("a", A=5, B=85))

    assert (row["step"], row["next"], row["days_on"]) == ("B", "C", 15)
    assert (row["arrived_on"], row["usual_days"], row["slow_days"]) == (SIGNED + timedelta(85), 10.0, 20.0)
    assert (row["done"], row["steps"], row["position"]) == (2, 4, 2)
    assert row["state"] == "behind", "day 100 after signing is past the 60 days of 85 % at C"


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        (did("a", A=5, B=30, C=95), "behind"),
        (did("a", A=5, B=30, C=79), "stuck"),
        (did("a", A=5, B=30, C=80), "behind"),
        (did("a", A=5, B=30, C=40, D=50), "done"),
        (did("a", C=95), "off path"),
        (did("a", D=95), "off path"),
        ([], "not started"),
    ],
)
def test_states(rows: list[dict[str, Any]], state: str) -> None:
    assert one(rows)["state"] == state


def test_stuck_begins_the_day_after_the_slow_days() -> None:
    row = one(did("a", A=5, B=30))
    assert (row["state"], row["stuck_since"]) == ("stuck", SIGNED + timedelta(days=51))
    assert one(did("a", A=5, B=30), as_of=SIGNED + timedelta(days=50))["state"] == "on track"
    assert one(did("a", A=5, B=30), as_of=SIGNED + timedelta(days=51))["state"] == "stuck"


def test_where_few_took_the_step_three_times_the_median_is_slow() -> None:
    rare = tidy(replace(ABCD, steps=(*ABCD.steps[:3], step("D", 4, 40.0, gap_p85=None))))
    row = one(did("a", A=5, B=20, C=60), rare)
    assert (row["slow_days"], row["state"]) == (30.0, "stuck")


def test_a_target_holds_in_place_of_the_usual_days() -> None:
    early = replace(ABCD, steps=(*ABCD.steps[:3], replace(ABCD.steps[3], target_days=99)))
    late = replace(ABCD, steps=(*ABCD.steps[:3], replace(ABCD.steps[3], target_days=100)))
    assert one(did("a", A=5, B=20, C=95), early)["state"] == "behind"
    assert one(did("a", A=5, B=20, C=95), late)["state"] == "on track"


def test_left_out_and_swapped_steps_are_named_and_counted() -> None:
    row = one(did("a", B=5, A=9, D=20))
    assert (row["skipped"], row["swapped"], row["distance"]) == (["C"], ["B before A"], 2)
    assert (row["state"], row["next"], row["days_on"]) == ("done", None, None)
    assert row["sentence"] == "Reached the end, “D” without “C”."


def test_steps_on_one_day_are_not_swapped() -> None:
    assert one(did("a", B=5, A=5))["swapped"] == []


def test_the_fewest_moves_count() -> None:
    row = one(did("a", D=5, A=10, B=15, C=20))
    assert (row["swapped"], row["distance"]) == (["D before A"], 1)


def test_steps_in_any_order_share_a_clock_and_are_never_swapped() -> None:
    free = tidy(HappyPath("List", tuple(step(name, 1, days) for name, days in (("A", 10.0), ("B", 20.0)))))
    row = one(did("a", B=70), free)
    assert (row["next"], row["days_on"], row["swapped"], row["skipped"]) == ("A", 100, [], [])
    assert row["state"] == "stuck"


def test_doing_the_same_again_without_going_on_is_a_loop() -> None:
    rows = did("a", A=5, B=30)
    rows[1]["last_on"] = AS_OF - timedelta(days=28)
    assert one(rows)["looped"] == ["B"]
    rows[1]["last_on"] = AS_OF - timedelta(days=29)
    assert one(rows)["looped"] == []


def test_each_step_has_its_days_and_its_gap() -> None:
    steps = stand(did("a", A=5, C=30)).steps
    assert steps.select("label", "state", "days", "gap_days").rows() == [
        ("A", "done", 5, 5),
        ("B", "skipped", None, None),
        ("C", "done", 30, 25),
        ("D", "current", None, 70),
    ]


def test_the_path_is_told_by_what_was_done_and_left_out() -> None:
    rows = [*did("a", A=5, B=10), *did("b", X=5, B=10), *did("c", B=10, Y=20)]
    placed = stand(rows, ABCD, OTHER, a="", b="", c="", d="").rows
    assert placed.select("account_id", "path").rows() == [
        ("a", "Way"),
        ("b", "Other"),
        ("c", "Other"),
        ("d", None),
    ]
    none = placed.row(3, named=True)
    assert (none["state"], none["days_on"], none["slow_days"], none["steps"]) == ("not started", 100, 20.0, 0)


def test_a_segment_with_paths_of_its_own_stands_on_those() -> None:
    small = replace(OTHER, segment="Small")
    rows = [*did("a", A=5), *did("b", A=5)]
    placed = stand(rows, ABCD, small, a="Small", b="Large").rows
    assert placed.select("path", "state").rows() == [("Other", "not started"), ("Way", "stuck")]
    assert stand(rows, small, a="Small", b="Large").rows["account_id"].to_list() == ["a"]


def test_found_paths_stand_in_until_one_is_adopted_for_everybody() -> None:
    own = adopted_as(1, 1, replace(ABCD, segment="Small"))
    whole = adopted_as(2, 1, ABCD)
    none = nothing("Nothing.")
    assert in_force([own], none) == [own]
    assert in_force([own, whole], none) == [own, whole]
    assert in_force([], None) == []


def test_who_signed_before_usage_is_known_counts_from_then_and_keeps_its_order() -> None:
    made = [Prescribed("found 1", ABCD)]
    known_from = SIGNED + timedelta(days=40)
    rows = frame(REACHED, *did("a", B=41, A=60))
    row = progress(live(a=""), steps_of(made), rows, TICKS.empty(), AS_OF, known_from).rows.row(0, named=True)
    assert (row["watched"], row["swapped"], row["days_since_start"], row["source"]) == (
        False,
        [],
        60,
        "found",
    )
    assert row["arrived_on"] == SIGNED + timedelta(days=60)


def test_ticks_count_and_unticked_steps_are_no_deviation() -> None:
    call = PathStep("Call", 1, "manual", who="CSM")
    path = tidy(
        replace(ABCD, steps=(call, *(replace(one_, position=one_.position + 1) for one_ in ABCD.steps)))
    )
    steps = steps_of([adopted_as(7, 1, path)])
    rows = frame(REACHED, *did("a", A=5, B=90))
    tick = {"tick_id": 1, "path_id": 7, "step": "by hand: call", "account_id": "a"}
    tick |= {"done_on": SIGNED + timedelta(days=2), "ticked_at": datetime(2026, 2, 1), "ticked_by": "eva"}

    with_tick = progress(live(a=""), steps, rows, frame(TICKS, tick), AS_OF, USAGE_FROM).rows.row(
        0, named=True
    )
    without = progress(live(a=""), steps, rows, TICKS.empty(), AS_OF, USAGE_FROM).rows.row(0, named=True)
    other = frame(TICKS, {**tick, "path_id": 8})

    assert (with_tick["done"], with_tick["skipped"], with_tick["distance"]) == (3, [], 0)
    assert (without["done"], without["skipped"], without["distance"]) == (2, ["Call (not ticked)"], 0)
    assert progress(live(a=""), steps, rows, other, AS_OF, USAGE_FROM).rows["done"].to_list() == [2]


def test_a_late_tick_does_not_start_the_clock_of_later_steps_anew() -> None:
    call = PathStep("Call", 1, "manual", who="CSM")
    path = tidy(HappyPath("Way", (call, step("A", 2, 10.0), step("B", 3, 20.0), step("C", 4, 30.0))))
    tick = {"tick_id": 1, "path_id": 1, "step": "by hand: call", "account_id": "a"}
    tick |= {"done_on": SIGNED + timedelta(days=90), "ticked_at": datetime(2026, 5, 1), "ticked_by": "eva"}

    def told(*done: dict[str, Any]) -> tuple[str, int]:
        steps = steps_of([adopted_as(1, 1, path)])
        rows = progress(live(a=""), steps, frame(REACHED, *done), frame(TICKS, tick), AS_OF, USAGE_FROM).rows
        found: tuple[str, int] = rows.select("next", "days_on").row(0)
        return found

    assert told(*did("a", A=5, B=40)) == ("C", 60), "since B, not since the tick"
    assert told() == ("A", 10), "the step after the tick counts from it"


def test_a_tick_after_the_day_counts_only_where_it_is_asked_for() -> None:
    path = tidy(
        HappyPath("Way", (step("A", 1, 10.0), PathStep("Call", 2, "manual", who="CSM"), step("B", 3, 20.0)))
    )
    tick = {"tick_id": 1, "path_id": 1, "step": "by hand: call", "account_id": "a"}
    tick |= {"done_on": AS_OF + timedelta(days=2), "ticked_at": datetime(2026, 5, 1), "ticked_by": "eva"}

    def told(until: date | None) -> dict[str, Any]:
        rows, ticks = frame(REACHED, *did("a", A=5)), frame(TICKS, tick)
        steps = steps_of([adopted_as(1, 1, path)])
        found = progress(live(a=""), steps, rows, ticks, AS_OF, USAGE_FROM, until)
        return found.rows.row(0, named=True)

    assert [told(until)["next"] for until in (None, AS_OF, AS_OF + timedelta(days=1))] == ["Call"] * 3
    later = told(AS_OF + timedelta(days=2))
    assert (later["next"], later["days_on"], later["done"]) == ("B", 0, 2)


def test_nobody_stands_anywhere_without_a_path() -> None:
    nowhere = progress(live(a=""), steps_of([]), REACHED.empty(), TICKS.empty(), AS_OF, USAGE_FROM)
    assert nowhere.rows.is_empty()
    assert nowhere.steps.is_empty()


def test_a_later_day_with_an_event_makes_a_step_too() -> None:
    often = tidy(HappyPath("Often", (step("A", 1, 5.0), step("A again", 2, 15.0, event="a", nth=3))))
    steps = steps_of([adopted_as(1, 1, often)])
    spans = {"account_id": "a", "event": "a", "events": 9, "quantity": 9.0}
    spans |= {"first_at": datetime(2026, 1, 6, 9), "last_at": datetime(2026, 4, 1, 9)}
    third = pl.DataFrame({"account_id": ["a"], "event": ["a"], "nth": [3], "at": [datetime(2026, 3, 1, 8)]})

    assert nths_asked(steps) == [3]
    found = reached(frame(EVENT_SPANS, spans), third)
    row = progress(live(a=""), steps, found, TICKS.empty(), AS_OF, USAGE_FROM).rows.row(0, named=True)
    assert (row["done"], row["state"], row["last_step_on"]) == (2, "done", date(2026, 3, 1))


def spans_until(events: list[tuple[str, str, int]], as_of: date) -> pl.DataFrame:
    """Event spans of (account, event, day) up to a day."""
    at = [
        (name, event, datetime.combine(SIGNED, datetime.min.time()) + timedelta(days=d))
        for name, event, d in events
    ]
    rows = pl.DataFrame(at, schema=["account_id", "event", "at"], orient="row", schema_overrides=_AT)
    known = rows.filter(pl.col("at").dt.date() <= as_of)
    grouped = known.group_by("account_id", "event").agg(
        events=pl.len().cast(pl.Int64),
        quantity=pl.len().cast(pl.Float64),
        first_at=pl.col("at").min(),
        last_at=pl.col("at").max(),
    )
    return EVENT_SPANS.check(grouped.sort("account_id", "event"))


_AT: dict[str, pl.DataType] = {"account_id": pl.String(), "event": pl.String(), "at": pl.Datetime("us")}
_EVENTS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["a", "b", "c", "d", "x", "y"]), st.integers(0, 120)),
    max_size=20,
)
_TICKED = st.dictionaries(st.sampled_from("ab"), st.integers(0, 120), max_size=2)


@settings(max_examples=40, deadline=None)
@given(events=_EVENTS, ticked=_TICKED, day=st.integers(0, 120))
def test_cutting_the_future_changes_nothing(
    events: list[tuple[str, str, int]], ticked: dict[str, int], day: int
) -> None:
    as_of = SIGNED + timedelta(days=day)
    call = PathStep("Call", 2, "manual", who="CSM")
    steps = steps_of(
        [adopted_as(1, 1, tidy(replace(ABCD, steps=(*ABCD.steps, call)))), adopted_as(2, 1, OTHER)]
    )
    rows: list[dict[str, Any]] = [
        {
            **{"tick_id": n, "path_id": 1, "step": "by hand: call", "account_id": name},
            **{"done_on": SIGNED + timedelta(days=on), "ticked_at": datetime(2026, 5, 1), "ticked_by": "eva"},
        }
        for n, (name, on) in enumerate(ticked.items())
    ]
    known = [row for row in rows if row["done_on"] <= as_of]

    def told(until: date, ticks: list[dict[str, Any]]) -> Progress:
        found = reached(spans_until(events, until))
        return progress(live(a="", b=""), steps, found, frame(TICKS, *ticks), as_of, USAGE_FROM)

    cut, whole = told(as_of, known), told(date(2030, 1, 1), rows)
    same = [name for name in cut.rows.columns if name != "looped"]
    assert cut.rows.select(same).equals(whole.rows.select(same)), "first days are the same with a future"
    assert cut.steps.equals(whole.steps)


@settings(max_examples=40, deadline=None)
@given(events=_EVENTS, day=st.integers(0, 120))
def test_steps_add_up(events: list[tuple[str, str, int]], day: int) -> None:
    as_of = SIGNED + timedelta(days=day)
    steps = steps_of([adopted_as(1, 1, ABCD), adopted_as(2, 1, OTHER)])
    found = progress(
        live(a="", b=""), steps, reached(spans_until(events, as_of)), TICKS.empty(), as_of, USAGE_FROM
    )
    counted = found.steps.group_by("account_id").agg(
        did=(pl.col("state") == "done").sum(), gone=(pl.col("state") == "skipped").sum(), every=pl.len()
    )
    joined = found.rows.join(counted, on="account_id")
    assert (joined["did"] == joined["done"]).all()
    assert (joined["every"] == joined["steps"]).all()
    assert (joined["gone"] == joined["skipped"].list.len()).all()
    assert (joined["distance"] >= joined["gone"]).all()
    assert (joined["distance"] <= joined["gone"] + joined["done"]).all()
    no_path = found.rows.filter(pl.col("path").is_null())
    assert (no_path["state"] == "not started").all()
    assert (found.steps["gap_days"].drop_nulls() >= 0).all()


def planted() -> list[Prescribed]:
    paths = []
    for number, (name, planned) in enumerate(PATHS.items(), start=1):
        before = [0, *(day for _, day in planned)]
        steps = tuple(
            step(
                event, at, float(day), event=event, gap_median=float(day - start), gap_p85=2.0 * (day - start)
            )
            for at, ((event, day), start) in enumerate(zip(planned, before, strict=False), start=1)
        )
        paths.append(Prescribed(f"found {number}", tidy(HappyPath(name, steps))))
    return paths


def test_accounts_of_a_planted_company_are_on_the_path_they_follow() -> None:
    day = date(2026, 11, 20)
    made = company(day, 300, 24, seed=3)
    usage = USAGE_EVENTS.check(made.facts["usage_events"])
    spans = usage.group_by("account_id", "event").agg(
        events=pl.len().cast(pl.Int64),
        quantity=pl.col("quantity").sum(),
        first_at=pl.col("occurred_at").min(),
        last_at=pl.col("occurred_at").max(),
    )
    steps = steps_of(planted())
    then = book(made.facts["accounts"], made.facts["subscriptions"], day)
    first = usage["occurred_at"].dt.date().min()
    assert isinstance(first, date)
    placed = progress(then, steps, reached(spans), TICKS.empty(), day, first).rows

    truth = made.truth["accounts"]
    rows = placed.with_columns(truth=pl.Series([truth[name]["path"] for name in placed["account_id"]]))
    on = rows.filter(pl.col("truth").is_not_null() & (pl.col("done") >= 3))
    assert on.height > 120
    assert (on["truth"] == on["path"]).mean() == 1.0
    off = rows.filter(pl.col("truth").is_null() & (pl.col("done") > 0))
    assert (off["state"] == "done").sum() == 0
