"""Which piece of content was sent to whom."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "content_sends",
        sa.Column("send_id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("content_id", NUMBER, nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("task_id", NUMBER),
        sa.Column("withdrawn_at", sa.DateTime()),
        sa.PrimaryKeyConstraint("send_id", name="pk_content_sends"),
    )
    op.create_index("ix_content_sends_account_id", "content_sends", ["account_id"])
    op.create_index("ix_content_sends_content_id", "content_sends", ["content_id"])
