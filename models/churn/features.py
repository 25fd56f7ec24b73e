"""The raw features of many accounts on many days at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from models.churn.event_features import event_features
from models.churn.evidence import Evidence
from models.churn.observations import OBSERVATIONS
from models.churn.said_features import care_features, said_features
from models.churn.timeline import LONG_AGO, Ints, timeline
from models.churn.use_features import People, use_features
from models.contracts import Column, Contract
from models.facts import REAL, TEXT

_USE = ": events a day as a log ratio, less the book's median"
_DOCS = {
    "use_28_prior": "last 28 days to the 28 before" + _USE,
    "use_28_91": "last 28 to last 91 days" + _USE,
    "use_91_prior": "last 91 to the 91 before" + _USE,
    "use_28_year": "last 28 days to those 118 to 365 days back" + _USE,
    "own_28": "last 28 to its first 90 days" + _USE,
    "own_91": "last 91 to its first 90 days" + _USE,
    "fell": "deepest fall of the last 28, 56 or 91 days against the year before" + _USE,
    "recency": "log days since the last use",
    "active_share": "share of the last 28 days with use",
    "rate": "log events a day in the last 28 days",
    "early_rate": "log events a day in its first 90 days",
    "age": "log days since it could first be seen",
    "breadth": "log(1+n) different events so far",
    "breadth_28": "different events in the last 28 days",
    "said_sum": "survey answers so far on 0-10, summed",
    "said_n": "survey answers so far",
    "said_last": "last answer; NaN without",
    "asked": "invitations so far, at least 14 days old",
    "silent": "1: asked, and no answer for over 120 days",
    "heard": "how they feel of late: answers and tone as deviations from their kind, halved every 90 days",
    "tickets": "log(1+n) tickets of 90 days",
    "waiting": "log(1+n) of them without a reply",
    "slow": "log(1+hours) to the first reply, mean of 90 days",
    "calls": "log(1+n) calls from us in 90 days",
    "meetings": "log(1+n) meetings with us in 90 days",
    "dropped": "log(1+n) handoffs not accepted in 14 days",
    "tenure": "log days since signing",
    "seen_late": "1: signed before usage begins",
    "renewed": "log(1+n) renewals so far",
}

RAW = Contract(
    "churn_features",
    (
        *OBSERVATIONS.columns,
        Column("segment", TEXT, required=True, doc="empty where none is known"),
        *(Column(name, REAL, required=True, doc=doc) for name, doc in _DOCS.items()),
    ),
    key=OBSERVATIONS.key,
)
"""Raw features; beside these, three columns of each event asked for (`event_features`)."""


@dataclass(frozen=True, eq=False)
class _Asked:
    who: Ints
    day: Ints


def raw_features(observations: pl.DataFrame, evidence: Evidence, events: Sequence[str]) -> pl.DataFrame:
    """What was known of each observation before its day.

    In: `OBSERVATIONS`; `events` are looked at one by one. Out: `RAW` and the event columns, in the order
    of the observations. A later fact changes nothing. Raises ValueError for an account that is not among
    the evidence's accounts.
    """
    known = evidence.people
    asked = _asked(observations, known)
    start = np.minimum(known.start[asked.who], asked.day)
    columns = (
        use_features(evidence.use, known, asked.who, asked.day)
        | said_features(evidence, known.numbers, asked.who, asked.day)
        | care_features(evidence, known.numbers, asked.who, asked.day)
        | _tenure(evidence, known, asked)
        | event_features(evidence.months, asked.who, asked.day, start, events)
    )
    segments = evidence.accounts.sort("account_id")["segment"].fill_null("")
    made = observations.with_columns(
        segments.gather(asked.who).alias("segment"),
        *(pl.Series(name, column) for name, column in columns.items()),
    )
    RAW.check(made)
    return made


def _asked(observations: pl.DataFrame, known: People) -> _Asked:
    rows = observations.select("account_id", day=pl.col("as_of").cast(pl.Int32).cast(pl.Int64)).join(
        known.numbers, on="account_id", how="left", maintain_order="left"
    )
    strange = rows.filter(pl.col("who").is_null())["account_id"]
    if len(strange):
        raise ValueError(
            f"observations: account {strange[0]} and {len(strange) - 1} more are not among the "
            f"{known.numbers.height} accounts of the evidence; give both from the same day"
        )
    return _Asked(rows["who"].cast(pl.Int64).to_numpy(), rows["day"].to_numpy())


def _tenure(
    evidence: Evidence, known: People, asked: _Asked
) -> dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Signing is the first visible day where it is not known."""
    signed_on = evidence.accounts.sort("account_id")["signed_on"].cast(pl.Int32).cast(pl.Float64).to_numpy()
    start = known.start.astype(np.float64)
    signed = np.where(np.isnan(signed_on), start, signed_on)
    days = np.maximum(asked.day - signed[asked.who], 1.0)
    terms = timeline(evidence.renewed, known.numbers, pl.col("known_on"), {})
    return {
        "tenure": np.log(days),
        "seen_late": (start > signed)[asked.who].astype(np.float64),
        "renewed": np.log1p(terms.count(asked.who, np.full(len(days), LONG_AGO), asked.day)),
    }
