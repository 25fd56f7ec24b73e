"""What can go wrong below the actions; every message is one sentence a user can act on.

RoundsError
├── ConfigurationError   a setting is missing or makes no sense
├── DataError            what was given to us cannot be used (files, mappings, values)
├── NotFound             no such row, or not for this viewer
├── NotAllowed           the viewer's role does not permit it
├── Conflict             somebody else changed the row first
└── StoreError           a store cannot be reached or refuses
    └── Busy             another process is writing; try again
"""

from __future__ import annotations


class RoundsError(Exception):
    """The root: catch it to show its sentence to a person."""


class ConfigurationError(RoundsError):
    """A setting is missing or makes no sense."""


class DataError(RoundsError):
    """What was given to us cannot be used."""


class NotFound(RoundsError):
    """No such row, or not one that this viewer may see."""


class NotAllowed(RoundsError):
    """The viewer's role does not permit it."""


class Conflict(RoundsError):
    """Somebody else changed the row first."""


class StoreError(RoundsError):
    """A store cannot be reached or refuses."""


class Busy(StoreError):
    """Another process is writing."""
