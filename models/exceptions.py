"""Exceptions: everything found as of a day, and their life from first seen to closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from models import exception_rules as rules
from models.book import live
from models.contracts import Column, Contract
from models.exception_handoffs import handoff_findings
from models.exception_mood import emotion_dropped
from models.exception_paths import path_findings
from models.exception_silent import silent
from models.exception_use import breadth_lost, champions_quiet
from models.exception_waiting import waiting_on_us
from models.facts import DAY, WHOLE
from models.findings import FINDINGS, OWN

OPENED = Contract(
    "opened_exceptions",
    (
        *FINDINGS.columns,
        Column("first_seen", DAY, required=True),
        Column("last_seen", DAY, required=True),
        Column("times_opened", WHOLE, required=True, doc="1 unless it came back after it had closed"),
    ),
    key=FINDINGS.key,
)


@dataclass(frozen=True)
class Advance:
    """What one refresh does to the exceptions on record.

    `opened` is `OPENED`: new ones, `times_opened` above 1 when the same kind had closed before (its
    earlier rows stay as history). `still` are open ones found again, with today's finding in place of the
    old one and every other column of theirs kept; of a rule of one's own, the first `since` and due day too.
    `closed` are open ones no longer found, with `closed_on`.
    """

    opened: pl.DataFrame
    still: pl.DataFrame
    closed: pl.DataFrame


def findings(
    facts: Mapping[str, pl.DataFrame],
    declines_now: pl.DataFrame,
    as_of: date,
    handoff_days: Mapping[str, float] | None = None,
    walked: pl.DataFrame | None = None,
    *,
    event_spans: pl.DataFrame | None = None,
    champions: pl.DataFrame | None = None,
    foretold: pl.DataFrame | None = None,
    reply_days: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """Run every rule that Rounds comes with as of a day. Out: `FINDINGS`, by kind and account.

    `facts` holds accounts, contacts, handoffs, interactions, survey_invitations and survey_responses as
    in `models.facts`; `declines_now` is `DECLINES` of the same day; `handoff_days` are the service levels
    that people chose, in days by step. `walked` is `progress_frames.PROGRESS` of the day, if paths hold.
    `event_spans` (`facts.EVENT_SPANS`, with the fact features), `champions` (`champions.CHAMPIONS`) and
    `foretold` (`emotion.foretold`) bring the kinds that need them; `reply_days` are the service levels for
    answers, in working days by channel. The pulse and rules of one's own look at scores (`models.scoring`).
    """
    accounts, interactions = facts["accounts"], facts["interactions"]
    responses = facts["survey_responses"]
    return FINDINGS.check(
        pl.concat(
            [
                rules.declined(declines_now),
                rules.detractors(accounts, facts["contacts"], responses, interactions, as_of),
                silent(accounts, facts["survey_invitations"], responses, interactions, as_of),
                rules.renewal_untouched(accounts, interactions, as_of),
                handoff_findings(facts["handoffs"], accounts, as_of, handoff_days),
                FINDINGS.empty() if walked is None else path_findings(walked, as_of),
                waiting_on_us(accounts, interactions, as_of, reply_days),
                FINDINGS.empty() if foretold is None else emotion_dropped(foretold, as_of),
                FINDINGS.empty() if champions is None else champions_quiet(champions, facts["contacts"]),
                FINDINGS.empty()
                if event_spans is None
                else breadth_lost(live(accounts, as_of), event_spans, facts["features"], as_of),
            ]
        )
    )


def advance(known: pl.DataFrame, found: pl.DataFrame, as_of: date) -> Advance:
    """Bring the exceptions on record up to as_of: one open per account and kind.

    `known` holds the exceptions on record, open (closed_on null) and closed; it needs account_id, kind,
    first_seen, last_seen, closed_on and times_opened, and may have more. `found` is `FINDINGS` of as_of.
    The same call twice, with the first one's result on record, opens and closes nothing.

    Raises `ValueError` when an open exception was last seen after as_of: a past day is replayed, not lived.
    """
    key = list(FINDINGS.key)
    is_open = known.filter(pl.col("closed_on").is_null())
    later = is_open.filter(pl.col("last_seen") > as_of)
    if not later.is_empty():
        seen = later["last_seen"].dt.to_string().max()
        raise ValueError(
            f"exceptions were last brought up to date on {seen!s}, which is after {as_of}; "
            "advance them with the newest findings only, and look at past days without advancing"
        )
    before = known.group_by(key).agg(pl.col("times_opened").max().alias("before"))
    opened = (
        found.join(is_open, on=key, how="anti")
        .join(before, on=key, how="left")
        .with_columns(
            pl.lit(as_of).alias("first_seen"),
            pl.lit(as_of).alias("last_seen"),
            (pl.col("before").fill_null(0) + 1).alias("times_opened"),
        )
    )
    fresh, own = FINDINGS.names[len(key) :], pl.col("kind").str.starts_with(OWN)
    still = (
        is_open.drop(fresh, strict=False)
        .join(found, on=key, how="inner")
        .with_columns(
            pl.lit(as_of).alias("last_seen"),
            pl.when(own).then("first_seen").otherwise("since").alias("since"),
            pl.when(own)
            .then(pl.col("first_seen") + (pl.col("due_on") - pl.col("since")))
            .otherwise("due_on")
            .alias("due_on"),
        )
    )
    closed = is_open.join(found, on=key, how="anti").with_columns(pl.lit(as_of).alias("closed_on"))
    return Advance(OPENED.check(opened), still.sort(key), closed.sort(key))
