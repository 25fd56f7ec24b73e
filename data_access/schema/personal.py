"""Whom we were asked to forget: no name, address or key, only salted digests and what was done."""

from __future__ import annotations

import sqlalchemy as sa

from data_access.schema.base import METADATA

erasures = sa.Table(
    "erasures",
    METADATA,
    sa.Column("reference", sa.Text, primary_key=True),
    sa.Column("erased_at", sa.DateTime, nullable=False),
    sa.Column("erased_by", sa.Text, nullable=False),
    sa.Column("places", sa.Text, nullable=False),
)
"""One row an erasure: a reference that says nothing of anybody, and rows by place as JSON."""

suppressions = sa.Table(
    "suppressions",
    METADATA,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("salt", sa.Text, nullable=False),
    sa.Column("reference", sa.Text, nullable=False),
)
"""One row a text that told an erased person; an import holds every key and address against these."""
