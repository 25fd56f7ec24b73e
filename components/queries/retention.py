"""What the Retention page reads: the rows of every month made once, each filter a cheap cut of them."""

from __future__ import annotations

from datetime import date

import polars as pl
import streamlit as st

from components.queries import Reader, csms, fact, part
from models.retention_rows import RetentionRows, behind, figures, members, only, retention_rows, with_scopes

_FEW, _MANY = 16, 256

Chosen = tuple[tuple[str, tuple[str, ...]], ...]
"""What the page is narrowed to, as a key: each column with the values wanted."""


def retention(reader: Reader) -> RetentionRows:
    """The rows behind every retention figure of the last 24 months, the viewer's accounts only."""
    return _rows(_key(reader), reader)


def scopes(reader: Reader) -> pl.DataFrame:
    """Accounts, also those that left, by what retention can be narrowed by: `with_scopes` of the facts."""
    return _scopes(_key(reader), reader)


def retention_figures(reader: Reader, chosen: Chosen) -> pl.DataFrame:
    """Every retention figure of the accounts that meet every choice: `RETENTION_SERIES`."""
    return _figures(_key(reader), chosen, reader)


def retention_behind(reader: Reader, chosen: Chosen, figure: str, until: date, currency: str) -> pl.DataFrame:
    """The rows that make one retention figure of these accounts; columns of `retention_rows.behind`."""
    found = behind(retention(reader), figure, until, currency)
    if not chosen:
        return found
    ids = members(scopes(reader), dict(chosen))
    return found.filter(pl.col("account_id").is_in(ids.implode()))


def _key(reader: Reader) -> str:
    """Everything but the filters that could change an answer."""
    return (
        f"{reader.store.database.url} {reader.stamps.snapshot} {reader.stamps.imports} {reader.viewer.scope}"
    )


@st.cache_resource(max_entries=_FEW, show_spinner="Working out retention …")
def _rows(key: str, _reader: Reader) -> RetentionRows:
    return retention_rows(fact(_reader, "accounts"), part(_reader, "subscriptions"), _reader.as_of)


@st.cache_resource(max_entries=_FEW, show_spinner=False)
def _scopes(key: str, _reader: Reader) -> pl.DataFrame:
    return with_scopes(fact(_reader, "accounts"), csms(_reader))


@st.cache_resource(max_entries=_MANY, show_spinner=False)
def _figures(key: str, chosen: Chosen, _reader: Reader) -> pl.DataFrame:
    rows = retention(_reader)
    return figures(only(rows, members(scopes(_reader), dict(chosen))) if chosen else rows)
