"""Somebody else saved first: both versions beside each other, and which one counts.

Every page shows a conflict through this, wherever a person edits.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import polars as pl
import streamlit as st

from components import queries, session, tables, words
from components.queries import Conflict

_KEPT = "conflicts"
_MOST = 40
_SIGNATURES = {"by", "at", "saved_by", "saved_at"}

Act = Callable[[int], object]
"""A change of a row that is at this version."""


@dataclass(frozen=True)
class Kept:
    """A change that was refused: the sentence, what stands, what was asked, and how to ask again."""

    sentence: str
    theirs: Mapping[str, Any]
    mine: Mapping[str, Any]
    standing: int | None = None
    act: Act | None = None


def keep(where: str, conflict: Conflict) -> None:
    """Hold on to what somebody wrote until they decide. For callbacks only."""
    kept = Kept(named(str(conflict)), conflict.theirs, conflict.mine, conflict.standing)
    st.session_state[_KEPT] = {**_all(), where: kept}
    # On a long page the box may stand where nobody looks.
    st.toast(words.plain(kept.sentence), icon=":material/call_split:")


def can_be_done_again(where: str, act: Act) -> None:
    """Offer to make the change that waits here, if one does, over the version that stands."""
    waiting = kept(where)
    if waiting is not None:
        st.session_state[_KEPT] = {**_all(), where: replace(waiting, act=act)}


def drop(where: str) -> None:
    """Let go of it: it was decided."""
    st.session_state[_KEPT] = {place: kept for place, kept in _all().items() if place != where}


def kept(where: str) -> Kept | None:
    """The change that waits for a decision here."""
    return _all().get(where)


def show(where: str, again: Callable[[Act, int], None]) -> None:
    """Who changed it when, both versions, and the choice; nothing where no change waits.

    `again` does the kept act over a version.
    """
    waiting = kept(where)
    if waiting is None:
        return
    with st.container(border=True, gap="small", key=f"conflict-{where}"):
        st.markdown(f":material/call_split: **{words.plain(waiting.sentence)}**")
        rows = both(waiting.theirs, waiting.mine)
        if not rows.is_empty():
            columns = {"what": "What", "theirs": "Theirs", "mine": "Yours"}
            tables.plain_table(rows.head(_MOST), "What stands now and what you wrote", columns)
        with st.container(horizontal=True):
            st.button("Keep theirs", key=f"theirs-{where}", on_click=drop, args=(where,))
            if waiting.act is not None and waiting.standing is not None:
                st.button(
                    "Save mine in its place",
                    key=f"mine-{where}",
                    type="primary",
                    on_click=again,
                    args=(waiting.act, waiting.standing),
                )


def named(sentence: str) -> str:
    """The sentence with the names of colleagues instead of their addresses."""
    staff = queries.csms(session.reader()).drop_nulls(["email", "name"])
    for email, name in staff.select("email", "name").iter_rows():
        sentence = sentence.replace(f" {email} ", f" {name} ")
    return sentence


def both(theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> pl.DataFrame:
    """What differs, a row a thing: what, theirs and mine, in words.

    >>> both({"target": 0.9, "due": None}, {"target": 0.95, "due": None}).rows()
    [('Target', '0.9', '0.95')]
    >>> both({"rows": [{"need": "Calm", "by": "Eva"}]}, {"rows": [{"need": "Speed", "by": "Ben"}]}).rows()
    [('Rows', 'Calm', 'Speed')]
    """
    rows = []
    for name in dict.fromkeys([*theirs, *mine]):
        left, right = _parts(theirs.get(name)), _parts(mine.get(name))
        if left != right:
            only_left = [one for one in left if one not in right] or left
            only_right = [one for one in right if one not in left] or right
            rows.append((name.replace("_", " ").capitalize(), _said(only_left), _said(only_right)))
    return pl.DataFrame(rows, schema=dict.fromkeys(("what", "theirs", "mine"), pl.String), orient="row")


def _parts(value: Any) -> list[str]:
    """A value as lines that can be told apart: one, or one for each entry of a list or an object."""
    if isinstance(value, str) and value[:1] in "[{":
        try:
            value = json.loads(value)
        except ValueError:
            return [value]
    if isinstance(value, Mapping):
        return [f"{name}: {', '.join(_parts(one))}" for name, one in value.items() if name not in _SIGNATURES]
    if isinstance(value, list | tuple):
        return [_entry(one) for one in value]
    if value is None or value == "":
        return []
    if isinstance(value, datetime):
        return [f"{value:%-d %b %Y %H:%M} UTC"]
    return ["yes" if value is True else "no" if value is False else str(value)]


def _entry(value: Any) -> str:
    if isinstance(value, Mapping):
        told = [one for name, one in value.items() if name not in _SIGNATURES and one not in (None, "", [])]
        return " · ".join(", ".join(_parts(one)) for one in told)
    return ", ".join(_parts(value))


def _said(lines: list[str]) -> str:
    return "; ".join(lines) or "–"


def _all() -> dict[str, Kept]:
    found: dict[str, Kept] = st.session_state.get(_KEPT, {})
    return found
