"""The figure of a survey: gaps stay gaps, and the words say what the marks say."""

from __future__ import annotations

from datetime import date

import polars as pl

from components import charts_voice, voice_words
from models.surveys import VOICE, Window
from tests.models.rows import frame

SPANS = [Window(date(2026, month, 1), date(2026, month, 28)) for month in (1, 2, 3, 4)]


def row(span: Window, value: float | None, n: int, verdict: str | None = None) -> dict[str, object]:
    low, high = (None, None) if value is None else (value - 10, value + 10)
    keys = {"kind": "nps", "split": "all", "group": "all", "accounts": n, "invited": 0, "answered": 0}
    return (
        keys
        | {"first": span.first, "last": span.last, "n": n, "value": value}
        | {
            "low": low,
            "high": high,
            "verdict": verdict,
        }
    )


SERIES = frame(
    VOICE, row(SPANS[0], 10.0, 40), row(SPANS[1], 12.0, 41), row(SPANS[2], None, 4), row(SPANS[3], -5.0, 50)
)


def test_no_ribbon_bridges_a_window_without_a_figure() -> None:
    *ribbons, line = charts_voice.trend(SERIES, "nps")["data"]
    assert [len(ribbon["x"]) for ribbon in ribbons] == [4, 2]
    assert ribbons[0]["y"] == [20.0, 22.0, 2.0, 0.0]
    assert line["y"] == [10.0, 12.0, None, -5.0]
    assert line["connectgaps"] is False
    assert len(charts_voice.trend(SERIES.head(0), "nps")["data"]) == 1


def test_words_for_those_who_do_not_see_it() -> None:
    told = charts_voice.trend_alt(SERIES, "nps")
    assert "28 Jan 2026 10 (0 to 20, n = 40)" in told
    assert "Mar" not in told


def one(index: int, **more: object) -> pl.DataFrame:
    return SERIES.slice(index, 1).with_columns(**{name: pl.lit(value) for name, value in more.items()})


def test_the_headline_says_what_became_of_it() -> None:
    spans = (SPANS[0], SPANS[1])
    same = voice_words.headline(one(0), one(1, verdict="no detectable change"), "nps", spans)
    assert same == (
        "**NPS +12** (n = 41, 28 days to 28 Feb 2026; 95 %: +2 to +22): "
        "no detectable change against the 28 days to 28 Jan 2026 (+10, n = 40)."
    )
    moved = voice_words.headline(one(0), one(3, verdict="changed"), "nps", (SPANS[0], SPANS[3]))
    assert "**changed, down**" in moved
    few = voice_words.headline(one(0), one(2), "nps", (SPANS[0], SPANS[2]))
    assert few == "**NPS: 4 answers with a score in the 28 days to 28 Mar 2026.** A figure needs 10."
    first = voice_words.headline(one(2), one(3), "nps", (SPANS[2], SPANS[3]))
    assert "had fewer than 10 answers" in first
    none = voice_words.headline(SERIES.head(0), SERIES.head(0), "nps", spans)
    assert none.startswith("**NPS: 0 answers")


def test_response_in_words() -> None:
    assert "Nobody was invited" in voice_words.response(None)
    assert "3 of 9 invitations" in voice_words.response({"invited": 9, "answered": 3, "rate": None})
    told = voice_words.response(
        {"invited": 40, "answered": 10, "rate": 0.25, "rate_low": 0.14, "rate_high": 0.4}
    )
    assert told == "25 % of 40 invitations were answered within 14 days (95 %: 14 to 40 %)."
