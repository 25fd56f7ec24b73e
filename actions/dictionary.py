"""What the columns of an export mean: a row a column, for the second sheet or a file beside it."""

from __future__ import annotations

import polars as pl

from data_access.content import CONTENT
from data_access.exceptions import EXCEPTIONS
from data_access.tasks import TASKS
from models.answers import ANSWERS
from models.call_frames import CALLS
from models.churn.listing import LEAVING
from models.content_effect import CONTENT_EFFECT
from models.contracts import Column, Contract
from models.effects.frames import EFFECTS
from models.facts import FACTS, TEXT
from models.paths.tables import PATH_TABLE, PROGRESS_TABLE
from models.pulse import NEWEST, PULSES
from models.retention_series import RETENTION_SERIES
from models.sends import SENDS
from models.snapshot import MOVES, SCORES
from models.surveys import VOICE

DICTIONARY = Contract(
    "dictionary",
    (
        Column("column", TEXT, required=True),
        Column("type", TEXT, required=True),
        Column("meaning", TEXT, required=True),
    ),
    key=("column",),
)

_FIRST: dict[str, Contract] = {
    "answers": ANSWERS,
    "calls": CALLS,
    "exceptions": EXCEPTIONS,
    "churn": LEAVING,
    "effects": EFFECTS,
    "content": CONTENT_EFFECT,
    "content sends": SENDS,
    "paths": PATH_TABLE,
    "path-progress": PROGRESS_TABLE,
    "retention": RETENTION_SERIES,
    "voice": VOICE,
}
_ALL = (
    *(SCORES, CALLS, EXCEPTIONS, TASKS, LEAVING, NEWEST, PULSES, MOVES, PATH_TABLE, PROGRESS_TABLE),
    *(CONTENT, SENDS, CONTENT_EFFECT),
)
_PLAIN: dict[str, str] = {
    "account_id": "the account, by its id in the imported data",
    "name": "the account's name",
    "csm_id": "who looks after the account, by id",
    "mrr": "monthly recurring revenue in `currency`",
    "currency": "currency of the money on this row",
    "contact_id": "the person at the account, by id",
    "first_seen": "day the trouble was first found",
    "last_seen": "day it was found last",
    "since": "day the trouble began",
    "kind": "kind of exception or question",
    "severity": "how bad, 0 to 1",
}


def dictionary(frame: pl.DataFrame, what: str = "") -> pl.DataFrame:
    """Say of every column of an export its type and meaning; columns of `DICTIONARY`.

    `what` is the export's name where it has one. A column nobody has described reads as its own name
    in words.
    """
    first = [_FIRST[what]] if what in _FIRST else []
    known: dict[str, str] = {}
    for contract in (*first, *_ALL, RETENTION_SERIES, VOICE, *FACTS.values()):
        for column in contract.columns:
            if column.doc:
                known.setdefault(column.name, column.doc)
    rows = [
        (name, _type(dtype), known.get(name) or _PLAIN.get(name) or name.replace("_", " "))
        for name, dtype in frame.schema.items()
    ]
    return DICTIONARY.check(pl.DataFrame(rows, schema=DICTIONARY.schema, orient="row"))


def _type(dtype: pl.DataType) -> str:
    named: list[tuple[bool, str]] = [
        (dtype == pl.Boolean, "yes or no"),
        (dtype == pl.Date, "day"),
        (dtype == pl.Datetime, "time, UTC"),
        (dtype.is_integer(), "whole number"),
        (dtype.is_numeric(), "number"),
        (dtype == pl.List, "several, parted by a space"),
    ]
    return next((words for fits, words in named if fits), "text")
