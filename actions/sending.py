"""Say which pieces of content went to an account: with a call, or by e-mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import polars as pl

from data_access import content, sends, tasks, wishes
from data_access.errors import DataError
from data_access.store import Store
from data_access.viewer import SYSTEM, Viewer
from models.content_effect import content_effects
from models.sends import BY_MAIL, ON_CALL

FRAME = "content_effect"
"""The part of a snapshot that says what use followed each piece, `CONTENT_EFFECT`."""


def followed_on(
    store: Store, accounts: pl.DataFrame, account_days: pl.DataFrame, event_spans: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """What use followed each piece that was sent, as of a day; columns of `CONTENT_EFFECT`."""
    sent, library = sends.standing(store.database, SYSTEM), content.listing(store.database)
    return content_effects(sent, library, accounts, account_days, event_spans, as_of)


def send_by_mail(
    store: Store, viewer: Viewer, now: datetime, account_id: str, pieces: Sequence[int]
) -> list[int]:
    """Keep that these pieces were mailed to an account; returns their ids. Raises `DataError` for none,
    and `NotAllowed` where everybody there asked not to be contacted.
    """
    if not pieces:
        raise DataError("Choose the pieces that you sent.")
    with store.database.write() as connection:
        wishes.heed(connection, account_id)
        return sends.add(connection, viewer, now, account_id, list(dict.fromkeys(pieces)), BY_MAIL, None)


def sent_with_call(store: Store, viewer: Viewer, now: datetime, task_id: int, pieces: Sequence[int]) -> None:
    """Make these the pieces that were sent with a logged call: others are added, or taken back."""
    with store.database.write() as connection:
        before = sends.with_call(connection, task_id)
        gone = [piece for piece in before if piece not in pieces]
        fresh = [piece for piece in dict.fromkeys(pieces) if piece not in before]
        if gone:
            sends.withdraw(connection, viewer, now, task_id, gone)
        if fresh:
            account_id, _ = tasks.whose(connection, task_id)
            sends.add(connection, viewer, now, account_id, fresh, ON_CALL, task_id)
