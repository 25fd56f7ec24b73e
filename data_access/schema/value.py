"""What people record of retention: how renewals went, and the goals of the company."""

from __future__ import annotations

import sqlalchemy as sa

from data_access.schema.base import ID, METADATA

renewal_results = sa.Table(
    "renewal_results",
    METADATA,
    sa.Column("result_id", ID, primary_key=True, autoincrement=True),
    sa.Column("account_id", sa.Text, nullable=False, index=True),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("recorded_at", sa.DateTime, nullable=False),
    sa.Column("recorded_by", sa.Text, nullable=False),
    sa.Column("withdrawn_at", sa.DateTime),
    sa.Column("version", sa.BigInteger, nullable=False),
)
sa.Index(
    "uq_renewal_results_standing",
    renewal_results.c.account_id,
    renewal_results.c.due_on,
    unique=True,
    sqlite_where=renewal_results.c.withdrawn_at.is_(None),
    postgresql_where=renewal_results.c.withdrawn_at.is_(None),
)

goals = sa.Table(
    "goals",
    METADATA,
    sa.Column("goal_id", ID, primary_key=True, autoincrement=True),
    sa.Column("measure", sa.Text, nullable=False),
    sa.Column("target", sa.Double, nullable=False),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("set_at", sa.DateTime, nullable=False),
    sa.Column("set_by", sa.Text, nullable=False),
    sa.Column("retired_at", sa.DateTime),
    sa.Column("version", sa.BigInteger, nullable=False),
)
sa.Index(
    "uq_goals_standing",
    goals.c.measure,
    unique=True,
    sqlite_where=goals.c.retired_at.is_(None),
    postgresql_where=goals.c.retired_at.is_(None),
)
