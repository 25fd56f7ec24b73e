"""The rules that find exceptions: declined, detractor, renewal near and untouched."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from models.book import live
from models.findings import (
    DECLINED,
    DETRACTOR,
    RENEWAL_UNTOUCHED,
    close_of,
    count_words,
    day_words,
    finding_rows,
)
from models.local_days import local_day
from models.prescriptions import prescription
from models.touches import touches

ANSWER_DAYS = 30
QUOTED = 160
"""Letters of a comment shown in a sentence; the evidence holds all of it."""
SURVEYS = pl.DataFrame(
    {"kind": ["nps", "csat", "ces"], "unhappy": [6.0, 2.0, 3.0], "lowest": [0.0, 1.0, 1.0], "top": [10, 5, 7]}
)
"""Each survey's scale and the score at or under which an answer is unhappy."""
RENEWAL_DAYS = 90
UNTOUCHED_DAYS = 45


def declined(now: pl.DataFrame) -> pl.DataFrame:
    """Turn open decline alerts (`DECLINES`) into `FINDINGS`. It says that use fell, not who will leave."""
    alerts = now.filter(pl.col("declined") & pl.col("expected_28").is_not_null())
    actual, expected = pl.col("actual_28").round(0), pl.col("expected_28").round(0)
    bursts = pl.col("counted_28") > pl.col("actual_28").round(0)
    counted = pl.format(" ({} with one-day bursts)", "counted_28")
    numbers = pl.concat_str(
        count_words(actual, "event"),
        pl.lit(" in 28 days"),
        pl.when(bursts).then(counted).otherwise(pl.lit("")),
        pl.lit(" where about "),
        expected.cast(pl.Int64).cast(pl.String),
        pl.lit(" were expected (fleet-adjusted)"),
    )
    since = day_words(pl.col("since"))
    sentence = (
        pl.when(pl.col("ratio_28") < 0.85)
        .then(pl.format("Usage fell: {}, since {}.", numbers, since))
        .otherwise(pl.format("Usage comes back: {}. It had fallen since {}.", numbers, since))
    )
    evidence = [
        *("actual_28", "counted_28", "expected_28", "ratio_28", "posterior", "events_a_week"),
        *("since", "alerted_on"),
    ]
    return finding_rows(
        alerts.with_columns(sentence.alias("sentence"), (1 - pl.col("ratio_28")).alias("severity")),
        DECLINED,
        prescription(DECLINED),
        evidence,
        due_on=pl.col("alerted_on") + timedelta(days=7),
    )


def detractors(
    accounts: pl.DataFrame,
    contacts: pl.DataFrame,
    responses: pl.DataFrame,
    interactions: pl.DataFrame,
    as_of: date,
) -> pl.DataFrame:
    """Find people whose latest answer is unhappy and whose account nobody has turned to since.

    Latest answer of each person and survey, given within 30 days: nps <= 6, csat <= 2, ces <= 3. A call,
    a meeting or a message to the account after the answer settles it. One finding an account: the
    unhappiest, then the latest. Due 48 hours after the answer, on the day that is then where they are.
    Out: `FINDINGS`.
    """
    unhappy = _unhappy(responses, as_of).join(live(accounts, as_of), on="account_id", how="semi")
    last = touches(interactions, as_of).group_by("account_id").agg(pl.col("at").max().alias("touched_at"))
    names = contacts.select("account_id", "contact_id", "timezone", person="name")
    rows = (
        unhappy.join(last, on="account_id", how="left")
        .filter(pl.col("touched_at").is_null() | (pl.col("touched_at") <= pl.col("responded_at")))
        .with_columns(pl.len().over("account_id").alias("unhappy_people"))
        .sort("severity", "responded_at", "response_id", descending=[True, True, False])
        .unique("account_id", keep="first", maintain_order=True)
        .join(names, on=["account_id", "contact_id"], how="left")
        .with_columns(pl.col("responded_at").dt.date().alias("since"))
    )
    evidence = ["response_id", "contact_id", "person", "survey", "score", "comment", "responded_at"]
    return finding_rows(
        rows.with_columns(_detractor_sentence()),
        DETRACTOR,
        prescription(DETRACTOR),
        [*evidence, "unhappy_people", "touched_at"],
        due_on=local_day(rows, pl.col("responded_at") + timedelta(hours=48), "timezone"),
    )


