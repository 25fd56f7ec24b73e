"""The one place that turns a viewer into a condition on accounts."""

from __future__ import annotations

import sqlalchemy as sa

from data_access.schema import FACT_TABLES
from data_access.viewer import Viewer

_accounts = FACT_TABLES["accounts"]


def visible(viewer: Viewer, account_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """True for rows whose account is in one of the viewer's books today, or was handed to them."""
    if viewer.books is None:
        return sa.true()
    mine = sa.select(_accounts.c.account_id).where(_accounts.c.csm_id.in_(viewer.books))
    return account_id.in_(mine) | account_id.in_(viewer.handed) if viewer.handed else account_id.in_(mine)
