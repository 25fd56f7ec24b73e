"""Reading the facts, scoped to the viewer and to a day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import sqlalchemy as sa

from data_access.database import Database
from data_access.masking import masked
from data_access.schema import FACT_TABLES
from data_access.scope import visible
from data_access.viewer import Viewer
from models.contracts import Contract
from models.facts import DAY, FACTS

_DATED_BY = {
    "accounts": "signed_on",
    "subscriptions": "starts_on",
    "survey_invitations": "sent_at",
    "survey_responses": "responded_at",
    "interactions": "opened_at",
    "handoffs": "handed_on",
    "community_posts": "posted_at",
    "referrals": "referred_on",
}
_ACCOUNT_COLUMN = {"referrals": "referrer_account_id"}


def fact(
    database: Database,
    viewer: Viewer,
    name: str,
    *,
    as_of: date | None = None,
    account_id: str | None = None,
) -> pl.DataFrame:
    """Rows of the fact `name` that the viewer may see, dated at or before `as_of`.

    Grain and columns: the fact's contract in `models.facts`. Rows without a date stay.
    `account_id` keeps one account's rows. Only the row's own date is cut: a later date in
    another column (such as `churned_on`) is for the models to hide. How to reach contacts
    is `masked` where the viewer's role does not need it.
    """
    contract, table = FACTS[name], FACT_TABLES[name]
    statement = sa.select(*(table.c[column] for column in contract.names))
    owner = _ACCOUNT_COLUMN.get(name, "account_id")
    if owner in table.c:
        statement = statement.where(visible(viewer, table.c[owner]))
        if account_id is not None:
            statement = statement.where(table.c[owner] == account_id)
    if as_of is not None and name in _DATED_BY:
        dated = table.c[_DATED_BY[name]]
        statement = statement.where(sa.or_(dated.is_(None), dated < _day_after(contract, name, as_of)))
    read = database.frame if account_id is None else database.few
    rows = read(statement, contract)
    return rows if name == "csms" else masked(viewer, rows)


def known_on(rows: pl.DataFrame, name: str, as_of: date) -> pl.DataFrame:
    """The rows of the fact `name` that `fact` would read as of a day, out of those read as of a later one."""
    if name not in _DATED_BY:
        return rows
    dated = pl.col(_DATED_BY[name])
    return rows.filter(dated.is_null() | (dated < _day_after(FACTS[name], name, as_of)))


def _day_after(contract: Contract, name: str, as_of: date) -> date | datetime:
    following = as_of + timedelta(days=1)
    if contract.column(_DATED_BY[name]).dtype == DAY:
        return following
    return datetime.combine(following, datetime.min.time())
