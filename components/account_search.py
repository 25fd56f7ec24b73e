"""Find an account by its name or id."""

from __future__ import annotations

import polars as pl
import streamlit as st

from components import queries, words
from components.failures import guarded
from components.navigation import link
from components.queries import Reader
from models.book_view import folded

_SHOWN = 8


@st.fragment
@guarded
def search(reader: Reader) -> None:
    """A search field with the accounts that match below it."""
    typed = st.text_input(
        "Find an account",
        key="account_search",
        type="search",
        live=True,
        placeholder="Find an account by name or id",
        label_visibility="collapsed",
    )
    if not typed:
        return
    found = matching(queries.scores(reader), typed)
    if found.is_empty():
        st.caption("No account of yours has that in its name or id.")
    for row in found.head(_SHOWN).iter_rows(named=True):
        link("account", words.plain(row["name"]), icon=":material/apartment:", account=row["account_id"])
    if found.height > _SHOWN:
        st.caption(f"and {found.height - _SHOWN:,} more; type on.")


def matching(book: pl.DataFrame, typed: str) -> pl.DataFrame:
    """The accounts whose name or id holds every word typed, accents and case aside; those that begin with
    it first. In: `SCORES`; out: account_id and name."""
    text = pl.concat_str("name", "account_id", separator=" ").str.normalize("NFKD")
    wanted = folded(typed).split()
    rows = book.select("account_id", "name", hay=text.str.replace_all(r"\p{M}", "").str.to_lowercase())
    hits = rows.filter([pl.col("hay").str.contains(word, literal=True) for word in wanted])
    begins = pl.col("hay").str.starts_with(wanted[0]) if wanted else pl.lit(True)
    return hits.sort(begins, pl.col("hay"), descending=[True, False]).drop("hay")
