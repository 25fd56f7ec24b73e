"""Which piece of content was sent to which account, when, and with which call."""

from __future__ import annotations

import sqlalchemy as sa

from data_access.schema.base import ID, METADATA

content_sends = sa.Table(
    "content_sends",
    METADATA,
    sa.Column("send_id", ID, primary_key=True, autoincrement=True),
    sa.Column("account_id", sa.Text, nullable=False, index=True),
    sa.Column("content_id", ID, nullable=False, index=True),
    sa.Column("sent_at", sa.DateTime, nullable=False),
    sa.Column("sent_by", sa.Text, nullable=False),
    sa.Column("how", sa.Text, nullable=False),
    sa.Column("task_id", ID),
    sa.Column("withdrawn_at", sa.DateTime),
)
