"""The table that remembers restores: it belongs to the store, so no restore replaces it."""

from __future__ import annotations

import sqlalchemy as sa

from data_access.schema.base import ID, METADATA

restores = sa.Table(
    "restores",
    METADATA,
    sa.Column("restore_id", ID, primary_key=True, autoincrement=True),
    sa.Column("restored_at", sa.DateTime, nullable=False),
    sa.Column("restored_by", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("rows", sa.BigInteger, nullable=False),
)
