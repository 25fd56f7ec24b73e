"""*Silent*: settled accounts that are asked and do not answer."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from models.book import live
from models.findings import FINDINGS, SILENT, close_of, count_words, day_words, finding_rows
from models.prescriptions import prescription
from models.touches import touches

SILENT_DAYS = 365
SETTLED_DAYS = 180
TIME_TO_ANSWER = 14
UNANSWERED = 3
QUIET_DAYS = 90
SILENT_SHARE = 0.10
"""At most this share of the book is called silent, those with the most evidence first."""


def silent(
    accounts: pl.DataFrame,
    invitations: pl.DataFrame,
    responses: pl.DataFrame,
    interactions: pl.DataFrame,
    as_of: date,
) -> pl.DataFrame:
    """Find settled accounts that have answered no survey for 365 days and said nothing for 90.

    An account is silent with 3 unanswered invitations, or when it used to answer, was asked since and did
    not (asked since is taken for granted where no invitations are known at all). Invitations get 14 days
    to be answered. Only accounts older than 180 days, only in a company that asked or heard anybody
    within 365 days, and at most a tenth of the book, those with the most evidence. Out: `FINDINGS`.
    """
    end = close_of(as_of)
    book = live(accounts, as_of)
    asked = invitations.filter(pl.col("sent_at") < end)
    heard = responses.filter(pl.col("responded_at") < end)
    year_ago = end - timedelta(days=SILENT_DAYS)
    if not (asked["sent_at"] >= year_ago).any() and not (heard["responded_at"] >= year_ago).any():
        return FINDINGS.empty()
    rows = _asked_and_heard(book, asked, heard, interactions, as_of)
    many = pl.col("unanswered") >= UNANSWERED
    stopped = (pl.col("answers") > 0) & ((pl.col("unanswered") > 0) | pl.lit(asked.is_empty()))
    began = pl.coalesce("signed_on", pl.min_horizontal("first_asked", "first_answer"))
    no_answer = pl.col("last_answer").is_null() | (pl.col("last_answer") < as_of - timedelta(SILENT_DAYS))
    no_word = pl.col("last_word").is_null() | (pl.col("last_word") < as_of - timedelta(QUIET_DAYS))
    found = (
        rows.filter((began <= as_of - timedelta(SETTLED_DAYS)) & no_answer & no_word & (many | stopped))
        .with_columns((pl.col("unanswered") + pl.col("answers")).alias("weight"))
        .sort("weight", "account_id", descending=[True, False])
        .head(max(1, int(book.height * SILENT_SHARE)))
    )
    since = pl.coalesce(pl.col("last_answer") + timedelta(SILENT_DAYS), "third_asked")
    return finding_rows(
        found.with_columns(
            since.alias("since"), (0.3 + 0.1 * pl.col("weight")).alias("severity"), _silent_sentence()
        ),
        SILENT,
        prescription(SILENT),
        ["answers", "last_answer", "unanswered", "first_unanswered", "last_word"],
    )


def _asked_and_heard(
    book: pl.DataFrame, asked: pl.DataFrame, heard: pl.DataFrame, interactions: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """Per account: answers and when, unanswered invitations and when, and the last word of any kind."""
    day = pl.col("responded_at").dt.date()
    answers = heard.group_by("account_id").agg(
        pl.len().cast(pl.Int64).alias("answers"),
        day.min().alias("first_answer"),
        day.max().alias("last_answer"),
    )
    sent = asked.select("account_id", pl.col("sent_at").dt.date().alias("sent")).join(
        answers, on="account_id", how="left"
    )
    open_ = (pl.col("last_answer").is_null() | (pl.col("sent") > pl.col("last_answer"))) & (
        pl.col("sent") <= as_of - timedelta(TIME_TO_ANSWER)
    )
    unanswered = sent.group_by("account_id").agg(
        pl.col("sent").min().alias("first_asked"),
        open_.sum().cast(pl.Int64).alias("unanswered"),
        pl.col("sent").filter(open_).min().alias("first_unanswered"),
        pl.col("sent").filter(open_).sort().get(UNANSWERED - 1, null_on_oob=True).alias("third_asked"),
    )
    words = _words(interactions, as_of)
    frame = book.select("account_id", "signed_on")
    for part in (answers, unanswered, words):
        frame = frame.join(part, on="account_id", how="left")
    return frame.with_columns(pl.col("answers", "unanswered").fill_null(0))


def _words(interactions: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The last day each account said anything: wrote to us, or was spoken with."""
    wrote = interactions.filter((pl.col("direction") == "in") & (pl.col("opened_at") < close_of(as_of)))
    spoken = touches(interactions, as_of).filter("spoken").select("account_id", "at")
    every = pl.concat([spoken, wrote.select("account_id", at="opened_at")])
    return every.group_by("account_id").agg(pl.col("at").max().dt.date().alias("last_word"))


def _silent_sentence() -> pl.Expr:
    since = day_words(pl.col("last_answer"))
    asked = count_words(pl.col("unanswered"), "invitation")
    never = pl.format("Never answered a survey ({} since {})", asked, day_words(pl.col("first_unanswered")))
    stopped = (
        pl.when(pl.col("unanswered") > 0)
        .then(pl.format("No survey answered since {} ({} after it)", since, asked))
        .otherwise(pl.format("No survey answered since {}", since))
    )
    word = (
        pl.when(pl.col("last_word").is_not_null())
        .then(pl.format(", and no word from them since {}.", day_words(pl.col("last_word"))))
        .otherwise(pl.lit(", and no word from them on record."))
    )
    told = pl.when(pl.col("answers") == 0).then(never).otherwise(stopped)
    return pl.concat_str(told, word).alias("sentence")
