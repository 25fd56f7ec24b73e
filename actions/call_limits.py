"""Hours, wishes and capacity, kept when a call is taken or logged; a stated reason overrides, on record."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from data_access import call_limits, settings, wishes
from data_access.audit import record
from data_access.errors import BeyondLimits
from data_access.viewer import Viewer
from models.call_limits import Day, beyond
from models.day_plan import rules_from


def kept(
    connection: sa.Connection,
    viewer: Viewer,
    now: datetime,
    account_id: str,
    contact_id: str | None,
    csm_id: str | None,
    day_began: datetime | None,
    because: str,
) -> None:
    """Raise `BeyondLimits` when this call breaks what was agreed, unless `because` says why: then that is
    written to the audit log with what it overrode.

    `NotAllowed` when this person, or everybody there, asked not to be contacted: no reason overrides that.
    The caller holds the account. `day_began` (UTC) is when the caller's day did; midnight UTC if not given.
    """
    wishes.heed(connection, account_id, contact_id)
    rules = rules_from(settings.body_in(connection))
    csm = csm_id or call_limits.csm_of(connection, account_id)
    call_limits.hold_day(connection, csm)
    began = day_began or datetime.combine(now.date(), datetime.min.time())
    used = call_limits.used(connection, viewer, csm, began, now, account_id)
    day = Day(rules.capacities.get(csm, rules.capacity), used)
    said = beyond(call_limits.reached(connection, account_id, contact_id), now, rules.hours, day)
    if not said:
        return
    if not because.strip():
        raise BeyondLimits(" ".join(said))
    after = {"limits": said, "because": because.strip()}
    record(connection, viewer, now, "call beyond limits", account_id, after=after)
