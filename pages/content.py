"""Content library: what do we send, and what is each piece for?"""

from __future__ import annotations

from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from components import clock, content_followed, empty, failures, session, words
from components.downloads import downloads
from components.queries import Reader
from components.queries import content as read_content
from components.queries import playbooks as read
from models.content_effect import CONTENT_EFFECT
from models.content_words import CAUTION
from pages import _files
from pages._content_form import NEW, PIECE, called, events, form, open_form, retire

_PAGE = "content"
_ON_A_PAGE = 20
_OFFERED, _RETIRED, _ALL = "Offered", "Retired", "Everything"


def render() -> None:
    """Every piece with its purpose, who sends it and what it should lead to; add, edit, retire, export."""
    st.title("Content library", anchor=False)
    _page()


@st.fragment
@failures.guarded
def _page() -> None:
    reader = failures.current(session.reader(), _PAGE)
    every = read.library(reader)
    _sentence(reader, every)
    failures.tell(_PAGE)
    opened = str(st.query_params.get(PIECE, ""))
    if every.is_empty():
        empty.nothing(
            "The library is empty.",
            "Add the short films, guides and letters that you send, each with the event it should lead to; "
            "playbooks and steps of happy paths then send them. Nothing has to be imported for it.",
            ":material/library_books:",
        )
        _adding(reader, opened or NEW)
        return
    found = _found(reader, every)
    _adding(reader, opened)
    _pieces(reader, every, found, opened)


def _sentence(reader: Reader, every: pl.DataFrame) -> None:
    offered = every.filter(pl.col("retired_at").is_null())
    sent = offered.filter(pl.col("content_id").is_in(list(read_content.senders(reader))))
    if every.is_empty():
        st.markdown("**What do you send to customers, and what is each piece for?**")
        return
    unsent = offered.height - sent.height
    which = "it" if offered.height == 1 else f"{unsent:,} of them"
    nobody = f" No playbook and no path sends {which}." if unsent else ""
    retired = every.height - offered.height
    also = f" {words.count(retired, 'piece is', 'pieces are')} retired." if retired else ""
    st.markdown(f"**{words.count(offered.height, 'piece')} can be sent.**{nobody}{also}")


def _found(reader: Reader, every: pl.DataFrame) -> pl.DataFrame:
    """The pieces that the search lets through, and the export of them."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        text = st.text_input(
            "Search",
            key="c_q",
            type="search",
            placeholder="Title, purpose or event",
            live="300ms",
            bind="query-params",
            width=260,
        )
        state = st.segmented_control(
            "Which",
            [_OFFERED, _RETIRED, _ALL],
            default=_OFFERED,
            key="c_state",
            bind="query-params",
            required=True,
        )
        here = st.container(horizontal=True, width="content", gap="small")
    gone = pl.col("retired_at").is_not_null()
    asked = {_OFFERED: ~gone, _RETIRED: gone, _ALL: pl.lit(value=True)}[str(state)]
    said = pl.concat_str("title", "purpose", "event", separator="\n", ignore_nulls=True).str.to_lowercase()
    found = every.filter(asked, said.str.contains(str(text or "").strip().lower(), literal=True))
    with here:
        places = {piece: "; ".join(where) for piece, where in read_content.senders(reader).items()}
        sent = pl.col("content_id").replace_strict(places, default=None, return_dtype=pl.String)
        files = _files.tables(reader, "content", _with_effects(reader, found.with_columns(sent_by=sent)))
        downloads("content", found.height, files)
        sends = read_content.sends(reader)
        if sends.height:
            sent_files = _files.tables(reader, "content sends", sends)
            downloads("content-sends", sends.height, sent_files, label="Export what was sent")
    return found


def _with_effects(reader: Reader, found: pl.DataFrame) -> pl.DataFrame:
    """The pieces with what followed each (`CONTENT_EFFECT`), null where nobody was sent it."""
    known = pl.DataFrame(list(read_content.effects(reader).values()), schema=CONTENT_EFFECT.schema)
    return found.join(known, on="content_id", how="left", maintain_order="left")


def _adding(reader: Reader, opened: str) -> None:
    if opened != NEW:
        st.button("Add a piece", icon=":material/add:", on_click=open_form, args=(NEW,))
        return
    with st.container(border=True, gap="small", key="content-new"):
        st.markdown("**Add a piece**")
        form(reader, _PAGE)


def _pieces(reader: Reader, every: pl.DataFrame, found: pl.DataFrame, opened: str) -> None:
    if found.is_empty():
        empty.nothing("No piece is like that.", "Search for something else.", ":material/search_off:")
    pages, place = max(1, -(-found.height // _ON_A_PAGE)), st.container()
    page = st.pagination(pages, key="content_page") if pages > 1 else 1
    shown = found.slice((min(page, pages) - 1) * _ON_A_PAGE, _ON_A_PAGE)
    linked = every.filter(pl.col("content_id").cast(pl.String) == opened)
    if linked.height and not shown["content_id"].is_in(linked["content_id"].implode()).any():
        shown = pl.concat([linked, shown])
    if read_content.effects(reader):
        st.caption(CAUTION)
    with place:
        for row in shown.iter_rows(named=True):
            _piece(reader, row, opened=str(row["content_id"]) == opened)


def _piece(reader: Reader, row: dict[str, Any], *, opened: bool) -> None:
    retired = row["retired_at"] is not None
    with st.container(border=True, gap="xsmall", key=f"piece-{row['content_id']}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            gone = " :gray-badge[Retired]" if retired else ""
            st.markdown(f"{read.piece_words(row)}{gone}", width="stretch")
            _buttons(row, retired=retired, opened=opened)
        st.caption(_about(reader, row, retired=retired))
        content_followed.draw(reader, row)
        if opened:
            form(reader, _PAGE, row)


def _buttons(row: dict[str, Any], *, retired: bool, opened: bool) -> None:
    press, token = partial(st.button, type="tertiary"), str(row["content_id"])
    if not opened:
        press("Edit", key=f"edit-{token}", help=f"Edit {called(row)}", on_click=partial(open_form, token))
    press(
        "Offer again" if retired else "Retire",
        key=f"retire-{token}",
        help=f"{'Offer' if retired else 'Retire'} {called(row)}",
        on_click=partial(retire, _PAGE, row, retired=not retired),
    )


def _about(reader: Reader, row: dict[str, Any], *, retired: bool) -> str:
    """Who sends it, whether its event is known, and who changed it last."""
    where = [words.plain(place) for place in read_content.senders(reader).get(row["content_id"], [])]
    if where:
        sent = f"{'Was sent' if retired else 'Sent'} by {', '.join(where)}."
    else:
        sent = "No playbook and no path sends it."
    known = events(reader)
    unknown = row["event"] and known and row["event"] not in known
    doubt = " No feature in your data has that event." if unknown else ""
    at = words.day(row["saved_at"].date(), clock.today())
    return f"{sent}{doubt} Saved on {at} by {words.plain(row['saved_by'])}."
