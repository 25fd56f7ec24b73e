"""Exceptions on the way to success: stalled on a step, off the path, never begun."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from models.findings import DEVIATED, FINDINGS, NEVER_STARTED, STALLED, count_words, finding_rows
from models.paths.progress_frames import NOT_STARTED, OFF_PATH, STUCK
from models.paths.progress_words import quoted
from models.prescriptions import prescription

STALE_DAYS = 90
"""What has stood for longer is how this account is, not news: the page shows it, no rule fires."""

SHARE = 0.05
"""At most this share of the accounts with a path is found by each rule, the most severe first."""

FEWEST_MOVED = 2
DUE_DAYS = 14


def path_findings(progress: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Find accounts in trouble on their path. In: `PROGRESS`. Out: `FINDINGS`, by kind and account.

    *Stalled*: on its step for longer than 85 % of the successful. *Deviated*: left out more of its path
    than it did, or left out or swapped two steps and more without reaching the end; the last step of it
    counts as the day. *Never started*: no step of any path done, although 85 % of the successful had done
    their first. Each only for 90 days, and for a twentieth of the accounts. No path, no finding.
    """
    most = max(1, int(progress.height * SHARE))
    rules = (_stalled, _deviated, _never_started)
    return FINDINGS.check(pl.concat([rule(progress, as_of, most) for rule in rules]))


def _stalled(progress: pl.DataFrame, as_of: date, most: int) -> pl.DataFrame:
    over = pl.col("days_on") / pl.col("slow_days")
    found = progress.filter(pl.col("state") == STUCK).with_columns(
        since="stuck_since",
        severity=0.2 + 0.4 * (1 - pl.col("done") / pl.col("steps")) + 0.2 * (over - 1).clip(0, 2),
        sentence=pl.format("Stuck before “{}” on “{}”. {}", "next", "path", "sentence"),
    )
    return _as_findings(_newest(found, as_of, most), STALLED)


def _deviated(progress: pl.DataFrame, as_of: date, most: int) -> pl.DataFrame:
    on_the_way = pl.col("next").is_not_null() & (pl.col("distance") >= FEWEST_MOVED)
    off = (pl.col("state") == OFF_PATH) | on_the_way
    swapped = pl.format("It did {}.", pl.col("swapped").list.join(", "))
    turned = pl.when(pl.col("swapped").list.len() > 0).then(swapped)
    left = pl.when(pl.col("skipped").list.len() > 0).then(
        pl.format("It left out {}.", quoted(pl.col("skipped")))
    )
    words = pl.concat_str(left, turned, separator=" ", ignore_nulls=True)
    moved = count_words(pl.col("distance"), "step")
    found = progress.filter(off & pl.col("watched") & (pl.col("state") != STUCK)).with_columns(
        since="last_step_on",
        severity=0.2 + 0.6 * pl.col("distance") / pl.col("steps"),
        sentence=pl.format("Off “{}” by {}. {}", "path", moved, words),
    )
    return _as_findings(_newest(found, as_of, most), DEVIATED)


def _never_started(progress: pl.DataFrame, as_of: date, most: int) -> pl.DataFrame:
    begins = pl.col("arrived_on") + pl.duration(days=pl.col("slow_days").floor() + 1)
    over = pl.col("days_on") / pl.col("slow_days")
    late = pl.col("watched") & (pl.col("days_on") > pl.col("slow_days"))
    found = progress.filter((pl.col("state") == NOT_STARTED) & late).with_columns(
        since=begins.cast(pl.Date), severity=0.4 + 0.2 * (over - 1).clip(0, 2)
    )
    return _as_findings(_newest(found, as_of, most), NEVER_STARTED)


def _newest(found: pl.DataFrame, as_of: date, most: int) -> pl.DataFrame:
    fresh = found.filter(pl.col("since") >= as_of - timedelta(days=STALE_DAYS))
    return fresh.sort("severity", "account_id", descending=[True, False]).head(most)


def _as_findings(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    """The rows as findings; what people wrote about the missing step comes before the general advice."""
    evidence = [
        *("path", "source", "done", "steps", "step", "next", "days_on", "usual_days", "slow_days"),
        *("arrived_on", "skipped", "swapped", "looped"),
    ]
    due = pl.col("since") + timedelta(days=DUE_DAYS)
    rows = rows.with_columns(pl.col("skipped", "swapped", "looped").list.join(", "))
    told = finding_rows(rows, kind, prescription(kind), evidence, due_on=due)
    advice = rows.select("account_id", own=pl.col("advice").replace("", None))
    joined = told.join(advice, on="account_id", how="left", maintain_order="left")
    own = pl.concat_str("own", "prescription", separator=" ", ignore_nulls=True)
    return FINDINGS.check(joined.with_columns(prescription=own))
