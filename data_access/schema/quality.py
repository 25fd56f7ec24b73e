"""What people write about quality: a SIPOC for each process and the tree of what is critical; versions."""

from __future__ import annotations

import sqlalchemy as sa

from data_access.schema.base import ID, METADATA

quality_sheets = sa.Table(
    "quality_sheets",
    METADATA,
    sa.Column("sheet_id", ID, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("saved_at", sa.DateTime, nullable=False),
    sa.Column("saved_by", sa.Text, nullable=False),
)
sa.Index(None, quality_sheets.c.kind, quality_sheets.c.name)
