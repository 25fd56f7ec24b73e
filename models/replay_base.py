"""What the found accounts are held against: others of the same week and segment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from models.wilson import interval_of

FOLLOWED_DAYS = 90


@dataclass(frozen=True)
class Base:
    """The share of others that left, weighted as the found are; `of` is how many accounts tell it."""

    value: float | None
    of: int

    @property
    def interval(self) -> tuple[float, float]:
        """Low and high, 0-1, by Wilson."""
        return interval_of(self.value or 0.0, self.of) if self.of else (0.0, 1.0)


def matched(found: pl.DataFrame, hits: pl.DataFrame, book: pl.DataFrame, gone: pl.DataFrame) -> Base:
    """How many would have left if the found were like others of the week and segment they were found in.

    In: `found` (account_id, first_on) whose 90 days are over, `hits` (as_of, account_id), `book` (as_of,
    account_id, segment where it is known) and `gone` (account_id, churned_on). Others are those of that
    week's book and segment for which the rule did not hold that week; where it held for all of a segment,
    the others of the week, and where it held for everybody, the whole week.
    """
    days = found["first_on"].unique()
    of_segment = pl.col("segment") if "segment" in book.columns else pl.lit("", pl.String)
    here = book.filter(pl.col("as_of").is_in(days.implode())).select(
        "as_of", "account_id", segment=of_segment.fill_null("")
    )
    after = (pl.col("churned_on") - pl.col("as_of")).dt.total_days()
    lives = here.join(gone, on="account_id", how="left").with_columns(
        left=(after <= FOLLOWED_DAYS).fill_null(value=False)
    )
    others = lives.join(hits, on=["as_of", "account_id"], how="anti")
    placed = found.select("account_id", as_of="first_on").join(here, on=["as_of", "account_id"])
    near, week, whole = (
        frame.group_by(*keys).agg(pl.col("left").mean().alias(name))
        for frame, keys, name in (
            (others, ["as_of", "segment"], "near"),
            (others, ["as_of"], "week"),
            (lives, ["as_of"], "whole"),
        )
    )
    rates = (
        placed.join(near, on=["as_of", "segment"], how="left")
        .join(week, on="as_of", how="left")
        .join(whole, on="as_of", how="left")
        .select(rate=pl.coalesce("near", "week", "whole"))
    )
    share = rates["rate"].mean()
    told = others.join(placed.select("as_of", "segment"), on=["as_of", "segment"], how="semi")
    behind = told if told.height else lives
    return Base(float(share) if isinstance(share, float) else None, behind["account_id"].n_unique())


def everybody(there: pl.DataFrame, as_of: date) -> Base:
    """The whole book, each account from the first day it was in it: account_id, first_on, left_after."""
    told = there.filter(pl.col("first_on") <= as_of - timedelta(days=FOLLOWED_DAYS))
    if told.is_empty():
        return Base(None, 0)
    left = (told["left_after"].fill_null(FOLLOWED_DAYS + 1) <= FOLLOWED_DAYS).mean()
    return Base(float(left) if isinstance(left, float) else None, told.height)
