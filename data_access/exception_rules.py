"""Rules of one's own: a save makes a new version, none is ever changed."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import polars as pl
import sqlalchemy as sa

from data_access.audit import record
from data_access.conflicts import changed
from data_access.database import Database
from data_access.errors import NotFound
from data_access.schema.rules import exception_rule_versions, exception_rules
from data_access.viewer import Viewer
from models.own_rules import RULES, VERSIONS


def listing(database: Database) -> pl.DataFrame:
    """Every rule as it stands, retired ones too, the oldest first; columns of `RULES`."""
    statement = sa.select(*(exception_rules.c[name] for name in RULES.names))
    return database.few(statement.order_by(exception_rules.c.rule_id), RULES)


def versions(database: Database, rule_id: int) -> pl.DataFrame:
    """Every version of one rule, newest first; columns of `VERSIONS`."""
    of = exception_rule_versions.c
    statement = sa.select(*(of[name] for name in RULES.names)).where(of.rule_id == rule_id)
    return database.few(statement.order_by(of.version.desc()), VERSIONS)


def moved_since(database: Database, at: datetime) -> bool:
    """Whether a rule was switched on or off, or changed while it was on, since a moment (UTC)."""
    of, before = exception_rule_versions.c, exception_rule_versions.alias().c
    earlier = sa.exists().where(before.rule_id == of.rule_id, before.version == of.version - 1, before.active)
    found = sa.select(of.rule_id).where(of.saved_at > at, sa.or_(of.active, earlier)).limit(1)
    with database.read() as connection:
        return connection.execute(found).first() is not None


def add(connection: sa.Connection, viewer: Viewer, at: datetime, body: str) -> int:
    """Write a new rule, switched off; returns its id."""
    viewer.may_write()
    values = {"version": 1, "body": body, "active": False, "saved_at": at, "saved_by": viewer.person}
    rule_id = int(
        connection.execute(
            sa.insert(exception_rules).values(**values).returning(exception_rules.c.rule_id)
        ).scalar_one()
    )
    connection.execute(sa.insert(exception_rule_versions).values(rule_id=rule_id, **values))
    record(connection, viewer, at, "rule added", f"rule {rule_id}", after=json.loads(body))
    return rule_id


def change(
    connection: sa.Connection,
    viewer: Viewer,
    at: datetime,
    rule_id: int,
    version: int,
    what: str,
    values: dict[str, Any],
) -> int:
    """Save `values` as the next version of a rule still at `version`; returns it.

    Raises `NotFound` for an unknown rule and `Conflict` when somebody saved another version meanwhile.
    """
    viewer.may_write()
    found = sa.select(exception_rules).where(exception_rules.c.rule_id == rule_id).with_for_update()
    row = connection.execute(found).mappings().first()
    if row is None:
        raise NotFound(f"There is no rule {rule_id}.")
    if row["version"] != version:
        raise changed("This rule", row["saved_by"], row["saved_at"], row, values)
    kept = {**values, "version": version + 1, "saved_at": at, "saved_by": viewer.person}
    connection.execute(sa.update(exception_rules).where(exception_rules.c.rule_id == rule_id).values(**kept))
    connection.execute(sa.insert(exception_rule_versions).values(**{**row, **kept}))
    before = {name: row[name] for name in values}
    record(connection, viewer, at, what, f"rule {rule_id}", before=before, after=values)
    return version + 1


def body_of(connection: sa.Connection, rule_id: int, version: int) -> str:
    """The body of one version of a rule, or `NotFound`."""
    of = exception_rule_versions.c
    found = sa.select(of.body).where(of.rule_id == rule_id, of.version == version)
    body = connection.execute(found).scalar()
    if body is None:
        raise NotFound(f"Rule {rule_id} has no version {version}.")
    return str(body)
