"""The paths that hold today: those people adopted, or else those that were found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from models.paths.adopted import HappyPath, from_found
from models.paths.frames import Discovery
from models.paths.progress_frames import PRESCRIBED, REACHED

ADOPTED, FOUND = "adopted", "found"


@dataclass(frozen=True)
class Prescribed:
    """One path in force: `key` names it among all, `source` is adopted or found (and then has no id)."""

    key: str
    path: HappyPath
    source: str = FOUND
    path_id: int | None = None
    version: int | None = None


def adopted_as(path_id: int, version: int, path: HappyPath) -> Prescribed:
    """An adopted path as one that holds."""
    return Prescribed(f"adopted {path_id}", path, ADOPTED, path_id, version)


def in_force(adopted: Sequence[Prescribed], discovery: Discovery | None) -> list[Prescribed]:
    """The adopted paths; the found ones too unless an adopted path is meant for everybody.

    Found paths stand in for whoever has no adopted path yet, as paths for everybody.
    """
    if discovery is None or any(not one.path.segment for one in adopted):
        return list(adopted)
    return [*adopted, *found_as(discovery)]


def found_as(discovery: Discovery) -> list[Prescribed]:
    """The found paths as if they were in force."""
    numbers = discovery.paths["path"].sort().to_list()
    return [
        Prescribed(f"found {number}", from_found(discovery.paths, discovery.steps, number))
        for number in numbers
    ]


def steps_of(paths: Sequence[Prescribed]) -> pl.DataFrame:
    """Every step of these paths, a row each in order; columns of `PRESCRIBED`."""
    rows = [
        {
            "path_key": one.key,
            "path": one.path.name,
            "path_id": one.path_id,
            "version": one.version,
            "source": one.source,
            "segment": one.path.segment,
            "step": step.key,
            "position": step.position,
            "label": step.name,
            **{name: getattr(step, name) for name in _SAME},
        }
        for one in paths
        for step in one.path.steps
    ]
    return PRESCRIBED.check(pl.DataFrame(rows, schema=PRESCRIBED.schema))


_SAME = (
    *("kind", "event", "nth", "target_days", "who", "advice"),
    *("median_days", "p85_days", "gap_median", "gap_p85", "prevalence"),
)


def nths_asked(steps: pl.DataFrame) -> list[int]:
    """Which later days of an event these steps (`PRESCRIBED`) ask for, beside the first."""
    return steps.filter((pl.col("kind") == "data") & (pl.col("nth") > 1))["nth"].unique().sort().to_list()


def reached(event_spans: pl.DataFrame, occurrences: pl.DataFrame | None = None) -> pl.DataFrame:
    """When each account reached what a step can ask for; columns of `REACHED`.

    In: `facts.EVENT_SPANS`, and account_id, event, nth, at for later days (those of `nths_asked`).
    """
    every = [
        event_spans.select(
            "account_id",
            "event",
            nth=pl.lit(1, pl.Int64),
            reached_on=pl.col("first_at").dt.date(),
            last_on=pl.col("last_at").dt.date(),
        )
    ]
    if occurrences is not None and occurrences.height:
        later = occurrences.filter(pl.col("nth") > 1).select("account_id", "event", "nth", "at")
        every.append(
            later.select(
                "account_id", "event", "nth", reached_on=pl.col("at").dt.date(), last_on=pl.lit(None, pl.Date)
            )
        )
    return REACHED.check(pl.concat(every))
