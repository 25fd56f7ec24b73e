"""What can go wrong below the actions; every message is one sentence a user can act on.

RoundsError
├── ConfigurationError   a setting is missing or makes no sense
├── DataError            what was given to us cannot be used (files, mappings, values)
├── NotFound             no such row
│   └── NotYours         not one of this viewer's
├── NotAllowed           the viewer's role does not permit it
├── Conflict             somebody else changed the row first
├── BeyondLimits         hours, a wish or a full day speak against it; a stated reason overrides
└── StoreError           a store cannot be reached or refuses
    └── Busy             another process is writing; try again
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class RoundsError(Exception):
    """The root: catch it to show its sentence to a person."""


class ConfigurationError(RoundsError):
    """A setting is missing or makes no sense."""


class DataError(RoundsError):
    """What was given to us cannot be used."""


class NotFound(RoundsError):
    """No such row, or not one that this viewer may see."""


class NotYours(NotFound):
    """No such row among those that this viewer may see; said in the same words whether it exists or not."""


class NotAllowed(RoundsError):
    """The viewer's role does not permit it."""


class Conflict(RoundsError):
    """Somebody else changed the row first.

    `theirs` is what stands now and `mine` what was refused, by column, where both are known; `standing` is
    the version that stands.
    """

    def __init__(
        self,
        sentence: str,
        *,
        theirs: Mapping[str, Any] | None = None,
        mine: Mapping[str, Any] | None = None,
        standing: int | None = None,
    ) -> None:
        super().__init__(sentence)
        self.standing = standing
        self.theirs, self.mine = dict(theirs or {}), dict(mine or {})


class BeyondLimits(RoundsError):
    """Hours, a wish or a full day speak against it; a stated reason overrides."""


class StoreError(RoundsError):
    """A store cannot be reached or refuses."""


class Busy(StoreError):
    """Another process is writing."""
