"""The behaviour score: its sum, its honesty about time, and what may never lower it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from models import facts
from models.behaviour import PARTS, Weights, behaviour
from models.book import book
from models.decisions import decisions
from models.measures import FREQUENCIES, Measures
from tests.models.rows import frame
from tests.models.sample import AS_OF, make

QUICK = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
COMPANIES = {seed: make(seed) for seed in range(4)}
FEATURES = frame(
    facts.FEATURES, *({"event": f"e{number}", "is_value": number in (2, 3, 5)} for number in range(8))
)
seeds = st.sampled_from(sorted(COMPANIES))


@pytest.mark.parametrize("seed", COMPANIES)
@pytest.mark.parametrize("features", [None, FEATURES])
def test_points_sum_to_the_score(seed: int, features: pl.DataFrame | None) -> None:
    scores = COMPANIES[seed].behaviour(features=features).scores
    told = scores.drop_nulls("behaviour")
    assert told.height > 40
    gap = told["behaviour"] - sum(told[f"{part}_points"] for part in PARTS)
    assert gap.to_numpy() == pytest.approx(0, abs=1e-9)
    assert told["behaviour"].is_between(0, 100).all()
    assert scores.filter(pl.col("behaviour").is_null())["behaviour_note"].null_count() == 0


@QUICK
@given(seeds, st.integers(0, 400))
def test_nothing_after_the_day_counts(seed: int, back: int) -> None:
    company, day = COMPANIES[seed], AS_OF - timedelta(days=back)
    whole, cut = company.behaviour(day), company.cut(day).behaviour(day)
    # A span's last use may lie after the day only when the caller did not cut it; compare what is cut.
    fair = ["account_id", "frequency", "effectiveness", "active_days_28", "last_active_on", "value_events"]
    assert_frame_equal(whole.scores.select(fair), cut.scores.select(fair))


def test_decisions_and_ends_after_the_day_are_unknown() -> None:
    company, day = COMPANIES[0], AS_OF - timedelta(days=200)
    later = pl.col("churned_on") > day
    blind = company.accounts.with_columns(churned_on=pl.when(~later).then("churned_on"))
    then = company.cut(day)
    unknowing = replace(then, accounts=blind)
    assert blind["churned_on"].null_count() > company.accounts["churned_on"].null_count()
    assert_frame_equal(then.behaviour(day).scores, unknowing.behaviour(day).scores)


@settings(QUICK, max_examples=20)
@given(
    seeds,
    st.integers(0, 79),
    st.integers(0, 27),
    st.integers(0, 7),
    st.builds(Measures, frequency=st.sampled_from(FREQUENCIES), breadth=st.booleans()),
)
def test_one_more_good_day_never_lowers_the_score(
    seed: int, number: int, ago: int, event: int, measures: Measures
) -> None:
    company, name = COMPANIES[seed], f"a{number:03d}"
    day = {"account_id": name, "user_id": "u0", "event": f"e{event}", "quantity": 1.0}
    extra = frame(facts.USAGE_EVENTS, day | {"occurred_at": datetime(2025, 6, 15) - timedelta(days=ago)})
    better = replace(company, events=pl.concat([company.events, extra]))
    for features in (None, FEATURES):
        before, after = (made.behaviour(None, features, measures).scores for made in (company, better))
        own = [scores.filter(account_id=name)["behaviour"].to_list() for scores in (before, after)]
        if own[0] and own[0][0] is not None:
            assert own[1][0] >= own[0][0] - 1e-9


@QUICK
@given(seeds, st.randoms(use_true_random=False))
def test_names_of_events_and_users_do_not_matter(seed: int, random: Random) -> None:
    company = COMPANIES[seed]
    names = [f"e{number}" for number in range(8)]
    other = dict(zip(names, random.sample(names, len(names)), strict=True))
    renamed = replace(
        company,
        events=company.events.with_columns(
            pl.col("event").replace(other), user_id=pl.lit("someone ") + pl.col("user_id")
        ),
    )
    features = FEATURES.with_columns(pl.col("event").replace(other))
    assert_frame_equal(
        company.behaviour(features=FEATURES).scores, renamed.behaviour(features=features).scores
    )
    assert_frame_equal(company.behaviour().scores, renamed.behaviour().scores)


def test_says_what_it_was_compared_with() -> None:
    found = make(5, accounts=200).behaviour().scores.drop_nulls("behaviour")
    assert set(found["reference_scope"]) == {"segment", "all"}, "accounts without a segment are few"
    assert (found["reference_n"] >= 30).all()
    young = make(5, accounts=40)
    alone = replace(young, subscriptions=facts.SUBSCRIPTIONS.empty()).behaviour().scores
    assert alone.drop_nulls("behaviour")["reference_scope"].unique().to_list() == ["book"]


def test_the_median_member_of_the_book_is_at_fifty() -> None:
    company = replace(make(6, accounts=300), subscriptions=facts.SUBSCRIPTIONS.empty())
    scores = company.behaviour().scores.drop_nulls("behaviour")
    assert scores["breadth"].mean() == pytest.approx(50, abs=1e-9)
    assert scores["frequency"].mean() == pytest.approx(50, abs=8)


def _one(name: str, signed: date, days: list[date]) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    times = [datetime(day.year, day.month, day.day) for day in days]
    used = [{"account_id": name, "day": day, "events": 1, "quantity": 1.0, "users": 1} for day in days]
    span = {"account_id": name, "event": "e", "events": len(days), "quantity": 1.0}
    spans = [span | {"first_at": min(times), "last_at": max(times)}] if times else []
    return (
        frame(facts.ACCOUNTS, {"account_id": name, "signed_on": signed}),
        frame(facts.ACCOUNT_DAYS, *used),
        frame(facts.EVENT_SPANS, *spans),
    )


@pytest.mark.parametrize(
    ("signed", "days", "note"),
    [
        (AS_OF - timedelta(days=27), [AS_OF], "seen for 27 days, 28 are needed"),
        (AS_OF - timedelta(days=99), [], "no use seen so far"),
        (AS_OF - timedelta(days=28), [AS_OF], None),
    ],
)
def test_says_why_there_is_no_score(signed: date, days: list[date], note: str | None) -> None:
    accounts, used, spans = _one("a", signed, days)
    live = book(accounts, facts.SUBSCRIPTIONS.empty(), AS_OF)
    # Somebody else used the product long before, so that the account's own age counts.
    other = used.clear().vstack(_one("b", signed, [AS_OF - timedelta(days=300)])[1])
    decided = decisions(accounts, facts.SUBSCRIPTIONS.empty(), AS_OF)
    found = behaviour(live, pl.concat([used, other]), spans, decided, AS_OF).scores
    assert found["behaviour_note"].to_list() == [note]
    assert found["behaviour"].is_null().to_list() == [note is not None]


def test_windows_are_counted_to_the_day() -> None:
    signed = AS_OF - timedelta(days=120)
    days = [signed, signed + timedelta(days=89), signed + timedelta(days=90)]
    days += [AS_OF - timedelta(days=ago) for ago in (55, 56, 28, 27, 0)]
    accounts, used, spans = _one("a", signed, days)
    early = _one("b", signed, [signed - timedelta(days=99)])[1]
    decided = decisions(accounts, facts.SUBSCRIPTIONS.empty(), AS_OF)
    live = book(accounts, facts.SUBSCRIPTIONS.empty(), AS_OF)
    row = behaviour(live, pl.concat([used, early]), spans, decided, AS_OF).scores.row(0, named=True)
    assert (row["age"], row["active_days_28"], row["active_days_prev_28"]) == (120, 2, 4)
    assert row["active_days_first_90"] == 4, "days 0, 64, 65 and 89"
    assert row["ratio_28"] == pytest.approx((2 + 1) / 28 / ((4 + 1) / 90))
    assert row["ratio_91"] == pytest.approx((7 + 1) / 91 / ((4 + 1) / 90))


def test_a_segment_that_falls_silent_as_one_is_missing_data() -> None:
    company = make(8, accounts=160)
    silent = company.accounts.filter(segment="s1")["account_id"].implode()
    stopped = datetime(2025, 6, 15) - timedelta(days=15)
    kept = company.events.filter(~pl.col("account_id").is_in(silent) | (pl.col("occurred_at") < stopped))
    scores = replace(company, events=kept).behaviour().scores.drop_nulls("last_active_on")
    gone = scores.filter(segment="s1")
    assert gone["usage_stopped"].all()
    assert gone["behaviour"].null_count() == gone.height
    assert "is data missing?" in gone.filter(pl.col("age") >= 28)["behaviour_note"][0]
    assert not scores.filter(segment="s0")["usage_stopped"].any()


def test_weights_are_proportions() -> None:
    assert Weights(3, 4, 3).shares(effectiveness=True) == Weights().shares(effectiveness=True)
    evenly = {"frequency": 0.5, "effectiveness": 0.0, "breadth": 0.5}
    assert Weights(0, 1, 0).shares(effectiveness=False) == evenly
    for wrong in (Weights(0, 0, 0), Weights(-1, 1, 1)):
        with pytest.raises(ValueError, match="give numbers of 0 or more"):
            wrong.shares(effectiveness=True)