def _unhappy(responses: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Each person's latest scored answer to each survey, kept when unhappy and at most 30 days old."""
    end = close_of(as_of)
    who = pl.coalesce(pl.col("contact_id").replace("", None), pl.lit("anonymous"))
    latest = (
        responses.filter((pl.col("responded_at") < end) & pl.col("score").is_not_null())
        .with_columns(pl.col("kind").str.to_lowercase(), who.alias("who"))
        .sort("responded_at", "response_id")
        .unique(["account_id", "who", "kind"], keep="last", maintain_order=True)
    )
    recent = pl.col("responded_at") >= end - timedelta(days=ANSWER_DAYS + 1)
    span = pl.col("unhappy") + 1 - pl.col("lowest")
    return (
        latest.join(SURVEYS, on="kind")
        .filter(recent & (pl.col("score") <= pl.col("unhappy")))
        .with_columns((1 - (pl.col("score") - pl.col("lowest")) / span).alias("severity"))
        .rename({"kind": "survey"})
    )


def _detractor_sentence() -> pl.Expr:
    comment = pl.col("comment").str.replace_all(r"\s+", " ").str.strip_chars()
    long = comment.str.len_chars() > QUOTED
    short = pl.when(long).then(pl.format("{}…", comment.str.slice(0, QUOTED))).otherwise(comment)
    said = pl.when(comment.str.len_chars() > 0).then(pl.format(": “{}”", short)).otherwise(pl.lit("."))
    others = pl.col("unhappy_people").cast(pl.Int64) - 1
    more = pl.when(others > 0).then(pl.format(" Unhappy too: {}.", count_words(others, "other answer")))
    given = pl.format(
        "{} gave {} of {} ({}) on {}",
        pl.col("person").fill_null("Somebody"),
        pl.col("score").round(1).cast(pl.String).str.strip_suffix(".0"),
        "top",
        pl.col("survey").str.to_uppercase(),
        day_words(pl.col("responded_at")),
    )
    return pl.concat_str(
        given,
        said.fill_null("."),
        more.fill_null(""),
        pl.lit(" Nobody has called, met or written to them since."),
    ).alias("sentence")


def renewal_untouched(accounts: pl.DataFrame, interactions: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Find renewals within 90 days of accounts with whom nobody has spoken for 45 days.

    A call, a meeting or an answered message counts as spoken; our own unanswered message doesn't. Accounts
    signed within 45 days are left out. Due 14 days after the rule first held, the renewal at the latest.
    Out: `FINDINGS`.
    """
    last = (
        touches(interactions, as_of)
        .filter("spoken")
        .group_by("account_id")
        .agg(pl.col("at").max().dt.date().alias("last_spoken"))
    )
    ago = as_of - timedelta(UNTOUCHED_DAYS)
    near = pl.col("renewal_on").is_between(as_of, as_of + timedelta(RENEWAL_DAYS))
    old = pl.col("signed_on").is_null() | (pl.col("signed_on") < ago)
    rows = (
        live(accounts, as_of)
        .filter(near & old)
        .join(last, on="account_id", how="left")
        .filter(pl.col("last_spoken").is_null() | (pl.col("last_spoken") < ago))
        .with_columns((pl.col("renewal_on") - pl.lit(as_of)).dt.total_days().alias("days_left"))
    )
    since = pl.max_horizontal(
        pl.col("renewal_on") - timedelta(RENEWAL_DAYS), pl.col("last_spoken") + timedelta(UNTOUCHED_DAYS + 1)
    )
    spoken = (
        pl.when(pl.col("last_spoken").is_null())
        .then(pl.lit("no call, meeting or answered message is on record"))
        .otherwise(pl.format("nobody has spoken with them since {}", day_words(pl.col("last_spoken"))))
    )
    renews = pl.format("Renews on {}", day_words(pl.col("renewal_on")))
    return finding_rows(
        rows.with_columns(
            since.alias("since"),
            (1 - 0.7 * pl.col("days_left") / RENEWAL_DAYS).alias("severity"),
            pl.format("{}, and {}.", renews, spoken).alias("sentence"),
        ),
        RENEWAL_UNTOUCHED,
        prescription(RENEWAL_UNTOUCHED),
        ["renewal_on", "days_left", "last_spoken"],
        due_on=pl.min_horizontal(pl.col("since") + timedelta(14), pl.col("renewal_on")),
    )
