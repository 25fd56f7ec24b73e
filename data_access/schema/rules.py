"""Rules of one's own: what stands of each, and every version it ever had."""

from __future__ import annotations

import sqlalchemy as sa

from data_access.schema.base import ID, METADATA

exception_rules = sa.Table(
    "exception_rules",
    METADATA,
    sa.Column("rule_id", ID, primary_key=True, autoincrement=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("saved_at", sa.DateTime, nullable=False),
    sa.Column("saved_by", sa.Text, nullable=False),
    sa.Column("retired_at", sa.DateTime),
)

exception_rule_versions = sa.Table(
    "exception_rule_versions",
    METADATA,
    sa.Column("rule_id", ID, primary_key=True),
    sa.Column("version", sa.BigInteger, primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("saved_at", sa.DateTime, nullable=False),
    sa.Column("saved_by", sa.Text, nullable=False),
    sa.Column("retired_at", sa.DateTime),
)
