"""Who of an account uses the product, and how much less or more than before."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from components import empty, queries, tables, words
from components.queries import Reader
from components.queries import settings as queries_settings


def users_table(reader: Reader, account_id: str) -> None:
    """The busiest users of one account, with what they did in 28 days and in the 28 before."""
    st.subheader("Users", anchor=False)
    mine = queries_settings.users(reader).filter(pl.col("account_id") == account_id)
    if mine.is_empty():
        empty.nothing(
            "No named users in half a year.", "Import usage events with a user_id.", ":material/person:"
        )
        return
    st.markdown(_sentence(mine))
    tables.plain_table(_shown(reader, mine, account_id), "The users of this account", _COLUMNS, key="users")
    everyone = int(mine["users_of_account"][0])
    rest = f" The busiest {mine.height} of {everyone:,}." if everyone > mine.height else ""
    st.caption(f"Active days in the 28 days to {reader.as_of:%-d %b %Y}, and in the 28 before.{rest}")
    st.caption(_compared(mine))


def _compared(mine: pl.DataFrame) -> str:
    """What a user's behaviour is measured against."""
    scored = mine.drop_nulls("behaviour")
    if scored.is_empty():
        return "A user's behaviour needs 30 users to compare with; the next refresh looks for them."
    n, scope = scored.select("reference_n", "reference_scope").row(0)
    whom = {
        "segment": "users of this segment's accounts that succeeded",
        "all": "users of accounts that succeeded, in all segments",
        "book": "users of the whole book, as too few belong to accounts that succeeded",
    }[scope]
    return (
        f"Behaviour of a user: the share of {n:,} {whom} that they equal or beat in active days (frequency), "
        "value events (effectiveness) and different events (breadth), weighted as the account's score."
    )


def _sentence(mine: pl.DataFrame) -> str:
    active, before = (int((mine[name] > 0).sum()) for name in ("active_days_28", "active_days_prev_28"))
    everyone = int(mine["users_of_account"][0])
    told = f"**{active} of {words.count(everyone, 'user')} seen in half a year were active** in 28 days"
    if everyone == mine.height:
        told += f", {before} in the 28 before"
    gone = mine.filter(pl.col("champion") & (pl.col("active_days_28") == 0)).height
    return told + (". A champion was not there." if gone else ".")


def _shown(reader: Reader, mine: pl.DataFrame, account_id: str) -> pl.DataFrame:
    contacts = queries.fact(reader, "contacts", account_id).select(user_id="contact_id", named="name")
    named = mine.join(contacts, on="user_id", how="left").with_columns(
        user=pl.coalesce("named", "user_id"), use_share=pl.col("use_share") * 100
    )
    order = pl.col("active_days_28", "active_days_prev_28")
    return named.sort(order, descending=True, maintain_order=True).select(*_COLUMNS)


_COLUMNS: dict[str, Any] = {
    "user": st.column_config.TextColumn("User", width=160),
    "active_days_28": st.column_config.NumberColumn("Days now", help="Active days of the last 28"),
    "active_days_prev_28": st.column_config.NumberColumn("Days before", help="Of the 28 days before those"),
    "behaviour": st.column_config.NumberColumn("Behaviour", format="%.0f", help="0-100; explained below"),
    "frequency": st.column_config.NumberColumn("Frequency", format="%.0f", help="Active days of the last 28"),
    "effectiveness": st.column_config.NumberColumn(
        "Effectiveness", format="%.0f", help="Different value events in 91 days"
    ),
    "breadth": st.column_config.NumberColumn("Breadth", format="%.0f", help="Different events in 91 days"),
    "use_share": st.column_config.NumberColumn("Share", format="%.0f %%", help="Of the account's events now"),
    "last_seen_on": st.column_config.DateColumn("Last seen", format="D MMM YYYY"),
    "champion": st.column_config.CheckboxColumn("Champion"),
}
