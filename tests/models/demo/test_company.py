"""The generator as a whole: contracts, repeatability, nothing from the future, any size."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import cast

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from models.demo import Company, Shape, Signal, company
from models.facts import FACTS
from tests.models.demo.reading import mean

AS_OF = date(2026, 7, 14)


def latest(frame: pl.DataFrame) -> date | None:
    times = [
        frame[name].cast(pl.Date).max()
        for name, dtype in frame.schema.items()
        if dtype in (pl.Date, pl.Datetime("us")) and name != "renewal_on"
    ]
    known = [time for time in times if isinstance(time, date)]
    return max(known, default=None)


def assert_sound(made: Company, as_of: date) -> None:
    assert list(made.facts) == list(FACTS)
    for name, frame in made.facts.items():
        FACTS[name].check(frame)
        newest = latest(frame)
        assert newest is None or newest <= as_of, name
    json.dumps(made.truth)


def test_every_fact_keeps_its_contract_and_has_rows(usual: Company) -> None:
    assert_sound(usual, AS_OF)
    assert all(frame.height for frame in usual.facts.values())


def test_usage_reaches_the_last_day_and_the_first(usual: Company) -> None:
    days = usual.facts["usage_events"]["occurred_at"].dt.date()
    assert days.max() == AS_OF
    assert days.min() == date(2024, 7, 15)
    assert 300_000 < len(days) < 600_000


def test_the_same_seed_gives_the_same_company() -> None:
    one, same, other = (company(AS_OF, accounts=60, months=9, seed=seed) for seed in (5, 5, 6))
    for name in FACTS:
        assert_frame_equal(one.facts[name], same.facts[name])
    assert one.truth == same.truth
    assert not one.facts["usage_events"].equals(other.facts["usage_events"])
    assert not one.facts["accounts"].equals(other.facts["accounts"])


@settings(max_examples=25, deadline=None)
@given(
    accounts=st.integers(1, 60),
    months=st.integers(1, 30),
    seed=st.integers(0, 10**6),
    as_of=st.dates(date(2019, 1, 1), date(2032, 12, 31)),
    signal=st.sampled_from(["paths", "progress", "activity", "none"]),
)
def test_any_size_and_day_is_sound(
    accounts: int, months: int, seed: int, as_of: date, signal: Signal
) -> None:
    made = company(as_of, accounts, months, seed, signal)
    assert_sound(made, as_of)
    assert made.facts["accounts"].height == accounts == len(made.truth["accounts"])


def test_accounts_and_csms_scale() -> None:
    made = company(AS_OF, accounts=1_200, months=6, shape=Shape(events_per_account=100))
    assert made.facts["accounts"].height == 1_200
    assert made.facts["accounts"]["name"].n_unique() == 1_200
    assert made.facts["accounts"]["csm_id"].n_unique() == 24
    assert 15_000 < made.facts["usage_events"].height < 45_000


def test_rows_point_at_accounts_and_contacts_that_exist(usual: Company) -> None:
    facts = usual.facts
    for name in ("contacts", "subscriptions", "usage_events", "survey_responses", "interactions", "handoffs"):
        assert facts[name].join(facts["accounts"], on="account_id", how="anti").is_empty(), name
    for name in ("survey_invitations", "survey_responses", "interactions", "community_posts"):
        known = facts["contacts"].select("contact_id", "account_id")
        assert facts[name].join(known, on=["contact_id", "account_id"], how="anti").is_empty(), name
    assert facts["usage_events"].join(facts["features"], on="event", how="anti").is_empty()
    assert facts["accounts"].join(facts["csms"], on="csm_id", how="anti").is_empty()


def test_nothing_happens_before_signing_or_after_leaving(usual: Company) -> None:
    lives = usual.facts["accounts"].select("account_id", "signed_on", "churned_on")
    days = {"usage_events": "occurred_at", "interactions": "opened_at", "survey_invitations": "sent_at"}
    for name, column in days.items():
        rows = usual.facts[name].join(lives, on="account_id").with_columns(day=pl.col(column).dt.date())
        assert rows.filter(pl.col("day") < pl.col("signed_on")).is_empty(), name
        assert rows.filter(pl.col("day") >= pl.col("churned_on")).is_empty(), name


def test_answers_follow_questions(usual: Company) -> None:
    spoken = usual.facts["interactions"]
    assert spoken.filter(pl.col("first_reply_at") < pl.col("opened_at")).is_empty()
    assert spoken.filter(pl.col("closed_at") < pl.col("opened_at")).is_empty()
    handed = usual.facts["handoffs"]
    assert handed.filter(pl.col("accepted_on") < pl.col("handed_on")).is_empty()
    asked = usual.facts["survey_invitations"]
    answers = usual.facts["survey_responses"].join_where(
        asked,
        pl.col("account_id") == pl.col("account_id_right"),
        pl.col("contact_id") == pl.col("contact_id_right"),
        pl.col("kind") == pl.col("kind_right"),
        pl.col("sent_at") < pl.col("responded_at"),
    )
    assert answers["response_id"].n_unique() == usual.facts["survey_responses"].height


def test_the_book_is_believable(usual: Company) -> None:
    accounts, year_ago = usual.facts["accounts"], AS_OF - timedelta(365)
    base = accounts.filter(
        pl.col("signed_on") <= year_ago, pl.col("churned_on").is_null() | (pl.col("churned_on") > year_ago)
    )
    assert 0.10 < mean(base["churned_on"].is_not_null()) < 0.30
    live = accounts.filter(pl.col("churned_on").is_null())
    assert live.height > 280
    assert (live["renewal_on"] > AS_OF).all()


def test_a_size_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 account and 1 month; got 0 and 24"):
        company(AS_OF, accounts=0)
    with pytest.raises(ValueError, match="got 400 and 0"):
        company(AS_OF, months=0)


def test_an_unknown_signal_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="'luck' is not known; choose one of paths, progress"):
        company(AS_OF, signal=cast("Signal", "luck"))
