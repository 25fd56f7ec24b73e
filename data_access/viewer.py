"""Who is looking, and which accounts they may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from data_access.errors import NotAllowed

Role = Literal["csm", "manager", "admin", "auditor", "system"]

ADMINS: frozenset[Role] = frozenset({"admin", "system"})
WRITERS: frozenset[Role] = frozenset({"csm", "manager", "admin", "system"})


@dataclass(frozen=True)
class Viewer:
    """A person, their role, and the books they may see.

    `books` holds the csm_id of each book in scope; None means every account, also those
    that nobody looks after. `handed` holds accounts of other books whose call was handed to them.
    """

    person: str
    name: str
    role: Role
    books: tuple[str, ...] | None = None
    handed: tuple[str, ...] = ()

    def may_write(self) -> None:
        """Raise `NotAllowed` unless this role may change something."""
        if self.role not in WRITERS:
            raise NotAllowed(f"{self.name} is signed in as {self.role} and can read but not change anything.")

    def may_administer(self, what: str) -> None:
        """Raise `NotAllowed` unless this role may do `what` (a subject), which touches everybody's data."""
        if self.role not in ADMINS:
            raise NotAllowed(f"{what} is for admins; {self.name} is signed in as {self.role}.")

    @property
    def sees_contact_details(self) -> bool:
        """Whether phone numbers and addresses of contacts are theirs to know: who calls needs them."""
        return self.role != "auditor"

    @property
    def scope(self) -> str:
        """A short text that is equal for two viewers exactly when they see the same rows and values."""
        masked = "" if self.sees_contact_details else "masked "
        if self.books is None:
            return f"{masked}*"
        lent = "".join(f"+{account}" for account in sorted(self.handed))
        return masked + "|".join(sorted(self.books)) + lent


SYSTEM = Viewer("rounds", "Rounds", "system")
"""The app itself: imports, refreshes and command lines without `--viewer`."""
