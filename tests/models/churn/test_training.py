"""The whole way on small companies: what is learned, said, kept, replaced, and never known too early."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import polars as pl
import pytest

from models.auc import auc
from models.book import ends_as_known
from models.churn.model import VERSION, from_json
from models.churn.observations import MONTHLY, RENEWAL, observations, upcoming
from models.churn.scoring import contributions, features, predict
from models.churn.succession import better
from models.churn.table import COUNTS, OWN_PACE
from models.churn.training import Training, cuts, due, replay, train
from models.churn.words import reasons
from models.demo import Shape, Signal, company
from models.demo.company import Company
from tests.models.churn.making import DAY, asked, evidence_of, known_by

SHAPE = Shape(events_per_account=120)


@cache
def made(signal: Signal = "paths", accounts: int = 1_200, months: int = 30, seed: int = 5) -> Company:
    return company(DAY, accounts=accounts, months=months, seed=seed, signal=signal, shape=SHAPE)


@cache
def trained() -> Training:
    facts = made().facts
    evidence = evidence_of(facts)
    return train(asked(facts, DAY, evidence), evidence, DAY)


def test_it_comes_close_to_the_oracle_and_is_calibrated() -> None:
    training = trained()
    assert training.model is not None
    planted = {
        (account, date.fromisoformat(decision["on"])): decision["probability"]
        for account, entry in made().truth["accounts"].items()
        for decision in entry["decisions"]
    }
    keys = training.judged.select("account_id", "outcome_on").rows()
    known = np.array([key in planted for key in keys])
    oracle = np.array([planted[key] for key in keys if key in planted])
    left = training.judged["left"].to_numpy()[known]
    ours = auc(left, training.judged["probability"].to_numpy()[known])
    assert known.mean() > 0.98
    assert (auc(left, oracle).value or 0) - (ours.value or 0) < 0.07
    assert training.model.evaluation.calibrated
    assert training.verdict.word == "signal"
    assert training.model.kind == RENEWAL
    assert training.model.recipe.feature_set == OWN_PACE
    assert not training.model.leaks.warnings


def test_every_replayed_decision_was_predicted_from_outcomes_before_it() -> None:
    raw = trained().raw
    starts = cuts(raw)
    spoiled = raw.with_columns(
        left=pl.when(pl.col("outcome_on") >= starts[-1]).then(~pl.col("left")).otherwise("left")
    )
    ours, theirs = replay(raw, starts, challenge=False), replay(spoiled, starts, challenge=False)
    assert ours["as_of"].min() == starts[0]
    assert ours["probability"].equals(theirs["probability"])
    assert not ours["left"].equals(theirs["left"])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_read_into_a_company_without_signal(seed: int) -> None:
    facts = made("none", 450, 24, seed).facts
    evidence = evidence_of(facts)
    training = train(asked(facts, DAY, evidence), evidence, DAY)
    assert training.verdict.word in ("no reliable signal", "not enough data to tell")
    assert not training.verdict.usable


def test_too_little_is_refused_with_what_is_missing() -> None:
    facts = made("none", 100, 24, 1).facts
    evidence = evidence_of(facts)
    training = train(asked(facts, DAY, evidence), evidence, DAY)
    assert training.model is None
    assert training.verdict.word == "refused"
    assert "missing" in training.verdict.sentence
    assert training.judged.is_empty()


@pytest.mark.parametrize("back", [45, 400])
def test_what_comes_later_changes_no_prediction(back: int) -> None:
    model = trained().model
    assert model is not None
    facts, day = made().facts, DAY - timedelta(days=back)
    whole, cut = evidence_of(facts), evidence_of(known_by(facts, day))
    accounts, subscriptions = (known_by(facts, day)[name] for name in ("accounts", "subscriptions"))
    for kind in (RENEWAL, MONTHLY):
        rows = upcoming(accounts, subscriptions, day, kind)
        later = upcoming(facts["accounts"], ends_as_known(facts["subscriptions"], day, DAY), day, kind)
        assert rows.equals(later), "nobody knows yet who leaves in mid-term"
        ours, theirs = features(model, rows, whole), features(model, rows, cut)
        for name in ours.columns:
            assert ours[name].equals(theirs[name], null_equal=True), name
        assert predict(model, ours).equals(predict(model, theirs))


def test_a_model_trained_on_a_past_day_does_not_know_the_future() -> None:
    facts, day = made("paths", 600, 24).facts, DAY - timedelta(days=120)
    cut = known_by(facts, day)
    first, second = evidence_of(facts), evidence_of(cut)
    since = first.usage_starts
    ours = train(observations(facts["accounts"], facts["subscriptions"], day, since=since), first, day)
    theirs = train(observations(cut["accounts"], cut["subscriptions"], day, since=since), second, day)
    assert ours.model is not None
    assert theirs.model is not None
    assert ours.model.to_json() == theirs.model.to_json()


def test_a_model_survives_its_own_text_and_no_other() -> None:
    model = trained().model
    assert model is not None
    text = model.to_json()
    assert from_json(text) == model
    with pytest.raises(ValueError, match=f"version {VERSION + 1}, not {VERSION}"):
        from_json(replace(model, version=VERSION + 1).to_json())
    with pytest.raises(ValueError, match="train it again"):
        from_json("[]")


def test_reasons_sum_to_the_log_odds_and_are_said_in_words() -> None:
    model, raw = trained().model, trained().raw.head(200)
    assert model is not None
    scored, parts = predict(model, raw), contributions(model, raw)
    sums = parts.group_by("account_id", "as_of").agg(pl.col("log_odds").sum())
    both = scored.join(sums, on=["account_id", "as_of"])
    assert (both["logit"] - model.equation.intercept - both["log_odds"]).abs().max() < 1e-12  # type: ignore[operator]  # a statistic of numbers, typed as any value
    assert (1 / (1 + (-both["logit"]).exp()) - both["probability"]).abs().max() < 1e-12  # type: ignore[operator]  # a statistic of numbers, typed as any value
    told = reasons(model, raw)
    assert told.group_by("account_id", "as_of").len()["len"].max() == 4
    directions = told.select(
        up=pl.col("log_odds") > 0, said=pl.col("sentence").str.ends_with("raises the risk.")
    )
    assert directions["up"].equals(directions["said"])
    largest = (
        parts.with_columns(pl.col("log_odds").abs())
        .group_by("account_id", "as_of")
        .agg(pl.col("log_odds").max())
    )
    first = told.group_by("account_id", "as_of", maintain_order=True).first()
    assert (
        first.join(largest, on=["account_id", "as_of"])
        .select((pl.col("log_odds").abs() - pl.col("log_odds_right")).abs().max())
        .item()
        < 1e-12
    )


def test_an_account_unlike_those_it_was_trained_on_is_said_to_be_so() -> None:
    model, raw = trained().model, trained().raw.head(4)
    assert model is not None
    strange = raw.with_columns(
        tenure=pl.Series([20.0, *raw["tenure"][1:3], 1.0]),
        segment=pl.Series([*raw["segment"][:2], "Moon", raw["segment"][3]]),
    )
    found = predict(model, strange)["outside"].to_list()
    assert found[0] == "Outside what the model was trained on: how long they are here."
    assert found[1] is None
    assert found[2] == "Outside what the model was trained on: a segment it hardly knows."
    youngest = round(math.exp(min(trained().raw["tenure"].to_list())))
    assert found[3].endswith(f"a customer for less than the {youngest} days from which it learned.")


def test_a_new_model_replaces_the_old_one_unless_it_is_worse() -> None:
    new = trained()
    assert new.model is not None
    assert better(None, new).better
    recent = better(new.model, new)
    assert recent.better
    assert "Only 0 churns" in recent.sentence
    day = DAY - timedelta(days=365)
    facts = made().facts
    evidence = evidence_of(facts)
    old = train(asked(facts, day, evidence), evidence, day).model
    assert old is not None
    fair = better(old, new)
    assert fair.better
    assert fair.gain is not None
    spoiled = replace(new, judged=new.judged.with_columns(probability=1 - pl.col("probability")))
    kept = better(replace(old, verdict=new.verdict), spoiled)
    assert not kept.better
    assert kept.gain is not None
    assert kept.gain < 0
    blind = replace(new, verdict=replace(new.verdict, word="no reliable signal"))
    assert not better(replace(old, verdict=new.verdict), blind).better
    assert not better(old, replace(new, model=None)).better
    leaky = replace(old, verdict=new.verdict, leaks=replace(old.leaks, features=(("x", 0.97),)))
    assert better(leaky, blind).better, "what looked at the answer is not kept"


def test_rolling_contracts_choose_their_columns_by_folds() -> None:
    facts = made("activity", 440, 16, 2).facts
    evidence = evidence_of(facts)
    rows = asked(facts, DAY, evidence, kind=MONTHLY)
    training = train(rows, evidence, DAY)
    assert training.model is not None
    assert training.model.recipe.feature_set in (OWN_PACE, COUNTS)
    assert training.model.kind == MONTHLY
    assert set(training.raw["as_of"].dt.day().to_list()) == {1}


def test_training_is_due_every_four_weeks() -> None:
    model = trained().model
    assert due(None, DAY)
    assert not due(model, DAY + timedelta(days=27))
    assert due(model, DAY + timedelta(days=28))
