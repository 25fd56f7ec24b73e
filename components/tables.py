"""The table people work in: one page of rows, ordered by the server, rows picked by account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Literal

import polars as pl
import streamlit as st

from components import filters
from components.charts_paths import SIGNS
from components.navigation import entry
from components.words import ago, money, near
from models.book_view import SORTS, BookQuery, page_count
from models.findings import KINDS, OWN_NAME

PAGE_ROWS = 100
"""Rows that travel to the browser at once."""

MOST_ROWS = 200
"""Rows of a table to read; the export beside it has all."""

_SHOWN_ROWS = 16
_ROW = 33

_OPENED = "opened_row"


def pager(rows: int, key: str) -> int:
    """Page buttons where one page does not hold every row; returns the page chosen.

    `key` must change with what is shown, so that another filter begins on its first page.
    """
    pages = page_count(rows, PAGE_ROWS)
    if pages == 1:
        return 1
    return int(st.pagination(pages, key=f"page-{key}", persist_state="session"))


def score_table(part: pl.DataFrame, query: BookQuery, as_of: date, key: str) -> list[str]:
    """One page of the book; returns the account ids of the rows that are ticked.

    `part` has the columns of `models.book_view.VIEW`. A click on a header orders the whole
    book, not just this page. `key` must change with the rows, so that a tick stays with its account.
    """
    ids = part["account_id"].to_list()
    chosen: Any = st.dataframe(
        _shown(part, as_of),
        key=key,
        on_select=lambda: _order_by_header(key),
        selection_mode=["multi-row", "single-column"],
        hide_index=True,
        column_config=_columns(ids, query),
        height=_height(part.height),
        placeholder="–",
        alt="The accounts found, one a row",
    )
    return [ids[row] for row in chosen.selection.rows if row < len(ids)]


def untick(key: str) -> None:
    """Untick every row of a table. For callbacks only."""
    st.session_state[key] = {"selection": {"rows": [], "columns": []}}


def told(values: pl.Series, tell: Callable[[Any], str]) -> pl.Series:
    """Each value in words; null stays null.

    A loop of Python's own: what Polars calls back waits in its threads for the interpreter, which a table
    on its way to a browser holds while it waits for these threads, and the server would stand still.

    >>> told(pl.Series("n", [1, None]), lambda n: f"{n} day").to_list()
    ['1 day', None]
    """
    said = [None if value is None else tell(value) for value in values]
    return pl.Series(values.name, said, dtype=pl.String)


def plain_table(frame: pl.DataFrame, alt: str, columns: dict[str, Any], key: str | None = None) -> None:
    """A table to read: as high as its rows, at most sixteen."""
    st.dataframe(
        frame,
        key=key,
        hide_index=True,
        column_config=columns,
        height=_height(frame.height),
        placeholder="–",
        alt=alt,
    )


def open_table(
    frame: pl.DataFrame, alt: str, columns: dict[str, Any], key: str, opens: Callable[[int, str], None]
) -> None:
    """A table whose numbers open their rows: a click on a cell calls `opens` with its row and column.

    `opens` runs as a callback, before the page is drawn again. `key` must change with the rows.
    """
    st.dataframe(
        frame,
        key=key,
        on_select=lambda: _opened(key, opens),
        selection_mode="single-cell",
        hide_index=True,
        column_config=columns,
        height=_height(frame.height),
        placeholder="–",
        alt=f"{alt}. A click on a number opens the rows that make it.",
    )


def _opened(key: str, opens: Callable[[int, str], None]) -> None:
    for row, column in st.session_state[key]["selection"]["cells"][:1]:
        opens(int(row), str(column))


def _height(rows: int) -> int | Literal["content"]:
    return "content" if rows <= _SHOWN_ROWS else _ROW * (_SHOWN_ROWS + 1)


def _shown(part: pl.DataFrame, as_of: date) -> pl.DataFrame:
    rows = part.select(
        "name",
        pl.col("quadrant").str.replace(r"^.", pl.col("quadrant").str.slice(0, 1).str.to_uppercase()),
        pl.col("risk").round().cast(pl.Int32),
        *((pl.col("churn").round(2),) if part["churn"].count() else ()),
        pl.col("behaviour").round().cast(pl.Int32),
        "emotion",
        _path(),
        "renewal_on",
        "mrr",
        pl.col("weeks").cast(pl.List(pl.Int32)),
        pl.col("kinds").list.eval(pl.element().str.replace(r"^rule:.*$", OWN_NAME).replace(KINDS)),
        "last_contact_on",
        "csm",
        "segment",
    )
    return rows.with_columns(
        emotion=_texts(part, lambda row: _mood(row["emotion"], row["mood"])),
        renewal_on=_texts(part, lambda row: near(row["renewal_on"], as_of)),
        mrr=_texts(part, lambda row: money(row["mrr"], row["currency"])),
        last_contact_on=_texts(part, lambda row: ago(row["last_contact_on"], as_of)),
    )


def _path() -> pl.Expr:
    """Where it stands on its path: "‼ stuck after Import"."""
    sign = pl.col("path_state").replace_strict(SIGNS, default="")
    after = pl.format("{} {} after {}", sign, "path_state", "path_step")
    return pl.coalesce(after, pl.format("{} {}", sign, "path_state")).alias("path_state")


def _texts(part: pl.DataFrame, say: Callable[[dict[str, Any]], str]) -> pl.Series:
    wanted = part.select("emotion", "mood", "renewal_on", "mrr", "currency", "last_contact_on")
    return pl.Series([say(row) for row in wanted.iter_rows(named=True)], dtype=pl.String)


def _mood(emotion: float | None, mood: str | None) -> str:
    if mood in ("silent", "never asked"):
        return mood
    return "–" if emotion is None else f"{emotion:.0f}"


def _columns(ids: list[str], query: BookQuery) -> dict[str, Any]:
    column = st.column_config
    kinds = [*KINDS.values(), OWN_NAME]

    def called(name: str) -> str:
        label = _SHORT.get(name, SORTS.get(name, name.capitalize()))
        return f"{label} {'↓' if query.descending else '↑'}" if name == query.sort else label

    return {
        "name": column.ButtonColumn(
            called("name"),
            type="tertiary",
            alignment="left",
            pinned=True,
            width=190,
            key=_OPENED,
            on_click=_open,
            args=(ids,),
        ),
        "quadrant": column.TextColumn(called("quadrant"), width=105),
        "risk": column.ProgressColumn(
            called("risk"), format="%d", min_value=0, max_value=100, width=105, color="gray", help=_RISK
        ),
        "churn": column.NumberColumn(called("churn"), format="percent", width=95, help=_CHURN),
        "behaviour": column.NumberColumn(called("behaviour"), format="%d", width=95, help=_BEHAVIOUR),
        "emotion": column.TextColumn(called("emotion"), width=100, alignment="right", help=_EMOTION),
        "renewal_on": column.TextColumn(called("renewal_on"), width=150),
        "mrr": column.TextColumn(called("mrr"), width=85, alignment="right", help="A month"),
        "weeks": column.LineChartColumn("26 weeks", width=120, y_min=0, help="Events a week, oldest first"),
        "kinds": column.MultiselectColumn(
            called("open_exceptions"), options=kinds, color="gray", width=190, help="Open exceptions"
        ),
        "path_state": column.TextColumn(called("path_state"), width=190, help=_PATH),
        "last_contact_on": column.TextColumn(called("last_contact_on"), width=110),
        "csm": column.TextColumn(called("csm"), width=110),
        "segment": column.TextColumn(called("segment"), width=120),
    }


_SHORT = {"open_exceptions": "Exceptions", "churn": "Leaves"}
_RISK = "0-100; the account's page says which points make it"
_CHURN = "Chance of leaving at the next decision; the account's page says why"
_BEHAVIOUR = "0-100: 50 is the median account that renewed"
_EMOTION = "0-100, from what they answered; silent: no answer for a year"
_PATH = "State on its happy path, and the furthest step it has done"
_SORTED_BY = {"kinds": "open_exceptions"}


def _order_by_header(key: str) -> None:
    clicked = st.session_state[key]["selection"]["columns"]
    column = _SORTED_BY.get(clicked[0], clicked[0]) if clicked else ""
    if column in SORTS:
        filters.order_by(column)


def _open(ids: list[str]) -> None:
    clicked = st.session_state[_OPENED]
    page = entry("account").page(_nothing)
    st.switch_page(page, query_params={"account": ids[clicked["row"]]})


def _nothing() -> None:
    """Stands in for a page's `render` where only its address is wanted."""
