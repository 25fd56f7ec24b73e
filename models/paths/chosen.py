"""Which accounts of the paths are asked for: as it stands in a link, in words, and as rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from models.paths.picture import ORDER

Kind = Literal["id", "state", "in", "at", "did", "path"]

_PARTS: dict[Kind, tuple[str, ...]] = {
    "id": ("account_id",),
    "state": ("state",),
    "in": ("state", "path_key"),
    "at": ("column", "state", "path_key"),
    "did": ("column", "path_key"),
    "path": ("path_key",),
}
"""What follows the kind in a link; the last part may hold colons."""


@dataclass(frozen=True)
class Chosen:
    """What is asked for. `id`: one account · `state`: all in a state · `in`: in a state on a path ·
    `at`: in a state before a step · `did`: who did a step · `path`: all on a path.
    """

    kind: Kind
    account_id: str = ""
    state: str = ""
    path_key: str = ""
    column: int = 0

    @property
    def text(self) -> str:
        """As it stands in the link; `read` reads it back.

        >>> read(Chosen("at", state="stuck", path_key="found:2", column=3).text).path_key
        'found:2'
        """
        return ":".join([self.kind, *(str(getattr(self, part)) for part in _PARTS[self.kind])])


def read(text: str) -> Chosen | None:
    """What a link asks for; None where it asks for nothing that is known.

    >>> read("state:stuck").state, read("at:x"), read("")
    ('stuck', None, None)
    """
    kind, _, rest = text.partition(":")
    if kind not in _PARTS or not rest:
        return None
    parts = rest.split(":", len(_PARTS[kind]) - 1)
    if len(parts) != len(_PARTS[kind]):
        return None
    given = dict(zip(_PARTS[kind], parts, strict=True))
    column = given.pop("column", "0")
    if not column.isdecimal() or given.get("state", ORDER[0]) not in ORDER:
        return None
    return Chosen(kind, column=int(column), **given)


def narrowed(placed: pl.DataFrame, chosen: Chosen | None) -> pl.DataFrame:
    """The accounts asked for, in the order they came; `picture.STANDING` in and out."""
    if chosen is None:
        return placed
    path = pl.col("path_key") == chosen.path_key
    state = pl.col("state") == chosen.state
    wanted = {
        "id": pl.col("account_id") == chosen.account_id,
        "state": state,
        "in": path & state,
        "at": path & state & (pl.col("column") == chosen.column),
        "did": path & pl.col("reached").list.contains(chosen.column),
        "path": path,
    }
    return placed.filter(wanted[chosen.kind].fill_null(value=False))


def told(chosen: Chosen | None, columns: pl.DataFrame) -> str:
    """What is asked for in words; empty for nothing. `columns` as `picture.columns` gives them.

    >>> told(read("state:stuck"), pl.DataFrame())
    'stuck'
    """
    if chosen is None or chosen.kind in ("id", "state"):
        return "" if chosen is None else chosen.state or "the account that was clicked"
    own = columns.filter(pl.col("path_key") == chosen.path_key)
    if own.is_empty():
        return "on a path that is no longer there"
    path = own["path"][0]
    steps = own.filter(pl.col("column") == chosen.column)["label"]
    step = f"“{steps[0]}”" if steps.len() else "a step that is no longer there"
    return {
        "in": f"{chosen.state} on {path}",
        "at": f"{chosen.state} before {step} on {path}",
        "did": f"have done {step} on {path}",
        "path": f"on {path}",
    }[chosen.kind]
