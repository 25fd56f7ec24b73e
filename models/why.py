"""Why one account's scores differ between two snapshots, in words, to the last digit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from models.behaviour import PARTS
from models.snapshot import MOVES

CAUSES = [name for name in MOVES.names if name != "account_id"]
_PART_WORDS = {"frequency": "use", "effectiveness": "value events", "breadth": "suite"}
_TOP = {"nps": 10, "csat": 5, "ces": 7}


@dataclass(frozen=True)
class Cause:
    """One reason of a change: its points, and the numbers behind it."""

    name: str
    points: float
    detail: str = ""


@dataclass(frozen=True)
class Explained:
    """One score on two days; the causes sum to its change (a score that is not there counting as 0)."""

    score: str
    was: float | None
    now: float | None
    causes: tuple[Cause, ...]
    note: str = ""

    @property
    def change(self) -> float | None:
        """Points; None where the score could not be told on one of the days."""
        return None if self.was is None or self.now is None else self.now - self.was

    def sentence(self, since: str) -> str:
        """The change and its causes in whole points that still add up; empty where nothing was ever told.

        >>> Explained("behaviour", 70.0, 58.0, (Cause("suite", -12.0, "9 → 4 events"),)).sentence("13 Nov")
        'Behaviour −12 since 13 Nov: suite −12 (9 → 4 events).'
        """
        name = self.score.capitalize()
        if self.was is None and self.now is None:
            return ""
        if self.now is None:
            why = f": {self.note}" if self.note else ""
            return f"{name} can't be told any more{why}; it was {self.was:.0f} on {since}."
        if self.was is None:
            return f"{name} {self.now:.0f}; it could not be told on {since}."
        whole = apportioned([cause.points for cause in self.causes])
        if not any(whole):
            return f"{name} unchanged since {since}."
        said = [
            f"{cause.name} {signed(points)}" + (f" ({cause.detail})" if cause.detail else "")
            for cause, points in sorted(zip(self.causes, whole, strict=True), key=lambda pair: -abs(pair[1]))
            if points
        ]
        return f"{name} {signed(sum(whole))} since {since}: {', '.join(said)}."


@dataclass(frozen=True, eq=False)
class Why:
    """An account between two days: both scores explained, and the rows behind.

    `parts`: part, own, reference, weights, points, one row a part of behaviour. `answers`: `heard`.
    `weeks`: week_ends, events, active_days, from the four weeks before the first day on, oldest first.
    """

    since: date
    until: date
    behaviour: Explained
    emotion: Explained
    parts: pl.DataFrame
    answers: pl.DataFrame
    weeks: pl.DataFrame

    @property
    def sentences(self) -> list[str]:
        """What is to be said, behaviour first; nothing for a score that was never told."""
        since = day_words(self.since, self.until)
        said = (self.behaviour.sentence(since), self.emotion.sentence(since))
        return [sentence for sentence in said if sentence]


def why(
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    summed: Mapping[str, float],
    answers: pl.DataFrame,
    weeks: pl.DataFrame,
    days: tuple[date, date],
) -> Why:
    """Put an explanation together.

    In: the account's row of `SCORES` in both snapshots (None where it was not in the book), what moved
    between them (`total`), its answers (`heard`), its `WEEKS` in the later one, and the two days.
    """
    was, now = before or {}, after or {}
    return Why(
        *days,
        Explained(
            "behaviour",
            was.get("behaviour"),
            now.get("behaviour"),
            _behaviour(was, now, summed),
            _note(after, now.get("behaviour_note")),
        ),
        Explained(
            "emotion",
            was.get("emotion"),
            now.get("emotion"),
            _emotion(summed, answers, days[1]),
            _note(after, "no answer in a year"),
        ),
        _parts(summed),
        answers,
        _weeks(weeks, *days),
    )


def total(steps: pl.DataFrame, signs: Mapping[int, int]) -> dict[str, float]:
    """Add up one account's steps along the way between two snapshots (`links.way`); zeros without any."""
    sign = pl.col("snapshot_id").replace_strict(dict(signs), default=0, return_dtype=pl.Float64)
    return steps.select((pl.col(CAUSES) * sign).sum()).row(0, named=True)


def heard(
    before: pl.DataFrame, after: pl.DataFrame, responses: pl.DataFrame, contacts: pl.DataFrame
) -> pl.DataFrame:
    """One account's answers in either snapshot, the newest first.

    In: `emotion.ANSWERS` of both, the facts survey_responses and contacts. Out: response_id, on, who, kind,
    score, points_before and points_after (null where the answer did not count), new.
    """
    points = (
        before.select("response_id", points_before="points")
        .join(after.select("response_id", points_after="points"), on="response_id", how="full", coalesce=True)
        .join(responses, on="response_id", how="left")
        .join(contacts.select("contact_id", who="name"), on="contact_id", how="left")
    )
    return points.select(
        "response_id",
        pl.col("responded_at").dt.date().alias("on"),
        "who",
        "kind",
        "score",
        "points_before",
        "points_after",
        new=pl.col("points_before").is_null(),
    ).sort("on", "response_id", descending=True, nulls_last=True)


