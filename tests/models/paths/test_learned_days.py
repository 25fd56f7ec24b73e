"""Days of the successful for steps that people wrote: by hand, and the same as those of found steps."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl

from models.decisions import DECISIONS
from models.facts import EVENT_SPANS
from models.paths.adopted import HappyPath, PathStep, tidy
from models.paths.learned_days import FEWEST, WINNERS, as_learned, winners, with_days, with_uses
from models.paths.prescribed import adopted_as, steps_of
from tests.models.rows import frame

SIGNED = date(2025, 1, 1)
WAY = HappyPath("Way", (PathStep("Import", 1, event="import"), PathStep("Plan", 2, event="plan")))


def decided(
    n: int, segment: str = "S", *, succeeded: bool = True, signed: date = SIGNED
) -> list[dict[str, object]]:
    rows = ({"account_id": f"{segment}{k}", "segment": segment, "signed_on": signed} for k in range(n))
    return [{**row, "decided_on": signed + timedelta(days=365), "succeeded": succeeded} for row in rows]


def used(account: str, event: str, day: int, signed: date = SIGNED) -> dict[str, object]:
    at = datetime.combine(signed + timedelta(days=day), datetime.min.time())
    return {
        "account_id": account,
        "event": event,
        "first_at": at,
        "last_at": at,
        "events": 1,
        "quantity": 1.0,
    }


def steps(path: HappyPath = WAY) -> pl.DataFrame:
    return steps_of([adopted_as(1, 1, tidy(path))])


def one(found: pl.DataFrame, event: str) -> dict[str, object]:
    return found.row(by_predicate=pl.col("event") == event, named=True)


def test_days_and_gaps_by_hand() -> None:
    # Twenty import on days 1 to 20; the first ten plan thirty days after that, the others never do.
    rows = [used(f"S{k}", "import", k + 1) for k in range(20)]
    rows += [used(f"S{k}", "plan", k + 31) for k in range(10)]
    known = winners(frame(DECISIONS, *decided(20)), frame(EVENT_SPANS, *rows), SIGNED)
    found = with_days(steps(), known)
    first, second = one(found, "import"), one(found, "plan")
    assert (first["median_days"], first["p85_days"], first["prevalence"]) == (10.0, 17.0, 1.0)
    assert (first["gap_median"], first["gap_p85"]) == (10.0, 17.0)
    assert (second["median_days"], second["prevalence"]) == (35.0, 0.5)
    assert (second["gap_median"], second["gap_p85"]) == (30.0, 30.0)
    told = as_learned(tidy(WAY), found)
    assert [step.gap_median for step in told.steps] == [10.0, 30.0]


def test_who_tells() -> None:
    late = decided(5, "L", signed=date(2024, 1, 1))
    rows = [*decided(FEWEST, "S"), *decided(3, "B", succeeded=False), *late]
    spans = [used(str(row["account_id"]), "import", 4) for row in rows]
    known = winners(frame(DECISIONS, *rows), frame(EVENT_SPANS, *spans), SIGNED)
    assert set(known["account_id"]) == {f"S{k}" for k in range(FEWEST)}
    before = [used("S0", "import", -3), used("S1", "import", 400)]
    seen = winners(frame(DECISIONS, *decided(2)), frame(EVENT_SPANS, *before), SIGNED)
    assert seen.filter(event="import").select("account_id", "day").rows() == [("S0", 0)]


def test_a_segments_own_path_is_told_by_its_own() -> None:
    rows = [*decided(FEWEST, "S"), *decided(FEWEST, "T")]
    spans = [used(str(row["account_id"]), "import", 5 if row["segment"] == "S" else 50) for row in rows]
    known = winners(frame(DECISIONS, *rows), frame(EVENT_SPANS, *spans), SIGNED)
    own = HappyPath("Own", (PathStep("Import", 1, event="import"),), segment="T")
    assert one(with_days(steps(own), known), "import")["median_days"] == 50.0
    few = known.filter(pl.col("account_id") != "T0")
    assert one(with_days(steps(own), few), "import")["median_days"] == 5.0


def test_known_days_and_ticked_steps_stay_as_they_are() -> None:
    mixed = HappyPath(
        "Mixed",
        (
            PathStep("Kick-off", 1, "manual", who="CSM"),
            PathStep("Import", 2, event="import", median_days=3.0, gap_median=2.0, gap_p85=9.0),
        ),
    )
    spans = [used(f"S{k}", "import", 7) for k in range(20)]
    known = winners(frame(DECISIONS, *decided(20)), frame(EVENT_SPANS, *spans), SIGNED)
    assert with_days(steps(mixed), known).equals(steps(mixed))
    assert with_days(steps(), WINNERS.empty()).equals(steps())


def test_a_later_day_of_an_event_is_told_by_its_own_day() -> None:
    third = HappyPath(
        "Third", (PathStep("Import", 1, event="import"), PathStep("Often", 2, event="import", nth=3))
    )
    spans = [used(f"S{k}", "import", 5) for k in range(20)]
    known = winners(frame(DECISIONS, *decided(20)), frame(EVENT_SPANS, *spans), SIGNED)
    # Ten had their third day 40 days after signing; a stranger's, and one after the success, tell nothing.
    on = {f"S{k}": 40 for k in range(10)} | {"S10": 400, "X": 1}
    at = [datetime.combine(SIGNED + timedelta(days=day), datetime.min.time()) for day in on.values()]
    later = pl.DataFrame(
        {
            "account_id": list(on),
            "event": "import",
            "nth": pl.repeat(3, 12, dtype=pl.Int64, eager=True),
            "at": at,
        }
    )
    found = with_days(steps(third), with_uses(known, later)).row(1, named=True)
    assert (found["median_days"], found["prevalence"]) == (40.0, 0.5)
    assert (found["gap_median"], found["gap_p85"]) == (35.0, 35.0)
