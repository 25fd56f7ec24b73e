"""What a person sees when something fails: one sentence and what to do, never a trace."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from functools import partial
from typing import ParamSpec

import streamlit as st

from components import conflicts, queries
from components.queries import (
    BeyondLimits,
    Conflict,
    NotAllowed,
    NotFound,
    NotYours,
    Reader,
    RoundsError,
    StoreError,
    away,
)

_DONE = "done"
_SAID = "failures-said"
_REFUSALS = (NotAllowed, NotYours)
_LOOK_EVERY = 4.0
_LOG = logging.getLogger("rounds")

_SEEN = "refusals-on-record"

P = ParamSpec("P")

Keep = Callable[[str], None]
"""Puts a refusal on record, in a sentence."""

_keep: list[Keep] = []


def keep_refusals(keep: Keep) -> None:
    """From now on tell `keep` of everything that somebody was not let see or do."""
    _keep[:] = [keep]


def refused(sentence: str, *, once: bool = True) -> None:
    """Somebody was not let see or do something; what is only seen is put on record once a session."""
    if once and sentence in st.session_state.get(_SEEN, ()):
        return
    st.session_state[_SEEN] = {sentence, *st.session_state.get(_SEEN, ())}
    for keep in _keep:
        try:
            keep(sentence)
        except RoundsError:
            _LOG.exception("a refusal could not be put on record")


def guarded(draw: Callable[P, None]) -> Callable[P, None]:
    """Draw, or say in one sentence what went wrong."""

    @functools.wraps(draw)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            draw(*args, **kwargs)
        except RoundsError as error:
            _told(error)
        except Exception:
            _LOG.exception("a page failed")
            st.error(
                "Nothing of yours is lost. Reload the page; if it happens again, the server's log says why.",
                title="Rounds could not show this.",
                icon=":material/error:",
            )

    return wrapped


def held(draw: Callable[[], None]) -> Callable[[], None]:
    """Draw now; what comes back says what went wrong, unless the page said the same meanwhile."""
    failed: list[RoundsError] = []

    def drawing() -> None:
        try:
            draw()
        except RoundsError as error:
            failed.append(error)

    def tell() -> None:
        for error in failed:
            if str(error) not in st.session_state.get(_SAID, ()):
                _told(error)

    guarded(drawing)()
    return tell


def _told(error: RoundsError) -> None:
    """Say it, put a refusal on record, and where the database is away look for it again."""
    if isinstance(error, _REFUSALS):
        refused(str(error))
    show(error)
    st.session_state[_SAID] = {str(error), *st.session_state.get(_SAID, ())}
    if isinstance(error, StoreError) and not away.answers():
        _look_again()


@st.fragment(run_every=_LOOK_EVERY)
def _look_again() -> None:
    """Draw the page anew once the database answers."""
    if away.answers():
        st.rerun()
    st.caption("Rounds looks every few seconds whether it is back. What you typed is kept.")


def show(error: RoundsError) -> None:
    """One sentence and what to do."""
    st.error(f"{error} {remedy(error)}", icon=":material/error:")


def remedy(error: RoundsError) -> str:
    """What to do about it."""
    if isinstance(error, Conflict):
        return "Look at what they did, then decide."
    if isinstance(error, NotFound):
        return "Go back to the list and choose again."
    if isinstance(error, BeyondLimits):
        return "Say why it is all right, or leave it."
    if isinstance(error, StoreError):
        return "Nothing was changed. `python cli.py doctor` says what to check."
    return "Nothing was changed."


def current(reader: Reader, where: str) -> Reader:
    """The page's reader, or a fresh one once something was done here since the page was drawn."""
    return queries.refreshed(reader) if where in st.session_state.get(_DONE, ()) else reader


def drawn() -> None:
    """The whole page is drawn anew: every part of it may use the page's own reader."""
    st.session_state[_DONE] = set()
    st.session_state[_SAID] = set()


def attempt(act: Callable[[], object], where: str) -> bool:
    """Do something that a person asked for; False, and a sentence `where` they asked, when it is refused."""
    st.session_state[_DONE] = {where, *st.session_state.get(_DONE, ())}
    try:
        act()
    except Conflict as conflict:
        conflicts.keep(where, conflict)
        return False
    except RoundsError as error:
        if isinstance(error, _REFUSALS):
            refused(str(error), once=False)
        st.session_state[_key(where)] = f"{error} {remedy(error)}"
        return False
    conflicts.drop(where)
    return True


def attempt_at(version: int, act: conflicts.Act, where: str) -> bool:
    """As `attempt`, for a change of a row at a version: after a conflict it can be made over theirs."""
    try:
        return attempt(partial(act, version), where)
    finally:
        conflicts.can_be_done_again(where, act)


def tell(where: str) -> None:
    """Show what the last thing a person asked for here was refused with, a conflict until they decide."""
    conflicts.show(where, partial(_again, where))
    said = st.session_state.pop(_key(where), None)
    if said:
        st.warning(said, icon=":material/info:")


def _again(where: str, act: conflicts.Act, standing: int) -> None:
    attempt_at(standing, act, where)


def _key(where: str) -> str:
    return f"refused-{where}"
