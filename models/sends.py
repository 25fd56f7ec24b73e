"""A piece of content sent to an account: on a call, or by e-mail."""

from __future__ import annotations

from models.contracts import Column, Contract
from models.facts import TEXT, TIME, WHOLE

ON_CALL, BY_MAIL = "call", "e-mail"
HOW = (ON_CALL, BY_MAIL)

SENDS = Contract(
    "content_sends",
    (
        Column("send_id", WHOLE, required=True),
        Column("account_id", TEXT, required=True),
        Column("content_id", WHOLE, required=True),
        Column("sent_at", TIME, required=True, doc="UTC"),
        Column("sent_by", TEXT, required=True),
        Column("how", TEXT, required=True, doc="call or e-mail"),
        Column("task_id", WHOLE, doc="the call it was sent with; null without one"),
        Column("withdrawn_at", TIME, doc="UTC; null while it stands"),
    ),
    key=("send_id",),
)
"""One row a piece, an account and a time."""
