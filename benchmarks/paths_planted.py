"""Happy paths against what was planted: companies with paths, with progress or activity alone, with nothing.

Run: python -m benchmarks.paths_planted [--signal paths] [--accounts 2000] [--months 24] [--seeds 20]
[--shape hard]. Event names are shuffled for every company; "permuted" deals the outcomes of one company with
paths anew. `hard` has no accounts from before usage begins and a third of the others leave at their first
decision; `default` is the demo's own shape.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from models.book import book
from models.demo import Shape, company
from models.demo.shape import Signal
from models.facts import ACCOUNT_DAYS
from models.paths.cases import cases
from models.paths.discovery import discover
from models.paths.frames import DEPTHS, Discovery, Learnable
from models.paths.prescribed import found_as, steps_of
from models.paths.progress import Progress, progress
from models.paths.progress_frames import REACHED, TICKS

AS_OF = date(2026, 6, 30)
SHAPES = {"hard": Shape(base_share=0, leave_rate=1 / 3), "default": Shape()}
SIGNALS: tuple[Signal, ...] = ("paths", "progress", "activity", "none")


@dataclass(frozen=True)
class Given:
    """What discovery gets of a company, its live book, and what was planted in it."""

    learnable: Learnable
    occurrences: pl.DataFrame
    account_days: pl.DataFrame
    live: pl.DataFrame
    truth: dict[str, Any]
    as_of: date = AS_OF

    def discovered(self) -> Discovery:
        return discover(self.learnable, self.occurrences, self.account_days, self.as_of)

    def walked(self, found: Discovery) -> Progress:
        """Where the live book stands on the paths that were found."""
        day = pl.col("at").dt.date()
        reached = self.occurrences.with_columns(reached_on=day, last_on=pl.lit(None, pl.Date))
        first = self.account_days["day"].min()
        since = first if isinstance(first, date) else None
        steps = steps_of(found_as(found))
        return progress(self.live, steps, REACHED.check(reached), TICKS.empty(), self.as_of, since)


@dataclass(frozen=True)
class Agreement:
    """`precision`, `recall` of the milestones; `exact`: planted paths found whole and in their order;
    `assigned`: share of the live accounts with a step done that stand on their own path, of those found."""

    precision: float
    recall: float
    exact: int
    assigned: float


def given(accounts: int, months: int, seed: int, signal: Signal, shape: Shape) -> Given:
    """Make a company and take from it what discovery and progress need."""
    made = company(AS_OF, accounts, months, seed, signal, shape)
    facts, events = made.facts, made.facts["usage_events"]
    days = account_days(events)
    learnable = cases(facts["accounts"], facts["subscriptions"], days, AS_OF)
    live = book(facts["accounts"], facts["subscriptions"], AS_OF)
    return Given(learnable, occurrences(events), days, live, made.truth)


def account_days(events: pl.DataFrame) -> pl.DataFrame:
    """`facts.ACCOUNT_DAYS` of raw events."""
    days = events.group_by("account_id", day=pl.col("occurred_at").dt.date()).agg(
        events=pl.len().cast(pl.Int64),
        quantity=pl.col("quantity").sum(),
        users=pl.col("user_id").n_unique().cast(pl.Int64),
    )
    return ACCOUNT_DAYS.check(days)


def occurrences(events: pl.DataFrame) -> pl.DataFrame:
    """When each account reached the nth different day with each event, n in `DEPTHS`."""
    wanted = pl.lit(pl.Series(DEPTHS, dtype=pl.Int64))
    days = events.group_by("account_id", "event", day=pl.col("occurred_at").dt.date()).agg(
        at=pl.col("occurred_at").min()
    )
    at = pl.col("at").sort().gather(wanted - 1, null_on_oob=True)
    reached = days.group_by("account_id", "event").agg(at, nth=wanted).explode("at", "nth").drop_nulls("at")
    return reached.select("account_id", "event", "nth", "at").sort("account_id", "event", "nth")


def renamed(one: Given, seed: int) -> tuple[Given, dict[str, str]]:
    """The same with the names of its events dealt anew; new name → planted name."""
    names = one.occurrences["event"].unique().sort()
    dealt = np.random.default_rng(seed).permutation(names.to_numpy())
    new = pl.col("event").replace_strict(names, dealt)
    back = dict(zip(dealt.tolist(), names.to_list(), strict=True))
    return replace(one, occurrences=one.occurrences.with_columns(new)), back


def permuted(one: Given, seed: int) -> Given:
    """The same with the outcomes dealt anew over its decisions."""
    mixed = one.learnable.cases.with_columns(pl.col("succeeded").shuffle(seed=seed))
    return replace(one, learnable=replace(one.learnable, cases=mixed))


def agreement(one: Given, found: Discovery, back: dict[str, str]) -> Agreement:
    """How far what was found is what was planted."""
    planted = {name: [step["event"] for step in steps] for name, steps in one.truth["paths"].items()}
    named = found.steps.with_columns(pl.col("event").replace_strict(back))
    wanted = set().union(*planted.values()) if planted else set(one.truth["milestones"])
    got = set(named["event"])
    orders = {
        path: named.filter(pl.col("path") == path).sort("position").select("event", "position")
        for path in found.paths["path"]
    }
    which = {
        path: name
        for path, steps in orders.items()
        for name, events in planted.items()
        if steps["event"].to_list() == events and steps["position"].is_unique().all()
    }
    return Agreement(
        precision=len(got & wanted) / len(got) if got else 1.0,
        recall=len(got & wanted) / len(wanted) if wanted else 1.0,
        exact=len(set(which.values())),
        assigned=_assigned(one, found, which),
    )


def _assigned(one: Given, found: Discovery, which: dict[int, str]) -> float:
    placed = one.walked(found).rows.filter(pl.col("done") > 0)
    keys = {f"found {path}": name for path, name in which.items()}
    own = {account: entry["path"] for account, entry in one.truth["accounts"].items()}
    right = [
        own[account] == keys.get(key)
        for account, key in placed.select("account_id", "path_key").iter_rows()
        if own[account] in keys.values()
    ]
    return float(np.mean(right)) if right else float("nan")


def _run(signal: str, accounts: int, months: int, seeds: int, shape: str) -> None:
    verdicts: Counter[str] = Counter()
    fixed = given(accounts, months, 1, "paths", SHAPES[shape]) if signal == "permuted" else None
    print(f"\n{signal}: {accounts:,} accounts, {months} months, shape {shape}", flush=True)
    for seed in range(1, seeds + 1):
        one = (
            permuted(fixed, seed) if fixed else given(accounts, months, seed, _signal(signal), SHAPES[shape])
        )
        one, back = renamed(one, seed)
        found = one.discovered()
        verdicts[found.verdict] += 1
        told = agreement(one, found, back)
        says = f"  seed {seed:2}: {found.verdict:9} {found.counts['decisions']:,} decisions"
        if found.found:
            says += f", {found.paths.height} paths, {told.exact} as planted, precision {told.precision:.2f}"
            says += f", recall {told.recall:.2f}, assigned right {told.assigned:.3f}"
        print(says, flush=True)
    print(f"  {dict(verdicts)}", flush=True)


def _signal(name: str) -> Signal:
    return next(signal for signal in SIGNALS if signal == name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--signal", choices=[*SIGNALS, "permuted"], help="one kind alone")
    parser.add_argument("--accounts", type=int, default=2_000)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--shape", choices=[*SHAPES], default="hard")
    chosen = parser.parse_args()
    for signal in [chosen.signal] if chosen.signal else [*SIGNALS, "permuted"]:
        _run(signal, chosen.accounts, chosen.months, chosen.seeds, chosen.shape)


if __name__ == "__main__":
    main()
