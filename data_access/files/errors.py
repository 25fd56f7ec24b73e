"""What can be wrong with a file, a workbook or a query.

DataError
└── InputError   it cannot be read at all; the message says what to do
"""

from __future__ import annotations

from data_access.errors import DataError


class InputError(DataError):
    """A source cannot be read: missing, empty, damaged, or without a mapped column."""
