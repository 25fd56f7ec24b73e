"""Happy paths in words: who is stuck, what was found and how well it holds, each step with its days."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from components import words
from models.paths.adopted import HappyPath, PathStep
from models.paths.frames import Discovery
from models.paths.picture import Picture
from models.paths.progress_frames import STATES as STATES
from models.paths.progress_frames import STUCK
from models.shares import percent

MOST_TOLD = 3

VERDICTS = {
    "paths": "The successful follow {n}.",
    "checklist": "It matters what customers do, not in which order: {n}.",
    "intensity": "No path was found in this data: how much customers use it matters, not what they do first.",
    "none": "No path was found in this data.",
}
"""What discovery came to, in a sentence."""


def stuck_sentence(placed: pl.DataFrame, whose: str, book: int) -> str:
    """How many are stuck and the first three, with their step; Markdown.

    In: `models.paths.picture.STANDING` in its order, as the filters let it through; `whose` "your" or
    "the"; `book` all live accounts.
    """
    stuck = placed.filter(pl.col("state") == STUCK)
    of = f"{whose} {words.count(book, 'account')}"
    if placed.height < book:
        of = f"these {words.count(placed.height, 'account')} ({book:,} in the book)"
    if stuck.is_empty():
        return f"**None of {of} is stuck on its path.**"
    is_are = "is" if stuck.height == 1 else "are"
    first, *others = [_waits(row) for row in stuck.head(MOST_TOLD).iter_rows(named=True)]
    then = f" Then {'; '.join(others)}." if others else ""
    fresh = stuck.filter(~pl.col("stale")).height
    lately = f"; {fresh:,} got stuck in the last three months" if 0 < fresh < stuck.height else ""
    return f"**{stuck.height:,} of {of} {is_are} stuck on a step{lately}.** Call first: {first}.{then}"


def _waits(row: dict[str, object]) -> str:
    usual = row["usual"]
    needed = f" (half of the successful needed {usual:.0f} or less)" if isinstance(usual, float) else ""
    days = row["days"]
    for_days = words.count(days, "day") if isinstance(days, int) else "some time"
    return f"**{words.plain(row['name'])}**, {for_days} before “{words.plain(row['next'])}”{needed}"


def legend(shown: Picture) -> str:
    """How to read the picture, and how many have a row of their own."""
    counted = shown.accounts - shown.named
    rest = (
        f" {shown.named:,} of {words.count(shown.accounts, 'account')} with a row of their own, those who "
        f"got stuck in the last months first; the other {counted:,} are counted by the step they are on."
        if counted
        else ""
    )
    return (
        "A row is an account, a column a step. ✓: done; a strong cell: the step it waits for, and how long. "
        f"Stuck: on its step for longer than 85 % of the successful were.{rest} Click anything to list it."
    )


def verdict(found: Discovery) -> str:
    """What discovery came to, in one sentence.

    >>> from models.paths.frames import nothing
    >>> verdict(nothing("Too few."))
    'No path was found in this data.'
    """
    noun = "checklist" if found.verdict == "checklist" else "path"
    return VERDICTS[found.verdict].format(n=words.count(found.paths.height, noun))


def counts_line(found: Discovery) -> str:
    """What discovery learned from: decisions, successes and failures, and what was left out."""
    told = [f"{n:,} {words.plain(name)}" for name, n in found.counts.items() if n]
    return f"Learned from: {', '.join(told)}." if told else ""


def found_words(row: dict[str, object], successes: int | None = None) -> str:
    """A found path (a row of `frames.PATHS`) in a sentence: support, lift with its interval, order."""
    of = f" of {successes:,}" if successes else ""
    parts = [f"{row['support']:,}{of} successful accounts are nearest to it ({_percent(row['coverage'])})."]
    if row["lift"] is not None:
        parts.append(
            f"Who had done 60 % of it by day {row['landmark']} succeeded {times(row)} as often as the others."
        )
    parts.append(words.plain(row["why"]))
    return " ".join(parts)


def times(row: dict[str, object]) -> str:
    """A lift with its 95 % interval: "1.4 times [1.2–1.7]"; a dash where it can't be told.

    >>> times({"lift": 1.4, "lift_low": 1.2, "lift_high": 1.7}), times({"lift": None})
    ('1.4 times [1.2–1.7]', '–')
    """
    lift, low, high = row.get("lift"), row.get("lift_low"), row.get("lift_high")
    if not isinstance(lift, float):
        return "–"
    within = f" [{low:.1f}–{high:.1f}]" if isinstance(low, float) and isinstance(high, float) else ""
    return f"{lift:.1f} times{within}"


def steps_table(path: HappyPath, found: pl.DataFrame) -> str:
    """The steps of a path as a table in Markdown, with what is known of each.

    `found` is `frames.STEPS` of the discovery: the found path that shares most steps tells n and lift.
    """
    known = _known(path, found)
    heads = ["Step", "Median day", "85 % by", "n", "All do it", "Lift", "Target"]
    lines = [f"| {' | '.join(heads)} |", "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for at, together in _levels(path):
        for step in together:
            row = known.get((step.event, step.nth), {})
            mark = f"{at}." if step is together[0] else "and"
            day = "" if step.nth == 1 else f", on {step.nth} days"
            by = f" *(ticked by {words.plain(step.who)})*" if step.kind == "manual" else day
            cells = [
                f"{mark} **{words.plain(step.name)}**{by}",
                words.whole(step.median_days),
                words.whole(step.p85_days),
                f"{row['n']:,}" if row else "–",
                _percent(row.get("base_rate")),
                times(row),
                f"day {step.target_days}" if step.target_days else "–",
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def prescriptions(path: HappyPath, pieces: dict[int, str]) -> list[str]:
    """What to do and send for each step where somebody wrote it; Markdown lines.

    `pieces` is content by id, in Markdown already.
    """
    lines = []
    for step in path.steps:
        parts = [words.plain(step.advice)] if step.advice else []
        parts += [f"Send {pieces[piece]}" for piece in step.content if piece in pieces]
        if parts:
            lines.append(f"- **{words.plain(step.name)}**: {' '.join(parts)}")
    return lines


def unknown(path: HappyPath, events: Collection[str]) -> list[str]:
    """What can't be told of a path's steps, and what to do about it; Markdown, a sentence each.

    `events`: those on record; none: not known. A step that no success ever took has no days.
    """
    seen = [step for step in path.steps if step.kind == "data"]
    strange = [step for step in seen if events and step.event not in events]
    paceless = [step for step in seen if step not in strange and step.gap_median is None]
    said = [
        f"“{words.plain(step.event)}” is not among the events on record: check how it is written, or nobody "
        f"gets past “{words.plain(step.name)}”."
        for step in strange
    ]
    if paceless:
        names = ", ".join(f"“{words.plain(step.name)}”" for step in paceless)
        said.append(
            f"How long the successful took is not known for {names}: nobody counts as stuck there. "
            "With a target day, who is past it counts as behind."
        )
    return said


def _known(path: HappyPath, found: pl.DataFrame) -> dict[tuple[str, int], dict[str, object]]:
    """What discovery knows of each step, by event and day, from the found path nearest to this one."""
    mine = {(step.event, step.nth) for step in path.steps if step.kind == "data"}
    by_path: dict[int, dict[tuple[str, int], dict[str, object]]] = {}
    for row in found.iter_rows(named=True):
        if (row["event"], row["nth"]) in mine:
            by_path.setdefault(row["path"], {})[row["event"], row["nth"]] = row
    return max(by_path.values(), key=len, default={})


def _levels(path: HappyPath) -> list[tuple[int, list[PathStep]]]:
    positions = sorted({step.position for step in path.steps})
    return [(at, [step for step in path.steps if step.position == at]) for at in positions]


def _percent(share: object) -> str:
    return percent(share if isinstance(share, float) else None)
