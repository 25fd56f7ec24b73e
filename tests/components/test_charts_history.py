from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl

from components import charts_history
from models.timeline import TIMELINE

DAYS = [date(2026, 11, 13), date(2026, 11, 20)]
HISTORY = pl.DataFrame(
    {
        "as_of": DAYS,
        "behaviour": [40.0, 44.0],
        "emotion": [None, 60.0],
        "frequency": [30.0, 50.0],
        "effectiveness": pl.Series([None, None], dtype=pl.Float64),
        "breadth": [50.0, 50.0],
    }
)


def events(*rows: tuple[datetime, str, str]) -> pl.DataFrame:
    made = [{"at": at, "channel": channel, "title": title} for at, channel, title in rows]
    return pl.DataFrame(made, schema=TIMELINE.schema)


def test_draws_what_is_known_and_leaves_gaps() -> None:
    said = events(
        (datetime(2026, 11, 19), "survey", "NPS 3 of 10"),
        (datetime(2026, 11, 18), "meeting", "Meeting: <b>review</b>"),
        (datetime(2026, 11, 21), "ticket", "tomorrow"),
        (datetime(2026, 1, 1), "ticket", "long ago"),
    )

    data = charts_history.figure(HISTORY, said)["data"]

    lines = {trace["name"]: trace["y"] for trace in data if trace["mode"] == "lines+markers"}
    assert lines == {
        "behaviour": [40.0, 44.0],
        "emotion": [None, 60.0],
        "frequency": [30.0, 50.0],
        "breadth": [50.0, 50.0],
    }
    marks = {trace["y"][0]: trace["text"] for trace in data if trace["mode"] == "markers"}
    assert marks == {"survey": ["NPS 3 of 10"], "call": ["Meeting: &lt;b&gt;review&lt;/b&gt;"]}
    assert len({trace["line"]["dash"] for trace in data if "line" in trace}) == 4


def test_lines_break_where_months_passed_without_a_snapshot() -> None:
    days = [date(2026, 3, 1), date(2026, 4, 1), date(2026, 9, 1), date(2026, 9, 8)]
    score = pl.Series([40.0, 50.0, 60.0, 70.0])
    history = pl.DataFrame({"as_of": days, **dict.fromkeys(HISTORY.columns[1:], score)})

    data = charts_history.figure(history, events())["data"]

    assert len(data) == 5
    for trace in data:
        assert trace["y"] == [40.0, 50.0, None, 60.0, 70.0]
        assert [day for day, y in zip(trace["x"], trace["y"], strict=True) if y is not None] == days
    assert "No snapshot from 1 Apr 2026 to 1 Sep 2026." in charts_history.alt(history, events())
    assert "No snapshot" not in charts_history.alt(HISTORY, events())


def test_draws_no_more_than_an_eye_can_tell() -> None:
    many = events(*((datetime(2026, 11, 20) - timedelta(minutes=n), "survey", "x" * 99) for n in range(900)))

    trace = charts_history.figure(HISTORY, many)["data"][-1]

    assert len(trace["x"]) == 200
    assert all(len(text) == 60 for text in trace["text"])


def test_champions_and_releases_have_lanes_and_shapes_of_their_own() -> None:
    said = events(
        (datetime(2026, 11, 19), "champion", "Champion quiet since 19 Nov"),
        (datetime(2026, 11, 18), "release", "Release: Maps"),
        (datetime(2026, 11, 17), "survey", "NPS 3 of 10"),
    )

    marks = [trace for trace in charts_history.figure(HISTORY, said)["data"] if trace["mode"] == "markers"]

    assert {trace["y"][0]: trace["text"][0] for trace in marks} == {
        "survey": "NPS 3 of 10",
        "champion": "Champion quiet since 19 Nov",
        "release": "Release: Maps",
    }
    assert len({trace["marker"]["symbol"] for trace in marks}) == 3


def test_its_words_hold_its_numbers() -> None:
    said = charts_history.alt(HISTORY, events((datetime(2026, 11, 19), "survey", "NPS 3 of 10")))

    assert "2 snapshots, 13 Nov 2026 to 20 Nov 2026" in said
    assert "behaviour from 40 to 44, emotion from – to 60" in said
    assert said.endswith("1 event below.")
