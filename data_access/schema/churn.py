"""Every training of the churn model, whether its model was taken or not."""

from __future__ import annotations

import sqlalchemy as sa

from data_access.schema.base import ID, METADATA

churn_models = sa.Table(
    "churn_models",
    METADATA,
    sa.Column("model_id", ID, primary_key=True, autoincrement=True),
    sa.Column("known_on", sa.Date, nullable=False, index=True),
    sa.Column("made_at", sa.DateTime, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("code_version", sa.Text, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("sentence", sa.Text, nullable=False),
    sa.Column("taken", sa.Boolean, nullable=False),
    sa.Column("succession", sa.Text, nullable=False),
    sa.Column("first_on", sa.Date),
    sa.Column("last_on", sa.Date),
    sa.Column("observations", sa.BigInteger, nullable=False),
    sa.Column("accounts", sa.BigInteger, nullable=False),
    sa.Column("churns", sa.BigInteger, nullable=False),
    sa.Column("evaluation", sa.Text),
    sa.Column("model", sa.Text),
    sa.Column("judged", sa.LargeBinary, nullable=False),
    sa.Column("drift", sa.LargeBinary, nullable=False),
)
"""One row a training, never changed; `taken`: its model took over. `model` is null where it was refused."""
