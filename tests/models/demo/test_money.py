"""Subscriptions agree with renewals and with leaving."""

from __future__ import annotations

import polars as pl

from models.demo import Company
from models.demo.money import ADD_ONS, PLATFORM


def test_what_leavers_pay_ends_on_the_day_they_left(usual: Company) -> None:
    left = usual.facts["accounts"].drop_nulls("churned_on").select("account_id", "churned_on")
    ends = (
        usual.facts["subscriptions"]
        .group_by("account_id")
        .agg(open=pl.col("ends_on").null_count(), last=pl.col("ends_on").max())
    )
    rows = left.join(ends, on="account_id", how="left")
    assert rows["last"].equals(rows["churned_on"])
    assert rows["open"].sum() == 0


def test_the_live_have_one_open_platform_row(usual: Company) -> None:
    live = usual.facts["accounts"].filter(pl.col("churned_on").is_null())
    rows = usual.facts["subscriptions"].filter(pl.col("product") == PLATFORM, pl.col("ends_on").is_null())
    assert rows["account_id"].sort().equals(live["account_id"].sort())


def test_terms_follow_each_other_without_gap(usual: Company) -> None:
    rows = usual.facts["subscriptions"].filter(product=PLATFORM).sort("account_id", "starts_on")
    rows = rows.with_columns(next=pl.col("starts_on").shift(-1).over("account_id")).drop_nulls("next")
    assert rows.height > 200
    assert rows["ends_on"].equals(rows["next"])


def test_renewals_won_start_a_term_on_the_decision_day(usual: Company) -> None:
    starts = set(
        usual.facts["subscriptions"].filter(product=PLATFORM).select("account_id", "starts_on").iter_rows()
    )
    stayed = [
        (account, pl.Series([decision["on"]]).str.to_date().item())
        for account, entry in usual.truth["accounts"].items()
        for decision in entry["decisions"]
        if decision["left"] is False
    ]
    assert len(stayed) > 150
    assert set(stayed) <= starts


def test_there_is_expansion_contraction_and_mostly_euro(usual: Company) -> None:
    rows = usual.facts["subscriptions"]
    terms = rows.filter(product=PLATFORM).sort("account_id", "starts_on")
    change = terms.select(pl.col("mrr").pct_change().over("account_id")).to_series().drop_nulls()
    assert (change > 0.05).sum() > 20
    assert (change < -0.05).sum() > 5
    assert set(rows["product"].unique()) == {PLATFORM, *ADD_ONS}
    assert (rows["mrr"] > 0).all()
    share = rows["currency"].value_counts(normalize=True)
    assert share.filter(currency="EUR")["proportion"].item() > 0.8
    assert set(share["currency"]) == {"EUR", "GBP", "USD"}
