"""What was planted is found, and nothing is found where nothing was planted."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from benchmarks.paths_planted import AS_OF, Given, agreement, given, permuted, renamed
from models.demo import Shape
from models.paths.discovery import discover
from models.paths.frames import Discovery, as_json, from_json
from models.paths.watched import first_uses

WATCHED = Shape(base_share=0, leave_rate=1 / 3, events_per_account=300)
AS_USUAL = Shape(events_per_account=300)


@pytest.fixture(scope="module")
def with_paths() -> Given:
    return given(2_000, 24, 1, "paths", WATCHED)


@pytest.fixture(scope="module")
def found(with_paths: Given) -> Discovery:
    return with_paths.discovered()


def test_the_planted_paths_are_found_in_their_order_whatever_the_events_are_called(with_paths: Given) -> None:
    for seed in (3, 4):
        one, back = renamed(with_paths, seed)
        told = agreement(one, one.discovered(), back)
        assert (told.precision, told.recall, told.exact) == (1.0, 1.0, 3)
        assert told.assigned > 0.85


def test_the_planted_paths_are_found_in_the_demos_own_shape() -> None:
    one, back = renamed(given(2_000, 24, 2, "paths", AS_USUAL), 2)
    found = one.discovered()
    told = agreement(one, found, back)
    assert (told.precision, told.recall, told.exact) == (1.0, 1.0, 3)
    assert found.counts["signed before usage begins"] > 400


def test_validation_and_words_say_that_they_hold(found: Discovery) -> None:
    assert found.verdict == "paths"
    assert found.why[0].startswith("3 paths lead to success")
    measures = {row["measure"]: row for row in found.validation.iter_rows(named=True)}
    assert measures["later_lift"]["low"] > 1.3
    assert measures["auc_path"]["low"] > measures["auc_active"]["high"]
    assert abs(measures["auc_path"]["value"] - measures["auc_count"]["value"]) < 0.05
    assert measures["shuffled"]["value"] == 0
    assert measures["split_half"]["value"] > 0.9
    assert measures["coverage"]["value"] > 0.6
    assert set(found.paths["kind"]) <= {"common practice", "steps"}


def test_steps_take_the_planted_days(found: Discovery, with_paths: Given) -> None:
    typical = {
        (name, step["event"]): step["typical_day"]
        for name, steps in with_paths.truth["paths"].items()
        for step in steps
    }
    of_path = {
        path: name
        for path in found.paths["path"]
        for name, steps in with_paths.truth["paths"].items()
        if {step["event"] for step in steps} == set(found.steps.filter(path=path)["event"])
    }
    for row in found.steps.iter_rows(named=True):
        planted = typical[of_path[row["path"]], row["event"]]
        assert row["median_days"] == pytest.approx(planted, rel=0.2, abs=3)
        assert row["median_days"] <= row["p85_days"]
        assert row["gap_median"] <= row["gap_p85"]
        assert row["lift_low"] < row["lift"] < row["lift_high"]
        assert 0 < row["base_rate"] < row["prevalence"] <= 1


def test_every_candidate_has_its_reason(found: Discovery, with_paths: Given) -> None:
    verdicts = dict(found.candidates.select("event", "verdict").iter_rows())
    assert set(verdicts) == set(with_paths.occurrences["event"])
    assert {verdicts[event] for event in with_paths.truth["everyone"]} == {"everyone"}
    assert {verdicts[event] for event in with_paths.truth["milestones"]} == {"step"}
    assert verdicts["sandbox.opened"] == "no difference", "one segment's habit is no step"
    assert found.candidates["why"].str.ends_with(".").all()


def test_a_discovery_survives_its_own_text(found: Discovery) -> None:
    assert as_json(from_json(as_json(found))) == as_json(found)


def test_no_path_when_outcomes_are_dealt_anew(with_paths: Given) -> None:
    for seed in range(4):
        assert not permuted(with_paths, seed).discovered().found


def test_first_uses_are_enough_and_depth_is_asked_only_without_a_path(
    with_paths: Given, found: Discovery
) -> None:
    asked = []

    def deeper() -> pl.DataFrame:
        asked.append(1)
        return with_paths.occurrences

    firsts = with_paths.occurrences.filter(nth=1)
    days = with_paths.account_days
    lazy = discover(with_paths.learnable, firsts, days, AS_OF, deeper=deeper)
    assert as_json(lazy) == as_json(found)
    assert not asked
    noise = permuted(with_paths, 1)
    lazy = discover(noise.learnable, firsts, days, AS_OF, deeper=deeper)
    assert as_json(lazy) == as_json(noise.discovered())
    assert asked == [1]
    assert lazy.candidates["nth"].max() == 21


def test_first_uses_are_the_spans_beginnings(with_paths: Given) -> None:
    firsts = with_paths.occurrences.filter(nth=1).sort("account_id", "event")
    one, none = pl.lit(1, pl.Int64), pl.lit(1.0)
    spans = firsts.select("account_id", "event", events=one, quantity=none, first_at="at", last_at="at")
    assert first_uses(spans).equals(firsts)


def test_no_path_where_nothing_was_planted() -> None:
    found = given(1_500, 24, 1, "none", WATCHED).discovered()
    assert (found.verdict, found.paths.height) == ("none", 0)
    assert "No path found in this data." in found.why


def test_order_adds_nothing_where_only_progress_counts() -> None:
    found = given(1_500, 24, 1, "progress", WATCHED).discovered()
    assert found.verdict == "checklist"
    assert "order adds nothing" in found.why[0]
    assert (found.steps["position"] == 1).all()
    assert found.steps["event"].is_in(given(10, 24, 1, "progress", WATCHED).truth["milestones"]).all()


def test_intensity_where_only_activity_counts() -> None:
    found = given(1_500, 24, 1, "activity", WATCHED).discovered()
    assert (found.verdict, found.paths.height) == ("intensity", 0)
    assert found.why[0].startswith("Intensity, not steps")


def test_too_few_decisions_are_said(with_paths: Given) -> None:
    few = replace(with_paths.learnable, cases=with_paths.learnable.cases.filter(succeeded=True).head(80))
    found = replace(with_paths, learnable=few).discovered()
    assert found.verdict == "none"
    assert found.why[0].startswith("Too few failures: 0 are known")
