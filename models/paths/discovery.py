"""The search for happy paths: what holds up is a path, what does not is said not to be one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
from scipy.special import ndtr

from models.paths.cases import UNDECIDED
from models.paths.describing import described
from models.paths.finding import FEWEST_FAILURES, FEWEST_SUCCESSES, Found, find
from models.paths.frames import Discovery, Learnable, Verdict, nothing
from models.paths.scores import activity, centred
from models.paths.selection import STRICT, depth
from models.paths.validation import Later, later, shuffled, split_half
from models.paths.validation import tried as tried_on
from models.paths.verdicts import candidates, day_of, validation
from models.paths.watched import Watched, watch
from models.shares import percent

MOST_ACCOUNTS = 10_000
"""More accounts hardly tell more; they are taken evenly in the order of signing."""

MAY_MISS_DECISIONS, MAY_MISS_FAILURES = 300, 100
UNCONFIRMED = 0.001


def discover(
    learnable: Learnable,
    occurrences: pl.DataFrame,
    account_days: pl.DataFrame,
    as_of: date,
    labels: Mapping[str, str] | None = None,
    deeper: Callable[[], pl.DataFrame] | None = None,
) -> Discovery:
    """Find the happy paths in all decisions known on `as_of`, try them on the later ones, and say so.

    In: `cases.cases`, `OCCURRENCES` (`nth` in `frames.DEPTHS`) and `facts.ACCOUNT_DAYS`; `labels` names
    events. First uses (`watched.first_uses`) are enough where `deeper` gives the rest: it is asked only
    when no path holds. Nothing dated after `as_of`, or on or after an account's last decision, is looked
    at. A path is accepted when at least 30 decisions of either outcome are known, its steps go with success
    beyond chance, and paths from the earliest 60 % of decisions hold on the rest: beyond what activity
    explains, and telling no less than plain active days (or, where the earlier part finds none, p of all is
    at most .001: unconfirmed). It is an association.
    """
    cases = _sampled(learnable.cases.filter(pl.col("decided_on") <= as_of))
    counts = _counts(learnable, cases)
    short = _too_few(counts)
    if short:
        return nothing(short, counts=counts)
    days = account_days.filter(pl.col("day") <= as_of)
    watched = watch(cases, _until(occurrences, as_of), days)
    if not watched.candidates:
        return nothing("No usage event happened before any decision.", counts=counts)
    found = find(watched)
    tried = later(watched) if found.paths else None
    own = tried or tried_on(found, watched, watched.horizon, int(watched.when.max()))
    accepted, why = _judged(found, tried, own)
    more = watched if deeper is None or accepted else watch(cases, _until(deeper(), as_of), days)
    deep = None if accepted else depth(more)
    told = candidates(watched, found, None if deep is None else (more, *deep), labels or {}, accepted)
    halves = split_half(watched) if found.paths else None
    checks = validation(found, tried, shuffled(watched, found.selected), halves, watched.size)
    base = replace(nothing(*why, counts=counts), candidates=told, validation=checks)
    if not accepted:
        busy = deep is not None and bool(deep[2].any())
        return _without_path(base, watched, busy)
    paths, steps = described(watched, found, labels or {})
    verdict: Verdict = "paths" if (paths["kind"] != "checklist").any() else "checklist"
    said = (_headline(paths, verdict), *why, *_caution(counts))
    return replace(base, verdict=verdict, why=said, paths=paths, steps=steps)


def _until(occurrences: pl.DataFrame, as_of: date) -> pl.DataFrame:
    return occurrences.filter(pl.col("at").dt.date() <= as_of)


def _sampled(cases: pl.DataFrame) -> pl.DataFrame:
    accounts = cases.group_by("account_id").agg(pl.col("signed_on").first()).sort("signed_on", "account_id")
    if accounts.height <= MOST_ACCOUNTS:
        return cases
    every = -(-accounts.height // MOST_ACCOUNTS)
    return cases.join(accounts.gather_every(every).select("account_id"), on="account_id", how="semi")


def _counts(learnable: Learnable, cases: pl.DataFrame) -> dict[str, int]:
    good = int(cases["succeeded"].sum())
    return {
        "accounts": cases["account_id"].n_unique(),
        "decisions": cases.height,
        "successes": good,
        "failures": cases.height - good,
        **learnable.left_out,
    }


def _too_few(counts: Mapping[str, int]) -> str:
    good, bad = counts["successes"], counts["failures"]
    waiting = counts.get(UNDECIDED, 0)
    later_on = f" {waiting:,} accounts have not decided yet." if waiting else ""
    if good < FEWEST_SUCCESSES:
        return (
            f"Too few successes: {good:,} are known of accounts watched from their first day, "
            f"{FEWEST_SUCCESSES} are needed.{later_on}"
        )
    if bad < FEWEST_FAILURES:
        return (
            f"Too few failures: {bad:,} are known of accounts watched from their first day; "
            f"{FEWEST_FAILURES} are needed to tell what the successful did differently.{later_on}"
        )
    return ""


def _judged(found: Found, tried: Later | None, own: Later | None) -> tuple[bool, tuple[str, ...]]:
    """Whether the paths are accepted, and why; `own` is what they tell of all decisions where `tried` is
    missing."""
    selected = found.selected
    tested, chance = int(selected.marks.testable.sum()), selected.chance
    if chance > STRICT:
        return False, (
            f"No first use of any of {tested:,} events goes with success beyond chance and activity "
            f"(p = {chance:.2g}).",
        )
    if not found.paths:
        single = int(selected.chosen.sum())
        return False, (f"{single:,} first uses go with success, but they don't make a path together.",)
    if own is not None and own.activity_tells_more:
        return False, (_busier(own),)
    if tried is None:
        why = "Unconfirmed: the earlier decisions alone are too few to find paths that the later could test."
        return chance <= UNCONFIRMED, (why,)
    split, lift = f"{day_of(tried.split):%-d %B %Y}", tried.lift
    told = f"{lift.value:.2f}, {lift.low:.2f} to {lift.high:.2f}" if lift.value is not None else "not known"
    if not tried.holds:
        return False, (
            f"Paths found in the decisions up to {split} did not hold on the {tried.n:,} later ones "
            f"(lift {told}, no more than activity explains).",
        )
    return True, (
        f"They hold: learned from the decisions up to {split}, they told {tried.n:,} later ones apart "
        f"(lift {told}).",
        "An association: that pushing a step causes success is for a trial to show.",
    )


def _busier(own: Later) -> str:
    return (
        f"Plain active days by day {own.day} put a success above a failure in "
        f"{percent(own.auc_active.value)} of pairs of {own.n:,} decisions, the best steps in "
        f"{percent(own.auc_path.value)}."
    )


def _without_path(base: Discovery, watched: Watched, deeper: bool) -> Discovery:
    """Intensity, where those who use it more succeed more; else nothing."""
    busy = _busy(watched)
    p = float(ndtr(-busy))
    if not deeper and p > STRICT:
        return replace(base, why=("No path found in this data.", *base.why, *_caution(base.counts)))
    why = (
        "Intensity, not steps: those who use it more succeed more, whatever they do first "
        f"(activity by day {watched.horizon}: z = {busy:.1f})."
    )
    return replace(base, verdict="intensity", why=(why, *base.why, *_caution(base.counts)))


def _busy(watched: Watched) -> float:
    """Score of plain activity by the horizon (the rank of events) within strata."""
    rows = np.flatnonzero(watched.decided > watched.horizon)
    if not len(rows):
        return 0.0
    rank = activity(watched, rows, watched.horizon)[:, [0]]
    both = centred(np.column_stack([rank, watched.succeeded[rows]]), watched.stratum[rows])
    added = both[:, 0] * both[:, 1]
    spread = float(np.sqrt((added**2).sum()))
    return float(added.sum()) / spread if spread > 0 else 0.0


def _headline(paths: pl.DataFrame, verdict: str) -> str:
    share, count = paths["coverage"].sum(), paths.height
    if verdict == "checklist":
        lists = "One checklist" if count == 1 else f"{count} checklists"
        return f"{lists}, no order: order adds nothing here, what counts is how much of it gets done."
    ways, which = ("One path leads", "it") if count == 1 else (f"{count} paths lead", "one of them")
    return f"{ways} to success; {percent(float(share))} of the successful did at least 60 % of {which}."


def _caution(counts: Mapping[str, int]) -> tuple[str, ...]:
    if counts["decisions"] >= MAY_MISS_DECISIONS and counts["failures"] >= MAY_MISS_FAILURES:
        return ()
    few = f"{counts['decisions']:,} decisions, {counts['failures']:,} of them failures"
    return (f"With {few}, paths may be missed.",)
