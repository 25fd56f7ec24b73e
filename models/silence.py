"""What not answering tells: who seldom answers is, in many companies, less happy than their answers say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from models.answers import ANSWER_WITHIN, answered
from models.contracts import Column, Contract
from models.emotion import Felt, foretold
from models.facts import REAL, TEXT, WHOLE

MIN_ACCOUNTS = 50
SURE = 2.0
"""A slope is used from this t on."""

AS_USUAL = 2.0
"""So many invitations, answered as often as usual, are added to each account's own."""

LEANING = Contract(
    "leaning",
    (
        Column("account_id", TEXT, required=True),
        Column("leaning", REAL, required=True, doc="points of emotion that its answering is worth"),
        Column("times_asked", WHOLE, required=True, doc="invitations that had their time"),
        Column("times_answered", WHOLE, required=True, doc="of those"),
    ),
    key=("account_id",),
)


@dataclass(frozen=True)
class Silence:
    """What answering is worth: `slope` points of emotion from never to always; 0 unless t is above 2.

    `usual` is the share of all invitations that were answered, `n` the accounts it was learned from.
    """

    slope: float = 0.0
    t: float = 0.0
    usual: float = 0.0
    n: int = 0


def learn(felt: Felt, invitations: pl.DataFrame, responses: pl.DataFrame, as_of: date) -> Silence:
    """Regress what each account's last answer adds to its earlier ones on how often it had answered before.

    In: the emotion scores, `facts.SURVEY_INVITATIONS`, `facts.SURVEY_RESPONSES`. Every account with a
    scored answer and an invitation more than 14 days before it counts once; fewer than 50 teach nothing.
    A slope at or below 0, or with t up to 2, is not used. Nothing after `as_of` counts.
    """
    sent = answered(invitations, responses, as_of)
    if sent.is_empty():
        return Silence()
    usual = float(sent["answered"].to_numpy().mean())
    last = foretold(felt)
    ripe = pl.col("day") < pl.col("last_on") - pl.duration(days=ANSWER_WITHIN)
    before = sent.join(last.select("account_id", "last_on"), on="account_id").filter(ripe)
    rows = last.join(_rates(before, usual), on="account_id").sort("account_id")
    rate, surprise = rows["rate"].to_numpy(), (rows["value"] - rows["expected"]).to_numpy()
    spread = float(((rate - rate.mean()) ** 2).sum()) if rows.height else 0.0
    if rows.height < MIN_ACCOUNTS or spread < 1e-9:
        return Silence(usual=usual, n=rows.height)
    slope = float(((rate - rate.mean()) * surprise).sum()) / spread
    left = surprise - surprise.mean() - slope * (rate - rate.mean())
    error = float(np.sqrt((left**2).sum() / (rows.height - 2) / spread))
    t = slope / max(error, 1e-12)
    return Silence(slope if t > SURE else 0.0, t, usual, rows.height)


def leaning(
    silence: Silence, invitations: pl.DataFrame, responses: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """How far each asked account's feeling leans from its score: `LEANING`, slope x (its rate - the usual).

    For ranking alone: the emotion score stays what was said, and whoever never answers stays silent, a
    state and no number. One answer more to an invitation never lowers the leaning.
    """
    rows = _rates(answered(invitations, responses, as_of), silence.usual)
    told = rows.with_columns(leaning=silence.slope * (pl.col("rate") - silence.usual))
    return LEANING.check(told.sort("account_id"))


def _rates(sent: pl.DataFrame, usual: float) -> pl.DataFrame:
    """account_id, times_asked, times_answered, rate."""
    counts = sent.group_by("account_id").agg(
        times_asked=pl.len().cast(pl.Int64), times_answered=pl.col("answered").sum().cast(pl.Int64)
    )
    share = (pl.col("times_answered") + AS_USUAL * usual) / (pl.col("times_asked") + AS_USUAL)
    return counts.with_columns(rate=share)
