"""Stalled, deviated, never started: who is found, since when, how many, and what to do."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import polars as pl

from models.exception_paths import DUE_DAYS, STALE_DAYS, path_findings
from models.paths.progress_frames import PROGRESS
from tests.models.rows import frame

AS_OF = date(2026, 11, 20)
ON_PATH = {"path_key": "found 1", "path": "Plan first", "source": "found", "steps": 5, "watched": True}
LISTS: dict[str, list[str]] = {"skipped": [], "swapped": [], "looped": []}


def account(name: str, state: str, **told: Any) -> dict[str, Any]:
    usual = {"done": 2, "position": 2, "step": "Import", "days_since_start": 90, "sentence": "Said."}
    return {"account_id": name, "state": state, "distance": 0, **ON_PATH, **usual, **LISTS, **told}


def stuck(name: str, days_on: int, **told: Any) -> dict[str, Any]:
    since = AS_OF - timedelta(days=days_on - 21)
    days = {"days_on": days_on, "usual_days": 10.0, "slow_days": 20.0, "stuck_since": since}
    return account(name, "stuck", next="Invoice", **days, **told)


def found(*rows: dict[str, Any]) -> pl.DataFrame:
    return path_findings(frame(PROGRESS, *rows), AS_OF)


def test_a_stalled_account_is_due_two_weeks_after_it_stalled() -> None:
    row = found(stuck("a", 30)).row(0, named=True)

    assert (row["kind"], row["since"]) == ("stalled", date(2026, 11, 11))
    assert row["due_on"] == row["since"] + timedelta(days=DUE_DAYS)
    assert row["sentence"] == "Stuck before “Invoice” on “Plan first”. Said."
    assert round(row["severity"], 6) == 0.54  # .2 + .4 · 3/5 of the path ahead + .2 · half as long again
    told = json.loads(row["evidence"])
    assert (told["days_on"], told["slow_days"], told["next"]) == (30, 20.0, "Invoice")


def test_what_people_wrote_about_the_step_comes_first() -> None:
    row = found(stuck("a", 30, advice="Send the film.")).row(0, named=True)

    assert row["prescription"].startswith("Send the film. Call and ask what keeps them")
    assert not found(stuck("a", 30, advice="")).row(0, named=True)["prescription"].startswith(" ")


def test_an_old_stall_is_no_news() -> None:
    assert found(stuck("a", 21 + STALE_DAYS)).height == 1
    assert found(stuck("a", 22 + STALE_DAYS)).is_empty()


def test_each_rule_finds_a_twentieth_of_the_accounts_the_most_severe_first() -> None:
    rows = [stuck(f"a{n:02d}", 25 + n) for n in range(40)]

    kept = found(*rows)

    assert kept["account_id"].to_list() == ["a35", "a36"], "beyond three times slow all are as severe"


def test_left_out_and_swapped_steps_are_named() -> None:
    off = account(
        "a", "off path", distance=3, skipped=["Import", "Plan"], swapped=["B before A"], last_step_on=AS_OF
    )

    row = found(off).row(0, named=True)

    assert (row["kind"], row["since"]) == ("deviated", AS_OF)
    assert row["sentence"] == "Off “Plan first” by 3 steps. It left out “Import”, “Plan”. It did B before A."
    assert json.loads(row["evidence"])["skipped"] == "Import, Plan"


def test_one_step_swapped_or_the_end_reached_is_no_deviation() -> None:
    swapped = account("a", "on track", next="C", distance=1, swapped=["B before A"], last_step_on=AS_OF)
    done = account("b", "done", distance=2, skipped=["A", "B"], last_step_on=AS_OF)
    unseen = account("c", "off path", distance=3, skipped=["A", "B", "C"], last_step_on=AS_OF, watched=False)
    twice = account("d", "on track", next="C", distance=2, skipped=["A", "B"], last_step_on=AS_OF)

    assert found(swapped, done, unseen, twice)["account_id"].to_list() == ["d"]


def test_who_never_started_is_found_once_nearly_all_successful_had() -> None:
    none = {"path_key": None, "path": None, "source": None, "steps": 0, "done": 0, "step": None}
    days = {"usual_days": 7.0, "slow_days": 14.5}

    def waiting(name: str, days_on: int) -> dict[str, Any]:
        begun = AS_OF - timedelta(days=days_on)
        return account(name, "not started", arrived_on=begun, days_on=days_on, **days, **none)

    row = found(waiting("a", 15), waiting("b", 14)).row(0, named=True)

    assert (row["account_id"], row["kind"], row["since"]) == ("a", "never_started", AS_OF)
    assert found(waiting("b", 14)).is_empty()


def test_no_path_no_finding() -> None:
    assert found().is_empty()
