"""Alembic's entry point: it runs in the transaction that `migrate` opened."""

from __future__ import annotations

from alembic import context

from data_access.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transactional_ddl=False,
)
context.run_migrations()
