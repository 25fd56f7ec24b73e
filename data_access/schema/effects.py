"""The trial of calls: the holdouts that were chosen, and an account's episodes in them."""

from __future__ import annotations

import sqlalchemy as sa

from data_access.schema.base import ID, METADATA, SQL_TYPES
from models.effects.frames import EPISODES

call_trials = sa.Table(
    "call_trials",
    METADATA,
    sa.Column("trial_id", ID, primary_key=True, autoincrement=True),
    sa.Column("started_on", sa.Date, nullable=False),
    sa.Column("started_at", sa.DateTime, nullable=False),
    sa.Column("share", sa.Double, nullable=False),
    sa.Column("salt", sa.Text, nullable=False),
    sa.Column("base", sa.Double, nullable=False),
    sa.Column("n_max", sa.BigInteger, nullable=False),
    sa.Column("n_max_use", sa.BigInteger, nullable=False),
)
"""One row a holdout; nothing in it ever changes, so that nobody can move the end once results come in."""

call_episodes = sa.Table(
    "call_episodes",
    METADATA,
    *(
        sa.Column(
            column.name,
            SQL_TYPES[column.dtype],
            primary_key=column.name in EPISODES.key,
            nullable=not column.required,
        )
        for column in EPISODES.columns
    ),
)
sa.Index(None, call_episodes.c.trial_id)
"""One row an account and the day it was assigned; only its outcomes are filled in later."""
