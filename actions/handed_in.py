"""Files that were handed in to be imported and tell of somebody who was erased before: they do not stay."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path

from data_access import suppressions
from data_access.audit import record
from data_access.personal import handed_in
from data_access.store import Store
from data_access.viewer import Viewer

_WAITS = timedelta(days=1)


def tidy(
    store: Store, viewer: Viewer, now: datetime, folder: Path | None = None, telling: Collection[str] = ()
) -> list[str]:
    """Delete files that tell of somebody who was erased, or can't be searched; gives their names.

    With `folder`, that of an import that ended: `telling` names the files in which it met such a person.
    Without it, every folder that lies there for a day and was not searched yet, imported or not.
    """
    viewer.may_administer("Deleting files")
    suppressed = suppressions.listed(store.database)
    if not suppressed:
        return []
    gone: list[str] = []
    for one in [folder] if folder else handed_in.waiting(store, (now - _WAITS).date()):
        files = handed_in.again(store, one, suppressed, telling)
        handed_in.drop(files)
        handed_in.searched(one)
        if files:
            with store.database.write() as connection:
                record(connection, viewer, now, "files deleted", one.name, rows=len(files))
        gone += [file.path.name for file in files]
    return gone
