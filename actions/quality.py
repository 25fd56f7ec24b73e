"""Write a process's SIPOC, adopt or change the tree of what is critical to quality, go back to a version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from data_access import quality
from data_access.errors import DataError
from data_access.quality import Kind
from data_access.store import Store
from data_access.viewer import Viewer
from models import ctq, sipoc

TREE = ""
"""The name of the tree that holds for the whole company."""


def save_sipoc(
    store: Store, viewer: Viewer, now: datetime, process: str, lines: Sequence[sipoc.Line], seen: int
) -> int:
    """Keep what people write about a process as a new version; returns its id. `now` is UTC.

    `seen` is the version the person looked at (0: none yet). Lines that stood there keep their writer.
    Raises `DataError` with what has to be mended, and `Conflict` when another version was saved meanwhile.
    """
    _mended(sipoc.troubles(lines))
    with store.database.write() as connection:
        body = quality.newest_body(connection, "sipoc", process, seen, sipoc.as_body(lines))
        before = sipoc.from_body(body)
        signed = sipoc.signed(lines, before, viewer.person, now)
        if signed == before:
            raise DataError("Nothing is different from the version in force.")
        body = sipoc.as_body(signed)
        return quality.save(connection, viewer, now, "sipoc", process, body, "sipoc saved")


def save_tree(store: Store, viewer: Viewer, now: datetime, branches: Sequence[ctq.Branch], seen: int) -> int:
    """Keep the tree of needs, drivers, measures and targets as a new version; as `save_sipoc`."""
    _mended(ctq.troubles(branches))
    with store.database.write() as connection:
        before = ctq.from_body(quality.newest_body(connection, "ctq", TREE, seen, ctq.as_body(branches)))
        signed = ctq.signed(branches, before, viewer.person, now)
        if signed == before:
            raise DataError("Nothing is different from the tree in force.")
        what = "quality tree saved" if seen else "quality tree adopted"
        return quality.save(connection, viewer, now, "ctq", TREE, ctq.as_body(signed), what)


def revert(
    store: Store, viewer: Viewer, now: datetime, kind: Kind, name: str, sheet_id: int, seen: int
) -> int:
    """Make an earlier version (0: nothing written) count again, as a new version."""
    with store.database.write() as connection:
        quality.newest_body(connection, kind, name, seen)
        body = quality.body_of(connection, kind, name, sheet_id)
        return quality.save(connection, viewer, now, kind, name, body, f"{kind} reverted")


def _mended(wrong: list[str]) -> None:
    if wrong:
        raise DataError(" ".join(wrong))
