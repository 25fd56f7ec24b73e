"""Who is about to call which account."""

from __future__ import annotations

import sqlalchemy as sa

from data_access.schema.base import METADATA

call_claims = sa.Table(
    "call_claims",
    METADATA,
    sa.Column("account_id", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("taken_at", sa.DateTime, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
)
