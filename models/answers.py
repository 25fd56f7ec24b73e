"""What people answered and who was asked, ready to be split: each answer once, nothing after the day."""

from __future__ import annotations

from datetime import date

import polars as pl

from models.book_view import NOBODY
from models.contracts import Column, Contract
from models.facts import DAY, FLAG, REAL, TEXT, TIME, WHOLE

SPLITS: dict[str, str] = {
    "segment": "Segment",
    "plan": "Plan",
    "region": "Region",
    "csm": "CSM",
    "tenure": "Customer for",
    "channel": "Preferred channel",
}
"""What answers and invitations can be split by, and how a person calls it."""

TENURES = ("under 3 months", "3 to 12 months", "1 to 2 years", "over 2 years")
UNKNOWN = "not known"

ANSWER_WITHIN = 14
"""Days in which an invitation counts as answered; younger ones are not counted yet."""

ASKED_OFTEN = 3
"""Asked on so many days since the last answer, an account does not answer."""

_SPLIT_COLUMNS = tuple(Column(name, TEXT, required=True, doc=doc) for name, doc in SPLITS.items())

ANSWERS = Contract(
    "answers",
    (
        Column("response_id", TEXT, required=True),
        Column("account_id", TEXT, required=True),
        Column("contact_id", TEXT),
        Column("kind", TEXT, required=True, doc="nps, csat or ces"),
        Column("score", REAL, doc="on its own scale; null when only a comment was left"),
        Column("comment", TEXT),
        Column("responded_at", TIME, required=True),
        Column("day", DAY, required=True),
        *_SPLIT_COLUMNS,
    ),
    key=("response_id",),
)

ASKED = Contract(
    "asked",
    (
        Column("account_id", TEXT, required=True),
        Column("kind", TEXT, required=True),
        Column("day", DAY, required=True),
        Column("answered", FLAG, required=True, doc="within ANSWER_WITHIN days"),
        *_SPLIT_COLUMNS,
    ),
)

UNANSWERING = Contract(
    "unanswering",
    (
        Column("account_id", TEXT, required=True),
        Column("times", WHOLE, required=True, doc="days on which they were asked since their last answer"),
        Column("last_asked_on", DAY, required=True),
        Column("last_answer_on", DAY, doc="null: never"),
    ),
    key=("account_id",),
)


def once(responses: pl.DataFrame) -> pl.DataFrame:
    """The same answer from two sources counts once: one contact, kind, score and day.

    In and out: `facts.SURVEY_RESPONSES`, sorted by account and time. Answers of people who are not named
    all stay, for they may be several people's; so do comments without a score.
    """
    ordered = responses.sort("account_id", "responded_at", "response_id")
    named = pl.struct("account_id", "contact_id", "kind", "score", pl.col("responded_at").dt.date())
    unnamed = pl.col("contact_id").fill_null("") == ""
    return ordered.filter(unnamed | pl.col("score").is_null() | named.is_first_distinct())


def answers(
    responses: pl.DataFrame,
    accounts: pl.DataFrame,
    contacts: pl.DataFrame,
    csms: pl.DataFrame,
    as_of: date,
) -> pl.DataFrame:
    """Every answer by `as_of`, with what it can be split by.

    In: the facts. Out: `ANSWERS`, the newest first. Accounts that left since keep their answers.
    The tenure is that on the day of the answer.
    """
    day = pl.col("responded_at").dt.date()
    told = once(responses.filter(day <= as_of)).with_columns(day=day)
    found = _split(told, accounts, contacts, csms).sort("responded_at", "response_id", descending=True)
    return ANSWERS.check(found.select(ANSWERS.names))


def asked(
    invitations: pl.DataFrame,
    responses: pl.DataFrame,
    accounts: pl.DataFrame,
    contacts: pl.DataFrame,
    csms: pl.DataFrame,
    as_of: date,
) -> pl.DataFrame:
    """Every invitation that had its `ANSWER_WITHIN` days by `as_of`, and whether it was answered in them.

    An answer belongs to the last invitation before it, of the same account, contact and kind; where
    either does not name the contact, of the same account and kind. Out: `ASKED`.
    """
    ripe = answered(invitations, responses, as_of)
    return ASKED.check(_split(ripe, accounts, contacts, csms).select(ASKED.names))


