"""On the last day every CSM has true reasons to call somebody."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from models.demo import Company
from models.demo.comments import CAUSES, comments

AS_OF = date(2026, 7, 14)


def live(made: Company) -> pl.DataFrame:
    told = pl.DataFrame(
        [
            {
                "account_id": account,
                "fell": entry["declines_on"] is not None
                and date.fromisoformat(entry["declines_on"]) >= AS_OF - timedelta(45),
                **{name: entry[name] for name in ("silent", "waiting_on_us", "renewal_untouched")},
            }
            for account, entry in made.truth["accounts"].items()
        ]
    )
    return made.facts["accounts"].filter(pl.col("churned_on").is_null()).join(told, on="account_id")


def everyone_has(made: Company, accounts: pl.DataFrame) -> bool:
    return set(made.facts["accounts"]["csm_id"]) == set(accounts["csm_id"])


def test_each_csm_has_a_fresh_decline(usual: Company) -> None:
    assert everyone_has(usual, live(usual).filter("fell"))


def test_each_csm_has_a_detractor_of_the_last_days(usual: Company) -> None:
    poor = usual.facts["survey_responses"].filter(
        pl.col("kind") == "nps", pl.col("score") <= 6, pl.col("responded_at").dt.date() > AS_OF - timedelta(3)
    )
    assert poor["comment"].is_not_null().sum() >= 8
    assert everyone_has(usual, live(usual).join(poor, on="account_id", how="semi"))


def test_each_csm_has_somebody_silent(usual: Company) -> None:
    assert everyone_has(usual, live(usual).filter("silent"))


def test_each_csm_has_a_renewal_near_and_untouched(usual: Company) -> None:
    chosen = live(usual).filter("renewal_untouched")
    assert everyone_has(usual, chosen)
    assert (chosen["renewal_on"] <= AS_OF + timedelta(60)).all()
    recent = usual.facts["interactions"].filter(pl.col("opened_at").dt.date() > AS_OF - timedelta(90))
    assert chosen.join(recent, on="account_id", how="semi").is_empty()


def test_each_csm_has_somebody_waiting(usual: Company) -> None:
    waiting = usual.facts["interactions"].filter(
        pl.col("direction") == "in",
        pl.col("first_reply_at").is_null(),
        pl.col("opened_at").dt.date() >= AS_OF - timedelta(9),
    )
    assert everyone_has(usual, live(usual).join(waiting, on="account_id", how="semi"))
    assert waiting.join(live(usual).filter("waiting_on_us"), on="account_id", how="semi").height >= 8


def test_comments_fit_score_and_cause() -> None:
    size, price = 40, CAUSES.index("price")
    always = np.ones(size, dtype=bool)
    rng = np.random.default_rng(1)
    low = comments(rng, ["nps"] * size, np.full(size, 3.0), np.full(size, price), always)
    high = comments(rng, ["nps"] * size, np.full(size, 10.0), np.full(size, price), always)
    assert low.str.contains("price|pay|rise").all()
    assert not high.str.contains("price|pay|rise|slow").any()
