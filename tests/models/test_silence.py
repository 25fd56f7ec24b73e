"""What not answering tells: learned where it is so, nothing where it is not; it ranks, and scores nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from scipy.stats import linregress, spearmanr

from models import facts
from models.emotion import felt, foretold
from models.mood import MoodModel
from models.silence import LEANING, Silence, leaning, learn
from tests.models.moods import Moods, moods
from tests.models.rows import frame

SEEDS = range(8)


def company(seed: int, *, silent: bool) -> Moods:
    """Three contacts an account with styles of their own, moods that drift, 900 accounts."""
    return moods(900, contacts=3, drifts=True, seed=seed, unhappy_keep_silent=silent)


def rankings(planted: Moods) -> dict[str, float]:
    """Rank correlation with the true present mood, over the accounts that have a score."""
    told, sent, day = planted.responses, planted.invitations, planted.as_of
    heard = felt(planted.truth, told, sent, day)
    leans = leaning(learn(heard, sent, told, day), sent, told, day)
    both = (
        heard.scores.drop_nulls("emotion")
        .join(planted.truth, on="account_id")
        .join(told.group_by("account_id").agg(raw=pl.col("score").mean()), on="account_id")
        .join(leans, on="account_id")
        .with_columns(ranked=pl.col("emotion") + pl.col("leaning"))
    )
    return {
        name: float(spearmanr(both[name], both["truth"]).statistic) for name in ("raw", "emotion", "ranked")
    }


def test_ranks_nearer_the_truth_where_the_unhappy_keep_silent() -> None:
    """Several contacts, drifting moods, biased silence: eight companies, and in each of them."""
    found = [rankings(company(seed, silent=True)) for seed in SEEDS]
    gains = {name: np.array([one[name] - one["raw"] for one in found]) for name in ("emotion", "ranked")}
    errors = {name: gain.std(ddof=1) / np.sqrt(len(gain)) for name, gain in gains.items()}
    assert gains["ranked"].mean() - 3 * errors["ranked"] > 0.02, gains
    assert (gains["ranked"] > 0).all(), gains
    assert gains["emotion"].mean() - 3 * errors["emotion"] > 0, "the score alone, without what silence tells"
    assert (gains["emotion"] > 0).mean() > 0.8
    assert (gains["ranked"] > gains["emotion"]).all(), "silence tells something in each company"


def test_learns_nothing_where_silence_tells_nothing() -> None:
    found = []
    for seed in SEEDS:
        planted = company(seed, silent=False)
        told, sent = planted.responses, planted.invitations
        found.append(learn(felt(planted.truth, told, sent, planted.as_of), sent, told, planted.as_of))
    assert sum(one.slope > 0 for one in found) <= 1, "2.3 % of such companies are expected"
    assert all(one.n > 500 for one in found)
    assert np.mean([one.usual for one in found]) == pytest.approx(0.8, abs=0.01)


def test_the_regression_is_scipys() -> None:
    planted = company(1, silent=True)
    told, sent, day = planted.responses, planted.invitations, planted.as_of
    heard = felt(planted.truth, told, sent, day)
    found, last = learn(heard, sent, told, day), foretold(heard)
    answered = told.select("account_id", "contact_id", sent_at="responded_at", answered=1)
    rates = (
        sent.join(answered, on=["account_id", "contact_id", "sent_at"], how="left")
        .join(last, on="account_id")
        .filter(pl.col("sent_at").dt.date() < pl.col("last_on") - pl.duration(days=14))
        .group_by("account_id")
        .agg(rate=(pl.col("answered").sum() + 2 * found.usual) / (pl.len() + 2))
    )
    rows = last.join(rates, on="account_id")
    theirs = linregress(rows["rate"], rows["value"] - rows["expected"])
    assert found.n == rows.height
    assert (found.slope, found.t) == pytest.approx((theirs.slope, theirs.slope / theirs.stderr))


def test_the_score_itself_stays_what_was_said() -> None:
    planted = company(2, silent=True)
    told, day = planted.responses, planted.as_of
    with_, without = (felt(planted.truth, told, sent, day) for sent in (planted.invitations, NOBODY))
    assert_frame_equal(with_.answers, without.answers)
    assert_frame_equal(with_.scores.select("emotion"), without.scores.select("emotion"))


NOBODY = facts.SURVEY_INVITATIONS.empty()


def asked(*days: int) -> pl.DataFrame:
    rows = [{"account_id": "a", "contact_id": "c", "kind": "nps", "sent_at": noon(ago)} for ago in days]
    return frame(facts.SURVEY_INVITATIONS, *rows)


def said(*days: int, score: float = 10) -> pl.DataFrame:
    row = {"account_id": "a", "contact_id": "c", "kind": "nps", "score": score}
    return frame(
        facts.SURVEY_RESPONSES, *(row | {"response_id": f"{ago}", "responded_at": noon(ago)} for ago in days)
    )


def noon(ago: int) -> datetime:
    return datetime(2025, 6, 15, 12) - timedelta(days=ago)


DAY = noon(0).date()
HALF = Silence(slope=20.0, t=5.0, usual=0.5, n=100)


def test_leaning_by_hand() -> None:
    found = leaning(HALF, asked(10, 30, 60, 90), said(88), DAY).row(0, named=True)
    assert (found["times_asked"], found["times_answered"]) == (3, 1), "the youngest may still be answered"
    assert found["leaning"] == pytest.approx(20 * ((1 + 2 * 0.5) / (3 + 2) - 0.5))
    assert leaning(Silence(), asked(30), said(29), DAY)["leaning"].to_list() == [0.0]


@pytest.mark.parametrize("answers", [(), (89,), (89, 59)])
def test_one_answer_more_never_lowers_it(answers: tuple[int, ...]) -> None:
    before, after = (
        leaning(HALF, asked(30, 60, 90), said(*days), DAY)["leaning"].item()
        for days in (answers, (*answers, 29))
    )
    assert after > before


def test_nothing_after_the_day_counts() -> None:
    planted = company(3, silent=True)
    day = planted.as_of - timedelta(days=100)
    end = datetime.combine(day, datetime.max.time())
    whole = planted.responses, planted.invitations
    cut = (
        planted.responses.filter(pl.col("responded_at") <= end),
        planted.invitations.filter(pl.col("sent_at") <= end),
    )
    one, two = (learn(felt(planted.truth, told, sent, day), sent, told, day) for told, sent in (whole, cut))
    assert one == two
    assert one.slope > 0
    leans = [leaning(one, sent, told, day) for told, sent in (whole, cut)]
    assert_frame_equal(*leans)


def test_few_accounts_teach_nothing() -> None:
    book, model = pl.DataFrame({"account_id": ["a"]}), MoodModel(mean=60.0)
    sent, told = asked(30, 60, 90), said(29, 59, score=2)
    heard = felt(book, told, sent, DAY, model=model)
    found = learn(heard, sent, told, DAY)
    assert (found.slope, found.n) == (0.0, 1)
    assert found.usual == pytest.approx(2 / 3)
    assert learn(heard, NOBODY, told, DAY) == Silence()
    assert_frame_equal(leaning(Silence(), NOBODY, told, DAY), LEANING.empty())
    by_hand = foretold(heard).row(0, named=True)
    assert (by_hand["value"], by_hand["expected"]) == (20.0, pytest.approx(60 + 0.5 * (20 - 60)))
