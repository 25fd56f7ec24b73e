"""The facts that Rounds imports: one contract a table, each with its natural key.

Times are UTC without an offset, to the microsecond; days are dates. Money is in the
row's own currency per month. A null means "not known", never zero.
"""

from __future__ import annotations

import polars as pl

from models.contracts import Column, Contract

TEXT, DAY, TIME, REAL, WHOLE, FLAG = (
    pl.String(),
    pl.Date(),
    pl.Datetime("us"),
    pl.Float64(),
    pl.Int64(),
    pl.Boolean(),
)


def _text(name: str, doc: str = "", *, required: bool = False) -> Column:
    return Column(name, TEXT, required, doc)


CSMS = Contract(
    "csms",
    (
        _text("csm_id", "who looks after accounts", required=True),
        _text("name", required=True),
        _text("email", "what they sign in with"),
        _text("manager_id", "csm_id of whom they report to"),
        Column("engagement", REAL, doc="employee engagement, 0-100"),
    ),
    key=("csm_id",),
)

ACCOUNTS = Contract(
    "accounts",
    (
        _text("account_id", required=True),
        _text("name"),
        _text("segment", "accounts that are compared with each other"),
        _text("region"),
        _text("plan"),
        _text("industry"),
        _text("csm_id"),
        Column("signed_on", DAY, doc="first day of the relation"),
        Column("renewal_on", DAY, doc="next decision day"),
        Column("churned_on", DAY, doc="day they left"),
        _text("outcome", "how it ended, in the customer's own terms"),
        Column("outcome_on", DAY, doc="day the outcome was known"),
        Column("acquisition_cost", REAL, doc="once"),
        Column("monthly_cost_to_serve", REAL, doc="a month"),
        Column("gross_margin", REAL, doc="share of MRR, 0-1"),
        _text("partner"),
    ),
    key=("account_id",),
)

CONTACTS = Contract(
    "contacts",
    (
        _text("contact_id", required=True),
        _text("account_id", required=True),
        _text("name"),
        _text("role"),
        _text("email"),
        _text("phone", "E.164 where it can be told"),
        _text("timezone", "IANA name"),
        _text("preferred_channel", "call, email, chat …"),
        Column("is_champion", FLAG),
        Column("is_sponsor", FLAG),
        Column("do_not_contact", FLAG),
        Column("followers", WHOLE, doc="audience in public"),
    ),
    key=("contact_id",),
)

SUBSCRIPTIONS = Contract(
    "subscriptions",
    (
        _text("account_id", required=True),
        _text("product", required=True),
        Column("starts_on", DAY, required=True),
        Column("ends_on", DAY, doc="first day no longer paid; null while open"),
        Column("mrr", REAL, required=True, doc="a month"),
        _text("currency", "ISO 4217"),
    ),
    key=("account_id", "product", "starts_on"),
)

USAGE_EVENTS = Contract(
    "usage_events",
    (
        _text("account_id", required=True),
        _text("user_id"),
        _text("event", required=True),
        Column("occurred_at", TIME, required=True),
        Column("quantity", REAL, required=True, doc="how much; 1 when the source does not say"),
    ),
)

FEATURES = Contract(
    "features",
    (
        _text("event", required=True),
        _text("feature"),
        _text("suite", "the part of the product it belongs to"),
        Column("is_value", FLAG, doc="the customer gets what they came for"),
    ),
    key=("event",),
)

SURVEY_INVITATIONS = Contract(
    "survey_invitations",
    (
        _text("account_id", required=True),
        _text("contact_id"),
        _text("kind", "nps, csat or ces", required=True),
        Column("sent_at", TIME, required=True),
    ),
    key=("account_id", "contact_id", "kind", "sent_at"),
)

SURVEY_RESPONSES = Contract(
    "survey_responses",
    (
        _text("response_id", required=True),
        _text("account_id", required=True),
        _text("contact_id"),
        _text("kind", "nps (0-10), csat (1-5) or ces (1-7)", required=True),
        Column("score", REAL, doc="null when only a comment was left"),
        _text("comment"),
        Column("responded_at", TIME, required=True),
    ),
    key=("response_id",),
)

INTERACTIONS = Contract(
    "interactions",
    (
        _text("interaction_id", required=True),
        _text("account_id", required=True),
        _text("contact_id"),
        _text("channel", "call, email, meeting, ticket, chat, community, social", required=True),
        _text("direction", "in (from the customer) or out"),
        _text("subject"),
        Column("opened_at", TIME, required=True),
        Column("first_reply_at", TIME),
        Column("closed_at", TIME),
        Column("sentiment", REAL, doc="-1 to 1"),
    ),
    key=("interaction_id",),
)

HANDOFFS = Contract(
    "handoffs",
    (
        _text("account_id", required=True),
        _text("from_team", required=True),
        _text("to_team", required=True),
        Column("handed_on", DAY, required=True),
        Column("accepted_on", DAY),
    ),
    key=("account_id", "from_team", "to_team", "handed_on"),
)

COMMUNITY_POSTS = Contract(
    "community_posts",
    (
        _text("post_id", required=True),
        _text("account_id", required=True),
        _text("contact_id"),
        _text("kind", "question, answer, idea, praise"),
        Column("posted_at", TIME, required=True),
        Column("replies", WHOLE),
        Column("likes", WHOLE),
        Column("views", WHOLE),
    ),
    key=("post_id",),
)

REFERRALS = Contract(
    "referrals",
    (
        _text("referrer_account_id", required=True),
        _text("referred_name", required=True),
        Column("referred_on", DAY, required=True),
        Column("won_on", DAY),
        Column("mrr", REAL),
    ),
    key=("referrer_account_id", "referred_name", "referred_on"),
)

FACTS: dict[str, Contract] = {
    contract.name: contract
    for contract in (
        CSMS,
        ACCOUNTS,
        CONTACTS,
        SUBSCRIPTIONS,
        USAGE_EVENTS,
        FEATURES,
        SURVEY_INVITATIONS,
        SURVEY_RESPONSES,
        INTERACTIONS,
        HANDOFFS,
        COMMUNITY_POSTS,
        REFERRALS,
    )
}
"""Every fact by name, parents before children (the order in which an import lands)."""

ACCOUNT_DAYS = Contract(
    "account_days",
    (
        _text("account_id", required=True),
        Column("day", DAY, required=True),
        Column("events", WHOLE, required=True, doc="usage rows that day"),
        Column("quantity", REAL, required=True, doc="their quantities, summed"),
        Column("users", WHOLE, required=True, doc="different user_id seen that day, 0 if none named"),
    ),
    key=("account_id", "day"),
)

EVENT_SPANS = Contract(
    "event_spans",
    (
        _text("account_id", required=True),
        _text("event", required=True),
        Column("events", WHOLE, required=True, doc="usage rows"),
        Column("quantity", REAL, required=True),
        Column("first_at", TIME, required=True),
        Column("last_at", TIME, required=True),
    ),
    key=("account_id", "event"),
)
