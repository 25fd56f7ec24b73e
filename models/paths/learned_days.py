"""Days of the successful for steps that people wrote: what a found step brings with it, learned here."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from models.contracts import Column, Contract
from models.facts import DAY, TEXT, WHOLE
from models.paths.adopted import HappyPath
from models.paths.describing import days_of
from models.paths.progress_frames import PRESCRIBED
from models.paths.watched import NEVER, Ints

MOST = 2000
"""So many successes, the newest, tell how long a step takes."""

FEWEST = 20
"""A segment with fewer successes is told by all of them."""

WINNERS = Contract(
    "path_winners",
    (
        Column("account_id", TEXT, required=True),
        Column("segment", TEXT),
        Column("until", WHOLE, required=True, doc="days from signing to the success"),
        Column("signed_on", DAY, required=True),
        Column("event", TEXT, required=True, doc="used before the success; empty: the account itself"),
        Column("nth", WHOLE, required=True, doc="on so many different days"),
        Column("day", WHOLE, required=True, doc="days from signing to the nth day of it, 0 or more"),
    ),
    key=("account_id", "event", "nth"),
)


def winners(decided: pl.DataFrame, event_spans: pl.DataFrame, usage_from: date | None) -> pl.DataFrame:
    """When the newest successes had first used what, from their signing on; columns of `WINNERS` (nth 1).

    In: `decisions.DECISIONS`, `facts.EVENT_SPANS`. Who signed before usage begins is left out: when they
    began can't be told.
    """
    seen = pl.col("signed_on") >= pl.lit(usage_from, DAY)
    good = decided.filter(pl.col("succeeded"), seen, pl.col("decided_on") > pl.col("signed_on"))
    chosen = good.sort("decided_on", "account_id", descending=[True, False]).head(MOST)
    about = chosen.select(
        "account_id",
        "segment",
        "signed_on",
        until=(pl.col("decided_on") - pl.col("signed_on")).dt.total_days(),
    )
    themselves = about.with_columns(event=pl.lit(""), nth=pl.lit(1, pl.Int64), day=pl.lit(0, pl.Int64))
    firsts = event_spans.select("account_id", "event", nth=pl.lit(1, pl.Int64), at="first_at")
    return with_uses(themselves.select(WINNERS.names), firsts)


def with_uses(known: pl.DataFrame, uses: pl.DataFrame) -> pl.DataFrame:
    """`WINNERS` with further uses: account_id, event, nth (different days with it), at.

    Uses of other accounts, and those after the success, are left out.
    """
    about = known.filter(pl.col("event") == "").select("account_id", "segment", "until", "signed_on")
    since = (pl.col("at").dt.date() - pl.col("signed_on")).dt.total_days().clip(0)
    used = uses.join(about, on="account_id").with_columns(day=since)
    before = used.filter(pl.col("day") < pl.col("until")).select(WINNERS.names)
    return WINNERS.check(pl.concat([known, before]).sort(*WINNERS.key))


def with_days(steps: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Steps (`PRESCRIBED`) with the days of the successful (`WINNERS`) where they had none.

    A step waits for the data steps of earlier positions; those who
    skipped one tell nothing of it. Of a path for one segment its own successes tell, where there are 20.
    Median and 85 % of those who ever do it, by Kaplan-Meier, as for found steps.
    """
    wanted = (pl.col("kind") == "data") & pl.col("gap_p85").is_null()
    if known.is_empty() or steps.filter(wanted).is_empty():
        return steps
    learned = [row for _, path in steps.group_by("path_key") for row in _learned(path, _for(path, known))]
    told = pl.DataFrame(
        learned, schema={name: PRESCRIBED.schema[name] for name in ("path_key", "step", *_DAYS)}
    )
    joined = steps.join(told, on=["path_key", "step"], how="left", suffix="_new", maintain_order="left")
    filled = [pl.when(wanted).then(f"{name}_new").otherwise(name).alias(name) for name in _DAYS]
    return PRESCRIBED.check(joined.with_columns(filled).select(PRESCRIBED.names))


_DAYS = ("median_days", "p85_days", "gap_median", "gap_p85", "prevalence")
_TOLD = ("path_key", "step", *_DAYS)


def as_learned(path: HappyPath, steps: pl.DataFrame) -> HappyPath:
    """A path with the days that its steps (`PRESCRIBED`, of this path alone) have by now."""
    days = {row["step"]: {name: row[name] for name in _DAYS} for row in steps.iter_rows(named=True)}
    return replace(path, steps=tuple(replace(step, **days.get(step.key, {})) for step in path.steps))


def _for(path: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    own = known.filter(pl.col("segment") == path["segment"][0])
    return own if own["account_id"].n_unique() >= FEWEST else known


def _learned(path: pl.DataFrame, known: pl.DataFrame) -> list[dict[str, Any]]:
    """The days of every data step of one path."""
    about = known.filter(pl.col("event") == "").sort("account_id")
    until, who = about["until"].to_numpy(), about.select("account_id")
    since, open_to = np.zeros(len(until), dtype=np.int64), np.ones(len(until), dtype=bool)
    told: list[dict[str, Any]] = []
    steps = path.filter(pl.col("kind") == "data").sort("position")
    for _, level in steps.group_by("position", maintain_order=True):
        days = [_reached(known, who, *use) for use in level.select("event", "nth").iter_rows()]
        for step, day in zip(level["step"], days, strict=True):
            took = open_to & (day >= since) & (until > since)
            told.append(
                {
                    "path_key": path["path_key"][0],
                    "step": step,
                    "prevalence": float((day < until).mean()),
                    **days_of("median_days", "p85_days", day, until),
                    **days_of("gap_median", "gap_p85", (day - since)[took], (until - since)[took]),
                }
            )
        latest = np.max(days, axis=0)
        open_to, since = (
            open_to & (latest < until),
            np.where(latest < until, np.maximum(since, latest), since),
        )
    return told


def _reached(known: pl.DataFrame, who: pl.DataFrame, event: str, nth: int) -> Ints:
    used = known.filter(pl.col("event") == event, pl.col("nth") == nth).select("account_id", "day")
    found: Ints = (
        who.join(used, on="account_id", how="left", maintain_order="left")["day"].fill_null(NEVER).to_numpy()
    )
    return found
