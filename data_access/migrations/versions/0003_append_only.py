"""The database refuses to change or delete an entry of the audit log."""

from alembic import op

from data_access.append_only import lock

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    lock(op.get_bind())
