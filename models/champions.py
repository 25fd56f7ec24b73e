"""Champions whose own use stopped: since when, how unlike them that is, and who is still there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import polars as pl

from models.contracts import Column, Contract
from models.user_behaviour import NOW, YEAR, YEAR_DAYS

MIN_QUIET = 28
"""Days without use before anybody is called quiet: a holiday is shorter."""

MAX_CHANCE = 0.01
"""A silence counts when their own rhythm would give one so long at most this often."""

CHAMPIONS = Contract(
    "champions",
    (
        Column("account_id", pl.String(), required=True),
        Column("contact_id", pl.String(), required=True),
        Column("quiet_since", pl.Date(), required=True, doc="the day of their last use"),
        Column("quiet_days", pl.Int64(), required=True),
        Column("active_days", pl.Int64(), required=True, doc="days with use before, within a year"),
        Column("watched_days", pl.Int64(), required=True, doc="days from the first watched to the last use"),
        Column("chance", pl.Float64(), required=True, doc="of such a silence by their own rhythm, 0-1"),
        Column("others_now", pl.Int64(), required=True, doc="other users of the account in 28 days"),
        Column("heard_on", pl.Date(), doc="last answer, message or post of theirs; null when never"),
        Column("sentence", pl.String(), required=True),
    ),
    key=("account_id", "contact_id"),
)

_HEARD = (
    ("survey_responses", "responded_at"),
    ("interactions", "opened_at"),
    ("community_posts", "posted_at"),
)


def quiet_champions(
    book: pl.DataFrame, windows: pl.DataFrame, facts: Mapping[str, pl.DataFrame], as_of: date
) -> pl.DataFrame:
    """The champions of live accounts who used the product themselves and stopped; columns of `CHAMPIONS`.

    In: account_id and signed_on of the live book; what named users did in the windows of
    `user_behaviour.user_windows`; the facts contacts, survey_responses, interactions and community_posts.
    A champion is a contact marked so whose contact_id is a user_id of the same account. With k active days
    in the t days watched until the last use, a silence of q days has by their own rhythm the chance
    (t / (t + q))^k: a rate of active days, unknown but for these k. Quiet: q of at least 28, and that
    chance at most 1 %. Nobody is quiet who never used it: then nothing stopped.
    """
    used = _own_use(book, windows, facts["contacts"], as_of)
    quiet = used.filter((pl.col("quiet_days") >= MIN_QUIET) & (pl.col("chance") <= MAX_CHANCE))
    told = quiet.join(_others(windows), on="account_id", how="left").join(
        _heard(facts, as_of), on=["account_id", "contact_id"], how="left"
    )
    counted = told.with_columns(pl.col("others_now").fill_null(0))
    return CHAMPIONS.check(counted.with_columns(sentence=_sentence()).sort("account_id", "contact_id"))


def _own_use(book: pl.DataFrame, windows: pl.DataFrame, contacts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    champions = contacts.filter(pl.col("is_champion").fill_null(value=False))
    since = as_of - timedelta(days=YEAR_DAYS - 1)
    rows = (
        windows.filter(pl.col("window") == YEAR)
        .rename({"user_id": "contact_id"})
        .join(champions.select("account_id", "contact_id"), on=["account_id", "contact_id"])
        .join(book.select("account_id", "signed_on"), on="account_id")
        .with_columns(quiet_since=pl.col("last_at").dt.date())
    )
    # A day of use before the day of signing is watched too.
    begins = pl.max_horizontal(pl.lit(since), pl.min_horizontal("signed_on", "quiet_since"))
    days = rows.with_columns(
        quiet_days=(pl.lit(as_of) - pl.col("quiet_since")).dt.total_days(),
        watched_days=(pl.col("quiet_since") - begins).dt.total_days() + 1,
    ).with_columns(watched_days=pl.max_horizontal("watched_days", "active_days"))
    share = pl.col("watched_days") / (pl.col("watched_days") + pl.col("quiet_days"))
    return days.with_columns(chance=share.pow(pl.col("active_days")))


def _others(windows: pl.DataFrame) -> pl.DataFrame:
    """Users of each account in the last 28 days; a quiet champion is none of them."""
    now = windows.filter(pl.col("window") == NOW)
    return now.group_by("account_id").agg(others_now=pl.col("user_id").n_unique().cast(pl.Int64))


def _heard(facts: Mapping[str, pl.DataFrame], as_of: date) -> pl.DataFrame:
    """The last day on which each contact told us something."""
    interactions = facts["interactions"].filter(pl.col("direction").fill_null("in") != "out")
    given = {**facts, "interactions": interactions}
    told = [given[name].select("account_id", "contact_id", on=pl.col(at).dt.date()) for name, at in _HEARD]
    known = pl.concat(told).filter(pl.col("on") <= as_of)
    return known.group_by("account_id", "contact_id").agg(heard_on=pl.col("on").max())


def _sentence() -> pl.Expr:
    """What their silence stands on, in words."""
    others = (
        pl.when(pl.col("others_now") == 0)
        .then(pl.lit("nobody else uses it either"))
        .when(pl.col("others_now") == 1)
        .then(pl.lit("1 other used it in the past 28 days"))
        .otherwise(pl.format("{} others used it in the past 28 days", "others_now"))
    )
    heard = (
        pl.when(pl.col("heard_on").is_null())
        .then(pl.lit("never heard from"))
        .otherwise(pl.format("last heard from on {}", pl.col("heard_on").dt.strftime("%-d %b %Y")))
    )
    return pl.format(
        "used it on {} of {} days up to {}, on none since; {}; {}",
        "active_days",
        "watched_days",
        pl.col("quiet_since").dt.strftime("%-d %b %Y"),
        others,
        heard,
    )
