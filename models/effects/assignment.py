"""Walk the ranked list until every slot is filled; by lot, some below the top third are held out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from models.effects.frames import CALLED, EPISODE_DAYS, EPISODES, HELD, OUTCOMES, WAITING
from models.effects.lots import held_in
from models.effects.trial import Trial
from models.findings import DETRACTOR

TOP_THIRD = "top third of the slots"
UNHAPPY = "an unhappy answer is due in 48 hours"
LARGEST = "one of the largest accounts"
BY_HAND = "added by hand"

LARGEST_SHARE = 0.95
"""Accounts at or above this quantile of the MRR of their currency are never held out."""


def running(episodes: pl.DataFrame, today: date) -> pl.DataFrame:
    """Episodes that hold on a day: begun less than 90 days ago and not ended."""
    since = pl.lit(today) - pl.col("started_on")
    return episodes.filter(
        (since >= timedelta(0)) & (since < timedelta(days=EPISODE_DAYS)) & pl.col("ended_on").is_null()
    )


def held_until(episodes: pl.DataFrame, today: date) -> dict[str, date]:
    """Accounts that are held out on a day, each with the first day on which it is drawn anew."""
    held = running(episodes, today).filter(pl.col("arm") == HELD)
    until = pl.col("started_on") + pl.duration(days=EPISODE_DAYS)
    return dict(held.group_by("account_id").agg(until.max()).iter_rows())


def assign(
    ranked: pl.DataFrame,
    scores: pl.DataFrame,
    episodes: pl.DataFrame,
    slots: Mapping[str, int] | int,
    trial: Trial,
    today: date,
) -> pl.DataFrame:
    """The episodes that begin today; columns of `EPISODES`.

    In: the ranked call list with nobody held out before (`CALLS`; accounts held out already are not on it),
    the whole book (`SCORES`: for who is largest), earlier `EPISODES`, and how many calls each CSM makes a
    day. Accounts with a running episode keep it and their slot. Exempt before any lot is drawn: the top
    third of the slots, unhappy answers, the largest accounts, and what a person added. A held-out account
    takes no slot, so the next moves up. Who gets no slot waits: a control that no lot chose.
    """
    now = running(episodes, today)
    fixed = now.filter(pl.col("arm") != WAITING).select("account_id", standing="arm")
    waiting = now.filter(pl.col("arm") == WAITING)["account_id"]
    room = slots if isinstance(slots, int) else 0
    sized = (
        ranked.sort("csm_id", "position")
        .join(fixed, on="account_id", how="left", maintain_order="left")
        .filter(pl.col("standing").is_null() | (pl.col("standing") != HELD))
        .with_columns(
            slots=pl.lit(room)
            if isinstance(slots, int)
            else pl.col("csm_id").replace_strict(dict(slots), default=0, return_dtype=pl.Int64)
        )
        .with_columns(place=pl.int_range(pl.len(), dtype=pl.Int64).over("csm_id") + 1)
        .join(_largest(scores), on="account_id", how="left", maintain_order="left")
        .join(scores.select("account_id", "churn"), on="account_id", how="left", maintain_order="left")
        .with_columns(exempt=_exempt())
    )
    drawn = _draw(sized, episodes, trial)
    before = (~pl.col("held")).cum_sum().over("csm_id") - (~pl.col("held")).cast(pl.Int64)
    placed = drawn.with_columns(slot=before < pl.col("slots"))
    fresh = placed.filter(
        pl.col("standing").is_null() & (pl.col("slot") | ~pl.col("account_id").is_in(waiting.implode()))
    )
    arm = pl.when(~pl.col("slot")).then(pl.lit(WAITING)).when("held").then(pl.lit(HELD))
    return _rows(fresh.with_columns(arm=arm.otherwise(pl.lit(CALLED))), trial, today)


def _exempt() -> pl.Expr:
    return (
        pl.when("by_hand")
        .then(pl.lit(BY_HAND))
        .when(pl.col("kinds").list.contains(DETRACTOR))
        .then(pl.lit(UNHAPPY))
        .when(pl.col("largest").fill_null(value=False))
        .then(pl.lit(LARGEST))
        .when(pl.col("place") * 3 <= pl.col("slots"))
        .then(pl.lit(TOP_THIRD))
    )


def _largest(scores: pl.DataFrame) -> pl.DataFrame:
    paying = scores.filter(pl.col("mrr") > 0)
    least = pl.col("mrr").quantile(LARGEST_SHARE, "higher").over("currency")
    return paying.select("account_id", largest=pl.col("mrr") >= least)


def _draw(sized: pl.DataFrame, episodes: pl.DataFrame, trial: Trial) -> pl.DataFrame:
    """Add nth and held: lots go on, CSM by CSM, where the trial's last day left off."""
    lot = pl.col("standing").is_null() & pl.col("exempt").is_null()
    used = (
        episodes.filter((pl.col("trial_id") == trial.trial_id) & pl.col("nth").is_not_null())
        .group_by("csm_id")
        .agg(first=pl.col("nth").max() + 1)
    )
    counted = sized.join(used, on="csm_id", how="left", maintain_order="left").with_columns(
        nth=pl.when(lot).then(pl.col("first").fill_null(0) + lot.cast(pl.Int64).cum_sum().over("csm_id") - 1)
    )
    near = counted.filter(lot & (pl.col("place") <= 3 * pl.col("slots")))
    drawn = near.select("account_id", held_in(trial.salt, trial.share, near.rename({"csm_id": "stratum"})))
    return counted.join(drawn, on="account_id", how="left", maintain_order="left").with_columns(
        pl.col("held").fill_null(value=False)
    )


def _rows(fresh: pl.DataFrame, trial: Trial, today: date) -> pl.DataFrame:
    waits = pl.col("arm") == WAITING
    unknown = [pl.lit(None, EPISODES.schema[name]).alias(name) for name in OUTCOMES]
    listed = pl.Series("kinds", [json.dumps(kinds) for kinds in fresh["kinds"].to_list()], dtype=pl.String)
    return EPISODES.check(
        fresh.with_columns(
            *unknown,
            trial_id=pl.lit(trial.trial_id, pl.Int64),
            started_on=pl.lit(today),
            exempt=pl.when(~waits).then("exempt"),
            nth=pl.when(~waits).then("nth"),
            kinds=listed,
            risk=pl.coalesce("churn", pl.col("risk") / 100),
        )
    )