def apportioned(points: Sequence[float]) -> list[int]:
    """Whole points that sum to the rounded sum, each at most one from its own value.

    >>> apportioned([-8.6, -3.2, -0.4])
    [-9, -3, 0]
    """
    whole = [math.floor(value) for value in points]
    left = round(math.fsum(points)) - sum(whole)
    by_rest = sorted(range(len(points)), key=lambda place: whole[place] - points[place])
    for place in by_rest[:left]:
        whole[place] += 1
    return whole


def signed(points: float) -> str:
    """A number of whole points with its sign.

    >>> signed(-9.2), signed(3), signed(0.2)
    ('−9', '+3', '±0')
    """
    return f"{points:+.0f}".replace("-", "−") if round(points) else "±0"


def day_words(value: date, today: date) -> str:
    """A day, with its year where that is another than today's."""
    return f"{value.day} {value:%b}" if value.year == today.year else f"{value.day} {value:%b %Y}"


def _behaviour(
    was: Mapping[str, Any], now: Mapping[str, Any], summed: Mapping[str, float]
) -> tuple[Cause, ...]:
    own = [_own(part, was, now, summed[f"{part}_own"]) for part in PARTS]
    others = math.fsum(summed[f"{part}_reference"] for part in PARTS)
    weights = math.fsum(summed[f"{part}_weights"] for part in PARTS)
    return (
        *own,
        Cause("the others moved", others),
        Cause("what counts changed", weights),
        Cause("while it could not be told", summed["behaviour_told"]),
    )


def _own(part: str, was: Mapping[str, Any], now: Mapping[str, Any], points: float) -> Cause:
    if part == "effectiveness":
        return Cause(_PART_WORDS[part], points, _step(was, now, "value_events"))
    if part == "breadth":
        return Cause(_PART_WORDS[part], points, _step(was, now, "distinct_events_91", " events"))
    if _agrees(was, now, "active_days_28", points):
        return Cause("active days", points, _step(was, now, "active_days_28", " of 28"))
    if _agrees(was, now, "events_28", points):
        return Cause(_PART_WORDS[part], points, _step(was, now, "events_28", " events in 28 days"))
    return Cause(_PART_WORDS[part], points, "against its own first 90 days")


def _agrees(was: Mapping[str, Any], now: Mapping[str, Any], name: str, points: float) -> bool:
    first, last = was.get(name), now.get(name)
    return first is not None and last is not None and (last - first) * points > 0


def _step(was: Mapping[str, Any], now: Mapping[str, Any], name: str, unit: str = "") -> str:
    first, last = was.get(name), now.get(name)
    return "" if first is None or last is None or first == last else f"{first:,} → {last:,}{unit}"


def _emotion(summed: Mapping[str, float], answers: pl.DataFrame, today: date) -> tuple[Cause, ...]:
    new = answers.filter("new").to_dicts()
    said = [_answer(row, today) for row in new]
    if len(new) == 1:
        who = new[0]["who"] or "somebody"
        came = Cause(f"survey by {who}", summed["emotion_new"], said[0])
    else:
        told = [f"{row['who'] or 'somebody'} {text}" for row, text in zip(new[:3], said[:3], strict=True)]
        more = [f"and {len(new) - 3} more"] if len(new) > 3 else []
        name = f"{len(new)} new answers" if new else "answers that came in"
        came = Cause(name, summed["emotion_new"], "; ".join([*told, *more]))
    return (
        came,
        Cause("older answers fading", summed["emotion_fading"]),
        Cause("what others answered", summed["emotion_company"]),
        Cause("while it could not be told", summed["emotion_told"]),
    )


def _answer(row: Mapping[str, Any], today: date) -> str:
    if row["score"] is None or row["on"] is None:
        return "not imported any more"
    top = _TOP.get(row["kind"], 10)
    return f"{row['kind'].upper()} {row['score']:.0f} of {top} on {day_words(row['on'], today)}"


def _note(after: Mapping[str, Any] | None, reason: str | None) -> str:
    return "it is not in the book" if after is None else reason or ""


def _parts(summed: Mapping[str, float]) -> pl.DataFrame:
    rows = [
        {
            "part": part,
            "own": summed[f"{part}_own"],
            "reference": summed[f"{part}_reference"],
            "weights": summed[f"{part}_weights"],
        }
        for part in PARTS
    ]
    return pl.DataFrame(rows).with_columns(points=pl.sum_horizontal("own", "reference", "weights"))


def _weeks(weeks: pl.DataFrame, since: date, until: date) -> pl.DataFrame:
    """The weeks that the two days look at, ending on the later day's weekday."""
    listed = weeks.select("events", "active_days").explode("events", "active_days")
    back = pl.int_range(pl.len(), dtype=pl.Int64).reverse() * 7
    ends = pl.lit(until) - pl.duration(days=back)
    return listed.select(week_ends=ends, events="events", active_days="active_days").filter(
        pl.col("week_ends") > since - timedelta(days=28)
    )
