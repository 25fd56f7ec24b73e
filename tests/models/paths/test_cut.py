"""Nothing after a decision, or after the day it is asked for, changes what is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import example, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from benchmarks.paths_planted import AS_OF, Given, given
from models.book import book
from models.demo import Shape
from models.demo import company as made
from models.paths.cases import cases
from models.paths.discovery import discover
from models.paths.frames import Discovery, as_json
from models.paths.prescribed import found_as, steps_of
from models.paths.progress import Progress, progress
from models.paths.progress_frames import REACHED, TICKS
from models.paths.scores import scored
from models.paths.watched import GRID, NEVER, watch

SHAPE = Shape(base_share=0, leave_rate=1 / 3, events_per_account=150)
MONTHS = 24


@pytest.fixture(scope="module")
def one() -> Given:
    return given(700, MONTHS, 5, "paths", SHAPE)


@pytest.fixture(scope="module")
def facts() -> dict[str, pl.DataFrame]:
    return made(AS_OF, 700, MONTHS, 5, "paths", SHAPE).facts


def test_what_happened_from_the_last_decision_on_is_not_seen(one: Given) -> None:
    last = one.learnable.cases.group_by("account_id").agg(last=pl.col("decided_on").max())
    at = one.occurrences.join(last, on="account_id").filter(pl.col("at").dt.date() < pl.col("last"))
    days = one.account_days.join(last, on="account_id").filter(pl.col("day") < pl.col("last"))
    cut = replace(one, occurrences=at.drop("last"), account_days=days.drop("last"))
    assert cut.occurrences.height < one.occurrences.height
    found = one.discovered()
    assert found.found
    assert as_json(cut.discovered()) == as_json(found)


@settings(max_examples=3, deadline=None)
@example(back=3)
@drawn(back=st.integers(1, 400))
def test_cutting_the_future_changes_nothing(one: Given, facts: dict[str, pl.DataFrame], back: int) -> None:
    day = AS_OF - timedelta(days=back)
    known = _known(facts, day)
    whole, cut = one.occurrences, one.occurrences.filter(pl.col("at").dt.date() <= day)
    days = one.account_days
    learned = cases(facts["accounts"], facts["subscriptions"], days, day)
    from_cut = cases(known["accounts"], known["subscriptions"], days.filter(pl.col("day") <= day), day)
    assert learned.cases.equals(from_cut.cases)
    assert learned.left_out == from_cut.left_out
    found = discover(learned, whole, days, day)
    assert as_json(found) == as_json(discover(from_cut, cut, days.filter(pl.col("day") <= day), day))
    walked = [
        _walked(found, book(told["accounts"], told["subscriptions"], day), seen, day)
        for told, seen in ((facts, whole), (known, cut))
    ]
    assert walked[0].rows.equals(walked[1].rows)
    assert walked[0].steps.equals(walked[1].steps)


def test_a_decision_sees_nothing_from_its_own_day_on(one: Given) -> None:
    watched = watch(one.learnable.cases, one.occurrences, one.account_days)
    first = watched.only(one.learnable.cases.sort("account_id", "ordinal")["ordinal"].to_numpy() == 1)
    assert (watched.last > first.last).any()
    assert ((first.reached < first.last[:, None]) | (first.reached == NEVER)).all()
    columns, landmark = watched.events(), int(np.median(watched.decided))
    late = max(day for day in GRID if day <= landmark)
    parts = scored(watched, columns, np.full(len(columns), late)).parts
    assert (parts[watched.decided <= late] == 0).all()


def _walked(found: Discovery, live: pl.DataFrame, occurrences: pl.DataFrame, day: date) -> Progress:
    at = occurrences.with_columns(reached_on=pl.col("at").dt.date(), last_on=pl.col("at").dt.date())
    steps = steps_of(found_as(found))
    return progress(live, steps, REACHED.check(at), TICKS.empty(), day, AS_OF - timedelta(days=700))


def _known(facts: dict[str, pl.DataFrame], day: date) -> dict[str, pl.DataFrame]:
    """The facts as they were on a day: accounts and terms signed by then, ends that lie ahead unknown."""
    ahead = {name: pl.when(pl.col(name) <= day).then(name) for name in ("churned_on", "outcome_on")}
    accounts = facts["accounts"].filter(pl.col("signed_on") <= day)
    terms = facts["subscriptions"].filter(pl.col("starts_on") <= day)
    return {
        "accounts": accounts.with_columns(
            **ahead, outcome=pl.when(pl.col("outcome_on") <= day).then("outcome")
        ),
        "subscriptions": terms.with_columns(ends_on=pl.when(pl.col("ends_on") <= day).then("ends_on")),
    }