def answered(invitations: pl.DataFrame, responses: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """The invitations of `asked`, with the columns of `facts.SURVEY_INVITATIONS`, day and answered."""
    sent = invitations.filter(pl.col("sent_at").dt.date() <= as_of).with_row_index("row")
    told = responses.filter(pl.col("responded_at").dt.date() <= as_of)
    known = pl.col("contact_id").fill_null("") != ""
    named, by_account = ["account_id", "contact_id", "kind"], ["account_id", "kind"]
    rows = pl.concat(
        [
            _answered(sent.filter(known), told.filter(known), named),
            _answered(sent.filter(~known), told.filter(known), by_account),
            _answered(sent, told.filter(~known), by_account),
        ]
    )
    day = pl.col("sent_at").dt.date()
    return sent.with_columns(day=day, answered=pl.col("row").is_in(rows.implode())).filter(
        pl.col("day") <= pl.lit(as_of) - pl.duration(days=ANSWER_WITHIN)
    )


def unanswering(
    invitations: pl.DataFrame, responses: pl.DataFrame, book: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """The accounts of the book asked on `ASKED_OFTEN` days or more since their last answer, or ever.

    In: the facts and any frame with account_id. An answer of any kind counts, with or without a score;
    invitations younger than `ANSWER_WITHIN` days do not count yet. Out: `UNANSWERING`, most asked first.
    """
    day = pl.col("responded_at").dt.date()
    last = responses.filter(day <= as_of).group_by("account_id").agg(last_answer_on=day.max())
    sent = invitations.select("account_id", day=pl.col("sent_at").dt.date()).filter(
        pl.col("day") <= pl.lit(as_of) - pl.duration(days=ANSWER_WITHIN)
    )
    since = sent.join(last, on="account_id", how="left").filter(
        pl.col("last_answer_on").is_null() | (pl.col("day") > pl.col("last_answer_on"))
    )
    found = (
        since.join(book, on="account_id", how="semi")
        .group_by("account_id")
        .agg(
            times=pl.col("day").n_unique().cast(pl.Int64),
            last_asked_on=pl.col("day").max(),
            last_answer_on=pl.col("last_answer_on").first(),
        )
        .filter(pl.col("times") >= ASKED_OFTEN)
    )
    return UNANSWERING.check(found.sort("times", "account_id", descending=[True, False]))


def _answered(sent: pl.DataFrame, told: pl.DataFrame, keys: list[str]) -> pl.Series:
    """The rows of the invitations that these answers belong to."""
    theirs = told.select(*keys, at="responded_at").sort("at")
    matched = theirs.join_asof(
        sent.select(*keys, "row", at="sent_at").sort("at"),
        on="at",
        by=keys,
        strategy="backward",
        tolerance=f"{ANSWER_WITHIN}d",
        check_sortedness=False,
    )
    return matched["row"].drop_nulls()


def _split(
    rows: pl.DataFrame, accounts: pl.DataFrame, contacts: pl.DataFrame, csms: pl.DataFrame
) -> pl.DataFrame:
    owners = accounts.select("account_id", "segment", "plan", "region", "csm_id", "signed_on").join(
        csms.select("csm_id", csm="name"), on="csm_id", how="left"
    )
    days = (pl.col("day") - pl.col("signed_on")).dt.total_days()
    under_3, to_12, to_24, over_24 = TENURES
    tenure = (
        pl.when(days < 91)
        .then(pl.lit(under_3))
        .when(days < 365)
        .then(pl.lit(to_12))
        .when(days < 730)
        .then(pl.lit(to_24))
        .when(days.is_not_null())
        .then(pl.lit(over_24))
    )
    people = contacts.select("contact_id", channel="preferred_channel").unique("contact_id")
    return (
        rows.join(owners, on="account_id", how="left", maintain_order="left")
        .join(people, on="contact_id", how="left", maintain_order="left")
        .with_columns(tenure=tenure, csm=pl.coalesce("csm", "csm_id", pl.lit(NOBODY)))
        .with_columns(pl.col(name).fill_null(UNKNOWN) for name in SPLITS)
    )
