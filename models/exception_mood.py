"""Exceptions of feeling: an answer far below what was expected, and a pulse that the data contradict."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from models.findings import EMOTION_DROPPED, PERCEPTION_GAP, count_words, day_words, finding_rows
from models.prescriptions import prescription

FELL_BELOW = -1.96
RECENT_ANSWER = 60
PULSE_LASTS = 90
WELL, ILL = ("thriving", "steady"), ("shaky", "leaving")
RISKIEST, SAFEST = 0.8, 0.5
ENOUGH = 20
"""With fewer accounts in the book, a place in it says little."""


def emotion_dropped(foretold: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Find accounts whose last answer lies far below what their earlier ones let expect. Out: `FINDINGS`.

    In: `emotion.foretold` of the live book. z = (answer - expected) / spread, where spread² is the variance
    left of the mood plus that of one answer; a fall is z < -1.96, given within 60 days after at least one
    earlier answer. Of steady moods one in forty lies there by chance.
    """
    z = (pl.col("value") - pl.col("expected")) / pl.col("spread")
    since = pl.lit(as_of) - timedelta(RECENT_ANSWER)
    rows = (
        foretold.filter(pl.col("before") > 0)
        .with_columns(z=z, since=pl.col("last_on"), answers_before="before")
        .filter((pl.col("z") < FELL_BELOW) & (pl.col("last_on") > since))
        .with_columns(
            severity=(pl.col("expected") - pl.col("value")) / 100 + 0.2,
            sentence=pl.format(
                "Their mood fell: {} of 100 on {}, where {} let expect {} to {}.",
                pl.col("value").round(0).cast(pl.Int64),
                day_words(pl.col("last_on")),
                count_words(pl.col("before"), "earlier answer"),
                (pl.col("expected") - 1.96 * pl.col("spread")).clip(0).round(0).cast(pl.Int64),
                (pl.col("expected") + 1.96 * pl.col("spread")).clip(0, 100).round(0).cast(pl.Int64),
            ),
        )
        .rename({"value": "answer"})
    )
    evidence = ["answer", "expected", "z", "answers_before", "last_on"]
    due = pl.col("last_on") + timedelta(days=7)
    return finding_rows(rows, EMOTION_DROPPED, prescription(EMOTION_DROPPED), evidence, due_on=due)


def perception_gap(scores: pl.DataFrame, pulses: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Find accounts where the CSM's pulse and the data disagree. Out: `FINDINGS`.

    In: account_id, risk, behaviour and emotion of the live book, and `pulse.NEWEST` of as_of. The pulse, at
    most 90 days old, is thriving or steady while the risk is among the book's highest fifth, or shaky or
    leaving while it is in the lower half. Under 20 accounts nothing is said. Neither is taken for right.
    """
    place = (pl.col("risk").rank("average") - 0.5) / pl.len()
    book = scores.select("account_id", "risk", "behaviour", "emotion").with_columns(
        place=place, accounts=pl.len().cast(pl.Int64)
    )
    fresh = pulses.filter(pl.col("pulse_on") > pl.lit(as_of) - timedelta(PULSE_LASTS))
    told = book.filter(pl.col("accounts") >= ENOUGH).join(fresh, on="account_id")
    rosy = pl.col("pulse").is_in(WELL) & (pl.col("place") >= RISKIEST)
    gloomy = pl.col("pulse").is_in(ILL) & (pl.col("place") <= SAFEST)
    share = (100 * pl.col("place")).round(0).cast(pl.Int64)
    rows = (
        told.filter(rosy | gloomy)
        .with_columns(since=pl.col("pulse_on"), share=share)
        .with_columns(
            severity=pl.when(rosy).then(pl.col("place")).otherwise(0.3),
            sentence=pl.format(
                "{} calls it {} ({}), and the data do not: its risk is above that of {} % of {}.",
                "pulse_by",
                "pulse",
                day_words(pl.col("pulse_on")),
                "share",
                count_words(pl.col("accounts"), "account"),
            ),
        )
        .rename({"share": "riskier_than"})
    )
    evidence = [
        "pulse",
        "pulse_reason",
        "pulse_by",
        "pulse_on",
        "risk",
        "riskier_than",
        "behaviour",
        "emotion",
    ]
    return finding_rows(rows, PERCEPTION_GAP, prescription(PERCEPTION_GAP), evidence)
