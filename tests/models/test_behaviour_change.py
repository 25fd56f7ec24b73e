"""A change between two days is explained to the last digit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import polars as pl
import pytest

from models import facts
from models.behaviour import PARTS, Compared, Weights, behaviour
from models.behaviour_change import CAUSES, change
from models.book import book
from models.decisions import decisions
from tests.models.sample import AS_OF, Company, make
from tests.models.test_behaviour import FEATURES

COMPANY = make(11, accounts=160)


def compared(company: Company, back: int, features: pl.DataFrame | None, weights: Weights) -> Compared:
    day = AS_OF - timedelta(days=back)
    then = company.cut(day)
    return behaviour(
        book(then.accounts, then.subscriptions, day),
        then.account_days(),
        then.event_spans(),
        decisions(then.accounts, then.subscriptions, day),
        day,
        features=features,
        weights=weights,
    )


@pytest.mark.parametrize("back", [1, 7, 100, 500])
@pytest.mark.parametrize("catalog", [(FEATURES, FEATURES), (None, FEATURES), (FEATURES, None)])
@pytest.mark.parametrize("weights", [Weights(), Weights(1, 1, 1)])
def test_the_parts_of_a_change_sum_to_it(
    back: int, catalog: tuple[pl.DataFrame | None, pl.DataFrame | None], weights: Weights
) -> None:
    before = compared(COMPANY, back, catalog[0], Weights())
    after = compared(COMPANY, 0, catalog[1], weights)
    moved = change(before.scores, after)
    both = before.scores.join(after.scores, on="account_id").sort("account_id")
    assert moved["account_id"].to_list() == both["account_id"].to_list()
    expected = both["behaviour_right"] - both["behaviour"]
    parts = moved.select(pl.sum_horizontal(pl.exclude("account_id", "change"), ignore_nulls=False))
    assert expected.count() > (20 if back < 500 else 3)
    assert (parts.to_series() - expected).drop_nulls().to_numpy() == pytest.approx(0, abs=1e-9)
    assert moved["change"].to_list() == pytest.approx(expected.to_list(), nan_ok=True)


def test_an_account_that_did_nothing_new_moved_only_with_the_others() -> None:
    before = compared(COMPANY, 0, FEATURES, Weights())
    busier = replace(COMPANY, events=pl.concat([COMPANY.events, _more_use()]))
    moved = change(before.scores, compared(busier, 0, FEATURES, Weights()))
    quiet = moved.filter(~pl.col("account_id").is_in([f"a{number:03d}" for number in range(40)]))
    assert quiet.select(pl.max_horizontal(pl.col(f"{part}_own").abs().max() for part in PARTS)).item() == 0
    assert (quiet["frequency_reference"] < 0).any()
    assert (moved["frequency_own"] > 0).any()


def test_new_weights_are_told_apart_from_new_behaviour() -> None:
    before = compared(COMPANY, 0, FEATURES, Weights())
    moved = change(before.scores, compared(COMPANY, 0, FEATURES, Weights(60, 20, 20)))
    for cause in CAUSES[:2]:
        assert moved.select(pl.col(f"^.*_{cause}$").abs().max().max()).row(0) == (0.0, 0.0, 0.0)
    assert (moved["change"].drop_nulls().abs() > 1).any()


def _more_use() -> pl.DataFrame:
    """Forty accounts use the product every day of the last two weeks."""
    busy = COMPANY.events.filter(pl.col("account_id") < "a040").unique("account_id")
    last = COMPANY.events["occurred_at"].cast(pl.Date).min()
    assert last is not None
    days = pl.datetime_range(AS_OF - timedelta(days=13), AS_OF, "1d", time_unit="us", eager=True)
    return (
        busy.drop("occurred_at")
        .join(pl.DataFrame({"occurred_at": days}), how="cross")
        .select(facts.USAGE_EVENTS.names)
    )
