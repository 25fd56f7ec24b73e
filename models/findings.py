"""A finding: one account, one kind of exception, said in a sentence with its numbers and dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

import polars as pl

from models.contracts import Column, Contract
from models.facts import DAY, REAL, TEXT

DECLINED = "declined"
DETRACTOR = "detractor"
SILENT = "silent"
RENEWAL_UNTOUCHED = "renewal_untouched"
STALLED = "stalled"
DEVIATED = "deviated"
NEVER_STARTED = "never_started"
HANDOFF_LATE = "handoff_late"
HANDOFF_DROPPED = "handoff_dropped"
HANDOFF_BOUNCED = "handoff_bounced"
HANDOFF_OVERLAP = "handoff_overlap"
BREADTH_LOST = "breadth_lost"
CHAMPION_QUIET = "champion_quiet"
EMOTION_DROPPED = "emotion_dropped"
WAITING_ON_US = "waiting_on_us"
PERCEPTION_GAP = "perception_gap"
KINDS = {
    DECLINED: "Usage fell",
    DETRACTOR: "Unhappy answer",
    WAITING_ON_US: "Waiting on us",
    EMOTION_DROPPED: "Mood dropped",
    CHAMPION_QUIET: "Champion gone quiet",
    BREADTH_LOST: "Breadth lost",
    PERCEPTION_GAP: "Pulse against data",
    SILENT: "Silent",
    RENEWAL_UNTOUCHED: "Renewal near and untouched",
    STALLED: "Stalled on a step",
    DEVIATED: "Off the path",
    NEVER_STARTED: "Never started",
    HANDOFF_LATE: "Handoff late",
    HANDOFF_DROPPED: "Handoff dropped",
    HANDOFF_BOUNCED: "Handoff bounced",
    HANDOFF_OVERLAP: "Two teams at once",
}
"""Each kind of exception that Rounds itself looks for, with what it is called on screen."""

OFF = "kinds_off"
"""The entry of the settings with the kinds that are not looked for."""

OWN = "rule:"
"""How the kind of a rule that people made begins; its id follows."""

OWN_NAME = "Own rule"
"""What every rule that people made is called where its own name is not at hand."""


def kind_name(code: str) -> str:
    """What a kind is called on screen.

    >>> kind_name("rule:7"), kind_name("silent")
    ('Own rule', 'Silent')
    """
    return OWN_NAME if code.startswith(OWN) else KINDS.get(code, code.replace("_", " ").capitalize())


def kinds_off(settings: Mapping[str, object]) -> tuple[str, ...]:
    """The kinds that these settings switch off, in the order of `KINDS`; `ValueError` for an unknown one.

    >>> kinds_off({"kinds_off": ["silent", "declined"]})
    ('declined', 'silent')
    """
    given = settings.get(OFF) or ()
    chosen = list(given) if isinstance(given, list | tuple) else [given]
    strange = [str(kind) for kind in chosen if kind not in KINDS]
    if strange:
        raise ValueError(f"there is no kind {', '.join(strange)}; there are {', '.join(KINDS)}")
    return tuple(kind for kind in KINDS if kind in chosen)


FINDINGS = Contract(
    "findings",
    (
        Column("account_id", TEXT, required=True),
        Column("kind", TEXT, required=True),
        Column("since", DAY, required=True, doc="when the trouble began, as far as the data tell"),
        Column("severity", REAL, required=True, doc="0-1"),
        Column("sentence", TEXT, required=True, doc="what is wrong, with numbers and dates"),
        Column("evidence", TEXT, required=True, doc="JSON object of the numbers behind the sentence"),
        Column("prescription", TEXT, required=True, doc="what to do"),
        Column("due_on", DAY, doc="null when nothing is due by a day"),
    ),
    key=("account_id", "kind"),
)
"""What a refresh found as of one day, a row an account and kind."""


def finding_rows(
    frame: pl.DataFrame,
    kind: str,
    prescription: str,
    evidence: list[str],
    *,
    due_on: pl.Expr | None = None,
) -> pl.DataFrame:
    """Shape rows with account_id, since, severity and sentence into `FINDINGS`.

    The columns named in `evidence` become a JSON object.
    """
    day = pl.lit(None, dtype=pl.Date) if due_on is None else due_on
    return FINDINGS.check(
        frame.select(
            "account_id",
            pl.lit(kind).alias("kind"),
            "since",
            pl.col("severity").clip(0, 1),
            "sentence",
            pl.struct(evidence).struct.json_encode().alias("evidence"),
            pl.lit(prescription).alias("prescription"),
            day.alias("due_on"),
        ).sort("account_id")
    )


def day_words(day: pl.Expr) -> pl.Expr:
    """A day as in "3 Nov 2025"."""
    return day.dt.strftime("%-d %b %Y")


def count_words(count: pl.Expr, one: str) -> pl.Expr:
    """A count with its noun: "1 event", "12 events"."""
    whole = count.cast(pl.Int64)
    return whole.cast(pl.String) + pl.when(whole == 1).then(pl.lit(f" {one}")).otherwise(pl.lit(f" {one}s"))


def close_of(as_of: date) -> datetime:
    """The first moment after as_of; what happened before it is known."""
    return datetime.combine(as_of + timedelta(days=1), time.min)
