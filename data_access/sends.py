"""Pieces of content sent to accounts: added to, withdrawn, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import polars as pl
import sqlalchemy as sa

from data_access.audit import record
from data_access.database import Database
from data_access.errors import NotFound
from data_access.schema import content, content_sends
from data_access.scope import visible
from data_access.tasks import hold
from data_access.viewer import Viewer
from models.sends import SENDS

_STOOD = ("send_id", "account_id", "content_id", "how", "task_id", "sent_at", "sent_by")
"""What the log keeps of a piece that is taken back."""


def standing(database: Database, viewer: Viewer, *, account_id: str | None = None) -> pl.DataFrame:
    """What was sent to the viewer's accounts and not taken back, newest first; columns of `SENDS`."""
    statement = sa.select(*(content_sends.c[name] for name in SENDS.names)).where(
        content_sends.c.withdrawn_at.is_(None), visible(viewer, content_sends.c.account_id)
    )
    if account_id is not None:
        statement = statement.where(content_sends.c.account_id == account_id)
    return database.frame(
        statement.order_by(content_sends.c.sent_at.desc(), content_sends.c.send_id.desc()), SENDS
    )


def add(
    connection: sa.Connection,
    viewer: Viewer,
    at: datetime,
    account_id: str,
    pieces: Sequence[int],
    how: str,
    task_id: int | None,
) -> list[int]:
    """Write that these pieces went to an account the viewer may see; returns the new rows' ids."""
    viewer.may_write()
    hold(connection, viewer, account_id)
    known = set(connection.execute(sa.select(content.c.content_id)).scalars())
    strange = [str(piece) for piece in pieces if piece not in known]
    if strange:
        raise NotFound(f"There is no piece of content {', '.join(strange)}.")
    made = []
    for piece in pieces:
        values = {"account_id": account_id, "content_id": piece, "how": how, "task_id": task_id}
        statement = sa.insert(content_sends).values(**values, sent_at=at, sent_by=viewer.person)
        made.append(int(connection.execute(statement.returning(content_sends.c.send_id)).scalar_one()))
        record(connection, viewer, at, "content sent", f"content {piece}", after=values)
    return made


def withdraw(
    connection: sa.Connection, viewer: Viewer, at: datetime, task_id: int, pieces: Sequence[int] | None = None
) -> None:
    """Take back what stands as sent with a call: these pieces, or all; nothing happens where nothing was."""
    viewer.may_write()
    mine = (content_sends.c.task_id == task_id) & content_sends.c.withdrawn_at.is_(None)
    if pieces is not None:
        mine &= content_sends.c.content_id.in_(pieces)
    found = connection.execute(
        sa.select(*(content_sends.c[name] for name in _STOOD)).where(
            mine, visible(viewer, content_sends.c.account_id)
        )
    ).mappings()
    for row in found.all():
        one = content_sends.c.send_id == row["send_id"]
        connection.execute(sa.update(content_sends).where(one).values(withdrawn_at=at))
        before, after = dict(row), {"send_id": row["send_id"], "withdrawn_at": at}
        subject = f"content {row['content_id']}"
        record(connection, viewer, at, "content not sent", subject, before=before, after=after)


def with_call(connection: sa.Connection, task_id: int) -> list[int]:
    """The pieces that stand as sent with a call."""
    mine = (content_sends.c.task_id == task_id) & content_sends.c.withdrawn_at.is_(None)
    found = sa.select(content_sends.c.content_id).where(mine).order_by(content_sends.c.send_id)
    return [int(piece) for piece in connection.execute(found).scalars()]
