"""An adopted path: what people made of a path that was found, or wrote themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

import polars as pl

Kind = Literal["data", "manual"]
KINDS: dict[Kind, str] = {"data": "seen in usage", "manual": "ticked by a person"}

MOST_PATHS = 5
"""More prescribed paths than this, for one segment, and nobody remembers them."""

MOST_STEPS = 12


@dataclass(frozen=True)
class PathStep:
    """One step: an event that was used on its `nth` different day, or something that a person ticks.

    `position` counts from 1; steps that share one may come in any order. `target_days`: days after the
    start by which it should be done. `who` ticks a manual step. `advice`: what to do when it is missing.
    `content` holds the ids of pieces to send. Days (`median_days` … `gap_p85`) are those of the
    successful when the step was adopted: from the start, and since the position before; null: not known.
    `key` stays the same through all versions, so that ticks stay with a step that is renamed.
    """

    name: str
    position: int
    kind: Kind = "data"
    event: str = ""
    nth: int = 1
    target_days: int | None = None
    who: str = ""
    advice: str = ""
    content: tuple[int, ...] = ()
    median_days: float | None = None
    p85_days: float | None = None
    gap_median: float | None = None
    gap_p85: float | None = None
    prevalence: float | None = None
    key: str = ""


@dataclass(frozen=True)
class HappyPath:
    """A path by its name, what the customer gets from it, whom it is for ("": everybody), and its steps.

    `origin` says where it comes from: the day of the discovery and the path's name there; "" by hand.
    """

    name: str
    steps: tuple[PathStep, ...]
    gives: str = ""
    segment: str = ""
    origin: str = ""


def from_found(paths: pl.DataFrame, steps: pl.DataFrame, path: int, origin: str = "") -> HappyPath:
    """A found path as one that can be adopted; `paths` and `steps` as in `frames.PATHS` and `STEPS`.

    Raises `ValueError` where nothing of this number was found.
    """
    named = paths.filter(pl.col("path") == path)
    if named.is_empty():
        found = ", ".join(str(one) for one in paths["path"]) or "none"
        raise ValueError(f"There is no found path {path}; there are {found}.")
    rows = steps.filter(pl.col("path") == path).sort("position", "median_days", "event", nulls_last=True)
    made = tuple(_step(row) for row in rows.iter_rows(named=True))
    return tidy(HappyPath(str(named["name"][0]), made, origin=origin))


def _step(row: Mapping[str, Any]) -> PathStep:
    days = {name: row[name] for name in ("median_days", "p85_days", "gap_median", "gap_p85", "prevalence")}
    return PathStep(row["label"], row["position"], event=row["event"], nth=row["nth"], **days)


def tidy(path: HappyPath) -> HappyPath:
    """The same without stray spaces, positions counted from 1 without holes, every step with a key.

    >>> two = tidy(HappyPath(" A ", (PathStep("x", 4, event="x"), PathStep("y", 2, event="y"))))
    >>> two.name, [(step.name, step.position, step.key) for step in two.steps]
    ('A', [('y', 1, 'y#1'), ('x', 2, 'x#1')])
    """
    ranks = {at: rank for rank, at in enumerate(sorted({step.position for step in path.steps}), start=1)}
    steps = sorted(path.steps, key=lambda step: step.position)
    keyed: list[PathStep] = []
    for step in steps:
        clean = _clean(step, ranks[step.position])
        keyed.append(replace(clean, key=_key(clean, {one.key for one in keyed})))
    return replace(
        path,
        name=path.name.strip(),
        gives=path.gives.strip(),
        segment=path.segment.strip(),
        steps=tuple(keyed),
    )


def _clean(step: PathStep, position: int) -> PathStep:
    manual = step.kind == "manual"
    return replace(
        step,
        name=step.name.strip(),
        position=position,
        event="" if manual else step.event.strip(),
        nth=1 if manual else step.nth,
        who=step.who.strip() if manual else "",
        advice=step.advice.strip(),
        content=tuple(dict.fromkeys(step.content)),
    )


def _key(step: PathStep, taken: set[str]) -> str:
    if step.kind == "data":
        return f"{step.event}#{step.nth}"
    if step.key and step.key not in taken:
        return step.key
    wanted = f"by hand: {step.name.casefold()}"
    free = (f"{wanted} {n}" if n > 1 else wanted for n in range(1, len(taken) + 2))
    return next(key for key in free if key not in taken)


def troubles(path: HappyPath) -> list[str]:
    """What has to be mended before this can be saved, a sentence each; empty when nothing has.

    >>> troubles(HappyPath("A", (PathStep("Kick-off", 1, "manual"),)))
    ['Say who ticks “Kick-off”.']
    """
    said = [] if path.name.strip() else ["Give the path a name."]
    if not path.steps:
        said.append("A path needs at least one step.")
    if len(path.steps) > MOST_STEPS:
        said.append(f"A path has at most {MOST_STEPS} steps; this one has {len(path.steps)}.")
    for number, step in enumerate(path.steps, start=1):
        said += _step_troubles(step, number)
    seen = [_key(step, set()) for step in path.steps if step.kind == "data" and step.event]
    twice = sorted({key for key in seen if seen.count(key) > 1})
    said += [f"Two steps are the same: {key.replace('#', ', day ')}." for key in twice]
    return said


def _step_troubles(step: PathStep, number: int) -> list[str]:
    called = f"“{step.name.strip()}”" if step.name.strip() else f"step {number}"
    checks = {
        f"Give step {number} a name.": not step.name.strip(),
        f"{called} is of kind {step.kind}; it can be data or manual.": step.kind not in KINDS,
        f"Say who ticks {called}.": step.kind == "manual" and not step.who.strip(),
        f"Say which event makes {called}.": step.kind == "data" and not step.event.strip(),
        f"The day that makes {called} counts from 1.": step.nth < 1,
        f"The target of {called} lies between 1 and 3,650 days.": step.target_days is not None
        and not 1 <= step.target_days <= 3650,
    }
    return [sentence for sentence, wrong in checks.items() if wrong]


def as_body(path: HappyPath) -> str:
    """The path as the JSON that is stored."""
    return json.dumps(asdict(path), ensure_ascii=False)


def from_body(body: str) -> HappyPath:
    """A stored path; fields that this version of Rounds does not know are left out."""
    told = json.loads(body)
    known = {field.name for field in fields(PathStep)}
    steps = tuple(
        PathStep(
            **{
                **{name: value for name, value in one.items() if name in known},
                "content": tuple(one.get("content", ())),
            }
        )
        for one in told.pop("steps")
    )
    own = {field.name for field in fields(HappyPath)}
    return HappyPath(steps=steps, **{name: value for name, value in told.items() if name in own})


def differences(before: HappyPath, after: HappyPath, titles: Mapping[int, str] | None = None) -> list[str]:
    """What changed from one version to another, a sentence each; `titles` names pieces of content by id.

    >>> one = tidy(HappyPath("A", (PathStep("Import", 1, event="i"),)))
    >>> differences(one, replace(one, name="B"))
    ['Name: A → B.']
    """
    heads = {"Name": "name", "What the customer gets": "gives", "Segment": "segment"}
    said = [
        _ended(f"{label}: {getattr(before, name) or 'nothing'} → {getattr(after, name) or 'nothing'}")
        for label, name in heads.items()
        if getattr(before, name) != getattr(after, name)
    ]
    was, now = ({step.key: step for step in path.steps} for path in (before, after))
    said += [f"Step taken out: {step.name}." for key, step in was.items() if key not in now]
    said += [
        f"Step added: {step.name}, {_where(after, step)}." for key, step in now.items() if key not in was
    ]
    kept = [key for key in now if key in was]
    said += _moved(before, after, kept)
    for key in kept:
        said += _step_differences(was[key], now[key], titles or {})
    return said


def _where(path: HappyPath, step: PathStep) -> str:
    last = max((one.position for one in path.steps if one.position < step.position), default=0)
    names = [one.name for one in path.steps if one.position == last]
    return f"after {' and '.join(names)}" if names else "at the beginning"


def _moved(before: HappyPath, after: HappyPath, kept: list[str]) -> list[str]:
    """Says the new order once when steps that stayed stand otherwise to each other."""
    orders = []
    for path in (before, after):
        places = {step.key: step.position for step in path.steps if step.key in kept}
        ranks = {at: rank for rank, at in enumerate(sorted(set(places.values())))}
        orders.append({key: ranks[place] for key, place in places.items()})
    return [] if orders[0] == orders[1] else [f"Order: {in_order(before)} → {in_order(after)}."]


def in_order(path: HappyPath) -> str:
    """The steps' names in their order; those that may come in any order are joined with "and"."""
    positions = sorted({step.position for step in path.steps})
    return ", ".join(" and ".join(s.name for s in path.steps if s.position == at) for at in positions)


def _step_differences(before: PathStep, after: PathStep, titles: Mapping[int, str]) -> list[str]:
    labels = {
        "name": "name",
        "target_days": "target days",
        "who": "who ticks it",
        "advice": "what to do",
        "content": "pieces to send",
    }
    return [
        _ended(f"{before.name}, {label}: {_told(before, name, titles)} → {_told(after, name, titles)}")
        for name, label in labels.items()
        if getattr(before, name) != getattr(after, name)
    ]


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."


def _told(step: PathStep, name: str, titles: Mapping[int, str]) -> str:
    value = getattr(step, name)
    if isinstance(value, tuple):
        return ", ".join(titles.get(piece, f"piece {piece}") for piece in value) or "none"
    return "none" if value in (None, "") else str(value)
