"""One contract for every usage source: the same questions, answered as plain Python does."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from data_access.usage.source import MONTHS, OCCURRENCES, USER_EVENTS, USER_WINDOWS, WINDOW_COUNTS
from models.facts import ACCOUNT_DAYS, EVENT_SPANS, USAGE_EVENTS
from tests.data_access.usage import reference
from tests.data_access.usage.stores import Store, events, moment

AWKWARD = [
    "a",
    "A",
    "ä",
    "b",
    "日本",
    "O'Neil",
    "back\\slash",
    "50%",
    '"q"',
    "x,y",
    "two\nlines",
    "\\.",
    ":p $1",
]
FIRST, LAST = date(2024, 1, 30), date(2024, 3, 2)
EDGES = [
    moment("2024-01-31T23:59:59.999999"),
    moment("2024-02-01"),
    moment("2024-02-29T00:00:00.000001"),
    moment("2024-03-01"),
]

texts = st.sampled_from(AWKWARD) | st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)
times = st.sampled_from(EDGES) | st.datetimes(moment("2024-01-30"), moment("2024-03-02T23:59:59"))
days = st.dates(FIRST - timedelta(1), LAST + timedelta(1))
windows = st.tuples(days, days).map(sorted).map(tuple)
rows = st.tuples(
    st.sampled_from(AWKWARD[:4]) | texts,
    st.sampled_from(["", None, "u1", "u2"]) | texts,
    st.sampled_from(["login", "export"]) | texts,
    times,
    st.integers(-4, 40).map(lambda quarters: quarters / 4),
)
frames = st.lists(rows, max_size=25).map(lambda found: events(*found))

tried = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@tried
@given(frame=frames, window=windows, more=windows, limit=st.integers(1, 10))
def test_every_answer_is_that_of_plain_python(
    store: Store, frame: pl.DataFrame, window: tuple[date, date], more: tuple[date, date], limit: int
) -> None:
    store.clear()
    store.write(frame)
    since, until = window
    source = store.source
    who = sorted(set(frame["account_id"]))[:2]
    assert_frame_equal(source.months().drop("fingerprint"), reference.months(frame))
    assert_frame_equal(source.account_days(since, until), reference.account_days(frame, since, until))
    assert_frame_equal(source.event_spans(None, until), reference.event_spans(frame, None, until))
    assert_frame_equal(source.occurrences([1, 3], until), reference.occurrences(frame, [1, 3], until))
    assert_frame_equal(source.window_counts([window, more]), reference.window_counts(frame, [window, more]))
    assert_frame_equal(source.user_windows([window, more]), reference.user_windows(frame, [window, more]))
    assert_frame_equal(source.user_events(since, until), reference.user_events(frame, since, until))
    assert_frame_equal(
        source.events_of(who, since, until, limit), reference.events_of(frame, who, since, until, limit)
    )


def test_an_empty_store_answers_with_empty_frames(store: Store) -> None:
    source, day = store.source, date(2024, 5, 1)
    assert_frame_equal(source.months(), MONTHS.empty())
    assert_frame_equal(source.account_days(None, day), ACCOUNT_DAYS.empty())
    assert_frame_equal(source.event_spans(day, day), EVENT_SPANS.empty())
    assert_frame_equal(source.occurrences([1], day), OCCURRENCES.empty())
    assert_frame_equal(source.window_counts([(day, day)]), WINDOW_COUNTS.empty())
    assert_frame_equal(source.window_counts([]), WINDOW_COUNTS.empty())
    assert_frame_equal(source.user_windows([(day, day)]), USER_WINDOWS.empty())
    assert_frame_equal(source.user_windows([]), USER_WINDOWS.empty())
    assert_frame_equal(source.user_events(None, day), USER_EVENTS.empty())
    assert_frame_equal(source.events_of(["a"], None, day, 5), USAGE_EVENTS.empty())


def test_a_day_has_its_first_and_its_last_microsecond(store: Store) -> None:
    store.write(
        events(
            ("a", "u", "x", moment("2024-02-28T23:59:59.999999"), 1.0),
            ("a", "u", "x", moment("2024-02-29"), 2.0),
            ("a", "v", "x", moment("2024-02-29T23:59:59.999999"), 4.0),
            ("a", "u", "x", moment("2024-03-01"), 8.0),
        )
    )
    leap = date(2024, 2, 29)
    assert store.source.account_days(leap, leap).rows() == [("a", leap, 2, 6.0, 2)]
    assert store.source.event_spans(leap, leap).rows() == [
        ("a", "x", 2, 6.0, moment("2024-02-29"), moment("2024-02-29T23:59:59.999999"))
    ]


def test_nameless_users_are_not_counted(store: Store) -> None:
    at = moment("2024-02-01T09:00")
    store.write(
        events(
            ("a", None, "x", at, 1.0),
            ("a", "", "x", at, 1.0),
            ("a", "u", "x", at, 1.0),
            ("b", "", "x", at, 1.0),
        )
    )
    assert store.source.account_days(None, date(2024, 2, 1)).rows() == [
        ("a", date(2024, 2, 1), 3, 3.0, 1),
        ("b", date(2024, 2, 1), 1, 1.0, 0),
    ]


def test_occurrences_count_days_not_rows(store: Store) -> None:
    first, again, second = moment("2024-02-01T09:00"), moment("2024-02-01T10:00"), moment("2024-02-07T08:00")
    store.write(events(*(("a", "u", "x", at, 1.0) for at in (first, first, again, second))))
    assert store.source.occurrences([2, 1, 3, 2], date(2024, 2, 7)).rows() == [
        ("a", "x", 1, first),
        ("a", "x", 2, second),
    ]
    assert store.source.occurrences([1, 2], date(2024, 2, 6)).rows() == [("a", "x", 1, first)]


def test_overlapping_windows_count_twice(store: Store) -> None:
    store.write(events(("a", "u", "x", moment("2024-02-05"), 3.0)))
    day, week = (date(2024, 2, 5), date(2024, 2, 5)), (date(2024, 1, 30), date(2024, 2, 5))
    before = (date(2024, 1, 1), date(2024, 2, 4))
    assert store.source.window_counts([day, before, week]).rows() == [
        ("a", "x", 0, 1, 3.0),
        ("a", "x", 2, 1, 3.0),
    ]


def test_the_newest_events_come_first_and_only_those_asked_for(store: Store) -> None:
    at = [moment(f"2024-0{month}-01") for month in (1, 2, 3, 4)]
    store.write(
        events(
            *(("a", "u", "x", moment, 1.0) for moment in at),
            ("b", "u", "x", at[1], 5.0),
            ("c", "u", "x", at[2], 7.0),
        )
    )
    found = store.source.events_of(["a", "b"], date(2024, 1, 2), date(2024, 3, 31), 10)
    assert found.select("account_id", "occurred_at").rows() == [("a", at[2]), ("a", at[1]), ("b", at[1])]
    assert store.source.events_of(["a", "b"], None, date(2024, 4, 1), 1)["occurred_at"].to_list() == [at[3]]
    assert store.source.events_of([], None, date(2024, 4, 1), 5).is_empty()


def test_a_months_fingerprint_changes_with_its_rows_alone(store: Store) -> None:
    january, february = ("a", "u", "x", moment("2024-01-05"), 3.0), ("a", "u", "x", moment("2024-02-05"), 3.0)

    def prints(*found: tuple[str, str, str, datetime, float]) -> list[str]:
        store.clear()
        store.write(events(*found))
        return store.source.months()["fingerprint"].to_list()

    was = prints(january, february)
    now = prints(january, ("a", "u", "x", moment("2024-02-05"), 4.0))
    assert now[1] != was[1]
    assert prints(january, february, ("b", "u", "x", moment("2024-02-06"), 0.0))[1] != was[1]
    assert now[0] == was[0]
