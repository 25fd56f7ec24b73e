"""A whole snapshot of the demo company: sums, honesty about time, and names that do not matter."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cache
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from models import facts
from models.behaviour import PARTS
from models.demo import company
from models.scoring import Scored, score

DAY = date(2025, 6, 15)
SEEDS = (1, 2, 3)
_BEGINS = {
    "accounts": "signed_on",
    "subscriptions": "starts_on",
    "usage_events": "occurred_at",
    "survey_invitations": "sent_at",
    "survey_responses": "responded_at",
    "interactions": "opened_at",
    "handoffs": "handed_on",
    "community_posts": "posted_at",
    "referrals": "referred_on",
}
_COMES_LATER = {
    "accounts": ("churned_on", "outcome_on"),
    "interactions": ("first_reply_at", "closed_at"),
    "handoffs": ("accepted_on",),
    "referrals": ("won_on",),
}


@cache
def known(seed: int) -> dict[str, pl.DataFrame]:
    """Every fact of a company of 50 accounts over 15 months."""
    return company(DAY, accounts=50, months=15, seed=seed).facts


def without_future(rows: dict[str, pl.DataFrame], day: date) -> dict[str, pl.DataFrame]:
    """The same facts as they stood on a day: later rows gone, later ends and answers not known yet."""
    cut = {name: rows[name].filter(pl.col(at).cast(pl.Date) <= day) for name, at in _BEGINS.items()}
    for name, columns in _COMES_LATER.items():
        hidden = [pl.when(pl.col(one).cast(pl.Date) <= day).then(pl.col(one)).alias(one) for one in columns]
        cut[name] = cut[name].with_columns(hidden)
    left = pl.col("outcome_on").is_not_null()
    cut["accounts"] = cut["accounts"].with_columns(outcome=pl.when(left).then("outcome"))
    return {**rows, **cut}


def snapshot(rows: dict[str, pl.DataFrame], day: date) -> Scored:
    """Scores of a day; days of use come whole, each event's span ends with the day, as a store reads them."""
    events, at = rows["usage_events"], pl.col("occurred_at")
    days = events.group_by("account_id", day=at.dt.date()).agg(
        events=pl.len().cast(pl.Int64),
        quantity=pl.col("quantity").sum(),
        users=pl.col("user_id").n_unique().cast(pl.Int64),
    )
    spans = (
        events.filter(at.dt.date() <= day)
        .group_by("account_id", "event")
        .agg(
            events=pl.len().cast(pl.Int64),
            quantity=pl.col("quantity").sum(),
            first_at=at.min(),
            last_at=at.max(),
        )
    )
    return score(
        rows,
        facts.ACCOUNT_DAYS.check(days).sort("account_id", "day"),
        facts.EVENT_SPANS.check(spans).sort("account_id", "event"),
        day,
    )


seeds = st.sampled_from(SEEDS)
FEW = settings(max_examples=5, deadline=None)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_score_is_the_sum_of_its_parts(seed: int) -> None:
    made = snapshot(known(seed), DAY)
    rows = made.scores.drop_nulls("behaviour")
    assert rows.height > 20
    points = rows.select(pl.sum_horizontal(f"{part}_points" for part in PARTS)).to_series()
    assert (points - rows["behaviour"]).to_numpy() == pytest.approx(0, abs=1e-9)
    said = made.felt.answers.group_by("account_id").agg(pl.col("mean").first() + pl.col("points").sum())
    heard = made.scores.drop_nulls("emotion").join(said, on="account_id")
    assert heard.height > 10
    assert (heard["mean"] - heard["emotion"]).to_numpy() == pytest.approx(0, abs=1e-9)
    for row in made.scores.iter_rows(named=True):
        total = sum(part["points"] for part in json.loads(row["risk_parts"]))
        assert total == pytest.approx(row["risk"], abs=1e-9)


@FEW
@given(seeds, st.integers(1, 330))
def test_a_past_day_is_scored_as_if_its_future_had_not_happened(seed: int, back: int) -> None:
    day = DAY - timedelta(days=back)
    hindsight, blind = (snapshot(rows, day) for rows in (known(seed), without_future(known(seed), day)))
    assert_frame_equal(hindsight.scores, blind.scores, abs_tol=1e-9)
    assert_frame_equal(hindsight.findings, blind.findings, abs_tol=1e-9)
    assert_frame_equal(hindsight.weeks, blind.weeks)
    assert_frame_equal(hindsight.felt.answers, blind.felt.answers, abs_tol=1e-9)


@FEW
@given(seeds, st.integers(0, 300), st.randoms(use_true_random=False))
def test_names_of_events_and_users_change_no_score(seed: int, back: int, random: Random) -> None:
    rows, day = known(seed), DAY - timedelta(days=back)
    names = rows["features"]["event"].to_list()
    other = dict(zip(names, random.sample(names, len(names)), strict=True))
    renamed = {
        **rows,
        "features": rows["features"].with_columns(pl.col("event").replace(other)),
        "usage_events": rows["usage_events"].with_columns(
            pl.col("event").replace(other), user_id=pl.lit("someone ") + pl.col("user_id").str.reverse()
        ),
    }
    assert_frame_equal(snapshot(rows, day).scores, snapshot(renamed, day).scores, abs_tol=1e-9)
