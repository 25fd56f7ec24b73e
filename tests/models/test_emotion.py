"""The emotion score: exact parts, states, properties, and what it is worth by simulation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from scipy.stats import spearmanr

from models import facts
from models.emotion import emotion, emotion_parts, learned_before
from models.mood import MoodModel, learn
from tests.models.moods import Moods, answers_of, moods
from tests.models.rows import frame
from tests.models.sample import AS_OF, Company, make

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
NOT_ASKED = facts.SURVEY_INVITATIONS.empty()
COMPANIES = {seed: make(seed) for seed in range(4)}
BOOK = pl.DataFrame({"account_id": [f"a{number:03d}" for number in range(80)]})


def said(score: float | None, ago: int, kind: str = "nps", **more: object) -> dict[str, object]:
    at = datetime(2025, 6, 15, 9) - timedelta(days=ago)
    row = {"account_id": "a", "contact_id": "c", "kind": kind, "score": score, "responded_at": at}
    return {"response_id": f"{ago}-{score}-{kind}"} | row | more


def one(
    *answers: dict[str, object], model: MoodModel | None = None, invited: pl.DataFrame = NOT_ASKED
) -> dict[str, object]:
    book = pl.DataFrame({"account_id": ["a"]})
    told = frame(facts.SURVEY_RESPONSES, *answers)
    return emotion(book, told, invited, AS_OF, model=model).row(0, named=True)


PLAIN = MoodModel(mean=60.0, variance=400.0)


def test_one_answer_is_shrunk_toward_the_mean_by_hand() -> None:
    found = one(said(10, 5), model=PLAIN)
    assert found["emotion"] == pytest.approx(60 + 0.5 * (100 - 60))
    half = 1.959964 * np.sqrt(400 * (0.5 - 0.5**2))
    assert found["emotion_low"] == pytest.approx(80 - half)
    assert found["emotion_high"] == pytest.approx(80 + half)


def test_two_answers_count_more_than_one_and_old_ones_less() -> None:
    steady = one(said(10, 5), said(10, 6), model=PLAIN)
    assert steady["emotion"] == pytest.approx(60 + 40 * 2 / 3)
    fading = MoodModel(mean=60.0, steady=0.0, memory=100.0)
    assert one(said(10, 100), model=fading)["emotion"] == pytest.approx(60 + 0.5 * np.exp(-1) * 40)


def test_scales_meet() -> None:
    ends = [one(said(score, 1, kind), model=PLAIN)["emotion"] for score, kind in ((5, "csat"), (7, "ces"))]
    assert ends == [pytest.approx(80.0)] * 2
    assert one(said(1, 1, "csat"), model=PLAIN)["emotion"] == pytest.approx(30.0)


@pytest.mark.parametrize(
    ("answers", "asked", "mood", "known"),
    [
        ([said(9, 364)], None, "heard", True),
        ([said(9, 365)], None, "silent", False),
        ([said(None, 5), said(9, 500)], None, "heard", False),
        ([], 1, "silent", False),
        ([], None, "never asked", False),
        ([], -1, "never asked", False),
        ([said(9, -1)], None, "never asked", False),
    ],
)
def test_states(answers: list[dict[str, object]], asked: int | None, mood: str, known: bool) -> None:
    sent = {"account_id": "a", "contact_id": "c", "kind": "nps"}
    invitations = [] if asked is None else [sent | {"sent_at": datetime(2025, 6, 15) - timedelta(days=asked)}]
    found = one(*answers, invited=frame(facts.SURVEY_INVITATIONS, *invitations))
    assert found["mood"] == mood
    assert (found["emotion"] is not None) == known


def test_the_same_answer_from_two_sources_counts_once() -> None:
    again = said(10, 5) | {"response_id": "from elsewhere"}
    assert one(said(10, 5), again, model=PLAIN)["emotion"] == pytest.approx(80)
    unnamed = [said(10, 5, contact_id=""), said(10, 5, contact_id="") | {"response_id": "b"}]
    assert one(*unnamed, model=PLAIN)["emotion"] == pytest.approx(60 + 40 * 2 / 3), "may be two people"


def test_a_sponsor_counts_twice() -> None:
    contacts = frame(facts.CONTACTS, {"contact_id": "c", "account_id": "a", "is_sponsor": True})
    book = pl.DataFrame({"account_id": ["a"]})
    told = frame(facts.SURVEY_RESPONSES, said(10, 5))
    found = emotion(book, told, NOT_ASKED, AS_OF, contacts=contacts, model=PLAIN)
    assert found["emotion"].to_list() == pytest.approx([60 + 40 * 2 / 3])


@pytest.mark.parametrize("seed", COMPANIES)
def test_parts_sum_to_the_score(seed: int) -> None:
    company = COMPANIES[seed]
    scores = emotion(BOOK, company.responses, NOT_ASKED, AS_OF).drop_nulls("emotion")
    parts = emotion_parts(BOOK, company.responses, AS_OF)
    total = parts.group_by("account_id").agg(total=pl.col("mean").first() + pl.col("points").sum())
    both = scores.join(total, on="account_id")
    assert both.height == scores.height > 30
    assert (both["emotion"] - both["total"]).to_numpy() == pytest.approx(0, abs=1e-9)
    assert scores["emotion"].is_between(0, 100).all()
    assert (scores["emotion_low"] < scores["emotion_high"]).all()


@QUICK
@given(st.sampled_from(sorted(COMPANIES)), st.integers(0, 500))
def test_nothing_after_the_day_counts(seed: int, back: int) -> None:
    company, day = COMPANIES[seed], AS_OF - timedelta(days=back)
    whole = emotion(BOOK, company.responses, NOT_ASKED, day)
    assert_frame_equal(whole, emotion(BOOK, company.cut(day).responses, NOT_ASKED, day))


@QUICK
@given(st.sampled_from(sorted(COMPANIES)), st.integers(0, 79), st.integers(0, 600), st.integers(0, 3))
def test_one_more_answer_of_ten_never_lowers_the_score(
    seed: int, number: int, ago: int, contact: int
) -> None:
    company, name = COMPANIES[seed], f"a{number:03d}"
    more = said(10, ago, account_id=name, contact_id=f"{name}-c{contact}")
    better = pl.concat([company.responses, frame(facts.SURVEY_RESPONSES, more)])
    before, after = (
        emotion(BOOK, told, NOT_ASKED, AS_OF).filter(account_id=name)["emotion"].item()
        for told in (company.responses, better)
    )
    if before is not None:
        assert after >= before - 1e-9


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_ten_never_lowers_whatever_the_model(data: st.DataObject) -> None:
    """Also where respondents have a style: an answer that would count against itself is left out."""
    style = data.draw(st.sampled_from([0.0, 0.15, 0.4]))
    model = MoodModel(
        mean=data.draw(st.sampled_from([30.0, 70.0])),
        mood=0.55 - style,
        style=style,
        noise=0.45,
        steady=data.draw(st.sampled_from([0.0, 0.3, 1.0])),
        memory=data.draw(st.sampled_from([30.0, 180.0])),
    )
    answer = st.tuples(st.integers(0, 10), st.integers(0, 364), st.integers(0, 2))
    drawn = data.draw(st.lists(answer, min_size=1, max_size=5))
    _, ago, contact = data.draw(answer)
    told = [
        said(score, day, response_id=f"{index}", contact_id=f"c{who}")
        for index, (score, day, who) in enumerate(drawn)
    ]
    ten = said(10, ago, response_id="ten", contact_id=f"c{contact}")
    before, after = (one(*answers, model=model)["emotion"] for answers in (told, [*told, ten]))
    assert isinstance(before, float)
    assert isinstance(after, float)
    assert after >= before - 1e-9


def test_names_do_not_matter() -> None:
    company = COMPANIES[1]
    renamed = company.responses.with_columns(
        contact_id=pl.lit("x") + pl.col("contact_id").str.reverse(),
        response_id=pl.lit("z") + pl.col("response_id"),
    )
    told = emotion(BOOK, company.responses, NOT_ASKED, AS_OF)
    assert_frame_equal(told, emotion(BOOK, renamed, NOT_ASKED, AS_OF))


def test_within_a_month_only_own_answers_move_a_score() -> None:
    company: Company = COMPANIES[2]
    extra = said(0, 3, account_id="a001")
    more = pl.concat([company.responses, frame(facts.SURVEY_RESPONSES, extra)])
    before, after = (emotion(BOOK, told, NOT_ASKED, AS_OF) for told in (company.responses, more))
    others = pl.col("account_id") != "a001"
    assert_frame_equal(before.filter(others), after.filter(others))


@pytest.fixture(scope="module", params=[(1, False), (3, True)], ids=["one contact", "three, drifting"])
def planted(request: pytest.FixtureRequest) -> Moods:
    contacts, drifts = request.param
    return moods(600, contacts=contacts, drifts=drifts, seed=3)


def test_ranks_nearer_the_truth_than_the_raw_mean(planted: Moods) -> None:
    told = planted.responses
    scores = emotion(planted.truth, told, NOT_ASKED, planted.as_of).drop_nulls("emotion")
    raw = told.group_by("account_id").agg(raw=pl.col("score").mean())
    both = scores.join(planted.truth, on="account_id").join(raw, on="account_id")
    ours = spearmanr(both["emotion"], both["truth"]).statistic
    theirs = spearmanr(both["raw"], both["truth"]).statistic
    assert ours > theirs + (0.03 if planted.drifts else 0.0)
    truth = both["truth"].clip(0, 100)
    inside = ((both["emotion_low"] <= truth) & (truth <= both["emotion_high"])).to_numpy()
    assert 0.9 <= inside.mean() <= 0.98


def test_a_second_source_changes_no_score(planted: Moods) -> None:
    """Every answer comes again from another system, an hour later and under other ids."""
    again = planted.responses.with_columns(
        response_id=pl.lit("other ") + pl.col("response_id"),
        responded_at=pl.col("responded_at") + timedelta(hours=1),
    )
    both = pl.concat([planted.responses, again])
    one, two = (emotion(planted.truth, told, NOT_ASKED, planted.as_of) for told in (planted.responses, both))
    assert_frame_equal(one, two)


def test_learns_how_the_variance_divides(planted: Moods) -> None:
    model = learn(answers_of(planted))
    assert model.learned
    assert model.mood == pytest.approx(planted.shares[0], abs=0.12)
    assert model.style == pytest.approx(planted.shares[1], abs=0.12)
    assert (model.steady < 1) == planted.drifts, "fading is chosen only where mood does drift"


def test_few_answers_leave_the_stated_shares() -> None:
    told = pl.DataFrame({"value": [80.0], "day": [float(date(2025, 1, 1).toordinal())]})
    model, other = learned_before(told, AS_OF)
    assert (model.learned, model.mean, model.mood, model.noise) == (False, 80.0, 0.5, 0.5)
    assert other == model
    assert learned_before(told.clear(), AS_OF)[0].mean == 50.0


def test_each_half_is_weighed_by_what_the_other_half_taught(planted: Moods) -> None:
    told = answers_of(planted)
    first, second = learned_before(told, planted.as_of)
    louder = told.with_columns(value=pl.when(pl.col("half") == 0).then(100.0).otherwise("value"))
    changed = learned_before(louder, planted.as_of)
    assert first.learned
    assert first.mean == second.mean
    assert changed[0] == replace(first, mean=changed[0].mean)
    assert changed[1].variance < second.variance
