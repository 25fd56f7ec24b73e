"""Which rows of the contacts are one person, and what else tells them."""

from __future__ import annotations

import polars as pl
import sqlalchemy as sa

from data_access.errors import DataError
from data_access.facts import fact
from data_access.schema import FACT_TABLES, METADATA
from data_access.store import Store
from data_access.suppressions import Suppressed
from data_access.viewer import SYSTEM
from models.personal import Traces

_SHORT = 8
"""A quotation of fewer characters is anybody's."""


def traces_of(store: Store, asked: str) -> Traces:
    """The person whose contact id or e-mail address is `asked`, and all that tells them.

    Rows of the same address and the same name are one person. An address or a number that others have too
    tells nobody. Raises `DataError` where several people share the address.
    """
    contacts = fact(store.database, SYSTEM, "contacts").with_columns(_mail=_low("email"), _name=_low("name"))
    low = asked.strip().lower()
    mine = contacts.filter(pl.col("contact_id") == asked.strip())
    if mine.is_empty():
        mine = contacts.filter(pl.col("_mail") == low)
        _one(mine, asked)
    else:
        same = (pl.col("_mail") == mine["_mail"][0]) & pl.col("_name").eq_missing(mine["_name"][0])
        mine = contacts.filter(same | (pl.col("contact_id") == asked.strip()))
    if mine.is_empty():
        return _unlisted(store, asked.strip())
    others = contacts.join(mine, on="contact_id", how="anti")
    keys = tuple(mine["contact_id"])
    return Traces(
        keys,
        _own(mine, others, "email"),
        tuple(mine["name"].drop_nulls().unique(maintain_order=True)),
        _own(mine, others, "phone"),
        accounts=(accounts := _accounts(store, keys)),
        companies=_companies(store, accounts),
        quotes=_quotes(store, keys),
    )


def suggestions(store: Store, words: str, most: int = 20) -> pl.DataFrame:
    """Contacts whose id, name or address holds some words: contact_id, name, email, account_id."""
    low = words.strip().lower()
    contacts = fact(store.database, SYSTEM, "contacts")
    holds = [_low(name).str.contains(low, literal=True) for name in ("contact_id", "name", "email")]
    found = contacts.filter(pl.any_horizontal(one.fill_null(value=False) for one in holds))
    return found.select("contact_id", "name", "email", "account_id").sort("name", "contact_id").head(most)


def returned(store: Store, listed: Suppressed) -> list[str]:
    """Keys of contacts who were erased and are there again."""
    contacts = fact(store.database, SYSTEM, "contacts")
    back = listed.among(contacts["contact_id"]) | listed.among(contacts["email"])
    keys = set(contacts.filter(back)["contact_id"])
    with store.database.read() as connection:
        for table in METADATA.sorted_tables:
            if "contact_id" in table.c and table.name != "contacts":
                known = sa.select(table.c.contact_id).distinct().where(table.c.contact_id.is_not(None))
                keys.update(key for key in connection.execute(known).scalars() if key and listed.has(key))
    return sorted(keys)


def _low(column: str) -> pl.Expr:
    return pl.col(column).str.strip_chars().str.to_lowercase()


def _one(mine: pl.DataFrame, asked: str) -> None:
    if mine["_name"].n_unique() > 1:
        ids = ", ".join(mine["contact_id"].head(10))
        raise DataError(
            f"{mine.height} contacts of different names share the address {asked}: "
            f"name one by its contact id ({ids})."
        )


def _own(mine: pl.DataFrame, others: pl.DataFrame, column: str) -> tuple[str, ...]:
    """What this person alone has in a column."""
    shared = others[column].drop_nulls().str.to_lowercase().implode()
    own = mine[column].drop_nulls().unique(maintain_order=True)
    return tuple(own.filter(~own.str.to_lowercase().is_in(shared)))


def _unlisted(store: Store, asked: str) -> Traces:
    """Somebody whom no contact names: usage, surveys or tickets may know them by a key or an address."""
    accounts = _accounts(store, (asked,))
    emails = (asked,) if "@" in asked else ()
    companies = _companies(store, accounts)
    return Traces((asked,), emails, accounts=accounts, companies=companies, quotes=_quotes(store, (asked,)))


def _accounts(store: Store, keys: tuple[str, ...]) -> tuple[str, ...]:
    found: set[str] = set()
    with store.database.read() as connection:
        for table in METADATA.sorted_tables:
            if {"contact_id", "account_id"} <= set(table.c.keys()):
                rows = sa.select(table.c.account_id).where(table.c.contact_id.in_(keys)).distinct()
                found.update(connection.execute(rows).scalars())
    return tuple(sorted(found))


def _companies(store: Store, accounts: tuple[str, ...]) -> tuple[str, ...]:
    table = FACT_TABLES["accounts"]
    named = sa.select(table.c.name).where(table.c.account_id.in_(accounts), table.c.name.is_not(None))
    with store.database.read() as connection:
        return tuple(sorted(set(connection.execute(named).scalars())))


def _quotes(store: Store, keys: tuple[str, ...]) -> tuple[str, ...]:
    """What they wrote, as exceptions and calls may quote it."""
    said: set[str] = set()
    with store.database.read() as connection:
        for name, column in (("survey_responses", "comment"), ("interactions", "subject")):
            table = FACT_TABLES[name]
            told = sa.select(table.c[column]).where(table.c.contact_id.in_(keys))
            said.update(text.strip() for text in connection.execute(told).scalars() if text)
    return tuple(sorted(text for text in said if len(text) >= _SHORT))
