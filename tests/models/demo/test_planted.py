"""The truth holds in the facts: who follows a path stays, and with no signal nothing matters."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from models.demo import Company, Shape, Signal, company
from tests.models.demo.reading import mean

AS_OF = date(2026, 7, 14)
SMALL_USE = Shape(events_per_account=60)


def decisions(made: Company) -> pl.DataFrame:
    rows: list[dict[str, Any]] = [
        {"account_id": account, "base": entry["signed_before_usage"], "path": entry["path"], **decision}
        for account, entry in made.truth["accounts"].items()
        for decision in entry["decisions"]
    ]
    return pl.DataFrame(rows, infer_schema_length=None)


def left_z(rows: pl.DataFrame) -> float:
    """How far the number that left lies from its planted expectation, in standard deviations."""
    p = rows["probability"].to_numpy()
    return float((rows["left"].sum() - p.sum()) / np.sqrt((p * (1 - p)).sum()))


@pytest.mark.parametrize("signal", ["paths", "progress", "activity", "none"])
def test_leavers_are_as_many_as_the_planted_probabilities_say(signal: Signal) -> None:
    rows = decisions(company(AS_OF, 2_000, seed=2, signal=signal, shape=SMALL_USE)).drop_nulls("left")
    assert abs(left_z(rows)) < 3.5
    high = rows.filter(pl.col("probability") > 0.5)
    assert high.is_empty() or abs(left_z(high)) < 3.5


def test_finishers_stay_by_at_least_what_was_planted(larger: Company) -> None:
    rows = decisions(larger).drop_nulls("left").filter(pl.col("ordinal") == 1)
    done, others = rows.filter(pl.col("progress") == 1), rows.filter(pl.col("progress") < 0.5)
    planted = mean(others["probability"]) - mean(done["probability"])
    seen = mean(others["left"]) - mean(done["left"])
    tolerance = 3 * np.sqrt(0.25 / done.height + 0.25 / others.height)
    assert planted > 0.3
    assert seen > planted - tolerance


def test_without_signal_finishing_makes_no_difference() -> None:
    rows = decisions(company(AS_OF, 2_000, seed=4, signal="none", shape=SMALL_USE)).drop_nulls("left")
    assert rows["probability"].n_unique() == 1
    done, others = rows.filter(pl.col("progress") == 1)["left"], rows.filter(pl.col("progress") < 0.5)["left"]
    spread = np.sqrt(0.25 / len(done) + 0.25 / len(others))
    assert abs(mean(done) - mean(others)) < 3.5 * spread


def test_there_are_decisions_enough_to_learn_from(larger: Company) -> None:
    watched = decisions(larger).drop_nulls("left").filter(~pl.col("base"))
    assert 800 < watched.height < 1_200
    assert 0.2 < mean(watched["left"]) < 0.36
    book = company(AS_OF, 2_000, seed=3, shape=Shape(base_share=0, leave_rate=1 / 3, events_per_account=60))
    hard = decisions(book).drop_nulls("left")
    assert 1_000 < hard.height < 1_300
    assert mean(hard.filter(pl.col("ordinal") == 1)["left"]) > 0.29


def test_most_followers_keep_the_planted_order(larger: Company) -> None:
    order = {name: [s["event"] for s in steps] for name, steps in larger.truth["paths"].items()}
    kept, seen = 0, 0
    for entry in larger.truth["accounts"].values():
        steps = [s for s in entry["reached"] if entry["path"] and s["event"] in order[entry["path"]]]
        days = {s["event"]: s["reached_on"] for s in steps}
        in_order = [days[event] for event in order[entry["path"]] if event in days] if steps else []
        seen += len(in_order) > 2
        kept += len(in_order) > 2 and in_order == sorted(in_order)
    assert seen > 500
    assert 0.85 < kept / seen < 1


def test_the_decoy_belongs_to_one_segment(larger: Company) -> None:
    (decoy, segment), *_ = larger.truth["decoys"].items()
    users = larger.facts["usage_events"].filter(event=decoy).select("account_id").unique()
    segments = larger.facts["accounts"].join(users, on="account_id", how="semi")["segment"]
    assert segments.unique().to_list() == [segment]


def test_everybody_does_what_everybody_does(larger: Company) -> None:
    accounts = larger.facts["accounts"].filter(
        pl.col("signed_on").is_between(date(2024, 8, 1), date(2025, 12, 1))
    )
    usage = larger.facts["usage_events"].join(accounts, on="account_id", how="semi")
    done = usage.group_by("event").agg(pl.col("account_id").n_unique() / accounts.height)
    shares = dict(done.iter_rows())
    assert all(shares[event] > 0.95 for event in larger.truth["everyone"])
    assert all(shares[event] < 0.8 for event in larger.truth["milestones"])


def test_other_signals_plant_no_path() -> None:
    for signal in ("progress", "activity", "none"):
        made = company(AS_OF, 50, months=6, signal=signal)
        assert made.truth["paths"] == {}
        assert (signal == "progress") == bool(made.truth["milestones"])


def test_calls_help_only_where_the_truth_says_so(larger: Company) -> None:
    entries = larger.truth["accounts"].values()
    helped = [e for e in entries if e["call_helps"]]
    assert 50 < len(helped) < 1_500
    assert all(e["leave_probability_if_called"] <= e["leave_probability"] for e in entries)
    assert all(
        e["leave_probability_if_called"] == e["leave_probability"] for e in entries if not e["call_helps"]
    )


def test_the_silent_give_no_answers(usual: Company) -> None:
    since = pl.DataFrame(
        [
            {"account_id": account, "since": date.fromisoformat(entry["silent_since"])}
            for account, entry in usual.truth["accounts"].items()
            if entry["silent"]
        ]
    )
    rows = usual.facts["survey_responses"].join(since, on="account_id")
    assert since.height > 15
    assert rows.filter(pl.col("responded_at").dt.date() >= pl.col("since")).is_empty()
    asked = usual.facts["survey_invitations"].join(since, on="account_id")
    assert asked.filter(pl.col("sent_at").dt.date() >= pl.col("since")).height > 50


def test_scores_follow_the_planted_mood(usual: Company) -> None:
    recent = usual.facts["survey_responses"].filter(
        pl.col("kind") == "nps", pl.col("responded_at") > date(2026, 3, 1)
    )
    mood = {account: entry["mood"] for account, entry in usual.truth["accounts"].items()}
    scored = recent.with_columns(mood=pl.col("account_id").replace_strict(mood, return_dtype=pl.Float64))
    assert float(scored.select(pl.corr("score", "mood", method="spearman")).item()) > 0.4


def test_leavers_have_a_reason_and_the_day_of_the_truth(usual: Company) -> None:
    truth = usual.truth["accounts"]
    for account, churned_on, outcome in (
        usual.facts["accounts"].select("account_id", "churned_on", "outcome").iter_rows()
    ):
        entry = truth[account]
        assert entry["churned_on"] == (churned_on.isoformat() if churned_on else None)
        assert (entry["why"] is None) == (outcome is None) == (churned_on is None)
