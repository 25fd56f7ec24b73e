"""Who may sign in with which role, and whose book somebody may look after for a while."""

from __future__ import annotations

import sqlalchemy as sa

from data_access.schema.base import ID, METADATA

people = sa.Table(
    "people",
    METADATA,
    sa.Column("email", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("csm_id", sa.Text),
    sa.Column("changed_at", sa.DateTime, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
)

grants = sa.Table(
    "grants",
    METADATA,
    sa.Column("grant_id", ID, primary_key=True, autoincrement=True),
    sa.Column("email", sa.Text, nullable=False, index=True),
    sa.Column("csm_id", sa.Text, nullable=False),
    sa.Column("until", sa.Date),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("granted_at", sa.DateTime, nullable=False),
    sa.Column("granted_by", sa.Text, nullable=False),
    sa.Column("ended_at", sa.DateTime),
    sa.Column("ended_by", sa.Text),
)
