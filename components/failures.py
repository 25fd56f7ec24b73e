"""What a person sees when something fails: one sentence and what to do, never a trace."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import ParamSpec

import streamlit as st

from components import queries
from components.queries import BeyondLimits, Conflict, NotFound, Reader, RoundsError

_DONE = "done"
_LOG = logging.getLogger("rounds")

P = ParamSpec("P")


def guarded(draw: Callable[P, None]) -> Callable[P, None]:
    """Draw, or say in one sentence what went wrong."""

    @functools.wraps(draw)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            draw(*args, **kwargs)
        except RoundsError as error:
            show(error)
        except Exception:
            _LOG.exception("a page failed")
            st.error(
                "Nothing of yours is lost. Reload the page; if it happens again, the server's log says why.",
                title="Rounds could not show this.",
                icon=":material/error:",
            )

    return wrapped


def show(error: RoundsError) -> None:
    """One sentence and what to do."""
    st.error(f"{error} {remedy(error)}", icon=":material/error:")


def remedy(error: RoundsError) -> str:
    """What to do about it."""
    if isinstance(error, Conflict):
        return "Reload to see what they did."
    if isinstance(error, NotFound):
        return "Go back to the list and choose again."
    if isinstance(error, BeyondLimits):
        return "Say why it is all right, or leave it."
    return "Nothing was changed. `python cli.py doctor` says what to check."


def current(reader: Reader, where: str) -> Reader:
    """The page's reader, or a fresh one once something was done here since the page was drawn."""
    return queries.refreshed(reader) if where in st.session_state.get(_DONE, ()) else reader


def drawn() -> None:
    """The whole page is drawn anew: every part of it may use the page's own reader."""
    st.session_state[_DONE] = set()


def attempt(act: Callable[[], object], where: str) -> bool:
    """Do something that a person asked for; False, and a sentence `where` they asked, when it is refused."""
    st.session_state[_DONE] = {where, *st.session_state.get(_DONE, ())}
    try:
        act()
    except RoundsError as error:
        st.session_state[_key(where)] = f"{error} {remedy(error)}"
        return False
    return True


def tell(where: str) -> None:
    """Show, once, what the last thing a person asked for here was refused with."""
    said = st.session_state.pop(_key(where), None)
    if said:
        st.warning(said, icon=":material/info:")


def _key(where: str) -> str:
    return f"refused-{where}"
