"""Happy paths of learners on a course: found in the earlier runs of each module, tried on the later (OULAD).

Run: python -m benchmarks.oulad_paths --data DIR, with learners.csv and clicks.csv.gz in DIR. An enrolment is
an account, the module its segment, Pass and Distinction are success; withdrawing or failing is not. Open
University Learning Analytics, Kuzilek et al. 2017, CC BY 4.0.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.oulad_scores import SUCCESS, Learners, read, used_by
from models import facts
from models.auc import auc
from models.paths.cases import cases
from models.paths.discovery import discover
from models.paths.finding import Found, find
from models.paths.frames import DEPTHS, Learnable
from models.paths.landmarks import landmarks
from models.paths.scores import scored, tables
from models.paths.selection import depth
from models.paths.validation import shuffled, split_half, tried
from models.paths.watched import GRID, Floats, Watched, watch

END = date(2015, 12, 31)
DAYS = (30, 60, 120)


@dataclass(frozen=True)
class Runs:
    """Everything, and the cases of the first run of each module (`before`) and of the later (`after`)."""

    learnable: Learnable
    occurrences: pl.DataFrame
    account_days: pl.DataFrame
    before: Watched
    after: Watched


def runs(learners: Learners) -> Runs:
    """Cases by run; the run is the middle of an enrolment's name (BBB-2013J-108377)."""
    account_days = used_by(learners, END).account_days
    learnable = cases(learners.accounts, facts.SUBSCRIPTIONS.empty(), account_days, END, SUCCESS)
    occurrences = reached(learners.clicks)
    everyone = watch(learnable.cases, occurrences, account_days)
    run = pl.col("account_id").str.split("-").list.get(1)
    first = learnable.cases.sort("account_id", "ordinal").select(first=run == run.min().over("segment"))[
        "first"
    ]
    early = first.to_numpy()
    return Runs(learnable, occurrences, account_days, everyone.only(early), everyone.only(~early))


def reached(clicks: pl.DataFrame) -> pl.DataFrame:
    """`OCCURRENCES` of clicks by day."""
    nth = pl.col("day").rank("ordinal").over("account_id", "event").cast(pl.Int64)
    days = clicks.select("account_id", "event", "day").unique().with_columns(nth=nth)
    at = pl.col("day").cast(pl.Datetime("us"))
    return days.filter(pl.col("nth").is_in(DEPTHS)).select("account_id", "event", "nth", at=at)


def whole(all_runs: Runs) -> None:
    """What the app would say with all runs known."""
    found = discover(all_runs.learnable, all_runs.occurrences, all_runs.account_days, END)
    print(f"All runs: {found.verdict}")
    for sentence in found.why:
        print(f"  {sentence}")
    for row in found.candidates.filter(pl.col("z").is_not_null()).head(12).iter_rows(named=True):
        print(
            f"  {row['event']:16} {row['nth']:2} by day {row['landmark']:3}  z {row['z']:5.1f}"
            f"  without activity {row['z_adj']:5.1f}  {row['verdict']}"
        )
    for row in found.validation.iter_rows(named=True):
        print(f"  {row['label']}: {row['sentence']}")


def split(all_runs: Runs) -> None:
    """Earlier runs against later runs."""
    before, after = all_runs.before, all_runs.after
    found = find(before)
    print(
        f"\nEarlier runs: {before.size:,} decisions, {before.succeeded.sum():,} successes; "
        f"later: {after.size:,}, {after.succeeded.sum():,}. Horizon day {before.horizon}."
    )
    print(f"  p of the best first use beyond activity: {found.selected.chance:.4f}")
    dealt = shuffled(before, found.selected)
    print(f"  outcomes shuffled: as good in {dealt.as_good} of {dealt.of}")
    print(f"  agreement of two halves of the earlier runs: {split_half(before)}")
    firsts(before, after, found)
    deeper(before, after)
    for day in DAYS:
        comparators(after, found, day)
        told = tried(found, after, day, 0)
        if told:
            print(
                f"    paths: lift {told.lift}, AUC {told.auc_path}, count of milestones {told.auc_count}, "
                f"z {told.z:.1f}, beyond activity {told.adjusted:.1f}; "
                f"covers {told.covered} of {told.won} successes, {told.astray} of {told.lost} others"
            )


def firsts(before: Watched, after: Watched, found: Found) -> None:
    """Each first use that was selected early: its landmark lift early and late."""
    print("  first uses that hold in the earlier runs, with their landmark lift there and in the later:")
    for k in found.selected.milestones.tolist():
        _lifts(before, after, int(found.selected.marks.columns[k]), int(found.selected.marks.day[k]))
    for steps in found.events:
        print("  a path:", ", ".join(before.candidates[column][0] for column in sorted(steps)))


def deeper(before: Watched, after: Watched) -> None:
    """The five clearest depths of use."""
    marks, score, holds = depth(before)
    print(f"  {holds.sum()} deeper uses hold in the earlier runs; the clearest:")
    for k in np.argsort(-np.where(holds, score.z, 0))[:5].tolist():
        _lifts(before, after, int(marks.columns[k]), int(marks.day[k]))


def _lifts(before: Watched, after: Watched, column: int, day: int) -> None:
    event, nth = before.candidates[column]
    told = []
    for part in (before, after):
        rows = np.flatnonzero(part.decided > day)
        done = part.done(rows, np.array([column]), day)
        counts = tables(part.succeeded[rows], done, part.stratum[rows])
        ratio, low, high = (float(bound[0]) for bound in counts.lift)
        adjusted = scored(part, np.array([column]), np.array([day])).adjusted[0]
        told.append(f"{ratio:.2f} [{low:.2f}-{high:.2f}] beyond activity z {adjusted:.1f}")
    print(f"    {event:16} {nth:2} by day {day:3}: {told[0]}; later {told[1]}")


def comparators(after: Watched, found: Found, day: int) -> None:
    """How plain measures rank the later runs at a day."""
    rows = np.flatnonzero(after.decided > day)
    good, account = after.succeeded[rows], after.account[rows]
    firsts_done = after.reached[np.ix_(account, landmarks(after, after.events()).columns)] < day
    at = GRID.index(day)
    ranked: dict[str, Floats] = {
        "plain active days": after.active[account, at].astype(np.float64),
        "plain events": after.used[account, at].astype(np.float64),
        "different events": firsts_done.sum(axis=1).astype(np.float64),
    }
    print(
        f"  day {day}, {len(rows):,} open: "
        + ", ".join(f"{name} AUC {auc(good, score)}" for name, score in ranked.items())
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of learners.csv and clicks.csv.gz")
    all_runs = runs(read(parser.parse_args().data))
    whole(all_runs)
    split(all_runs)


if __name__ == "__main__":
    main()
