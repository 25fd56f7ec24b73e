"""What is new in the product, told from use alone: events that nobody had and then many began."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from models.contracts import Column, Contract

WITHIN = 28
"""Days after the first use within which established accounts must follow; also what makes one established."""

FOLLOWERS = 3
MAX_CHANCE = 0.01
MOST = 20
"""Releases kept, the newest first."""

RELEASES = Contract(
    "releases",
    (
        Column("event", pl.String(), required=True),
        Column("feature", pl.String(), required=True, doc="its name in the catalog, or the event's own"),
        Column("released_on", pl.Date(), required=True, doc="first day on which anybody used it"),
        Column("accounts", pl.Int64(), required=True, doc="that have used it since"),
        Column("followers", pl.Int64(), required=True, doc="established accounts that began within 28 days"),
        Column("chance", pl.Float64(), required=True, doc="that so many begin only now, were it old; 0-1"),
    ),
    key=("event",),
)

UPTAKE = Contract(
    "uptake",
    (
        Column("account_id", pl.String(), required=True),
        Column("event", pl.String(), required=True),
        Column("used_on", pl.Date(), required=True, doc="first use of a release"),
    ),
    key=("account_id", "event"),
)

RELEASED = Contract(
    "released",
    (*RELEASES.columns, Column("used_on", pl.Date(), doc="by this account; null when not yet")),
    key=("event",),
)


def releases(
    account_days: pl.DataFrame, event_spans: pl.DataFrame, features: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """The events that came into the product; columns of `RELEASES`, the newest first.

    In: `facts.ACCOUNT_DAYS`, `facts.EVENT_SPANS`, `facts.FEATURES`; what is dated after `as_of` is not
    looked at. An account is established 28 days after its first use. Of the k established accounts that
    began with an event within 28 days of its first use anywhere, one set that day; if the event were old,
    each of the others would have begun as readily on any active day of an established account before, so
    that none did has the chance (after / (after + before))^(k - 1), in such days. A release has k of at
    least 3 and that chance times the number of events at most 1 %. What was there when usage begins is
    none, and neither is what only new accounts do.
    """
    spans = event_spans.select("account_id", "event", used_on=pl.col("first_at").dt.date()).filter(
        pl.col("used_on") <= as_of
    )
    days = account_days.filter(pl.col("day") <= as_of).select("account_id", "day")
    began = days.group_by("account_id").agg(began=pl.col("day").min())
    first = spans.group_by("event").agg(
        released_on=pl.col("used_on").min(), accounts=pl.col("account_id").n_unique().cast(pl.Int64)
    )
    known = first.join(_followers(spans, first, began), on="event")
    exposed = _exposure(known, _established(days, began))
    chance = (pl.col("after") / (pl.col("after") + pl.col("before"))).pow(pl.col("followers") - 1)
    told = exposed.filter(pl.col("followers") >= FOLLOWERS).with_columns(chance=chance * first.height)
    found = told.filter(pl.col("chance") <= MAX_CHANCE).join(
        features.select("event", "feature"), on="event", how="left"
    )
    named = found.with_columns(pl.coalesce("feature", "event").alias("feature"))
    return RELEASES.check(named.sort("released_on", "event", descending=[True, False]).head(MOST))


def uptake(event_spans: pl.DataFrame, found: pl.DataFrame, book: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """When each live account first used each of the releases `found`; columns of `UPTAKE`."""
    first = event_spans.select("account_id", "event", used_on=pl.col("first_at").dt.date())
    mine = first.join(found.select("event"), on="event").join(book.select("account_id"), on="account_id")
    return UPTAKE.check(mine.filter(pl.col("used_on") <= as_of).sort("account_id", "event"))


def released(found: pl.DataFrame, used: pl.DataFrame, signed_on: date | None) -> pl.DataFrame:
    """The releases since one account signed, with the day it began; `used` (`UPTAKE`) holds its rows only.

    Columns of `RELEASED`. An account without a signing day saw them all.
    """
    mine = found.join(used.select("event", "used_on"), on="event", how="left", maintain_order="left")
    return RELEASED.check(mine if signed_on is None else mine.filter(pl.col("released_on") >= signed_on))


def _followers(spans: pl.DataFrame, first: pl.DataFrame, began: pl.DataFrame) -> pl.DataFrame:
    """The established accounts that began with each event in its first 28 days."""
    soon = pl.col("used_on") < pl.col("released_on") + timedelta(days=WITHIN)
    old = pl.col("began") <= pl.col("released_on") - timedelta(days=WITHIN)
    early = spans.join(first, on="event").join(began, on="account_id").filter(soon & old)
    return early.group_by("event").agg(followers=pl.col("account_id").n_unique().cast(pl.Int64))


def _established(days: pl.DataFrame, began: pl.DataFrame) -> pl.DataFrame:
    """The active days of established accounts, running up day by day: day, total."""
    old = days.join(began, on="account_id").filter(pl.col("day") >= pl.col("began") + timedelta(days=WITHIN))
    return old.group_by("day").len().sort("day").select("day", total=pl.col("len").cum_sum().cast(pl.Int64))


def _exposure(known: pl.DataFrame, established: pl.DataFrame) -> pl.DataFrame:
    """Active days of established accounts before each event's first use, and in the 28 days from it on."""
    at = {"before": timedelta(days=-1), "until": timedelta(days=WITHIN - 1)}
    rows = known
    for name, shift in at.items():
        asked = rows.with_columns(day=pl.col("released_on") + shift).sort("day")
        totals = established.rename({"total": name})
        rows = asked.join_asof(totals, on="day", strategy="backward").drop("day")
    counted = rows.with_columns(pl.col("before", "until").fill_null(0))
    return counted.with_columns(after=pl.col("until") - pl.col("before"))
