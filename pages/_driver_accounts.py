"""Who stands behind a success driver: those who did it and those who did not, adding up to its n."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from components import empty, queries, tables, words
from components.downloads import downloads
from components.navigation import entry
from components.queries import Reader
from components.queries import settings as queries_settings
from models import driver_accounts
from models.shares import percent
from pages import _files

KEY = "driver"
"""The driver whose accounts are shown, by its name; part of the link."""

_WHO = "driver_who"
_BOTH, _DID, _OTHERS = "all of them", "who did it", "who did not"
_SIDES = {"share_with": _DID, "n_with": _DID, "share_without": _OTHERS, "n_without": _OTHERS}


def choose(name: str, column: str = "") -> None:
    """Show a driver's accounts, of a number of a table those that make it. For callbacks only."""
    st.session_state[KEY] = name
    st.session_state[_WHO] = _SIDES.get(column, _BOTH)


def draw(reader: Reader, found: pl.DataFrame) -> None:
    """The choice of a driver, what its accounts add up to, the accounts and their export."""
    st.subheader("The accounts behind", anchor=False)
    kept = queries_settings.driver_accounts(reader)
    if kept is None:
        st.caption("This snapshot does not say who they are; the next refresh will.")
        return
    listed = found.head(driver_accounts.MOST).with_columns(name=driver_accounts.name())
    rows = {row["name"]: row for row in listed.iter_rows(named=True)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            "Customers who …",
            list(rows),
            index=None,
            placeholder="Choose a driver, or click a number above",
            key=KEY,
            bind="query-params",
            width=480,
        )
        who = st.selectbox("Which", [_BOTH, _DID, _OTHERS], key=_WHO, bind="query-params", width=160)
    if chosen is not None:
        _opened(reader, rows[chosen], driver_accounts.of(kept, chosen), str(who))


def _opened(reader: Reader, driver: dict[str, Any], counted: pl.DataFrame, who: str) -> None:
    st.markdown(_sum(reader, driver, counted))
    sides = {_DID: pl.col("did"), _OTHERS: ~pl.col("did")}
    shown = _named(reader, counted.filter(sides.get(who, pl.lit(value=True))))
    if shown.is_empty():
        empty.nothing("None of them is in this book.", "Choose another driver.")
        return
    first = shown.head(tables.MOST_ROWS)
    live = set(queries.scores(reader)["account_id"])

    def opens(row: int, _: str) -> None:
        account = first["account_id"][row]
        if account in live:
            st.switch_page(entry("account").page(_nothing), query_params={"account": account})

    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.caption(f"{words.count(shown.height, 'account')}. A click opens those that are still customers.")
        downloads("driver-accounts", shown.height, _files.tables(reader, "driver accounts", shown))
    key = f"driver-accounts-{driver['name']}-{who}"
    tables.open_table(first.drop("account_id"), "The accounts behind the driver", _COLUMNS, key, opens)
    if shown.height > first.height:
        st.caption(f"The first {first.height} of {shown.height:,}; the export has all.")


def _sum(reader: Reader, driver: dict[str, Any], counted: pl.DataFrame) -> str:
    """What they add up to, beside the n of the driver where the book holds only some of them."""
    did, others = counted.filter("did")["succeeded"], counted.filter(~pl.col("did"))["succeeded"]
    told = f"**{len(did):,} did it**{_good(did)}; **{len(others):,} did not**{_good(others)}."
    of = driver["n_with"] + driver["n_without"]
    if counted.height < of:
        told += f" In this book are {counted.height:,} of the {of:,} accounts that the driver was told from."
    return (
        f"{told} As counted, as of {reader.as_of:%-d %b %Y}; the table above compares within segment and "
        f"half-year: {percent(driver['share_with'])} against {percent(driver['share_without'])}."
    )


def _good(succeeded: pl.Series) -> str:
    if succeeded.is_empty():
        return ""
    good = int(succeeded.sum())
    return f", of them {good:,} ({percent(good / len(succeeded))}) succeeded"


def _named(reader: Reader, rows: pl.DataFrame) -> pl.DataFrame:
    names = queries.fact(reader, "accounts").select("account_id", "name")
    return rows.join(names, on="account_id", how="left", maintain_order="left").select(
        "account_id", pl.coalesce("name", "account_id"), pl.exclude("account_id", "name")
    )


def _nothing() -> None:
    """Stands in for a page's `render` where only its address is wanted."""


_DAY = st.column_config.DateColumn
_COLUMNS: dict[str, Any] = {
    "name": "Account",
    "segment": "Segment",
    "signed_on": _DAY("Signed on", format="D MMM YYYY"),
    "did": st.column_config.CheckboxColumn("Did it"),
    "succeeded": st.column_config.CheckboxColumn("Succeeded"),
    "decided_on": _DAY("Result known on", format="D MMM YYYY"),
}
