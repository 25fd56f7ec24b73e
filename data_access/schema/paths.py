"""Happy paths that people adopted, what they ticked, and what discovery found."""

from __future__ import annotations

import sqlalchemy as sa

from data_access.schema.base import ID, METADATA

happy_paths = sa.Table(
    "happy_paths",
    METADATA,
    sa.Column("path_id", ID, primary_key=True, autoincrement=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("adopted_version", sa.BigInteger),
    sa.Column("changed_at", sa.DateTime, nullable=False),
    sa.Column("changed_by", sa.Text, nullable=False),
)
"""One row a path: its newest version, and the one in force (null while it is a draft)."""

happy_path_versions = sa.Table(
    "happy_path_versions",
    METADATA,
    sa.Column("path_id", ID, primary_key=True, autoincrement=False),
    sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("segment", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("saved_at", sa.DateTime, nullable=False),
    sa.Column("saved_by", sa.Text, nullable=False),
    sa.Column("adopted_at", sa.DateTime),
    sa.Column("adopted_by", sa.Text),
)
"""One row a version; a saved version's body never changes."""

path_ticks = sa.Table(
    "path_ticks",
    METADATA,
    sa.Column("tick_id", ID, primary_key=True, autoincrement=True),
    sa.Column("path_id", ID, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("account_id", sa.Text, nullable=False, index=True),
    sa.Column("done_on", sa.Date, nullable=False),
    sa.Column("ticked_at", sa.DateTime, nullable=False),
    sa.Column("ticked_by", sa.Text, nullable=False),
    sa.Column("undone_at", sa.DateTime),
    sa.Column("undone_by", sa.Text),
)
sa.Index(
    "uq_path_ticks_standing",
    path_ticks.c.path_id,
    path_ticks.c.step,
    path_ticks.c.account_id,
    unique=True,
    sqlite_where=path_ticks.c.undone_at.is_(None),
    postgresql_where=path_ticks.c.undone_at.is_(None),
)

path_discoveries = sa.Table(
    "path_discoveries",
    METADATA,
    sa.Column("discovery_id", ID, primary_key=True, autoincrement=True),
    sa.Column("as_of", sa.Date, nullable=False, index=True),
    sa.Column("made_at", sa.DateTime, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("paths", sa.BigInteger, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)
