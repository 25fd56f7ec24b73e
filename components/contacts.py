"""The people at an account: how to reach them, their local time, and who must be left alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
import streamlit as st

from components import empty, navigation, words


def contact_list(contacts: pl.DataFrame, now: datetime, *, administers: bool = False) -> None:
    """One account's contacts (`facts.CONTACTS`), champions first, those left alone last.

    Who `administers` finds a way from each to where their data is exported or erased.
    """
    if contacts.is_empty():
        empty.nothing("No contacts.", "Import contacts with this account_id.", ":material/person_off:")
        return
    order = ["do_not_contact", "is_champion", "is_sponsor", "name"]
    first = contacts.sort(order, descending=[False, True, True, False], nulls_last=True)
    for row in first.iter_rows(named=True):
        with st.container(gap=None):
            st.markdown(_who(row))
            st.caption(_reach(row, now))
            if administers:
                navigation.link(
                    "data", "Export or erase", tab="Personal data", contact=str(row["contact_id"])
                )


def _who(row: dict[str, Any]) -> str:
    badges = [
        text
        for flag, text in (
            ("do_not_contact", ":red-badge[:material/block: Do not contact]"),
            ("is_champion", ":green-badge[:material/star: Champion]"),
            ("is_sponsor", ":violet-badge[Sponsor]"),
        )
        if row[flag]
    ]
    role = f", {words.plain(row['role'])}" if row["role"] else ""
    return " ".join([f"**{words.plain(row['name'] or row['contact_id'])}**{role}", *badges])


def _reach(row: dict[str, Any], now: datetime) -> str:
    if row["do_not_contact"]:
        return "Asked not to be contacted."
    prefers = f"prefers {words.plain(row['preferred_channel'])}" if row["preferred_channel"] else ""
    clock = words.local_time(row["timezone"], now)
    known = [part for part in (words.phone(row["phone"]), words.email(row["email"]), clock, prefers) if part]
    return " · ".join(known) or "No phone or email was imported."
