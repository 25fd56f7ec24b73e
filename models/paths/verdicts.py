"""What became of every candidate, and what validation says: frames with a sentence a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from models.auc import Estimate
from models.paths.describing import label_of
from models.paths.finding import Found
from models.paths.frames import CANDIDATES, VALIDATION
from models.paths.landmarks import Landmarks
from models.paths.scores import Scored
from models.paths.selection import CLEAR as CLEAR_OF_ACTIVITY
from models.paths.validation import Later, Shuffled
from models.paths.watched import Flags, Watched
from models.shares import percent

Row = dict[str, Any]
Deep = tuple[Watched, Landmarks, Scored, Flags]


def candidates(
    watched: Watched, found: Found, deep: Deep | None, labels: Mapping[str, str], accepted: bool
) -> pl.DataFrame:
    """`CANDIDATES`: first uses, and deeper ones where they were looked at; the clearest first."""
    rows = list(_firsts(watched, found, labels, accepted))
    if deep is not None:
        rows += _depths(*deep)
    frame = pl.DataFrame(rows, schema=CANDIDATES.schema)
    order = ["z", "event", "nth"]
    return CANDIDATES.check(frame.sort(*order, descending=[True, False, False], nulls_last=True))


def _firsts(watched: Watched, found: Found, labels: Mapping[str, str], accepted: bool) -> Iterator[Row]:
    selected = found.selected
    steps = set().union(*found.events) if accepted else set()
    for k, column in enumerate(selected.marks.columns.tolist()):
        row = _row(watched, selected.marks, selected.found, k)
        twin = int(selected.twin[k])
        if column in steps:
            added = " Weaker by itself; it goes with the other steps." if selected.added[k] else ""
            verdict, why = "step", f"Those who did it by day {row['landmark']} succeeded more often.{added}"
        elif twin >= 0:
            name = label_of(watched.candidates[twin][0], labels)
            verdict, why = "duplicate", f"The same accounts did {name} within a day of it."
        elif barred := selected.marks.barred[k]:
            verdict, why = barred, _barred(barred, row, watched.horizon)
        elif selected.chosen[k]:
            verdict, why = "left out", _left_out(accepted)
        else:
            verdict, why = "no difference", _no_difference(row)
        yield {**row, "verdict": verdict, "why": why}


def _left_out(accepted: bool) -> str:
    if accepted:
        return "It goes with success by itself, but not together with the steps of any path."
    return "It goes with success by itself, but no path held up."


def _barred(barred: str, row: Row, horizon: int) -> str:
    if barred == "everyone":
        return f"Nearly everybody does it by day {horizon}, so it tells nobody apart."
    if barred == "too late":
        return f"Most of those who do it do so after day {horizon}, too late to look at before the decision."
    return f"Only {row['reached']:,} of {row['n']:,} had done it by day {row['landmark']}."


def _no_difference(row: Row) -> str:
    if row["z"] > CLEAR_OF_ACTIVITY >= row["z_adj"]:
        return "Those who did it are simply more active; once that is taken out, no difference is left."
    if row["z"] < -CLEAR_OF_ACTIVITY:
        return f"Those who did it by day {row['landmark']} succeeded less often."
    return f"Those who did it by day {row['landmark']} did not succeed more often than chance explains."


def _depths(watched: Watched, marks: Landmarks, found: Scored, holds: Flags) -> Iterator[Row]:
    for k in range(len(marks.columns)):
        row = _row(watched, marks, found, k)
        if barred := marks.barred[k]:
            verdict, why = barred, _barred(barred, row, watched.horizon)
        elif holds[k]:
            verdict = "intensity"
            why = f"Those who had it on {row['nth']} days by day {row['landmark']} succeeded more often."
        else:
            verdict, why = "no difference", _no_difference({**row, "z_adj": row["z"]})
        yield {**row, "verdict": verdict, "why": why}


def _row(watched: Watched, marks: Landmarks, found: Scored, k: int) -> Row:
    event, nth = watched.candidates[int(marks.columns[k])]
    there, reached, tested = int(marks.open[k]), int(marks.reached[k]), not marks.barred[k]
    return {
        "event": event,
        "nth": nth,
        "landmark": int(marks.day[k]),
        "n": there,
        "reached": reached,
        "prevalence": reached / there if there else None,
        "z": float(found.z[k]) if tested else None,
        "z_adj": float(found.adjusted[k]) if tested else None,
        "p": float(found.p[k]) if tested else None,
    }


def validation(
    found: Found, tried: Later | None, dealt: Shuffled, halves: float | None, decisions: int
) -> pl.DataFrame:
    """`VALIDATION`: time split beside a count and plain activity, shuffled outcomes, halves, coverage."""
    rows = [] if tried is None else list(_later(tried))
    if dealt.of:
        rows.append(_shuffled(dealt, decisions))
    if found.paths:
        rows.append(_halves(halves, decisions))
    return VALIDATION.check(pl.DataFrame(rows, schema=VALIDATION.schema))


def day_of(day: int) -> date:
    """A date from days since 1970."""
    return date(1970, 1, 1) + timedelta(days=day)


def _later(tried: Later) -> Iterator[Row]:
    split = f"{day_of(tried.split):%-d %B %Y}"
    told = f"Paths learned from decisions up to {split}, tried on the {tried.n:,} after it (day {tried.day}):"
    lift = tried.lift.value
    much = "not enough successes to tell" if lift is None else f"{lift:.2f} times as likely to succeed"
    yield _measure(
        "later_lift",
        "Lift on later decisions",
        tried.lift,
        tried.n,
        f"{told} those at least 60 % along their path were {much}.",
    )
    named = (
        ("auc_path", "Ranking by the path", tried.auc_path, "how far along their path they are"),
        ("auc_count", "Ranking by a plain count", tried.auc_count, "how many milestones they have done"),
        ("auc_active", "Ranking by plain activity", tried.auc_active, "how many days they were active"),
    )
    for measure, label, value, by in named:
        says = f"{told} sorted by {by}, a success stands above a failure in {_share(value)} of pairs."
        yield _measure(measure, label, value, tried.n, says)
    covered = _wilson(tried.covered, tried.won)
    yield _measure(
        "coverage",
        "Coverage of later successes",
        covered,
        tried.won,
        f"{tried.covered:,} of {tried.won:,} later successes were at least 60 % along a path by their "
        f"decision, and {tried.astray:,} of {tried.lost:,} failures.",
    )


def _shuffled(dealt: Shuffled, decisions: int) -> Row:
    says = (
        f"With outcomes shuffled, the best step looked as good as the real one in {dealt.as_good:,} of "
        f"{dealt.of:,} tries."
    )
    share = _wilson(dealt.as_good, dealt.of)
    return _measure("shuffled", "Shuffled outcomes", share, decisions, says)


def _halves(halves: float | None, decisions: int) -> Row:
    value = Estimate(halves, None, None)
    says = "Two halves of the accounts, searched apart, share "
    says += "no path." if not halves else f"{percent(halves)} of the steps of their paths."
    return _measure("split_half", "Agreement of two halves", value, decisions, says)


def _measure(measure: str, label: str, value: Estimate, n: int, sentence: str) -> Row:
    return {
        "measure": measure,
        "label": label,
        "value": value.value,
        "low": value.low,
        "high": value.high,
        "n": n,
        "sentence": sentence,
    }


def _share(value: Estimate) -> str:
    return "an unknown share" if value.value is None else percent(value.value)


def _wilson(hits: int, of: int) -> Estimate:
    """A share with Wilson's 95 % interval; unknown of nothing."""
    if not of:
        return Estimate(None, None, None)
    z, share = 1.959964, hits / of
    centre = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * float(np.sqrt(share * (1 - share) / of + z * z / (4 * of * of))) / (1 + z * z / of)
    return Estimate(share, max(centre - half, 0.0), min(centre + half, 1.0))
