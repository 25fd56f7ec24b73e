"""Exceptions of use that a total does not show: features that were left, champions who went quiet."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from models.findings import BREADTH_LOST, CHAMPION_QUIET, FINDINGS, count_words, day_words, finding_rows
from models.prescriptions import prescription

REGULAR_DAYS = 84
"""A feature is used regularly when its use spans so many days, with at least one a week."""
LEFT_DAYS = (28, 112)
"""Unused for so long a feature can be lost; for longer it is history."""
STILL_HERE_DAYS = 14
FEWEST_LOST = 2
LEAST_SHARE = 0.25
CHANCE = 0.01
LEFT_BY_ALL = 0.5
ENOUGH = 10
QUIET_AT_MOST = 182


def breadth_lost(
    book: pl.DataFrame, event_spans: pl.DataFrame, features: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """Find accounts that are still in use but left part of what they used regularly. Out: `FINDINGS`.

    In: account_id of the live book, `facts.EVENT_SPANS` up to as_of, `facts.FEATURES`. An event was regular
    when its use spans t >= 84 days with w = t / 7 uses or more. After q days without, a rhythm of one a
    week would give such a silence with the chance (t / (t + q))^w; it is lost when 28 <= q <= 112 and that
    chance is at most 1 % divided by the account's regular events. Two lost events, a quarter of the regular
    ones, make a finding. An event that half of its regular users left tells nothing about one of them.
    """
    regular = _regular(book, event_spans, as_of)
    by_all = (pl.len().over("event") >= ENOUGH) & (pl.col("lost").mean().over("event") >= LEFT_BY_ALL)
    known = regular.filter(~by_all).join(
        features.select("event", "feature").unique("event", keep="any"), on="event", how="left"
    )
    of_account = (
        known.with_columns(feature=pl.coalesce("feature", "event"))
        .sort("account_id", "last_on", "event")
        .group_by("account_id", maintain_order=True)
        .agg(
            regular=pl.len().cast(pl.Int64),
            lost=pl.col("lost").sum().cast(pl.Int64),
            features=pl.col("feature").filter("lost").unique(maintain_order=True).str.join(", "),
            since=pl.col("last_on").filter("lost").max(),
        )
    )
    here = (
        event_spans.filter(pl.col("last_at").dt.date() > as_of - timedelta(STILL_HERE_DAYS))
        .select("account_id")
        .unique()
    )
    rows = (
        of_account.with_columns(lost_share=pl.col("lost") / pl.col("regular"))
        .filter((pl.col("lost") >= FEWEST_LOST) & (pl.col("lost_share") >= LEAST_SHARE))
        .join(here, on="account_id", how="semi")
        .with_columns(
            severity=0.3 + 0.6 * pl.col("lost_share"),
            sentence=pl.format(
                "Left {} of the {} used regularly, since {} at the latest: {}.",
                pl.col("lost"),
                count_words(pl.col("regular"), "feature"),
                day_words(pl.col("since")),
                "features",
            ),
        )
    )
    return finding_rows(
        rows, BREADTH_LOST, prescription(BREADTH_LOST), ["lost", "regular", "lost_share", "features", "since"]
    )


def _regular(book: pl.DataFrame, spans: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """account_id, event, last_on and lost of every event that a live account used regularly."""
    first, last = pl.col("first_at").dt.date(), pl.col("last_at").dt.date()
    rows = (
        spans.join(book.select("account_id"), on="account_id", how="semi")
        .with_columns(
            last_on=last,
            used_days=(last - first).dt.total_days() + 1,
            unused_days=(pl.lit(as_of) - last).dt.total_days(),
        )
        .filter(
            pl.col("used_days") >= REGULAR_DAYS,
            pl.col("events") >= pl.col("used_days") / 7,
            pl.col("unused_days").is_between(0, LEFT_DAYS[1]),
        )
    )
    share = pl.col("used_days") / (pl.col("used_days") + pl.col("unused_days"))
    chance = share.pow(pl.col("used_days") / 7) * pl.len().over("account_id")
    lost = (pl.col("unused_days") >= LEFT_DAYS[0]) & (chance <= CHANCE)
    return rows.select("account_id", "event", "last_on", lost=lost)


def champions_quiet(champions: pl.DataFrame, contacts: pl.DataFrame) -> pl.DataFrame:
    """Turn champions whose own use stopped within half a year into `FINDINGS`, one an account.

    In: `champions.CHAMPIONS`, `facts.CONTACTS`. The one who was quiet longest speaks for the account.
    Without anybody else left using it the severity is .9, else .6; 7 days to act once it can be told.
    """
    names = contacts.select("account_id", "contact_id", person="name")
    rows = (
        champions.filter(pl.col("quiet_days") <= QUIET_AT_MOST)
        .with_columns(quiet_champions=pl.len().over("account_id").cast(pl.Int64))
        .sort("account_id", "quiet_since", "contact_id")
        .unique("account_id", keep="first", maintain_order=True)
        .join(names, on=["account_id", "contact_id"], how="left")
        .rename({"sentence": "told"})
        .with_columns(
            since=pl.col("quiet_since"),
            severity=pl.when(pl.col("others_now") == 0).then(0.9).otherwise(0.6),
            sentence=pl.format(
                "{} has gone quiet: {}.", pl.col("person").fill_null("Their champion"), pl.col("told")
            ),
        )
    )
    evidence = [
        *("contact_id", "person", "quiet_days", "active_days", "watched_days", "chance"),
        *("others_now", "heard_on", "quiet_champions"),
    ]
    if rows.is_empty():
        return FINDINGS.empty()
    return finding_rows(rows, CHAMPION_QUIET, prescription(CHAMPION_QUIET), evidence)
