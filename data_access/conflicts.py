"""What is said when somebody else changed a row first: who, when, what stands and what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from data_access.errors import Conflict


def changed(
    thing: str,
    who: str | None,
    at: datetime | None,
    theirs: Mapping[Any, Any],
    mine: Mapping[str, Any],
    *,
    verb: str = "changed",
    standing: int | None = None,
) -> Conflict:
    """The refusal of a change to a row that is at another version; `theirs` is cut to what `mine` names.

    `standing` is the version that stands; without it `theirs` says so as `version`.

    >>> str(changed("This goal", "eva@example.com", datetime(2026, 3, 2, 9), {}, {}))
    'This goal was changed by eva@example.com at 2 Mar 2026 09:00 UTC; nothing was overwritten.'
    """
    by = who or "somebody"
    when = f" at {at:%-d %b %Y %H:%M} UTC" if at else ""
    return Conflict(
        f"{thing} was {verb} by {by}{when}; nothing was overwritten.",
        theirs={name: theirs[name] for name in mine if name in theirs},
        mine=mine,
        standing=theirs.get("version") if standing is None else standing,
    )
