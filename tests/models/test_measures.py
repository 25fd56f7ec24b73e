"""Past decisions choose what behaviour is made of, and nothing after the day has a say."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sklearn.metrics import roc_auc_score

from models.behaviour import Compared, Weights, behaviour
from models.behaviour_change import change
from models.book import book
from models.concordance import concordance
from models.decisions import decisions
from models.measure_choice import MIN_FAILED, OPTIONS, choose, ranked, score_of
from models.measures import FREQUENCIES, Frequency, Measures, frequency
from models.past_decisions import PAST, Usage, month_ends, observed_days, past_decisions
from tests.models.sample import AS_OF, Company, make

COMPANY = make(21, accounts=160)


def panel(
    seed: int, *, own: float = 0.0, level: float = 0.0, effect: float = 0.0, rows: int = 1200
) -> pl.DataFrame:
    """`PAST` in which failing depends on some of the parts (log-odds a standard deviation)."""
    rng = np.random.default_rng(seed)
    parts = {name: rng.uniform(0, 100, rows) for name in ("own", "level", "effectiveness", "breadth")}
    z = {name: (50 - value) / 29 for name, value in parts.items()}
    logit = -2 + own * z["own"] + level * z["level"] + effect * z["effectiveness"]
    return PAST.check(
        pl.DataFrame(
            {
                "account_id": [f"a{n:05d}" for n in range(rows)],
                "observed_on": [date(2024, 1, 31) + timedelta(days=31 * (n % 6)) for n in range(rows)],
                "segment": ["s"] * rows,
                "failed": rng.random(rows) < 1 / (1 + np.exp(-logit)),
                "age": rng.integers(200, 900, rows),
                **parts,
            }
        )
    )


def past(company: Company, as_of: date) -> pl.DataFrame:
    ends = month_ends(as_of)
    usage = {}
    for day in observed_days(ends):
        then = company.cut(day)
        usage[day] = Usage(then.account_days(), then.event_spans())
    return past_decisions(company.accounts, company.subscriptions, usage, ends)


def test_concordance_is_the_auc_within_each_day() -> None:
    rng = np.random.default_rng(1)
    failed, score = rng.random(200) < 0.3, np.round(rng.normal(size=200), 1)
    day, account = np.repeat([0, 1], 100), np.arange(200)
    found = concordance(failed, score, day, account)
    each = [(roc_auc_score(failed[day == d], -score[day == d]), failed[day == d].sum()) for d in (0, 1)]
    assert found.auc == pytest.approx(sum(a * n for a, n in each) / failed.sum())


def test_the_error_of_a_concordance_is_that_of_redraws() -> None:
    rng = np.random.default_rng(2)
    found = []
    for _ in range(300):
        failed = rng.random(150) < 0.3
        score = rng.normal(size=150) - failed
        found.append(concordance(failed, score, np.zeros(150, np.int64), np.arange(150)))
    spread = np.std([one.auc for one in found])
    assert np.mean([one.error for one in found]) == pytest.approx(spread, rel=0.15)


@pytest.mark.parametrize(("own", "level", "made_of"), [(1.5, 0.0, "own"), (0.0, 1.5, "level")])
def test_the_measure_that_told_the_past_is_chosen(own: float, level: float, made_of: Frequency) -> None:
    choice = choose(panel(3, own=own, level=level))
    assert choice.measures == Measures(made_of, effectiveness=False, breadth=False)
    assert f"{choice.failed:,} past failures" in choice.why
    assert choice.tried.height == len(OPTIONS)


def test_a_part_that_tells_is_kept() -> None:
    assert choose(panel(4, own=1.0, effect=1.5)).measures.effectiveness


def test_without_a_difference_the_usual_measures_mostly_stand() -> None:
    kept = sum(choose(panel(seed)).measures == Measures() for seed in range(40))
    assert kept >= 24


def test_people_s_weights_keep_every_part() -> None:
    choice = choose(panel(3, level=1.5), Weights(60, 20, 20))
    assert choice.measures.effectiveness
    assert choice.measures.breadth
    assert choice.tried.height == len(FREQUENCIES)


def test_too_few_failures_choose_nothing() -> None:
    few = panel(3, level=1.5)
    few = pl.concat([few.filter("failed").head(MIN_FAILED - 1), few.filter(~pl.col("failed"))])
    choice = choose(few)
    assert choice.measures == Measures()
    assert f"{MIN_FAILED} are needed" in choice.why
    assert choose(PAST.empty()).measures == Measures()


def test_an_unknown_measure_is_named() -> None:
    with pytest.raises(ValueError, match="own, both, level"):
        Measures("often")  # type: ignore[arg-type]  # what the test is about: a name that is none


@pytest.mark.parametrize("made_of", FREQUENCIES)
def test_frequency_never_falls_when_a_measure_rises(made_of: str) -> None:
    grid = [(age, own, level) for age in (40, 90, 104, 118, 400) for own in (10, 60) for level in (20, 70)]
    rows = pl.DataFrame(grid, schema=["age", "own", "level"], orient="row")

    def told(add_own: int, add_level: int) -> pl.Series:
        more = (pl.col("own") + add_own, pl.col("level") + add_level)
        return rows.select(frequency(pl.lit(made_of), pl.col("age"), *more).alias("f"))["f"]

    assert ((told(5, 0) - told(0, 0)) >= 0).all()
    assert ((told(0, 5) - told(0, 0)) >= 0).all()
    assert ((told(5, 5) - told(0, 0)) > 4.9).all()


def test_the_young_are_told_by_their_level() -> None:
    rows = pl.DataFrame({"age": [60, 90, 104, 118], "own": [0.0] * 4, "level": [100.0] * 4})
    told = rows.select(frequency(pl.lit("own"), pl.col("age"), pl.col("own"), pl.col("level")).alias("f"))
    assert told["f"].to_list() == [100.0, 100.0, 50.0, 0.0]


def test_the_past_uses_nothing_after_the_month_it_looks_at() -> None:
    day = AS_OF - timedelta(days=60)
    ends = month_ends(day)
    with_future, without = past(COMPANY, day), past(COMPANY.cut(ends[-1]), day)
    assert with_future.height > 50
    assert with_future["failed"].any()
    assert_frame_equal(with_future, without)


def test_who_left_next_month_failed_and_nobody_else() -> None:
    rows = past(COMPANY, AS_OF).join(COMPANY.accounts.select("account_id", "churned_on"), on="account_id")
    month = pl.col("observed_on").dt.offset_by("1d").dt.month_end()
    left = (pl.col("churned_on") > pl.col("observed_on")) & (pl.col("churned_on") <= month)
    assert rows["failed"].sum() > 3
    assert (rows.select(left.fill_null(value=False))["churned_on"] == rows["failed"]).all()


@pytest.mark.parametrize("option", OPTIONS)
def test_parts_sum_and_changes_of_measures_are_told_exactly(option: Measures) -> None:
    day = AS_OF - timedelta(days=30)

    def scored(on: date, measures: Measures | None) -> Compared:
        then = COMPANY.cut(on)
        live = book(then.accounts, then.subscriptions, on)
        known = decisions(then.accounts, then.subscriptions, on)
        return behaviour(live, then.account_days(), then.event_spans(), known, on, measures=measures)

    before, after = scored(day, Measures()), scored(AS_OF, option)
    told = after.scores.drop_nulls("behaviour")
    parts = pl.sum_horizontal("frequency_points", "effectiveness_points", "breadth_points")
    assert told.select((parts - pl.col("behaviour")).abs().max()).item() < 1e-9
    moved = change(before.scores, after).drop_nulls("change")
    total = pl.sum_horizontal(pl.exclude("account_id", "change"))
    assert moved.height > 20
    assert moved.select((total - pl.col("change")).abs().max()).item() < 1e-9
    assert not option.breadth or told["breadth_weight"][0] > 0
    assert option.breadth or told["breadth_weight"][0] == 0


def test_the_panel_s_score_is_the_score() -> None:
    rows = panel(5)
    expected = 0.3 * rows["own"] + 0.4 * rows["effectiveness"] + 0.3 * rows["breadth"]
    assert (score_of(rows, Measures(), Weights()) - expected).to_numpy() == pytest.approx(0, abs=1e-9)
    assert ranked(rows, expected).auc == pytest.approx(
        ranked(rows, score_of(rows, Measures(), Weights())).auc
    )
